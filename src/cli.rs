//! Everything that may be typed on the command line. No behaviour.

#![expect(clippy::doc_markdown, reason = "these texts are shown by --help")]
#![expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line"
)]

use std::path::PathBuf;

use chrono::{DateTime, FixedOffset};
use clap::{Args, Parser, Subcommand, ValueEnum, builder::styling};
use clap_complete::Shell;

use crate::{
    log::cell,
    model::{Level, Month, Tokens},
    render::{Format, View},
};

const STYLES: styling::Styles = styling::Styles::styled()
    .header(styling::AnsiColor::Green.on_default().bold())
    .usage(styling::AnsiColor::Green.on_default().bold())
    .literal(styling::Style::new().bold());

const EXAMPLES: &str = "\
Examples:
  tokmon                                 status of the cost log found from here
  tokmon -f cost-log.md --teams --daily  team by team, then day by day
  tokmon --forecast --budget 200K        where it will end, against this budget
  tokmon --json | jq .level              for scripts
  tokmon --fail-on critical              exit 1 from 90% of the budget on

Exit codes: 0 fine, 1 level reached (--fail-on), 64 usage, 65 no usable data, 66 no log,
74 input or output failed, 78 settings are wrong";

/// Help without options, for commands that heed none.
const BARE: &str = "{about-with-newline}\n{usage-heading} {usage}\n";

/// The token budget of a team of AI agents, read from its Markdown cost log
#[derive(Clone, Debug, Parser)]
#[command(name = "tokmon", version, styles = STYLES, after_help = EXAMPLES, disable_help_subcommand = true)]
pub struct Cli {
    /// What to show.
    #[command(flatten)]
    pub views: ViewArgs,
    /// What holds for every command.
    #[command(flatten)]
    pub global: GlobalArgs,
    /// Something else than showing a report.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Which views, of which part of the log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
pub struct ViewArgs {
    /// Show every team: used, allocated, tokens per deliverable
    #[arg(long, help_heading = "Views (none: status)")]
    pub teams: bool,
    /// Show every day, row by row
    #[arg(long, help_heading = "Views (none: status)")]
    pub daily: bool,
    /// Show where it will end: plan, scenarios, burn rate
    #[arg(long, help_heading = "Views (none: status)")]
    pub forecast: bool,
    /// Show tokens per operation before and after
    #[arg(long, help_heading = "Views (none: status)")]
    pub optimizations: bool,
    /// Show all views
    #[arg(long, help_heading = "Views (none: status)")]
    pub full: bool,
    /// Limit the report to a month, like 2026-02 [default: the newest with rows]
    #[arg(long, value_name = "MONTH")]
    pub month: Option<Month>,
    /// Limit the report to a project of the month
    #[arg(long, value_name = "NAME")]
    pub project: Option<String>,
    /// List only this team; the totals stay those of all teams
    #[arg(long, value_name = "NAME")]
    pub team: Option<String>,
    /// Exit with 1 if the total level is at least this
    #[arg(long, value_name = "LEVEL", value_enum)]
    pub fail_on: Option<FailOn>,
}

impl ViewArgs {
    /// The chosen views, in the order in which they are shown.
    #[must_use]
    pub fn chosen(&self) -> Vec<View> {
        let asked = [
            false,
            self.teams,
            self.daily,
            self.forecast,
            self.optimizations,
        ];
        if self.full {
            return View::ALL.to_vec();
        }
        let views: Vec<View> = View::ALL
            .into_iter()
            .zip(asked)
            .filter(|(_, asked)| *asked)
            .map(|(view, _)| view)
            .collect();
        if views.is_empty() {
            vec![View::Status]
        } else {
            views
        }
    }
}

/// What holds for every command.
#[derive(Clone, Debug, Default, Args)]
pub struct GlobalArgs {
    /// The cost log; `-` reads standard input [env: TOKMON_FILE]
    #[arg(
        short,
        long,
        global = true,
        value_name = "PATH",
        help_heading = "Global options"
    )]
    pub file: Option<PathBuf>,
    /// The month's budget in tokens, like 200K [env: TOKMON_BUDGET]
    #[arg(long, global = true, value_name = "TOKENS", value_parser = parse_tokens, help_heading = "Global options")]
    pub budget: Option<Tokens>,
    /// The settings file [env: TOKMON_CONFIG] [default: the nearest tokmon.toml]
    #[arg(
        long,
        global = true,
        value_name = "PATH",
        help_heading = "Global options"
    )]
    pub config: Option<PathBuf>,
    /// The moment to report for, like 2026-02-25T17:00:00Z [env: TOKMON_NOW] [default: now]
    #[arg(long, global = true, value_name = "RFC3339", value_parser = parse_time, help_heading = "Global options")]
    pub now: Option<DateTime<FixedOffset>>,
    /// The time zone of dates, like Asia/Seoul, +09:00, UTC or local [default: that of --now, else local]
    #[arg(
        long,
        global = true,
        value_name = "ZONE",
        allow_hyphen_values = true,
        help_heading = "Global options"
    )]
    pub timezone: Option<String>,
    /// The form of the report
    #[arg(long, global = true, value_enum, default_value_t = FormatArg::Table, help_heading = "Global options")]
    pub format: FormatArg,
    /// The same as --format json
    #[arg(
        long,
        global = true,
        conflicts_with = "format",
        help_heading = "Global options"
    )]
    pub json: bool,
    /// When to use colour
    #[arg(long, global = true, value_enum, default_value_t = ColorArg::Auto, value_name = "WHEN", help_heading = "Global options")]
    pub color: ColorArg,
    /// Draw bars and symbols in ASCII
    #[arg(long, global = true, help_heading = "Global options")]
    pub ascii: bool,
    /// Say nothing about problems in the log on standard error
    #[arg(
        short,
        long,
        global = true,
        conflicts_with = "verbose",
        help_heading = "Global options"
    )]
    pub quiet: bool,
    /// Show each problem in the log with its line, on standard error
    #[arg(short, long, global = true, help_heading = "Global options")]
    pub verbose: bool,
}

