//! Tables that git merged line by line: what shows it are totals that occur twice.

use std::collections::HashSet;

use super::super::{Document, RowKind, TableBlock, TableRow, notes, timestamp};
use crate::{
    log::{Column, Role, cell},
    model::{Amount, Entry, Month, Note, NoteValue, RoundedSum, Tokens, fold_name},
};

/// A monthly table with several totals of one name.
#[derive(Clone, Debug)]
pub(in crate::edit) struct MergedTable<'d> {
    pub(super) table: &'d TableBlock,
    pub(super) month: Month,
    pub(super) totals: Vec<&'d TableRow>,
}

/// Tables with more totals are left to a person.
const MAX_TOTALS: usize = 100;

/// The tables that were merged. Two totals of one name in a row show it. With rows between them they may be those of two groups,
/// unless more shows that they are not.
pub(in crate::edit) fn find(document: &Document) -> Vec<MergedTable<'_>> {
    let tables = document.tables.iter();
    let mut merged: Vec<MergedTable<'_>> = tables
        .filter_map(|table| merged_table(document, table))
        .collect();
    if !merged.is_empty() {
        let usage = doubled_usage(document);
        let has_evidence = !usage.is_empty() || !timestamp::earlier(document.text()).is_empty();
        let usage = has_evidence.then_some(usage.as_slice());
        merged.retain(|merged| {
            let mut pairs = merged.totals.windows(2);
            pairs.all(|pair| match pair {
                [one, two] => are_separate(merged.table, one, two, usage),
                _ => false,
            })
        });
    }
    merged
}

fn merged_table<'d>(document: &'d Document, table: &'d TableBlock) -> Option<MergedTable<'d>> {
    let columns = &table.columns;
    let is_plain = columns.has(Column::Tokens) && !columns.has(Column::Month);
    let is_monthly = table.role == Role::Monthly && is_plain;
    let month = table.month(document).filter(|_| is_monthly)?;
    let totals = table.rows.iter();
    let totals = totals.filter(|row| matches!(row.kind, RowKind::Total(_)) && !row.is_outside);
    let totals: Vec<&TableRow> = totals.collect();
    let name = |row: &&TableRow| Some(document.at(row.cell(table, Column::Team)?));
    let first = name(totals.first()?)?;
    let is_of_one_name = totals.iter().all(|row| name(row) == Some(first));
    let is_several = totals.len() > 1 && totals.len() <= MAX_TOTALS;
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
    let usage = |note: &Note| match note.value {
        NoteValue::CurrentUsage(tokens, _) => Some(tokens),
        _ => None,
    };
    let lists = notes::lists(document);
    let usages = lists.map(|list| list.iter().filter_map(usage).collect());
    let doubled = usages.filter(|usages: &Vec<_>| usages.len() > 1);
    doubled.flatten().collect()
}

/// Whether a total and the next one are those of two branches, and not of two groups: nothing is between them, or what is above
/// both is between them again, or the next is no sum of what is between them, or the notes state both. Without `usage`, what the
/// notes say twice that is used, nothing but the totals shows a merge.
fn are_separate(
    table: &TableBlock,
    one: &TableRow,
    two: &TableRow,
    usage: Option<&[Amount<Tokens>]>,
) -> bool {
    let at = |row: &TableRow| {
        let mut rows = table.rows.iter();
        rows.position(|other| other.place == row.place)
            .unwrap_or_default()
    };
    let (above, below) = table.rows.split_at(at(one));
    let between = below.get(1..at(two) - at(one)).unwrap_or_default();
    if between.is_empty() {
        return true;
    }
    let Some(usage) = usage else { return false };
    let key = |entry: &Entry<'_>| (fold_name(&entry.work.team), task_of(entry));
    let above = above.iter().filter_map(TableRow::entry).map(key);
    let above: HashSet<_> = above.collect();
    let between: Vec<&Entry<'_>> = between.iter().filter_map(TableRow::entry).collect();
    let tokens = between.iter().filter_map(|entry| entry.figures.tokens);
    let sum: RoundedSum = tokens.map(RoundedSum::from).sum();
    let stated = |row: &TableRow| match &row.kind {
        RowKind::Total(total) => total.figures.tokens,
        _ => None,
    };
    let is_noted = |row: &TableRow| {
        let stated = stated(row);
        stated.is_some_and(|stated| usage.iter().any(|noted| noted.agrees_with(&stated)))
    };
    let mut keys = between.into_iter().map(key);
    keys.any(|key| above.contains(&key))
        || stated(two).is_some_and(|stated| !sum.agrees_with(stated))
        || is_noted(one) && is_noted(two)
}
