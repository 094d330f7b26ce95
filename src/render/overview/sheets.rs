//! The status for programs and pages.

use super::figures;
use crate::{
    analysis::StatusReport,
    model::Percent,
    render::{
        Page,
        sheet::{Cell, Column, Figures, Sheet},
    },
};

/// The figures, the alerts, the findings.
pub(in crate::render) fn sheets(page: &Page<'_>) -> Vec<Sheet> {
    vec![status(page.report), alerts(page.report), findings(page)]
}

fn status(report: &StatusReport) -> Sheet {
    let used = &report.used;
    let mut sheet = Figures::new("Status", ["figure", "value", "percent", "remark"]);
    sheet.add("month", Cell::word(report.month.to_string()));
    sheet
        .add("budget", Cell::some(report.budget.tokens, Cell::Tokens))
        .remark(Cell::some(figures::source(report), Cell::Word));
    sheet
        .add("used", Cell::Tokens(used.tokens))
        .share(report.share(used.tokens));
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
        sheet
            .add("cost", Cell::cost(cost))
            .remark(Cell::word(cost.money.currency.code()));
    }
    if let Some(plan) = &report.forecast.plan {
        sheet
            .add("plan", Cell::Tokens(plan.total_tokens))
            .share(report.share(plan.total_tokens));
    }
    sheet.add("unreadable rows", Cell::Count(report.log.unreadable_rows));
    sheet.done()
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

fn findings(page: &Page<'_>) -> Sheet {
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
