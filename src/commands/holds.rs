//! `tokmon holds`: what `guard --hold` reserved, and how to free it before its time is over.

use std::time::Duration;

use chrono::{DateTime, FixedOffset};

use super::{edit_session::EditSession, run::Run};
use crate::{
    analysis::{HoldState, guard::GuardRequest},
    cli::HoldsArgs,
    edit,
    exit::ExitCode,
    failure::Failure,
    render::{
        self,
        holds::{HoldRow, HoldsDocument},
    },
    session::{self, JudgeOptions, KeptHold, LogFiles},
    store::{Opened, RewriteError},
    text::newline,
};

pub fn run(args: &HoldsArgs, run: &mut Run<'_, '_>) -> Result<ExitCode, Failure> {
    let options = run.judge_options()?;
    let (log, freed) = if args.free.is_empty() {
        (run.locate()?, Vec::new())
    } else {
        free(&args.free, args.wait, run)?
    };
    let opened = log.open(run.cx.input)?;
    let holds = holds(&log, opened, &options)?;
    let document = HoldsDocument {
        schema_version: render::holds::VERSION,
        file: log.shown,
        now: options.now,
        reserved_tokens: holds.iter().map(|hold| hold.tokens).sum(),
        holds: holds.into_iter().map(row).collect(),
        freed,
    };
    if !run.is_silent() {
        let (format, style) = (run.format(), run.style());
        run.print(|out| document.write(format, style, out))?;
    }
    Ok(ExitCode::Success)
}

fn holds(log: &LogFiles, opened: Opened, options: &JudgeOptions) -> Result<Vec<KeptHold>, Failure> {
    let guarded = session::guarded(log, opened, &GuardRequest::default(), options);
    Ok(guarded.map_err(|error| error.failure)?.holds)
}

fn row(hold: KeptHold) -> HoldRow {
    HoldRow {
        id: hold.id,
        team: hold.team,
        tokens: hold.tokens,
        cost: hold.cost,
        model: hold.model,
        overridden: hold.overridden,
        since: hold.since,
        until: hold.until,
        line: hold.line,
    }
}

/// Frees holds, all or none. One that has ended already is no failure. Returns the ids of those that are freed now.
fn free(
    ids: &[String],
    wait: Duration,
    run: &mut Run<'_, '_>,
) -> Result<(LogFiles, Vec<String>), Failure> {
    let session = EditSession::open(run)?;
    let (mut freed, mut notes) = (Vec::new(), Vec::new());
    let appended = session.target.append_decided(wait, &mut |bytes| {
        session.check_form(bytes)?;
        let text = session.utf8(bytes.clone())?;
        let newline = newline(&text);
        let options = run.judge_options()?;
        let opened = Opened::Memory(text.into_bytes());
        let states = session::hold_states(&session.log, opened, ids, &options);
        let states = states.map_err(|error| error.failure)?;
        let mut lines = String::new();
        let (mut now_freed, mut now_noted) = (Vec::new(), Vec::new());
        for (id, (state, _)) in ids.iter().zip(states) {
            match state {
                HoldState::Live if now_freed.contains(id) => {}
                HoldState::Live => {
                    let line = edit::free_line(id, options.now);
                    lines += &line.map_err(|(wrong, help)| Failure::usage(wrong).help(help))?;
                    lines += newline;
                    now_freed.push(id.clone());
                }
                state => {
                    let unknown = || {
                        let help = "`tokmon holds` lists those that have not ended";
                        Failure::usage(format!("the log has no hold with the id {id}")).help(help)
                    };
                    now_noted.push(ended(id, state, options.now).ok_or_else(unknown)?);
                }
            }
        }
        // Where the log was replaced after lines were written, it may have them already.
        if freed.is_empty() {
            (freed, notes) = (now_freed, now_noted);
        }
        Ok::<_, Failure>((!lines.is_empty()).then_some(lines))
    });
    match appended {
        Ok(()) => {}
        Err(RewriteError::Plan(failure)) => return Err(failure),
        Err(RewriteError::Write(error)) => return Err(error.into()),
    }
    for note in notes {
        run.note(note);
    }
    Ok((session.log, freed))
}

/// That a hold has ended already, and how. None for one that never was.
pub(super) fn ended(id: &str, state: HoldState, now: DateTime<FixedOffset>) -> Option<String> {
    match state {
        HoldState::Live | HoldState::Unknown => None,
        HoldState::Expired(at) => {
            let at = at.with_timezone(now.offset()).format("%Y-%m-%d %H:%M");
            Some(format!("the hold {id} ended by itself at {at}"))
        }
        HoldState::Ended => Some(format!("the hold {id} has ended already")),
    }
}
