//! The report of an import, on what it read, left out and wrote: as JSON, as CSV, and as text (`text`). The figures are those of the
//! responses of all teams, each once, whether the log has them or not.

mod text;
mod written;

pub use text::name_of;
pub use written::{
    ComparedBecause, ComparedTeam, ImportedLine, LeftBecause, LeftReport, OtherTeamReport,
    RecountReport, RefusedReport, ShrunkReport, Written,
};

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, Write},
};

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::Serialize;
use serde_with::skip_serializing_none;

use super::{Format, OutputStyle, ReportTable, csv, json, table::Cell};
use crate::{
    import::{ImportSource, Unreadable},
    model::{Money, Percent, TokenClass, TokenCounts, Tokens},
};

/// Bumped only when a key is removed, renamed or changes its meaning.
pub const VERSION: u32 = 1;

/// What an import read, left out and wrote.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(title = "tokmon import")]
pub struct ImportDocument {
    /// The version of this schema.
    pub schema_version: u32,
    /// What was read.
    pub source: ImportSource,
    /// The log. Absent without one.
    pub file: Option<String>,
    /// Whether the run was a dry run.
    pub dry_run: bool,
    /// The first day.
    pub since: NaiveDate,
    /// The last day, if one was asked for.
    pub until: Option<NaiveDate>,
    /// The time zone of the days.
    pub timezone: String,
    /// The tokens of all responses of these days, whatever their team.
    pub totals: ClassTotals,
    /// The share of the tokens read by models that came from a cache, from 0 to 1. Absent if nothing was read.
    pub cache_hit_rate: Option<f64>,
    /// What they cost, in each currency of their prices.
    pub costs: Vec<Money>,
    /// The tokens without a price.
    pub unpriced_tokens: u64,
    /// All tokens of each day.
    pub by_day: BTreeMap<NaiveDate, u64>,
    /// All tokens of each model.
    pub by_model: BTreeMap<String, u64>,
    /// All tokens of each agent: `main`, and the kinds of subagents.
    pub by_agent: BTreeMap<String, u64>,
    pub by_team: Vec<TeamImport>,
    /// Which tokens count against the budget.
    pub counted: Vec<TokenClass>,
    /// What became of the log. Absent where there is none.
    pub written: Option<Written>,
    /// How much was read, and what was left out for which reason.
    pub skipped: SkippedReport,
    /// The models without a price.
    pub unpriced_models: BTreeMap<String, u64>,
    /// Those of them for which the settings have a price, but not of every class of tokens.
    #[serde(skip)]
    pub partly_priced: BTreeSet<String>,
    /// The models that have the price of another one, each with that one.
    pub other_prices: BTreeMap<String, String>,
}

/// Numbers of tokens by class, and their sum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ClassTotals {
    #[serde(flatten)]
    pub tokens: TokenCounts,
    /// Input, output, cache writes and cache reads. Reasoning is part of the output.
    pub total: u64,
}

impl From<TokenCounts> for ClassTotals {
    fn from(tokens: TokenCounts) -> Self {
        let total = tokens.total();
        Self { tokens, total }
    }
}

/// What a team used, according to transcripts.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct TeamImport {
    pub team: String,
    /// Whether anything names the team. False for the rest, `(unassigned)`.
    pub is_assigned: bool,
    pub sessions: u64,
    pub tokens: ClassTotals,
    pub cache_hit_rate: Option<f64>,
    pub costs: Vec<Money>,
    pub unpriced_tokens: u64,
    pub days: Vec<TeamDay>,
    /// What the text report lists below the team.
    #[serde(skip)]
    pub parts: Vec<TeamPart>,
}

/// What a team used in a session, or on a day.
#[derive(Clone, Debug)]
pub struct TeamPart {
    pub name: String,
    pub tokens: ClassTotals,
    pub costs: Vec<Money>,
    pub unpriced_tokens: u64,
}

/// What a team used on a day.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct TeamDay {
    pub day: NaiveDate,
    pub tokens: ClassTotals,
    pub costs: Vec<Money>,
    pub unpriced_tokens: u64,
}

/// How much was read, and what was left out for which reason.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct SkippedReport {
    /// The files that were read.
    pub files: u64,
    /// Files that were last changed before the first day, and not opened.
    pub older_files: u64,
    pub lines: u64,
    /// The responses of these days, each once.
    pub responses: u64,
    /// Lines that repeat a response of another line.
    pub copies: u64,
    /// Responses that a session or a side conversation repeats from its parent.
    pub replays: u64,
    /// The replays that are assumed only because of their times, as the parent was not read.
    pub assumed_replays: u64,
    /// Messages with two request ids, both of which were paid for.
    pub billed_twice: u64,
    /// Last lines that were not complete yet.
    pub torn: u64,
    /// Responses without any id.
    pub without_id: u64,
    /// Responses of days after today, which count on these days.
    pub dated_ahead: u64,
    /// Lines and files that could not be read.
    pub unreadable_count: u64,
    /// The first of them.
    pub unreadable: Vec<Unreadable>,
    /// Sessions that have no team.
    pub sessions_without_team: u64,
}

pub fn schema() -> String {
    json::schema_of::<ImportDocument>()
}

/// The share as a number from 0 to 1.
pub fn hit_rate(tokens: &TokenCounts) -> Option<f64> {
    crate::model::ratio(tokens.cache_read, tokens.context())
}

impl ImportDocument {
    pub fn write(&self, format: Format, style: OutputStyle, out: &mut dyn Write) -> io::Result<()> {
        match format {
            Format::Json => json::write(self, out),
            Format::Csv => csv::write(&[self.records()], out),
            _ => {
                for line in text::lines(self, style) {
                    writeln!(out, "{}", style.paint(&line))?;
                }
                Ok(())
            }
        }
    }

    /// A record for each team and day.
    fn records(&self) -> ReportTable {
        let days = self.by_team.iter().flat_map(|team| {
            let days = team.days.iter();
            days.map(|day| (team.team.as_str(), day))
        });
        ReportTable::records(
            "",
            days.map(|(team, day)| {
                let tokens = day.tokens.tokens;
                let count = |tokens: u64| Cell::Tokens(Tokens(tokens));
                let cost = only(&day.costs);
                [
                    ("team", Cell::text(team)),
                    ("day", Cell::word(day.day.to_string())),
                    ("input", count(tokens.input)),
                    ("output", count(tokens.output)),
                    ("cache_write_5m", count(tokens.cache_write_5m)),
                    ("cache_write_1h", count(tokens.cache_write_1h)),
                    ("cache_read", count(tokens.cache_read)),
                    ("reasoning", count(tokens.reasoning)),
                    ("total", count(day.tokens.total)),
                    ("cost", Cell::some(cost, Cell::Money)),
                    (
                        "currency",
                        Cell::some(cost, |cost: Money| Cell::word(cost.currency.to_string())),
                    ),
                    ("unpriced_tokens", count(day.unpriced_tokens)),
                ]
            }),
        )
    }
}

/// The sum, if it is in one currency.
fn only(costs: &[Money]) -> Option<Money> {
    match costs {
        [cost] => Some(*cost),
        _ => None,
    }
}

fn rate_of(tokens: &TokenCounts) -> Option<Percent> {
    tokens.classes().cache_hit_rate()
}
