//! Whether work may start: a report, a policy and a request make a decision. Pure: reading the log, granting holds and telling the
//! answer are for `session`, `commands` and `render`.
//!
//! Two things decide. The *ladder* looks at what is used and reserved before the request: at each level, and below some amounts of
//! money that remain, only models up to a tier may start, or none. The *caps* then admit what is used, reserved and requested up to
//! their limits exactly. All of them hold, and the strictest answers.

mod caps;
mod counts;
mod estimate;
mod models;
mod standing;
#[cfg(test)]
mod tests;

use chrono::{DateTime, FixedOffset};
use schemars::JsonSchema;
use serde::Serialize;
use serde_with::skip_serializing_none;
use strum::{Display, IntoStaticStr};

pub use caps::CapCheck;
pub use counts::DecisionCounts;
pub use estimate::{EstimateSource, PriceSource, RequestCost, TokenEstimate};
pub(super) use estimate::{LogPrices, cost as estimated_cost};
pub use standing::Standing;

use crate::model::{AdmittedTier, GuardPolicy, ModelTier, Policy, Tokens};

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
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RequestKind {
    /// Work that is to start.
    #[default]
    Start,
    /// A step of work that runs already. It uses nothing by itself, and is denied only where nothing is left.
    Continue,
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
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum GuardAnswer {
    Allow,
    /// Allowed with a cheaper model.
    Downgrade,
    Deny,
}

impl GuardAnswer {
    pub const ALL: [Self; 3] = [Self::Allow, Self::Downgrade, Self::Deny];
}

impl GuardReason {
    pub const ALL: [Self; 7] = [
        Self::WithinCaps,
        Self::NoCaps,
        Self::Override,
        Self::Level,
        Self::MoneyLeft,
        Self::Cap,
        Self::NoCheaperModel,
    ];
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
    /// The highest tier of models that may start now. Absent where no work may.
    pub admitted_tier: Option<ModelTier>,
    /// What keeps models of higher tiers from starting: `level` or `money_left`.
    pub limited_by: Option<GuardReason>,
    /// The cap that decided; of an allowed request the tightest. Absent without caps.
    pub cap: Option<CapCheck>,
    /// All caps that apply.
    pub caps: Vec<CapCheck>,
    /// When the caps are reset. Absent where that is done by hand.
    pub resets_at: Option<DateTime<FixedOffset>>,
    /// What the answer would have been, where it was overridden.
    pub overridden: Option<OverriddenAnswer>,
}

/// An answer that a person overrode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct OverriddenAnswer {
    #[serde(rename = "decision")]
    pub answer: GuardAnswer,
    pub reason: GuardReason,
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

    /// Allows it all the same.
    #[must_use]
    pub fn overridden(self) -> Self {
        Self {
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

/// How far the ladder lets work go, and which cap says so.
struct Rung<'c> {
    admitted: AdmittedTier,
    reason: GuardReason,
    cap: Option<&'c CapCheck>,
}

impl Rung<'_> {
    /// What keeps models from starting, if any are kept.
    fn limits(&self) -> Option<GuardReason> {
        let is_limit = self.admitted < Some(ModelTier::Top);
        is_limit.then_some(self.reason)
    }
}

/// What a model may be asked to do: the caps with the request, and which of them refuses it.
struct Trial {
    model: Option<String>,
    cost: Option<RequestCost>,
    caps: Vec<CapCheck>,
}

impl Trial {
    /// The cap that refuses the request; of several the tightest.
    fn refusing(&self) -> Option<&CapCheck> {
        let refusing = self.caps.iter().filter(|cap| !cap.admits());
        refusing.max_by_key(|cap| cap.tightness())
    }

    fn tightest(&self) -> Option<&CapCheck> {
        self.caps.iter().max_by_key(|cap| cap.tightness())
    }
}

/// Decides on a request. Fails where a cap cannot be judged, unless one that can be judged denies the request anyway.
pub fn decide(
    standing: &Standing,
    policy: &Policy,
    request: &GuardRequest,
) -> Result<GuardDecision, Box<Unjudged>> {
    let decision = match request.kind {
        RequestKind::Continue => going_on(standing, request, policy),
        RequestKind::Start => starting(standing, request, policy),
    };
    match &standing.unjudged {
        Some(unjudged) if decision.is_admitted() => Err(unjudged.clone()),
        _ => Ok(decision),
    }
}

/// Of work that runs already: denied where nothing is left. The ladder may name a cheaper model for its next step.
fn going_on(standing: &Standing, request: &GuardRequest, policy: &Policy) -> GuardDecision {
    let trial = standing.trial(request.model.clone(), request, policy);
    let used_up = standing.caps.iter().filter(|cap| cap.is_used_up());
    let used_up = used_up.max_by_key(|cap| cap.tightness());
    let asked = request.model.as_deref();
    let tier = asked.map(|name| RequestedModel::of(name, &policy.guard).tier);
    let rung = rung(standing, tier, &policy.guard);
    let admitted = rung.admitted.max(Some(ModelTier::Bottom));
    let limit = (admitted, rung.limits());
    let cheaper = asked.zip(tier).filter(|(_, tier)| Some(*tier) > admitted);
    let cheaper = cheaper.and_then(|(asked, tier)| {
        let mut targets = targets(asked, tier, admitted, policy);
        targets.next()
    });
    let draft = match (used_up, cheaper) {
        (Some(cap), _) => Draft::deny(GuardReason::Cap, Some(cap)),
        (None, Some(to)) => Draft {
            answer: GuardAnswer::Downgrade,
            reason: rung.reason,
            cap: rung.cap.cloned(),
            to: Some(to),
        },
        (None, None) => Draft {
            answer: GuardAnswer::Allow,
            reason: standing.fine(),
            cap: trial.tightest().cloned(),
            to: None,
        },
    };
    draft.decision(standing, request, policy, trial, limit)
}

/// Of work that is to start.
fn starting(standing: &Standing, request: &GuardRequest, policy: &Policy) -> GuardDecision {
    let guard = &policy.guard;
    let asked = request.model.as_deref();
    let tier = asked.map(|name| RequestedModel::of(name, guard).tier);
    let rung = rung(standing, tier, guard);
    let admitted = rung.admitted;
    let limit = (admitted, rung.limits());
    let mut trials = trials(standing, request, tier, admitted, policy);
    let fits = trials.iter().position(|trial| trial.refusing().is_none());
    let draft = match (admitted, fits) {
        (None, _) => Draft::deny(rung.reason, rung.cap),
        (Some(_), Some(at)) => {
            let trial = trials.remove(at);
            let is_asked = trial.model.as_deref() == asked;
            let to = trial.model.clone().filter(|_| !is_asked);
            let to = to.map(|model| DowngradeTarget {
                tier: RequestedModel::of(&model, guard).tier,
                model,
            });
            let is_by_ladder = tier.is_some_and(|tier| Some(tier) > admitted);
            let refused = trials.first().and_then(Trial::refusing).cloned();
            let (answer, reason, cap) = match &to {
                None => (
                    GuardAnswer::Allow,
                    standing.fine(),
                    trial.tightest().cloned(),
                ),
                Some(_) if is_by_ladder => (GuardAnswer::Downgrade, rung.reason, rung.cap.cloned()),
                Some(_) => (GuardAnswer::Downgrade, GuardReason::Cap, refused),
            };
            let draft = Draft {
                answer,
                reason,
                cap,
                to,
            };
            return draft.decision(standing, request, policy, trial, limit);
        }
        (Some(_), None) => match trials.last().and_then(Trial::refusing) {
            Some(cap) => Draft::deny(GuardReason::Cap, Some(cap)),
            None => Draft::deny(GuardReason::NoCheaperModel, rung.cap),
        },
    };
    let trial = trials.pop();
    let trial = trial.unwrap_or_else(|| standing.trial(request.model.clone(), request, policy));
    draft.decision(standing, request, policy, trial, limit)
}

/// The models to try, the one that is asked for first where it may start, then cheaper ones, each with the caps as they would be.
fn trials(
    standing: &Standing,
    request: &GuardRequest,
    tier: Option<ModelTier>,
    admitted: AdmittedTier,
    policy: &Policy,
) -> Vec<Trial> {
    let Some((asked, tier)) = request.model.as_deref().zip(tier) else {
        return vec![standing.trial(None, request, policy)];
    };
    let own = (Some(tier) <= admitted).then(|| asked.to_owned());
    let lower = targets(asked, tier, admitted, policy).map(|target| target.model);
    let models = own.into_iter().chain(lower);
    models
        .map(|model| standing.trial(Some(model), request, policy))
        .collect()
}

/// The cheaper models that may take the place of one, one in each tier that may start, the highest first.
fn targets<'a>(
    asked: &'a str,
    tier: ModelTier,
    admitted: AdmittedTier,
    policy: &'a Policy,
) -> impl Iterator<Item = DowngradeTarget> + use<'a> {
    let lower = ModelTier::ALL.into_iter().rev();
    let lower = lower.filter(move |lower| *lower < tier && Some(*lower) <= admitted);
    lower.filter_map(move |tier| {
        let mut names = models::fallbacks(asked, tier, &policy.guard).into_iter();
        let model = names.find(|name| estimate::is_cheaper(name, asked, policy))?;
        Some(DowngradeTarget { model, tier })
    })
}

