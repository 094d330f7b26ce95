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
const OF_MONTH: [Rule; 4] = [
    summary::details_beyond_summary,
    summary::archive_duplicates,
    summary::mixed_currencies,
    statements::percentages_of_month,
];

/// What concerns the log as a whole, as it is in its newest month.
const OF_LOG: [Rule; 6] = [
    summary::duplicate_ids,
    summary::uncounted_legacy,
    allocation::over_allocated,
    allocation::conflicting_rows,
    statements::percentages,
    statements::conflicting_notes,
];

/// Everything that concerns a report on a month, and on a project of it if it is of one.
#[must_use]
pub fn findings(reconciled: &ReconciledMonth, policy: &Policy) -> Vec<Diagnostic> {
    let all = OF_MONTH.iter().chain(&OF_LOG);
    let mut findings: Vec<Diagnostic> = all.flat_map(|rule| rule(reconciled, policy)).collect();
    if reconciled.is_of_project() {
        findings.extend(summary::unsplit_details(reconciled, policy));
    }
    findings
}

/// What concerns a month alone, with all of its projects.
#[must_use]
pub fn of_month(reconciled: &ReconciledMonth, policy: &Policy) -> Vec<Diagnostic> {
    let all = OF_MONTH.iter().chain(&[summary::unsplit_details as Rule]);
    all.flat_map(|rule| rule(reconciled, policy)).collect()
}

/// What concerns the log as a whole. To be asked of its newest month.
#[must_use]
pub fn of_log(reconciled: &ReconciledMonth, policy: &Policy) -> Vec<Diagnostic> {
    let all = OF_LOG.iter();
    all.flat_map(|rule| rule(reconciled, policy)).collect()
}
