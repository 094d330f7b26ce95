//! What a budget is, and the levels of its use, decided on integers so that a figure and its level cannot disagree.

use std::{collections::BTreeMap, fmt};

use schemars::JsonSchema;
use serde::Serialize;
use serde_with::skip_serializing_none;
use strum::{Display, IntoStaticStr};

use super::{
    ForecastPolicy, GuardPolicy, ImportPolicy, ModelPrice, Money, Month, RateTarget, ReadRules,
    Tokens, Units, Zone,
};
use crate::text::Place;

/// The level of a budget.
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
#[strum(serialize_all = "lowercase", const_into_str)]
pub enum Level {
    /// Below every threshold.
    Ok,
    /// From the first threshold on.
    Note,
    /// From the second threshold on.
    Warning,
    /// From the third threshold on.
    Critical,
    /// From the last threshold on, which is the whole budget by default.
    Exceeded,
}

/// The percentages of a budget at which its level rises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Thresholds {
    pub note: u32,
    pub warning: u32,
    pub critical: u32,
    pub exceeded: u32,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            note: 75,
            warning: 80,
            critical: 90,
            exceeded: 100,
        }
    }
}

impl Thresholds {
    /// The highest level whose threshold is reached: `used * 100 >= percent * budget`. Of a budget of zero, using nothing is ok and
    /// anything is exceeded.
    pub fn level(&self, used: impl Into<i128>, budget: impl Into<i128>) -> Level {
        let (used, budget) = (used.into(), budget.into());
        let reached = |percent: u32| {
            used.saturating_mul(100) >= budget.saturating_mul(percent.into()) && used > 0
        };
        let mut steps = self.steps().into_iter().rev();
        let highest = steps.find(|(percent, _)| reached(*percent));
        highest.map_or(Level::Ok, |(_, level)| level)
    }

    pub const fn steps(&self) -> [(u32, Level); 4] {
        [
            (self.note, Level::Note),
            (self.warning, Level::Warning),
            (self.critical, Level::Critical),
            (self.exceeded, Level::Exceeded),
        ]
    }

    /// The fewest tokens that reach `percent` of the budget.
    pub fn tokens_at(percent: u32, budget: Tokens) -> Tokens {
        let tokens = (u128::from(budget.0) * u128::from(percent)).div_ceil(100);
        Tokens(u64::try_from(tokens).unwrap_or(u64::MAX))
    }

    /// The same in any units.
    pub fn units_at(percent: u32, budget: Units) -> Units {
        let scaled = budget.0.saturating_mul(percent.into());
        Units(scaled / 100 + i128::from(scaled % 100 > 0))
    }
}

/// A percentage to the tenth, floored: 149,999 of 200,000 is `74.9%`, so that it never shows a threshold before the level does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Percent {
    pub tenths: u64,
}

impl Percent {
    /// None where the whole is zero.
    pub fn new(part: impl Into<i128>, whole: impl Into<i128>) -> Option<Self> {
        let tenths = part
            .into()
            .saturating_mul(1_000)
            .checked_div(whole.into())?;
        Some(Self {
            tenths: u64::try_from(tenths.max(0)).unwrap_or(u64::MAX),
        })
    }
}

impl Percent {
    /// What is left of a whole: to the nearest tenth, since it decides no level, but less than 100% as soon as anything is used.
    pub fn left(left: Units, whole: Units) -> Option<Self> {
        let doubled = left.0.saturating_mul(2_000).checked_div(whole.0)?;
        let tenths = doubled.saturating_add(1) / 2;
        let most = if left < whole { 999 } else { i128::MAX };
        Some(Self {
            tenths: u64::try_from(tenths.min(most)).unwrap_or(u64::MAX),
        })
    }
}

impl Percent {
    /// As a number from 0 to 1 and beyond.
    pub fn fraction(self) -> f64 {
        ratio(self.tenths, 1_000).unwrap_or_default()
    }

    /// `85%`; with its tenth only where that is not zero.
    pub fn short(self) -> String {
        match self.tenths % 10 {
            0 => format!("{}%", self.tenths / 10),
            _ => self.to_string(),
        }
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}.{}%", self.tenths / 10, self.tenths % 10))
    }
}

/// ` (63.3%)`, to follow an amount. Nothing where there is no share.
pub fn in_brackets(share: Option<Percent>) -> String {
    share.map(|share| format!(" ({share})")).unwrap_or_default()
}

/// The share as a number from 0 to 1, floored to six decimals for the same reason as [`Percent`]. None where the whole is zero.
#[expect(
    clippy::cast_precision_loss,
    reason = "millionths are exact below 2^53; above, the share itself is beyond use"
)]
pub fn ratio(part: impl Into<i128>, whole: impl Into<i128>) -> Option<f64> {
    let millionths = part
        .into()
        .saturating_mul(1_000_000)
        .checked_div(whole.into())?;
    Some(millionths as f64 / 1e6)
}

/// Where a budget was found; the first of these wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum BudgetSource {
    /// `--budget`.
    Option,
    /// `TOKMON_BUDGET`.
    Environment,
    /// `tokmon.toml`.
    Config,
    /// The log's `Total budget:` line.
    Log,
    /// The `TOTAL` row of the log's allocation table.
    Allocation,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    pub tokens: Tokens,
    pub source: BudgetSource,
    pub place: Option<Place>,
}

/// When a budget begins anew.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum BudgetReset {
    /// With each month.
    #[default]
    Month,
    /// When `tokmon budget --reset` says so.
    Manual,
}

