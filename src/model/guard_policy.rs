//! What `guard` decides by: tiers of models, and how far each may go as the budget runs out.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use strum::{Display, IntoStaticStr};

use super::{Level, Tokens};

/// How capable, and how expensive, a model is among those of its provider. The cheapest first.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    JsonSchema,
    Display,
    IntoStaticStr,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum ModelTier {
    Bottom,
    Middle,
    Top,
}

impl ModelTier {
    /// The cheapest first.
    pub const ALL: [Self; 3] = [Self::Bottom, Self::Middle, Self::Top];
}

/// The highest tier that may start; `None` where no work may.
pub type AdmittedTier = Option<ModelTier>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuardPolicy {
    /// The models that the settings name for a tier, the preferred ones first.
    pub tiers: BTreeMap<ModelTier, Vec<String>>,
    /// The tier of models that neither the settings nor the program know.
    pub default_tier: ModelTier,
    /// Whether a team that neither the log nor the settings know is denied; else only the budget of all teams applies to it.
    pub deny_unknown_teams: bool,
    /// The tokens of work for which the caller gives no number, in place of what the rows of the log say.
    pub estimate: Option<Tokens>,
    pub levels: LevelLadder,
    pub money: MoneyLadder,
}

impl GuardPolicy {
    /// The tokens of work for which neither the caller, nor the settings, nor a row of the log give a number.
    pub const DEFAULT_ESTIMATE: Tokens = Tokens(5_000);
}

impl Default for GuardPolicy {
    fn default() -> Self {
        Self {
            tiers: BTreeMap::new(),
            default_tier: ModelTier::Top,
            deny_unknown_teams: false,
            estimate: None,
            levels: LevelLadder::default(),
            money: MoneyLadder::default(),
        }
    }
}

/// The highest tier that may start from each level on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LevelLadder {
    pub note: AdmittedTier,
    pub warning: AdmittedTier,
    pub critical: AdmittedTier,
    pub exceeded: AdmittedTier,
}

impl Default for LevelLadder {
    fn default() -> Self {
        Self {
            note: Some(ModelTier::Top),
            warning: Some(ModelTier::Middle),
            critical: Some(ModelTier::Bottom),
            exceeded: None,
        }
    }
}

impl LevelLadder {
    pub const fn at(self, level: Level) -> AdmittedTier {
        match level {
            Level::Ok => Some(ModelTier::Top),
            Level::Note => self.note,
            Level::Warning => self.warning,
            Level::Critical => self.critical,
            Level::Exceeded => self.exceeded,
        }
    }
}

/// The money that must remain of a cost budget for models of each tier to start, in nanos of its currency. With less than `bottom`,
/// no work starts; with less than `top` or `middle`, models of that tier give way to the bottom tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MoneyLadder {
    pub top: i128,
    pub middle: i128,
    pub bottom: i128,
}

impl Default for MoneyLadder {
    fn default() -> Self {
        Self {
            top: 1_000_000_000,
            middle: 200_000_000,
            bottom: 100_000_000,
        }
    }
}

impl MoneyLadder {
    /// The highest tier of which a model may start while so much remains of a limit.
    pub fn highest(self, remaining: i128, limit: i128) -> AdmittedTier {
        let mut tiers = ModelTier::ALL.into_iter().rev();
        tiers.find(|tier| self.admit(*tier, remaining, limit).0 >= Some(*tier))
    }

    /// The tier to which a model of this tier is limited while so much remains of a limit, and the minimum that is not reached. One
    /// that is larger than the limit itself does not apply.
    pub fn admit(self, tier: ModelTier, remaining: i128, limit: i128) -> (AdmittedTier, i128) {
        let missing = |minimum: i128| minimum <= limit && remaining < minimum;
        if missing(self.bottom) {
            return (None, self.bottom);
        }
        let minimums = [(ModelTier::Top, self.top), (ModelTier::Middle, self.middle)];
        let mut minimums = minimums.into_iter();
        let found = minimums.find(|(of, minimum)| *of <= tier && missing(*minimum));
        found.map_or((Some(ModelTier::Top), 0), |(_, minimum)| {
            (Some(ModelTier::Bottom), minimum)
        })
    }
}
