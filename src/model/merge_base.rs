//! The comment at the end of a monthly row that tells rows of two branches from each other, and from what both began with.

use std::fmt;

use super::{Currency, Money, Tokens};

/// What a monthly row was when the program last wrote it: `base=12450 row=12550 base_cost=0.037 last=k3f9`.
///
/// Two branches that only record change the same row, and git keeps both rows. Both say the same base then, since details with ids
/// add to the monthly rows what they add up to themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MergeBase {
    /// What the monthly rows of the team hold beyond its details with ids.
    pub base: Tokens,
    /// The tokens of this row as they were written. Where it says something else now, a person has changed it.
    pub row: Tokens,
    /// The cost of `base` in nanos, in the currency of the log. None where it is not known.
    pub cost: Option<u64>,
    /// The id of the row that was added last; of several branches, those of each, with commas; empty where none had an id. It makes rows
    /// of two branches differ, so that git keeps both even where both recorded the same amount.
    pub last: String,
}

impl MergeBase {
    /// The ids of the rows that were added last.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.last.split(',').filter(|id| !id.is_empty())
    }
}

impl fmt::Display for MergeBase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "base={} row={}", self.base.0, self.row.0)?;
        if let Some(nanos) = self.cost {
            let (nanos, currency) = (nanos.into(), Currency::USD);
            write!(f, " base_cost={}", Money { nanos, currency }.decimal())?;
        }
        if !self.last.is_empty() {
            write!(f, " last={}", self.last)?;
        }
        Ok(())
    }
}
