//! Tables that show the same spending twice: a summary of days, weeks or months, and the details of these. The details count, and what
//! the summary has beyond them.

use std::collections::BTreeMap;

use super::{
    spending::{DayRange, TableSpending},
    sums::Sums,
};

/// What a summary says of some days, beside details that say it, too.
#[derive(Clone, Copy, Debug)]
pub(super) struct Covered {
    pub(super) summary: Sums,
    pub(super) details: Sums,
}

impl Covered {
    pub(super) fn agrees(&self) -> bool {
        self.summary.agrees_with(&self.details)
    }
}

/// A table that is a summary of others.
#[derive(Debug, Default)]
pub(super) struct Summary {
    /// The numbers of the tables that have the details.
    pub(super) of: Vec<usize>,
    /// The days that these have, too.
    pub(super) covered: BTreeMap<DayRange, Covered>,
}

/// The most tables that are looked at as summaries, and the most sets of tables that each is compared with: so that the time taken
/// follows the size of a log.
const MOST_SUMMARIES: usize = 16;
const MOST_SETS: usize = 16;

/// Finds the tables that are summaries of others. `alike` groups the tables by their headers, and `names` says how much each row of
/// them says about what the usage was for.
pub(super) fn summaries(
    tables: &[TableSpending],
    alike: &[usize],
    names: &[usize],
) -> BTreeMap<usize, Summary> {
    let counting: Vec<usize> = (0..tables.len())
        .filter(|at| {
            tables
                .get(*at)
                .is_some_and(|table| !table.ranges.is_empty())
        })
        .collect();
    let mut candidates: Vec<usize> = counting
        .iter()
        .copied()
        .filter(|at| tables.get(*at).is_some_and(may_be_summary))
        .collect();
    // A summary says less of each row than its details, or has fewer of them.
    candidates.sort_by_key(|at| (names.get(*at), tables.get(*at).map(|table| table.rows)));
    candidates.truncate(MOST_SUMMARIES);
    let mut found: BTreeMap<usize, Summary> = BTreeMap::new();
    for at in candidates {
        let Some(summary) = tables.get(at) else {
            continue;
        };
        let others = counting.iter().copied();
        let says_as_much = |other: &usize| names.get(*other) >= names.get(at);
        let others = others.filter(says_as_much);
        let others = others.filter(|other| *other != at && !found.contains_key(other));
        let sets = sets(others.collect(), alike);
        let best = sets.into_iter().find_map(|set| {
            let details = TableSpending::merged(set.iter().filter_map(|at| tables.get(*at)));
            let covered = compare(summary, &details)?;
            Some(Summary { of: set, covered })
        });
        if let Some(best) = best {
            found.insert(at, best);
        }
    }
    if let Some((at, of)) = recap(tables) {
        let covered = BTreeMap::new();
        found.entry(at).or_insert(Summary { of, covered });
    }
    found
}

/// The shortest table without dates that is the sum of all other rows without a date.
fn recap(tables: &[TableSpending]) -> Option<(usize, Vec<usize>)> {
    let undated = tables.iter().enumerate();
    let undated = undated.filter(|(_, table)| table.undated_sums.rows > 0);
    let mut all = Sums::default();
    undated
        .clone()
        .for_each(|(_, table)| all.add(&table.undated_sums));
    let is_recap = |(_, table): &(usize, &TableSpending)| {
        let own = &table.undated_sums;
        let rest = all.without(own);
        table.ranges.is_empty() && rest.rows > own.rows && own.agrees_with(&rest)
    };
    let recaps = undated.clone().filter(is_recap);
    let (at, _) = recaps.min_by_key(|(_, table)| table.rows)?;
    let others = undated.map(|(other, _)| other).filter(|other| *other != at);
    Some((at, others.collect()))
}

/// Whether a table has one row for each of several days, or rows of longer spans.
fn may_be_summary(table: &TableSpending) -> bool {
    let is_span = |(from, to): &DayRange| from < to;
    let mut ranges = table.ranges.iter();
    let is_single = ranges.all(|(range, sums)| is_span(range) || sums.rows == 1);
    !table.is_cut && is_single && (table.ranges.len() > 1 || table.ranges.keys().any(is_span))
}

/// The sets of tables that may be the details together: all, those with the same headers, and single ones.
fn sets(others: Vec<usize>, alike: &[usize]) -> Vec<Vec<usize>> {
    let single = others.iter().take(MOST_SETS).map(|at| vec![*at]);
    let mut by_headers: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for at in &others {
        let key = alike.get(*at).copied().unwrap_or_default();
        by_headers.entry(key).or_default().push(*at);
    }
    let several = by_headers.into_values().filter(|set| set.len() > 1);
    let smaller: Vec<Vec<usize>> = several.take(MOST_SETS).chain(single).collect();
    [others].into_iter().chain(smaller).collect()
}

/// The days that a summary and details have both, if they are two views of one spending: what both say agrees for at least 60% of these
/// days, and for two of them or for one longer span.
fn compare(
    summary: &TableSpending,
    details: &TableSpending,
) -> Option<BTreeMap<DayRange, Covered>> {
    let mut covered = BTreeMap::new();
    let (mut agreeing, mut differing, mut is_span) = (0_u64, 0_u64, false);
    for (range, sums) in &summary.ranges {
        let Some(of_details) = details.within(*range) else {
            continue;
        };
        let both = Covered {
            summary: *sums,
            details: of_details,
        };
        covered.insert(*range, both);
        let is_longer = range.0 < range.1;
        if !sums.is_positive() && !of_details.is_positive() {
            continue;
        }
        let stated = details.stated.get(&range.0).filter(|_| !is_longer);
        let agrees = both.agrees() || stated.is_some_and(|stated| sums.agrees_with(stated));
        // A week in which only one day has a row is the sum of that.
        let is_finer = !is_longer || !details.ranges.contains_key(range);
        let has_more_rows = of_details.rows > sums.rows;
        if agrees && (is_finer || has_more_rows) && !sums.is_of_others(&of_details) {
            agreeing += 1;
            is_span |= is_longer && has_more_rows;
        } else {
            differing += 1;
        }
    }
    let is_proven = agreeing > 1 || agreeing == 1 && is_span;
    (is_proven && agreeing * 10 >= (agreeing + differing) * 6).then_some(covered)
}
