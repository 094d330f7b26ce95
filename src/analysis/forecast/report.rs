//! A forecast as the report holds it: every figure with what it means, and what it is left out for.

use chrono::{DateTime, FixedOffset, NaiveDate};
use schemars::JsonSchema;
use serde::Serialize;
use serde_with::skip_serializing_none;
use strum::IntoStaticStr;

use super::{
    Backtest, CostEstimate, Estimate, MonthResult, PastChances, ProjectInputs, Silence,
    history::MAX_UNDATED, number::rounded, rate::Rate,
};
use crate::{
    analysis::{BurnRate, Plan},
    model::{ForecastPolicy, Level, Measured, Money, Probability, Tokens, Units},
};

#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Forecast {
    /// Whether there is anything to forecast.
    pub state: ForecastState,
    /// How the month ended, once it is over. Then there is no estimate, no plan, and no threshold that may still be reached.
    pub result: Option<MonthResult>,
    pub ends: NaiveDate,
    /// How the distribution is made: `hg1`.
    pub method: &'static str,
    /// How well the days so far predict the remaining ones.
    pub confidence: Confidence,
    /// What is used when the month ends. Absent for a log that states only costs.
    pub month_end: Option<Estimate>,
    /// What is used when all planned work is done, whenever that is.
    pub project: Option<Estimate>,
    /// The same if nothing is learned from finished work: every phase takes on average what is planned for it.
    pub project_as_planned: Option<Estimate>,
    /// What it costs when the month ends, where a cost budget is set and every token has its cost, and for a log that states only
    /// costs.
    pub cost: Option<CostEstimate>,
    /// The worst of the levels of the month's end, the project and the cost. Not the level of what is used. Absent for a
    /// month that is over.
    pub level: Option<Level>,
    /// The probabilities at which the levels of the forecast begin.
    pub alert_at: ForecastPolicy,
    /// When each threshold is reached. Empty without a budget.
    pub thresholds: Vec<ThresholdCrossing>,
    /// The same for the cost budget. Empty where there is no forecast of the cost.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cost_thresholds: Vec<ThresholdCrossing>,
    /// What would be used if every remaining day were like the average of those since the first. Absent for fewer than three complete
    /// days.
    pub straight_line_tokens: Option<Tokens>,
    /// The same of a log that states only costs.
    pub straight_line_cost: Option<Money>,
    /// What the month's end is made from.
    pub inputs: Option<ForecastInputs>,
    /// What the plan says, and finished work about it.
    pub project_inputs: Option<ProjectInputs>,
    /// What was used in the month by the end of each day so far, that of today being now.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub used_by_day: Vec<UsedByDay>,
    /// What will be used by the end of each remaining day.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub path: Vec<PathDay>,
    /// How accurate such forecasts were on the finished months of the log. Absent unless it is asked for.
    pub backtest: Option<Backtest>,
    /// How good the chances were in the last finished months, which limits the confidence. Absent where there were none, and in
    /// views that do not show the forecast.
    pub past_chances: Option<PastChances>,
    pub plan: Option<Plan>,
    pub burn_rate: Option<BurnRate>,
    pub stated: Option<StatedForecast>,
    pub stated_risk: Option<String>,
    /// The line of the log that states it.
    pub stated_risk_line: Option<usize>,
    /// The risk of exceeding the budget: the worst by the forecast; by the plan's level where there is none. `over` once it is
    /// used up. Absent where nothing can be said yet, and for a month that ended within its budget.
    pub risk: Option<Risk>,
    /// What remains of the budget after the plan; without a plan, what remains of it now.
    pub safety_margin: Option<i64>,
}

impl Forecast {
    /// The estimate of the month's end in what the log counts by.
    pub fn end(&self) -> Option<Estimate<Measured>> {
        let of_tokens = self.month_end.map(|end| end.map(Measured::Tokens));
        of_tokens.or_else(|| self.cost.map(CostEstimate::as_estimate))
    }

    /// The forecast of the cost, beside one in tokens.
    pub fn cost_beside(&self) -> Option<CostEstimate> {
        self.cost.filter(|_| self.month_end.is_some())
    }

