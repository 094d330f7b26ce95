//! Time zones: the system's own, and those of its database.

#![expect(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "all time zones are looked up here"
)]

use chrono::{DateTime, FixedOffset, Local, Utc};
use jiff::{Timestamp, tz::TimeZone};

/// The offset from UTC of a zone at a time. `local` is the system's zone; any other is a name of the database. `None` if there is
/// no zone of that name.
#[must_use]
pub fn offset(zone: &str, at: DateTime<Utc>) -> Option<FixedOffset> {
    if zone == "local" {
        return Some(*at.with_timezone(&Local).offset());
    }
    let rules = TimeZone::get(zone).ok()?;
    let moment = Timestamp::from_second(at.timestamp()).ok()?;
    FixedOffset::east_opt(rules.to_offset(moment).seconds())
}
