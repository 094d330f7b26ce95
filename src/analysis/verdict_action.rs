//! What keeps a month within its budget: how much may be used from now on, or by how much the plan or the budget is off.

use super::{
    CostBudget,
    forecast::{ForecastBasis, ForecastInputs, ForecastState},
    report::{Spending, StatusReport},
    span_budget::SpanBudget,
    verdict::Basis,
};
use crate::model::{Level, Measured, Money, Thresholds, Tokens};

/// None where there is nothing to do, and of a month that is over.
pub(super) fn action(report: &StatusReport, level: Level, basis: Basis) -> Option<String> {
    let silence = report.forecast.inputs.as_ref();
    let silence = silence.and_then(|inputs| inputs.silence);
    let record = silence.map(|silence| {
        let last = silence.last_row;
        format!("record what was used since {last}, if anything")
    });
    let parts = [record, within_budget(report, level, basis)];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}

fn within_budget(report: &StatusReport, level: Level, basis: Basis) -> Option<String> {
    if level < Level::Warning || report.forecast.state != ForecastState::Open {
        return None;
    }
    if let Some(span) = report.leading_span().filter(|_| basis == Basis::Used) {
        return Some(within_span(span));
    }
    match basis {
        Basis::Used if level == Level::Exceeded => Some(raise(report, report.spending()?)),
        Basis::Used => at_most(report, report.spending()?),
        Basis::Forecast => by_forecast(report, level),
        Basis::Reserved => match report.reserved_cost_budget() {
            Some(budget) => free_money(report, budget),
            None => free(report),
        },
        Basis::Plan => drop_phases(report),
        Basis::Allocated => None,
    }
}

/// `spend at most $0.50 more today to stay within the budget of the day`.
fn within_span(span: &SpanBudget) -> String {
    let budget = span.budget();
    let used = span.used().unwrap_or(budget);
    let (now, name, left) = (
        span.span.current_name(),
        span.span.into_str(),
        budget.beyond(used),
    );
    let verb = match used {
        Measured::Tokens(_) => "use",
        Measured::Money(_) => "spend",
    };
    if left.is_zero() {
        return format!("{verb} nothing more {now}, or raise the budget of the {name}");
    }
    let left = left.with_unit();
    format!("{verb} at most {left} more {now} to stay within the budget of the {name}")
}

/// `raise the budget to more than 210,000 tokens, or stop`.
fn raise(report: &StatusReport, of: Spending) -> String {
    let needed = not_exceeded_above(report, of.used);
    let written = of.written(needed);
    if of.currency.is_some() {
        return format!("raise the cost budget to more than {written}, or stop");
    }
    let plan = report.forecast.plan.as_ref();
    let total = plan.filter(|plan| plan.pending_tokens > Tokens::ZERO);
    let total = total.map(|plan| plan.end.total_tokens);
    match total.filter(|total| i128::from(total.0) > needed) {
        Some(total) => format!(
            "raise the budget to {total} tokens, which is what is used and planned, or stop"
        ),
        None => format!("raise the budget to more than {written} tokens, or stop"),
    }
}

/// Of a budget greater than this, the amount is neither all nor as much as the level `exceeded` begins at.
fn not_exceeded_above(report: &StatusReport, amount: i128) -> i128 {
    let percent = i128::from(report.budget.thresholds.exceeded).max(1);
    (amount.saturating_mul(100) / percent).max(amount)
}

/// By the rate, the days left matter; by a plan, only what is pending.
fn by_forecast(report: &StatusReport, level: Level) -> Option<String> {
    let forecast = &report.forecast;
    let mut estimates = forecast.estimates();
    let Some(end) = estimates.find(|end| end.level == Some(level)) else {
        let of_money = report.budgets().find(|budget| budget.currency.is_some())?;
        return at_most(report, of_money);
    };
    let of_tokens = report.budgets().find(|budget| budget.currency.is_none())?;
    let plan = forecast.plan.as_ref();
    match plan.filter(|_| end.basis == ForecastBasis::Plan) {
        Some(plan) if of_tokens.used < of_tokens.budget => Some(format!(
            "the pending phases, planned at {} tokens, may take {} at most",
            plan.pending_tokens,
            of_tokens.written(of_tokens.budget - of_tokens.used)
        )),
        _ => at_most(report, of_tokens),
    }
}