/// The lowest rung of the ladder that any cap leads to. A request without a model is judged as one of the top tier that may become
/// any other.
fn rung<'c>(standing: &'c Standing, tier: Option<ModelTier>, guard: &GuardPolicy) -> Rung<'c> {
    let rungs = standing.caps.iter().flat_map(|cap| {
        let by_level = Rung {
            admitted: guard.levels.at(cap.level),
            reason: GuardReason::Level,
            cap: Some(cap),
        };
        let by_money = cap.is_of_money().then(|| Rung {
            admitted: guard
                .money
                .admit(tier.unwrap_or(ModelTier::Top), cap.cap.left()),
            reason: GuardReason::MoneyLeft,
            cap: Some(cap),
        });
        [Some(by_level), by_money].into_iter().flatten()
    });
    let lowest = rungs.min_by_key(|rung| {
        let tightness = rung.cap.map(CapCheck::tightness);
        (rung.admitted, std::cmp::Reverse(tightness))
    });
    lowest.unwrap_or(Rung {
        admitted: Some(ModelTier::Top),
        reason: GuardReason::NoCaps,
        cap: None,
    })
}

/// What a decision comes down to.
struct Draft {
    answer: GuardAnswer,
    reason: GuardReason,
    cap: Option<CapCheck>,
    to: Option<DowngradeTarget>,
}

