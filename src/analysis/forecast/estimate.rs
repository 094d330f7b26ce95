//! A forecast as the report holds it: whole tokens, exact money, probabilities that agree with their levels.

use schemars::JsonSchema;
use serde::Serialize;
use serde_with::skip_serializing_none;

use super::{
    ForecastBasis, Remaining, Risk,
    number::{as_units, units_as_float},
};
use crate::{
    analysis::{Cost, limits, reconciled_month::ReconciledMonth},
    model::{
        ForecastPolicy, Level, Measure, Measured, Money, Policy, Probability, Tokens, Units, ratio,
    },
};

/// Those that are shown, in ascending order.
const QUANTILES: [f64; 7] = [0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975];

/// A total with its probabilities: half of all outcomes lie at or below `p50`, a tenth at or below `p10`.
///
/// The middle is left out where too few days are known to give a single figure; then only the interval is.
#[skip_serializing_none]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Quantiles<T> {
    /// 2.5% lie at or below this.
    pub p025: T,
    pub p10: T,
    pub p25: Option<T>,
    /// 50%: the likely figure.
    pub p50: Option<T>,
    pub p75: Option<T>,
    pub p90: T,
    pub p975: T,
}

impl<T> Quantiles<T> {
    /// Quantiles of what `of` computes from what is still to be spent.
    pub(super) fn new(remaining: &Remaining, of: impl Fn(Units) -> T) -> Self {
        let quantile = |p| of(as_units(remaining.quantile(p)));
        Self {
            p025: quantile(0.025),
            p10: quantile(0.1),
            p25: Some(quantile(0.25)),
            p50: Some(quantile(0.5)),
            p75: Some(quantile(0.75)),
            p90: quantile(0.9),
            p975: quantile(0.975),
        }
    }

    pub fn map<U>(self, of: impl Fn(T) -> U) -> Quantiles<U> {
        Quantiles {
            p025: of(self.p025),
            p10: of(self.p10),
            p25: self.p25.map(&of),
            p50: self.p50.map(&of),
            p75: self.p75.map(&of),
            p90: of(self.p90),
            p975: of(self.p975),
        }
    }
}

/// A total at the end of the month or the project.
#[skip_serializing_none]
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "Estimate")]
pub struct Estimate<T = Tokens> {
    pub basis: ForecastBasis,
    #[serde(flatten)]
    pub quantiles: Quantiles<T>,
    /// The share of the budget at `p50`.
    pub ratio: Option<f64>,
    /// The probability of exceeding the budget, by the law of the quantiles: 0.5 for a budget of `p50`. 1 once it is exceeded.
    /// Below 0.05 it is not known any better than that.
    pub probability_over_budget: Option<Probability>,
    /// The level of that probability: `ok`, `warning` or `critical`. Not the level of what is used.
    pub level: Option<Level>,
}

impl Estimate<Units> {
    pub(super) fn new(
        remaining: &Remaining,
        spent: Units,
        budget: Option<Units>,
        policy: ForecastPolicy,
    ) -> Self {
        let quantiles = Quantiles::new(remaining, |more| spent.saturating_add(more));
        let probability = budget.map(|budget| probability_of(remaining, spent, budget));
        Self {
            basis: remaining.basis(),
            ratio: budget
                .zip(quantiles.p50)
                .and_then(|(budget, likely)| ratio(likely, budget)),
            quantiles,
            probability_over_budget: probability,
            level: probability.map(|probability| policy.level(probability)),
        }
    }

    /// Without a single figure: only the interval.
    pub(super) const fn too_early(mut self) -> Self {
        let quantiles = &mut self.quantiles;
        (quantiles.p25, quantiles.p50, quantiles.p75) = (None, None, None);
        (self.ratio, self.probability_over_budget, self.level) = (None, None, None);
        self
    }
}

impl<T> Estimate<T> {
    pub const fn risk(&self) -> Option<Risk> {
        match (self.probability_over_budget, self.level) {
            (Some(probability), Some(level)) => Some(Risk::new(probability, level)),
            _ => None,
        }
    }

    pub fn map<U>(self, of: impl Fn(T) -> U) -> Estimate<U> {
        Estimate {
            basis: self.basis,
            quantiles: self.quantiles.map(of),
            ratio: self.ratio,
            probability_over_budget: self.probability_over_budget,
            level: self.level,
        }
    }
}

impl Estimate<Measured> {
    /// Of tokens. None of money.
    pub(super) fn tokens(self) -> Option<Estimate> {
        let tokens = |amount: Measured| amount.tokens().unwrap_or_default();
        self.quantiles.p10.tokens()?;
        Some(self.map(tokens))
    }
}

