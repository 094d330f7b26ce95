//! The forecast: how much will be used, how likely that is, when each threshold is reached, and why; beside it the plan, the burn
//! rate and what the log itself says.
//!
//! The laws are pure arithmetic from days and phases to a distribution: `rate` and `hurdle_gamma` for past days, `work` for planned
//! phases, `remaining` for both. `history` and `project` take their input from a ledger; `month` and `cost` apply the laws.

mod backtest;
mod estimate;
mod history;
mod hurdle_gamma;
mod month;
mod normal;
mod number;
mod project;
mod rate;
mod report;
mod result;
mod silence;
#[cfg(test)]
mod tests;
mod work;

use std::collections::HashMap;

pub use backtest::{Backtest, BacktestExtent, BacktestPart, MONTHS_OF_CONFIDENCE, PastChances};
pub use estimate::{CostEstimate, Estimate, Quantiles};
pub use history::first_day_looked_at;
pub use hurdle_gamma::{HurdleGamma, Remaining};
pub use project::{EstimateSource, ProjectInputs};
pub use report::{
    Confidence, CrossingState, Forecast, ForecastBasis, ForecastInputs, ForecastState, PathDay,
    RateInputs, Risk, StatedForecast, TeamForecast, ThresholdCrossing, UsedByDay,
};
pub use result::MonthResult;
pub use silence::Silence;

use self::{estimate::CostRate, month::MonthAhead, project::Project};
use super::{
    BurnRate, CostBudget, Limits, Plan, ReportOptions, names::NameId,
    reconciled_month::ReconciledMonth,
};
use crate::model::{Level, Measured, Money, NoteValue, Policy, Thresholds, Tokens, Units, ratio};

/// A hurdle and a gamma, with two speeds.
const METHOD: &str = "hg1";

#[derive(Clone, Copy)]
pub(super) struct Request<'a> {
    pub(super) reconciled: &'a ReconciledMonth<'a>,
    pub(super) limits: &'a Limits,
    /// That in what the log counts by.
    pub(super) budget: Option<Units>,
    pub(super) policy: &'a Policy,
    pub(super) options: &'a ReportOptions<'a>,
}

impl Request<'_> {
    fn spent(&self) -> Units {
        self.reconciled.spent_units()
    }

    fn amount(&self, units: Units) -> Measured {
        self.reconciled.measure().amount(units)
    }

    /// The budget in tokens, where the log counts by these.
    fn token_budget(&self) -> Option<Tokens> {
        self.amount(self.budget?).tokens()
    }

    fn in_tokens(&self, end: Estimate<Units>) -> Option<Estimate> {
        end.map(|units| self.amount(units)).tokens()
    }

    fn state(&self) -> ForecastState {
        let (month, today) = (self.reconciled.month, self.options.now.date_naive());
        match () {
            () if today > month.last_day() => ForecastState::Over,
            () if today < month.first_day() => ForecastState::NotBegun,
            () => ForecastState::Open,
        }
    }

    fn estimate(&self, law: HurdleGamma) -> Option<Estimate<Units>> {
        let remaining = Remaining::new(None, Some(law))?;
        Some(Estimate::new(
            &remaining,
            self.spent(),
            self.budget,
            self.policy.forecast,
        ))
    }
}

