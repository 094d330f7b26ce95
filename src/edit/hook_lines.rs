//! Lines that are not Markdown, between the rows of tables, where Markdown takes them for rows.

use super::{
    Document,
    revision::Proposal,
    sections::{self, order},
};
use crate::{log::Role, text::Edit};

/// Proposes to move such lines behind their tables, with an empty line between. Their order stays.
pub fn move_out_of_tables(document: &Document) -> Proposal {
    let mut proposal = Proposal::default();
    let tables = document.tables.iter();
    for table in tables.filter(|table| table.role != Role::Foreign) {
        let rows_end = document.line_after(table.last_line().end);
        // Rows that say nothing are a part of the table.
        let below = document.text_lines(rows_end);
        let below = below.take_while(|(_, text, is_log_line)| {
            *is_log_line || text.trim_start().starts_with('|')
        });
        let rows = below.filter(|(.., is_log_line)| !is_log_line);
        let end = rows.last().map_or(rows_end, |(line, ..)| line.end);
        let lines = document.lines_from(table.dashes.span.end);
        let inside = lines.partition_point(|line| line.place.line_start < end);
        let (inside, below) = lines.split_at(inside);
        let next = below.first().map(|line| line.place.line_start);
        if inside.is_empty() && next != Some(rows_end) {
            continue;
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
    proposal
}
