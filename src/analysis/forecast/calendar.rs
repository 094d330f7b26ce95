//! The days until a month ends; of today, the rest.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, Timelike};

use super::rate::Horizon;
use crate::model::Month;

const SECONDS_PER_DAY: f64 = 86_400.0;

/// How much there is to come until each of these days is over, today first.
pub(super) fn days_to_come(month: Month, now: DateTime<FixedOffset>) -> Vec<(NaiveDate, Horizon)> {
    let today = now.date_naive();
    let rest_of_today = 1.0 - f64::from(now.num_seconds_from_midnight()) / SECONDS_PER_DAY;
    let mut horizon = Horizon::default();
    let mut days = Vec::new();
    for day in today.iter_days().take_while(|day| *day <= month.last_day()) {
        let part = if day == today { rest_of_today } else { 1.0 };
        horizon = horizon.and(day.weekday(), part);
        days.push((day, horizon));
    }
    days
}

/// How much there is to come from the day after one until a month ends.
pub(super) fn after(month: Month, day: NaiveDate) -> Horizon {
    day.iter_days()
        .skip(1)
        .take_while(|day| *day <= month.last_day())
        .fold(Horizon::default(), |horizon, day| {
            horizon.and(day.weekday(), 1.0)
        })
}
