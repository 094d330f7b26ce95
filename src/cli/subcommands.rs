//! The subcommands and their options. No behaviour. A doc comment on a struct would replace the summary of its command.

use std::{ffi::OsString, path::PathBuf, time::Duration};

use chrono::NaiveDate;
use clap::{Args, Subcommand, ValueEnum};
use clap_complete::Shell;
use serde::Deserialize;

use super::{
    BudgetArgs, PricesArgs, ServeArgs, TEMPLATE,
    hook_args::{GuardHookArgs, HooksArgs, StatuslineArgs},
    values::{self, FormatParser, parse_time, parse_tokens},
};
use crate::{
    model::{StatedCost, Tokens},
    render::Format,
};

/// Help without options, for commands that take none.
const BARE: &str = "{about-with-newline}\n{usage-heading} {usage}\n\n{before-help}{after-help}";

// Deferred: only the subcommand that is asked for is built.
#[derive(Clone, Debug, Subcommand)]
#[command(defer = true)]
pub enum Command {
    /// Record usage
    Record(Box<RecordArgs>),
    /// Check the log, and fix it with --fix
    Check(CheckArgs),
    /// Move old daily sections and hook lines to the archive
    Archive(ArchiveArgs),
    /// Bring a log from before v2.0 up to date
    Migrate(MigrateArgs),
    /// Create a log and settings
    Init(InitArgs),
    /// Ask whether work may start within the budget
    Guard(Box<GuardArgs>),
    /// List or free what guard --hold reserved
    Holds(HoldsArgs),
    /// List every limit, or begin a new period
    Budget(BudgetArgs),
    /// Send a notice when a threshold is reached
    Alert(AlertArgs),
    /// Let settings name a program to run
    Trust(TrustArgs),
    /// Serve metrics and the report over HTTP
    Serve(ServeArgs),
    /// List what models cost
    Prices(PricesArgs),
    /// Print the status in one line, for a status bar
    Statusline(StatuslineArgs),
    /// Let an agent harness ask before it spends
    Hooks(HooksArgs),
    /// Print the JSON Schema of an output
    #[command(help_template = BARE, before_help = SCHEMA_EXAMPLES, override_usage = SCHEMA_USAGE)]
    Schema {
        /// The JSON to describe
        #[arg(value_name = "OUTPUT", value_enum, default_value_t = SchemaOf::Report)]
        of: SchemaOf,
    },
    /// Print a completion script for a shell
    #[command(help_template = BARE, before_help = COMPLETIONS_EXAMPLES, override_usage = "tokmon completions <bash|elvish|fish|powershell|zsh>")]
    Completions {
        /// The shell
        #[arg(value_name = "SHELL")]
        shell: Shell,
    },
    /// Print the man page, or write all into a folder
    #[command(help_template = BARE, before_help = MAN_EXAMPLES, override_usage = "tokmon man [DIR]")]
    Man {
        /// The folder
        #[arg(value_name = "DIR")]
        folder: Option<PathBuf>,
    },
}

