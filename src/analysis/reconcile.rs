//! From a ledger to one month, reconciled: whose is which statement, and what the log says it adds up to.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use chrono::NaiveDate;

use super::{
    ledger::{Ledger, MonthLedger, TallyKey},
    names::{NameId, Roster},
    rows::{KeptRow, Unreadable},
    usage::{Day, MonthUsage, ReconciledMonth, StatedUse, TeamUsage},
};
use crate::{
    model::{EntryKind, Month, NoteValue, RoundedSum, StatedTotal, Tokens, fold_name, is_total},
    text::Place,
};

impl Ledger {
    /// Ends the reading: settles what is counted, and reconciles the month to show, of one project if one is asked for.
    /// None where that month has no rows.
    #[must_use]
    pub fn reconcile(mut self, project: Option<&str>) -> Option<ReconciledMonth> {
        let month = self.choose_month()?;
        let months = self.take_months();
        self.count_waiting();
        if !self.has_rows(month) {
            return None;
        }
        let newest = months.last().is_none_or(|newest| *newest <= month);
        let first_days = self.first_days();
        let allocated = self.allocated_teams();
        self.meet_teams();
        let data = self.months.remove(&month).unwrap_or_default();
        let roster = self.roster.of_month(month, monthly(&data));
        let rows = std::mem::take(&mut self.kept).of(month);
        let project = project.map(fold_name);
        let reconciler = Reconciler {
            wanted: project.as_deref(),
            ledger: &self,
            projects: Projects::of(&roster, &data),
            roster: &roster,
            allocated,
        };
        let month = reconciler.month(month, newest, &data, rows);
        Some(ReconciledMonth {
            roster,
            ledger: self,
            months,
            project,
            first_days,
            month,
        })
    }

    /// The first day of each month with spending that carries a date and counts.
    fn first_days(&self) -> BTreeMap<Month, NaiveDate> {
        let first = |(month, data): (&Month, &MonthLedger)| {
            let counts = |kind: EntryKind| kind != EntryKind::Monthly && self.counts(kind);
            let mut days = data.days.iter();
            let (date, _) = days.find(|(date, parts)| {
                month.contains(**date) && parts.keys().any(|(_, kind)| counts(*kind))
            })?;
            Some((*month, *date))
        };
        self.months.iter().filter_map(first).collect()
    }

    /// Takes note of the teams of every month, for the months without a summary.
    fn meet_teams(&mut self) {
        if self
            .months
            .values()
            .all(|data| monthly(data).next().is_some())
        {
            return;
        }
        let mut roster = std::mem::take(&mut self.roster);
        let months = self.months.iter().map(|(month, data)| {
            let counting = data.tallies.iter().filter(|((_, _, kind), tally)| {
                self.counts(*kind) && tally.sum.tokens > Tokens::ZERO
            });
            let users = counting.map(|((name, _, _), _)| *name).collect();
            (*month, monthly(data).collect(), users)
        });
        roster.meet(&self.names, months);
        self.roster = roster;
    }

    /// The teams that the allocation table names, known from now on.
    fn allocated_teams(&mut self) -> Vec<NameId> {
        let names: Vec<String> = Self::preferred(&self.allocations, |row| row.place)
            .filter(|row| !row.is_reserve() && !is_total(&row.team) && !row.team.is_empty())
            .map(|row| row.team.clone())
            .collect();
        let ids: Vec<NameId> = names.iter().map(|name| self.names.id(name)).collect();
        for id in &ids {
            self.roster.add(*id);
        }
        ids.into_iter().map(|id| self.roster.named(id)).collect()
    }
}

impl ReconciledMonth {
    /// Every team of a month, as far as that was read: of other months than the one shown, without their archives.
    #[must_use]
    pub fn teams_of(&self, month: Month) -> Cow<'_, [TeamUsage]> {
        if month == self.month.month {
            return Cow::Borrowed(&self.month.teams);
        }
        let Some(data) = self.ledger.months.get(&month) else {
            return Cow::Borrowed(&[]);
        };
        let roster = self.ledger.roster.of_month(month, monthly(data));
        let reconciler = Reconciler {
            wanted: self.project.as_deref(),
            ledger: &self.ledger,
            projects: Projects::of(&roster, data),
            roster: &roster,
            allocated: Vec::new(),
        };
        Cow::Owned(reconciler.teams(data).0.into_values().collect())
    }
}

/// The names that have monthly rows.
fn monthly(month: &MonthLedger) -> impl Iterator<Item = NameId> {
    let keys = month.tallies.keys();
    keys.filter(|(_, _, kind)| *kind == EntryKind::Monthly)
        .map(|(name, _, _)| *name)
}

struct Reconciler<'l> {
    ledger: &'l Ledger,
    /// The teams that the month knows.
    roster: &'l Roster,
    /// The project asked for, folded.
    wanted: Option<&'l str>,
    projects: Projects,
    allocated: Vec<NameId>,
}

