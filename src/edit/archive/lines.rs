//! Which of the lines that are not Markdown are over: hook lines of past days, and holds and frees that hold nothing back any more.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;

use crate::{
    edit::{LineKind, LogLine, Timestamp},
    model::{LineEvent, Month},
    text::Place,
};

/// A line that is not Markdown, as far as matters here.
#[derive(Clone, Debug)]
pub(in crate::edit) struct HeldLine {
    pub(in crate::edit) place: Place,
    pub(super) date: Option<NaiveDate>,
    pub(super) kind: HeldKind,
}

/// What it is.
#[derive(Clone, Debug)]
pub(super) enum HeldKind {
    Hook,
    /// A notice that has gone out.
    Notice,
    /// A hold: its id, and when it ends by itself.
    Hold(String, Timestamp),
    /// A free: the id of its hold.
    Free(String),
    /// Spending, or what is meant to be.
    Usage,
}

impl HeldKind {
    pub(super) fn of(event: &LineEvent<'_>) -> Self {
        match event {
            LineEvent::Hook(_) => Self::Hook,
            LineEvent::Notice(_) => Self::Notice,
            LineEvent::Hold(hold) => Self::Hold(hold.id.clone().into_owned(), hold.until),
            LineEvent::Free(id) => Self::Free(id.clone().into_owned()),
        }
    }
}

impl From<&LogLine> for HeldLine {
    fn from(line: &LogLine) -> Self {
        Self {
            place: line.place,
            date: line.date,
            kind: match &line.kind {
                LineKind::Event(event) => HeldKind::of(event),
                LineKind::Usage(_) | LineKind::Unreadable => HeldKind::Usage,
            },
        }
    }
}

/// Tells which lines of a log leave it.
pub(in crate::edit) struct Departures<'l> {
    today: NaiveDate,
    /// Holds by their ids, and whether they have ended. The first of an id is the one that holds.
    holds: HashMap<&'l str, bool>,
}

impl<'l> Departures<'l> {
    pub(in crate::edit) fn of(lines: &'l [HeldLine], today: NaiveDate, now: Timestamp) -> Self {
        let freed: HashSet<&str> = lines
            .iter()
            .filter_map(|line| match &line.kind {
                HeldKind::Free(id) => Some(id.as_str()),
                _ => None,
            })
            .collect();
        let mut holds = HashMap::new();
        for line in lines {
            if let HeldKind::Hold(id, until) = &line.kind {
                let has_ended = *until <= now || freed.contains(id.as_str());
                holds.entry(id.as_str()).or_insert(has_ended);
            }
        }
        Self { today, holds }
    }

    /// The month whose archive a line goes to. None where it stays.
    pub(in crate::edit) fn month(&self, line: &HeldLine) -> Option<Month> {
        let date = line.date?;
        self.is_over(line, date).then(|| Month::of(date))
    }

    /// Whether a line is still needed: what nobody can tell the day of is not.
    pub(in crate::edit) fn is_in_force(&self, line: &HeldLine) -> bool {
        match line.kind {
            HeldKind::Usage => true,
            _ => line.date.is_some_and(|date| !self.is_over(line, date)),
        }
    }

    fn is_over(&self, line: &HeldLine, date: NaiveDate) -> bool {
        let is_past = date < self.today;
        match &line.kind {
            HeldKind::Hook => is_past,
            // Says until the end of its month that nobody need say it again.
            HeldKind::Notice => Month::of(date) < Month::of(self.today),
            HeldKind::Hold(id, _) => self.holds.get(id.as_str()) == Some(&true),
            HeldKind::Free(id) => self.holds.get(id.as_str()).copied().unwrap_or(is_past),
            HeldKind::Usage => false,
        }
    }
}
