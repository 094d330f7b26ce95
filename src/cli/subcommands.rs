//! The subcommands and their options. No behaviour. A doc comment on a struct would replace the summary of its command.

use std::{path::PathBuf, time::Duration};

use chrono::NaiveDate;
use clap::{Args, Subcommand, ValueEnum};
use clap_complete::Shell;

use super::{
    AlertArgs, BudgetArgs, CompareArgs, ImportArgs, PricesArgs, RecordArgs, ServeArgs, TEMPLATE,
    TrustArgs,
    hook_args::{GuardHookArgs, HooksArgs, StatuslineArgs},
    values::{self, FormatParser, parse_tokens},
};
use crate::{model::Tokens, render::Format};

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
    /// Write a log in another form anew as v2.0
    Migrate(MigrateArgs),
    /// Create a log and settings
    Init(InitArgs),
    /// Write what the transcripts of agents say into the log
    Import(Box<ImportArgs>),
    /// Compare the log with what transcripts say
    Compare(Box<CompareArgs>),
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
            Self::Import(_) => ("import", values::IMPORT_FORMATS),
            Self::Compare(_) => ("compare", values::IMPORT_FORMATS),
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
    /// What check --tables lists
    Tables,
    /// What guard decides
    Guard,
    /// What holds reserve
    Holds,
    /// Every limit
    Budget,
    /// What models cost
    Prices,
    /// How the log and transcripts compare
    Compare,
    /// The budget of each project
    Health,
    /// What alert does
    Alert,
    /// What the program of an alert reads
    Notice,
    /// What import jsonl reads
    Import,
    /// The status line
    Statusline,
    /// What import reports
    ImportReport,
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

const GUARD_EXAMPLES: &str = "\
Examples:
  tokmon guard --team QA --tokens 6K --model claude-opus-5
  tokmon guard --team QA --tokens 6K --hold 30m
  tokmon guard --team QA --override 'release day, agreed with Kim' --hold 2h";

const HOLDS_EXAMPLES: &str = "\
Examples:
  tokmon holds                             list them
  tokmon holds --free k3f9x2m4 --free h8q2 free two before their time is over";

const GUARD_ANSWERS: &str = "\
The answer is allow (exit code 0), downgrade to a cheaper model that is named
(10), or deny (20). All limits that apply must agree: of all teams and of the
team, in tokens and in money. `[guard] unknown_team = \"deny\"` in tokmon.toml
denies a team that neither the log nor the settings know.";

