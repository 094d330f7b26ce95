//! Reads the files whenever that is worth it, and waits for what comes next. What is made of a reading is decided in `tui`.

use std::{sync::mpsc::Receiver, time::Duration};

use chrono::{DateTime, FixedOffset};

use super::{Event, files::Files};
use crate::{
    analysis::Rows,
    cli::{GlobalArgs, ViewArgs},
    commands::{
        Context,
        load::{self, Asked, Figures},
        locate::{self, Watched},
    },
    failure::Failure,
    store,
    tui::{App, Problem, Reading, Snapshot},
};

/// Everything is shown: the rows of late, and days for the picture.
const ALL: Asked = Asked {
    rows: Rows::Newest(5_000),
    forecast_days: true,
};

pub(super) struct Follower<'a, 'w> {
    pub(super) args: &'a ViewArgs,
    pub(super) global: &'a GlobalArgs,
    pub(super) cx: &'a mut Context<'w>,
    pub(super) watched: Watched,
    /// What the files said when they were last read.
    pub(super) figures: Option<Figures>,
    pub(super) files: Files,
    pub(super) receive: Receiver<Event>,
    /// The files were read before.
    pub(super) begun: bool,
}

impl Follower<'_, '_> {
    pub(super) fn now(&self) -> Result<DateTime<FixedOffset>, Failure> {
        self.cx.now(self.global)
    }

    /// Reads the files.
    pub(super) fn read(&mut self) -> Result<Reading, Failure> {
        self.files.reading((self.cx.uptime)());
        let now = self.now()?;
        let mut months = None;
        let reading = match load::read(self.args, self.global, ALL, self.cx) {
            Ok(read) => {
                let (problems, counted) = (read.found.problems(), read.found.counted());
                let report = read.figures.report(now);
                self.figures = Some(read.figures);
                months = Some(read.months);
                Reading::Good(Box::new(Snapshot {
                    report,
                    problems,
                    counted,
                }))
            }
            Err(_) if store::is_missing(&self.watched.log) => {
                Reading::Gone(self.watched.shown.clone())
            }
            // What was asked for is not to be had, and somebody is there to read so.
            Err(unread) if unread.failure.is_usage() && !self.begun => {
                return Err(unread.failure);
            }
            Err(unread) => {
                let found = unread.found.map(|found| found.problems());
                let mut errors = found
                    .into_iter()
                    .flatten()
                    .filter(|problem| problem.is_error);
                let failure = || Problem {
                    text: unread.failure.to_string(),
                    place: None,
                    is_error: true,
                };
                Reading::Bad(errors.next().unwrap_or_else(failure))
            }
        };
        self.begun = true;
        // Where the settings cannot be read, what mattered before still does.
        let watched = months.and_then(|months| locate::watched(self.global, &months, self.cx).ok());
        let matter = watched.map(|watched| {
            self.watched = watched;
            self.watched.files()
        });
        self.files.done(matter, (self.cx.uptime)());
        Ok(reading)
    }

    /// When to wake for the files. Between a bad reading and its second try they are not read: whoever writes in parts may be
    /// at it still.
    pub(super) fn wake(&self, app: &App) -> Duration {
        let patience = app.patience.filter(|_| app.pause.is_none());
        let wake = patience.map_or(self.files.wake(), |end| end.min(self.files.wake()));
        app.retry.filter(|_| app.pause.is_none()).unwrap_or(wake)
    }

    /// Whether the files are to be read now.
    pub(super) fn is_due(&mut self, app: &App, at: Duration) -> bool {
        let patience = app.patience.filter(|_| app.pause.is_none());
        match app.retry.filter(|_| app.pause.is_none()) {
            Some(retry) => retry <= at,
            None => self.files.is_due(at) || patience.is_some_and(|end| end <= at),
        }
    }

    /// The next event; none where something else is due before one comes.
    pub(super) fn next(&self, wake: Duration) -> Option<Event> {
        let left = wake.saturating_sub((self.cx.uptime)());
        self.receive.recv_timeout(left).ok()
    }
}
