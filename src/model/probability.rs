//! Probabilities as whole numbers, so that a figure and what is decided by it cannot disagree.

use std::fmt;

use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use super::Level;

/// A probability from 0 to 1, rounded down to six decimals. 1 is what has happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, JsonSchema)]
#[schemars(extend("minimum" = 0, "maximum" = 1))]
pub struct Probability(
    // In millionths.
    #[schemars(with = "f64")] u32,
);

impl Probability {
    pub const CERTAIN: Self = Self(1_000_000);

    /// Of an event that is still open: never quite certain. What is a billionth below a step is taken to be on it, so that the
    /// probability of more than the median is a half.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is held between 0 and 1"
    )]
    pub fn open(probability: f64) -> Self {
        const NEARLY: f64 = 1e-9;
        Self(((probability.clamp(0.0, 1.0) + NEARLY) * 1e6).min(999_999.0) as u32)
    }

    pub fn fraction(self) -> f64 {
        f64::from(self.0) / 1e6
    }

    /// Whole percent, rounded down.
    pub const fn percent(self) -> u32 {
        self.0 / 10_000
    }

    pub const fn reaches(self, percent: u32) -> bool {
        self.percent() >= percent
    }
}

/// `41%`; `<5%` below that. Such a chance is not known any better: of the events that the law gave less than 5%, 5.3% happened in
/// the months it was measured on, since some work is never logged in time.
impl fmt::Display for Probability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.percent() {
            0..5 => f.pad("<5%"),
            percent => f.pad(&format!("{percent}%")),
        }
    }
}

impl Serialize for Probability {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.fraction())
    }
}

/// The probabilities of exceeding a budget, in percent, from which a forecast is more than `ok`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "AlertAt")]
pub struct ForecastPolicy {
    pub warning: u32,
    pub critical: u32,
    /// Whether the plan lists all work. None to judge by the log.
    #[serde(skip)]
    pub plan_complete: Option<bool>,
}

impl Default for ForecastPolicy {
    fn default() -> Self {
        Self {
            warning: 20,
            critical: 50,
            plan_complete: None,
        }
    }
}

impl ForecastPolicy {
    pub const fn level(&self, probability: Probability) -> Level {
        if probability.reaches(self.critical) {
            Level::Critical
        } else if probability.reaches(self.warning) {
            Level::Warning
        } else {
            Level::Ok
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_probability_and_its_level_change_together() {
        let policy = ForecastPolicy::default();
        let shown = |probability: f64| {
            let probability = Probability::open(probability);
            format!("{probability} {}", policy.level(probability))
        };
        let shown: Vec<String> = [0.0, 0.049_999, 0.05, 0.199_999_9, 0.2, 0.499_99, 0.5, 1.0]
            .map(shown)
            .to_vec();
        assert_eq!(
            shown,
            [
                "<5% ok",
                "<5% ok",
                "5% ok",
                "19% ok",
                "20% warning",
                "49% warning",
                "50% critical",
                "99% critical"
            ]
        );
        assert_eq!(Probability::CERTAIN.to_string(), "100%");
    }
}
