//! The verdict on a month: one level, what it rests on, and one sentence that says so. Everything else in a report is evidence.

use schemars::JsonSchema;
use serde::Serialize;
use strum::IntoStaticStr;

use super::report::StatusReport;
use crate::model::{Level, Percent};

/// Whether the usage of a month is within the budget.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Verdict {
    /// The worst of the levels of what is used, of what is used and reserved, and of the forecast; a plan counts if it is above
    /// the budget.
    pub level: Level,
    pub basis: VerdictBasis,
    /// A sentence: `ok: 63.3% of the budget is used, ...`.
    pub message: String,
}

/// What a verdict rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema, IntoStaticStr)]
#[serde(rename_all = "lowercase")]
pub enum VerdictBasis {
    Used,
    /// What is used and reserved.
    Reserved,
    /// The chance of exceeding the budget.
    Forecast,
    Plan,
}

/// The verdict, if there is a budget to judge by. Of a month that is over, only the result counts.
pub(super) fn verdict(report: &StatusReport) -> Option<Verdict> {
    let used = report.level?;
    if report.is_over() {
        return Some(result(report, used));
    }
    let levels = [
        (VerdictBasis::Used, Some(used)),
        (VerdictBasis::Reserved, report.reserved_level),
        (VerdictBasis::Forecast, report.forecast.level),
        (VerdictBasis::Plan, plan_above_budget(report)),
    ];
    // Of equals, the first: what has happened outranks what may.
    let worst = levels.into_iter().rev().max_by_key(|(_, level)| *level);
    let (basis, level) = worst?;
    let level = level?;
    let sentence = match basis {
        VerdictBasis::Used => used_so_far(report, level),
        VerdictBasis::Reserved => with_holds(report),
        VerdictBasis::Forecast => forecast(report),
        VerdictBasis::Plan => plan(report),
    };
    let message = format!("{level}: {}", sentence?);
    Some(Verdict {
        level,
        basis,
        message,
    })
}

/// A month that ended within its budget is fine, however near to it.
fn result(report: &StatusReport, used: Level) -> Verdict {
    let level = if used == Level::Exceeded {
        used
    } else {
        Level::Ok
    };
    let month = report.month;
    let message = format!("{level}: {month} ended with {}", spent(report));
    Verdict {
        level,
        basis: VerdictBasis::Used,
        message,
    }
}

fn plan_above_budget(report: &StatusReport) -> Option<Level> {
    let (plan, budget) = (report.forecast.plan.as_ref()?, report.budget.tokens?);
    plan.end.level.filter(|_| plan.end.total_tokens > budget)
}

/// `126,670 of 200,000 tokens used (63.3%)`, or the same of a budget in money where that is nearer to its end.
fn spent(report: &StatusReport) -> String {
    let used = report.used.tokens;
    let of_tokens = report.budget.tokens.map(|budget| {
        let level = report.budget.thresholds.level(used.0, budget.0);
        let share = in_percent(Percent::new(used.0, budget.0));
        (level, format!("{used} of {budget} tokens used{share}"))
    });
    let spent = report.used.cost.as_ref().map(|cost| cost.money);
    let of_money = spent.zip(report.budget.cost);
    let of_money = of_money.filter(|(spent, budget)| spent.currency == budget.currency);
    let of_money = of_money.map(|(spent, budget)| {
        let level = report.budget.thresholds.level(spent.nanos, budget.nanos);
        let share = in_percent(Percent::new(spent.nanos, budget.nanos));
        (level, format!("{spent} of {budget} spent{share}"))
    });
    // Of equals, tokens.
    let all = [of_money, of_tokens].into_iter().flatten();
    let worst = all.max_by_key(|(level, _)| *level);
    worst.map(|(_, text)| text).unwrap_or_default()
}

fn used_so_far(report: &StatusReport, level: Level) -> Option<String> {
    let spent = spent(report);
    let thresholds = report.budget.thresholds;
    let reason = match level {
        Level::Ok => return Some(format!("{spent}{}", outlook(report).unwrap_or_default())),
        Level::Exceeded => "which is the whole budget".to_owned(),
        _ => {
            let mut steps = thresholds.steps().into_iter();
            let (percent, _) = steps.find(|(_, step)| *step == level)?;
            format!("above the {percent}% at which {level} begins")
        }
    };
    Some(format!("{spent}, {reason}"))
}

/// Where it will probably end: `; likely 183.2K by 2026-02-28, 16% chance of exceeding the budget`.
fn outlook(report: &StatusReport) -> Option<String> {
    let end = report.forecast.estimates().next()?;
    let (likely, until) = (
        end.quantiles.p50?.compact(),
        end.basis.until(report.forecast.ends),
    );
    let chance = end.probability_over_budget;
    let chance = chance.map(|chance| format!(", {chance} chance of exceeding the budget"));
    Some(format!(
        "; likely {likely} {until}{}",
        chance.unwrap_or_default()
    ))
}

fn with_holds(report: &StatusReport) -> Option<String> {
    let (used, held, budget) = (report.used.tokens, report.reserved, report.budget.tokens?);
    let sum = used.saturating_add(held);
    let share = in_percent(Percent::new(sum.0, budget.0));
    Some(format!(
        "{used} used and {held} reserved are {sum} of {budget} tokens{share}"
    ))
}

/// The estimate whose level is that of the forecast.
fn forecast(report: &StatusReport) -> Option<String> {
    let forecast = &report.forecast;
    let mut estimates = forecast.estimates();
    if let Some(end) = estimates.find(|end| end.level == forecast.level) {
        let (chance, until) = (end.probability_over_budget?, end.basis.until(forecast.ends));
        let (likely, budget) = (end.quantiles.p50?.compact(), report.budget.tokens?);
        return Some(format!(
            "{chance} chance of exceeding {budget} tokens {until}, likely {likely}; {} so far",
            spent(report)
        ));
    }
    let cost = forecast.cost.as_ref()?;
    Some(format!(
        "{} chance of exceeding {} by {}; {} so far",
        cost.probability_over_budget,
        cost.budget,
        forecast.ends,
        spent(report)
    ))
}

fn plan(report: &StatusReport) -> Option<String> {
    let (plan, budget) = (report.forecast.plan.as_ref()?, report.budget.tokens?);
    let total = plan.end.total_tokens;
    let beyond = total.saturating_sub(budget);
    let share = in_percent(Percent::new(total.0, budget.0));
    Some(format!(
        "the plan adds up to {total} tokens{share}, {beyond} more than the budget; {} so far",
        spent(report)
    ))
}

fn in_percent(share: Option<Percent>) -> String {
    share.map(|share| format!(" ({share})")).unwrap_or_default()
}
