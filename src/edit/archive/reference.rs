//! The section of a log that says where its archived rows are.

use crate::{
    edit::{
        Document,
        sections::{self, order},
        style,
    },
    log::{self, Item, RowValue, Section},
    model::{EntryKind, Month, Tokens},
    text::{Edit, FileId, Span},
};

/// The heading where there is none yet.
const HEADING: &str = "## Previous Historical Data";

/// What the section says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reference {
    /// The archive, from the folder of the log.
    pub(super) path: String,
    pub(super) month: Month,
    pub(super) contents: Contents,
}

/// What an archive holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Contents {
    /// Lines of text.
    pub(super) size: usize,
    pub(super) rows: usize,
    /// Lines that are not Markdown.
    pub(super) lines: usize,
}

impl Contents {
    /// What there is in an archive.
    pub(super) fn of(archive: &[u8]) -> Self {
        let mut contents = Self {
            size: archive.split_inclusive(|byte| *byte == b'\n').count(),
            ..Self::default()
        };
        log::read_str(archive, FileId::archive(0), &mut |item| match item {
            Item::Row(row) => {
                let is_row = matches!(&row.value, RowValue::Entry(entry) if entry.kind != EntryKind::Monthly);
                contents.rows += usize::from(is_row);
            }
            Item::Line(_) | Item::Usage(_) | Item::Unreadable { .. } => contents.lines += 1,
            _ => {}
        });
        contents
    }
}

/// Proposes to refer to an archive. A reference to that of a later month is left as it is.
pub(super) fn propose(document: &Document, reference: &Reference) -> Vec<Edit> {
    let sections = &document.sections;
    let section = sections
        .iter()
        .find(|section| section.kind == Section::ArchiveReference);
    match section {
        Some(section) => {
            let end = document.content_end(section);
            let start = document.line_after(section.heading.span.end);
            update(document, Span::new(start.min(end), end), reference)
        }
        None => vec![create(document, reference)],
    }
}

fn create(document: &Document, reference: &Reference) -> Edit {
    let lines: Vec<String> = [HEADING.to_owned(), String::new()]
        .into_iter()
        .chain(Key::ALL.map(|key| key.item(reference, "-")))
        .collect();
    let at = end_of_sections(document);
    let mut edit = sections::insert_lines(document, at, order::NOTES, &lines);
    let newline = document.newline(at);
    let rest = document.text().get(at..).unwrap_or_default();
    if at > document.source.body_start() {
        edit.text.insert_str(0, newline);
    }
    if !rest.is_empty() && !rest.starts_with(['\n', '\r']) {
        edit.text.push_str(newline);
    }
    edit
}

/// Behind the last line that is neither blank nor one of those that are not Markdown.
fn end_of_sections(document: &Document) -> usize {
    let mut hook_lines = document.lines.iter().rev().peekable();
    let text = document.text();
    let mut end = text.len();
    while end > document.source.body_start() {
        let line = text.get(..end).unwrap_or_default();
        let line = line.strip_suffix('\n').unwrap_or(line);
        let start = line.rfind('\n').map_or(0, |newline| newline + 1);
        let start = start.max(document.source.body_start());
        let is_hook_line = hook_lines
            .next_if(|line| line.place.line_start == start)
            .is_some();
        let line = text.get(start..end).unwrap_or_default();
        // A last line without its end may be one that is still being written.
        let is_open = !line.ends_with('\n') && line.starts_with('[');
        if !is_hook_line && !is_open && !line.trim().is_empty() {
            break;
        }
        end = start;
    }
    end
}

/// What the items of the list say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Key {
    Location,
    Size,
    Archived,
}

impl Key {
    const ALL: [Self; 3] = [Self::Location, Self::Size, Self::Archived];

    const fn word(self) -> &'static str {
        match self {
            Self::Location => "Location",
            Self::Size => "Size",
            Self::Archived => "Archived",
        }
    }

    /// Whether tokmon wrote a value.
    fn is_in(self, value: &str) -> bool {
        match self {
            Self::Location => month_in(value).is_some(),
            Self::Size => value.contains("line"),
            Self::Archived => value.contains(" row") || value.contains("hook line"),
        }
    }

    /// The item as it is written where there is none to follow.
    fn item(self, reference: &Reference, bullet: &str) -> String {
        let Contents { size, rows, lines } = reference.contents;
        let value = match self {
            Self::Location => format!("`{}`", reference.path),
            Self::Size => format!("{} {}", number(size), plural(size, "line")),
            Self::Archived => {
                let parts = [(rows, "row"), (lines, "hook line")];
                let parts = parts.into_iter().filter(|(count, _)| *count > 0);
                let parts =
                    parts.map(|(count, what)| format!("{} {}", number(count), plural(count, what)));
                parts.collect::<Vec<_>>().join(" and ")
            }
        };
        format!("{bullet} {}: {value}", self.word())
    }
}

