//! How many tokens work is likely to use, and what they cost, where the caller does not say: conservatively, and with where it is from.

use std::cmp::Ordering;

use schemars::JsonSchema;
use serde::Serialize;
use serde_with::skip_serializing_none;

use super::models;
use crate::{
    analysis::{ReconciledMonth, TeamUsage},
    model::{
        Currency, GuardPolicy, ListedPrice, ModelPrice, ModelTier, Money, Policy, Price, Tokens,
        settings_price,
    },
};

/// Where the tokens of a request come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EstimateSource {
    /// The caller says how many.
    Given,
    /// The median row of the team.
    TeamMedian,
    /// The median row of the log.
    LogMedian,
    /// `[guard] estimate` in the settings.
    Settings,
    /// No row says what work uses: a default.
    Default,
    /// What the hold reserves.
    Hold,
}

/// The tokens that are judged.
#[skip_serializing_none]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TokenEstimate {
    pub tokens: Tokens,
    pub source: EstimateSource,
    /// The number of rows that a median is of.
    pub rows: Option<usize>,
}

impl TokenEstimate {
    pub const fn given(tokens: Tokens) -> Self {
        Self {
            tokens,
            source: EstimateSource::Given,
            rows: None,
        }
    }

    /// That of the settings, else the median row of the team, else of the log, rounded up; else a default.
    pub(super) fn of(
        reconciled: &ReconciledMonth<'_>,
        team: Option<&TeamUsage>,
        policy: &Policy,
    ) -> Self {
        if let Some(tokens) = policy.guard.estimate {
            return Self {
                tokens,
                source: EstimateSource::Settings,
                rows: None,
            };
        }
        let sizes = reconciled.row_sizes();
        let of = |source, mut sizes: Vec<u64>| {
            Some(Self {
                tokens: median(&mut sizes)?,
                source,
                rows: Some(sizes.len()),
            })
        };
        let own = team.and_then(|team| {
            let own = sizes.iter().filter(|(of, _)| *of == team.id);
            of(
                EstimateSource::TeamMedian,
                own.map(|(_, size)| *size).collect(),
            )
        });
        let of_log = || {
            let all = sizes.iter().map(|(_, size)| *size);
            of(EstimateSource::LogMedian, all.collect())
        };
        own.or_else(of_log).unwrap_or(Self {
            tokens: GuardPolicy::DEFAULT_ESTIMATE,
            source: EstimateSource::Default,
            rows: None,
        })
    }
}

/// The median, rounded up. None of nothing.
fn median(sizes: &mut [u64]) -> Option<Tokens> {
    let middle = sizes.len() / 2;
    let is_even = sizes.len().is_multiple_of(2);
    let (below, upper, _) = (!sizes.is_empty()).then(|| sizes.select_nth_unstable(middle))?;
    let upper = *upper;
    let lower = below.iter().max().copied().filter(|_| is_even);
    let lower = lower.unwrap_or(upper);
    Some(Tokens(lower + (upper - lower).div_ceil(2)))
}

/// Where the price of a request comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PriceSource {
    /// `[prices]` in the settings.
    Settings,
    /// The header of the log.
    Log,
    /// The list that the program has of its own.
    BuiltIn,
    /// The model has no known price: that of the most expensive typical model of its tier, or of the default tier.
    Tier,
    /// What a token of the month that has a cost has cost so far.
    Average,
}

/// What a request costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RequestCost {
    #[serde(flatten)]
    pub money: Money,
    pub source: PriceSource,
}

/// The prices of the log itself, for requests and holds that name no model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::analysis) struct LogPrices {
    /// That of its header.
    header: Option<Price>,
    /// What the tokens of the month that have a cost have cost, and how many they are.
    spent: Option<(Money, Tokens)>,
    /// All tokens of the month have one.
    is_complete: bool,
}

impl LogPrices {
    pub(in crate::analysis) fn of(reconciled: &ReconciledMonth<'_>) -> Self {
        let sum = reconciled.cost_sum();
        let with_cost = reconciled.used().saturating_sub(sum.unpriced);
        let is_open = sum.open;
        let spent = sum.report(reconciled.currency());
        let spent = spent.filter(|cost| !is_open && cost.others.is_empty());
        Self {
            header: reconciled.ledger.header_price(),
            is_complete: spent.as_ref().is_some_and(|cost| cost.complete),
            spent: spent.map(|cost| (cost.money, with_cost)),
        }
    }
}

