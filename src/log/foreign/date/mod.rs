//! Dates in every spelling that people use, and which day is meant where a spelling can mean two.

mod grammar;
mod resolve;
mod text;

use chrono::{Datelike as _, FixedOffset, NaiveDate, NaiveTime, Weekday};

use self::text::Parts;
use super::{super::cell, words};
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

impl Orders {
    /// The years that a log can be of, where only two digits of them are written.
    const SHORT_YEARS: std::ops::RangeInclusive<u32> = 20..=45;

    /// The orders in which numbers are a day, a month and a year; the third number is 0 where no year is written. The month is first
    /// only where the mark between them allows it. None where they are no date.
    fn of(numbers: [u32; 3], may_be_month_first: bool) -> Option<Self> {
        let [first, second, third] = numbers;
        let (is_month, is_day) = (|n| (1..=12).contains(&n), |n| (1..=31).contains(&n));
        let is_year = |n| n == 0 || n >= 1900 || Self::SHORT_YEARS.contains(&n);
        let orders = Self {
            day_first: is_day(first) && is_month(second) && is_year(third),
            month_first: may_be_month_first && is_month(first) && is_day(second) && is_year(third),
            year_first: Self::SHORT_YEARS.contains(&first) && is_month(second) && is_day(third),
        };
        let is_date = orders.day_first || orders.month_first || orders.year_first;
        is_date.then_some(orders)
    }

    fn allows(self, order: Order) -> bool {
        match order {
            Order::DayFirst => self.day_first,
            Order::MonthFirst => self.month_first,
            Order::YearFirst => self.year_first,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::enum_variant_names,
    reason = "the orders differ in which of the three numbers comes first"
)]
pub enum Order {
    DayFirst,
    MonthFirst,
    YearFirst,
}

impl Order {
    const ALL: [Self; 3] = [Self::DayFirst, Self::MonthFirst, Self::YearFirst];

    /// Year, if one is written, month and day of some numbers.
    fn pick(self, [first, second, third]: [u32; 3]) -> (Option<i32>, u32, u32) {
        let (year, month, day) = match self {
            Self::DayFirst => (third, second, first),
            Self::MonthFirst => (third, first, second),
            Self::YearFirst => (first, second, third),
        };
        let year = match year {
            0 => None,
            1..100 => i32::try_from(year + 2000).ok(),
            year => i32::try_from(year).ok(),
        };
        (year, month, day)
    }
}

/// What the dates of a column or a file show about the order of their numbers: how many can be read in one order only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[expect(clippy::struct_field_names, reason = "named as the orders are")]
pub struct DateEvidence {
    day_first: u64,
    month_first: u64,
    year_first: u64,
}

impl DateEvidence {
    pub fn note(&mut self, written: &WrittenDate) {
        for spelling in [Some(written.from), written.to].into_iter().flatten() {
            let Spelling::Numbers { numbers, orders } = spelling else {
                continue;
            };
            let is_right =
                |order: Order| orders.allows(order) && written.has_weekday(order.pick(numbers));
            let mut orders = Order::ALL.into_iter().filter(|order| is_right(*order));
            match (orders.next(), orders.next()) {
                (Some(Order::DayFirst), None) => self.day_first += 1,
                (Some(Order::MonthFirst), None) => self.month_first += 1,
                (Some(Order::YearFirst), None) => self.year_first += 1,
                _ => {}
            }
        }
    }

    pub fn merge(&mut self, other: Self) {
        self.day_first += other.day_first;
        self.month_first += other.month_first;
        self.year_first += other.year_first;
    }