impl Command {
    /// The name, and the formats of the output.
    pub const fn formats(&self) -> (&'static str, &'static [Format]) {
        match self {
            Self::Record(_) => ("record", values::WRITE_FORMATS),
            Self::Guard(_) => ("guard", values::WRITE_FORMATS),
            Self::Holds(_) => ("holds", values::WRITE_FORMATS),
            Self::Budget(_) => ("budget", values::WRITE_FORMATS),
            Self::Prices(_) => ("prices", values::WRITE_FORMATS),
            Self::Alert(_) => ("alert", values::WRITE_FORMATS),
            Self::Trust(_) => ("trust", values::TEXT_ONLY),
            Self::Check(_) => ("check", values::CHECK_FORMATS),
            Self::Archive(_) => ("archive", values::WRITE_FORMATS),
            Self::Migrate(_) => ("migrate", values::WRITE_FORMATS),
            Self::Init(_) => ("init", values::TEXT_ONLY),
            Self::Serve(_) => ("serve", values::TEXT_ONLY),
            Self::Statusline(_) => ("statusline", values::STATUSLINE_FORMATS),
            Self::Hooks(_) => ("hooks", values::TEXT_ONLY),
            Self::Schema { .. } => ("schema", values::TEXT_ONLY),
            Self::Completions { .. } => ("completions", values::TEXT_ONLY),
            Self::Man { .. } => ("man", values::TEXT_ONLY),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SchemaOf {
    /// The report
    Report,
    /// What check finds
    Check,
    /// What guard decides
    Guard,
    /// What holds reserve
    Holds,
    /// Every limit
    Budget,
    /// What models cost
    Prices,
    /// The budget of each project
    Health,
    /// What alert does
    Alert,
    /// What the program of an alert reads
    Notice,
    /// The status line
    Statusline,
}

#[derive(Clone, Copy, Debug, Args)]
pub struct RewriteArgs {
    /// How long to wait for other programs, like 500ms
    ///
    /// The log is replaced when no other program has it open. A number without a unit is in seconds.
    #[arg(long, value_name = "DURATION", default_value = "2s", value_parser = values::parse_wait)]
    pub wait: Duration,
    /// Rewrite a log that cannot be locked
    ///
    /// Only safe if no other program writes it.
    #[arg(long)]
    pub quiesced: bool,
}

#[derive(Clone, Debug, Args)]
#[command(help_template = TEMPLATE, before_help = RECORD_EXAMPLES, after_long_help = BATCH_FORMAT, override_usage = RECORD_USAGE, mut_arg("format", |arg| arg.value_parser(FormatParser(values::WRITE_FORMATS))))]
pub struct RecordArgs {
    #[command(flatten)]
    pub statement: StatementArgs,
    /// Record many, all or none, from a file or -
    ///
    /// The file, or standard input for -, holds JSON lines or usage lines.
    #[arg(long, value_name = "FILE", conflicts_with = "StatementArgs")]
    pub batch: Option<PathBuf>,
    /// Refuse a team that is not known
    ///
    /// That is: one that neither the log nor the settings name.
    #[arg(long, conflicts_with = "new_team")]
    pub existing_team: bool,
    /// Open a new team without a note
    ///
    /// Also if the settings allow known teams only.
    #[arg(long)]
    pub new_team: bool,
    /// Show what would be written, write nothing
    #[arg(short = 'n', long)]
    pub dry_run: bool,
}

// A line of JSON in a batch has the same fields.
#[derive(Clone, Debug, Default, Args, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StatementArgs {
    /// The team that used the tokens
    #[arg(long, value_name = "TEAM", required_unless_present = "batch")]
    pub team: Option<String>,
    /// The number of tokens, like 12450 or 12.5K
    ///
    /// They count against the budget. Without this option: the input and output tokens together. With tokens of a cache it is needed.
    #[arg(long, value_name = "TOKENS", required_unless_present_any = ["batch", "input_tokens", "output_tokens", "cache_write_tokens", "cache_read_tokens"], value_parser = parse_tokens, allow_hyphen_values = true)]
    #[serde(deserialize_with = "values::tokens_of_json")]
    pub tokens: Option<Tokens>,
    /// Input tokens
    ///
    /// This and the next three say what kinds of tokens were used.
    #[arg(long, value_name = "TOKENS", value_parser = parse_tokens)]
    #[serde(
        rename = "input",
        alias = "input_tokens",
        deserialize_with = "values::tokens_of_json"
    )]
    pub input_tokens: Option<Tokens>,
    /// Output tokens
    #[arg(long, value_name = "TOKENS", value_parser = parse_tokens)]
    #[serde(
        rename = "output",
        alias = "output_tokens",
        deserialize_with = "values::tokens_of_json"
    )]
    pub output_tokens: Option<Tokens>,
    /// Tokens written to a cache
    #[arg(long, value_name = "TOKENS", value_parser = parse_tokens)]
    #[serde(
        rename = "cache_write",
        alias = "cache_write_tokens",
        deserialize_with = "values::tokens_of_json"
    )]
    pub cache_write_tokens: Option<Tokens>,
    /// Tokens read from a cache
    #[arg(long, value_name = "TOKENS", value_parser = parse_tokens)]
    #[serde(
        rename = "cache_read",
        alias = "cache_read_tokens",
        deserialize_with = "values::tokens_of_json"
    )]
    pub cache_read_tokens: Option<Tokens>,
    /// The task
    #[arg(long, value_name = "TEXT")]
    pub task: Option<String>,
    /// The cost, like 0.037 or $0.037
    ///
    /// Without this option, [prices] in tokmon.toml gives it as the row is written, or the price in the header of the log. The list that `tokmon prices` shows beside these prices no rows. A price that is set later only reaches rows with the model in a column `Model`.
    #[arg(long, value_name = "AMOUNT", value_parser = values::parse_cost, allow_hyphen_values = true)]
    #[serde(deserialize_with = "values::cost_of_json")]
    pub cost: Option<StatedCost>,
    /// Done, running, pending or failed
    #[arg(long, value_name = "STATUS")]
    pub status: Option<String>,
    /// The number of deliverables
    #[arg(long, value_name = "COUNT", value_parser = values::parse_count)]
    #[serde(deserialize_with = "values::count_of_json")]
    pub deliverables: Option<u64>,
    /// The duration in minutes
    #[arg(long, value_name = "MINUTES", value_parser = values::parse_count)]
    #[serde(deserialize_with = "values::count_of_json")]
    pub minutes: Option<u64>,
    /// The model that was used
    #[arg(long, value_name = "MODEL")]
    pub model: Option<String>,
    /// The time, like 2026-02-25T10:18:00+09:00
    ///
    /// Without this option, now.
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub time: Option<chrono::DateTime<chrono::FixedOffset>>,
    /// An id that makes retries harmless
    ///
    /// The same usage again is not recorded again; other usage with the same id is refused. Without this option, a random one, or one made of the id of --ends-hold.
    #[arg(long, value_name = "ID")]
    pub id: Option<String>,
    /// The id of the hold that this usage ends
    ///
    /// It is named here, and not by TOKMON_HOLD. Without --id, usage ends a hold once; more of it needs an --id.
    #[arg(long = "ends-hold", alias = "hold", value_name = "ID")]
    #[serde(alias = "ends_hold")]
    pub hold: Option<String>,
}

