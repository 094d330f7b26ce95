//! What a reading of the files does to the state: its figures are shown, or the last good ones while the file may be half
//! written. `commands::watch` decides when files are read.

use std::time::Duration;

use chrono::{DateTime, FixedOffset};

use crate::{
    diagnostic::Severity,
    tui::{
        crossing::crossed,
        state::{App, Problem, ReadError, Snapshot},
    },
};

/// The delay before a bad reading is tried again and then shown: editors write in two parts.
pub const GRACE: Duration = Duration::from_millis(150);

/// How long the last good figures are shown while a new row cannot be read: it may be half typed.
pub const PATIENCE: Duration = Duration::from_secs(10);

pub type Reading = Result<Box<Snapshot>, ReadError>;

impl App {
    /// Takes a reading, at a moment by the clock and since the start. Returns whether to ring the bell.
    pub fn take(&mut self, reading: Reading, now: DateTime<FixedOffset>, at: Duration) -> bool {
        let error = match reading {
            Ok(snapshot) if self.reload_requested || self.is_no_worse(&snapshot) => {
                return self.show_figures(*snapshot, now, at);
            }
            Ok(snapshot) => {
                let problem = self.new_problem(&snapshot);
                if at >= *self.patience.get_or_insert(at + PATIENCE) {
                    let rings = self.show_figures(*snapshot, now, at);
                    // A threshold that is reached is more important.
                    if self
                        .flash
                        .as_ref()
                        .is_none_or(|flash| flash.level.is_none())
                    {
                        self.flash(format!("not counted: {}", problem.text), None, at);
                    }
                    return rings;
                }
                ReadError::Unreadable(problem)
            }
            Err(error) => {
                self.patience = None;
                error
            }
        };
        let is_known = self.read_error.is_some() || self.latest.is_none();
        let is_asked = self.reload_requested || self.pause.is_some();
        let retry = *self.retry.get_or_insert(at + GRACE);
        if is_known || is_asked || retry <= at {
            (self.read_error, self.retry) = (Some(error), None);
        }
        false
    }

    /// Whether a reading has no more unreadable rows than the figures shown.
    fn is_no_worse(&self, snapshot: &Snapshot) -> bool {
        let unreadable = |snapshot: &Snapshot| snapshot.report.log.unreadable_rows;
        let latest = self.latest.as_ref();
        latest.is_none_or(|latest| unreadable(snapshot) <= unreadable(latest))
    }

    /// The first error of a reading that is new.
    fn new_problem(&self, snapshot: &Snapshot) -> Problem {
        let latest = self.latest.as_ref();
        let known = latest.map_or(&[][..], |latest| &latest.problems);
        let errors = || {
            snapshot
                .problems
                .iter()
                .filter(|problem| problem.is_error())
        };
        let new = errors().find(|problem| !known.contains(problem));
        let shown = new.or_else(|| errors().next_back()).cloned();
        shown.unwrap_or_else(|| Problem {
            text: "a row cannot be read".to_owned(),
            help: None,
            place: None,
            severity: Severity::Error,
        })
    }

    fn show_figures(
        &mut self,
        snapshot: Snapshot,
        now: DateTime<FixedOffset>,
        at: Duration,
    ) -> bool {
        (self.read_error, self.retry, self.patience) = (None, None, None);
        self.reload_requested = false;
        let before = self.latest.take();
        let latest = self.latest.insert(snapshot);
        self.read_at = Some((now, at));
        let before = before.as_ref().map(|before| &before.report);
        let (level, message, rings) = crossed(&mut self.rung, before, &latest.report, now.time());
        // A message about a level that is left is outdated.
        self.flash = self
            .flash
            .take()
            .filter(|flash| flash.level.is_none() || flash.level == level);
        if let Some(message) = message {
            self.flash(message, level, at);
        }
        self.restore_selection();
        rings && self.bell
    }
}
