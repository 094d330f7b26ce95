//! The status at a glance: budget, used, left, alerts, and what is wrong with the data.

mod figures;
mod sheets;

pub(crate) use figures::stated;
pub(super) use sheets::{findings as findings_sheet, sheets};

use super::{
    Page, concise,
    theme::{Paint, Style},
};
use crate::{
    analysis::{Alert, RowPlace, StatusReport},
    diagnostic::Severity,
    model::Month,
    text::FileRole,
};

/// Findings beyond this many are only counted here; `-v` lists them all.
pub const MOST_FINDINGS: usize = 20;

/// The width of a bar where lines may be as long as they are.
const BAR: usize = 80;

/// Which log, which month.
pub(super) fn title(report: &StatusReport, style: Style) -> Vec<String> {
    let mut title = format!(
        "{}  {}  {}",
        Paint::Heading.on("tokmon"),
        style.text(&report.log.path),
        report.month
    );
    if let Some(projects) = projects(report) {
        title.push_str("  ");
        title.push_str(&style.text(&projects));
    }
    std::iter::once(title).chain(remarks(report)).collect()
}

/// The project it is limited to, else those there are.
pub(super) fn projects(report: &StatusReport) -> Option<String> {
    let all = || Some(report.projects.join(", ")).filter(|all| !all.is_empty());
    report.project.clone().or_else(all)
}

/// What is unusual about the log and the month.
pub(super) fn remarks(report: &StatusReport) -> Vec<String> {
    let today = report.now.date_naive();
    let other_month = (!report.is_current_month).then(|| {
        let month = report.month;
        // A date that is mistyped can bring up a month to come; what it hides is named.
        let earlier = report.log.months.iter().rfind(|other| **other < month);
        match earlier.filter(|_| month > Month::of(today)) {
            Some(earlier) => format!(
                "{month} is yet to come; today is {today}, and --month {earlier} shows the month before"
            ),
            None => format!("{month} is not the current month; today is {today}"),
        }
    });
    let old = (report.log.format == "1").then(|| "this log uses the format before v2.0".to_owned());
    other_month.into_iter().chain(old).collect()
}

/// The status.
pub(super) fn lines(page: &Page<'_>, style: Style) -> Vec<String> {
    let report = page.report;
    let mut lines = figures::lines(page, style);
    lines.extend(bar(report, style));
    lines.extend(forecast_line(report, style));
    lines.extend(alerts(report, style));
    lines.extend(data(page, style));
    lines
}

/// What is missing from the figures, and what contradicts them: every view says so.
pub(super) fn data(page: &Page<'_>, style: Style) -> Vec<String> {
    let mut lines: Vec<String> = unreadable(page.report).into_iter().collect();
    lines.extend(findings(page, style));
    lines
}

fn bar(report: &StatusReport, style: Style) -> Vec<String> {
    let Some((budget, level)) = report.budget.tokens.zip(report.level) else {
        return Vec::new();
    };
    let (width, at) = (
        style.width.unwrap_or(BAR).min(BAR),
        &report.budget.thresholds,
    );
    vec![
        style.bar(width, report.used.tokens.0, budget.0, level, Some(at)),
        Style::scale(width, at),
    ]
}

fn forecast_line(report: &StatusReport, style: Style) -> Vec<String> {
    let forecast = &report.forecast;
    let mut parts: Vec<String> = super::forecast::in_brief(report, style)
        .into_iter()
        .collect();
    if let Some(plan) = &forecast.plan {
        let share = report
            .share(plan.end.total_tokens)
            .map(|percent| format!(" ({percent})"))
            .unwrap_or_default();
        let badge = plan
            .end
            .level
            .map(|level| format!(" {}", style.badge(level)))
            .unwrap_or_default();
        parts.push(format!("plan {}{share}{badge}", plan.end.total_tokens));
    }
    parts.extend(forecast.burn_rate.as_ref().map(super::forecast::rate));
    parts.extend(
        forecast
            .stated
            .as_ref()
            .map(|stated| format!("the log projects {}", super::forecast::stated_range(stated))),
    );
    if parts.is_empty() {
        return Vec::new();
    }
    let one = format!("Forecast   {}", parts.join("; "));
    if style
        .width
        .is_none_or(|width| super::safe::width(&one) <= width)
    {
        return vec![one];
    }
    let first = ["Forecast   ", "           "];
    let indent = first[0].len();
    parts
        .iter()
        .enumerate()
        .flat_map(|(at, part)| style.folded(&format!("{}{part}", first[at.min(1)]), indent))
        .collect()
}

fn alerts(report: &StatusReport, style: Style) -> Vec<String> {
    let mut lines = vec![
        String::new(),
        Paint::Heading.on(&format!("Alerts ({})", report.alerts.len())),
    ];
    let line = |alert: &Alert| {
        let symbol = style.symbol(alert.level);
        let pad = " ".repeat("!!! CRIT".len().saturating_sub(symbol.chars().count()));
        format!(
            "{}{pad}  {}",
            Paint::Badge(alert.level).on(symbol),
            style.text(&alert.message)
        )
    };
    lines.extend(
        report
            .alerts
            .iter()
            .flat_map(|alert| style.folded(&line(alert), 10)),
    );
    if report.alerts.is_empty() {
        lines.push("none".to_owned());
    }
    lines
}

/// Rows that are in no sum.
pub(super) fn unreadable(report: &StatusReport) -> Option<String> {
    let (count, places) = (report.log.unreadable_rows, &report.log.unreadable_places);
    if count == 0 {
        return None;
    }
    let numbers: Vec<String> = places.iter().map(line_of).collect();
    let more = if count > places.len() as u64 {
        " and more"
    } else {
        ""
    };
    let (rows, word) = if count == 1 {
        ("row", "line")
    } else {
        ("rows", "lines")
    };
    Some(format!(
        "{count} {rows} unreadable, {word} {}{more}: not counted",
        numbers.join(", ")
    ))
}

/// `31`, `7 of the archive`.
fn line_of(place: &RowPlace) -> String {
    let line = place.line;
    match place.file.role() {
        FileRole::Log | FileRole::Settings => line.to_string(),
        FileRole::Archive => format!("{line} of the archive"),
        FileRole::Projection => format!("{line} of the projection file"),
    }
}

fn findings(page: &Page<'_>, style: Style) -> Vec<String> {
    let count = page.findings.count(Severity::Error) + page.findings.count(Severity::Warning);
    if count == 0 {
        return Vec::new();
    }
    let kept = page.findings.kept().iter();
    let shown = kept.filter(|finding| finding.severity() != Severity::Note);
    let mut lines = vec![String::new(), Paint::Heading.on(&format!("Data ({count})"))];
    for finding in shown.take(MOST_FINDINGS) {
        let line = format!(
            "{:<8}  {}",
            finding.severity().word(),
            style.text(&concise(finding, page.files))
        );
        lines.extend(style.folded(&line, 10));
    }
    if count > MOST_FINDINGS {
        lines.push(format!(
            "and {} more: -v shows all of them",
            count - MOST_FINDINGS
        ));
    }
    lines
}
