//! What must be the same before and after: every line, and every figure.

use std::{collections::BTreeMap, hash::Hasher};

use super::{Problem, figures};
use crate::{
    edit::{Books, document::is_rule},
    model::{Month, Tokens},
};

/// The lines of a text as a sum that does not depend on their order. Blank lines and rules part others, and count for nothing.
pub(super) fn lines(text: &str) -> u128 {
    text.lines().map(line).fold(0, u128::wrapping_add)
}

/// What one line counts for.
pub(super) fn line(text: &str) -> u128 {
    let text = text.trim_start_matches('\u{feff}').trim_end();
    if text.trim_start().is_empty() || is_rule(text.trim_start()) {
        return 0;
    }
    let half = |seed: u8| {
        let mut hasher = std::hash::DefaultHasher::new();
        hasher.write_u8(seed);
        hasher.write(text.as_bytes());
        u128::from(hasher.finish())
    };
    half(0) << 64 | half(1)
}

/// A log, with the archives beside it.
pub(super) struct State<'a> {
    pub(super) log: &'a str,
    pub(super) books: &'a Books,
}

/// Moving changes what no team used in any month.
pub(super) fn same_teams(before: &State<'_>, after: &State<'_>) -> Result<(), Problem> {
    let [before, after] = [before, after].map(|state| figures::used(state.log, state.books));
    if before == after {
        return Ok(());
    }
    let months = before.keys().chain(after.keys());
    let month = months.copied().find(|month| {
        let of = |used: &figures::Used| used.get(month).cloned().unwrap_or_default();
        of(&before) != of(&after)
    });
    match month {
        Some(month) => Err(differs(
            month,
            &figures::totals(&before),
            &figures::totals(&after),
        )),
        None => Ok(()),
    }
}

/// Settling and raising change no month's total.
pub(super) fn same_totals(before: &State<'_>, after: &State<'_>) -> Result<(), Problem> {
    let [before, after] =
        [before, after].map(|state| figures::totals(&figures::used(state.log, state.books)));
    let mut months = before.keys().chain(after.keys());
    match months.find(|month| before.get(month) != after.get(month)) {
        Some(month) => Err(differs(*month, &before, &after)),
        None => Ok(()),
    }
}

fn differs(
    month: Month,
    before: &BTreeMap<Month, Tokens>,
    after: &BTreeMap<Month, Tokens>,
) -> Problem {
    let of = |totals: &BTreeMap<Month, Tokens>| totals.get(&month).copied().unwrap_or_default();
    Problem::Unequal(format!(
        "what was used in {month} would change from {} to {}",
        of(before),
        of(after)
    ))
}
