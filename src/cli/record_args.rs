//! The options of `record`. No behaviour. A doc comment on a struct would replace the summary of its command.

use std::path::PathBuf;

use clap::Args;
use serde::Deserialize;

use super::{
    TEMPLATE,
    values::{self, FormatParser, parse_time, parse_tokens},
};
use crate::model::{StatedCost, Tokens};

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
