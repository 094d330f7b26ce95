//! Monthly rows brought up to what the details of their teams add up to.

use std::collections::BTreeMap;

use super::{
    LogSet, Revision,
    derived::Derived,
    log_set::MAX_MONTHS,
    monthly::{Delta, MonthlyRows},
    revision::Proposal,
};
use crate::{
    analysis::{ReconciledMonth, TeamUsage},
    log::cell,
    model::{EntryKind, Month, RoundedSum, Tokens, is_total},
};

/// How much less than the details a monthly row may say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tolerance {
    None,
    /// None, and monthly rows cost no less than the details either.
    NoneOfCosts,
    /// What the rounding of either explains.
    Rounding,
}

/// Proposes to bring the monthly rows of some months up to what the details of their teams, archived ones included, add up to. A
/// team without a monthly row gets one. Totals follow.
pub fn sync_summary(
    revision: &Revision,
    log_set: &LogSet,
    months: &[Month],
    tolerance: Tolerance,
) -> Proposal {
    let mut proposal = Proposal::default();
    let mut derived = Derived::new(revision, log_set);
    let repeats = revision.repeats();
    for month in months.iter().rev().take(MAX_MONTHS) {
        let reconciled = revision.ledger.find_month(*month);
        let Some(reconciled) = reconciled.filter(|reconciled| !reconciled.is_legacy()) else {
            continue;
        };
        let mut rows = MonthlyRows::new(&revision.document, &reconciled, &repeats);
        if !rows.is_writable() {
            continue;
        }
        let teams = reconciled.teams.iter();
        for team in teams {
            if tolerance == Tolerance::Rounding && rows.is_of_several_projects(&team.name) {
                // Nothing says which of them the details belong to.
                continue;
            }
            add_missing(&mut rows, team, &reconciled, tolerance);
        }
        if rows.is_changed() || tolerance != Tolerance::Rounding {
            // A new row makes its team known, of which one without tokens may have the name for a prefix of its own.
            let is_for_all = tolerance == Tolerance::NoneOfCosts;
            for team in &reconciled.teams {
                let has_row = team.tallies.contains_key(&EntryKind::Monthly);
                if is_for_all || !has_row {
                    add_costs(&mut rows, team, &reconciled);
                }
            }
        }
        let of_month = rows.propose(&mut derived.sections, derived.basis);
        if !of_month.is_empty() {
            derived.touch(*month, BTreeMap::new());
            proposal.extend(of_month);
        }
    }
    if !proposal.is_empty() {
        proposal.edits.extend(derived.notes());
    }
    proposal
}

/// Adds to a team's rows what they lack, at the cost that its details say.
pub(super) fn add_missing(
    rows: &mut MonthlyRows<'_, '_>,
    team: &TeamUsage,
    reconciled: &ReconciledMonth<'_>,
    tolerance: Tolerance,
) {
    if missing(team, tolerance).is_some() && is_name(&team.name) {
        rows.add(&team.name, None, Delta::of(reconciled.gap_of(team)));
    }
}

/// Adds to a team's rows what they lack of its costs, where they lack no tokens.
pub(super) fn add_costs(
    rows: &mut MonthlyRows<'_, '_>,
    team: &TeamUsage,
    reconciled: &ReconciledMonth<'_>,
) {
    let gap = reconciled.gap_of(team);
    if gap.tokens == Tokens::ZERO && gap.cost.is_some() && is_name(&team.name) {
        rows.add(&team.name, None, Delta::of(gap));
    }
}

/// Whether a row of this name is read as that team's.
fn is_name(name: &str) -> bool {
    name != "(unnamed)" && !cell::is_absent(name) && !is_total(name)
}

/// The tokens of a team's details that its monthly rows do not have.
pub(super) fn missing(team: &TeamUsage, tolerance: Tolerance) -> Option<Tokens> {
    let sum = |kinds: &[EntryKind]| -> RoundedSum {
        let tallies = kinds.iter().filter_map(|kind| team.tallies.get(kind));
        tallies.map(|tally| tally.sum).sum()
    };
    let monthly = sum(&[EntryKind::Monthly]);
    let details = sum(&[EntryKind::Daily, EntryKind::Session, EntryKind::Legacy]);
    let missing = details.tokens.saturating_sub(monthly.tokens);
    let is_explained = tolerance == Tolerance::Rounding && details.agrees_with(monthly);
    (missing > Tokens::ZERO && !is_explained).then_some(missing)
}
