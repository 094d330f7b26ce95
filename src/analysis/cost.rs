//! Sums of costs: by currency, never across, with the tokens beside them whose cost is not known.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    model::{Currency, Money, Price, Tokens},
    text::Place,
};
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct CostSum {
    stated: Vec<CurrencySum>,
    estimate: bool,
    unpriced: Tokens,
}

/// Costs in one currency; in none where only a number is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct CurrencySum {
    currency: Option<Currency>,
    nanos: i128,
    first: Place,
}

impl CostSum {
    pub(super) fn new(
        nanos: i128,
        currency: Option<Currency>,
        estimate: bool,
        first: Place,
    ) -> Self {
        Self {
            stated: vec![CurrencySum {
                currency,
                nanos,
                first,
            }],
            estimate,
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
            let mut known = self.stated.iter_mut();
            match known.find(|known| known.currency == cost.currency) {
                Some(sum) => sum.nanos = sum.nanos.saturating_add(cost.nanos),
                None => self.stated.push(*cost),
            }
        }
        self.estimate |= other.estimate;
        self.unpriced = self.unpriced.saturating_add(other.unpriced);
    }

    pub(super) const fn is_estimate(&self) -> bool {
        self.estimate
    }

    /// Gives the tokens without a cost their price.
    pub(super) fn set_price(&mut self, price: Option<Price>) {
        if let Some(price) = price.filter(|_| self.unpriced > Tokens::ZERO) {
            let cost = price.cost(self.unpriced);
            self.unpriced = Tokens::ZERO;
            self.add(&Self::new(
                cost.nanos,
                Some(cost.currency),
                true,
                Place::default(),
            ));
        }
    }

    /// Less what other parts of it cost. None where costs are in several currencies.
    pub(super) fn less<'c>(&self, parts: impl Iterator<Item = &'c Self>) -> Option<Self> {
        let mut less = self.clone();
        let mut own = self.only()?;
        for part in parts {
            less.unpriced = less.unpriced.saturating_sub(part.unpriced);
            if part.stated.is_empty() {
                continue;
            }
            let part = part.only()?;
            let currencies = (own.currency, part.currency);
            if matches!(currencies, (Some(one), Some(two)) if one != two) {
                return None;
            }
            own.nanos = own.nanos.saturating_sub(part.nanos).max(0);
        }
        less.stated = vec![own];
        Some(less)
    }

    /// What is known of it, where that is in one currency.
    pub(super) fn nanos(&self) -> Option<u64> {
        u64::try_from(self.only()?.nanos).ok()
    }

    /// The sum of what is stated, where that is in one currency.
    fn only(&self) -> Option<CurrencySum> {
        let mut sums = self.stated.iter();
        let first = *sums.next()?;
        sums.try_fold(first, |sum, next| {
            let is_other = sum
                .currency
                .zip(next.currency)
                .is_some_and(|(one, two)| one != two);
            (!is_other).then(|| CurrencySum {
                currency: sum.currency.or(next.currency),
                nanos: sum.nanos.saturating_add(next.nanos),
                ..sum
            })
        })
    }

    pub(super) fn first_foreign(&self, own: Currency) -> Option<Place> {
        let mut costs = self.stated.iter();
        let is_foreign = |cost: &&CurrencySum| cost.currency.is_some_and(|of| of != own);
        costs.find(is_foreign).map(|cost| cost.first)
    }

    /// The sum in `currency`, and beside it the sums in others. Tokens without a cost are priced where there is a price.
    pub(super) fn total(&self, currency: Currency, price: Option<Price>) -> Option<Cost> {
        let priced = price
            .filter(|_| self.unpriced > Tokens::ZERO)
            .map(|price| price.cost(self.unpriced));
        let stated = self.stated.iter();
        let stated = stated.map(|cost| (cost.currency.unwrap_or(currency), cost.nanos));
        let mut sums: BTreeMap<Currency, i128> = BTreeMap::new();
        for (currency, nanos) in stated.chain(priced.map(|cost| (cost.currency, cost.nanos))) {
            let sum = sums.entry(currency).or_default();
            *sum = sum.saturating_add(nanos);
        }
        let money = |(currency, nanos)| Money { nanos, currency };
        // Where nothing is in the log's own currency, that is not zero of it.
        let own = sums.remove_entry(&currency).or_else(|| sums.pop_first())?;
        Some(Cost {
            money: money(own),
            estimate: self.estimate || priced.is_some(),
            complete: self.unpriced == Tokens::ZERO || priced.is_some(),
            others: sums.into_iter().map(money).collect(),
        })
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Cost {
    /// The sum in the log's currency; in another where nothing is in that one.
    #[serde(flatten)]
    pub money: Money,
    /// Some of it is estimated, or priced by tokens.
    pub estimate: bool,
    /// Every token has its cost; otherwise it is more than this.
    pub complete: bool,
    /// What is in other currencies, and cannot be added.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<Money>,
}
