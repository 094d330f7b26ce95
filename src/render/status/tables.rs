//! The status as tables, for programs and pages.

use super::figures;
use crate::{
    analysis::{Alert, StatusReport, TeamReport},
    diagnostic::{Diagnostic, Severity},
    model::{Measured, Percent},
    render::{Cell, OutputStyle, Page, ReportTable, costs, teams::used_cell},
};

pub fn tables(page: &Page<'_>) -> Vec<ReportTable> {
    vec![
        status(page),
        alerts(page.report),
        findings(page, Severity::Note),
    ]
}

fn status(page: &Page<'_>) -> ReportTable {
    let (report, used) = (page.report, &page.report.used);
    let mut table = ReportTable::figures("Status", ["figure", "value", "percent", "remark"]);
    let tokens = |tokens| Cell::some(tokens, Cell::Tokens);
    let in_money = report.measure.is_money();
    let none = || Cell::Absent;
    let share = used.tokens.and_then(|used| report.share(used));
    table.figure("month", Cell::word(report.month.to_string()));
    if let Some(period) = &report.period {
        let since = period.since.map(|since| since.to_rfc3339());
        table.figure("period_since", Cell::some(since, Cell::Word));
        let alone = period.month_tokens.map(Cell::Tokens);
        let cost = || period.month_cost.as_ref().map(Cell::marked_cost);
        table.figure("month_used", Cell::some(alone.or_else(cost), |cell| cell));
        table.figure(
            "period_unsure",
            Cell::some(period.unsure_tokens, Cell::Tokens),
        );
    }
    if !report.overrides.is_empty() {
        let last = report.overrides.iter().max_by_key(|one| one.time);
        let reason = Cell::some(last.and_then(|one| one.reason.as_deref()), Cell::text);
        let count = Cell::Number(report.overrides.len());
        table.figure_with("overrides", count, None, reason);
    }
    if let Some(verdict) = &report.verdict {
        let message = Cell::text(&verdict.message);
        table.figure_with("verdict", Cell::Level(verdict.level), None, message);
    }
    if !in_money || report.budget.tokens.is_some() {
        let source = Cell::some(figures::source(report, page.files), Cell::Word);
        table.figure_with("budget", tokens(report.budget.tokens), None, source);
    }
    let estimate = |is: bool| is.then(|| "an estimate".to_owned());
    if let Some(tokens) = used.tokens {
        let spent = Cell::Tokens(tokens).about(used.estimate);
        table.figure_with("used", spent, share, remarks(estimate(used.estimate)));
    } else if let Some(no_figure) = report.no_figure() {
        table.figure_with("used", Cell::Absent, None, remarks([no_figure]));
    }
    if let Some((stated, line)) = used.stated_tokens.zip(used.stated_line) {
        let line = Cell::word(format!("line {line} of the log"));
        table.figure_with("stated", Cell::Tokens(stated), report.share(stated), line);
    }
    let left = used.tokens.and_then(|used| report.share_left(used));
    if in_money {
        let budget = report.cost_budget.as_ref();
        let remaining = Cell::some(budget.and_then(|budget| budget.remaining), Cell::Money);
        let spent = report.known_spent();
        let left = spent.and_then(|spent| report.share_left(spent));
        table.figure_with("remaining", remaining, left, none());
    } else {
        let remaining = Cell::some(report.remaining, Cell::Signed);
        table.figure_with("remaining", remaining, left, none());
        let reserved = Cell::Tokens(report.held());
        table.figure_with("reserved", reserved, report.share(report.held()), none());
        table.figure("available", Cell::some(report.available, Cell::Signed));
    }
    table.figure("level", Cell::some(report.level, Cell::Level));
    let reserved_level = Cell::some(report.reserved_level, Cell::Level);
    table.figure("reserved_level", reserved_level);
    if let Some(budget) = &report.cost_budget {
        let problem = Cell::some(budget.problem(), Cell::Word);
        table.figure_with("cost_budget", Cell::Money(budget.limit), None, problem);
        table.figure("cost_level", Cell::some(budget.level, Cell::Level));
    }
    add_spans(&mut table, report);
    if let Some(cost) = &used.cost {
        let share = report.cost_budget.as_ref();
        let share = share.and_then(|budget| Percent::new(budget.used?.nanos, budget.limit.nanos));
        let currency = Some(cost.money.currency.code().to_owned());
        let all = currency.into_iter().chain(estimate(cost.estimate));
        let all = all.chain(costs::remarks(cost, OutputStyle::PLAIN));
        table.figure_with("cost", Cell::marked_cost(cost), share, remarks(all));
    }
    if let Some(team) = report.selected_team() {
        add_team(&mut table, team);
    }
    if let Some(plan) = &report.forecast.plan {
        let total = plan.end.total_tokens;
        table.figure_with("plan", Cell::Tokens(total), report.share(total), none());
    }
    let unreadable = Cell::Count(report.log.unreadable_rows);
    table.figure("unreadable_rows", unreadable);
    let without = Cell::Count(report.log.rows_without_figure);
    table.figure("rows_without_figure", without);
    add_reading(&mut table, report);
    table
}

