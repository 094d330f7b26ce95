//! Reads the command line, and says what there is to say instead of a report: help, the version, or what is wrong.

use std::ffi::OsString;

use clap::{
    ArgAction, CommandFactory, FromArgMatches, ValueEnum,
    error::{ContextKind, ContextValue},
};

use super::Context;
use crate::{
    cli::{Cli, ColorArg},
    exit::ExitCode,
    failure::{Failure, cannot_print, sanitize_lines},
    render::{ColorMode, sanitize},
};

/// Reads the command line. Help is folded to this many cells; its lines stay whole where there is no width.
pub(super) fn read(args: &[OsString], width: Option<usize>) -> Result<Cli, clap::Error> {
    // To clap, a width of zero is none at all.
    let mut command = Cli::command().term_width(width.unwrap_or(0));
    let mut matches = command.try_get_matches_from_mut(args)?;
    Cli::from_arg_matches_mut(&mut matches).map_err(|error| error.format(&mut command))
}

/// Shows help or version, or says what is wrong with the command line.
pub(super) fn tell(
    mut error: clap::Error,
    args: &[OsString],
    cx: &mut Context<'_>,
) -> Result<ExitCode, Failure> {
    if let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidSubcommand)
        && let Some(tip) = tip(word)
    {
        error.insert(
            ContextKind::Suggested,
            ContextValue::StyledStrs(vec![tip.into()]),
        );
    }
    let wrong = error.use_stderr();
    let terminal = if wrong {
        cx.err_terminal
    } else {
        cx.out_terminal
    };
    // What was typed is repeated in the message; where it is not harmless, it is shown without colour.
    let harmless = args.iter().all(|arg| {
        let arg = arg.to_string_lossy();
        sanitize(&arg) == arg
    });
    let text = if harmless && cx.color_mode(terminal, color(args)) == ColorMode::Color {
        error.render().ansi().to_string()
    } else {
        sanitize_lines(&error.render().to_string())
    };
    if wrong {
        let _ = cx.err.write_all(text.as_bytes());
        return Ok(ExitCode::Usage);
    }
    cx.out.write_all(text.as_bytes()).map_err(cannot_print)?;
    Ok(ExitCode::Success)
}

/// What `--color` says on a command line that cannot be read as a whole.
fn color(args: &[OsString]) -> ColorArg {
    let mut args = args.iter().filter_map(|arg| arg.to_str()).skip(1);
    let mut color = None;
    while let Some(arg) = args.next().filter(|arg| *arg != "--") {
        let value = match arg.strip_prefix("--color") {
            Some("") => args.next(),
            Some(value) => value.strip_prefix('='),
            None => continue,
        };
        color = value.and_then(|value| ColorArg::from_str(value, false).ok());
    }
    color.unwrap_or_default()
}

/// What somebody may have meant by a word that is no command.
fn tip(word: &str) -> Option<String> {
    if word.contains(['/', '\\', '.']) {
        let quote = if word.contains(char::is_whitespace) {
            "\""
        } else {
            ""
        };
        return Some(format!(
            "to read that log, write 'tokmon --file {quote}{word}{quote}'"
        ));
    }
    if word == "status" {
        return Some("the status is what 'tokmon' shows without a command".to_owned());
    }
    let command = Cli::command();
    let is_option = command
        .get_arguments()
        .any(|arg| arg.get_long() == Some(word) && matches!(arg.get_action(), ArgAction::SetTrue));
    is_option.then(|| format!("it is an option: write 'tokmon --{word}'"))
}
