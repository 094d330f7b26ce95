//! Decides which day a written date is.

use chrono::{Datelike as _, Days, NaiveDate, Weekday};

use super::{Assumption, DateContext, Order, ReadDate, Spelling, Undecided, When, WrittenDate};
use crate::model::Month;

/// The longest range of days; a longer one is a mistake.
const MOST_DAYS: i64 = 366;

type Resolved<T> = Result<(T, Option<Assumption>), Undecided>;

impl WrittenDate {
    /// Which day or days are meant.
    pub fn resolve(&self, context: &DateContext) -> Result<ReadDate, Undecided> {
        let (when, assumed) = match self.to {
            Some(to) => self.range(to, context)?,
            None => self.one(context)?,
        };
        Ok(ReadDate { when, assumed })
    }

    /// Whether the day of the week that is written is the one of a date; true where none or no year is written.
    pub(super) fn has_weekday(&self, (year, month, day): (Option<i32>, u32, u32)) -> bool {
        let date = year.and_then(|year| NaiveDate::from_ymd_opt(year, month, day));
        let weekday = date.zip(self.weekday);
        weekday.is_none_or(|(date, weekday)| date.weekday() == weekday)
    }

    fn one(&self, context: &DateContext) -> Resolved<When> {
        match self.from {
            Spelling::Month { year, month } => {
                let first = |year| NaiveDate::from_ymd_opt(year, month, 1);
                let (first, assumed) = with_year(year, None, context, first)?;
                Ok((When::Month(Month::of(first)), assumed))
            }
            Spelling::Week { year, week } => {
                let monday = |year| NaiveDate::from_isoywd_opt(year, week, Weekday::Mon);
                let (monday, assumed) = with_year(year, None, context, monday)?;
                Ok((week_from(monday)?, assumed))
            }
            Spelling::WeekFrom { year, month, day } => {
                let start = |year| NaiveDate::from_ymd_opt(year, month, day);
                let (start, assumed) = with_year(year, None, context, start)?;
                Ok((week_from(start)?, assumed))
            }
            from => {
                let (day, assumed) = self.day(from, context)?;
                Ok((When::Day(day), assumed))
            }
        }
    }

    fn range(&self, to: Spelling, context: &DateContext) -> Resolved<When> {
        // A year that is not written is the one in which the range ends.
        let ends_on = Self {
            weekday: None,
            ..*self
        };
        let first_year = self.from.year();
        let (last, assumed) = match (first_year, to.year()) {
            (Some(year), None) => ends_on.day(to, &context.in_year(year))?,
            _ => ends_on.day(to, context)?,
        };
        let mut first = match self.from {
            Spelling::DayOfMonth(_) => self.day(self.from, context)?.0,
            from => self.day(from, &context.in_year(last.year()))?.0,
        };
        let mut last = last;
        if first > last {
            let is_open = |year: Option<i32>| year.is_none();
            if is_open(first_year) {
                first = first
                    .with_year(last.year() - 1)
                    .ok_or(Undecided::NoSuchDate)?;
            } else if is_open(to.year()) {
                last = last
                    .with_year(last.year() + 1)
                    .ok_or(Undecided::NoSuchDate)?;
            }
        }
        let (first, last, assumed) = begun(first, last, assumed, context.today);
        let days = (last - first).num_days();
        match days {
            0 => Ok((When::Day(first), assumed)),
            1..MOST_DAYS => Ok((When::Days(first, last), assumed)),
            _ => Err(Undecided::NoSuchDate),
        }
    }

    fn day(&self, spelling: Spelling, context: &DateContext) -> Resolved<NaiveDate> {
        match spelling {
            Spelling::Day { year, month, day } => {
                let date = |year| NaiveDate::from_ymd_opt(year, month, day);
                with_year(year, self.weekday, context, date)
            }
            Spelling::Numbers { numbers, orders } => self.ordered(numbers, orders, context),
            Spelling::DayOfMonth(day) => {
                let period = context.heading.ok_or(Undecided::Month)?;
                let month = period.month.ok_or(Undecided::Month)?;
                let date = |year| NaiveDate::from_ymd_opt(year, month, day);
                with_year(period.year, self.weekday, context, date)
            }
            _ => Err(Undecided::NoSuchDate),
        }
    }

