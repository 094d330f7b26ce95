//! Team names: each spelling seen once, and which team a name belongs to.

use std::collections::{HashMap, HashSet};

use crate::model::{Policy, fold_name};

/// A name as it was first met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct NameId(u32);

/// Every name met, by the order in which they were.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    by_spelling: HashMap<String, NameId>,
    by_folded: HashMap<String, NameId>,
    first_spelling: Vec<String>,
}

impl Names {
    /// The id of a name, whatever its case and spaces.
    pub(super) fn id(&mut self, spelling: &str) -> NameId {
        if let Some(id) = self.by_spelling.get(spelling) {
            return *id;
        }
        let count = u32::try_from(self.first_spelling.len()).unwrap_or(u32::MAX);
        let id = *self
            .by_folded
            .entry(fold_name(spelling))
            .or_insert_with(|| {
                self.first_spelling
                    .push(spelling.split_whitespace().collect::<Vec<_>>().join(" "));
                NameId(count)
            });
        self.by_spelling.insert(spelling.to_owned(), id);
        id
    }

    /// A name as it is shown.
    pub(super) fn shown(&self, id: NameId) -> &str {
        match self.first_spelling.get(id.0 as usize).map(String::as_str) {
            None | Some("") => "(unnamed)",
            Some(name) => name,
        }
    }

    /// The id of a name that was met, in its folded form.
    pub(super) fn find(&self, folded: &str) -> Option<NameId> {
        self.by_folded.get(folded).copied()
    }
}

/// Which names are teams of their own.
#[derive(Clone, Debug, Default)]
pub(super) struct Roster {
    /// By the settings, the allocation and the summaries of the month.
    known: HashSet<NameId>,
    /// By the summaries of other months. They know a team that the month itself does not.
    elsewhere: HashSet<NameId>,
    aliases: HashMap<NameId, NameId>,
}

impl Roster {
    /// The teams named by the settings, with their aliases.
    pub(super) fn of_policy(names: &mut Names, policy: &Policy) -> Self {
        let mut roster = Self::default();
        for team in &policy.teams {
            let id = names.id(&team.name);
            roster.add(id);
            for alias in &team.aliases {
                roster.aliases.insert(names.id(alias), id);
            }
        }
        roster
    }

    /// Makes a name a team of its own, unless it is an alias.
    pub(super) fn add(&mut self, id: NameId) {
        self.known.insert(self.named(id));
    }

    /// Makes a name a team of its own where the month knows none that it could belong to.
    pub(super) fn add_elsewhere(&mut self, id: NameId) {
        self.elsewhere.insert(self.named(id));
    }

    /// The team a name is, aliases followed.
    pub(super) fn named(&self, id: NameId) -> NameId {
        self.aliases.get(&id).copied().unwrap_or(id)
    }

    /// The team a row of this name belongs to: the known team (or alias) that is its longest whole-word prefix, else one of its own.
    pub(super) fn team_of(&self, id: NameId, names: &Names) -> NameId {
        let text = names.shown(id);
        let find = |known: &HashSet<NameId>| {
            self.is_known(id, known)
                .or_else(|| self.longest_prefix(text, names, known))
        };
        find(&self.known)
            .or_else(|| find(&self.elsewhere))
            .unwrap_or(id)
    }

    /// The known team (or alias) that is the longest whole-word prefix of a text.
    pub(super) fn team_of_text(&self, text: &str, names: &Names) -> Option<NameId> {
        self.longest_prefix(text, names, &self.known)
            .or_else(|| self.longest_prefix(text, names, &self.elsewhere))
    }

    fn longest_prefix(&self, text: &str, names: &Names, known: &HashSet<NameId>) -> Option<NameId> {
        /// No team's name has more words; it bounds the work that a hostile name can make.
        const MOST_WORDS: usize = 32;
        let folded = fold_name(text);
        let borders = folded
            .char_indices()
            .filter(|(_, c)| !c.is_alphanumeric())
            .map(|(at, _)| at);
        let prefixes: Vec<usize> = borders.take(MOST_WORDS).collect();
        prefixes
            .into_iter()
            .rev()
            .find_map(|end| self.is_known(names.find(folded.get(..end)?.trim_end())?, known))
    }

    fn is_known(&self, id: NameId, known: &HashSet<NameId>) -> Option<NameId> {
        let alias = self.aliases.get(&id).copied();
        alias.or_else(|| known.contains(&id).then_some(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::TeamPolicy;

    #[test]
    fn a_row_belongs_to_the_longest_known_team_its_name_begins_with() {
        let mut names = Names::default();
        let policy = Policy {
            teams: vec![TeamPolicy {
                name: "Team C".to_owned(),
                tokens: None,
                aliases: vec!["Crew".to_owned()],
            }],
            ..Policy::default()
        };
        let mut roster = Roster::of_policy(&mut names, &policy);
        for name in ["Team E", "Team E Night", "Orchestrator"] {
            let id = names.id(name);
            roster.add(id);
        }
        let mut team = |name: &str| {
            let id = names.id(name);
            names.shown(roster.team_of(id, &names)).to_owned()
        };
        let table = [
            ("Team E", "Team E"),
            ("team  e", "Team E"),
            ("Team E DevOps", "Team E"),
            ("Team E (DevOps)", "Team E"),
            ("Team E-DevOps", "Team E"),
            ("Team E Night shift", "Team E Night"),
            ("Team Easy", "Team Easy"),
            ("crew", "Team C"),
            ("Crew two", "Team C"),
            ("New", "New"),
            ("", "(unnamed)"),
        ];
        for (name, expected) in table {
            assert_eq!(team(name), expected, "{name}");
        }
    }
}
