//! What the forecast is based on, in sentences.

use chrono::Datelike;

use crate::{
    analysis::{
        Confidence, Estimate, ForecastBasis, ForecastState, Plan, PlanGap, PlanPhase, StatusReport,
        forecast::{
            EstimateSource, ForecastInputs, PastChances, ProjectInputs, RateInputs, Silence,
        },
    },
    model::{Measured, Tokens, Units},
    render::{OutputStyle, counted, sanitize},
};

/// Rates with a greater disagreement differ by more than a tenth of their sum.
const DISAGREEING: f64 = 0.01;

/// The least difference between weekends and other days that is mentioned.
const NOTABLE: f64 = 0.05;

const BY_SETTINGS: &str = "as `plan_complete` in the settings says";

pub fn all(report: &StatusReport, style: OutputStyle) -> Vec<String> {
    let forecast = &report.forecast;
    let mut reasons = Vec::new();
    if let Some(inputs) = &forecast.inputs {
        reasons.extend(confidence(report, inputs, style));
        reasons.extend(past_chances(report));
        reasons.extend(sum(report, inputs, style));
        reasons.extend(days(report, inputs, style));
    }
    if let Some(plan) = &forecast.plan {
        reasons.extend(plan_counts(report, plan));
        reasons.extend(without_estimate(plan));
        reasons.extend(forecast.project_inputs.as_ref().map(calibration));
        reasons.extend(as_planned(report));
    }
    reasons.extend(no_cost(report));
    let is_part = forecast.cost.is_some_and(|cost| !cost.complete);
    reasons.extend(is_part.then(|| {
        "costs in other currencies, or not known, come on top: each figure and chance is at least this".to_owned()
    }));
    reasons
}

/// Why there is no forecast in money where there is one in tokens.
fn no_cost(report: &StatusReport) -> Option<String> {
    let forecast = &report.forecast;
    let budget = report.budget.cost.filter(|_| forecast.cost.is_none())?;
    forecast.month_end.filter(|end| has_likely(*end))?;
    let wanted = budget.currency;
    let reason = match &report.used.cost {
        None => format!("no tokens have a cost in {wanted}"),
        Some(cost) if cost.money.currency != wanted => {
            format!("some tokens have no cost in {wanted}")
        }
        Some(cost) if !cost.complete || !cost.others.is_empty() => {
            format!("some tokens have no cost in {wanted}")
        }
        Some(_) => "nothing is spent so far".to_owned(),
    };
    Some(format!("no cost forecast: {reason}"))
}

fn has_likely<T: Copy>(end: Estimate<T>) -> bool {
    end.quantiles.p50.is_some()
}

fn confidence(
    report: &StatusReport,
    inputs: &ForecastInputs,
    style: OutputStyle,
) -> Option<String> {
    let forecast = &report.forecast;
    let instead = if forecast.end().is_some_and(has_likely) {
        "so the forecast is the plan alone"
    } else {
        "so there is no likely figure for the end of the month"
    };
    let (days, since) = (counted(inputs.completed_days, "complete day"), inputs.since);
    if let Some(silence) = inputs.silence {
        return Some(silent(silence, style));
    }
    Some(match forecast.confidence {
        Confidence::None if inputs.completed_days == 0 => {
            format!("no day is complete yet, {instead}")
        }
        Confidence::None => format!("nothing was used on the {days} since {since}, {instead}"),
        Confidence::TooEarly => {
            format!("based on only {days}; typically off by most of a month, {instead}")
        }
        Confidence::Low if inputs.completed_days < 7 => {
            format!("based on only {days}: the range is wide and the figure rough")
        }
        // The chances of past months follow.
        Confidence::Low if limits_confidence(report).is_some() => return None,
        // The days that it is spread over follow.
        Confidence::Low if inputs.undated_ratio > 0.0 => return None,
        Confidence::Low => {
            "few of the last days had usage: the range is wide and the figure rough".to_owned()
        }
        Confidence::Medium | Confidence::High => return None,
    })
}

/// `no row is newer than 2026-11-16: the 10 days since count as days without usage; as before (6,720 tokens a day), 67.2K are missing`.
fn silent(silence: Silence, style: OutputStyle) -> String {
    let (last, days) = (silence.last_row, counted(silence.days, "day"));
    let before = match silence.per_day_before() {
        Measured::Tokens(tokens) => format!("{tokens} tokens"),
        money @ Measured::Money(_) => style.with_unit(money),
    };
    let missing = silence.if_as_before();
    let verb = is_or_are(missing);
    let missing = style.compact(missing);
    format!(
        "no row is newer than {last}, and the {days} since count as days without usage; if work went on as before, at {before} \
         a day, {missing} {verb} missing"
    )
}

/// `are` of tokens, `is` of money.
const fn is_or_are(amount: Measured) -> &'static str {
    match amount {
        Measured::Tokens(_) => "are",
        Measured::Money(_) => "is",
    }
}

