//! The month as a picture: what is used so far, then the likely line in the fan of 80% of all outcomes, and the budget.

use super::hours;
use chrono::{NaiveDate, Timelike};

use crate::{
    analysis::{StatusReport, forecast::PathDay},
    model::Tokens,
    render::{
        chart::{Canvas, Chart, Point, Rule},
        safe,
        theme::{Paint, Style},
    },
};

/// The rows of the picture itself.
const ROWS: usize = 10;

/// The most columns of it.
const MOST_COLUMNS: usize = 72;

/// The fewest that show anything.
const LEAST_COLUMNS: usize = 30;

/// Cells for the numbers at its left side.
const SCALE: usize = 9;

/// Cells for the likely end at its right side.
const END: usize = 8;

/// The same on a screen.
pub(crate) const SCREEN_SCALE: usize = 6;
pub(crate) const SCREEN_END: usize = 8;

/// The rows of the picture on a screen.
const LEAST_ROWS: usize = 6;
const MOST_ROWS: usize = 16;

/// The lines above and below it.
const TITLE_AND_AXIS: usize = 2;

const MINUTES_PER_DAY: i64 = 24 * 60;

/// The picture. Nothing where there is no room for it, or the days to come are not known.
pub(super) fn lines(report: &StatusReport, style: Style) -> Vec<String> {
    let columns = columns(style, SCALE, END, MOST_COLUMNS);
    let course = of_month(report).filter(|_| columns >= LEAST_COLUMNS);
    let Some(chart) = course.filter(|_| !report.forecast.path.is_empty()) else {
        return Vec::new();
    };
    let axis = axis(report, &chart, SCALE, columns);
    let canvas = Canvas {
        scale: SCALE,
        columns,
        rows: ROWS,
        style,
    };
    let mut lines = vec![String::new()];
    lines.extend(titled(&chart, &axis, canvas));
    lines
}

/// The picture on a screen with so many lines left, of which others would like to have some. Nothing where there is no room.
pub(super) fn on_screen(
    report: &StatusReport,
    style: Style,
    room: usize,
    others: usize,
) -> Vec<String> {
    let columns = columns(style, SCREEN_SCALE, SCREEN_END, usize::MAX);
    let room = room.saturating_sub(TITLE_AND_AXIS);
    let rows = room.saturating_sub(others).clamp(LEAST_ROWS, MOST_ROWS);
    let canvas = Canvas {
        scale: SCREEN_SCALE,
        columns,
        rows,
        style,
    };
    let fits = room >= LEAST_ROWS && columns >= LEAST_COLUMNS;
    let course = fits.then(|| course(report, canvas)).flatten();
    course.map_or_else(Vec::new, |(chart, axis)| titled(&chart, &axis, canvas))
}

/// The cells across that the numbers at both sides leave.
fn columns(style: Style, scale: usize, end: usize, most: usize) -> usize {
    style.width.map_or(MOST_COLUMNS, |width| {
        width.saturating_sub(scale + 2 + end).min(most)
    })
}

fn titled(chart: &Chart, axis: &str, canvas: Canvas) -> Vec<String> {
    let style = canvas.style;
    let title = format!("{}  {}", Paint::Heading.on("Course"), key(chart, style));
    let mut lines = style.folded(&title, 4);
    lines.extend(chart.lines(canvas));
    lines.push(axis.to_owned());
    let cut = |line: String| match style.width {
        Some(width) => safe::cut(&line, width, "").into_owned(),
        None => line,
    };
    lines.into_iter().map(cut).collect()
}

/// The course so far and to come, with what stands below it: the hours of a first day, else the days of the month. None where
/// nothing is known of either.
pub(crate) fn course(report: &StatusReport, canvas: Canvas) -> Option<(Chart, String)> {
    let (scale, columns) = (canvas.scale, canvas.columns);
    if let Some(hours) = hours::course(report) {
        let axis = hours.axis(scale, columns);
        return Some((hours.chart, axis));
    }
    let chart = of_month(report)?;
    let axis = axis(report, &chart, scale, columns);
    Some((chart, axis))
}

/// What is what in it.
pub(crate) fn key(chart: &Chart, style: Style) -> String {
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

/// The course of the month, with the days to come as far as they are known.
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
    let (top, rules) = ceiling(report, highest)?;
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

/// The tokens at the top, above the highest of the curves, and the budget as a rule. None where nothing is used, nor can be.
pub(super) fn ceiling(report: &StatusReport, highest: u64) -> Option<(u64, Vec<Rule>)> {
    // A budget far above everything would press the curves into the lowest row.
    let budget = report
        .budget
        .tokens
        .filter(|budget| budget.0 / 4 <= highest);
    let top = highest.max(budget.unwrap_or_default().0);
    let rule = |budget: Tokens| Rule {
        tokens: budget.0,
        label: budget.compact(),
    };
    (top > 0).then(|| (top, budget.map(rule).into_iter().collect()))
}

/// The days below the picture: the first, today, the last.
fn axis(report: &StatusReport, chart: &Chart, scale: usize, columns: usize) -> String {
    let day = |date: NaiveDate| date.format("%m-%d").to_string();
    let (first, last) = (day(report.month.first_day()), day(report.forecast.ends));
    let today = chart.used.last().map_or(0, |(minute, _)| *minute);
    let column = today * i64::try_from(columns).unwrap_or(0) / chart.span.1.max(1);
    let (mut line, column) = (first, usize::try_from(column).unwrap_or(0));
    if column > line.len() + 1 && column + 12 < columns {
        line = format!("{line:<column$}today");
    }
    let room = columns.saturating_sub(last.len());
    format!("{:width$}{line:<room$}{last}", "", width = scale + 2)
}