const RECORD_USAGE: &str = "\
tokmon record --team <TEAM> --tokens <TOKENS> [OPTIONS]
       tokmon record --team <TEAM> --input-tokens <N> --output-tokens <N>
                     [OPTIONS]
       tokmon record --batch <FILE> [OPTIONS]";

const RECORD_EXAMPLES: &str = "\
Examples:
  tokmon record --team QA --tokens 1.2K --task Tests --id run-17
  tokmon record --batch usage.jsonl --dry-run";

const BATCH_FORMAT: &str = "\
Lines of a batch, with the names of the options as keys (`_` for `-`):
  {\"team\": \"QA\", \"tokens\": 1200, \"task\": \"Tests\", \"id\": \"run-17\"}
  {\"team\": \"QA\", \"input_tokens\": 900, \"output_tokens\": 300}
  [USE] 2026-02-25T10:00:00Z team=QA tokens=1200 task=Tests id=run-17";

const GUARD_EXAMPLES: &str = "\
Examples:
  tokmon guard --team QA --tokens 6K --model claude-opus-5
  id=$(tokmon guard -q --team QA --tokens 6K --hold 30m) && run-the-agent
  tokmon guard --team QA --override 'release day, agreed with Kim'";

const HOLDS_EXAMPLES: &str = "\
Examples:
  tokmon holds                    list them
  tokmon holds --free k3f9x2m4    free one before its time is over";

const GUARD_ANSWERS: &str = "\
The answer is allow, downgrade (to a cheaper model that is named) or deny. All
budgets that apply must agree: of all teams and of the team, in tokens and in
money.";

const GUARD_TERMS: &str = "\
The answer is allow, downgrade (to a cheaper model that is named) or deny. All
budgets that apply must agree: of all teams and of the team, in tokens and in
money ([budget] and [teams.\"NAME\"] in tokmon.toml).
  cap    a budget or an allocation; what is used, reserved and requested must
         not be more
  level  how much of it is used and reserved: ok, note, warning (80%),
         critical (90%), exceeded (100%)
  tier   how expensive a model is: top (opus), middle (sonnet), bottom (haiku)
From the level warning on, no top model may start; from critical on, only models
of the bottom tier; from exceeded on, none. Without --model, the answer names
the tiers that may start, and is allow. Too little money left has the same
effect. [guard] in tokmon.toml changes all of this.
With -q, --hold prints the id of the hold alone. `TOKMON_HOLD=ID` lets the hooks
of an agent use its hold.";

#[derive(Clone, Debug, Args)]
#[command(help_template = TEMPLATE, before_help = GUARD_EXAMPLES, after_help = GUARD_ANSWERS, after_long_help = GUARD_TERMS, mut_arg("format", |arg| arg.value_parser(FormatParser(values::WRITE_FORMATS))))]
pub struct GuardArgs {
    /// The team that is to work
    ///
    /// Without this option: TOKMON_TEAM. Without either, only the budget of all teams applies.
    #[arg(long, value_name = "TEAM")]
    pub team: Option<String>,
    /// How many tokens the work will use, like 6K
    ///
    /// Without this option: the median row of the team, else of the log, else `[guard] estimate`.
    #[arg(long, value_name = "TOKENS", value_parser = parse_tokens, allow_hyphen_values = true)]
    pub tokens: Option<Tokens>,
    /// The model that it will use
    ///
    /// Without this option, the answer is allow or deny.
    #[arg(long, value_name = "MODEL")]
    pub model: Option<String>,
    /// If allowed, reserve the tokens for so long, like 30m
    ///
    /// Other agents cannot use them until the time is over, `record --ends-hold` records what was used, or `holds --free` frees them. A number without a unit is in minutes. Needs a team.
    #[arg(long, value_name = "MINUTES", value_parser = values::parse_hold)]
    pub hold: Option<Duration>,
    /// The hold that the work was granted
    ///
    /// What it reserves is admitted and not counted twice; what goes beyond it is judged as any other work. Without this option: TOKMON_HOLD.
    #[arg(long, value_name = "ID", conflicts_with = "hold")]
    pub under_hold: Option<String>,
    /// Allow in any case, and write the reason into the log
    #[arg(long = "override", value_name = "REASON")]
    pub override_reason: Option<String>,
    /// How long to wait for other programs, like 500ms
    ///
    /// Holds and overrides are decided one at a time. A number without a unit is in seconds.
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = values::parse_wait)]
    pub wait: Duration,
    #[command(flatten)]
    pub hook: GuardHookArgs,
}

#[derive(Clone, Debug, Args)]
#[command(help_template = TEMPLATE, before_help = HOLDS_EXAMPLES, mut_arg("format", |arg| arg.value_parser(FormatParser(values::WRITE_FORMATS))), mut_arg("budget", |arg| arg.hide(true)))]
pub struct HoldsArgs {
    /// Free the hold with this id
    #[arg(long, value_name = "ID")]
    pub free: Vec<String>,
    /// How long to wait for other programs, like 500ms
    ///
    /// A number without a unit is in seconds.
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = values::parse_wait)]
    pub wait: Duration,
}

