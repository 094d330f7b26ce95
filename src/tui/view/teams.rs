//! Team by team, sorted and filtered.

use super::{Body, Look};
use crate::{analysis::StatusReport, render::teams, tui::app::App};

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
    Body::list(lines, app.selection(listed.len()), foot, room)
}
