//! Which of the lines that are not Markdown are over: hook lines of past days, and holds and frees that hold nothing back any more.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;

use crate::{
    edit::{Document, LineKind, LogLine, Stamp},
    model::{LineEvent, Month},
};

/// Tells which lines of a log leave it.
pub(super) struct Departures<'d> {
    today: NaiveDate,
    /// Holds by their ids, and whether they have ended. The first of an id is the one that holds.
    holds: HashMap<&'d str, bool>,
}

impl<'d> Departures<'d> {
    pub(super) fn of(document: &'d Document, today: NaiveDate, now: Stamp) -> Self {
        let freed: HashSet<&str> = document
            .lines
            .iter()
            .filter_map(|line| match &line.kind {
                LineKind::Event(LineEvent::Free(id)) => Some(id.as_ref()),
                _ => None,
            })
            .collect();
        let mut holds = HashMap::new();
        for line in &document.lines {
            if let LineKind::Event(LineEvent::Hold(hold)) = &line.kind {
                let id = hold.id.as_ref();
                let has_ended = hold.until <= now || freed.contains(id);
                holds.entry(id).or_insert(has_ended);
            }
        }
        Self { today, holds }
    }

    /// The month whose archive a line goes to. None where it stays.
    pub(super) fn month(&self, line: &LogLine) -> Option<Month> {
        let date = line.date?;
        self.is_over(line, date).then(|| Month::of(date))
    }

    fn is_over(&self, line: &LogLine, date: NaiveDate) -> bool {
        let is_past = date < self.today;
        match &line.kind {
            LineKind::Event(LineEvent::Hook(_)) => is_past,
            // Says until the end of its month that nobody need say it again.
            LineKind::Event(LineEvent::Notice(_)) => Month::of(date) < Month::of(self.today),
            LineKind::Event(LineEvent::Hold(hold)) => {
                self.holds.get(hold.id.as_ref()) == Some(&true)
            }
            LineKind::Event(LineEvent::Free(id)) => match self.holds.get(id.as_ref()) {
                Some(has_ended) => *has_ended,
                None => is_past,
            },
            LineKind::Usage(_) | LineKind::Unreadable => false,
        }
    }
}
