//! Monthly rows raised to what the details of their teams add up to.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::{
    Document, Kept, LogSet, Timestamp,
    derived::{self, Scope},
    log_set::MOST_MONTHS,
    monthly::{Growth, MonthlyRows},
    sections,
};
use crate::{
    analysis::TeamUsage,
    log::cell,
    model::{EntryKind, Month, RoundedSum, Tokens, is_total},
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
    log_set: &LogSet,
    months: &[Month],
    stamp: Timestamp,
) -> Result<String, Overlap> {
    let raised = raise(text, log_set, months, Which::All)?;
    if raised == text {
        return Ok(raised);
    }
    derived::stamped(&raised, stamp)
}

/// Raises them, and leaves the time of the last change as it is.
pub(super) fn raise(
    text: &str,
    log_set: &LogSet,
    months: &[Month],
    which: Which,
) -> Result<String, Overlap> {
    // Of details only the sums matter, and these are the ledger's.
    let document = Document::read(text, Kept::Since(NaiveDate::MAX));
    let mut edits = Vec::new();
    let (mut touched, mut before) = (Vec::new(), Vec::new());
    let ledger = log_set.fold(text);
    for month in months.iter().rev().take(MOST_MONTHS).copied() {
        let reconciled = ledger.reconcile(month, None);
        let mut teams = reconciled.month.teams.iter();
        if reconciled.is_legacy() || !teams.any(|team| missing(team, which).is_some()) {
            continue;
        }
        let mut rows = MonthlyRows::new(&document, &reconciled, month);
        if !rows.is_writable() {
            continue;
        }
        let mut wanting = Vec::new();
        let teams = reconciled.month.teams.iter();
        for team in teams.filter(|team| is_name(&team.name)) {
            if which == Which::BeyondRounding && rows.is_of_several_projects(&team.name) {
                // Nothing says which of them the details belong to.
                continue;
            }
            if let Some(tokens) = missing(team, which) {
                let price = reconciled.price_of(None).and_then(|price| price.flat());
                let growth = Growth {
                    tokens,
                    cost: price.map(|price| (price.cost(tokens), false)),
                    price,
                    ..Growth::default()
                };
                rows.add(&team.name, None, growth);
                wanting.push(team.name.clone());
            }
        }
        let raised = rows.edits();
        if !raised.is_empty() {
            touched.push(month);
            before.push((reconciled.month.used(), wanting));
        }
        edits.extend(raised);
    }
    if edits.is_empty() {
        return Ok(text.to_owned());
    }
    sections::close_up(&mut edits);
    let raised = text::splice(text, &EditSet::new(text::FileId::LOG, edits)?);
    let days = BTreeSet::new();
    let scope = Scope::Touched {
        months: &touched,
        days: &days,
    };
    let raised = derived::refreshed(&raised, log_set, scope)?;
    // A row that does not count, being a second one of its id, does not make good what is missing.
    let ledger = log_set.fold(&raised);
    let is_good = touched.iter().zip(&before).all(|(month, (used, wanting))| {
        let Some(after) = ledger.find_month(*month) else {
            return false;
        };
        let is_whole = |name: &String| {
            after
                .find_team(name)
                .is_some_and(|team| missing(team, which).is_none())
        };
        after.month.used() == *used && wanting.iter().all(is_whole)
    });
    Ok(if is_good { raised } else { text.to_owned() })
}

/// Whether a row of this name is read as that team's.
fn is_name(name: &str) -> bool {
    name != "(unnamed)" && !cell::is_absent(name) && !is_total(name)
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
