//! Reads the files when they may have changed, and waits for events between. `tui` decides what to show of a reading; without a
//! screen, it is a line for each change.

use std::{sync::mpsc::Receiver, time::Duration};

use chrono::{DateTime, FixedOffset, Timelike};

use super::{Event, notifier::Notifier};
use crate::{
    commands::{run::Run, watch::scheduler::ReadScheduler},
    diagnostic::{Diagnostic, Severity},
    exit::ExitCode,
    failure::Failure,
    model::Level,
    render::{self, OutputStyle},
    session::{LoadFailure, ReadFiles, Session, WatchedFiles},
    store,
    terminal::Input,
    text,
    tui::{
        App, Problem, ReadError, Reading, Snapshot,
        view::{self, ViewContext},
    },
};

pub struct Follower<'a, 'w> {
    pub session: Session,
    pub run: Run<'a, 'w>,
    pub watched: WatchedFiles,
    pub read_files: text::Files,
    pub scheduler: ReadScheduler,
    pub receive: Receiver<Event>,
    pub begun: bool,
    /// Sends notices, if that is asked for.
    pub notifier: Option<Notifier>,
}

impl Follower<'_, '_> {
    pub fn now(&self) -> Result<DateTime<FixedOffset>, Failure> {
        self.run.now_in(self.session.timezone())
    }

    pub fn read(&mut self) -> Result<Reading, Failure> {
        self.scheduler.reading((self.run.cx.uptime)());
        let mut watched = None;
        let reading = match self.load() {
            Ok(snapshot) => {
                // If the settings cannot be read, the same files as before are watched.
                watched = self.session.watched_files().ok();
                Ok(Box::new(snapshot))
            }
            Err(_) if store::is_missing(&self.watched.log) => {
                Err(ReadError::Gone(self.watched.shown.clone()))
            }
            // The command line asks for something that does not exist: the run ends with that message.
            Err(LoadFailure { failure, .. }) if failure.is_usage() && !self.begun => {
                return Err(failure);
            }
            Err(LoadFailure { mut failure, files }) => {
                let problems = files.as_deref().map(problems).unwrap_or_default();
                if let Some(files) = files {
                    self.read_files = files.files;
                }
                let first = problems.into_iter().find(Problem::is_error);
                Err(ReadError::Unreadable(first.unwrap_or_else(|| Problem {
                    text: failure.to_string(),
                    help: failure.take_help(),
                    place: None,
                    severity: Severity::Error,
                })))
            }
        };
        self.begun = true;
        let matter = watched.map(|watched| {
            self.watched = watched;
            self.watched.files.clone()
        });
        self.scheduler.done(matter, (self.run.cx.uptime)());
        Ok(reading)
    }

    fn load(&mut self) -> Result<Snapshot, LoadFailure> {
        let log = self.session.locate()?;
        let timezone = log.settings.timezone.as_deref();
        let now = self.run.now_in(timezone)?;
        self.session.set_zone(self.run.zone_in(timezone, now));
        let (loaded, report) = self.session.load(log, now, self.run.cx.input)?;
        self.read_files = loaded.files.files.clone();
        Ok(Snapshot {
            report,
            problems: problems(&loaded.files),
            counted: render::count_findings(&loaded.files.findings),
            counted_all: render::count_all(&loaded.files.findings),
            unlisted: loaded.files.findings.dropped(),
        })
    }

    /// Sends the notices that the figures shown ask for. Those of a bad reading wait for a good one.
    pub fn notify(&mut self, app: &App) {
        let at = (self.run.cx.uptime)();
        let is_shown = app.read_error.is_none() && app.retry.is_none() && app.pause.is_none();
        if let Some(notifier) = &mut self.notifier {
            notifier.end_wait(at);
        }
        if let Some(notifier) = &mut self.notifier
            && let Some(latest) = app.latest.as_ref().filter(|_| is_shown)
        {
            let level = self.session.log_files().settings.alert.level;
            let from = level.unwrap_or(Level::Note);
            notifier.consider(&latest.report, self.session.notices(), (from, at));
        }
    }

    /// Lets notices that failed be sent again with the next figures.
    pub const fn retry_notices(&mut self) {
        if let Some(notifier) = &mut self.notifier {
            notifier.retry();
        }
    }

