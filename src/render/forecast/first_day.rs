//! The first day with usage as a chart, by the hours of its rows; then the end of the plan, at no certain time.

use chrono::{NaiveTime, TimeDelta};

use super::chart;
use crate::{
    analysis::{ForecastBasis, RowReport, StatusReport},
    model::{Measure, Measured},
    render::{Canvas, Chart, Point},
};

/// The part of the chart for what is planned, in fifths of the time passed.
const AHEAD: i64 = 2;

/// The chart, and the hours below it: that of the first row, and now. The end of the plan has none. None if there are more days
/// than one, or the rows have no hours.
pub fn course(report: &StatusReport, canvas: Canvas) -> Option<(Chart, String)> {
    let [day] = report.days.as_deref()? else {
        return None;
    };
    let today = report.now.date_naive();
    let start = |row: &RowReport| {
        let time = row.time.as_deref()?.get(..5)?;
        NaiveTime::parse_from_str(time, "%H:%M").ok()
    };
    let first = day.date.and_time(day.rows.iter().find_map(start)?);
    let now = (report.now.naive_local() - first).num_minutes();
    let spent = report.spent();
    if day.date != today || now < 1 || day.spent(report.measure) != spent {
        return None;
    }
    let minute = |row: &RowReport| {
        let at = today.and_time(start(row)?);
        Some((at - first).num_minutes().clamp(0, now))
    };
    let used = steps(&day.rows, minute, now, report.measure);
    let end = now + (now * AHEAD / 5).max(1);
    let spent = (now, spent.units().0);
    let estimate = report.forecast.ends().next();
    let planned = estimate.filter(|end| end.basis == ForecastBasis::Plan);
    let to = |amount: Measured| vec![spent, (end, amount.units().0)];
    let quantiles = planned.map(|planned| planned.quantiles);
    let likely = quantiles.and_then(|quantiles| quantiles.p50);
    let fan = quantiles.map(|quantiles| [quantiles.p10, quantiles.p90]);
    let marks = likely.into_iter().chain(fan.into_iter().flatten());
    let label = |amount: i128| format!(" {}", chart::label(report, amount, canvas.style));
    let remarks: Vec<(i128, String)> = marks
        .map(|amount| (amount.units().0, label(amount.units().0)))
        .collect();
    let highest = remarks.iter().map(|(amount, _)| *amount).max();
    let highest = highest.unwrap_or(0).max(spent.1);
    let ceiling = chart::Ceiling::of(report, highest, canvas.style)?;
    let chart = Chart {
        used,
        likely: likely.map(to).unwrap_or_default(),
        fan: fan.map(|fan| fan.map(to)).unwrap_or_default(),
        rule: ceiling.rule,
        remarks,
        span: (0, if planned.is_some() { end } else { now }),
        top: ceiling.top,
        top_label: ceiling.label,
        levels: (
            report.level_of_limit(),
            planned.and_then(|planned| planned.level),
        ),
    };
    let clock = |minutes: i64| {
        let time = first + TimeDelta::minutes(minutes);
        time.format("%H:%M").to_string()
    };
    let (start, until) = (clock(0), clock(now));
    if planned.is_none() {
        let axis = chart::axis(canvas, &start, None, &until);
        return Some((chart, axis));
    }
    let now = (chart::column(now, &chart, canvas), until.as_str());
    let axis = chart::axis(canvas, &start, Some(now), "all done");
    Some((chart, axis))
}

/// What was used by which minute up to now. The amount of a row is taken to be spent evenly until the next row starts.
fn steps(
    rows: &[RowReport],
    minute: impl Fn(&RowReport) -> Option<i64>,
    now: i64,
    measure: Measure,
) -> Vec<Point> {
    let (mut used, mut sum): (Vec<Point>, i128) = (Vec::new(), 0);
    for row in rows {
        let before = used.last().map_or(0, |(at, _)| *at);
        used.push((minute(row).map_or(before, |at| at.max(before)), sum));
        let spent = row.spent(measure).map_or(0, |spent| spent.units().0);
        sum = sum.saturating_add(spent);
    }
    used.push((now, sum));
    used
}
