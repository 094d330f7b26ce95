//! Monthly rows of one team and task that stand twice: what they add up to, and the one row that says so.
//!
//! Two branches begin with the same row, and each adds to it. What is right holds what both began with once, and what each added;
//! the details have all of that, if they hold everything. They do where those of before the branches parted, which come first, add
//! up to exactly what the rows have in common.

use std::collections::{BTreeMap, HashSet};

use super::{
    super::{Document, RowKind, TableBlock, TableRow},
    seams::Seam,
};
use crate::{
    analysis::{ReconciledMonth, TeamUsage},
    log::{Role, cell},
    model::{Amount, Entry, EntryKind, Month, RoundedSum, Tokens, fold_name},
    text::{Place, Span},
};

/// Rows that stand twice.
#[derive(Clone, Debug)]
pub(super) struct Doubled {
    /// Whose.
    pub(super) team: String,
    /// Which rows of the table.
    pub(super) rows: Vec<usize>,
    /// What they add up to.
    pub(super) stated: Tokens,
    /// What the one row that is right says. None where nothing tells.
    pub(super) known: Option<Known>,
}

/// What is known of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Known {
    /// The figure of the one row.
    pub(super) tokens: Tokens,
    /// What the branches began with.
    pub(super) common: Tokens,
    /// What the details say that it cost, where they say so of each.
    pub(super) cost: Option<i128>,
}

/// A row of a day or a session.
struct Detail {
    order: chrono::NaiveDate,
    task: Option<String>,
    tokens: Amount<Tokens>,
    cost: Option<i128>,
    has_id: bool,
}

type Task = Option<String>;

/// The rows of a merged table that stand twice.
pub(super) fn doubled(
    document: &Document,
    seam: &Seam,
    reconciled: &ReconciledMonth,
) -> Vec<Doubled> {
    let table = &document.tables[seam.table];
    let mut teams: BTreeMap<&str, BTreeMap<Task, Vec<usize>>> = BTreeMap::new();
    for (at, row) in table.rows.iter().enumerate() {
        let Some(entry) = row.entry() else { continue };
        if let Some(team) = reconciled.find_team(&entry.work.team) {
            let tasks = teams.entry(team.name.as_str()).or_default();
            tasks.entry(task_of(entry)).or_default().push(at);
        }
    }
    teams.retain(|_, tasks| tasks.values().any(|rows| rows.len() > 1));
    if teams.is_empty() {
        return Vec::new();
    }
    let mut details = details(document, reconciled, seam.month);
    let mut all = Vec::new();
    let several: Vec<&Vec<usize>> = teams
        .values()
        .flat_map(BTreeMap::values)
        .filter(|rows| rows.len() > 1)
        .collect();
    for (name, tasks) in &teams {
        let details = details.remove(*name).unwrap_or_default();
        let Some(team) = reconciled.find_team(name) else {
            continue;
        };
        let judge = Judge {
            document,
            table,
            team,
            several: &several,
        };
        let known = judge.known(tasks, &details);
        for (rows, known) in tasks.values().zip(known).filter(|(rows, _)| rows.len() > 1) {
            all.push(Doubled {
                team: (*name).to_owned(),
                stated: rows.iter().filter_map(|row| tokens_of(table, *row)).sum(),
                rows: rows.clone(),
                known,
            });
        }
    }
    all.sort_by_key(|doubled| doubled.rows.first().copied());
    all
}

/// The task of a row, folded; none where the cell says nothing.
pub(super) fn task_of(entry: &Entry<'_>) -> Task {
    let task = entry.work.task.as_deref();
    task.filter(|task| !cell::is_absent(task)).map(fold_name)
}

/// The details of a month that count, team by team, those of earlier days first.
fn details(
    document: &Document,
    reconciled: &ReconciledMonth,
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

/// What is to be judged: the monthly rows of a team.
struct Judge<'d> {
    document: &'d Document,
    table: &'d TableBlock,
    team: &'d TeamUsage,
    /// All groups of the table with several rows.
    several: &'d [&'d Vec<usize>],
}

