//! One monthly row made of several: its figure is known, and its other cells say the most that any of them says.

use super::super::{
    Document, TableBlock, TableRow,
    monthly::{Delta, grow},
    revision::spliced,
    table::TableEditor,
};
use crate::{
    analysis::{ReconciledMonth, Resolution},
    model::{Entry, Status, Tokens},
    text::Edit,
};

/// The edits that make one row of several. It is where the first one is, and has the words of the one that says most.
pub(super) fn edits(
    document: &Document,
    table: &TableBlock,
    rows: &[(&TableRow, &Entry<'static>)],
    resolution: &Resolution,
    reconciled: &ReconciledMonth<'_>,
) -> Vec<Edit> {
    let Some((first, _)) = rows.first() else {
        return Vec::new();
    };
    let editor = TableEditor::new(document, table, reconciled.currency());
    let Some(line) = line(document, &editor, rows, resolution, reconciled) else {
        return Vec::new();
    };
    let mut edits = Vec::new();
    if line != document.at(first.line()) {
        edits.push(Edit::replace(first.line(), line));
    }
    let others = rows.iter().skip(1);
    edits.extend(others.map(|(row, _)| Edit::delete(document.whole_line(row.place))));
    edits
}

/// The line of the row that says most, grown to what all of them say.
fn line(
    document: &Document,
    editor: &TableEditor<'_>,
    rows: &[(&TableRow, &Entry<'static>)],
    resolution: &Resolution,
    reconciled: &ReconciledMonth<'_>,
) -> Option<String> {
    let tokens = |entry: &Entry<'_>| entry.figures.tokens.map_or(Tokens::ZERO, |own| own.value);
    // Of equals, the first that has an id: without it, a row elsewhere that repeats the id would count.
    let most = rows.iter().rev();
    let most = most.max_by_key(|(_, entry)| (tokens(entry), entry.id.is_some()));
    let (row, entry) = most?;
    let mut entry = (*entry).clone();
    let own_minutes = *entry.figures.minutes.get_or_insert(0);
    let figures = rows.iter().map(|(_, entry)| entry.figures);
    let minutes = figures.clone().filter_map(|figures| figures.minutes).max();
    let minutes = minutes.map(|most| most.saturating_sub(own_minutes));
    let delta = Delta {
        tokens: resolution.tokens.saturating_sub(tokens(&entry)),
        total_cost: Some(resolution.cost.clone()),
        minutes: minutes.filter(|more| *more > 0),
        deliverables: figures.filter_map(|figures| figures.deliverables).max(),
        status: status(rows, resolution),
        ..Delta::default()
    };
    let line = row.line();
    let edits = editor.with_base(
        row,
        grow(editor, row, &entry, &delta, reconciled),
        resolution.base.as_ref(),
    );
    let edits = edits
        .into_iter()
        .filter_map(|edit| edit.moved(line.start, 0));
    spliced(document.at(line), edits.collect())
}

/// How far the work is: of the rows that a branch changed.
fn status(rows: &[(&TableRow, &Entry<'static>)], resolution: &Resolution) -> Option<Status> {
    let changed = rows.iter().filter(|(_, entry)| {
        let tokens = entry.figures.tokens;
        tokens.is_some_and(|tokens| tokens.value > resolution.common)
    });
    let statuses = changed.filter_map(|(_, entry)| entry.status.clone());
    statuses.reduce(Status::combined)
}
