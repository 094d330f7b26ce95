//! Monthly rows raised to what the details of their teams add up to.

use super::{
    Books, Document, Kept, Stamp,
    monthly::{Growth, MonthlyRows},
    sum_up::{self, Scope},
};
use crate::{
    model::{EntryKind, Month},
    text::{self, EditSet, Overlap},
};

/// Raises the monthly rows of some months to what the details of their teams (those in the archives included) add up to, where
/// they say less; a team without a monthly row gets one. Totals follow.
pub fn raised(
    text: &str,
    books: &Books,
    months: &[Month],
    stamp: Stamp,
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
            let missing = team
                .details()
                .saturating_sub(team.tokens_of(EntryKind::Monthly));
            if missing.0 == 0 {
                continue;
            }
            let growth = Growth {
                tokens: missing,
                cost: closed.cost_of(missing, None).map(|cost| (cost, false)),
                ..Growth::default()
            };
            rows.add(&team.name, None, growth);
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
    let days = std::collections::BTreeSet::new();
    let scope = Scope::Touched {
        months: &touched,
        days: &days,
    };
    let raised = sum_up::refreshed(&raised, books, scope)?;
    sum_up::stamped(&raised, stamp)
}