/// The budgets of the running day and week.
fn add_spans(table: &mut ReportTable, report: &StatusReport) {
    for span in &report.span_budgets {
        let name = span.span.into_str();
        let cell = |amount: Measured| match amount {
            Measured::Tokens(tokens) => Cell::Tokens(tokens),
            Measured::Money(money) => Cell::Money(money),
        };
        let problem = Cell::some(span.not_judged(), Cell::Word);
        table.figure_with(
            &format!("{name}_budget"),
            cell(span.budget()),
            None,
            problem,
        );
        let used = Cell::some(span.used(), |used| {
            if span.complete {
                cell(used)
            } else {
                Cell::AtLeast(Box::new(cell(used)))
            }
        });
        table.figure_with(
            &format!("{name}_used"),
            used.about(span.estimate),
            span.share(),
            Cell::Absent,
        );
        table.figure(
            &format!("{name}_level"),
            Cell::some(span.level, Cell::Level),
        );
    }
}

/// What a log in another form has beside.
fn add_reading(table: &mut ReportTable, report: &StatusReport) {
    let tables = &report.log.tables;
    if !tables.is_empty() {
        let read = tables.iter().filter(|table| table.counts());
        table.figure("tables", Cell::Count(tables.len() as u64));
        table.figure("tables_read", Cell::Count(read.count() as u64));
    }
    if let Some(undated) = &report.undated {
        table.figure("undated_rows", Cell::Count(undated.rows));
        if let Some(tokens) = undated.tokens {
            let tokens = Cell::Tokens(tokens).about(undated.estimate);
            let estimate = undated.estimate.then(|| "an estimate".to_owned());
            table.figure_with("undated_tokens", tokens, None, remarks(estimate));
        }
        if let Some(cost) = &undated.cost {
            table.figure("undated_cost", Cell::marked_cost(cost));
        }
    }
}

fn add_team(table: &mut ReportTable, team: &TeamReport) {
    let tokens = |tokens| Cell::some(tokens, Cell::Tokens);
    table.figure("team", Cell::text(&team.name));
    let state = Cell::some(team.status.as_deref(), Cell::text);
    if team.measure.is_money() {
        table.figure_with("team_cost", used_cell(team), team.share(), state);
        table.figure("team_limit", Cell::some(team.limit(), Cell::amount));
        return;
    }
    let used = tokens(team.used_tokens).about(team.estimate);
    table.figure_with("team_used", used, team.share(), state);
    table.figure("team_allocated", tokens(team.allocated_tokens));
    table.figure("team_reserved", Cell::Tokens(team.held()));
    let available = Cell::some(team.available_tokens, Cell::Signed);
    table.figure("team_available", available);
}

fn remarks(all: impl IntoIterator<Item = String>) -> Cell {
    let all: Vec<String> = all.into_iter().collect();
    Cell::some((!all.is_empty()).then(|| all.join(", ")), Cell::Word)
}

fn alerts(report: &StatusReport) -> ReportTable {
    let alerts = report.alerts.iter();
    let record = |alert: &Alert| {
        let line = alert.place.map(|place| place.line);
        [
            ("alert", Cell::Level(alert.level)),
            ("message", Cell::text(&alert.message)),
            ("line", Cell::some(line, Cell::Number)),
        ]
    };
    ReportTable::records("Alerts", alerts.map(record))
}

pub fn findings(page: &Page<'_>, least: Severity) -> ReportTable {
    let record = |finding: &Diagnostic| {
        let place = &finding.place;
        [
            ("severity", Cell::word(finding.severity().into_str())),
            ("code", Cell::word(finding.code.id())),
            ("file", Cell::text(page.files.name(place.file))),
            ("line", Cell::Number(place.line)),
            ("column", Cell::Number(place.column)),
            ("message", Cell::text(&finding.message)),
        ]
    };
    let kept = page.findings.kept().iter();
    let shown = kept.filter(|finding| finding.severity() <= least);
    ReportTable::records("Findings", shown.map(record))
}
