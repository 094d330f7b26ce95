//! Sums of costs: by currency, never across, with the tokens beside them whose cost is not known.

use std::collections::BTreeMap;

use crate::{
    model::{Amount, Currency, Money, Price, Tokens},
    text::Place,
};

/// Stated costs by currency, and tokens whose price is not known yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct CostSum {
    stated: Vec<CurrencySum>,
    estimate: bool,
    unpriced: Tokens,
}

/// Costs in one currency, or in none that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct CurrencySum {
    currency: Option<Currency>,
    nanos: i128,
    first: Place,
}

impl CostSum {
    pub(super) fn stated(cost: Amount<u64>, currency: Option<Currency>, first: Place) -> Self {
        Self {
            stated: vec![CurrencySum {
                currency,
                nanos: cost.value.into(),
                first,
            }],
            estimate: cost.estimate,
            unpriced: Tokens::ZERO,
        }
    }

    pub(super) fn priced(cost: Money, first: Place) -> Self {
        Self {
            stated: vec![CurrencySum {
                currency: Some(cost.currency),
                nanos: cost.nanos,
                first,
            }],
            estimate: true,
            unpriced: Tokens::ZERO,
        }
    }

    pub(super) const fn unpriced(tokens: Tokens) -> Self {
        Self {
            stated: Vec::new(),
            estimate: false,
            unpriced: tokens,
        }
    }

    pub(super) fn add(&mut self, other: &Self) {
        for cost in &other.stated {
            match self
                .stated
                .iter_mut()
                .find(|known| known.currency == cost.currency)
            {
                Some(sum) => sum.nanos = sum.nanos.saturating_add(cost.nanos),
                None => self.stated.push(*cost),
            }
        }
        self.estimate |= other.estimate;
        self.unpriced = self.unpriced.saturating_add(other.unpriced);
    }

    pub(super) fn first_foreign(&self, own: Currency) -> Option<Place> {
        self.stated
            .iter()
            .find(|cost| cost.currency.is_some_and(|currency| currency != own))
            .map(|cost| cost.first)
    }

    /// The sum in `currency`, with what is in others beside it. Tokens without a cost are priced where there is a price.
    pub(super) fn total(&self, currency: Currency, price: Option<Price>) -> Option<CostTotal> {
        let mut all = self.clone();
        let mut complete = true;
        if all.unpriced > Tokens::ZERO {
            match price {
                Some(price) => all.add(&Self::priced(price.cost(all.unpriced), Place::default())),
                None => complete = false,
            }
        }
        let mut sums: BTreeMap<Currency, i128> = BTreeMap::new();
        for cost in all.stated {
            let sum = sums.entry(cost.currency.unwrap_or(currency)).or_default();
            *sum = sum.saturating_add(cost.nanos);
        }
        let money = |(currency, nanos)| Money { nanos, currency };
        // Where nothing is in the log's own currency, that is not zero of it.
        let own = sums.remove_entry(&currency).or_else(|| sums.pop_first())?;
        Some(CostTotal {
            money: money(own),
            others: sums.into_iter().map(money).collect(),
            estimate: all.estimate,
            complete,
        })
    }
}

/// A cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CostTotal {
    /// The sum in the log's currency; in another where nothing is in that one.
    pub money: Money,
    /// What is in other currencies, and cannot be added.
    pub others: Vec<Money>,
    /// Some of it is estimated, or priced by tokens.
    pub estimate: bool,
    /// Every token has its cost.
    pub complete: bool,
}
