//! The month as a picture: what is used so far, then the likely line in the fan of 80% of all outcomes, and the budget.

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

const MINUTES_PER_DAY: i64 = 24 * 60;

/// The picture. Nothing where there is no room for it, or the days to come are not known.
pub(super) fn lines(report: &StatusReport, style: Style) -> Vec<String> {
    let columns = style.width.map_or(MOST_COLUMNS, |width| {
        width.saturating_sub(SCALE + 2 + END).min(MOST_COLUMNS)
    });
    let Some(chart) = course(report).filter(|_| columns >= LEAST_COLUMNS) else {
        return Vec::new();
    };
    let title = format!("{}  {}", Paint::Heading.on("Course"), key(&chart, style));
    let mut lines = vec![String::new()];
    lines.extend(style.folded(&title, 4));
    lines.extend(chart.lines(Canvas {
        scale: SCALE,
        columns,
        rows: ROWS,
        style,
    }));
    lines.push(axis(report, &chart, SCALE, columns));
    lines
        .into_iter()
        .map(|line| match style.width {
            Some(width) => safe::cut(&line, width, "").into_owned(),
            None => line,
        })
        .collect()
}

/// What is what in it.
pub(crate) fn key(chart: &Chart, style: Style) -> String {
    let mut key = if style.ascii {
        vec!["# used", "* likely", ": 80% range"]
    } else {
        vec!["line: used, then likely", "dots: 80% range"]
    };
    if !chart.rules.is_empty() {
        key.push(if style.ascii {
            "- budget"
        } else {
            "┈ budget"
        });
    }
    key.join("  ")
}

/// The course of the month. None where the days to come are not known.
pub(crate) fn course(report: &StatusReport) -> Option<Chart> {
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
    let highest = fan[1].last()?.1.max(report.used.tokens.0);
    // A budget far above everything would press the curves into the lowest row.
    let budget = report
        .budget
        .tokens
        .filter(|budget| budget.0 / 4 <= highest);
    let top = highest.max(budget.unwrap_or_default().0);
    let end = |(_, tokens): &Point| (*tokens, format!(" {}", Tokens(*tokens).compact()));
    let rule = |budget: Tokens| Rule {
        tokens: budget.0,
        label: budget.compact(),
    };
    (top > 0).then(|| Chart {
        used,
        remarks: likely.last().map(end).into_iter().collect(),
        likely,
        fan,
        rules: budget.map(rule).into_iter().collect(),
        span: (0, minutes(forecast.ends) + MINUTES_PER_DAY),
        top,
        levels: (report.level, forecast.month_end.and_then(|end| end.level)),
    })
}

/// The days below the picture: the first, today, the last.
pub(crate) fn axis(report: &StatusReport, chart: &Chart, scale: usize, columns: usize) -> String {
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
