//! A log in memory as edits see it: its headings, tables, rows and lines, each with its place.
//! See `log` for what they mean.

mod builder;

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, FixedOffset, NaiveDate};

use crate::{
    analysis::CostSum,
    log::{self, Column, Columns, Role, Section},
    model::{Entry, Figures, Month, Note, RoundedSum, StatedTotal},
    text::{FileId, Place, Source, Span},
};
pub(super) use builder::Builder;

/// Which rows a document keeps decoded. Of the others it knows their lines and what they add up to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kept {
    #[default]
    All,
    /// Those of all tables but the entries of daily and session tables, of which there may be any number.
    Summaries,
}

/// The parsed text of a log, with the place of each part.
#[derive(Clone, Debug, Default)]
pub struct Document {
    pub source: Source,
    /// From top to bottom, one for each heading of level 1 to 3.
    pub sections: Vec<SectionBlock>,
    /// Including those that tokmon does not know.
    pub tables: Vec<TableBlock>,
    /// The lines that are not Markdown, usage lines included.
    pub lines: Vec<LogLine>,
    /// The list items with a known meaning.
    pub notes: Vec<Note>,
    /// The start of a last line without its line end, which another process may still be writing. No edit goes after it.
    pub in_flight: Option<usize>,
}

/// A heading and what is below it.
#[derive(Clone, Debug)]
pub struct SectionBlock {
    pub kind: Section,
    pub level: u8,
    pub heading: Place,
    /// From the start of its heading's line to that of the next one that ends it, or to the end of the text.
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct TableBlock {
    pub role: Role,
    /// The section that it is in; `None` above the first heading.
    pub section: Option<usize>,
    pub columns: Columns,
    pub head: Place,
    pub dashes: Place,
    pub rows: Vec<TableRow>,
    /// The lines of all rows but totals and sums, without their line ends.
    pub lines: Vec<Span>,
    /// The lines of such rows that are outside the table, and count with it.
    pub outside: Vec<Span>,
    /// The first and the last day of its entries.
    pub dates: Option<(NaiveDate, NaiveDate)>,
    /// By month in a table with a column of months.
    pub(super) sums: BTreeMap<Option<Month>, RowSum>,
    pub(super) subtotals: Vec<Subtotal>,
}

/// The rows above a total or sum.
#[derive(Clone, Debug)]
pub(super) struct Subtotal {
    /// Its index in the rows of the table.
    pub(super) row: usize,
    pub(super) month: Option<Month>,
    /// The rows since the total before.
    pub(super) above: RowSum,
}

/// Rows added up: their tokens, and the costs that are written beside these.
#[derive(Clone, Debug, Default)]
pub(super) struct RowSum {
    pub(super) tokens: RoundedSum,
    pub(super) cost: CostSum,
}

#[derive(Clone, Debug)]
pub struct TableRow {
    /// Its line without the line end.
    pub place: Place,
    /// Its cells without the blanks at either end; there may be fewer than columns.
    pub cells: Vec<Span>,
    pub is_outside: bool,
    pub kind: RowKind,
}

#[derive(Clone, Debug)]
pub enum RowKind {
    Entry(Box<Entry<'static>>),
    Total(Box<StatedTotal>),
    Sum,
    Unreadable,
    Other,
}

/// A line that is not Markdown.
#[derive(Clone, Debug)]
pub struct LogLine {
    pub kind: LineKind,
    /// Its day: its own, else that of the last dated thing before it, else of the first after it.
    pub date: Option<NaiveDate>,
    pub place: Place,
}

#[derive(Clone, Debug)]
pub enum LineKind {
    Usage(Box<Entry<'static>>),
    /// A usage line that cannot be read.
    Unreadable,
    Hook,
    /// A notice or an event, with the month it is about, and the moment since when a period runs where it says so.
    Notice {
        month: Month,
        time: DateTime<FixedOffset>,
        is_reset: bool,
    },
    Hold {
        id: String,
        until: DateTime<FixedOffset>,
    },
    /// With the id of the hold that is given up.
    Free(String),
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

    /// The place of a whole line, without its line end.
    pub(super) fn place_of_line(&self, line: Span) -> Place {
        let text = self.at(line).trim_end_matches(['\r', '\n']);
        Place {
            span: Span::new(line.start, line.start + text.len()),
            line: self.source.line_column(line.start).line,
            column: 1,
            line_start: line.start,
            ..Place::default()
        }
    }

    /// The start of the line after the byte at `at`.
    pub fn line_after(&self, at: usize) -> usize {
        let rest = self.text().as_bytes().get(at..).unwrap_or_default();
        memchr::memchr(b'\n', rest).map_or(self.text().len(), |newline| at + newline + 1)
    }

    /// What follows the last line end, and where it starts.
    pub(super) fn last_line(&self) -> (usize, &str) {
        let start = self.text().rfind('\n').map_or(0, |newline| newline + 1);
        (start, self.text().get(start..).unwrap_or_default())
    }

    /// How the line that ends before `at` ends; where none does, as the lines of the text do.
    pub fn newline(&self, at: usize) -> &'static str {
        let before = self.text().get(..at).unwrap_or_default();
        let end = before.rfind('\n').or_else(|| self.text().find('\n'));
        let line = end.and_then(|end| self.text().get(..end));
        if line.is_some_and(|line| line.ends_with('\r')) {
            "\r\n"
        } else {
            "\n"
        }
    }

