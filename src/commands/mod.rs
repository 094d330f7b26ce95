//! One file for each command, and the [`Context`] they run in.

mod alert;
mod archive;
mod arguments;
mod budget;
mod check;
mod compare;
mod complete;
mod context;
mod edit_session;
mod editor;
mod generate;
mod guard;
mod holds;
mod hook;
mod hooks;
mod import;
mod init;
mod judgement;
mod man;
mod migrate;
mod monitoring;
mod output;
mod prices;
mod record;
mod run;
mod serve;
mod settling;
mod status;
mod statusline;
mod trust;
mod watch;

pub use context::{Context, Terminal};

use std::ffi::OsString;

pub use hook::HookCall;
use run::Run;

use crate::{
    cli::{Cli, Command, ViewArgs},
    exit::ExitCode,
    failure::Failure,
};

/// Runs the command that the arguments ask for, program name first.
pub fn run(args: &[OsString], cx: &mut Context<'_>) -> Result<ExitCode, Failure> {
    if let Some(call) = HookCall::of(args) {
        return Ok(call.run(args, cx));
    }
    if let Some(code) = import::run_detached(args, cx) {
        return Ok(code);
    }
    let outcome = run_command(args, cx);
    if monitoring::is_plugin(args) {
        return monitoring::plugin_outcome(outcome, cx);
    }
    match outcome {
        Ok(ExitCode::Usage) | Err(_) if statusline::is_meant(args) => {
            statusline::never_blank(outcome, args, cx)
        }
        outcome => outcome,
    }
}

fn run_command(args: &[OsString], cx: &mut Context<'_>) -> Result<ExitCode, Failure> {
    if let Some(shell) = cx.variable(complete::VARIABLE) {
        return complete::run(&shell, args, cx);
    }
    let cli = match arguments::read(args, cx.out_terminal.width) {
        Ok(cli) => cli,
        Err(error) => return arguments::explain(error, args, cx),
    };
    if cli.command.is_some() && cli.views != ViewArgs::default() {
        return Err(
            Failure::usage("view options cannot be combined with a command")
                .help("see tokmon --help"),
        );
    }
    arguments::check_format(&cli)?;
    let mut run = Run::new(&cli.global, cx);
    if cli.reads_log() {
        run.read_settings()?;
    }
    if let Some(Command::Serve(serving)) = &cli.command {
        return serve::run(serving, args, &mut run);
    }
    let file = cli.global.output.as_deref();
    let outcome = match file.filter(|path| path.as_os_str() != "-") {
        Some(path) => output::to_file(path, &mut run, |run| command(&cli, args, run)),
        None => command(&cli, args, &mut run),
    };
    // A signal that arrived while a log was written was deferred until that was done.
    match cx.signals.received() {
        Some(signal) if outcome.is_ok() => Ok(signal.into()),
        _ => outcome,
    }
}

fn command(cli: &Cli, args: &[OsString], run: &mut Run<'_, '_>) -> Result<ExitCode, Failure> {
    match &cli.command {
        Some(Command::Serve(_)) => Err(Failure::usage("`serve` has no output")),
        None if cli.watching.is_asked() => watch::run(&cli.views, &cli.watching, run),
        None => status::run(&cli.views, run),
        Some(Command::Record(args)) => record::run(args, run),
        Some(Command::Guard(args)) => guard::run(args, run),
        Some(Command::Holds(args)) => holds::run(args, run),
        Some(Command::Budget(args)) => budget::run(args, run),
        Some(Command::Prices(args)) => prices::run(args, run),
        Some(Command::Check(args)) => check::run(args, run),
        Some(Command::Archive(args)) => archive::run(args, run),
        Some(Command::Migrate(args)) => migrate::run(args, run),
        Some(Command::Init(args)) => init::run(args, run),
        Some(Command::Import(args)) => import::run(args, run),
        Some(Command::Compare(args)) => compare::run(args, run),
        Some(Command::Alert(args)) => alert::run(args, run),
        Some(Command::Trust(args)) => trust::run(args, run),
        Some(Command::Statusline(args)) => statusline::run(args, run),
        Some(Command::Hooks(asked)) => hooks::run(asked, args.first(), run),
        Some(Command::Schema { of }) => generate::schema(*of, run),
        Some(Command::Completions { shell }) => generate::completions(*shell, run),
        Some(Command::Man { folder }) => man::run(folder.as_deref(), run),
    }
}
