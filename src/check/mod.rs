//! Rules: what in a log contradicts itself or the budget, as findings with their places.
//! What cannot be read at all is found by `log`; here everything was read, and does not fit together.

mod allocation;
mod dates;
mod fix;
mod imports;
#[cfg(test)]
mod proptests;
mod statements;
mod summary;

pub use fix::{FixedLog, attach_fixes, fix};

use summary::Unsettled;

use crate::{
    analysis::{Ledger, ReconciledMonth},
    diagnostic::{Code, Diagnostic, Findings, MAX_FINDINGS},
    edit::{self, LogSet, MAX_MONTHS, Revision},
    model::{Month, Policy},
};

type Rule = fn(&ReconciledMonth, &Policy) -> Vec<Diagnostic>;
const OF_MONTH: [Rule; 7] = [
    summary::merged_rows,
    summary::details_beyond_summary,
    summary::archive_duplicates,
    summary::mixed_currencies,
    imports::double_bookings,
    statements::percentages_of_month,
    statements::overrides,
];

/// What concerns the log as a whole, as it is in its newest month.
const OF_LOG: [Rule; 12] = [
    dates::dated_ahead,
    summary::uncountable,
    summary::lowered_details,
    summary::duplicate_ids,
    imports::overlaps,
    summary::uncounted_legacy,
    allocation::over_allocated,
    allocation::conflicting_rows,
    allocation::repeated_rows,
    statements::percentages,
    statements::foreign_limits,
    statements::conflicting_notes,
];

/// Everything that concerns a report on a month, and on a project of it if it is of one.
pub fn findings(reconciled: &ReconciledMonth, policy: &Policy) -> Vec<Diagnostic> {
    let all = OF_MONTH.iter().chain(&OF_LOG);
    let mut findings: Vec<Diagnostic> = all.flat_map(|rule| rule(reconciled, policy)).collect();
    if reconciled.project.is_some() {
        findings.extend(summary::unsplit_details(reconciled, policy));
    }
    findings
}

/// Leaves out that a total differs from monthly rows which are to become one. It follows from that row.
pub fn pass_over_totals(ledger: &Ledger, findings: &mut Findings) {
    let totals = ledger.totals_of_merged_rows();
    if !totals.is_empty() {
        findings.retain(|finding| {
            finding.code != Code::TotalDiffers || !totals.contains(&finding.place)
        });
    }
}

/// Adds what the rules find in these months of a log, and in the log as a whole, which is as it is in its newest month.
pub fn months(ledger: &Ledger, months: &[Month], policy: &Policy, findings: &mut Findings) {
    let rules = OF_MONTH.iter().chain(&[summary::unsplit_details as Rule]);
    let mut unsettled = Unsettled::default();
    for month in months.iter().filter(|month| ledger.has_rows(**month)) {
        let reconciled = ledger.reconcile_statements(*month);
        unsettled.add(&reconciled);
        findings.extend(rules.clone().flat_map(|rule| rule(&reconciled, policy)));
    }
    let newest = ledger.newest_month().or(months.last().copied());
    if let Some(newest) = newest.and_then(|month| ledger.find_month(month)) {
        findings.extend(OF_LOG.iter().flat_map(|rule| rule(&newest, policy)));
    }
    findings.extend(unsettled.finding());
}

fn findings_of(revision: &Revision, log_set: &LogSet) -> Findings {
    let mut findings = Findings::listing(MAX_FINDINGS);
    findings.extend(revision.problems.iter().cloned());
    pass_over_totals(&revision.ledger, &mut findings);
    let all = revision.ledger.months();
    let newest = all.get(all.len().saturating_sub(MAX_MONTHS)..);
    months(
        &revision.ledger,
        newest.unwrap_or_default(),
        &log_set.policy,
        &mut findings,
    );
    findings.extend(edit::resolve_union_merge(revision).findings);
    findings.sort();
    findings
}
