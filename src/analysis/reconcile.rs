//! Reconciles one month of a ledger: assigns each statement to its team, and finds the total that the log states.

use std::{
    borrow::Cow,
    cell::OnceCell,
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use chrono::NaiveDate;

use super::{
    ledger::{Ledger, MonthLedger, TallyKey},
    names::{MonthRoster, NameId},
    reconciled_month::{ReconciledMonth, StatedUse},
    rows::{KeptRow, UnreadableRows},
    team_usage::{Day, TeamUsage},
};
use crate::{
    model::{BudgetReset, EntryKind, Month, NoteValue, StatedTotal, fold_name},
    text::Place,
};

impl Ledger {
    /// Reconciles a month, of one project if one is named. A month without rows has used nothing.
    ///
    /// Takes as long as what is written about this month, and the allocation table.
    pub fn reconcile(&self, month: Month, project: Option<&str>) -> ReconciledMonth<'_> {
        self.reconcile_with(month, project, true)
    }

    pub fn find_month(&self, month: Month) -> Option<ReconciledMonth<'_>> {
        self.has_rows(month).then(|| self.reconcile(month, None))
    }

    /// Reconciles what is written about a month, and leaves out the teams that the allocation table alone names.
    pub fn reconcile_statements(&self, month: Month) -> ReconciledMonth<'_> {
        self.reconcile_with(month, None, false)
    }

    /// Lists teams about which the month says nothing where it `lists_idle` ones.
    fn reconcile_with(
        &self,
        month: Month,
        project: Option<&str>,
        lists_idle: bool,
    ) -> ReconciledMonth<'_> {
        let project = project.map(fold_name);
        let nothing = MonthLedger::default();
        let data = self.months.get(&month).unwrap_or(&nothing);
        let roster = self
            .roster
            .of_month(&self.names, month, data.monthly_names());
        let assignment = Assignment::new(self, &roster, project.as_deref(), data);
        let (mut teams, unsplit) = assignment.teams(data);
        if project.is_none() && lists_idle {
            for id in self.allocated.keys() {
                teams.entry(*id).or_insert_with(|| assignment.idle(*id));
            }
        }
        let mut days: BTreeMap<NaiveDate, Day> = BTreeMap::new();
        for (date, _, _, day) in assignment.days(data) {
            let of_all = days.entry(date).or_default();
            of_all.add(day.spent, day.first_time);
        }
        let totals = data.totals.iter().map(|(_, total)| total);
        let totals = totals.filter(|total| assignment.is_wanted(total.project.as_ref()));
        let totals: Vec<StatedTotal> = totals.cloned().collect();
        let newest = self.newest_month();
        let is_open = newest.is_none_or(|newest| self.rank(newest) <= self.rank(month));
        let newest = is_open && self.has_rows(month);
        let is_shown = |row: &&KeptRow| {
            let team = assignment.owners.get(&row.name);
            let team = team.and_then(|id| teams.get(id));
            team.is_some_and(|team| team.tallies.contains_key(&row.entry.kind))
        };
        let rows = self.kept.of(month).filter(is_shown).collect();
        let teams = assignment.in_order(teams);
        let index = teams.iter().enumerate();
        ReconciledMonth {
            month,
            is_open,
            newest,
            stated: assignment.stated(data, &totals, newest && project.is_none()),
            totals,
            unsplit,
            unreadable: assignment.unreadable(month),
            days,
            rows,
            index: index.map(|(at, team)| (team.id, at)).collect(),
            teams,
            projects: assignment.projects.names,
            ledger: self,
            roster,
            project,
            noted: OnceCell::new(),
            period: None,
        }
    }
}

impl ReconciledMonth<'_> {
    pub(super) fn teams_of(&self, month: Month) -> Cow<'_, [TeamUsage]> {
        if month == self.month {
            return Cow::Borrowed(&self.teams);
        }
        let Some(data) = self.ledger.months.get(&month) else {
            return Cow::Borrowed(&[]);
        };
        let Ledger { roster, names, .. } = self.ledger;
        let roster = roster.of_month(names, month, data.monthly_names());
        let project = self.project.as_deref();
        let assignment = Assignment::new(self.ledger, &roster, project, data);
        Cow::Owned(assignment.teams(data).0.into_values().collect())
    }
}

/// Which team and which projects the rows of a month count for.
struct Assignment<'r, 'l> {
    ledger: &'l Ledger,
    wanted: Option<&'r str>,
    projects: Projects,
    /// Whose the details of each name are.
    owners: HashMap<NameId, NameId>,
}

impl<'r, 'l> Assignment<'r, 'l> {
    fn new(
        ledger: &'l Ledger,
        roster: &MonthRoster<'l>,
        wanted: Option<&'r str>,
        data: &MonthLedger,
    ) -> Self {
        let mut owners = HashMap::new();
        for (name, _, _) in data.tallies.keys() {
            owners.entry(*name).or_insert_with(|| roster.team_of(*name));
        }
        Self {
            ledger,
            wanted,
            projects: Projects::of(ledger, data),
            owners,
        }
    }

