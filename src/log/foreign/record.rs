//! Tables that are one record each, as agents append after a run: the name of a figure in the first column, the figure in the second.
//! They are read as a table of one row.

use super::{
    header::{self, Kind, Quantity},
    outline::{KeptRow, TableHead},
};
use crate::log::Cell;

/// A longer table is no record. In bytes.
pub(super) const LONGEST: usize = 8 * 1024;

/// The record as a table of one row. None where the table is no record.
pub(super) fn as_one_row<'p>(
    head: &TableHead,
    rows: &[KeptRow<'p>],
) -> Option<(TableHead, Vec<Cell<'p>>)> {
    // `Agent | Tokens` has a row for each agent.
    let is_named = |header: &String| header::column(header).kind == Kind::Other;
    if !head.headers.iter().all(is_named) {
        return None;
    }
    let figures = rows.iter().filter(|row| names_figure(row)).count();
    if figures < 2 {
        return None;
    }
    let (headers, cells) = rows
        .iter()
        .filter_map(|row| match row.cells.as_slice() {
            [name, value] => Some((name.text.clone().into_owned(), value.clone())),
            _ => None,
        })
        .unzip();
    let head = TableHead {
        headers,
        place: head.place,
        dashes: head.dashes,
    };
    Some((head, cells))
}

/// Whether the first cell of a row is what a column of tokens or money is called.
fn names_figure(row: &KeptRow<'_>) -> bool {
    let kind = row
        .cells
        .first()
        .map(|cell| header::column(&cell.text).kind);
    let quantities = [Quantity::Tokens, Quantity::Money];
    matches!(kind, Some(Kind::Measure(quantity, _)) if quantities.contains(&quantity))
}

#[cfg(test)]
mod tests {
    use crate::{
        log::{
            Item, RowValue,
            foreign::{read, survey},
        },
        model::ReadRules,
        text::FileId,
    };

    #[test]
    fn a_record_is_one_row() {
        let log = b"# Runs\n\n## Session 2026-05-07 09:12 UTC: fix\n\n\
            | Metric | Value |\n|---|---|\n| Model | sonnet |\n| Input tokens | 84,120 |\n\
            | Output tokens | 6,310 |\n| Cache read | 412,000 |\n| Total (in+out) | 90,430 |\n\
            | Cost | $0.87 |\n| Cumulative cost | $0.87 |\n";
        let today = chrono::NaiveDate::from_ymd_opt(2026, 5, 8).unwrap();
        let survey = survey(
            &mut log.as_slice(),
            FileId::LOG,
            &ReadRules::default(),
            ("log", today),
        );
        let mut rows = Vec::new();
        let survey = survey.unwrap();
        read(&mut log.as_slice(), FileId::LOG, &survey, &mut |item| {
            if let Item::Row(row) = item
                && let RowValue::Entry(entry) = row.value
            {
                let tokens = entry.figures.tokens.map(|tokens| tokens.value.0);
                let cost = entry.figures.cost.map(|cost| cost.value / 10_000_000);
                rows.push((entry.when.date.unwrap().to_string(), tokens, cost));
            }
        })
        .unwrap();
        assert_eq!(rows, [("2026-05-07".to_owned(), Some(90_430), Some(87))]);
    }
}
