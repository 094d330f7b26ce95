//! Everything that may be typed on the command line. No behaviour.
//! What follows the commands that write is in `writing`.

#![expect(clippy::doc_markdown, reason = "these texts are shown by --help")]
#![expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line"
)]

mod writing;

use std::path::PathBuf;

use chrono::{DateTime, FixedOffset};
use clap::{
    Args, Parser, Subcommand, ValueEnum,
    builder::{PossibleValue, PossibleValuesParser, TypedValueParser, styling},
};
use clap_complete::Shell;

use crate::{
    log::cell,
    model::{Level, Month, Tokens},
    render::Theme,
    render::{Format, View},
};

pub use writing::{ArchiveArgs, CheckArgs, InitArgs, MigrateArgs, RecordArgs, RewriteArgs};

const STYLES: styling::Styles = styling::Styles::styled()
    .header(styling::AnsiColor::Green.on_default().bold())
    .usage(styling::AnsiColor::Green.on_default().bold())
    .literal(styling::Style::new().bold());

const EXAMPLES: &str = "\
Examples:
  tokmon                                 status of the cost log found from here
  tokmon -f cost-log.md --teams --daily  team by team, then day by day
  tokmon --forecast --budget 200K        where it will end, against this budget
  tokmon --watch                         a dashboard that follows the log
  tokmon --json | jq .level              for scripts
  tokmon --fail-on critical              exit 1 from 90% of the budget on
  tokmon --fail-on-forecast warning      exit 1 if it may not be enough
  tokmon record --team QA --tokens 1.2K  record spending
  tokmon check --fix                     mend what can be mended without losing anything

Exit codes: 0 fine, 1 level reached (--fail-on, --fail-on-forecast) or something wrong (check), 64 usage, 65 no usable data,
66 no log, 69 others cannot be kept out, 73 a file is there already, 74 input or output failed, 75 log in use: try again,
77 not permitted, 78 settings are wrong";

/// Help without options, for commands that heed none.
const BARE: &str = "{about-with-newline}\n{usage-heading} {usage}\n";

/// The token budget of a team of AI agents, read from its Markdown cost log
#[derive(Clone, Debug, Parser)]
#[command(name = "tokmon", version, styles = STYLES, after_help = EXAMPLES, disable_help_subcommand = true)]
pub struct Cli {
    /// What to show.
    #[command(flatten)]
    pub views: ViewArgs,
    /// How to follow changes.
    #[command(flatten)]
    pub watching: WatchArgs,
    /// What holds for every command.
    #[command(flatten)]
    pub global: GlobalArgs,
    /// What to do instead of showing a report.
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
    /// Show where it will end: how much, how surely, when thresholds are crossed, why
    #[arg(long, help_heading = "Views (none: status)")]
    pub forecast: bool,
    /// Show how such forecasts did on the finished months of the log
    #[arg(long, help_heading = "Views (none: status)")]
    pub backtest: bool,
    /// Show tokens per operation before and after
    #[arg(long, help_heading = "Views (none: status)")]
    pub optimizations: bool,
    /// Show all views but the backtest
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
    /// Exit with 1 if the level of what is used is at least this
    #[arg(long, value_name = "LEVEL", value_enum)]
    pub fail_on: Option<Level>,
    /// Exit with 1 if the level of the forecast is at least this
    #[arg(long, value_name = "LEVEL", value_parser = forecast_level())]
    pub fail_on_forecast: Option<Level>,
}

impl ViewArgs {
    /// Whether the forecast is shown in full.
    #[must_use]
    pub const fn shows_forecast(&self) -> bool {
        self.forecast || self.full
    }

    /// The chosen views, in the order in which they are shown.
    #[must_use]
    pub fn chosen(&self) -> Vec<View> {
        let is_asked = |view: &View| match view {
            View::Status => self.full,
            View::Teams => self.full || self.teams,
            View::Daily => self.full || self.daily,
            View::Forecast => self.full || self.forecast,
            View::Backtest => self.backtest,
            View::Optimizations => self.full || self.optimizations,
        };
        let views: Vec<View> = View::ALL.into_iter().filter(is_asked).collect();
        if views.is_empty() {
            vec![View::Status]
        } else {
            views
        }
    }
}

/// What a report has and nothing that follows changes.
const ONCE: [&str; 7] = [
    "json",
    "format",
    "fail_on",
    "fail_on_forecast",
    "backtest",
    "optimizations",
    "full",
];

/// How to follow changes of the files.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
pub struct WatchArgs {
    /// Follow the log in a dashboard, opened at --teams, --daily or --forecast; where the output is no terminal, as --follow does
    #[arg(long, group = "following", conflicts_with_all = ONCE, help_heading = "Dashboard")]
    pub watch: bool,
    /// Follow the log with a line for each change
    #[arg(long, group = "following", conflicts_with_all = ONCE, conflicts_with_all = ["teams", "daily", "forecast"], help_heading = "Dashboard")]
    pub follow: bool,
    /// Look at the files once in so many seconds, where the system does not tell of changes
    #[arg(long, requires = "following", value_name = "SECS", value_parser = clap::value_parser!(u64).range(1..=3_600), help_heading = "Dashboard")]
    pub poll: Option<u64>,
    /// Ring the bell when a threshold is crossed; the key b turns it on and off
    #[arg(
        long,
        requires = "watch",
        conflicts_with = "follow",
        help_heading = "Dashboard"
    )]
    pub bell: bool,
    /// The colours of the dashboard
    #[arg(long, requires = "watch", conflicts_with = "follow", value_enum, default_value_t = Theme::Auto, value_name = "THEME", help_heading = "Dashboard")]
    pub theme: Theme,
}

