//! Monthly rows that grow: which row of a team takes more tokens, and where a team without one gets its row.

use std::collections::BTreeMap;

use super::{
    Document, RowKind, TableBlock, TableRow,
    sections::{self, NewSection},
    style,
    table::{NewRow, TableEditor, plain_text},
};
use crate::{
    analysis::ReconciledMonth,
    log::{Column, Role, cell},
    model::{Amount, Entry, Money, Month, Price, Status, Tokens, fold_name},
    text::Edit,
};

/// What is added to a team in a month.
#[derive(Clone, Debug, Default)]
pub(super) struct Growth {
    pub(super) tokens: Tokens,
    pub(super) estimate: bool,
    /// What that cost, where it is known, and whether it was given rather than computed.
    pub(super) cost: Option<(Money, bool)>,
    /// The price of a token, where all of it has the same.
    pub(super) price: Option<Price>,
    pub(super) minutes: Option<u64>,
    /// How many deliverables the team then has, where its monthly rows are to say so.
    pub(super) deliverables: Option<u64>,
    pub(super) status: Option<Status>,
}

/// The key of a row: where it stands, or who and what for it will be.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum RowKey {
    Known {
        table: usize,
        row: usize,
    },
    New {
        at: usize,
        team: String,
        task: Option<String>,
    },
}

/// The monthly rows of one month as they will be.
pub(super) struct MonthlyRows<'d> {
    document: &'d Document,
    reconciled: &'d ReconciledMonth<'d>,
    month: Month,
    growth: BTreeMap<RowKey, Growth>,
    added: usize,
}

impl<'d> MonthlyRows<'d> {
    pub(super) fn new(
        document: &'d Document,
        reconciled: &'d ReconciledMonth<'d>,
        month: Month,
    ) -> Self {
        Self {
            document,
            reconciled,
            month,
            growth: BTreeMap::new(),
            added: 0,
        }
    }

    /// Whether figures can be written: no table of the month keeps them in and out apart only.
    pub(super) fn is_writable(&self) -> bool {
        self.tables()
            .all(|(_, table)| table.columns.has(Column::Tokens))
    }

    /// Adds to a team.
    pub(super) fn add(&mut self, team: &str, task: Option<&str>, growth: Growth) {
        let key = self.key(team, task);
        let is_first = !self.growth.contains_key(&key);
        let sum = self.growth.entry(key).or_default();
        sum.tokens = sum.tokens + growth.tokens;
        sum.estimate |= growth.estimate;
        sum.cost = match (sum.cost, growth.cost) {
            (Some((one, exact)), Some((two, also))) if one.currency == two.currency => Some((
                Money {
                    nanos: one.nanos.saturating_add(two.nanos),
                    ..one
                },
                exact || also,
            )),
            (one, two) => one.or(two),
        };
        sum.price = if is_first {
            growth.price
        } else {
            sum.price.filter(|price| Some(*price) == growth.price)
        };
        sum.minutes = match (sum.minutes, growth.minutes) {
            (Some(one), Some(two)) => Some(one.saturating_add(two)),
            (one, two) => one.or(two),
        };
        sum.deliverables = growth.deliverables.or(sum.deliverables);
        sum.status = growth.status.or(sum.status.take());
    }

    /// Whether the monthly rows say how many deliverables came of a team's tokens, or can: they have a column for it.
    pub(super) fn counts_deliverables(&self, team: &str) -> bool {
        let mut rows = self.rows_of(team).peekable();
        if rows.peek().is_none() {
            return self
                .tables()
                .last()
                .is_some_and(|(_, table)| table.columns.has(Column::Deliverables));
        }
        rows.any(|(_, _, _, entry)| entry.figures.deliverables.is_some())
    }

    /// Whether the monthly rows of a team are of several projects.
    pub(super) fn is_of_several_projects(&self, team: &str) -> bool {
        let project = |entry: &Entry<'_>| entry.work.project.as_deref().map(fold_name);
        let mut projects = self.rows_of(team).map(|(_, _, _, entry)| project(entry));
        let first = projects.next();
        projects.any(|project| Some(&project) != first.as_ref())
    }