    pub fn tables_of(&self, role: Role) -> impl DoubleEndedIterator<Item = &TableBlock> {
        self.tables.iter().filter(move |table| table.role == role)
    }

    /// The rows of daily and session tables.
    pub(super) fn details(&self) -> impl Iterator<Item = &TableRow> {
        let tables = self.tables.iter();
        let details = tables.filter(|table| matches!(table.role, Role::Daily | Role::Session));
        details.flat_map(|table| &table.rows)
    }

    pub fn section_of(&self, table: &TableBlock) -> Option<&SectionBlock> {
        self.sections.get(table.section?)
    }

    /// The lines that are not Markdown and start at `at` or below.
    pub fn lines_from(&self, at: usize) -> &[LogLine] {
        let lines = &self.lines;
        let first = lines.partition_point(|line| line.place.line_start < at);
        lines.get(first..).unwrap_or_default()
    }

    /// The lines of the text from the start of one on, with their line ends, and whether each is one that is not Markdown.
    pub(super) fn text_lines(&self, at: usize) -> impl Iterator<Item = (Span, &str, bool)> {
        let mut log_lines = self.lines_from(at).iter().peekable();
        let mut end = at;
        let rest = self.text().get(at..).unwrap_or_default();
        rest.split_inclusive('\n').map(move |text| {
            let start = end;
            end += text.len();
            let log_line = log_lines.next_if(|line| line.place.line_start == start);
            (Span::new(start, end), text, log_line.is_some())
        })
    }

    /// The lines of holds, by their ids; of one id, the first.
    pub(super) fn holds(&self) -> HashMap<&str, Place> {
        let mut holds = HashMap::new();
        for line in &self.lines {
            if let LineKind::Hold { id, .. } = &line.kind {
                holds.entry(id.as_str()).or_insert(line.place);
            }
        }
        holds
    }

    /// The end of what a section says: behind its last line that is neither blank, nor a rule, nor a line that is not Markdown.
    pub fn content_end(&self, section: &SectionBlock) -> usize {
        let start = self.line_after(section.heading.span.end);
        let end = self.in_flight.unwrap_or(section.span.end);
        let end = end.min(section.span.end);
        let lines = self.text_lines(start);
        let lines = lines.take_while(|(line, ..)| line.start < end);
        let content = lines.filter(|(_, text, is_log_line)| {
            !is_log_line && !text.trim().is_empty() && !is_rule(text.trim())
        });
        content.last().map_or(start, |(line, ..)| line.end)
    }
}

/// Whether a line is a thematic break.
pub(super) fn is_rule(line: &str) -> bool {
    let mark = |mark: char| line.chars().all(|c| c == mark) && line.chars().count() >= 3;
    mark('-') || mark('*') || mark('_')
}

impl SectionBlock {
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

    /// The lines of the rows in it, sums behind the others.
    pub(super) fn row_lines(&self) -> impl Iterator<Item = Span> + '_ {
        let sums = self.sums_where(false);
        self.lines.iter().copied().chain(sums.map(TableRow::line))
    }

    /// The lines of the rows outside it, sums behind the others.
    pub(super) fn outside_lines(&self) -> impl Iterator<Item = Span> + '_ {
        let sums = self.sums_where(true);
        self.outside.iter().copied().chain(sums.map(TableRow::line))
    }

    fn sums_where(&self, is_outside: bool) -> impl Iterator<Item = &TableRow> {
        let rows = self.rows.iter();
        rows.filter(move |row| !row.is_plain() && row.is_outside == is_outside)
    }

    /// The last line of the table, without its line end.
    pub(super) fn last_line(&self) -> Span {
        let last = self.row_lines().max_by_key(|line| line.start);
        last.unwrap_or(self.dashes.span)
    }

    /// The last line that counts with the table, in it or outside, without its line end.
    pub(super) fn last_counted_line(&self) -> Span {
        let outside = self.outside_lines().max_by_key(|line| line.start);
        outside.unwrap_or_else(|| self.last_line())
    }
}

impl RowSum {
    fn add(&mut self, figures: &Figures) {
        if let Some(tokens) = figures.tokens {
            self.tokens = self.tokens + tokens.into();
        }
        let of_row = CostSum::of(figures, Place::default(), |_| None);
        self.cost.add(&of_row);
    }
}

impl TableRow {
    /// Where the value of a column is. None where the table has no such column, or the row is too short.
    pub(super) fn cell(&self, table: &TableBlock, column: Column) -> Option<Span> {
        self.cells.get(table.columns.index(column)?).copied()
    }

    /// The whole line without its line end.
    pub(super) const fn line(&self) -> Span {
        self.place.line_to_end()
    }

    pub(super) fn entry(&self) -> Option<&Entry<'static>> {
        match &self.kind {
            RowKind::Entry(entry) => Some(entry),
            _ => None,
        }
    }

    /// Whether the row is neither a total nor a sum of others.
    pub(super) const fn is_plain(&self) -> bool {
        !matches!(self.kind, RowKind::Total(_) | RowKind::Sum)
    }
}

impl LogLine {
    pub fn usage(&self) -> Option<&Entry<'static>> {
        match &self.kind {
            LineKind::Usage(entry) => Some(entry),
            _ => None,
        }
    }
}
