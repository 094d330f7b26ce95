//! Day by day. Of a month with thousands of rows, only those on the screen are drawn.

use super::{Body, Look, Row, around, position};
use crate::{
    analysis::StatusReport,
    render::daily::{day_lines, part, remainder},
    tui::app::{App, Extent},
};

/// The rows around the one that is selected, and the sums between them.
pub(super) fn body(app: &App, report: &StatusReport, room: usize, look: Look) -> Body {
    let filter = app.lists_row();
    let lines = day_lines(app.days(), app.is_filtered().then_some(&filter));
    let rows: Vec<usize> = (0..lines.len())
        .filter(|at| lines[*at].row.is_some())
        .collect();
    let len = rows.len();
    let selected = app.selection(len);
    let at = selected.map(|row| rows[row]);
    let note = remainder(report).filter(|_| !app.is_filtered());
    let page = room.saturating_sub(1 + usize::from(note.is_some())).max(1);
    // At the end, the sum is shown with it where there is room for both.
    let is_last = selected.is_some_and(|row| row + 1 == len) && page > 1;
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
        let empty = match &app.team {
            _ if !app.filter.is_empty() => "no row contains this".to_owned(),
            Some(team) => format!("{} has no daily rows in this month", look.style.text(team)),
            None => "no daily rows in this month; what is used is in the monthly rows".to_owned(),
        };
        body = vec![Row::plain(format!("  {empty}"))];
    }
    body.extend(note.map(|note| Row::plain(format!("  {note}"))));
    Body {
        rows: body,
        extent: Extent { len, page },
        position: position(selected, len),
    }
}
