//! `tokmon budget`: every limit that applies, and how a budget that is reset by hand begins anew. A reset is decided under the lock of
//! the log, so that no usage falls between what it says was used and itself.

use std::path::Path;

use super::{edit_session::EditSession, run::Run};
use crate::{
    analysis::{Cap, StatusReport, TeamReport, caps, guard::GuardRequest},
    cli::BudgetArgs,
    edit,
    exit::ExitCode,
    failure::Failure,
    model::{BudgetReset, EventKind, LogEvent, Month},
    render::{
        self,
        budget::{BudgetDocument, CapRow},
    },
    session::{self, GuardedLog, JudgeOptions, LogFiles},
    store::{Opened, RewriteError},
    text::Source,
};

/// The most bytes of an answer that are read.
const MAX_ANSWER: usize = 16;

pub fn run(args: &BudgetArgs, run: &mut Run<'_, '_>) -> Result<ExitCode, Failure> {
    let log = if args.reset {
        match reset(args, run)? {
            Some(log) => log,
            None => return Ok(ExitCode::Findings),
        }
    } else {
        run.locate()?
    };
    let opened = log.open(run.cx.input)?;
    let guarded = guarded(&log, opened, &run.judge_options()?)?;
    let document = document(&log, guarded, args.reset);
    if !run.is_silent() {
        let (format, style) = (run.format(), run.style());
        run.print(|out| document.write(format, style, out))?;
    }
    Ok(ExitCode::Success)
}

fn guarded(log: &LogFiles, opened: Opened, options: &JudgeOptions) -> Result<GuardedLog, Failure> {
    let guarded = session::guarded(log, opened, &GuardRequest::default(), options);
    guarded.map_err(|error| error.failure)
}

fn document(log: &LogFiles, guarded: GuardedLog, was_reset: bool) -> BudgetDocument {
    let report = guarded.report;
    let caps = caps(&report);
    let thresholds = report.budget.thresholds;
    let names = log.names();
    let row = |cap: &Cap| {
        let file = cap.place.map(|place| names.name(place.file).to_owned());
        CapRow::new(cap, &thresholds, file)
    };
    BudgetDocument {
        schema_version: render::budget::VERSION,
        file: log.shown.clone(),
        now: report.now,
        month: report.month,
        reset: log.settings.policy.reset,
        resets_at: report.resets_at,
        caps: caps.iter().map(row).collect(),
        thresholds,
        overrides: report.overrides.len(),
        unlimited: unlimited(&report),
        done: done(&report),
        overridden: report.overrides,
        period: report.period,
        was_reset,
    }
}

/// The teams that only the budget of all teams limits, if there is one.
fn unlimited(report: &StatusReport) -> Vec<String> {
    let is_unlimited =
        |team: &&TeamReport| team.allocated_tokens.is_none() && team.cost_budget.is_none();
    let teams = report.teams.iter().filter(is_unlimited);
    teams.map(|team| team.name.clone()).collect()
}

/// The teams whose limits are worth an alert, of which none is sent since they are done.
fn done(report: &StatusReport) -> Vec<String> {
    let teams = report.teams.iter().filter(|team| team.is_silent());
    teams.map(|team| team.name.clone()).collect()
}

