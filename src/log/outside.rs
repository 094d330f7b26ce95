//! Rows outside tables: below an empty line, or after a line of text or of a list, to which Markdown joins them.
//! Those that fit the table of usage of their section count with it; others that look like usage are reported.

use std::ops::Range;

use pulldown_cmark::{Event, Options, Parser, Tag};

use super::{
    Section,
    chunker::{Chunk, Locator},
    emitter::Emitter,
    section::OpenSection,
    table::{OpenTable, uncounted},
    text_row::TextRow,
    walk::{Walk, line_end},
};
use crate::{
    diagnostic::{Code, Diagnostic},
    text::Place,
};

/// Text that may hold rows: a block that is no table.
pub(super) struct TextBlock<'p> {
    chunk: &'p Chunk,
    range: Range<usize>,
    lines: Locator<'p>,
    is_paragraph: bool,
    /// Markdown passes it on as it is, so that nothing in it counts.
    is_html: bool,
}

impl<'p> TextBlock<'p> {
    /// None where it holds no bar, or is code or a comment.
    pub(super) fn of(walk: &Walk<'p>, tag: &Tag<'_>, range: &Range<usize>) -> Option<Self> {
        let text = walk.slice(range);
        let is_html = matches!(tag, Tag::HtmlBlock);
        let is_text = match tag {
            Tag::Paragraph | Tag::List(_) | Tag::BlockQuote(_) => true,
            Tag::Heading { .. } => is_underlined(text),
            Tag::HtmlBlock => !is_hidden_html(text),
            _ => false,
        };
        (is_text && memchr::memchr(b'|', text.as_bytes()).is_some()).then(|| Self {
            chunk: walk.chunk,
            range: walk.line_start(range.start)..range.end,
            lines: walk.lines.clone(),
            is_paragraph: matches!(tag, Tag::Paragraph | Tag::Heading { .. }),
            is_html,
        })
    }

    /// Whether a heading that is underlined is text above a rule: a line of it begins like a row.
    pub(super) fn is_no_heading(&self) -> bool {
        let text = self.chunk.text.get(self.range.clone());
        let mut lines = text.unwrap_or_default().lines();
        lines.any(|line| line.trim_start().starts_with('|'))
    }

    /// Its lines, but for those in code, comments, block quotes and tables.
    fn lines(&self) -> Vec<Range<usize>> {
        let text = self.chunk.text.get(self.range.clone()).unwrap_or_default();
        let hidden = if self.is_html {
            Vec::new()
        } else {
            hidden_parts(text)
        };
        let mut lines = Vec::new();
        let (mut start, mut passed) = (0, 0);
        while start < text.len() {
            let end = line_end(text, start);
            let before = |part: &Range<usize>| part.end <= start;
            passed += hidden
                .iter()
                .skip(passed)
                .take_while(|part| before(part))
                .count();
            let is_hidden = hidden.get(passed).is_some_and(|part| part.contains(&start));
            if !is_hidden {
                lines.push(self.range.start + start..self.range.start + end);
            }
            start = end;
        }
        lines
    }

    fn place(&mut self, line: &Range<usize>) -> Place {
        let text = self.chunk.text.get(line.clone()).unwrap_or_default();
        let start = line.start + text.len() - text.trim_start().len();
        self.lines.place(&(start..start + text.trim().len()))
    }
}

/// The tables of a section, and what is known of those above it.
#[derive(Default)]
pub(super) struct Tables {
    /// The last one of the section.
    nearest: Option<OpenTable>,
    /// The last one of usage, where another one is nearer.
    usage: Option<OpenTable>,
    /// The columns of the last tables of usage, by role.
    known: Vec<OpenTable>,
}

/// What a line of text is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A row of the section's table of usage.
    Counts,
    /// It looks like usage, and which columns its cells are of is not known.
    Usage,
    /// It begins like a row.
    Barred,
    Prose,
}

