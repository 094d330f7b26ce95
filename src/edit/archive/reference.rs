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

const HEADING: &str = "## Previous Historical Data";

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reference {
    /// The archive, from the folder of the log.
    pub(super) path: String,
    pub(super) month: Month,
    /// The number of lines of text in the archive.
    size: u64,
    rows: u64,
    /// The number of lines that are not Markdown.
    lines: u64,
}

impl Reference {
    pub(super) fn of(path: String, month: Month, archive: &[u8]) -> Self {
        let mut reference = Self {
            path,
            month,
            size: archive.split_inclusive(|byte| *byte == b'\n').count() as u64,
            rows: 0,
            lines: 0,
        };
        log::read_str(archive, FileId::archive(0), &mut |item| match item {
            Item::Row(row) => {
                let is_row = matches!(&row.value, RowValue::Entry(entry) if entry.kind != EntryKind::Monthly);
                reference.rows += u64::from(is_row);
            }
            Item::Line(_) | Item::Usage(_) | Item::Unreadable { .. } => reference.lines += 1,
            _ => {}
        });
        reference
    }
}

/// Proposes to refer to an archive. A reference to that of a later month is left as it is.
pub(super) fn propose(document: &Document, reference: &Reference) -> Vec<Edit> {
    let mut sections = document.sections.iter();
    match sections.find(|section| section.kind == Section::ArchiveReference) {
        Some(section) => {
            let end = document.content_end(section);
            let start = document.line_after(section.heading.span.end);
            update(document, Span::new(start.min(end), end), reference)
        }
        None => vec![create(document, reference)],
    }
}

fn create(document: &Document, reference: &Reference) -> Edit {
    let at = sections::end_of_prose(document);
    let newline = document.newline(at);
    let items = Key::ALL.map(|key| key.item(reference, "-"));
    let lines = [HEADING, ""].into_iter();
    let lines = lines.chain(items.iter().map(String::as_str));
    let section: String = lines.flat_map(|line| [line, newline]).collect();
    sections::insert_section(document, at, false, &section).ordered(order::NOTES)
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
        let value = match self {
            Self::Location => format!("`{}`", reference.path),
            Self::Size => counted(reference.size, "line"),
            Self::Archived => {
                let parts = [(reference.rows, "row"), (reference.lines, "hook line")].into_iter();
                let parts = parts.filter(|(count, _)| *count > 0);
                let parts = parts.map(|(count, what)| counted(count, what));
                parts.collect::<Vec<_>>().join(" and ")
            }
        };
        format!("{bullet} {}: {value}", self.word())
    }
}

/// `1 row`, `4,958 rows`.
fn counted(count: u64, word: &str) -> String {
    format!("{} {}", Tokens(count), style::plural(count, word))
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
    let lines = document.text_lines(body.start);
    let lines = lines.take_while(|(line, ..)| line.start < body.end);
    let items = lines.filter_map(|(line, text, _)| item(text.trim_end(), line));
    items.collect()
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
        Key::Size => style::respell_tokens(raw, Tokens(reference.size), false)
            .unwrap_or_else(|| plain.to_owned()),
        Key::Archived => plain.to_owned(),
    };
    Edit::replace(item.value, value)
}
