//! Reads the files when they may have changed, and waits for events between. `tui` decides what to show of a reading.

use std::{sync::mpsc::Receiver, time::Duration};

use chrono::{DateTime, FixedOffset};

use super::Event;
use crate::{
    commands::{run::Run, watch::files::Files},
    diagnostic::{Diagnostic, Severity},
    failure::Failure,
    render,
    session::{LoadFailure, ReadFiles, Session, WatchedFiles},
    store, text,
    tui::{App, Problem, Reading, Snapshot},
};

pub struct Follower<'a, 'w> {
    pub session: Session,
    pub run: Run<'a, 'w>,
    pub watched: WatchedFiles,
    pub read_files: text::Files,
    pub files: Files,
    pub receive: Receiver<Event>,
    pub begun: bool,
}

impl Follower<'_, '_> {
    pub fn now(&self) -> Result<DateTime<FixedOffset>, Failure> {
        self.run.now_in(self.session.timezone())
    }

    pub fn read(&mut self) -> Result<Reading, Failure> {
        self.files.reading((self.run.cx.uptime)());
        let mut watched = None;
        let reading = match self.load() {
            Ok(snapshot) => {
                // If the settings cannot be read, the same files as before are watched.
                watched = self.session.watched_files().ok();
                Reading::Good(Box::new(snapshot))
            }
            Err(_) if store::is_missing(&self.watched.log) => {
                Reading::Gone(self.watched.shown.clone())
            }
            // The command line asks for something that does not exist: the run ends with that message.
            Err(LoadFailure { failure, .. }) if failure.is_usage() && !self.begun => {
                return Err(failure);
            }
            Err(LoadFailure { failure, files }) => {
                let problems = files.as_deref().map(problems).unwrap_or_default();
                if let Some(files) = files {
                    self.read_files = files.files;
                }
                let first = problems.into_iter().find(|problem| problem.is_error);
                Reading::Bad(first.unwrap_or_else(|| Problem {
                    text: failure.to_string(),
                    place: None,
                    is_error: true,
                }))
            }
        };
        self.begun = true;
        let matter = watched.map(|watched| {
            self.watched = watched;
            self.watched.files.clone()
        });
        self.files.done(matter, (self.run.cx.uptime)());
        Ok(reading)
    }

    fn load(&mut self) -> Result<Snapshot, LoadFailure> {
        let log = self.session.locate()?;
        let now = self.run.now_in(log.settings.timezone.as_deref())?;
        let (loaded, report) = self.session.load(log, now, self.run.cx.input)?;
        self.read_files = loaded.files.files.clone();
        Ok(Snapshot {
            report,
            problems: problems(&loaded.files),
            counted: render::count_findings(&loaded.files.findings),
        })
    }

    /// When to wake for the files. Between a bad reading and its second try they are not read: another program may still be
    /// writing.
    pub fn wake(&self, app: &App) -> Duration {
        let patience = app.patience.filter(|_| app.pause.is_none());
        let wake = patience.map_or(self.files.wake(), |end| end.min(self.files.wake()));
        app.retry.filter(|_| app.pause.is_none()).unwrap_or(wake)
    }

    pub fn is_due(&mut self, app: &App, at: Duration) -> bool {
        let patience = app.patience.filter(|_| app.pause.is_none());
        match app.retry.filter(|_| app.pause.is_none()) {
            Some(retry) => retry <= at,
            None => self.files.is_due(at) || patience.is_some_and(|end| end <= at),
        }
    }

    /// The next event. None if something else is due first.
    pub fn next(&self, wake: Duration) -> Option<Event> {
        let left = wake.saturating_sub((self.run.cx.uptime)());
        self.receive.recv_timeout(left).ok()
    }
}

/// The findings that are listed, each with its place.
fn problems(read: &ReadFiles) -> Vec<Problem> {
    let kept = read.findings.kept().iter();
    let problem = |finding: &Diagnostic| Problem {
        text: format!(
            "{} {}",
            read.files.position(&finding.place),
            finding.message
        ),
        place: Some((finding.place.file, finding.place.line)),
        is_error: finding.severity() == Severity::Error,
    };
    kept.map(problem).collect()
}
