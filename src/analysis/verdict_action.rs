//! What keeps a month within its budget: how much may be used from now on, or by how much the plan or the budget is off.

use super::{
    forecast::{ForecastBasis, ForecastInputs, ForecastState},
    report::{Spending, StatusReport},
    verdict::Basis,
};
use crate::model::{Level, Tokens};

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
    match basis {
        Basis::Used if level == Level::Exceeded => raise(report),
        Basis::Used => at_most(report, report.spending()?),
        Basis::Forecast => by_forecast(report, level),
        Basis::Reserved => free(report),
        Basis::Plan => drop_phases(report),
        Basis::Allocated => None,
    }
}

/// `raise the budget to more than 210,000 tokens, or stop`.
fn raise(report: &StatusReport) -> Option<String> {
    let spending = report.spending()?;
    let used = spending.written(spending.used);
    if spending.currency.is_some() {
        return Some(format!(
            "raise the cost budget to more than {used}, or stop"
        ));
    }
    let plan = report.forecast.plan.as_ref();
    let pending = plan.filter(|plan| plan.pending_tokens > Tokens::ZERO);
    Some(match pending {
        Some(plan) => format!(
            "raise the budget to {} tokens, which is what is used and planned, or stop",
            plan.end.total_tokens
        ),
        None => format!("raise the budget to more than {used} tokens, or stop"),
    })
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
        Some(plan) => Some(format!(
            "the pending phases, planned at {} tokens, may take {} at most",
            plan.pending_tokens,
            of_tokens.written((of_tokens.budget - of_tokens.used).max(0))
        )),
        None => at_most(report, of_tokens),
    }
}

/// `use at most 14,450 more tokens until 2026-11-30, 4,563 a day, to stay within the budget`.
fn at_most(report: &StatusReport, of: Spending) -> Option<String> {
    let inputs = report.forecast.inputs.as_ref()?;
    let (left, ends) = (of.budget - of.used, report.forecast.ends);
    let (verb, unit) = match of.currency {
        Some(_) => ("spend", "more"),
        None => ("use", "more tokens"),
    };
    let daily = per_day(left, inputs).map(|daily| format!(", {} a day,", of.written(daily)));
    Some(format!(
        "{verb} at most {} {unit} until {ends}{} to stay within the budget",
        of.written(left),
        daily.unwrap_or_default()
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
    let (available, reserved) = (report.available?, report.reserved);
    Some(if available < 0 {
        let missing = Tokens(available.unsigned_abs());
        let sum = report.used.tokens.saturating_add(reserved);
        format!(
            "free holds of {missing} of the {reserved} reserved tokens, wait until they end, or raise the budget to {sum} tokens"
        )
    } else {
        let available = Tokens(available.unsigned_abs());
        format!("reserve or use at most {available} tokens until holds are freed or end")
    })
}

fn drop_phases(report: &StatusReport) -> Option<String> {
    let (plan, budget) = (report.forecast.plan.as_ref()?, report.budget.tokens?);
    let (total, pending) = (plan.end.total_tokens, plan.pending_tokens);
    let surplus = total.saturating_sub(budget);
    Some(format!(
        "drop {surplus} of the {pending} pending tokens, or raise the budget to {total} tokens"
    ))
}