impl Judge<'_> {
    /// What is known of each task.
    fn known(&self, tasks: &BTreeMap<Task, Vec<usize>>, details: &[Detail]) -> Vec<Option<Known>> {
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
        let is_parted = is_only || archived == Tokens::ZERO && self.are_parted(tasks, details);
        let group = |(task, rows): (&Task, &Vec<usize>)| {
            let of_details = self.group(rows, archived, &of_task(task));
            of_details
                .filter(|_| is_parted)
                .or_else(|| self.kept(rows).filter(|_| !has_ids))
        };
        tasks.iter().map(group).collect()
    }

    /// Whether the details can be told apart by task: each is of one that has a row, and those of single rows agree with these.
    fn are_parted(&self, tasks: &BTreeMap<Task, Vec<usize>>, details: &[Detail]) -> bool {
        let sum = |task: &Task| -> RoundedSum {
            let own = details.iter().filter(|detail| detail.task == *task);
            own.map(|detail| RoundedSum::from(detail.tokens)).sum()
        };
        let agrees = |(task, rows): (&Task, &Vec<usize>)| match rows.as_slice() {
            [only] => {
                let tokens = self.tokens(*only);
                tokens.is_some_and(|tokens| sum(task).agrees_with(tokens))
            }
            _ => true,
        };
        details
            .iter()
            .all(|detail| tasks.contains_key(&detail.task))
            && tasks.iter().all(agrees)
    }

    fn tokens(&self, row: usize) -> Option<Amount<Tokens>> {
        self.table.rows.get(row)?.entry()?.figures.tokens
    }

    fn group(&self, rows: &[usize], archived: Tokens, details: &[&Detail]) -> Option<Known> {
        let stated: Option<Vec<Amount<Tokens>>> =
            rows.iter().map(|row| self.tokens(*row)).collect();
        let stated = stated?;
        let is_estimate = stated.iter().any(|tokens| tokens.estimate)
            || details.iter().any(|detail| detail.tokens.estimate);
        if is_estimate {
            return None;
        }
        let amounts: Vec<Amount<Tokens>> = details.iter().map(|detail| detail.tokens).collect();
        let (tokens, common) = joined(&stated, archived, &amounts)?;
        let costs: Option<Vec<i128>> = details.iter().map(|detail| detail.cost).collect();
        let cost = costs.filter(|_| archived == Tokens::ZERO);
        Some(Known {
            tokens,
            common,
            cost: cost.map(|costs| costs.into_iter().sum()),
        })
    }

    /// A row that neither branch touched, and that stands twice since the rows beside it were: it is the same in every byte, and
    /// the rows of another team stand twice in the same order.
    fn kept(&self, rows: &[usize]) -> Option<Known> {
        let line = |row: &usize| self.document.at(line_of(&self.table.rows[*row]));
        let [one, two] = rows else { return None };
        let tokens = tokens_of(self.table, *one).unwrap_or_default();
        let is_inside = self.several.iter().any(|other| match other.as_slice() {
            [first, second] => {
                let is_around = first < one && one < second && second < two;
                let is_across = is_around || one < first && first < two && two < second;
                is_across && line(first) != line(second)
            }
            _ => false,
        });
        (is_inside && line(one) == line(two)).then_some(Known {
            tokens,
            common: tokens,
            cost: None,
        })
    }
}

/// What rows of several branches come to, and what they have in common. None where the details do not tell.
fn joined(
    rows: &[Amount<Tokens>],
    archived: Tokens,
    details: &[Amount<Tokens>],
) -> Option<(Tokens, Tokens)> {
    let sum = |amounts: &[Amount<Tokens>]| -> RoundedSum {
        amounts.iter().map(|amount| RoundedSum::from(*amount)).sum()
    };
    let (stated, held) = (sum(rows), sum(details));
    let all = archived + held.tokens;
    let largest = rows.iter().map(|row| row.value).max()?;
    let smallest = rows.iter().map(|row| row.value).min()?;
    if all >= stated.tokens {
        return Some((all, Tokens::ZERO));
    }
    let rounding = stated.rounding.saturating_add(held.rounding);
    let slack = Tokens(rounding / 2);
    if all + slack < largest {
        return None;
    }
    // A row that has all of the details is that of the only branch that added to it.
    if all.0.abs_diff(largest.0) <= slack.0 {
        return Some((largest, smallest));
    }
    // Of so many rows, all but one hold what was there before once too often.
    let too_often = rows.len().checked_sub(1)? as u128;
    let beyond = u128::from(stated.tokens.saturating_sub(all).0);
    let is_common = |before: Tokens| {
        let difference = (u128::from(before.0) * too_often).abs_diff(beyond);
        difference * 2 <= u128::from(rounding) && before <= smallest + slack
    };
    let mut before = archived;
    if is_common(before) {
        return Some((all, before));
    }
    for amount in details {
        before = before + amount.value;
        if is_common(before) {
            return Some((all, before));
        }
    }
    None
}

fn tokens_of(table: &TableBlock, row: usize) -> Option<Tokens> {
    let entry = table.rows.get(row)?.entry()?;
    Some(entry.figures.tokens?.value)
}

/// The line of a row without its line end.
pub(super) const fn line_of(row: &TableRow) -> Span {
    Span::new(row.place.line_start, row.place.span.end)
}

impl TableRow {
    /// The spending it tells of.
    pub(super) fn entry(&self) -> Option<&Entry<'static>> {
        match &self.kind {
            RowKind::Entry(entry) => Some(entry),
            _ => None,
        }
    }
}

impl TableBlock {
    /// Where the figure of a row stands.
    pub(super) fn figure_place(&self, row: usize) -> Option<Place> {
        Some(self.rows.get(row)?.entry()?.place)
    }
}
