//! Sums of figures of both quantities, and whether one can be the sum of others.

use std::{
    fmt,
    hash::{DefaultHasher, Hash as _, Hasher as _},
};

use super::words::{self, TotalName};
use crate::model::{Amount, RoundedSum, Tokens, divide_half_even, fold_name, grouped};

/// An amount of money in nanos, or a sum of such amounts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct MoneySum {
    pub(super) nanos: u128,
    /// The unit of the coarsest figure.
    unit: u64,
    pub(super) estimate: bool,
}

/// Tokens and money, each where any was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sums {
    pub(super) rows: u64,
    pub(super) tokens: Option<RoundedSum>,
    pub(super) money: Option<MoneySum>,
    /// A sum of hashes of the teams that are named. Where two are equal by chance, a table may be taken for a summary; no figure changes.
    teams: u64,
    /// A bit for each team that is named, the same for some of them.
    named: u64,
}

impl MoneySum {
    const fn of(amount: Amount<u64>) -> Self {
        Self {
            nanos: amount.value as u128,
            unit: amount.unit,
            estimate: amount.estimate,
        }
    }

    const fn plus(self, other: Self) -> Self {
        Self {
            nanos: self.nanos.saturating_add(other.nanos),
            unit: if self.unit > other.unit {
                self.unit
            } else {
                other.unit
            },
            estimate: self.estimate || other.estimate,
        }
    }

    /// Within half a unit of the coarser figure.
    fn agrees_with(self, other: Self) -> bool {
        self.nanos.abs_diff(other.nanos) * 2 <= u128::from(self.unit.max(other.unit))
    }
}

impl Sums {
    pub(super) fn of(tokens: Option<Amount<Tokens>>, money: Option<Amount<u64>>) -> Self {
        Self {
            rows: 1,
            tokens: tokens.map(RoundedSum::from),
            money: money.map(MoneySum::of),
            teams: 0,
            named: 0,
        }
    }

    /// The same of a row that names a team.
    pub(super) fn of_team(self, team: Option<&str>) -> Self {
        let hash = |team: &str| {
            let mut hasher = DefaultHasher::new();
            fold_name(team).hash(&mut hasher);
            hasher.finish()
        };
        let is_sum = |team: &&str| words::total_name(team) == TotalName::Certain;
        let hash = team.filter(|team| !is_sum(team)).map(hash);
        Self {
            teams: hash.unwrap_or_default(),
            named: hash.map_or(0, |hash| 1 << (hash % 64)),
            ..self
        }
    }

    /// Whether both name teams, and as many rows name others.
    pub(super) const fn is_of_others(&self, other: &Self) -> bool {
        let are_named = self.teams != 0 && other.teams != 0;
        are_named && self.rows == other.rows && self.teams != other.teams
    }

    /// Whether it names teams that the other one does not.
    pub(super) const fn names_others(&self, other: &Self) -> bool {
        self.named & !other.named != 0
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.rows += other.rows;
        self.named |= other.named;
        self.teams = self.teams.wrapping_add(other.teams);
        let tokens = self.tokens.into_iter().chain(other.tokens);
        self.tokens = tokens.reduce(|one, two| one + two);
        let money = self.money.into_iter().chain(other.money);
        self.money = money.reduce(MoneySum::plus);
    }

    /// The same without some of its parts.
    pub(super) fn without(&self, part: &Self) -> Self {
        let tokens = self.tokens.map(|all| {
            let part = part.tokens.unwrap_or_default();
            RoundedSum {
                tokens: all.tokens.saturating_sub(part.tokens),
                rounding: all.rounding.saturating_sub(part.rounding),
                ..all
            }
        });
        let money = self.money.map(|all| MoneySum {
            nanos: all
                .nanos
                .saturating_sub(part.money.unwrap_or_default().nanos),
            ..all
        });
        Self {
            rows: self.rows - part.rows.min(self.rows),
            tokens,
            money,
            teams: self.teams.wrapping_sub(part.teams),
            named: self.named,
        }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.tokens.is_none() && self.money.is_none()
    }

    /// Tokens, and nanos of money.
    pub(super) fn amounts(&self) -> (Tokens, u128) {
        let tokens = self.tokens.map_or(Tokens::ZERO, |sum| sum.tokens);
        (tokens, self.money.map_or(0, |sum| sum.nanos))
    }

    /// Whether both are anything but nothing.
    pub(super) fn is_positive(&self) -> bool {
        self.tokens
            .is_some_and(|tokens| tokens.tokens > Tokens::ZERO)
            || self.money.is_some_and(|money| money.nanos > 0)
    }

    /// Whether both can be of the same usage: what both state agrees, and there is anything that both state.
    pub(super) fn agrees_with(&self, other: &Self) -> bool {
        let tokens = self.tokens.zip(other.tokens);
        let tokens = tokens.map(|(one, two)| one.agrees_with(two));
        let money = self.money.zip(other.money);
        let money = money.map(|(one, two)| one.agrees_with(two));
        matches!(
            (tokens, money),
            (Some(true), None | Some(true)) | (None, Some(true))
        )
    }

    /// What this has beyond another one: nothing of what agrees within the rounding of both.
    pub(super) fn beyond(&self, other: &Self) -> (Tokens, u128) {
        let (own, others) = (self.amounts(), other.amounts());
        let tokens = match (self.tokens, other.tokens) {
            (Some(one), Some(two)) if one.agrees_with(two) => Tokens::ZERO,
            _ => own.0.saturating_sub(others.0),
        };
        let nanos = match (self.money, other.money) {
            (Some(one), Some(two)) if one.agrees_with(two) => 0,
            _ => own.1.saturating_sub(others.1),
        };
        (tokens, nanos)
    }
}

/// `12,450 tokens and 1.50`, each if it is written. The currency is that of the log.
impl fmt::Display for Sums {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(sum) = self.tokens {
            write!(f, "{} tokens", sum.tokens)?;
        }
        if self.tokens.is_some() && self.money.is_some() {
            f.write_str(" and ")?;
        }
        if let Some(money) = self.money {
            let cents = divide_half_even(money.nanos, 10_000_000);
            write!(f, "{}.{:02}", grouped(cents / 100), cents % 100)?;
        }
        Ok(())
    }
}
