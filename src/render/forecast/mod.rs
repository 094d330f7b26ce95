//! The forecast: whether the budget is enough and how certain that is, when thresholds are crossed, and why; then the plan, the
//! burn rate and the log's own projection, each with its source.

pub mod chart;
mod context;
mod data;
mod explanation;
mod first_day;
mod strip;
mod summary;
mod tables;

pub use context::{bare_rate, rate, short_rate, stated_range};
pub use data::{data, tables};
pub use summary::{cost_in_brief, in_brief, team_outcome};

use super::{OutputStyle, ReportTable, StyledLine, heading};
use crate::{
    analysis::{Confidence, ForecastBasis, ForecastState, StatusReport},
    model::{Level, Percent},
};

/// The column in which values start.
const FIELD: usize = 17;

/// In place of a figure that needs more time.
const NOT_ENOUGH: &str = "not enough data yet";

/// The name of a figure, empty if it continues the one before, and its text.
type Field = (&'static str, StyledLine);

/// The badge of a level behind a text.
pub fn badge(level: Level, style: OutputStyle) -> StyledLine {
    StyledLine::from("  ") + style.badge(level)
}

pub fn lines(report: &StatusReport, style: OutputStyle) -> Vec<StyledLine> {
    let mut lines = summary(report, style, true);
    lines.extend(crossings(report, style));
    lines.extend(why(report, style));
    lines.extend(chart::lines(report, style));
    lines.extend(context(report, style));
    lines
}

/// The forecast for a screen with room for this many lines. The chart takes the lines that the parts around it leave, and replaces
/// the bar.
pub fn screen(report: &StatusReport, style: OutputStyle, room: usize) -> Vec<StyledLine> {
    let crossing = crossings(report, style);
    let mut lines = summary(report, style, false);
    let left = room.saturating_sub(lines.len());
    let chart = chart::on_screen(report, style, left, crossing.len());
    if chart.is_empty() {
        lines = summary(report, style, true);
    }
    lines.extend(chart);
    lines.extend(crossing);
    lines.extend(why(report, style));
    lines.extend(context(report, style));
    lines
}

/// Whether the budget is enough and how certain that is, with a bar of the possible outcomes or without.
fn summary(report: &StatusReport, style: OutputStyle, bar: bool) -> Vec<StyledLine> {
    let mut lines = style.fold(heading(title(report)), 4);
    if report.budget.tokens.is_none() && report.budget.cost.is_none() {
        lines.extend(style.fold(format!("  {}", super::NO_BUDGET), 4));
    }
    lines.extend(fields(summary::first(report, style), style));
    let strip = report.forecast.estimates().next().filter(|_| bar);
    let strip = strip.map(|estimate| strip::lines(report, estimate, style, FIELD));
    let strip = strip.unwrap_or_default();
    let more = fields(summary::more(report, style), style);
    // It is below the figures that it draws: those of the month's end, else those of the plan.
    let parts = match report.forecast.month_end {
        Some(_) => [strip, more],
        None => [more, strip],
    };
    lines.extend(parts.into_iter().flatten());
    lines
}

fn why(report: &StatusReport, style: OutputStyle) -> Vec<StyledLine> {
    let reasons = explanation::all(report);
    if reasons.is_empty() {
        return Vec::new();
    }
    let reasons = reasons.iter();
    [StyledLine::new(), heading("Why")]
        .into_iter()
        .chain(reasons.flat_map(|reason| style.fold(format!("  {reason}"), 4)))
        .collect()
}

fn context(report: &StatusReport, style: OutputStyle) -> Vec<StyledLine> {
    let title = match report.forecast.result {
        Some(_) => "Beside the result",
        None => "Beside the forecast",
    };
    let mut lines = vec![StyledLine::new(), heading(title)];
    lines.extend(fields(context::fields(report, style), style));
    let tables = &tables::all(report)[2..];
    lines.extend(tables.iter().flat_map(|table| titled(table, style)));
    lines
}

fn fields(fields: Vec<Field>, style: OutputStyle) -> Vec<StyledLine> {
    let line = |(name, text)| StyledLine::from(format!("  {name:<15}")) + text;
    let fields = fields.into_iter();
    fields
        .flat_map(|field| style.fold(line(field), FIELD))
        .collect()
}

/// When thresholds are crossed, in tokens and in money.
fn crossings(report: &StatusReport, style: OutputStyle) -> Vec<StyledLine> {
    let tables = [tables::thresholds(report), tables::cost_thresholds(report)];
    tables
        .iter()
        .flat_map(|table| titled(table, style))
        .collect()
}

fn titled(table: &ReportTable, style: OutputStyle) -> Vec<StyledLine> {
    if table.is_empty() {
        return Vec::new();
    }
    let blank = std::iter::once(StyledLine::new());
    blank.chain(table.titled(style)).collect()
}

/// `Forecast to 2026-06-30 (day 10 of 30, medium confidence)`.
fn title(report: &StatusReport) -> String {
    let forecast = &report.forecast;
    let (today, ends) = (report.now.date_naive(), forecast.ends);
    match forecast.state {
        ForecastState::Open => {}
        ForecastState::Over => return format!("Result of {}", report.month),
        ForecastState::NotBegun => return "Forecast".to_owned(),
    }
    let basis = forecast.month_end.as_ref().map(|end| end.basis);
    let inputs = forecast.inputs.as_ref();
    let no_day = inputs.is_some_and(|inputs| inputs.completed_days == 0);
    let day = (today - report.month.first_day()).num_days() + 1;
    let days = (ends - report.month.first_day()).num_days() + 1;
    if basis == Some(ForecastBasis::Plan) {
        return format!("Forecast for all that is planned (day {day} of {days})");
    }
    let trust = match (forecast.confidence, basis) {
        (Confidence::None, _) if no_day => "no complete day yet".to_owned(),
        (Confidence::None, _) => "no spending to go by".to_owned(),
        (Confidence::TooEarly, _) => "too early".to_owned(),
        (confidence, _) => format!("{} confidence", confidence.into_str()),
    };
    format!("Forecast to {ends} (day {day} of {days}, {trust})")
}

pub fn in_brackets(share: Option<Percent>) -> String {
    share.map(|share| format!(" ({share})")).unwrap_or_default()
}
