//! Where it will end: will it fit, how sure is that, when are thresholds crossed, and why; then what the plan, the burn rate and
//! the log itself say, each with its source.

mod answers;
mod beside;
pub(crate) mod chart;
mod data;
mod hours;
mod reasons;
mod strip;
mod tables;

pub(crate) use answers::{in_brief, team_outcome};
pub(crate) use beside::{bare_rate, rate, short_rate, stated_range};
pub(super) use data::{data, sheets};

use std::fmt::Display;

use super::{
    sheet::Sheet,
    theme::{Paint, Style},
};
use crate::{
    analysis::{Confidence, Estimate, ForecastBasis, ForecastState, StatusReport},
    model::{Percent, Tokens},
};

/// The column in which values start.
const FIELD: usize = 17;

/// What is said of a figure that only time can give.
const NOT_ENOUGH: &str = "not enough data yet";

/// A figure and its name. One without a name goes on with the one before.
type Field = (&'static str, String);

/// The forecast.
pub(crate) fn lines(report: &StatusReport, style: Style) -> Vec<String> {
    let mut lines = answers(report, style, true);
    lines.extend(titled(&tables::thresholds(report), style));
    lines.extend(why(report, style));
    lines.extend(chart::lines(report, style));
    lines.extend(the_rest(report, style));
    lines
}

/// The forecast for a screen of so many lines: the picture is as high as what stands above and below it leaves room for, and
/// takes the place of the bar.
pub(crate) fn screen(report: &StatusReport, style: Style, room: usize) -> Vec<String> {
    let crossing = titled(&tables::thresholds(report), style);
    let mut lines = answers(report, style, false);
    let left = room.saturating_sub(lines.len());
    let picture = chart::on_screen(report, style, left, crossing.len());
    if picture.is_empty() {
        lines = answers(report, style, true);
    }
    lines.extend(picture);
    lines.extend(crossing);
    lines.extend(why(report, style));
    lines.extend(the_rest(report, style));
    lines
}

/// Whether it fits, and how sure that is; with a bar of what is possible, or without.
fn answers(report: &StatusReport, style: Style, bar: bool) -> Vec<String> {
    let badge = |level| format!("  {}", style.badge(level));
    // Word by word, so that it can be folded.
    let heading: Vec<String> = heading(report)
        .split(' ')
        .map(|word| Paint::Heading.on(word))
        .collect();
    let mut lines = style.folded(&heading.join(" "), 4);
    if report.budget.tokens.is_none() && report.budget.cost.is_none() {
        lines.extend(style.folded(&format!("  {}", super::NO_BUDGET), 4));
    }
    lines.extend(written(answers::first(report, style, &badge), style));
    if let Some(estimate) = shown_estimate(report).filter(|_| bar) {
        lines.extend(strip::lines(report, &estimate, style, FIELD));
    }
    lines.extend(written(answers::more(report, style, &badge), style));
    lines
}

fn why(report: &StatusReport, style: Style) -> Vec<String> {
    let reasons = reasons::all(report);
    if reasons.is_empty() {
        return Vec::new();
    }
    let reasons = reasons.iter();
    [String::new(), Paint::Heading.on("Why")]
        .into_iter()
        .chain(reasons.flat_map(|reason| style.folded(&format!("  {reason}"), 4)))
        .collect()
}

/// What the plan, the burn rate and the log say.
fn the_rest(report: &StatusReport, style: Style) -> Vec<String> {
    let badge = |level| format!("  {}", style.badge(level));
    let mut lines = vec![String::new(), Paint::Heading.on("Beside the forecast")];
    lines.extend(written(beside::fields(report, style, &badge), style));
    let beside = &tables::all(report)[1..];
    lines.extend(beside.iter().flat_map(|sheet| titled(sheet, style)));
    lines
}

fn written(fields: Vec<Field>, style: Style) -> Vec<String> {
    let fields = fields.into_iter();
    fields
        .flat_map(|(name, value)| style.folded(&format!("  {name:<15}{value}"), FIELD))
        .collect()
}

fn titled(sheet: &Sheet, style: Style) -> Vec<String> {
    if sheet.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![String::new(), Paint::Heading.on(sheet.title)];
    lines.extend(sheet.folded(style));
    lines
}

/// `Forecast to 2026-06-30 (day 10 of 30, medium confidence)`.
fn heading(report: &StatusReport) -> String {
    let forecast = &report.forecast;
    let (today, ends) = (report.now.date_naive(), forecast.ends);
    if forecast.state != ForecastState::Open {
        return "Forecast".to_owned();
    }
    let basis = forecast.month_end.as_ref().map(|end| end.basis);
    let inputs = forecast.inputs.as_ref();
    let no_day = inputs.is_some_and(|inputs| inputs.completed_days == 0);
    let trust = match (forecast.confidence, basis) {
        (_, Some(ForecastBasis::Plan)) => "by the plan alone".to_owned(),
        (Confidence::None, _) if no_day => "no complete day yet".to_owned(),
        (Confidence::None, _) => "no spending to go by".to_owned(),
        (Confidence::TooEarly, _) => "too early".to_owned(),
        (confidence, _) => format!("{} confidence", confidence.word()),
    };
    let day = (today - report.month.first_day()).num_days() + 1;
    let days = (ends - report.month.first_day()).num_days() + 1;
    format!("Forecast to {ends} (day {day} of {days}, {trust})")
}

/// The estimate that the answers are about: of the month's end, else of the project.
fn shown_estimate(report: &StatusReport) -> Option<Estimate> {
    report.forecast.estimates().next().copied()
}

pub(crate) fn in_brackets(share: Option<Percent>) -> String {
    share.map(|share| format!(" ({share})")).unwrap_or_default()
}

/// `1 day`, `3 days`.
pub(crate) fn many<N: Copy + Display + PartialEq + From<u8>>(
    count: N,
    one: &str,
    more: &str,
) -> String {
    let word = if count == N::from(1) { one } else { more };
    format!("{count} {word}")
}

fn counted(tokens: Tokens) -> String {
    let unit = if tokens == Tokens(1) {
        "token"
    } else {
        "tokens"
    };
    format!("{tokens} {unit}")
}
