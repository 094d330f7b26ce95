//! Sends notices while the log is followed: when some are due, `tokmon alert` is run for them, as cron would run it. It is a process of
//! its own, so that nothing here waits for a program, and what was begun is completed when the dashboard is closed.

use std::{
    ffi::{OsStr, OsString},
    sync::mpsc::{Receiver, Sender, TryRecvError, channel},
    thread,
    time::Duration,
};

use super::Event;
use crate::{
    analysis::{NoticeOptions, StatusReport, notices},
    cli::GlobalArgs,
    commands::run::Run,
    failure::Failure,
    model::{Level, Notice},
    program::{Program, ProgramInput},
};

/// The time after a failure until notices are sent again.
const RETRY: Duration = Duration::from_secs(60);

/// The time after a success: what it wrote into the log is read meanwhile.
const REST: Duration = Duration::from_secs(1);

pub struct Notifier {
    program: Program,
    from: Level,
    send: Sender<Event>,
    /// The run that was started last, until its outcome is taken.
    running: Option<Receiver<Result<(), String>>>,
    /// What it was started for.
    message: String,
    not_before: Duration,
}

impl Notifier {
    /// Fails where there is no program, or one that is not trusted. `words` is the program, or nothing for that of the settings.
    pub fn new(
        words: &[OsString],
        from: Level,
        send: Sender<Event>,
        run: &Run<'_, '_>,
    ) -> Result<Self, Failure> {
        let path = std::env::current_exe().map_err(|error| {
            Failure::from(anyhow::Error::new(error).context("cannot find the program of tokmon"))
        })?;
        Ok(Self {
            program: Program {
                path: path.into(),
                args: arguments(run.global, words),
                folder: run.cx.folder.clone(),
            },
            from,
            send,
            running: None,
            message: String::new(),
            not_before: Duration::ZERO,
        })
    }

    /// Whether notices may be sent: none are being sent, and the last ones did not fail just now.
    pub fn is_ready(&mut self, at: Duration) -> bool {
        let is_ready = self.running.is_none() && self.not_before <= at;
        if is_ready {
            self.not_before = Duration::ZERO;
        }
        is_ready
    }

    /// Starts to send the notices that a report asks for.
    pub fn consider(&mut self, report: &StatusReport, lines: &[Notice<'_>]) {
        if !report.is_current_month {
            return;
        }
        let options = NoticeOptions {
            from: self.from,
            period: report.period_key(),
            time: report.now,
        };
        let notices = notices(report, lines, options);
        if notices.due.is_empty() && notices.rearmed.is_empty() {
            return;
        }
        self.message = match notices.due.as_slice() {
            [] => String::new(),
            [one] => format!("sent: {}", one.message),
            [first, others @ ..] => format!("sent: {}, and {} more", first.message, others.len()),
        };
        let (say, outcome) = channel();
        let (program, send) = (self.program.clone(), self.send.clone());
        thread::spawn(move || {
            let ended = program.run(ProgramInput::default(), Duration::MAX, &|| false);
            // Fails where the run is ending.
            let _ = say.send(ended.map_err(|failure| failure.to_string()));
            let _ = send.send(Event::Notified);
        });
        self.running = Some(outcome);
    }

    /// What became of the notices, once: nothing while they are being sent.
    pub fn outcome(&mut self, at: Duration) -> Option<Result<String, String>> {
        let outcome = match self.running.as_ref()?.try_recv() {
            Ok(outcome) => outcome,
            Err(TryRecvError::Empty) => return None,
            Err(TryRecvError::Disconnected) => Err("tokmon alert ended early".to_owned()),
        };
        self.running = None;
        self.not_before = at + if outcome.is_ok() { REST } else { RETRY };
        match outcome {
            Ok(()) if self.message.is_empty() => None,
            Ok(()) => Some(Ok(self.message.clone())),
            Err(why) => Some(Err(brief(&why))),
        }
    }

    /// When notices that failed are due again.
    pub const fn wake(&self) -> Option<Duration> {
        if self.running.is_none() && !self.not_before.is_zero() {
            Some(self.not_before)
        } else {
            None
        }
    }
}

/// The message of a failed run on one line: what tokmon wrote, without its own name.
fn brief(why: &str) -> String {
    let line = why
        .split_once("tokmon: ")
        .map_or(why, |(_, message)| message);
    line.lines().next().unwrap_or_default().to_owned()
}

/// The command line that sends notices for the same log.
fn arguments(global: &GlobalArgs, words: &[OsString]) -> Vec<OsString> {
    let mut args: Vec<OsString> = ["alert", "--quiet"].map(OsString::from).to_vec();
    let mut option = |name: &str, value: Option<&OsStr>| {
        if let Some(value) = value {
            let mut arg = OsString::from(name);
            arg.push("=");
            arg.push(value);
            args.push(arg);
        }
    };
    option("--file", global.file.as_deref().map(AsRef::as_ref));
    option("--config", global.config.as_deref().map(AsRef::as_ref));
    option("--timezone", global.timezone.as_deref().map(OsStr::new));
    let budget = global.budget.map(|budget| budget.0.to_string());
    option("--budget", budget.as_deref().map(OsStr::new));
    let now = global.now.map(|now| now.to_rfc3339());
    option("--now", now.as_deref().map(OsStr::new));
    args.push("--on-alert".into());
    args.extend(words.iter().cloned());
    args
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_shown_in_a_line() {
        let why = "exited with 75: tokmon: not sent, and due again in the next run: 90% (x exited with 1)\nmore";
        assert_eq!(
            brief(why),
            "not sent, and due again in the next run: 90% (x exited with 1)"
        );
        assert_eq!(brief("was ended by signal 9"), "was ended by signal 9");
    }
}
