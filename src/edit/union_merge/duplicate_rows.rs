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
    log::Role,
    model::{Amount, EntryKind, Month, RoundedSum, Tokens},
};

/// Rows that occur twice.
#[derive(Clone, Debug)]
pub(super) struct DuplicateRows<'d> {
    pub(super) team: String,
    pub(super) rows: Vec<&'d TableRow>,
    /// What they add up to.
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

/// A row of a day or a session.
struct Detail {
    order: chrono::NaiveDate,
    task: Task,
    tokens: Amount<Tokens>,
    cost: Option<i128>,
    has_id: bool,
}

type Task = Option<String>;

/// The rows of a merged table that occur twice.
pub(super) fn find<'d>(
    document: &Document,
    merged: &MergedTable<'d>,
    reconciled: &ReconciledMonth<'_>,
) -> Vec<DuplicateRows<'d>> {
    let mut teams: BTreeMap<&str, BTreeMap<Task, Vec<&TableRow>>> = BTreeMap::new();
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
    let mut all = Vec::new();
    let several: Vec<&Vec<&TableRow>> = teams
        .values()
        .flat_map(BTreeMap::values)
        .filter(|rows| rows.len() > 1)
        .collect();
    for (name, tasks) in &teams {
        let details = details.remove(*name).unwrap_or_default();
        let Some(team) = reconciled.find_team(name) else {
            continue;
        };
        let resolver = Resolver {
            document,
            team,
            several: &several,
        };
        let resolutions = resolver.resolve(tasks, &details);
        let all_rows = tasks.values().zip(resolutions);
        for (rows, resolution) in all_rows.filter(|(rows, _)| rows.len() > 1) {
            let tokens = rows.iter().filter_map(|row| tokens_of(row));
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

/// The details of a month that count, team by team, those of earlier days first.
fn details(
    document: &Document,
    reconciled: &ReconciledMonth<'_>,
    month: Month,
) -> BTreeMap<String, Vec<Detail>> {
    let mut ids: HashSet<&str> = HashSet::new();
    let mut details: BTreeMap<String, Vec<Detail>> = BTreeMap::new();
    let tables = document
        .tables
        .iter()
        .filter(|table| matches!(table.role, Role::Daily | Role::Session));
    for row in tables.flat_map(|table| &table.rows) {
        let Some(entry) = row.entry() else { continue };
        let is_new = entry.id.as_deref().is_none_or(|id| ids.insert(id));
        let (Some(tokens), Some(date)) = (entry.figures.tokens, entry.when.date) else {
            continue;
        };
        if !is_new || entry.when.month != month {
            continue;
        }
        let own = entry.figures.currency;
        let is_own = own.is_none_or(|currency| currency == reconciled.currency());
        let team = reconciled.find_team(&entry.work.team);
        if let Some(team) = team {
            details.entry(team.name.clone()).or_default().push(Detail {
                order: date,
                task: task_of(entry),
                tokens,
                cost: entry
                    .figures
                    .cost
                    .filter(|_| is_own)
                    .map(|cost| cost.value.into()),
                has_id: entry.id.is_some(),
            });
        }
    }
    for rows in details.values_mut() {
        rows.sort_by_key(|detail| detail.order);
    }
    details
}

/// Finds what the monthly rows of a team should say.
struct Resolver<'r, 'd> {
    document: &'r Document,
    team: &'r TeamUsage,
    /// All groups of the table with several rows.
    several: &'r [&'r Vec<&'d TableRow>],
}

impl Resolver<'_, '_> {
    /// What the row of each task should say.
    fn resolve(
        &self,
        tasks: &BTreeMap<Task, Vec<&TableRow>>,
        details: &[Detail],
    ) -> Vec<Option<Resolution>> {
        let listed: Tokens = details.iter().map(|detail| detail.tokens.value).sum();
        let archived = self.team.details().saturating_sub(listed);
        let count: usize = tasks.values().map(Vec::len).sum();
        let monthly = self.team.tallies.get(&EntryKind::Monthly);
        // Rows in other tables of the month share the details with these.
        let is_here = monthly.is_some_and(|tally| tally.rows == count as u64);
        if !is_here || listed > self.team.details() {
            return vec![None; tasks.len()];
        }
        let has_ids = details.iter().any(|detail| detail.has_id);
        let is_only = tasks.len() == 1;
        let of_task = |task: &Task| -> Vec<&Detail> {
            let own = details
                .iter()
                .filter(|detail| is_only || detail.task == *task);
            own.collect()
        };
        let is_separate = is_only || archived == Tokens::ZERO && are_separate(tasks, details);
        let group = |(task, rows): (&Task, &Vec<&TableRow>)| {
            let of_details = group(rows, archived, &of_task(task));
            of_details
                .filter(|_| is_separate)
                .or_else(|| self.unchanged(rows).filter(|_| !has_ids))
        };
        tasks.iter().map(group).collect()
    }

    /// A row that neither branch touched, and that occurs twice because the rows beside it were: it is the same in every byte, and
    /// the rows of another team occur twice in the same order.
    fn unchanged(&self, rows: &[&TableRow]) -> Option<Resolution> {
        let line = |row: &TableRow| self.document.at(row.line());
        let start = |row: &TableRow| row.place.line_start;
        let [one, two] = rows else { return None };
        let tokens = tokens_of(one).map_or(Tokens::ZERO, |tokens| tokens.value);
        let is_inside = self.several.iter().any(|other| match other.as_slice() {
            [first, second] => {
                let starts = [first, one, second, two].map(|row| start(row));
                let is_around = starts.is_sorted_by(|one, two| one < two);
                let starts = [one, first, two, second].map(|row| start(row));
                let is_across = is_around || starts.is_sorted_by(|one, two| one < two);
                is_across && line(first) != line(second)
            }
            _ => false,
        });
        (is_inside && line(one) == line(two)).then_some(Resolution {
            tokens,
            common: tokens,
            cost: None,
        })
    }
}

/// Whether the details can be told apart by task: each is of one that has a row, and those of single rows agree with these.
fn are_separate(tasks: &BTreeMap<Task, Vec<&TableRow>>, details: &[Detail]) -> bool {
    let sum = |task: &Task| -> RoundedSum {
        let own = details.iter().filter(|detail| detail.task == *task);
        own.map(|detail| RoundedSum::from(detail.tokens)).sum()
    };
    let agrees = |(task, rows): (&Task, &Vec<&TableRow>)| match rows.as_slice() {
        [only] => {
            let tokens = tokens_of(only);
            tokens.is_some_and(|tokens| sum(task).agrees_with(tokens))
        }
        _ => true,
    };
    details
        .iter()
        .all(|detail| tasks.contains_key(&detail.task))
        && tasks.iter().all(agrees)
}

fn group(rows: &[&TableRow], archived: Tokens, details: &[&Detail]) -> Option<Resolution> {
    let stated: Option<Vec<Amount<Tokens>>> = rows.iter().map(|row| tokens_of(row)).collect();
    let stated = stated?;
    let is_estimate = stated.iter().any(|tokens| tokens.estimate)
        || details.iter().any(|detail| detail.tokens.estimate);
    if is_estimate {
        return None;
    }
    let amounts: Vec<Amount<Tokens>> = details.iter().map(|detail| detail.tokens).collect();
    let (tokens, common) = join(&stated, archived, &amounts)?;
    let costs: Option<Vec<i128>> = details.iter().map(|detail| detail.cost).collect();
    let cost = costs.filter(|_| archived == Tokens::ZERO);
    Some(Resolution {
        tokens,
        common,
        cost: cost.map(|costs| costs.into_iter().sum()),
    })
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
    let is_common = |before: Tokens| {
        let difference = (u128::from(before.0) * too_often).abs_diff(beyond);
        difference * 2 <= u128::from(rounding) && before <= smallest.saturating_add(slack)
    };
    let mut before = archived;
    if is_common(before) {
        return Some((all, before));
    }
    for amount in details {
        before = before.saturating_add(amount.value);
        if is_common(before) {
            return Some((all, before));
        }
    }
    None
}

fn tokens_of(row: &TableRow) -> Option<Amount<Tokens>> {
    row.entry()?.figures.tokens
}
