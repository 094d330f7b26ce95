//! Statuses, durations and hours, in the words that a table uses for them.

use chrono::NaiveTime;

use crate::{
    log::cell,
    model::{Status, TimeRange},
};

/// How a column spells statuses.
#[derive(Clone, Debug, Default)]
pub(crate) struct StatusStyle {
    /// Spellings met, the newest first.
    known: Vec<(Status, String)>,
}

impl StatusStyle {
    /// The style of a column, its newest cells first.
    pub(crate) fn of<'a>(newest_first: impl Iterator<Item = &'a str>) -> Self {
        let mut style = Self::default();
        for raw in newest_first {
            let Some(status) =
                cell::status(raw).filter(|status| !matches!(status, Status::Other(_)))
            else {
                continue;
            };
            if !style.known.iter().any(|(known, _)| *known == status) {
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
        let word = if letters.is_empty() {
            String::new()
        } else if letters.chars().all(char::is_uppercase) {
            word.to_owned()
        } else {
            status.word().to_owned()
        };
        match (has_symbol, word.as_str()) {
            (true, "") => symbol.to_owned(),
            (true, word) => format!("{symbol} {word}"),
            (false, word) => word.to_owned(),
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
    let written = |time: NaiveTime| time.format("%H:%M").to_string();
    let after = |minutes: u64| {
        let seconds = i64::try_from(minutes.checked_mul(60)?).ok()?;
        let span = chrono::TimeDelta::try_seconds(seconds)?;
        // Of a day or more, the end does not say which day.
        (minutes < 24 * 60).then(|| time.start.overflowing_add_signed(span).0)
    };
    match (time.end, time.open, minutes.filter(|minutes| *minutes > 0)) {
        (_, true, _) => format!("{}-present", written(time.start)),
        (Some(end), ..) => format!("{}-{}", written(time.start), written(end)),
        (None, _, Some(minutes)) => match after(minutes) {
            Some(end) => format!("{}-{}", written(time.start), written(end)),
            None => written(time.start),
        },
        (None, _, None) => written(time.start),
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
