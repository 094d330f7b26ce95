//! The rows that will be shown one by one, and those that cannot be read.

use std::{
    collections::{BTreeMap, HashMap, btree_map},
    ops::Add,
};

use chrono::NaiveDate;

use super::{cost::CostSum, imported::ImportOverlap, names::NameId, team_usage::sum};
use crate::{
    model::{Amount, Entry, EntryKind, ImportedId, Month, RoundedSum, Tokens},
    text::{FileId, FileRole, Place},
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowSelection {
    /// The month to show; none for the newest that has rows.
    pub month: Option<Month>,
    pub rows: Rows,
}

impl RowSelection {
    pub const SUMS: Self = Self {
        month: None,
        rows: Rows::Summed,
    };
}

/// How many rows are shown one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rows {
    /// None: sums say enough.
    Summed,
    /// None, but how many tokens each has is kept, for estimates.
    Sizes,
    /// At least this many of the newest. Those before are summed by day, team and kind.
    Newest(usize),
    All,
}

impl Rows {
    pub fn are_shown(self) -> bool {
        matches!(self, Self::Newest(_) | Self::All)
    }
}

/// A row that will be shown, or several that are shown as one.
#[derive(Clone, Debug)]
pub(super) struct KeptRow {
    /// The number of rows.
    pub(super) rows: u64,
    pub(super) name: NameId,
    pub(super) date: NaiveDate,
    pub(super) cost: CostSum,
    /// The units of import that it is made of.
    pub(super) units: Box<[String]>,
    /// The first of them, without ids, with the sums of all.
    pub(super) entry: Entry<'static>,
}

impl KeptRow {
    fn of(entry: &Entry<'_>, date: NaiveDate, name: NameId, cost: &CostSum) -> Self {
        let units = entry.ids().filter_map(ImportedId::parse);
        let units = units.map(|id| id.unit.to_owned()).collect();
        let mut entry = entry.to_static();
        (entry.id, entry.hold, entry.further_ids) = (None, None, Box::default());
        Self {
            rows: 1,
            name,
            date,
            cost: cost.clone(),
            units,
            entry,
        }
    }

    /// Adds another row of the same day, team and kind. What can differ between them is left out.
    fn add(&mut self, other: &Self) {
        self.rows += other.rows;
        self.cost.add(&other.cost);
        let (entry, figures) = (&mut self.entry, &other.entry.figures);
        let tokens = entry.figures.tokens.into_iter().chain(figures.tokens);
        entry.figures.tokens = tokens.reduce(Add::add);
        entry.figures.minutes = sum(entry.figures.minutes, figures.minutes);
        self.units = Box::default();
        (entry.when.time, entry.status) = (None, None);
        (entry.work.task, entry.work.model, entry.work.notes) = (None, None, None);
    }

    fn count_once(&mut self, overlap: &ImportOverlap) {
        if let Some(tokens) = &mut self.entry.figures.tokens {
            tokens.value = tokens.value.saturating_sub(overlap.surplus());
        }
        self.cost.remove(overlap.surplus_cost());
    }

    /// The sort key: by day; rows of an archive before those of the log.
    pub(super) fn order(&self) -> (NaiveDate, bool, (FileId, usize, usize)) {
        let place = &self.entry.place;
        let in_log = place.file.role() != FileRole::Archive;
        (self.date, in_log, place.order())
    }
}

/// The rows of the newest month met so far, or of the one asked for: of the current format, and of the one before. Which of
/// them count is known in the end.
#[derive(Clone, Debug, Default)]
pub(super) struct KeptRows([OfMonth; 2]);

#[derive(Clone, Debug, Default)]
struct OfMonth {
    month: Option<Month>,
    rows: Vec<KeptRow>,
    /// As soon as there are more, the oldest are summed.
    most: usize,
}

impl OfMonth {
    fn keep(&mut self, rows: Rows, row: KeptRow) {
        self.rows.push(row);
        if let Rows::Newest(kept) = rows
            && self.rows.len() > self.most.max(kept.saturating_mul(2))
        {
            self.sum_but(kept);
            // Where hardly anything can be summed, it is not tried again at every row.
            self.most = self.rows.len().saturating_mul(2);
        }
    }

