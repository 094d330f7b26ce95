//! Months and times of day as a log writes them.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Datelike, Days, FixedOffset, Months, NaiveDate, NaiveTime};
use schemars::JsonSchema;
use serde_with::SerializeDisplay;

/// A calendar month.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, SerializeDisplay, JsonSchema,
)]
#[schemars(extend("pattern" = "^[0-9]{4}-[0-9]{2}$"))]
pub struct Month(#[schemars(with = "String")] NaiveDate);

impl Month {
    /// January is 1.
    pub fn new(year: i32, month: u32) -> Option<Self> {
        NaiveDate::from_ymd_opt(year, month, 1).map(Self)
    }

    pub fn of(date: NaiveDate) -> Self {
        Self(date.with_day(1).unwrap_or(date))
    }

    pub const fn first_day(self) -> NaiveDate {
        self.0
    }

    pub fn last_day(self) -> NaiveDate {
        let next = self.0.checked_add_months(Months::new(1));
        next.and_then(|next| next.checked_sub_days(Days::new(1)))
            .unwrap_or(NaiveDate::MAX)
    }

    pub fn before(self) -> Option<Self> {
        self.0.checked_sub_months(Months::new(1)).map(Self::of)
    }

    pub fn contains(self, date: NaiveDate) -> bool {
        Self::of(date) == self
    }

    /// Orders months by which is shown unless one is named: the newest that is not after the current one; where all are, the newest.
    pub fn rank(self, current: Option<Self>) -> (bool, Self) {
        (current.is_none_or(|current| self <= current), self)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{:04}-{:02}", self.0.year(), self.0.month()))
    }
}

/// Reads `2026-02`: four digits, a hyphen, two digits.
impl FromStr for Month {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits =
            |part: &str, len| part.len() == len && part.bytes().all(|byte| byte.is_ascii_digit());
        text.split_once('-')
            .filter(|(year, month)| digits(year, 4) && digits(month, 2))
            .and_then(|(year, month)| Self::new(year.parse().ok()?, month.parse().ok()?))
            .ok_or("not a month: write it like 2026-02")
    }
}

/// When a row is of: its day, or its month where no day is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RowDate {
    Day(NaiveDate),
    Month(Month),
}

impl fmt::Display for RowDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(day) => day.fmt(f),
            Self::Month(month) => month.fmt(f),
        }
    }
}

/// The last row of a log that is not dated ahead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SerializeDisplay, JsonSchema)]
#[schemars(with = "String", extend("pattern" = "^[0-9]{4}-[0-9]{2}(-[0-9]{2})?$"))]
pub struct LastRow {
    pub date: RowDate,
    /// The latest moment that it can be about: the end of its day where no time is written.
    pub until: DateTime<FixedOffset>,
}

impl fmt::Display for LastRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.date.fmt(f)
    }
}

/// The hours a row covers: `10:10`, `10:10-10:17`, `16:07-present`. An end before the start is on the next day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeRange {
    pub start: NaiveTime,
    /// None where only a start is written.
    pub end: Option<NaiveTime>,
    /// `present`: still going on.
    pub open: bool,
}

/// `10:10-10:17`, `16:07-now`, `10:10`.
impl fmt::Display for TimeRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let start = self.start.format("%H:%M");
        match (self.end, self.open) {
            (_, true) => f.pad(&format!("{start}-now")),
            (Some(end), _) => f.pad(&format!("{start}-{}", end.format("%H:%M"))),
            (None, _) => f.pad(&start.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_read_strictly_and_know_their_days() {
        let february: Month = "2028-02".parse().unwrap();
        assert_eq!(
            february.last_day(),
            NaiveDate::from_ymd_opt(2028, 2, 29).unwrap()
        );
        assert_eq!(february.to_string(), "2028-02");
        assert!(february.contains(NaiveDate::from_ymd_opt(2028, 2, 29).unwrap()));
        assert!(!february.contains(NaiveDate::from_ymd_opt(2027, 2, 28).unwrap()));
        for wrong in [
            "2026-13",
            "2026-00",
            "2026-2",
            "26-02",
            "2026/02",
            "+026-02",
            "",
            "2026-02-01",
        ] {
            assert!(wrong.parse::<Month>().is_err(), "{wrong}");
        }
    }
}
