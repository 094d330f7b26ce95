//! Monthly rows raised to what the details of their teams add up to.

use std::collections::BTreeSet;

use super::{
    Books, Document, Kept, Stamp,
    monthly::{Growth, MonthlyRows},
    sum_up::{self, Scope},
};
use crate::{
    analysis::TeamUsage,
    model::{EntryKind, Month, RoundedSum, Tokens},
    text::{self, EditSet, Overlap},
};

/// Which monthly rows say too little.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Which {
    /// Those that say less by a token.
    All,
    /// Those that say less than their rounding explains.
    BeyondRounding,
}

/// Raises the monthly rows of some months to what the details of their teams (those in the archives included) add up to, where
/// they say less; a team without a monthly row gets one. Totals follow.
pub fn raised(
    text: &str,
    books: &Books,
    months: &[Month],
    stamp: Stamp,
) -> Result<String, Overlap> {
    let raised = raise(text, books, months, Which::All)?;
    if raised == text {
        return Ok(raised);
    }
    sum_up::stamped(&raised, stamp)
}

/// Raises them, and leaves the time of the last change as it is.
pub(super) fn raise(
    text: &str,
    books: &Books,
    months: &[Month],
    which: Which,
) -> Result<String, Overlap> {
    let document = Document::read(text, Kept::All);
    let mut edits = Vec::new();
    let mut touched = Vec::new();
    for month in months.iter().rev() {
        let Some(closed) = books
            .closed(text, *month)
            .filter(|closed| !closed.is_legacy())
        else {
            continue;
        };
        let mut rows = MonthlyRows::new(&document, &closed, *month);
        if !rows.is_writable() {
            continue;
        }
        for team in &closed.month.teams {
            if which == Which::BeyondRounding && rows.is_of_several_projects(&team.name) {
                // Nothing says which of them the details belong to.
                continue;
            }
            if let Some(tokens) = missing(team, which) {
                let growth = Growth {
                    tokens,
                    cost: closed.cost_of(tokens, None).map(|cost| (cost, false)),
                    ..Growth::default()
                };
                rows.add(&team.name, None, growth);
            }
        }
        let raised = rows.edits();
        if !raised.is_empty() {
            touched.push(*month);
        }
        edits.extend(raised);
    }
    if edits.is_empty() {
        return Ok(text.to_owned());
    }
    let raised = text::splice(text, &EditSet::new(edits)?);
    let days = BTreeSet::new();
    let scope = Scope::Touched {
        months: &touched,
        days: &days,
    };
    sum_up::refreshed(&raised, books, scope)
}

/// What the details of a team hold and its monthly rows do not.
fn missing(team: &TeamUsage, which: Which) -> Option<Tokens> {
    let sum = |kinds: &[EntryKind]| -> RoundedSum {
        let tallies = kinds.iter().filter_map(|kind| team.tallies.get(kind));
        tallies.map(|tally| tally.sum).sum()
    };
    let monthly = sum(&[EntryKind::Monthly]);
    let details = sum(&[EntryKind::Daily, EntryKind::Session, EntryKind::Legacy]);
    let missing = details.tokens.saturating_sub(monthly.tokens);
    let is_explained = which == Which::BeyondRounding && details.agrees_with(monthly);
    (missing > Tokens::ZERO && !is_explained).then_some(missing)
}
