//! What may be typed after the commands that check, write and mend a log. No behaviour.

use std::{path::PathBuf, time::Duration};

use chrono::NaiveDate;
use clap::Args;

use super::parse_tokens;
use crate::{
    log::cell,
    model::{StatedCost, Tokens},
};

/// How the log may be taken for a rewrite.
#[derive(Clone, Copy, Debug, Args)]
pub struct RewriteArgs {
    /// Wait so long for others to close the log, like 500ms, 2s or 1m
    #[arg(long, value_name = "TIME", default_value = "2s", value_parser = parse_wait)]
    pub wait: Duration,
    /// Nobody else writes the log now: rewrite it even where the system cannot keep others out
    #[arg(long)]
    pub quiesced: bool,
}

/// What was spent.
#[derive(Clone, Debug, Args)]
pub struct RecordArgs {
    /// Who spent it
    #[arg(long, value_name = "NAME", required_unless_present = "batch")]
    pub team: Option<String>,
    /// How many tokens, like 12450 or 12.5K
    #[arg(long, value_name = "TOKENS", required_unless_present = "batch", value_parser = parse_tokens, allow_hyphen_values = true)]
    pub tokens: Option<Tokens>,
    /// How many of them the model read; this and the next three count against no budget
    #[arg(long, value_name = "TOKENS", value_parser = parse_tokens)]
    pub input_tokens: Option<Tokens>,
    /// How many of them the model wrote
    #[arg(long, value_name = "TOKENS", value_parser = parse_tokens)]
    pub output_tokens: Option<Tokens>,
    /// How many tokens were written into a cache
    #[arg(long, value_name = "TOKENS", value_parser = parse_tokens)]
    pub cache_write_tokens: Option<Tokens>,
    /// How many tokens were read from a cache
    #[arg(long, value_name = "TOKENS", value_parser = parse_tokens)]
    pub cache_read_tokens: Option<Tokens>,
    /// What for
    #[arg(long, value_name = "TEXT")]
    pub task: Option<String>,
    /// What it cost, like 0.037 or $0.037 [default: by the price of the model or the log]
    #[arg(long, value_name = "AMOUNT", value_parser = parse_cost, allow_hyphen_values = true)]
    pub cost: Option<StatedCost>,
    /// How far the work is: done, running, pending or failed
    #[arg(long, value_name = "STATUS")]
    pub status: Option<String>,
    /// How many deliverables came of it
    #[arg(long, value_name = "COUNT")]
    pub deliverables: Option<u32>,
    /// How many minutes it took
    #[arg(long, value_name = "COUNT")]
    pub minutes: Option<u32>,
    /// Which model spent it
    #[arg(long, value_name = "NAME")]
    pub model: Option<String>,
    /// When it was spent, like 2026-02-25T10:18:00+09:00 [default: now]
    #[arg(long, value_name = "RFC3339", value_parser = super::parse_time)]
    pub time: Option<chrono::DateTime<chrono::FixedOffset>>,
    /// The id that makes a second attempt harmless [default: a random one]
    #[arg(long, value_name = "ID")]
    pub id: Option<String>,
    /// The id of the hold that this spending ends
    #[arg(long, value_name = "ID")]
    pub hold: Option<String>,
    /// Record many, all or none: JSON lines or usage lines, from a file or from standard input (-)
    #[arg(long, value_name = "FILE", conflicts_with_all = ["team", "tokens", "input_tokens", "output_tokens", "cache_write_tokens", "cache_read_tokens", "task", "cost", "status", "deliverables", "minutes", "model", "time", "id", "hold"])]
    pub batch: Option<PathBuf>,
    /// Show what would be written, and write nothing
    #[arg(short = 'n', long)]
    pub dry_run: bool,
}

const CHECK_HELP: &str = "\
Examples:
  tokmon check                        each finding with its line, and what to do about it
  tokmon check --explain TM013        what a code means, with an example
  tokmon check --fix --dry-run        what --fix would change
  tokmon check --format github        beside the lines of a pull request
  tokmon check --format sarif         for code scanning

