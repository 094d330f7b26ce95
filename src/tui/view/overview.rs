//! The budget at a glance: what is used, where it goes, what needs attention, every team in a cell.

use std::cmp::Reverse;

use super::{Class, Look, Row, Size, brief, frame};
use crate::{
    analysis::{Alert, StatusReport, TeamReport},
    model::{Level, Percent, Tokens},
    render::{
        chart::Canvas,
        forecast::{
            self,
            chart::{SCREEN_END, SCREEN_SCALE},
        },
        overview::stated,
        safe,
        sheet::signed,
        teams,
        theme::{Paint, Style},
    },
    tui::app::{App, Extent},
};

/// The cells of the smallest cell of a team, with the blank behind it.
const CELL: usize = 26;

/// The lines in which teams stand as cells.
const GRID: usize = 3;

/// So many teams can stand in a table.
const FEW: usize = 4;

/// What is shown, as far as there is room.
#[derive(Clone, Copy)]
struct Room {
    chart: usize,
    teams: usize,
    scale: bool,
    alerts: usize,
    status: bool,
    footer: bool,
}

impl Room {
    /// Header, headline, bar and the title of the alerts are always there.
    const fn height(self) -> usize {
        let chart = if self.chart > 0 { self.chart + 2 } else { 0 };
        let teams = if self.teams > 0 { self.teams + 1 } else { 0 };
        let flags = self.scale as usize + self.status as usize + self.footer as usize;
        4 + chart + teams + self.alerts + flags
    }

    /// Leaves out what is missed least, until the rest fits.
    fn fit(mut self, most: usize) -> Self {
        let steps: [fn(&mut Self, usize); 8] = [
            |room, _| room.chart = room.chart.min(8),
            |room, _| room.chart = room.chart.min(4),
            |room, over| {
                // A table of which hardly anything is left says nothing.
                let left = room.teams.saturating_sub(over);
                room.teams = if left > GRID { left } else { 0 };
            },
            |room, _| room.scale = false,
            |room, _| room.chart = 0,
            |room, _| room.alerts = room.alerts.min(1),
            |room, _| room.status = false,
            |room, _| room.footer = false,
        ];
        for step in steps {
            let over = self.height().saturating_sub(most);
            if over == 0 {
                break;
            }
            step(&mut self, over);
        }
        // What is left over makes the picture higher.
        if self.chart > 0 {
            self.chart += most.saturating_sub(self.height());
        }
        self
    }
}

/// The overview, with all that surrounds it.
pub(super) fn rows(app: &App, size: Size, look: Look) -> Vec<Row> {
    let Some(report) = app.report() else {
        return frame::nothing(app, size, look);
    };
    let wide = size.class() == Class::Wide;
    let has_picture = !picture(report, size, look, 4).is_empty();
    let as_table = wide || !has_picture || report.teams.len() <= FEW;
    let grid = if as_table {
        teams::sheet(report).lines(look.style)
    } else {
        cells(app, size, look.style)
    };
    let banner = frame::banner(app, look);
    let room = Room {
        chart: match (has_picture, wide) {
            (false, _) => 0,
            (true, false) => 8,
            (true, true) => 15,
        },
        teams: grid.len(),
        scale: report.budget.tokens.is_some() || stated(report).is_some(),
        alerts: report.alerts.len().min(if wide { 4 } else { 3 }),
        status: true,
        footer: true,
    }
    .fit(size.height.saturating_sub(usize::from(banner.is_some())));
    let mut rows = vec![frame::header(app, size, look), headline(report, size, look)];
    rows.extend(banner);
    rows.extend(bar(report, size, look, room.scale));
    if room.chart > 0 {
        rows.extend(picture(report, size, look, room.chart));
    }
    let title = match (as_table, grid.len() - room.teams) {
        (true, 0) => "Teams".to_owned(),
        (true, hidden) => format!("Teams (+{hidden})"),
        (false, _) => grid_title(app, size),
    };
    let grid = grid.into_iter().take(room.teams).map(Row::plain);
    let title = (room.teams > 0).then(|| frame::rule(&title, size.width, look));
    let grid = title.into_iter().chain(grid);
    let alerts = alerts(app, report, size, look, room.alerts).into_iter();
    if wide {
        rows.extend(grid.chain(alerts));
    } else {
        rows.extend(alerts.chain(grid));
    }
    let below = usize::from(room.status) + usize::from(room.footer);
    rows.resize(
        rows.len().max(size.height.saturating_sub(below)),
        Row::default(),
    );
    rows.extend(room.status.then(|| frame::status(app, "", size, look)));
    rows.extend(room.footer.then(|| frame::footer(app, size)));
    rows
}

