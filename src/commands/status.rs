//! `tokmon`: reads the log and shows the report.

use super::{Context, load};
use crate::{
    analysis::StatusReport,
    cli::{GlobalArgs, ViewArgs},
    exit::ExitCode,
    failure::{Failure, cannot_print},
    render::{self, Format, Page, View},
};

pub(super) fn run(
    args: &ViewArgs,
    global: &GlobalArgs,
    cx: &mut Context<'_>,
) -> Result<ExitCode, Failure> {
    let views = args.chosen();
    let rows = global.format() == Format::Json || views.contains(&View::Daily);
    let mut loaded = load::report(args, global, rows, cx)?;
    let page = Page {
        report: &loaded.report,
        findings: &loaded.found.findings,
        files: &loaded.found.files,
    };
    page.write(&views, global.format(), cx.style(global), cx.out)
        .map_err(cannot_print)?;
    cx.out.flush().map_err(cannot_print)?;
    loaded.found.tell(global, cx);
    let reached = [
        is_used_up(args, &loaded.report)?,
        may_be_used_up(args, &loaded.report)?,
    ];
    let mut status = ExitCode::Success;
    for message in reached.into_iter().flatten() {
        status = ExitCode::Findings;
        if !global.quiet {
            cx.note(format_args!("{message}"));
        }
    }
    Ok(status)
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