impl Draft {
    fn deny(reason: GuardReason, cap: Option<&CapCheck>) -> Self {
        Self {
            answer: GuardAnswer::Deny,
            reason,
            cap: cap.cloned(),
            to: None,
        }
    }

    fn decision(
        self,
        standing: &Standing,
        request: &GuardRequest,
        policy: &Policy,
        trial: Trial,
        (admitted_tier, limited_by): (AdmittedTier, Option<GuardReason>),
    ) -> GuardDecision {
        // A rung of the ladder is one of a cap before the request: what is shown has the request.
        let with_request = |cap: CapCheck| {
            let mut caps = trial.caps.iter();
            let same = caps.find(|other| cap.is_same_limit(other)).cloned();
            same.unwrap_or(cap)
        };
        let is_by_ladder = self.reason != GuardReason::Cap;
        let cap = self.cap.map(|cap| match is_by_ladder {
            true => with_request(cap),
            false => cap,
        });
        let model = request.model.as_deref();
        GuardDecision {
            answer: self.answer,
            reason: self.reason,
            team: standing.team.clone(),
            unknown_team: standing.unknown_team.clone(),
            similar_team: standing.similar_team.clone(),
            model: model.map(|name| RequestedModel::of(name, &policy.guard)),
            to: self.to,
            requested: standing.tokens(request),
            cost: trial.cost,
            admitted_tier,
            limited_by,
            cap,
            caps: trial.caps,
            resets_at: standing.resets_at,
            overridden: None,
        }
    }
}
