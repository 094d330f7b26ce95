//! The `[guard]` table: tiers of models, and the ladder.

use std::collections::{BTreeMap, HashSet};

use serde::Deserialize;

use super::{
    file::{Spelling, Value},
    problems::{ProblemList, brief},
};
use crate::{
    log::cell,
    model::{AdmittedTier, GuardPolicy, LevelLadder, ModelTier, MoneyLadder, Tokens},
};

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GuardTable {
    default_tier: Option<Value<ModelTier>>,
    estimate: Option<Value<Tokens>>,
    tiers: TiersTable,
    levels: LevelsTable,
    money: MoneyTable,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct TiersTable {
    top: Vec<String>,
    middle: Vec<String>,
    bottom: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct LevelsTable {
    note: Option<Value<Highest>>,
    warning: Option<Value<Highest>>,
    critical: Option<Value<Highest>>,
    exceeded: Option<Value<Highest>>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct MoneyTable {
    top: Option<Value<Nanos>>,
    middle: Option<Value<Nanos>>,
    bottom: Option<Value<Nanos>>,
}

impl Spelling for ModelTier {
    const IS_NUMBER: bool = false;

    fn expected() -> String {
        "\"top\", \"middle\" or \"bottom\"".to_owned()
    }

    fn read(text: &str) -> Option<Self> {
        let mut tiers = Self::ALL.into_iter();
        tiers.find(|tier| tier.to_string() == text)
    }
}

/// The highest tier that may start.
struct Highest(AdmittedTier);

impl Spelling for Highest {
    const IS_NUMBER: bool = false;

    fn expected() -> String {
        "\"top\", \"middle\", \"bottom\" or \"none\"".to_owned()
    }

    fn read(text: &str) -> Option<Self> {
        match text {
            "none" => Some(Self(None)),
            text => ModelTier::read(text).map(|tier| Self(Some(tier))),
        }
    }
}

/// An amount in the currency of the cost budget.
struct Nanos(i128);

impl Spelling for Nanos {
    fn expected() -> String {
        "an amount like 0.20, in the currency of the cost budget".to_owned()
    }

    fn read(text: &str) -> Option<Self> {
        let money = cell::money(text).ok()??;
        let is_plain = money.currency.is_none() && !money.amount.estimate;
        is_plain.then(|| Self(money.amount.value.into()))
    }
}

impl GuardTable {
    /// Checks what the values must agree on.
    pub fn policy(self, problems: &mut ProblemList<'_>) -> GuardPolicy {
        let default = GuardPolicy::default();
        let highest = |value: Option<Value<Highest>>, default| value.map_or(default, |of| of.0.0);
        let nanos = |value: Option<Value<Nanos>>, default| value.map_or(default, |of| of.0.0);
        let LevelsTable {
            note,
            warning,
            critical,
            exceeded,
        } = self.levels;
        let policy = GuardPolicy {
            tiers: tiers(self.tiers, problems),
            default_tier: self
                .default_tier
                .map_or(default.default_tier, |tier| tier.0),
            estimate: self.estimate.map_or(default.estimate, |tokens| tokens.0),
            levels: LevelLadder {
                note: highest(note, default.levels.note),
                warning: highest(warning, default.levels.warning),
                critical: highest(critical, default.levels.critical),
                exceeded: highest(exceeded, default.levels.exceeded),
            },
            money: MoneyLadder {
                top: nanos(self.money.top, default.money.top),
                middle: nanos(self.money.middle, default.money.middle),
                bottom: nanos(self.money.bottom, default.money.bottom),
            },
        };
        let levels = policy.levels;
        let levels = [
            levels.note,
            levels.warning,
            levels.critical,
            levels.exceeded,
        ];
        if !levels.is_sorted_by(|one, next| one >= next) {
            problems.add_at(
                &["guard", "levels"],
                "a higher level lets a more expensive tier start than a lower level",
                "let no level admit more than the one before: the defaults are note = \"top\", warning = \"middle\", critical = \"bottom\", exceeded = \"none\"",
            );
        }
        let money = policy.money;
        if money.top < money.middle || money.middle < money.bottom {
            problems.add_at(
                &["guard", "money"],
                "a cheaper tier needs more money left than a more expensive one",
                "set top to middle or more, and middle to bottom or more: the defaults are 1.00, 0.20 and 0.10",
            );
        }
        policy
    }
}

fn tiers(table: TiersTable, problems: &mut ProblemList<'_>) -> BTreeMap<ModelTier, Vec<String>> {
    let mut seen = HashSet::new();
    let of = [
        (ModelTier::Top, "top", table.top),
        (ModelTier::Middle, "middle", table.middle),
        (ModelTier::Bottom, "bottom", table.bottom),
    ];
    let mut tiers = BTreeMap::new();
    for (tier, key, models) in of {
        for model in &models {
            if !seen.insert(model.to_ascii_lowercase()) {
                let message = format!("`{}` is named twice", brief(model));
                let help = "name each model once, in one tier";
                problems.add_at(&["guard", "tiers", key], message, help);
            }
        }
        if !models.is_empty() {
            tiers.insert(tier, models);
        }
    }
    tiers
}
