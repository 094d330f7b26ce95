//! The holds that have not ended, as a table and as JSON.

use std::io::{self, Write};

use chrono::{DateTime, FixedOffset};
use schemars::JsonSchema;
use serde::Serialize;
use serde_with::skip_serializing_none;

use super::{Format, OutputStyle, counted, json, sanitize, width};
use crate::model::{Money, Tokens};

/// The holds of a log that have not ended.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(title = "tokmon holds")]
pub struct HoldsDocument {
    /// The version of this schema.
    pub schema_version: u32,
    /// The log.
    pub file: String,
    pub now: DateTime<FixedOffset>,
    /// What they reserve together.
    pub reserved_tokens: Tokens,
    /// The first to end first.
    pub holds: Vec<HoldRow>,
    /// The ids of those that were freed by this run.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub freed: Vec<String>,
}

#[skip_serializing_none]
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct HoldRow {
    pub id: String,
    pub team: String,
    pub tokens: Tokens,
    /// What of the cost budget it reserves.
    pub cost: Option<Money>,
    /// The model that the work is to use.
    pub model: Option<String>,
    pub until: DateTime<FixedOffset>,
    /// Its line in the log, from 1.
    pub line: usize,
}

/// Bumped only when a key is removed, renamed or changes its meaning.
pub const VERSION: u32 = 1;

pub fn schema() -> String {
    json::schema_of::<HoldsDocument>()
}

impl HoldsDocument {
    pub fn write(&self, format: Format, style: OutputStyle, out: &mut dyn Write) -> io::Result<()> {
        if format == Format::Json {
            return json::write(self, out);
        }
        for id in &self.freed {
            writeln!(out, "freed {}", sanitize(id))?;
        }
        if self.holds.is_empty() {
            if self.freed.is_empty() {
                writeln!(out, "no holds: nothing is reserved")?;
            }
            return Ok(());
        }
        let rows = self.holds.iter().map(|hold| {
            [
                sanitize(&hold.id).into_owned(),
                sanitize(&hold.team).into_owned(),
                counted(hold.tokens.0, "token"),
                until(hold.until, self.now),
            ]
        });
        let rows: Vec<[String; 4]> = rows.collect();
        let widest = |at: usize| {
            let cells = rows.iter().filter_map(|row| row.get(at));
            cells.map(|cell| width(cell)).max().unwrap_or_default()
        };
        let widths = [widest(0), widest(1), widest(2)];
        for [id, team, tokens, until] in &rows {
            let pad = |text: &str, at: usize| {
                let all = widths.get(at).copied().unwrap_or_default();
                " ".repeat(all.saturating_sub(width(text)))
            };
            let line = format!(
                "{id}{}  {team}{}  {}{tokens}  {until}",
                pad(id, 0),
                pad(team, 1),
                pad(tokens, 2)
            );
            writeln!(out, "{}", style.text(&line))?;
        }
        let (count, tokens) = (self.holds.len(), self.reserved_tokens);
        writeln!(
            out,
            "{} reserved by {}",
            counted(tokens.0, "token"),
            counted(count as u64, "hold")
        )
    }
}

/// `until 18:10 (1h 10m left)`, with the day where it is another one.
fn until(until: DateTime<FixedOffset>, now: DateTime<FixedOffset>) -> String {
    let until = until.with_timezone(now.offset());
    let is_today = until.date_naive() == now.date_naive();
    let shown = until.format(if is_today { "%H:%M" } else { "%Y-%m-%d %H:%M" });
    let minutes = (until - now)
        .num_seconds()
        .max(0)
        .unsigned_abs()
        .div_ceil(60);
    let left = match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes}m"),
        (hours, 0) => format!("{hours}h"),
        (hours, minutes) => format!("{hours}h {minutes}m"),
    };
    format!("until {shown} ({left} left)")
}
