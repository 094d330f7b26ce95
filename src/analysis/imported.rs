//! Imported usage that more than one import wrote: how much of it counts. What an import adds to a log is for `import` to say.
//!
//! The line or row with the id `U.T` and n tokens states the tokens of the unit U from T - n up to T. What counts of a unit is the length
//! of the union of these intervals. Two machines that share a home each write a line from the same total on: after a merge, the line with
//! the larger T counts only beyond the other. One that begins below the other, where nothing else states what is there, counts in full
//! instead of it. A figure that was corrected by hand counts as it is written where no interval overlaps it.

use std::{collections::HashMap, sync::Arc};

use chrono::NaiveDate;

use super::{class_sums::ClassSums, cost::CostSum, ledger::TallyKey, names::NameId};
use crate::{
    model::{
        Amount, CountedClasses, Entry, EntryKind, Figures, ImportedId, Month, TokenClass,
        TokenClasses, Tokens, divide_half_even,
    },
    text::Place,
};

/// An imported row or usage line of which other ones state a part, so that it counts only in part.
#[derive(Clone, Debug)]
pub struct ImportOverlap {
    /// Its id.
    pub id: String,
    pub place: Place,
    /// What states the same tokens, and counts.
    pub beside: Place,
    pub kind: EntryKind,
    pub month: Month,
    /// What is written.
    pub figures: Figures,
    /// What counts of it.
    pub kept: Figures,
    pub(super) name: NameId,
    pub(super) project: Option<Arc<str>>,
    pub(super) date: Option<NaiveDate>,
    /// What the surplus costs.
    pub(super) cost: CostSum,
}

impl ImportOverlap {
    /// The tokens that count elsewhere already.
    pub fn surplus(&self) -> Tokens {
        let tokens = |figures: &Figures| figures.tokens.map(|tokens| tokens.value);
        let (written, kept) = (tokens(&self.figures), tokens(&self.kept));
        written
            .unwrap_or_default()
            .saturating_sub(kept.unwrap_or_default())
    }

    /// What the surplus costs.
    pub const fn surplus_cost(&self) -> &CostSum {
        &self.cost
    }

    pub(super) fn key(&self) -> TallyKey {
        (self.name, self.project.clone(), self.kind)
    }

    pub(super) fn classes(&self) -> Option<ClassSums> {
        let (written, kept) = (ClassSums::of(&self.figures)?, ClassSums::of(&self.kept)?);
        Some(written.less(kept))
    }
}

/// What is written about a team and counts elsewhere already.
#[derive(Clone, Debug, Default)]
pub(super) struct Surplus {
    pub(super) tokens: Tokens,
    /// Those of them in usage lines.
    pub(super) in_lines: Tokens,
    pub(super) cost: CostSum,
    pub(super) classes: ClassSums,
}

impl Surplus {
    pub(super) fn add_overlap(&mut self, overlap: &ImportOverlap) {
        let tokens = overlap.surplus();
        self.add(&Self {
            tokens,
            in_lines: if overlap.kind == EntryKind::Line {
                tokens
            } else {
                Tokens::ZERO
            },
            cost: overlap.cost.clone(),
            classes: overlap.classes().unwrap_or_default(),
        });
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.tokens = self.tokens.saturating_add(other.tokens);
        self.in_lines = self.in_lines.saturating_add(other.in_lines);
        self.cost.add(&other.cost);
        self.classes += other.classes;
    }
}

/// The imported rows and lines that were read, by their units.
#[derive(Clone, Debug, Default)]
pub(super) struct ImportedEntries {
    units: HashMap<String, Vec<ImportedEntry>>,
    /// The tokens of imports hold what was read from caches, which is no part of T.
    has_cache_reads: bool,
}

#[derive(Clone, Debug)]
struct ImportedEntry {
    total: Tokens,
    kind: EntryKind,
    month: Month,
    date: Option<NaiveDate>,
    name: NameId,
    project: Option<Arc<str>>,
    figures: Figures,
    cost: CostSum,
    place: Place,
}

impl ImportedEntries {
    /// For a log whose imports count these classes.
    pub(super) fn new(counted: &CountedClasses) -> Self {
        Self {
            units: HashMap::new(),
            has_cache_reads: counted.0.contains(&TokenClass::CacheRead),
        }
    }

    /// Takes note of an entry that counts. One with the ids of several has the tokens of these together, and states no interval.
    pub(super) fn add(
        &mut self,
        id: ImportedId<'_>,
        entry: &Entry<'_>,
        name: NameId,
        cost: CostSum,
    ) {
        let is_detail = !matches!(entry.kind, EntryKind::Monthly | EntryKind::Legacy);
        if !is_detail || !entry.further_ids.is_empty() {
            return;
        }
        let of_unit = self.units.entry(id.unit.to_owned()).or_default();
        of_unit.push(ImportedEntry {
            total: id.total,
            kind: entry.kind,
            month: entry.when.month,
            date: entry.when.date,
            name,
            project: entry.work.project.clone(),
            figures: entry.figures,
            cost,
            place: entry.place,
        });
    }