    /// What became of notices that were sent, once.
    pub fn notified(&mut self) -> Option<Result<String, String>> {
        let at = (self.run.cx.uptime)();
        self.notifier.as_mut()?.outcome(at)
    }

    fn say_notified(&mut self) {
        match self.notified() {
            Some(Ok(sent)) => self.run.note(sent),
            Some(Err(failed)) => self.run.urgent_note(failed),
            None => {}
        }
    }

    /// When notices may be sent again.
    pub fn notify_wake(&self) -> Option<Duration> {
        self.notifier.as_ref()?.wake()
    }

    /// When to wake for the files. Between a bad reading and its second try they are not read: another program may still be
    /// writing.
    pub fn wake(&self, app: &App) -> Duration {
        let (retry, patience) = times(app);
        let wake = patience
            .into_iter()
            .fold(self.scheduler.wake(), Duration::min);
        retry.unwrap_or(wake)
    }

    pub fn is_due(&mut self, app: &App, at: Duration) -> bool {
        match times(app) {
            (Some(retry), _) => retry <= at,
            (None, patience) => self.scheduler.is_due(at) || patience.is_some_and(|end| end <= at),
        }
    }

    /// The next event. None if something else is due first.
    pub fn next(&self, wake: Duration) -> Option<Event> {
        let left = wake.saturating_sub((self.run.cx.uptime)());
        self.receive.recv_timeout(left).ok()
    }

    /// When the next day begins.
    fn midnight(&self) -> Result<Duration, Failure> {
        let passed = u64::from(self.now()?.num_seconds_from_midnight());
        let left = Duration::from_secs((24 * 60 * 60_u64).saturating_sub(passed));
        Ok((self.run.cx.uptime)() + left)
    }

    /// Writes a line at the start and for each change, until the reader is gone.
    pub fn in_lines(&mut self, first: Reading) -> Result<ExitCode, Failure> {
        let (mut app, mut last) = (App::default(), None);
        let style = OutputStyle {
            width: None,
            ..self.run.style()
        };
        let mut reading = first;
        // A day may begin a month, and then the figures are those of that month.
        let mut day = match &reading {
            Ok(snapshot) => snapshot.report.now,
            Err(_) => self.now()?,
        }
        .date_naive();
        loop {
            let (now, at) = (self.now()?, (self.run.cx.uptime)());
            app.take(reading, now, at);
            self.notify(&app);
            let view = ViewContext {
                style,
                now,
                age: None,
            };
            let line = view::line(&app, view);
            // What is written is rounded: a figure may change where it does not.
            let used = app.latest.as_ref().map(|latest| latest.report.used.clone());
            let current = Some((line, used));
            if current != last
                && let Some((line, _)) = &current
            {
                let time = now.format("%Y-%m-%dT%H:%M:%S%:z");
                self.run.print(|out| writeln!(out, "{time} {line}"))?;
                last = current;
            }
            while !self.is_due(&app, (self.run.cx.uptime)()) && self.now()?.date_naive() == day {
                let notify_wake = self.notify_wake();
                let wake = self.wake(&app).min(self.midnight()?);
                let wake = notify_wake.map_or(wake, |notify| notify.min(wake));
                match self.next(wake) {
                    Some(Event::Input(Input::Gone)) => return Ok(ExitCode::Success),
                    Some(Event::Hint) => self.scheduler.hinted((self.run.cx.uptime)()),
                    Some(Event::Notified) => self.say_notified(),
                    Some(Event::Input(_)) | None => {}
                }
                if notify_wake.is_some_and(|wake| wake <= (self.run.cx.uptime)()) {
                    self.notify(&app);
                }
            }
            day = self.now()?.date_naive();
            reading = self.read()?;
        }
    }
}

/// When a bad reading is tried again, and when figures are shown even if rows cannot be read. Neither happens during a pause.
fn times(app: &App) -> (Option<Duration>, Option<Duration>) {
    match app.pause {
        Some(_) => (None, None),
        None => (app.retry, app.patience),
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
        help: None,
        place: Some((finding.place.file, finding.place.line)),
        severity: finding.severity(),
    };
    kept.map(problem).collect()
}