/// What tokens of unknown classes cost in a currency: as much as those of the most expensive class. None where no price is known in it.
pub(in crate::analysis) fn cost(
    model: Option<&str>,
    tokens: Tokens,
    currency: Currency,
    (log, policy): (&LogPrices, &Policy),
) -> Option<RequestCost> {
    let of = |price: Option<ModelPrice>, source| {
        let price = price.filter(|price| price.currency == currency)?;
        Some(RequestCost {
            money: price.highest()?.cost(tokens),
            source,
        })
    };
    // A log that rounds its costs to nothing does not make work free.
    let is_free = |cost: &RequestCost| tokens > Tokens::ZERO && cost.money.nanos == 0;
    let header = || {
        let cost = of(log.header.map(ModelPrice::from), PriceSource::Log);
        cost.filter(|cost| !is_free(cost))
    };
    let average = || {
        let (spent, of) = log.spent?;
        let money = scaled(spent, tokens, of).filter(|_| spent.currency == currency)?;
        let source = PriceSource::Average;
        Some(RequestCost { money, source }).filter(|cost| !is_free(cost))
    };
    let Some(model) = model else {
        let tier = || tier_cost(policy.guard.default_tier, tokens, currency);
        // A few rows with a cost say little of the others.
        return if log.is_complete {
            header().or_else(average).or_else(tier)
        } else {
            header().or_else(tier).or_else(average)
        };
    };
    let known = known_cost(model, tokens, policy);
    let known = known.filter(|cost| cost.money.currency == currency);
    // The price of the settings is in another currency.
    let built_in = || {
        let money = ListedPrice::find(model)?.most(tokens);
        let source = PriceSource::BuiltIn;
        (money.currency == currency).then_some(RequestCost { money, source })
    };
    let tier = || {
        let tier = models::known_tier(model, &policy.guard);
        tier_cost(tier.unwrap_or(policy.guard.default_tier), tokens, currency)
    };
    known
        .or_else(built_in)
        .or_else(tier)
        .or_else(header)
        .or_else(average)
}

/// That of the most expensive typical model of a tier.
fn tier_cost(tier: ModelTier, tokens: Tokens, currency: Currency) -> Option<RequestCost> {
    let listed = models::typical(tier).filter_map(ListedPrice::find);
    let costs = listed.map(|listed| listed.most(tokens));
    let costs = costs.filter(|money| money.currency == currency);
    Some(RequestCost {
        money: costs.max_by_key(|money| money.nanos)?,
        source: PriceSource::Tier,
    })
}

/// The share of an amount that some of its tokens have, rounded up.
fn scaled(money: Money, tokens: Tokens, of: Tokens) -> Option<Money> {
    let nanos = u128::try_from(money.nanos).ok()?;
    let product = nanos.checked_mul(tokens.0.into())?;
    let nanos = (of.0 > 0).then(|| product.div_ceil(of.0.into()))?;
    Some(Money {
        nanos: i128::try_from(nanos).ok()?,
        ..money
    })
}

/// How what tokens cost with one model compares to what they cost with another. None where a price is not known, or in another
/// currency.
pub(super) fn compare(one: &str, other: &str, tokens: Tokens, policy: &Policy) -> Option<Ordering> {
    let cost = |model| Some(known_cost(model, tokens, policy)?.money);
    let (one, other) = (cost(one)?, cost(other)?);
    (one.currency == other.currency).then(|| one.nanos.cmp(&other.nanos))
}

/// Whether one model is cheaper than another, if their prices are known.
pub(super) fn is_cheaper(one: &str, than: &str, policy: &Policy) -> bool {
    compare(one, than, Tokens(1_000), policy).is_none_or(Ordering::is_lt)
}

/// What tokens cost by the price of the settings or of the list. With more of them than the list has for a short context, the settings
/// lower no price.
fn known_cost(model: &str, tokens: Tokens, policy: &Policy) -> Option<RequestCost> {
    let set = settings_price(model, &policy.prices);
    let set = set.and_then(|(_, price)| Some(price.highest()?.cost(tokens)));
    let set = set.map(|money| RequestCost {
        money,
        source: PriceSource::Settings,
    });
    let listed = ListedPrice::find(model);
    let is_long = listed
        .and_then(ListedPrice::long_context)
        .is_some_and(|(from, _)| tokens > from);
    let listed = listed.map(|listed| RequestCost {
        money: listed.most(tokens),
        source: PriceSource::BuiltIn,
    });
    match (set, listed) {
        (Some(set), Some(listed))
            if is_long
                && set.money.currency == listed.money.currency
                && set.money.nanos < listed.money.nanos =>
        {
            Some(listed)
        }
        (set, listed) => set.or(listed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::TokenClasses;

    #[test]
    fn medians_are_rounded_up() {
        for (sizes, expected) in [
            (vec![], None),
            (vec![7], Some(7)),
            (vec![1, 2], Some(2)),
            (vec![2, 4], Some(3)),
            (vec![5, 1, 3], Some(3)),
            (vec![9, 1, 4, 7], Some(6)),
            (vec![u64::MAX, u64::MAX - 1], Some(u64::MAX)),
        ] {
            assert_eq!(
                median(&mut sizes.clone()),
                expected.map(Tokens),
                "{sizes:?}"
            );
        }
    }

    #[test]
    fn a_share_of_an_amount_is_rounded_up() {
        let money = |nanos| Money {
            nanos,
            currency: Currency::USD,
        };
        assert_eq!(scaled(money(10), Tokens(1), Tokens(3)), Some(money(4)));
        assert_eq!(scaled(money(9), Tokens(2), Tokens(3)), Some(money(6)));
        assert_eq!(scaled(money(9), Tokens(2), Tokens(0)), None);
        assert_eq!(scaled(money(i128::MAX), Tokens(u64::MAX), Tokens(1)), None);
    }

    #[test]
    fn tokens_of_unknown_class_cost_as_much_as_the_most_expensive_one() {
        let price = ModelPrice {
            currency: Currency::USD,
            input: Some(3),
            output: Some(15),
            cache_write: Some(4),
            cache_write_1h: None,
            cache_read: Some(99),
            any: None,
        };
        assert_eq!(price.highest().map(|price| price.picos_per_token), Some(15));
        assert!(price.cost(Tokens(1), TokenClasses::default()).is_none());
    }
}