impl Reconciler<'_> {
    fn month(
        &self,
        month: Month,
        newest: bool,
        data: &MonthLedger,
        rows: Vec<KeptRow>,
    ) -> MonthUsage {
        let (teams, unsplit) = self.teams(data);
        let mut days: BTreeMap<NaiveDate, Day> = BTreeMap::new();
        for (date, _, _, day) in self.days(data) {
            days.entry(date)
                .or_default()
                .add(day.tokens, day.first_time);
        }
        let totals: Vec<StatedTotal> = data
            .totals
            .iter()
            .map(|(_, total)| total)
            .filter(|total| self.is_wanted(total.project.as_ref()))
            .cloned()
            .collect();
        let stated = self.stated(data, &totals, newest && self.wanted.is_none());
        let shown = |row: &KeptRow| {
            let id = self.roster.team_of(row.name, &self.ledger.names);
            teams
                .get(&id)
                .is_some_and(|team| team.tallies.contains_key(&row.kind))
        };
        let rows = rows.into_iter().filter(shown).collect();
        let teams = self.in_order(teams);
        let mut unreadable = Unreadable::default();
        for of in [Some(month), None] {
            if let Some(some) = self.ledger.unreadable.get(&of) {
                unreadable.merge(some);
            }
        }
        MonthUsage {
            month,
            newest,
            stated,
            totals,
            unsplit,
            unreadable,
            days,
            rows,
            index: teams
                .iter()
                .enumerate()
                .map(|(at, team)| (team.id, at))
                .collect(),
            teams,
            projects: self.projects.names.clone(),
        }
    }

    fn is_wanted(&self, project: Option<&Arc<str>>) -> bool {
        let Some(wanted) = self.wanted else {
            return true;
        };
        project.is_some_and(|project| fold_name(project) == wanted)
    }

    fn teams(&self, data: &MonthLedger) -> (BTreeMap<NameId, TeamUsage>, Vec<(String, Place)>) {
        let mut teams: BTreeMap<NameId, TeamUsage> = BTreeMap::new();
        let mut unsplit: BTreeMap<NameId, Place> = BTreeMap::new();
        for (key, tally) in &data.tallies {
            let kind = key.2;
            let Some(id) = self.owner(key) else { continue };
            if !self.counts(id, key) {
                if self.is_torn(id) && kind != EntryKind::Monthly {
                    unsplit.entry(id).or_insert(tally.first);
                }
                continue;
            }
            let team = teams.entry(id).or_insert_with(|| self.idle(id));
            team.tallies
                .entry(kind)
                .and_modify(|sum| sum.merge(tally))
                .or_insert_with(|| tally.clone());
        }
        if self.wanted.is_none() {
            for id in &self.allocated {
                teams.entry(*id).or_insert_with(|| self.idle(*id));
            }
        }
        for (date, id, kind, day) in self.days(data) {
            // A monthly row with a date is no detail: it is the view beside them.
            if let Some(team) = teams.get_mut(&id).filter(|_| kind != EntryKind::Monthly) {
                let spent = team.days.entry(date).or_default();
                *spent = *spent + day.tokens;
            }
        }
        let unsplit = unsplit
            .into_iter()
            .map(|(id, place)| (self.ledger.names.shown(id).to_owned(), place));
        (teams, unsplit.collect())
    }

    /// What was spent on each day by each team, in each kind of statement, of what counts.
    fn days(
        &self,
        data: &MonthLedger,
    ) -> impl Iterator<Item = (NaiveDate, NameId, EntryKind, Day)> {
        let parts = data
            .days
            .iter()
            .flat_map(|(date, parts)| parts.iter().map(|part| (*date, part)));
        parts.filter_map(|(date, ((name, kind), day))| {
            let key = (*name, None, *kind);
            let id = self.owner(&key).filter(|id| self.counts(*id, &key))?;
            Some((date, id, *kind, *day))
        })
    }

    /// A team about which nothing is stated yet.
    fn idle(&self, id: NameId) -> TeamUsage {
        TeamUsage {
            id,
            name: self.ledger.names.shown(id).to_owned(),
            tallies: BTreeMap::new(),
            days: BTreeMap::new(),
        }
    }

    /// Whose a tally is. None where it does not count at all.
    fn owner(&self, (name, _, kind): &TallyKey) -> Option<NameId> {
        match kind {
            kind if !self.ledger.counts(*kind) => None,
            EntryKind::Monthly => Some(self.roster.named(*name)),
            _ => Some(self.roster.team_of(*name, &self.ledger.names)),
        }
    }

    /// Whether a tally counts for the project asked for. Details name no project: they are that of their team's monthly
    /// rows, if these are all of one.
    fn counts(&self, id: NameId, (_, project, kind): &TallyKey) -> bool {
        match kind {
            EntryKind::Monthly => self.is_wanted(project.as_ref()),
            _ => {
                self.wanted.is_none()
                    || self
                        .projects
                        .only_of(id)
                        .is_some_and(|project| Some(project) == self.wanted)
            }
        }
    }

    /// Whether nothing says that details of a team belong to the project asked for, nor that they do not: it works for others
    /// too, or has no monthly row that names one.
    fn is_torn(&self, id: NameId) -> bool {
        let Some(wanted) = self.wanted else {
            return false;
        };
        self.projects
            .of_team
            .get(&id)
            .is_none_or(|projects| projects.len() > 1 && projects.contains(wanted))
    }

    fn in_order(&self, teams: BTreeMap<NameId, TeamUsage>) -> Vec<TeamUsage> {
        let allocated: HashMap<NameId, usize> = self
            .allocated
            .iter()
            .enumerate()
            .rev()
            .map(|(at, id)| (*id, at))
            .collect();
        let mut teams: Vec<TeamUsage> = teams.into_values().collect();
        teams.sort_by_key(|team| {
            let monthly = team
                .tallies
                .get(&EntryKind::Monthly)
                .map(|tally| tally.first.order());
            let allocated = allocated.get(&team.id);
            (
                monthly.is_none(),
                monthly,
                allocated.is_none(),
                allocated.copied(),
                team.id,
            )
        });
        teams
    }

    /// The figure the log states: its `TOTAL` rows, if every summary has one, else the row of a table of months, else the note
    /// on current usage.
    fn stated(&self, data: &MonthLedger, totals: &[StatedTotal], notes: bool) -> Option<StatedUse> {
        let of = |total: &StatedTotal| Some((RoundedSum::from(total.figures.tokens?), total.place));
        let sum = |totals: &mut dyn Iterator<Item = (RoundedSum, Place)>| {
            let (tokens, place) = totals.next()?;
            let rest: RoundedSum = totals.map(|(tokens, _)| tokens).sum();
            Some(StatedUse {
                tokens: tokens + rest,
                place,
            })
        };
        let wanted = |project: &Option<Arc<str>>| self.is_wanted(project.as_ref());
        // Of several totals of a summary, the last is that of all its rows.
        let own: BTreeMap<usize, (RoundedSum, Place)> = data
            .totals
            .iter()
            .filter(|(_, total)| !total.of_months && wanted(&total.project))
            .filter_map(|(summary, total)| Some((*summary, of(total)?)))
            .collect();
        let mut summaries = data.summaries.iter();
        let complete =
            summaries.all(|(summary, project)| !wanted(project) || own.contains_key(summary));
        let legacy = self.ledger.counts(EntryKind::Legacy);
        let of_months = totals.iter().filter(|total| total.of_months && legacy);
        let note = || {
            let (tokens, place) = self.ledger.note_of(|note| match note {
                NoteValue::CurrentUsage(tokens, _) => Some(*tokens),
                _ => None,
            })?;
            Some(StatedUse {
                tokens: tokens.into(),
                place,
            })
        };
        sum(&mut own.into_values().filter(|_| complete))
            .or_else(|| sum(&mut of_months.filter_map(of)))
            .or_else(|| note().filter(|_| notes))
    }
}

