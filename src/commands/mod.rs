//! One file for each command, and the [`Context`] they run in.

mod archive;
mod arguments;
mod check;
mod completions;
mod context;
mod edit;
mod edit_session;
mod init;
mod man;
mod migrate;
mod output;
mod record;
mod status;
mod watch;

pub use context::{Context, Environment, Terminal};

use std::ffi::OsString;

use crate::{
    cli::{Cli, Command, SchemaOf, ViewArgs},
    config,
    exit::ExitCode,
    failure::Failure,
    session::locate,
};

/// Runs the command that the arguments ask for, program name first.
pub(crate) fn run(args: &[OsString], cx: &mut Context<'_>) -> Result<ExitCode, Failure> {
    match arguments::read(args, cx.out_terminal.width) {
        Ok(mut cli) => {
            if cli.global.timezone.is_none() {
                cli.global.timezone = timezone_of_settings(&cli, cx)?;
            }
            dispatch(&cli, cx)
        }
        Err(error) => arguments::explain(error, args, cx),
    }
}

/// The time zone that the settings name. Settings that cannot be read are reported by the command.
fn timezone_of_settings(cli: &Cli, cx: &Context<'_>) -> Result<Option<String>, Failure> {
    let without_settings = matches!(
        cli.command,
        Some(
            Command::Init(_)
                | Command::Schema { .. }
                | Command::Completions { .. }
                | Command::Man { .. }
        )
    );
    if without_settings {
        return Ok(None);
    }
    let located = locate(&cx.log_options(&cli.global)).ok();
    let Some(zone) = located.and_then(|located| located.settings.timezone) else {
        return Ok(None);
    };
    match cx.in_zone((cx.clock)(), &zone) {
        Ok(_) => Ok(Some(zone)),
        Err(_) => Err(
            Failure::config(format!("unknown time zone `{zone}` in {}", config::FILE)).help(
                "set `timezone` to a name like Asia/Seoul, an offset like +09:00, UTC or local",
            ),
        ),
    }
}

fn dispatch(cli: &Cli, cx: &mut Context<'_>) -> Result<ExitCode, Failure> {
    if cli.command.is_some() && cli.views != ViewArgs::default() {
        return Err(
            Failure::usage("view options cannot be combined with a command")
                .help("see tokmon --help"),
        );
    }
    arguments::check_format(cli)?;
    let file = cli.global.output.as_deref();
    let outcome = match file.filter(|path| path.as_os_str() != "-") {
        Some(path) => output::to_file(path, cli, cx, command),
        None => command(cli, cx),
    };
    // A signal that arrived while a log was written was deferred until that was done.
    match cx.signals.received() {
        Some(signal) if outcome.is_ok() => Ok(signal.into()),
        _ => outcome,
    }
}

fn command(cli: &Cli, cx: &mut Context<'_>) -> Result<ExitCode, Failure> {
    match &cli.command {
        None if cli.watching.is_asked() => watch::run(&cli.views, &cli.watching, &cli.global, cx),
        None => status::run(&cli.views, &cli.global, cx),
        Some(Command::Record(args)) => record::run(args, &cli.global, cx),
        Some(Command::Check(args)) => check::run(args, &cli.global, cx),
        Some(Command::Archive(args)) => archive::run(args, &cli.global, cx),
        Some(Command::Migrate(args)) => migrate::run(args, &cli.global, cx),
        Some(Command::Init(args)) => init::run(args, &cli.global, cx),
        Some(Command::Schema {
            of: SchemaOf::Report,
        }) => status::schema(cx),
        Some(Command::Schema {
            of: SchemaOf::Check,
        }) => check::schema(cx),
        Some(Command::Completions { shell }) => completions::run(*shell, cx),
        Some(Command::Man { command }) => man::run(command.as_deref(), cx),
    }
}
