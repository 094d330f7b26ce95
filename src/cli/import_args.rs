//! The options of `import` and `compare`. No behaviour. A doc comment on a struct would replace the summary of its command.

use std::{path::PathBuf, time::Duration};

use chrono::NaiveDate;
use clap::{Arg, ArgAction, Args, ValueEnum, builder::PossibleValue};

use super::{
    TEMPLATE,
    values::{self, FormatParser},
};
use crate::{
    import::ImportSource,
    model::{Percent, TeamBy},
};

impl ValueEnum for ImportSource {
    fn value_variants<'a>() -> &'a [Self] {
        &[
            Self::Claude,
            Self::Codex,
            Self::Gemini,
            Self::Jsonl,
            Self::Ccusage,
        ]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::Claude => PossibleValue::new("claude").help("Transcripts of Claude Code"),
            Self::Codex => PossibleValue::new("codex").help("Rollouts of Codex CLI"),
            Self::Gemini => PossibleValue::new("gemini").help("Chats of Gemini CLI"),
            Self::Jsonl => PossibleValue::new("jsonl").help("A JSON object on each line"),
            Self::Ccusage => PossibleValue::new("ccusage").help("What ccusage daily --json prints"),
        })
    }
}

impl ValueEnum for TeamBy {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Cwd, Self::Repository, Self::Branch, Self::Agent]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::Cwd => PossibleValue::new("cwd").help("The folder that the agent worked in"),
            Self::Repository => PossibleValue::new("repository").help("Its repository"),
            Self::Branch => PossibleValue::new("branch").help("The branch in it"),
            Self::Agent => PossibleValue::new("agent").help("The agent, or kind of subagent"),
        })
    }
}

/// From when on usage is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    Day(NaiveDate),
    /// So many days before today.
    DaysAgo(u32),
}

// What `import` and `compare` share.
#[derive(Clone, Debug, Args)]
pub struct TranscriptArgs {
    /// What is read
    #[arg(value_name = "SOURCE", value_enum)]
    pub source: ImportSource,
    /// Files, or folders with all below them
    ///
    /// Without any: the folders that the harness keeps its transcripts in, by HOME, CLAUDE_CONFIG_DIR or CODEX_HOME. jsonl and ccusage need a file; - is standard input.
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// From this day on, like 2026-02-25 or 30d
    ///
    /// Without this option: from the first day of the oldest month that is not archived, at most 35 days ago.
    #[arg(long, value_name = "DATE", value_parser = values::parse_since)]
    pub since: Option<Since>,
    /// Up to this day, like 2026-02-25
    #[arg(long, value_name = "DATE", value_parser = values::parse_date)]
    pub until: Option<NaiveDate>,
    /// Only what was used in these folders
    ///
    /// A pattern of the folder that the agent worked in: * and ? stand for what is within a name, ** for any folders. It holds for the folders below, too, and for the worktrees of a repository that it holds for. A name is in this folder, which is `.`; a pattern that begins with * is of any.
    #[arg(long, value_name = "GLOB")]
    pub cwd: Option<String>,
    /// The team of all that is read
    ///
    /// Without this option: the team that a line of jsonl names, else that of the first [[import.team]] rule in tokmon.toml that holds.
    #[arg(long, value_name = "TEAM", conflicts_with = "team_by")]
    pub team: Option<String>,
    /// What names the team where no rule does
    #[arg(long, value_name = "BY", value_enum)]
    pub team_by: Option<TeamBy>,
    /// Exit with 65 if anything was unreadable
    #[arg(long)]
    pub strict: bool,
}

/// What the report lists below each team.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum GroupBy {
    /// Each session
    Session,
    /// Each day
    Day,
}

const IMPORT_EXAMPLES: &str = "\
Examples:
  tokmon import claude -n              show what would be written
  tokmon import claude                 write what the log lacks
  tokmon import codex --since 30d --cwd . --team QA
  tokmon import jsonl usage.jsonl -n --format csv
  ccusage daily --json | tokmon import ccusage -";

const IMPORT_USAGE: &str = "tokmon import <claude|codex|gemini|jsonl|ccusage> [OPTIONS] [PATH]...";

const IMPORT_RULES: &str = "\
Each response counts once, however often transcripts repeat it. A line of the
log is for an agent, a session and a day. Importing again adds what is new, and
subtracts nothing, as harnesses delete their transcripts after a while.
Nothing of a prompt, a path or a title is written into the log.";

/// It is acted upon before the options are read, so that no field is for it.
fn detach_option() -> Arg {
    Arg::new("detach")
        .long("detach")
        .action(ArgAction::SetTrue)
        .help("Go on in the background, and exit with 0 at once")
        .long_help("Go on in the background, and exit with 0 at once\n\nFor hooks of agents (`tokmon hooks HARNESS --record`): nothing is printed, and input is not read. What the import prints is added to $XDG_STATE_HOME/tokmon/import.log (~/.local/state/tokmon/import.log), which stays short.")
}

#[derive(Clone, Debug, Args)]
#[command(help_template = TEMPLATE, before_help = IMPORT_EXAMPLES, after_help = IMPORT_RULES, override_usage = IMPORT_USAGE, arg(detach_option()), mut_arg("format", |arg| arg.value_parser(FormatParser(values::IMPORT_FORMATS))), mut_arg("budget", |arg| arg.hide(true)))]
pub struct ImportArgs {
    #[command(flatten)]
    pub transcripts: TranscriptArgs,
    /// What to list below each team
    #[arg(long, value_name = "WHAT", value_enum)]
    pub by: Option<GroupBy>,
    /// Show what would be written, write nothing
    ///
    /// Needs no log.
    #[arg(short = 'n', long)]
    pub dry_run: bool,
    /// Replace the rows of what has shrunk or changed
    ///
    /// Of sessions of the last 30 days whose rows are in the log, and not in an archive.
    #[arg(long)]
    pub recount: bool,
    /// Also write for teams that keep rows by hand
    ///
    /// Without this option, such a team is compared alone, unless [import] in tokmon.toml says that its rows are imported.
    #[arg(long)]
    pub also: bool,
    /// How long to wait for other programs, like 500ms
    ///
    /// Imports are decided one at a time. A number without a unit is in seconds.
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = values::parse_wait)]
    pub wait: Duration,
}

const COMPARE_EXAMPLES: &str = "\
Examples:
  tokmon compare claude                    compare the log with transcripts
  tokmon compare codex --since 2026-02-01 --fail-above 5%
  tokmon compare claude --json | jq .differences";

const COMPARE_USAGE: &str =
    "tokmon compare <claude|codex|gemini|jsonl|ccusage> [OPTIONS] [PATH]...";

const COMPARE_SINCE: &str = "\
From this day on, like 2026-02-25 or 30d

Without this option: from the first day that the transcripts have, at most 35 days ago and in no archived month.";

#[derive(Clone, Debug, Args)]
#[command(help_template = TEMPLATE, before_help = COMPARE_EXAMPLES, override_usage = COMPARE_USAGE, mut_arg("format", |arg| arg.value_parser(FormatParser(values::IMPORT_FORMATS))), mut_arg("budget", |arg| arg.hide(true)), mut_arg("since", |arg| arg.long_help(COMPARE_SINCE)))]
pub struct CompareArgs {
    #[command(flatten)]
    pub transcripts: TranscriptArgs,
    /// Exit with 1 if more than this share differs
    #[arg(long, value_name = "PERCENT", default_value = "1%", value_parser = values::parse_percent)]
    pub fail_above: Percent,
}
