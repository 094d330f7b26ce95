//! Walks the Markdown of a log block by block and passes on what it finds.
//! Blocks are handled here; the rows of tables are `table`'s and `row`'s business.

use std::{
    borrow::Cow,
    io::{self, Read},
    ops::Range,
    sync::Arc,
};

use chrono::NaiveDate;
use pulldown_cmark::{Event, LinkType, OffsetIter, Options, Parser, Tag, TagEnd};

use super::{
    Heading, Item, Section, Summary,
    chunker::{self, CHUNK_SIZE, Chunk, Chunker, Held, Line, Locator},
    header,
    lines::{self, Statement},
    notes,
    row::unknown_status,
    section,
    table::TableState,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    model::{HookLine, Month, Note, Status},
    text::{FileId, Place},
};

/// Reads a log and passes on what it says. Fails only where reading the bytes fails.
///
/// Memory follows the longest block of the file; a table, however long, is read in pieces.
pub fn read(input: impl Read, file: FileId, each: &mut dyn FnMut(Item<'_>)) -> io::Result<Summary> {
    read_in_pieces(input, file, CHUNK_SIZE, each)
}

/// Reads a log that is in memory, where reading cannot fail.
pub fn read_str(text: impl AsRef<[u8]>, file: FileId, each: &mut dyn FnMut(Item<'_>)) {
    let read = read(text.as_ref(), file, each);
    debug_assert!(read.is_ok(), "{read:?}");
}

pub(super) fn read_in_pieces(
    input: impl Read,
    file: FileId,
    chunk_size: usize,
    each: &mut dyn FnMut(Item<'_>),
) -> io::Result<Summary> {
    let mut chunker = Chunker::new(input, file, chunk_size);
    let mut reader = Reader::new(each);
    let mut progress = Progress::default();
    loop {
        let more = chunker.advance(progress.read, &progress.head)?;
        for problem in chunker.problems.drain(..) {
            reader.pass(Item::Problem(problem));
        }
        progress = reader.piece(&chunker.piece, !more);
        if !more {
            reader.end();
            return Ok(Summary {
                bytes: chunker.bytes(),
            });
        }
    }
}

/// How far a piece was read, and the head of the table that goes on after it.
#[derive(Default)]
struct Progress {
    read: usize,
    head: String,
}

/// Hook lines that follow each other inside a table.
struct HookRun {
    first: Place,
    lines: usize,
    end: usize,
}

/// What is remembered from block to block.
pub(super) struct Reader<'f> {
    each: &'f mut dyn FnMut(Item<'_>),
    pub(super) section: Section,
    pub(super) project: Option<Arc<str>>,
    pub(super) section_place: Place,
    /// A section was recognised.
    begun: bool,
    /// A table of the section was read.
    pub(super) has_table: bool,
    /// The date of the last dated thing.
    date: Option<NaiveDate>,
    /// The last block was a label; whether it is a known one.
    label: Option<bool>,
    /// The table being read, which may go on in the next piece.
    pub(super) table: Option<TableState>,
    hook_run: Option<HookRun>,
}

/// A piece, and how far its walk has come.
pub(super) struct Walk<'p> {
    pub(super) text: &'p str,
    pub(super) events: OffsetIter<'p>,
    pub(super) lines: Locator<'p>,
    pub(super) piece: &'p Chunk,
    held: &'p [Held],
}

