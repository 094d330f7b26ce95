//! Settles appended usage into the tables, unless another program uses the log, and shows what that would change. For all commands that
//! append usage.

use std::{collections::BTreeMap, time::Duration};

use super::{edit_session::EditSession, run::Run};
use crate::{
    edit::{self, ArchivesOf, Revision},
    exit::ExitCode,
    failure::Failure,
    log, render,
    store::{Change, RewriteError, RewriteOptions, WriteError},
    text::Source,
};

/// A log up to this size is read and rewritten in a few milliseconds. A longer one is settled by `check --fix` or `archive`, as appending
/// must not take long.
const SETTLED_AT_ONCE: usize = 1024 * 1024;

/// How long to wait for other programs before lines stay unsettled: long enough for a dashboard or a server to read the new lines.
const SETTLE_WAIT: Duration = Duration::from_millis(50);

/// Settles the usage lines of the log. If that fails, such as while another program has it open, the lines count nevertheless.
pub(super) fn settle(
    session: &EditSession,
    now: edit::Timestamp,
) -> Result<(), RewriteError<Failure>> {
    let options = RewriteOptions {
        wait: SETTLE_WAIT,
        quiesced: false,
    };
    let settled = session.target.rewrite(&options, &mut |bytes| {
        if bytes.len() > SETTLED_AT_ONCE {
            return Ok(None);
        }
        let settled = settled(session, session.writable(bytes.to_vec())?, now)?;
        let change = settled.map(|revision| Change {
            log: revision.into_text().into_bytes(),
            files: Vec::new(),
        });
        Ok(change.map(|change| (change, ())))
    });
    settled.map(|_| ())
}

/// The log with its usage lines settled. None if there are none.
pub(super) fn settled(
    session: &EditSession,
    text: String,
    now: edit::Timestamp,
) -> Result<Option<Revision>, Failure> {
    let (mut revision, log_set) =
        session.revision(text, ArchivesOf::UsageLines, BTreeMap::new())?;
    let joined = edit::join_rows(&revision);
    if !joined.is_empty() {
        // Lines that cannot be settled are a finding of `check`.
        revision = revision.apply(joined, &log_set).unwrap_or(revision);
    }
    let mut proposal = edit::settle(&revision, &log_set).0;
    if proposal.is_empty() {
        return Ok(None);
    }
    proposal.stamp(&revision, now);
    let settled = revision.apply(proposal, &log_set);
    settled.map(Some).map_err(|violation| {
        Failure::new(ExitCode::Internal, violation.to_string())
            .help("please report this, with the log if you can")
    })
}

/// Why the log was not settled, and whether that is urgent because an unfinished change is in the journal. None while another program uses
/// the log, or if the system cannot keep other programs out: the next run settles. `done` is what was done before.
pub(super) fn not_settled(
    error: RewriteError<Failure>,
    done: &str,
) -> Result<Option<(String, bool)>, Failure> {
    let (why, is_urgent) = match error {
        RewriteError::Write(
            WriteError::Busy { .. } | WriteError::Changing { .. } | WriteError::NoLease { .. },
        ) => return Ok(None),
        RewriteError::Write(error @ WriteError::Interrupted { .. }) => return Err(error.into()),
        RewriteError::Write(error) => {
            let is_urgent = matches!(error, WriteError::Unfinished { .. });
            (error.to_string(), is_urgent)
        }
        RewriteError::Plan(failure) => (failure.to_string(), false),
    };
    Ok(Some((format!("{done}, but not settled: {why}"), is_urgent)))
}

/// Shows what would be written: the log with lines appended and settled. `changed` is the log with all other changes.
pub(super) fn preview(
    session: &EditSession,
    before: &str,
    changed: &Source,
    lines: &str,
    run: &mut Run<'_, '_>,
) -> Result<(), Failure> {
    let text = changed.text();
    let is_open = !lines.is_empty() && !text.is_empty() && !text.ends_with('\n');
    let between = if is_open { changed.newline() } else { "" };
    let after = [text, between, lines].concat();
    let settled = match log::first_conflict(&after) {
        None => settled(session, after.clone(), run.now()?),
        Some(_) => Ok(None),
    };
    // The lines would be appended nevertheless.
    let settled = settled.unwrap_or_else(|failure| {
        run.note(format_args!("the lines would not be settled: {failure}"));
        None
    });
    let after = settled.map_or(after, Revision::into_text);
    let (shown, style) = (&session.log.shown, run.style());
    run.print(|out| render::diff(shown, before, &after, style, out))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::EndingSignal;

    #[test]
    fn a_change_that_waits_in_the_journal_is_always_reported() {
        let busy = || WriteError::Busy {
            path: "a.md".into(),
            holders: Vec::new(),
        };
        assert!(not_settled(busy().into(), "recorded").unwrap().is_none());
        let unfinished = WriteError::Unfinished {
            journal: "j".into(),
            why: Box::new(busy()),
        };
        let remark = not_settled(unfinished.into(), "recorded").unwrap().unwrap();
        let text =
            "recorded, but not settled: the change is saved in j but not complete: a.md is in use";
        assert_eq!(remark, (text.to_owned(), true));
    }

    #[test]
    fn every_signal_ends_a_record() {
        for (signal, code) in [
            (EndingSignal::HangUp, ExitCode::HungUp),
            (EndingSignal::Interrupt, ExitCode::Interrupted),
            (EndingSignal::Terminate, ExitCode::Terminated),
        ] {
            let error = WriteError::Interrupted {
                signal,
                is_done: true,
            };
            let failure = not_settled(error.into(), "recorded").unwrap_err();
            assert_eq!(failure.print(&mut Vec::new()), code);
        }
    }
}
