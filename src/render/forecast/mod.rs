//! The forecast: whether the budget is enough and how certain that is, when thresholds are reached, and why; then the plan, the
//! burn rate and the log's own projection, each with its source.

pub mod chart;
mod context;
mod data;
mod explanation;
mod first_day;
mod screen;
mod strip;
mod summary;
mod tables;

pub use context::{bare_rate, rate, short_rate, stated_range};
pub use data::{data, tables};
pub use screen::{ForecastRows, screen};
pub use summary::{cost_in_brief, in_brief, team_outcome};

use super::{OutputStyle, ReportTable, StyledLine, heading, joined};
use crate::{
    analysis::{Confidence, ForecastBasis, ForecastState, StatusReport},
    model::Level,
};

/// The column in which values start.
const FIELD: usize = 17;

/// On a narrow screen, values follow their names, and are continued in this column.
const INDENT: usize = 4;
const NARROW: usize = 60;

/// The name of a figure, empty if it continues the one before, and its text.
type Field = (&'static str, StyledLine);

/// The badge of a level behind a text.
pub fn badge(level: Level, style: OutputStyle) -> StyledLine {
    StyledLine::from("  ") + style.badge(level)
}

pub fn lines(report: &StatusReport, style: OutputStyle) -> Vec<StyledLine> {
    let [title, ..] = titles(report);
    let mut lines = style.fold(heading(title), 4);
    lines.extend(summary(report, style, true));
    lines.extend(crossings(report, style));
    lines.extend(why(report, style));
    lines.extend(chart::lines(report, style));
    lines.extend(context(report, style));
    lines
}

/// Whether the budget is enough and how certain that is, with a bar of the possible outcomes or without.
fn summary(report: &StatusReport, style: OutputStyle, bar: bool) -> Vec<StyledLine> {
    let mut lines = Vec::new();
    lines.extend(fields(summary::first(report, style), style));
    let strip = report.forecast.ends().next().filter(|_| bar);
    let indent = if is_narrow(style) { INDENT } else { FIELD };
    let strip = strip.map(|estimate| strip::lines(report, &estimate, style, indent));
    let strip = strip.unwrap_or_default();
    let more = fields(summary::more(report, style), style);
    // It is below the figures that it draws: those of the month's end, else those of the plan.
    let parts = match report.forecast.end() {
        Some(_) => [strip, more],
        None => [more, strip],
    };
    lines.extend(parts.into_iter().flatten());
    lines
}

fn why(report: &StatusReport, style: OutputStyle) -> Vec<StyledLine> {
    let reasons = explanation::all(report, style);
    if reasons.is_empty() {
        return Vec::new();
    }
    let reasons = reasons.iter();
    [StyledLine::new(), heading("Why")]
        .into_iter()
        .chain(reasons.flat_map(|reason| style.fold(format!("  {reason}"), 4)))
        .collect()
}

/// The fields beside the forecast, with their heading.
fn context_fields(report: &StatusReport, style: OutputStyle) -> Vec<StyledLine> {
    let fields = fields(context::fields(report, style), style);
    if fields.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![StyledLine::new(), heading(context::title(report))];
    lines.extend(fields);
    lines
}

fn context(report: &StatusReport, style: OutputStyle) -> Vec<StyledLine> {
    let mut lines = context_fields(report, style);
    let tables = &tables::all(report)[2..];
    lines.extend(tables.iter().flat_map(|table| titled(table, style)));
    lines
}

fn is_narrow(style: OutputStyle) -> bool {
    style.width.is_some_and(|width| width < NARROW)
}

fn fields(fields: Vec<Field>, style: OutputStyle) -> Vec<StyledLine> {
    let narrow = is_narrow(style);
    let line = |(name, text): Field| match (narrow, name) {
        (true, "") => style.fold(StyledLine::from(" ".repeat(INDENT)) + text, INDENT),
        (true, name) => style.fold(StyledLine::from(format!("  {name}  ")) + text, INDENT),
        (false, name) => style.fold(StyledLine::from(format!("  {name:<15}")) + text, FIELD),
    };
    fields.into_iter().flat_map(line).collect()
}

/// When thresholds are reached, in tokens and in money.
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

/// `Forecast to 2026-06-30 (day 10 of 30, medium confidence)`, and the same in fewer words.
fn titles(report: &StatusReport) -> [String; 3] {
    let (what, when, trust) = title(report);
    let or_none = |text: &str| {
        if text.is_empty() {
            String::new()
        } else {
            format!(" ({text})")
        }
    };
    let both = joined([when.clone(), trust], ", ");
    let when = when.unwrap_or_default();
    [
        format!("{what}{}", or_none(&both)),
        format!("{what}{}", or_none(&when)),
        what,
    ]
}

/// What is forecast, the day of the month, and how far that can be trusted.
fn title(report: &StatusReport) -> (String, Option<String>, Option<String>) {
    let forecast = &report.forecast;
    let (today, ends) = (report.now.date_naive(), forecast.ends);
    match forecast.state {
        ForecastState::Open => {}
        ForecastState::Over => return (format!("Result of {}", report.month), None, None),
        ForecastState::NotBegun => return ("Forecast".to_owned(), None, None),
    }
    let basis = forecast.end().map(|end| end.basis);
    let inputs = forecast.inputs.as_ref();
    let no_day = inputs.is_some_and(|inputs| inputs.completed_days == 0);
    let day = (today - report.month.first_day()).num_days() + 1;
    let days = (ends - report.month.first_day()).num_days() + 1;
    let day = format!("day {day} of {days}");
    if basis == Some(ForecastBasis::Plan) {
        return ("Forecast for all planned work".to_owned(), Some(day), None);
    }
    let trust = match (forecast.confidence, basis) {
        (Confidence::None, _) if no_day => "no complete day yet".to_owned(),
        (Confidence::None, _) => "no usage to go by".to_owned(),
        (Confidence::TooEarly, _) => "too early".to_owned(),
        (confidence, _) => format!("{} confidence", confidence.into_str()),
    };
    (format!("Forecast to {ends}"), Some(day), Some(trust))
}
