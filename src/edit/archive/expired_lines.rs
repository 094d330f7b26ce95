//! Which of the lines that are not Markdown are over: hook lines of past days, notices of past months, and holds that reserve nothing
//! any more.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, FixedOffset, NaiveDate, Utc};

use crate::{
    edit::{LineKind, LogLine, Timestamp},
    model::{BudgetReset, Month},
};

pub(in crate::edit) struct ExpiredLines<'l> {
    today: NaiveDate,
    /// Since when the period of the budget runs; None where it is the month.
    period: Option<DateTime<FixedOffset>>,
    /// Whether each hold has ended, by its id; of one id, the first counts.
    holds: HashMap<&'l str, bool>,
}

impl<'l> ExpiredLines<'l> {
    /// With `reset`, the period of the budget runs since the last line that says so.
    pub(in crate::edit) fn of(
        lines: &'l [LogLine],
        today: NaiveDate,
        now: Timestamp,
        reset: BudgetReset,
    ) -> Self {
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
        let resets = lines.iter().filter_map(|line| match &line.kind {
            LineKind::Notice {
                time,
                is_reset: true,
                ..
            } => Some(*time).filter(|time| *time <= now),
            _ => None,
        });
        let last_reset = || {
            resets
                .max()
                .unwrap_or_else(|| DateTime::<Utc>::MIN_UTC.into())
        };
        Self {
            today,
            period: (reset == BudgetReset::Manual).then(last_reset),
            holds,
        }
    }

    /// The month whose archive a line goes to. None where it stays.
    pub(in crate::edit) fn month(&self, line: &LogLine) -> Option<Month> {
        let date = line.date?;
        let month = match line.kind {
            // Views of the month that it is about read it there.
            LineKind::Notice { month, .. } => month,
            _ => Month::of(date),
        };
        self.is_expired(line, date).then_some(month)
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
            // Until its period ends, it counts, and keeps a notice from going out again.
            LineKind::Notice { month, time, .. } => {
                Month::of(date).max(*month) < Month::of(self.today)
                    && self.period.is_none_or(|since| *time < since)
            }
            LineKind::Hold { id, .. } => self.holds.get(id.as_str()) == Some(&true),
            LineKind::Free(id) => self.holds.get(id.as_str()).copied().unwrap_or(is_past),
        }
    }
}
