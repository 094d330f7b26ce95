//! `tokmon`: reads the log and shows the report.

use super::Context;
use crate::{
    analysis::{Rows, StatusReport},
    cli::{GlobalArgs, ViewArgs},
    exit::ExitCode,
    failure::{Failure, cannot_print},
    render::{self, Format, Page, View},
    session::{self, LoadFailure, LoadedLog, ReadFiles, Session, ViewRequest},
};

pub(super) fn run(
    args: &ViewArgs,
    global: &GlobalArgs,
    cx: &mut Context<'_>,
) -> Result<ExitCode, Failure> {
    let views = args.chosen();
    let rows = if global.format() == Format::Json || views.contains(&View::Daily) {
        Rows::All
    } else {
        Rows::Summed
    };
    let mut loaded = load(args, rows, global, cx)?;
    let report = loaded.report(cx.now(global)?);
    let page = Page {
        report: &report,
        findings: &loaded.files.findings,
        files: &loaded.files.files,
    };
    page.write(&views, global.format(), cx.style(global), cx.out)
        .map_err(cannot_print)?;
    cx.out.flush().map_err(cannot_print)?;
    print_findings(&mut loaded.files, global, cx);
    let reached = [is_used_up(args, &report)?, may_be_used_up(args, &report)?];
    let mut status = ExitCode::Success;
    for message in reached.into_iter().flatten() {
        status = ExitCode::Findings;
        if !global.quiet {
            cx.note(format_args!("{message}"));
        }
    }
    Ok(status)
}

/// Loads the log. Where its files cannot be used, prints what is wrong with them.
pub(super) fn load(
    args: &ViewArgs,
    rows: Rows,
    global: &GlobalArgs,
    cx: &mut Context<'_>,
) -> Result<LoadedLog, Failure> {
    let request = view_request(args, rows, global, cx)?;
    let session = Session::new(cx.log_options(global), request);
    session
        .read(cx.now(global)?, cx.input)
        .map_err(|LoadFailure { failure, files }| {
            if let Some(mut files) = files {
                print_findings(&mut files, global, cx);
            }
            failure
        })
}

/// What the options ask to be shown, of single rows `rows`.
pub(super) fn view_request(
    args: &ViewArgs,
    rows: Rows,
    global: &GlobalArgs,
    cx: &Context<'_>,
) -> Result<ViewRequest, Failure> {
    // A table lists the first findings and counts the others.
    let lists_some = global.format() == Format::Table && !global.verbose;
    Ok(ViewRequest {
        month: args.month,
        project: args.project.clone(),
        team: args.team.clone(),
        rows,
        forecast_days: args.shows_forecast() || global.format() == Format::Json,
        backtest: args.backtest,
        budget: cx.budget(global)?,
        max_findings: lists_some.then_some(render::MAX_FINDINGS),
    })
}

/// Prints on standard error what is wrong with the files: in full where that is asked for, else how much.
fn print_findings(read: &mut ReadFiles, global: &GlobalArgs, cx: &mut Context<'_>) {
    let ReadFiles {
        findings,
        files,
        opened,
        unread,
    } = read;
    for reason in unread.iter().filter(|_| !global.quiet) {
        cx.note(format_args!("{reason}; the forecast does without it"));
    }
    if global.verbose {
        let mut line_at = |place: &_| session::line_at(opened, place);
        let style = cx.err_style(global);
        let text = render::in_full(findings.kept(), files, style, &mut line_at);
        let _ = cx.err.write_all(text.as_bytes());
    } else if let Some(line) = render::summary(findings, files).filter(|_| !global.quiet) {
        let _ = writeln!(cx.err, "{line}");
    }
}

/// What is said where the level of `--fail-on` is reached.
fn is_used_up(args: &ViewArgs, report: &StatusReport) -> Result<Option<String>, Failure> {
    let Some(limit) = args.fail_on else {
        return Ok(None);
    };
    let level = report.level.ok_or_else(|| no_budget("--fail-on"))?;
    let figures = figures(report);
    Ok(
        (level >= limit)
            .then(|| format!("level {level}: --fail-on {limit} is reached ({figures})")),
    )
}

/// What is said where that of `--fail-on-forecast` is. Without a forecast nothing is reached.
fn may_be_used_up(args: &ViewArgs, report: &StatusReport) -> Result<Option<String>, Failure> {
    let Some(limit) = args.fail_on_forecast else {
        return Ok(None);
    };
    if report.budget.tokens.is_none() && report.budget.cost.is_none() {
        return Err(no_budget("--fail-on-forecast"));
    }
    let level = report.forecast.level.filter(|level| *level >= limit);
    Ok(level.map(|level| {
        format!("forecast {level}: --fail-on-forecast {limit} is reached (--forecast says why)")
    }))
}

fn no_budget(option: &str) -> Failure {
    Failure::usage(format!("{option} needs a budget"))
        .help("set one with --budget 200K, TOKMON_BUDGET or tokmon.toml")
}

/// What the level is judged by: `180,000 of 200,000 tokens, 90.0%`.
fn figures(report: &StatusReport) -> String {
    let used = report.used.tokens;
    let mark = if report.used.estimate { "~" } else { "" };
    let of = report.budget.tokens.map(|budget| format!(" of {budget}"));
    let share = report.share(used).map(|share| format!(", {share}"));
    format!(
        "{mark}{used}{} tokens{}",
        of.unwrap_or_default(),
        share.unwrap_or_default()
    )
}

pub(super) fn schema(cx: &mut Context<'_>) -> Result<ExitCode, Failure> {
    cx.out
        .write_all(render::schema().as_bytes())
        .map_err(cannot_print)?;
    Ok(ExitCode::Success)
}
