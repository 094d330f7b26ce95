//! How accurate such forecasts were: made again for every day of the log's finished months, and compared with the outcomes. How far
//! that lets a forecast be trusted is decided here, too.

use chrono::{Datelike, NaiveDate};
use schemars::JsonSchema;
use serde::Serialize;
use serde_with::skip_serializing_none;

use super::{
    Confidence,
    estimate::probability_of,
    history::History,
    hurdle_gamma::Remaining,
    number::{as_float, as_units, rounded, units_as_float},
    rate::{MAX_DAYS, Rate, Window, days_after},
};
use crate::{
    analysis::{reconciled_month::ReconciledMonth, team_usage::is_dated},
    model::{Measure, Measured, Money, Month, Probability, Tokens, Units},
};

/// How accurate forecasts were on the finished months of the log.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Backtest {
    /// The finished months in which anything was used, nine tenths of it with a date. Empty where there is too little history.
    pub months: Vec<Month>,
    /// What was used in them on average. Errors are shares of it.
    pub tokens_per_month: Option<Tokens>,
    /// The same of a log that states only costs.
    pub cost_per_month: Option<Money>,
    /// The parts of a month, and in the end all of it.
    pub parts: Vec<BacktestPart>,
}

/// The forecasts of some days of the month.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct BacktestPart {
    pub from_day: u32,
    pub to_day: u32,
    /// How many forecasts were made at the end of such days. Those of one month are not independent of each other.
    pub forecasts: usize,
    /// Of these, how many were made while the budget was not exceeded.
    pub with_open_budget: usize,
    pub forecast: Score,
    /// The accuracy of a straight line: the mean of the month so far for every remaining day.
    pub straight_line: Score,
}

#[skip_serializing_none]
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Score {
    /// The mean distance of the likely figure from the total, as a share of an average month. Less is better.
    pub error: f64,
    /// The share of totals within the 80% range; 0.8 is right. A line has none.
    pub in_80: Option<f64>,
    /// The share of totals within the 95% range; 0.95 is right.
    pub in_95: Option<f64>,
    /// The mean squared error of the probability of exceeding the budget (G. W. Brier, "Verification of forecasts expressed in
    /// terms of probability", Monthly Weather Review 78(1), 1950). Less is better; always saying 50% is 0.25.
    pub brier: Option<f64>,
}

struct Trial {
    day: u32,
    actual: f64,
    likely: f64,
    line: f64,
    in_80: bool,
    in_95: bool,
    /// The squared errors of both probabilities, where the budget was not used up yet.
    brier: Option<[f64; 2]>,
}

/// The finished months that forecasts are made again for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BacktestExtent {
    None,
    /// The last twelve, by which the confidence is judged.
    LastYear,
    All,
}

/// The months by which the confidence is judged.
pub const MONTHS_OF_CONFIDENCE: usize = 12;

/// The forecasts of a finished month.
pub(super) struct TriedMonth {
    month: Month,
    used: f64,
    trials: Vec<Trial>,
}

/// Makes the forecasts of the finished months again, oldest first.
pub(super) fn try_months(
    reconciled: &ReconciledMonth,
    budget: Option<Units>,
    today: NaiveDate,
    extent: BacktestExtent,
) -> Vec<TriedMonth> {
    let most = match extent {
        BacktestExtent::None => 0,
        BacktestExtent::LastYear => MONTHS_OF_CONFIDENCE,
        BacktestExtent::All => usize::MAX,
    };
    let current = Month::of(today);
    let months = reconciled.ledger.months.keys().copied();
    let mut finished: Vec<Month> = months
        .chain([reconciled.month])
        .filter(|month| *month < current)
        .collect();
    finished.sort_unstable();
    finished.dedup();
    let newest = finished.into_iter().rev();
    // Where it is not known what was used, no forecast is right or wrong.
    let known = newest.filter(|month| reconciled.ledger.states_use(*month));
    let tried = known.filter_map(|month| try_month(reconciled, month, budget));
    let mut tried: Vec<TriedMonth> = tried.take(most).collect();
    tried.reverse();
    tried
}

impl Backtest {
    pub(super) fn new(tried: &[TriedMonth], measure: Measure) -> Self {
        let used: f64 = tried.iter().map(|month| month.used).sum();
        let trials: Vec<&Trial> = tried.iter().flat_map(|month| &month.trials).collect();
        let unit = used / as_float(tried.len().max(1) as u64);
        let parts = [(1, 10), (11, 20), (21, 31), (1, 31)];
        let part = |days: (u32, u32)| BacktestPart::new(&trials, days, unit);
        let (tokens_per_month, cost_per_month) = measure.amount(as_units(unit)).split();
        Self {
            tokens_per_month,
            cost_per_month,
            parts: parts.into_iter().filter_map(part).collect(),
            months: tried.iter().map(|month| month.month).collect(),
        }
    }

    pub fn per_month(&self) -> Measured {
        Measured::join(self.tokens_per_month, self.cost_per_month)
    }
}

/// How good the chances of forecasts were in the last finished months of the log, twelve at most.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct PastChances {
    /// The months in which there were any.
    pub months: usize,
    /// The chances: one at the end of each day on which the budget was not used up.
    pub forecasts: usize,
    /// The mean squared error of these, against today's budget. Less is better; always saying 50% is 0.25.
    pub brier: f64,
}

impl PastChances {
    /// The Brier score of always saying 50%.
    pub const COIN: f64 = 0.25;

