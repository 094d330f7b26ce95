//! Statuses, durations and hours, in the words that a table uses for them.

use chrono::TimeDelta;

use crate::{
    log::cell,
    model::{Status, TimeRange},
};

/// A status as the newest row with that status spells it, else in the style of the newest row.
pub(crate) fn status<'a>(status: &Status, newest_first: impl Iterator<Item = &'a str>) -> String {
    let (symbol, word) = match status {
        Status::Done => ("✅", "COMPLETE"),
        Status::Running => ("🔄", "IN_PROGRESS"),
        Status::Pending => ("⏳", "PENDING"),
        Status::Failed => ("❌", "FAILED"),
        Status::Other(_) => ("", ""),
    };
    let known = newest_first.filter_map(|raw| Some((cell::status(raw)?, raw)));
    let mut known = known.filter(|(known, _)| !matches!(known, Status::Other(_)));
    let newest = known.next();
    let mut same = newest.iter().cloned().chain(known);
    let same = same.find(|(known, _)| known == status);
    match (status, same, newest) {
        (Status::Other(text), ..) => super::escaped(text),
        (_, Some((_, raw)), _) => raw.to_owned(),
        (_, None, None) => format!("{symbol} {word}"),
        (_, None, Some((_, like))) => {
            let letters: String = like.chars().filter(|c| c.is_alphabetic()).collect();
            let is_upper = letters.chars().all(char::is_uppercase);
            let word = if is_upper { word } else { status.word() };
            match (like.starts_with(|c: char| c.is_ascii()), letters.is_empty()) {
                (false, true) => symbol.to_owned(),
                (false, false) => format!("{symbol} {word}"),
                (true, _) => word.to_owned(),
            }
        }
    }
}

/// Minutes as `2h`, `1h 15m`, `45m`; as `75 min` where that is the manner of `like`.
pub(crate) fn duration(minutes: u64, like: Option<&str>) -> String {
    let (hours, rest) = (minutes / 60, minutes % 60);
    if like.is_some_and(|like| like.contains("min") && !like.contains('h')) {
        return format!("{minutes} min");
    }
    match (hours, rest) {
        (0, rest) => format!("{rest}m"),
        (hours, 0) => format!("{hours}h"),
        (hours, rest) => format!("{hours}h {rest}m"),
    }
}

/// When something was spent: `10:18`, or `10:18-11:30` where it is known how long it took.
pub(crate) fn hours(time: TimeRange, minutes: Option<u64>) -> String {
    let end = time.end.or_else(|| {
        // Of a day or more, the end does not say which day.
        let minutes = minutes.filter(|minutes| (1..24 * 60).contains(minutes))?;
        let span = TimeDelta::minutes(i64::try_from(minutes).ok()?);
        Some(time.start.overflowing_add_signed(span).0)
    });
    let start = time.start.format("%H:%M");
    match end {
        _ if time.open => format!("{start}-present"),
        Some(end) => format!("{start}-{}", end.format("%H:%M")),
        None => start.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_spelled_as_neighbours_spell_them() {
        let running = |known: &[&str]| status(&Status::Running, known.iter().copied());
        assert_eq!(running(&["✅", "🔄"]), "🔄");
        assert_eq!(running(&["✅"]), "🔄");
        assert_eq!(running(&["✅ COMPLETE"]), "🔄 IN_PROGRESS");
        assert_eq!(running(&["done"]), "running");
        assert_eq!(running(&["DONE"]), "IN_PROGRESS");
        assert_eq!(running(&[]), "🔄 IN_PROGRESS");
        assert_eq!(running(&["In progress"]), "In progress");
    }

    #[test]
    fn times_are_spelled() {
        assert_eq!(
            [45, 120, 75].map(|minutes| duration(minutes, None)),
            ["45m", "2h", "1h 15m"]
        );
        assert_eq!(duration(75, Some("30 min")), "75 min");
        let range = |text: &str| cell::time_range(text).unwrap().unwrap();
        assert_eq!(hours(range("10:18"), Some(72)), "10:18-11:30");
        assert_eq!(hours(range("23:50"), Some(20)), "23:50-00:10");
        assert_eq!(hours(range("10:18"), None), "10:18");
        assert_eq!(hours(range("10:18"), Some(3_000)), "10:18");
    }
}
