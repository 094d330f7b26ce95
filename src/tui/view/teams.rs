//! The teams, sorted and filtered, and the details of the selected one if there is room. Only the teams on the screen are drawn.

use super::{Body, ViewContext, list_line, position};
use crate::{
    analysis::{StatusReport, TeamReport},
    render::{StyledLine, around, heading, rule, team, teams},
    tui::state::{App, Viewport},
};

pub fn body(app: &App, report: &StatusReport, room: usize, view: ViewContext) -> Body {
    let listed = app.teams();
    let len = listed.len();
    let selected = app.selected_row(len);
    // The heading and the total are always shown, notes only if there is room.
    let page = len.min(room.saturating_sub(2)).max(1);
    let shown = around(selected.unwrap_or(0), len, page);
    let top = shown.start;
    let mut table = teams::part(report, &listed, shown);
    if let Some(by) = app.sort {
        let down = by.is_descending() != app.reversed;
        table.mark(by.heading(report.measure), if down { 'v' } else { '^' });
    }
    let is_selected = |line: usize| selected.is_some_and(|at| line == at + 1 - top);
    let drawn = table.lines(view.style).into_iter().enumerate();
    let mut lines: Vec<StyledLine> = drawn
        .map(|(line, text)| list_line(text, is_selected(line)))
        .collect();
    if listed.is_empty() {
        lines.insert(1.min(lines.len()), "  no team has this in its name".into());
    }
    lines.truncate(room);
    if let Some(selected) = selected.and_then(|at| listed.get(at)) {
        lines.extend(details(report, selected, room - lines.len(), view));
    }
    Body {
        lines,
        viewport: Viewport { len, page, top },
        position: position(selected, len),
    }
}

/// The details of a team below its name. Empty if there is not room for all.
fn details(
    report: &StatusReport,
    team: &TeamReport,
    room: usize,
    view: ViewContext,
) -> Vec<StyledLine> {
    let details = team::lines(report, team, view.style);
    if details.len() + 2 > room {
        return Vec::new();
    }
    let width = view.style.width.unwrap_or(0);
    let name = view.style.text(&team.name);
    let title = [StyledLine::new(), rule(heading(name), width, view.style)];
    title.into_iter().chain(details).collect()
}
