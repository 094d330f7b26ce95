//! Whether work may start: a report, a policy and a request make a decision. Pure: reading the log, granting holds and printing the
//! answer are for `session`, `commands` and `render`.
//!
//! Two things decide. The *ladder* looks at what is used and reserved before the request: at each level, and below some amounts of
//! money that remain, only models up to a tier may start, or none. The *caps* then admit what is used, reserved and requested up to
//! their limits exactly. All of them hold, and the strictest answers.

mod caps;
mod counts;
mod decide;
mod estimate;
mod ladder;
mod models;
mod standing;
#[cfg(test)]
mod tests;

use chrono::{DateTime, FixedOffset};
use schemars::JsonSchema;
use serde::Serialize;
use serde_with::skip_serializing_none;
use strum::{Display, IntoStaticStr, VariantArray};

pub use caps::{CapCheck, EstimatedUse};
pub use counts::DecisionCounts;
pub use decide::{decide, decide_by_known};
pub use estimate::{EstimateSource, PriceSource, RequestCost, TokenEstimate};
pub(super) use estimate::{LogPrices, cost as estimated_cost};
pub use ladder::Ladder;
pub use standing::{Standing, override_hold};

use crate::model::{GuardPolicy, ModelTier, Money, Policy, Tokens};

/// What asks to be admitted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GuardRequest {
    /// Without a team, only the caps of the total apply.
    pub team: Option<String>,
    /// What else may be the name of the team, if none is given: the first that the log or the settings know.
    pub roles: Vec<String>,
    /// The team if none of these is known.
    pub otherwise: Option<String>,
    /// Without a number, an estimate by the log.
    pub tokens: Option<Tokens>,
    /// Without a model, the answer is allow or deny.
    pub model: Option<String>,
    pub kind: RequestKind,
    /// The id of the hold that the work was granted.
    pub under_hold: Option<String>,
    /// Where it is not allowed as it is and names no hold, one that an override granted its team may admit it.
    pub by_override: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RequestKind {
    /// Work that is to start.
    #[default]
    Start,
    /// A step of work that runs already. It uses nothing by itself, and is denied only where nothing is left.
    Continue,
    /// Another model for work that runs already. Denied where nothing is left, and where no model of that tier may start.
    Switch,
}

/// The answer.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    JsonSchema,
    Display,
    IntoStaticStr,
    VariantArray,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum GuardAnswer {
    Allow,
    /// Allowed with a cheaper model.
    Downgrade,
    Deny,
}

/// Why a request is answered as it is.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    JsonSchema,
    Display,
    IntoStaticStr,
    VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum GuardReason {
    /// It fits all caps.
    WithinCaps,
    /// There is no budget that applies.
    NoCaps,
    /// A person overrode the answer.
    Override,
    /// The level of what is used and reserved.
    Level,
    /// The money that remains.
    MoneyLeft,
    /// It does not fit a cap.
    Cap,
    /// Only cheaper models may start, and none is known for this one.
    NoCheaperModel,
    /// The log and the settings know no team of this name, and the settings deny such ones.
    UnknownTeam,
    /// A hold that has not ended reserves the tokens for it.
    UnderHold,
}

impl GuardReason {
    /// Whether it may be that of an answer.
    pub(super) const fn may_decide(self, answer: GuardAnswer) -> bool {
        match self {
            Self::WithinCaps | Self::NoCaps | Self::Override => {
                matches!(answer, GuardAnswer::Allow)
            }
            Self::Level | Self::MoneyLeft | Self::Cap => !matches!(answer, GuardAnswer::Allow),
            Self::NoCheaperModel | Self::UnknownTeam => matches!(answer, GuardAnswer::Deny),
            // A hook denies where the harness cannot take the cheaper model of a hold.
            Self::UnderHold => true,
        }
    }
}

/// The model to use instead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DowngradeTarget {
    pub model: String,
    pub tier: ModelTier,
}

/// The model that is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RequestedModel {
    pub name: String,
    pub tier: ModelTier,
    /// Neither the settings nor the program know it, so it is taken for one of the default tier.
    pub is_unknown: bool,
}

impl RequestedModel {
    pub fn of(name: &str, policy: &GuardPolicy) -> Self {
        let tier = models::known_tier(name, policy);
        Self {
            name: name.to_owned(),
            tier: tier.unwrap_or(policy.default_tier),
            is_unknown: tier.is_none(),
        }
    }
}

/// A decision, with all that it rests on.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct GuardDecision {
    #[serde(rename = "decision")]
    pub answer: GuardAnswer,
    pub reason: GuardReason,
    /// The team, as the log names it.
    pub team: Option<String>,
    /// A name that is no team of the log, so that no cap of a team applies.
    pub unknown_team: Option<String>,
    /// The team that may be meant by it.
    pub similar_team: Option<String>,
    pub model: Option<RequestedModel>,
    /// The model to use instead, of a downgrade.
    pub to: Option<DowngradeTarget>,
    /// The tokens that are judged, and where their number comes from.
    pub requested: TokenEstimate,
    /// What they cost with the model that may be used, where there is a cost budget.
    pub cost: Option<RequestCost>,
    /// The hold that the work runs under.
    pub under_hold: Option<GuardHold>,
    /// The id that was given for a hold which has ended, or which the log does not have.
    pub ended_hold: Option<String>,
    /// The hold that was given, where it is another team's.
    pub foreign_hold: Option<ForeignHold>,
    #[serde(flatten)]
    #[schemars(flatten)]
    pub ladder: Ladder,
    /// The cap that decided; of an allowed request the tightest. Absent without caps.
    pub cap: Option<CapCheck>,
    /// All caps that apply.
    pub caps: Vec<CapCheck>,
    /// When the caps are reset. Absent where that is done by hand.
    pub resets_at: Option<DateTime<FixedOffset>>,
    /// What the answer would have been, where it was overridden.
    pub overridden: Option<OverriddenAnswer>,
    /// Why a cap could not be judged, where the answer was overridden.
    pub unjudged: Option<String>,
}

/// An answer that a person overrode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct OverriddenAnswer {
    #[serde(rename = "decision")]
    pub answer: GuardAnswer,
    pub reason: GuardReason,
}

/// A hold of another team.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ForeignHold {
    pub id: String,
    pub team: String,
}

/// A hold that work runs under.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct GuardHold {
    pub id: String,
    /// What it reserves.
    pub tokens: Tokens,
    /// What it reserves of a cost budget.
    pub cost: Option<Money>,
    pub model: Option<String>,
    /// It was granted by an override, so that any model may use its tokens.
    pub overridden: bool,
}

/// A cap that cannot be judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unjudged {
    pub message: String,
    pub help: String,
}

impl GuardDecision {
    pub fn is_admitted(&self) -> bool {
        self.answer != GuardAnswer::Deny
    }

    /// A hold that an override granted admits it.
    pub(super) fn is_by_override(&self) -> bool {
        self.under_hold.as_ref().is_some_and(|hold| hold.overridden)
    }

    /// Allows it all the same, with the model that is asked for: that is what it costs then.
    #[must_use]
    pub fn overridden(self, standing: &Standing, policy: &Policy, request: &GuardRequest) -> Self {
        let trial = standing.trial(request.model.clone(), request, policy);
        Self {
            cost: trial.cost,
            cap: self.cap.map(|cap| trial.with_request(cap)),
            caps: trial.caps,
            overridden: Some(OverriddenAnswer {
                answer: self.answer,
                reason: self.reason,
            }),
            answer: GuardAnswer::Allow,
            reason: GuardReason::Override,
            to: None,
            ..self
        }
    }
}
