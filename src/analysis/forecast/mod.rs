//! Where it will end: how much, how surely, when each threshold is crossed, and why; beside it the plan, the burn rate, and what
//! the log itself says, each with its source.
//!
//! The laws are in [`law`], [`work`] and [`remaining`]: pure arithmetic, from days and phases to a distribution. What follows
//! from them for a log is put together here.

mod backtest;
mod calendar;
mod cost;
mod estimate;
mod history;
pub mod law;
mod normal;
mod project;
pub mod remaining;
mod report;
pub mod work;

use std::collections::HashMap;

use chrono::{DateTime, FixedOffset, NaiveDate};

pub use backtest::{Backtest, Part, Score};
pub use cost::CostEstimate;
pub use estimate::{Estimate, Quantiles, with_floor};
pub use history::first_day_looked_at;
pub use project::{EstimateSource, Finished, ProjectInputs};
pub use remaining::ForecastBasis;
pub use report::{
    AlertAt, Confidence, Crossing, CrossingState, Forecast, ForecastState, PathDay, RateInputs, Risk,
    Stated, TeamForecast, UsedByDay,
};

use self::{
    calendar::days_to_come,
    estimate::{Position, probability_of},
    history::{History, Series},
    law::{Horizon, MOST_DAYS, Rate, Remainder, Window, as_tokens},
    project::Project,
    remaining::Remaining,
};
use super::{
    BurnRate, Limits, Plan, RateBasis,
    names::NameId,
    usage::{Closed, TeamUsage},
};
use crate::model::{Level, NoteValue, Policy, Probability, Status, Thresholds, Tokens, ratio};

/// The name of the method: a hurdle and a gamma, with two speeds.
const METHOD: &str = "hg1";

/// What a forecast is made for, beside the log.
#[derive(Clone, Copy)]
pub(super) struct Scene<'a> {
    pub(super) closed: &'a Closed,
    pub(super) limits: &'a Limits,
    pub(super) budget: Option<Tokens>,
    pub(super) policy: &'a Policy,
    pub(super) now: DateTime<FixedOffset>,
    /// Whether the days so far and those to come are asked for, one by one.
    pub(super) days: bool,
    /// Whether it is asked how such forecasts did.
    pub(super) backtest: bool,
}

/// The laws of what the whole, or a team, is still to spend.
struct Scope {
    rate: Option<Rate>,
    confidence: Confidence,
    /// What a plan that lists all work leaves to be spent.
    plan: Option<Remainder>,
}

impl Scope {
    fn new(series: &Series, window: &Window, plan: Option<Remainder>) -> Self {
        let undated = series.undated_ratio();
        let rate = Rate::of(&series.days, window);
        Self {
            confidence: Confidence::of(window.len(), rate.as_ref(), undated),
            rate: rate.map(|rate| rate.with_unknown_days(undated)),
            plan,
        }
    }

    /// Too few days are known for a single figure, and no plan gives one.
    fn is_too_early(&self) -> bool {
        self.confidence == Confidence::TooEarly && self.plan.is_none()
    }

    /// The rate, where it says something. Of a rate that is too young the interval counts where there is nothing better.
    fn usable_rate(&self) -> Option<&Rate> {
        let usable = self.confidence >= Confidence::Low || self.is_too_early();
        self.rate.as_ref().filter(|_| usable)
    }

    /// What is still to be spent on days to come.
    fn until(&self, horizon: Horizon) -> Option<Remaining> {
        let rate = self.usable_rate().map(|rate| rate.remainder(horizon));
        Remaining::new(rate, self.plan)
    }

    fn estimate(&self, end: Horizon, position: Position, policy: &Policy) -> Option<Estimate> {
        let estimate = Estimate::of(&self.until(end)?, position, policy.forecast);
        Some(if self.is_too_early() {
            estimate.too_early()
        } else {
            estimate
        })
    }
}