    fn unreadable(&self, month: Month) -> UnreadableRows {
        let mut unreadable = UnreadableRows::default();
        for of in [Some(month), None] {
            if let Some(some) = self.ledger.unreadable.get(&of) {
                unreadable.merge(some);
            }
        }
        unreadable
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
            let counts = self.counts(id, key);
            if kind != EntryKind::Monthly && self.is_unsplit(id, counts) {
                unsplit.entry(id).or_insert(tally.first);
            }
            if !counts {
                continue;
            }
            let team = teams.entry(id).or_insert_with(|| self.idle(id));
            team.tallies
                .entry(kind)
                .and_modify(|sum| sum.merge(tally))
                .or_insert_with(|| tally.clone());
        }
        for (key, surplus) in &data.surplus {
            let id = self.owner(key).filter(|id| self.counts(*id, key));
            if let Some(team) = id.and_then(|id| teams.get_mut(&id)) {
                team.surplus.get_or_insert_default().add(surplus);
            }
        }
        for (date, id, kind, day) in self.days(data) {
            // A monthly row with a date is no detail: it is the view beside them.
            if let Some(team) = teams.get_mut(&id).filter(|_| kind != EntryKind::Monthly) {
                let spent = team.days.entry(date).or_default();
                *spent = spent.saturating_add(day.spent);
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
            surplus: None,
        }
    }

    fn owner(&self, (name, _, kind): &TallyKey) -> Option<NameId> {
        match kind {
            EntryKind::Monthly => Some(self.ledger.roster.named(*name)),
            _ => self.owners.get(name).copied(),
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

    /// Whether the project of a team's details is unknown: its monthly rows name several, or none. If one project is asked
    /// for, only details that may belong to it are considered.
    fn is_unsplit(&self, id: NameId, counts: bool) -> bool {
        let projects = self.projects.of_team.get(&id);
        match self.wanted {
            Some(_) if counts => false,
            Some(wanted) => {
                projects.is_none_or(|projects| projects.len() > 1 && projects.contains(wanted))
            }
            None => {
                self.projects.names.len() > 1 && projects.is_none_or(|projects| projects.len() > 1)
            }
        }
    }

    fn in_order(&self, teams: BTreeMap<NameId, TeamUsage>) -> Vec<TeamUsage> {
        let allocated = &self.ledger.allocated;
        let mut teams: Vec<TeamUsage> = teams.into_values().collect();
        teams.sort_by_key(|team| {
            let monthly = team.tallies.get(&EntryKind::Monthly);
            let monthly = monthly.map(|tally| tally.first.order());
            let rank = allocated.get(&team.id).copied();
            (monthly.is_none(), monthly, rank.is_none(), rank, team.id)
        });
        teams
    }

    /// The figure the log states: its `TOTAL` rows, if every summary has one, else the row of a table of months, else the note
    /// on current usage.
    fn stated(&self, data: &MonthLedger, totals: &[StatedTotal], notes: bool) -> Option<StatedUse> {
        let of = |total: &StatedTotal| {
            let (tokens, place) = (total.figures.tokens?.into(), total.place);
            Some(StatedUse { tokens, place })
        };
        let add = |sum: StatedUse, next: StatedUse| StatedUse {
            tokens: sum.tokens + next.tokens,
            ..sum
        };
        let wanted = |project: &Option<Arc<str>>| self.is_wanted(project.as_ref());
        // Of several totals of a summary, the last is that of all its rows.
        let own: BTreeMap<usize, StatedUse> = data
            .totals
            .iter()
            .filter(|(_, total)| !total.of_months && wanted(&total.project))
            .filter_map(|(summary, total)| Some((*summary, of(total)?)))
            .collect();
        let mut summaries = data.summaries.iter();
        let complete =
            summaries.all(|(summary, project)| !wanted(project) || own.contains_key(summary));
        let legacy = !self.ledger.current_format;
        let of_months = totals.iter().filter(|total| total.of_months && legacy);
        let note = || {
            let (tokens, place) = self.ledger.note_of(|note| match note {
                NoteValue::CurrentUsage(tokens, _) => Some(*tokens),
                _ => None,
            })?;
            let tokens = tokens.into();
            Some(StatedUse { tokens, place })
        };
        // Of a budget that is reset by hand, the note is about its period.
        let notes = notes && self.ledger.reset == BudgetReset::Month;
        let own = own.into_values().filter(|_| complete).reduce(add);
        own.or_else(|| of_months.filter_map(of).reduce(add))
            .or_else(|| note().filter(|_| notes))
    }
}

/// The projects of a month, by its monthly summaries.
struct Projects {
    names: Vec<String>,
    /// The projects that each team has rows in.
    of_team: HashMap<NameId, HashSet<String>>,
    /// The folded names of all projects with rows. Rows without a project have an empty name.
    all: HashSet<String>,
}

impl Projects {
    fn of(ledger: &Ledger, data: &MonthLedger) -> Self {
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
                .entry(ledger.roster.named(*name))
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