/// How many alerts there are. All of them are on one page.
pub(super) fn extent(app: &App) -> Extent {
    let len = app.report().map_or(0, |report| report.alerts.len());
    Extent { len, page: len }
}

/// `Used 126,670 / 200,000 tokens   63.3%   left 73,330   $0.381   [✓ OK]`. The badge is never cut; a budget that is used up
/// is reversed.
fn headline(report: &StatusReport, size: Size, look: Look) -> Row {
    let style = look.style;
    let wide = size.class() == Class::Wide;
    let badge = report.level.map(|level| style.badge(level));
    let badge = badge.unwrap_or_default();
    let room = size.width.saturating_sub(safe::width(&badge) + 1);
    let share = report.share(report.used.tokens);
    let left = report.remaining.map(|left| {
        let rest = share.and_then(Percent::rest).filter(|_| wide);
        let rest = rest.map(|rest| format!(" ({rest})")).unwrap_or_default();
        format!("left {}{rest}", signed(left))
    });
    let held = Some(report.reserved).filter(|held| *held > Tokens::ZERO);
    let parts = [
        left,
        held.map(|held| format!("held {held}")),
        brief::cost(report, style),
        wide.then(|| brief::plan(report, style)).flatten(),
    ];
    let share = share.map(|share| format!("   {share}")).unwrap_or_default();
    let mut texts = brief::used_of(report, style)
        .map(|[used, of]| format!("Used {used}{of} tokens{share}"))
        .into_iter();
    let full = texts.next().unwrap_or_default();
    let mut text = if safe::width(&full) <= room {
        full
    } else {
        texts.next().unwrap_or(full)
    };
    for part in parts.into_iter().flatten() {
        let more = format!("{text}   {part}");
        if safe::width(&more) <= room {
            text = more;
        }
    }
    Row {
        text: frame::apart(&text, &badge, size.width),
        reversed: report.level == Some(Level::Exceeded),
    }
}

/// What is used as a bar, with the thresholds below it, and what the log says of itself where that is something else.
pub(super) fn bar(report: &StatusReport, size: Size, look: Look, scale: bool) -> Vec<Row> {
    let stated = stated(report);
    let Some((budget, level)) = report.budget.tokens.zip(report.level) else {
        let none = Row::plain("no budget is set");
        let stated = stated.filter(|_| scale).map(Row::plain);
        return std::iter::once(none).chain(stated).collect();
    };
    let at = &report.budget.thresholds;
    let used = report.used.tokens.0;
    let bar = look.style.bar(size.width, used, budget.0, level, Some(at));
    let mut rows = vec![Row::plain(bar)];
    if scale {
        let ticks = Style::scale(size.width, at);
        let free = safe::width(&ticks) - safe::width(ticks.trim_start());
        let stated = stated.filter(|stated| safe::width(stated) < free);
        let rest = ticks
            .split_at(stated.as_ref().map_or(0, |stated| safe::width(stated)))
            .1;
        rows.push(Row::plain(stated.unwrap_or_default() + rest));
    }
    rows
}

/// The picture, with what it is about above it.
fn picture(report: &StatusReport, size: Size, look: Look, height: usize) -> Vec<Row> {
    let columns = size.width.saturating_sub(SCREEN_SCALE + 2 + SCREEN_END);
    let canvas = Canvas {
        scale: SCREEN_SCALE,
        columns,
        rows: height,
        style: look.style,
    };
    let Some((chart, axis)) = forecast::chart::course(report, canvas) else {
        return Vec::new();
    };
    let mut about = vec!["Burn-up".to_owned()];
    let gap = "  ".to_owned();
    let parts = [
        report.forecast.burn_rate.as_ref().map(forecast::short_rate),
        planned(report).filter(|_| size.class() < Class::Wide),
        likely(report),
        Some(forecast::chart::key(&chart, look.style)),
    ];
    for part in parts.into_iter().flatten() {
        let separator = if about.len() == 1 {
            &gap
        } else {
            look.separator()
        };
        let more = format!("{separator}{part}");
        let taken: usize = about.iter().map(|part| safe::width(part)).sum();
        if taken + safe::width(&more) + 6 <= size.width {
            about.push(more);
        }
    }
    let mut rows = vec![frame::rule(&about.concat(), size.width, look)];
    rows.extend(chart.lines(canvas).into_iter().map(Row::plain));
    rows.push(Row::plain(axis));
    rows
}

