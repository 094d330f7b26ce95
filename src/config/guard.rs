//! The `[guard]` table: tiers of models, and the ladder.

use std::{
    collections::{BTreeMap, HashSet},
    path::{Path, PathBuf},
};

use serde::Deserialize;

use super::{
    problems::{ProblemList, brief},
    spelling::{Spelling, Value},
};
use crate::{
    log::cell,
    model::{AdmittedTier, GuardPolicy, LevelLadder, ModelTier, MoneyLadder, Tokens},
    store::{self, Checkout},
};

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GuardTable {
    default_tier: Option<Value<ModelTier>>,
    estimate: Option<Value<Tokens>>,
    unknown_team: Option<Value<UnknownTeam>>,
    tiers: TiersTable,
    levels: LevelsTable,
    money: MoneyTable,
    pub team: Vec<TeamRuleTable>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TeamRuleTable {
    team: Option<String>,
    folder: Option<Value<PathBuf>>,
    branch: Option<String>,
    worktree: Option<String>,
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

/// What becomes of a team that neither the log nor the settings know.
#[derive(PartialEq, Eq)]
enum UnknownTeam {
    Allow,
    Deny,
}

impl Spelling for UnknownTeam {
    const IS_NUMBER: bool = false;

    fn expected() -> String {
        "\"allow\" or \"deny\"".to_owned()
    }

    fn read(text: &str) -> Option<Self> {
        match text {
            "allow" => Some(Self::Allow),
            "deny" => Some(Self::Deny),
            _ => None,
        }
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
            deny_unknown_teams: self.unknown_team == Some(Value(UnknownTeam::Deny)),
            estimate: self.estimate.map(|tokens| tokens.0),
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

/// Which team works somewhere. All that a rule names has to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TeamRule {
    pub team: String,
    /// The agent works in it or below it. Relative to the folder of the settings.
    pub folder: Option<PathBuf>,
    /// The branch that is checked out; with a `*` at its end, what it begins with.
    pub branch: Option<String>,
    /// The name of the linked worktree, with or without such a `*`.
    pub worktree: Option<String>,
}

impl TeamRule {
    /// Reads the rules. Each needs a team, and a place that it works in.
    pub fn read(tables: Vec<TeamRuleTable>, problems: &mut ProblemList<'_>) -> Vec<Self> {
        let mut rules = Vec::new();
        for table in tables {
            let TeamRuleTable {
                team,
                folder,
                branch,
                worktree,
            } = table;
            let team = team.filter(|team| !team.trim().is_empty());
            let is_empty = folder.is_none() && branch.is_none() && worktree.is_none();
            let Some(team) = team.filter(|_| !is_empty) else {
                let message = "a rule needs a team, and a folder, a branch or a worktree";
                let help = "write one like { team = \"QA\", folder = \"tests\" }";
                problems.add_at(&["guard", "team"], message, help);
                continue;
            };
            let folder = folder.map(|folder| folder.0);
            rules.push(Self {
                team,
                folder,
                branch,
                worktree,
            });
        }
        rules
    }

    /// Whether it holds for a folder, below the folder of the settings, and what is checked out there.
    pub fn holds(&self, folder: &Path, root: Option<&Path>, checkout: &Checkout) -> bool {
        let is_alike = |pattern: &String, name: Option<&String>| match pattern.strip_suffix('*') {
            Some(start) => name.is_some_and(|name| name.starts_with(start)),
            None => name == Some(pattern),
        };
        let is_below = |below: &PathBuf| {
            let below = root.map_or_else(|| below.clone(), |root| root.join(below));
            folder.starts_with(store::real_path(&below))
        };
        self.folder.as_ref().is_none_or(is_below)
            && self
                .branch
                .as_ref()
                .is_none_or(|branch| is_alike(branch, checkout.branch.as_ref()))
            && self
                .worktree
                .as_ref()
                .is_none_or(|name| is_alike(name, checkout.worktree.as_ref()))
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
