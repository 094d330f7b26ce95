//! In which order teams are listed: the columns, their turn, and how each compares two teams.

use std::cmp::Ordering;

use crate::{analysis::TeamReport, model::Percent};

/// A column that teams can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortBy {
    /// The worst alert.
    Alert,
    /// Tokens used.
    Used,
    /// The limit.
    Allocated,
    /// The share of it that is used.
    Share,
    /// Deliverables.
    Deliverables,
    /// Tokens per deliverable.
    PerDeliverable,
    /// The name.
    Team,
}

impl SortBy {
    /// The order in which they take turns. After the last comes the order of the log.
    const ALL: [Self; 7] = [
        Self::Used,
        Self::Allocated,
        Self::Share,
        Self::Deliverables,
        Self::PerDeliverable,
        Self::Alert,
        Self::Team,
    ];

    /// The one after another. After the last, none.
    pub(super) fn after(by: Option<Self>) -> Option<Self> {
        let at = by.map_or(Some(0), |by| {
            Self::ALL.iter().position(|one| *one == by).map(|at| at + 1)
        });
        at.and_then(|at| Self::ALL.get(at)).copied()
    }

    /// The heading of its column.
    pub(super) const fn heading(self) -> &'static str {
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

    /// Whether the greatest comes first, unless it is the other way round.
    pub(super) const fn is_descending(self) -> bool {
        !matches!(self, Self::Team)
    }

    /// Figures from the greatest down; what nothing is known about comes last. Names and alerts are told apart elsewhere, once for
    /// all teams.
    pub(super) fn compare(self, one: &TeamReport, two: &TeamReport) -> Ordering {
        let share = |team: &TeamReport| {
            let limit = team.allocated_tokens?.0;
            Percent::of(team.used_tokens?.0, limit)
        };
        match self {
            Self::Used => two.used_tokens.cmp(&one.used_tokens),
            Self::Allocated => two.allocated_tokens.cmp(&one.allocated_tokens),
            Self::Share => share(two).cmp(&share(one)),
            Self::Deliverables => two.deliverables.cmp(&one.deliverables),
            Self::PerDeliverable => two.tokens_per_deliverable.cmp(&one.tokens_per_deliverable),
            Self::Alert | Self::Team => Ordering::Equal,
        }
    }
}
