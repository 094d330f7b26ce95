//! What shows that a table was merged: totals that stand twice.

use super::super::{Document, RowKind, TableBlock, notes, stamp};
use crate::{
    log::{Column, Role},
    model::{Month, NoteValue},
};

/// A monthly table with several totals of one name.
#[derive(Clone, Debug)]
pub(super) struct Seam {
    /// Which table.
    pub(super) table: usize,
    pub(super) month: Month,
    /// Which of its rows are totals.
    pub(super) totals: Vec<usize>,
}

/// The tables that were merged. Nobody writes two totals of one name one after the other. With rows between them they may be
/// those of two groups, unless the header or the notes were merged as well.
pub(super) fn of(document: &Document) -> Vec<Seam> {
    let tables = document.tables.iter().enumerate();
    let mut seams: Vec<Seam> = tables
        .filter_map(|(at, table)| seam(document, at, table))
        .collect();
    let is_close = |seam: &Seam| seam.totals.windows(2).any(|pair| pair[1] == pair[0] + 1);
    if seams.iter().any(|seam| !is_close(seam)) && !has_other_signs(document) {
        seams.retain(is_close);
    }
    seams
}

fn seam(document: &Document, at: usize, table: &TableBlock) -> Option<Seam> {
    let columns = &table.columns;
    let is_plain = table.role == Role::Monthly
        && columns.has(Column::Tokens)
        && columns.has(Column::Team)
        && !columns.has(Column::Month);
    let month = table.month(document).filter(|_| is_plain)?;
    let rows = table.rows.iter().enumerate();
    let totals: Vec<usize> = rows
        .filter(|(_, row)| matches!(row.kind, RowKind::Total(_)))
        .map(|(at, _)| at)
        .collect();
    let team = columns.index(Column::Team)?;
    let name = |at: &usize| Some(document.at(*table.rows[*at].cells.get(team)?));
    let first = name(totals.first()?)?;
    let is_of_one_name = totals.iter().all(|at| name(at) == Some(first));
    (totals.len() > 1 && is_of_one_name).then_some(Seam {
        table: at,
        month,
        totals,
    })
}

/// Whether the time of the last change stands twice, or what is used.
fn has_other_signs(document: &Document) -> bool {
    let is_usage = |value: &NoteValue| matches!(value, NoteValue::CurrentUsage(..));
    !stamp::earlier(document.text()).is_empty()
        || notes::lists(document).any(|list| {
            let usage = list.iter().filter(|note| is_usage(&note.value));
            usage.count() > 1
        })
}
