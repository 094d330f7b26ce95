//! The caps that a request must fit: those of the total and of its team, in tokens and in money.

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;
use serde_with::skip_serializing_none;

use crate::{
    analysis::{Cap, CapScope},
    model::{Level, Money, Percent, Thresholds, Tokens},
};

/// Whose usage a cap limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum GuardScope {
    /// All teams.
    Total,
    /// One team.
    Team,
}

/// Tokens, or money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum GuardUnit {
    Tokens,
    Cost,
}

/// A number of tokens, or an amount of money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum GuardAmount {
    Tokens(i64),
    Money(Money),
}

impl GuardAmount {
    /// Tokens, or nanos.
    pub fn units(self) -> i128 {
        match self {
            Self::Tokens(tokens) => tokens.into(),
            Self::Money(money) => money.nanos,
        }
    }

    /// The same unit, with another number.
    fn with(self, units: i128) -> Self {
        match self {
            Self::Tokens(_) => {
                let most = if units < 0 { i64::MIN } else { i64::MAX };
                Self::Tokens(i64::try_from(units).unwrap_or(most))
            }
            Self::Money(money) => Self::Money(Money {
                nanos: units,
                ..money
            }),
        }
    }
}

/// `6,000`, `-250`, `$0.136`.
impl fmt::Display for GuardAmount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tokens(tokens) => {
                let sign = if *tokens < 0 { "-" } else { "" };
                write!(f, "{sign}{}", Tokens(tokens.unsigned_abs()))
            }
            Self::Money(money) => money.fmt(f),
        }
    }
}

/// A limit, and how a request stands to it. It admits what is used, reserved and requested up to the limit exactly.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CapCheck {
    pub scope: GuardScope,
    /// The team, of a cap for one.
    pub team: Option<String>,
    pub unit: GuardUnit,
    pub limit: GuardAmount,
    pub used: GuardAmount,
    /// What holds reserve.
    pub reserved: GuardAmount,
    /// What remains of the limit before the request, negative where more is used and reserved.
    pub remaining: GuardAmount,
    pub requested: GuardAmount,
    /// What is used, reserved and requested together.
    pub would_use: GuardAmount,
    /// The level of what is used and reserved, before the request.
    pub level: Level,
    /// Every token has its cost; otherwise more is used than this.
    pub complete: bool,
}

impl CapCheck {
    /// A cap without any request yet, of which holds reserve so much. None where what is used is not known.
    pub(super) fn of(cap: &Cap, reserved: i128, thresholds: &Thresholds) -> Option<Self> {
        let (unit, amount) = match cap.currency {
            None => (GuardUnit::Tokens, GuardAmount::Tokens(0)),
            Some(currency) => (
                GuardUnit::Cost,
                GuardAmount::Money(Money { nanos: 0, currency }),
            ),
        };
        let used = cap.used?;
        let committed = used.saturating_add(reserved);
        let (scope, team) = match &cap.scope {
            CapScope::Total => (GuardScope::Total, None),
            CapScope::Team(name) => (GuardScope::Team, Some(name.clone())),
        };
        Some(Self {
            scope,
            team,
            unit,
            limit: amount.with(cap.limit),
            used: amount.with(used),
            reserved: amount.with(reserved),
            remaining: amount.with(cap.limit.saturating_sub(committed)),
            requested: amount,
            would_use: amount.with(committed),
            level: thresholds.level(committed, cap.limit),
            complete: cap.complete,
        })
    }

    /// The same with a request, in its unit.
    pub(super) fn requesting(&self, units: i128) -> Self {
        Self {
            requested: self.limit.with(units),
            would_use: self
                .limit
                .with(self.committed().units().saturating_add(units)),
            ..self.clone()
        }
    }

    /// What is used and reserved before the request.
    pub fn committed(&self) -> GuardAmount {
        let committed = self.used.units().saturating_add(self.reserved.units());
        self.limit.with(committed)
    }

    /// Whether both are the same limit, with any request.
    pub(super) fn is_same_limit(&self, other: &Self) -> bool {
        (self.scope, &self.team, self.unit) == (other.scope, &other.team, other.unit)
    }

    pub fn admits(&self) -> bool {
        self.would_use.units() <= self.limit.units()
    }

    /// Whether work that runs already has nothing left to use.
    pub(super) fn is_used_up(&self) -> bool {
        self.used.units() >= self.limit.units()
    }

    /// The share of the limit that would be used. None of a limit of nothing.
    pub fn share(&self) -> Option<Percent> {
        Percent::new(self.would_use.units(), self.limit.units())
    }

    /// How tight it is: the larger, the less room is left.
    pub(super) fn tightness(&self) -> u64 {
        self.share().map_or(u64::MAX, |share| share.tenths)
    }
}