/// What the user decided, by options, environment and settings, apart from what the log says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    pub budget: Option<Budget>,
    pub cost_budget: Option<Money>,
    pub budget_places: BudgetPlaces,
    pub months: BTreeMap<Month, MonthBudget>,
    pub reset: BudgetReset,
    /// Tokens kept back from the teams.
    pub reserve: Option<Tokens>,
    pub thresholds: Thresholds,
    pub teams: Vec<TeamPolicy>,
    /// Outranks the log's own figures.
    pub efficiency: EfficiencyGoal,
    /// In the order of the settings.
    pub targets: Vec<RateTarget>,
    pub scenarios: Scenarios,
    pub forecast: ForecastPolicy,
    pub prices: BTreeMap<String, ModelPrice>,
    pub guard: GuardPolicy,
    pub read: ReadRules,
    pub import: ImportPolicy,
    /// The zone of every moment and day.
    pub zone: Zone,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MonthBudget {
    pub tokens: Option<Budget>,
    pub cost: Option<Money>,
    pub places: BudgetPlaces,
}

/// Where budgets are written in the settings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BudgetPlaces {
    pub tokens: Option<Place>,
    pub cost: Option<Place>,
}

impl Policy {
    /// The budget of a month: by option, else that of the month, else by environment or settings.
    pub fn budget_of(&self, month: Month) -> Option<Budget> {
        let by_option = self
            .budget
            .filter(|budget| budget.source == BudgetSource::Option);
        let of_month = self.months.get(&month).and_then(|budget| budget.tokens);
        by_option.or(of_month).or(self.budget)
    }

    /// Where the budgets of a month are written in the settings.
    pub fn places_of(&self, month: Month) -> BudgetPlaces {
        let of_month = self.months.get(&month).map(|budget| budget.places);
        let of_month = of_month.unwrap_or_default();
        BudgetPlaces {
            tokens: of_month.tokens.or(self.budget_places.tokens),
            cost: of_month.cost.or(self.budget_places.cost),
        }
    }

    /// Whether any budget is set, of a month or of a team included.
    pub fn states_limit(&self) -> bool {
        let of_month = |month: &MonthBudget| month.tokens.is_some() || month.cost.is_some();
        let of_team = |team: &TeamPolicy| team.tokens.is_some() || team.cost.is_some();
        self.budget.is_some()
            || self.cost_budget.is_some()
            || self.months.values().any(of_month)
            || self.teams.iter().any(of_team)
    }

    pub fn cost_budget_of(&self, month: Month) -> Option<Money> {
        let of_month = self.months.get(&month).and_then(|budget| budget.cost);
        of_month.or(self.cost_budget)
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TeamPolicy {
    pub name: String,
    /// Its limit, which outranks the log's `Allocated` cell.
    pub tokens: Option<Tokens>,
    /// Its limit in money.
    pub cost: Option<Money>,
    pub places: BudgetPlaces,
    /// Other names it goes by in the log.
    pub aliases: Vec<String>,
}

/// What tokens per deliverable are measured against.
#[skip_serializing_none]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct EfficiencyGoal {
    /// The lower end of the target, where the log states a range.
    pub target_from: Option<Tokens>,
    /// The tokens that a deliverable should take at most.
    pub target: Option<Tokens>,
    /// The figure from which a team gets an alert.
    pub alert: Option<Tokens>,
}

/// How many percent more or less than planned the pending phases take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scenarios {
    pub optimistic: i32,
    pub pessimistic: i32,
}

impl Default for Scenarios {
    fn default() -> Self {
        Self {
            optimistic: -10,
            pessimistic: 15,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn levels_rise_exactly_at_their_thresholds() {
        let at = Thresholds::default();
        let budget = 200_000;
        let table = [
            (0, 0, Level::Ok),
            (149_999, 749, Level::Ok),
            (150_000, 750, Level::Note),
            (159_999, 799, Level::Note),
            (160_000, 800, Level::Warning),
            (179_999, 899, Level::Warning),
            (180_000, 900, Level::Critical),
            (199_999, 999, Level::Critical),
            (200_000, 1000, Level::Exceeded),
            (205_000, 1025, Level::Exceeded),
        ];
        for (used, tenths, level) in table {
            assert_eq!(
                (Percent::new(used, budget), at.level(used, budget)),
                (Some(Percent { tenths }), level),
                "{used}"
            );
        }
        assert_eq!(
            (at.level(0, 0), at.level(1, 0)),
            (Level::Ok, Level::Exceeded)
        );
        assert_eq!((Percent::new(1, 0), ratio(1, 0)), (None, None));
        for (left, whole, tenths) in [
            (73_330, 200_000, 367),
            (50_001, 200_000, 250),
            (99_995, 100_000, 999),
            (100_000, 100_000, 1_000),
            (1, 100_000, 0),
            (0, 100_000, 0),
        ] {
            assert_eq!(
                Percent::left(Units(left), Units(whole)),
                Some(Percent { tenths }),
                "{left}"
            );
        }
        assert_eq!(Percent::left(Units::ZERO, Units::ZERO), None);
    }

    proptest! {
        #[test]
        fn figure_ratio_and_level_agree(used in 0..=u64::MAX / 2_000, budget in 1..=u64::MAX / 2_000) {
            let at = Thresholds::default();
            let level = at.level(used, budget);
            let tenths = Percent::new(used, budget).unwrap().tenths;
            let share = ratio(used, budget).unwrap();
            for (percent, step) in at.steps() {
                prop_assert_eq!(level >= step, tenths >= u64::from(percent) * 10);
                prop_assert_eq!(level >= step, share >= f64::from(percent) / 100.0);
                let needed = Thresholds::tokens_at(percent, Tokens(budget));
                prop_assert_eq!(level >= step, used >= needed.0);
            }
        }
    }
}
