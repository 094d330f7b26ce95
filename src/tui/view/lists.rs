//! Teams, days and thresholds as lists with a row that is selected.

use super::{Look, Row, Size, frame};
use crate::{
    analysis::StatusReport,
    render::{daily, forecast, teams},
    tui::app::{App, Tab},
};

/// The view, with all that surrounds it.
pub(super) fn rows(app: &App, tab: Tab, size: Size, look: Look) -> Vec<Row> {
    let mut rows = vec![frame::header(app, size, look)];
    rows.extend(frame::banner(app, look));
    let room = size.height.saturating_sub(rows.len() + 2);
    let Some(latest) = &app.latest else {
        rows.push(Row::plain("nothing could be read yet"));
        return rows;
    };
    let body = match tab {
        Tab::Teams | Tab::Overview => of_teams(app, &latest.report, room, look),
        Tab::Daily => of_days(app, &latest.report, room, look),
        Tab::Forecast => of_forecast(&latest.report, room, look),
    };
    rows.extend(body);
    while rows.len() + 2 < size.height {
        rows.push(Row::default());
    }
    rows.push(frame::status(app, look));
    rows.push(frame::footer(app, size));
    rows
}

/// A heading, then as many rows around the selected one as there is room for.
fn window(lines: Vec<String>, heading: usize, selected: usize, room: usize) -> Vec<Row> {
    let mut lines = lines.into_iter();
    let mut rows: Vec<Row> = lines.by_ref().take(heading).map(Row::plain).collect();
    let room = room.saturating_sub(rows.len());
    let top = (selected + 1).saturating_sub(room);
    let shown = lines.enumerate().skip(top).take(room);
    rows.extend(shown.map(|(at, text)| Row {
        reversed: at == selected,
        text,
    }));
    rows
}

fn of_teams(app: &App, report: &StatusReport, room: usize, look: Look) -> Vec<Row> {
    let listed = app.teams();
    let mut shown = report.clone();
    shown.teams = listed.into_iter().cloned().collect();
    let lines = teams::sheet(&shown).lines(look.style);
    window(lines, 1, app.selected[Tab::Teams.index()], room)
}

fn of_days(app: &App, report: &StatusReport, room: usize, look: Look) -> Vec<Row> {
    let lines = daily::sheet(report).lines(look.style);
    window(lines, 1, app.selected[Tab::Daily.index()], room)
}

fn of_forecast(report: &StatusReport, room: usize, look: Look) -> Vec<Row> {
    let lines = forecast::lines(report, look.style);
    lines.into_iter().take(room).map(Row::plain).collect()
}
