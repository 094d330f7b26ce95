//! `tokmon`: reads the log and shows the report.

use super::{judgement::judge, monitoring, run::Run};
use crate::{
    analysis::{Rows, StatusReport, forecast::BacktestExtent},
    cli::ViewArgs,
    diagnostic::Findings,
    exit::ExitCode,
    failure::Failure,
    render::{self, Format, Page, View},
    session::{self, LoadFailure, LoadedLog, LogFiles, MonthChoice, ReadFiles, ViewRequest},
};

pub fn run(args: &ViewArgs, run: &mut Run<'_, '_>) -> Result<ExitCode, Failure> {
    let format = run.format();
    if format.is_for_monitoring() {
        return monitoring::run(args, run);
    }
    let mut views = args.chosen();
    let rows = if format == Format::Json || views.contains(&View::Daily) {
        Rows::All
    } else {
        Rows::Summed
    };
    let log = run.locate()?;
    let (mut loaded, report) = load(&log, args, rows, run)?;
    // Where nothing is asked for by name, an empty view says nothing.
    if !args.cache && report.classes.is_none() {
        views.retain(|view| *view != View::Cache);
    }
    let page = Page {
        report: &report,
        findings: &loaded.files.findings,
        files: &loaded.files.files,
        is_quiet: run.global.quiet,
    };
    let style = run.style();
    run.print(|out| page.write(&views, format, style, out))?;
    if format == Format::Csv && views.contains(&View::Daily) && !report.has_days() {
        let why = render::no_daily_rows(&report);
        run.note(format_args!("{}: {why}", report.month));
    }
    print_findings(&mut loaded.files, run);
    judged(args, &report, run)
}

/// How a run ends by the limits that are asked for.
pub fn judged(
    args: &ViewArgs,
    report: &StatusReport,
    run: &mut Run<'_, '_>,
) -> Result<ExitCode, Failure> {
    let judgement = judge(args, report)?;
    for remark in &judgement.remarks {
        run.note(remark);
    }
    if let Some((worse, is_verdict)) = &judgement.worse {
        // `--quiet` prints the status all the same, which would contradict the exit code without a reason.
        match run.format() {
            Format::Table if *is_verdict && run.buffer.is_none() => run.urgent_note(worse),
            _ => run.note(worse),
        }
    }
    for line in judgement.doubts.iter().chain(&judgement.reached) {
        run.urgent_note(line);
    }
    Ok(if judgement.reached.is_empty() {
        ExitCode::Success
    } else {
        ExitCode::Findings
    })
}

/// Loads a log. If its files cannot be used, prints what is wrong with them.
pub fn load(
    log: &LogFiles,
    args: &ViewArgs,
    rows: Rows,
    run: &mut Run<'_, '_>,
) -> Result<(LoadedLog, StatusReport), Failure> {
    load_request(log, &view_request(args, rows, run)?, run)
}

/// The same for a request.
pub fn load_request(
    log: &LogFiles,
    request: &ViewRequest,
    run: &mut Run<'_, '_>,
) -> Result<(LoadedLog, StatusReport), Failure> {
    let loaded = session::load(log, request, run.now()?, run.cx.input);
    loaded.map_err(|LoadFailure { failure, files }| {
        if let Some(mut files) = files {
            print_findings(&mut files, run);
        }
        failure
    })
}

/// What the options ask to be shown, with these rows.
pub fn view_request(
    args: &ViewArgs,
    rows: Rows,
    run: &Run<'_, '_>,
) -> Result<ViewRequest, Failure> {
    let format = run.format();
    // A table lists the first findings and counts the others.
    let lists_some = format == Format::Table && !run.global.verbose;
    Ok(ViewRequest {
        month: match args.month {
            Some(month) => MonthChoice::Named(month),
            None if args.judges() || format.is_for_monitoring() => MonthChoice::Current,
            None => MonthChoice::Newest,
        },
        rows,
        project: args.project.clone(),
        team: args.team.clone(),
        forecast_days: args.shows_forecast()
            || format == Format::Json
            || format.is_for_monitoring(),
        backtest: if args.backtest {
            BacktestExtent::All
        } else if args.shows_forecast() || format == Format::Json {
            BacktestExtent::LastYear
        } else {
            BacktestExtent::None
        },
        budget: run.budget()?,
        zone: run.zone(run.now()?),
        findings: Findings::keeping(lists_some.then_some(render::MAX_LISTED)),
    })
}

/// Prints on standard error what is wrong with the files: in full with `--verbose`, else the number of findings.
pub fn print_findings(read: &mut ReadFiles, run: &mut Run<'_, '_>) {
    let ReadFiles {
        findings,
        files,
        log,
        unread,
        reading: _,
    } = read;
    for reason in unread {
        run.note(format_args!("{reason}; the forecast does without it"));
    }
    if run.global.verbose {
        let mut line_at = |place: &_| session::line_at(log, files, place);
        let text = render::in_full(findings.kept(), files, run.err_style(), &mut line_at);
        let _ = run.cx.err.write_all(text.as_bytes());
    } else if let Some(line) = render::summary(findings, files).filter(|_| !run.global.quiet) {
        let _ = writeln!(run.cx.err, "{line}");
    }
}
