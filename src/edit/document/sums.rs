//! What the rows of a table add up to.

use std::collections::BTreeMap;

use crate::model::{Currency, Figures, Month, RoundedSum, Tokens};

/// Rows added up: their tokens, and the costs that are written beside these.
#[derive(Clone, Debug, Default)]
pub(in crate::edit) struct RowSum {
    pub(in crate::edit) tokens: RoundedSum,
    /// By the currency that is written, of which there is rarely more than one.
    costs: BTreeMap<Option<Currency>, i128>,
    /// A row has tokens and no cost.
    is_cost_unknown: bool,
}

impl RowSum {
    pub(in crate::edit) fn add(&mut self, figures: &Figures) {
        if let Some(tokens) = figures.tokens {
            self.tokens = self.tokens + tokens.into();
        }
        match figures.cost {
            Some(cost) => {
                let sum = self.costs.entry(figures.currency).or_default();
                *sum += i128::from(cost.value);
            }
            None => {
                self.is_cost_unknown |= figures
                    .tokens
                    .is_some_and(|tokens| tokens.value > Tokens::ZERO);
            }
        }
    }

    /// The cost of the rows in nanos, if each states one in this currency or has no tokens. A cost without a currency is in this one.
    pub(in crate::edit) fn cost(&self, currency: Currency) -> Option<i128> {
        let is_other = |written: &Option<Currency>| written.is_some_and(|other| other != currency);
        let is_known = !self.is_cost_unknown && !self.costs.keys().any(is_other);
        is_known.then(|| self.costs.values().sum())
    }
}

/// The sums of a table, by month in a table with a column of months.
pub(in crate::edit) type TableSums = BTreeMap<Option<Month>, RowSum>;
