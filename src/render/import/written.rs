//! What an import wrote into the log, or would write, and what it left to the rows that teams keep by hand.

use chrono::{DateTime, FixedOffset, NaiveDate};
use schemars::JsonSchema;
use serde::Serialize;
use serde_with::skip_serializing_none;

use super::{super::counted, ClassTotals};
use crate::model::{Money, Month, Tokens};

/// What became of the log.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct Written {
    /// The lines that were appended, or with `dry_run` would be.
    pub lines: Vec<ImportedLine>,
    /// The number of units, each an agent in a session on a day, that the log has all of.
    pub unchanged_units: u64,
    /// Units of which the log has more than there is now. Nothing is subtracted.
    pub shrunk: Vec<ShrunkReport>,
    /// What is not written, as teams keep their rows by hand.
    pub compared: Vec<ComparedTeam>,
}

/// A line of the log.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ImportedLine {
    pub id: String,
    pub team: String,
    pub day: NaiveDate,
    /// When the last response of the day began.
    pub time: DateTime<FixedOffset>,
    /// The model that used most.
    pub model: Option<String>,
    /// What counts against the budget.
    pub counted_tokens: u64,
    pub tokens: ClassTotals,
    pub cost: Option<Money>,
}

/// A unit that has shrunk: transcripts were deleted since it was imported.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ShrunkReport {
    pub id: String,
    pub team: String,
    pub day: NaiveDate,
    /// Input, output and cache writes, by the log and by the transcripts.
    pub log_tokens: u64,
    pub transcript_tokens: u64,
}

/// What a team used in a month, which is not written.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ComparedTeam {
    pub team: String,
    pub month: Month,
    pub reason: ComparedBecause,
    /// What would count against the budget.
    pub counted_tokens: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ComparedBecause {
    /// The team has rows of this month that were not imported.
    RowsByHand,
    /// `source = "log"` in the settings.
    Setting,
}

/// What became of the log, in sentences.
pub fn sentences(written: &Written, file: &str, dry_run: bool) -> Vec<String> {
    let mut texts = Vec::new();
    let lines = written.lines.len();
    let tokens = written.lines.iter();
    let tokens = tokens.fold(0_u64, |sum, line| sum.saturating_add(line.counted_tokens));
    texts.push(match (lines, dry_run) {
        (0, _) => format!("nothing to append to {file}: it has all of this"),
        (_, true) => format!(
            "would append {} with {} tokens to {file}",
            counted(lines as u64, "line"),
            Tokens(tokens)
        ),
        (_, false) => format!(
            "appended {} with {} tokens to {file}",
            counted(lines as u64, "line"),
            Tokens(tokens)
        ),
    });
    if lines == 0 && !written.compared.is_empty() {
        texts.pop();
    }
    for team in &written.compared {
        let (name, month, tokens) = (&team.team, team.month, Tokens(team.counted_tokens));
        texts.push(match team.reason {
            ComparedBecause::RowsByHand => format!(
                "{name}: {tokens} tokens of {month} not written, as the team has rows of that month already; `tokmon compare` compares them, --also writes them"
            ),
            ComparedBecause::Setting => format!(
                "{name}: {tokens} tokens of {month} not written, as the settings say that the team writes the log itself"
            ),
        });
    }
    if !written.shrunk.is_empty() {
        let units = counted(written.shrunk.len() as u64, "unit");
        texts.push(format!(
            "the log has more of {units} than there is now, as transcripts were deleted; nothing is subtracted"
        ));
    }
    texts
}
