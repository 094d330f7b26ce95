//! The status at a glance: budget, used, left, alerts, and what is wrong with the data.

use super::{
    Page,
    sheet::{Cell, Column, Sheet, signed},
    theme::{Paint, Style},
};
use crate::{
    analysis::{Alert, Cost, StatusReport},
    diagnostic::{Diagnostic, Severity},
    model::{BudgetSource, Percent, Tokens},
    text::Document,
};

/// Findings beyond this many are only counted here; `-v` lists them all.
const MOST_FINDINGS: usize = 20;

/// The width of a bar where lines may be as long as they are.
const BAR: usize = 80;

/// Which log, which month.
pub(super) fn title(report: &StatusReport) -> Vec<String> {
    let mut title = format!(
        "{}  {}  {}",
        Paint::Heading.on("tokmon"),
        Style::text(&report.log.path),
        report.month
    );
    let projects = report
        .project
        .as_ref()
        .map_or_else(|| report.projects.join(", "), Clone::clone);
    if !projects.is_empty() {
        title.push_str("  ");
        title.push_str(&Style::text(&projects));
    }
    let mut lines = vec![title];
    if !report.is_current_month {
        lines.push(format!(
            "{} is not the current month; today is {}",
            report.month,
            report.now.date_naive()
        ));
    }
    if report.log.format == "1" {
        lines.push("this log is of the format before v2.0".to_owned());
    }
    lines
}

/// The status.
pub(super) fn lines(page: &Page<'_>, style: Style) -> Vec<String> {
    let report = page.report;
    let mut lines = figures(report, style);
    lines.extend(bar(report, style));
    lines.extend(forecast_line(report, style));
    lines.extend(alerts(report, style));
    lines.extend(unreadable(report));
    lines.extend(findings(page, style));
    lines
}

fn figures(report: &StatusReport, style: Style) -> Vec<String> {
    let mut rows: Vec<[String; 4]> = Vec::new();
    let tokens = |tokens: &str| format!("{tokens} tokens");
    if let Some(budget) = report.budget.tokens {
        rows.push([
            "Budget".to_owned(),
            tokens(&budget.to_string()),
            String::new(),
            source(report),
        ]);
    }
    rows.push([
        "Used".to_owned(),
        tokens(&estimate(report.used.estimate, report.used.tokens)),
        share_used(report),
        level(report, style),
    ]);
    if let Some(remaining) = report.remaining {
        rows.push([
            "Remaining".to_owned(),
            tokens(&signed(remaining)),
            share_left(report),
            String::new(),
        ]);
    }
    if report.reserved > Tokens::ZERO {
        rows.push([
            "Reserved".to_owned(),
            tokens(&report.reserved.to_string()),
            String::new(),
            "held for work about to start".to_owned(),
        ]);
    }
    if let Some(cost) = &report.used.cost {
        rows.push([
            "Cost".to_owned(),
            cost_text(cost),
            cost_share(report),
            cost_remark(cost),
        ]);
    }
    let widest = |at: usize| {
        rows.iter()
            .map(|row| super::safe::width(&row[at]))
            .max()
            .unwrap_or(0)
    };
    let (second, third) = (widest(1), widest(2));
    // Money has no word behind it: its digits end where those of the tokens do.
    let unit = " tokens".len();
    let mut lines: Vec<String> = rows
        .iter()
        .map(|[name, figure, share, remark]| {
            let figure = if figure.ends_with("tokens") {
                figure.clone()
            } else {
                format!("{figure}{}", " ".repeat(unit))
            };
            let pad = " ".repeat(second.saturating_sub(super::safe::width(&figure)));
            format!("{name:<10} {pad}{figure}  {share:>third$}  {remark}")
        })
        .collect();
    if let Some(stated) = stated(report) {
        let used = rows
            .iter()
            .position(|[name, ..]| name == "Used")
            .unwrap_or_default();
        lines.insert(used + 1, stated);
    }
    if report.budget.tokens.is_none() {
        lines.push(
            "No budget is set: use --budget 200K, TOKMON_BUDGET, `[budget] tokens` in tokmon.toml,"
                .to_owned(),
        );
        lines.push(
            "or a line `- Total budget: 200,000 tokens` under `**Budget Status:**` in the log."
                .to_owned(),
        );
    }
    lines
}

fn estimate(estimate: bool, tokens: Tokens) -> String {
    if estimate {
        format!("~{tokens}")
    } else {
        tokens.to_string()
    }
}