    /// Whether a row is there that holds what had this id: one of the same unit and of no smaller total.
    pub(super) fn is_settled(&self, id: &str) -> bool {
        let Some(id) = ImportedId::parse(id) else {
            return false;
        };
        let of_unit = self.units.get(id.unit);
        of_unit.is_some_and(|entries| {
            let mut rows = entries.iter().filter(|entry| entry.kind != EntryKind::Line);
            rows.any(|row| row.total >= id.total)
        })
    }

    /// What overlaps, in the order of the files and lines.
    pub(super) fn overlaps(self) -> Vec<ImportOverlap> {
        let has_cache_reads = self.has_cache_reads;
        let several = self.units.into_iter().filter(|(_, of)| of.len() > 1);
        let mut overlaps: Vec<ImportOverlap> = several
            .flat_map(|(unit, of)| overlaps_of(&unit, of, has_cache_reads).unwrap_or_default())
            .collect();
        overlaps.sort_by_key(|overlap| overlap.place.order());
        overlaps
    }
}

impl ImportedEntry {
    /// How many tokens of the unit it states: T counts input, output and cache writes. None where that is not known.
    fn length(&self, has_cache_reads: bool) -> Option<u64> {
        let tokens = self.figures.tokens?;
        let whole = length_of(self.figures.classes);
        let length = whole.or_else(|| {
            let is_exact = tokens.unit <= 1 && !has_cache_reads;
            is_exact.then_some(tokens.value)
        })?;
        Some(length.0).filter(|length| *length <= self.total.0)
    }
}

/// The sum of the classes that T counts, where all are stated.
fn length_of(classes: TokenClasses) -> Option<Tokens> {
    let parts = [classes.input?, classes.output?, classes.cache_write?];
    Some(parts.into_iter().fold(Tokens::ZERO, Tokens::saturating_add))
}

/// None where one of the entries does not say which tokens of the unit it is about.
fn overlaps_of(
    unit: &str,
    mut entries: Vec<ImportedEntry>,
    has_cache_reads: bool,
) -> Option<Vec<ImportOverlap>> {
    entries.sort_by_key(|entry| (entry.total, entry.place.order()));
    let intervals = entries.iter().map(|entry| {
        let length = entry.length(has_cache_reads)?;
        Some((entry.total.0.checked_sub(length)?, entry.total.0))
    });
    let intervals: Vec<(u64, u64)> = intervals.collect::<Option<_>>()?;
    let shares = shares(&intervals);
    let parts = entries.iter().zip(intervals).zip(shares);
    let overlaps = parts.filter_map(|((entry, (start, end)), share)| {
        let Share { length, beside } = share?;
        let kept = part_of(&entry.figures, length, end - start);
        let mut cost = entry.cost.clone();
        cost.remove(&entry.cost.part(length, end - start));
        let total = entry.total;
        Some(ImportOverlap {
            id: ImportedId { unit, total }.to_string(),
            place: entry.place,
            beside: entries.get(beside)?.place,
            kind: entry.kind,
            month: entry.month,
            figures: entry.figures,
            kept,
            name: entry.name,
            project: entry.project.clone(),
            date: entry.date,
            cost,
        })
    });
    Some(overlaps.collect())
}

/// What counts of an interval that others overlap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Share {
    /// The last tokens of the interval, so many of them.
    length: u64,
    /// One of the intervals that overlap it.
    beside: usize,
}

/// A part of the union that grows: the rest of one interval, up to `end`, and where that which has no gap down from it begins.
struct Counted {
    interval: usize,
    begin: u64,
    end: u64,
}

/// What counts of each interval, from its start, exclusive, to its end; sorted by their ends. None where all of it does.
fn shares(intervals: &[(u64, u64)]) -> Vec<Option<Share>> {
    let mut shares = vec![None; intervals.len()];
    let mut counted: Vec<Counted> = Vec::new();
    for (at, &(from, end)) in intervals.iter().enumerate() {
        let mut start = from;
        while let Some(last) = counted.last() {
            if last.end <= from {
                break;
            }
            if last.begin <= from {
                start = last.end.min(end);
                let (length, beside) = (end - start, last.interval);
                shares[at] = Some(Share { length, beside });
                break;
            }
            // All of it is inside this one, which states more below it.
            let begin = last.begin;
            while let Some(inside) = counted.pop_if(|inside| inside.begin == begin) {
                shares[inside.interval] = Some(Share {
                    length: 0,
                    beside: at,
                });
            }
        }
        if start < end {
            let below = counted.last().filter(|below| below.end == start);
            counted.push(Counted {
                interval: at,
                begin: below.map_or(start, |below| below.begin),
                end,
            });
        }
    }
    shares
}