    pub fn straight_line(&self) -> Option<Measured> {
        let of_money = self.straight_line_cost.map(Measured::Money);
        self.straight_line_tokens.map(Measured::Tokens).or(of_money)
    }

    /// The estimates of the month's end and of the project in what the log counts by.
    pub fn ends(&self) -> impl Iterator<Item = Estimate<Measured>> {
        let of_tokens = self
            .estimates()
            .map(|estimate| estimate.map(Measured::Tokens));
        let of_money = self.end().filter(|_| self.month_end.is_none());
        of_money
            .filter(|_| self.project.is_none())
            .into_iter()
            .chain(of_tokens)
    }

    /// The estimates of the month's end and of the project, the second where it is another figure than the first.
    pub fn estimates(&self) -> impl Iterator<Item = &Estimate> {
        let by_plan = |end: &Estimate| end.basis == ForecastBasis::Plan;
        let same = self.month_end.as_ref().is_some_and(by_plan);
        let project = self.project.as_ref().filter(|_| !same);
        self.month_end.iter().chain(project)
    }
}

/// What a forecast is made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ForecastBasis {
    /// How much was used on past days.
    Rate,
    /// The pending phases of the plan.
    Plan,
    /// The smaller of both: a plan that lists all work limits the usage, and daily usage limits how much of it is done by then.
    RateAndPlan,
}

impl ForecastBasis {
    /// Until when it holds, for a month that ends on a day: `by 2026-06-30`. A plan says how much, and not when.
    pub fn until(self, ends: NaiveDate) -> String {
        match self {
            Self::Plan => "for all planned work".to_owned(),
            Self::Rate | Self::RateAndPlan => format!("by {ends}"),
        }
    }
}

/// Whether there is anything to forecast.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum ForecastState {
    /// The month is under way.
    Open,
    /// It is over: what is used is final.
    Over,
    /// It has not begun.
    NotBegun,
}

/// How well past days predict the remaining ones: `low` at most where the chances of the last finished months were no better than always
/// saying 50%.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema, IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "lowercase", const_into_str)]
pub enum Confidence {
    /// No completed day, or no usage on any: there is no daily usage to go by.
    None,
    /// One or two completed days: a range, and no likely figure.
    #[strum(serialize = "too early")]
    TooEarly,
    /// Three to six completed days, hardly any with usage, more than a tenth of it without a date, or nothing written
    /// for longer than ever before.
    Low,
    /// Up to three weeks.
    Medium,
    /// More.
    High,
}

impl Confidence {
    /// `undated` is the share of tokens that carry no date.
    pub(super) fn new(days: usize, rate: Option<&Rate>, undated: f64) -> Self {
        match (rate, days) {
            (None, _) | (_, 0) => Self::None,
            (_, 1..3) => Self::TooEarly,
            (_, 3..7) => Self::Low,
            (Some(rate), _) if rate.active_days < 2.0 || undated > MAX_UNDATED => Self::Low,
            (_, 7..21) => Self::Medium,
            _ => Self::High,
        }
    }
}

/// What the forecast of the month's end is made from.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ForecastInputs {
    /// The first day that counts.
    pub since: NaiveDate,
    /// Completed days since then, today not among them.
    pub completed_days: usize,
    /// Those with usage.
    pub active_days: usize,
    /// Days until the month ends, with the rest of today.
    pub days_left: f64,
    /// Those of them at a weekend.
    pub weekend_days_left: f64,
    /// Tokens of the month that carry no date, and are spread over its days.
    pub undated_tokens: Option<Tokens>,
    /// The same of a log that states only costs.
    pub undated_cost: Option<Money>,
    /// The share of what was used on all these days that carries none. How much such days vary is not known.
    pub undated_ratio: f64,
    /// Tokens of the month that carry a date in the future. They are counted as used.
    pub later_tokens: Option<Tokens>,
    /// The same of a log that states only costs.
    pub later_cost: Option<Money>,
    /// The probability that nothing more is used at all.
    pub zero_probability: Option<f64>,
    /// The days without a row at the end, if there are more of them than the log ever left out before.
    pub silence: Option<Silence>,
    #[serde(flatten)]
    pub rate: Option<RateInputs>,
}

