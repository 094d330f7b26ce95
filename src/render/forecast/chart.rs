//! The month as a chart: what is used so far, the likely course in the fan of 80% of all outcomes, and the budget.

use chrono::{NaiveDate, Timelike};

use super::{first_day, strip};
use crate::{
    analysis::{StatusReport, forecast::PathDay},
    model::{Measure, Measured, Money, Units},
    render::{Canvas, Chart, OutputStyle, Point, RuleLine, StyledLine, heading, width},
};

const ROWS: usize = 10;
const MAX_COLUMNS: usize = 72;
const MIN_COLUMNS: usize = 30;

/// Cells for the numbers at the left of a printed chart, and of one on a screen.
const SCALE: usize = 9;
const SCREEN_SCALE: usize = 6;

/// Cells for the likely end at the right.
const END: usize = 8;

const MIN_SCREEN_ROWS: usize = 6;
const MAX_SCREEN_ROWS: usize = 16;

/// The lines of a chart besides its rows.
pub const TITLE_AND_AXIS: usize = 2;

const MINUTES_PER_DAY: i64 = 24 * 60;

/// The printed chart. Empty if there is no room for it, or no forecast of the days to come.
pub fn lines(report: &StatusReport, style: OutputStyle) -> Vec<StyledLine> {
    let mut canvas = canvas(style, SCALE, ROWS);
    canvas.columns = canvas.columns.min(MAX_COLUMNS);
    let fits = canvas.columns >= MIN_COLUMNS && !report.forecast.path.is_empty();
    let Some(chart) = of_month(report, style).filter(|_| fits) else {
        return Vec::new();
    };
    let axis = month_axis(report, &chart, canvas);
    let chart = titled(&chart, &axis, canvas, report.measure);
    std::iter::once(StyledLine::new()).chain(chart).collect()
}

/// The chart on a screen with room for this many lines. Below it are others: with little room only the first of them, the second
/// number, are on the screen. Empty if there is no room.
pub fn on_screen(
    report: &StatusReport,
    style: OutputStyle,
    room: usize,
    [all, first]: [usize; 2],
) -> Vec<StyledLine> {
    let room = room.saturating_sub(TITLE_AND_AXIS);
    let rows = match room.saturating_sub(all) {
        0..MIN_SCREEN_ROWS => {
            let rows = room.saturating_sub(first);
            rows.clamp(MIN_SCREEN_ROWS, MAX_SCREEN_ROWS)
        }
        rows => rows,
    };
    let canvas = screen_canvas(report, style, rows);
    let fits = room >= MIN_SCREEN_ROWS && canvas.columns >= MIN_COLUMNS;
    let course = fits.then(|| course(report, canvas)).flatten();
    course.map_or_else(Vec::new, |(chart, axis)| {
        titled(&chart, &axis, canvas, report.measure)
    })
}

/// The canvas between the numbers at both sides of a screen.
pub fn screen_canvas(report: &StatusReport, style: OutputStyle, rows: usize) -> Canvas {
    canvas(style, scale(report.measure), rows)
}

/// Cells for the numbers at the left: compact tokens, or the longest compact amount, which is below a thousand.
fn scale(measure: Measure) -> usize {
    measure.currency().map_or(SCREEN_SCALE, |currency| {
        let nanos = 999_990_000_000;
        let longest = Money { nanos, currency };
        width(&longest.compact()).max(SCREEN_SCALE)
    })
}

fn canvas(style: OutputStyle, scale: usize, rows: usize) -> Canvas {
    let columns = style
        .width
        .map_or(MAX_COLUMNS, |width| width.saturating_sub(scale + 2 + END));
    Canvas {
        scale,
        columns,
        rows,
        style,
    }
}

fn titled(chart: &Chart, axis: &str, canvas: Canvas, measure: Measure) -> Vec<StyledLine> {
    let style = canvas.style;
    let key = key(chart, style, measure);
    let mut key = key.into_iter().map(StyledLine::from);
    let first = heading("Burn-up") + "  " + key.next().unwrap_or_default();
    let mut lines = strip::in_lines(std::iter::once(first).chain(key).collect(), "", style);
    lines.extend(chart.lines(canvas));
    lines.push(axis.into());
    let width = style.width.unwrap_or(usize::MAX);
    let lines = lines.into_iter();
    lines.map(|line| line.cut(width, "")).collect()
}

/// The course so far and to come, with the line below it: the hours of a first day, else the days of the month. None if neither
/// is known.
pub fn course(report: &StatusReport, canvas: Canvas) -> Option<(Chart, String)> {
    first_day::course(report, canvas).or_else(|| {
        let chart = of_month(report, canvas.style)?;
        let axis = month_axis(report, &chart, canvas);
        Some((chart, axis))
    })
}

/// What the signs of a chart mean.
pub fn key(chart: &Chart, style: OutputStyle, measure: Measure) -> Vec<&'static str> {
    let used = match (style.ascii, measure) {
        (true, Measure::Tokens) => "# used",
        (true, Measure::Money(_)) => "# spent",
        (false, Measure::Tokens) => "line: used",
        (false, Measure::Money(_)) => "line: spent",
    };
    let [fan, budget] = if style.ascii {
        [": 80% range", "- budget"]
    } else {
        ["dots: 80% range", "┈ budget"]
    };
    let mut key = vec![used];
    if !chart.likely.is_empty() {
        key.push(if style.ascii {
            "* likely"
        } else {
            "dashes: likely"
        });
    }
    if chart.fan.iter().all(|edge| !edge.is_empty()) {
        key.push(fan);
    }
    if chart.rule.is_some() {
        key.push(budget);
    }
    key
}

