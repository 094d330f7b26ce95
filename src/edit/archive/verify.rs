//! What must be the same before and after: every line, and every figure.

use std::{collections::BTreeMap, hash::Hasher};

use super::Problem;
use crate::{
    edit::{LogSet, document::is_rule},
    model::{Month, Tokens},
};

/// The lines of a text as a sum that does not depend on their order. Blank lines and rules part others, and count for nothing.
pub(super) fn lines(text: &str) -> u64 {
    text.lines().map(line).fold(0, u64::wrapping_add)
}

/// What one line counts for.
pub(super) fn line(text: &str) -> u64 {
    let text = text.trim_start_matches('\u{feff}').trim_end();
    if text.trim_start().is_empty() || is_rule(text.trim_start()) {
        return 0;
    }
    let mut hasher = std::hash::DefaultHasher::new();
    hasher.write(text.as_bytes());
    hasher.finish()
}

/// A log, with the archives beside it.
pub(in crate::edit) struct State<'a> {
    pub(in crate::edit) log: &'a str,
    pub(in crate::edit) log_set: &'a LogSet,
}

/// What was used: of each month, by team. Months and teams without any are left out.
pub(super) type Used = BTreeMap<Month, BTreeMap<String, Tokens>>;

/// What a log and its archives say was used.
pub(super) fn used(text: &str, log_set: &LogSet) -> Used {
    let ledgers = log_set.fold(text);
    let mut months = ledgers.months();
    months.extend(log_set.archives.keys());
    months.sort_unstable();
    months.dedup();
    let month = |month: Month| {
        let reconciled = ledgers.reconcile(month)?;
        let teams = reconciled.month.teams.iter();
        let used = teams.filter_map(|team| Some((team.name.clone(), team.used()?)));
        let used: BTreeMap<String, Tokens> =
            used.filter(|(_, used)| *used > Tokens::ZERO).collect();
        (!used.is_empty()).then_some((month, used))
    };
    months.into_iter().filter_map(month).collect()
}

/// What all teams used in the first month in which that is not the same.
pub(super) fn differing(before: &Used, after: &Used) -> Option<(Month, [Tokens; 2])> {
    let of = |used: &Used, month| -> Tokens {
        let teams = used.get(&month).into_iter().flat_map(BTreeMap::values);
        teams.copied().sum()
    };
    let months = before.keys().chain(after.keys()).copied();
    let both = months.map(|month| (month, [of(before, month), of(after, month)]));
    both.into_iter()
        .find(|(_, [before, after])| before != after)
}

/// What is used is the same as before: of every team, or, where monthly rows were written that make teams of names, in every month.
pub(in crate::edit) fn same(
    before: &State<'_>,
    after: &State<'_>,
    teams_stay: bool,
) -> Result<(), Problem> {
    let [before, after] = [before, after].map(|state| used(state.log, state.log_set));
    if let Some((month, [before, after])) = differing(&before, &after) {
        let what = format!("what was used in {month} would change from {before} to {after}");
        return Err(Problem::Unequal(what));
    }
    if teams_stay && before != after {
        let what = "what single teams used would change".to_owned();
        return Err(Problem::Unequal(what));
    }
    Ok(())
}
