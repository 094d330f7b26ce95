//! The status at a glance: budget, used, left, forecast, alerts, and what is wrong with the data. The text of a run, the screen of
//! the dashboard (`screen`) and the single line (`line`) are each a list of blocks over one report.

mod alerts;
mod block;
mod brief;
mod burn_up;
mod figures;
mod grid;
mod layout;
mod line;
mod screen;
mod tables;

use super::{
    OutputStyle, Page, StyledLine, TextRole, concise, counted, forecast, heading, prefixed,
};
use crate::{analysis::StatusReport, diagnostic::Severity, model::Month, text::Place};
pub use block::{Block, draw, fit, height};
pub use brief::brief_verdict;
pub use layout::{Columns, Size, SizeClass, apart, around, rule};
pub use line::{one_line, spent};
pub use screen::{ScreenStatus, blocks};
pub use tables::{findings as findings_table, tables};

pub const MAX_LISTED: usize = 20;

/// The width of a bar if lines may have any length.
const BAR: usize = 80;

pub fn title(report: &StatusReport, style: OutputStyle) -> Vec<StyledLine> {
    let path = style.text(&report.log.path);
    let mut title = heading("tokmon") + format!("  {path}  {}", report.month);
    if let Some(projects) = projects(report) {
        title += "  ";
        title += style.text(&projects);
    }
    let remarks = remarks(report).into_iter().map(StyledLine::from);
    std::iter::once(title).chain(remarks).collect()
}

/// One sentence: how it stands with the budget.
pub fn verdict(report: &StatusReport, style: OutputStyle) -> Option<StyledLine> {
    let verdict = report.verdict.as_ref()?;
    let message = style.text(&verdict.message);
    let word = verdict.level.into_str();
    let rest = message.strip_prefix(word).unwrap_or_default().to_owned();
    Some(StyledLine::styled(TextRole::Badge(verdict.level), word) + rest)
}

/// The project it is limited to, else all projects.
pub fn projects(report: &StatusReport) -> Option<String> {
    let all = || Some(report.projects.join(", ")).filter(|all| !all.is_empty());
    report.project.clone().or_else(all)
}

pub fn remarks(report: &StatusReport) -> Vec<String> {
    let today = report.now.date_naive();
    let month = report.month;
    let other_month = (!report.is_current_month).then(|| {
        if month > Month::of(today) {
            format!("{month} is yet to come; today is {today}")
        } else {
            format!("{month} is not the current month; today is {today}")
        }
    });
    let rowless = (!report.has_rows()).then(|| format!("{month}: {}", no_rows(report)));
    let old = (report.log.format == "1").then(|| "this log uses the format before v2.0".to_owned());
    let silent = silence(report).filter(|_| report.has_rows());
    let all = [other_month, rowless, silent, old];
    all.into_iter().flatten().collect()
}

/// `last row 2026-11-16, 11 days ago: is everything written down?`
fn silence(report: &StatusReport) -> Option<String> {
    let silence = report.forecast.inputs.as_ref()?.silence?;
    let (last, days) = (silence.last_row, silence.days + 1);
    Some(format!(
        "last row {last}, {days} days ago: is everything written down?"
    ))
}

/// `no rows yet; last row 2026-02-25`, of a month that has none.
pub fn no_rows(report: &StatusReport) -> String {
    let last = report.log.last_row;
    format!("no rows yet{}", prefixed("; last row ", last))
}

pub fn lines(page: &Page<'_>, style: OutputStyle) -> Vec<StyledLine> {
    let report = page.report;
    draw([
        Block::lines(figures::lines(page, style)),
        Block::lines(bar(report, style)),
        Block::lines(forecast_line(report, style)),
        Block::lines(alerts::text(report, style)),
        Block::lines(data_lines(page, style)),
    ])
}

/// What is missing from the figures, and what contradicts them. Every view shows this.
pub fn data_lines(page: &Page<'_>, style: OutputStyle) -> Vec<StyledLine> {
    let missing = missing(page.report).into_iter();
    let missing = missing.flat_map(|line| style.fold(StyledLine::from(line), 0));
    missing.chain(findings(page, style)).collect()
}

