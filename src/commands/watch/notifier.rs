//! Sends notices while the log is followed: when some are due, `tokmon alert` is run for them, as cron would run it. It is a process of
//! its own, so that nothing here waits for a program, and what was begun is completed when the dashboard is closed.

use std::{
    ffi::{OsStr, OsString},
    sync::mpsc::{Receiver, Sender, TryRecvError, channel},
    thread,
    time::Duration,
};

use serde_json::Value;

use super::Event;
use crate::{
    analysis::{NoticeOptions, StatusReport, notices},
    cli::GlobalArgs,
    commands::run::Run,
    failure::Failure,
    model::{Level, Notice},
    program::{Program, ProgramFailure},
};

/// The first and the longest time after a failure until notices are sent again.
const RETRY: (Duration, Duration) = (Duration::from_secs(60), Duration::from_secs(60 * 60));

/// The time after a success: what it wrote into the log is read meanwhile.
const REST: Duration = Duration::from_secs(1);

pub struct Notifier {
    program: Program,
    send: Sender<Event>,
    /// The run that was started last, until its outcome is taken: the messages of what it sent.
    running: Option<Receiver<Result<Vec<String>, String>>>,
    not_before: Duration,
    /// The time until the next try, if this one fails.
    retry: Duration,
    /// What was tried last: other notices need not wait for it.
    tried: Vec<Notice<'static>>,
}

impl Notifier {
    /// Fails where there is no program, or one that is not trusted. `words` is the program, or nothing for that of the settings.
    pub fn new(
        words: &[OsString],
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
            send,
            running: None,
            not_before: Duration::ZERO,
            retry: RETRY.0,
            tried: Vec::new(),
        })
    }

    /// Lets notices be sent again at once.
    pub const fn retry(&mut self) {
        (self.not_before, self.retry) = (Duration::ZERO, RETRY.0);
    }

    /// Ends a wait that is over.
    pub fn end_wait(&mut self, at: Duration) {
        if self.not_before <= at {
            self.not_before = Duration::ZERO;
        }
    }

    /// Starts to send the notices that a report asks for, unless some are being sent. Those that failed wait.
    pub fn consider(
        &mut self,
        report: &StatusReport,
        lines: &[Notice<'_>],
        (from, at): (Level, Duration),
    ) {
        let waits = at < self.not_before;
        if self.running.is_some() || !report.is_current_month {
            return;
        }
        let options = NoticeOptions {
            from,
            period: report.period_key(),
            time: report.now,
        };
        let notices = notices(report, lines, options);
        let mut due = notices.due.iter().map(|notice| &notice.line);
        let is_new = due.any(|line| !self.tried.iter().any(|tried| is_alike(tried, line)));
        let has_any = !notices.due.is_empty() || !notices.rearmed.is_empty();
        if !has_any || waits && !is_new {
            return;
        }
        self.tried = notices.due.into_iter().map(|notice| notice.line).collect();
        let (say, outcome) = channel();
        let (program, send) = (self.program.clone(), self.send.clone());
        thread::spawn(move || {
            let (ended, output) = program.output();
            let delivered = ended.map(|()| messages(&output, "sent", "message"));
            let problem = || messages(&output, "failed", "problem").into_iter().next();
            let failed = |failure: ProgramFailure| {
                let problem = problem().map(|problem| format!("not sent: {problem}"));
                problem.unwrap_or_else(|| brief(&failure.to_string()))
            };
            // Fails where the run is ending.
            let _ = say.send(delivered.map_err(failed));
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
        // What was not sent although it is due is not tried again at once.
        let has_sent = outcome.as_ref().is_ok_and(|sent| !sent.is_empty());
        if has_sent {
            (self.not_before, self.retry) = (at + REST, RETRY.0);
        } else {
            self.not_before = at + self.retry;
            self.retry = (self.retry * 2).min(RETRY.1);
        }
        match outcome {
            Ok(sent) => {
                let (first, others) = sent.split_first()?;
                Some(Ok(match others.len() {
                    0 => format!("sent: {first}"),
                    more => format!("sent: {first}, and {more} more"),
                }))
            }
            Err(why) => Some(Err(why)),
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

/// A text of each notice of a run that had some outcome.
fn messages(output: &[u8], outcome: &str, key: &str) -> Vec<String> {
    let document: Value = serde_json::from_slice(output).unwrap_or_default();
    let notices = document["notices"].as_array().into_iter().flatten();
    let of_outcome = notices.filter(|notice| notice["outcome"] == outcome);
    let texts = of_outcome.filter_map(|notice| notice[key].as_str());
    texts.map(str::to_owned).collect()
}

/// Whether two lines are about the same threshold of the same figure.
fn is_alike(one: &Notice<'_>, other: &Notice<'_>) -> bool {
    (one.threshold, &one.scope, one.basis, one.is_of_money())
        == (
            other.threshold,
            &other.scope,
            other.basis,
            other.is_of_money(),
        )
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
    let mut args: Vec<OsString> = ["alert", "--quiet", "--json"].map(OsString::from).to_vec();
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
