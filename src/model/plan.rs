//! What the log plans: allocations, pending phases, savings per operation.

use super::{Amount, Status, Tokens, is_sum, is_total};
use crate::text::Place;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allocation {
    /// The team as written, `Reserve`, or the name of a sum.
    pub team: String,
    pub role: Option<String>,
    pub allocated: Option<Amount<Tokens>>,
    pub used: Option<Amount<Tokens>>,
    /// The share used as stated, in hundredths of a percent.
    pub percent: Option<Amount<u64>>,
    pub place: Place,
}

impl Allocation {
    /// Whether the row holds back tokens from all teams.
    pub fn is_reserve(&self) -> bool {
        let name = self.team.split(['(', '—', '–', '-', ':', '/']).next();
        name.is_some_and(|name| name.trim().eq_ignore_ascii_case("reserve"))
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phase {
    pub name: Option<String>,
    pub team: Option<String>,
    /// What it took or will take.
    pub tokens: Option<Amount<Tokens>>,
    /// Its figure is what it was estimated at, even where it is finished.
    pub estimated: bool,
    /// How far it is. What is not done is pending.
    pub status: Option<Status>,
    pub place: Place,
}

impl Phase {
    pub fn is_total(&self) -> bool {
        self.team.as_deref().is_some_and(is_total) || self.name.as_deref().is_some_and(is_sum)
    }

    /// What to call it: the team, else the phase.
    pub fn label(&self) -> &str {
        self.team
            .as_deref()
            .or(self.name.as_deref())
            .unwrap_or("unnamed phase")
    }
}

/// A row of the optimizations: tokens per 1,000 operations before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Optimization {
    pub operation: String,
    pub before: Option<Amount<Tokens>>,
    pub after: Option<Amount<Tokens>>,
    /// The row states an average over the others.
    pub average: bool,
    pub place: Place,
}
