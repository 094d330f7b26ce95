//! The result of a month that is over: nothing about it is open, so there is no chance of anything.

use schemars::JsonSchema;
use serde::Serialize;
use serde_with::skip_serializing_none;

use super::Request;
use crate::{
    analysis::CostBudget,
    model::{Money, Tokens, ratio},
};

/// How a month ended.
#[skip_serializing_none]
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct MonthResult {
    pub used_tokens: Option<Tokens>,
    /// The cost, of a log that states only that.
    pub used_cost: Option<Money>,
    /// The share of the budget.
    pub ratio: Option<f64>,
    /// Whether less was used than the token budget and the cost budget, whatever the thresholds are. Absent without a budget, and
    /// where it is not known what everything cost.
    pub fits: Option<bool>,
}

impl MonthResult {
    pub(super) fn new(request: &Request<'_>) -> Self {
        let (used, budget) = (request.spent(), request.budget);
        let is_known = request.reconciled.unknown_rows().is_none();
        let amount = is_known.then(|| request.amount(used).split());
        let (used_tokens, used_cost) = amount.unwrap_or_default();
        // Whatever the thresholds are: as much as the budget is too much.
        let is_below = |used: i128, budget: i128| used < budget || used <= 0;
        let by_units = budget.map(|budget| is_known.then(|| is_below(used.0, budget.0)));
        let by_money = CostBudget::of(request.reconciled, request.policy);
        let by_money = by_money.map(|budget| {
            let fits = is_below(budget.used?.nanos, budget.limit.nanos);
            (budget.complete || !fits).then_some(fits)
        });
        let fits: Vec<Option<bool>> = by_units.into_iter().chain(by_money).collect();
        Self {
            used_tokens,
            used_cost,
            ratio: budget
                .filter(|_| is_known)
                .and_then(|budget| ratio(used, budget)),
            fits: if fits.contains(&Some(false)) {
                Some(false)
            } else {
                (!fits.is_empty() && !fits.contains(&None)).then_some(true)
            },
        }
    }
}
