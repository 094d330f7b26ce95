//! The status as tables, for programs and pages.

use super::figures;
use crate::{
    analysis::{Alert, StatusReport},
    diagnostic::{Diagnostic, Severity},
    model::Percent,
    render::{Cell, FigureTable, NO_BUDGET, Page, ReportTable, Style, costs, teams::share_of},
};

const ESTIMATE: &str = "an estimate";

pub fn tables(page: &Page<'_>) -> Vec<ReportTable> {
    vec![
        status(page),
        alerts(page.report),
        findings(page, Severity::Note),
    ]
}

fn status(page: &Page<'_>) -> ReportTable {
    let report = page.report;
    let used = &report.used;
    let mut table = FigureTable::new("Status", ["figure", "value", "percent", "remark"]);
    table.add("month", Cell::word(report.month.to_string()));
    table
        .add("budget", Cell::some(report.budget.tokens, Cell::Tokens))
        .remark(Cell::some(figures::source(report, page.files), Cell::Word));
    table
        .add("used", Cell::Tokens(used.tokens).about(used.estimate))
        .share(report.share(used.tokens))
        .remark(remarks(used.estimate.then(|| ESTIMATE.to_owned())));
    if let Some((stated, line)) = used.stated_tokens.zip(used.stated_line) {
        table
            .add("stated", Cell::Tokens(stated))
            .share(report.share(stated))
            .remark(Cell::word(format!("line {line} of the log")));
    }
    table
        .add("remaining", Cell::some(report.remaining, Cell::Signed))
        .share(report.share(used.tokens).and_then(Percent::rest));
    table.add("reserved", Cell::Tokens(report.reserved));
    table.add("level", Cell::some(report.level, Cell::Level));
    if let Some(cost) = &used.cost {
        let currency = Some(cost.money.currency.code().to_owned());
        let estimate = cost.estimate.then(|| ESTIMATE.to_owned());
        let rest = costs::remarks(cost, Style::PLAIN);
        table
            .add("cost", Cell::cost(cost))
            .remark(remarks(currency.into_iter().chain(estimate).chain(rest)));
    }
    if let Some(team) = report.team.as_ref().and_then(|_| report.teams.first()) {
        table.add("team", Cell::text(&team.name));
        table
            .add(
                "team_used",
                Cell::some(team.used_tokens, Cell::Tokens).about(team.estimate),
            )
            .share(share_of(team))
            .remark(Cell::some(team.status.as_deref(), Cell::text));
        table.add(
            "team_allocated",
            Cell::some(team.allocated_tokens, Cell::Tokens),
        );
    }
    if let Some(plan) = &report.forecast.plan {
        table
            .add("plan", Cell::Tokens(plan.end.total_tokens))
            .share(report.share(plan.end.total_tokens));
    }
    table.add("unreadable_rows", Cell::Count(report.log.unreadable_rows));
    let mut table = table.into_table();
    if report.budget.tokens.is_none() {
        table.note(NO_BUDGET);
    }
    table
}

fn remarks(all: impl IntoIterator<Item = String>) -> Cell {
    let all: Vec<String> = all.into_iter().collect();
    Cell::some((!all.is_empty()).then(|| all.join(", ")), Cell::Word)
}

fn alerts(report: &StatusReport) -> ReportTable {
    let alerts = report.alerts.iter();
    let record = |alert: &Alert| {
        let line = alert.place.map(|place| place.line as u64);
        [
            ("alert", Cell::Level(alert.level)),
            ("message", Cell::text(&alert.message)),
            ("line", Cell::some(line, Cell::Number)),
        ]
    };
    ReportTable::records("Alerts", alerts.map(record))
}

/// The findings of at least this severity.
pub fn findings(page: &Page<'_>, least: Severity) -> ReportTable {
    let record = |finding: &Diagnostic| {
        let place = &finding.place;
        [
            ("severity", Cell::word(finding.severity().into_str())),
            ("code", Cell::word(finding.code.id())),
            ("file", Cell::text(page.files.name(place.file))),
            ("line", Cell::Number(place.line as u64)),
            ("column", Cell::Number(place.column as u64)),
            ("message", Cell::text(&finding.message)),
        ]
    };
    let kept = page.findings.kept().iter();
    let shown = kept.filter(|finding| finding.severity() <= least);
    ReportTable::records("Data", shown.map(record))
}
