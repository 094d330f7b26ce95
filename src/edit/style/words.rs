//! Statuses, durations and hours, in the words that a table uses for them.

use chrono::TimeDelta;

use crate::{
    log::cell,
    model::{Status, TimeRange},
};

#[derive(Clone, Debug, Default)]
pub(crate) struct StatusStyle {
    /// Spellings met, the newest first.
    known: Vec<(Status, String)>,
}

impl StatusStyle {
    pub(crate) fn of<'a>(newest_first: impl Iterator<Item = &'a str>) -> Self {
        let mut style = Self::default();
        for raw in newest_first {
            let status = cell::status(raw);
            let status = status.filter(|status| !matches!(status, Status::Other(_)));
            let is_new = |status: &Status| style.known.iter().all(|(known, _)| known != status);
            if let Some(status) = status.filter(is_new) {
                style.known.push((status, raw.to_owned()));
            }
        }
        style
    }

    /// A status as the column spells it: as a neighbour of the same status does, else in the manner of the newest.
    pub(crate) fn spell(&self, status: &Status) -> String {
        if let Some((_, raw)) = self.known.iter().find(|(known, _)| known == status) {
            return raw.clone();
        }
        let (symbol, word) = match status {
            Status::Done => ("✅", "COMPLETE"),
            Status::Running => ("🔄", "IN_PROGRESS"),
            Status::Pending => ("⏳", "PENDING"),
            Status::Failed => ("❌", "FAILED"),
            Status::Other(text) => return super::escaped(text),
        };
        let Some((_, like)) = self.known.first() else {
            return format!("{symbol} {word}");
        };
        let letters: String = like.chars().filter(|c| c.is_alphabetic()).collect();
        let has_symbol = !like.starts_with(|c: char| c.is_ascii());
        let is_upper = letters.chars().all(char::is_uppercase);
        let word = if is_upper { word } else { status.word() };
        match (has_symbol, letters.is_empty()) {
            (true, true) => symbol.to_owned(),
            (true, false) => format!("{symbol} {word}"),
            (false, _) => word.to_owned(),
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
        let style = |known: &[&str]| StatusStyle::of(known.iter().copied());
        let running = Status::Running;
        assert_eq!(style(&["✅", "🔄"]).spell(&running), "🔄");
        assert_eq!(style(&["✅"]).spell(&running), "🔄");
        assert_eq!(style(&["✅ COMPLETE"]).spell(&running), "🔄 IN_PROGRESS");
        assert_eq!(style(&["done"]).spell(&running), "running");
        assert_eq!(style(&["DONE"]).spell(&running), "IN_PROGRESS");
        assert_eq!(style(&[]).spell(&running), "🔄 IN_PROGRESS");
        assert_eq!(style(&["In progress"]).spell(&running), "In progress");
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