impl ForecastInputs {
    pub fn undated(&self) -> Measured {
        Measured::join(self.undated_tokens, self.undated_cost)
    }

    pub fn later(&self) -> Measured {
        Measured::join(self.later_tokens, self.later_cost)
    }
}

/// How much was spent on the days so far.
#[skip_serializing_none]
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct RateInputs {
    /// Tokens on an average day: three parts the slow average, one part the fast one.
    pub tokens_per_day: Option<Tokens>,
    /// The slow average, in which the weight of a day halves every 28 days.
    pub slow_tokens_per_day: Option<Tokens>,
    /// The fast average, in which the weight of a day halves every 5 days.
    pub fast_tokens_per_day: Option<Tokens>,
    /// The averages of a log that states only costs.
    pub cost_per_day: Option<Money>,
    pub slow_cost_per_day: Option<Money>,
    pub fast_cost_per_day: Option<Money>,
    /// How far the two disagree, from 0 to 1: the square of their difference over their sum. It widens the ranges.
    pub disagreement: f64,
    /// A day from Monday to Friday, as a multiple of an average day.
    pub weekday_factor: f64,
    /// A day at the weekend, as a multiple of an average day.
    pub weekend_factor: f64,
    /// The squared coefficient of variation of a day's usage: 0 if all days are alike, 1 if their standard deviation is their
    /// mean.
    pub daily_variation: f64,
}

impl RateInputs {
    pub(super) fn new(rate: &Rate, amount: impl Fn(f64) -> Measured) -> Self {
        let (tokens_per_day, cost_per_day) = amount(rate.per_day).split();
        let (slow_tokens_per_day, slow_cost_per_day) = amount(rate.slow).split();
        let (fast_tokens_per_day, fast_cost_per_day) = amount(rate.fast).split();
        Self {
            tokens_per_day,
            slow_tokens_per_day,
            fast_tokens_per_day,
            cost_per_day,
            slow_cost_per_day,
            fast_cost_per_day,
            disagreement: rounded(rate.disagreement()),
            weekday_factor: rounded(rate.weekday_factor),
            weekend_factor: rounded(rate.weekend_factor),
            daily_variation: rounded(rate.daily_variation),
        }
    }

    pub fn per_day(&self) -> Measured {
        Measured::join(self.tokens_per_day, self.cost_per_day)
    }

    pub fn slow_per_day(&self) -> Measured {
        Measured::join(self.slow_tokens_per_day, self.slow_cost_per_day)
    }

    pub fn fast_per_day(&self) -> Measured {
        Measured::join(self.fast_tokens_per_day, self.fast_cost_per_day)
    }
}

/// A team's forecast, by its own days and against its own allocation. The medians of teams do not add up to that of the whole.
#[skip_serializing_none]
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct TeamForecast {
    /// How far its days so far can be trusted.
    pub confidence: Confidence,
    /// What it has used when the month ends. Its budget is its allocation. Absent for a log that states only costs.
    pub month_end: Option<Estimate>,
    /// What it has cost when the month ends, of a log that states only costs. Its budget is its limit in money.
    pub cost: Option<CostEstimate>,
}

impl TeamForecast {
    /// What it has used when the month ends, in what the log counts by.
    pub fn end(&self) -> Option<Estimate<Measured>> {
        let of_tokens = self.month_end.map(|end| end.map(Measured::Tokens));
        of_tokens.or_else(|| self.cost.map(CostEstimate::as_estimate))
    }
}

#[skip_serializing_none]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct UsedByDay {
    pub date: NaiveDate,
    /// Tokens of the month until then.
    pub tokens: Option<Tokens>,
    /// The same of a log that states only costs.
    pub cost: Option<Money>,
}

impl UsedByDay {
    pub(super) const fn new(date: NaiveDate, used: Measured) -> Self {
        let (tokens, cost) = used.split();
        Self { date, tokens, cost }
    }

    pub fn used(&self) -> Measured {
        Measured::join(self.tokens, self.cost)
    }
}

