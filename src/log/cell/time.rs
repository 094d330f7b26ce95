//! Dates, times and durations as they are written in a cell.

use chrono::{NaiveDate, NaiveTime};

use super::{Limit, Parsed, Unreadable, number::Number, parse, split_while, without_estimate_mark};
use crate::model::TimeRange;

/// Reads `2h`, `1h 15m`, `45m`, `75 min`, `~9h`, `1.5h` in minutes.
pub fn minutes(text: &str) -> Parsed<u64> {
    let parsed = parse(text, |text| {
        let (_, text) = without_estimate_mark(text);
        let mut rest = text.trim();
        let mut total = 0_u64;
        while !rest.is_empty() {
            let (number, unit) = split_while(rest, |c| c.is_ascii_digit() || c == '.');
            let (unit, behind) = split_while(unit.trim_start(), |c| c.is_ascii_alphabetic());
            let seconds = match unit {
                "d" | "day" | "days" => 86_400,
                "h" | "hr" | "hrs" | "hour" | "hours" => 3_600,
                "m" | "min" | "mins" | "minute" | "minutes" => 60,
                "s" | "sec" | "secs" | "second" | "seconds" => 1,
                _ => return None,
            };
            let hundredths = match u64::try_from(Number::read(number)?.scaled(2)?) {
                Ok(hundredths) => hundredths.saturating_mul(seconds),
                Err(_) => u64::MAX,
            };
            total = total.saturating_add(hundredths);
            rest = behind.trim_start();
        }
        Some(total / 6_000)
    });
    match parsed {
        Ok(Some(minutes)) if !Limit::COUNT.allows(minutes) => {
            Err(Unreadable::TooLarge("1,000,000,000 minutes"))
        }
        parsed => parsed,
    }
}

/// Reads `2026-02-25`, also with `/` or `.` between its parts.
pub fn date(text: &str) -> Parsed<NaiveDate> {
    parse(text, |text| {
        let mut parts = text.split(['-', '/', '.']);
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        let number = |part: &str, len: usize| {
            let is_number = part.len() == len && part.bytes().all(|byte| byte.is_ascii_digit());
            part.parse().ok().filter(|_| is_number)
        };
        let year = i32::try_from(number(year, 4)?).ok()?;
        NaiveDate::from_ymd_opt(year, number(month, 2)?, number(day, 2)?)
    })
}

/// Reads `10:10`, `10:10-10:17`, `16:07-present`, with or without seconds and blanks around the dash.
pub fn time_range(text: &str) -> Parsed<TimeRange> {
    parse(text, |text| {
        let (_, text) = without_estimate_mark(text);
        let (start, end) = match text.split_once(['-', '–', '—', '→']) {
            Some((start, end)) => (start, Some(end.trim())),
            None => (text, None),
        };
        let mut words = ["present", "now", "ongoing"].iter();
        let open = words.any(|word| end.is_some_and(|end| end.eq_ignore_ascii_case(word)));
        let start = time(start)?;
        let end = match end {
            Some(end) if !open => Some(time(end)?),
            _ => None,
        };
        Some(TimeRange { start, end, open })
    })
}

fn time(text: &str) -> Option<NaiveTime> {
    let mut parts = text.trim().split(':');
    let mut part = |limit: u32| {
        let text = parts.next()?;
        let is_number = text.len() <= 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = text.parse().ok().filter(|_| is_number);
        number.filter(|number| *number < limit)
    };
    let (hour, minute) = (part(25)?, part(60)?);
    let second = part(60);
    if hour == 24 && (minute, second.unwrap_or(0)) != (0, 0) || parts.next().is_some() {
        return None;
    }
    NaiveTime::from_hms_opt(hour % 24, minute, second.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_and_times_are_read() {
        let table = [
            ("2h", 120),
            ("1h 15m", 75),
            ("45m", 45),
            ("75 min", 75),
            ("~9h", 540),
            ("1.5h", 90),
            ("90s", 1),
        ];
        for (text, expected) in table {
            assert_eq!(minutes(text), Ok(Some(expected)), "{text}");
        }
        for text in ["2", "h", "2 weeks", "two hours", "1h15"] {
            assert_eq!(minutes(text), Err(Unreadable::Malformed), "{text}");
        }
        for text in ["99999999999999999999h", "16666667h 100m", "1000000001 min"] {
            let too_large = Err(Unreadable::TooLarge("1,000,000,000 minutes"));
            assert_eq!(minutes(text), too_large, "{text}");
        }
        let range = |text| time_range(text).map(|range| range.map(|range| range.to_string()));
        assert_eq!(range("10:10"), Ok(Some("10:10".to_owned())));
        assert_eq!(range("10:10 – 10:17"), Ok(Some("10:10-10:17".to_owned())));
        assert_eq!(range("16:07-present"), Ok(Some("16:07-now".to_owned())));
        assert_eq!(range("23:50-24:00"), Ok(Some("23:50-00:00".to_owned())));
        assert_eq!(range("9:05:59"), Ok(Some("09:05".to_owned())));
        for text in [
            "25:00",
            "24:01",
            "10:60",
            "10",
            "10:10-",
            "noon",
            "10:10-later",
            "1:2:3:4",
        ] {
            assert_eq!(range(text), Err(Unreadable::Malformed), "{text}");
        }
        assert_eq!(date("2026-02-25"), Ok(NaiveDate::from_ymd_opt(2026, 2, 25)));
        assert_eq!(date("2026/02/25"), Ok(NaiveDate::from_ymd_opt(2026, 2, 25)));
        for text in [
            "2026-02-30",
            "26-02-25",
            "2026-2-5",
            "Feb 25",
            "2026-02",
            "2026-02-25-01",
        ] {
            assert_eq!(date(text), Err(Unreadable::Malformed), "{text}");
        }
    }
}
