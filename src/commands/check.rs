//! `tokmon check`: reports what is wrong with a log, explains a code, and fixes what can be fixed.

use std::collections::BTreeMap;

use super::{Context, edit_session::EditSession};
use crate::{
    check::{self as rules, FixedLog},
    cli::{CheckArgs, GlobalArgs},
    diagnostic::{Code, Findings, Severity},
    edit::{ArchivesOf, Timestamp},
    exit::ExitCode,
    failure::{Failure, cannot_print},
    render::{
        self, FixOutcome, Format,
        check::{CheckExtent, Report},
    },
    session::{self, CheckedLog, ReadFiles},
    store::{Change, FileChange},
};

pub(super) fn run(
    args: &CheckArgs,
    global: &GlobalArgs,
    cx: &mut Context<'_>,
) -> Result<ExitCode, Failure> {
    if let Some(code) = &args.explain {
        return explain(code, global, cx);
    }
    if args.fix {
        return fix(args, global, cx);
    }
    let mut checked = check(global, cx)?;
    print(&mut checked, global, cx)?;
    if let Some(since) = checked.since.filter(|_| !global.quiet) {
        cx.note(format_args!("this log has too many months to reconcile all of them; those before {since} are only read, and their archives are not"));
    }
    Ok(status(&checked.files.findings))
}

fn check(global: &GlobalArgs, cx: &mut Context<'_>) -> Result<CheckedLog, Failure> {
    session::check(&cx.log_options(global), cx.budget(global)?, cx.input)
}

fn print(
    checked: &mut CheckedLog,
    global: &GlobalArgs,
    cx: &mut Context<'_>,
) -> Result<(), Failure> {
    let CheckedLog {
        months,
        lines,
        rows,
        ..
    } = *checked;
    let ReadFiles {
        findings,
        files,
        opened,
        ..
    } = &mut checked.files;
    let report = Report {
        findings,
        files,
        extent: CheckExtent {
            months,
            rows,
            lines,
        },
    };
    let mut line_at = |place: &_| session::line_at(opened, place);
    let (format, style) = (global.format(), cx.style(global));
    report
        .write(format, style, &mut line_at, cx.out)
        .and_then(|()| cx.out.flush())
        .map_err(cannot_print)
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
fn fix(args: &CheckArgs, global: &GlobalArgs, cx: &mut Context<'_>) -> Result<ExitCode, Failure> {
    let session = EditSession::open(global, cx)?;
    let now = cx.now(global)?;
    if args.dry_run {
        return preview(&session, now, global, cx);
    }
    let fixed = session.rewrite(args.rewrite, &mut |text| {
        let (mut fixed, files) = fix_text(&session, text, now)?;
        let is_changed = fixed.text != text || !files.is_empty();
        let log = std::mem::take(&mut fixed.text).into_bytes();
        let change = is_changed.then_some(Change { log, files });
        Ok((change, (is_changed, fixed)))
    })?;
    let mut after = check(global, cx)?;
    print(&mut after, global, cx)?;
    let (is_changed, fixed) = fixed;
    note_outcome(&session, is_changed, &fixed, global, cx);
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
    global: &GlobalArgs,
    cx: &mut Context<'_>,
) -> Result<ExitCode, Failure> {
    let text = session.text(cx)?;
    if global.format() == Format::Json {
        let (revision, log_set) = session.revision(text, ArchivesOf::AllMonths, BTreeMap::new())?;
        let mut checked = check(global, cx)?;
        rules::attach(checked.files.findings.kept_mut(), &revision, &log_set);
        print(&mut checked, global, cx)?;
        return Ok(status(&checked.files.findings));
    }
    let (fixed, adopted) = fix_text(session, &text, now)?;
    render::diff(
        &session.log.shown,
        &text,
        &fixed.text,
        cx.style(global),
        cx.out,
    )
    .map_err(cannot_print)?;
    if fixed.text == text {
        note_outcome(session, false, &fixed, global, cx);
    }
    Ok(if adopted.is_empty() {
        status(&fixed.before)
    } else {
        ExitCode::Findings
    })
}

fn note_outcome(
    session: &EditSession,
    is_changed: bool,
    fixed: &FixedLog,
    global: &GlobalArgs,
    cx: &mut Context<'_>,
) {
    let outcome = FixOutcome {
        file: &session.log.shown,
        is_changed,
        resolved: fixed.resolved,
        left: fixed.left,
        is_unfinished: fixed.is_unfinished,
        rejected: fixed.rejected.iter().map(ToString::to_string).collect(),
    };
    if !global.quiet {
        for line in outcome.lines() {
            cx.note(format_args!("{line}"));
        }
    }
}

pub(super) fn schema(cx: &mut Context<'_>) -> Result<ExitCode, Failure> {
    cx.out
        .write_all(render::check::schema().as_bytes())
        .map_err(cannot_print)?;
    Ok(ExitCode::Success)
}

fn explain(text: &str, global: &GlobalArgs, cx: &mut Context<'_>) -> Result<ExitCode, Failure> {
    if global.format() != Format::Table {
        return Err(Failure::usage("--explain only prints text"));
    }
    let Some(code) = Code::find(text.trim()) else {
        let help = format!("did you mean {}?", nearest(text));
        return Err(Failure::usage(format!("there is no code `{text}`")).help(help));
    };
    let page = render::check::explain(code, cx.style(global));
    cx.out.write_all(page.as_bytes()).map_err(cannot_print)?;
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
