//! The month ahead: from the days so far, and from a plan that lists all work, to what is used when it ends, and on the way there.

use std::collections::HashMap;

use chrono::NaiveDate;

use super::{
    Confidence, CostEstimate, Estimate, ForecastInputs, PathDay, RateInputs, Request, Silence,
    TeamForecast, ThresholdCrossing, UsedByDay,
    estimate::probability_of,
    history::{History, Series},
    hurdle_gamma::{HurdleGamma, Remaining},
    number::{as_units, rounded},
    project::Project,
    rate::{Horizon, MAX_DAYS, Rate, Window, days_to_come},
};
use crate::{
    analysis::{Plan, names::NameId, team_usage::TeamUsage},
    model::{Policy, Probability, Status, Units},
};

/// The laws of what all teams together, or one, will still spend.
struct Outlook {
    rate: Option<Rate>,
    /// The rate has too few days for a single figure.
    is_young: bool,
    confidence: Confidence,
    /// By a plan that lists all work.
    plan: Option<HurdleGamma>,
}

impl Outlook {
    fn new(
        series: &Series,
        window: &Window,
        plan: Option<HurdleGamma>,
        silence: Option<Silence>,
    ) -> Self {
        let undated = series.undated_ratio();
        let rate = Rate::from_days(&series.days, window);
        let confidence = Confidence::new(window.len(), rate.as_ref(), undated);
        let confidence = match silence {
            Some(_) => confidence.min(Confidence::Low),
            None => confidence,
        };
        Self {
            is_young: confidence == Confidence::TooEarly,
            confidence,
            rate: rate.map(|rate| rate.with_unknown_days(undated)),
            plan,
        }
    }

    /// Too few days are known for a single figure, and no plan gives one.
    const fn is_too_early(&self) -> bool {
        self.is_young && self.plan.is_none()
    }

    /// The rate, unless it is too young and there is a plan.
    fn usable_rate(&self) -> Option<&Rate> {
        let usable = !self.is_young || self.is_too_early();
        self.rate.as_ref().filter(|_| usable)
    }

    fn until(&self, horizon: Horizon) -> Option<Remaining> {
        let rate = self.usable_rate().map(|rate| rate.remainder(horizon));
        Remaining::new(rate, self.plan)
    }

    fn estimate(
        &self,
        end: Horizon,
        spent: Units,
        budget: Option<Units>,
        policy: &Policy,
    ) -> Option<Estimate<Units>> {
        let estimate = Estimate::new(&self.until(end)?, spent, budget, policy.forecast);
        Some(if self.is_too_early() {
            estimate.too_early()
        } else {
            estimate
        })
    }
}

pub(super) struct MonthAhead<'r> {
    request: &'r Request<'r>,
    history: History,
    window: Window,
    silence: Option<Silence>,
    complete: bool,
    project: Option<&'r Project>,
    whole: Outlook,
    /// The days to come, each with the time until it ends.
    days: Vec<(NaiveDate, Horizon)>,
    end: Horizon,
}

impl<'r> MonthAhead<'r> {
    pub(super) fn new(
        request: &'r Request<'r>,
        plan: Option<&Plan>,
        project: Option<&'r Project>,
    ) -> Self {
        let month = request.reconciled.month;
        let history = History::before(
            request.reconciled,
            month,
            request.options.now.date_naive(),
            MAX_DAYS,
        );
        let window = history.window();
        let today = request.options.now.date_naive();
        let last_row = request.reconciled.ledger.last_row();
        let silence = Silence::of(&history, last_row, today);
        let days = days_to_come(month, request.options.now, &request.policy.zone);
        let complete = plan.is_some_and(|plan| plan.complete);
        // A plan that lists all work and has nothing left to do leaves nothing to be spent.
        let left = || project.map_or(HurdleGamma::ZERO, Project::remainder);
        Self {
            whole: Outlook::new(&history.whole, &window, complete.then(left), silence),
            end: days.last().map(|(_, horizon)| *horizon).unwrap_or_default(),
            complete,
            project,
            request,
            history,
            window,
            silence,
            days,
        }
    }

    pub(super) const fn confidence(&self) -> Confidence {
        self.whole.confidence
    }

    pub(super) fn estimate(&self) -> Option<Estimate<Units>> {
        let request = self.request;
        self.whole
            .estimate(self.end, request.spent(), request.budget, request.policy)
    }

    /// The remainder of the month, where it gives a single figure.
    fn remaining(&self) -> Option<Remaining> {
        let remaining = self.whole.until(self.end);
        remaining.filter(|_| !self.whole.is_too_early())
    }

    /// What the month costs in the end, at what its tokens cost so far.
    pub(super) fn cost(&self) -> Option<CostEstimate> {
        CostEstimate::new(
            self.request.reconciled,
            self.request.policy,
            &self.remaining()?,
        )
    }