impl Forecast {
    /// Of the whole, and of the teams there is something to say about.
    pub(super) fn of(scene: Scene<'_>) -> (Self, HashMap<NameId, TeamForecast>) {
        let Scene {
            closed,
            budget,
            policy,
            now,
            ..
        } = scene;
        let (month, today) = (closed.month.month, now.date_naive());
        let plan = Plan::of(closed, budget, policy);
        let project = plan
            .as_ref()
            .and_then(|plan| Project::of(closed, plan, scene.limits));
        let burn_rate = BurnRate::of(closed, now);
        let mut forecast = Self {
            state: if today > month.last_day() {
                ForecastState::Over
            } else if today < month.first_day() {
                ForecastState::NotBegun
            } else {
                ForecastState::Open
            },
            ends: month.last_day(),
            method: METHOD,
            confidence: Confidence::None,
            month_end: None,
            project: None,
            project_as_planned: None,
            cost: None,
            level: None,
            alert_at: policy.forecast.into(),
            thresholds: thresholds(&scene, burn_rate),
            straight_line_tokens: None,
            inputs: None,
            project_inputs: project.as_ref().map(Project::inputs),
            used_by_day: Vec::new(),
            path: Vec::new(),
            backtest: scene.backtest.then(|| Backtest::of(closed, budget, today)),
            plan,
            burn_rate,
            stated: stated(closed, budget),
            stated_risk: None,
            stated_risk_line: None,
            risk: None,
            safety_margin: None,
        };
        forecast.tell_project(&scene, project.as_ref());
        let mut teams = HashMap::new();
        if forecast.state == ForecastState::Open {
            let complete = forecast.plan.as_ref().is_some_and(|plan| plan.complete);
            let outlook = Outlook::of(&scene, project.as_ref().filter(|_| complete));
            forecast.tell_month(&scene, &outlook);
            teams = outlook.teams(&scene);
        }
        forecast.tell_risk(&scene);
        (forecast, teams)
    }

    /// What everything planned comes to.
    fn tell_project(&mut self, scene: &Scene<'_>, project: Option<&Project>) {
        let position = scene.position();
        let estimate = |plan: Remainder| {
            let remaining = Remaining::new(None, Some(plan))?;
            Some(Estimate::of(&remaining, position, scene.policy.forecast))
        };
        self.project = project.and_then(|project| estimate(project.remainder()));
        self.project_as_planned = project.and_then(|project| estimate(project.as_planned()?));
    }

    /// What is used when the month ends, and on the way there.
    fn tell_month(&mut self, scene: &Scene<'_>, outlook: &Outlook<'_>) {
        let Outlook {
            history,
            whole,
            days,
            end,
            ..
        } = outlook;
        let position = scene.position();
        self.confidence = whole.confidence;
        self.month_end = whole.estimate(*end, position, scene.policy);
        self.inputs = RateInputs::of(whole, history, *end);
        self.straight_line_tokens = straight_line(self.burn_rate, position.spent, scene);
        let remaining = whole.until(*end).filter(|_| !whole.is_too_early());
        if let Some(remaining) = &remaining {
            self.cost = CostEstimate::of(scene.closed, scene.policy, remaining);
            self.cross(whole, days, remaining, position.spent);
        }
        if scene.days {
            self.used_by_day = used_by_day(history, scene);
            self.path = path(whole, days, position.spent);
        }
    }

    /// The probability of each threshold, and its days: the first with a probability of a half, and of a tenth.
    fn cross(
        &mut self,
        whole: &Scope,
        days: &[(NaiveDate, Horizon)],
        remaining: &Remaining,
        spent: Tokens,
    ) {
        // A plan alone says how much, and not when.
        let dated = whole.usable_rate().is_some();
        let laws: Vec<(NaiveDate, Remaining)> = days
            .iter()
            .filter_map(|(day, horizon)| Some((*day, whole.until(*horizon)?)))
            .filter(|_| dated)
            .collect();
        for crossing in &mut self.thresholds {
            let probability = probability_of(remaining, spent, crossing.tokens);
            crossing.probability = Some(probability);
            if probability == Probability::CERTAIN {
                continue;
            }
            let more = law::as_float(crossing.tokens.saturating_sub(spent).0);
            // What is shown allows for work that nobody has logged; the dates do not. Where only what is shown reaches the
            // mark, it does so at the end.
            let first = |percent: u32| {
                let reached = |(_, law): &&(NaiveDate, Remaining)| {
                    law.exceeds(more) >= f64::from(percent) / 100.0
                };
                let day = laws.iter().find(reached).or(laws.last());
                day.map(|(day, _)| *day)
                    .filter(|_| probability.reaches(percent))
            };
            (crossing.likely, crossing.earliest) = (first(50), first(10));
        }
    }