/// The probability that this amount is used in the end: 1 once it is, else `P(R > amount - spent)`.
pub(super) fn probability_of(remaining: &Remaining, spent: Units, amount: Units) -> Probability {
    if spent >= amount {
        return Probability::CERTAIN;
    }
    let more = units_as_float(amount.saturating_sub(spent));
    // The units of a quantile are rounded. It is exceeded with the rest of its probability all the same.
    let rounded = remaining.exceeds(more + 0.5)..=remaining.exceeds(more - 0.5);
    let mut of_quantile = QUANTILES.map(|p| 1.0 - p).into_iter();
    let of_quantile = of_quantile.find(|rest| rounded.contains(rest));
    Probability::open(of_quantile.unwrap_or_else(|| remaining.exceeds(more)))
}

/// What the month costs in the end: tokens are forecast, and then priced at what the month's tokens cost so far. Of a log that states
/// only costs, these are forecast.
#[skip_serializing_none]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CostEstimate {
    /// Absent where none is set. Then there is a forecast only if the log states no tokens.
    pub budget: Option<Money>,
    #[serde(flatten)]
    pub quantiles: Quantiles<Money>,
    /// The probability of exceeding the budget.
    pub probability_over_budget: Option<Probability>,
    pub level: Option<Level>,
    /// All that is spent is in its currency; otherwise more is spent than this, and the probability is at least that.
    pub complete: bool,
}

impl CostEstimate {
    pub const fn risk(&self) -> Option<Risk> {
        match (self.probability_over_budget, self.level) {
            (Some(probability), Some(level)) => Some(Risk::new(probability, level)),
            _ => None,
        }
    }

    /// That of a log of money. None of one of tokens.
    pub(super) fn of(
        end: Estimate<Units>,
        measure: Measure,
        budget: Option<Units>,
        spent: Option<&Cost>,
    ) -> Option<Self> {
        let currency = measure.currency()?;
        let money = |units: Units| Money {
            nanos: units.0,
            currency,
        };
        Some(Self {
            budget: budget.map(money),
            quantiles: end.quantiles.map(money),
            probability_over_budget: end.probability_over_budget,
            level: end.level,
            complete: spent.is_none_or(|cost| cost.complete && cost.others.is_empty()),
        })
    }

    /// As an estimate of what the log counts by, where that is money.
    pub(super) fn as_estimate(self) -> Estimate<Measured> {
        let likely = self.quantiles.p50.zip(self.budget);
        Estimate {
            basis: ForecastBasis::Rate,
            quantiles: self.quantiles.map(Measured::Money),
            ratio: likely.and_then(|(likely, budget)| ratio(likely.nanos, budget.nanos)),
            probability_over_budget: self.probability_over_budget,
            level: self.level,
        }
    }

    /// None without a budget in money, and where nothing says what a token costs.
    pub(super) fn new(
        reconciled: &ReconciledMonth,
        policy: &Policy,
        remaining: &Remaining,
    ) -> Option<Self> {
        let rate = CostRate::of(reconciled, policy)?;
        let probability = probability_of(remaining, Units::ZERO, rate.until(rate.budget.nanos));
        Some(Self {
            budget: Some(rate.budget),
            quantiles: Quantiles::new(remaining, |more| rate.after(more)),
            probability_over_budget: Some(probability),
            level: Some(policy.forecast.level(probability)),
            complete: true,
        })
    }
}

/// What a token of the month cost so far, on average.
#[derive(Clone, Copy, Debug)]
pub(super) struct CostRate {
    pub(super) budget: Money,
    so_far: i128,
    tokens: u128,
}

impl CostRate {
    /// None without a budget in money, and where what the month cost so far is not known in its currency, or is nothing.
    pub(super) fn of(reconciled: &ReconciledMonth, policy: &Policy) -> Option<Self> {
        let budget = limits::cost_budget(reconciled, policy)?;
        let cost = reconciled.spent_cost()?;
        let known =
            cost.complete && cost.others.is_empty() && cost.money.currency == budget.currency;
        let rate = Self {
            budget,
            so_far: cost.money.nanos,
            tokens: reconciled.spent().0.into(),
        };
        (known && rate.tokens > 0 && rate.so_far > 0).then_some(rate)
    }

    /// What the month has cost after more tokens, rounded down: so it has cost no budget that it has not reached.
    fn after(&self, more: Units) -> Money {
        let nanos = more
            .0
            .unsigned_abs()
            .saturating_mul(self.so_far.unsigned_abs());
        let more = nanos / self.tokens;
        Money {
            nanos: self
                .so_far
                .saturating_add(i128::try_from(more).unwrap_or(i128::MAX)),
            ..self.budget
        }
    }

    /// The fewest further tokens with which the month has cost this.
    pub(super) fn until(&self, nanos: i128) -> Units {
        let left = nanos.saturating_sub(self.so_far).max(0).unsigned_abs();
        let tokens = left
            .saturating_mul(self.tokens)
            .div_ceil(self.so_far.unsigned_abs());
        Units(u64::try_from(tokens).unwrap_or(u64::MAX).into())
    }
}