const SCHEMA_USAGE: &str = "\
tokmon schema [report|check|guard|holds|budget|prices|alert|notice|
                     health|statusline]";

const SCHEMA_EXAMPLES: &str = "\
Examples:
  tokmon schema         describe the JSON of `tokmon --json`
  tokmon schema check   describe the JSON of `tokmon check --json`
  tokmon schema notice  describe what the program of `tokmon alert` reads
  tokmon schema health  describe the JSON of `tokmon --format health`";

const COMPLETIONS_EXAMPLES: &str = "\
Examples, with the place where each shell looks for the script:
  tokmon completions bash > ~/.local/share/bash-completion/completions/tokmon
  tokmon completions zsh > ~/.zfunc/_tokmon
  tokmon completions fish > ~/.config/fish/completions/tokmon.fish
For zsh, add these lines to ~/.zshrc:
  fpath+=~/.zfunc
  autoload -Uz compinit && compinit";

const MAN_EXAMPLES: &str = "\
Examples:
  tokmon man | man -l -               read the page of tokmon
  tokmon man ~/.local/share/man/man1  install all pages
  man tokmon-check                    then read the page of a command";

const CHECK_EXAMPLES: &str = "\
Examples:
  tokmon check                  show each finding, and what to do about it
  tokmon check --explain TM013  explain a code, with an example
  tokmon check --fix --dry-run  show what --fix would change
  tokmon check --format github  annotate the lines of a pull request
  tokmon check --format sarif   report to code scanning
As a line of a crontab, each morning; it prints nothing if nothing is wrong:
  0 8 * * * cd ~/project && ~/.cargo/bin/tokmon check -q";

#[derive(Clone, Debug, Args)]
#[command(help_template = TEMPLATE, before_help = CHECK_EXAMPLES, mut_arg("format", |arg| arg.value_parser(FormatParser(values::CHECK_FORMATS))))]
pub struct CheckArgs {
    /// Fix what can be fixed safely
    ///
    /// That is: derived figures, usage lines and sessions missing from the tables, rows and hook lines in the wrong place, and what a merge of branches doubled.
    #[arg(long)]
    pub fix: bool,
    /// With --fix: show the changes, and write nothing
    #[arg(short = 'n', long, requires = "fix")]
    pub dry_run: bool,
    /// Explain a code like TM013, or list all codes
    ///
    /// A code has a name, too, like total-differs.
    #[arg(long, value_name = "CODE", num_args = 0..=1, default_missing_value = "all", conflicts_with_all = ["fix", "dry_run"])]
    pub explain: Option<String>,
    #[command(flatten)]
    pub rewrite: RewriteArgs,
}

