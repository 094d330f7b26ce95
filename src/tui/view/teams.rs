//! Team by team, sorted and filtered; and all about the selected one, where there is room. Of thousands of teams, only those on the
//! screen are drawn.

use super::{Body, Look, Row, around, frame, position};
use crate::{
    analysis::{StatusReport, TeamReport},
    render::{team, teams},
    tui::app::{App, Extent},
};

/// The list. Its total is that of all teams, whichever are listed.
pub(super) fn body(app: &App, report: &StatusReport, room: usize, look: Look) -> Body {
    let listed = app.teams();
    let len = listed.len();
    let selected = app.selection(len);
    // The heading and the total always stand; what explains them may go.
    let page = len.min(room.saturating_sub(2)).max(1);
    let shown = around(selected.unwrap_or(0), len, page);
    let top = shown.start;
    let mut sheet = teams::part(report, &listed, shown.clone());
    if let Some(by) = app.sort {
        let down = by.is_descending() != app.reversed;
        sheet.mark(by.heading(), if down { 'v' } else { '^' });
    }
    let lines = sheet.lines(look.style).into_iter().enumerate();
    let is_selected = |line: usize| selected.is_some_and(|at| line == at + 1 - top);
    let mut rows: Vec<Row> = lines
        .map(|(line, text)| Row::of(text, is_selected(line)))
        .collect();
    if listed.is_empty() {
        rows.insert(
            1.min(rows.len()),
            Row::plain("  no team has this in its name"),
        );
    }
    rows.truncate(room);
    if let Some(selected) = selected.and_then(|at| listed.get(at)) {
        rows.extend(about(report, selected, room - rows.len(), look));
    }
    Body {
        rows,
        extent: Extent { len, page },
        position: position(selected, len),
    }
}

/// All about a team, below its name. Nothing where there is not room for all.
fn about(report: &StatusReport, team: &TeamReport, room: usize, look: Look) -> Vec<Row> {
    let about = team::lines(report, team, look.style);
    if about.len() + 2 > room {
        return Vec::new();
    }
    let width = look.style.width.unwrap_or(0);
    let name = look.style.text(&team.name);
    let title = [Row::default(), frame::rule(&name, "", width, look)];
    let about = about.into_iter().map(Row::plain);
    title.into_iter().chain(about).collect()
}
