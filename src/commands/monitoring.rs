//! The formats of the views that are for monitoring systems: metrics, health, and the line of a Nagios plugin.

use std::ffi::OsString;

use super::{Context, guard, judgement::is_too_old, run::Run, status};
use crate::{
    analysis::{Rows, StatusReport},
    cli::ViewArgs,
    exit::ExitCode,
    failure::{Failure, printed},
    render::{
        self, Format,
        metrics::{Exposition, MetricsPage, health, nagios},
    },
    session::LoadedLog,
};

/// Prints the report of the current month for a monitoring system.
pub fn run(args: &ViewArgs, run: &mut Run<'_, '_>) -> Result<ExitCode, Failure> {
    let format = run.format();
    refuse(args, format)?;
    let log = run.locate()?;
    let (mut loaded, report) = status::load(&log, args, Rows::Summed, run)?;
    if run.global.verbose {
        status::print_findings(&mut loaded.files, run);
    }
    match format {
        Format::Nagios => return plugin(args, &report, run),
        Format::Health => {
            let name = log.folder_name();
            print_health(args, &loaded, (&report, name.as_deref()), run)?;
        }
        _ => {
            let page = MetricsPage {
                report: &report,
                findings: &loaded.files.findings,
                decisions: &guard::counts(&log),
                stale: None,
            };
            print_metrics(&page, run)?;
        }
    }
    if !args.judges() && !report.has_rows() {
        run.note(format_args!(
            "judged {}: {}",
            report.month,
            render::no_rows(&report)
        ));
    }
    status::judged(args, &report, run)
}

/// Fails for options that these formats cannot follow.
fn refuse(args: &ViewArgs, format: Format) -> Result<(), Failure> {
    let views = [
        (args.teams, "--teams"),
        (args.daily, "--daily"),
        (args.forecast, "--forecast"),
        (args.backtest, "--backtest"),
        (args.optimizations, "--optimizations"),
        (args.full, "--full"),
    ];
    let view = views.into_iter().find(|(is_asked, _)| *is_asked);
    if let Some((_, option)) = view {
        let message = format!("{option} cannot be combined with a format for monitoring");
        return Err(
            Failure::usage(message).help(format!("leave out {option}: the format has no views"))
        );
    }
    let by_level = args
        .fail_on
        .or(args.fail_on_reserved)
        .or(args.fail_on_forecast);
    if format == Format::Nagios && by_level.is_some() {
        return Err(Failure::usage(
            "--format nagios exits with the state of the budget, and with that of no other limit",
        )
        .help("leave out --fail-on, --fail-on-reserved and --fail-on-forecast"));
    }
    Ok(())
}

fn print_metrics(page: &MetricsPage<'_>, run: &mut Run<'_, '_>) -> Result<(), Failure> {
    let format = match run.format() {
        Format::Openmetrics => Exposition::OpenMetrics,
        _ => Exposition::Prometheus,
    };
    let text = render::metrics::metrics(page, format);
    run.print(|out| out.write_all(text.as_bytes()))
}

fn print_health(
    args: &ViewArgs,
    loaded: &LoadedLog,
    (report, name): (&StatusReport, Option<&str>),
    run: &mut Run<'_, '_>,
) -> Result<(), Failure> {
    let request = status::view_request(args, Rows::Summed, run)?;
    let projects = match &args.project {
        None => loaded.project_reports(report, &request),
        Some(_) => Vec::new(),
    };
    run.print(|out| health::health(report, &projects, name, false, out))
}

fn plugin(
    args: &ViewArgs,
    report: &StatusReport,
    run: &mut Run<'_, '_>,
) -> Result<ExitCode, Failure> {
    let too_old = args.max_age.and_then(|age| is_too_old(age, report));
    let (state, line) = nagios::line(report, too_old.as_deref());
    run.print(|out| writeln!(out, "{line}"))?;
    Ok(match state {
        nagios::PluginState::Ok => ExitCode::Success,
        nagios::PluginState::Warning => ExitCode::Findings,
        nagios::PluginState::Critical => ExitCode::PluginCritical,
        nagios::PluginState::Unknown => ExitCode::PluginUnknown,
    })
}

/// Whether a command line asks for the line of a plugin, however wrong it is elsewhere.
pub fn is_plugin(args: &[OsString]) -> bool {
    let mut args = args.iter().filter_map(|arg| arg.to_str()).skip(1);
    let mut is_plugin = false;
    while let Some(arg) = args.next().filter(|arg| *arg != "--") {
        is_plugin |= match arg.strip_prefix("--format") {
            Some("") => args.next() == Some("nagios"),
            Some(value) => value == "=nagios",
            None => false,
        };
    }
    is_plugin
}

/// How a plugin ends: what failed is on its line, and its state is unknown.
pub fn plugin_outcome(
    outcome: Result<ExitCode, Failure>,
    cx: &mut Context<'_>,
) -> Result<ExitCode, Failure> {
    let line = match &outcome {
        Err(failure) => nagios::failed(&failure.to_string()),
        Ok(ExitCode::Usage) => nagios::failed("wrong usage: standard error says what is wrong"),
        Ok(_) => return outcome,
    };
    printed(writeln!(cx.out, "{line}"))?;
    if let Err(failure) = outcome {
        failure.print(cx.err);
    }
    Ok(ExitCode::PluginUnknown)
}