    /// The tables that hold rows of the month, or would.
    fn tables(&self) -> impl Iterator<Item = (usize, &'d TableBlock)> {
        let (document, month) = (self.document, self.month);
        let tables = document.tables.iter().enumerate();
        tables.filter(move |(_, table)| {
            table.role == Role::Monthly
                && (table.month(document) == Some(month)
                    || table.month(document).is_none() && table.columns.has(Column::Month))
        })
    }

    fn rows_of(
        &self,
        team: &str,
    ) -> impl Iterator<Item = (usize, usize, &'d TableRow, &'d Entry<'static>)> {
        let folded = fold_name(self.owner(team));
        let rows = self.tables().flat_map(|(at, table)| {
            table
                .rows
                .iter()
                .enumerate()
                .filter_map(move |(row_at, row)| match &row.kind {
                    RowKind::Entry(entry) => Some((at, row_at, row, &**entry)),
                    _ => None,
                })
        });
        rows.filter(move |(_, _, _, entry)| {
            entry.when.month == self.month && fold_name(self.owner(&entry.work.team)) == folded
        })
        .collect::<Vec<_>>()
        .into_iter()
    }

    fn owner<'n>(&'n self, team: &'n str) -> &'n str {
        self.reconciled
            .find_team(team)
            .map_or(team, |team| &team.name)
    }

    /// The row that grows: the team's only one; of several the one of that task, or a new one for it; without a task the last.
    fn key(&mut self, team: &str, task: Option<&str>) -> RowKey {
        let rows: Vec<_> = self.rows_of(team).collect();
        let folded = task.map(fold_name);
        let same = rows
            .iter()
            .find(|(_, _, _, entry)| entry.work.task.as_deref().map(fold_name) == folded);
        let known = match rows.as_slice() {
            [] => None,
            [only] => Some(only),
            [.., last] if folded.is_none() => same.or(Some(last)),
            _ => same,
        };
        if let Some((table, row, ..)) = known {
            return RowKey::Known {
                table: *table,
                row: *row,
            };
        }
        let team = self.owner(team).to_owned();
        let met = self.growth.keys().find(|key| {
            let RowKey::New {
                team: new,
                task: of,
                ..
            } = key
            else {
                return false;
            };
            // A team without a row gets one, not one for each task.
            fold_name(new) == fold_name(&team)
                && (rows.is_empty() || of.as_deref().map(fold_name) == folded)
        });
        met.cloned().unwrap_or_else(|| {
            self.added += 1;
            RowKey::New {
                at: self.added,
                team,
                task: task.map(str::to_owned),
            }
        })
    }

    /// The edits that make them so. A month without a summary gets one.
    pub(super) fn edits(&self) -> Vec<Edit> {
        let currency = self.reconciled.currency();
        let mut edits = Vec::new();
        for (key, growth) in &self.growth {
            if let RowKey::Known { table, row } = key {
                let table = &self.document.tables[*table];
                let editor = TableEditor::new(self.document, table, currency);
                edits.extend(grown(&editor, &table.rows[*row], growth));
            }
        }
        edits.extend(self.new_rows());
        edits
    }

