//! The columns that teams can be sorted by, and their order.

use strum::VariantArray as _;

use crate::{
    analysis::TeamReport,
    model::{Level, Measure, Measured, Units},
    render::teams::headings,
};

/// In the order of the key `s`, each with its heading. After the last comes the order of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr, strum::VariantArray)]
#[strum(const_into_str)]
pub enum SortBy {
    Used,
    #[strum(serialize = "Alloc.")]
    Allocated,
    /// The used share of the allocation.
    #[strum(serialize = "%")]
    Share,
    #[strum(serialize = "Deliv.")]
    Deliverables,
    #[strum(serialize = "Tok/del.")]
    PerDeliverable,
    Alert,
    Team,
}

impl SortBy {
    /// The next column that ranks any team. None after the last one.
    pub fn after(by: Option<Self>, ranks: impl Fn(Self) -> bool) -> Option<Self> {
        let rest = Self::VARIANTS.iter().copied();
        let mut rest = rest.skip(by.map_or(0, |by| by as usize + 1));
        rest.find(|by| *by == Self::Team || ranks(*by))
    }

    /// The heading of its column.
    pub const fn heading(self, measure: Measure) -> &'static str {
        let [used, limit, each] = headings(measure);
        match self {
            Self::Used => used,
            Self::Allocated => limit,
            Self::PerDeliverable => each,
            _ => self.into_str(),
        }
    }

    /// Whether the greatest comes first, unless reversed.
    pub const fn is_descending(self) -> bool {
        !matches!(self, Self::Team)
    }

    /// The rank of a team, the highest first. None if it has no value in this column, and for names.
    pub fn rank(self, team: &TeamReport, alert: Option<&Level>) -> Option<u64> {
        let units = |amount: Measured| u64::try_from(amount.units().0).unwrap_or(u64::MAX);
        match self {
            Self::Alert => alert.map(|level| *level as u64),
            Self::Used => team.spent().map(units),
            Self::Allocated => team.limit().map(units),
            Self::Share => {
                let (Units(used), Units(limit)) = (team.spent()?.units(), team.limit()?.units());
                let share = used.saturating_mul(1_000_000) / limit.max(1);
                Some(u64::try_from(share).unwrap_or(u64::MAX))
            }
            Self::Deliverables => team.deliverables,
            Self::PerDeliverable => team
                .each()
                .filter(|_| team.deliverables.is_some())
                .map(units),
            Self::Team => None,
        }
    }
}
