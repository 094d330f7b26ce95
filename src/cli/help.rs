//! What help says beside the options, and how it is laid out. Both kinds of help, and the man pages, are made from the same
//! definitions: `-h` has a line for each option, `--help` all that is known of it.

use clap::{
    Command,
    builder::{PossibleValue, StyledStr, styling},
};

pub(super) const STYLES: styling::Styles = styling::Styles::styled()
    .header(styling::AnsiColor::Green.on_default().bold())
    .usage(styling::AnsiColor::Green.on_default().bold())
    .literal(styling::Style::new().bold());

/// Help begins with the examples.
pub(super) const TEMPLATE: &str = "\
{about-with-newline}
{usage-heading} {usage}

{before-help}{all-args}{after-help}";

pub(super) const EXAMPLES: &str = "\
Examples:
  tokmon                                 show the status of the cost log
  tokmon -f cost-log.md --teams --daily  show every team, then every day
  tokmon --forecast --budget 200K        show the forecast against this budget
  tokmon --watch                         follow the log in a dashboard
  tokmon --json | jq .level              use the report in scripts
  tokmon record --team QA --tokens 1.2K  record usage
As a line of a crontab, each morning; it prints nothing below the limit:
  5 8 * * * cd ~/project && ~/.cargo/bin/tokmon -qo /dev/null --fail-on warning";

pub(super) const MORE: &str =
    "tokmon COMMAND -h shows the options of a command; --help shows more than -h.";

/// The headings of the subcommands in help, each with the first of its commands.
pub const GROUPS: [(&str, &str); 3] = [
    ("Keep the log", "record"),
    ("Spend within the budget", "guard"),
    ("Connect and set up", "serve"),
];

/// The heading of the options that every command has.
pub(super) const GLOBAL: &str = "Global options";

/// The options of every command that `-h` of a command shows.
const OFTEN_USED: [&str; 5] = ["file", "format", "budget", "quiet", "help"];

/// The options of the views that `-h` leaves to `--help`, so that it fits a screen or two.
const RARE: [&str; 12] = [
    "bell",
    "on_alert",
    "project",
    "backtest",
    "optimizations",
    "poll",
    "theme",
    "config",
    "now",
    "timezone",
    "color",
    "ascii",
];

const EXIT_CODES: [(u8, &str); 14] = [
    (0, "success"),
    (1, "a limit is reached, or check found errors or warnings"),
    (
        10,
        "downgrade: allowed with the cheaper model that is named",
    ),
    (20, "deny"),
    (64, "wrong usage"),
    (65, "no usable data"),
    (66, "no log, or no such file"),
    (69, "the log cannot be locked on this system"),
    (70, "a bug in tokmon; nothing was written"),
    (73, "a file exists already, or cannot be created"),
    (74, "reading or writing failed"),
    (75, "the log is in use: try again"),
    (77, "permission denied"),
    (78, "wrong settings"),
];

/// The exit codes of each command, in the order of [`EXIT_CODES`].
const CODES: [(&str, &[u8]); 20] = [
    (
        "tokmon",
        &[0, 1, 10, 20, 64, 65, 66, 69, 70, 73, 74, 75, 77, 78],
    ),
    ("record", &[0, 64, 65, 66, 69, 70, 74, 75, 77, 78]),
    ("check", &[0, 1, 64, 65, 66, 69, 70, 74, 75, 77, 78]),
    ("archive", &[0, 64, 65, 66, 69, 70, 74, 75, 77, 78]),
    ("migrate", &[0, 64, 65, 66, 69, 70, 74, 75, 77, 78]),
    ("init", &[0, 64, 70, 73, 74]),
    ("import", &[0, 64, 65, 66, 69, 70, 74, 75, 77, 78]),
    ("compare", &[0, 1, 64, 65, 66, 74, 77, 78]),
    ("guard", &[0, 1, 10, 20, 64, 65, 66, 69, 70, 74, 75, 77, 78]),
    ("holds", &[0, 64, 65, 66, 69, 70, 74, 75, 77, 78]),
    ("budget", &[0, 1, 64, 65, 66, 69, 70, 74, 75, 77, 78]),
    ("alert", &[0, 64, 65, 66, 69, 70, 74, 75, 77, 78]),
    ("trust", &[0, 64, 66, 69, 74, 78]),
    ("serve", &[0, 64, 65, 66, 74, 77, 78]),
    ("prices", &[0, 64, 65, 66, 70, 74, 77, 78]),
    ("statusline", &[0, 1]),
    ("hooks", &[0, 64, 65, 66, 73, 74, 75, 77]),
    ("schema", &[0, 64, 74]),
    ("completions", &[0, 64, 74]),
    ("man", &[0, 64, 74]),
];

/// What a code means for a command, where it is more exact than in [`EXIT_CODES`].
const OWN_MEANINGS: [(&str, u8, &str); 6] = [
    ("compare", 1, "more differs than --fail-above allows"),
    ("guard", 1, "as a hook: it could not decide"),
    (
        "alert",
        69,
        "there is no such program, or it cannot be started",
    ),
    ("trust", 69, "there is no such program"),
    (
        "alert",
        75,
        "a notice was not sent, or the log is in use: try again",
    ),
    (
        "alert",
        77,
        "permission denied, or the settings are not trusted",
    ),
];