impl<'f> Reader<'f> {
    fn new(each: &'f mut dyn FnMut(Item<'_>)) -> Self {
        Self {
            each,
            section: Section::Header,
            project: None,
            section_place: Place::default(),
            begun: false,
            has_table: false,
            date: None,
            label: None,
            table: None,
            hook_run: None,
        }
    }

    pub(super) fn pass(&mut self, item: Item<'_>) {
        (self.each)(item);
    }

    fn end(&mut self) {
        self.end_table();
        self.end_hook_run();
    }

    fn piece(&mut self, piece: &Chunk, last: bool) -> Progress {
        let mut walk = Walk {
            text: &piece.text,
            // Strikethrough stays off: it would take `~45,000` and `~50,000` in one row for a struck-out text.
            events: Parser::new_ext(&piece.text, Options::ENABLE_TABLES).into_offset_iter(),
            lines: piece.locator(),
            piece,
            held: &piece.held,
        };
        let mut progress = Progress {
            read: piece.text.len(),
            head: String::new(),
        };
        while let Some((event, range)) = walk.events.next() {
            let Event::Start(tag) = event else { continue };
            self.held_before(&mut walk, range.start, None);
            let goes_on = !last && walk.may_go_on(&tag, &range);
            if goes_on && !matches!(tag, Tag::Table(_)) {
                progress.read = walk.line_start(range.start);
                Self::skip_code(&mut walk, &tag, &range);
                break;
            }
            self.block(&mut walk, &tag, &range);
            if goes_on {
                let head = walk.table_head(&range);
                walk.text
                    .get(head)
                    .unwrap_or_default()
                    .clone_into(&mut progress.head);
            } else {
                self.end_table();
            }
        }
        self.held_before(&mut walk, usize::MAX, None);
        progress
    }

    fn block(&mut self, walk: &mut Walk<'_>, tag: &Tag<'_>, range: &Range<usize>) {
        let label = self.label.take();
        match tag {
            Tag::Heading { level, .. } => self.heading(walk, *level as u8, range),
            Tag::Paragraph => {
                self.table_without_dashes(walk, range);
                self.label = walk.label();
            }
            Tag::List(_) if self.section == Section::Notes || label == Some(true) => {
                self.list(walk);
            }
            Tag::List(_) if self.section.holds_usage() => self.list_with_table(walk),
            Tag::BlockQuote(_) if self.section == Section::Header => self.header(walk),
            Tag::Table(_) => self.table(walk, range),
            Tag::CodeBlock(_) => {
                Self::skip_code(walk, tag, range);
                walk.skip();
            }
            _ => walk.skip(),
        }
    }

    fn heading(&mut self, walk: &mut Walk<'_>, level: u8, range: &Range<usize>) {
        let (text, _) = walk.inline(|tag| matches!(tag, TagEnd::Heading(_)));
        self.label = Some(notes::is_known_label(&text.text));
        let Some(opened) = section::open(level, &text.text, !self.begun) else {
            return;
        };
        self.section = opened.section;
        self.begun |= !matches!(self.section, Section::Header | Section::Other);
        self.has_table = false;
        self.project = opened.project;
        self.section_place = walk.place(range);
        let date = match self.section {
            Section::Daily(date) | Section::Session { date, .. } => Some(date),
            _ => None,
        };
        if date == Some(None) {
            self.pass(Item::Problem(
                Diagnostic::new(
                    Code::UnreadableDate,
                    "the date of this section cannot be read, so its rows are not counted",
                    self.section_place,
                )
                .label("expected a date like 2026-02-25")
                .help("write the date as year-month-day"),
            ));
        }
        self.date = date.flatten().or(self.date);
        (self.each)(Item::Heading(Heading {
            level,
            section: &self.section,
            project: self.project.as_ref(),
            place: self.section_place,
        }));
    }

    fn header(&mut self, walk: &mut Walk<'_>) {
        let mut depth = 1;
        while depth > 0 {
            match walk.events.next() {
                Some((Event::Start(Tag::Paragraph), _)) => {
                    let (text, _) = walk.inline(|tag| *tag == TagEnd::Paragraph);
                    for line in text.text.lines() {
                        header::read(line).for_each(|header| self.pass(Item::Header(header)));
                    }
                }
                Some((Event::Start(_), _)) => depth += 1,
                Some((Event::End(_), _)) => depth -= 1,
                Some(_) => {}
                None => break,
            }
        }
    }

    fn list(&mut self, walk: &mut Walk<'_>) {
        let mut depth = 1;
        while depth > 0 {
            match walk.events.next() {
                Some((Event::Start(Tag::Item), range)) if depth == 1 => {
                    let ended = self.list_item(walk, &range);
                    depth += usize::from(!ended);
                }
                Some((Event::Start(_), _)) => depth += 1,
                Some((Event::End(_), _)) => depth -= 1,
                Some(_) => {}
                None => break,
            }
        }
    }

    /// Reads the first paragraph of an item. Whether the item has ended with it.
    fn list_item(&mut self, walk: &mut Walk<'_>, range: &Range<usize>) -> bool {
        let (text, end) = walk.inline(|tag| matches!(tag, TagEnd::Item | TagEnd::Paragraph));
        let first_line = range.start..chunker::line_end(walk.text, range.start);
        let place = walk.place(&first_line);
        let in_flight = walk.piece.unterminated.is_some_and(|at| range.start >= at);
        match notes::read(&text.text) {
            Some(Ok(value)) => self.pass(Item::Note(Note {
                value,
                in_notes_section: self.section == Section::Notes,
                place,
            })),
            Some(Err(_)) if !in_flight => self.pass(Item::Problem(
                Diagnostic::new(
                    Code::UnreadableNumber,
                    "this note holds no number that can be read",
                    place,
                )
                .label("expected a number of tokens after the colon")
                .help("write it like `Total budget: 200,000 tokens`"),
            )),
            _ => {}
        }
        if matches!(end, Stop::Block) {
            walk.skip();
        }
        matches!(end, Stop::End(TagEnd::Item))
    }

    /// Passes on the hook lines that stand before byte `at` of the text. Behind the head of a table they are a finding too.
    pub(super) fn held_before(&mut self, walk: &mut Walk<'_>, at: usize, head_end: Option<usize>) {
        while let Some((held, rest)) = walk.held.split_first().filter(|(held, _)| held.at <= at) {
            walk.held = rest;
            if head_end.is_some_and(|end| held.at >= end) {
                self.hook_in_table(held);
            }
            let text = walk
                .piece
                .held_text
                .get(held.text.clone())
                .unwrap_or_default();
            self.line(text, held.place);
        }
    }

    fn line(&mut self, text: &str, place: Place) {
        let (date, statement) = lines::read(text, place);
        self.date = date.or(self.date);
        match statement {
            Ok(Statement::Usage(entry)) => {
                if matches!(entry.status, Some(Status::Other(_))) {
                    self.pass(Item::Problem(unknown_status(place)));
                }
                self.pass(Item::Usage(*entry));
            }
            Ok(Statement::Event(event)) => self.pass(Item::Line(HookLine {
                event,
                date: self.date,
                place,
            })),
            Err(problem) => {
                self.pass(Item::Problem(*problem));
                if lines::is_usage(text) {
                    self.pass(Item::Unreadable {
                        month: date.map(Month::of),
                        place,
                    });
                }
            }
        }
    }

    fn hook_in_table(&mut self, held: &Held) {
        match &mut self.hook_run {
            Some(run) if run.end == held.place.span.start => {
                run.lines += 1;
                run.end = held.end;
            }
            _ => {
                self.end_hook_run();
                self.hook_run = Some(HookRun {
                    first: held.place,
                    lines: 1,
                    end: held.end,
                });
            }
        }
    }

    fn end_hook_run(&mut self) {
        let Some(HookRun { first, lines, .. }) = self.hook_run.take() else {
            return;
        };
        let what = if lines == 1 {
            "a hook line stands inside a table".to_owned()
        } else {
            format!("{lines} hook lines stand inside a table")
        };
        self.pass(Item::Problem(
            Diagnostic::new(Code::HookLineInTable, what, first)
                .label("Markdown shows this as a row of the table above")
                .help("put an empty line before it, or move it to the end of the file"),
        ));
    }

    /// Lines shaped like hook lines inside a fenced code block are code.
    fn skip_code(walk: &mut Walk<'_>, tag: &Tag<'_>, range: &Range<usize>) {
        if !matches!(
            tag,
            Tag::CodeBlock(pulldown_cmark::CodeBlockKind::Fenced(_))
        ) {
            return;
        }
        let block = walk.text.get(range.clone()).unwrap_or_default();
        let end = if chunker::is_closed_fence(block) {
            range.end
        } else {
            range.end + 1
        };
        let code = walk.held.partition_point(|held| held.at < end);
        walk.held = walk.held.get(code..).unwrap_or_default();
    }
}

