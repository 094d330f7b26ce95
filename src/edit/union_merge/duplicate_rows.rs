//! Monthly rows of one team and task that occur twice: how much they are together, and the one row that says so.
//!
//! Two branches begin with the same row, and each adds to it. The right figure holds what both began with once, and what each added.
//! The details show it if they hold everything: then those of before the branches parted, which come first, add up to exactly what
//! the rows have in common.

use std::collections::{BTreeMap, HashSet};

use super::{
    super::{Document, TableRow},
    merged_table::{MergedTable, task_of},
};
use crate::{
    analysis::{ReconciledMonth, TeamUsage},
    model::{Amount, Currency, Entry, EntryKind, Figures, Month, RoundedSum, Tokens},
};

#[derive(Clone, Debug)]
pub(super) struct DuplicateRows<'d> {
    pub(super) team: String,
    pub(super) rows: Vec<&'d TableRow>,
    pub(super) stated: Tokens,
    /// What the one right row says. None where nothing shows it.
    pub(super) resolution: Option<Resolution>,
}

/// What the one right row says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Resolution {
    pub(super) tokens: Tokens,
    /// What the branches began with.
    pub(super) common: Tokens,
    /// What the details say that it cost, if each says so.
    pub(super) cost: Option<i128>,
}

type FoldedTask = Option<String>;

type Tasks<'d> = BTreeMap<FoldedTask, Vec<&'d TableRow>>;

pub(super) fn find<'d>(
    document: &Document,
    merged: &MergedTable<'d>,
    reconciled: &ReconciledMonth<'_>,
) -> Vec<DuplicateRows<'d>> {
    let mut teams: BTreeMap<&str, Tasks<'d>> = BTreeMap::new();
    for row in &merged.table.rows {
        let Some(entry) = row.entry() else { continue };
        if let Some(team) = reconciled.find_team(&entry.work.team) {
            let tasks = teams.entry(team.name.as_str()).or_default();
            tasks.entry(task_of(entry)).or_default().push(row);
        }
    }
    teams.retain(|_, tasks| tasks.values().any(|rows| rows.len() > 1));
    if teams.is_empty() {
        return Vec::new();
    }
    let mut details = details(document, reconciled, merged.month);
    let groups = teams.values().flat_map(BTreeMap::values);
    let several = groups.filter(|rows| rows.len() > 1).map(Vec::as_slice);
    let several: Vec<&[&TableRow]> = several.collect();
    let mut all = Vec::new();
    for (name, tasks) in &teams {
        let details = details.remove(*name).unwrap_or_default();
        let team = reconciled.find_team(name);
        let context = team.and_then(|team| Details::of(team, tasks, details));
        for (task, rows) in tasks.iter().filter(|(_, rows)| rows.len() > 1) {
            let tokens = rows.iter().filter_map(|row| tokens_of(row));
            let resolution = context.as_ref().and_then(|details| {
                let resolution = details.resolve(task, rows, reconciled.currency());
                let is_known = details.entries.iter().any(|entry| entry.id.is_some());
                resolution.or_else(|| unchanged(document, rows, &several).filter(|_| !is_known))
            });
            all.push(DuplicateRows {
                team: (*name).to_owned(),
                stated: tokens.map(|tokens| tokens.value).sum(),
                rows: rows.clone(),
                resolution,
            });
        }
    }
    all.sort_by_key(|duplicate| duplicate.rows.first().map(|row| row.place.line_start));
    all
}

/// The entries of days and sessions of a month that count, team by team, those of earlier days first.
fn details<'d, 'r>(
    document: &'d Document,
    reconciled: &'r ReconciledMonth<'_>,
    month: Month,
) -> BTreeMap<&'r str, Vec<&'d Entry<'static>>> {
    let mut ids: HashSet<&str> = HashSet::new();
    let mut details: BTreeMap<&str, Vec<&Entry<'_>>> = BTreeMap::new();
    for entry in document.details().filter_map(TableRow::entry) {
        let is_new = entry.id.as_deref().is_none_or(|id| ids.insert(id));
        let is_dated = entry.when.month == month && entry.when.date.is_some();
        let team = reconciled.find_team(&entry.work.team);
        if let Some(team) = team.filter(|_| is_new && is_dated)
            && entry.figures.tokens.is_some()
        {
            details.entry(&team.name).or_default().push(entry);
        }
    }
    for entries in details.values_mut() {
        entries.sort_by_key(|entry| entry.when.date);
    }
    details
}

/// The details of a team whose monthly rows are all in one table.
struct Details<'d> {
    entries: Vec<&'d Entry<'static>>,
    /// What the details in archives add up to.
    archived: Tokens,
    has_one_task: bool,
    /// Whether it is known which details belong to a row.
    are_separate: bool,
}

impl<'d> Details<'d> {
    /// None where rows in other tables of the month share the details with these.
    fn of(team: &TeamUsage, tasks: &Tasks<'_>, entries: Vec<&'d Entry<'static>>) -> Option<Self> {
        let tokens = entries.iter().filter_map(|entry| entry.figures.tokens);
        let listed: Tokens = tokens.map(|tokens| tokens.value).sum();
        let archived = team.details().0.checked_sub(listed.0).map(Tokens)?;
        let count: usize = tasks.values().map(Vec::len).sum();
        let monthly = team.tallies.get(&EntryKind::Monthly);
        let has_one_task = tasks.len() == 1;
        let are_separate =
            has_one_task || archived == Tokens::ZERO && are_separate(tasks, &entries);
        monthly.filter(|tally| tally.rows == count as u64)?;
        Some(Self {
            entries,
            archived,
            has_one_task,
            are_separate,
        })
    }

