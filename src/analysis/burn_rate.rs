//! Burn rate: tokens or money per time, from days that are complete where there are any.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime, TimeDelta};
use schemars::JsonSchema;
use serde::Serialize;
use serde_with::skip_serializing_none;

use super::{
    reconciled_month::ReconciledMonth,
    team_usage::{Start, is_dated},
};
use crate::model::{Measured, Money, Tokens, Units, Zone};

/// What a burn rate is measured over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RateBasis {
    /// The days before today, from the first one with a row; from the first of the month where much carries no date.
    CompletedDays,
    /// The first day, from its first row to now: so far there is no other.
    FirstDay,
}

/// Tokens or money per time, kept as the fraction it is.
#[skip_serializing_none]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct BurnRate {
    pub tokens: Option<Tokens>,
    /// The cost, of a log that states only that.
    pub cost: Option<Money>,
    pub minutes: u64,
    /// Tokens per day, rounded half up.
    pub tokens_per_day: Option<Tokens>,
    /// The cost per day, likewise.
    pub cost_per_day: Option<Money>,
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
        let (month, used) = (reconciled.month, reconciled.used_units());
        let today = now.date_naive();
        let (since, first_time) = first_day(reconciled);
        if today > month.last_day() {
            return None;
        }
        let days = u64::try_from((today - since).num_days()).unwrap_or(0);
        let (spent, minutes, since_time, basis) = if days > 0 {
            // Days to come as well, which only a wrong date or another clock can bring up.
            let from_today = reconciled.days.range(today..);
            let spent = used.saturating_sub(from_today.map(|(_, day)| day.spent).sum());
            let minutes = days * MINUTES_PER_DAY;
            (spent, minutes, None, RateBasis::CompletedDays)
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
        (spent > Units::ZERO && minutes > 0).then(|| {
            let per_day = Self::rounded(spent, MINUTES_PER_DAY, minutes);
            let amount = |units| reconciled.measure().amount(units);
            let (tokens, cost) = amount(spent).split();
            let (tokens_per_day, cost_per_day) = amount(per_day).split();
            Self {
                tokens,
                cost,
                minutes,
                tokens_per_day,
                cost_per_day,
                since,
                since_time,
                basis,
            }
        })
    }

    fn rounded(spent: Units, per: u64, minutes: u64) -> Units {
        let (spent, minutes) = (spent.0.saturating_mul(per.into()), i128::from(minutes));
        Units(spent.saturating_mul(2).saturating_add(minutes) / (minutes * 2))
    }

    /// What was used in the time.
    pub fn used(&self) -> Measured {
        Measured::join(self.tokens, self.cost)
    }

    pub fn per_day(&self) -> Measured {
        Measured::join(self.tokens_per_day, self.cost_per_day)
    }

    /// Per minute, rounded half up.
    pub fn per_minute(&self) -> Measured {
        let used = self.used();
        used.with(Self::rounded(used.units(), 1, self.minutes))
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

    /// When so much more is used at this rate: now plus the amount / rate, the minute rounded up.
    /// None where that is beyond all calendars.
    pub fn after(
        &self,
        more: Units,
        now: DateTime<FixedOffset>,
        zone: &Zone,
    ) -> Option<DateTime<FixedOffset>> {
        let minutes = more.0.unsigned_abs().saturating_mul(self.minutes.into());
        let minutes = minutes.div_ceil(self.used().units().0.unsigned_abs().max(1));
        let minutes = TimeDelta::try_minutes(i64::try_from(minutes).ok()?)?;
        Some(zone.clock(now.checked_add_signed(minutes)?))
    }
}

/// The first day of the month that has a row, and its first hour. The first of the month where more than a tenth of what was
/// used carries no date: when that was spent is not known any closer.
fn first_day(usage: &ReconciledMonth) -> (NaiveDate, Option<Start>) {
    let dated = is_dated(&usage.teams, usage.measure());
    let mut days = usage.days.iter();
    days.find(|(date, _)| usage.month.contains(**date) && dated)
        .map_or((usage.month.first_day(), None), |(date, day)| {
            (*date, day.first_time)
        })
}
