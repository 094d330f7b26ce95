//! Sums of costs: by currency, never across, with the tokens beside them whose cost is not known.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use serde_with::skip_serializing_none;

use super::imported::share_of;
use crate::{
    model::{Currency, Figures, Money, Price, StatedCost, Tokens},
    text::Place,
};

/// What statements say that something cost, before the price of the log is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CostSum {
    stated: Vec<CurrencySum>,
    /// Tokens without a cost, which the price of the log gives.
    unpriced: Tokens,
    /// Tokens whose cost is not known whatever the price.
    unknown: Tokens,
    /// A statement says that it is not all.
    open: bool,
}

/// Costs in one currency; in none where only a number is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct CurrencySum {
    currency: Option<Currency>,
    nanos: i128,
    estimate: bool,
    first: Place,
}

impl CostSum {
    pub fn new(nanos: i128, currency: Option<Currency>, estimate: bool, first: Place) -> Self {
        Self {
            stated: vec![CurrencySum {
                currency,
                nanos,
                // Nothing is nothing: what is added to it is exact.
                estimate: estimate && nanos != 0,
                first,
            }],
            ..Self::default()
        }
    }

    pub fn unpriced(tokens: Tokens) -> Self {
        Self {
            unpriced: tokens,
            ..Self::default()
        }
    }

    /// Tokens whose cost no price gives, and whether there may be more.
    pub fn of_unknown(tokens: Tokens, open: bool) -> Self {
        Self {
            unknown: tokens,
            open,
            ..Self::default()
        }
    }

    /// What a statement says of its own cost. `priced` gives that of one that says nothing.
    pub fn of(
        figures: &Figures,
        place: Place,
        priced: impl FnOnce(Tokens) -> Option<Money>,
    ) -> Self {
        let tokens = figures.tokens.map(|tokens| tokens.value);
        let tokens = tokens.unwrap_or_default();
        let Some(cost) = figures.cost else {
            if figures.open {
                return Self::of_unknown(tokens, true);
            }
            return match priced(tokens) {
                Some(cost) => Self::new(cost.nanos, Some(cost.currency), true, place),
                None => Self::unpriced(tokens),
            };
        };
        let unpriced = figures.unpriced.filter(|_| figures.open);
        Self {
            unpriced: unpriced.unwrap_or_default().min(tokens),
            open: figures.open && unpriced.is_none(),
            ..Self::new(cost.value.into(), figures.currency, cost.estimate, place)
        }
    }

    pub fn add(&mut self, other: &Self) {
        for cost in &other.stated {
            let mut known = self.stated.iter_mut();
            match known.find(|known| known.currency == cost.currency) {
                Some(sum) => {
                    sum.nanos = sum.nanos.saturating_add(cost.nanos);
                    sum.estimate |= cost.estimate;
                }
                None => self.stated.push(*cost),
            }
        }
        self.unpriced = self.unpriced.saturating_add(other.unpriced);
        self.unknown = self.unknown.saturating_add(other.unknown);
        self.open |= other.open;
    }

    /// What a part of these tokens cost: in proportion, rounded half to even.
    pub(super) fn part(&self, part: u64, whole: u64) -> Self {
        let of = |tokens: Tokens| Tokens(share_of(tokens.0, part, whole));
        let stated = self.stated.iter().map(|sum| CurrencySum {
            nanos: match u64::try_from(sum.nanos) {
                Ok(nanos) => share_of(nanos, part, whole).into(),
                Err(_) => sum.nanos,
            },
            ..*sum
        });
        Self {
            stated: stated.collect(),
            unpriced: of(self.unpriced),
            unknown: of(self.unknown),
            open: self.open,
        }
    }

    /// Takes away what a part of it cost. Nothing is left where that is more.
    pub fn remove(&mut self, part: &Self) {
        for less in &part.stated {
            let mut own = self.stated.iter_mut();
            if let Some(own) = own.find(|own| own.currency == less.currency) {
                own.nanos = own.nanos.saturating_sub(less.nanos).max(0);
            }
        }
        self.unpriced = self.unpriced.saturating_sub(part.unpriced);
        self.unknown = self.unknown.saturating_sub(part.unknown);
    }

    /// Whether a cost is stated.
    pub fn is_some(&self) -> bool {
        !self.stated.is_empty()
    }

