//! Teams whose usage is imported and written by hand as well. The sums stay: nothing shows that both are the same usage.

use super::{names::NameId, reconciled_month::ReconciledMonth, rows::UnreadableRows};
use crate::model::{Month, Policy, UsageWriter};

/// The details and lines of a name in a month, where imports write for some team.
#[derive(Clone, Debug, Default)]
pub(super) struct Bookings {
    pub(super) has_imported: bool,
    pub(super) by_hand: UnreadableRows,
}

/// A team that has rows or lines by hand beside imported ones.
#[derive(Clone, Debug)]
pub struct DoubleBooking {
    pub team: String,
    pub month: Month,
    /// How many there are by hand, and the first of them.
    pub by_hand: UnreadableRows,
}

impl ReconciledMonth<'_> {
    /// The teams that the settings leave to imports, and that have details or lines by hand beside imported ones.
    pub fn double_bookings(&self, policy: &Policy) -> Vec<DoubleBooking> {
        let Some(data) = self.ledger.months.get(&self.month) else {
            return Vec::new();
        };
        let rules = policy.import.rules.iter();
        let rules = rules.filter(|rule| rule.source == Some(UsageWriter::Import));
        let mut teams: Vec<NameId> = rules
            .filter_map(|rule| Some(self.find_team(&rule.team)?.id))
            .collect();
        teams.sort_unstable();
        teams.dedup();
        let booking = |team: NameId| {
            let of_team = data.bookings.iter();
            let of_team = of_team.filter(|(name, _)| self.roster.team_of(**name) == team);
            let mut all = Bookings::default();
            for (_, bookings) in of_team {
                all.has_imported |= bookings.has_imported;
                all.by_hand.merge(&bookings.by_hand);
            }
            (all.has_imported && all.by_hand.count > 0).then(|| DoubleBooking {
                team: self.ledger.names.shown(team).to_owned(),
                month: self.month,
                by_hand: all.by_hand,
            })
        };
        teams.into_iter().filter_map(booking).collect()
    }
}
