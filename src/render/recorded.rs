//! The outcome of `record`: the rows as they are now, and what all teams used.

use std::io::{self, Write};

use serde::Serialize;
use serde_with::skip_serializing_none;

use super::{Format, OutputStyle, json, prefixed, sanitize};
use crate::{
    analysis::CostBudget,
    model::{Level, Month, Tokens},
};

pub const MAX_RECORDED: usize = 20;

#[skip_serializing_none]
#[derive(Debug, Serialize)]
pub struct Recorded {
    pub schema_version: u32,
    pub file: String,
    pub count: usize,
    /// Of all that was recorded.
    pub ids: Vec<String>,
    /// The first of the recorded rows, as they are now.
    #[serde(rename = "recorded")]
    pub rows: Vec<RecordedRow>,
    /// Ids that were recorded before, and not again.
    #[serde(rename = "already_recorded")]
    pub known: Vec<String>,
    /// Where these are, as `cost-log.md:12`.
    #[serde(rename = "already_recorded_at")]
    pub known_at: Vec<String>,
    /// Those of them that were recorded for another team or with other tokens.
    #[serde(rename = "already_recorded_differently")]
    pub known_differing: Vec<String>,
    pub month: Month,
    pub used: Tokens,
    pub budget: Option<Tokens>,
    /// The worse of those of both budgets.
    pub level: Option<Level>,
    pub token_level: Option<Level>,
    pub cost_budget: Option<CostBudget>,
    /// `127,870 of 200,000 tokens used, 63.9%, ok`.
    #[serde(skip)]
    pub total: String,
}

#[skip_serializing_none]
#[derive(Debug, Serialize)]
pub struct RecordedRow {
    pub id: String,
    pub team: String,
    pub tokens: Tokens,
    /// Whether it is in a row of a table; else it is a usage line.
    pub settled: bool,
    /// The line in the log, from 1.
    pub line: Option<usize>,
    pub text: Option<String>,
}

pub fn recorded(
    recorded: &Recorded,
    format: Format,
    style: OutputStyle,
    out: &mut dyn Write,
) -> io::Result<()> {
    if format == Format::Json {
        return json::write(recorded, out);
    }
    for row in &recorded.rows {
        let place = prefixed(":", row.line);
        let text = match &row.text {
            Some(text) => text.clone(),
            None => format!("id={} (removed since)", row.id),
        };
        let waits = if row.settled {
            ""
        } else {
            "  (counted; not settled yet)"
        };
        let line = format!("{}{place}  {text}{waits}", recorded.file);
        writeln!(out, "{}", style.text(&sanitize(&line)))?;
    }
    let more = recorded.ids.get(recorded.rows.len()..).unwrap_or_default();
    if !more.is_empty() {
        writeln!(
            out,
            "and {} more: {}",
            more.len(),
            sanitize(&more.join(", "))
        )?;
    }
    let known = recorded.known.iter().zip(&recorded.known_at);
    for (id, place) in known.take(MAX_RECORDED) {
        let line = format!("id {id} was recorded before, in {place}: not recorded again");
        writeln!(out, "{}", sanitize(&line))?;
    }
    let more = recorded.known.len().saturating_sub(MAX_RECORDED);
    if more > 0 {
        writeln!(out, "and {more} more that were recorded before")?;
    }
    writeln!(out, "{}: {}", recorded.month, recorded.total)
}
