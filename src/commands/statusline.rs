//! `tokmon statusline`: one line for a status bar. Bars show standard output and nothing else, and run it again and again: it prints
//! a line whatever is wrong, and waits for nothing.

use std::{ffi::OsString, path::PathBuf, time::Duration};

use super::{Context, arguments, run::Run};
use crate::{
    analysis::{Rows, StatusReport, forecast::BacktestExtent},
    cli::StatuslineArgs,
    diagnostic::Findings,
    exit::ExitCode,
    failure::{Failure, printed},
    harness::Payload,
    render::{Format, OutputStyle, statusline::Statusline},
    session::{self, MonthChoice, ViewRequest},
    store,
};

pub fn run(args: &StatuslineArgs, run: &mut Run<'_, '_>) -> Result<ExitCode, Failure> {
    let style = OutputStyle {
        width: width(args, run),
        ..run.style()
    };
    let (line, code) = match report(args.team.as_deref(), run) {
        Ok((report, None)) => (Statusline::new(&report, style), ExitCode::Success),
        Ok((report, Some(unknown))) => {
            if args.strict || run.global.verbose {
                unknown.print(run.cx.err);
            }
            let line = Statusline::new(&report, style).with_note(&unknown.to_string(), style);
            (line, ExitCode::Findings)
        }
        Err(failure) => {
            if args.strict || run.global.verbose {
                failure.print(run.cx.err);
            }
            let line = Statusline::error(&failure.to_string(), style);
            (line, ExitCode::Findings)
        }
    };
    let format = run.format();
    run.print(|out| line.write(format, style, out))?;
    Ok(if args.strict { code } else { ExitCode::Success })
}

/// The room of the bar: that of the option, else `COLUMNS`, else the terminal's.
fn width(args: &StatuslineArgs, run: &Run<'_, '_>) -> Option<usize> {
    let of_option = args.width.map(usize::from);
    let of_environment = || {
        let columns = run.cx.first_variable(&["COLUMNS"])?;
        columns.trim().parse().ok().filter(|columns| *columns > 0)
    };
    of_option.or_else(of_environment).or(run.style().width)
}

/// The figures, and that the log has no such team as the option names.
fn report(
    team: Option<&str>,
    run: &mut Run<'_, '_>,
) -> Result<(StatusReport, Option<Failure>), Failure> {
    if let Err(failure) = read_settings(run) {
        let elsewhere = failure
            .is_no_input()
            .then(|| folder_of_session(run.cx))
            .flatten();
        let Some(folder) = elsewhere else {
            return Err(failure);
        };
        run.cx.folder = folder;
        read_settings(run)?;
    }
    let log = run.locate()?;
    let now = run.now()?;
    let of_environment = || run.cx.first_variable(&["TOKMON_TEAM"]);
    let given = team.map(str::to_owned);
    let mut request = ViewRequest {
        month: MonthChoice::Current,
        rows: Rows::Summed,
        project: None,
        team: given.or_else(of_environment),
        forecast_days: false,
        backtest: BacktestExtent::None,
        budget: run.budget()?,
        findings: Findings::keeping(Some(0)),
        zone: run.zone(now),
    };
    let mut loaded = session::load(&log, &request, now, run.cx.input);
    let mut unknown = None;
    let is_usage = loaded
        .as_ref()
        .is_err_and(|failed| failed.failure.is_usage());
    if is_usage && request.team.take().is_some() {
        let whole = session::load(&log, &request, now, run.cx.input);
        let failed = std::mem::replace(&mut loaded, whole).err();
        // The environment may name a team of another log.
        unknown = failed.filter(|_| team.is_some());
    }
    match loaded {
        Ok((_, report)) => Ok((report, unknown.map(|failed| failed.failure))),
        Err(failed) => Err(failed.failure),
    }
}

/// Finds the log and its settings.
fn read_settings(run: &mut Run<'_, '_>) -> Result<(), Failure> {
    run.read_settings()?;
    let located = run.locate()?;
    run.located = Some(Ok(located));
    Ok(())
}

/// The folder of the session that Claude Code describes on standard input, which it need not have started this program in.
fn folder_of_session(cx: &mut Context<'_>) -> Option<PathBuf> {
    let input = read_briefly(cx);
    let input = String::from_utf8_lossy(&input);
    let payload = Payload::read(&input).ok()?;
    let of_workspace = |key| {
        let folder = payload.value("workspace")?.get(key)?;
        folder.string()
    };
    let folders = [
        of_workspace("project_dir"),
        of_workspace("current_dir"),
        payload.text("cwd"),
    ];
    let folders = folders.into_iter().flatten().map(PathBuf::from);
    let mut folders = folders.filter(|folder| folder.is_absolute() && *folder != cx.folder);
    folders.find(|folder| !store::is_missing(folder))
}

/// What is there to read, without waiting for more than a moment: a bar may leave the input open, or type into it.
fn read_briefly(cx: &mut Context<'_>) -> Vec<u8> {
    const MOMENT: Duration = Duration::from_millis(50);
    const MOST: usize = 1024 * 1024;
    let mut input = Vec::new();
    if cx.input_is_terminal {
        return input;
    }
    let end = (cx.uptime)() + MOMENT;
    // As large as the buffers between, so that nothing is left in one of them.
    let mut chunk = vec![0; 64 * 1024];
    while input.len() < MOST {
        let left = end.saturating_sub((cx.uptime)());
        if !(cx.input_is_ready)(left) {
            break;
        }
        match cx.input.read(&mut chunk) {
            Ok(0) | Err(_) => break,
            Ok(count) => input.extend(chunk.iter().take(count)),
        }
    }
    input
}

/// Whether a command line asks for the status line.
pub fn is_meant(args: &[OsString]) -> bool {
    arguments::command_word(args).is_some_and(|word| word == "statusline")
}

/// How a run ends that could not begin, because its options are wrong: a bar shows that, and a person sees why.
pub fn never_blank(
    outcome: Result<ExitCode, Failure>,
    args: &[OsString],
    cx: &mut Context<'_>,
) -> Result<ExitCode, Failure> {
    if cx.out_terminal.is_terminal || args.iter().any(|arg| arg == "--strict") {
        return outcome;
    }
    let why = match outcome {
        Ok(_) => "wrong options".to_owned(),
        Err(failure) => {
            failure.print(cx.err);
            failure.to_string()
        }
    };
    let style = OutputStyle::PLAIN;
    let line = Statusline::error(&why, style);
    printed(line.write(Format::Plain, style, cx.out))?;
    Ok(ExitCode::Success)
}
