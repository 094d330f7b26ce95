//! One monthly row made of several: its figure is known, and its other cells say the most that any of them says.

use super::{
    super::{
        Document, TableBlock, TableRow, style,
        table::{TableEditor, plain_text},
    },
    duplicate_rows::{DuplicateRows, Resolution},
};
use crate::{
    analysis::ReconciledMonth,
    log::{Column, cell},
    model::{Amount, Entry, Price, Status, Tokens},
    text::{Edit, EditSet, FileId, splice},
};

/// The edits that make one row of several. It stands where the first does, and has the words of the one that says most.
pub(super) fn edits(
    document: &Document,
    table: &TableBlock,
    duplicate: &DuplicateRows<'_>,
    reconciled: &ReconciledMonth<'_>,
) -> Vec<Edit> {
    let rows = duplicate.rows.iter();
    let rows: Vec<(&TableRow, &Entry<'static>)> =
        rows.filter_map(|row| Some((*row, row.entry()?))).collect();
    let (Some(resolution), Some((first, _))) = (duplicate.resolution, rows.first()) else {
        return Vec::new();
    };
    let joined = JoinedRow {
        editor: TableEditor::new(document, table, reconciled.currency()),
        rows: &rows,
        resolution,
        price: reconciled.price_of(None).and_then(|price| price.flat()),
    };
    let Some(line) = joined.line(document) else {
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

/// Several rows that become one.
struct JoinedRow<'u, 'd> {
    editor: TableEditor<'d>,
    rows: &'u [(&'d TableRow, &'d Entry<'static>)],
    resolution: Resolution,
    price: Option<Price>,
}

impl JoinedRow<'_, '_> {
    fn line(&self, document: &Document) -> Option<String> {
        let value = |entry: &Entry<'_>| entry.figures.tokens.map(|tokens| tokens.value);
        let (row, entry) = self.rows.iter().reduce(|one, two| {
            if value(two.1) > value(one.1) {
                two
            } else {
                one
            }
        })?;
        let editor = &self.editor;
        let tokens = editor.raw(row, Column::Tokens).and_then(|raw| {
            let is_other = value(entry).is_some_and(|tokens| tokens != self.resolution.tokens);
            let text = style::respell_tokens(raw, self.resolution.tokens, false);
            text.filter(|_| is_other)
        });
        let largest = |of: fn(&Entry<'_>) -> Option<u64>| {
            let most = self.rows.iter().filter_map(|(_, entry)| of(entry)).max();
            most.filter(|most| of(entry) != Some(*most))
        };
        let cells = [
            (Column::Tokens, tokens),
            (Column::Cost, self.cost(row)),
            (
                Column::Duration,
                largest(|entry| entry.figures.minutes).map(|minutes| editor.duration(minutes)),
            ),
            (
                Column::Deliverables,
                largest(|entry| entry.figures.deliverables).map(|count| count.to_string()),
            ),
            (
                Column::Status,
                self.status()
                    .filter(|status| entry.status.as_ref() != Some(status))
                    .map(|status| editor.status(&status)),
            ),
        ];
        let line = row.line();
        let edits = cells
            .into_iter()
            .filter_map(|(column, text)| editor.set(row, column, &text?))
            .filter_map(|edit| edit.moved(line.start, 0));
        let edits = EditSet::new(FileId::LOG, edits.collect()).ok()?;
        Some(splice(document.at(line), &edits))
    }

    /// How far the work is: of those that a branch changed.
    fn status(&self) -> Option<Status> {
        let changed = self.rows.iter().filter(|(_, entry)| {
            let tokens = entry.figures.tokens;
            tokens.is_some_and(|tokens| tokens.value > self.resolution.common)
        });
        changed
            .filter_map(|(_, entry)| entry.status.clone())
            .reduce(Status::combined)
    }

    /// The price of the tokens where each row gives that of its own; else what the details say, and not less than any row.
    fn cost(&self, row: &TableRow) -> Option<String> {
        let raw = self.editor.raw(row, Column::Cost)?;
        let written = cell::money(&plain_text(raw)).ok()??;
        let costs = self.rows.iter().filter_map(|(_, entry)| {
            let figures = entry.figures;
            Some((figures.tokens?.value, figures.cost?))
        });
        let costs: Vec<(Tokens, Amount<u64>)> = costs.collect();
        let priced = self.price.filter(|price| {
            let is_price = |(tokens, cost): &(Tokens, Amount<u64>)| {
                let half = u128::from(cost.unit.div_ceil(2));
                price.cost(*tokens).nanos.abs_diff(cost.value.into()) <= half
            };
            costs.len() == self.rows.len()
                && written
                    .currency
                    .is_none_or(|currency| currency == price.currency)
                && costs.iter().all(is_price)
        });
        let most = costs.iter().map(|(_, cost)| cost.value).max()?;
        let nanos = match priced {
            Some(price) => price.cost(self.resolution.tokens).nanos,
            None => i128::from(most).max(self.resolution.cost.unwrap_or_default()),
        };
        let half = u128::from(written.amount.unit / 2);
        if i128::from(written.amount.value).abs_diff(nanos) <= half {
            return None;
        }
        style::respell_money(raw, nanos, false)
    }
}