impl Tables {
    pub(super) fn read(
        &mut self,
        walk: &mut Walk<'_>,
        range: &Range<usize>,
        section: &mut OpenSection,
        out: &mut Emitter<'_>,
    ) {
        let before = self.nearest.take();
        let before = if walk.continues(range) {
            before
        } else {
            self.put_aside(before, out);
            None
        };
        self.nearest = Some(OpenTable::read(walk, range, before, section, out));
    }

    /// Ends the tables of a section: no row of theirs can follow.
    pub(super) fn end_section(&mut self, out: &mut Emitter<'_>) {
        let nearest = self.nearest.take();
        self.put_aside(nearest, out);
        if let Some(usage) = self.usage.take() {
            self.end(usage, out);
        }
    }

    fn put_aside(&mut self, table: Option<OpenTable>, out: &mut Emitter<'_>) {
        let ended = match table {
            Some(table) if table.role.is_usage() => self.usage.replace(table),
            other => other,
        };
        if let Some(ended) = ended {
            self.end(ended, out);
        }
    }

    fn end(&mut self, mut table: OpenTable, out: &mut Emitter<'_>) {
        table.end(out);
        if table.role.is_usage() {
            self.known.retain(|known| known.role != table.role);
            self.known.push(table);
        }
    }

    /// Passes on the rows in a block of text, and reports them.
    pub(super) fn rows_in_text(
        &mut self,
        mut block: TextBlock<'_>,
        section: &OpenSection,
        out: &mut Emitter<'_>,
    ) {
        // Rows below a line that names columns are reported with it.
        let mut has_head = false;
        for (index, range) in block.lines().into_iter().enumerate() {
            let text = block.chunk.text.get(range.clone()).unwrap_or_default();
            let is_open = block.chunk.unterminated.is_some_and(|at| range.start >= at);
            let line = TextRow::read(text);
            let mut kind = line
                .as_ref()
                .map_or(Kind::Prose, |line| self.kind(line, section, block.is_html));
            if kind == Kind::Prose {
                has_head = false;
                continue;
            }
            let place = block.place(&range);
            if kind == Kind::Counts && !self.count(text, place, is_open, section, out) {
                kind = Kind::Usage;
            }
            // Below text or an item of a list, the head of a table is text, too.
            let is_first = index == 0 && block.is_paragraph;
            let names_columns = || line.as_ref().is_some_and(TextRow::names_columns);
            let is_head = kind == Kind::Barred && (is_first || names_columns());
            let is_reported = match kind {
                Kind::Counts => !is_open,
                Kind::Usage => !is_open && !has_head,
                _ => !is_open && is_head && line.is_some_and(|line| is_lost(&line, section)),
            };
            has_head |= is_head;
            if is_reported {
                out.problem(finding(kind, place, section));
            }
        }
    }

    fn kind(&self, line: &TextRow<'_>, section: &OpenSection, is_html: bool) -> Kind {
        let count = line.cells.len();
        let nearest = self.nearest.as_ref();
        let is_of_other =
            nearest.is_some_and(|table| !table.role.is_usage() && table.columns.count == count);
        let usage = nearest.filter(|table| table.role.is_usage());
        let usage = usage.or(self.usage.as_ref());
        let is_certain = !is_html && !line.is_item && !is_of_other;
        if is_certain && usage.is_some_and(|table| line.fits(&table.columns, false)) {
            return Kind::Counts;
        }
        let mut known = self.known.iter().chain(usage);
        let is_like_known = known.any(|table| line.fits(&table.columns, true));
        let looks_like_usage = match section.kind {
            _ if is_of_other => section.kind.holds_usage() && is_like_known && line.has_all(),
            Section::Allocation | Section::Plan | Section::Optimizations => {
                nearest.is_some() && is_like_known
            }
            _ if section.kind.holds_usage() && !is_html => {
                let is_as_long = usage.is_some_and(|table| table.columns.count == count);
                let is_row = line.has_tokens() || is_as_long && line.has_name();
                is_like_known || line.is_barred && is_row
            }
            _ => is_like_known || line.has_all(),
        };
        match looks_like_usage {
            true => Kind::Usage,
            false if line.is_barred && !is_of_other => Kind::Barred,
            false => Kind::Prose,
        }
    }

