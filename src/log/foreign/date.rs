//! Dates in every spelling that people use, and which day is meant where a spelling can mean two.

use chrono::{FixedOffset, NaiveDate, NaiveTime, Weekday};

use super::super::cell;
use crate::model::Month;

/// A date as it is written, before it is decided which day it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrittenDate {
    pub from: Spelling,
    /// The last day, where a range is written.
    pub to: Option<Spelling>,
    pub weekday: Option<Weekday>,
    pub time: Option<NaiveTime>,
    pub offset: Option<FixedOffset>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spelling {
    /// Its parts cannot be confused: `2026-05-07`, `May 7`, `7.5.`.
    Day {
        year: Option<i32>,
        month: u32,
        day: u32,
    },
    /// Three numbers, or two without a year, in an order that only other dates of the file show: `05/07/2026`, `5/7`.
    Numbers {
        numbers: [u32; 3],
        orders: Orders,
    },
    /// `7th`, `7日`: of the month that a heading names.
    DayOfMonth(u32),
    Month {
        year: Option<i32>,
        month: u32,
    },
    /// After ISO 8601.
    Week {
        year: Option<i32>,
        week: u32,
    },
    /// `Week of May 4`: seven days.
    WeekFrom {
        year: Option<i32>,
        month: u32,
        day: u32,
    },
}

/// The orders that the numbers of a date may be in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Orders {
    pub day_first: bool,
    pub month_first: bool,
    pub year_first: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    DayFirst,
    MonthFirst,
    YearFirst,
}

/// What the dates of a column or a file show about the order of their numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct DateEvidence {
    /// How many dates can only be read in this order.
    day_first: u64,
    month_first: u64,
    year_first: u64,
}

impl DateEvidence {
    pub fn note(&mut self, written: &WrittenDate) {
        let _ = written;
    }

    pub fn merge(&mut self, other: Self) {
        self.day_first += other.day_first;
        self.month_first += other.month_first;
        self.year_first += other.year_first;
    }

    /// None where no date decides it, or dates contradict each other.
    pub fn order(&self) -> Option<Order> {
        None
    }
}

/// What decides where a date does not say all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateContext {
    pub order: Option<Order>,
    /// Of the nearest heading or the header, with the month where that has one.
    pub heading: Option<HeadingPeriod>,
    /// `[read] year`.
    pub settings_year: Option<i32>,
    pub today: NaiveDate,
}

/// The year, and perhaps the month, that a heading is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeadingPeriod {
    pub year: Option<i32>,
    pub month: Option<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadDate {
    pub when: When,
    pub assumed: Option<Assumption>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    Day(NaiveDate),
    /// Both included; at least two days.
    Days(NaiveDate, NaiveDate),
    Month(Month),
}

/// What was taken because the file does not say it in the date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Assumption {
    YearOfHeading(i32),
    YearOfSettings(i32),
    /// The latest one that is not in the future.
    LatestYear(i32),
    /// The order that other dates of the file show.
    OrderOfFile,
}

/// Why it is not known which day a date is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Undecided {
    /// TM002 names both.
    Order {
        day_first: NaiveDate,
        month_first: NaiveDate,
    },
    /// A day of no month that is known.
    Month,
    /// `2026-02-30`, a range that ends before it begins or is longer than a year.
    NoSuchDate,
}

/// Reads a cell that is a date; what follows it in brackets is ignored.
pub fn cell(text: &str) -> Option<WrittenDate> {
    let date = cell::date(text).ok()??;
    Some(WrittenDate {
        from: Spelling::day(date),
        to: None,
        weekday: None,
        time: None,
        offset: None,
    })
}

pub fn day_number(text: &str) -> Option<WrittenDate> {
    let _ = text;
    None
}

/// Finds the first date in a heading: `Day 2 · Friday May 8 2026`.
pub fn in_heading(text: &str) -> Option<WrittenDate> {
    text.split_whitespace().find_map(cell)
}

/// The year and month that a heading is about, whether it has a day or not: `Log 2026`, `May 2026`.
pub fn period_of_heading(_text: &str) -> Option<HeadingPeriod> {
    None
}

impl Spelling {
    fn day(date: NaiveDate) -> Self {
        use chrono::Datelike as _;
        Self::Day {
            year: Some(date.year()),
            month: date.month(),
            day: date.day(),
        }
    }
}

impl WrittenDate {
    /// Which day or days are meant.
    pub fn resolve(&self, _context: &DateContext) -> Result<ReadDate, Undecided> {
        let Spelling::Day { year, month, day } = self.from else {
            return Err(Undecided::NoSuchDate);
        };
        let date = NaiveDate::from_ymd_opt(year.unwrap_or(2026), month, day);
        let when = When::Day(date.ok_or(Undecided::NoSuchDate)?);
        let assumed = None;
        Ok(ReadDate { when, assumed })
    }
}