/// The definition with nothing but the names of its subcommands, and what they are about.
///
/// Global options are those of the program alone: a copy of each for every command would take a tenth of the time.
pub(super) fn without_options(command: Command) -> Command {
    let command = command.mut_args(|arg| arg.global(false));
    command.mut_subcommands(|command| {
        let mut names = CODES.iter().map(|(name, _)| *name).enumerate();
        let Some((order, name)) = names.find(|(_, name)| *name == command.get_name()) else {
            return command;
        };
        let about = command.get_about().cloned().unwrap_or_default();
        let command = Command::new(name).about(about).display_order(order);
        command.disable_help_flag(true)
    })
}

/// The definition, with the exit codes of each command at the end of its long help.
pub(super) fn with_exit_codes(command: Command) -> Command {
    with_own_exit_codes(command).mut_subcommands(with_own_exit_codes)
}

/// The same for the program or one command alone.
pub(super) fn with_own_exit_codes(command: Command) -> Command {
    let name = command.get_name();
    let Some((name, codes)) = CODES.iter().find(|(of, _)| *of == name) else {
        return command;
    };
    let before = command.get_after_long_help();
    let before = before.or_else(|| command.get_after_help());
    let before = before.map(|text| format!("{text}\n\n")).unwrap_or_default();
    command.after_long_help(format!("{before}{}", exit_codes(name, codes)))
}

fn exit_codes(command: &str, codes: &[u8]) -> String {
    let lines = EXIT_CODES.iter().filter(|(code, _)| codes.contains(code));
    let own = |code: u8| {
        let mut own = OWN_MEANINGS.iter();
        own.find(|(of, number, _)| *of == command && *number == code)
    };
    let lines = lines.map(|(code, meaning)| {
        let meaning = own(*code).map_or(*meaning, |(_, _, meaning)| meaning);
        format!("  {code:<3} {meaning}")
    });
    let lines: Vec<String> = lines.collect();
    format!("Exit codes:\n{}", lines.join("\n"))
}

/// The definition for help of some width. If it is brief, it has a line for each option, and of the options that every command
/// has those that are often used.
pub fn fitted(command: Command, is_brief: bool, width: Option<usize>) -> Command {
    let command = outline_fitted(command, is_brief, width);
    command.mut_subcommands(|command| {
        let command = laid_out(command, is_brief, width);
        command.mut_args(|arg| {
            let is_rare = !OFTEN_USED.contains(&arg.get_id().as_str());
            let is_rare = is_rare && arg.is_global_set();
            arg.hide_short_help(is_rare)
        })
    })
}

/// The same without the options of the subcommands.
pub fn outline_fitted(command: Command, is_brief: bool, width: Option<usize>) -> Command {
    let command = laid_out(command, is_brief, width);
    command.mut_args(|arg| {
        let is_rare = RARE.contains(&arg.get_id().as_str());
        arg.hide_short_help(is_rare)
    })
}

fn laid_out(command: Command, is_brief: bool, width: Option<usize>) -> Command {
    let command = match (command.get_before_help(), width) {
        (Some(examples), Some(width)) => {
            let examples = folded(examples, width);
            command.before_help(examples)
        }
        _ => command,
    };
    command.mut_args(|arg| {
        let is_common = ["help", "version"].contains(&arg.get_id().as_str());
        let arg = if is_common {
            arg.help_heading(GLOBAL)
        } else {
            arg
        };
        if is_brief { brief(arg) } else { arg }
    })
}

/// Examples with what each does below it, if beside it there is no room.
fn folded(examples: &StyledStr, width: usize) -> String {
    let examples = examples.to_string();
    let is_narrow = |line: &str| line.chars().count() > width && split(line).is_some();
    if !examples.lines().any(is_narrow) {
        return examples;
    }
    let lines = examples.lines().map(|line| match split(line) {
        Some((example, what)) => format!("{example}\n      {what}"),
        None => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// An example and what it does: they are two blanks or more apart.
fn split(line: &str) -> Option<(&str, &str)> {
    let example = line.strip_prefix("  ")?;
    let (example, what) = example.split_once("  ")?;
    let example = line.get(..example.len() + 2)?;
    Some((example, what.trim_start()))
}

/// An option with its values in its text, or the first of them where not all fit there, and without its default.
fn brief(arg: clap::Arg) -> clap::Arg {
    const MAX_WIDTH: usize = 50;
    let values = arg.get_possible_values();
    let names: Vec<&str> = values.iter().map(PossibleValue::get_name).collect();
    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let with = |names: &[&str], rest: &str| format!("{help}: {}{rest}", names.join(", "));
    let arg = arg.hide_possible_values(true).hide_default_value(true);
    if names.is_empty() || !arg.get_action().takes_values() {
        return arg;
    }
    let all = with(&names, "");
    if all.len() <= MAX_WIDTH {
        return arg.help(all);
    }
    let mut fitting = (3..names.len()).rev().filter_map(|some| names.get(..some));
    match fitting.find(|some| with(some, ", ...").len() <= MAX_WIDTH) {
        Some(some) => arg.help(with(some, ", ...")),
        None => arg,
    }
}
