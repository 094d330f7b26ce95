//! A log in memory as edits see it: its headings, tables, rows and lines, each with its place.
//! See `log` for what they mean.

mod builder;
mod sums;

use chrono::NaiveDate;

use crate::{
    log::{self, Columns, Role, Section},
    model::{Entry, LineEvent, Month, Note, StatedTotal},
    text::{FileId, Place, Source, Span},
};
pub(super) use builder::Builder;
pub(super) use sums::{RowSum, TableSums};

/// Which rows a document keeps decoded. Of the others it knows their lines and what they add up to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    All,
    /// Those of all tables but the entries of daily and session tables, of which there may be any number.
    Summaries,
}

/// The parsed text of a log, with the place of each part.
#[derive(Clone, Debug)]
pub struct Document {
    pub source: Source,
    /// Its sections, from top to bottom, one for each heading of level 1 to 3.
    pub sections: Vec<SectionBlock>,
    /// Its tables, including those that tokmon does not know.
    pub tables: Vec<TableBlock>,
    /// The lines that are not Markdown, usage lines included.
    pub lines: Vec<LogLine>,
    /// The list items that mean something to us.
    pub notes: Vec<Note>,
    /// The start of a last line without its line end, which another process may still be writing. No edit goes after it.
    pub in_flight: Option<usize>,
}

/// A heading and what stands below it.
#[derive(Clone, Debug)]
pub struct SectionBlock {
    pub kind: Section,
    /// The number of `#` of its heading.
    pub level: u8,
    pub heading: Place,
    /// From the start of its heading's line to that of the next one that ends it, or to the end of the text.
    pub span: Span,
}

/// A table.
#[derive(Clone, Debug)]
pub struct TableBlock {
    pub role: Role,
    /// The section that it is in; `None` above the first heading.
    pub section: Option<usize>,
    pub columns: Columns,
    /// The line that names them.
    pub head: Place,
    /// The row of dashes.
    pub dashes: Place,
    /// The rows that are kept.
    pub rows: Vec<TableRow>,
    /// The lines of all rows but totals and sums, without their line ends.
    pub lines: Vec<Span>,
    /// The first and the last day of its entries.
    pub dates: Option<(NaiveDate, NaiveDate)>,
    pub(super) sums: TableSums,
    pub(super) subtotals: Vec<Subtotal>,
}

/// What stands above a total or sum.
#[derive(Clone, Debug)]
pub(super) struct Subtotal {
    /// Which of the table's rows.
    pub(super) row: usize,
    pub(super) month: Option<Month>,
    /// The rows since the total before.
    pub(super) above: RowSum,
}

/// A row of a table.
#[derive(Clone, Debug)]
pub struct TableRow {
    /// Its line without the line end.
    pub place: Place,
    /// Its cells without the blanks at either end; there may be fewer than columns.
    pub cells: Vec<Span>,
    pub kind: RowKind,
}