/// The chances of past months, if they allow no more confidence than there is.
fn limits_confidence(report: &StatusReport) -> Option<PastChances> {
    let past = report.forecast.past_chances?;
    let most = past.most_confidence();
    (most < Confidence::High && most == report.forecast.confidence).then_some(past)
}

fn past_chances(report: &StatusReport) -> Option<String> {
    let past = limits_confidence(report)?;
    let months = counted(past.months, "finished month");
    let word = if past.brier < PastChances::COIN {
        "little better than"
    } else {
        "no better than"
    };
    Some(format!(
        "such chances in the last {months} were {word} tossing a coin (Brier score {:.3}, a coin {:.2}), so the confidence is {} at most",
        past.brier,
        PastChances::COIN,
        past.most_confidence().into_str()
    ))
}

/// Why the likely figure is what is used already, if it is.
pub fn why_no_more(report: &StatusReport, style: OutputStyle) -> Option<String> {
    let forecast = &report.forecast;
    let (end, inputs) = (forecast.end()?, forecast.inputs.as_ref()?);
    if end.quantiles.p50? != report.spent() {
        return None;
    }
    let is_done = forecast.plan.as_ref().is_some_and(Plan::is_done);
    Some(match end.basis {
        ForecastBasis::Plan | ForecastBasis::RateAndPlan if is_done => {
            "no phase is pending".to_owned()
        }
        ForecastBasis::Plan => return None,
        _ if inputs.days_left < 1.0 => "less than a day is left".to_owned(),
        _ if inputs.zero_probability < Some(0.5) => {
            let average = inputs.rate?.per_day();
            format!("an average day takes {}", style.with_unit(average))
        }
        _ => format!(
            "only {} of the last {} had usage",
            inputs.active_days,
            counted(inputs.completed_days, "complete day")
        ),
    })
}

/// `67K are used, and the 20 days left likely take 107.2K`.
fn sum(report: &StatusReport, inputs: &ForecastInputs, style: OutputStyle) -> Option<String> {
    let end = report.forecast.end()?;
    let (likely, used) = (end.quantiles.p50?, report.spent());
    let why = why_no_more(report, style);
    if end.basis == ForecastBasis::Plan && why.is_none() {
        return None;
    }
    let so_far = format!(
        "{} {} {}",
        style.compact(used),
        is_or_are(used),
        used.verb()
    );
    if let Some(why) = why {
        return Some(format!(
            "{so_far}, and the {:.1} days left likely take nothing more: {why}",
            inputs.days_left
        ));
    }
    let rest = likely.beyond(used);
    let at_weekend = if inputs.weekend_days_left > 0.0 && inputs.rate.is_some_and(has_weekends) {
        format!(", {:.1} of them at a weekend,", inputs.weekend_days_left)
    } else {
        String::new()
    };
    Some(format!(
        "{so_far}, and the {:.1} days left{at_weekend} likely take {}{}",
        inputs.days_left,
        style.compact(rest),
        beside_average_days(end.basis, inputs, rest, style).unwrap_or_default()
    ))
}

/// Whether days at a weekend differ enough to be mentioned.
fn has_weekends(rate: RateInputs) -> bool {
    (rate.weekend_factor / rate.weekday_factor - 1.0).abs() > NOTABLE
}

/// Why the likely rest is not what as many days take on average, those at a weekend counted as such.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "a figure for reading; a cast to an integer is held within its range"
)]
fn beside_average_days(
    basis: ForecastBasis,
    inputs: &ForecastInputs,
    rest: Measured,
    style: OutputStyle,
) -> Option<String> {
    /// A difference that rounding makes.
    const SMALL: f64 = 0.05;
    let rate = inputs.rate?;
    let weekdays = inputs.days_left - inputs.weekend_days_left;
    let days = weekdays * rate.weekday_factor + inputs.weekend_days_left * rate.weekend_factor;
    let average = rate.per_day().units().0 as f64 * days;
    let difference = rest.units().0 as f64 / average - 1.0;
    let why = match basis {
        _ if difference.abs() < SMALL => return None,
        ForecastBasis::RateAndPlan if difference < 0.0 => "since the plan ends the work",
        _ if difference < 0.0 => {
            "since the likely figure is a median, and a few large days raise the average"
        }
        _ => "since days without any usage are unlikely",
    };
    let word = if difference < 0.0 { "less" } else { "more" };
    let average = style.compact(rest.with(Units(average as i128)));
    Some(format!(
        ", {word} than such days take on average ({average}), {why}"
    ))
}

fn days(report: &StatusReport, inputs: &ForecastInputs, style: OutputStyle) -> Vec<String> {
    let mut reasons = Vec::new();
    let (later, undated) = (inputs.later(), inputs.undated());
    let [have, they_are, were] = match later {
        Measured::Tokens(_) => ["have", "they are", "were"],
        Measured::Money(_) => ["has", "it is", "was"],
    };
    if !later.is_zero() {
        reasons.push(format!(
            "{} {have} a date in the future and count{} as {}; another time zone, or a wrong date?",
            style.with_unit(later),
            if report.measure.is_money() { "s" } else { "" },
            later.verb()
        ));
    }
    if !undated.is_zero() {
        let (amount, verb) = (style.with_unit(undated), undated.verb());
        let spread = match report.now.day() {
            1 => String::new(),
            _ => format!("; {they_are} spread over it"),
        };
        reasons.push(format!(
            "the log does not say on which days {amount} of this month {were} {verb}{spread}"
        ));
    }
    if let Some(rate) = &inputs.rate {
        reasons.extend(rates(inputs, rate, style));
    }
    reasons
}

