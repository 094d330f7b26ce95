//! Where it will end: the plan, the burn rate, and what the log itself says, side by side and each with its source.

use chrono::{DateTime, FixedOffset};
use schemars::JsonSchema;
use serde::Serialize;

use super::{BurnRate, Plan, usage::Closed};
use crate::model::{Level, NoteValue, Policy, Thresholds, Tokens, ratio};

/// Where it will end.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Forecast {
    /// The plan, where the log has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<Plan>,
    /// How fast tokens are used, where that can be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub burn_rate: Option<BurnRate>,
    /// When each threshold is crossed at that rate. Empty without a budget.
    pub thresholds: Vec<Crossing>,
    /// What the log itself expects.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stated: Option<Stated>,
    /// The risk that the log itself sees.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stated_risk: Option<String>,
    /// The line of the log where it says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stated_risk_line: Option<usize>,
    /// The risk of exceeding the budget: the plan's level, without a plan the level of what is used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub risk: Option<Risk>,
    /// What the plan leaves of the budget, without a plan what is left of it now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub safety_margin: Option<i64>,
}

/// The risk of exceeding the budget, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Risk {
    /// Below every threshold.
    Low,
    /// From the first threshold.
    Moderate,
    /// From the second.
    High,
    /// From the third.
    Critical,
    /// More than there is.
    Over,
}

impl Risk {
    /// The lower-case word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Moderate => "moderate",
            Self::High => "high",
            Self::Critical => "critical",
            Self::Over => "over",
        }
    }
}

impl From<Level> for Risk {
    fn from(level: Level) -> Self {
        match level {
            Level::Ok => Self::Low,
            Level::Note => Self::Moderate,
            Level::Warning => Self::High,
            Level::Critical => Self::Critical,
            Level::Exceeded => Self::Over,
        }
    }
}

/// Whether and when a threshold is crossed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CrossingState {
    /// It is crossed already.
    Reached,
    /// At the burn rate, in this month.
    Expected,
    /// At the burn rate, not before the month ends.
    NotThisMonth,
    /// The month is over.
    NotReached,
    /// There is no burn rate to tell by.
    Unknown,
}

/// A threshold, and when it is crossed at the burn rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Crossing {
    /// Percent of the budget.
    pub percent: u32,
    /// The level from there on.
    pub level: Level,
    /// The fewest tokens that reach it.
    pub tokens: Tokens,
    /// Whether it is crossed.
    pub state: CrossingState,
    /// When, where that is expected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<DateTime<FixedOffset>>,
}

/// What the log itself expects to be used in the end.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Stated {
    /// The lower end.
    pub from_tokens: Tokens,
    /// The upper end.
    pub to_tokens: Tokens,
    /// The share of the budget at the lower end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from_ratio: Option<f64>,
    /// The share of the budget at the upper end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to_ratio: Option<f64>,
    /// The line of the log where it says so.
    pub line: usize,
}

impl Forecast {
    pub(super) fn of(
        closed: &Closed,
        budget: Option<Tokens>,
        now: DateTime<FixedOffset>,
        policy: &Policy,
    ) -> Self {
        let used = closed.month.used();
        let plan = Plan::of(closed, budget, policy);
        let burn_rate = BurnRate::of(closed, now);
        let crossing =
            |budget, (percent, level)| crossing(closed, (percent, level), budget, burn_rate, now);
        let thresholds = budget.map(|budget| {
            policy
                .thresholds
                .steps()
                .map(|step| crossing(budget, step))
                .to_vec()
        });
        let level = budget.map(|budget| policy.thresholds.level(used.0, budget.0));
        let risk = closed.ledger.note_of(|note| match note {
            NoteValue::RiskLevel(text) => Some(text.clone()),
            _ => None,
        });
        let risk = risk.filter(|_| closed.month.newest);
        Self {
            burn_rate,
            thresholds: thresholds.unwrap_or_default(),
            stated: stated(closed, budget),
            stated_risk_line: risk.as_ref().map(|(_, place)| place.line),
            stated_risk: risk.map(|(text, _)| text),
            risk: plan
                .as_ref()
                .and_then(|plan| plan.end.level)
                .or(level)
                .map(Risk::from),
            safety_margin: plan
                .as_ref()
                .and_then(|plan| plan.end.remaining)
                .or(budget.map(|budget| budget.signed_sub(used))),
            plan,
        }
    }
}

fn crossing(
    closed: &Closed,
    (percent, level): (u32, Level),
    budget: Tokens,
    rate: Option<BurnRate>,
    now: DateTime<FixedOffset>,
) -> Crossing {
    let (used, tokens) = (closed.month.used(), Thresholds::tokens_at(percent, budget));
    let last_day = closed.month.month.last_day();
    let at = rate.and_then(|rate| rate.after(tokens.saturating_sub(used), now));
    let state = match (rate, at) {
        _ if used >= tokens => CrossingState::Reached,
        _ if now.date_naive() > last_day => CrossingState::NotReached,
        (None, _) => CrossingState::Unknown,
        (Some(_), Some(at)) if at.date_naive() <= last_day => CrossingState::Expected,
        (Some(_), _) => CrossingState::NotThisMonth,
    };
    Crossing {
        percent,
        level,
        tokens,
        state,
        at: at.filter(|_| state == CrossingState::Expected),
    }
}

/// The log's own projection, which speaks of its newest month.
fn stated(closed: &Closed, budget: Option<Tokens>) -> Option<Stated> {
    let note = closed.ledger.note_of(|note| match note {
        NoteValue::ProjectedFinal(from, to) => Some((*from, *to)),
        _ => None,
    });
    let ((from, to), place) = note.filter(|_| closed.month.newest)?;
    let share = |tokens: Tokens| budget.and_then(|budget| ratio(tokens.0, budget.0));
    Some(Stated {
        from_tokens: from,
        to_tokens: to,
        from_ratio: share(from),
        to_ratio: share(to),
        line: place.line,
    })
}
