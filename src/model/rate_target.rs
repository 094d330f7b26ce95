//! Targets for rates, as the settings state them. They are judged on whole numbers, so that a rate and its level cannot disagree.

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;
use strum::IntoStaticStr;

use super::{Level, Percent};
use crate::text::Place;

/// A rate that can have a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema, IntoStaticStr)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum TargetMetric {
    /// Cache read / (cache read + cache write + input).
    CacheHitRate,
}

/// What a rate should reach, and below what it is a warning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateGoal {
    pub value: Percent,
    pub warning: Percent,
}

impl RateGoal {
    /// That of the cache hit rate where the settings state none.
    pub const CACHE_HITS: Self = Self {
        value: Percent { tenths: 850 },
        warning: Percent { tenths: 600 },
    };

    /// Ok from the target on, a warning below the warning, a note between them. None where the whole is zero: then there is no rate.
    pub fn level(self, part: impl Into<i128>, whole: impl Into<i128>) -> Option<Level> {
        let (part, whole) = (part.into(), whole.into());
        let reaches = |share: Percent| {
            part.saturating_mul(1_000) >= whole.saturating_mul(share.tenths.into())
        };
        (whole > 0).then(|| match () {
            () if reaches(self.value) => Level::Ok,
            () if reaches(self.warning) => Level::Note,
            () => Level::Warning,
        })
    }
}

impl fmt::Display for RateGoal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [value, warning] = [self.value, self.warning].map(Percent::short);
        write!(f, "target {value}, warning below {warning}")
    }
}

/// A target of the settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateTarget {
    pub metric: TargetMetric,
    /// The team that it is for. Without one it is for all teams together, and for each that has no target of its own.
    pub team: Option<String>,
    pub goal: RateGoal,
    /// Where it is written in the settings.
    pub place: Option<Place>,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_level_changes_exactly_at_the_target_and_at_the_warning() {
        let level = |part: u64, whole: u64| RateGoal::CACHE_HITS.level(part, whole);
        assert_eq!(level(85, 100), Some(Level::Ok));
        assert_eq!(level(84_999_999, 100_000_000), Some(Level::Note));
        assert_eq!(level(60, 100), Some(Level::Note));
        assert_eq!(level(59_999_999, 100_000_000), Some(Level::Warning));
        assert_eq!(level(0, 1), Some(Level::Warning));
        assert_eq!(level(0, 0), None);
        assert_eq!(level(u64::MAX, u64::MAX), Some(Level::Ok));
        let always = RateGoal {
            value: Percent { tenths: 0 },
            warning: Percent { tenths: 0 },
        };
        assert_eq!(always.level(0, 1), Some(Level::Ok));
        assert_eq!(
            RateGoal::CACHE_HITS.to_string(),
            "target 85%, warning below 60%"
        );
    }

    proptest! {
        #[test]
        fn the_level_is_that_of_the_rate_that_is_shown(part in any::<u32>(), rest in any::<u32>()) {
            let whole = i128::from(part) + i128::from(rest);
            let goal = RateGoal::CACHE_HITS;
            let by_figure = Percent::new(part, whole).map(|shown| match () {
                () if shown >= goal.value => Level::Ok,
                () if shown >= goal.warning => Level::Note,
                () => Level::Warning,
            });
            prop_assert_eq!(goal.level(part, whole), by_figure);
        }
    }
}
