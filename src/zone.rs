//! The door to time zones: the system's own, and those of its database.

#![expect(clippy::disallowed_types, reason = "this is the door to time zones")]

use chrono::{DateTime, FixedOffset, Local, Utc};
use jiff::{Timestamp, tz::TimeZone};

/// The offset from UTC that a zone has at a moment. `local` is the system's own zone; any other is a name of the database.
/// None where there is no zone of that name.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is the door to time zones")]
pub fn offset(zone: &str, at: DateTime<Utc>) -> Option<FixedOffset> {
    if zone == "local" {
        return Some(*at.with_timezone(&Local).offset());
    }
    let rules = TimeZone::get(zone).ok()?;
    let moment = Timestamp::from_second(at.timestamp()).ok()?;
    FixedOffset::east_opt(rules.to_offset(moment).seconds())
}
