//! The outcome of `record`: the rows as they are now, and what all teams used.

use std::io::{self, Write};

use serde::Serialize;
use serde_with::skip_serializing_none;

use super::{Format, Style, json, sanitize};
use crate::{
    analysis::StatusReport,
    model::{Level, Month, Tokens},
};

pub const MAX_RECORDED: usize = 20;

#[derive(Debug)]
pub struct Recorded {
    pub file: String,
    /// The first of the recorded rows, as they are now.
    pub rows: Vec<RecordedRow>,
    pub count: usize,
    /// Ids that were recorded before, and not again.
    pub known: Vec<String>,
    pub report: StatusReport,
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

#[skip_serializing_none]
#[derive(Serialize)]
struct Json<'a> {
    schema_version: u32,
    file: &'a str,
    count: usize,
    recorded: &'a [RecordedRow],
    already_recorded: &'a [String],
    month: Month,
    used: Tokens,
    budget: Option<Tokens>,
    level: Option<Level>,
}

pub fn recorded(
    recorded: &Recorded,
    format: Format,
    style: Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    if format == Format::Json {
        let report = &recorded.report;
        return json::write(
            &Json {
                schema_version: 1,
                file: &recorded.file,
                count: recorded.count,
                recorded: &recorded.rows,
                already_recorded: &recorded.known,
                month: report.month,
                used: report.used.tokens,
                budget: report.budget.tokens,
                level: report.level,
            },
            out,
        );
    }
    for row in &recorded.rows {
        let place = row.line.map(|line| format!(":{line}")).unwrap_or_default();
        let text = row.text.as_deref().unwrap_or("(removed since)");
        let waits = if row.settled {
            ""
        } else {
            "  (counted; not settled yet)"
        };
        let line = format!("{}{place}  {text}{waits}", recorded.file);
        writeln!(out, "{}", style.text(&sanitize(&line)))?;
    }
    let more = recorded.count - recorded.rows.len();
    if more > 0 {
        writeln!(out, "and {more} more")?;
    }
    for id in recorded.known.iter().take(MAX_RECORDED) {
        let id = sanitize(id);
        writeln!(out, "id {id} was recorded before: not recorded again")?;
    }
    let more = recorded.known.len().saturating_sub(MAX_RECORDED);
    if more > 0 {
        writeln!(out, "and {more} more that were recorded before")?;
    }
    writeln!(out, "{}", total(&recorded.report))
}

/// `2026-02: 127,870 of 200,000 tokens used, 63.9%, ok`.
fn total(report: &StatusReport) -> String {
    let used = report.used.tokens;
    let mark = if report.used.estimate { "~" } else { "" };
    let of = report.budget.tokens.map(|budget| format!(" of {budget}"));
    let share = report.share(used).map(|share| format!(", {share}"));
    let level = report.level.map(|level| format!(", {level}"));
    format!(
        "{}: {mark}{used}{} tokens used{}{}",
        report.month,
        of.unwrap_or_default(),
        share.unwrap_or_default(),
        level.unwrap_or_default()
    )
}
