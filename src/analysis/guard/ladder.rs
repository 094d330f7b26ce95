//! The ladder: up to which tier models may start at the level of each cap, and with the money that remains of it.

use std::cmp::Reverse;

use schemars::JsonSchema;
use serde::Serialize;
use serde_with::skip_serializing_none;

use super::{CapCheck, GuardReason, Standing};
use crate::{
    analysis::CapAmount,
    model::{AdmittedTier, GuardPolicy, ModelTier},
};

/// What the ladder lets start now.
#[skip_serializing_none]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Ladder {
    /// The highest tier of which a model may start now, whatever model was asked for. Absent where none may.
    pub admitted_tier: Option<ModelTier>,
    /// What keeps models of higher tiers from starting: `level` or `money_left`. Absent where all may start.
    pub limited_by: Option<GuardReason>,
    /// The money that must remain of a cap for a model of the tier that was asked for, where less remains. Without a model: of the top
    /// tier.
    pub needed: Option<CapAmount>,
}

impl Default for Ladder {
    fn default() -> Self {
        Self {
            admitted_tier: Some(ModelTier::Top),
            limited_by: None,
            needed: None,
        }
    }
}

impl Ladder {
    /// For a request of a tier, which a rung decides on.
    pub(super) fn of(standing: &Standing, rung: &Rung<'_>, guard: &GuardPolicy) -> Self {
        let highest = Rung::highest(standing, guard);
        let limiting = if rung.is_limit() { rung } else { &highest };
        let is_limit = highest.is_limit();
        let needed = rung.cap.zip(rung.needed).filter(|_| rung.is_limit());
        Self {
            admitted_tier: highest.admitted,
            limited_by: is_limit.then_some(limiting.reason),
            needed: needed.map(|(cap, needed)| cap.cap.amount(needed)),
        }
    }

    /// The same where models up to a tier may start in any case.
    pub(super) fn admitting(self, tier: AdmittedTier) -> Self {
        if tier == Some(ModelTier::Top) {
            return Self::default();
        }
        Self {
            admitted_tier: self.admitted_tier.max(tier),
            ..self
        }
    }
}

/// How far the ladder lets work go, and which cap says so.
pub(super) struct Rung<'c> {
    /// The highest tier that may take the place of the model that is asked for.
    pub(super) admitted: AdmittedTier,
    pub(super) reason: GuardReason,
    pub(super) cap: Option<&'c CapCheck>,
    /// The money that must remain of the cap, in nanos.
    needed: Option<i128>,
}

impl<'c> Rung<'c> {
    /// The lowest rung that any cap leads to. A request without a model is judged as one of the top tier that may become any other.
    pub(super) fn of(standing: &'c Standing, tier: Option<ModelTier>, guard: &GuardPolicy) -> Self {
        let tier = tier.unwrap_or(ModelTier::Top);
        Self::lowest(standing, guard, |remaining, limit| {
            let (admitted, needed) = guard.money.admit(tier, remaining, limit);
            (admitted, Some(needed))
        })
    }

    /// That of the highest tier of which a model may start.
    fn highest(standing: &'c Standing, guard: &GuardPolicy) -> Self {
        Self::lowest(standing, guard, |remaining, limit| {
            (guard.money.highest(remaining, limit), None)
        })
    }

    fn lowest(
        standing: &'c Standing,
        guard: &GuardPolicy,
        by_money: impl Fn(i128, i128) -> (AdmittedTier, Option<i128>),
    ) -> Self {
        let rungs = standing.caps.iter().flat_map(|cap| {
            let by_level = Self {
                admitted: guard.levels.at(cap.level),
                reason: GuardReason::Level,
                cap: Some(cap),
                needed: None,
            };
            let by_money = cap.is_of_money().then(|| {
                let (admitted, needed) = by_money(cap.cap.left(), cap.cap.limit);
                Self {
                    admitted,
                    reason: GuardReason::MoneyLeft,
                    cap: Some(cap),
                    needed,
                }
            });
            [Some(by_level), by_money].into_iter().flatten()
        });
        let lowest = rungs.min_by_key(|rung| {
            let tightness = rung.cap.map(CapCheck::tightness);
            (rung.admitted, Reverse(tightness))
        });
        lowest.unwrap_or(Self {
            admitted: Some(ModelTier::Top),
            reason: GuardReason::NoCaps,
            cap: None,
            needed: None,
        })
    }

    /// Whether any tier is kept from starting.
    fn is_limit(&self) -> bool {
        self.admitted < Some(ModelTier::Top)
    }

    /// Whether it lets models of a tier start.
    pub(super) fn admits(&self, tier: ModelTier) -> bool {
        Some(tier) <= self.admitted
    }
}