impl GlobalArgs {
    /// The form of the report, `--json` included.
    #[must_use]
    pub const fn format(&self) -> Format {
        match (self.json, self.format) {
            (true, _) | (_, FormatArg::Json) => Format::Json,
            (_, FormatArg::Table) => Format::Table,
            (_, FormatArg::Csv) => Format::Csv,
            (_, FormatArg::Markdown) => Format::Markdown,
        }
    }
}

/// Something else than showing a report.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Print the JSON Schema of the JSON report
    #[command(help_template = BARE, override_usage = "tokmon schema")]
    Schema,
    /// Print a completion script for a shell
    #[command(help_template = BARE, override_usage = "tokmon completions <bash|elvish|fish|powershell|zsh>")]
    Completions {
        /// The shell
        shell: Shell,
    },
}

/// The forms of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum FormatArg {
    /// Tables for people
    #[default]
    Table,
    /// The whole report as JSON
    Json,
    /// Comma-separated values
    Csv,
    /// Markdown tables
    Markdown,
}

/// When to use colour.
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

/// Levels to fail on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[expect(missing_docs, reason = "each is the level of that name")]
pub enum FailOn {
    Note,
    Warning,
    Critical,
    Exceeded,
}

impl From<FailOn> for Level {
    fn from(level: FailOn) -> Self {
        match level {
            FailOn::Note => Self::Note,
            FailOn::Warning => Self::Warning,
            FailOn::Critical => Self::Critical,
            FailOn::Exceeded => Self::Exceeded,
        }
    }
}

/// Reads a number of tokens as an option gives it.
pub fn parse_tokens(text: &str) -> Result<Tokens, String> {
    match cell::tokens(text) {
        Ok(Some(cell::TokenCell {
            used,
            from: None,
            limit: None,
        })) if used.value > Tokens::ZERO => Ok(used.value),
        _ => Err("write a number of tokens like 200000, 200,000 or 200K".to_owned()),
    }
}

/// Reads a moment as an option gives it.
pub fn parse_time(text: &str) -> Result<DateTime<FixedOffset>, String> {
    DateTime::parse_from_rfc3339(text)
        .map_err(|_| "write a time like 2026-02-25T17:00:00Z".to_owned())
}
