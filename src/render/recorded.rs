//! What was recorded: the rows as they now stand, and what all teams used.

use std::io::{self, Write};

use serde::Serialize;

use super::{Format, Style, json, safe};
use crate::{
    analysis::StatusReport,
    model::{Level, Month, Tokens},
};

/// So many statements are shown one by one; of more only the number is told.
pub const MOST_RECORDED: usize = 20;

/// What was recorded.
#[derive(Debug)]
pub struct Recorded {
    /// The log.
    pub file: String,
    /// The first of what was recorded, as it now stands.
    pub rows: Vec<RecordedRow>,
    /// How much was recorded.
    pub count: usize,
    /// Ids that were recorded before, and not again.
    pub known: Vec<String>,
    /// The report of the month.
    pub report: StatusReport,
}

/// One statement as it now stands.
#[derive(Debug, Serialize)]
pub struct RecordedRow {
    /// Its id.
    pub id: String,
    /// Whose it is.
    pub team: String,
    /// How much.
    pub tokens: Tokens,
    /// Whether it is a row of the tables; else it is a line that waits to be settled.
    pub settled: bool,
    /// The line it stands on, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// That line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

#[derive(Serialize)]
struct Json<'a> {
    schema_version: u32,
    file: &'a str,
    count: usize,
    recorded: &'a [RecordedRow],
    already_recorded: &'a [String],
    month: Month,
    used: Tokens,
    #[serde(skip_serializing_if = "Option::is_none")]
    budget: Option<Tokens>,
    #[serde(skip_serializing_if = "Option::is_none")]
    level: Option<Level>,
}

/// Writes it as a table or as JSON.
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
        let text = row
            .text
            .as_deref()
            .unwrap_or("(taken away since by somebody else)");
        let waits = if row.settled {
            ""
        } else {
            "  (counts; waits to be settled)"
        };
        let line = format!("{}{place}  {text}{waits}", recorded.file);
        writeln!(out, "{}", style.text(&safe::line(&line)))?;
    }
    let more = recorded.count - recorded.rows.len();
    if more > 0 {
        writeln!(out, "and {more} more")?;
    }
    for id in recorded.known.iter().take(MOST_RECORDED) {
        let id = safe::line(id);
        writeln!(out, "id {id} was recorded before: not recorded again")?;
    }
    let more = recorded.known.len().saturating_sub(MOST_RECORDED);
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
