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
pub(in crate::edit) struct State<'a> {
    pub(in crate::edit) log: &'a str,
    pub(in crate::edit) books: &'a Books,
}

/// What is used is the same as before: of every team, or, where monthly rows were written that make teams of names, in every month.
pub(in crate::edit) fn same(
    before: &State<'_>,
    after: &State<'_>,
    teams_stay: bool,
) -> Result<(), Problem> {
    let [before, after] = [before, after].map(|state| figures::used(state.log, state.books));
    let totals = [&before, &after].map(figures::totals);
    let mut months = totals.iter().flat_map(BTreeMap::keys);
    let differing = months.find(|month| totals[0].get(month) != totals[1].get(month));
    if let Some(month) = differing {
        return Err(differs(*month, &totals));
    }
    if teams_stay && before != after {
        let what = "what single teams used would change".to_owned();
        return Err(Problem::Unequal(what));
    }
    Ok(())
}

fn differs(month: Month, totals: &[BTreeMap<Month, Tokens>; 2]) -> Problem {
    let of = |totals: &BTreeMap<Month, Tokens>| totals.get(&month).copied().unwrap_or_default();
    Problem::Unequal(format!(
        "what was used in {month} would change from {} to {}",
        of(&totals[0]),
        of(&totals[1])
    ))
}