fn source(report: &StatusReport) -> String {
    let line = report
        .budget
        .line
        .map(|line| format!(", line {line}"))
        .unwrap_or_default();
    match report.budget.source {
        Some(BudgetSource::Option) => "from --budget".to_owned(),
        Some(BudgetSource::Environment) => "from TOKMON_BUDGET".to_owned(),
        Some(BudgetSource::Config) => "from tokmon.toml".to_owned(),
        Some(BudgetSource::Log) => format!("from the log{line}"),
        Some(BudgetSource::Allocation) if report.budget.file == Some(Document::Projection) => {
            format!("from the allocation table beside the log{line}")
        }
        Some(BudgetSource::Allocation) => format!("from the allocation table{line}"),
        None => String::new(),
    }
}

fn share_used(report: &StatusReport) -> String {
    let percent = report
        .budget
        .tokens
        .and_then(|budget| Percent::of(report.used.tokens.0, budget.0));
    percent
        .map(|percent| percent.to_string())
        .unwrap_or_default()
}

fn share_left(report: &StatusReport) -> String {
    let used = report
        .budget
        .tokens
        .and_then(|budget| Percent::of(report.used.tokens.0, budget.0));
    used.and_then(Percent::rest)
        .map(|percent| percent.to_string())
        .unwrap_or_default()
}

fn level(report: &StatusReport, style: Style) -> String {
    report
        .level
        .map(|level| format!("{level} {}", style.badge(level)))
        .unwrap_or_default()
}

fn cost_text(cost: &Cost) -> String {
    let mark = if cost.estimate { "~" } else { "" };
    format!("{mark}{}", cost.money)
}

fn cost_share(report: &StatusReport) -> String {
    let (cost, budget) = (report.used.cost.as_ref(), report.budget.cost);
    let percent = cost
        .zip(budget)
        .filter(|_| report.used.cost_ratio.is_some());
    let percent = percent.and_then(|(cost, budget)| Percent::of(cost.money.micros, budget.micros));
    percent
        .map(|percent| percent.to_string())
        .unwrap_or_default()
}

fn cost_remark(cost: &Cost) -> String {
    let mut remarks: Vec<String> = cost
        .others
        .iter()
        .map(|other| format!("and {other}"))
        .collect();
    if !cost.complete {
        remarks.push("at least: some tokens have no cost and no price".to_owned());
    }
    remarks.join(", ")
}

