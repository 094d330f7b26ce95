//! Monthly rows of one team and task that occur twice, since git kept the rows of both branches: what they are together.
//!
//! Two branches begin with one row, and each adds to it. The right figure holds what both began with once, and what each added.
//! Rows that were recorded say it themselves, see [`MergeBase`]; of others the details may show it. Where nothing does, all count.

mod division;
mod group;
mod team;

use std::{
    collections::HashSet,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    mem,
    sync::Arc,
};

use chrono::NaiveDate;

use super::{
    cost::CostSum,
    ledger::{Ledger, TallyKey},
    names::NameId,
    team_usage::Tally,
};
use crate::{
    model::{Amount, Entry, EntryKind, Figures, MergeBase, Tokens, fold_name},
    text::{FileRole, Place},
};

/// A monthly row as it was read.
#[derive(Clone, Debug)]
pub(super) struct MonthlyRow {
    name: NameId,
    project: Option<Arc<str>>,
    /// Folded.
    task: Option<String>,
    /// The line of the heading of its summary.
    summary: usize,
    figures: Figures,
    tally: Tally,
    base: Option<Box<MergeBase>>,
    /// The details that were added last when it was written are still there.
    pub(super) has_last: bool,
    place: Place,
}

/// A detail, where a monthly row occurs again or none was read yet.
#[derive(Clone, Debug)]
struct Detail {
    name: NameId,
    task: Option<String>,
    /// In an archive or in the log, of which day, and in what kind of table.
    table: (bool, Option<NaiveDate>, EntryKind),
    tokens: Tokens,
    cost: CostSum,
    id: Option<String>,
}

/// The monthly rows of a month, and its details if they may be needed to combine rows.
#[derive(Clone, Debug, Default)]
pub(super) struct MonthlyRows {
    all: Vec<MonthlyRow>,
    /// The hashes of their teams, projects and tasks.
    met: HashSet<u64>,
    has_repeats: bool,
    details: Vec<Detail>,
    /// A detail was passed over.
    is_incomplete: bool,
}

/// Monthly rows of one team and task that should be one.
#[derive(Clone, Debug)]
pub struct MergedRows {
    pub team: String,
    /// Two or more, from top to bottom.
    pub places: Vec<Place>,
    /// The lines of the headings of their summaries.
    pub(super) summaries: Vec<usize>,
    /// What the one right row says. None where nothing shows it, so that all of them count.
    pub resolution: Option<Resolution>,
}

/// What the one right row says.
#[derive(Clone, Debug)]
pub struct Resolution {
    pub tokens: Tokens,
    /// What the branches began with, at most.
    pub common: Tokens,
    pub cost: CostSum,
    /// What it is to be written with. None where no detail has an id.
    pub base: Option<MergeBase>,
}

impl MonthlyRow {
    pub(super) fn of(entry: &Entry<'_>, name: NameId, cost: &CostSum, summary: usize) -> Self {
        let mut tally = Tally {
            first: entry.place,
            ..Tally::default()
        };
        tally.add(entry, cost);
        Self {
            name,
            project: entry.work.project.clone(),
            task: entry.work.task.as_deref().map(fold_name),
            summary,
            figures: entry.figures,
            tally,
            base: entry.base.clone(),
            has_last: true,
            place: entry.place,
        }
    }

    /// The ids of the details that were added last.
    pub(super) fn ids(&self) -> impl Iterator<Item = &str> {
        self.base.iter().flat_map(|base| base.ids())
    }

    pub(super) fn task(&self) -> Option<String> {
        self.task.clone()
    }

    pub(super) fn project(&self) -> Option<Arc<str>> {
        self.project.clone()
    }

    pub(super) const fn summary(&self) -> usize {
        self.summary
    }

    fn tokens(&self) -> Amount<Tokens> {
        let tokens = self.figures.tokens;
        tokens.unwrap_or(Amount::exact(Tokens::ZERO))
    }

    /// By how much rounding may have changed it.
    fn slack(&self) -> u64 {
        match self.tokens().unit {
            0 | 1 => 0,
            unit => unit,
        }
    }

    /// The tokens that it has beyond those that were written. None where it has less.
    fn added_since(&self, base: &MergeBase) -> Option<u64> {
        let (value, written) = (self.tokens().value.0, base.row.0);
        if value.abs_diff(written) < self.slack() {
            return Some(0);
        }
        value.checked_sub(written)
    }

    fn key(&self) -> TallyKey {
        (self.name, self.project.clone(), EntryKind::Monthly)
    }

    fn says_the_same_as(&self, other: &Self) -> bool {
        self.figures == other.figures
            && self.base == other.base
            && self.tally.status == other.tally.status
    }
}

impl MonthlyRows {
    pub(super) fn add(&mut self, row: MonthlyRow) {
        let mut hasher = DefaultHasher::new();
        let project = row.project.as_deref().map(fold_name);
        (row.name, project, &row.task).hash(&mut hasher);
        self.has_repeats |= !self.met.insert(hasher.finish());
        self.all.push(row);
    }

    pub(super) fn add_detail(&mut self, entry: &Entry<'_>, name: NameId, cost: &CostSum) {
        if !self.has_repeats && !self.all.is_empty() {
            self.is_incomplete = true;
            return;
        }
        let Some(tokens) = entry.figures.tokens else {
            return;
        };
        let is_in_log = entry.place.file.role() != FileRole::Archive;
        self.details.push(Detail {
            name,
            task: entry.monthly_task().map(fold_name),
            table: (is_in_log, entry.when.date, entry.kind),
            tokens: tokens.value,
            cost: cost.clone(),
            id: entry.id.as_deref().map(str::to_owned),
        });
    }

    /// A row of a team that was written with the same base. Of many rows, the last are looked at.
    pub(super) fn alike(&self, name: NameId, base: &MergeBase) -> Option<&MonthlyRow> {
        const MAX_LOOKED_AT: usize = 1_000;
        let mut rows = self.all.iter().rev().take(MAX_LOOKED_AT);
        rows.find(|row| {
            let own = row.base.as_deref();
            row.name == name && own.is_some_and(|own| own.base == base.base)
        })
    }

    /// The rows, where some occur again.
    pub(super) fn again(&mut self) -> impl Iterator<Item = &mut MonthlyRow> {
        self.all.iter_mut().filter(|_| self.has_repeats)
    }
}

impl Ledger {
    /// Counts monthly rows that should be one as what they are together.
    pub(super) fn resolve_merged_rows(&mut self) {
        let mut months = mem::take(&mut self.months);
        for (month, data) in &mut months {
            let rows = mem::take(&mut data.rows);
            if rows.has_repeats {
                let roster = self
                    .roster
                    .of_month(&self.names, *month, data.monthly_names());
                let teams = team::find(self, &roster, data, &rows);
                let names = |id| self.names.shown(id);
                let resolved = teams.into_iter().map(|(id, team)| team.resolve(names(id)));
                for (merged, tallies) in resolved.collect::<Vec<_>>() {
                    for (key, tally) in tallies {
                        data.tallies.insert(key, tally);
                    }
                    data.merged.extend(merged);
                }
                data.merged
                    .sort_by_key(|merged| merged.places.first().map(Place::order));
            }
        }
        self.months = months;
    }
}
