//! The caps that a request must fit: those of the total and of its team, in tokens and in money.

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;
use serde_with::skip_serializing_none;

use crate::{
    analysis::{StatusReport, TeamReport},
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
    pub fn of_tokens(tokens: Tokens) -> Self {
        Self::Tokens(i64::try_from(tokens.0).unwrap_or(i64::MAX))
    }

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
    /// A cap without any request yet.
    pub fn new(
        (scope, team): (GuardScope, Option<&str>),
        limit: GuardAmount,
        used: GuardAmount,
        reserved: i128,
        thresholds: &Thresholds,
    ) -> Self {
        let committed = used.units().saturating_add(reserved);
        let unit = match limit {
            GuardAmount::Tokens(_) => GuardUnit::Tokens,
            GuardAmount::Money(_) => GuardUnit::Cost,
        };
        Self {
            scope,
            team: team.map(str::to_owned),
            unit,
            limit,
            used,
            reserved: limit.with(reserved),
            remaining: limit.with(limit.units().saturating_sub(committed)),
            requested: limit.with(0),
            would_use: limit.with(committed),
            level: thresholds.level(committed, limit.units()),
            complete: true,
        }
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

/// The caps in tokens of a report: the total, and that of a team.
pub(super) fn of_tokens(report: &StatusReport, team: Option<&TeamReport>) -> Vec<CapCheck> {
    let thresholds = &report.budget.thresholds;
    let total = report.budget.tokens.map(|limit| {
        CapCheck::new(
            (GuardScope::Total, None),
            GuardAmount::of_tokens(limit),
            GuardAmount::of_tokens(report.used.tokens),
            report.reserved.0.into(),
            thresholds,
        )
    });
    let of_team = team.and_then(|team| {
        Some(CapCheck::new(
            (GuardScope::Team, Some(&team.name)),
            GuardAmount::of_tokens(team.allocated_tokens?),
            GuardAmount::of_tokens(team.used_tokens.unwrap_or_default()),
            team.reserved_tokens.0.into(),
            thresholds,
        ))
    });
    total.into_iter().chain(of_team).collect()
}
