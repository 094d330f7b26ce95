//! The rows that will be shown one by one, and those that cannot be read.

use std::borrow::Cow;

use chrono::NaiveDate;

use super::{cost::CostSum, names::NameId};
use crate::{
    model::{Entry, EntryKind, Month, Status, TimeRange, Tokens},
    text::Place,
};

/// Which rows to keep, beside the sums.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keep {
    /// The month to show; none for the newest that has rows.
    pub month: Option<Month>,
    /// Whether its rows are shown one by one.
    pub rows: bool,
}

/// A row that will be shown.
#[derive(Clone, Debug)]
pub(super) struct KeptRow {
    pub(super) kind: EntryKind,
    pub(super) date: NaiveDate,
    pub(super) time: Option<TimeRange>,
    pub(super) name: NameId,
    pub(super) task: Option<String>,
    pub(super) model: Option<String>,
    pub(super) notes: Option<String>,
    pub(super) tokens: Option<Tokens>,
    pub(super) estimate: bool,
    pub(super) cost: CostSum,
    pub(super) status: Option<Status>,
    pub(super) minutes: Option<u64>,
    pub(super) place: Place,
}

impl KeptRow {
    fn of(entry: &Entry<'_>, date: NaiveDate, name: NameId, cost: &CostSum) -> Self {
        let text = |text: &Option<Cow<'_, str>>| text.as_deref().map(str::to_owned);
        Self {
            kind: entry.kind,
            date,
            time: entry.when.time,
            name,
            task: text(&entry.work.task),
            model: text(&entry.work.model),
            notes: text(&entry.work.notes),
            tokens: entry.figures.tokens.map(|tokens| tokens.value),
            estimate: entry.figures.tokens.is_some_and(|tokens| tokens.estimate),
            cost: cost.clone(),
            status: entry.status.clone(),
            minutes: entry.figures.minutes,
            place: entry.place,
        }
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
}

impl KeptRows {
    /// Keeps a row, if it has a date and will be shown as far as is known yet.
    pub(super) fn keep(&mut self, keep: Keep, entry: &Entry<'_>, name: NameId, cost: &CostSum) {
        let month = entry.when.month;
        let asked = keep.month.is_none_or(|asked| asked == month);
        let Some(date) = entry.when.date.filter(|_| keep.rows && asked) else {
            return;
        };
        let kept = &mut self.0[usize::from(entry.kind == EntryKind::Legacy)];
        match kept.month {
            Some(newest) if newest > month && keep.month.is_none() => return,
            Some(same) if same == month => {}
            _ => {
                *kept = OfMonth {
                    month: Some(month),
                    rows: Vec::new(),
                }
            }
        }
        kept.rows.push(KeptRow::of(entry, date, name, cost));
    }

    /// The rows of a month.
    pub(super) fn of(self, month: Month) -> Vec<KeptRow> {
        let of_month = self.0.into_iter().filter(|kept| kept.month == Some(month));
        of_month.flat_map(|kept| kept.rows).collect()
    }
}

/// Rows and lines that cannot be read: how many, and where the first of them stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unreadable {
    /// How many.
    pub count: u64,
    /// Where the first of them stand.
    pub first: Vec<Place>,
}

impl Unreadable {
    /// More than these nobody looks up one by one.
    const MOST: usize = 10;

    pub(super) fn add(&mut self, place: Place) {
        self.count += 1;
        if self.first.len() < Self::MOST {
            self.first.push(place);
        }
    }

    /// Both together, in the order of files and lines.
    pub(super) fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.first.extend(&other.first);
        self.first.sort_by_key(Place::order);
        self.first.truncate(Self::MOST);
    }
}