    fn tell_risk(&mut self, scene: &Scene<'_>) {
        let Scene {
            closed,
            budget,
            policy,
            ..
        } = *scene;
        let used = closed.month.used();
        let noted = closed.ledger.note_of(|note| match note {
            NoteValue::RiskLevel(text) => Some(text.clone()),
            _ => None,
        });
        if let Some((text, place)) = noted.filter(|_| closed.month.newest) {
            (self.stated_risk, self.stated_risk_line) = (Some(text), Some(place.line));
        }
        let estimates = [self.month_end, self.project].into_iter().flatten();
        let levels = estimates.clone().filter_map(|estimate| estimate.level);
        self.level = levels.chain(self.cost.map(|cost| cost.level)).max();
        let risks = estimates.filter_map(|estimate| estimate.risk());
        let worst = risks.chain(self.cost.map(|cost| cost.risk())).max();
        let end = self.plan.as_ref().map(|plan| plan.end);
        let level = budget.map(|budget| policy.thresholds.level(used.0, budget.0));
        self.risk = match (worst, level) {
            (_, Some(Level::Exceeded)) => Some(Risk::Over),
            (Some(worst), _) => Some(worst),
            // Of a month that goes on, what is used says nothing about what will be.
            (None, level) => end
                .and_then(|end| end.level)
                .or(level.filter(|_| self.state == ForecastState::Over))
                .map(Risk::from),
        };
        self.safety_margin = end
            .and_then(|end| end.remaining)
            .or(budget.map(|budget| budget.signed_sub(used)));
    }
}

/// What the days so far, and a plan that lists all work, say of the days to come.
struct Outlook<'p> {
    history: History,
    window: Window,
    /// The plan, if it lists all work.
    project: Option<&'p Project>,
    whole: Scope,
    /// The days to come, and how much there is to come until each of them is over.
    days: Vec<(NaiveDate, Horizon)>,
    /// How much there is to come until the month is.
    end: Horizon,
}

impl<'p> Outlook<'p> {
    fn of(scene: &Scene<'_>, project: Option<&'p Project>) -> Self {
        let month = scene.closed.month.month;
        let history = History::before(scene.closed, month, scene.now.date_naive(), MOST_DAYS);
        let window = history.window();
        let days = days_to_come(month, scene.now);
        Self {
            whole: Scope::new(&history.whole, &window, project.map(Project::remainder)),
            end: days.last().map(|(_, horizon)| *horizon).unwrap_or_default(),
            history,
            window,
            project,
            days,
        }
    }

    fn teams(&self, scene: &Scene<'_>) -> HashMap<NameId, TeamForecast> {
        let none = Series::default();
        let team = |team: &TeamUsage| {
            let series = self.history.teams.get(&team.id).unwrap_or(&none);
            let plan = self.project.and_then(|project| project.of_team(team.id));
            let scope = Scope::new(series, &self.window, plan);
            let position = Position {
                spent: team.used().unwrap_or_default(),
                budget: scene.limits.of_team(team).and_then(|limit| limit.tokens),
            };
            let forecast = TeamForecast {
                confidence: scope.confidence,
                month_end: scope.estimate(self.end, position, scene.policy)?,
            };
            Some((team.id, forecast))
        };
        // Of a team that has reported that it is done, nothing more is to be expected.
        let teams = scene.closed.month.teams.iter();
        teams
            .filter(|team| team.status() != Some(Status::Done))
            .filter_map(team)
            .collect()
    }
}

impl Scene<'_> {
    fn position(&self) -> Position {
        Position {
            spent: self.closed.month.used(),
            budget: self.budget,
        }
    }
}