    /// None where there were no chances: without finished months, without a budget, or with one that was used up all the time.
    pub(super) fn of(tried: &[TriedMonth]) -> Option<Self> {
        let last = tried.iter().rev().take(MONTHS_OF_CONFIDENCE);
        let errors = last.map(|month| {
            let errors = month.trials.iter().filter_map(|trial| trial.brier);
            errors.map(|[error, _]| error).collect::<Vec<f64>>()
        });
        let errors: Vec<Vec<f64>> = errors.filter(|errors| !errors.is_empty()).collect();
        let forecasts = errors.iter().map(Vec::len).sum::<usize>();
        let sum: f64 = errors.iter().flatten().sum();
        (forecasts > 0).then(|| Self {
            months: errors.len(),
            forecasts,
            brier: rounded(sum / as_float(forecasts as u64)),
        })
    }

    /// The most confidence that they allow: low if always saying 50% would have been as good, medium from half of a coin's error.
    ///
    /// Measured on 1,920 made-up logs of eight kinds (steady, weekly, sparse, bursty, growing, wandering, with jumps, with uneven
    /// months), with budgets from 0.75 to 1.35 average months: after twelve months with a score below 0.05, 0.05-0.125, 0.125-0.25
    /// and from 0.25 on, the chances of the thirteenth had a score of 0.01, 0.12, 0.17 and 0.19.
    pub fn most_confidence(&self) -> Confidence {
        if self.brier >= Self::COIN {
            Confidence::Low
        } else if self.brier >= Self::COIN / 2.0 {
            Confidence::Medium
        } else {
            Confidence::High
        }
    }
}

impl BacktestPart {
    fn new(trials: &[&Trial], (from_day, to_day): (u32, u32), unit: f64) -> Option<Self> {
        let within = |trial: &&Trial| (from_day..=to_day).contains(&trial.day);
        let trials: Vec<&Trial> = trials.iter().copied().filter(within).collect();
        if trials.is_empty() {
            return None;
        }
        let mean = |of: &dyn Fn(&Trial) -> f64| {
            let sum: f64 = trials.iter().map(|trial| of(trial)).sum();
            rounded(sum / as_float(trials.len() as u64))
        };
        let briers: Vec<[f64; 2]> = trials.iter().filter_map(|trial| trial.brier).collect();
        let brier = |which: usize| {
            let sum: f64 = briers.iter().map(|errors| errors[which]).sum();
            (!briers.is_empty()).then(|| rounded(sum / as_float(briers.len() as u64)))
        };
        Some(Self {
            from_day,
            to_day,
            forecasts: trials.len(),
            with_open_budget: briers.len(),
            forecast: Score {
                error: mean(&|trial| (trial.likely - trial.actual).abs() / unit),
                in_80: Some(mean(&|trial| f64::from(trial.in_80))),
                in_95: Some(mean(&|trial| f64::from(trial.in_95))),
                brier: brier(0),
            },
            straight_line: Score {
                error: mean(&|trial| (trial.line - trial.actual).abs() / unit),
                in_80: None,
                in_95: None,
                brier: brier(1),
            },
        })
    }
}

/// The forecasts of a finished month. None without use, or without dates.
fn try_month(
    reconciled: &ReconciledMonth,
    month: Month,
    budget: Option<Units>,
) -> Option<TriedMonth> {
    let end = month.last_day().succ_opt()?;
    let history = History::before(reconciled, month, end, MAX_DAYS + 31);
    let first = usize::try_from((month.first_day() - history.first).num_days()).unwrap_or(0);
    let actual: f64 = history.whole.days.get(first..)?.iter().sum();
    if !is_dated(&reconciled.teams_of(month), reconciled.measure()) || actual <= 0.0 {
        return None;
    }
    let days = first..history.whole.days.len().saturating_sub(1);
    let trials = days
        .filter_map(|day| trial(&history, month, first, day, actual, budget))
        .collect();
    Some(TriedMonth {
        month,
        used: actual,
        trials,
    })
}

/// The forecast at the end of a day of a month, which begins in the history on the day `first`. None where a single figure would have
/// been too early.
fn trial(
    history: &History,
    month: Month,
    first: usize,
    day: usize,
    actual: f64,
    budget: Option<Units>,
) -> Option<Trial> {
    let days = history.whole.days.get(..=day);
    let days = days.filter(|days| days.len() >= 3)?;
    let date = history.first.iter_days().nth(day)?;
    let rate = Rate::from_days(days, &Window::new(days.len(), history.first.weekday()))?
        .with_unknown_days(history.whole.undated_ratio());
    let horizon = days_after(month, date);
    let remaining = Remaining::new(Some(rate.remainder(horizon)), None)?;
    let spent: f64 = days.get(first..)?.iter().sum();
    let so_far = as_float((day + 1 - first) as u64);
    let line = spent + spent / so_far * horizon.days();
    let within = |low, high| {
        (spent + remaining.quantile(low)..=spent + remaining.quantile(high)).contains(&actual)
    };
    // The line knows yes and no.
    let brier = |budget: Units| {
        let exceeded = |total: f64| f64::from(total >= units_as_float(budget));
        let probability = probability_of(&remaining, as_units(spent), budget);
        let errors =
            [probability.fraction(), exceeded(line)].map(|said| (said - exceeded(actual)).powi(2));
        (probability != Probability::CERTAIN).then_some(errors)
    };
    Some(Trial {
        day: date.day(),
        actual,
        likely: spent + remaining.quantile(0.5),
        line,
        in_80: within(0.1, 0.9),
        in_95: within(0.025, 0.975),
        brier: budget.and_then(brier),
    })
}
