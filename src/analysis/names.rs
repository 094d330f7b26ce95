//! Team names: each spelling seen once, and which team a name belongs to.

use std::collections::{HashMap, HashSet};

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

/// Which names are teams of their own, and which are other names of a team.
#[derive(Clone, Debug, Default)]
pub(super) struct Roster {
    /// By the settings and the allocation: the same in every month.
    known: HashSet<NameId>,
    aliases: HashMap<NameId, NameId>,
    /// The first month in which each team used anything, or has a monthly row.
    first_months: HashMap<NameId, Month>,
}

impl Roster {
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

    /// Takes note of teams that a month knows. To be asked of the oldest month first.
    pub(super) fn meet(&mut self, month: Month, teams: impl IntoIterator<Item = NameId>) {
        for team in teams {
            self.first_months.entry(team).or_insert(month);
        }
    }

    /// The team a name is, aliases followed.
    pub(super) fn named(&self, id: NameId) -> NameId {
        self.aliases.get(&id).copied().unwrap_or(id)
    }

    /// The teams that a month knows: those that its summaries name, where it has any, else those of the months before it. It must
    /// not matter whether another month was archived, which gives monthly rows to teams that had only details.
    pub(super) fn of_month<'l>(
        &'l self,
        names: &'l Names,
        month: Month,
        monthly: impl Iterator<Item = NameId>,
    ) -> MonthRoster<'l> {
        let monthly: HashSet<NameId> = monthly.map(|id| self.named(id)).collect();
        MonthRoster {
            names,
            roster: self,
            before: monthly.is_empty().then_some(month),
            monthly,
        }
    }
}

/// The teams that one month knows.
#[derive(Clone, Debug)]
pub(super) struct MonthRoster<'l> {
    names: &'l Names,
    roster: &'l Roster,
    /// By the rows of the month's summaries.
    pub(super) monthly: HashSet<NameId>,
    /// Teams met before this month are known, too.
    before: Option<Month>,
}

impl MonthRoster<'_> {
    /// The team a row of this name belongs to: the known team (or alias) that is its longest whole-word prefix, else one of its own.
    pub(super) fn team_of(&self, id: NameId) -> NameId {
        let team = self.owner_of(id);
        team.or_else(|| self.team_of_text(self.names.shown(id)))
            .unwrap_or(id)
    }

    /// The known team (or alias) that is the longest whole-word prefix of a text.
    pub(super) fn team_of_text(&self, text: &str) -> Option<NameId> {
        let folded = fold_name(text);
        let mut ids = word_prefixes(&folded).filter_map(|text| self.names.find(text));
        ids.find_map(|id| self.owner_of(id))
    }

    /// The team of exactly this name, if it is known.
    fn owner_of(&self, id: NameId) -> Option<NameId> {
        let alias = self.roster.aliases.get(&id).copied();
        alias.or_else(|| self.is_known(id).then_some(id))
    }

    fn is_known(&self, id: NameId) -> bool {
        self.roster.known.contains(&id) || self.monthly.contains(&id) || self.was_met(id)
    }

    fn was_met(&self, id: NameId) -> bool {
        let first = self.roster.first_months.get(&id);
        self.before
            .is_some_and(|month| first.is_some_and(|first| *first < month))
    }
}

/// The whole-word prefixes of a folded name, the longest first.
pub fn word_prefixes(folded: &str) -> impl Iterator<Item = &str> {
    /// No team's name has more words; it bounds the work that a hostile name can make.
    const MAX_WORDS: usize = 32;
    let ends = folded.char_indices().filter(|(_, c)| !c.is_alphanumeric());
    let ends: Vec<usize> = ends.map(|(at, _)| at).take(MAX_WORDS).collect();
    let prefixes = ends.into_iter().rev().filter_map(|end| folded.get(..end));
    // What no team has for a name is the beginning of every name.
    prefixes
        .map(str::trim_end)
        .filter(|prefix| !prefix.is_empty())
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
                aliases: vec!["Crew".to_owned()],
                ..TeamPolicy::default()
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
            let month = Month::new(2026, 2).unwrap();
            let month = roster.of_month(&names, month, std::iter::empty());
            names.shown(month.team_of(id)).to_owned()
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
