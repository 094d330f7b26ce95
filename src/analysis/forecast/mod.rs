//! Where it will end: how much, how surely, when each threshold is crossed, and why; beside it the plan, the burn rate, and what
//! the log itself says, each with its source.
//!
//! The laws are pure arithmetic, from days and phases to a distribution: `rate` and `hurdle_gamma` for past days, `work` for
//! planned phases, `remaining` for both. `history` and `project` draw their input from a log, `month` and `cost` say what follows.

mod backtest;
mod calendar;
mod cost;
mod estimate;
mod history;
mod hurdle_gamma;
mod month;
mod normal;
mod number;
mod project;
mod rate;
mod remaining;
mod report;
#[cfg(test)]
mod tests;
mod work;

use std::collections::HashMap;

use chrono::{DateTime, FixedOffset};

pub use backtest::{Backtest, Part};
pub use cost::CostEstimate;
pub use estimate::{Estimate, Quantiles};
pub use history::first_day_looked_at;
pub use hurdle_gamma::HurdleGamma;
pub use project::{EstimateSource, Finished, ProjectInputs};
pub use remaining::{ForecastBasis, Remaining};
pub use report::{
    Confidence, Crossing, CrossingState, Forecast, ForecastInputs, ForecastState, PathDay,
    RateInputs, Risk, Stated, TeamForecast, UsedByDay,
};

use self::{estimate::Position, month::MonthAhead, project::Project};
use super::{BurnRate, Limits, Plan, RateBasis, names::NameId, reconciled::ReconciledMonth};
use crate::model::{Level, NoteValue, Policy, Thresholds, Tokens, ratio};

/// The name of the method: a hurdle and a gamma, with two speeds.
const METHOD: &str = "hg1";

/// What a forecast is made for.
#[derive(Clone, Copy)]
pub(super) struct Request<'a> {
    pub(super) reconciled: &'a ReconciledMonth<'a>,
    pub(super) limits: &'a Limits,
    pub(super) budget: Option<Tokens>,
    pub(super) policy: &'a Policy,
    pub(super) now: DateTime<FixedOffset>,
    /// Whether the days so far and those to come are asked for, one by one.
    pub(super) days: bool,
    /// Whether it is asked how such forecasts did.
    pub(super) backtest: bool,
}

impl Request<'_> {
    fn position(&self) -> Position {
        Position {
            spent: self.reconciled.month.used(),
            budget: self.budget,
        }
    }

    fn state(&self) -> ForecastState {
        let (month, today) = (self.reconciled.month.month, self.now.date_naive());
        match () {
            () if today > month.last_day() => ForecastState::Over,
            () if today < month.first_day() => ForecastState::NotBegun,
            () => ForecastState::Open,
        }
    }

    /// What the law says of a project.
    fn estimate(&self, law: HurdleGamma) -> Option<Estimate> {
        let remaining = Remaining::new(None, Some(law))?;
        Some(Estimate::of(
            &remaining,
            self.position(),
            self.policy.forecast,
        ))
    }
}

impl Forecast {
    /// Of the whole, and of the teams there is something to say about.
    pub(super) fn of(request: Request<'_>) -> (Self, HashMap<NameId, TeamForecast>) {
        let Request {
            reconciled,
            budget,
            policy,
            now,
            ..
        } = request;
        let plan = Plan::of(reconciled, budget, policy);
        let project = plan
            .as_ref()
            .and_then(|plan| Project::of(reconciled, plan, request.limits));
        let burn_rate = BurnRate::of(reconciled, now);
        let state = request.state();
        let ahead = (state == ForecastState::Open)
            .then(|| MonthAhead::of(&request, plan.as_ref(), project.as_ref()));
        let teams = ahead.as_ref().map(MonthAhead::teams).unwrap_or_default();
        let ahead = ahead.as_ref();
        let month_end = ahead.and_then(MonthAhead::estimate);
        // Of a plan with nothing left to do, it is known what it comes to.
        let done = || {
            let done = plan.as_ref().filter(|plan| plan.is_done());
            done.map(|_| HurdleGamma::ZERO)
        };
        let law = project.as_ref().map(Project::remainder).or_else(done);
        let of_project = law.and_then(|law| request.estimate(law));
        let cost = ahead.and_then(MonthAhead::cost);
        let mut thresholds = thresholds(&request, burn_rate);
        if let Some(ahead) = ahead {
            ahead.cross(&mut thresholds);
        }
        let (stated_risk, stated_risk_line) = stated_risk(reconciled).unzip();
        let estimates = || [month_end, of_project].into_iter().flatten();
        let levels = estimates().filter_map(|estimate| estimate.level);
        let forecast = Self {
            state,
            ends: reconciled.month.month.last_day(),
            method: METHOD,
            confidence: ahead.map_or(Confidence::None, MonthAhead::confidence),
            month_end,
            project: of_project,
            project_as_planned: project
                .as_ref()
                .and_then(|project| request.estimate(project.as_planned()?)),
            level: levels.chain(cost.map(|cost| cost.level)).max(),
            risk: risk(&request, estimates(), cost, plan.as_ref()),
            cost,
            alert_at: policy.forecast.into(),
            thresholds,
            straight_line_tokens: ahead.and_then(|_| straight_line(burn_rate, &request)),
            inputs: ahead.map(MonthAhead::inputs),
            project_inputs: project.as_ref().map(Project::inputs),
            used_by_day: ahead.map(MonthAhead::used_by_day).unwrap_or_default(),
            path: ahead.map(MonthAhead::path).unwrap_or_default(),
            backtest: request
                .backtest
                .then(|| Backtest::of(reconciled, budget, now.date_naive())),
            safety_margin: margin(&request, plan.as_ref()),
            plan,
            burn_rate,
            stated: stated(reconciled, budget),
            stated_risk,
            stated_risk_line,
        };
        (forecast, teams)
    }
}

