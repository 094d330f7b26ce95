//! The budget at a glance: what is used, where it goes, what needs attention; and what of it is left out first. Teams are drawn by
//! `grid`.

use super::{
    Class, Look, Row, Size, brief, frame,
    grid::{self, Grid},
    shrink,
};
use crate::{
    analysis::{Alert, StatusReport},
    model::{Level, Percent, Tokens},
    render::{
        chart::Canvas,
        forecast::{
            self,
            chart::{SCREEN_END, SCREEN_SCALE},
            in_brackets,
        },
        overview::stated,
        safe,
        sheet::signed,
        theme::{Paint, Style},
    },
    tui::app::{App, Extent},
};

/// What to do about a missing budget, in a line.
const NO_BUDGET_HERE: &str =
    "no budget is set: --budget 200K, or `[budget] tokens` in tokmon.toml, sets one";

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
    /// What there would be, were there room for it. A high screen shows more of everything, not only a higher picture.
    fn wanted(
        report: &StatusReport,
        size: Size,
        has_picture: bool,
        teams: usize,
        as_table: bool,
    ) -> Self {
        let wide = size.class() == Class::Wide;
        let share = grid::most_lines(size);
        Self {
            chart: match (has_picture, wide) {
                (false, _) => 0,
                (true, false) => 8,
                (true, true) => 15,
            },
            teams: if as_table { teams } else { teams.min(share) },
            scale: report.spending().is_some() || stated(report).is_some(),
            alerts: report.alerts.len().min(share.max(if wide { 4 } else { 3 })),
            status: true,
            footer: true,
        }
    }

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
                // Of which hardly anything is left, that says nothing.
                let left = room.teams.saturating_sub(over);
                room.teams = if left >= 3 { left } else { 0 };
            },
            |room, _| room.scale = false,
            |room, _| room.chart = 0,
            |room, _| room.alerts = room.alerts.min(1),
            |room, _| room.status = false,
            |room, _| room.footer = false,
        ];
        shrink(&mut self, most, Self::height, &steps);
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
    let grid = Grid::of(report, size, look.style);
    let banner = frame::banner(app, look);
    let teams = if as_table {
        grid::table_height(report, size, look)
    } else {
        grid.lines()
    };
    let room = Room::wanted(report, size, has_picture, teams, as_table)
        .fit(size.height.saturating_sub(usize::from(banner.is_some())));
    let mut rows = vec![frame::header(app, size, look), headline(report, size, look)];
    rows.extend(banner);
    rows.extend(bar(report, size, look, room.scale));
    if room.chart > 0 {
        rows.extend(picture(report, size, look, room.chart));
    }
    let teams = match (room.teams, as_table) {
        (0, _) => Vec::new(),
        (lines, true) => grid::table(report, lines, size, look),
        (lines, false) => grid.rows(lines, size, look),
    };
    let alerts = alerts(app, report, size, look, room.alerts);
    let [first, second] = if wide {
        [teams, alerts]
    } else {
        [alerts, teams]
    };
    rows.extend(first.into_iter().chain(second));
    let status = room.status || frame::is_urgent(app);
    let below = usize::from(status) + usize::from(room.footer);
    rows.resize(size.height.saturating_sub(below), Row::default());
    rows.extend(status.then(|| frame::status(app, "", size, look)));
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
    let spending = report.spending();
    let badge = spending.map(|spending| style.badge(spending.level));
    let badge = badge.unwrap_or_default();
    let room = size.width.saturating_sub(safe::width(&badge) + 1);
    let share = spending.and_then(|spending| spending.share());
    let left = report.remaining.map(|left| {
        let rest = share.and_then(Percent::rest).filter(|_| wide);
        format!("left {}{}", signed(left), in_brackets(rest))
    });
    let in_money = spending.is_some_and(|spending| spending.currency.is_some());
    let unit = if in_money { "" } else { " tokens" };
    let held = Some(report.reserved).filter(|held| *held > Tokens::ZERO);
    let parts = [
        left,
        held.map(|held| format!("held {held}")),
        if in_money {
            Some(format!("{} tokens", report.used.tokens))
        } else {
            brief::cost(report, style)
        },
        brief::plan(report, style)
            .filter(|_| wide)
            .map(|[plan, _]| plan),
    ];
    let share = share.map(|share| format!("   {share}")).unwrap_or_default();
    let mut texts = brief::used_of(report, style)
        .map(|[used, of]| format!("Used {used}{of}{unit}{share}"))
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
        reversed: spending.is_some_and(|spending| spending.level == Level::Exceeded),
    }
}

