//! The definition of the command line: help, completions and man pages are all generated from it. No behaviour.
//! The options of the subcommands are in `subcommands`, the spellings of values in `values`.

#![expect(clippy::doc_markdown, reason = "these texts are shown by --help")]
#![expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line"
)]

mod subcommands;
mod values;

use std::{ffi::OsString, path::PathBuf, time::Duration};

use chrono::{DateTime, FixedOffset};
use clap::{
    Args, FromArgMatches, Parser, Subcommand, ValueEnum,
    builder::{PossibleValue, styling},
};

use crate::{
    model::{Level, Month, Tokens},
    render::{Format, Theme, View},
};

pub use subcommands::{
    ArchiveArgs, CheckArgs, Command, InitArgs, MigrateArgs, RecordArgs, RewriteArgs, SchemaOf,
    StatementArgs,
};
pub use values::{parse_time, parse_tokens};

const STYLES: styling::Styles = styling::Styles::styled()
    .header(styling::AnsiColor::Green.on_default().bold())
    .usage(styling::AnsiColor::Green.on_default().bold())
    .literal(styling::Style::new().bold());

/// Help begins with the examples.
pub(super) const TEMPLATE: &str = "\
{about-with-newline}
{usage-heading} {usage}

{before-help}{all-args}{after-help}";

const EXAMPLES: &str = "\
Examples:
  tokmon                                 show the status of the cost log found from here
  tokmon -f cost-log.md --teams --daily  show every team, then every day
  tokmon --forecast --budget 200K        show the forecast against this budget
  tokmon --watch                         follow the log in a dashboard
  tokmon --json | jq .level              use the report in scripts
  tokmon --fail-on critical              exit with 1 from 90% of the budget
  tokmon record --team QA --tokens 1.2K  record spending
  tokmon check --fix                     fix what can be fixed safely";

const MORE: &str = "tokmon COMMAND -h shows the options of a command; --help shows more than -h.";

const EXIT_CODES: &str = "\
Exit codes:
  0   success
  1   the limit of a --fail-on… or of --max-age is reached, or `check` found errors or warnings
  64  wrong usage
  65  no usable data
  66  no log
  69  the log cannot be locked on this system
  70  a bug in tokmon; nothing was written
  73  a file exists already, or cannot be created
  74  reading or writing failed
  75  the log is in use: try again
  77  permission denied
  78  wrong settings";

/// The headings of the subcommands in help. The second is above [`SECOND_GROUP`] and those after it.
pub const GROUPS: [&str; 2] = ["Keep the log", "Connect and set up"];
pub const SECOND_GROUP: &str = "schema";

/// The token budget of a team of AI agents, read from its Markdown cost log
#[derive(Clone, Debug, Parser)]
#[command(name = "tokmon", version, styles = STYLES, help_template = TEMPLATE, before_help = EXAMPLES, after_help = MORE, after_long_help = EXIT_CODES, disable_help_subcommand = true)]
pub struct Cli {
    #[command(flatten)]
    pub views: ViewArgs,
    #[command(flatten)]
    pub watching: WatchArgs,
    #[command(flatten)]
    pub global: GlobalArgs,
    #[command(subcommand)]
    pub command: Option<Command>,
}

impl Cli {
    /// Reads a command line that asks for no subcommand. Without the definitions of the subcommands, which take a tenth of the
    /// start. `None` if it may ask for one, for help, or is wrong: the whole definition decides that.
    pub fn read_views(args: &[OsString]) -> Option<Self> {
        let needs_all =
            |word: &str| ["-h", "--help"].contains(&word) || Command::has_subcommand(word);
        if args
            .iter()
            .skip(1)
            .filter_map(|arg| arg.to_str())
            .any(needs_all)
        {
            return None;
        }
        let command = GlobalArgs::augment_args(WatchArgs::augment_args(ViewArgs::augment_args(
            clap::Command::new("tokmon"),
        )));
        let mut matches = command.try_get_matches_from(args).ok()?;
        Self::from_arg_matches_mut(&mut matches).ok()
    }

    /// The definition for `-h`: a line for each option, and of the global ones those that every command has a use for.
    pub fn briefly(mut command: clap::Command) -> clap::Command {
        command.build();
        let command = command.mut_args(brief);
        command.mut_subcommands(|command| {
            command.mut_args(|arg| {
                let is_rare =
                    !["file", "format", "budget", "quiet"].contains(&arg.get_id().as_str());
                let is_rare = is_rare && arg.is_global_set();
                brief(arg).hide_short_help(is_rare)
            })
        })
    }

    /// Whether a cost log and its settings are needed.
    pub const fn reads_log(&self) -> bool {
        use Command::{Completions, Init, Man, Schema};
        !matches!(
            self.command,
            Some(Init(_) | Schema { .. } | Completions { .. } | Man { .. })
        )
    }

