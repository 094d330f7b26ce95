//! The status for programs and pages: the same figures as on a screen, each with what must be known about it.

use super::figures;
use crate::{
    analysis::StatusReport,
    diagnostic::Severity,
    model::Percent,
    render::{
        NO_BUDGET, Page, costs,
        sheet::{Cell, Column, Figures, Sheet},
        theme::Style,
    },
};

const ESTIMATE: &str = "an estimate";

/// The figures, the alerts, the findings.
pub(in crate::render) fn sheets(page: &Page<'_>) -> Vec<Sheet> {
    vec![
        status(page),
        alerts(page.report),
        findings(page, Severity::Note),
    ]
}

fn status(page: &Page<'_>) -> Sheet {
    let report = page.report;
    let used = &report.used;
    let mut sheet = Figures::new("Status", ["figure", "value", "percent", "remark"]);
    sheet.add("month", Cell::word(report.month.to_string()));
    sheet
        .add("budget", Cell::some(report.budget.tokens, Cell::Tokens))
        .remark(Cell::some(figures::source(report, page.files), Cell::Word));
    sheet
        .add("used", Cell::Tokens(used.tokens).about(used.estimate))
        .share(report.share(used.tokens))
        .remark(remarks(used.estimate.then(|| ESTIMATE.to_owned())));
    if let Some((stated, line)) = used.stated_tokens.zip(used.stated_line) {
        sheet
            .add("stated", Cell::Tokens(stated))
            .share(report.share(stated))
            .remark(Cell::word(format!("line {line} of the log")));
    }
    sheet
        .add("remaining", Cell::some(report.remaining, Cell::Signed))
        .share(report.share(used.tokens).and_then(Percent::rest));
    sheet.add("reserved", Cell::Tokens(report.reserved));
    sheet.add("level", Cell::some(report.level, Cell::Level));
    if let Some(cost) = &used.cost {
        let currency = Some(cost.money.currency.code().to_owned());
        let estimate = cost.estimate.then(|| ESTIMATE.to_owned());
        let rest = costs::remarks(cost, Style::PLAIN);
        sheet
            .add("cost", Cell::cost(cost))
            .remark(remarks(currency.into_iter().chain(estimate).chain(rest)));
    }
    if let Some(team) = report.team.as_ref().and_then(|_| report.teams.first()) {
        let both = team.used_tokens.zip(team.allocated_tokens);
        sheet.add("team", Cell::text(&team.name));
        sheet
            .add(
                "team_used",
                Cell::some(team.used_tokens, Cell::Tokens).about(team.estimate),
            )
            .share(both.and_then(|(used, limit)| Percent::new(used.0, limit.0)))
            .remark(Cell::some(team.status.as_deref(), Cell::text));
        sheet.add(
            "team_allocated",
            Cell::some(team.allocated_tokens, Cell::Tokens),
        );
    }
    if let Some(plan) = &report.forecast.plan {
        sheet
            .add("plan", Cell::Tokens(plan.end.total_tokens))
            .share(report.share(plan.end.total_tokens));
    }
    sheet.add("unreadable_rows", Cell::Count(report.log.unreadable_rows));
    let mut sheet = sheet.done();
    if report.budget.tokens.is_none() {
        sheet.note(NO_BUDGET);
    }
    sheet
}

fn remarks(all: impl IntoIterator<Item = String>) -> Cell {
    let all: Vec<String> = all.into_iter().collect();
    Cell::some((!all.is_empty()).then(|| all.join(", ")), Cell::Word)
}

fn alerts(report: &StatusReport) -> Sheet {
    let columns = ["alert", "message", "line"].map(Column::new);
    let mut sheet = Sheet::new("Alerts", columns);
    for alert in &report.alerts {
        sheet.row([
            Cell::Level(alert.level),
            Cell::text(&alert.message),
            Cell::some(alert.place, |place| Cell::Number(place.line as u64)),
        ]);
    }
    sheet
}

/// The findings that matter at least this much.
pub(in crate::render) fn findings(page: &Page<'_>, least: Severity) -> Sheet {
    let columns = ["severity", "code", "file", "line", "column", "message"].map(Column::new);
    let mut sheet = Sheet::new("Data", columns);
    let kept = page.findings.kept().iter();
    for finding in kept.filter(|finding| finding.severity() <= least) {
        sheet.row([
            Cell::word(finding.severity().word()),
            Cell::word(finding.code.id()),
            Cell::text(page.files.name(finding.place.file)),
            Cell::Number(finding.place.line as u64),
            Cell::Number(finding.place.column as u64),
            Cell::text(&finding.message),
        ]);
    }
    sheet
}