#[derive(Clone, Debug, Args)]
#[command(help_template = TEMPLATE, before_help = ARCHIVE_EXAMPLES, mut_arg("format", |arg| arg.value_parser(FormatParser(values::WRITE_FORMATS))), mut_arg("budget", |arg| arg.hide(true)))]
pub struct ArchiveArgs {
    /// Days of daily sections to keep
    ///
    /// Without this option: tokmon.toml, else the log's retention policy, else 30.
    #[arg(long, value_name = "DAYS", conflicts_with = "before", value_parser = values::parse_days)]
    pub keep_days: Option<u32>,
    /// Move daily sections from before this day
    #[arg(long, value_name = "DATE", value_parser = values::parse_date)]
    pub before: Option<NaiveDate>,
    /// Move hook lines only, no daily sections
    #[arg(long, conflicts_with_all = ["keep_days", "before", "compact"])]
    pub hooks_only: bool,
    /// Merge the rows of a team and task of a day
    ///
    /// The notes of the row say how many there were, and from when to when.
    #[arg(long)]
    pub compact: bool,
    /// Delete archives older than this, after listing
    #[arg(long, value_name = "MONTHS", value_parser = values::parse_months)]
    pub prune_archives: Option<u32>,
    /// Show what would move, and write nothing
    #[arg(short = 'n', long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub rewrite: RewriteArgs,
}

#[derive(Clone, Debug, Args)]
#[command(help_template = TEMPLATE, before_help = MIGRATE_EXAMPLES, mut_arg("format", |arg| arg.value_parser(FormatParser(values::WRITE_FORMATS))), mut_arg("budget", |arg| arg.hide(true)))]
pub struct MigrateArgs {
    /// Print the new log, and write nothing
    #[arg(short = 'n', long)]
    pub dry_run: bool,
    #[command(flatten)]
    pub rewrite: RewriteArgs,
}

const ARCHIVE_EXAMPLES: &str = "\
Examples:
  tokmon archive --dry-run      show what would move
  tokmon archive --keep-days 7  keep a week of daily sections
As a line of a crontab, each night; it prints nothing if nothing is wrong:
  15 3 * * * cd ~/project && ~/.cargo/bin/tokmon archive -q";

const MIGRATE_EXAMPLES: &str = "\
Examples:
  tokmon migrate --dry-run        print the new log
  tokmon migrate                  write it, and keep the old one in the archive";

const INIT_EXAMPLES: &str = "\
Examples:
  tokmon init --teams 'QA:22K,DevOps:20K,Orchestrator' --budget 200K
  tokmon init --file docs/cost-log.md --dry-run";

const INIT_SETTINGS: &str = "The settings, tokmon.toml, are written beside the log.";

#[derive(Clone, Debug, Args)]
#[command(help_template = TEMPLATE, before_help = INIT_EXAMPLES, after_help = INIT_SETTINGS, mut_arg("format", |arg| arg.hide(true)), mut_arg("json", |arg| arg.hide(true)))]
pub struct InitArgs {
    /// The teams, like QA:22K,DevOps
    ///
    /// Separated by commas, each with its allocation after a colon, if it has one. Without this option: Orchestrator.
    #[arg(long, value_name = "TEAMS", value_delimiter = ',')]
    pub teams: Vec<String>,
    /// Show what would be written, and write nothing
    #[arg(short = 'n', long)]
    pub dry_run: bool,
}

const ALERT_USAGE: &str = "\
tokmon alert [OPTIONS] [-- PROGRAM [ARGS]...]
       tokmon alert [OPTIONS] --on-alert [PROGRAM [ARGS]...]";

const ALERT_EXAMPLES: &str = "\
Examples:
  tokmon alert --dry-run                       show which notices are due
  tokmon alert                                 print them, each once
  tokmon alert -- contrib/alert/desktop        run a program for each
  tokmon --watch --on-alert contrib/alert/desktop
As a line of a crontab, each hour; cron mails what is printed:
  0 * * * * cd ~/project && ~/.cargo/bin/tokmon alert -q";

