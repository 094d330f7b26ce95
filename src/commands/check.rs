//! `tokmon check`: says what is wrong with a log, explains a code, and has mended what can be.

use super::{
    Context,
    edit_session::{self, EditSession},
    load::{self, Checked},
};
use crate::{
    cli::{CheckArgs, GlobalArgs},
    diagnostic::{Code, Severity},
    edit,
    exit::ExitCode,
    failure::{Failure, cannot_print},
    render::{self, Format},
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
    if let Some(name) = of_reports(global.format()) {
        let help = "write --format table, json, sarif or github";
        return Err(Failure::usage(format!("a check has no form `{name}`")).help(help));
    }
    if args.fix {
        return fix(args, global, cx);
    }
    let mut checked = load::check(global, cx)?;
    checked
        .write(global.format(), cx.style(global), cx.out)
        .map_err(cannot_print)?;
    cx.out.flush().map_err(cannot_print)?;
    if let Some(since) = checked.since.filter(|_| !global.quiet) {
        cx.note(format_args!("this log has too many months to reconcile all of them; those before {since} are only read, and their archives are not"));
    }
    Ok(status(&checked))
}

/// Notes alone are no reason to fail.
fn status(checked: &Checked) -> ExitCode {
    let findings = &checked.found.findings;
    let wrong = findings.count(Severity::Error) + findings.count(Severity::Warning);
    if wrong == 0 {
        ExitCode::Success
    } else {
        ExitCode::Findings
    }
}

/// The name of a form that only reports have.
const fn of_reports(format: Format) -> Option<&'static str> {
    match format {
        Format::Csv => Some("csv"),
        Format::Markdown => Some("markdown"),
        Format::Table | Format::Json | Format::Sarif | Format::Github => None,
    }
}

/// Mends what can be mended, and tells what is left.
fn fix(args: &CheckArgs, global: &GlobalArgs, cx: &mut Context<'_>) -> Result<ExitCode, Failure> {
    let session = EditSession::open(global, cx)?;
    // What is read is reconciled again before the log is rewritten: nobody may have it open then, not even we.
    let (before, found) = {
        let checked = load::check(global, cx)?;
        (checked.found.findings.total(), status(&checked))
    };
    if args.dry_run {
        let text = session.text(cx)?;
        let (mended, _) = fix_log(&session, &text, global, cx)?;
        render::diff(&session.log.shown, &text, &mended, cx.style(global), cx.out)
            .map_err(cannot_print)?;
        return Ok(found);
    }
    let is_changed = session.rewrite(args.rewrite, &mut |text| {
        let (log, files) = fix_log(&session, text, global, cx)?;
        let is_changed = log != text || !files.is_empty();
        let log = log.into_bytes();
        Ok((is_changed.then_some(Change { log, files }), is_changed))
    })?;
    let mut after = load::check(global, cx)?;
    after
        .write(global.format(), cx.style(global), cx.out)
        .map_err(cannot_print)?;
    cx.out.flush().map_err(cannot_print)?;
    if !global.quiet {
        let shown = render::sanitize(&session.log.shown).into_owned();
        let mended = before.saturating_sub(after.found.findings.total());
        let told = match (is_changed, mended) {
            (false, _) => format!("nothing to mend in {shown}"),
            (true, 1) => format!("mended 1 finding in {shown}"),
            (true, mended) => format!("mended {mended} findings in {shown}"),
        };
        cx.note(format_args!("{told}"));
    }
    Ok(status(&after))
}

/// The log with what can be fixed, and the archives that it adopts.
fn fix_log(
    session: &EditSession,
    text: &str,
    global: &GlobalArgs,
    cx: &Context<'_>,
) -> Result<(String, Vec<FileChange>), Failure> {
    let adoption = session.archives()?.adopt(text)?;
    let mut log_set = session.books_of(&adoption.text)?;
    log_set.archives.extend(adoption.archives);
    let fixed = edit::fixed(&adoption.text, &log_set, cx.now(global)?);
    Ok((fixed.map_err(edit_session::overlapping)?, adoption.files))
}

pub(super) fn schema(cx: &mut Context<'_>) -> Result<ExitCode, Failure> {
    cx.out
        .write_all(render::check::schema().as_bytes())
        .map_err(cannot_print)?;
    Ok(ExitCode::Success)
}

fn explain(text: &str, global: &GlobalArgs, cx: &mut Context<'_>) -> Result<ExitCode, Failure> {
    if global.format() != Format::Table {
        return Err(Failure::usage("--explain has no other form than text"));
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
