//! Sections that are not there yet: where they go, and in whose manner they are written.

use chrono::NaiveDate;

use super::{
    Document, RowKind, SectionBlock, TableBlock, document,
    table::{NewRow, TableEditor},
};
use crate::{
    log::{Column, Role, Section},
    model::{Currency, Month, Tokens},
    text::{Edit, Span},
};

/// The head of a daily table where the log has none to follow.
const DAILY: [&str; 2] = [
    "| Time | Team | Task | Tokens | Cost | Status | Notes |",
    "|------|------|------|--------|------|--------|-------|",
];

/// The head of a monthly table where the log has none to follow.
const MONTHLY: [&str; 2] = [
    "| Agent/Team | Task | Tokens | Cost | Status | Duration |",
    "|------------|------|--------|------|--------|----------|",
];

/// The rows of a new section.
pub(super) struct NewSection<'a> {
    pub(super) rows: &'a [NewRow<'a>],
    pub(super) currency: Currency,
}

/// Lines put in at the start of a line, or behind the last one.
pub(super) fn insert_lines(document: &Document, at: usize, lines: &[String]) -> Edit {
    let newline = document.newline(at);
    let is_open = at > 0
        && !document
            .text()
            .get(..at)
            .is_some_and(|text| text.ends_with('\n'));
    let mut text = String::new();
    for line in lines {
        if is_open {
            text.push_str(newline);
        }
        text.push_str(line);
        if !is_open {
            text.push_str(newline);
        }
    }
    Edit::insert(at, text)
}

/// Sections that go in at one place have one empty line between them.
pub(super) fn close_up(edits: &mut [Edit]) {
    edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    for at in 1..edits.len() {
        let (before, here) = edits.split_at_mut(at);
        let (Some(before), Some(here)) = (before.last(), here.first_mut()) else {
            continue;
        };
        let same_place = before.span == here.span && here.span.is_empty();
        for newline in ["\r\n", "\n"] {
            let is_doubled =
                before.text.ends_with(&newline.repeat(2)) && here.text.starts_with(newline);
            if same_place && is_doubled {
                here.text.drain(..newline.len());
                break;
            }
        }
    }
}

/// A new daily section.
pub(super) fn daily(document: &Document, section: &NewSection<'_>, date: NaiveDate) -> Edit {
    let days: Vec<(NaiveDate, &SectionBlock)> = document
        .sections
        .iter()
        .filter_map(|section| match section.kind {
            Section::Daily(Some(date)) => Some((date, section)),
            _ => None,
        })
        .collect();
    let newest = days.iter().max_by_key(|(date, _)| *date);
    let heading = newest.and_then(|(date_of, section)| {
        let heading = document.at(section.heading.span);
        let at = heading.find(&date_of.to_string())?;
        Some(format!("{}{date}", heading.get(..at)?))
    });
    let heading = heading.unwrap_or_else(|| format!("## Daily Detail — {date}"));
    let tables = document.tables_of(Role::Daily);
    let like = tables
        .filter(|table| table.columns.has(Column::Tokens))
        .max_by_key(|table| table.rows.last().map(|row| row.place.line));
    let body = written(document, like, DAILY, section, None);
    let is_descending =
        days.len() > 1 && days.first().map(|(date, _)| date) > days.last().map(|(date, _)| date);
    let position = if is_descending {
        let next = days.iter().find(|(other, _)| *other < date);
        next.map(|(_, section)| Position::Before(section))
            .or_else(|| days.last().map(|(_, section)| Position::Behind(section)))
    } else {
        let before = days.iter().rev().find(|(other, _)| *other <= date);
        before
            .map(|(_, section)| Position::Behind(section))
            .or_else(|| days.first().map(|(_, section)| Position::Before(section)))
    };
    let position = position.or_else(|| behind_notes(document));
    insert(document, position.as_ref(), &heading, &body)
}

/// A new monthly summary.
pub(super) fn monthly(document: &Document, section: &NewSection<'_>, month: Month) -> Edit {
    let months: Vec<(Month, &SectionBlock)> = document
        .sections
        .iter()
        .filter_map(|section| match section.kind {
            Section::Monthly(Some(month)) => Some((month, section)),
            _ => None,
        })
        .collect();
    let older = months.iter().find(|(other, _)| *other < month);
    let position = older
        .map(|(_, section)| Position::Before(section))
        .or_else(|| months.last().map(|(_, section)| Position::Behind(section)))
        .or_else(|| {
            let ours =
                |section: &&SectionBlock| !matches!(section.kind, Section::Other | Section::Header);
            document.sections.iter().find(ours).map(Position::Before)
        });
    let tables = document.tables_of(Role::Monthly);
    let like = tables
        .filter(|table| table.columns.has(Column::Tokens))
        .max_by_key(|table| (table.month(document), std::cmp::Reverse(table.head.line)));
    let total = like.map_or_else(
        || Some("**TOTAL**".to_owned()),
        |table| total_name(document, table),
    );
    let body = written(document, like, MONTHLY, section, total.as_deref());
    let mut edit = insert(
        document,
        position.as_ref(),
        &format!("## {month} Monthly Summary"),
        &body,
    );
    // Where a rule ends the summaries, it ends this one too.
    if let Some((_, older)) = older
        && edit.span.start == older.heading.line_start
        && document
            .at(Span::new(document.content_end(older), older.span.end))
            .lines()
            .any(|line| document::is_rule(line.trim()))
    {
        let newline = document.newline(edit.span.start);
        for part in ["---", newline, newline] {
            edit.text.push_str(part);
        }
    }
    edit
}

