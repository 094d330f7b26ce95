//! The report of an import as text: a table of the teams, then what was left out, in sentences that need no knowledge of the formats.

use super::{
    super::{Column, OutputStyle, ReportTable, StyledLine, counted, table::Cell},
    ClassTotals, ImportDocument, SkippedReport, only, rate_of, written,
};
use crate::{
    import::{ImportSource, Unreadable},
    model::{Money, TokenClass, Tokens},
};

/// The number of places that text lists.
const MAX_PLACES: usize = 10;

pub fn lines(document: &ImportDocument, style: OutputStyle) -> Vec<StyledLine> {
    let mut lines = folded(&[about(document)], style);
    if document.totals.total > 0 {
        lines.push(StyledLine::new());
        lines.extend(table(document).lines(style));
        lines.push(StyledLine::new());
    }
    lines.extend(folded(&sentences(document), style));
    lines
}

fn folded(texts: &[String], style: OutputStyle) -> Vec<StyledLine> {
    let lines = texts.iter().map(|text| StyledLine::from(style.text(text)));
    lines.flat_map(|line| style.fold(line, 2)).collect()
}

/// `Claude Code from 2026-10-24 on, days in UTC: 3 files, 41 lines, 12 responses`
fn about(document: &ImportDocument) -> String {
    let skipped = &document.skipped;
    let name = name_of(document.source);
    let (since, zone) = (document.since, &document.timezone);
    let days = match document.until {
        Some(until) => format!("from {since} to {until}"),
        None => format!("from {since} on"),
    };
    let read = [
        counted(skipped.files, "file"),
        counted(skipped.lines, "line"),
        counted(skipped.responses, "response"),
    ];
    format!("{name} {days}, in days of {zone}: {}", read.join(", "))
}

/// What a source is called.
pub const fn name_of(source: ImportSource) -> &'static str {
    match source {
        ImportSource::Claude => "Claude Code",
        ImportSource::Codex => "Codex",
        ImportSource::Gemini => "Gemini CLI",
        ImportSource::Jsonl => "JSON lines",
        ImportSource::Ccusage => "ccusage",
    }
}

fn table(document: &ImportDocument) -> ReportTable {
    let mut table = ReportTable::new(
        "Teams",
        [
            Column::new("Team").cut(12),
            Column::new("Sessions").optional(1),
            Column::new("Input"),
            Column::new("Output"),
            Column::new("Cache write").droppable(3),
            Column::new("Cache read").droppable(2),
            Column::new("Hit rate").droppable(1),
            Column::new("Cost"),
        ],
    );
    for team in &document.by_team {
        table.row(row(
            Cell::text(&team.team),
            Some(team.sessions),
            &team.tokens,
            &team.costs,
        ));
        for part in &team.parts {
            let name = Cell::text(&format!("· {}", part.name));
            table.row(row(name, None, &part.tokens, &part.costs));
        }
    }
    if document.by_team.len() != 1 {
        let sessions = document.by_team.iter().map(|team| team.sessions);
        table.row(row(
            Cell::word("all"),
            Some(sessions.sum()),
            &document.totals,
            &document.costs,
        ));
    }
    table
}

fn row(name: Cell, sessions: Option<u64>, totals: &ClassTotals, costs: &[Money]) -> Vec<Cell> {
    let tokens = &totals.tokens;
    let count = |tokens: u64| Cell::Tokens(Tokens(tokens));
    vec![
        name,
        Cell::some(sessions, Cell::Count),
        count(tokens.input),
        count(tokens.output),
        count(tokens.cache_write()),
        count(tokens.cache_read),
        Cell::some(rate_of(tokens), Cell::Percent),
        Cell::some(only(costs), Cell::Money),
    ]
}

fn sentences(document: &ImportDocument) -> Vec<String> {
    let mut lines = Vec::new();
    let classes: Vec<&str> = document.counted.iter().map(class).collect();
    lines.push(format!(
        "{} count against the budget: `[import] count` in tokmon.toml",
        classes.join(", ")
    ));
    for (model, tokens) in &document.unpriced_models {
        let name = if model.is_empty() {
            "responses that name no model".to_owned()
        } else {
            format!("{model}: set [prices.\"{model}\"] in tokmon.toml")
        };
        lines.push(format!("no price: {} tokens of {name}", Tokens(*tokens)));
    }
    for (model, other) in &document.other_prices {
        lines.push(format!(
            "{model} has no price of its own: that of {other} is taken"
        ));
    }
    if let Some(written) = &document.written {
        let file = document.file.as_deref().unwrap_or("the log");
        lines.extend(written::sentences(written, file, document.dry_run));
    }
    lines.extend(left_out(&document.skipped));
    let without_team = document.skipped.sessions_without_team;
    if without_team > 0 {
        lines.push(format!(
            "no team: {}; name it with --team, --team-by or [[import.team]] in tokmon.toml",
            counted(without_team, "session")
        ));
    }
    lines
}

const fn class(class: &TokenClass) -> &'static str {
    match class {
        TokenClass::Input => "input",
        TokenClass::Output => "output",
        TokenClass::CacheWrite => "cache write",
        TokenClass::CacheRead => "cache read",
    }
}

/// What was left out, and why.
fn left_out(skipped: &SkippedReport) -> Vec<String> {
    let parts = [
        (
            skipped.older_files,
            "file",
            "not opened, as nothing was written into it since the first day",
        ),
        (
            skipped.copies,
            "line",
            "left out, as it repeats a response that is counted already",
        ),
        (
            skipped.replays,
            "response",
            "left out, as it is repeated from the session that it continues",
        ),
        (
            skipped.assumed_replays,
            "response",
            "taken for repeated by its time alone, as the session that it continues is not there",
        ),
        (
            skipped.billed_twice,
            "message",
            "counted twice, as it was requested twice",
        ),
        (
            skipped.torn,
            "line",
            "not counted yet, as it is still being written",
        ),
        (
            skipped.without_id,
            "response",
            "counted without an id that could tell whether it is repeated",
        ),
    ];
    let parts = parts.into_iter().filter(|(count, ..)| *count > 0);
    let mut lines: Vec<String> = parts
        .map(|(count, word, why)| format!("{}: {why}", counted(count, word)))
        .collect();
    if skipped.unreadable_count > 0 {
        let places = counted(skipped.unreadable_count, "place");
        lines.push(format!("{places} in files could not be read:"));
        let places = skipped.unreadable.iter().take(MAX_PLACES);
        lines.extend(places.map(|place| format!("  {}", place_of(place))));
    }
    lines
}

fn place_of(place: &Unreadable) -> String {
    match place.line {
        Some(line) => format!("{}:{line}: {}", place.file, place.reason),
        None => format!("{}: {}", place.file, place.reason),
    }
}
