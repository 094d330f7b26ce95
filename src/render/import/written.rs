//! What an import wrote into the log, or would write, and what it left to the rows that teams keep by hand.

use std::collections::BTreeMap;

use chrono::{DateTime, FixedOffset, NaiveDate};
use schemars::JsonSchema;
use serde::Serialize;
use serde_with::skip_serializing_none;

use super::{super::counted, ClassTotals};
use crate::model::{Money, Month, Tokens};

/// The number of replaced units that text lists.
const MAX_UNITS: usize = 20;

/// What became of the log.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct Written {
    /// The lines that were appended, or with `dry_run` would be.
    pub lines: Vec<ImportedLine>,
    /// The number of units, each an agent in a session on a day, that the log has all of.
    pub unchanged_units: u64,
    /// Units that have neither input nor output nor cache writes, but costs or cache reads alone. A line of the log is for tokens.
    pub uncounted_units: u64,
    /// Units that no line can hold, like those of a team whose name is that of a total.
    pub unwritable_units: u64,
    /// Units of which the log has more than there is now. Nothing is subtracted.
    pub shrunk: Vec<ShrunkReport>,
    /// What is not written, as teams keep their rows by hand.
    pub compared: Vec<ComparedTeam>,
    /// Units whose rows were replaced by what their transcripts say now, or with `dry_run` would be. Only with `--recount`.
    pub recounted: Option<Vec<RecountReport>>,
    /// Units of which the transcripts say something else than the log, and whose rows stay. Only with `--recount`.
    pub left: Option<Vec<LeftReport>>,
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

/// A unit whose rows were replaced.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct RecountReport {
    pub id: String,
    /// The team that has it now.
    pub team: String,
    pub day: NaiveDate,
    /// What counts against the budget, by its rows before and after.
    pub before: u64,
    pub after: u64,
}

/// A unit whose rows were not replaced.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct LeftReport {
    pub id: String,
    pub team: String,
    pub day: NaiveDate,
    pub reason: LeftBecause,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LeftBecause {
    /// Some of its rows are in an archive.
    Archived,
    /// It is from a day so long ago that some of its transcripts may have been deleted.
    TooOld,
    /// `source = "log"` in the settings.
    Setting,
    /// It would become less, and some transcripts could not be read.
    UnreadableTranscripts,
    /// Its rows cannot be taken out without changing anything else.
    Inseparable,
}

impl LeftBecause {
    const fn text(self) -> &'static str {
        match self {
            Self::Archived => "some of their rows are in an archive",
            Self::TooOld => "transcripts of more than 30 days ago may have been deleted",
            Self::Setting => "the settings say that the team writes the log itself",
            Self::UnreadableTranscripts => {
                "they would become less, and some transcripts could not be read"
            }
            Self::Inseparable => {
                "their rows cannot be taken out without changing others; `tokmon check --fix` may help"
            }
        }
    }
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

/// What became of the log, in sentences. `responses` is the number of those that were found.
pub fn sentences(written: &Written, file: &str, dry_run: bool, responses: u64) -> Vec<String> {
    let mut texts = recounted(written, file, dry_run);
    let lines = counted(written.lines.len() as u64, "line");
    let tokens = written.lines.iter();
    let tokens = tokens.fold(0_u64, |sum, line| sum.saturating_add(line.counted_tokens));
    let tokens = Tokens(tokens);
    let is_all_there = written.compared.is_empty()
        && written.unwritable_units == 0
        && written.uncounted_units == 0;
    if !written.lines.is_empty() {
        let appended = if dry_run { "would append" } else { "appended" };
        texts.push(format!("{appended} {lines} with {tokens} tokens to {file}"));
    } else if responses == 0 {
        texts.push(format!("nothing to append to {file}: no usage was found"));
    } else if is_all_there {
        texts.push(format!("nothing to append to {file}: it has all of this"));
    }
    if written.unwritable_units > 0 {
        let units = counted(written.unwritable_units, "unit");
        texts.push(format!("not written, as no line can hold it: {units}"));
    }
    if written.uncounted_units > 0 {
        let units = counted(written.uncounted_units, "unit");
        texts.push(format!(
            "not written, as without input, output and cache writes: {units}"
        ));
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

/// What was replaced, and what stays as it is.
fn recounted(written: &Written, file: &str, dry_run: bool) -> Vec<String> {
    let (Some(recounted), Some(left)) = (&written.recounted, &written.left) else {
        return Vec::new();
    };
    let mut texts = Vec::new();
    if recounted.is_empty() {
        texts.push(format!("nothing to replace in {file}"));
    } else {
        let units = counted(recounted.len() as u64, "unit");
        let done = if dry_run { "would replace" } else { "replaced" };
        texts.push(format!(
            "{done} the rows of {units} in {file}, with what was changed in them by hand:"
        ));
    }
    for unit in recounted.iter().take(MAX_UNITS) {
        let (team, day) = (&unit.team, unit.day);
        let (before, after) = (Tokens(unit.before), Tokens(unit.after));
        texts.push(format!(
            "  {team} on {day}: {after} tokens, before {before}"
        ));
    }
    let further = recounted.len().saturating_sub(MAX_UNITS);
    if further > 0 {
        texts.push(format!("  and {further} more, which --format json lists"));
    }
    let mut reasons: BTreeMap<LeftBecause, u64> = BTreeMap::new();
    for unit in left {
        *reasons.entry(unit.reason).or_default() += 1;
    }
    for (reason, units) in reasons {
        let (units, why) = (counted(units, "unit"), reason.text());
        texts.push(format!("not replaced: {units}, as {why}"));
    }
    texts
}