/// A part of a whole number, rounded half to even.
pub(super) fn share_of(value: u64, part: u64, whole: u64) -> u64 {
    let product = u128::from(value) * u128::from(part);
    let share = divide_half_even(product, u128::from(whole.max(1)));
    u64::try_from(share).unwrap_or(u64::MAX)
}

/// The figures of a part of what an entry states: each in proportion, rounded half to even. The classes that T counts add up to the
/// part, for which the largest of them gives way.
fn part_of(figures: &Figures, part: u64, whole: u64) -> Figures {
    let of = |tokens: Tokens| Tokens(share_of(tokens.0, part, whole));
    let mut classes = TokenClasses {
        input: figures.classes.input.map(of),
        output: figures.classes.output.map(of),
        cache_write: figures.classes.cache_write.map(of),
        cache_read: figures.classes.cache_read.map(of),
    };
    if let Some(sum) = length_of(classes) {
        let counted = [
            &mut classes.input,
            &mut classes.output,
            &mut classes.cache_write,
        ];
        let largest = counted.into_iter().flatten().max();
        if let Some(largest) = largest {
            let exact = i128::from(largest.0) + i128::from(part) - i128::from(sum.0);
            *largest = Tokens(u64::try_from(exact).unwrap_or_default());
        }
    }
    Figures {
        tokens: figures.tokens.map(|tokens| Amount {
            value: of(tokens.value),
            ..tokens
        }),
        classes,
        cost: figures.cost.map(|cost| Amount {
            value: share_of(cost.value, part, whole),
            ..cost
        }),
        unpriced: figures.unpriced.map(of),
        ..*figures
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The lengths that count.
    fn lengths(intervals: &[(u64, u64)]) -> Vec<u64> {
        let shares = shares(intervals).into_iter();
        let all = shares.zip(intervals);
        all.map(|(share, (start, end))| share.map_or(end - start, |share| share.length))
            .collect()
    }

    type Intervals = &'static [(u64, u64)];

    #[test]
    fn what_several_intervals_state_counts_once() {
        let cases: [(Intervals, &[u64]); 8] = [
            (&[(0, 100), (100, 150)], &[100, 50]),
            // Two machines begin with the same total.
            (&[(0, 100), (0, 150)], &[100, 50]),
            (
                &[(0, 50), (50, 100), (50, 150), (150, 200)],
                &[50, 50, 50, 50],
            ),
            // A gap, as where a figure was corrected.
            (&[(20, 100), (100, 150)], &[80, 50]),
            (&[(20, 100), (0, 150)], &[0, 150]),
            (&[(0, 10), (20, 100), (5, 150)], &[10, 0, 140]),
            (&[(0, 100), (90, 150)], &[100, 50]),
            (&[(0, 0), (0, 5), (5, 5)], &[0, 5, 0]),
        ];
        for (intervals, expected) in cases {
            assert_eq!(lengths(intervals), expected, "{intervals:?}");
        }
    }

    proptest! {
        #[test]
        fn the_length_of_the_union_counts_and_what_is_left_does_not_overlap(
            intervals in proptest::collection::vec((0_u64..40, 0_u64..40), 0..12),
        ) {
            let mut intervals: Vec<(u64, u64)> = intervals.into_iter().map(|(one, two)| (one.min(two), one.max(two))).collect();
            intervals.sort_by_key(|(_, end)| *end);
            intervals.dedup_by_key(|(_, end)| *end);
            let union = (0..40).filter(|token| intervals.iter().any(|(start, end)| start <= token && token < end));
            let lengths = lengths(&intervals);
            prop_assert_eq!(lengths.iter().sum::<u64>(), union.count() as u64);
            let kept: Vec<(u64, u64)> = lengths.iter().zip(&intervals).map(|(length, (_, end))| (end - length, *end)).filter(|(start, end)| start < end).collect();
            prop_assert!(shares(&kept).iter().all(Option::is_none), "{:?}", kept);
        }

        #[test]
        fn parts_add_up(classes in [0_u64..500, 0..500, 0..500, 0..5_000], part in 0_u64..1_500) {
            let [input, output, cache_write, cache_read] = classes.map(|tokens| Some(Tokens(tokens)));
            let classes = TokenClasses { input, output, cache_write, cache_read };
            let whole = length_of(classes).unwrap();
            let part = part.min(whole.0);
            let figures = Figures { tokens: Some(Amount::exact(whole)), classes, ..Figures::default() };
            let kept = part_of(&figures, part, whole.0);
            prop_assert_eq!(kept.tokens.unwrap().value, Tokens(part));
            prop_assert_eq!(length_of(kept.classes), Some(Tokens(part)));
        }
    }
}