/// What a row means to an edit.
#[derive(Clone, Debug)]
pub enum RowKind {
    Entry(Box<Entry<'static>>),
    /// A month's total.
    Total(Box<StatedTotal>),
    /// A sum over other rows.
    Sum,
    /// Not to be read.
    Unreadable,
    /// Anything else.
    Other,
}

/// A line that is not Markdown.
#[derive(Clone, Debug)]
pub struct LogLine {
    pub kind: LineKind,
    /// Its day: its own, else that of the last dated thing before it, else of the first after it.
    pub date: Option<NaiveDate>,
    /// The line without its line end.
    pub place: Place,
    /// Whether it stands between rows of a table.
    pub in_table: bool,
}

/// What such a line says.
#[derive(Clone, Debug)]
pub enum LineKind {
    Usage(Box<Entry<'static>>),
    /// A usage line that cannot be read.
    Unreadable,
    /// Any other; those of holds own their texts.
    Event(LineEvent<'static>),
}

impl Document {
    pub fn read(text: impl Into<String>, kept: Kept) -> Self {
        let source = Source::new(text);
        let mut builder = Builder::new(kept);
        log::read_str(source.text(), FileId::LOG, &mut |item| builder.item(&item));
        builder.finish(source)
    }

    pub fn text(&self) -> &str {
        self.source.text()
    }

    pub fn at(&self, span: Span) -> &str {
        self.text().get(span.range()).unwrap_or_default()
    }

    /// A line with its line end, by its place.
    pub fn whole_line(&self, place: Place) -> Span {
        Span::new(place.line_start, self.line_after(place.span.end))
    }

    /// The start of the line after the byte at `at`.
    pub fn line_after(&self, at: usize) -> usize {
        let rest = self.text().as_bytes().get(at..).unwrap_or_default();
        memchr::memchr(b'\n', rest).map_or(self.text().len(), |newline| at + newline + 1)
    }

    /// How the line that ends before `at` ends; where none does, as the lines of the text do.
    pub fn newline(&self, at: usize) -> &'static str {
        let before = self.text().get(..at).unwrap_or_default();
        let sample = before.rfind('\n').map_or_else(
            || {
                self.text()
                    .find('\n')
                    .and_then(|end| self.text().get(..end))
            },
            |end| before.get(..end),
        );
        if sample.is_some_and(|line| line.ends_with('\r')) {
            "\r\n"
        } else {
            "\n"
        }
    }

    /// The tables of a role, from top to bottom.
    pub fn tables_of(&self, role: Role) -> impl DoubleEndedIterator<Item = &TableBlock> {
        self.tables.iter().filter(move |table| table.role == role)
    }

    /// The section a table stands in.
    pub fn section_of(&self, table: &TableBlock) -> Option<&SectionBlock> {
        self.sections.get(table.section?)
    }

    /// The end of what a section says: behind its last line that is neither blank, nor a rule, nor a line that is not Markdown.
    pub fn content_end(&self, section: &SectionBlock) -> usize {
        let mut end = self.line_after(section.heading.span.end);
        let mut at = end;
        let below = self
            .lines
            .partition_point(|line| line.place.line_start < end);
        let mut lines = self.lines.iter().skip(below).peekable();
        let last = self.in_flight.unwrap_or(section.span.end);
        while at < section.span.end.min(last) {
            let next = self.line_after(at);
            let is_held = lines.next_if(|line| line.place.line_start == at).is_some();
            let text = self.text().get(at..next).unwrap_or_default().trim();
            if !is_held && !text.is_empty() && !is_rule(text) {
                end = next;
            }
            at = next;
        }
        end
    }
}

/// Whether a line is a thematic break.
pub(super) fn is_rule(line: &str) -> bool {
    let mark = |mark: char| line.chars().all(|c| c == mark) && line.chars().count() >= 3;
    mark('-') || mark('*') || mark('_')
}

impl SectionBlock {
    /// The day of a daily detail or a session.
    pub(super) const fn day(&self) -> Option<NaiveDate> {
        match self.kind {
            Section::Daily(date) | Section::Session { date, .. } => date,
            _ => None,
        }
    }
}

impl TableBlock {
    /// The month its rows count for, where its section says that.
    pub fn month(&self, document: &Document) -> Option<Month> {
        match document.section_of(self)?.kind {
            Section::Monthly(month) => month,
            _ => None,
        }
    }

    /// The lines of all its rows, sums behind the others.
    pub(super) fn row_lines(&self) -> impl Iterator<Item = Span> + '_ {
        let sums = self.rows.iter().filter(|row| !row.is_plain());
        self.lines.iter().copied().chain(sums.map(TableRow::line))
    }

    /// The last line of the table, without its line end.
    pub(super) fn last_line(&self) -> Span {
        let last = self.row_lines().max_by_key(|line| line.start);
        last.unwrap_or(self.dashes.span)
    }
}

impl TableRow {
    /// The whole line without its line end.
    pub(super) const fn line(&self) -> Span {
        Span::new(self.place.line_start, self.place.span.end)
    }

    pub(super) fn entry(&self) -> Option<&Entry<'static>> {
        match &self.kind {
            RowKind::Entry(entry) => Some(entry),
            _ => None,
        }
    }

    /// Whether the row adds up no others.
    pub(super) const fn is_plain(&self) -> bool {
        !matches!(self.kind, RowKind::Total(_) | RowKind::Sum)
    }
}

impl LogLine {
    /// The spending it tells of.
    pub fn usage(&self) -> Option<&Entry<'static>> {
        match &self.kind {
            LineKind::Usage(entry) => Some(entry),
            _ => None,
        }
    }
}
