//! What an import wrote into the log, or would write, and what it left to teams that keep their rows by hand.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, FixedOffset, NaiveDate};
use schemars::JsonSchema;
use serde::Serialize;
use serde_with::skip_serializing_none;

use super::{super::counted, ClassTotals};
use crate::model::{Money, Month, Tokens};

/// The most replaced units that are listed.
const MAX_UNITS: usize = 20;

/// The number of pairs of teams that text names.
const MAX_PAIRS: usize = 5;

/// What became of the log.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct Written {
    /// The lines that were appended, or with `dry_run` would be.
    pub lines: Vec<ImportedLine>,
    /// The number of units (an agent in a session on a day) that the log has completely.
    pub unchanged_units: u64,
    /// Units without input, output and cache writes, which have only cache reads or costs. They get no line.
    pub uncounted_units: u64,
    /// Units that cannot be written as a line, such as those of a team with the name of a total.
    pub unwritable_units: u64,
    /// Units of which the log has more than the transcripts. Nothing is subtracted.
    pub shrunk: Vec<ShrunkReport>,
    /// Units of teams that `[record] teams = "known"` refuses, which are not written.
    pub refused: Vec<RefusedReport>,
    /// Units that the log has under another team than the one that the rules name now. They stay there.
    pub other_teams: Vec<OtherTeamReport>,
    /// What was not written, as teams keep their rows by hand.
    pub compared: Vec<ComparedTeam>,
    /// Units whose rows were replaced by the current figures of their transcripts, or with `dry_run` would be. Only with `--recount`.
    pub recounted: Option<Vec<RecountReport>>,
    /// Units whose figures in the log differ from their transcripts and were not replaced. Only with `--recount`.
    pub left: Option<Vec<LeftReport>>,
}

/// A line of the log.
#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ImportedLine {
    pub id: String,
    pub team: String,
    pub day: NaiveDate,
    /// The time of the last response of the day.
    pub time: DateTime<FixedOffset>,
    /// The model that used the most.
    pub model: Option<String>,
    /// The tokens that count against the budget.
    pub counted_tokens: u64,
    pub tokens: ClassTotals,
    pub cost: Option<Money>,
}

/// A unit that has shrunk, as transcripts were deleted after it was imported.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ShrunkReport {
    pub id: String,
    pub team: String,
    pub day: NaiveDate,
    /// Input, output and cache writes, according to the log and to the transcripts.
    pub log_tokens: u64,
    pub transcript_tokens: u64,
}

/// A unit of a team that the settings refuse.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct RefusedReport {
    pub id: String,
    pub team: String,
    pub day: NaiveDate,
    /// What would count against the budget.
    pub counted_tokens: u64,
}

/// A unit that the log has under another team.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct OtherTeamReport {
    pub id: String,
    /// The team that the rules name now.
    pub team: String,
    pub day: NaiveDate,
    /// The one that its rows name.
    pub log_team: String,
}

/// A unit whose rows were replaced.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct RecountReport {
    pub id: String,
    /// The team that has it now.
    pub team: String,
    pub day: NaiveDate,
    /// The tokens of its rows that count against the budget, before and after.
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
    /// Its day is so long ago that some of its transcripts may have been deleted.
    TooOld,
    /// `source = "log"` in the settings.
    Setting,
    /// It would become smaller, and some transcripts could not be read.
    UnreadableTranscripts,
    /// Its rows cannot be removed without changing anything else.
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
    /// The tokens that would count against the budget.
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

/// What became of the log, in sentences. `responses` is the number of responses that were found.
pub fn sentences(written: &Written, file: &str, dry_run: bool, responses: u64) -> Vec<String> {
    let mut texts = recounted(written, file, dry_run);
    let lines = counted(written.lines.len() as u64, "line");
    let tokens = written.lines.iter();
    let tokens = tokens.fold(0_u64, |sum, line| sum.saturating_add(line.counted_tokens));
    let tokens = Tokens(tokens);
    let is_all_there = written.compared.is_empty()
        && written.refused.is_empty()
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
    texts.extend(refused(&written.refused));
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
    texts.extend(other_teams(&written.other_teams));
    texts
}

/// What was not written of teams that the settings refuse, a sentence for each team.
fn refused(units: &[RefusedReport]) -> Vec<String> {
    let mut teams: BTreeMap<&str, Vec<&RefusedReport>> = BTreeMap::new();
    for unit in units {
        teams.entry(&unit.team).or_default().push(unit);
    }
    let texts = teams.into_iter().map(|(team, units)| {
        let tokens = units.iter().map(|unit| unit.counted_tokens);
        let tokens = Tokens(tokens.fold(0, u64::saturating_add));
        let days = units.iter().map(|unit| unit.day);
        let days = match (days.clone().min(), days.max()) {
            (Some(first), Some(last)) if first < last => format!("{first} to {last}"),
            (first, _) => first.unwrap_or_default().to_string(),
        };
        let units = counted(units.len() as u64, "unit");
        format!(
            "{team}: {units} of {days} with {tokens} tokens not written, as the team is not known"
        )
    });
    texts.collect()
}

/// The teams that the log has units under, in one sentence.
fn other_teams(units: &[OtherTeamReport]) -> Option<String> {
    let pairs = units.iter().map(|unit| (&unit.team, &unit.log_team));
    let pairs: BTreeSet<(&String, &String)> = pairs.collect();
    let named = pairs.iter().take(MAX_PAIRS);
    let named: Vec<String> = named
        .map(|(team, logged)| format!("{team} under {logged}"))
        .collect();
    let more = match pairs.len().saturating_sub(MAX_PAIRS) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let (named, count) = (named.join(", "), counted(units.len() as u64, "unit"));
    (!units.is_empty()).then(|| {
        format!(
            "the log has {count} under another team ({named}{more}); change the team of rows to move what they say"
        )
    })
}

/// What was replaced, and what was left as it is.
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
