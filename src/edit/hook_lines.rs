//! Lines that are not Markdown, between the rows of tables, where Markdown takes them for rows.

use super::{
    Document, LogLine, TableBlock,
    revision::Proposal,
    sections::{self, order},
};
use crate::text::Edit;

/// Proposes to move such lines behind their tables, with an empty line between. Their order stays.
pub fn move_out_of_tables(document: &Document) -> Proposal {
    let mut proposal = Proposal::default();
    for table in &document.tables {
        move_out_of(document, table, &mut proposal);
    }
    proposal
}

/// Where a table ends, rows that say nothing included.
fn end_of(document: &Document, table: &TableBlock) -> usize {
    let end = document.line_after(table.last_line().end);
    let lines = document.text_lines(end);
    let below = lines
        .take_while(|(_, text, is_log_line)| *is_log_line || text.trim_start().starts_with('|'));
    let rows = below.filter(|(.., is_log_line)| !is_log_line);
    rows.last().map_or(end, |(line, ..)| line.end)
}

fn move_out_of(document: &Document, table: &TableBlock, proposal: &mut Proposal) {
    let end = end_of(document, table);
    let start = |line: &&LogLine| line.place.line_start;
    let below = document.lines_from(table.dashes.span.end).iter();
    let inside = below.take_while(|line| start(line) < end);
    let inside: Vec<&LogLine> = inside.filter(|line| line.in_table).collect();
    let next = document.lines_from(end).first();
    let is_directly_below = next.is_some_and(|line| line.in_table && start(&line) == end);
    if inside.is_empty() && !is_directly_below {
        return;
    }
    proposal.invariants.moved_lines += inside.len();
    let mut lines = vec![String::new()];
    for line in inside {
        lines.push(document.at(line.place.span).to_owned());
        let whole = document.whole_line(line.place);
        proposal.edits.push(Edit::delete(whole));
    }
    let insertion = sections::insert_lines(document, end, order::ITEM, &lines);
    proposal.edits.push(insertion);
}
