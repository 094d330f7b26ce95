//! The month as a chart: what is used so far, the likely course in the fan of 80% of all outcomes, and the budget.

use chrono::{NaiveDate, Timelike};

use super::{first_day, plot};
use crate::{
    analysis::{StatusReport, forecast::PathDay},
    model::Tokens,
    render::{Canvas, Chart, Point, Style, StyledLine, heading},
};

const ROWS: usize = 10;

const MAX_COLUMNS: usize = 72;

const MIN_COLUMNS: usize = 30;

/// Cells for the numbers at the left of a printed chart.
const SCALE: usize = 9;

/// Cells for the likely end at the right.
const END: usize = 8;

/// The same on a screen.
pub const SCREEN_SCALE: usize = 6;
pub const SCREEN_END: usize = 8;

const MIN_ROWS: usize = 6;
const MAX_ROWS: usize = 16;

const TITLE_AND_AXIS: usize = 2;

const MINUTES_PER_DAY: i64 = 24 * 60;

/// The printed chart. Empty if there is no room for it, or no forecast of the days to come.
pub fn lines(report: &StatusReport, style: Style) -> Vec<StyledLine> {
    let columns = columns(style, SCALE, END, MAX_COLUMNS);
    let course = of_month(report).filter(|_| columns >= MIN_COLUMNS);
    let Some(chart) = course.filter(|_| !report.forecast.path.is_empty()) else {
        return Vec::new();
    };
    let axis = month_axis(report, &chart, SCALE, columns);
    let canvas = Canvas {
        scale: SCALE,
        columns,
        rows: ROWS,
        style,
    };
    let mut lines = vec![StyledLine::new()];
    lines.extend(titled(&chart, &axis, canvas));
    lines
}

/// The chart on a screen with room for this many lines, some of which other parts want. Empty if there is no room.
pub fn on_screen(
    report: &StatusReport,
    style: Style,
    room: usize,
    others: usize,
) -> Vec<StyledLine> {
    let columns = columns(style, SCREEN_SCALE, SCREEN_END, usize::MAX);
    let room = room.saturating_sub(TITLE_AND_AXIS);
    let rows = room.saturating_sub(others).clamp(MIN_ROWS, MAX_ROWS);
    let canvas = Canvas {
        scale: SCREEN_SCALE,
        columns,
        rows,
        style,
    };
    let fits = room >= MIN_ROWS && columns >= MIN_COLUMNS;
    let course = fits.then(|| course(report, canvas)).flatten();
    course.map_or_else(Vec::new, |(chart, axis)| titled(&chart, &axis, canvas))
}

/// The columns between the numbers at both sides.
fn columns(style: Style, scale: usize, end: usize, most: usize) -> usize {
    style.width.map_or(MAX_COLUMNS, |width| {
        width.saturating_sub(scale + 2 + end).min(most)
    })
}

fn titled(chart: &Chart, axis: &str, canvas: Canvas) -> Vec<StyledLine> {
    let style = canvas.style;
    let title = heading("Course") + "  " + &*key(chart, style);
    let mut lines = style.fold(title, 4);
    lines.extend(chart.lines(canvas));
    lines.push(axis.into());
    let width = style.width.unwrap_or(usize::MAX);
    let lines = lines.into_iter();
    lines.map(|line| line.cut(width, "")).collect()
}

/// The course so far and to come, with the line below it: the hours of a first day, else the days of the month. None if neither
/// is known.
pub fn course(report: &StatusReport, canvas: Canvas) -> Option<(Chart, String)> {
    let (scale, columns) = (canvas.scale, canvas.columns);
    if let Some(day) = first_day::course(report) {
        let axis = day.axis(scale, columns);
        return Some((day.chart, axis));
    }
    let chart = of_month(report)?;
    let axis = month_axis(report, &chart, scale, columns);
    Some((chart, axis))
}

pub fn key(chart: &Chart, style: Style) -> String {
    let [low, high] = &chart.fan;
    let fan = !low.is_empty() && !high.is_empty();
    let mut key = match (style.ascii, chart.likely.is_empty()) {
        (true, false) => vec!["# used", "* likely"],
        (true, true) => vec!["# used"],
        (false, false) => vec!["line: used, then likely"],
        (false, true) => vec!["line: used"],
    };
    if fan {
        key.push(if style.ascii {
            ": 80% range"
        } else {
            "dots: 80% range"
        });
    }
    if !chart.rules.is_empty() {
        key.push(if style.ascii {
            "- budget"
        } else {
            "┈ budget"
        });
    }
    key.join("  ")
}

/// The course of the month, with the forecast of the days to come if there is one.
fn of_month(report: &StatusReport) -> Option<Chart> {
    let forecast = &report.forecast;
    let first = report.month.first_day();
    let minutes = |date: NaiveDate| (date - first).num_days() * MINUTES_PER_DAY;
    let now =
        minutes(report.now.date_naive()) + i64::from(report.now.num_seconds_from_midnight() / 60);
    let mut used = vec![(minutes(forecast.used_by_day.first()?.date), 0)];
    let days = forecast.used_by_day.iter();
    used.extend(days.map(|day| ((minutes(day.date) + MINUTES_PER_DAY).min(now), day.tokens.0)));
    let curve = |of: &dyn Fn(&PathDay) -> Option<Tokens>| {
        let days = forecast.path.iter();
        let points: Vec<Point> = days
            .filter_map(|day| Some((minutes(day.date) + MINUTES_PER_DAY, of(day)?.0)))
            .collect();
        let start = (!points.is_empty()).then_some((now, report.used.tokens.0));
        start.into_iter().chain(points).collect::<Vec<Point>>()
    };
    let likely = curve(&|day| day.p50);
    let fan = [curve(&|day| Some(day.p10)), curve(&|day| Some(day.p90))];
    let highest = fan[1].last().map_or(0, |(_, tokens)| *tokens);
    let highest = highest.max(report.used.tokens.0);
    let end = |(_, tokens): &Point| (*tokens, format!(" {}", Tokens(*tokens).compact()));
    let (top, rules) = plot::ceiling(report, highest)?;
    Some(Chart {
        used,
        remarks: likely.last().map(end).into_iter().collect(),
        likely,
        fan,
        rules,
        span: (0, minutes(forecast.ends) + MINUTES_PER_DAY),
        top,
        levels: (report.level, forecast.month_end.and_then(|end| end.level)),
    })
}

/// The days below the chart: the first, today, the last.
fn month_axis(report: &StatusReport, chart: &Chart, scale: usize, columns: usize) -> String {
    let day = |date: NaiveDate| date.format("%m-%d").to_string();
    let (first, last) = (day(report.month.first_day()), day(report.forecast.ends));
    let today = chart.used.last().map_or(0, |(minute, _)| *minute);
    let column = today * i64::try_from(columns).unwrap_or(0) / chart.span.1.max(1);
    let column = usize::try_from(column).unwrap_or(0);
    let has_room = column > first.len() + 1 && column + 12 < columns;
    let middle = has_room.then_some((column, "today"));
    plot::axis((scale, columns), &first, middle, &last)
}