fn bar(report: &StatusReport, style: OutputStyle) -> Vec<StyledLine> {
    let Some(spending) = report.spending() else {
        return Vec::new();
    };
    let width = style.width.unwrap_or(BAR).min(BAR);
    let at = &report.budget.thresholds;
    let (used, budget) = (spending.used, spending.budget);
    vec![
        style.bar(width, used, budget, spending.level, Some(at)),
        OutputStyle::scale(width, at).into(),
    ]
}

fn forecast_line(report: &StatusReport, style: OutputStyle) -> Vec<StyledLine> {
    const NAME: &str = "Forecast   ";
    let of = &report.forecast;
    let over = report.is_over();
    let is_over = over.then(|| format!("{} is over", report.month).into());
    let first = is_over.or_else(|| forecast::in_brief(report, style));
    let mut parts: Vec<StyledLine> = first.into_iter().collect();
    parts.extend(forecast::cost_in_brief(report, style));
    parts.extend(line::plan(report, style).map(|[plan, _]| plan));
    parts.extend(
        of.burn_rate
            .as_ref()
            .map(|rate| forecast::rate(rate).into()),
    );
    let stated = of.stated.as_ref();
    parts.extend(stated.map(|stated| {
        let range = forecast::stated_range(stated);
        let projects = if over { "projected" } else { "projects" };
        format!("the log {projects} {range}").into()
    }));
    if parts.is_empty() {
        return Vec::new();
    }
    let one = StyledLine::from(NAME) + StyledLine::join(parts.iter().cloned(), "; ");
    if style.fits(&one) {
        return vec![one];
    }
    let indent = NAME.len();
    let names = std::iter::once(NAME.into()).chain(std::iter::repeat(" ".repeat(indent)));
    let lines = names.zip(parts);
    let folded = lines.flat_map(|(name, part)| style.fold(StyledLine::from(name) + part, indent));
    folded.collect()
}

/// The rows that say nothing that is in the figures: those that cannot be read, and those without a figure.
pub fn missing(report: &StatusReport) -> Vec<String> {
    let log = &report.log;
    let unreadable = rows(log.unreadable_rows, "unreadable", &log.unreadable_places);
    let without = rows(
        log.rows_without_figure,
        "without a figure",
        &log.places_without_figure,
    );
    let unreadable = unreadable.map(|rows| rows + ": not counted");
    unreadable.into_iter().chain(without).collect()
}

/// `2 rows unreadable, lines 8, 9`.
fn rows(count: u64, what: &str, places: &[Place]) -> Option<String> {
    if count == 0 {
        return None;
    }
    let number = |place: &Place| format!("{}{}", place.line, place.file.role().suffix());
    let numbers: Vec<String> = places.iter().map(number).collect();
    let more = if count > places.len() as u64 {
        " and more"
    } else {
        ""
    };
    let word = if count == 1 { "line" } else { "lines" };
    let (rows, numbers) = (counted(count, "row"), numbers.join(", "));
    Some(format!("{rows} {what}, {word} {numbers}{more}"))
}

fn findings(page: &Page<'_>, style: OutputStyle) -> Vec<StyledLine> {
    let count = page.findings.count(Severity::Error) + page.findings.count(Severity::Warning);
    if count == 0 {
        return Vec::new();
    }
    let kept = page.findings.kept().iter();
    let shown = kept.filter(|finding| finding.severity() != Severity::Note);
    let mut lines = vec![StyledLine::new(), heading(format!("Data ({count})"))];
    for finding in shown.take(MAX_LISTED) {
        let severity = finding.severity().into_str();
        let text = style.text(&concise(finding, page.files));
        lines.extend(style.fold(format!("{severity:<8}  {text}"), 10));
    }
    if count > MAX_LISTED {
        let more = count - MAX_LISTED;
        lines.push(format!("and {more} more: -v shows all of them").into());
    }
    lines
}