    /// Numbers in the order that the file shows, or in the only one that makes a date.
    fn ordered(
        &self,
        numbers: [u32; 3],
        orders: super::Orders,
        context: &DateContext,
    ) -> Resolved<NaiveDate> {
        let read = |order: Order| {
            let (year, month, day) = order.pick(numbers);
            let date = |year| NaiveDate::from_ymd_opt(year, month, day);
            with_year(year, self.weekday, context, date).ok()
        };
        let mut readings = [None; 3];
        for (order, reading) in Order::ALL.into_iter().zip(&mut readings) {
            *reading = orders.allows(order).then(|| read(order)).flatten();
        }
        let [day_first, month_first, year_first] = readings;
        let by_file = context.order.and_then(|order| match order {
            Order::DayFirst => day_first,
            Order::MonthFirst => month_first,
            Order::YearFirst => year_first,
        });
        let mut valid = readings.into_iter().flatten();
        let first = valid.next().ok_or(Undecided::NoSuchDate)?;
        if valid.all(|(date, _)| date == first.0) {
            return Ok(first);
        }
        if let Some((date, assumed)) = by_file {
            return Ok((date, assumed.or(Some(Assumption::OrderOfFile))));
        }
        let is_right = |(date, _): &(NaiveDate, _)| self.weekday == Some(date.weekday());
        let mut right = readings.into_iter().flatten().filter(is_right);
        if let (Some(date), None) = (right.next(), right.next()) {
            return Ok(date);
        }
        match (day_first, month_first) {
            (Some((day_first, _)), Some((month_first, _))) => Err(Undecided::Order {
                day_first,
                month_first,
            }),
            // `24.05.25`: points are written between day, month and year, unless the file shows another order.
            (Some(date), None) | (None, Some(date)) => Ok(date),
            (None, None) => Ok(first),
        }
    }
}

impl Spelling {
    /// The year, where it is written and in a place that is known.
    fn year(&self) -> Option<i32> {
        match *self {
            Self::Day { year, .. }
            | Self::Month { year, .. }
            | Self::Week { year, .. }
            | Self::WeekFrom { year, .. } => year,
            Self::Numbers {
                numbers: [first, second, third],
                orders,
            } => {
                let numbers = [first, second, third];
                let order = Order::ALL.into_iter().find(|order| orders.allows(*order))?;
                order.pick(numbers).0
            }
            Self::DayOfMonth(_) => None,
        }
    }
}

impl DateContext {
    /// With a year that the date itself names elsewhere.
    const fn in_year(&self, year: i32) -> Self {
        Self {
            heading: Some(super::HeadingPeriod {
                year: Some(year),
                month: None,
            }),
            ..*self
        }
    }

    /// The year that a heading or the settings give to a month.
    fn year_of(&self, date: &impl Fn(i32) -> Option<NaiveDate>) -> Option<(i32, Assumption)> {
        let by_heading = self.heading.and_then(|heading| {
            let year = heading.year?;
            // Below `December 2025`, January is that of the next year.
            let month = heading
                .month
                .and_then(|month| NaiveDate::from_ymd_opt(year, month, 15));
            let nearest = month.and_then(|middle| {
                let years = [year, year - 1, year + 1].into_iter();
                years
                    .filter(|year| date(*year).is_some())
                    .min_by_key(|year| date(*year).map(|date| (date - middle).num_days().abs()))
            });
            Some(nearest.unwrap_or(year))
        });
        let by_heading = by_heading.map(|year| (year, Assumption::YearOfHeading(year)));
        by_heading.or_else(|| {
            let year = self.settings_year?;
            Some((year, Assumption::YearOfSettings(year)))
        })
    }
}

/// A date with the year that is written, else with the one of the heading or the settings, else with the latest one that is not in the
/// future, and in which the day of the week is right if one is written.
fn with_year(
    year: Option<i32>,
    weekday: Option<Weekday>,
    context: &DateContext,
    date: impl Fn(i32) -> Option<NaiveDate>,
) -> Resolved<NaiveDate> {
    // In eight years there is a leap year, but for one century in four; in eleven, each day of the week.
    const YEARS_BACK: i32 = 11;
    if let Some(year) = year {
        return Ok((date(year).ok_or(Undecided::NoSuchDate)?, None));
    }
    if let Some((year, assumption)) = context.year_of(&date) {
        return Ok((date(year).ok_or(Undecided::NoSuchDate)?, Some(assumption)));
    }
    let years = (0..=YEARS_BACK).map(|back| context.today.year() - back);
    let past = years.filter_map(|year| date(year).filter(|date| *date <= context.today));
    let mut by_weekday = past.clone().filter(|date| Some(date.weekday()) == weekday);
    let found = by_weekday.next().or_else(|| past.clone().next());
    let found = found.ok_or(Undecided::NoSuchDate)?;
    Ok((found, Some(Assumption::LatestYear(found.year()))))
}

/// A range that has begun is not in the future, though it may end there.
fn begun(
    first: NaiveDate,
    last: NaiveDate,
    assumed: Option<Assumption>,
    today: NaiveDate,
) -> (NaiveDate, NaiveDate, Option<Assumption>) {
    let next = |date: NaiveDate| date.with_year(date.year() + 1);
    match (assumed, next(first), next(last)) {
        (Some(Assumption::LatestYear(_)), Some(first), Some(last)) if first <= today => {
            let assumed = Assumption::LatestYear(last.year());
            (first, last, Some(assumed))
        }
        _ => (first, last, assumed),
    }
}

fn week_from(first: NaiveDate) -> Result<When, Undecided> {
    let last = first.checked_add_days(Days::new(6));
    Ok(When::Days(first, last.ok_or(Undecided::NoSuchDate)?))
}
