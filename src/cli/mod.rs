//! The definition of the command line: help, completions and man pages are all generated from it. No behaviour.
//! The options of the subcommands are in `subcommands`, the spellings of values in `values`.

#![expect(
    clippy::doc_markdown,
    rustdoc::broken_intra_doc_links,
    reason = "these texts are shown by --help: `[budget]` in them is a table of the settings"
)]
#![expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line"
)]

mod alert_args;
mod budget_args;
mod help;
mod hook_args;
mod import_args;
mod record_args;
mod serve_args;
mod subcommands;
mod values;

use std::{ffi::OsString, path::PathBuf, time::Duration};

use chrono::{DateTime, FixedOffset};
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

use crate::{
    model::{Level, Month, Tokens},
    render::{Format, Theme, View},
};

pub use alert_args::{AlertArgs, TrustArgs};
pub use budget_args::{BudgetArgs, PricesArgs};
use help::{EXAMPLES, MORE, STYLES, TEMPLATE};
pub use help::{GROUPS, fitted, outline_fitted};
pub use hook_args::{HooksArgs, OnError, StatuslineArgs};
pub use import_args::{CompareArgs, GroupBy, ImportArgs, Since, TranscriptArgs};
pub use record_args::{RecordArgs, StatementArgs};
pub use serve_args::ServeArgs;
pub use subcommands::{
    ArchiveArgs, CheckArgs, Command, GuardArgs, HoldsArgs, InitArgs, MigrateArgs, RewriteArgs,
    SchemaOf,
};
pub use values::{parse_time, parse_tokens};

/// The token budget of a team of AI agents, read from its Markdown cost log
#[derive(Clone, Debug, Parser)]
#[command(name = "tokmon", bin_name = "tokmon", version, styles = STYLES, help_template = TEMPLATE, before_help = EXAMPLES, after_help = MORE, disable_help_subcommand = true)]
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
        Self::read_with(Self::views(), args)
    }

    /// Reads a command line with one of the commands that agents and status bars run all the time. Without the definitions of the
    /// others, and `None` as for [`Self::read_views`].
    pub fn read_frequent(args: &[OsString]) -> Option<Self> {
        let words = args.iter().skip(1).filter_map(|arg| arg.to_str());
        if words.clone().any(|word| word == "-h" || word == "--help") {
            return None;
        }
        // If this is the value of an option, the command behind it is not known, and the whole definition decides.
        let first = words.clone().find(|word| !word.starts_with('-'))?;
        let (name, define): (_, fn(clap::Command) -> clap::Command) = match first {
            "record" => ("record", RecordArgs::augment_args),
            "guard" => ("guard", GuardArgs::augment_args),
            "statusline" => ("statusline", StatuslineArgs::augment_args),
            _ => return None,
        };
        // Deferred, since it changes global options, which clap adds before.
        let command = clap::Command::new(name).defer(define);
        Self::read_with(Self::views().subcommand(command), args)
    }

    /// The definition of the views.
    fn views() -> clap::Command {
        let command = clap::Command::new("tokmon");
        GlobalArgs::augment_args(WatchArgs::augment_args(ViewArgs::augment_args(command)))
    }

    fn read_with(command: clap::Command, args: &[OsString]) -> Option<Self> {
        let mut matches = command.try_get_matches_from(args).ok()?;
        Self::from_arg_matches_mut(&mut matches).ok()
    }

    /// The whole definition for help, which is folded to a width, or not at all for 0. Options of commands are in it only where it
    /// is built.
    pub fn definition(width: usize) -> clap::Command {
        let mut command = Self::command().term_width(width);
        command.build();
        help::with_exit_codes(command)
    }

    /// The definition for the help of the program itself. Without the options of the subcommands, which take a third of its time.
    pub fn outline(width: usize) -> clap::Command {
        let mut command = help::without_options(Self::command().term_width(width));
        command.build();
        help::with_own_exit_codes(command)
    }

    /// Whether a cost log and its settings are needed. The status line reads them itself, since it is never to fail.
    pub const fn reads_log(&self) -> bool {
        use Command::{Completions, Hooks, Init, Man, Schema, Statusline};
        !matches!(
            self.command,
            Some(
                Init(_)
                    | Statusline(_)
                    | Hooks(_)
                    | Schema { .. }
                    | Completions { .. }
                    | Man { .. }
            )
        )
    }

    /// The name of the subcommand, and the formats that it or the views have.
    pub fn formats(&self) -> (&'static str, &'static [Format]) {
        self.command
            .as_ref()
            .map_or(("tokmon", values::VIEW_FORMATS), Command::formats)
    }
}

const VIEWS: &str = "Views (without any: the status)";
const SCOPE: &str = "What to report on";
const LIMITS: &str = "Limits, for scripts: exit with 1";

