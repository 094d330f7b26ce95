//! The ladder and the caps: from where the budget stands to a decision.

use super::{
    CapCheck, DowngradeTarget, GuardAnswer, GuardDecision, GuardHold, GuardReason, GuardRequest,
    Ladder, RequestCost, RequestKind, RequestedModel, Standing, Unjudged, estimate, ladder::Rung,
    models,
};
use crate::model::{AdmittedTier, ModelTier, Policy, Tokens};

/// What a model may be asked to do: the caps with the request, and which of them refuses it.
pub(super) struct Trial {
    pub(super) model: Option<String>,
    pub(super) cost: Option<RequestCost>,
    pub(super) caps: Vec<CapCheck>,
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

    /// A cap as it would be with the request.
    pub(super) fn with_request(&self, cap: CapCheck) -> CapCheck {
        let mut caps = self.caps.iter();
        let same = caps.find(|other| cap.is_same_limit(other)).cloned();
        same.unwrap_or(cap)
    }
}

/// Decides on a request. Fails where a cap cannot be judged, unless one that can be judged denies the request anyway.
pub fn decide(
    standing: &Standing,
    policy: &Policy,
    request: &GuardRequest,
) -> Result<GuardDecision, Box<Unjudged>> {
    let decision = decide_by_known(standing, policy, request);
    match &standing.unjudged {
        Some(unjudged) if decision.is_admitted() && !decision.is_by_override() => {
            Err(unjudged.clone())
        }
        _ => Ok(decision),
    }
}

/// Decides by the caps that can be judged.
pub fn decide_by_known(
    standing: &Standing,
    policy: &Policy,
    request: &GuardRequest,
) -> GuardDecision {
    if let Some(hold) = &standing.hold
        && let Some(decision) = under_hold(standing, hold, request, policy)
    {
        return decision;
    }
    match request.kind {
        RequestKind::Continue | RequestKind::Switch => going_on(standing, request, policy),
        RequestKind::Start
            if standing.unknown_team.is_some() && policy.guard.deny_unknown_teams =>
        {
            let trial = standing.trial(request.model.clone(), request, policy);
            let cap = trial.tightest().cloned();
            let draft = Draft::deny(GuardReason::UnknownTeam, cap.as_ref());
            let rung = Rung::of(standing, None, &policy.guard);
            let ladder = Ladder::of(standing, &rung, &policy.guard);
            draft.decision(standing, request, policy, trial, ladder)
        }
        RequestKind::Start => starting(standing, request, policy),
    }
}

/// Decides on work that a hold was granted for. None of a request for more than the hold reserves, which is judged as any other.
fn under_hold(
    standing: &Standing,
    hold: &GuardHold,
    request: &GuardRequest,
    policy: &Policy,
) -> Option<GuardDecision> {
    let tokens = standing.tokens(request).tokens;
    if tokens > hold.tokens {
        return None;
    }
    let tier = |name: &String| RequestedModel::of(name, &policy.guard).tier;
    let asked = request.model.as_ref();
    let to = match (asked, &hold.model) {
        _ if hold.overridden => None,
        (Some(asked), Some(own)) => {
            let by_price = estimate::compare(asked, own, tokens.max(Tokens(1)), policy);
            let order = by_price.unwrap_or_else(|| tier(asked).cmp(&tier(own)));
            order.is_gt().then_some(own)
        }
        (Some(asked), None) if !fits_hold(standing, hold, (asked, request), policy) => return None,
        _ => None,
    };
    let model = to.or(asked);
    let trial = standing.trial(model.cloned(), request, policy);
    let draft = Draft {
        answer: match to {
            Some(_) => GuardAnswer::Downgrade,
            None => GuardAnswer::Allow,
        },
        reason: GuardReason::UnderHold,
        cap: trial.tightest().cloned(),
        to: to.map(|own| DowngradeTarget {
            model: own.clone(),
            tier: tier(own),
        }),
    };
    let rung = Rung::of(standing, asked.map(tier), &policy.guard);
    let admitted = if hold.overridden {
        Some(ModelTier::Top)
    } else {
        hold.model.as_ref().map(tier)
    };
    let ladder = Ladder::of(standing, &rung, &policy.guard).admitting(admitted);
    Some(draft.decision(standing, request, policy, trial, ladder))
}

