//! Team by team, sorted and filtered; and all about the selected one, where there is room.

use super::{Body, Look, Row, frame};
use crate::{
    analysis::StatusReport,
    render::{team, teams},
    tui::app::App,
};

/// The list. Its total is that of all teams, whichever are listed.
pub(super) fn body(app: &App, report: &StatusReport, room: usize, look: Look) -> Body {
    let listed = app.teams();
    let mut sheet = teams::sheet_of(report, &listed);
    if let Some(by) = app.sort {
        let down = by.is_descending() != app.reversed;
        sheet.mark(by.heading(), if down { 'v' } else { '^' });
    }
    let lines = sheet.lines(look.style);
    let foot = lines.len().saturating_sub(1 + listed.len());
    let (height, selected) = (lines.len(), app.selection(listed.len()));
    let mut body = Body::list(lines, selected, foot, room);
    if let Some(selected) = selected.and_then(|at| listed.get(at)) {
        let about = team::lines(report, selected, look.style);
        // A blank line and the name stand above it.
        if height + about.len() + 2 <= room {
            let width = look.style.width.unwrap_or(0);
            let name = look.style.text(&selected.name);
            body.rows
                .extend([Row::default(), frame::rule(&name, width, look)]);
            body.rows.extend(about.into_iter().map(Row::plain));
        }
    }
    body
}