    /// Whether only tokens are known, none of which has a cost.
    pub fn is_unstated(&self) -> bool {
        self.stated.is_empty() && self.unknown == Tokens::ZERO && !self.open
    }

    /// Whether some of what is stated is an estimate.
    pub(super) fn is_estimate(&self) -> bool {
        self.stated.iter().any(|sum| sum.estimate)
    }

    /// Gives the tokens without a cost their price.
    pub(super) fn set_price(&mut self, price: Option<Price>) {
        if let Some(price) = price.filter(|_| self.unpriced > Tokens::ZERO) {
            let Money { nanos, currency } = price.cost(self.unpriced);
            self.unpriced = Tokens::ZERO;
            self.add(&Self::new(nanos, Some(currency), true, Place::default()));
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
            let currencies = sum.currency.zip(next.currency);
            let is_other = currencies.is_some_and(|(one, two)| one != two);
            (!is_other).then(|| CurrencySum {
                currency: sum.currency.or(next.currency),
                nanos: sum.nanos.saturating_add(next.nanos),
                estimate: sum.estimate || next.estimate,
                ..sum
            })
        })
    }

    pub(super) fn first_foreign(&self, own: Currency) -> Option<Place> {
        let mut costs = self.stated.iter();
        let is_foreign = |cost: &&CurrencySum| cost.currency.is_some_and(|of| of != own);
        costs.find(is_foreign).map(|cost| cost.first)
    }

    /// The sums in each currency; in `own` what is written without one. Tokens without a cost are priced where there is a price.
    pub fn priced(&self, own: Currency, price: Option<Price>) -> PricedCost {
        let mut cost = PricedCost {
            unpriced: self.unknown,
            open: self.open,
            ..PricedCost::default()
        };
        for sum in &self.stated {
            let currency = sum.currency.unwrap_or(own);
            cost.add_money(currency, (sum.nanos, sum.estimate));
        }
        if self.unpriced > Tokens::ZERO {
            if let Some(price) = price {
                let Money { nanos, currency } = price.cost(self.unpriced);
                cost.add_money(currency, (nanos, true));
            } else {
                cost.unpriced = cost.unpriced.saturating_add(self.unpriced);
            }
        }
        cost
    }
}

/// Costs by currency, and what is missing from them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PricedCost {
    /// In nanos, and whether some of it is an estimate.
    sums: BTreeMap<Currency, (i128, bool)>,
    /// Tokens that have neither a cost nor a price.
    pub unpriced: Tokens,
    /// It is more than that for another reason.
    pub open: bool,
}

impl PricedCost {
    fn add_money(&mut self, currency: Currency, (nanos, estimate): (i128, bool)) {
        let sum = self.sums.entry(currency).or_default();
        *sum = (sum.0.saturating_add(nanos), sum.1 || estimate);
    }

    pub(super) fn add(&mut self, other: &Self) {
        for (currency, sum) in &other.sums {
            self.add_money(*currency, *sum);
        }
        self.unpriced = self.unpriced.saturating_add(other.unpriced);
        self.open |= other.open;
    }

    pub fn is_complete(&self) -> bool {
        self.unpriced == Tokens::ZERO && !self.open
    }

    pub fn has_others(&self, own: Currency) -> bool {
        self.sums.keys().any(|currency| *currency != own)
    }

    /// The amount in a currency, and whether it is an estimate.
    pub fn of(&self, currency: Currency) -> Option<(Money, bool)> {
        let (nanos, estimate) = *self.sums.get(&currency)?;
        Some((Money { nanos, currency }, estimate))
    }

    /// The amount in `own`; where nothing is in that, in the first currency that there is.
    pub fn of_any(&self, own: Currency) -> Option<(Money, bool)> {
        let other = || self.sums.keys().next().copied();
        self.of(own).or_else(|| self.of(other()?))
    }