/// A day to come, with what is likely to be used when it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(into = "PathDayKeys")]
pub struct PathDay {
    pub date: NaiveDate,
    /// A tenth of all outcomes lie at or below this.
    pub p10: Measured,
    pub p50: Option<Measured>,
    pub p90: Measured,
}

/// A day to come, with what is likely to be used when it ends: in tokens, or in money where the log states only costs.
#[skip_serializing_none]
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PathDay")]
struct PathDayKeys {
    date: NaiveDate,
    /// A tenth of all outcomes lie at or below this.
    p10: Option<Tokens>,
    p50: Option<Tokens>,
    p90: Option<Tokens>,
    /// The same where the log states only costs.
    p10_cost: Option<Money>,
    p50_cost: Option<Money>,
    p90_cost: Option<Money>,
}

impl From<PathDay> for PathDayKeys {
    fn from(day: PathDay) -> Self {
        let ((p10, p10_cost), (p90, p90_cost)) = (day.p10.split(), day.p90.split());
        let (p50, p50_cost) = day.p50.map(Measured::split).unwrap_or_default();
        Self {
            date: day.date,
            p10,
            p50,
            p90,
            p10_cost,
            p50_cost,
            p90_cost,
        }
    }
}

impl JsonSchema for PathDay {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        PathDayKeys::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        PathDayKeys::json_schema(generator)
    }
}

/// The risk of exceeding the budget, in one word.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema, IntoStaticStr,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase", const_into_str)]
pub enum Risk {
    /// Less than one in twenty; without a forecast, below every threshold.
    Low,
    /// Less than the probability that is a warning; without a forecast, from the first threshold.
    Moderate,
    /// A warning; without a forecast, from the second threshold.
    High,
    /// Critical; without a forecast, from the third threshold.
    Critical,
    /// The budget is exceeded; without a forecast, it would be by the plan.
    Over,
}

impl Risk {
    /// Of a probability of using up a budget, which has this level.
    pub(super) const fn new(probability: Probability, level: Level) -> Self {
        match level {
            _ if probability.reaches(100) => Self::Over,
            Level::Ok if probability.reaches(5) => Self::Moderate,
            Level::Ok => Self::Low,
            Level::Note | Level::Warning => Self::High,
            Level::Critical | Level::Exceeded => Self::Critical,
        }
    }
}

impl From<Level> for Risk {
    fn from(level: Level) -> Self {
        match level {
            Level::Ok => Self::Low,
            Level::Note => Self::Moderate,
            Level::Warning => Self::High,
            Level::Critical => Self::Critical,
            Level::Exceeded => Self::Over,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CrossingState {
    /// It is reached already.
    Reached,
    /// At the burn rate, in this month.
    Expected,
    /// At the burn rate, not before the month ends.
    NotThisMonth,
    /// The month is over.
    NotReached,
    /// There is no burn rate of three complete days.
    Unknown,
}

/// A threshold: when it is reached by the forecast, and when at the burn rate.
#[skip_serializing_none]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ThresholdCrossing {
    pub percent: u32,
    /// The level from there on.
    pub level: Level,
    /// The same in what the log counts by.
    #[serde(skip)]
    pub(super) at: Units,
    /// The fewest tokens that reach it; of a cost budget, at what a token of the month cost so far. Absent for a log that states only
    /// costs.
    pub tokens: Option<Tokens>,
    /// Of a cost budget, the amount that reaches it.
    pub cost: Option<Money>,
    /// The probability that it is reached before the month ends. Absent where there is no forecast.
    pub probability: Option<Probability>,
    /// The first day by the end of which it is more likely reached than not. Absent where that is not before the month ends.
    pub likely: Option<NaiveDate>,
    /// The first day by the end of which it is reached with a probability of a tenth.
    pub earliest: Option<NaiveDate>,
    pub burn_rate_state: CrossingState,
    pub burn_rate_at: Option<DateTime<FixedOffset>>,
}

/// The forecast that the log itself states.
#[skip_serializing_none]
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct StatedForecast {
    pub from_tokens: Tokens,
    pub to_tokens: Tokens,
    pub from_ratio: Option<f64>,
    pub to_ratio: Option<f64>,
    /// The line of the log that states it.
    pub line: usize,
}
