//! The caps that apply to a request, and how it stands to them.

use schemars::JsonSchema;
use serde::Serialize;
use serde_with::skip_serializing_none;

use crate::{
    analysis::{Cap, CapAmount, CapScope},
    model::{BudgetSpan, Level, Money, Percent, Thresholds, Tokens},
};

/// A cap with a request. It admits what is used, reserved and requested up to its limit exactly.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(into = "CapReport")]
pub struct CapCheck {
    pub cap: Cap,
    /// What is used: what is known of it, and what is estimated.
    pub used: i128,
    /// What of it is estimated.
    pub estimated: Option<EstimatedUse>,
    /// More is used than this, and nothing says how much.
    pub is_open: bool,
    pub requested: i128,
    /// The level of what is used and reserved, before the request.
    pub level: Level,
}

/// What tokens without a cost are likely to cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct EstimatedUse {
    #[serde(flatten)]
    pub money: Money,
    /// The tokens that have neither a cost nor a price.
    pub tokens: Tokens,
}

/// A cap as JSON has it.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Cap")]
pub struct CapReport {
    /// `total` or `team`.
    scope: &'static str,
    /// The team, of a cap for one.
    team: Option<String>,
    /// The running day or week, of a cap for that.
    span: Option<BudgetSpan>,
    /// `tokens` or `cost`.
    unit: &'static str,
    limit: CapAmount,
    /// What is used, with what is estimated.
    used: CapAmount,
    /// What of it is estimated, for tokens that have neither a cost nor a price.
    estimated: Option<EstimatedUse>,
    /// What holds reserve.
    reserved: CapAmount,
    /// What remains of the limit before the request, negative where more is used and reserved.
    remaining: CapAmount,
    requested: CapAmount,
    /// What is used, reserved and requested together.
    would_use: CapAmount,
    /// The level of what is used and reserved, before the request.
    level: Level,
    /// Every token has its cost; otherwise some of it is estimated, or more is used than this.
    complete: bool,
}

impl JsonSchema for CapCheck {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        CapReport::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        CapReport::json_schema(generator)
    }
}

impl From<CapCheck> for CapReport {
    fn from(check: CapCheck) -> Self {
        let cap = &check.cap;
        let (scope, team) = match &cap.scope {
            CapScope::Total => ("total", None),
            CapScope::Team(name) => ("team", Some(name.clone())),
        };
        Self {
            scope,
            team,
            span: cap.span,
            unit: if check.is_of_money() {
                "cost"
            } else {
                "tokens"
            },
            limit: cap.amount(cap.limit),
            used: cap.amount(check.used),
            estimated: check.estimated,
            reserved: cap.amount(cap.reserved),
            remaining: cap.amount(cap.left()),
            requested: cap.amount(check.requested),
            would_use: cap.amount(check.would_use()),
            level: check.level,
            complete: cap.complete,
        }
    }
}

impl CapCheck {
    /// A cap without any request yet. None where what is used is not known.
    pub(super) fn of(cap: Cap, thresholds: &Thresholds) -> Option<Self> {
        Some(Self {
            used: cap.used?,
            estimated: None,
            is_open: !cap.complete,
            requested: 0,
            level: cap.reserved_level(thresholds)?,
            cap,
        })
    }

    /// The same with a request, in its unit.
    pub(super) fn requesting(&self, requested: i128) -> Self {
        Self {
            requested,
            ..self.clone()
        }
    }

    pub const fn is_of_money(&self) -> bool {
        self.cap.currency.is_some()
    }

    /// What is used and reserved before the request.
    pub const fn committed(&self) -> i128 {
        self.used.saturating_add(self.cap.reserved)
    }

    /// What is used, reserved and requested together.
    pub const fn would_use(&self) -> i128 {
        self.committed().saturating_add(self.requested)
    }

    pub const fn admits(&self) -> bool {
        self.would_use() <= self.cap.limit
    }

    /// Whether work that runs already has nothing left to use.
    pub const fn is_used_up(&self) -> bool {
        self.used >= self.cap.limit
    }

    /// Whether both are the same limit, with any request.
    pub(super) fn is_same_limit(&self, other: &Self) -> bool {
        self.cap == other.cap
    }

    /// The share of the limit that would be used. None of a limit of nothing.
    pub fn share(&self) -> Option<Percent> {
        Percent::new(self.would_use(), self.cap.limit)
    }

    /// How tight it is: the larger, the less room is left.
    pub(super) fn tightness(&self) -> u64 {
        self.share().map_or(u64::MAX, |share| share.tenths)
    }
}