    /// None where no date decides it, or dates contradict each other.
    pub fn order(&self) -> Option<Order> {
        match (self.day_first, self.month_first, self.year_first) {
            (1.., 0, 0) => Some(Order::DayFirst),
            (0, 1.., 0) => Some(Order::MonthFirst),
            (0, 0, 1..) => Some(Order::YearFirst),
            _ => None,
        }
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

/// Reads a cell that is a date. What follows a whole date, or is in brackets, is a remark: `2026-05-07 (am)`.
pub fn cell(text: &str) -> Option<WrittenDate> {
    if let Ok(Some(date)) = cell::date(text) {
        let (year, month, day) = (Some(date.year()), date.month(), date.day());
        return Some(Spelling::Day { year, month, day }.into());
    }
    let folded = words::fold(words::start_of(text));
    let parts = Parts::read(&folded);
    let mut cursor = parts.at(0);
    while cursor.mark(&['~', '≈', '*', '"']).is_some() {}
    let Some(date) = grammar::date(&mut cursor) else {
        // `Day 1 (2026-05-07)`
        return find(&parts, |date, _| date.from.is_whole_day());
    };
    let is_remark = cursor.is_end()
        || cursor.mark(&['(', '[', '*', '?', '†']).is_some()
        || date.from.is_whole_day()
        || date.time.is_some();
    let has_other = || {
        let rest = cursor.at..parts.len();
        rest.filter(|at| parts.begins_at(*at)).any(|at| {
            let other = grammar::date(&mut parts.at(at));
            other.is_some_and(|other| other.from.is_whole_day())
        })
    };
    (is_remark && (cursor.is_end() || !has_other())).then_some(date)
}

/// Reads a cell that is the number of a day, or of the first and the last of some days, and nothing else: `28`, `4.`, `10–11`. Only a
/// heading that names a month makes it a date.
pub fn day_number(text: &str) -> Option<WrittenDate> {
    let text = words::without_remark(text);
    if let Some((first, last)) = text.split_once(['-', '–', '—', '~', '〜']) {
        let (first, last) = (number_of_day(first)?, number_of_day(last)?);
        return (first < last).then(|| WrittenDate {
            to: Some(Spelling::DayOfMonth(last)),
            ..Spelling::DayOfMonth(first).into()
        });
    }
    Some(Spelling::DayOfMonth(number_of_day(text)?).into())
}

fn number_of_day(text: &str) -> Option<u32> {
    let text = text.trim().trim_end_matches(['日', '일', '号', '號']);
    let digits = text.strip_suffix('.').unwrap_or(text);
    let is_number =
        matches!(digits.len(), 1 | 2) && digits.bytes().all(|byte| byte.is_ascii_digit());
    let day = digits.parse().ok().filter(|_| is_number)?;
    (1..=31).contains(&day).then_some(day)
}

/// Finds the first day, week or range in a heading, else its month: `Day 2 · Friday May 8 2026`, `2026-02 Summary`.
pub fn in_heading(text: &str) -> Option<WrittenDate> {
    let folded = words::fold(words::start_of(text));
    let parts = Parts::read(&folded);
    find(&parts, |date, at| match date.from {
        Spelling::Day { year, .. } => {
            let is_other_word = date.weekday.is_none() && parts.is_english_word(at);
            year.is_some() || !date.from.is_numeric(&parts, at) && !is_other_word
        }
        Spelling::Numbers {
            numbers: [_, _, year],
            ..
        } => year > 0 || at == 0 && parts.is_dated(),
        Spelling::Week { .. } | Spelling::WeekFrom { .. } => true,
        Spelling::Month { .. } | Spelling::DayOfMonth(_) => false,
    })
    .or_else(|| {
        find(&parts, |date, at| match date.from {
            Spelling::Month { year, .. } => {
                let is_name = at == 0 && parts.len() <= 2 && !parts.is_english_word(at);
                year.is_some() || is_name
            }
            _ => false,
        })
    })
}

/// The first date of a kind anywhere in a text.
fn find(parts: &Parts<'_>, is_wanted: impl Fn(&WrittenDate, usize) -> bool) -> Option<WrittenDate> {
    (0..parts.len())
        .filter(|at| parts.begins_at(*at))
        .find_map(|at| {
            let date = grammar::date(&mut parts.at(at))?;
            is_wanted(&date, at).then_some(date)
        })
}

/// The year and month that a heading is about, whether it has a day or not: `Log 2026`, `May 2026`.
pub fn period_of_heading(text: &str) -> Option<HeadingPeriod> {
    let folded = words::fold(words::start_of(text));
    let parts = Parts::read(&folded);
    let dated = in_heading(text).and_then(|date| match date.from {
        Spelling::Day { year, month, .. } | Spelling::Month { year, month } => {
            Some((year, Some(month)))
        }
        Spelling::Week { year, .. } => Some((year, None)),
        _ => None,
    });
    let (year, month) = dated.unwrap_or_default();
    let year = year.or_else(|| {
        let mut places = (0..parts.len()).filter(|at| parts.begins_at(*at));
        places.find_map(|at| {
            parts
                .at(at)
                .year()
                .filter(|year| (2015..2100).contains(year))
        })
    });
    (year.is_some() || month.is_some()).then_some(HeadingPeriod { year, month })
}

impl WrittenDate {
    pub const fn is_month(&self) -> bool {
        matches!(self.from, Spelling::Month { .. })
    }
}

impl From<Spelling> for WrittenDate {
    fn from(from: Spelling) -> Self {
        Self {
            from,
            to: None,
            weekday: None,
            time: None,
            offset: None,
        }
    }
}

impl Spelling {
    /// Whether it says all of a date.
    const fn is_whole_day(&self) -> bool {
        match self {
            Self::Day { year, .. } => year.is_some(),
            Self::Numbers {
                numbers: [_, _, year],
                ..
            } => *year > 0,
            _ => false,
        }
    }

    /// Whether it is written in numbers alone: `7.5` may be a version.
    fn is_numeric(&self, parts: &Parts<'_>, at: usize) -> bool {
        matches!(self, Self::Day { .. }) && parts.is_decimal(at)
    }
}

#[cfg(test)]
mod tests;
