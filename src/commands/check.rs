//! `tokmon check`: reports what is wrong with a log, explains a code, and fixes what can be fixed.

use std::collections::BTreeMap;

use super::{edit_session::EditSession, run::Run};
use crate::{
    check::{self as rules, FixedLog},
    cli::CheckArgs,
    diagnostic::{Code, Findings, Severity},
    edit::{ArchivesOf, Timestamp},
    exit::ExitCode,
    failure::Failure,
    render::{self, FixOutcome, Format, check::CheckReport},
    session::{self, CheckedLog, LogFiles, ReadFiles},
    store::{Change, FileChange},
};

pub fn run(args: &CheckArgs, run: &mut Run<'_, '_>) -> Result<ExitCode, Failure> {
    if let Some(code) = &args.explain {
        return explain(code, run);
    }
    if args.fix {
        return fix(args, run);
    }
    let log = run.locate()?;
    let mut checked = check(&log, run)?;
    print(&mut checked, run)?;
    if let Some(since) = checked.since {
        run.note(format_args!("this log has too many months to reconcile all of them; those before {since} are only read, and their archives are not"));
    }
    Ok(status(&checked.files.findings))
}

fn check(log: &LogFiles, run: &mut Run<'_, '_>) -> Result<CheckedLog, Failure> {
    session::check(log, run.budget()?, run.cx.input)
}

fn print(checked: &mut CheckedLog, run: &mut Run<'_, '_>) -> Result<(), Failure> {
    let extent = checked.extent;
    let ReadFiles {
        findings,
        files,
        log,
        ..
    } = &mut checked.files;
    let report = CheckReport {
        findings,
        files,
        extent,
    };
    let mut line_at = |place: &_| session::line_at(log, files, place);
    let (format, style) = (run.format(), run.style());
    run.print(|out| report.write(format, style, &mut line_at, out))
}

/// Notes alone are no reason to fail.
fn status(findings: &Findings) -> ExitCode {
    let wrong = findings.count(Severity::Error) + findings.count(Severity::Warning);
    if wrong == 0 {
        ExitCode::Success
    } else {
        ExitCode::Findings
    }
}

/// Fixes what can be fixed safely, and reports what is left.
fn fix(args: &CheckArgs, run: &mut Run<'_, '_>) -> Result<ExitCode, Failure> {
    let session = EditSession::open(run)?;
    let now = run.now()?;
    if args.dry_run {
        return preview(&session, now, run);
    }
    let (is_changed, fixed) = session.rewrite(args.rewrite, &mut |text| {
        let (mut fixed, files) = fix_text(&session, text, now)?;
        let is_changed = fixed.text != text || !files.is_empty();
        let log = std::mem::take(&mut fixed.text).into_bytes();
        let change = is_changed.then_some(Change { log, files });
        Ok((change, (is_changed, fixed)))
    })?;
    let mut after = check(&session.log, run)?;
    print(&mut after, run)?;
    note_outcome(&session, is_changed, &fixed, run);
    Ok(status(&after.files.findings))
}

/// The log with what can be fixed, and the archives that it adopts.
fn fix_text(
    session: &EditSession,
    text: &str,
    now: Timestamp,
) -> Result<(FixedLog, Vec<FileChange>), Failure> {
    let adoption = session.archives()?.adopt(text)?;
    let adopted = adoption.archives.len();
    let (revision, log_set) =
        session.revision(adoption.text, ArchivesOf::AllMonths, adoption.archives)?;
    let mut fixed = rules::fix(revision, &log_set, now);
    fixed.resolved += adopted;
    Ok((fixed, adoption.files))
}

/// Shows what fixing would change: as a diff, or in JSON as the edits of each finding.
fn preview(
    session: &EditSession,
    now: Timestamp,
    run: &mut Run<'_, '_>,
) -> Result<ExitCode, Failure> {
    let text = session.text(run)?;
    if run.format() == Format::Json {
        let (revision, log_set) = session.revision(text, ArchivesOf::AllMonths, BTreeMap::new())?;
        let mut checked = check(&session.log, run)?;
        rules::attach_fixes(checked.files.findings.kept_mut(), &revision, &log_set);
        print(&mut checked, run)?;
        return Ok(status(&checked.files.findings));
    }
    let (fixed, adopted) = fix_text(session, &text, now)?;
    let (shown, style) = (&session.log.shown, run.style());
    run.print(|out| render::diff(shown, &text, &fixed.text, style, out))?;
    if fixed.text == text {
        note_outcome(session, false, &fixed, run);
    }
    Ok(if adopted.is_empty() {
        status(&fixed.before)
    } else {
        ExitCode::Findings
    })
}

fn note_outcome(session: &EditSession, is_changed: bool, fixed: &FixedLog, run: &mut Run<'_, '_>) {
    let outcome = FixOutcome {
        file: &session.log.shown,
        is_changed,
        resolved: fixed.resolved,
        left: fixed.left,
        is_unfinished: fixed.is_unfinished,
        rejected: fixed.rejected.iter().map(ToString::to_string).collect(),
    };
    for line in outcome.lines() {
        run.note(line);
    }
}

fn explain(text: &str, run: &mut Run<'_, '_>) -> Result<ExitCode, Failure> {
    if run.format() != Format::Table {
        return Err(Failure::usage("--explain only prints text"));
    }
    let Some(code) = Code::find(text.trim()) else {
        let help = format!("did you mean {}?", nearest(text));
        return Err(Failure::usage(format!("there is no code `{text}`")).help(help));
    };
    let page = render::check::explain(code, run.style());
    run.print(|out| out.write_all(page.as_bytes()))?;
    Ok(ExitCode::Success)
}

/// The code whose identifier or name is most like a text: `TM013, total-differs`.
fn nearest(text: &str) -> String {
    let text = text.to_ascii_lowercase();
    let distance = |code: &&Code| {
        let id = strsim::damerau_levenshtein(&code.id().to_ascii_lowercase(), &text);
        id.min(strsim::damerau_levenshtein(code.name(), &text))
    };
    let nearest = Code::ALL.iter().min_by_key(distance);
    nearest.map_or_else(String::new, |code| {
        format!("{}, {}", code.id(), code.name())
    })
}