#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
pub struct ViewArgs {
    /// Show each team: used, allocated, per deliverable
    #[arg(long, help_heading = VIEWS)]
    pub teams: bool,
    /// Show each day, row by row
    #[arg(long, help_heading = VIEWS)]
    pub daily: bool,
    /// Show where the month is likely to end, and why
    ///
    /// The likely total, its range, the chance of exceeding the budget, when thresholds are reached, and the reasons.
    #[arg(long, help_heading = VIEWS)]
    pub forecast: bool,
    /// Compare past forecasts with finished months
    #[arg(long, help_heading = VIEWS)]
    pub backtest: bool,
    /// Show tokens per operation before and after
    #[arg(long, help_heading = VIEWS)]
    pub optimizations: bool,
    /// Show tokens by class, and the cache hit rate
    #[arg(long, help_heading = VIEWS)]
    pub cache: bool,
    /// Show all views but the backtest
    #[arg(long, help_heading = VIEWS)]
    pub full: bool,
    /// The month, like 2026-02
    ///
    /// Without this option: the newest month with rows, or the current one for --fail-on and --max-age.
    #[arg(long, value_name = "MONTH", help_heading = SCOPE)]
    pub month: Option<Month>,
    /// One project of the month
    #[arg(long, value_name = "PROJECT", help_heading = SCOPE)]
    pub project: Option<String>,
    /// One team: it alone is listed, and limits judge it
    ///
    /// By its allocation. The verdict, the totals and the forecast of the month still include all teams.
    #[arg(long, value_name = "TEAM", help_heading = SCOPE)]
    pub team: Option<String>,
    /// If what is used reaches this level
    ///
    /// Of the budget of all teams; with --team, of that team. Without a budget for all teams, the worst team with a limit is judged. What is reserved and what is forecast have limits of their own.
    #[arg(long, value_name = "LEVEL", help_heading = LIMITS, value_parser = values::one_of([Level::Note, Level::Warning, Level::Critical, Level::Exceeded]))]
    pub fail_on: Option<Level>,
    /// If used and reserved together reach this level
    ///
    /// Tokens are reserved by holds that have not ended.
    #[arg(long, value_name = "LEVEL", help_heading = LIMITS, value_parser = values::one_of([Level::Note, Level::Warning, Level::Critical, Level::Exceeded]))]
    pub fail_on_reserved: Option<Level>,
    /// If the forecast reaches this level
    #[arg(long, value_name = "LEVEL", help_heading = LIMITS, value_parser = values::one_of([Level::Warning, Level::Critical]))]
    pub fail_on_forecast: Option<Level>,
    /// If the last row is older, like 2d or 36h
    ///
    /// A number without a unit is in days.
    #[arg(long, value_name = "DURATION", help_heading = LIMITS, value_parser = values::parse_age)]
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
            View::Cache => self.full || self.cache,
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
const ONCE: [&str; 11] = [
    "json",
    "format",
    "output",
    "fail_on",
    "fail_on_reserved",
    "fail_on_forecast",
    "max_age",
    "backtest",
    "optimizations",
    "cache",
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
    /// A number without a unit is in seconds. For file systems that send no change events, like some network drives.
    #[arg(long, requires = "following", value_name = "SECONDS", value_parser = values::parse_poll)]
    pub poll: Option<Duration>,
    /// Ring the bell when a threshold is reached
    ///
    /// The key b turns it on and off.
    #[arg(long, requires = "watch", conflicts_with = "follow")]
    pub bell: bool,
    /// Run a program when a threshold is reached
    ///
    /// All words behind it are the program and its arguments; without any, it is the program that the settings name. It is run as by tokmon alert, whose --help says what it is given.
    #[arg(long, requires = "following", conflicts_with_all = ["month", "project", "team"], num_args = 0.., allow_hyphen_values = true, value_name = "PROGRAM ARGS")]
    pub on_alert: Option<Vec<OsString>>,
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
    #[arg(short, long, global = true, value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// The month's budget in tokens, like 200K
    ///
    /// Without this option: TOKMON_BUDGET, else tokmon.toml, else what the log states.
    #[arg(long, global = true, value_name = "TOKENS", value_parser = parse_tokens, allow_hyphen_values = true)]
    pub budget: Option<Tokens>,
    /// The settings file
    ///
    /// Without this option: the file that TOKMON_CONFIG names, else the nearest tokmon.toml.
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The time to report for, like 2026-02-25T17:00:00Z
    ///
    /// Without this option: TOKMON_NOW, else now.
    #[arg(long, global = true, value_name = "TIME", value_parser = parse_time)]
    pub now: Option<DateTime<FixedOffset>>,
    /// The time zone of dates, like Asia/Seoul or +09:00
    ///
    /// UTC and local are time zones, too. Without this option: that of the settings, else that of --now, else the local one.
    #[arg(long, global = true, value_name = "ZONE", allow_hyphen_values = true)]
    pub timezone: Option<String>,
    /// The output format
    #[arg(long, global = true, value_name = "FORMAT", value_parser = values::FormatParser(values::VIEW_FORMATS), default_value = "table")]
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
    /// Print only errors, findings and reached limits
    ///
    /// Nothing is printed where nothing is wrong; notes alone are no finding. A view is printed all the same, and so are JSON and what --dry-run shows.
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Show each finding with its line
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
        for (_, first) in GROUPS {
            assert!(Command::has_subcommand(first));
        }
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
