//! The budget at a glance: what is used, where it goes, what needs attention, every team in a cell.

use chrono::{NaiveTime, Timelike};

use super::{Class, Look, Row, Size, frame};
use crate::{
    analysis::{Alert, StatusReport, TeamReport},
    model::{Level, Percent, Tokens},
    render::{
        chart::{Canvas, Chart, Point, Rule},
        forecast, safe,
        theme::{Paint, Style},
    },
    tui::app::App,
};

/// Cells of the chart's scale.
const SCALE: usize = 4;

/// Cells behind the chart.
const BEHIND: usize = 8;

/// The short name of a budget that nothing is known about.
const NOTHING: &str = "nothing could be read yet";

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
    /// Header, headline and bar are always there.
    const fn height(self) -> usize {
        let chart = if self.chart > 0 { self.chart + 2 } else { 0 };
        let teams = if self.teams > 0 { self.teams + 1 } else { 0 };
        let flags = self.scale as usize + self.status as usize + self.footer as usize;
        3 + chart + teams + self.alerts + 1 + flags
    }

    /// Leaves out what is missed least, until the rest fits.
    fn fit(mut self, most: usize) -> Self {
        let steps: [fn(&mut Self); 8] = [
            |room| room.chart = room.chart.min(8),
            |room| room.chart = room.chart.min(4),
            |room| room.teams = 0,
            |room| room.scale = false,
            |room| room.chart = 0,
            |room| room.alerts = room.alerts.min(1),
            |room| room.status = false,
            |room| room.footer = false,
        ];
        for step in steps {
            if self.height() <= most {
                break;
            }
            step(&mut self);
        }
        // What is left over makes the chart higher.
        if self.chart > 0 {
            self.chart += most.saturating_sub(self.height());
        }
        self
    }
}

/// The overview, with all that surrounds it.
pub(super) fn rows(app: &App, size: Size, look: Look) -> Vec<Row> {
    let mut rows = vec![frame::header(app, size, look)];
    let Some(latest) = &app.latest else {
        rows.extend(frame::banner(app, look));
        rows.push(Row::plain(NOTHING));
        return rows;
    };
    let report = &latest.report;
    let grid = teams(app, report, size, look);
    let wide = size.class() == Class::Wide;
    let banner = frame::banner(app, look);
    let room = Room {
        chart: if wide { 15 } else { 8 },
        teams: grid.len(),
        scale: true,
        alerts: report.alerts.len().min(if wide { 4 } else { 3 }),
        status: true,
        footer: true,
    }
    .fit(size.height.saturating_sub(usize::from(banner.is_some())));
    rows.push(headline(report, size, look));
    rows.extend(banner);
    rows.extend(bar(report, size, look, room.scale));
    if room.chart > 0 {
        rows.extend(chart(report, size, look, room.chart));
    }
    if wide && room.teams > 0 {
        rows.push(Row::plain(frame::rule("Teams", size.width, look)));
        rows.extend(grid.iter().cloned());
    }
    rows.extend(alerts(app, report, size, look, room.alerts));
    if !wide && room.teams > 0 {
        let title = "Teams (used/allocated)";
        rows.push(Row::plain(frame::rule(title, size.width, look)));
        rows.extend(grid);
    }
    while rows.len() + usize::from(room.status) + usize::from(room.footer) < size.height {
        rows.push(Row::default());
    }
    rows.extend(room.status.then(|| frame::status(app, look)));
    rows.extend(room.footer.then(|| frame::footer(app, size)));
    rows
}