const ALERT_PROGRAM: &str = "\
Notices are sent about what is used, what is used and reserved, and the
forecast, of the budget and of each team. The other alerts of the status, like
those about the plan or about tokens per deliverable, are not sent. Where a log
is shared, run this in one place only.

The program is run once for each notice, without a shell. It finds what it is
about in its environment, and as JSON on its standard input:
  TOKMON_ALERT_TITLE      Token budget 2026-02: critical (project/cost-log.md)
  TOKMON_ALERT_MESSAGE    180,500 of 200,000 tokens used (90.2%)
  TOKMON_ALERT_LEVEL      note, warning, critical or exceeded
  TOKMON_ALERT_SCOPE      total or team
  TOKMON_ALERT_TEAM       the team, if the scope is team
  TOKMON_ALERT_BASIS      actual, reserved or forecast
  TOKMON_ALERT_THRESHOLD  the threshold that is reached, in percent
  TOKMON_ALERT_CHANCE     of a forecast, the chance of exceeding the budget
  TOKMON_ALERT_USED       180500
  TOKMON_ALERT_BUDGET     200000
  TOKMON_ALERT_UNIT       tokens, or a currency like USD
  TOKMON_ALERT_LOG        the whole path of the log
  TOKMON_ALERT_PROJECT    the projects of the month
  TOKMON_ALERT_MONTH, TOKMON_ALERT_TIME
Shell scripts to copy are in the source of tokmon, in contrib/alert: `webhook`
(Slack, Microsoft Teams, Discord), `email` (sendmail) and `desktop`. How to write
one is in docs/alerts.md there.

If it ends with 0, the notice is sent, and the log says so in a [NOTIFY] line.
If it fails, or takes too long and is ended, the next run tries again, and this
one ends with 75; with 69 if the program cannot be started.";

#[derive(Clone, Debug, Args)]
#[command(help_template = TEMPLATE, before_help = ALERT_EXAMPLES, after_long_help = ALERT_PROGRAM, override_usage = ALERT_USAGE, mut_arg("format", |arg| arg.value_parser(FormatParser(values::WRITE_FORMATS))))]
pub struct AlertArgs {
    /// The program to run for each notice, without a shell
    ///
    /// Without a program: the one that the settings name, else notices are printed.
    #[arg(last = true, value_name = "PROGRAM ARGS")]
    pub program: Vec<OsString>,
    /// The same, for all words behind it
    ///
    /// Without any, it is the program that the settings name.
    #[arg(long, num_args = 0.., allow_hyphen_values = true, conflicts_with = "program", value_name = "PROGRAM ARGS")]
    pub on_alert: Option<Vec<OsString>>,
    /// How long the program may take, like 30s
    ///
    /// Then it is ended. Without this option: `[alert] timeout` of the settings, else 30s. A number without a unit is in seconds.
    #[arg(long, value_name = "DURATION", value_parser = values::parse_timeout)]
    pub timeout: Option<Duration>,
    /// Show what is due, send nothing
    #[arg(short = 'n', long)]
    pub dry_run: bool,
}

impl AlertArgs {
    /// The program and its arguments, however they are given.
    pub fn words(&self) -> &[OsString] {
        self.on_alert
            .as_deref()
            .filter(|words| !words.is_empty())
            .unwrap_or(&self.program)
    }
}

const TRUST_EXAMPLES: &str = "\
Examples:
  tokmon trust                   trust the nearest tokmon.toml, as it is now
  tokmon trust --list            list what is trusted
  tokmon trust --revoke          trust it no more";

const TRUST_SCOPE: &str = "\
Only a settings file that names a program ([alert] program) needs trust, and
not your own in ~/.config/tokmon. When it changes, or a file of the repository
that is named as the program or its argument, it must be trusted again.";

#[derive(Clone, Debug, Args)]
#[command(help_template = TEMPLATE, before_help = TRUST_EXAMPLES, after_help = TRUST_SCOPE, mut_arg("format", |arg| arg.hide(true)), mut_arg("json", |arg| arg.hide(true)), mut_arg("budget", |arg| arg.hide(true)))]
pub struct TrustArgs {
    /// The settings file
    ///
    /// Without it: the one that tokmon uses here.
    #[arg(value_name = "SETTINGS")]
    pub settings: Option<PathBuf>,
    /// List the trusted files
    #[arg(long, conflicts_with_all = ["settings", "revoke"])]
    pub list: bool,
    /// Trust the file no more
    #[arg(long)]
    pub revoke: bool,
}
