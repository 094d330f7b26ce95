//! Tables that git merged line by line: what shows it are totals that occur twice.

use std::collections::HashSet;

use super::super::{Document, RowKind, TableBlock, TableRow, notes, timestamp};
use crate::{
    log::{Column, Role, cell},
    model::{Amount, Entry, Month, NoteValue, RoundedSum, Tokens, fold_name},
};

/// A monthly table with several totals of one name.
#[derive(Clone, Debug)]
pub(super) struct MergedTable<'d> {
    pub(super) table: &'d TableBlock,
    pub(super) month: Month,
    pub(super) totals: Vec<&'d TableRow>,
}

/// More branches than anyone merges without looking at the log.
const MOST_TOTALS: usize = 100;

/// The tables that were merged. Two totals of one name in a row show it. With rows between them they may be those of two groups,
/// unless more shows that they are not.
pub(super) fn find(document: &Document) -> Vec<MergedTable<'_>> {
    let tables = document.tables.iter();
    let mut merged: Vec<MergedTable<'_>> = tables
        .filter_map(|table| merged_table(document, table))
        .collect();
    if !merged.is_empty() {
        let evidence = Evidence::of(document);
        merged.retain(|merged| {
            let mut pairs = merged.totals.windows(2);
            pairs.all(|pair| match pair {
                [one, two] => evidence.separates(merged.table, one, two),
                _ => false,
            })
        });
    }
    merged
}

fn merged_table<'d>(document: &'d Document, table: &'d TableBlock) -> Option<MergedTable<'d>> {
    let columns = &table.columns;
    let is_plain = table.role == Role::Monthly
        && columns.has(Column::Tokens)
        && columns.has(Column::Team)
        && !columns.has(Column::Month);
    let month = table.month(document).filter(|_| is_plain)?;
    let rows = table.rows.iter();
    let totals: Vec<&TableRow> = rows
        .filter(|row| matches!(row.kind, RowKind::Total(_)))
        .collect();
    let team = columns.index(Column::Team)?;
    let name = |row: &&TableRow| Some(document.at(*row.cells.get(team)?));
    let first = name(totals.first()?)?;
    let is_of_one_name = totals.iter().all(|row| name(row) == Some(first));
    let is_several = totals.len() > 1 && totals.len() <= MOST_TOTALS;
    (is_several && is_of_one_name).then_some(MergedTable {
        table,
        month,
        totals,
    })
}

/// The task of a row, folded; none where the cell says nothing.
pub(super) fn task_of(entry: &Entry<'_>) -> Option<String> {
    let task = entry.work.task.as_deref();
    task.filter(|task| !cell::is_absent(task)).map(fold_name)
}

/// `Current usage` where a list has it more than once.
pub(super) fn doubled_usage(document: &Document) -> Vec<Amount<Tokens>> {
    let usage = |value: &NoteValue| match value {
        NoteValue::CurrentUsage(tokens, _) => Some(*tokens),
        _ => None,
    };
    let lists = notes::lists(document);
    lists
        .map(|list| list.iter().filter_map(|note| usage(&note.value)).collect())
        .filter(|usage: &Vec<_>| usage.len() > 1)
        .flatten()
        .collect()
}

/// What else shows that a log was merged.
struct Evidence {
    /// What the notes say is used, if they say so twice.
    usage: Vec<Amount<Tokens>>,
    /// The header has the time of the last change twice.
    has_two_timestamps: bool,
}

impl Evidence {
    fn of(document: &Document) -> Self {
        Self {
            usage: doubled_usage(document),
            has_two_timestamps: !timestamp::earlier(document.text()).is_empty(),
        }
    }

    /// Whether a total and the next one are those of two branches, and not of two groups: nothing is between them, or what is above
    /// both is between them again, or the next is no sum of what is between them, or the notes state both.
    fn separates(&self, table: &TableBlock, one: &TableRow, two: &TableRow) -> bool {
        let start = |row: &TableRow| row.place.line_start;
        let is_above = |row: &&TableRow| start(row) < start(one);
        let is_between = |row: &&TableRow| start(row) > start(one) && start(row) < start(two);
        let mut between = table.rows.iter().filter(is_between).peekable();
        if between.peek().is_none() {
            return true;
        }
        if self.usage.is_empty() && !self.has_two_timestamps {
            return false;
        }
        let key = |row: &TableRow| {
            let entry = row.entry()?;
            Some((fold_name(&entry.work.team), task_of(entry)))
        };
        let above: HashSet<_> = table.rows.iter().filter(is_above).filter_map(key).collect();
        let between: Vec<&Entry<'_>> = between.filter_map(TableRow::entry).collect();
        let sum: RoundedSum = between
            .iter()
            .filter_map(|entry| entry.figures.tokens)
            .map(RoundedSum::from)
            .sum();
        let stated = |row: &TableRow| match &row.kind {
            RowKind::Total(total) => total.figures.tokens,
            _ => None,
        };
        let is_noted = |row: &TableRow| {
            let stated = stated(row);
            stated.is_some_and(|stated| self.usage.iter().any(|noted| noted.agrees_with(&stated)))
        };
        let mut keys = between
            .iter()
            .map(|entry| (fold_name(&entry.work.team), task_of(entry)));
        keys.any(|key| above.contains(&key))
            || stated(two).is_some_and(|stated| !sum.agrees_with(stated))
            || is_noted(one) && is_noted(two)
    }
}
