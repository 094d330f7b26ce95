//! What a log counts by: tokens, or money where it states no tokens at all.

use std::{fmt, iter::Sum};

use schemars::JsonSchema;
use serde::Serialize;

use super::{Currency, Money, Tokens};

/// What the amounts of a log are amounts of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Measure {
    #[default]
    Tokens,
    /// No entry has tokens, and some have a cost. Costs in other currencies are listed beside, and not added.
    Money(Currency),
}

impl Measure {
    pub const fn currency(self) -> Option<Currency> {
        match self {
            Self::Tokens => None,
            Self::Money(currency) => Some(currency),
        }
    }

    pub const fn is_money(self) -> bool {
        matches!(self, Self::Money(_))
    }

    pub fn amount(self, units: Units) -> Measured {
        match self {
            Self::Tokens => Measured::Tokens(units.tokens()),
            Self::Money(currency) => Measured::Money(Money {
                nanos: units.0,
                currency,
            }),
        }
    }

    /// The units of an amount of money. None where everything is counted in something else.
    pub fn of_money(self, money: Money) -> Option<Units> {
        (self == Self::Money(money.currency)).then_some(Units(money.nanos))
    }
}

/// A number of tokens, or of nanos of the currency: whichever the log counts by. Never negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Units(pub i128);

impl Units {
    pub const ZERO: Self = Self(0);

    pub const fn saturating_add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// At least zero.
    pub fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0).max(0))
    }

    fn tokens(self) -> Tokens {
        Tokens(u64::try_from(self.0).unwrap_or(u64::MAX))
    }
}

impl From<Tokens> for Units {
    fn from(tokens: Tokens) -> Self {
        Self(tokens.0.into())
    }
}

impl From<Units> for i128 {
    fn from(units: Units) -> Self {
        units.0
    }
}

impl Sum for Units {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::ZERO, Self::saturating_add)
    }
}

/// A number of tokens, or an amount of money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Measured {
    Tokens(Tokens),
    Money(Money),
}

impl From<Tokens> for Measured {
    fn from(tokens: Tokens) -> Self {
        Self::Tokens(tokens)
    }
}

impl From<Money> for Measured {
    fn from(money: Money) -> Self {
        Self::Money(money)
    }
}

impl Measured {
    pub const fn tokens(self) -> Option<Tokens> {
        match self {
            Self::Tokens(tokens) => Some(tokens),
            Self::Money(_) => None,
        }
    }

    pub const fn money(self) -> Option<Money> {
        match self {
            Self::Tokens(_) => None,
            Self::Money(money) => Some(money),
        }
    }

    /// As two keys of a document, of which one is absent.
    pub const fn split(self) -> (Option<Tokens>, Option<Money>) {
        (self.tokens(), self.money())
    }

    /// Of two keys of a document, the one that is there.
    pub fn join(tokens: Option<Tokens>, money: Option<Money>) -> Self {
        let of_money = money.map(Self::Money);
        of_money.unwrap_or_else(|| Self::Tokens(tokens.unwrap_or_default()))
    }

    pub fn units(self) -> Units {
        match self {
            Self::Tokens(tokens) => tokens.into(),
            Self::Money(money) => Units(money.nanos),
        }
    }

    pub fn is_zero(self) -> bool {
        self.units() == Units::ZERO
    }

    /// Another amount of the same kind.
    pub fn with(self, units: Units) -> Self {
        let currency = self.money().map(|money| money.currency);
        currency
            .map_or(Measure::Tokens, Measure::Money)
            .amount(units)
    }

    /// What is more than the other, which is of the same kind.
    #[must_use]
    pub fn beyond(self, other: Self) -> Self {
        self.with(self.units().saturating_sub(other.units()))
    }

    /// The smaller of two of the same kind.
    #[must_use]
    pub fn or_less(self, other: Self) -> Self {
        if other.units() < self.units() {
            other
        } else {
            self
        }
    }

    /// `126.7K`, `$12.30`, `$1.2K`.
    pub fn compact(self) -> String {
        match self {
            Self::Tokens(tokens) => tokens.compact(),
            Self::Money(money) => money.compact(),
        }
    }

    /// In a log of money, what is used is spent.
    pub const fn verb(self) -> &'static str {
        match self {
            Self::Tokens(_) => "used",
            Self::Money(_) => "spent",
        }
    }

    /// With its unit: `1 token`, `5,067 tokens`, `$12.30`.
    pub fn with_unit(self) -> String {
        match self {
            Self::Tokens(Tokens(1)) => "1 token".to_owned(),
            Self::Tokens(tokens) => format!("{tokens} tokens"),
            Self::Money(money) => money.to_string(),
        }
    }
}

/// `126,670`, `$12.30`.
impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tokens(tokens) => tokens.fmt(f),
            Self::Money(money) => money.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_written_with_its_unit() {
        let euro = Currency::parse("EUR").unwrap();
        let money = |nanos| Measure::Money(euro).amount(Units(nanos));
        let tokens = |units| Measure::Tokens.amount(Units(units));
        let written = [
            tokens(1),
            tokens(126_670),
            money(0),
            money(12_300_000_000),
            money(1_234_000_000_000),
        ]
        .map(|amount| {
            let (full, short) = (amount.with_unit(), amount.compact());
            format!("{full} {short}")
        });
        assert_eq!(
            written,
            [
                "1 token 1",
                "126,670 tokens 126.7K",
                "€0.000 €0.000",
                "€12.30 €12.30",
                "€1,234.00 €1.2K"
            ]
        );
    }
}
