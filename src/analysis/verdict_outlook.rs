//! Where a month will probably end, in the words of its verdict.

use super::{forecast::ForecastState, report::StatusReport, verdict::used_tokens};
use crate::model::{Level, Measured, Percent, Probability, Tokens, in_brackets};

/// The chance of exceeding one of the budgets, by one estimate.
struct Chance {
    probability: Probability,
    level: Level,
    budget: String,
    likely: Option<String>,
    until: String,
    used: String,
    in_money: bool,
}

/// By the end of the month and for all that is planned, then in money.
fn chances(report: &StatusReport) -> impl Iterator<Item = Chance> {
    let forecast = &report.forecast;
    let share = in_brackets(report.share(report.used_tokens()));
    let so_far = format!("{} used so far{share}", used_tokens(report));
    let of_tokens = forecast.estimates().filter_map(move |end| {
        Some(Chance {
            probability: end.probability_over_budget?,
            level: end.level?,
            budget: format!("{} tokens", report.budget.tokens?),
            likely: end.quantiles.p50.map(Tokens::compact),
            until: end.basis.until(forecast.ends),
            used: so_far.clone(),
            in_money: false,
        })
    });
    let of_money = forecast.cost.as_ref().and_then(move |cost| {
        let (spent, budget) = (report.cost_budget.as_ref()?.used?, cost.budget?);
        let of_budget = in_brackets(Percent::new(spent.nanos, budget.nanos));
        Some(Chance {
            probability: cost.probability_over_budget?,
            level: cost.level?,
            budget: budget.to_string(),
            likely: cost.quantiles.p50.map(|likely| likely.to_string()),
            until: format!("by {}", forecast.ends),
            used: format!("{spent} spent so far{of_budget}"),
            in_money: true,
        })
    });
    of_tokens.chain(of_money)
}

/// `61% chance of exceeding 200,000 tokens by 2026-02-28 (critical from 50%); likely 212.4K, 127,560 used so far (63.7%)`.
pub(super) fn forecast(report: &StatusReport, level: Level) -> Option<String> {
    let mut chances = chances(report);
    let end = chances.find(|end| end.level == level)?;
    let at = &report.forecast.alert_at;
    let from = match level {
        Level::Critical => at.critical,
        _ => at.warning,
    };
    let likely = end.likely.map(|likely| format!("likely {likely}, "));
    Some(format!(
        "{} chance of exceeding {} {} ({level} from {from}%); {}{}",
        end.probability,
        end.budget,
        end.until,
        likely.unwrap_or_default(),
        end.used
    ))
}

/// Where it will probably end, by the worst chance: `the plan of 191,670 fits with 8,330 to spare, and the chance of exceeding the
/// budget is 16%`.
pub(super) fn outlook(report: &StatusReport) -> Option<String> {
    match report.forecast.state {
        ForecastState::Open => {}
        ForecastState::NotBegun => return Some(format!("{} has not begun", report.month)),
        ForecastState::Over => return None,
    }
    let fits = plan_that_fits(report);
    // Of equals, the first.
    let worst = chances(report).fold(None, |worst: Option<Chance>, other| match worst {
        Some(worst) if worst.probability >= other.probability => Some(worst),
        _ => Some(other),
    });
    let Some(worst) = worst else {
        let mut ends = report.forecast.ends();
        let likely = ends.find_map(|end| {
            let until = end.basis.until(report.forecast.ends);
            let likely = match end.quantiles.p50? {
                Measured::Tokens(tokens) => format!("{} tokens", tokens.compact()),
                money @ Measured::Money(_) => money.to_string(),
            };
            Some(format!("likely {likely} {until}"))
        });
        return fits
            .or(likely)
            .or_else(|| Some("too early for a forecast".to_owned()));
    };
    let likely = worst
        .likely
        .map(|likely| format!("likely {likely} {}", worst.until));
    let is_named = report
        .spending()
        .is_some_and(|of| of.currency.is_some() == worst.in_money);
    let budget = if is_named {
        "the budget"
    } else {
        &worst.budget
    };
    let chance = format!("the chance of exceeding {budget} is {}", worst.probability);
    let end = fits.or(likely);
    Some(end.map(|end| format!("{end}, and ")).unwrap_or_default() + &chance)
}

/// `the plan of 191,670 fits with 8,330 to spare`.
fn plan_that_fits(report: &StatusReport) -> Option<String> {
    let (plan, budget) = (report.forecast.plan.as_ref()?, report.budget.tokens?);
    let total = plan.end.total_tokens;
    if plan.pending_tokens == Tokens::ZERO || total > budget {
        return None;
    }
    let spare = budget.saturating_sub(total);
    Some(format!("the plan of {total} fits with {spare} to spare"))
}