/// All in one line: `tokens 63.3% 126.7K/200K OK | plan 95.8% CRIT | $0.381`.
pub(super) fn line(app: &App, look: Look) -> String {
    let Some(latest) = &app.latest else {
        return NOTHING.to_owned();
    };
    let report = &latest.report;
    let (used, budget) = (report.used.tokens, report.budget.tokens);
    let word = |level: Level| {
        look.style
            .symbol(level)
            .rsplit(' ')
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    let mut parts = vec![match (report.share(used), budget, report.level) {
        (Some(share), Some(budget), Some(level)) => format!(
            "tokens {share} {}/{} {}",
            used.compact(),
            budget.compact(),
            word(level)
        ),
        _ => format!("tokens {}", used.compact()),
    }];
    if let Some(plan) = &report.forecast.plan {
        let (share, level) = (report.share(plan.end.total_tokens), plan.end.level);
        parts.extend(
            share
                .zip(level)
                .map(|(share, level)| format!("plan {share} {}", word(level))),
        );
    }
    let cost = report.used.cost.as_ref();
    parts.extend(cost.map(|cost| look.style.money(cost.money)));
    parts.join(" | ")
}

fn headline(report: &StatusReport, size: Size, look: Look) -> Row {
    let used = report.used.tokens;
    let share = report.share(used);
    let wide = size.class() == Class::Wide;
    let of = report.budget.tokens.map(|budget| format!(" / {budget}"));
    let mut text = format!("Used {used}{} tokens", of.unwrap_or_default());
    text.extend(share.map(|share| format!("   {share}")));
    text.extend(report.remaining.map(|left| {
        let rest = share.and_then(Percent::rest).filter(|_| wide);
        let rest = rest.map(|rest| format!(" ({rest})")).unwrap_or_default();
        format!("   left {}{rest}", crate::render::sheet::signed(left))
    }));
    let cost = report.used.cost.as_ref();
    let cost = cost.map(|cost| format!("   {}", look.style.money(cost.money)));
    let plan = wide.then(|| plan(report, look.style)).flatten();
    let plan = plan.map(|plan| format!("   {plan}"));
    let badge = report
        .level
        .map(|level| look.style.badge(level))
        .unwrap_or_default();
    let all = format!(
        "{text}{}{}",
        cost.clone().unwrap_or_default(),
        plan.unwrap_or_default()
    );
    let parts = [all, format!("{text}{}", cost.unwrap_or_default()), text];
    let fits = |part: &&String| safe::width(part) + safe::width(&badge) < size.width;
    let text = parts.iter().find(fits).unwrap_or(&parts[2]);
    Row::plain(frame::apart(text, &badge, size.width))
}

/// `plan 191,670 (95.8%) [!!! CRIT]`.
fn plan(report: &StatusReport, style: Style) -> Option<String> {
    let plan = report.forecast.plan.as_ref()?;
    let share = report.share(plan.end.total_tokens);
    let share = share.map(|share| format!(" ({share})")).unwrap_or_default();
    let badge = plan
        .end
        .level
        .map(|level| format!(" {}", style.badge(level)));
    Some(format!(
        "plan {}{share}{}",
        plan.end.total_tokens,
        badge.unwrap_or_default()
    ))
}

fn bar(report: &StatusReport, size: Size, look: Look, scale: bool) -> Vec<Row> {
    let Some((budget, level)) = report.budget.tokens.zip(report.level) else {
        return vec![Row::plain("no budget is set")];
    };
    let at = &report.budget.thresholds;
    let used = report.used.tokens.0;
    let mut rows = vec![Row::plain(look.style.bar(
        size.width,
        used,
        budget.0,
        level,
        Some(at),
    ))];
    if scale {
        rows.push(Row::plain(Style::scale(size.width, at)));
    }
    rows
}

/// The picture, with what it is about above it.
fn chart(report: &StatusReport, size: Size, look: Look, height: usize) -> Vec<Row> {
    let columns = size.width.saturating_sub(SCALE + 2 + BEHIND);
    let canvas = Canvas {
        scale: SCALE,
        columns,
        rows: height,
        style: look.style,
    };
    let (chart, axis) = match forecast::chart::course(report) {
        Some(chart) => {
            let axis = forecast::chart::axis(report, &chart, SCALE, columns);
            (chart, axis)
        }
        None => today(report, columns),
    };
    let about: Vec<String> = [
        report.forecast.burn_rate.as_ref().map(forecast::rate),
        forecast::in_brief(report, look.style),
    ]
    .into_iter()
    .flatten()
    .collect();
    let separator = if look.style.ascii { " ~ " } else { " · " };
    let title = format!("Burn-up  {}", about.join(separator));
    let title = safe::cut(&title, size.width.saturating_sub(6), look.style.ellipsis());
    let mut rows = vec![Row::plain(frame::rule(&title, size.width, look))];
    rows.extend(chart.lines(canvas).into_iter().map(Row::plain));
    rows.push(Row::plain(axis));
    rows
}

/// The course of a single day, by the hours of its rows; and how far the plan goes.
fn today(report: &StatusReport, columns: usize) -> (Chart, String) {
    let days = report.days.as_deref().unwrap_or_default();
    let rows = days.last().map_or(&[][..], |day| day.rows.as_slice());
    let before: u64 = days.iter().rev().skip(1).map(|day| day.tokens.0).sum();
    let minute = |time: NaiveTime| i64::from(time.num_seconds_from_midnight() / 60);
    let mut sum = before;
    let mut used: Vec<Point> = Vec::new();
    for row in rows {
        let start = row
            .time
            .as_deref()
            .and_then(|time| NaiveTime::parse_from_str(time.get(..5)?, "%H:%M").ok());
        let start = start.map_or_else(|| used.last().map_or(0, |(at, _)| *at), minute);
        used.push((start.max(used.last().map_or(0, |(at, _)| *at)), sum));
        sum += row.tokens.unwrap_or_default().0;
    }
    let first = used.first().map_or(0, |(at, _)| *at);
    let now = minute(report.now.time()).max(used.last().map_or(0, |(at, _)| *at) + 1);
    used.push((now, report.used.tokens.0));
    let plan = report
        .forecast
        .plan
        .as_ref()
        .map(|plan| plan.end.total_tokens.0);
    let end = if plan.is_some() {
        now + (now - first) * 2 / 5
    } else {
        now
    };
    let likely: Vec<Point> = plan
        .map(|plan| vec![(now, report.used.tokens.0), (end, plan)])
        .unwrap_or_default();
    let budget = report.budget.tokens;
    let top = plan
        .unwrap_or(0)
        .max(report.used.tokens.0)
        .max(budget.unwrap_or_default().0)
        .max(1);
    let rule = |tokens: Tokens| Rule {
        tokens: tokens.0,
        label: tokens.compact(),
    };
    let time = |minute: i64| format!("{:02}:{:02}", minute / 60 % 24, minute % 60);
    let last = if plan.is_some() {
        "all done".to_owned()
    } else {
        time(end)
    };
    let room = columns.saturating_sub(last.len());
    let axis = format!(
        "{:width$}{:<room$}{last}",
        "",
        time(first),
        width = SCALE + 2
    );
    let chart = Chart {
        remarks: plan
            .map(|plan| (plan, format!(" {}", Tokens(plan).compact())))
            .into_iter()
            .collect(),
        levels: (
            report.level,
            report
                .forecast
                .plan
                .as_ref()
                .and_then(|plan| plan.end.level),
        ),
        rules: budget.map(rule).into_iter().collect(),
        span: (first, end),
        used,
        likely,
        top,
        ..Chart::default()
    };
    (chart, axis)
}

/// The worst alerts, and how many there are.
fn alerts(app: &App, report: &StatusReport, size: Size, look: Look, most: usize) -> Vec<Row> {
    let all = &report.alerts;
    let title = format!("Alerts ({})", all.len());
    let mut rows = vec![Row::plain(frame::rule(&title, size.width, look))];
    let selected = app.selected[0];
    let top = (selected + 1).saturating_sub(most.max(1));
    let shown = all.iter().enumerate().skip(top).take(most);
    rows.extend(shown.map(|(at, alert)| {
        let hidden = all.len() - top - most.min(all.len() - top);
        let last = at + 1 == top + most && hidden > 0;
        let more = if last {
            format!("(+{hidden})")
        } else {
            String::new()
        };
        Row {
            reversed: selected > 0 && at == selected,
            text: alert_line(alert, &more, size, look.style),
        }
    }));
    rows
}

fn alert_line(alert: &Alert, more: &str, size: Size, style: Style) -> String {
    let symbol = style.symbol(alert.level);
    let pad = " ".repeat(10_usize.saturating_sub(symbol.chars().count()));
    let text = format!(
        "{}{pad}{}",
        Paint::Badge(alert.level).on(symbol),
        style.text(&alert.message)
    );
    if more.is_empty() {
        return text;
    }
    let room = size.width.saturating_sub(more.len() + 1);
    frame::apart(&safe::cut(&text, room, style.ellipsis()), more, size.width)
}

/// Every team in a cell; on a wide screen the table of teams.
fn teams(app: &App, report: &StatusReport, size: Size, look: Look) -> Vec<Row> {
    if size.class() == Class::Wide {
        let lines = crate::render::teams::sheet(report).lines(look.style);
        return lines.into_iter().map(Row::plain).collect();
    }
    let mut teams = app.teams();
    if app.sort.is_none() {
        teams.sort_by_key(|team| std::cmp::Reverse((team.used_tokens, team.allocated_tokens)));
    }
    let across = (size.width / 26).max(1);
    let most = 3 * across;
    let cells: Vec<String> = teams
        .iter()
        .take(most)
        .map(|team| cell(team, look.style))
        .collect();
    cells
        .chunks(across)
        .map(|cells| Row::plain(cells.join(" ")))
        .collect()
}

/// `Orch 45.2K/50K  90.4% done`.
fn cell(team: &TeamReport, style: Style) -> String {
    let name = team.name.strip_prefix("Team ").unwrap_or(&team.name);
    let name = style.text(name);
    let name = safe::split(&name, 4).0.to_owned();
    let pad = " ".repeat(4_usize.saturating_sub(safe::width(&name)));
    let used = team
        .used_tokens
        .map_or_else(|| "-".to_owned(), Tokens::compact);
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

/// The overview where there is room for a few lines only.
pub(super) fn tiny(app: &App, size: Size, look: Look) -> Vec<Row> {
    let Some(latest) = &app.latest else {
        return frame::banner(app, look)
            .into_iter()
            .chain([Row::plain(NOTHING)])
            .collect();
    };
    let report = &latest.report;
    let used = report.used.tokens;
    let of = report.budget.tokens.map(|budget| format!("/{budget}"));
    let share = report.share(used).map(|share| format!("  {share}"));
    let badge = report
        .level
        .map(|level| format!("  {}", look.style.badge(level)));
    let first = format!(
        "{used}{}{}{}",
        of.unwrap_or_default(),
        share.unwrap_or_default(),
        badge.unwrap_or_default()
    );
    let clock = look.now.format("%H:%M").to_string();
    let first = if safe::width(&first) + clock.len() + 1 <= size.width {
        frame::apart(&first, &clock, size.width)
    } else {
        first
    };
    let mut rows = vec![Row::plain(first)];
    rows.extend(frame::banner(app, look));
    rows.extend(bar(report, size, look, false));
    let left = report
        .remaining
        .map(|left| format!("left {}", crate::render::sheet::signed(left)));
    let cost = report
        .used
        .cost
        .as_ref()
        .map(|cost| look.style.money(cost.money));
    let second: Vec<String> = left.into_iter().chain(cost).collect();
    rows.push(Row::plain(second.join("   ")));
    rows.extend(plan(report, look.style).map(Row::plain));
    let room = size.height.saturating_sub(rows.len() + 2);
    let alerts = report.alerts.iter().take(room.min(4));
    rows.extend(alerts.map(|alert| Row::plain(alert_line(alert, "", size, look.style))));
    while rows.len() + 2 < size.height {
        rows.push(Row::default());
    }
    rows.push(frame::status(app, look));
    rows.push(frame::footer(app, size));
    rows
}