/// The worst risk there is by the forecast. Without one, that of the plan; of a month that is over, that of what is used.
fn risk(
    request: &Request<'_>,
    estimates: impl Iterator<Item = Estimate>,
    cost: Option<CostEstimate>,
    plan: Option<&Plan>,
) -> Option<Risk> {
    let Position { spent, budget } = request.position();
    let used = budget.map(|budget| request.policy.thresholds.level(spent.0, budget.0));
    if used == Some(Level::Exceeded) {
        return Some(Risk::Over);
    }
    let forecast = estimates.filter_map(|estimate| estimate.risk());
    let forecast = forecast.chain(cost.map(|cost| cost.risk())).max();
    // Of a month that goes on, what is used says nothing about what will be.
    let used = used.filter(|_| request.state() == ForecastState::Over);
    forecast.or_else(|| {
        plan.and_then(|plan| plan.end.level)
            .or(used)
            .map(Risk::from)
    })
}

/// What the plan leaves of the budget, without a plan what is left of it now.
fn margin(request: &Request<'_>, plan: Option<&Plan>) -> Option<i64> {
    let Position { spent, budget } = request.position();
    match plan {
        Some(plan) => plan.end.remaining,
        None => budget.map(|budget| budget.signed_sub(spent)),
    }
}

/// What would be used if every day to come were like the average of those before today.
fn straight_line(rate: Option<BurnRate>, request: &Request<'_>) -> Option<Tokens> {
    let rate = rate.filter(|rate| rate.basis == RateBasis::CompletedDays)?;
    let end = request.reconciled.month.month.last_day().succ_opt()?;
    let left = end.and_time(chrono::NaiveTime::MIN) - request.now.naive_local();
    let minutes = u128::try_from(left.num_minutes()).ok()?;
    let more = u128::from(rate.tokens.0) * minutes / u128::from(rate.minutes);
    Some(request.position().spent + Tokens(u64::try_from(more).unwrap_or(u64::MAX)))
}

/// Every threshold, as far as the burn rate tells.
fn thresholds(request: &Request<'_>, rate: Option<BurnRate>) -> Vec<Crossing> {
    let steps = request.policy.thresholds.steps();
    let crossing = |step| {
        Some(crossing(
            request.reconciled,
            step,
            request.budget?,
            rate,
            request.now,
        ))
    };
    steps.into_iter().filter_map(crossing).collect()
}

fn crossing(
    reconciled: &ReconciledMonth,
    (percent, level): (u32, Level),
    budget: Tokens,
    rate: Option<BurnRate>,
    now: DateTime<FixedOffset>,
) -> Crossing {
    let (used, tokens) = (
        reconciled.month.used(),
        Thresholds::tokens_at(percent, budget),
    );
    let last_day = reconciled.month.month.last_day();
    let at = rate.and_then(|rate| rate.after(tokens.saturating_sub(used), now));
    let state = match (rate, at) {
        _ if used >= tokens => CrossingState::Reached,
        _ if now.date_naive() > last_day => CrossingState::NotReached,
        (None, _) => CrossingState::Unknown,
        (Some(_), Some(at)) if at.date_naive() <= last_day => CrossingState::Expected,
        (Some(_), _) => CrossingState::NotThisMonth,
    };
    Crossing {
        percent,
        level,
        tokens,
        probability: None,
        likely: None,
        earliest: None,
        burn_rate_state: state,
        burn_rate_at: at.filter(|_| state == CrossingState::Expected),
    }
}

/// The log's own projection, which speaks of its newest month.
fn stated(reconciled: &ReconciledMonth, budget: Option<Tokens>) -> Option<Stated> {
    let note = reconciled.ledger.note_of(|note| match note {
        NoteValue::ProjectedFinal(from, to) => Some((*from, *to)),
        _ => None,
    });
    let ((from, to), place) = note.filter(|_| reconciled.month.newest)?;
    let share = |tokens: Tokens| budget.and_then(|budget| ratio(tokens.0, budget.0));
    Some(Stated {
        from_tokens: from,
        to_tokens: to,
        from_ratio: share(from),
        to_ratio: share(to),
        line: place.line,
    })
}

/// The risk that the log sees, which speaks of its newest month; and the line where it says so.
fn stated_risk(reconciled: &ReconciledMonth) -> Option<(String, usize)> {
    let note = reconciled.ledger.note_of(|note| match note {
        NoteValue::RiskLevel(text) => Some(text.clone()),
        _ => None,
    });
    let (text, place) = note.filter(|_| reconciled.month.newest)?;
    Some((text, place.line))
}
