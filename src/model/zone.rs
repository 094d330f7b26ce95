//! The offset from UTC of the zone that a report is made in, and when it changes, as with summer time.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};

/// How long before and after a moment changes are looked for.
const BEFORE: TimeDelta = TimeDelta::days(40);
const AFTER: TimeDelta = TimeDelta::days(400);

/// No zone changes its offset twice in this time.
const STEP: TimeDelta = TimeDelta::days(7);

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Zone {
    /// Each offset with the moment from which on it holds, the oldest first. Empty for the offset of the report's moment.
    offsets: Vec<(DateTime<Utc>, FixedOffset)>,
}

impl Zone {
    /// The offsets around a moment.
    pub fn around(
        moment: DateTime<Utc>,
        offset: impl Fn(DateTime<Utc>) -> Option<FixedOffset>,
    ) -> Self {
        let start = moment.checked_sub_signed(BEFORE);
        let end = moment.checked_add_signed(AFTER);
        start.zip(end).map_or_else(Self::default, |(start, end)| {
            Self::between(start, end, offset)
        })
    }

    /// The offsets from one moment to another.
    pub fn between(
        start: DateTime<Utc>,
        end: DateTime<Utc>,
        offset: impl Fn(DateTime<Utc>) -> Option<FixedOffset>,
    ) -> Self {
        let mut offsets: Vec<(DateTime<Utc>, FixedOffset)> = Vec::new();
        let steps = std::iter::successors(Some(start), |at| at.checked_add_signed(STEP));
        for at in steps.take_while(|at| *at < end) {
            let Some(found) = offset(at) else { continue };
            match offsets.last() {
                Some((_, last)) if *last == found => {}
                Some(_) => {
                    let is_new = |at| offset(at) == Some(found);
                    offsets.push((first(at - STEP, at, is_new), found));
                }
                None => offsets.push((at, found)),
            }
        }
        Self { offsets }
    }

    /// The same moment by the clocks of the zone.
    pub fn clock(&self, moment: DateTime<FixedOffset>) -> DateTime<FixedOffset> {
        let before = self.offsets.iter().rfind(|(from, _)| *from <= moment);
        let offset = before.or(self.offsets.first());
        offset.map_or(moment, |(_, offset)| moment.with_timezone(offset))
    }

    /// When the clocks show this time. Of a time that they show twice, the first; one that they leave out is that much later.
    pub fn moment(
        &self,
        time: NaiveDateTime,
        now: DateTime<FixedOffset>,
    ) -> Option<DateTime<FixedOffset>> {
        let at = |offset: FixedOffset| time.and_local_timezone(offset).single();
        if self.offsets.is_empty() {
            return at(*now.offset());
        }
        let moments = self.offsets.iter().filter_map(|(_, offset)| at(*offset));
        let shown = |moment: &DateTime<FixedOffset>| self.clock(*moment).naive_local() == time;
        let first = moments.clone().filter(shown).min();
        first.or_else(|| moments.max().map(|moment| self.clock(moment)))
    }

    /// The same, of a time by a clock with an offset where one is written.
    pub fn moment_at(
        &self,
        time: NaiveDateTime,
        offset: Option<FixedOffset>,
        now: DateTime<FixedOffset>,
    ) -> Option<DateTime<FixedOffset>> {
        match offset {
            Some(offset) => time.and_local_timezone(offset).single(),
            None => self.moment(time, now),
        }
    }

    /// The seconds of today that are still to come, and all of them: the day of a change of clocks is not as long as others.
    pub fn rest_of_day(&self, now: DateTime<FixedOffset>) -> (i64, i64) {
        let today = now.date_naive();
        let midnight = |day: NaiveDate| self.moment(day.and_time(NaiveTime::MIN), now);
        let ends = midnight(today).zip(today.succ_opt().and_then(midnight));
        let (start, end) = ends.unwrap_or((now, now + TimeDelta::days(1)));
        let seconds = (end - start).num_seconds().max(1);
        ((end - now).num_seconds().clamp(0, seconds), seconds)
    }
}

/// The first second with which something holds, of those behind `before` up to `at`, with which it does.
fn first(
    before: DateTime<Utc>,
    at: DateTime<Utc>,
    holds: impl Fn(DateTime<Utc>) -> bool,
) -> DateTime<Utc> {
    let (mut before, mut at) = (before, at);
    while at - before > TimeDelta::seconds(1) {
        let middle = before + TimeDelta::seconds((at - before).num_seconds() / 2);
        if holds(middle) {
            at = middle;
        } else {
            before = middle;
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Berlin in 2026.
    fn berlin() -> Zone {
        let summer: [DateTime<Utc>; 2] =
            ["2026-03-29T01:00:00Z", "2026-10-25T01:00:00Z"].map(|time| time.parse().unwrap());
        let offset = |at: DateTime<Utc>| {
            let hours = if (summer[0]..summer[1]).contains(&at) {
                2
            } else {
                1
            };
            FixedOffset::east_opt(hours * 3_600)
        };
        Zone::around("2026-03-15T12:00:00Z".parse().unwrap(), offset)
    }

    #[test]
    fn a_time_is_the_moment_at_which_clocks_show_it() {
        let now = "2026-03-15T13:00:00+01:00".parse().unwrap();
        for (time, moment) in [
            ("2026-03-29T00:00:00", "2026-03-29T00:00:00+01:00"),
            ("2026-03-29T01:59:59", "2026-03-29T01:59:59+01:00"),
            ("2026-03-29T02:30:00", "2026-03-29T03:30:00+02:00"),
            ("2026-03-29T03:00:00", "2026-03-29T03:00:00+02:00"),
            ("2026-10-25T02:30:00", "2026-10-25T02:30:00+02:00"),
            ("2026-10-25T03:00:00", "2026-10-25T03:00:00+01:00"),
        ] {
            let found = berlin().moment(time.parse().unwrap(), now).unwrap();
            assert_eq!(found.to_rfc3339(), moment, "{time}");
        }
    }

    #[test]
    fn the_day_of_a_change_has_its_own_length() {
        for (now, rest) in [
            ("2026-03-28T12:00:00+01:00", (43_200, 86_400)),
            ("2026-03-29T00:00:00+01:00", (82_800, 82_800)),
            ("2026-03-29T12:00:00+02:00", (43_200, 82_800)),
            ("2026-10-25T12:00:00+01:00", (43_200, 90_000)),
        ] {
            assert_eq!(berlin().rest_of_day(now.parse().unwrap()), rest, "{now}");
        }
        let anywhere = "2026-03-29T12:00:00+05:30".parse().unwrap();
        assert_eq!(Zone::default().rest_of_day(anywhere), (43_200, 86_400));
    }
}