    /// The name of the subcommand, and the formats that it or the views have.
    pub fn formats(&self) -> (&'static str, &'static [Format]) {
        self.command
            .as_ref()
            .map_or(("tokmon", values::VIEW_FORMATS), Command::formats)
    }
}

/// An option with its values in its text, where they fit there, and without its default.
fn brief(arg: clap::Arg) -> clap::Arg {
    const MAX_WIDTH: usize = 50;
    let values = arg.get_possible_values();
    let names: Vec<&str> = values.iter().map(PossibleValue::get_name).collect();
    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let with_values = format!("{help}: {}", names.join(", "));
    let arg = arg.hide_possible_values(true).hide_default_value(true);
    if names.is_empty() || !arg.get_action().takes_values() || with_values.len() > MAX_WIDTH {
        return arg;
    }
    arg.help(with_values)
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
pub struct ViewArgs {
    /// Show each team: used, allocated, per deliverable
    #[arg(long, help_heading = "Views [default: status]")]
    pub teams: bool,
    /// Show each day, row by row
    #[arg(long, help_heading = "Views [default: status]")]
    pub daily: bool,
    /// Show where the month is likely to end, and why
    ///
    /// The likely total, its range, the chance of exceeding the budget, when thresholds are crossed, and the reasons.
    #[arg(long, help_heading = "Views [default: status]")]
    pub forecast: bool,
    /// Compare past forecasts with finished months
    #[arg(long, help_heading = "Views [default: status]")]
    pub backtest: bool,
    /// Show tokens per operation before and after
    #[arg(long, help_heading = "Views [default: status]")]
    pub optimizations: bool,
    /// Show all views but the backtest
    #[arg(long, help_heading = "Views [default: status]")]
    pub full: bool,
    /// The month to report on, like 2026-02
    ///
    /// Without this option, the newest month with rows, or the current one for --fail-on and --max-age.
    #[arg(long, value_name = "MONTH")]
    pub month: Option<Month>,
    /// The project of the month to report on
    #[arg(long, value_name = "NAME")]
    pub project: Option<String>,
    /// List only this team, and judge it
    ///
    /// By its own limit; totals still include all teams.
    #[arg(long, value_name = "NAME")]
    pub team: Option<String>,
    /// Exit with 1 from this level of what is used
    #[arg(long, value_name = "LEVEL", value_parser = values::one_of([Level::Note, Level::Warning, Level::Critical, Level::Exceeded]))]
    pub fail_on: Option<Level>,
    /// Exit with 1 from this level with what is held
    ///
    /// Judges what is used together with what live holds reserve.
    #[arg(long, value_name = "LEVEL", value_parser = values::one_of([Level::Note, Level::Warning, Level::Critical, Level::Exceeded]))]
    pub fail_on_reserved: Option<Level>,
    /// Exit with 1 from this level of the forecast
    #[arg(long, value_name = "LEVEL", value_parser = values::one_of([Level::Warning, Level::Critical]))]
    pub fail_on_forecast: Option<Level>,
    /// Exit with 1 if the last row is older, like 2d
    ///
    /// Or 36h; a bare number is in days.
    #[arg(long, value_name = "TIME", value_parser = values::parse_age)]
    pub max_age: Option<Duration>,
}

impl ViewArgs {
    /// Whether the forecast is shown in full.
    pub const fn shows_forecast(&self) -> bool {
        self.forecast || self.full
    }

    /// Whether the run judges: then it is about the current month, with rows or without.
    pub const fn judges(&self) -> bool {
        self.fail_on.is_some()
            || self.fail_on_reserved.is_some()
            || self.fail_on_forecast.is_some()
            || self.max_age.is_some()
    }

    /// The chosen views, in the order in which they are shown.
    pub fn chosen(&self) -> Vec<View> {
        let is_asked = |view: &View| match view {
            View::Status => self.full,
            View::Teams => self.full || self.teams,
            View::Daily => self.full || self.daily,
            View::Forecast => self.full || self.forecast,
            View::Backtest => self.backtest,
            View::Optimizations => self.full || self.optimizations,
        };
        let views: Vec<View> = View::ALL.iter().copied().filter(is_asked).collect();
        if views.is_empty() {
            vec![View::Status]
        } else {
            views
        }
    }
}

/// Options of a single report, which cannot be followed.
const ONCE: [&str; 10] = [
    "json",
    "format",
    "output",
    "fail_on",
    "fail_on_reserved",
    "fail_on_forecast",
    "max_age",
    "backtest",
    "optimizations",
    "full",
];

#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
#[command(next_help_heading = "Dashboard")]
pub struct WatchArgs {
    /// Follow the log in a dashboard
    ///
    /// It opens at --teams, --daily or --forecast. If the output is not a terminal, this is the same as --follow.
    #[arg(long, group = "following", conflicts_with_all = ONCE)]
    pub watch: bool,
    /// Print a line for each change of the log
    #[arg(long, group = "following", conflicts_with_all = ONCE, conflicts_with_all = ["teams", "daily", "forecast"])]
    pub follow: bool,
    /// Look for changes at this interval, like 5 or 1m
    ///
    /// For file systems that send no change events, like some network drives.
    #[arg(long, requires = "following", value_name = "SECONDS", value_parser = values::parse_poll)]
    pub poll: Option<Duration>,
    /// Ring the bell when a threshold is crossed
    ///
    /// The key b turns it on and off.
    #[arg(long, requires = "watch", conflicts_with = "follow")]
    pub bell: bool,
    /// The colours of the dashboard
    #[arg(long, requires = "watch", conflicts_with = "follow", value_enum, default_value_t = Theme::Auto, value_name = "THEME")]
    pub theme: Theme,
}

impl WatchArgs {
    /// Whether changes are to be followed.
    pub const fn is_asked(&self) -> bool {
        self.watch || self.follow
    }
}

#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Global options")]
pub struct GlobalArgs {
    /// The cost log; - reads standard input
    ///
    /// Without this option: the file that TOKMON_FILE names, else the one that tokmon.toml names, else one of the usual names in this folder or one above it, up to the root of the repository.
    #[arg(short, long, global = true, value_name = "PATH")]
    pub file: Option<PathBuf>,
    /// The month's budget in tokens, like 200K
    ///
    /// Without this option: TOKMON_BUDGET, else tokmon.toml, else what the log says.
    #[arg(long, global = true, value_name = "TOKENS", value_parser = parse_tokens, allow_hyphen_values = true)]
    pub budget: Option<Tokens>,
    /// The settings file
    ///
    /// Without this option: the file that TOKMON_CONFIG names, else the nearest tokmon.toml.
    #[arg(long, global = true, value_name = "PATH")]
    pub config: Option<PathBuf>,
    /// The time to report for, like 2026-02-25T17:00:00Z
    ///
    /// Without this option: TOKMON_NOW, else now.
    #[arg(long, global = true, value_name = "RFC3339", value_parser = parse_time)]
    pub now: Option<DateTime<FixedOffset>>,
    /// The time zone of dates, like Asia/Seoul or +09:00
    ///
    /// UTC and local are time zones, too. Without this option: that of the settings, else that of --now, else the local one.
    #[arg(long, global = true, value_name = "ZONE", allow_hyphen_values = true)]
    pub timezone: Option<String>,
    /// The output format
    #[arg(long, global = true, value_parser = values::FormatParser(values::VIEW_FORMATS), default_value = "table")]
    pub format: String,
    /// Short for --format json
    #[arg(long, global = true, conflicts_with = "format")]
    pub json: bool,
    /// Write the output to a file
    ///
    /// The file is replaced as a whole, or stays as it is if the command fails. - is standard output.
    #[arg(short, long, global = true, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// When to use colour
    #[arg(long, global = true, value_enum, default_value_t = ColorArg::Auto, value_name = "WHEN")]
    pub color: ColorArg,
    /// Draw bars and symbols in ASCII
    #[arg(long, global = true)]
    pub ascii: bool,
    /// Print no remarks on standard error
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Show each problem in the log with its line
    ///
    /// On standard error, where the settings file is named, too.
    #[arg(short, long, global = true)]
    pub verbose: bool,
}

impl GlobalArgs {
    /// The format, `--json` included. Checked against what the command supports before it runs.
    pub fn format(&self) -> Format {
        if self.json {
            return Format::Json;
        }
        Format::from_str(&self.format, false).unwrap_or(Format::Table)
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ColorArg {
    /// On a terminal, unless the environment says otherwise
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definition_is_consistent() {
        Cli::command().debug_assert();
        assert!(Command::has_subcommand(SECOND_GROUP));
    }

    #[test]
    fn views_are_read_alike_with_and_without_subcommands() {
        for line in [
            "",
            "--teams --daily --month 2026-02 -f x.md --budget 200K",
            "--json -q --color=never --ascii -o out.json --timezone -05:00",
            "--watch --poll 5s --theme cvd --bell --team record-keeping",
            "--fail-on critical --fail-on-reserved note --fail-on-forecast warning --max-age 2d --now 2026-02-25T17:00:00Z",
        ] {
            let args: Vec<OsString> = ["tokmon"]
                .into_iter()
                .chain(line.split_whitespace())
                .map(OsString::from)
                .collect();
            let views = Cli::read_views(&args).unwrap();
            let all = Cli::try_parse_from(&args).unwrap();
            assert_eq!(format!("{views:?}"), format!("{all:?}"), "{line}");
        }
        for line in [
            "check",
            "--team record",
            "--help",
            "-h",
            "-V",
            "--teem x",
            "x",
        ] {
            let args = ["tokmon"].into_iter().chain(line.split_whitespace());
            let args: Vec<OsString> = args.map(OsString::from).collect();
            assert!(Cli::read_views(&args).is_none(), "{line}");
        }
    }
}
