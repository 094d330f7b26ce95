//! What is still to be spent: by the rate, by the plan, or by the smaller of both.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::Serialize;

use super::hurdle_gamma::HurdleGamma;

/// What a forecast is made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ForecastBasis {
    /// How tokens were spent on past days.
    Rate,
    /// What is planned and not done.
    Plan,
    /// The smaller of both: a plan that lists all work ends the spending, and the rate says how far it gets until then.
    RateAndPlan,
}

impl ForecastBasis {
    /// Until when it holds, for a month that ends on a day: `by 2026-06-30`. A plan says how much, and not when.
    pub fn until(self, ends: NaiveDate) -> String {
        match self {
            Self::Plan => "for all that is planned".to_owned(),
            Self::Rate | Self::RateAndPlan => format!("by {ends}"),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Remaining {
    rate: Option<HurdleGamma>,
    plan: Option<HurdleGamma>,
}

impl Remaining {
    /// By one of them, or by both. None where there is neither.
    pub const fn new(rate: Option<HurdleGamma>, plan: Option<HurdleGamma>) -> Option<Self> {
        match (rate, plan) {
            (None, None) => None,
            (rate, plan) => Some(Self { rate, plan }),
        }
    }

    pub const fn basis(&self) -> ForecastBasis {
        match (self.rate, self.plan) {
            (Some(_), Some(_)) => ForecastBasis::RateAndPlan,
            (None, Some(_)) => ForecastBasis::Plan,
            (_, None) => ForecastBasis::Rate,
        }
    }

    fn laws(&self) -> impl Iterator<Item = &HurdleGamma> {
        self.rate.iter().chain(&self.plan)
    }

    /// The probability of more than `tokens`. Of two laws, both must exceed it; they are taken to be independent.
    pub fn exceeds(&self, tokens: f64) -> f64 {
        self.laws().map(|law| law.exceeds(tokens)).product()
    }

    /// The tokens that are not exceeded with probability `p`: of two laws by bisection, to a thousandth of a token or the last
    /// digit that there is.
    pub fn quantile(&self, p: f64) -> f64 {
        let least = self.laws().map(|law| law.quantile(p));
        let most = least.fold(f64::INFINITY, f64::min);
        if self.basis() != ForecastBasis::RateAndPlan {
            return most;
        }
        let (mut low, mut high) = (0.0, most);
        if self.exceeds(low) <= 1.0 - p {
            return low;
        }
        for _ in 0..60 {
            let middle = f64::midpoint(low, high);
            if high - low < 1e-3 {
                break;
            }
            if self.exceeds(middle) > 1.0 - p {
                low = middle;
            } else {
                high = middle;
            }
        }
        f64::midpoint(low, high)
    }
}