    /// Sums all rows but the `kept` newest.
    fn sum_but(&mut self, kept: usize) {
        self.rows.sort_by_key(KeptRow::order);
        let newest = self.rows.split_off(self.rows.len().saturating_sub(kept));
        let mut sums: BTreeMap<(NaiveDate, NameId, EntryKind), KeptRow> = BTreeMap::new();
        for row in self.rows.drain(..) {
            match sums.entry((row.date, row.name, row.entry.kind)) {
                btree_map::Entry::Occupied(mut sum) => sum.get_mut().add(&row),
                btree_map::Entry::Vacant(sum) => {
                    sum.insert(row);
                }
            }
        }
        self.rows.extend(sums.into_values());
        self.rows.extend(newest);
    }
}

impl KeptRows {
    /// Leaves out of the rows what counts elsewhere already.
    pub(super) fn count_once(&mut self, overlaps: &[ImportOverlap]) {
        let by_place = overlaps.iter().map(|overlap| {
            let place = overlap.place;
            ((place.file, place.line_start), overlap)
        });
        let mut by_place: HashMap<_, _> = by_place.collect();
        let mut rows: Vec<&mut KeptRow> =
            self.0.iter_mut().flat_map(|kept| &mut kept.rows).collect();
        for row in &mut rows {
            let place = row.entry.place;
            if let Some(overlap) = by_place.remove(&(place.file, place.line_start)) {
                row.count_once(overlap);
            }
        }
        if by_place.is_empty() {
            return;
        }
        // The others are in sums of rows.
        let mut by_day: HashMap<_, Vec<&ImportOverlap>> = HashMap::new();
        for overlap in by_place.into_values() {
            let key = (overlap.date, overlap.name, overlap.kind);
            by_day.entry(key).or_default().push(overlap);
        }
        for row in rows.into_iter().filter(|row| row.rows > 1) {
            let key = (Some(row.date), row.name, row.entry.kind);
            for overlap in by_day.remove(&key).unwrap_or_default() {
                row.count_once(overlap);
            }
        }
    }

    /// Keeps a row if it has a date and, by what is known so far, will be shown.
    pub(super) fn keep(
        &mut self,
        selection: RowSelection,
        current: Option<Month>,
        entry: &Entry<'_>,
        name: NameId,
        cost: &CostSum,
    ) {
        let month = entry.when.month;
        let asked = selection.month.is_none_or(|asked| asked == month);
        let Some(date) = entry
            .when
            .date
            .filter(|_| selection.rows.are_shown() && asked)
        else {
            return;
        };
        let kept = &mut self.0[usize::from(entry.kind == EntryKind::Legacy)];
        match kept.month {
            Some(newest)
                if selection.month.is_none() && newest.rank(current) > month.rank(current) =>
            {
                return;
            }
            Some(same) if same == month => {}
            _ => {
                *kept = OfMonth {
                    month: Some(month),
                    ..OfMonth::default()
                }
            }
        }
        kept.keep(selection.rows, KeptRow::of(entry, date, name, cost));
    }

    pub(super) fn of(&self, month: Month) -> impl Iterator<Item = &KeptRow> {
        let of_month = self.0.iter().filter(move |kept| kept.month == Some(month));
        of_month.flat_map(|kept| &kept.rows)
    }
}

/// Usage that has no date.
#[derive(Clone, Debug, Default)]
pub(super) struct UndatedUsage {
    pub(super) rows: u64,
    pub(super) tokens: Option<RoundedSum>,
    pub(super) cost: CostSum,
    pub(super) first: Option<Place>,
}

impl UndatedUsage {
    pub(super) fn add(&mut self, tokens: Option<Amount<Tokens>>, cost: &CostSum, place: Place) {
        self.rows += 1;
        let all = self.tokens.into_iter().chain(tokens.map(RoundedSum::from));
        self.tokens = all.reduce(Add::add);
        self.cost.add(cost);
        self.first.get_or_insert(place);
    }
}

/// Rows and lines that cannot be read: their number, and the places of the first of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnreadableRows {
    pub count: u64,
    pub first: Vec<Place>,
}

impl UnreadableRows {
    /// More places are too many to look up one by one.
    const MAX_PLACES: usize = 10;

    pub(super) fn add(&mut self, place: Place) {
        self.count += 1;
        if self.first.len() < Self::MAX_PLACES {
            self.first.push(place);
        }
    }

    /// Both together, in the order of files and lines.
    pub(super) fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.first.extend(&other.first);
        self.first.sort_by_key(Place::order);
        self.first.truncate(Self::MAX_PLACES);
    }
}