/// The forecast of all teams together, and those of single teams where something can be said about them.
pub(super) fn forecast(request: &Request<'_>) -> (Forecast, HashMap<NameId, TeamForecast>) {
    let (reconciled, budget) = (request.reconciled, request.token_budget());
    let measure = reconciled.measure();
    let (policy, now) = (request.policy, request.options.now);
    let state = request.state();
    // How a month goes on is not known where it is not known how far it is.
    let is_known = reconciled.unknown_rows().is_none();
    // What is still planned is not for a month that is over.
    let result = (state == ForecastState::Over).then(|| MonthResult::new(request));
    // Phases are planned in tokens.
    let plan = Plan::of(reconciled, budget, policy);
    let plan = plan.filter(|_| result.is_none() && !measure.is_money() && is_known);
    let planned = plan.as_ref();
    let project = planned.and_then(|plan| Project::new(reconciled, plan, request.limits));
    let burn_rate = BurnRate::of(reconciled, now, &policy.zone);
    let steady = burn_rate.filter(BurnRate::is_steady);
    let is_open = state == ForecastState::Open && is_known;
    let ahead = is_open.then(|| MonthAhead::new(request, planned, project.as_ref()));
    let ahead = ahead.as_ref();
    let month_end = ahead.and_then(MonthAhead::estimate);
    let of_project = project_estimate(request, project.as_ref(), planned);
    let cost = if measure.is_money() {
        let spent = reconciled.spent_cost();
        let of = |end| CostEstimate::of(end, measure, request.budget, spent.as_ref());
        month_end.and_then(of)
    } else {
        ahead.and_then(MonthAhead::cost)
    };
    let extent = request.options.backtest;
    let tried = backtest::try_months(reconciled, request.budget, now.date_naive(), extent);
    let past_chances = PastChances::of(&tried).filter(|_| state == ForecastState::Open);
    let trust = past_chances.map_or(Confidence::High, |past| past.most_confidence());
    let (stated_risk, stated_risk_line) = stated_risk(reconciled).unzip();
    let estimates: Vec<Estimate<Units>> = [month_end, of_project].into_iter().flatten().collect();
    let levels = estimates.iter().filter_map(|estimate| estimate.level);
    let levels = levels.chain(cost.and_then(|cost| cost.level));
    let as_planned = |project: &Project| request.estimate(project.as_planned()?);
    let in_tokens = |end: Estimate<Units>| request.in_tokens(end);
    let line = ahead.and_then(|_| straight_line(burn_rate, request));
    let line = line.map(|line| request.amount(line));
    let forecast = Forecast {
        state,
        result,
        ends: reconciled.month.last_day(),
        method: METHOD,
        confidence: ahead
            .map_or(Confidence::None, MonthAhead::confidence)
            .min(trust),
        month_end: month_end.and_then(in_tokens),
        project: of_project.and_then(in_tokens),
        project_as_planned: project.as_ref().and_then(as_planned).and_then(in_tokens),
        level: levels.max(),
        risk: risk(request, &estimates, cost.as_ref(), planned),
        cost,
        alert_at: policy.forecast,
        thresholds: if is_known {
            thresholds(request, steady, ahead)
        } else {
            Vec::new()
        },
        cost_thresholds: if is_known {
            cost_thresholds(request, steady, ahead)
        } else {
            Vec::new()
        },
        straight_line_tokens: line.and_then(Measured::tokens),
        straight_line_cost: line.and_then(Measured::money),
        inputs: ahead.map(MonthAhead::inputs),
        project_inputs: project.as_ref().map(Project::inputs),
        used_by_day: ahead.map(MonthAhead::used_by_day).unwrap_or_default(),
        path: ahead.map(MonthAhead::path).unwrap_or_default(),
        backtest: (extent == BacktestExtent::All).then(|| Backtest::new(&tried, measure)),
        past_chances,
        safety_margin: margin(request, planned).filter(|_| is_known),
        burn_rate,
        stated: stated(reconciled, budget),
        stated_risk,
        stated_risk_line,
        plan,
    };
    let teams = ahead.map(|ahead| ahead.teams(trust));
    (forecast, teams.unwrap_or_default())
}

/// The total of the project. Of a plan with nothing left to do, it is known.
fn project_estimate(
    request: &Request<'_>,
    project: Option<&Project>,
    plan: Option<&Plan>,
) -> Option<Estimate<Units>> {
    let done = || {
        plan.filter(|plan| plan.is_done())
            .map(|_| HurdleGamma::ZERO)
    };
    request.estimate(project.map(Project::remainder).or_else(done)?)
}

/// The worst risk by the forecast. Without one, by the plan. Of a month that is over only what has come to pass is one.
fn risk(
    request: &Request<'_>,
    estimates: &[Estimate<Units>],
    cost: Option<&CostEstimate>,
    plan: Option<&Plan>,
) -> Option<Risk> {
    let level = |budget: Units| request.policy.thresholds.level(request.spent(), budget);
    let of_money = CostBudget::of(request.reconciled, request.policy);
    let of_money = of_money.and_then(|budget| budget.level);
    if request.budget.map(level).max(of_money) == Some(Level::Exceeded) {
        return Some(Risk::Over);
    }
    let forecast = estimates.iter().filter_map(Estimate::risk);
    let forecast = forecast.chain(cost.and_then(CostEstimate::risk)).max();
    forecast.or_else(|| Some(Risk::from(plan?.end.level?)))
}

/// What remains of the budget after the plan; without a plan, what remains of it now.
fn margin(request: &Request<'_>, plan: Option<&Plan>) -> Option<i64> {
    match plan {
        Some(plan) => plan.end.remaining,
        None => Some(
            request
                .token_budget()?
                .signed_sub(request.reconciled.spent()),
        ),
    }
}

/// What would be used if every remaining day were like the average of those before today, of three or more.
fn straight_line(rate: Option<BurnRate>, request: &Request<'_>) -> Option<Units> {
    let rate = rate.filter(BurnRate::is_steady)?;
    let now = request.options.now;
    let (rest, day) = request.policy.zone.rest_of_day(now);
    let days = (request.reconciled.month.last_day() - now.date_naive()).num_days();
    let minutes = i128::from(days * 24 * 60 + rest * 24 * 60 / day);
    let more = rate.used().units().0.saturating_mul(minutes) / i128::from(rate.minutes);
    Some(request.spent().saturating_add(Units(more)))
}

