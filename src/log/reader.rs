//! Reads the Markdown of a log block by block. Rows of tables are read by `table` and `row`.

use std::{
    io::{self, Read},
    ops::Range,
};

use pulldown_cmark::{Event, Tag, TagEnd};

use super::{
    Heading, Item, Section,
    blocks::{BlockReader, read_blocks},
    chunker::CHUNK_SIZE,
    emitter::Emitter,
    notes,
    outside::{Tables, TextBlock},
    section::{self, OpenSection},
    table,
    walk::{Walk, line_end},
};
use crate::{
    diagnostic::{Code, Diagnostic},
    model::Note,
    text::FileId,
};

/// Reads a log, and passes each thing it says to `each`. Returns the number of its lines. Fails only where reading the bytes fails.
///
/// Memory follows the longest block of the file; a table, however long, is read in chunks.
pub fn read(input: impl Read, file: FileId, each: &mut dyn FnMut(Item<'_>)) -> io::Result<usize> {
    read_in_chunks(input, file, CHUNK_SIZE, each).map(|(_, lines)| lines)
}

/// Reads a log that is in memory, where reading cannot fail.
pub fn read_str(text: impl AsRef<[u8]>, file: FileId, each: &mut dyn FnMut(Item<'_>)) {
    let read = read(text.as_ref(), file, each);
    debug_assert!(read.is_ok(), "{read:?}");
}

/// Returns the number of bytes that were read, and of lines.
pub(super) fn read_in_chunks(
    input: impl Read,
    file: FileId,
    chunk_size: usize,
    each: &mut dyn FnMut(Item<'_>),
) -> io::Result<(usize, usize)> {
    let mut reader = Reader {
        out: Emitter::new(each),
        section: OpenSection::default(),
        begun: false,
        label: None,
        tables: Tables::default(),
    };
    read_blocks(input, file, chunk_size, &mut reader)
}

struct Reader<'f> {
    out: Emitter<'f>,
    section: OpenSection,
    begun: bool,
    /// The last block was a label; whether it is a known one.
    label: Option<bool>,
    /// The tables of the section. The last one may continue in the next chunk.
    tables: Tables,
}

impl<'f> BlockReader<'f> for Reader<'f> {
    fn emitter(&mut self) -> &mut Emitter<'f> {
        &mut self.out
    }

    fn block(&mut self, walk: &mut Walk<'_>, tag: &Tag<'_>, range: &Range<usize>, _: bool) {
        let text = TextBlock::of(walk, tag, range);
        let label = self.label.take();
        match tag {
            Tag::Heading { .. } if text.as_ref().is_some_and(TextBlock::is_no_heading) => {
                walk.skip();
            }
            Tag::Heading { level, .. } => self.heading(walk, *level as u8, range),
            Tag::Paragraph => self.label = label_of(walk),
            Tag::List(_) if self.section.kind == Section::Notes || label == Some(true) => {
                self.list(walk);
            }
            Tag::List(_) if self.section.kind.holds_usage() => {
                table::report_tables_in_list(walk, &mut self.out);
            }
            Tag::BlockQuote(_) if self.section.kind == Section::Header => self.header(walk),
            Tag::Table(_) => {
                let (section, out) = (&mut self.section, &mut self.out);
                self.tables.read(walk, range, section, out);
            }
            _ => {
                walk.skip_code(tag, range);
                walk.skip();
            }
        }
        if let Some(text) = text {
            self.tables.rows_in_text(text, &self.section, &mut self.out);
        }
    }

    fn end(&mut self) {
        self.tables.end_section(&mut self.out);
    }
}

impl Reader<'_> {
    fn heading(&mut self, walk: &mut Walk<'_>, level: u8, range: &Range<usize>) {
        let (text, _) = walk.inline(|tag| matches!(tag, TagEnd::Heading(_)));
        self.label = Some(notes::is_known_label(&text.text));
        let Some((kind, project)) = section::recognise(level, &text.text, !self.begun) else {
            return;
        };
        self.tables.end_section(&mut self.out);
        self.begun |= !matches!(kind, Section::Header | Section::Other);
        self.section = OpenSection {
            kind,
            project,
            place: walk.place(range),
            has_table: false,
        };
        let (kind, place) = (&self.section.kind, self.section.place);
        let date = kind.date();
        if date == Some(None) {
            let message = "the date of this section cannot be read, so its rows are not counted";
            self.out.problem(
                Diagnostic::new(Code::UnreadableDate, message, place)
                    .label("expected a date like 2026-02-25")
                    .help("write the date as year-month-day"),
            );
        }
        self.out.set_date(date.flatten());
        self.out.emit(Item::Heading(Heading {
            level,
            section: kind,
            place,
        }));
    }

    fn header(&mut self, walk: &mut Walk<'_>) {
        let mut depth = 1;
        while let Some((event, _)) = walk.next_within(&mut depth) {
            if matches!(event, Event::Start(Tag::Paragraph)) {
                let (text, _) = walk.inline(|tag| *tag == TagEnd::Paragraph);
                depth -= 1;
                let pairs = text.text.lines().flat_map(notes::header);
                pairs.for_each(|header| self.out.emit(Item::Header(header)));
            }
        }
    }

    fn list(&mut self, walk: &mut Walk<'_>) {
        let mut depth = 1;
        while let Some((event, range)) = walk.next_within(&mut depth) {
            if depth == 2 && matches!(event, Event::Start(Tag::Item)) {
                let ended = self.list_item(walk, &range);
                depth -= usize::from(ended);
            }
        }
    }

    /// Reads the first paragraph of an item. Whether the item has ended with it.
    fn list_item(&mut self, walk: &mut Walk<'_>, range: &Range<usize>) -> bool {
        let (text, stop) = walk.inline(|tag| matches!(tag, TagEnd::Item | TagEnd::Paragraph));
        let place = walk.place(&(range.start..line_end(walk.text, range.start)));
        match notes::note(&text.text) {
            Some(Ok(value)) => self.out.emit(Item::Note(Note {
                value,
                in_notes_section: self.section.kind == Section::Notes,
                place,
            })),
            Some(Err(why)) if !walk.is_unterminated(range) => {
                self.out.problem(notes::unreadable(why, place));
            }
            _ => {}
        }
        if matches!(stop, Some(Event::Start(_))) {
            walk.skip();
        }
        matches!(stop, Some(Event::End(TagEnd::Item)))
    }
}

/// Reads a paragraph: whether it is a label, `**Budget Status:**`, and whether a known one.
fn label_of(walk: &mut Walk<'_>) -> Option<bool> {
    let (text, _) = walk.inline(|tag| *tag == TagEnd::Paragraph);
    let label = text.text.trim();
    (text.all_strong || label.ends_with(':')).then(|| notes::is_known_label(label))
}