/// Whether a hold that names no model covers one: the ladder lets it start, and it costs no more than is reserved.
fn fits_hold(
    standing: &Standing,
    hold: &GuardHold,
    (asked, request): (&String, &GuardRequest),
    policy: &Policy,
) -> bool {
    let tier = RequestedModel::of(asked, &policy.guard).tier;
    let cost = standing.trial(Some(asked.clone()), request, policy).cost;
    let costs_no_more = cost.is_none_or(|cost| {
        let reserved = hold.cost.filter(|of| of.currency == cost.money.currency);
        reserved.is_some_and(|reserved| cost.money.nanos <= reserved.nanos)
    });
    costs_no_more && Rung::of(standing, Some(tier), &policy.guard).admits(tier)
}

/// Decides on work that runs already: denied where nothing is left. The ladder may name a cheaper model for its next step.
fn going_on(standing: &Standing, request: &GuardRequest, policy: &Policy) -> GuardDecision {
    let trial = standing.trial(request.model.clone(), request, policy);
    let used_up = standing.caps.iter().filter(|cap| cap.is_used_up());
    let used_up = used_up.max_by_key(|cap| cap.tightness());
    let asked = request.model.as_deref();
    let tier = asked.map(|name| RequestedModel::of(name, &policy.guard).tier);
    let rung = Rung::of(standing, tier, &policy.guard);
    // The work itself may go on, with the model that it has.
    let at_least = (request.kind == RequestKind::Continue).then_some(ModelTier::Bottom);
    let admitted = rung.admitted.max(at_least);
    let ladder = Ladder::of(standing, &rung, &policy.guard).admitting(at_least);
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
        (None, None) if request.kind == RequestKind::Switch && tier > admitted => {
            let reason = admitted.map_or(rung.reason, |_| GuardReason::NoCheaperModel);
            Draft::deny(reason, rung.cap)
        }
        (None, None) => Draft {
            answer: GuardAnswer::Allow,
            reason: standing.fine(),
            cap: trial.tightest().cloned(),
            to: None,
        },
    };
    draft.decision(standing, request, policy, trial, ladder)
}

/// Decides on work that is to start.
fn starting(standing: &Standing, request: &GuardRequest, policy: &Policy) -> GuardDecision {
    let guard = &policy.guard;
    let asked = request.model.as_deref();
    let tier = asked.map(|name| RequestedModel::of(name, guard).tier);
    let rung = Rung::of(standing, tier, guard);
    let admitted = rung.admitted;
    let ladder = Ladder::of(standing, &rung, guard);
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
            return draft.decision(standing, request, policy, trial, ladder);
        }
        (Some(_), None) => match trials.last().and_then(Trial::refusing) {
            Some(cap) => Draft::deny(GuardReason::Cap, Some(cap)),
            None => Draft::deny(GuardReason::NoCheaperModel, rung.cap),
        },
    };
    let trial = trials.pop();
    let trial = trial.unwrap_or_else(|| standing.trial(request.model.clone(), request, policy));
    draft.decision(standing, request, policy, trial, ladder)
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
        ladder: Ladder,
    ) -> GuardDecision {
        // A rung of the ladder is one of a cap before the request: what is shown has the request.
        let is_by_ladder = self.reason != GuardReason::Cap;
        let cap = self.cap.map(|cap| {
            if is_by_ladder {
                trial.with_request(cap)
            } else {
                cap
            }
        });
        let model = request.model.as_deref();
        let of_span = cap.as_ref().filter(|check| check.cap.span.is_some());
        let of_span = of_span.and_then(|check| check.cap.resets_at);
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
            under_hold: standing
                .hold
                .clone()
                .filter(|_| self.reason == GuardReason::UnderHold),
            ended_hold: standing.ended_hold.clone(),
            foreign_hold: standing.foreign_hold.clone(),
            ladder,
            cap,
            caps: trial.caps,
            resets_at: of_span.or(standing.resets_at),
            overridden: None,
            unjudged: None,
        }
    }
}