/// When each threshold is reached: by a steady burn rate, and by the forecast of the month ahead.
fn thresholds(
    request: &Request<'_>,
    rate: Option<BurnRate>,
    ahead: Option<&MonthAhead<'_>>,
) -> Vec<ThresholdCrossing> {
    if request.reconciled.measure().is_money() {
        return Vec::new();
    }
    crossings(request, rate, ahead)
}

fn crossings(
    request: &Request<'_>,
    rate: Option<BurnRate>,
    ahead: Option<&MonthAhead<'_>>,
) -> Vec<ThresholdCrossing> {
    let steps = request.policy.thresholds.steps();
    let crossing = |(percent, level)| {
        let at = Thresholds::units_at(percent, request.budget?);
        Some(crossing(request, (percent, level), at, rate))
    };
    let mut thresholds: Vec<ThresholdCrossing> = steps.into_iter().filter_map(crossing).collect();
    if let Some(ahead) = ahead {
        ahead.cross(&mut thresholds);
    }
    thresholds
}

/// When the thresholds of the cost budget are reached: with the tokens that cost that much, at what they cost so far; in a log of money
/// with the costs themselves.
fn cost_thresholds(
    request: &Request<'_>,
    rate: Option<BurnRate>,
    ahead: Option<&MonthAhead<'_>>,
) -> Vec<ThresholdCrossing> {
    if request.reconciled.measure().is_money() {
        return crossings(request, rate, ahead);
    }
    let Some(price) = CostRate::of(request.reconciled, request.policy) else {
        return Vec::new();
    };
    let steps = request.policy.thresholds.steps().into_iter();
    let crossing = |(percent, level): (u32, Level)| {
        let Units(nanos) = Thresholds::units_at(percent, Units(price.budget.nanos));
        let tokens = request.spent().saturating_add(price.until(nanos));
        ThresholdCrossing {
            cost: Some(Money {
                nanos,
                ..price.budget
            }),
            ..crossing(request, (percent, level), tokens, rate)
        }
    };
    let mut thresholds: Vec<ThresholdCrossing> = steps.map(crossing).collect();
    if let Some(ahead) = ahead {
        ahead.cross(&mut thresholds);
    }
    thresholds
}

fn crossing(
    request: &Request<'_>,
    (percent, level): (u32, Level),
    at: Units,
    rate: Option<BurnRate>,
) -> ThresholdCrossing {
    let (used, now) = (request.spent(), request.options.now);
    let last_day = request.reconciled.month.last_day();
    let more = at.saturating_sub(used);
    let then = rate.and_then(|rate| rate.after(more, now, &request.policy.zone));
    let (tokens, cost) = request.amount(at).split();
    let state = match (rate, then) {
        _ if used >= at => CrossingState::Reached,
        _ if now.date_naive() > last_day => CrossingState::NotReached,
        (None, _) => CrossingState::Unknown,
        (Some(_), Some(then)) if then.date_naive() <= last_day => CrossingState::Expected,
        (Some(_), _) => CrossingState::NotThisMonth,
    };
    ThresholdCrossing {
        percent,
        level,
        at,
        tokens,
        cost,
        probability: None,
        likely: None,
        earliest: None,
        burn_rate_state: state,
        burn_rate_at: then.filter(|_| state == CrossingState::Expected),
    }
}

/// The log's own projection, which is about its newest month.
fn stated(reconciled: &ReconciledMonth, budget: Option<Tokens>) -> Option<StatedForecast> {
    let note = reconciled.ledger.note_of(|note| match note {
        NoteValue::ProjectedFinal(from, to) => Some((*from, *to)),
        _ => None,
    });
    let ((from, to), place) = note.filter(|_| reconciled.newest)?;
    let share = |tokens: Tokens| budget.and_then(|budget| ratio(tokens.0, budget.0));
    Some(StatedForecast {
        from_tokens: from,
        to_tokens: to,
        from_ratio: share(from),
        to_ratio: share(to),
        line: place.line,
    })
}

/// The risk that the log states for its newest month, and the line where it does.
fn stated_risk(reconciled: &ReconciledMonth) -> Option<(String, usize)> {
    let note = reconciled.ledger.note_of(|note| match note {
        NoteValue::RiskLevel(text) => Some(text.clone()),
        _ => None,
    });
    let (text, place) = note.filter(|_| reconciled.newest)?;
    Some((text, place.line))
}
