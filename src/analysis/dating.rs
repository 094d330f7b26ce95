//! When rows are of, against the moment of the report: which is the last one, and which are dated ahead of that moment.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Days, FixedOffset, NaiveDate, NaiveTime, TimeDelta};

use crate::{
    model::{Entry, EntryKind, LastRow, Month, RowDate, TimeRange, Tokens, Zone},
    text::{FileId, Place},
};

/// How far ahead a row may be dated: zones differ by up to 26 hours, and clocks may be wrong.
const TOLERANCE: TimeDelta = TimeDelta::hours(36);

/// The number of days and months that are listed as dated ahead.
const MAX_AHEAD: usize = 1_000;

/// The rows and usage lines of a file that are dated a day, or a month, ahead of the moment of the report.
#[derive(Clone, Copy, Debug)]
pub struct AheadRows {
    pub date: RowDate,
    pub rows: u64,
    pub first: Place,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Dating {
    /// In the zone of the report. None where nothing depends on it.
    now: Option<DateTime<FixedOffset>>,
    zone: Zone,
    /// Of rows of the current format, and of the one before. Which of them count is known in the end.
    timelines: [Timeline; 2],
}

#[derive(Clone, Debug, Default)]
struct Timeline {
    /// The last row with a day.
    last: Option<(NaiveDate, DateTime<FixedOffset>)>,
    /// The newest month with tokens in rows without a day.
    last_month: Option<Month>,
    ahead: BTreeMap<(FileId, RowDate), AheadRows>,
}

impl Dating {
    pub(super) fn at(now: Option<DateTime<FixedOffset>>, zone: &Zone) -> Self {
        Self {
            now,
            zone: zone.clone(),
            ..Self::default()
        }
    }

    pub(super) const fn now(&self) -> Option<DateTime<FixedOffset>> {
        self.now
    }

    pub(super) fn month(&self) -> Option<Month> {
        self.now.map(|now| Month::of(now.date_naive()))
    }

    pub(super) fn add(&mut self, entry: &Entry<'_>) {
        let Some(now) = self.now else { return };
        let clock = Clock {
            now,
            zone: &self.zone,
        };
        let [current, legacy] = &mut self.timelines;
        let timeline = match entry.kind {
            EntryKind::Legacy => legacy,
            _ => current,
        };
        match entry.when.date {
            Some(date) => timeline.add_day(entry, date, clock),
            None => timeline.add_month(entry, clock),
        }
    }

    /// Whether a month begins later than a clock that is a little wrong may show.
    pub(super) fn is_ahead(&self, month: Month) -> bool {
        let begins = self.begin_of(month).zip(self.now);
        begins.is_some_and(|(begins, now)| begins > now + TOLERANCE)
    }

    pub(super) fn begin_of(&self, month: Month) -> Option<DateTime<FixedOffset>> {
        let (now, zone) = (self.now?, &self.zone);
        Clock { now, zone }.moment(month.first_day(), NaiveTime::MIN, None)
    }

    /// From when until when an entry is: of one without a time the whole day; None for an end while it goes on. A row says a time to
    /// the minute, a line to the second.
    pub(super) fn span_of(
        &self,
        entry: &Entry<'_>,
    ) -> Option<(DateTime<FixedOffset>, Option<DateTime<FixedOffset>>)> {
        let (now, date) = (self.now?, entry.when.date?);
        let zone = &self.zone;
        let (clock, offset) = (Clock { now, zone }, entry.when.offset);
        let Some(time) = entry.when.time else {
            let from = clock.moment(date, NaiveTime::MIN, offset)?;
            return Some((from, clock.end_of(date, None, offset)));
        };
        let from = clock.moment(date, time.start, offset)?;
        let end = clock.end_of(date, Some(time), offset)?;
        let unit = match entry.kind {
            EntryKind::Line => TimeDelta::seconds(1),
            _ => TimeDelta::minutes(1),
        };
        Some((from, (!time.open).then(|| end + unit)))
    }

    /// Forgets the rows of the older format.
    pub(super) fn drop_legacy(&mut self) {
        self.timelines[1] = Timeline::default();
    }

    /// The last row or usage line that is not dated ahead.
    pub(super) fn last_row(&self) -> Option<LastRow> {
        let clock = Clock {
            now: self.now?,
            zone: &self.zone,
        };
        let rows = self.timelines.iter();
        let rows = rows.filter_map(|one| one.last_row(clock));
        rows.max_by_key(|row| row.until)
    }

