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
            Item::Line { .. } | Item::Usage(_) | Item::Unreadable { .. } => reference.lines += 1,
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
    let items = reference.items();
    let items = items.map(|item| format!("- {}: {}", item.key, item.value));
    let lines = [HEADING, ""].into_iter();
    let lines = lines.chain(items.iter().map(String::as_str));
    let section: String = lines.flat_map(|line| [line, newline]).collect();
    sections::insert_section(document, at, false, &section).ordered(order::NOTES)
}

/// An item of the list as tokmon writes it.
struct NewItem {
    key: &'static str,
    value: String,
    /// Whether tokmon wrote a value of this key. What a person put in the same words to say something else is left alone.
    is_own: fn(&str) -> bool,
}

impl Reference {
    fn items(&self) -> [NewItem; 3] {
        let amounts = [(self.rows, "row"), (self.lines, "hook line")].into_iter();
        let amounts = amounts.filter(|(count, _)| *count > 0);
        let amounts = amounts.map(|(count, what)| counted(count, what));
        [
            NewItem {
                key: "Location",
                value: format!("`{}`", self.path),
                is_own: |value| month_in(value).is_some(),
            },
            NewItem {
                key: "Size",
                value: counted(self.size, "line"),
                is_own: |value| value.contains("line"),
            },
            NewItem {
                key: "Archived",
                value: amounts.collect::<Vec<_>>().join(" and "),
                is_own: |value| value.contains(" row") || value.contains("hook line"),
            },
        ]
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
    let lines = document.text_lines(body.start);
    let lines = lines.take_while(|(line, ..)| line.start < body.end);
    let items = lines.filter_map(|(line, text, _)| list_item(text.trim_end(), line));
    let items: Vec<ListItem<'_>> = items.collect();
    let bullet = items.last().map_or("-", |item| item.bullet);
    let mut edits = Vec::new();
    let mut last = None;
    let mut new = Vec::new();
    for NewItem { key, value, is_own } in reference.items() {
        let same = |item: &&ListItem<'_>| {
            item.key.eq_ignore_ascii_case(key) && is_own(document.at(item.value))
        };
        let Some(item) = items.iter().find(same) else {
            new.push(format!("{bullet} {key}: {value}"));
            continue;
        };
        let raw = document.at(item.value);
        if key == "Location" && month_in(raw) > Some(reference.month) {
            return Vec::new();
        }
        last = Some(item.line.end);
        let text = match (key, raw.split('`').collect::<Vec<_>>().as_slice()) {
            ("Location", [before, _, after @ ..]) if !after.is_empty() => {
                Some(format!("{before}{value}{}", after.join("`")))
            }
            ("Size", _) => style::respell_tokens(raw, Tokens(reference.size), false),
            _ => None,
        };
        edits.push(Edit::replace(item.value, text.unwrap_or(value)));
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

fn list_item(line: &str, span: Span) -> Option<ListItem<'_>> {
    let text = line.trim_start();
    let rest = text.strip_prefix(['-', '*', '+'])?;
    let (key, value) = rest
        .starts_with([' ', '\t'])
        .then(|| rest.split_once(':'))??;
    let value = value.trim_start_matches(['*', '_', ' ', '\t']);
    let indent = line.len() - text.len();
    let end = span.start + line.len();
    Some(ListItem {
        bullet: line.get(..=indent)?,
        key: key.replace(['*', '_'], "").trim().to_owned(),
        value: Span::new(end - value.len(), end),
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
