//! What can be mended without losing anything: usage lines and sessions that are not in the tables, derived figures, and lines
//! that stand between the rows of a table.

use super::{
    Document, Kept, LogSet, Timestamp, derived, sections, settled,
    sync_summary::{Which, raise},
    union_merge,
};
use crate::text::{self, Edit, EditSet, Overlap, Place};

/// How often what one mending leaves to another is looked at again. Two rounds are enough for every log known.
const ROUNDS: usize = 4;

/// Mends a log. Mending it again changes nothing.
pub fn fixed(text: &str, log_set: &LogSet, stamp: Timestamp) -> Result<String, Overlap> {
    let mut fixed = text.to_owned();
    for _ in 0..ROUNDS {
        let next = round(&fixed, log_set, stamp)?;
        if next == fixed {
            break;
        }
        fixed = next;
    }
    if fixed == text {
        return Ok(fixed);
    }
    derived::stamped(&fixed, stamp)
}

fn round(text: &str, log_set: &LogSet, stamp: Timestamp) -> Result<String, Overlap> {
    let text = union_merge::mended(text, log_set)?;
    let text = settled(&text, log_set, stamp)?.text;
    let months = log_set.months(&text);
    let text = raise(&text, log_set, &months, Which::BeyondRounding)?;
    let text = without_lines_in_tables(&text)?;
    derived::refreshed(&text, log_set, derived::Scope::All)
}

/// Moves lines that stand between or directly below the rows of a table behind it, an empty line between. Their order stays.
fn without_lines_in_tables(text: &str) -> Result<String, Overlap> {
    let document = Document::read(text, Kept::All);
    let mut edits = Vec::new();
    for table in &document.tables {
        let last = table.rows.last().map_or(table.dashes, |row| row.place);
        let first = table.dashes.span.end;
        let end = document.line_after(last.span.end);
        let is_inside = |line: &&super::LogLine| {
            line.in_table && line.place.line_start >= first && line.place.line_start < end
        };
        let inside: Vec<Place> = document
            .lines
            .iter()
            .filter(is_inside)
            .map(|line| line.place)
            .collect();
        let is_below = document
            .lines
            .iter()
            .any(|line| line.in_table && line.place.line_start == end);
        if inside.is_empty() && !is_below {
            continue;
        }
        let mut lines = vec![String::new()];
        for place in inside {
            lines.push(document.at(place.span).to_owned());
            edits.push(Edit::delete(document.whole_line(place)));
        }
        edits.push(sections::insert_lines(&document, end, &lines));
    }
    Ok(text::splice(text, &EditSet::new(text::FileId::LOG, edits)?))
}