    /// What the row of a task should say.
    fn resolve(
        &self,
        task: &FoldedTask,
        rows: &[&TableRow],
        currency: Currency,
    ) -> Option<Resolution> {
        let entries = self.entries.iter();
        let own = entries.filter(|entry| self.has_one_task || task_of(entry) == *task);
        let figures: Vec<Figures> = own.map(|entry| entry.figures).collect();
        let details: Vec<_> = figures.iter().filter_map(|own| own.tokens).collect();
        let stated: Option<Vec<_>> = rows.iter().map(|row| tokens_of(row)).collect();
        let stated = stated.filter(|_| self.are_separate)?;
        if stated.iter().chain(&details).any(|tokens| tokens.estimate) {
            return None;
        }
        let (tokens, common) = join(&stated, self.archived, &details)?;
        let costs = figures.iter().map(|own| {
            let is_own = own.currency.is_none_or(|own| own == currency);
            own.cost
                .filter(|_| is_own)
                .map(|cost| i128::from(cost.value))
        });
        let cost: Option<i128> = costs.sum();
        Some(Resolution {
            tokens,
            common,
            cost: cost.filter(|_| self.archived == Tokens::ZERO),
        })
    }
}

/// A row that neither branch touched, and that occurs twice because the rows beside it were: it is the same in every byte, and
/// the rows of another team occur twice in the same order.
fn unchanged(
    document: &Document,
    rows: &[&TableRow],
    several: &[&[&TableRow]],
) -> Option<Resolution> {
    let line = |row: &TableRow| document.at(row.line());
    let [one, two] = rows else { return None };
    let tokens = tokens_of(one).map_or(Tokens::ZERO, |tokens| tokens.value);
    let is_in_order = |rows: [&TableRow; 4]| {
        let starts = rows.map(|row| row.place.line_start);
        starts.is_sorted_by(|one, two| one < two)
    };
    let is_across = several.iter().any(|other| match other {
        [first, second] if line(first) != line(second) => {
            is_in_order([first, one, second, two]) || is_in_order([one, first, two, second])
        }
        _ => false,
    });
    (is_across && line(one) == line(two)).then_some(Resolution {
        tokens,
        common: tokens,
        cost: None,
    })
}

/// Whether each detail can be assigned to one task: every task has a monthly row, and the details of a task with only one row
/// agree with it.
fn are_separate(tasks: &Tasks<'_>, details: &[&Entry<'_>]) -> bool {
    let mut sums: BTreeMap<FoldedTask, RoundedSum> = BTreeMap::new();
    for entry in details {
        let sum = sums.entry(task_of(entry)).or_default();
        *sum = entry
            .figures
            .tokens
            .map_or(*sum, |tokens| *sum + tokens.into());
    }
    let agrees = |(task, rows): (&FoldedTask, &Vec<&TableRow>)| match rows.as_slice() {
        [only] => tokens_of(only).is_some_and(|tokens| {
            let sum = sums.get(task).copied().unwrap_or_default();
            sum.agrees_with(tokens)
        }),
        _ => true,
    };
    sums.keys().all(|task| tasks.contains_key(task)) && tasks.iter().all(agrees)
}

/// What rows of several branches say together, and what they have in common. None where the details do not show it.
fn join(
    rows: &[Amount<Tokens>],
    archived: Tokens,
    details: &[Amount<Tokens>],
) -> Option<(Tokens, Tokens)> {
    let sum = |amounts: &[Amount<Tokens>]| -> RoundedSum {
        amounts.iter().map(|amount| RoundedSum::from(*amount)).sum()
    };
    let (stated, held) = (sum(rows), sum(details));
    let all = archived.saturating_add(held.tokens);
    let largest = rows.iter().map(|row| row.value).max()?;
    let smallest = rows.iter().map(|row| row.value).min()?;
    if all >= stated.tokens {
        return Some((all, Tokens::ZERO));
    }
    let rounding = stated.rounding.saturating_add(held.rounding);
    let slack = Tokens(rounding / 2);
    if all.saturating_add(slack) < largest {
        return None;
    }
    // A row that has all of the details is that of the only branch that added to it.
    if all.0.abs_diff(largest.0) <= slack.0 {
        return Some((largest, smallest));
    }
    // All rows but one hold what was there before once too often.
    let too_often = rows.len().checked_sub(1)? as u128;
    let beyond = u128::from(stated.tokens.saturating_sub(all).0);
    let is_common = |before: &Tokens| {
        let difference = (u128::from(before.0) * too_often).abs_diff(beyond);
        difference * 2 <= u128::from(rounding) && *before <= smallest.saturating_add(slack)
    };
    let mut before = archived;
    let more = details.iter().map(|amount| {
        before = before.saturating_add(amount.value);
        before
    });
    let common = std::iter::once(archived).chain(more).find(is_common);
    Some((all, common?))
}

fn tokens_of(row: &TableRow) -> Option<Amount<Tokens>> {
    row.entry()?.figures.tokens
}