Exit codes: 0 nothing but notes, 1 errors or warnings, 64 usage, 65 no usable data, 66 no log,
74 input or output failed, 78 settings are wrong";

const INIT_HELP: &str = "\
Examples:
  tokmon init --teams 'QA:22K,DevOps:20K,Orchestrator' --budget 200K
  tokmon init --file docs/cost-log.md --dry-run

The settings, tokmon.toml, are written beside the log. Exit codes: 0 written, 64 usage, 73 a file is there
already or cannot be made";

/// Whether and how to mend.
#[derive(Clone, Debug, Args)]
#[command(after_help = CHECK_HELP)]
pub struct CheckArgs {
    /// Mend what can be mended without losing anything: derived figures, usage lines and sessions not in the tables, hook lines in tables
    #[arg(long)]
    pub fix: bool,
    /// With --fix: show the changes as a unified diff, and write nothing
    #[arg(short = 'n', long, requires = "fix")]
    pub dry_run: bool,
    /// Explain a code like TM013 or total-differs, and nothing else
    #[arg(long, value_name = "CODE", conflicts_with_all = ["fix", "dry_run"])]
    pub explain: Option<String>,
    /// How to take the log.
    #[command(flatten)]
    pub rewrite: RewriteArgs,
}

/// What to move to the archive.
#[derive(Clone, Debug, Args)]
pub struct ArchiveArgs {
    /// Days of daily details to keep [default: tokmon.toml, else the log's retention policy, else 30]
    #[arg(long, value_name = "DAYS", conflicts_with = "before")]
    pub keep_days: Option<u32>,
    /// Move daily details from before this day
    #[arg(long, value_name = "DATE")]
    pub before: Option<NaiveDate>,
    /// Move hook lines only, no daily details
    #[arg(long, conflicts_with_all = ["keep_days", "before", "compact"])]
    pub hooks_only: bool,
    /// Merge the rows of one team and task of a day into one, with their count and hours in its notes
    #[arg(long)]
    pub compact: bool,
    /// Delete the archives of months older than so many months, after listing them
    #[arg(long, value_name = "MONTHS", value_parser = clap::value_parser!(u32).range(1..=1_200))]
    pub prune_archives: Option<u32>,
    /// Show what would move, and write nothing
    #[arg(short = 'n', long)]
    pub dry_run: bool,
    /// How to take the log.
    #[command(flatten)]
    pub rewrite: RewriteArgs,
}

/// How to bring a log of an older format up to date.
#[derive(Clone, Debug, Args)]
pub struct MigrateArgs {
    /// Print the new log, and write nothing
    #[arg(short = 'n', long)]
    pub dry_run: bool,
    /// How to take the log.
    #[command(flatten)]
    pub rewrite: RewriteArgs,
}

/// What a fresh log begins with.
#[derive(Clone, Debug, Args)]
#[command(after_help = INIT_HELP)]
pub struct InitArgs {
    /// The teams, with commas between them; a budget of its own behind a colon, like QA:22K [default: Orchestrator]
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub teams: Vec<String>,
    /// Show what would be written, and write nothing
    #[arg(short = 'n', long)]
    pub dry_run: bool,
}

fn parse_wait(text: &str) -> Result<Duration, String> {
    let help = || "write a time like 500ms, 2s or 1m, up to an hour".to_owned();
    let digits = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(digits).ok_or_else(help)?;
    let number: u64 = number.parse().map_err(|_| help())?;
    let millis = match unit {
        "ms" => Some(number),
        "s" | "" => number.checked_mul(1_000),
        "m" | "min" => number.checked_mul(60_000),
        _ => None,
    };
    millis
        .filter(|millis| *millis <= 3_600_000)
        .map(Duration::from_millis)
        .ok_or_else(help)
}

fn parse_cost(text: &str) -> Result<StatedCost, String> {
    match cell::money(text) {
        Ok(Some(cost)) if !cost.amount.estimate => Ok(StatedCost {
            nanos: cost.amount.value,
            currency: cost.currency,
        }),
        _ => Err("write an amount like 0.037 or $0.037, to a billionth at most".to_owned()),
    }
}
