//! What must be the same before and after: every line, and every figure.

use std::collections::{BTreeMap, BTreeSet};

use super::Problem;
use crate::{
    edit::{LogSet, document::is_rule},
    model::{EntryKind, Month, Tokens, fold_name},
};

/// The lines of some texts, sorted: equal exactly where the same lines are in them, each as often. Blank lines and rules only part
/// others and are left out, and so are line ends.
pub(super) fn sorted_lines<'t>(texts: impl IntoIterator<Item = &'t str>) -> Vec<&'t str> {
    let bodies = texts
        .into_iter()
        .map(|text| text.trim_start_matches('\u{feff}'));
    let lines = bodies.flat_map(|text| text.split('\n').map(|line| line.trim_end_matches('\r')));
    let mut lines: Vec<&str> = lines
        .filter(|line| !line.trim().is_empty() && !is_rule(line.trim()))
        .collect();
    lines.sort_unstable();
    lines
}

/// A log, with the archives beside it.
pub(in crate::edit) struct State<'a> {
    pub(in crate::edit) log: &'a str,
    pub(in crate::edit) log_set: &'a LogSet,
}

/// What was used in each month. Months without any are left out.
pub(super) type Used = BTreeMap<Month, UsedInMonth>;

/// What was used in a month.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct UsedInMonth {
    /// By team, the names folded: which spelling is shown depends on what comes first. Teams without any are left out.
    teams: BTreeMap<String, Tokens>,
    /// The teams with monthly rows. A new one may take over details of other teams.
    monthly: BTreeSet<String>,
}

/// What a log and its archives say was used.
pub(super) fn used(text: &str, log_set: &LogSet) -> Used {
    let ledger = log_set.fold(text);
    let mut months = ledger.months().to_vec();
    months.extend(log_set.archives.keys());
    months.sort_unstable();
    months.dedup();
    let month = |month: Month| {
        let reconciled = ledger.find_month(month)?;
        let mut used = UsedInMonth {
            teams: BTreeMap::new(),
            monthly: BTreeSet::new(),
        };
        for team in &reconciled.month.teams {
            if team.tallies.contains_key(&EntryKind::Monthly) {
                used.monthly.insert(fold_name(&team.name));
            }
            if let Some(tokens) = team.used().filter(|tokens| *tokens > Tokens::ZERO) {
                used.teams.insert(fold_name(&team.name), tokens);
            }
        }
        (!used.teams.is_empty()).then_some((month, used))
    };
    months.into_iter().filter_map(month).collect()
}

/// What all teams used in the first month in which that is not the same.
pub(super) fn differing(before: &Used, after: &Used) -> Option<(Month, [Tokens; 2])> {
    let of = |used: &Used, month| -> Tokens {
        let month = used.get(&month).into_iter();
        month.flat_map(|month| month.teams.values()).copied().sum()
    };
    let months = before.keys().chain(after.keys()).copied();
    let both = months.map(|month| (month, [of(before, month), of(after, month)]));
    both.into_iter()
        .find(|(_, [before, after])| before != after)
}

/// Checks that what is used is the same as before: in every month, and by every team of a month whose teams with monthly rows are
/// the same.
pub(in crate::edit) fn same(before: &State<'_>, after: &State<'_>) -> Result<(), Problem> {
    let [before, after] = [before, after].map(|state| used(state.log, state.log_set));
    if let Some((month, [before, after])) = differing(&before, &after) {
        let what = format!("what was used in {month} would change from {before} to {after}");
        return Err(Problem::Unequal(what));
    }
    for ((month, before), after) in before.iter().zip(after.values()) {
        if before.monthly == after.monthly && before.teams != after.teams {
            let what = format!("what single teams used in {month} would change");
            return Err(Problem::Unequal(what));
        }
    }
    Ok(())
}