/// The course of the month, with the forecast of the days to come if there is one.
fn of_month(report: &StatusReport, style: OutputStyle) -> Option<Chart> {
    let forecast = &report.forecast;
    let first = report.month.first_day();
    let minutes = |date: NaiveDate| (date - first).num_days() * MINUTES_PER_DAY;
    let now = minute_of(report);
    let units = |amount: Measured| amount.units().0;
    let mut used = vec![(minutes(forecast.used_by_day.first()?.date), 0)];
    let days = forecast.used_by_day.iter();
    let end_of = |date| minutes(date) + MINUTES_PER_DAY;
    used.extend(days.map(|day| (end_of(day.date).min(now), units(day.used()))));
    let spent = report.spent();
    let curve = |of: &dyn Fn(&PathDay) -> Option<Measured>| {
        let days = forecast.path.iter();
        let points: Vec<Point> = days
            .filter_map(|day| Some((end_of(day.date), units(of(day)?))))
            .collect();
        let start = (!points.is_empty()).then_some((now, units(spent)));
        start.into_iter().chain(points).collect::<Vec<Point>>()
    };
    let likely = curve(&|day| day.p50);
    let fan = [curve(&|day| Some(day.p10)), curve(&|day| Some(day.p90))];
    let highest = fan[1].last().map_or(0, |(_, amount)| *amount);
    let highest = highest.max(units(spent));
    let end = |(_, amount): &Point| (*amount, format!(" {}", label(report, *amount, style)));
    let ceiling = Ceiling::of(report, highest, style)?;
    Some(Chart {
        used,
        remarks: likely.last().map(end).into_iter().collect(),
        likely,
        fan,
        rule: ceiling.rule,
        span: (0, end_of(forecast.ends)),
        top: ceiling.top,
        top_label: ceiling.label,
        levels: (
            report.level_of_limit(),
            forecast.end().and_then(|end| end.level),
        ),
    })
}

/// The days below the chart: the first, today, the last.
fn month_axis(report: &StatusReport, chart: &Chart, canvas: Canvas) -> String {
    let day = |date: NaiveDate| date.format("%m-%d").to_string();
    let (first, last) = (day(report.month.first_day()), day(report.forecast.ends));
    let is_current = report.is_current_month;
    let today = is_current.then(|| (column(minute_of(report), chart, canvas), "today"));
    axis(canvas, &first, today, &last)
}

/// The minutes of the month until now.
fn minute_of(report: &StatusReport) -> i64 {
    let days = (report.now.date_naive() - report.month.first_day()).num_days();
    days * MINUTES_PER_DAY + i64::from(report.now.num_seconds_from_midnight() / 60)
}

/// The column of a minute.
pub fn column(minute: i64, chart: &Chart, canvas: Canvas) -> usize {
    let columns = i64::try_from(canvas.columns).unwrap_or(0);
    usize::try_from(minute * columns / chart.span.1.max(1)).unwrap_or(0)
}

/// What a chart reaches up to.
pub struct Ceiling {
    /// Not below the highest of the curves.
    pub top: i128,
    pub label: String,
    /// The budget.
    pub rule: Option<RuleLine>,
}

impl Ceiling {
    /// None if there is nothing to reach up to.
    pub fn of(report: &StatusReport, highest: i128, style: OutputStyle) -> Option<Self> {
        // A budget far above the curves would press them into the lowest row.
        let budget = report.limit().map(|budget| budget.units().0);
        let budget = budget.filter(|budget| budget / 4 <= highest);
        let top = highest.max(budget.unwrap_or(0));
        let rule = budget.map(|at| RuleLine {
            at,
            label: label(report, at, style),
        });
        (top > 0).then(|| Self {
            top,
            label: label(report, top, style),
            rule,
        })
    }
}

/// An amount beside a chart.
pub fn label(report: &StatusReport, amount: i128, style: OutputStyle) -> String {
    style.compact(report.measure.amount(Units(amount)))
}

/// The line below a chart: a label at the left, one with a mark at a column, beside it at the side that has room, and one at the
/// right edge.
pub fn axis(canvas: Canvas, start: &str, mark: Option<(usize, &str)>, end: &str) -> String {
    let room = canvas.columns.saturating_sub(end.len());
    let placed = mark.and_then(|(column, label)| {
        let left = column.checked_sub(label.len());
        let sides = [
            (Some(column), format!("^{label}")),
            (left, format!("{label}^")),
        ];
        let mut sides = sides.into_iter();
        sides.find_map(|(at, text)| {
            let at = at.filter(|at| *at > start.len() && at + text.len() < room)?;
            Some(format!("{start:<at$}{text}"))
        })
    });
    let line = placed.unwrap_or_else(|| start.to_owned());
    format!("{:width$}{line:<room$}{end}", "", width = canvas.scale + 2)
}