fn rates(inputs: &ForecastInputs, rate: &RateInputs, style: OutputStyle) -> Vec<String> {
    let days = counted(inputs.completed_days, "complete day");
    let active = if inputs.undated_ratio > 0.0 {
        String::new()
    } else {
        format!(", {} of them with usage", inputs.active_days)
    };
    let mut reasons = vec![format!(
        "an average day takes {}, by {days} since {}{active}; the last ones count most",
        style.with_unit(rate.per_day()),
        inputs.since,
    )];
    let [slow, fast] = [rate.slow_per_day(), rate.fast_per_day()];
    if rate.disagreement > DISAGREEING {
        let word = if fast.units() > slow.units() {
            "more"
        } else {
            "less"
        };
        let [slow, fast] = [slow, fast].map(|amount| style.amount(amount));
        reasons.push(format!(
            "lately it is {word}: {fast} by the last days, {slow} by the last weeks, which widens the range"
        ));
    } else if inputs.completed_days >= 7 && inputs.undated_ratio == 0.0 {
        reasons.push("the last days and the last weeks agree on that".to_owned());
    }
    let weekend = rate.weekend_factor / rate.weekday_factor - 1.0;
    if has_weekends(*rate) {
        let word = if weekend < 0.0 { "less" } else { "more" };
        reasons.push(format!(
            "a day at a weekend takes {:.0}% {word} than another",
            weekend.abs() * 100.0
        ));
    }
    reasons
}

/// Whether the plan ends the month's usage.
fn plan_counts(report: &StatusReport, plan: &Plan) -> Option<String> {
    if report.forecast.state != ForecastState::Open {
        return None;
    }
    let end = report.forecast.month_end.map(|end| end.basis);
    let so = match end {
        Some(ForecastBasis::Rate) => ", so the month ends by daily usage alone",
        _ => "",
    };
    let accounted = format!(
        "{} of {} used tokens are accounted for by its phases and teams",
        plan.accounted_tokens, plan.used_tokens
    );
    let reasons = plan.gaps.iter().filter_map(|gap| match gap {
        PlanGap::Unaccounted => Some(format!("only {accounted}")),
        PlanGap::NoEstimate => Some("not every pending phase has an estimate".to_owned()),
        PlanGap::NothingOpen => None,
    });
    let reasons: Vec<String> = reasons.collect();
    Some(match (plan.complete, plan.gaps.is_empty()) {
        (true, true) => format!("the plan is taken to list all work: {accounted}"),
        (true, false) => format!("the plan is taken to list all work, {BY_SETTINGS}"),
        (false, _) if plan.is_done() => format!("no phase is pending{so}"),
        (false, true) => format!("the plan is not taken to list all work, {BY_SETTINGS}{so}"),
        (false, false) => format!(
            "the plan is not taken to list all work ({}){so}",
            reasons.join(", and ")
        ),
    })
}

/// `1 pending phase has no estimate and counts for nothing: Gr, line 13`.
fn without_estimate(plan: &Plan) -> Option<String> {
    const MAX_NAMED: usize = 4;
    let count = plan.without_estimate().count();
    let place = |phase: &PlanPhase| {
        let (line, file) = (phase.place.line, phase.place.file.role().suffix());
        format!("{}, line {line}{file}", sanitize(&phase.label))
    };
    let named: Vec<String> = plan.without_estimate().take(MAX_NAMED).map(place).collect();
    let (phases, verbs) = match count {
        0 => return None,
        1 => ("1 pending phase".to_owned(), "has no estimate and counts"),
        count => (
            format!("{count} pending phases"),
            "have no estimate and count",
        ),
    };
    let more = if count > MAX_NAMED { "; and more" } else { "" };
    Some(format!(
        "{phases} {verbs} for nothing: {}{more}",
        named.join("; ")
    ))
}

fn calibration(inputs: &ProjectInputs) -> String {
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
    let teams = counted(finished.len(), "finished team");
    format!(
        "{teams} took {actual} of the {estimated} {word}, so a pending phase counts {:.2} of its estimate",
        inputs.ratio
    )
}

fn as_planned(report: &StatusReport) -> Option<String> {
    let estimate = report.forecast.project_as_planned.as_ref()?;
    let likely = estimate.quantiles.p50?.compact();
    let chance = estimate
        .probability_over_budget
        .map(|chance| format!(", {chance} chance of exceeding the budget"))
        .unwrap_or_default();
    Some(format!(
        "without that: likely {likely}, 80% range {}-{}{chance}",
        estimate.quantiles.p10.compact(),
        estimate.quantiles.p90.compact()
    ))
}