/// `plan 191,670 (95.8%)`.
fn planned(report: &StatusReport) -> Option<String> {
    let total = report.forecast.plan.as_ref()?.end.total_tokens;
    let share = report.share(total).map(|share| format!(" ({share})"));
    Some(format!("plan {total}{}", share.unwrap_or_default()))
}

/// `likely 183.2K (91.6%)`.
fn likely(report: &StatusReport) -> Option<String> {
    let likely = report.forecast.estimates().next()?.quantiles.p50?;
    let share = report.share(likely).map(|share| format!(" ({share})"));
    Some(format!(
        "likely {}{}",
        likely.compact(),
        share.unwrap_or_default()
    ))
}

/// The worst alerts, and how many there are; or those around the one that is selected.
fn alerts(app: &App, report: &StatusReport, size: Size, look: Look, most: usize) -> Vec<Row> {
    let all = &report.alerts;
    let title = format!("Alerts ({})", all.len());
    let mut rows = vec![frame::rule(&title, size.width, look)];
    let selected = app.selection(all.len());
    let shown = super::around(selected.unwrap_or(0), all.len(), most);
    let hidden = all.len() - shown.len();
    let end = shown.end;
    rows.extend(
        all.iter()
            .enumerate()
            .take(end)
            .skip(shown.start)
            .map(|(at, alert)| {
                let more = (at + 1 == end && hidden > 0).then(|| format!("(+{hidden})"));
                Row {
                    reversed: selected == Some(at),
                    text: alert_line(alert, more.as_deref(), size, look.style),
                }
            }),
    );
    rows
}

fn alert_line(alert: &Alert, more: Option<&str>, size: Size, style: Style) -> String {
    let symbol = style.symbol(alert.level);
    let pad = " ".repeat(10_usize.saturating_sub(symbol.chars().count()));
    let badge = Paint::Badge(alert.level).on(symbol);
    let text = format!("{badge}{pad}{}", style.text(&alert.message));
    let Some(more) = more else { return text };
    let room = size.width.saturating_sub(more.len() + 1);
    frame::apart(&safe::cut(&text, room, style.ellipsis()), more, size.width)
}

/// How many cells stand beside each other: fewer where that leaves room for names.
fn across(teams: usize, size: Size) -> usize {
    let most = (size.width / CELL).max(1);
    most.min(teams.div_ceil(GRID).max(1))
}

fn grid_title(app: &App, size: Size) -> String {
    let teams = app.teams().len();
    let title = "Teams (used/allocated)";
    match teams.saturating_sub(GRID * across(teams, size)) {
        0 => title.to_owned(),
        hidden => format!("{title} (+{hidden})"),
    }
}

/// Every team in a cell, those that used most first.
fn cells(app: &App, size: Size, style: Style) -> Vec<String> {
    let mut teams = app.teams();
    if app.sort.is_none() {
        teams.sort_by_key(|team| Reverse((team.used_tokens, team.allocated_tokens)));
    }
    let across = across(teams.len(), size);
    // The figures take all of a cell but four characters of the smallest one.
    let name = (size.width / across).saturating_sub(CELL - 4).clamp(4, 20);
    let teams = teams.iter().take(GRID * across);
    let cells: Vec<String> = teams.map(|team| cell(team, name, style)).collect();
    cells.chunks(across).map(|cells| cells.join(" ")).collect()
}

/// `Orch 45.2K/50K  90.4% done`.
fn cell(team: &TeamReport, room: usize, style: Style) -> String {
    let name = style.text(team.short_name());
    let name = safe::split(&name, room).0.to_owned();
    let pad = " ".repeat(room.saturating_sub(safe::width(&name)));
    let used = team
        .used_tokens
        .map_or_else(|| "-".to_owned(), |used| brief::about(used, team.estimate));
    let limit = team
        .allocated_tokens
        .map(|limit| format!("/{}", limit.compact()));
    let share = team.used_tokens.zip(team.allocated_tokens);
    let share = share.and_then(|(used, limit)| Percent::of(used.0, limit.0));
    let share = share.map(|share| share.to_string()).unwrap_or_default();
    let state = match team.status.as_deref() {
        Some("running") => "run",
        Some("pending") => "wait",
        Some("failed") => "fail",
        Some("done") => "done",
        _ => "",
    };
    let figures = format!("{used}{}", limit.unwrap_or_default());
    format!("{name}{pad} {figures:<9}{share:>6} {state:<4}")
}
