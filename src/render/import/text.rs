//! The report of an import as text: a table of the teams, then what was left out, in sentences that can be read without knowing the formats.

use super::{
    super::{Column, OutputStyle, ReportTable, StyledLine, counted, table::Cell},
    ClassTotals, ImportDocument, SkippedReport, rate_of, written,
};
use crate::{
    import::{ImportSource, Unreadable},
    model::{CountedClasses, Money, Tokens},
};

/// The most unreadable places that are listed.
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

/// The name of a source.
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
            cost(&team.costs, team.unpriced_tokens),
        ));
        for part in &team.parts {
            let name = Cell::text(&format!("· {}", part.name));
            table.row(row(
                name,
                None,
                &part.tokens,
                cost(&part.costs, part.unpriced_tokens),
            ));
        }
    }
    if document.by_team.len() != 1 {
        let sessions = document.by_team.iter().map(|team| team.sessions);
        table.row(row(
            Cell::word("all"),
            Some(sessions.sum()),
            &document.totals,
            cost(&document.costs, document.unpriced_tokens),
        ));
    }
    table
}

fn row(name: Cell, sessions: Option<u64>, totals: &ClassTotals, cost: Cell) -> Vec<Cell> {
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
        cost,
    ]
}

/// A cost in each currency, with a `+` if some of the tokens have no price.
fn cost(costs: &[Money], unpriced_tokens: u64) -> Cell {
    let cost = match costs {
        [] => return Cell::Absent,
        [cost] => Cell::Money(*cost),
        costs => {
            let costs: Vec<String> = costs.iter().map(Money::to_string).collect();
            Cell::word(costs.join(", "))
        }
    };
    if unpriced_tokens > 0 {
        Cell::AtLeast(Box::new(cost))
    } else {
        cost
    }
}

fn sentences(document: &ImportDocument) -> Vec<String> {
    let mut lines = Vec::new();
    if document.totals.total > 0 {
        let counted = CountedClasses(document.counted.iter().copied().collect());
        let tokens = counted.of(&document.totals.tokens);
        lines.push(format!(
            "{tokens} tokens count against the budget: {counted} (`[import] count` in tokmon.toml)"
        ));
    }
    for (model, tokens) in &document.unpriced_models {
        let name = if model.is_empty() {
            "responses that name no model".to_owned()
        } else if document.partly_priced.contains(model) {
            format!("{model}: [prices.\"{model}\"] in tokmon.toml lacks a class of them")
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
        let responses = document.skipped.responses;
        lines.extend(written::sentences(
            written,
            file,
            document.dry_run,
            responses,
        ));
    }
    lines.extend(left_out(&document.skipped));
    let without_team = document.skipped.sessions_without_team;
    if without_team > 0 {
        lines.push(format!(
            "no team: {}; name one with --team, --team-by or [[import.team]] in tokmon.toml",
            counted(without_team, "session")
        ));
    }
    lines
}

/// What was left out for which reason.
fn left_out(skipped: &SkippedReport) -> Vec<String> {
    let parts = [
        (
            "not opened, as unchanged since the first day",
            skipped.older_files,
            "file",
        ),
        (
            "left out, as repeated from responses that are counted",
            skipped.copies,
            "line",
        ),
        (
            "left out, as repeated from the session that is continued",
            skipped.replays,
            "response",
        ),
        (
            "left out, as repeated by the times alone, since the session that is continued is not there",
            skipped.assumed_replays,
            "response",
        ),
        (
            "counted twice, as requested twice",
            skipped.billed_twice,
            "message",
        ),
        (
            "not counted yet, as still being written",
            skipped.torn,
            "line",
        ),
        (
            "counted without an id, so that a repetition would not be noticed",
            skipped.without_id,
            "response",
        ),
        (
            "counted, though of days after today",
            skipped.dated_ahead,
            "response",
        ),
    ];
    let parts = parts.into_iter().filter(|(_, count, _)| *count > 0);
    let mut lines: Vec<String> = parts
        .map(|(what, count, word)| format!("{what}: {}", counted(count, word)))
        .collect();
    lines.extend(unreadable(skipped));
    lines
}

/// The first places that could not be read, and the number of the others.
fn unreadable(skipped: &SkippedReport) -> Vec<String> {
    if skipped.unreadable_count == 0 {
        return Vec::new();
    }
    let mut lines = vec![format!(
        "not counted, as unreadable: {}",
        counted(skipped.unreadable_count, "place")
    )];
    // A file of another form is unreadable for one reason from its first line to its last.
    let mut places: Vec<(&Unreadable, u64)> = Vec::new();
    for place in &skipped.unreadable {
        let is_alike = |(first, _): &&mut (&Unreadable, u64)| {
            let is_line = first.line.is_some() && place.line.is_some();
            is_line && (&first.file, &first.reason) == (&place.file, &place.reason)
        };
        match places.iter_mut().find(is_alike) {
            Some((_, lines)) => *lines += 1,
            None => places.push((place, 1)),
        }
    }
    places.truncate(MAX_PLACES);
    let listed: u64 = places.iter().map(|(_, lines)| lines).sum();
    let places = places.into_iter();
    lines.extend(places.map(|(place, lines)| format!("  {}", place_of(place, lines))));
    let more = skipped.unreadable_count.saturating_sub(listed);
    if more > 0 {
        lines.push(format!("  and {} more", Tokens(more)));
    }
    lines
}

/// The first of some lines of a file, or a file.
fn place_of(place: &Unreadable, lines: u64) -> String {
    let Unreadable { file, line, reason } = place;
    let line = line.map(|line| format!(":{line}")).unwrap_or_default();
    match lines {
        1 => format!("{file}{line}: {reason}"),
        lines => format!(
            "{file}{line} and {}: {reason}",
            counted(lines - 1, "more line")
        ),
    }
}