impl RateInputs {
    fn of(whole: &Scope, history: &History, end: Horizon) -> Option<Self> {
        let rate = whole.rate.as_ref()?;
        let tokens = |number: f64| Tokens(as_tokens(number));
        Some(Self {
            since: history.first,
            completed_days: history.whole.days.len(),
            active_days: history.whole.active(),
            days_left: rounded(end.days()),
            tokens_per_day: tokens(rate.tokens_per_day),
            slow_tokens_per_day: tokens(rate.slow),
            fast_tokens_per_day: tokens(rate.fast),
            weekday_factor: rounded(rate.weekday_factor),
            weekend_factor: rounded(rate.weekend_factor),
            daily_variation: rounded(rate.daily_variation),
            chance_of_nothing: rounded(rate.chance_of_nothing(end)),
            undated_tokens: history.undated,
            undated_ratio: rounded(history.whole.undated_ratio()),
            later_tokens: history.later,
        })
    }
}

/// To six decimals: the last digits of a floating-point number are not the same on every machine.
fn rounded(number: f64) -> f64 {
    (number * 1e6).round() / 1e6
}

/// What would be used if every day to come were like the average of those before today.
fn straight_line(rate: Option<BurnRate>, spent: Tokens, scene: &Scene<'_>) -> Option<Tokens> {
    let rate = rate.filter(|rate| rate.basis == RateBasis::CompletedDays)?;
    let end = scene.closed.month.month.last_day().succ_opt()?;
    let left = end.and_time(chrono::NaiveTime::MIN) - scene.now.naive_local();
    let minutes = u128::try_from(left.num_minutes()).ok()?;
    let more = u128::from(rate.tokens.0) * minutes / u128::from(rate.minutes);
    Some(spent + Tokens(u64::try_from(more).unwrap_or(u64::MAX)))
}

fn used_by_day(history: &History, scene: &Scene<'_>) -> Vec<UsedByDay> {
    let month = &scene.closed.month;
    let (today, mut sum) = (scene.now.date_naive(), 0.0);
    let days = history.first.iter_days().zip(&history.whole.days);
    let mut used: Vec<UsedByDay> = days
        .filter(|(date, _)| month.month.contains(*date))
        .map(|(date, tokens)| {
            sum += tokens;
            UsedByDay {
                date,
                tokens: Tokens(as_tokens(sum)),
            }
        })
        .collect();
    used.push(UsedByDay {
        date: today,
        tokens: month.used(),
    });
    used
}

fn path(whole: &Scope, days: &[(NaiveDate, Horizon)], spent: Tokens) -> Vec<PathDay> {
    if whole.usable_rate().is_none() {
        return Vec::new();
    }
    let day = |(date, horizon): &(NaiveDate, Horizon)| {
        let remaining = whole.until(*horizon)?;
        let at = |p| spent + Tokens(as_tokens(remaining.quantile(p)));
        Some(PathDay {
            date: *date,
            p10: at(0.1),
            p50: (!whole.is_too_early()).then(|| at(0.5)),
            p90: at(0.9),
        })
    };
    days.iter().filter_map(day).collect()
}

/// Every threshold, as far as the burn rate tells.
fn thresholds(scene: &Scene<'_>, rate: Option<BurnRate>) -> Vec<Crossing> {
    let steps = scene.policy.thresholds.steps();
    let crossing = |step| Some(crossing(scene.closed, step, scene.budget?, rate, scene.now));
    steps.into_iter().filter_map(crossing).collect()
}

fn crossing(
    closed: &Closed,
    (percent, level): (u32, Level),
    budget: Tokens,
    rate: Option<BurnRate>,
    now: DateTime<FixedOffset>,
) -> Crossing {
    let (used, tokens) = (closed.month.used(), Thresholds::tokens_at(percent, budget));
    let last_day = closed.month.month.last_day();
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
fn stated(closed: &Closed, budget: Option<Tokens>) -> Option<Stated> {
    let note = closed.ledger.note_of(|note| match note {
        NoteValue::ProjectedFinal(from, to) => Some((*from, *to)),
        _ => None,
    });
    let ((from, to), place) = note.filter(|_| closed.month.newest)?;
    let share = |tokens: Tokens| budget.and_then(|budget| ratio(tokens.0, budget.0));
    Some(Stated {
        from_tokens: from,
        to_tokens: to,
        from_ratio: share(from),
        to_ratio: share(to),
        line: place.line,
    })
}
