//! The result of a month that is over: nothing about it is open, so there is no chance of anything.

use schemars::JsonSchema;
use serde::Serialize;
use serde_with::skip_serializing_none;

use super::Request;
use crate::{
    analysis::CostBudget,
    model::{Level, Tokens, ratio},
};

/// How a month ended.
#[skip_serializing_none]
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct MonthResult {
    pub used_tokens: Tokens,
    /// The share of the budget.
    pub ratio: Option<f64>,
    /// Whether neither the token budget nor the cost budget was exceeded. Absent without a budget, and where it is not known
    /// what everything cost.
    pub fits: Option<bool>,
}

impl MonthResult {
    pub(super) fn new(request: &Request<'_>) -> Self {
        let (used, budget) = (request.spent(), request.budget);
        let by_tokens = budget.map(|budget| {
            let level = request.policy.thresholds.level(used.0, budget.0);
            Some(level != Level::Exceeded)
        });
        let by_money = CostBudget::of(request.reconciled, request.policy);
        let by_money = by_money.map(|budget| {
            let is_exceeded = budget.level? == Level::Exceeded;
            (budget.complete || is_exceeded).then_some(!is_exceeded)
        });
        let fits: Vec<Option<bool>> = by_tokens.into_iter().chain(by_money).collect();
        Self {
            used_tokens: used,
            ratio: budget.and_then(|budget| ratio(used.0, budget.0)),
            fits: if fits.contains(&Some(false)) {
                Some(false)
            } else {
                (!fits.is_empty() && !fits.contains(&None)).then_some(true)
            },
        }
    }
}
