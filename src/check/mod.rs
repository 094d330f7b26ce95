//! Rules: what in a log contradicts itself or the budget, as findings with their places.
//! What cannot be read at all is found by `log`; here everything was read, and does not fit together.

mod allocation;
mod settling;
mod statements;
mod summary;

pub use settling::Unsettled;

use crate::{analysis::ReconciledMonth, diagnostic::Diagnostic, model::Policy};

/// A rule looks at a month and passes on what it finds.
type Rule = fn(&ReconciledMonth, &Policy) -> Vec<Diagnostic>;

/// What concerns one month.
const OF_MONTH: [Rule; 5] = [
    summary::details_beyond_summary,
    summary::duplicate_ids,
    summary::unsplit_details,
    summary::mixed_currencies,
    statements::percentages_of_month,
];

/// What concerns the log as a whole, as it is in its newest month.
const OF_LOG: [Rule; 5] = [
    summary::uncounted_legacy,
    allocation::over_allocated,
    allocation::conflicting_rows,
    statements::percentages,
    statements::conflicting_notes,
];

/// Everything the rules find.
#[must_use]
pub fn findings(reconciled: &ReconciledMonth, policy: &Policy) -> Vec<Diagnostic> {
    let all = OF_MONTH.iter().chain(&OF_LOG);
    all.flat_map(|rule| rule(reconciled, policy)).collect()
}

/// What they find that concerns this month alone.
#[must_use]
pub fn of_month(reconciled: &ReconciledMonth, policy: &Policy) -> Vec<Diagnostic> {
    let all = OF_MONTH.iter();
    all.flat_map(|rule| rule(reconciled, policy)).collect()
}

/// What only a report on one project is without: to be asked of a month that was reconciled for that project.
#[must_use]
pub fn of_project(reconciled: &ReconciledMonth, policy: &Policy) -> Vec<Diagnostic> {
    summary::unsplit_details(reconciled, policy)
}
