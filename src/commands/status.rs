//! `tokmon`: reads the log and shows the report.

use super::{Context, load};
use crate::{
    analysis::StatusReport,
    cli::{GlobalArgs, ViewArgs},
    exit::{ExitStatus, Failure},
    render::{self, Format, Page, View},
};

pub(super) fn run(
    args: &ViewArgs,
    global: &GlobalArgs,
    cx: &mut Context<'_>,
) -> Result<ExitStatus, Failure> {
    let views = args.chosen();
    let rows = global.format() == Format::Json || views.contains(&View::Daily);
    let mut loaded = load::report(args, global, rows, cx)?;
    let page = Page {
        report: &loaded.report,
        findings: &loaded.found.findings,
        files: &loaded.found.files,
    };
    page.write(&views, global.format(), cx.style(global), cx.out)?;
    cx.out.flush()?;
    loaded.found.tell(global, cx)?;
    let Some(limit) = args.fail_on else {
        return Ok(ExitStatus::Clean);
    };
    let level = loaded.report.level.ok_or_else(|| {
        Failure::usage("--fail-on needs a budget")
            .help("set one with --budget 200K, TOKMON_BUDGET or tokmon.toml")
    })?;
    if level < limit {
        return Ok(ExitStatus::Clean);
    }
    if !global.quiet {
        let figures = figures(&loaded.report);
        writeln!(
            cx.err,
            "tokmon: level {level}: --fail-on {limit} is reached ({figures})"
        )?;
    }
    Ok(ExitStatus::Findings)
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

pub(super) fn schema(cx: &mut Context<'_>) -> Result<ExitStatus, Failure> {
    cx.out.write_all(render::schema().as_bytes())?;
    Ok(ExitStatus::Clean)
}