/// What the log itself says, where that differs.
fn stated(report: &StatusReport) -> Option<String> {
    let used = &report.used;
    let stated = used
        .stated_tokens
        .filter(|_| used.stated_agrees == Some(false))?;
    let difference = used.tokens.signed_sub(stated);
    let word = if difference < 0 { "more" } else { "less" };
    let (line, difference) = (used.stated_line?, Tokens(difference.unsigned_abs()));
    let unsettled = match used.unsettled_tokens {
        Tokens::ZERO => String::new(),
        tokens => format!("; {tokens} are in usage lines not settled yet"),
    };
    Some(format!(
        "           log says {stated} (line {line}), {difference} {word}{unsettled}"
    ))
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
    let mut parts = Vec::new();
    if let Some(plan) = &forecast.plan {
        let share = report
            .budget
            .tokens
            .and_then(|budget| Percent::of(plan.total_tokens.0, budget.0));
        let share = share
            .map(|percent| format!(" ({percent})"))
            .unwrap_or_default();
        let badge = plan
            .level
            .map(|level| format!(" {}", style.badge(level)))
            .unwrap_or_default();
        parts.push(format!("plan {}{share}{badge}", plan.total_tokens));
    }
    parts.extend(forecast.burn_rate.as_ref().map(super::forecast::rate));
    parts.extend(
        forecast
            .stated
            .as_ref()
            .map(|stated| format!("log says {}", super::forecast::stated_range(stated))),
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
    parts
        .iter()
        .enumerate()
        .map(|(at, part)| format!("{}{part}", first[at.min(1)]))
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
            Style::text(&alert.message)
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
    let (count, lines) = (report.log.unreadable_rows, &report.log.unreadable_lines);
    if count == 0 {
        return None;
    }
    let numbers: Vec<String> = lines.iter().map(ToString::to_string).collect();
    let more = if count > lines.len() as u64 {
        ", …"
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

fn findings(page: &Page<'_>, style: Style) -> Vec<String> {
    let shown: Vec<&Diagnostic> = page
        .findings
        .iter()
        .filter(|finding| finding.severity() != Severity::Note)
        .collect();
    if shown.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![
        String::new(),
        Paint::Heading.on(&format!("Data ({})", shown.len())),
    ];
    for finding in shown.iter().take(MOST_FINDINGS) {
        let line = format!(
            "{:<8}  {}",
            finding.severity().word(),
            Style::text(&page.files.concise(finding))
        );
        lines.extend(style.folded(&line, 10));
    }
    if shown.len() > MOST_FINDINGS {
        lines.push(format!(
            "and {} more: -v shows all of them",
            shown.len() - MOST_FINDINGS
        ));
    }
    lines
}

/// The same figures for programs and pages.
pub(super) fn sheets(page: &Page<'_>) -> Vec<Sheet> {
    vec![
        figures_sheet(page.report),
        alerts_sheet(page.report),
        findings_sheet(page),
    ]
}

fn figures_sheet(report: &StatusReport) -> Sheet {
    let mut sheet = Sheet::new(
        "Status",
        [
            Column::new("figure"),
            Column::new("value"),
            Column::new("percent"),
            Column::new("remark"),
        ],
    );
    let share = |part: u64| {
        Cell::some(
            report
                .budget
                .tokens
                .and_then(|budget| Percent::of(part, budget.0)),
            Cell::Percent,
        )
    };
    let (used, plan) = (&report.used, report.forecast.plan.as_ref());
    let mut row = |name: &str, value: Cell, share: Cell, remark: Cell| {
        sheet.row([Cell::word(name), value, share, remark]);
    };
    row(
        "month",
        Cell::word(report.month.to_string()),
        Cell::Absent,
        Cell::Absent,
    );
    row(
        "budget",
        Cell::some(report.budget.tokens, Cell::Tokens),
        Cell::Absent,
        Cell::word(source(report)),
    );
    row(
        "used",
        Cell::Tokens(used.tokens),
        share(used.tokens.0),
        Cell::Absent,
    );
    if let Some(stated) = used.stated_tokens {
        let line = used
            .stated_line
            .map(|line| format!("line {line} of the log"));
        row(
            "stated",
            Cell::Tokens(stated),
            share(stated.0),
            Cell::some(line, Cell::Word),
        );
    }
    let left = report
        .budget
        .tokens
        .and_then(|budget| Percent::of(used.tokens.0, budget.0))
        .and_then(Percent::rest);
    row(
        "remaining",
        Cell::some(report.remaining, Cell::Signed),
        Cell::some(left, Cell::Percent),
        Cell::Absent,
    );
    row(
        "reserved",
        Cell::Tokens(report.reserved),
        Cell::Absent,
        Cell::Absent,
    );
    row(
        "level",
        Cell::some(report.level, Cell::Level),
        Cell::Absent,
        Cell::Absent,
    );
    row(
        "cost",
        Cell::some(used.cost.as_ref(), |cost| Cell::Money(cost.money)),
        Cell::Absent,
        Cell::some(used.cost.as_ref(), |cost| {
            Cell::word(cost.money.currency.code())
        }),
    );
    row(
        "plan",
        Cell::some(plan, |plan| Cell::Tokens(plan.total_tokens)),
        plan.map_or(Cell::Absent, |plan| share(plan.total_tokens.0)),
        Cell::Absent,
    );
    row(
        "unreadable rows",
        Cell::Count(report.log.unreadable_rows),
        Cell::Absent,
        Cell::Absent,
    );
    sheet
}

fn alerts_sheet(report: &StatusReport) -> Sheet {
    let mut sheet = Sheet::new(
        "Alerts",
        [
            Column::new("alert"),
            Column::new("message"),
            Column::new("line"),
        ],
    );
    for alert in &report.alerts {
        sheet.row([
            Cell::Level(alert.level),
            Cell::text(&alert.message),
            Cell::some(alert.line, |line| Cell::Number(line as u64)),
        ]);
    }
    sheet
}

fn findings_sheet(page: &Page<'_>) -> Sheet {
    let columns = ["severity", "code", "file", "line", "column", "message"].map(Column::new);
    let mut sheet = Sheet::new("Data", columns);
    for finding in page.findings {
        sheet.row([
            Cell::word(finding.severity().word()),
            Cell::word(finding.code.id()),
            Cell::text(page.files.name(finding.place.document)),
            Cell::Number(finding.place.line as u64),
            Cell::Number(finding.place.column as u64),
            Cell::text(&finding.message),
        ]);
    }
    sheet
}
