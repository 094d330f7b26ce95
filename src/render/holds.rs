//! The holds that have not ended, as a table and as JSON.

use std::{
    fmt::Display,
    io::{self, Write},
};

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
    /// It was granted by an override.
    pub overridden: bool,
    pub since: DateTime<FixedOffset>,
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
        let rows: Vec<[String; COLUMNS]> = self.holds.iter().map(|hold| self.row(hold)).collect();
        let widths: [usize; COLUMNS] = std::array::from_fn(|at| {
            let cells = rows.iter().filter_map(|row| row.get(at));
            cells.map(|cell| width(cell)).max().unwrap_or_default()
        });
        for row in &rows {
            let cells = row.iter().zip(widths).enumerate();
            // What no hold has takes no room.
            let cells = cells.filter(|(_, (_, room))| *room > 0);
            let padded = cells.map(|(at, (cell, room))| {
                let pad = " ".repeat(room.saturating_sub(width(cell)));
                if NUMBERS.contains(&at) {
                    format!("{pad}{cell}")
                } else {
                    format!("{cell}{pad}")
                }
            });
            let line = padded.collect::<Vec<_>>().join("  ");
            writeln!(out, "{}", style.text(line.trim_end()))?;
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

/// The columns of the table: id, team, tokens, money, model, since when, until when, and whether by an override.
const COLUMNS: usize = 8;

/// Those that are aligned to the right.
const NUMBERS: [usize; 2] = [2, 3];

impl HoldsDocument {
    fn row(&self, hold: &HoldRow) -> [String; COLUMNS] {
        let model = hold.model.as_deref().unwrap_or_default();
        let cost = hold.cost.map(|cost| cost.to_string());
        [
            sanitize(&hold.id).into_owned(),
            sanitize(&hold.team).into_owned(),
            counted(hold.tokens.0, "token"),
            cost.unwrap_or_default(),
            sanitize(model).into_owned(),
            format!("since {}", moment(hold.since, self.now)),
            until(hold.until, self.now),
            if hold.overridden {
                "by an override"
            } else {
                ""
            }
            .to_owned(),
        ]
    }
}

/// The time of a moment, with the day where it is another one.
fn moment(moment: DateTime<FixedOffset>, now: DateTime<FixedOffset>) -> impl Display {
    let moment = moment.with_timezone(now.offset());
    let is_today = moment.date_naive() == now.date_naive();
    moment.format(if is_today { "%H:%M" } else { "%Y-%m-%d %H:%M" })
}

/// `until 18:10 (1h 10m left)`, with the day where it is another one.
fn until(until: DateTime<FixedOffset>, now: DateTime<FixedOffset>) -> String {
    let shown = moment(until, now);
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
