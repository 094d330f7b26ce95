//! Burn rate: tokens per time, from days that are complete where there are any.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime, TimeDelta};
use schemars::JsonSchema;
use serde::Serialize;
use serde_with::skip_serializing_none;

use super::{
    reconciled_month::ReconciledMonth,
    team_usage::{Start, is_dated},
};
use crate::model::{Tokens, Zone};

/// What a burn rate is measured over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RateBasis {
    /// The days before today, from the first one with a row; from the first of the month where much carries no date.
    CompletedDays,
    /// The first day, from its first row to now: so far there is no other.
    FirstDay,
}

/// Tokens per time, kept as the fraction it is.
#[skip_serializing_none]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct BurnRate {
    pub tokens: Tokens,
    pub minutes: u64,
    /// Tokens per day, rounded half up.
    pub tokens_per_day: Tokens,
    /// The day on which the time begins.
    pub since: NaiveDate,
    /// The hour, where it begins with a row.
    #[schemars(with = "Option<String>")]
    pub since_time: Option<NaiveTime>,
    pub basis: RateBasis,
}

const MINUTES_PER_DAY: u64 = 24 * 60;

impl BurnRate {
    /// None where the month has not begun or is over, has no time to measure over, or nothing was used in it.
    pub(super) fn of(
        reconciled: &ReconciledMonth,
        now: DateTime<FixedOffset>,
        zone: &Zone,
    ) -> Option<Self> {
        let (month, used) = (reconciled.month, reconciled.used());
        let today = now.date_naive();
        let (since, first_time) = first_day(reconciled);
        if today > month.last_day() {
            return None;
        }
        let days = u64::try_from((today - since).num_days()).unwrap_or(0);
        let (tokens, minutes, since_time, basis) = if days > 0 {
            // Days to come as well, which only a wrong date or another clock can bring up.
            let from_today = reconciled.days.range(today..);
            let tokens = used.saturating_sub(from_today.map(|(_, day)| day.tokens).sum());
            let minutes = days * MINUTES_PER_DAY;
            (tokens, minutes, None, RateBasis::CompletedDays)
        } else {
            // Time that has passed, whatever the clocks showed meanwhile.
            let (time, offset) = first_time.unwrap_or_default();
            let start = zone.moment_at(since.and_time(time), offset, now)?;
            let minutes = u64::try_from((now - start).num_minutes()).unwrap_or(0);
            let start = zone.clock(start.with_timezone(now.offset()));
            let time = Some(start.time())
                .filter(|_| start.date_naive() == since)
                .unwrap_or(time);
            (used, minutes, first_time.map(|_| time), RateBasis::FirstDay)
        };
        (tokens > Tokens::ZERO && minutes > 0).then(|| Self {
            tokens,
            minutes,
            tokens_per_day: Self::rounded(tokens, MINUTES_PER_DAY, minutes),
            since,
            since_time,
            basis,
        })
    }

    fn rounded(tokens: Tokens, per: u64, minutes: u64) -> Tokens {
        let (tokens, minutes) = (u128::from(tokens.0) * u128::from(per), u128::from(minutes));
        Tokens(u64::try_from((tokens * 2 + minutes) / (minutes * 2)).unwrap_or(u64::MAX))
    }

    /// Tokens per minute, rounded half up.
    pub fn tokens_per_minute(&self) -> Tokens {
        Self::rounded(self.tokens, 1, self.minutes)
    }

    /// Whether it is measured over enough complete days to say anything about those to come.
    pub fn is_steady(&self) -> bool {
        const MIN_DAYS: u64 = 3;
        self.basis == RateBasis::CompletedDays && self.minutes >= MIN_DAYS * MINUTES_PER_DAY
    }

    /// Whether a rate by the minute says more than one by the day.
    pub fn is_by_minute(&self) -> bool {
        self.basis == RateBasis::FirstDay
    }

    /// When this many more tokens are used at this rate: now plus tokens / rate, the minute rounded up.
    /// None where that is beyond all calendars.
    pub fn after(
        &self,
        tokens: Tokens,
        now: DateTime<FixedOffset>,
        zone: &Zone,
    ) -> Option<DateTime<FixedOffset>> {
        let minutes =
            (u128::from(tokens.0) * u128::from(self.minutes)).div_ceil(u128::from(self.tokens.0));
        let minutes = TimeDelta::try_minutes(i64::try_from(minutes).ok()?)?;
        Some(zone.clock(now.checked_add_signed(minutes)?))
    }
}

/// The first day of the month that has a row, and its first hour. The first of the month where more than a tenth of what was
/// used carries no date: when that was spent is not known any closer.
fn first_day(usage: &ReconciledMonth) -> (NaiveDate, Option<Start>) {
    let dated = is_dated(&usage.teams);
    let mut days = usage.days.iter();
    days.find(|(date, _)| usage.month.contains(**date) && dated)
        .map_or((usage.month.first_day(), None), |(date, day)| {
            (*date, day.first_time)
        })
}