fn number(count: usize) -> Tokens {
    Tokens(u64::try_from(count).unwrap_or(u64::MAX))
}

fn plural(count: usize, word: &str) -> String {
    if count == 1 {
        word.to_owned()
    } else {
        format!("{word}s")
    }
}

/// An item of a list: its key, and the place of its value.
struct ListItem<'d> {
    bullet: &'d str,
    key: String,
    value: Span,
    line: Span,
}

fn update(document: &Document, body: Span, reference: &Reference) -> Vec<Edit> {
    let items = items(document, body);
    // What a person put in the same words to say something else is left alone.
    let find = |key: Key| {
        let folded = key.word().to_ascii_lowercase();
        let is_own =
            |item: &&ListItem<'_>| item.key == folded && key.is_in(document.at(item.value));
        items.iter().find(is_own)
    };
    let named = find(Key::Location).and_then(|item| month_in(document.at(item.value)));
    if named.is_some_and(|named| named > reference.month) {
        return Vec::new();
    }
    let mut edits = Vec::new();
    let mut last = None;
    let bullet = items.last().map_or("-", |item| item.bullet);
    let mut new = Vec::new();
    for key in Key::ALL {
        match find(key) {
            Some(item) => {
                last = Some(item.line.end);
                edits.push(respell(document, item, key, reference));
            }
            None => new.push(key.item(reference, bullet)),
        }
    }
    if new.is_empty() {
        return edits;
    }
    let at = last.or(items.first().map(|item| item.line.start));
    if at.is_none() {
        new.insert(0, String::new());
    }
    let at = at.unwrap_or(body.end);
    edits.push(sections::insert_lines(document, at, order::ITEM, &new));
    edits
}

fn items(document: &Document, body: Span) -> Vec<ListItem<'_>> {
    let mut items = Vec::new();
    let mut start = body.start;
    while start < body.end {
        let end = document.line_after(start);
        let line = document.at(Span::new(start, end)).trim_end();
        items.extend(item(line, Span::new(start, end)));
        start = end;
    }
    items
}

fn item(line: &str, span: Span) -> Option<ListItem<'_>> {
    let text = line.trim_start();
    let rest = text.strip_prefix(['-', '*', '+'])?;
    let colon = rest.starts_with([' ', '\t']).then(|| rest.find(':'))??;
    let key = rest.get(..colon)?.replace(['*', '_'], "");
    let value = rest
        .get(colon + 1..)?
        .trim_start_matches(['*', '_', ' ', '\t']);
    let indent = line.len() - text.len();
    Some(ListItem {
        bullet: line.get(..indent + 1)?,
        key: key.trim().to_ascii_lowercase(),
        value: Span::new(
            span.start + line.len() - value.len(),
            span.start + line.len(),
        ),
        line: span,
    })
}

/// The month that the name of an archive ends with: 2026-02 of `cost-log-2-2026-02.md`.
fn month_in(text: &str) -> Option<Month> {
    let mut words = text.split(|c: char| !c.is_ascii_digit() && c != '-');
    words.find_map(|word| {
        let start = word.len().checked_sub("2026-02".len())?;
        word.get(start..)?.parse().ok()
    })
}

/// The item with another value, in its own manner.
fn respell(document: &Document, item: &ListItem<'_>, key: Key, reference: &Reference) -> Edit {
    let raw = document.at(item.value);
    let plain = key.item(reference, "");
    let plain = plain.split_once(": ").map_or("", |(_, value)| value);
    let value = match key {
        Key::Location => match raw.split('`').collect::<Vec<_>>().as_slice() {
            [before, _, after @ ..] if !after.is_empty() => {
                format!("{before}{plain}{}", after.join("`"))
            }
            _ => plain.to_owned(),
        },
        Key::Size => style::respell_tokens(raw, number(reference.contents.size), false)
            .unwrap_or_else(|| plain.to_owned()),
        Key::Archived => plain.to_owned(),
    };
    Edit::replace(item.value, value)
}