    fn new_rows(&self) -> Option<Edit> {
        let new: Vec<(&String, &Option<String>, &Growth)> = self
            .growth
            .iter()
            .filter_map(|(key, growth)| match key {
                RowKey::New { team, task, .. } => Some((team, task, growth)),
                RowKey::Known { .. } => None,
            })
            .collect();
        if new.is_empty() {
            return None;
        }
        let rows: Vec<NewRow<'_>> = new
            .iter()
            .map(|(team, task, growth)| NewRow {
                team,
                task: task.as_deref(),
                tokens: Some((growth.tokens, growth.estimate)),
                cost: growth.cost,
                status: growth.status.as_ref(),
                minutes: growth.minutes,
                deliverables: growth.deliverables,
                month: Some(self.month.to_string()),
                ..NewRow::default()
            })
            .collect();
        let currency = self.reconciled.currency();
        match self.tables().last() {
            Some((_, table)) => {
                let editor = TableEditor::new(self.document, table, currency);
                let lines: Vec<String> = rows.iter().map(|row| editor.line(row)).collect();
                Some(sections::insert_lines(self.document, editor.end(), &lines))
            }
            None => Some(sections::monthly(
                self.document,
                &NewSection {
                    rows: &rows,
                    currency,
                },
                self.month,
            )),
        }
    }
}

/// The edits of a row that grows.
fn grown(editor: &TableEditor<'_>, row: &TableRow, growth: &Growth) -> Vec<Edit> {
    let RowKind::Entry(entry) = &row.kind else {
        return Vec::new();
    };
    let figures = entry.figures;
    let before = figures.tokens.unwrap_or(Amount::exact(Tokens::ZERO));
    let is_idle = before.value == Tokens::ZERO;
    let tokens = editor.raw(row, Column::Tokens).map(|raw| {
        let (sum, estimate) = (
            before.value + growth.tokens,
            before.estimate || growth.estimate,
        );
        style::respell_tokens(raw, sum, estimate)
            .filter(|_| !(is_idle && raw.len() == 1))
            .unwrap_or_else(|| editor.tokens(sum, estimate))
    });
    let cost = editor
        .raw(row, Column::Cost)
        .and_then(|raw| cost(editor, raw, entry, growth));
    let duration = editor.raw(row, Column::Duration).and_then(|raw| {
        let minutes = growth.minutes?;
        let had = figures
            .minutes
            .or((is_idle && cell::is_absent(raw)).then_some(0))?;
        Some(editor.duration(had.saturating_add(minutes)))
    });
    let deliverables = growth.deliverables.map(|count| count.to_string());
    let status = growth
        .status
        .as_ref()
        .filter(|status| entry.status.as_ref() != Some(status))
        .map(|status| editor.status(status));
    let cells = [
        (Column::Tokens, tokens),
        (Column::Cost, cost),
        (Column::Duration, duration),
        (Column::Deliverables, deliverables),
        (Column::Status, status),
    ];
    let edit = |(column, text): (Column, Option<String>)| editor.set(row, column, &text?);
    cells.into_iter().filter_map(edit).collect()
}

/// The cost of a row that grows. Where nothing is written, nothing is: the price of all its tokens is not that of some. A cost that
/// is the price of its tokens stays so, or the rounding of each addition would add up.
fn cost(editor: &TableEditor<'_>, raw: &str, entry: &Entry<'_>, growth: &Growth) -> Option<String> {
    let before = entry
        .figures
        .tokens
        .map_or(Tokens::ZERO, |tokens| tokens.value);
    let written = cell::money(&plain_text(raw)).ok().flatten();
    let Some((more, exact)) = growth.cost else {
        // What nothing cost says nothing of what something does.
        let is_nothing = before == Tokens::ZERO && written?.amount.value == 0;
        return is_nothing.then(|| "—".to_owned());
    };
    let Some(written) = written else {
        return (before == Tokens::ZERO).then(|| editor.money(more, exact));
    };
    let currency = written.currency.or(entry.figures.currency);
    if currency.is_some_and(|currency| currency != more.currency) {
        return None;
    }
    let is_price = |price: &Price| {
        let half = u128::from(written.amount.unit.div_ceil(2));
        price.currency == more.currency
            && price
                .cost(before)
                .nanos
                .abs_diff(written.amount.value.into())
                <= half
    };
    let sum = match growth.price.filter(|price| !exact && is_price(price)) {
        Some(price) => price.cost(before + growth.tokens).nanos,
        None => more.nanos.saturating_add(written.amount.value.into()),
    };
    style::respell_money(raw, sum, exact)
}
