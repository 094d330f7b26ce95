//! Lines that are not Markdown, between the rows of tables, where Markdown takes them for rows.

use super::{
    Document, LogLine, TableBlock,
    revision::Proposal,
    sections::{self, order},
};
use crate::text::{Edit, Span};

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
    let mut end = document.line_after(table.last_line().end);
    let mut at = end;
    let first = document
        .lines
        .partition_point(|line| line.place.line_start < at);
    let mut lines = document.lines.iter().skip(first).peekable();
    loop {
        let next = document.line_after(at);
        let is_line = lines.next_if(|line| line.place.line_start == at).is_some();
        let text = document.at(Span::new(at, next));
        let is_row = !is_line && text.trim_start().starts_with('|');
        if at == next || !is_line && !is_row {
            return end;
        }
        if is_row {
            end = next;
        }
        at = next;
    }
}

fn move_out_of(document: &Document, table: &TableBlock, proposal: &mut Proposal) {
    let end = end_of(document, table);
    let below = |at: usize| {
        let lines = &document.lines;
        let first = lines.partition_point(|line| line.place.line_start < at);
        lines.get(first..).unwrap_or_default().iter()
    };
    let start = |line: &&LogLine| line.place.line_start;
    let inside = below(table.dashes.span.end).take_while(|line| start(line) < end);
    let inside: Vec<&LogLine> = inside.filter(|line| line.in_table).collect();
    let next = below(end).next();
    let is_directly_below = next.is_some_and(|line| line.in_table && start(&line) == end);
    if inside.is_empty() && !is_directly_below {
        return;
    }
    proposal.invariants.move_lines(inside.len());
    let mut lines = vec![String::new()];
    for line in inside {
        lines.push(document.at(line.place.span).to_owned());
        let whole = document.whole_line(line.place);
        proposal.edits.push(Edit::delete(whole));
    }
    let insertion = sections::insert_lines(document, end, order::ITEM, &lines);
    proposal.edits.push(insertion);
}
