//! Which names of teams are one team's: alike, aliases, or one with more words than the other.

use std::collections::{BTreeSet, HashMap};

use crate::{
    analysis::word_prefixes,
    model::{TeamPolicy, fold_name},
};

/// The aliases of the settings, each with the name of its team, folded.
pub struct TeamNames(HashMap<String, String>);

impl TeamNames {
    pub fn of(teams: &[TeamPolicy]) -> Self {
        let mut names = HashMap::new();
        for team in teams {
            for alias in &team.aliases {
                // The first team with an alias has it.
                let name = names.entry(fold_name(alias));
                name.or_insert_with(|| fold_name(&team.name));
            }
        }
        Self(names)
    }

    fn canonical(&self, name: &str) -> String {
        let name = fold_name(name);
        self.0.get(&name).cloned().unwrap_or(name)
    }

    pub fn is_same(&self, one: &str, other: &str) -> bool {
        let mut by_team = ByTeam::new(self);
        by_team.insert(one, ());
        by_team.find(other).next().is_some()
    }
}

/// Values of teams, found by any name of the team, however many teams there are.
pub struct ByTeam<'n, T> {
    names: &'n TeamNames,
    by_name: HashMap<String, Vec<T>>,
    /// By the first words of the names.
    by_start: HashMap<String, Vec<T>>,
}

impl<'n, T: Copy> ByTeam<'n, T> {
    pub fn new(names: &'n TeamNames) -> Self {
        Self {
            names,
            by_name: HashMap::new(),
            by_start: HashMap::new(),
        }
    }

    pub fn insert(&mut self, team: &str, value: T) {
        let name = self.names.canonical(team);
        for start in starts(&name) {
            let values = self.by_start.entry(start.to_owned());
            values.or_default().push(value);
        }
        self.by_name.entry(name).or_default().push(value);
    }

    /// The values of a team, each once: those of its very name, then of longer names, then of shorter ones.
    pub fn find(&self, team: &str) -> impl Iterator<Item = T> {
        let name = self.names.canonical(team);
        let longer = self.by_start.get(&name);
        let shorter = starts(&name).into_iter();
        let shorter: Vec<_> = shorter
            .filter_map(|start| self.by_name.get(start))
            .collect();
        let own = self.by_name.get(&name);
        own.into_iter()
            .chain(longer)
            .chain(shorter)
            .flatten()
            .copied()
    }
}

/// The first words of a name, each number of them once.
fn starts(name: &str) -> BTreeSet<&str> {
    word_prefixes(name).filter(|start| *start != name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_once_by_each_name_of_its_team() {
        let team = |name: &str, aliases: &[&str]| TeamPolicy {
            name: name.to_owned(),
            aliases: aliases.iter().map(|alias| (*alias).to_owned()).collect(),
            ..TeamPolicy::default()
        };
        let names = TeamNames::of(&[
            team("QA", &["quality"]),
            team("Ops", &["Quality", "devops"]),
        ]);
        let mut by_team = ByTeam::new(&names);
        for (team, value) in [
            ("QA", 1),
            ("qa - night shift", 2),
            ("DevOps", 3),
            ("Qat", 4),
        ] {
            by_team.insert(team, value);
        }
        for (team, expected) in [
            ("qa", vec![1, 2]),
            ("QUALITY", vec![1, 2]),
            ("QA - night", vec![2, 1]),
            ("QA day", vec![1]),
            ("Ops", vec![3]),
            ("Qat", vec![4]),
            ("Q", vec![]),
        ] {
            assert_eq!(by_team.find(team).collect::<Vec<_>>(), expected, "{team}");
        }
        assert!(names.is_same("devops", "OPS west") && !names.is_same("QA", "Qat"));
    }
}
