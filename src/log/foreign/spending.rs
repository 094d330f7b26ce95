//! The second reading of a log: what each table that counts says of each day, so that tables which show the same spending are found.
//! Keeps days and not rows.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::{
    date::{Assumption, When},
    decode::{Conventions, Days, Decoded, TableDecoder, UsageRow},
    outline::{OutlineRow, OutlineVisitor, TableHead},
    plan::TablePlan,
    sums::Sums,
};
use crate::{log::emitter::Emitter, model::Month, text::Place};

/// The first and the last day that something was spent on; of rows with one day, both are that.
pub(super) type DayRange = (NaiveDate, NaiveDate);

/// What a table says, by the days that it says it of.
#[derive(Debug, Default)]
pub(super) struct TableSpending {
    pub(super) rows: u64,
    pub(super) undated: u64,
    /// What the rows without a date say, and what those with one do.
    pub(super) undated_sums: Sums,
    pub(super) dated: Sums,
    pub(super) without_figure: u64,
    pub(super) unreadable: u64,
    pub(super) totals: u64,
    /// Rows that are no usage by their names.
    pub(super) excluded: u64,
    /// By the days that rows name. Of a table with more than [`MOST_RANGES`] ranges no further ones.
    pub(super) ranges: BTreeMap<DayRange, Sums>,
    /// The sums that the table states of single days.
    pub(super) stated: BTreeMap<NaiveDate, Sums>,
    /// The days of the rows since the last sum, if they are all the same.
    pub(super) since_last: Same<NaiveDate>,
    /// Some ranges are missing.
    pub(super) is_cut: bool,
}

/// Whether some values are all the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Same<T> {
    /// There is none yet.
    #[default]
    Nothing,
    One(T),
    Different,
}

impl<T: Copy + PartialEq> Same<T> {
    /// Adds a value, or one that is like no other.
    pub(super) fn add(&mut self, value: Option<T>) {
        *self = match (*self, value) {
            (Self::Nothing, Some(value)) => Self::One(value),
            (Self::One(one), Some(value)) if one == value => Self::One(one),
            _ => Self::Different,
        };
    }

    pub(super) const fn one(self) -> Option<T> {
        match self {
            Self::One(value) => Some(value),
            Self::Nothing | Self::Different => None,
        }
    }
}

/// The days of ten years, and more than any summary has.
const MOST_RANGES: usize = 4_000;

impl TableSpending {
    fn add(&mut self, row: &UsageRow<'_>) {
        self.rows += 1;
        let sums = row.sums();
        self.unreadable += u64::from(row.is_unreadable);
        self.without_figure += u64::from(sums.is_empty() && !row.is_unreadable);
        let Some(range) = range_of(row.days) else {
            self.undated += 1;
            self.undated_sums.add(&sums);
            self.since_last = Same::Different;
            return;
        };
        self.dated.add(&sums);
        let day = (range.0 == range.1).then_some(range.0);
        self.since_last.add(day);
        if self.ranges.len() < MOST_RANGES || self.ranges.contains_key(&range) {
            self.ranges.entry(range).or_default().add(&sums);
        } else {
            self.is_cut = true;
        }
    }

    fn add_total(&mut self, sums: &Sums) {
        self.totals += 1;
        if let Some(day) = std::mem::take(&mut self.since_last).one() {
            self.stated.insert(day, *sums);
        }
    }

    /// Whether any of its rows has a date or a figure: it is no empty form.
    pub(super) const fn says_anything(&self) -> bool {
        let without = self.without_figure + self.unreadable;
        let is_blank = self.undated == self.rows && without == self.rows;
        self.rows > 0 && !is_blank
    }

    /// What several tables say together.
    pub(super) fn merged<'t>(tables: impl Iterator<Item = &'t Self>) -> Self {
        let mut merged = Self::default();
        for table in tables {
            merged.rows += table.rows;
            for (range, sums) in &table.ranges {
                merged.ranges.entry(*range).or_default().add(sums);
            }
            for (day, sums) in &table.stated {
                merged.stated.entry(*day).or_default().add(sums);
            }
        }
        merged
    }

    /// What it says of all days in a range, without longer ranges that only begin or end in it, and how many ranges were looked at:
    /// one more than the most at most. `None` where it says nothing.
    pub(super) fn within(&self, (from, to): DayRange, most: usize) -> (Option<Sums>, usize) {
        let mut sums = Sums::default();
        let mut seen = 1;
        let inside = self.ranges.range((from, from)..);
        let inside = inside.take_while(|((first, _), _)| *first <= to);
        for ((_, last), of) in inside.take(most) {
            seen += 1;
            if *last <= to {
                sums.add(of);
            }
        }
        ((sums.rows > 0).then_some(sums), seen)
    }
}

/// The days that a row is of.
pub(super) fn range_of(days: Days) -> Option<DayRange> {
    match days {
        Days::Undated => None,
        Days::Read(When::Day(day)) => Some((day, day)),
        Days::Read(When::Days(from, to)) => Some((from, to)),
        Days::Read(When::Month(month)) => Some((month.first_day(), month.last_day())),
    }
}

/// The month of a range that is a whole one.
pub(super) fn month_of(days: Days) -> Option<Month> {
    match days {
        Days::Read(When::Month(month)) => Some(month),
        _ => None,
    }
}

/// Reads the tables that count.
pub(super) struct SpendingReader<'p> {
    /// By the number of the table; none for those that do not count.
    plans: &'p [Option<TablePlan>],
    conventions: Conventions,
    pub(super) tables: Vec<TableSpending>,
    /// What was assumed of dates.
    pub(super) assumed: BTreeSet<Assumption>,
    decoder: Option<TableDecoder<'p>>,
}

impl<'p> SpendingReader<'p> {
    pub(super) const fn new(plans: &'p [Option<TablePlan>], conventions: Conventions) -> Self {
        Self {
            plans,
            conventions,
            tables: Vec::new(),
            assumed: BTreeSet::new(),
            decoder: None,
        }
    }
}

impl OutlineVisitor for SpendingReader<'_> {
    fn heading(&mut self, _: u8, _: &str, _: Place) {}

    fn label(&mut self, _: &str, _: Place) {}

    fn line(&mut self, _: &str, _: Place, _: &mut Emitter<'_>) {}

    fn table(&mut self, _: &TableHead, _: &mut Emitter<'_>) {
        let plan = self.plans.get(self.tables.len()).and_then(Option::as_ref);
        self.decoder = plan.map(|plan| TableDecoder::new(plan, self.conventions));
        self.tables.push(TableSpending::default());
    }

    fn row(&mut self, row: &OutlineRow<'_, '_>, _: &mut Emitter<'_>) {
        let (Some(decoder), Some(table)) = (&mut self.decoder, self.tables.last_mut()) else {
            return;
        };
        match decoder.decode(row) {
            Decoded::Usage(usage) => table.add(&usage),
            Decoded::Total(total) => table.add_total(&total.sums()),
            Decoded::Excluded => table.excluded += 1,
            Decoded::Nothing => {}
        }
    }

    fn end_table(&mut self, _: &mut Emitter<'_>) {
        let decoder = self.decoder.take();
        self.assumed
            .extend(decoder.into_iter().flat_map(|decoder| decoder.assumed));
    }
}
