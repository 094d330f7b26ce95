//! `tokmon holds`: what `guard --hold` reserved, and how to free it before its time is over.

use chrono::{DateTime, FixedOffset};

use super::{edit_session::EditSession, guard::options, run::Run};
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
    session::{self, GuardOptions, KeptHold, LogFiles},
    store::Opened,
    text::Source,
};

pub fn run(args: &HoldsArgs, run: &mut Run<'_, '_>) -> Result<ExitCode, Failure> {
    let options = options(run)?;
    let (log, freed) = if args.free.is_empty() {
        (run.locate()?, Vec::new())
    } else {
        free(&args.free, &options, run)?
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

fn holds(log: &LogFiles, opened: Opened, options: &GuardOptions) -> Result<Vec<KeptHold>, Failure> {
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
        until: hold.until,
        line: hold.line,
    }
}

/// Frees holds, all or none. One that has ended already is no failure. Returns the ids of those that are freed now.
fn free(
    ids: &[String],
    options: &GuardOptions,
    run: &mut Run<'_, '_>,
) -> Result<(LogFiles, Vec<String>), Failure> {
    let session = EditSession::open(run)?;
    let text = session.writable(session.text(run)?.into_bytes())?;
    let newline = Source::new(text.clone()).newline();
    let (mut lines, mut freed) = (String::new(), Vec::new());
    for id in ids {
        let opened = Opened::Memory(text.clone().into_bytes());
        let state = session::hold_state(&session.log, opened, id, options);
        match state.map_err(|error| error.failure)? {
            HoldState::Live if freed.contains(id) => {}
            HoldState::Live => {
                let line = edit::free_line(id, options.now);
                lines += &line.map_err(|(wrong, help)| Failure::usage(wrong).help(help))?;
                lines += newline;
                freed.push(id.clone());
            }
            state => {
                let unknown = || {
                    let message = format!("the log has no hold with the id {id}");
                    Failure::usage(message).help("`tokmon holds` lists those that have not ended")
                };
                run.note(ended(id, state, options.now).ok_or_else(unknown)?);
            }
        }
    }
    if !lines.is_empty() {
        let is_there = |log: &[u8]| {
            let log = String::from_utf8_lossy(log);
            lines.lines().all(|line| log.contains(line))
        };
        session.target.append(&lines, &is_there)?;
    }
    Ok((session.log, freed))
}

/// That a hold has ended already, and how. None for one that never was.
fn ended(id: &str, state: HoldState, now: DateTime<FixedOffset>) -> Option<String> {
    match state {
        HoldState::Live | HoldState::Unknown => None,
        HoldState::Expired(at) => {
            let at = at.with_timezone(now.offset()).format("%Y-%m-%d %H:%M");
            Some(format!("the hold {id} ended by itself at {at}"))
        }
        HoldState::Ended => Some(format!("the hold {id} has ended already")),
    }
}
