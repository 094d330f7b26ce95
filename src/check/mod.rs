//! Rules: what in a log contradicts itself or the budget, as findings with their places.
//! What cannot be read at all is found by `log`; here everything was read, and does not fit together.

mod allocation;
mod statements;
mod summary;

use crate::{analysis::Closed, diagnostic::Diagnostic, model::Policy};

/// A rule looks at a month and passes on what it finds.
type Rule = fn(&Closed, &Policy) -> Vec<Diagnostic>;

/// Every rule there is.
const RULES: [Rule; 9] = [
    summary::details_beyond_summary,
    summary::duplicate_ids,
    summary::unsplit_details,
    summary::uncounted_legacy,
    summary::mixed_currencies,
    allocation::over_allocated,
    allocation::conflicting_rows,
    statements::percentages,
    statements::conflicting_notes,
];

/// Everything the rules find.
#[must_use]
pub fn findings(closed: &Closed, policy: &Policy) -> Vec<Diagnostic> {
    RULES.iter().flat_map(|rule| rule(closed, policy)).collect()
}
