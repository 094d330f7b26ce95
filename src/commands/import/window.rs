//! The days of an import, their zone, and the settings that decide them.

use std::time::SystemTime;

use chrono::{DateTime, Days, FixedOffset, NaiveDate, NaiveTime, TimeDelta, Utc};

use super::super::run::Run;
use crate::{
    cli::{Since, TranscriptArgs},
    config::Settings,
    failure::Failure,
    model::{Month, Zone},
    session::{LogFiles, read_settings_text},
};

/// How many days back an import looks at most. Harnesses keep transcripts for 30 days.
const MOST_DAYS: u64 = 35;

const NOON: NaiveTime = NaiveTime::MIN
    .overflowing_add_signed(TimeDelta::hours(12))
    .0;

/// The settings, and the log if there is one.
pub struct Found {
    pub log: Option<LogFiles>,
    pub settings: Settings,
}

/// Finds the log and its settings. Without a log, the settings are those of the working folder.
pub fn find(run: &mut Run<'_, '_>) -> Result<Found, Failure> {
    let failure = match run.locate() {
        Ok(log) => {
            let settings = log.settings.clone();
            let log = Some(log);
            return Ok(Found { log, settings });
        }
        Err(failure) => failure,
    };
    if !failure.is_no_input() || run.log_path().is_some() {
        return Err(failure);
    }
    let options = run.log_options();
    let settings = match options.settings_near(&options.folder).path {
        Some(path) => read_settings_text(&options, &path)?.1,
        None => Settings::default(),
    };
    Ok(Found {
        log: None,
        settings,
    })
}

/// The days of an import.
#[derive(Clone, Debug)]
pub struct Window {
    pub since: NaiveDate,
    pub until: Option<NaiveDate>,
    /// The zone of the days, and its name.
    pub zone: Zone,
    pub zone_name: String,
    /// The moment of the import in this zone.
    pub now: DateTime<FixedOffset>,
}

impl Window {
    pub fn new(args: &TranscriptArgs, found: &Found, run: &Run<'_, '_>) -> Result<Self, Failure> {
        let of_settings = found.settings.timezone.as_deref().unwrap_or("UTC");
        let now = run.now_in(Some(of_settings))?;
        let today = now.date_naive();
        let days_ago = |days: u64| {
            let day = today.checked_sub_days(Days::new(days));
            day.unwrap_or(NaiveDate::MIN)
        };
        let since = match args.since {
            Some(Since::Day(day)) => day,
            Some(Since::DaysAgo(days)) => days_ago(days.into()),
            None => days_ago(MOST_DAYS).max(first_unarchived(found, today)),
        };
        let start = since.and_time(NaiveTime::MIN).and_utc();
        let start = start.checked_sub_signed(TimeDelta::days(2));
        let last = start.map_or(now.to_utc(), |start| start.max(now.to_utc()));
        let end = last.checked_add_signed(TimeDelta::days(40)).unwrap_or(last);
        let zone = run.import_zone(Some(of_settings), start.unwrap_or(last), end)?;
        let zone_name = run.global.timezone.as_deref().unwrap_or(of_settings);
        Ok(Self {
            since,
            until: args.until,
            zone,
            zone_name: zone_name.to_owned(),
            now,
        })
    }

    /// A moment in local time of the zone.
    pub fn local(&self, moment: DateTime<Utc>) -> DateTime<FixedOffset> {
        self.zone.clock(moment.fixed_offset())
    }

    /// Noon on a day.
    pub fn noon(&self, day: NaiveDate) -> DateTime<Utc> {
        let noon = day.and_time(NOON);
        let moment = self.zone.moment(noon, self.now);
        moment.map_or(noon.and_utc(), |moment| moment.to_utc())
    }

    /// The day of a moment.
    pub fn day(&self, moment: DateTime<Utc>) -> NaiveDate {
        self.local(moment).date_naive()
    }

    pub fn contains(&self, moment: DateTime<Utc>) -> bool {
        let day = self.day(moment);
        day >= self.since && self.until.is_none_or(|until| day <= until)
    }

    /// A file that was last changed before this moment has no usage of these days.
    pub fn oldest_change(&self) -> Option<SystemTime> {
        let start = self.since.and_time(chrono::NaiveTime::MIN);
        let start = self.zone.moment(start, self.now)?;
        Some(start.to_utc().into())
    }
}

/// The first day of the oldest month that is not archived.
fn first_unarchived(found: &Found, today: NaiveDate) -> NaiveDate {
    let archives = found.log.as_ref().and_then(|log| log.archives.as_ref());
    let newest = archives.and_then(|archives| archives.months().pop_last());
    let newest = newest.filter(|newest| *newest < Month::of(today));
    let next = newest.and_then(|newest| newest.last_day().succ_opt());
    next.unwrap_or(NaiveDate::MIN)
}
