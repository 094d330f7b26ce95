//! What the month costs in the end: tokens are forecast, and then priced at what the month's tokens cost so far.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Quantiles, Risk, estimate::probability_of, remaining::Remaining};
use crate::{
    analysis::reconciled::ReconciledMonth,
    model::{Level, Money, Policy, Probability, Tokens, divide_half_even},
};

/// What the month costs in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CostEstimate {
    pub budget: Money,
    #[serde(flatten)]
    pub quantiles: Quantiles<Money>,
    /// The probability that the budget is used up.
    pub probability_over_budget: Probability,
    pub level: Level,
}

/// Tokens and what they cost, in nanos.
#[derive(Clone, Copy)]
struct Priced {
    tokens: u128,
    nanos: u128,
}

impl Priced {
    /// What more tokens cost at the same rate.
    fn cost(self, tokens: Tokens) -> i128 {
        let nanos = u128::from(tokens.0).saturating_mul(self.nanos);
        i128::try_from(divide_half_even(nanos, self.tokens)).unwrap_or(i128::MAX)
    }

    /// The fewest tokens that cost this much.
    fn tokens(self, nanos: u128) -> Tokens {
        let tokens = nanos.saturating_mul(self.tokens);
        Tokens(u64::try_from(tokens.div_ceil(self.nanos)).unwrap_or(u64::MAX))
    }
}

impl CostEstimate {
    pub const fn risk(&self) -> Risk {
        Risk::new(self.probability_over_budget, self.level)
    }

    /// None without a budget in money, and where what the month cost so far is not known in its currency.
    pub(super) fn new(
        reconciled: &ReconciledMonth,
        policy: &Policy,
        remaining: &Remaining,
    ) -> Option<Self> {
        let budget = policy.cost_budget_of(reconciled.month)?;
        let cost = reconciled.cost()?;
        let known =
            cost.complete && cost.others.is_empty() && cost.money.currency == budget.currency;
        let spent = reconciled.used();
        let so_far = Priced {
            tokens: u128::from(spent.0),
            nanos: cost.money.nanos.unsigned_abs(),
        };
        let priced =
            Some(so_far).filter(|so_far| known && so_far.tokens > 0 && so_far.nanos > 0)?;
        let money = |tokens: Tokens| Money {
            nanos: cost.money.nanos.saturating_add(priced.cost(tokens)),
            currency: budget.currency,
        };
        let left = budget.nanos.saturating_sub(cost.money.nanos).max(0);
        let probability =
            probability_of(remaining, Tokens::ZERO, priced.tokens(left.unsigned_abs()));
        Some(Self {
            budget,
            quantiles: Quantiles::new(remaining, money),
            probability_over_budget: probability,
            level: policy.forecast.level(probability),
        })
    }
}