const GUARD_TERMS: &str = "\
The answer is allow (exit code 0), downgrade to a cheaper model that is named
(10), or deny (20). All limits that apply must agree: of all teams and of the
team, in tokens and in money ([budget] and [teams.\"NAME\"] in tokmon.toml).
  limit  a budget or an allocation; what is used, reserved and requested may
         reach it, and not exceed it
  level  how much of it is used and reserved: ok, note, warning (80%),
         critical (90%), exceeded (100%, where nothing is left)
  tier   how expensive a model is: top (opus), middle (sonnet), bottom (haiku)
From the level warning on, no top model may start; from critical on, only models
of the bottom tier; from exceeded on, none. With less than 1.00 left of a limit
in money, a top model gives way to one of the bottom tier; with less than 0.20,
a middle one; with less than 0.10, no work starts. Without --model, the answer
names the tiers that may start, and is allow. [guard] in tokmon.toml changes all
of this; `unknown_team = \"deny\"` there denies a team that neither the log nor
the settings know.

In a script, a hold and its model (TOKMON_HOLD lets hooks use the hold):
  answer=$(tokmon guard --json --team QA --tokens 6K --model opus --hold 30m)
  case $? in
    0) model=opus ;;
    10) model=$(echo \"$answer\" | jq -r .to.model) ;;
    *) echo \"$answer\" | jq -r .message >&2; exit 1 ;;
  esac
  export TOKMON_HOLD=$(echo \"$answer\" | jq -r .hold.id)
  run-the-agent --model \"$model\"
With -q, --hold prints the id of the hold alone, or nothing; a denial, and the
model of a downgrade, go to standard error.";

#[derive(Clone, Debug, Args)]
#[command(help_template = TEMPLATE, before_help = GUARD_EXAMPLES, after_help = GUARD_ANSWERS, after_long_help = GUARD_TERMS, mut_arg("format", |arg| arg.value_parser(FormatParser(values::WRITE_FORMATS))))]
pub struct GuardArgs {
    /// The team that is to work
    ///
    /// Without this option: TOKMON_TEAM, else TOKMON_AGENT if a team has that name. Without any, only the budget of all teams applies.
    #[arg(long, value_name = "TEAM")]
    pub team: Option<String>,
    /// How many tokens the work will use, like 6K
    ///
    /// Without this option: `[guard] estimate`, else the median row of the team, else of the log, else 5,000.
    #[arg(long, value_name = "TOKENS", value_parser = parse_tokens, allow_hyphen_values = true)]
    pub tokens: Option<Tokens>,
    /// The model that it will use
    ///
    /// Without this option, the answer is allow or deny.
    #[arg(long, value_name = "MODEL")]
    pub model: Option<String>,
    /// If allowed, reserve the tokens for so long, like 30m
    ///
    /// Other agents cannot use them until the time is over, `record --ends-hold` records what was used, or `holds --free` frees them. A number without a unit is in minutes. Needs a team. It is judged beside all other holds, that of TOKMON_HOLD included.
    #[arg(long, value_name = "MINUTES", value_parser = values::parse_hold)]
    pub hold: Option<Duration>,
    /// The hold that the work was granted
    ///
    /// A request for no more tokens than it reserves is allowed, with a model that costs no more than its own. Each request is compared with it, and not their sum; a larger one is judged as any other. Without this option: TOKMON_HOLD.
    #[arg(long, value_name = "ID", conflicts_with = "hold")]
    pub under_hold: Option<String>,
    /// Allow in any case, and write the reason into the log
    ///
    /// What is allowed anyway is no override: no override is written, and a hold is an ordinary one. Else, with --hold, the hooks of the team may use the hold, with any model.
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
    ///
    /// May be given several times: all are freed, or none.
    #[arg(long, value_name = "ID")]
    pub free: Vec<String>,
    /// How long to wait for other programs, like 500ms
    ///
    /// A number without a unit is in seconds.
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = values::parse_wait)]
    pub wait: Duration,
}

const SCHEMA_USAGE: &str = "\
tokmon schema [report|check|tables|guard|holds|budget|prices|alert|
                     notice|health|statusline|import|import-report|compare]";

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
  tokmon check --tables         show what each table is taken for
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
    /// List the tables of the log, and what each is taken for
    ///
    /// Its line and heading, what each column is taken for, how many rows count, and why a table is left out. [read] in tokmon.toml corrects it.
    #[arg(long, conflicts_with_all = ["fix", "dry_run", "explain"])]
    pub tables: bool,
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

const INIT_SETTINGS: &str = "\
The settings, tokmon.toml, are written beside the log. For a log that is there
already and is in another form, they say how it is read, to be corrected.";

#[derive(Clone, Debug, Args)]
#[command(help_template = TEMPLATE, before_help = INIT_EXAMPLES, after_help = INIT_SETTINGS, mut_arg("format", |arg| arg.hide(true)), mut_arg("json", |arg| arg.hide(true)))]
pub struct InitArgs {
    /// The teams, like QA:22K,DevOps
    ///
    /// Separated by commas, each with its allocation after a colon, if it has one. Without this option: Orchestrator.
    #[arg(long, value_name = "TEAMS", value_delimiter = ',')]
    pub teams: Vec<String>,
    /// Propose rules for the teams of imported usage
    ///
    /// From the folders in which Claude Code, Codex and Gemini CLI worked, as comments of the settings. They name folders of your home: remove those that are not to be in the repository.
    #[arg(long)]
    pub import: bool,
    /// Show what would be written, and write nothing
    #[arg(short = 'n', long)]
    pub dry_run: bool,
}
