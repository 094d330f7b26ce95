//! Where it will end: plan, scenarios, burn rate, and what the log itself says.

use super::{
    sheet::{Cell, Column, Sheet, signed},
    theme::{Paint, Style},
};
use crate::{
    analysis::{BurnRate, Crossing, CrossingState, Plan, RateBasis, Stated, StatusReport},
    model::Percent,
};

/// The forecast.
pub(super) fn lines(report: &StatusReport, style: Style) -> Vec<String> {
    let forecast = &report.forecast;
    let mut lines = vec![Paint::Heading.on("Forecast")];
    lines.extend(
        forecast
            .plan
            .iter()
            .flat_map(|plan| plan_lines(report, plan, style)),
    );
    lines.extend(forecast.risk.map(|risk| {
        let basis = if forecast.plan.is_some() {
            "by the plan"
        } else {
            "by what is used"
        };
        format!("  Risk           {} ({basis})", risk.word())
    }));
    lines.extend(forecast.stated.as_ref().map(|stated| {
        format!(
            "  Log says       {} in the end (line {})",
            stated_range(stated),
            stated.line
        )
    }));
    lines.extend(
        forecast
            .stated_risk
            .as_ref()
            .zip(forecast.stated_risk_line)
            .map(|(risk, line)| {
                format!("                 risk {} (line {line})", Style::text(risk))
            }),
    );
    let rate = forecast
        .burn_rate
        .as_ref()
        .map_or_else(|| "cannot be told yet".to_owned(), rate_with_source);
    lines.push(format!("  Burn rate      {rate}"));
    if forecast.plan.is_none() {
        lines.push("  No plan        the log has no table of phases still to come".to_owned());
    }
    for sheet in sheets(report).into_iter().filter(|sheet| !sheet.is_empty()) {
        lines.push(String::new());
        lines.push(Paint::Heading.on(sheet.title));
        lines.extend(sheet.lines(style));
        if sheet.title == SCENARIOS {
            lines.push(
                "  Scenarios change the pending phases by a fixed share; they are not an interval."
                    .to_owned(),
            );
        }
    }
    lines
}

const SCENARIOS: &str = "Scenarios";

fn plan_lines(report: &StatusReport, plan: &Plan, style: Style) -> Vec<String> {
    let budget = report.budget.tokens;
    let share = |part: u64| {
        budget
            .and_then(|budget| Percent::of(part, budget.0))
            .map(|percent| format!("  {percent}"))
            .unwrap_or_default()
    };
    let badge = plan
        .level
        .map(|level| format!("  {}", style.badge(level)))
        .unwrap_or_default();
    let mut lines = vec![
        format!(
            "  Plan total     {}{}{badge}",
            plan.total_tokens,
            share(plan.total_tokens.0)
        ),
        format!(
            "                 used {} + pending {}",
            plan.used_tokens, plan.pending_tokens
        ),
    ];
    if let Some(margin) = report.forecast.safety_margin {
        let part = u64::try_from(margin).map(share).unwrap_or_default();
        lines.push(format!("  Safety margin  {}{part}", signed(margin)));
    }
    lines
}

/// `309 tokens/min since 10:10`, `5,067 tokens/day since 2026-02-01`.
pub(super) fn rate(rate: &BurnRate) -> String {
    let since = rate.since_time.map_or_else(
        || rate.since.to_string(),
        |time| time.format("%H:%M").to_string(),
    );
    if rate.is_by_minute() {
        format!("{} tokens/min since {since}", rate.tokens_per_minute())
    } else {
        format!("{} tokens/day since {since}", rate.tokens_per_day)
    }
}

fn rate_with_source(of: &BurnRate) -> String {
    let days = of.minutes / (24 * 60);
    let source = match of.basis {
        RateBasis::FirstDay => format!(
            "{} tokens in {} min of the first day, {}",
            of.tokens, of.minutes, of.since
        ),
        RateBasis::CompletedDays => format!("{} tokens on {days} completed days", of.tokens),
        RateBasis::WholeMonth => format!("{} tokens on {days} days; the month is over", of.tokens),
    };
    format!("{} ({source})", rate(of))
}