/// What is used as a bar, with the thresholds below it, and what the log says of itself where that is something else.
pub(super) fn bar(report: &StatusReport, size: Size, look: Look, scale: bool) -> Vec<Row> {
    let stated = stated(report);
    let Some(spending) = report.spending() else {
        let none = Row::plain(NO_BUDGET_HERE);
        let stated = stated.filter(|_| scale).map(Row::plain);
        return std::iter::once(none).chain(stated).collect();
    };
    let at = &report.budget.thresholds;
    let (used, budget) = (spending.used, spending.budget);
    let bar = look
        .style
        .bar(size.width, used, budget, spending.level, Some(at));
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
    let wide = size.class() == Class::Wide;
    let badge = end_badge(report, wide, look.style).unwrap_or_default();
    let room = size.width.saturating_sub(safe::width(&badge) + 7);
    let parts = [
        report.forecast.burn_rate.as_ref().map(forecast::short_rate),
        brief::planned(report)
            .filter(|_| !wide)
            .map(|[plan, _]| plan),
        likely(report),
        Some(forecast::chart::key(&chart, look.style)),
    ];
    let mut title = "Burn-up".to_owned();
    for part in parts.into_iter().flatten() {
        let gap = if title == "Burn-up" {
            "  "
        } else {
            look.separator()
        };
        let more = format!("{title}{gap}{part}");
        if safe::width(&more) <= room {
            title = more;
        }
    }
    let mut rows = vec![frame::rule(&title, &badge, size.width, look)];
    rows.extend(chart.lines(canvas).into_iter().map(Row::plain));
    rows.push(Row::plain(axis));
    rows
}

/// The badge of where it will end, if that is anything to be alarmed at: by the plan, unless that stands elsewhere, else by the
/// forecast.
fn end_badge(report: &StatusReport, wide: bool, style: Style) -> Option<String> {
    let forecast = &report.forecast;
    let plan = forecast.plan.as_ref().filter(|_| !wide);
    let of_plan = plan.map(|plan| plan.end.level);
    let of_estimate = || forecast.estimates().next().map(|end| end.level);
    let level = of_plan.or_else(of_estimate).flatten()?;
    (level > Level::Ok).then(|| style.badge(level))
}

/// `likely 183.2K (91.6%)`.
fn likely(report: &StatusReport) -> Option<String> {
    let likely = report.forecast.estimates().next()?.quantiles.p50?;
    let share = in_brackets(report.share(likely));
    Some(format!("likely {}{share}", likely.compact()))
}

/// The worst alerts, and how many there are; or those around the one that is selected.
fn alerts(app: &App, report: &StatusReport, size: Size, look: Look, most: usize) -> Vec<Row> {
    let all = &report.alerts;
    let title = format!("Alerts ({})", all.len());
    let mut rows = vec![frame::rule(&title, "", size.width, look)];
    let selected = app.selection(all.len());
    let shown = super::around(selected.unwrap_or(0), all.len(), most);
    let (end, hidden) = (shown.end, all.len() - shown.len());
    let listed = all.iter().enumerate().take(end).skip(shown.start);
    rows.extend(listed.map(|(at, alert)| {
        let more = (at + 1 == end && hidden > 0).then(|| format!("(+{hidden})"));
        let text = alert_line(alert, look.style);
        Row {
            reversed: selected == Some(at),
            text: frame::with_more(&text, more.as_deref(), size.width, look.style),
        }
    }));
    rows
}

fn alert_line(alert: &Alert, style: Style) -> String {
    let symbol = style.symbol(alert.level);
    let pad = " ".repeat(10_usize.saturating_sub(symbol.chars().count()));
    let badge = Paint::Badge(alert.level).on(symbol);
    format!("{badge}{pad}{}", style.text(&alert.message))
}
