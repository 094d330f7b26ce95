//! Day by day. Of a month with thousands of rows, only those on the screen are drawn.

use super::{Body, Look, Row, around, position};
use crate::{
    render::daily::{day_lines, part},
    tui::app::{App, Extent},
};

/// The rows around the one that is selected, and the sums of days between them.
pub(super) fn body(app: &App, room: usize, look: Look) -> Body {
    let lines = day_lines(app.days(), &app.lists_row());
    let rows: Vec<usize> = (0..lines.len())
        .filter(|at| lines[*at].row.is_some())
        .collect();
    let selected = app.selection(rows.len());
    let (at, page) = (selected.map(|row| rows[row]), room.saturating_sub(1).max(1));
    // At the end, the sum of the last day is shown with it.
    let is_last = selected.is_some_and(|row| row + 1 == rows.len());
    let middle = if is_last {
        lines.len()
    } else {
        at.unwrap_or(0)
    };
    let shown = around(middle, lines.len(), page);
    let top = shown.start;
    let drawn = part(&lines, shown).lines(look.style).into_iter();
    let mut body: Vec<Row> = drawn
        .enumerate()
        .map(|(line, text)| Row::of(text, at.is_some_and(|at| line == at + 1 - top)))
        .collect();
    if lines.is_empty() {
        let none = match app.filter.as_str() {
            "" => "  no daily rows in this month; what is used is in the monthly rows",
            _ => "  no row has this in its team or task",
        };
        body = vec![Row::plain(none)];
    }
    Body {
        rows: body,
        extent: Extent {
            len: rows.len(),
            page,
        },
        position: position(selected, rows.len()),
    }
}