/// `use at most 14,450 more tokens until 2026-11-30, 4,563 a day, to stay within the budget`. Where nothing is left, only a greater
/// budget helps.
fn at_most(report: &StatusReport, of: Spending) -> Option<String> {
    if of.used >= of.budget {
        return Some(raise(report, of));
    }
    let inputs = report.forecast.inputs.as_ref()?;
    let (left, ends) = (of.budget - of.used, report.forecast.ends);
    let (verb, unit) = match of.currency {
        Some(_) => ("spend", "more"),
        None => ("use", "more tokens"),
    };
    let until = Some(match per_day(left, inputs).map(|daily| of.written(daily)) {
        None => "today".to_owned(),
        Some(daily) if daily == of.written(0) => format!("until {ends}"),
        Some(daily) => format!("until {ends}, {daily} a day,"),
    });
    let left = of.written(left);
    // A period that is ended by hand has no last day.
    let until = until.filter(|_| report.period.is_none());
    let until = until.map_or(String::new(), |until| format!("{until} "));
    Some(format!(
        "{verb} at most {left} {unit} {until}to stay within the budget"
    ))
}

/// Rounded down. None on the last day.
#[expect(
    clippy::cast_possible_truncation,
    reason = "hours of a month fit into any integer"
)]
fn per_day(left: i128, inputs: &ForecastInputs) -> Option<i128> {
    let hours = (inputs.days_left * 24.0).ceil() as i64;
    (hours > 24).then(|| left.saturating_mul(24) / i128::from(hours))
}

fn free(report: &StatusReport) -> Option<String> {
    let (budget, held) = (report.budget.tokens?, report.held());
    let sum = report.used_tokens().saturating_add(held);
    let limit = Thresholds::tokens_at(report.budget.thresholds.exceeded.min(100), budget);
    if sum < limit {
        let available = budget.saturating_sub(sum);
        return Some(format!(
            "reserve or use at most {available} tokens until holds are freed or end"
        ));
    }
    let holds = match sum.saturating_sub(limit) {
        Tokens::ZERO => format!("some of the {held} reserved tokens"),
        missing => format!("holds of more than {missing} of the {held} reserved tokens"),
    };
    let needed = not_exceeded_above(report, sum.0.into());
    let needed = Tokens(needed.try_into().unwrap_or(u64::MAX));
    Some(format!(
        "free {holds}, wait until they end, or raise the budget to more than {needed} tokens"
    ))
}

/// The same of the cost budget.
fn free_money(report: &StatusReport, budget: &CostBudget) -> Option<String> {
    let (used, held, limit) = (budget.used?, budget.reserved?, budget.limit);
    let written = |nanos: i128| Money { nanos, ..limit }.to_string();
    let sum = used.nanos.saturating_add(held.nanos);
    let percent = i128::from(report.budget.thresholds.exceeded.min(100));
    let exceeded = limit.nanos.saturating_mul(percent) / 100;
    if sum < exceeded {
        let available = written(limit.nanos.saturating_sub(sum));
        return Some(format!(
            "reserve or spend at most {available} until holds are freed or end"
        ));
    }
    let holds = match sum.saturating_sub(exceeded) {
        0 => format!("some of the {held} reserved"),
        missing => format!(
            "holds of more than {} of the {held} reserved",
            written(missing)
        ),
    };
    let needed = written(not_exceeded_above(report, sum));
    Some(format!(
        "free {holds}, wait until they end, or raise the cost budget to more than {needed}"
    ))
}

fn drop_phases(report: &StatusReport) -> Option<String> {
    let (plan, budget) = (report.forecast.plan.as_ref()?, report.budget.tokens?);
    let (total, pending) = (plan.end.total_tokens, plan.pending_tokens);
    let surplus = total.saturating_sub(budget);
    Some(format!(
        "drop {surplus} of the {pending} pending tokens, or raise the budget to {total} tokens"
    ))
}
