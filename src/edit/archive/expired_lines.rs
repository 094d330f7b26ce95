//! Which of the lines that are not Markdown are over: hook lines of past days, notices of past months, and holds that reserve nothing
//! any more.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;

use crate::{
    edit::{LineKind, LogLine, Timestamp},
    model::Month,
};

pub(in crate::edit) struct ExpiredLines<'l> {
    today: NaiveDate,
    /// Whether each hold has ended, by its id; of one id, the first counts.
    holds: HashMap<&'l str, bool>,
}

impl<'l> ExpiredLines<'l> {
    pub(in crate::edit) fn of(lines: &'l [LogLine], today: NaiveDate, now: Timestamp) -> Self {
        let freed = lines.iter().filter_map(|line| match &line.kind {
            LineKind::Free(id) => Some(id.as_str()),
            _ => None,
        });
        let freed: HashSet<&str> = freed.collect();
        let mut holds = HashMap::new();
        for line in lines {
            if let LineKind::Hold { id, until } = &line.kind {
                let has_ended = *until <= now || freed.contains(id.as_str());
                holds.entry(id.as_str()).or_insert(has_ended);
            }
        }
        Self { today, holds }
    }

    /// The month whose archive a line goes to. None where it stays.
    pub(in crate::edit) fn month(&self, line: &LogLine) -> Option<Month> {
        let date = line.date?;
        self.is_expired(line, date).then(|| Month::of(date))
    }

    /// Whether a line is still needed. A line without a day is not, unless it is a usage line.
    pub(in crate::edit) fn is_needed(&self, line: &LogLine) -> bool {
        match line.kind {
            LineKind::Usage(_) | LineKind::Unreadable => true,
            _ => line.date.is_some_and(|date| !self.is_expired(line, date)),
        }
    }

    fn is_expired(&self, line: &LogLine, date: NaiveDate) -> bool {
        let is_past = date < self.today;
        match &line.kind {
            LineKind::Usage(_) | LineKind::Unreadable => false,
            LineKind::Hook => is_past,
            // It keeps the notice from going out again until its month ends.
            LineKind::Notice => Month::of(date) < Month::of(self.today),
            LineKind::Hold { id, .. } => self.holds.get(id.as_str()) == Some(&true),
            LineKind::Free(id) => self.holds.get(id.as_str()).copied().unwrap_or(is_past),
        }
    }
}
