//! Rows outside the table they count with, as where an empty line or a line of text parts them from it.

use super::{
    Document, TableBlock,
    document::is_rule,
    revision::Proposal,
    sections::{insert_lines, order},
};
use crate::text::{Edit, Span};

/// Proposes to move such rows into their tables as they are written: totals and sums to the end, others below the last row
/// that is neither.
pub fn move_into_tables(document: &Document) -> Proposal {
    let mut proposal = Proposal::default();
    let mut gone: Vec<Span> = Vec::new();
    for table in &document.tables {
        let (plain, sums) = outside(document, table);
        let last = table.lines.last().copied().unwrap_or(table.dashes.span);
        let ends = [(plain, last), (sums, table.last_line())];
        for (rows, above) in ends.into_iter().filter(|(rows, _)| !rows.is_empty()) {
            let lines = rows.iter().map(|row| closed(document.at(*row).trim()));
            let lines: Vec<String> = lines.collect();
            let end = document.line_after(above.end);
            let insertion = insert_lines(document, end, order::ROW, &lines);
            proposal.edits.push(insertion);
            proposal.invariants.add_rows(table.role, rows.len());
            gone.extend(rows);
        }
    }
    for run in runs(document, gone) {
        proposal.edits.extend(remove(document, run));
    }
    proposal
}

/// A row with a bar at either end.
fn closed(line: &str) -> String {
    let start = if line.starts_with('|') { "" } else { "| " };
    let is_closed = line.ends_with('|') && !line.ends_with("\\|");
    let end = if is_closed { "" } else { " |" };
    format!("{start}{line}{end}")
}

/// The rows outside a table: those that add up no others, and those that do. A last line without its line end may still grow.
fn outside(document: &Document, table: &TableBlock) -> (Vec<Span>, Vec<Span>) {
    let is_whole = |row: &Span| row.end < document.text().len();
    let mut rows = table.outside_lines();
    let plain = rows.by_ref().take(table.outside.len());
    (
        plain.filter(is_whole).collect(),
        rows.filter(is_whole).collect(),
    )
}

/// Whole lines, those that follow each other as one.
fn runs(document: &Document, mut rows: Vec<Span>) -> Vec<Span> {
    rows.sort_by_key(|row| row.start);
    let mut runs: Vec<Span> = Vec::new();
    for row in rows {
        let end = document.line_after(row.end);
        match runs.last_mut() {
            Some(run) if run.end == row.start => run.end = end,
            _ => runs.push(Span::new(row.start, end)),
        }
    }
    runs
}

/// Takes lines away, with one of the empty lines around them. A line of text above a rule would become a heading, so that
/// these stay apart.
fn remove(document: &Document, run: Span) -> Vec<Edit> {
    let before = document.text().get(..run.start).unwrap_or_default();
    let after = document.text().get(run.end..).unwrap_or_default();
    let blank = |text: &str| {
        ["\n", "\r\n"]
            .into_iter()
            .find(|end| text.starts_with(*end))
            .map(str::len)
    };
    let above = before.strip_suffix('\n').unwrap_or(before);
    let above = above.strip_suffix('\r').unwrap_or(above);
    let is_below_blank = above.is_empty() || above.ends_with('\n');
    let next = after.lines().next().unwrap_or_default().trim();
    let underlines = is_rule(next) || next.chars().all(|c| c == '=' || c == '-');
    match blank(after) {
        Some(newline) if is_below_blank => {
            vec![Edit::delete(Span::new(run.start, run.end + newline))]
        }
        None if after.is_empty() && is_below_blank => {
            vec![Edit::delete(Span::new(above.len(), run.end))]
        }
        None if underlines && !next.is_empty() => vec![
            Edit::delete(run),
            Edit::insert(run.end, document.newline(run.start)),
        ],
        _ => vec![Edit::delete(run)],
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::edit::{LogSet, Revision};

    fn any_line() -> impl Strategy<Value = &'static str> {
        prop_oneof![
            3 => Just("| Blue | b | 20 |"),
            1 => Just("Green | c | 1,000 | "),
            1 => Just("  | Gold | d | 4 | <!-- id=k1 -->"),
            1 => Just("| **TOTAL** | | 5 |"),
            1 => Just("| Pink | e | 4x |"),
            3 => Just(""),
            1 => Just("text"),
            1 => Just("- item"),
            1 => Just("> quoted"),
            1 => Just("---"),
            1 => Just("==="),
            1 => Just("| Item | Size |"),
            1 => Just("|---|---|"),
            1 => Just("[PRE] x"),
            1 => Just("```"),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]

        #[test]
        fn moving_rows_into_their_table_changes_no_figure(lines in proptest::collection::vec(any_line(), 0..12), crlf: bool) {
            let head = "## 2026-02 Monthly Summary\n\n| Team | Task | Tokens |\n|---|---|---|\n| Red | a | 1 |\n";
            let text = format!("{head}{}\n## 2026-01 Monthly Summary\n", lines.join("\n"));
            let text = if crlf { text.replace('\n', "\r\n") } else { text };
            let log_set = LogSet::default();
            let revision = Revision::read(text, &log_set);
            let proposal = move_into_tables(&revision.document);
            let after = revision.apply(proposal, &log_set).map_err(|error| TestCaseError::fail(format!("{error}: {}", revision.text())))?;
            let outside = after.document.tables.iter().flat_map(TableBlock::outside_lines);
            prop_assert_eq!(outside.count(), 0, "{}", after.text());
        }
    }
}