/// The text of a run of inline content.
pub(super) struct Inline<'p> {
    pub(super) text: Cow<'p, str>,
    pub(super) id: Option<&'p str>,
    /// The ids before that one.
    pub(super) further_ids: Vec<&'p str>,
    /// All of it but blanks and colons is strong.
    all_strong: bool,
}

/// Where a run of inline content stopped.
pub(super) enum Stop {
    /// At this end.
    End(TagEnd),
    /// In a block that begins inside.
    Block,
    /// At the end of the text.
    Text,
}

impl<'p> Walk<'p> {
    /// The line on which a range starts.
    pub(super) fn line(&mut self, range: &Range<usize>) -> Line {
        self.lines.line_at(range.start)
    }

    /// The place of a range without the white space at its end; of several lines, the first one.
    pub(super) fn place(&mut self, range: &Range<usize>) -> Place {
        let first = range.start..chunker::line_end(self.text, range.start).min(range.end);
        let text = self.text.get(first.clone()).unwrap_or_default().trim_end();
        self.line(range)
            .place(self.text, &(first.start..first.start + text.len()))
    }

    /// Whether a block could go on after the end of the text: it is the last one, and nothing ends it.
    fn may_go_on(&self, tag: &Tag<'_>, range: &Range<usize>) -> bool {
        let rest = self.text.get(range.end..).unwrap_or_default();
        if rest.bytes().any(|byte| !byte.is_ascii_whitespace()) {
            return false;
        }
        let own_end = self
            .text
            .as_bytes()
            .get(..range.end)
            .is_some_and(|text| text.ends_with(b"\n"));
        let blank_lines = rest.bytes().filter(|byte| *byte == b'\n').count() + usize::from(own_end);
        match tag {
            Tag::Heading { .. } => false,
            Tag::Paragraph | Tag::Table(_) => blank_lines < 2,
            _ => true,
        }
    }

