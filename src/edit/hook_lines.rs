//! Lines that are not Markdown, between the rows of tables, where Markdown takes them for rows.

use super::{
    Document, LogLine, TableBlock,
    revision::Proposal,
    sections::{self, order},
};
use crate::text::Edit;

/// Proposes to move such lines behind their tables, with an empty line between. Their order stays.
#[must_use]
pub fn move_out_of_tables(document: &Document) -> Proposal {
    let mut proposal = Proposal::default();
    for table in &document.tables {
        move_out_of(document, table, &mut proposal);
    }
    proposal
}

fn move_out_of(document: &Document, table: &TableBlock, proposal: &mut Proposal) {
    let end = document.line_after(table.last_line().end);
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
