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
    render::{self, Format, check::CheckReport, counted, reading::TablesDocument},
    session::{self, CheckedLog, LogFiles, ReadFiles},
    store::{Change, FileChange},
};

pub fn run(args: &CheckArgs, run: &mut Run<'_, '_>) -> Result<ExitCode, Failure> {
    if let Some(code) = &args.explain {
        return explain(code, run);
    }
    if args.tables {
        return tables(run);
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
    status_of(checked)
}

/// Fails where nothing in the file counts, whatever else is wrong with it.
fn status_of(checked: CheckedLog) -> Result<ExitCode, Failure> {
    match checked.no_usage {
        Some(failure) => Err(failure),
        None => Ok(status(&checked.files.findings)),
    }
}

fn check(log: &LogFiles, run: &mut Run<'_, '_>) -> Result<CheckedLog, Failure> {
    session::check(log, run.budget()?, run.now()?, run.cx.input)
}

fn print(checked: &mut CheckedLog, run: &mut Run<'_, '_>) -> Result<(), Failure> {
    if run.is_silent() && status(&checked.files.findings) == ExitCode::Success {
        return Ok(());
    }
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

/// Lists the tables of the log, and what each is taken for.
fn tables(run: &mut Run<'_, '_>) -> Result<ExitCode, Failure> {
    let (format, style) = (run.format(), run.style());
    if !matches!(format, Format::Table | Format::Json) {
        return Err(Failure::usage("--tables prints text or JSON"));
    }
    let log = run.locate()?;
    let (form, reading) = session::tables(&log, run.now()?, run.cx.input)?;
    let document = TablesDocument::new(&log.shown, form, &reading);
    run.print(|out| document.write(format, style, out))?;
    Ok(ExitCode::Success)
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
    for line in outcome(&session.log.shown, is_changed, &fixed) {
        run.note(line);
    }
    status_of(after)
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
    session.check_form(text.as_bytes())?;
    if run.format() == Format::Json {
        let (revision, log_set) = session.revision(text, ArchivesOf::AllMonths, BTreeMap::new())?;
        let mut checked = check(&session.log, run)?;
        rules::attach_fixes(checked.files.findings.kept_mut(), &revision, &log_set);
        print(&mut checked, run)?;
        return status_of(checked);
    }
    let (fixed, adopted) = fix_text(session, &text, now)?;
    let (shown, style) = (&session.log.shown, run.style());
    run.print(|out| render::diff(shown, &text, &fixed.text, style, out))?;
    if fixed.text == text {
        for line in outcome(shown, false, &fixed) {
            run.note(line);
        }
    }
    Ok(if adopted.is_empty() {
        status(&fixed.before)
    } else {
        ExitCode::Findings
    })
}

/// What was done to a log, in a line or more.
fn outcome(file: &str, is_changed: bool, fixed: &FixedLog) -> Vec<String> {
    let mut lines = vec![match (is_changed, fixed.resolved, fixed.left) {
        (false, _, 0) => format!("nothing to fix in {file}"),
        (false, _, left) => {
            let verb = if left == 1 { "needs" } else { "need" };
            let findings = counted(left, "finding");
            format!("nothing can be fixed automatically; {findings} {verb} a person")
        }
        (true, 0, _) => format!("brought the figures of {file} up to date"),
        (true, resolved, _) => format!("fixed {} in {file}", counted(resolved, "finding")),
    }];
    if fixed.is_unfinished {
        lines.push("not everything that can be fixed is fixed; run the command again".into());
    }
    lines.extend(fixed.rejected.iter().map(|why| {
        format!("a fix was not made: {why}; please report this, with the log if you can")
    }));
    lines
}

fn explain(text: &str, run: &mut Run<'_, '_>) -> Result<ExitCode, Failure> {
    if run.format() != Format::Table {
        return Err(Failure::usage("--explain only prints text"));
    }
    if text == "all" {
        let codes = render::check::codes(run.style());
        run.print(|out| out.write_all(codes.as_bytes()))?;
        return Ok(ExitCode::Success);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edit::Violation;

    #[test]
    fn every_outcome_has_its_sentence() {
        let mut fixed = FixedLog {
            text: String::new(),
            before: Findings::default(),
            resolved: 0,
            left: 0,
            is_unfinished: false,
            rejected: Vec::new(),
        };
        let table = [
            ((false, 0, 0), "nothing to fix in cost-log.md"),
            (
                (false, 0, 1),
                "nothing can be fixed automatically; 1 finding needs a person",
            ),
            (
                (false, 0, 7),
                "nothing can be fixed automatically; 7 findings need a person",
            ),
            ((true, 1, 2), "fixed 1 finding in cost-log.md"),
            ((true, 3, 0), "fixed 3 findings in cost-log.md"),
            (
                (true, 0, 0),
                "brought the figures of cost-log.md up to date",
            ),
        ];
        for ((is_changed, resolved, left), expected) in table {
            (fixed.resolved, fixed.left) = (resolved, left);
            assert_eq!(outcome("cost-log.md", is_changed, &fixed), [expected]);
        }
        fixed.is_unfinished = true;
        fixed.rejected = vec![Violation::Row { line: 3 }];
        (fixed.resolved, fixed.left) = (1, 1);
        assert_eq!(
            outcome("cost-log.md", true, &fixed),
            [
                "fixed 1 finding in cost-log.md",
                "not everything that can be fixed is fixed; run the command again",
                "a fix was not made: the row on line 3 would leave its table; please report this, with the log if you can",
            ]
        );
    }
}
