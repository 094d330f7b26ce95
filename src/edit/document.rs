//! A log as it is edited: its sections, tables, rows and lines, each with where it stands.
//! What they mean is `log`'s business; what to change in them, that of the edits.

use std::sync::Arc;

use chrono::NaiveDate;

use crate::{
    log::{self, Columns, Item, Role, RowValue, Section},
    model::{Entry, HookLine, LineEvent, Month, Note, StatedTotal},
    text::{FileId, Place, Source, Span},
};

/// Which rows a document remembers one by one. Of the others it knows only how many there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// All of them.
    All,
    /// Those of daily and session tables not before this day, and those of other tables: what will be moved as a whole need not
    /// be known in detail.
    Since(NaiveDate),
}

/// What stands in a log, and where.
#[derive(Clone, Debug)]
pub struct Document {
    /// The text.
    pub source: Source,
    /// Its sections, from top to bottom, one for each heading of level 1 to 3.
    pub sections: Vec<SectionBlock>,
    /// Its tables, those that are none of ours included.
    pub tables: Vec<TableBlock>,
    /// The lines that are not Markdown, usage lines included.
    pub lines: Vec<LogLine>,
    /// The list items that mean something to us.
    pub notes: Vec<Note>,
    /// Where a last line starts that somebody is still writing. Nothing goes behind it.
    pub in_flight: Option<usize>,
}

/// A heading and what stands below it.
#[derive(Clone, Debug)]
pub struct SectionBlock {
    /// What the section holds.
    pub kind: Section,
    /// The project it names in brackets.
    pub project: Option<Arc<str>>,
    /// The number of `#` of its heading.
    pub level: u8,
    /// The heading.
    pub heading: Place,
    /// From the start of its heading's line to that of the next one that ends it, or to the end of the text.
    pub span: Span,
}

/// A table.
#[derive(Clone, Debug)]
pub struct TableBlock {
    /// What its rows are.
    pub role: Role,
    /// The section it stands in; none above the first heading.
    pub section: Option<usize>,
    /// Its columns.
    pub columns: Columns,
    /// The line that names them.
    pub head: Place,
    /// The row of dashes.
    pub dashes: Place,
    /// Its rows, as far as they are remembered.
    pub rows: Vec<TableRow>,
    /// How many there are.
    pub count: usize,
}

/// A row of a table.
#[derive(Clone, Debug)]
pub struct TableRow {
    /// Its line without the line end.
    pub place: Place,
    /// Its cells without the blanks at either end; there may be fewer than columns.
    pub cells: Vec<Span>,
    /// What it means.
    pub kind: RowKind,
}

