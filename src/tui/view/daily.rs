//! The days. Only the rows on the screen are drawn.

use super::{Body, ViewContext, list_line, position};
use crate::{
    analysis::StatusReport,
    render::{
        StyledLine, around,
        daily::{day_lines, no_rows, part, remainder},
    },
    tui::state::{App, Viewport},
};

/// The rows around the selected one, and the totals between them.
pub fn body(app: &App, report: &StatusReport, room: usize, view: ViewContext) -> Body {
    let filter = app.lists_row();
    let lines = day_lines(
        app.days(),
        app.is_filtered().then_some(&filter),
        report.measure,
    );
    let rows: Vec<usize> = (0..lines.len())
        .filter(|at| lines[*at].row.is_some())
        .collect();
    let len = rows.len();
    let selected = app.selected_row(len);
    let at = selected.map(|row| rows[row]);
    let note = remainder(report, view.style).filter(|_| !app.is_filtered());
    let page = room.saturating_sub(1 + usize::from(note.is_some())).max(1);
    // At the end, the total is shown, too, if there is room for both.
    let is_last = selected.is_some_and(|row| row + 1 == len) && page > 1;
    let middle = if is_last {
        lines.len()
    } else {
        at.unwrap_or(0)
    };
    let shown = around(middle, lines.len(), page);
    let top = shown.start;
    let drawn = part(&lines, shown).lines(view.style).into_iter();
    let is_selected = |line: usize| at.is_some_and(|at| line == at + 1 - top);
    let mut body: Vec<StyledLine> = drawn
        .enumerate()
        .map(|(line, text)| list_line(text, is_selected(line)))
        .collect();
    if lines.is_empty() {
        let empty = match &app.team {
            _ if !app.filter.is_empty() => "no row contains this".to_owned(),
            Some(team) => format!("{} has no daily rows in this month", view.style.text(team)),
            None => no_rows(report).to_owned(),
        };
        body = view.style.fold(format!("  {empty}"), 2);
    }
    body.extend(note.map(|note| format!("  {note}").into()));
    Body {
        lines: body,
        viewport: Viewport { len, page, top },
        position: position(selected, len),
    }
}