    /// Counts a line as a row of the section's table of usage. Whether Markdown would read it as one, had it been there.
    fn count(
        &mut self,
        line: &str,
        place: Place,
        is_open: bool,
        section: &OpenSection,
        out: &mut Emitter<'_>,
    ) -> bool {
        let nearest = self.nearest.as_mut();
        let nearest = nearest.filter(|table| table.role.is_usage());
        let Some(table) = nearest.or(self.usage.as_mut()) else {
            return false;
        };
        let chunk = Chunk::of_row(table.columns.count, line, place, is_open);
        let mut walk = Walk::new(&chunk);
        match walk.events.next() {
            Some((Event::Start(Tag::Table(_)), range)) if range.end == chunk.text.len() => {
                table.read_outside(&mut walk, &range, section, out);
                true
            }
            _ => false,
        }
    }
}

/// Whether a line that begins like a row, and is none that can be read, is missing from the figures.
fn is_lost(line: &TextRow<'_>, section: &OpenSection) -> bool {
    section.kind.holds_usage() || line.names_columns()
}

fn finding(kind: Kind, place: Place, section: &OpenSection) -> Diagnostic {
    if kind == Kind::Counts {
        let message = "this row is outside its table; it is counted with the table above";
        return Diagnostic::new(Code::RowOutsideTable, message, place)
            .label("Markdown does not show this as a row")
            .help("move it below the last row of the table");
    }
    let usage = section.kind.holds_usage();
    let (message, label, help) = match kind {
        Kind::Usage if usage && section.has_table => (
            "this row is in no table, so it is not counted",
            "outside the table above",
            "correct what does not fit the table, and move the row below its last one",
        ),
        Kind::Usage if usage => (
            "this row is in no table, so it is not counted",
            "no line above names its columns",
            "write a line that names the columns above it, and a row like `|---|---|` below that",
        ),
        Kind::Usage => (
            "this row looks like usage, and is not counted",
            "in no table",
            "move it into the table of a monthly summary, a daily detail or a session",
        ),
        _ if section.has_table => (
            "these rows are not a table, so they are not counted",
            "an empty line separates them from the table above",
            "remove the empty line above them",
        ),
        _ => (
            "these rows are not a table, so they are not counted",
            "no row of dashes follows",
            "write a row like `|---|---|`, with as many columns, below the headings",
        ),
    };
    uncounted(message, place, label, help)
}

fn is_underlined(heading: &str) -> bool {
    !heading.trim_start().starts_with('#')
}

/// Whether a block of HTML is a comment or not meant to be read.
fn is_hidden_html(block: &str) -> bool {
    let start = block.trim_start().to_ascii_lowercase();
    let mut hidden = ["<!", "<?", "<script", "<style", "<pre", "<textarea"].iter();
    hidden.any(|tag| start.starts_with(tag))
}

/// The parts of a text whose lines are no rows of it: code, comments and tables, from top to bottom.
fn hidden_parts(text: &str) -> Vec<Range<usize>> {
    let events = Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter();
    let mut parts: Vec<Range<usize>> = Vec::new();
    for (event, range) in events {
        let is_block = matches!(
            event,
            Event::Start(Tag::CodeBlock(_) | Tag::Table(_) | Tag::HtmlBlock)
        );
        if !is_block && !matches!(event, Event::Code(_) | Event::InlineHtml(_)) {
            continue;
        }
        let before = text.as_bytes().get(..range.start).unwrap_or_default();
        let line = memchr::memrchr(b'\n', before).map_or(0, |newline| newline + 1);
        // What begins inside a line leaves it a row.
        let start = if is_block { line } else { range.start + 1 };
        if parts.last().is_none_or(|last| last.end < range.end) {
            parts.push(start..range.end);
        }
    }
    parts
}
