//! Why the forecast is what it is, in sentences.

use super::{counted, many};
use crate::{
    analysis::{
        Confidence, ForecastState, Plan, StatusReport,
        forecast::{EstimateSource, ProjectInputs, RateInputs},
    },
    model::Tokens,
};

/// A factor of a kind of day is worth a word from here on.
const TELLING: f64 = 0.05;

/// Speeds that differ by more than this share of their sum disagree.
const AGREEING: f64 = 0.1;

/// Why the month's end, and the project's, are what they are.
pub(super) fn all(report: &StatusReport) -> Vec<String> {
    let forecast = &report.forecast;
    let mut reasons = Vec::new();
    if forecast.state == ForecastState::Open {
        reasons.extend(little(report));
        reasons.extend(forecast.inputs.as_ref().into_iter().flat_map(rate));
    }
    if let Some(plan) = &forecast.plan {
        reasons.extend(plan_counts(report, plan));
        reasons.extend(forecast.project_inputs.as_ref().map(lesson));
        reasons.extend(as_planned(report));
    }
    reasons
}

/// How little the days so far tell.
fn little(report: &StatusReport) -> Option<String> {
    let forecast = &report.forecast;
    let by_plan = forecast
        .month_end
        .is_some_and(|end| end.quantiles.p50.is_some());
    let instead = if by_plan {
        "so the plan speaks alone"
    } else {
        "so there is no single figure"
    };
    match forecast.confidence {
        Confidence::None if report.used.tokens == Tokens::ZERO => {
            Some("nothing is spent yet".to_owned())
        }
        Confidence::None => Some(format!(
            "no day is complete yet, and one day tells next to nothing about a month, {instead}"
        )),
        Confidence::TooEarly => {
            let days = forecast
                .inputs
                .as_ref()
                .map_or(0, |inputs| inputs.completed_days);
            let days = many(days, "complete day tells", "complete days tell");
            Some(format!(
                "{days} little: a forecast from so few is typically off by most of a month, {instead}"
            ))
        }
        Confidence::Low => Some(
            "few days are known or spent on, so the interval is wide and the figure rough"
                .to_owned(),
        ),
        Confidence::Medium | Confidence::High => None,
    }
}

fn rate(inputs: &RateInputs) -> Vec<String> {
    let RateInputs {
        completed_days,
        active_days,
        slow_tokens_per_day: slow,
        fast_tokens_per_day: fast,
        ..
    } = inputs;
    let days = many(*completed_days, "complete day", "complete days");
    let mut reasons = vec![format!(
        "{}/day over {days} since {}, {active_days} of them with spending",
        counted(inputs.tokens_per_day),
        inputs.since,
    )];
    let (difference, sum) = (slow.0.abs_diff(fast.0), slow.0.saturating_add(fast.0));
    let agree = ratio(difference, sum) < AGREEING;
    if agree && *completed_days >= 7 {
        reasons.push("the last days and those before agree".to_owned());
    } else if !agree {
        let word = if fast > slow { "more" } else { "less" };
        reasons.push(format!(
            "the last days took {word} ({fast}/day) than those before ({slow}/day), which widens the interval"
        ));
    }
    if (inputs.weekend_factor - inputs.weekday_factor).abs() > TELLING {
        reasons.push(format!(
            "a day at the weekend takes {:.2} of an average day, another {:.2}",
            inputs.weekend_factor, inputs.weekday_factor
        ));
    }
    if inputs.chance_of_nothing >= 0.05 {
        reasons.push(format!(
            "{:.0}% that nothing more is spent this month",
            inputs.chance_of_nothing * 100.0
        ));
    }
    if inputs.undated_tokens > Tokens::ZERO {
        reasons.push(format!(
            "{} of this month carry no date, and are spread evenly over its days",
            counted(inputs.undated_tokens)
        ));
    }
    reasons
}

#[expect(clippy::cast_precision_loss, reason = "only a share is wanted")]
fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        0.0
    } else {
        part as f64 / whole as f64
    }
}

/// Whether the plan ends the month's spending.
fn plan_counts(report: &StatusReport, plan: &Plan) -> Option<String> {
    if report.forecast.state != ForecastState::Open {
        return None;
    }
    Some(if plan.complete {
        format!(
            "the plan is taken to list all work: {} of {} used tokens are in its phases",
            plan.accounted_tokens, plan.used_tokens
        )
    } else {
        format!(
            "the plan does not list all work ({} of {} used tokens are in its phases), so the month ends by the rate alone",
            plan.accounted_tokens, plan.used_tokens
        )
    })
}

/// What finished work says about estimates.
fn lesson(inputs: &ProjectInputs) -> String {
    let finished = &inputs.finished;
    if finished.is_empty() {
        return "no finished work has an estimate to learn from, so each phase counts as planned"
            .to_owned();
    }
    let actual: Tokens = finished.iter().map(|work| work.actual_tokens).sum();
    let estimated: Tokens = finished.iter().map(|work| work.estimated_tokens).sum();
    let by = |source| finished.iter().any(|work| work.source == source);
    let word = match (by(EstimateSource::Allocation), by(EstimateSource::Plan)) {
        (true, true) => "allocated or planned",
        (true, false) => "allocated",
        _ => "planned",
    };
    let teams = many(finished.len(), "finished team", "finished teams");
    format!(
        "{teams} took {actual} of the {estimated} {word}, so a phase to come counts {:.2} of its estimate",
        inputs.ratio
    )
}

/// What it would be without that.
fn as_planned(report: &StatusReport) -> Option<String> {
    let estimate = report.forecast.project_as_planned.as_ref()?;
    let likely = estimate.quantiles.p50?.compact();
    let chance = estimate
        .probability_over_budget
        .map(|chance| format!(", {chance} chance to use up the budget"))
        .unwrap_or_default();
    Some(format!(
        "without what they teach: likely {likely}, 80%: {}-{}{chance}",
        estimate.quantiles.p10.compact(),
        estimate.quantiles.p90.compact()
    ))
}