/// What a table calls its total.
fn total_name(document: &Document, table: &TableBlock) -> Option<String> {
    let total = table
        .rows
        .iter()
        .rev()
        .find(|row| matches!(row.kind, RowKind::Total(_)))?;
    let team = table.columns.index(Column::Team)?;
    Some(document.at(*total.cells.get(team)?).to_owned())
}

/// The lines of a table in the manner of another, with these rows, and a total where it has a name.
fn written(
    document: &Document,
    like: Option<&TableBlock>,
    plain: [&str; 2],
    section: &NewSection<'_>,
    total: Option<&str>,
) -> Vec<String> {
    let Some(table) = like else {
        // The manner of the plain head, read as any other.
        let text = format!(
            "## Daily Detail — 2000-01-01\n\n{}\n{}\n",
            plain[0], plain[1]
        );
        let own = Document::read(text, super::Kept::All);
        let lines = own
            .tables
            .first()
            .map(|table| rows_of(&own, table, section, total));
        return [plain[0].to_owned(), plain[1].to_owned()]
            .into_iter()
            .chain(lines.unwrap_or_default())
            .collect();
    };
    let text_of = |place: crate::text::Place| {
        document
            .at(Span::new(place.line_start, place.span.end))
            .to_owned()
    };
    let head = [text_of(table.head), text_of(table.dashes)];
    head.into_iter()
        .chain(rows_of(document, table, section, total))
        .collect()
}

fn rows_of(
    document: &Document,
    table: &TableBlock,
    section: &NewSection<'_>,
    total: Option<&str>,
) -> Vec<String> {
    /// The name stands as it is spelled, emphasis and all; the figures follow when totals are brought up to date.
    const NAME: &str = "TOTALNAME";
    let editor = TableEditor::new(document, table, section.currency);
    let mut lines: Vec<String> = section.rows.iter().map(|row| editor.line(row)).collect();
    if let Some(name) = total {
        let tokens: Tokens = section
            .rows
            .iter()
            .filter_map(|row| Some(row.tokens?.0))
            .sum();
        let estimate = section
            .rows
            .iter()
            .any(|row| row.tokens.is_some_and(|(_, estimate)| estimate));
        let row = NewRow {
            team: NAME,
            tokens: Some((tokens, estimate)),
            cost: section.rows.iter().find_map(|row| row.cost),
            month: section.rows.iter().find_map(|row| row.month.clone()),
            ..NewRow::default()
        };
        lines.push(editor.line(&row).replace(NAME, name));
    }
    lines
}

/// Where a section goes.
enum Position<'d> {
    Before(&'d SectionBlock),
    Behind(&'d SectionBlock),
}

/// Behind the notes; without any, behind the last section that is ours and not the reference to the archive.
fn behind_notes(document: &Document) -> Option<Position<'_>> {
    let find = |is: fn(&Section) -> bool| {
        document
            .sections
            .iter()
            .rev()
            .find(|section| is(&section.kind))
    };
    find(|kind| *kind == Section::Notes)
        .or_else(|| {
            find(|kind| {
                !matches!(
                    kind,
                    Section::Other | Section::Header | Section::ArchiveReference | Section::HookLog
                )
            })
        })
        .map(Position::Behind)
}

/// A section put in, with an empty line around it.
fn insert(
    document: &Document,
    position: Option<&Position<'_>>,
    heading: &str,
    body: &[String],
) -> Edit {
    let (at, is_before) = match position {
        Some(Position::Before(section)) => (section.heading.line_start, true),
        Some(Position::Behind(section)) => (document.content_end(section), false),
        None => (end_of_prose(document), false),
    };
    let newline = document.newline(at);
    let before = document.text().get(..at).unwrap_or_default();
    let after = document.text().get(at..).unwrap_or_default();
    let mut text = String::new();
    if !before.is_empty() && !before.ends_with('\n') {
        text.push_str(newline);
    }
    if !is_before && at > document.source.body_start() {
        text.push_str(newline);
    }
    text.push_str(heading);
    text.push_str(newline);
    for line in std::iter::once("").chain(body.iter().map(String::as_str)) {
        text.push_str(line);
        text.push_str(newline);
    }
    let is_blank_next = after.starts_with('\n') || after.starts_with("\r\n");
    if is_before || !after.is_empty() && !is_blank_next {
        text.push_str(newline);
    }
    Edit::insert(at, text)
}

/// Behind the last line that is Markdown.
fn end_of_prose(document: &Document) -> usize {
    let mut end = document.in_flight.unwrap_or(document.text().len());
    for line in document.lines.iter().rev() {
        let whole = document.whole_line(line.place);
        let between = document.text().get(whole.end..end).unwrap_or_default();
        if !between.trim().is_empty() {
            break;
        }
        end = whole.start;
    }
    let kept = document.text().get(..end).unwrap_or_default();
    let trimmed = kept.trim_end();
    document.line_after(trimmed.len()).min(end)
}

/// A section of notes for a log that has none.
pub(super) fn notes(document: &Document, body: &[String]) -> Edit {
    let ours = |kind: &Section| {
        matches!(
            kind,
            Section::Monthly(_) | Section::Allocation | Section::Plan | Section::Optimizations
        )
    };
    let last = document
        .sections
        .iter()
        .rev()
        .find(|section| ours(&section.kind));
    insert(
        document,
        last.map(Position::Behind).as_ref(),
        "## Cost-Tracking Notes",
        body,
    )
}