    /// The bytes of the header and delimiter rows of a table.
    pub(super) fn table_head(&self, table: &Range<usize>) -> Range<usize> {
        let start = self.line_start(table.start);
        start..chunker::line_end(self.text, chunker::line_end(self.text, start))
    }

    /// The places of the header and delimiter rows of a table.
    pub(super) fn head_places(&mut self, table: &Range<usize>) -> (Place, Place) {
        let dashes = chunker::line_end(self.text, table.start);
        let head = self.place(&(table.start..dashes));
        (
            head,
            self.place(&(dashes..chunker::line_end(self.text, dashes))),
        )
    }

    fn line_start(&self, at: usize) -> usize {
        let before = self.text.get(..at).unwrap_or_default();
        before.rfind('\n').map_or(0, |newline| newline + 1)
    }

    /// Passes by the rest of the block that was begun.
    pub(super) fn skip(&mut self) {
        let mut depth = 1;
        while depth > 0 {
            match self.events.next() {
                Some((Event::Start(_), _)) => depth += 1,
                Some((Event::End(_), _)) => depth -= 1,
                Some(_) => {}
                None => return,
            }
        }
    }

    /// Reads a paragraph: whether it is a label, `**Budget Status:**`, and whether a known one.
    fn label(&mut self) -> Option<bool> {
        let (text, _) = self.inline(|tag| *tag == TagEnd::Paragraph);
        let label = text.text.trim();
        (text.all_strong || label.ends_with(':')).then(|| notes::is_known_label(label))
    }

    /// Collects text up to an end that `stops`. A block that begins is entered once and read over where it is a paragraph.
    pub(super) fn inline(&mut self, stops: impl Fn(&TagEnd) -> bool) -> (Inline<'p>, Stop) {
        let mut inline = Inline {
            text: Cow::Borrowed(""),
            id: None,
            further_ids: Vec::new(),
            all_strong: true,
        };
        let mut strong = 0_usize;
        let mut link_ends: Vec<String> = Vec::new();
        loop {
            let Some((event, _)) = self.events.next() else {
                return (inline, Stop::Text);
            };
            match event {
                Event::Text(text) | Event::Code(text) => {
                    inline.all_strong &= strong > 0 || text.trim_matches([' ', ':']).is_empty();
                    inline.push(text);
                }
                Event::SoftBreak | Event::HardBreak => inline.push("\n".into()),
                Event::InlineHtml(html) => {
                    if let Some(id) = comment_id(&html) {
                        inline.further_ids.extend(inline.id.replace(id));
                    }
                }
                Event::Start(Tag::Strong) => strong += 1,
                Event::End(TagEnd::Strong) => strong -= 1,
                Event::Start(Tag::Link { link_type, id, .. }) => {
                    let end = reference_end(link_type, &id);
                    if !end.is_empty() {
                        inline.push("[".into());
                    }
                    link_ends.push(end);
                }
                Event::End(TagEnd::Link) => {
                    let end = link_ends.pop().unwrap_or_default();
                    if !end.is_empty() {
                        inline.push(end.into());
                    }
                }
                Event::Start(Tag::Emphasis | Tag::Image { .. } | Tag::Paragraph) => {}
                Event::End(end) if stops(&end) => return (inline, Stop::End(end)),
                Event::Start(_) => return (inline, Stop::Block),
                _ => {}
            }
        }
    }
}

impl<'p> Inline<'p> {
    fn push(&mut self, text: pulldown_cmark::CowStr<'p>) {
        match (&mut self.text, text) {
            (Cow::Borrowed(""), pulldown_cmark::CowStr::Borrowed(text)) => {
                self.text = Cow::Borrowed(text);
            }
            (have, text) => have.to_mut().push_str(&text),
        }
    }
}

/// What follows the text of a link by reference. Such a link is read as it is written: it is one only if its definition
/// is in the same piece, and what a cell says must not depend on how a file is cut.
fn reference_end(link: LinkType, id: &str) -> String {
    match link {
        LinkType::Shortcut | LinkType::ShortcutUnknown => "]".to_owned(),
        LinkType::Collapsed | LinkType::CollapsedUnknown => "][]".to_owned(),
        LinkType::Reference | LinkType::ReferenceUnknown => format!("][{id}]"),
        _ => String::new(),
    }
}

/// The id in `<!-- id=k3f9 -->`.
fn comment_id<'p>(html: &pulldown_cmark::CowStr<'p>) -> Option<&'p str> {
    let pulldown_cmark::CowStr::Borrowed(html) = html else {
        return None;
    };
    let id = html
        .strip_prefix("<!--")?
        .strip_suffix("-->")?
        .trim()
        .strip_prefix("id=")?;
    Some(id.trim()).filter(|id| !id.is_empty())
}
