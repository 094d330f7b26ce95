//! Team names: each spelling seen once, and which team a name belongs to.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use crate::model::{Month, Policy, fold_name};

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
    /// By the settings and the allocation: the same in every month, and not copied for each.
    known: Arc<HashSet<NameId>>,
    aliases: Arc<HashMap<NameId, NameId>>,
    /// The first month in which each team used anything, or has a monthly row.
    first_months: Arc<HashMap<NameId, Month>>,
    /// By the rows of the month's summaries.
    monthly: HashSet<NameId>,
    /// A month without summaries knows the teams of the months before it.
    before: Option<Month>,
}

impl Roster {
    /// The teams named by the settings, with their aliases.
    pub(super) fn of_policy(names: &mut Names, policy: &Policy) -> Self {
        let mut roster = Self::default();
        for team in &policy.teams {
            let id = names.id(&team.name);
            roster.add(id);
            for alias in &team.aliases {
                Arc::make_mut(&mut roster.aliases).insert(names.id(alias), id);
            }
        }
        roster
    }

    /// Makes a name a team of its own, unless it is an alias.
    pub(super) fn add(&mut self, id: NameId) {
        let id = self.named(id);
        Arc::make_mut(&mut self.known).insert(id);
    }

    /// The teams that a month knows: those that its summaries name, where it has any, else those of the months before it. It must
    /// not matter whether another month was archived, which gives monthly rows to teams that had only details.
    pub(super) fn of_month(&self, month: Month, monthly: impl Iterator<Item = NameId>) -> Self {
        let monthly: HashSet<NameId> = monthly.map(|id| self.named(id)).collect();
        Self {
            before: monthly.is_empty().then_some(month),
            monthly,
            ..self.clone()
        }
    }

    /// Takes note of the teams of each month, oldest month first: of its monthly rows, and of the names of those who used anything.
    pub(super) fn meet(
        &mut self,
        names: &Names,
        months: impl Iterator<Item = (Month, Vec<NameId>, Vec<NameId>)>,
    ) {
        for (month, monthly, users) in months {
            let of_month = Self {
                first_months: std::mem::take(&mut self.first_months),
                ..self.of_month(month, monthly.iter().copied())
            };
            let users = users.iter().map(|id| of_month.team_of(*id, names));
            let teams: Vec<NameId> = of_month.monthly.iter().copied().chain(users).collect();
            self.first_months = of_month.first_months;
            let first_months = Arc::make_mut(&mut self.first_months);
            for team in teams {
                first_months.entry(team).or_insert(month);
            }
        }
    }

    /// The team a name is, aliases followed.
    pub(super) fn named(&self, id: NameId) -> NameId {
        self.aliases.get(&id).copied().unwrap_or(id)
    }

    /// The team a row of this name belongs to: the known team (or alias) that is its longest whole-word prefix, else one of its own.
    pub(super) fn team_of(&self, id: NameId, names: &Names) -> NameId {
        let find = |is_team: &dyn Fn(NameId) -> bool| {
            self.owner_of(id, is_team)
                .or_else(|| self.longest_prefix(names.shown(id), names, is_team))
        };
        find(&|id| self.is_known(id))
            .or_else(|| find(&|id| self.was_met(id)))
            .unwrap_or(id)
    }

    /// The known team (or alias) that is the longest whole-word prefix of a text.
    pub(super) fn team_of_text(&self, text: &str, names: &Names) -> Option<NameId> {
        self.longest_prefix(text, names, &|id| self.is_known(id))
            .or_else(|| self.longest_prefix(text, names, &|id| self.was_met(id)))
    }

    fn longest_prefix(
        &self,
        text: &str,
        names: &Names,
        is_team: &dyn Fn(NameId) -> bool,
    ) -> Option<NameId> {
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
            .find_map(|end| self.owner_of(names.find(folded.get(..end)?.trim_end())?, is_team))
    }

    fn owner_of(&self, id: NameId, is_team: &dyn Fn(NameId) -> bool) -> Option<NameId> {
        let alias = self.aliases.get(&id).copied();
        alias.or_else(|| is_team(id).then_some(id))
    }

    fn is_known(&self, id: NameId) -> bool {
        self.known.contains(&id) || self.monthly.contains(&id)
    }

    fn was_met(&self, id: NameId) -> bool {
        let first = self.first_months.get(&id);
        self.before
            .is_some_and(|month| first.is_some_and(|first| *first < month))
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
