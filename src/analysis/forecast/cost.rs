//! What the month costs in the end: tokens are forecast, and then priced at what the month's tokens cost so far.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Quantiles, Risk, estimate::probability_of, remaining::Remaining};
use crate::{
    analysis::usage::ReconciledMonth,
    model::{Level, Money, Policy, Probability, Tokens},
};

/// What the month costs in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CostEstimate {
    /// The budget.
    pub budget: Money,
    /// What it comes to.
    #[serde(flatten)]
    pub quantiles: Quantiles<Money>,
    /// The probability that the budget is used up.
    pub probability_over_budget: Probability,
    /// The level of that probability.
    pub level: Level,
}

/// Tokens and what they cost, in millionths.
#[derive(Clone, Copy)]
struct Priced {
    tokens: u128,
    micros: u128,
}

impl Priced {
    /// What some more tokens cost, rounded half up.
    fn cost(self, tokens: Tokens) -> u64 {
        let micros = u128::from(tokens.0).saturating_mul(self.micros);
        u64::try_from(micros.saturating_add(self.tokens / 2) / self.tokens).unwrap_or(u64::MAX)
    }

    /// The fewest tokens that cost so much.
    fn tokens(self, micros: u64) -> Tokens {
        let tokens = u128::from(micros).saturating_mul(self.tokens);
        Tokens(u64::try_from(tokens.div_ceil(self.micros)).unwrap_or(u64::MAX))
    }
}

impl CostEstimate {
    /// The risk of spending the budget, in one word.
    #[must_use]
    pub const fn risk(&self) -> Risk {
        Risk::of(self.probability_over_budget, self.level)
    }

    /// None without a budget in money, and where what the month cost so far is not known in its currency.
    pub(super) fn of(
        reconciled: &ReconciledMonth,
        policy: &Policy,
        remaining: &Remaining,
    ) -> Option<Self> {
        let budget = policy.cost_budget?;
        let cost = reconciled.cost()?;
        let known =
            cost.complete && cost.others.is_empty() && cost.money.currency == budget.currency;
        let spent = reconciled.month.used();
        let so_far = Priced {
            tokens: u128::from(spent.0),
            micros: u128::from(cost.money.micros),
        };
        let priced =
            Some(so_far).filter(|so_far| known && so_far.tokens > 0 && so_far.micros > 0)?;
        let money = |tokens: Tokens| Money {
            micros: cost.money.micros.saturating_add(priced.cost(tokens)),
            currency: budget.currency,
        };
        let left = budget.micros.saturating_sub(cost.money.micros);
        let probability = probability_of(remaining, Tokens::ZERO, priced.tokens(left));
        Some(Self {
            budget,
            quantiles: Quantiles::of(remaining).map(money),
            probability_over_budget: probability,
            level: policy.forecast.level(probability),
        })
    }
}