/// `155,000-160,000 (77.5-80.0%)`.
pub(super) fn stated_range(stated: &Stated) -> String {
    let (from, to) = (stated.from_tokens, stated.to_tokens);
    if from == to {
        to.to_string()
    } else {
        format!("{from}-{to}")
    }
}

/// Scenarios, pending phases and thresholds, as far as there are any.
pub(super) fn sheets(report: &StatusReport) -> Vec<Sheet> {
    vec![scenarios(report), pending(report), thresholds(report)]
}

fn scenarios(report: &StatusReport) -> Sheet {
    let columns = [
        Column::new("Scenario"),
        Column::new("Change"),
        Column::new("Total"),
        Column::new("%"),
        Column::new("Left").drop(1),
        Column::new("Level"),
    ];
    let mut sheet = Sheet::new(SCENARIOS, columns);
    for scenario in report.forecast.plan.iter().flat_map(|plan| &plan.scenarios) {
        let share = report
            .budget
            .tokens
            .and_then(|budget| Percent::of(scenario.total_tokens.0, budget.0));
        sheet.row([
            Cell::word(scenario.name),
            Cell::word(if scenario.change_percent == 0 {
                "none".to_owned()
            } else {
                format!("{:+}%", scenario.change_percent)
            }),
            Cell::Tokens(scenario.total_tokens),
            Cell::some(share, Cell::Percent),
            Cell::some(scenario.remaining, Cell::Signed),
            Cell::some(scenario.level, Cell::Level),
        ]);
    }
    sheet
}

fn pending(report: &StatusReport) -> Sheet {
    let columns = [
        Column::new("Phase").cut(4).drop(2),
        Column::new("Team").cut(4),
        Column::new("Tokens"),
        Column::new("State").drop(1),
        Column::new("Line").drop(3),
    ];
    let mut sheet = Sheet::new("Pending phases", columns);
    for phase in report.forecast.plan.iter().flat_map(Plan::pending) {
        sheet.row([
            Cell::some(phase.name.as_deref(), Cell::text),
            Cell::text(&phase.label),
            Cell::Tokens(phase.pending_tokens),
            Cell::some(phase.status.as_deref(), Cell::text),
            Cell::Number(phase.line as u64),
        ]);
    }
    sheet
}

fn thresholds(report: &StatusReport) -> Sheet {
    let columns = [
        Column::new("Threshold"),
        Column::new("Level"),
        Column::new("Tokens"),
        Column::new("To go"),
        Column::new("Crossed"),
    ];
    let mut sheet = Sheet::new("Thresholds at this burn rate", columns);
    for crossing in &report.forecast.thresholds {
        sheet.row([
            Cell::word(format!("{}%", crossing.percent)),
            Cell::Level(crossing.level),
            Cell::Tokens(crossing.tokens),
            Cell::Tokens(crossing.tokens.saturating_sub(report.used.tokens)),
            Cell::word(crossed(crossing, report.forecast.burn_rate.as_ref())),
        ]);
    }
    sheet
}

fn crossed(crossing: &Crossing, rate: Option<&BurnRate>) -> String {
    let by_minute = rate.is_some_and(BurnRate::is_by_minute);
    match (crossing.state, crossing.at) {
        (CrossingState::Expected, Some(at)) if by_minute => at.format("%Y-%m-%d %H:%M").to_string(),
        (CrossingState::Expected, Some(at)) => at.date_naive().to_string(),
        (CrossingState::Reached, _) => "already".to_owned(),
        (CrossingState::NotReached, _) => "no; the month is over".to_owned(),
        (CrossingState::NotThisMonth, _) => "not before the month ends".to_owned(),
        (CrossingState::Unknown | CrossingState::Expected, _) => "cannot be told yet".to_owned(),
    }
}
