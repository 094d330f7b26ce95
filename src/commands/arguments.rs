//! Reads the command line, and prints help, the version, or what is wrong with it.

use std::{borrow::Cow, ffi::OsString};

use clap::{
    ArgAction, CommandFactory, FromArgMatches, Subcommand as _, ValueEnum,
    error::{ContextKind, ContextValue, ErrorKind},
};

use super::Context;
use crate::{
    cli::{Cli, ColorArg, Command, GROUPS, fitted, outline_fitted},
    exit::ExitCode,
    failure::{Failure, printed, sanitize_lines},
    render::{ColorMode, Format, sanitize},
};

/// Reads the command line. Help is wrapped to this width, or not at all.
pub fn read(args: &[OsString], width: Option<usize>) -> Result<Cli, clap::Error> {
    if let Some(cli) = Cli::read_views(args).or_else(|| Cli::read_frequent(args)) {
        return Ok(cli);
    }
    // To clap, a width of zero is none at all.
    let args = help_of(args);
    let is_brief = args.iter().any(|word| word == "-h");
    let columns = width.unwrap_or(0);
    let names_command = || {
        let mut words = args.iter().filter_map(|word| word.to_str());
        words.any(Command::has_subcommand)
    };
    let mut command = match is_brief || args.iter().any(|word| word == "--help") {
        true if names_command() => fitted(Cli::definition(columns), is_brief, width),
        true => outline_fitted(Cli::outline(columns), is_brief, width),
        false => Cli::command().term_width(columns),
    };
    command = command.subcommand_help_heading(GROUPS[0].0);
    let mut matches = command.try_get_matches_from_mut(&*args)?;
    Cli::from_arg_matches_mut(&mut matches).map_err(|error| error.format(&mut command))
}

/// `tokmon help check` as `tokmon check --help`.
fn help_of(args: &[OsString]) -> Cow<'_, [OsString]> {
    match args {
        [program, help, command @ ..] if help == "help" => {
            let program = std::iter::once(program);
            let words = program.chain(command).cloned();
            words.chain(["--help".into()]).collect()
        }
        args => Cow::Borrowed(args),
    }
}

/// The word on a command line that is the name of a command. It may be wrong elsewhere.
pub fn command_word(args: &[OsString]) -> Option<&str> {
    let definition = Cli::command();
    let takes_value = |word: &str| {
        let is_named = |arg: &&clap::Arg| {
            let long = word.strip_prefix("--");
            let short = word.strip_prefix('-').and_then(|word| word.chars().next());
            long.is_some() && arg.get_long() == long || short.is_some() && arg.get_short() == short
        };
        let mut options = definition.get_arguments();
        let option = options.find(is_named);
        option.is_some_and(|option| option.get_action().takes_values())
    };
    let mut words = args.iter().skip(1);
    while let Some(word) = words.next().and_then(|word| word.to_str()) {
        if !word.starts_with('-') {
            return Some(word);
        }
        let is_whole = word.contains('=') || !word.starts_with("--") && word.len() > 2;
        if takes_value(word) && !is_whole {
            words.next();
        }
    }
    None
}

/// Fails if the command does not support the output format that is asked for.
pub fn check_format(cli: &Cli) -> Result<(), Failure> {
    let (command, supported) = cli.formats();
    let values = supported.iter().filter_map(ValueEnum::to_possible_value);
    let names: Vec<String> = values.map(|value| value.get_name().to_owned()).collect();
    let (asked, option) = if cli.global.json {
        ("json", "--json".to_owned())
    } else {
        let format = cli.global.format.as_str();
        (format, format!("--format {format}"))
    };
    // The default of an output that has formats of its own.
    let is_unasked = asked == "table" && !cli.global.json;
    if names.iter().any(|name| name == asked) || is_unasked && supported.contains(&Format::Plain) {
        return Ok(());
    }
    let failure = Failure::usage(format!("{option} is not supported by `{command}`"));
    Err(failure.help(match names.as_slice() {
        [_] => "leave it out: the output is always text".to_owned(),
        names => format!("supported: {}", names.join(", ")),
    }))
}

/// Prints help or the version, or explains what is wrong with the command line.
pub fn explain(
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
    // What was typed is repeated in the message; if it holds control characters, it is shown without colour.
    let harmless = args.iter().all(|arg| {
        let arg = arg.to_string_lossy();
        sanitize(&arg) == arg
    });
    let rendered = error.render();
    let is_colored = harmless && cx.color_mode(terminal, color(args)) == ColorMode::Color;
    let mut text = if is_colored {
        rendered.ansi().to_string()
    } else if wrong {
        sanitize_lines(&rendered.to_string())
    } else {
        // Help repeats nothing that was typed.
        rendered.to_string()
    };
    if error.kind() == ErrorKind::DisplayHelp {
        text = grouped(&text);
        // Parts of the template that are empty leave their blank lines.
        while text.contains("\n\n\n") {
            text = text.replace("\n\n\n", "\n\n");
        }
    }
    if wrong {
        let _ = cx.err.write_all(text.as_bytes());
        return Ok(ExitCode::Usage);
    }
    printed(cx.out.write_all(text.as_bytes()))?;
    Ok(ExitCode::Success)
}

/// Help with all headings of [`GROUPS`], since clap has only the first.
fn grouped(help: &str) -> String {
    let [(first, _), others @ ..] = GROUPS;
    let is_heading = |line: &&str| line.contains(first);
    let written = help.split_inclusive('\n').find(is_heading);
    let mut text = String::with_capacity(help.len() + 100);
    for line in help.split_inclusive('\n') {
        let entry = line.strip_prefix("  ").unwrap_or_default();
        let entry = entry.trim_start_matches("\u{1b}[1m");
        let name = entry.split([' ', '\u{1b}']).next().unwrap_or_default();
        let group = others.iter().find(|(_, command)| *command == name);
        if let (Some((heading, _)), Some(written)) = (group, written) {
            text.push('\n');
            text += &written.replace(first, heading);
        }
        text += line;
    }
    text
}

/// The value of `--color` on a command line that is wrong elsewhere.
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

/// A tip for a word that is not a command.
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
        return Some("'tokmon' without a command shows the status".to_owned());
    }
    let command = Cli::command();
    let is_option = command
        .get_arguments()
        .any(|arg| arg.get_long() == Some(word) && matches!(arg.get_action(), ArgAction::SetTrue));
    is_option.then(|| format!("it is an option: write 'tokmon --{word}'"))
}