/// The projects of a month, by its monthly summaries.
struct Projects {
    /// As they are written, in their order.
    names: Vec<String>,
    /// Ledgers, by the teams that have rows in them.
    of_team: HashMap<NameId, HashSet<String>>,
    /// All that have rows, folded; empty for rows that name none.
    all: HashSet<String>,
}

impl Projects {
    fn of(roster: &Roster, data: &MonthLedger) -> Self {
        let rows = data
            .tallies
            .iter()
            .filter_map(|((_, project, _), tally)| Some((project.as_ref()?, tally.first)));
        let totals = data
            .totals
            .iter()
            .filter_map(|(_, total)| Some((total.project.as_ref()?, total.place)));
        let mut sections: Vec<(&Arc<str>, Place)> = rows.chain(totals).collect();
        sections.sort_by_key(|(_, place)| place.order());
        let mut met = HashSet::new();
        sections.retain(|(project, _)| met.insert(fold_name(project)));
        let mut of_team: HashMap<NameId, HashSet<String>> = HashMap::new();
        for (name, project, _) in data
            .tallies
            .keys()
            .filter(|(_, _, kind)| *kind == EntryKind::Monthly)
        {
            let project = project.as_deref().map(fold_name).unwrap_or_default();
            of_team
                .entry(roster.named(*name))
                .or_default()
                .insert(project);
        }
        Self {
            names: sections
                .into_iter()
                .map(|(project, _)| project.to_string())
                .collect(),
            all: of_team.values().flatten().cloned().collect(),
            of_team,
        }
    }

    /// The one project that a team has monthly rows in; of a team without such rows, the only project there is.
    fn only_of(&self, id: NameId) -> Option<&str> {
        let projects = self.of_team.get(&id).unwrap_or(&self.all);
        let mut projects = projects.iter();
        projects
            .next()
            .filter(|_| projects.next().is_none())
            .map(String::as_str)
    }
}