    pub(super) fn ahead(&self) -> impl Iterator<Item = &AheadRows> {
        self.timelines.iter().flat_map(Timeline::ahead)
    }
}

impl Timeline {
    fn add_day(&mut self, entry: &Entry<'_>, date: NaiveDate, clock: Clock<'_>) {
        let (time, offset, now) = (entry.when.time, entry.when.offset, clock.now);
        let start = time.map_or(NaiveTime::MIN, |time| time.start);
        if date >= now.date_naive()
            && clock
                .moment(date, start, offset)
                .is_none_or(|start| start > now + TOLERANCE)
        {
            return self.add_ahead(RowDate::Day(date), entry.place);
        }
        // An offset moves a moment by a day at most.
        let is_earlier = |(last, _)| date.checked_add_days(Days::new(2)) < Some(last);
        if self.last.is_some_and(is_earlier) {
            return;
        }
        let Some(until) = clock.end_of(date, time, offset) else {
            return;
        };
        if self.last.is_none_or(|(_, last)| last <= until) {
            self.last = Some((date, until));
        }
    }

    /// A month that is prepared has rows of no tokens or no cost, which say nothing of when they were written.
    fn add_month(&mut self, entry: &Entry<'_>, clock: Clock<'_>) {
        let (month, figures) = (entry.when.month, &entry.figures);
        let is_used = match figures.tokens {
            Some(tokens) => tokens.value > Tokens::ZERO,
            None => figures.cost.is_some_and(|cost| cost.value > 0),
        };
        if !is_used {
            return;
        }
        let start = clock.moment(month.first_day(), NaiveTime::MIN, None);
        if start.is_none_or(|start| start > clock.now + TOLERANCE) {
            return self.add_ahead(RowDate::Month(month), entry.place);
        }
        self.last_month = self.last_month.max(Some(month));
    }

    fn add_ahead(&mut self, date: RowDate, place: Place) {
        let key = (place.file, date);
        if self.ahead.len() >= MAX_AHEAD && !self.ahead.contains_key(&key) {
            return;
        }
        let rows = self.ahead.entry(key).or_insert(AheadRows {
            date,
            rows: 0,
            first: place,
        });
        rows.rows += 1;
    }

    /// A monthly row adds up details, and is not listed beside them.
    fn ahead(&self) -> impl Iterator<Item = &AheadRows> {
        let days = self.ahead.keys().filter_map(|(_, date)| match date {
            RowDate::Day(day) => Some(Month::of(*day)),
            RowDate::Month(_) => None,
        });
        let detailed: BTreeSet<Month> = days.collect();
        let rows = self.ahead.values();
        rows.filter(move |rows| match rows.date {
            RowDate::Day(_) => true,
            RowDate::Month(month) => !detailed.contains(&month),
        })
    }

    fn last_row(&self, clock: Clock<'_>) -> Option<LastRow> {
        let dated = self.last.map(|(date, until)| LastRow {
            date: RowDate::Day(date),
            until,
        });
        let dated_month = self.last.map(|(date, _)| Month::of(date));
        let Some(month) = self.last_month.filter(|month| dated_month < Some(*month)) else {
            return dated;
        };
        Some(LastRow {
            date: RowDate::Month(month),
            until: clock.end_of(month.last_day(), None, None)?,
        })
    }
}

/// The moment of the report, and its zone.
#[derive(Clone, Copy)]
struct Clock<'a> {
    now: DateTime<FixedOffset>,
    zone: &'a Zone,
}

impl Clock<'_> {
    /// The latest moment that a row can be about; without a time it is the end of its day.
    fn end_of(
        self,
        date: NaiveDate,
        time: Option<TimeRange>,
        offset: Option<FixedOffset>,
    ) -> Option<DateTime<FixedOffset>> {
        match time.map(|time| (time.start, time.end.unwrap_or(time.start))) {
            None => self.moment(date.succ_opt()?, NaiveTime::MIN, offset),
            Some((start, end)) if end < start => self.moment(date.succ_opt()?, end, offset),
            Some((_, end)) => self.moment(date, end, offset),
        }
    }

    fn moment(
        self,
        date: NaiveDate,
        time: NaiveTime,
        offset: Option<FixedOffset>,
    ) -> Option<DateTime<FixedOffset>> {
        self.zone.moment_at(date.and_time(time), offset, self.now)
    }
}