    /// What each team will have used, by its own days. It spends no more than all do, nor more than what the plan leaves to it or
    /// to unknown teams. Of a team that has reported that it is done nothing more is to be expected.
    pub(super) fn teams(&self, trust: Confidence) -> HashMap<NameId, TeamForecast> {
        let none = Series::default();
        let team = |team: &TeamUsage| {
            let series = self.history.teams.get(&team.id).unwrap_or(&none);
            let mut outlook = Outlook::new(series, &self.window, None, self.silence);
            if self.complete && outlook.confidence >= Confidence::Low {
                let most = self.project.map(|project| project.at_most(team.id));
                outlook.plan = Some(most.unwrap_or(HurdleGamma::ZERO));
            } else if self.complete {
                outlook.plan = Some(self.project?.of_team(team.id)?);
                // Its own days say nothing yet; it spends no more than all do.
                outlook.rate = self.whole.usable_rate().copied();
                outlook.is_young = false;
            }
            let (limits, policy) = (self.request.limits, self.request.policy);
            let reconciled = self.request.reconciled;
            let limit = limits.units_of_team(team, reconciled.measure());
            let spent = reconciled.spent_units_of(team).unwrap_or_default();
            let end = outlook.estimate(self.end, spent, limit, policy)?;
            let cost = reconciled.spent_cost_of(team);
            let forecast = TeamForecast {
                confidence: outlook.confidence.min(trust),
                month_end: self.request.in_tokens(end),
                cost: CostEstimate::of(end, reconciled.measure(), limit, cost.as_ref()),
            };
            Some((team.id, forecast))
        };
        let teams = self.request.reconciled.teams.iter();
        teams
            .filter(|team| team.status() != Some(Status::Done))
            .filter_map(team)
            .collect()
    }

    /// The probability of each threshold, and its days: the first with a probability of a half, and of a tenth.
    pub(super) fn cross(&self, thresholds: &mut [ThresholdCrossing]) {
        let Some(remaining) = self.remaining() else {
            return;
        };
        // A plan alone says how much, and not when.
        let laws: Vec<(NaiveDate, Remaining)> = match self.whole.usable_rate() {
            Some(_) => self.laws().collect(),
            None => Vec::new(),
        };
        let spent = self.request.spent();
        for crossing in thresholds {
            let probability = probability_of(&remaining, spent, crossing.at);
            crossing.probability = Some(probability);
            if probability == Probability::CERTAIN {
                continue;
            }
            // The law of a longer time can be narrower: what is not reached by the end is not reached before.
            let first = |percent: u32| {
                let reached = |(_, law): &&(NaiveDate, Remaining)| {
                    probability_of(law, spent, crossing.at).reaches(percent)
                };
                let day = laws.iter().find(reached).map(|(day, _)| *day);
                day.filter(|_| probability.reaches(percent))
            };
            (crossing.likely, crossing.earliest) = (first(50), first(10));
        }
    }

    /// The remainder until each of the days to come ends.
    fn laws(&self) -> impl Iterator<Item = (NaiveDate, Remaining)> {
        let days = self.days.iter();
        days.filter_map(|(day, horizon)| Some((*day, self.whole.until(*horizon)?)))
    }

    /// What is used by the end of each day so far, that of today being now.
    pub(super) fn used_by_day(&self) -> Vec<UsedByDay> {
        if !self.request.options.forecast_days {
            return Vec::new();
        }
        let month = self.request.reconciled;
        let is_spread = self.history.whole.is_spread();
        let exact = |date: NaiveDate| -> Units {
            let teams = month.teams.iter();
            teams.filter_map(|team| team.days.get(&date)).copied().sum()
        };
        let (mut sum, mut estimate) = (Units::ZERO, 0.0);
        let days = self.history.first.iter_days().zip(&self.history.whole.days);
        let of_month = days.filter(|(date, _)| month.month.contains(*date));
        let past = of_month.map(|(date, spent)| {
            sum = sum.saturating_add(exact(date));
            estimate += spent;
            let spent = if is_spread { as_units(estimate) } else { sum };
            UsedByDay::new(date, self.request.amount(spent))
        });
        let (today, used) = (self.request.options.now.date_naive(), month.used_units());
        let now = UsedByDay::new(today, self.request.amount(used));
        past.chain([now]).collect()
    }

    /// What will be used by the end of each day to come: never more than when the month ends, though the law of a longer time can be
    /// narrower.
    pub(super) fn path(&self) -> Vec<PathDay> {
        if !self.request.options.forecast_days || self.whole.usable_rate().is_none() {
            return Vec::new();
        }
        let spent = self.request.spent();
        let day = |(date, law): (NaiveDate, Remaining)| {
            let at = |p| {
                let total = spent.saturating_add(as_units(law.quantile(p)));
                self.request.amount(total)
            };
            PathDay {
                date,
                p10: at(0.1),
                p50: (!self.whole.is_too_early()).then(|| at(0.5)),
                p90: at(0.9),
            }
        };
        let mut path: Vec<PathDay> = self.laws().map(day).collect();
        for earlier in (1..path.len()).rev() {
            let later = path[earlier];
            let day = &mut path[earlier - 1];
            day.p10 = day.p10.or_less(later.p10);
            day.p50 = day
                .p50
                .zip(later.p50)
                .map(|(day, later)| day.or_less(later));
            day.p90 = day.p90.or_less(later.p90);
        }
        path
    }

    pub(super) fn inputs(&self) -> ForecastInputs {
        let (history, end) = (&self.history, self.end);
        let nothing = self.whole.until(end).map(|law| 1.0 - law.exceeds(0.0));
        let rate = self.whole.rate.as_ref();
        let amount = |spent: f64| self.request.amount(as_units(spent));
        let rate = rate.map(|rate| RateInputs::new(rate, amount));
        let (undated_tokens, undated_cost) = self.request.amount(history.undated).split();
        let (later_tokens, later_cost) = self.request.amount(history.later).split();
        ForecastInputs {
            since: history.first,
            completed_days: history.whole.days.len(),
            active_days: history.whole.active_days(),
            days_left: rounded(end.days()),
            weekend_days_left: rounded(end.weekend_days),
            undated_tokens,
            undated_cost,
            undated_ratio: rounded(history.whole.undated_ratio()),
            later_tokens,
            later_cost,
            zero_probability: nothing.map(rounded),
            silence: self.silence,
            rate,
        }
    }
}