/// Begins a new period, if that is confirmed.
fn reset(args: &BudgetArgs, run: &mut Run<'_, '_>) -> Result<Option<LogFiles>, Failure> {
    let session = EditSession::open(run)?;
    if session.log.settings.policy.reset != BudgetReset::Manual {
        return Err(begins_anew_each_month(&session.log));
    }
    if !args.yes && !is_confirmed(&session, run)? {
        run.urgent_note("the budget is not reset");
        return Ok(None);
    }
    let by = run.author();
    let id = run.random_id();
    let mut written = String::new();
    let appended = session.target.append_decided(args.wait, &mut |bytes| {
        let text = session.writable(bytes.clone())?;
        // The log was replaced after the lines were written, and has them.
        if !written.is_empty() && text.contains(&written) {
            return Ok(None);
        }
        let opened = Opened::Memory(bytes.clone());
        // The moment under the lock: time passes with the question, and with waiting.
        let options = run.judge_options()?;
        let now = options.now;
        let event = LogEvent {
            by: by.as_deref().map(Into::into),
            reason: args.reason.as_deref().map(Into::into),
            id: Some(id.as_str().into()),
            ..LogEvent::new(EventKind::Reset, now, Month::of(now.date_naive()))
        };
        let baselines = session::baselines(&session.log, opened, &options);
        let baselines = baselines.map_err(|error| error.failure)?;
        let source = Source::new(text);
        let newline = source.newline();
        let last = source.text().lines().last().unwrap_or_default();
        let mut lines = String::new();
        if last.trim_start().starts_with('|') {
            // Markdown would show the line as a row of the table.
            lines += newline;
        }
        for event in std::iter::once(&event).chain(&baselines) {
            let line = edit::event_line(event);
            lines += &line.map_err(|(wrong, help)| Failure::usage(wrong).help(help))?;
            lines += newline;
        }
        written.clone_from(&lines);
        Ok::<_, Failure>(Some(lines))
    });
    match appended {
        Ok(()) => {
            if by.is_none() {
                run.note("the log does not say who reset the budget, since neither TOKMON_AGENT nor USER is set");
            }
            Ok(Some(session.log))
        }
        Err(RewriteError::Plan(failure)) => Err(failure),
        Err(RewriteError::Write(error)) => Err(error.into()),
    }
}

/// Why a budget is not reset by hand, and what to write where so that it is.
fn begins_anew_each_month(log: &LogFiles) -> Failure {
    let message = "this budget begins anew with each month";
    let settings = log.shown_settings.as_ref();
    let place = settings.map_or_else(
        || {
            let beside = Path::new(&log.shown).with_file_name("tokmon.toml");
            let beside = if log.path.is_some() {
                beside
            } else {
                "tokmon.toml".into()
            };
            format!(
                "create {} with the lines `[budget]` and `reset = \"manual\"`",
                beside.display()
            )
        },
        |settings| format!("write `reset = \"manual\"` under [budget] in {settings}"),
    );
    Failure::config(message).help(format!(
        "to reset it by hand, {place}. Until the first reset, all of the log counts"
    ))
}

/// Asks on a terminal. Elsewhere, `--yes` is needed.
fn is_confirmed(session: &EditSession, run: &mut Run<'_, '_>) -> Result<bool, Failure> {
    if !run.cx.input_is_terminal {
        let message =
            "--reset asks before it begins a new period, and standard input is no terminal";
        return Err(
            Failure::usage(message).help("add --yes to reset the budget without a question")
        );
    }
    let opened = session.log.open(run.cx.input)?;
    let report = guarded(&session.log, opened, &run.judge_options()?)?.report;
    let since = report.period.as_ref().and_then(|period| period.since);
    let since = match since {
        Some(since) => format!("since {}", since.format("%Y-%m-%d %H:%M")),
        None => "since the log began".to_owned(),
    };
    let spent = render::spent_and_level(&report);
    let question = format!(
        "{spent}, {since}. Reset the budget of {}? [y/N] ",
        session.log.shown
    );
    let _ = write!(run.cx.err, "{}", render::sanitize(&question));
    let _ = run.cx.err.flush();
    let mut answer = Vec::new();
    let mut byte = [0];
    // What follows the line is left to others.
    while answer.len() < MAX_ANSWER
        && run.cx.input.read(&mut byte).is_ok_and(|read| read > 0)
        && byte != *b"\n"
    {
        answer.extend(byte);
    }
    let answer = String::from_utf8_lossy(&answer).trim().to_ascii_lowercase();
    Ok(matches!(answer.as_str(), "y" | "yes"))
}