impl WatchArgs {
    /// Whether changes are to be followed.
    #[must_use]
    pub const fn is_asked(&self) -> bool {
        self.watch || self.follow
    }
}

impl ValueEnum for Theme {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Auto, Self::Mono, Self::Cvd]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::Auto => PossibleValue::new("auto").help("The terminal's own"),
            Self::Mono => PossibleValue::new("mono").help("None: bold and reversed only"),
            Self::Cvd | Self::NearCvd => PossibleValue::new("cvd")
                .help("For any colour vision, in terminals with 256 colours or all"),
        })
    }
}

/// What holds for every command.
#[derive(Clone, Debug, Args)]
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
    #[arg(long, global = true, value_name = "TOKENS", value_parser = parse_tokens, allow_hyphen_values = true, help_heading = "Global options")]
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
    #[arg(long, global = true, value_enum, default_value_t = Format::Table, help_heading = "Global options")]
    pub format: Format,
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
    /// Print no remarks about the log on standard error
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
        if self.json { Format::Json } else { self.format }
    }
}

/// Commands other than showing a report.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Record spending: one line appended at once, then settled into the tables
    Record(RecordArgs),
    /// Check the log: exit 1 with errors or warnings, notes alone are fine; --fix mends
    Check(CheckArgs),
    /// Move old daily details and hook lines to the archive; made for cron
    Archive(ArchiveArgs),
    /// Bring a log from before v2.0 up to date
    Migrate(MigrateArgs),
    /// Begin a log and its settings
    Init(InitArgs),
    /// Print the JSON Schema of the JSON report, or of that of check
    #[command(help_template = BARE, override_usage = "tokmon schema [report|check]")]
    Schema {
        /// Of which JSON
        #[arg(value_enum, default_value_t = SchemaOf::Report)]
        of: SchemaOf,
    },
    /// Print a completion script for a shell
    #[command(help_template = BARE, override_usage = "tokmon completions <bash|elvish|fish|powershell|zsh>")]
    Completions {
        /// The shell
        shell: Shell,
    },
}

/// What there is a JSON Schema of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SchemaOf {
    /// The report
    Report,
    /// What check finds
    Check,
}

impl ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Self] {
        &[
            Self::Table,
            Self::Json,
            Self::Csv,
            Self::Markdown,
            Self::Sarif,
            Self::Github,
        ]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::Table => PossibleValue::new("table").help("Tables for people"),
            Self::Json => PossibleValue::new("json").help("The whole report as JSON"),
            Self::Csv => PossibleValue::new("csv").help("Comma-separated values"),
            Self::Markdown => PossibleValue::new("markdown").help("Markdown tables"),
            Self::Sarif => {
                PossibleValue::new("sarif").help("Of check: SARIF 2.1.0, for code scanning")
            }
            Self::Github => PossibleValue::new("github")
                .help("Of check: workflow commands, which GitHub shows beside the lines"),
        })
    }
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

/// The levels that a run may fail on: every one but the harmless one.
impl ValueEnum for Level {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Note, Self::Warning, Self::Critical, Self::Exceeded]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.word()))
    }
}

/// The levels that a forecast can reach.
fn forecast_level() -> impl TypedValueParser<Value = Level> {
    let levels = [Level::Warning, Level::Critical];
    PossibleValuesParser::new(levels.map(Level::word)).map(move |word| {
        let named = levels.into_iter().find(|level| level.word() == word);
        named.unwrap_or(Level::Critical)
    })
}

/// Reads a number of tokens as an option gives it.
pub fn parse_tokens(text: &str) -> Result<Tokens, String> {
    if is_too_large(text) {
        return Err("it is too large for the tokens of a month".to_owned());
    }
    match cell::tokens(text) {
        Ok(Some(cell::TokenCell {
            used,
            from: None,
            limit: None,
        })) => Ok(used.value),
        _ => Err("write a number of tokens like 200000, 200,000 or 200K".to_owned()),
    }
}

/// Whether a text is a number of a million billion or more.
fn is_too_large(text: &str) -> bool {
    const MOST_DIGITS: usize = 15;
    let number = text.replace([',', '_'], "");
    let digits = number.trim_end_matches(['k', 'K', 'm', 'M', 'b', 'B']);
    let zeros = match number.get(digits.len()..) {
        Some("k" | "K") => 3,
        Some("m" | "M") => 6,
        Some("b" | "B") => 9,
        _ => 0,
    };
    digits.bytes().all(|byte| byte.is_ascii_digit())
        && digits.trim_start_matches('0').len() + zeros > MOST_DIGITS
}

/// Reads a moment as an option gives it.
pub fn parse_time(text: &str) -> Result<DateTime<FixedOffset>, String> {
    DateTime::parse_from_rfc3339(text)
        .map_err(|_| "write a time like 2026-02-25T17:00:00Z".to_owned())
}
