//! The columns that teams can be sorted by, and their order.

use crate::{analysis::TeamReport, model::Level};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortBy {
    Alert,
    Used,
    Allocated,
    /// The used share of the allocation.
    Share,
    Deliverables,
    PerDeliverable,
    Team,
}

impl SortBy {
    /// In the order of the key `s`. After the last comes the order of the log.
    const ALL: [Self; 7] = [
        Self::Used,
        Self::Allocated,
        Self::Share,
        Self::Deliverables,
        Self::PerDeliverable,
        Self::Alert,
        Self::Team,
    ];

    /// The next column that ranks any team. None after the last one.
    pub fn after(by: Option<Self>, ranks: impl Fn(Self) -> bool) -> Option<Self> {
        let passed = by.and_then(|by| Self::ALL.iter().position(|one| *one == by));
        let rest = Self::ALL.into_iter().skip(passed.map_or(0, |at| at + 1));
        rest.into_iter().find(|by| *by == Self::Team || ranks(*by))
    }

    pub const fn heading(self) -> &'static str {
        match self {
            Self::Alert => "Alert",
            Self::Used => "Used",
            Self::Allocated => "Alloc.",
            Self::Share => "%",
            Self::Deliverables => "Deliv.",
            Self::PerDeliverable => "Tok/del.",
            Self::Team => "Team",
        }
    }

    /// Whether the greatest comes first, unless reversed.
    pub const fn is_descending(self) -> bool {
        !matches!(self, Self::Team)
    }

    /// The rank of a team, the highest first. None if it has no value in this column, and for names.
    pub fn rank(self, team: &TeamReport, alert: Option<&Level>) -> Option<u64> {
        match self {
            Self::Alert => alert.map(|level| *level as u64),
            Self::Used => team.used_tokens.map(|tokens| tokens.0),
            Self::Allocated => team.allocated_tokens.map(|tokens| tokens.0),
            Self::Share => {
                let (used, limit) = (team.used_tokens?.0, team.allocated_tokens?.0);
                let share = u128::from(used) * 1_000_000 / u128::from(limit.max(1));
                Some(u64::try_from(share).unwrap_or(u64::MAX))
            }
            Self::Deliverables => team.deliverables,
            Self::PerDeliverable => team.tokens_per_deliverable.map(|tokens| tokens.0),
            Self::Team => None,
        }
    }
}