/// What a row means to an edit.
#[derive(Clone, Debug)]
pub enum RowKind {
    /// Spending.
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
    /// What it says.
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
    /// Spending.
    Usage(Box<Entry<'static>>),
    /// A usage line that cannot be read.
    Unreadable,
    /// Any other; those of holds own their texts.
    Event(LineEvent<'static>),
}

impl Document {
    /// Reads a text.
    #[must_use]
    pub fn read(text: impl Into<String>, kept: Kept) -> Self {
        let source = Source::new(text);
        let mut builder = Builder::new(kept);
        log::read_str(source.text(), FileId::LOG, &mut |item| builder.item(item));
        builder.finish(source)
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        self.source.text()
    }

    /// What stands at a span.
    #[must_use]
    pub fn at(&self, span: Span) -> &str {
        self.text().get(span.range()).unwrap_or_default()
    }

    /// A line with its line end, by its place.
    #[must_use]
    pub fn whole_line(&self, place: Place) -> Span {
        Span::new(place.line_start, self.line_after(place.span.end))
    }

    /// The start of the line after the byte at `at`.
    #[must_use]
    pub fn line_after(&self, at: usize) -> usize {
        let rest = self.text().as_bytes().get(at..).unwrap_or_default();
        memchr::memchr(b'\n', rest).map_or(self.text().len(), |newline| at + newline + 1)
    }

    /// How the line that ends before `at` ends; where none does, as the lines of the text do.
    #[must_use]
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

    /// The section that a byte lies in: the innermost one.
    #[must_use]
    pub fn section_at(&self, at: usize) -> Option<&SectionBlock> {
        let after = self
            .sections
            .partition_point(|section| section.span.start <= at);
        self.sections.get(after.checked_sub(1)?)
    }

    /// The tables of a role, from top to bottom.
    #[must_use]
    pub fn tables_of(&self, role: Role) -> impl DoubleEndedIterator<Item = &TableBlock> {
        self.tables.iter().filter(move |table| table.role == role)
    }

    /// The section a table stands in.
    #[must_use]
    pub fn section_of(&self, table: &TableBlock) -> Option<&SectionBlock> {
        self.sections.get(table.section?)
    }

    /// The end of what a section says: behind its last line that is neither blank, nor a rule, nor a line that is not Markdown.
    #[must_use]
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
#[must_use]
pub(super) fn is_rule(line: &str) -> bool {
    let mark = |mark: char| line.chars().all(|c| c == mark) && line.chars().count() >= 3;
    mark('-') || mark('*') || mark('_')
}

impl TableBlock {
    /// The month its rows count for, where its section says that.
    #[must_use]
    pub fn month(&self, document: &Document) -> Option<Month> {
        match document.section_of(self)?.kind {
            Section::Monthly(month) => month,
            _ => None,
        }
    }
}

impl LogLine {
    /// The spending it tells of.
    #[must_use]
    pub fn usage(&self) -> Option<&Entry<'static>> {
        match &self.kind {
            LineKind::Usage(entry) => Some(entry),
            _ => None,
        }
    }
}

struct Builder {
    kept: Kept,
    sections: Vec<SectionBlock>,
    tables: Vec<TableBlock>,
    lines: Vec<LogLine>,
    notes: Vec<Note>,
    /// The day of the first dated thing, for lines before it.
    first_date: Option<NaiveDate>,
    last_updated: Option<NaiveDate>,
}

impl Builder {
    const fn new(kept: Kept) -> Self {
        Self {
            kept,
            sections: Vec::new(),
            tables: Vec::new(),
            lines: Vec::new(),
            notes: Vec::new(),
            first_date: None,
            last_updated: None,
        }
    }

    fn item(&mut self, item: Item<'_>) {
        match item {
            Item::Heading(heading) => {
                let section = heading.section.clone();
                self.dated(day_of(&section));
                self.sections.push(SectionBlock {
                    kind: section,
                    project: heading.project.cloned(),
                    level: heading.level,
                    heading: heading.place,
                    span: Span::at(heading.place.line_start),
                });
            }
            Item::Header(header) => {
                if let crate::model::Header::LastUpdated(time) = header {
                    self.last_updated.get_or_insert(time.date());
                }
            }
            Item::Table(table) => self.tables.push(TableBlock {
                role: table.role,
                section: self.sections.len().checked_sub(1),
                columns: table.columns.clone(),
                head: table.place,
                dashes: table.dashes,
                rows: Vec::new(),
                count: 0,
            }),
            Item::Row(row) => self.row(&row),
            Item::Note(note) => self.notes.push(note),
            Item::Usage(entry) => {
                let date = entry.when.date;
                self.dated(date);
                let kind = LineKind::Usage(Box::new(entry.to_static()));
                self.line(kind, date, entry.place);
            }
            Item::Unreadable { month, place } => {
                let date = month.map(Month::first_day);
                self.line(LineKind::Unreadable, date, place);
            }
            Item::Line(HookLine { event, date, place }) => {
                self.dated(date);
                self.line(LineKind::Event(owned(&event)), date, place);
            }
            Item::Problem(_) => {}
        }
    }

    fn dated(&mut self, date: Option<NaiveDate>) {
        self.first_date = self.first_date.or(date);
    }

    fn line(&mut self, kind: LineKind, date: Option<NaiveDate>, place: Place) {
        self.lines.push(LogLine {
            kind,
            date,
            place,
            in_table: false,
        });
    }

    fn row(&mut self, row: &log::Row<'_>) {
        let Some(table) = self.tables.last_mut() else {
            return;
        };
        table.count += 1;
        let entry = match &row.value {
            RowValue::Entry(entry) => Some(entry),
            _ => None,
        };
        if let Kept::Since(first) = self.kept
            && matches!(table.role, Role::Daily | Role::Session)
            && entry.is_some_and(|entry| entry.when.date.is_some_and(|date| date < first))
        {
            return;
        }
        let kind = match &row.value {
            RowValue::Entry(entry) => RowKind::Entry(Box::new(entry.to_static())),
            RowValue::Total(total) => RowKind::Total(Box::new(total.clone())),
            RowValue::Sum => RowKind::Sum,
            RowValue::Unreadable(_) => RowKind::Unreadable,
            _ => RowKind::Other,
        };
        table.rows.push(TableRow {
            place: row.place,
            cells: row.cells.iter().map(|cell| cell.span).collect(),
            kind,
        });
    }

    fn finish(mut self, source: Source) -> Document {
        end_sections(&mut self.sections, source.text().len());
        let first = self.first_date.or(self.last_updated);
        for line in &mut self.lines {
            line.date = line.date.or(first);
        }
        let mut document = Document {
            in_flight: in_flight(source.text()),
            source,
            sections: self.sections,
            tables: self.tables,
            lines: self.lines,
            notes: self.notes,
        };
        // Lines are passed on in the order of the pieces they were read in, which is that of the file but for code.
        document.lines.sort_by_key(|line| line.place.line_start);
        document.mark_lines_in_tables();
        document
    }
}

impl Document {
    /// A line stands in a table if nothing but such lines parts it from the dashes or a row above it.
    fn mark_lines_in_tables(&mut self) {
        let mut ends: Vec<usize> = Vec::new();
        for table in self
            .tables
            .iter()
            .filter(|table| table.role != Role::Foreign)
        {
            ends.push(self.line_after(table.dashes.span.end));
            ends.extend(
                table
                    .rows
                    .iter()
                    .map(|row| self.line_after(row.place.span.end)),
            );
        }
        ends.sort_unstable();
        let mut run_end = None;
        for at in 0..self.lines.len() {
            let start = self.lines[at].place.line_start;
            let is_behind = run_end == Some(start) || ends.binary_search(&start).is_ok();
            self.lines[at].in_table = is_behind;
            run_end = is_behind.then(|| self.line_after(self.lines[at].place.span.end));
        }
    }
}

fn in_flight(text: &str) -> Option<usize> {
    let start = text.rfind('\n').map_or(0, |newline| newline + 1);
    let last = text.get(start..)?;
    log::is_hook_line(last.trim_start_matches('\u{feff}').as_bytes()).then_some(start)
}

/// A section ends where one of its level or above begins, or one that is recognised.
fn end_sections(sections: &mut [SectionBlock], len: usize) {
    for at in 0..sections.len() {
        let level = sections[at].level;
        let ends = |next: &&SectionBlock| next.level <= level || next.kind != Section::Other;
        let end = sections.iter().skip(at + 1).find(ends);
        let end = end.map_or(len, |next| next.heading.line_start);
        sections[at].span.end = end;
    }
}

fn day_of(section: &Section) -> Option<NaiveDate> {
    match section {
        Section::Daily(date) | Section::Session { date, .. } => *date,
        _ => None,
    }
}

fn owned(event: &LineEvent<'_>) -> LineEvent<'static> {
    use std::borrow::Cow;
    let text = |text: &Cow<'_, str>| Cow::Owned(text.clone().into_owned());
    match event {
        LineEvent::Hook(kind) => LineEvent::Hook(*kind),
        LineEvent::Hold(hold) => LineEvent::Hold(crate::model::Hold {
            team: text(&hold.team),
            tokens: hold.tokens,
            until: hold.until,
            id: text(&hold.id),
        }),
        LineEvent::Free(id) => LineEvent::Free(text(id)),
        LineEvent::Notice(notice) => LineEvent::Notice(crate::model::Notice {
            threshold: notice.threshold,
            scope: text(&notice.scope),
            basis: text(&notice.basis),
        }),
    }
}
