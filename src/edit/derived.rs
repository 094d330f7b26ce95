//! Derived figures: totals of tables, budget status, efficiency metrics, `Last Updated`.

use std::collections::BTreeSet;

use chrono::{DateTime, FixedOffset, NaiveDate};

use super::{Document, Kept, LogSet, notes, timestamp, totals};
use crate::{
    model::Month,
    text::{self, EditSet, Overlap},
};

/// The moment of an edit.
pub type Timestamp = DateTime<FixedOffset>;

/// Which derived figures are looked at.
#[derive(Clone, Copy, Debug)]
pub(super) enum Scope<'a> {
    /// All there are.
    All,
    /// Those of what was changed.
    Touched {
        months: &'a [Month],
        days: &'a BTreeSet<NaiveDate>,
    },
}

impl Scope<'_> {
    pub(super) fn has_month(&self, month: Month) -> bool {
        match self {
            Self::All => true,
            Self::Touched { months, .. } => months.contains(&month),
        }
    }

    pub(super) fn has_day(&self, day: NaiveDate) -> bool {
        match self {
            Self::All => true,
            Self::Touched { days, .. } => days.contains(&day),
        }
    }
}

/// Brings every derived figure of a log up to date that contradicts what it is derived from. Nothing else changes.
pub fn summed_up(text: &str, log_set: &LogSet, stamp: Timestamp) -> Result<String, Overlap> {
    let summed = refreshed(text, log_set, Scope::All)?;
    if summed == text {
        return Ok(summed);
    }
    stamped(&summed, stamp)
}

/// Brings derived figures up to date, the time of the last change not among them.
pub(super) fn refreshed(text: &str, log_set: &LogSet, scope: Scope<'_>) -> Result<String, Overlap> {
    let kept = match scope {
        Scope::Touched { days, .. } if days.is_empty() => Kept::Since(NaiveDate::MAX),
        Scope::Touched { .. } | Scope::All => Kept::All,
    };
    let document = Document::read(text, kept);
    let ledger = log_set.fold(text);
    let newest = ledger.months().last().copied();
    let reconciled = newest.and_then(|month| ledger.find_month(month));
    let mut edits = totals::edits(&document, reconciled.as_ref(), &log_set.policy, scope);
    if let Some(reconciled) =
        reconciled.filter(|reconciled| scope.has_month(reconciled.month.month))
    {
        edits.extend(notes::status(&document, &reconciled, &log_set.policy));
        edits.extend(notes::efficiency(&document, &reconciled, &log_set.policy));
    }
    Ok(text::splice(text, &EditSet::new(text::FileId::LOG, edits)?))
}

/// Writes the moment of an edit into the header.
pub(super) fn stamped(text: &str, stamp: Timestamp) -> Result<String, Overlap> {
    let edits = timestamp::edit(text, stamp).into_iter().collect();
    Ok(text::splice(text, &EditSet::new(text::FileId::LOG, edits)?))
}
