//! `tokmon`: reads the log and shows the report.

use super::{Context, load};
use crate::{
    cli::{GlobalArgs, ViewArgs},
    exit::{ExitStatus, Failure},
    model::Level,
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
    match (args.fail_on.map(Level::from), loaded.report.level) {
        (Some(limit), Some(level)) if level >= limit => Ok(ExitStatus::Findings),
        (Some(_), None) => Err(Failure::usage("--fail-on has no budget to judge by")
            .help("set one with --budget 200K, TOKMON_BUDGET or tokmon.toml")),
        _ => Ok(ExitStatus::Clean),
    }
}

pub(super) fn schema(cx: &mut Context<'_>) -> Result<ExitStatus, Failure> {
    cx.out.write_all(render::schema().as_bytes())?;
    Ok(ExitStatus::Clean)
}