    /// Of two views of the same usage, each with the tokens that it holds: all that either of them says. The larger amount of
    /// each currency, and of the tokens those without a cost in either.
    pub(super) fn larger((one, of_one): (&Self, Tokens), (two, of_two): (&Self, Tokens)) -> Self {
        let mut sums = one.sums.clone();
        for (currency, two) in &two.sums {
            let sum = sums.entry(*currency).or_insert(*two);
            *sum = match two.0.cmp(&sum.0) {
                std::cmp::Ordering::Less => *sum,
                std::cmp::Ordering::Equal => (sum.0, sum.1 && two.1),
                std::cmp::Ordering::Greater => *two,
            };
        }
        let tokens = of_one.max(of_two);
        let with_cost = |cost: &Self, tokens: Tokens| tokens.saturating_sub(cost.unpriced);
        let (in_one, in_two) = (with_cost(one, of_one), with_cost(two, of_two));
        let is_closed = |cost: &Self, with_cost| !cost.open && with_cost == tokens;
        Self {
            sums,
            unpriced: tokens.saturating_sub(in_one.max(in_two)),
            open: (one.open || two.open) && !is_closed(one, in_one) && !is_closed(two, in_two),
        }
    }

    /// An amount as it is stated; in `own` where no currency is written.
    pub(super) fn stated(cost: Option<StatedCost>, own: Currency, unpriced: Tokens) -> Self {
        let mut stated = Self {
            unpriced,
            ..Self::default()
        };
        if let Some(cost) = cost {
            let currency = cost.currency.unwrap_or(own);
            stated.add_money(currency, (cost.nanos.into(), false));
        }
        stated
    }

    /// Less what a part of it cost. Nothing where that is more.
    pub(super) fn minus(mut self, part: &Self) -> Self {
        for (currency, (nanos, _)) in &mut self.sums {
            let less = part.sums.get(currency).map_or(0, |sum| sum.0);
            *nanos = nanos.saturating_sub(less).max(0);
        }
        self.unpriced = self.unpriced.saturating_sub(part.unpriced);
        self
    }

    /// The larger amount of each currency, and the more tokens without a cost.
    pub(super) fn or_more(mut self, other: &Self) -> Self {
        for (currency, sum) in &other.sums {
            let own = self.sums.entry(*currency).or_insert(*sum);
            if own.0 < sum.0 {
                *own = *sum;
            }
        }
        self.unpriced = self.unpriced.max(other.unpriced);
        self
    }

    /// What is missing from a smaller one: in `own`, or in the first currency where nothing is in that.
    pub(super) fn beyond(&self, other: &Self, own: Currency) -> Option<(Money, bool)> {
        let (money, estimate) = self.of_any(own)?;
        let Some((has, _)) = other.of(money.currency) else {
            return Some((money, estimate));
        };
        let nanos = money.nanos.saturating_sub(has.nanos);
        (nanos > 0).then_some((Money { nanos, ..money }, estimate))
    }

    /// For a report: the sum in `own`, and beside it those in others. None where nothing is known.
    pub(super) fn report(mut self, own: Currency) -> Option<Cost> {
        let complete = self.is_complete();
        if !complete {
            // At least nothing: that is not known.
            self.sums.retain(|_, (nanos, _)| *nanos != 0);
        }
        let estimate = self.sums.values().any(|(_, estimate)| *estimate);
        // Where nothing is in the log's own currency, that is not zero of it.
        let first = self.sums.remove_entry(&own);
        let (currency, (nanos, _)) = first.or_else(|| self.sums.pop_first())?;
        let others = self.sums.into_iter();
        let others = others.map(|(currency, (nanos, _))| Money { nanos, currency });
        Some(Cost {
            money: Money { nanos, currency },
            estimate,
            complete,
            unpriced_tokens: Some(self.unpriced).filter(|tokens| *tokens > Tokens::ZERO),
            others: others.collect(),
        })
    }
}

#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Cost {
    /// The sum in the log's currency; in another where nothing is in that one.
    #[serde(flatten)]
    pub money: Money,
    /// Some of it is estimated, or priced by tokens.
    pub estimate: bool,
    /// Every token has its cost; otherwise it is more than this.
    pub complete: bool,
    /// Tokens that have neither a cost nor a price.
    pub unpriced_tokens: Option<Tokens>,
    /// What is in other currencies, and cannot be added.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<Money>,
}

impl Cost {
    /// What is in a currency.
    pub fn of(&self, currency: Currency) -> Option<Money> {
        let mut amounts = std::iter::once(&self.money).chain(&self.others);
        amounts.find(|money| money.currency == currency).copied()
    }
}
