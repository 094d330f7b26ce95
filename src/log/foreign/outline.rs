//! The outline of a log of any form: its headings, the tables below them with their rows, and lines of text. Nothing is kept of a row
//! that was passed on.

use std::{
    io::{self, Read},
    ops::Range,
};

use pulldown_cmark::{Event, Tag, TagEnd};

use super::record;
use crate::{
    log::{
        Cell, Item,
        blocks::{BlockReader, read_blocks},
        emitter::Emitter,
        table::read_cells,
        walk::{Walk, line_end},
    },
    text::{FileId, Place},
};

/// Receives the parts of a log in their order.
pub(super) trait OutlineVisitor {
    fn heading(&mut self, level: u8, text: &str, place: Place);

    /// A line in bold or with a colon at its end, alone in its paragraph.
    fn label(&mut self, text: &str, place: Place);

    /// A line of a paragraph, of an item of a list or of a block quote.
    fn line(&mut self, text: &str, place: Place, out: &mut Emitter<'_>);

    /// The head of a table; its rows follow.
    fn table(&mut self, head: &TableHead, out: &mut Emitter<'_>);

    fn row(&mut self, row: &OutlineRow<'_, '_>, out: &mut Emitter<'_>);

    fn end_table(&mut self, out: &mut Emitter<'_>);
}

pub(super) struct TableHead {
    /// The texts of its cells.
    pub(super) headers: Vec<String>,
    /// The line that names the columns.
    pub(super) place: Place,
    /// The row of dashes below it.
    pub(super) dashes: Place,
}

pub(super) struct OutlineRow<'r, 'p> {
    /// Those it really has; there may be fewer than columns.
    pub(super) cells: &'r [Cell<'p>],
    /// The whole line, without its line end.
    pub(super) place: Place,
    /// It is the last line of the file, and still without its end.
    pub(super) is_unterminated: bool,
}

/// A row that is looked at together with the others of its table.
pub(super) struct KeptRow<'p> {
    pub(super) cells: Vec<Cell<'p>>,
    pub(super) place: Place,
    pub(super) is_unterminated: bool,
}

/// Goes through a log, and passes its hook lines and problems to `each`. Returns the number of its lines.
pub(super) fn visit(
    input: impl Read,
    file: FileId,
    chunk_size: usize,
    visitor: &mut impl OutlineVisitor,
    each: &mut dyn FnMut(Item<'_>),
) -> io::Result<usize> {
    let mut reader = OutlineReader {
        out: Emitter::new(each),
        visitor,
        is_in_table: false,
    };
    let (_, lines) = read_blocks(input, file, chunk_size, &mut reader)?;
    Ok(lines)
}

struct OutlineReader<'f, 'v, V> {
    out: Emitter<'f>,
    visitor: &'v mut V,
    is_in_table: bool,
}

impl<'f, V: OutlineVisitor> BlockReader<'f> for OutlineReader<'f, '_, V> {
    fn emitter(&mut self) -> &mut Emitter<'f> {
        &mut self.out
    }

    fn block(
        &mut self,
        walk: &mut Walk<'_>,
        tag: &Tag<'_>,
        range: &Range<usize>,
        may_continue: bool,
    ) {
        if let Tag::Table(_) = tag {
            return self.table(walk, range, may_continue);
        }
        self.end_table();
        match tag {
            Tag::Heading { level, .. } => {
                let (text, _) = walk.inline(|end| matches!(end, TagEnd::Heading(_)));
                let place = walk.place(range);
                self.visitor.heading(*level as u8, &text.text, place);
            }
            Tag::Paragraph => {
                let (text, _) = walk.inline(|end| *end == TagEnd::Paragraph);
                let label = text.text.trim();
                let is_label = text.all_strong || label.ends_with([':', '：']);
                if is_label && !label.is_empty() && !label.contains('\n') {
                    let place = walk.place(range);
                    self.visitor.label(label, place);
                }
                self.lines(walk, &text.text, range);
            }
            Tag::List(_) | Tag::BlockQuote(_) => self.nested(walk),
            _ => {
                walk.skip_code(tag, range);
                walk.skip();
            }
        }
    }

    fn end(&mut self) {
        self.end_table();
    }
}

impl<V: OutlineVisitor> OutlineReader<'_, '_, V> {
    fn end_table(&mut self) {
        if std::mem::take(&mut self.is_in_table) {
            self.visitor.end_table(&mut self.out);
        }
    }

    /// Reads the lines of a list or a block quote. A table in it is none of the log.
    fn nested(&mut self, walk: &mut Walk<'_>) {
        let mut depth = 1;
        while let Some((event, range)) = walk.next_within(&mut depth) {
            let Event::Start(tag @ (Tag::Paragraph | Tag::Item)) = event else {
                continue;
            };
            let (text, stop) = walk.inline(|end| matches!(end, TagEnd::Item | TagEnd::Paragraph));
            self.lines(walk, &text.text, &range);
            match (tag, stop) {
                // The block that begins inside is one more to leave.
                (_, Some(Event::Start(_))) => depth += 1,
                (Tag::Paragraph, Some(Event::End(_))) | (_, Some(Event::End(TagEnd::Item))) => {
                    depth -= 1;
                }
                _ => {}
            }
            if depth == 0 {
                return;
            }
        }
    }

    fn lines(&mut self, walk: &mut Walk<'_>, text: &str, range: &Range<usize>) {
        let place = walk.place(&(range.start..line_end(walk.text, range.start)));
        for (line, number) in text.lines().zip(0..) {
            let place = Place {
                line: place.line + number,
                ..place
            };
            self.visitor.line(line, place, &mut self.out);
        }
    }

    fn table(&mut self, walk: &mut Walk<'_>, range: &Range<usize>, may_continue: bool) {
        let cells = std::iter::from_fn(|| walk.next_cell());
        let headers: Vec<String> = cells.map(|(_, cell)| cell.text.into_owned()).collect();
        let mut is_open = walk.continues(range);
        let may_be_record =
            headers.len() == 2 && !is_open && !may_continue && range.len() <= record::LONGEST;
        if !is_open {
            self.end_table();
        }
        let (place, dashes) = walk.head_places(range);
        let head = TableHead {
            headers,
            place,
            dashes,
        };
        let mut kept: Vec<KeptRow<'_>> = Vec::new();
        let mut cells = Vec::with_capacity(head.headers.len());
        let head_end = Some(walk.table_head(range).end);
        while let Some((event, row)) = walk.events.next() {
            match event {
                Event::End(TagEnd::Table) => break,
                Event::Start(Tag::TableRow) => {
                    if !may_be_record && !is_open {
                        self.open(&head);
                        is_open = true;
                    }
                    self.out.hook_lines(walk, row.start, head_end);
                    let line = walk.line_start(row.start);
                    let place = walk.place(&row);
                    read_cells(walk, &row, place, line, &mut cells);
                    let is_unterminated = walk.is_unterminated(&row);
                    if may_be_record {
                        kept.push(KeptRow {
                            cells: std::mem::take(&mut cells),
                            place,
                            is_unterminated,
                        });
                    } else {
                        self.row(&cells, place, is_unterminated);
                    }
                }
                _ => {}
            }
        }
        if let Some((head, cells)) = record::as_one_row(&head, &kept) {
            let last = kept.last();
            self.open(&head);
            self.row(
                &cells,
                head.place,
                last.is_some_and(|row| row.is_unterminated),
            );
        } else {
            if !is_open {
                self.open(&head);
            }
            for row in &kept {
                self.row(&row.cells, row.place, row.is_unterminated);
            }
        }
        self.out.hook_lines(walk, range.end, head_end);
    }

    fn open(&mut self, head: &TableHead) {
        self.visitor.table(head, &mut self.out);
        self.is_in_table = true;
    }

    fn row(&mut self, cells: &[Cell<'_>], place: Place, is_unterminated: bool) {
        let row = OutlineRow {
            cells,
            place,
            is_unterminated,
        };
        self.visitor.row(&row, &mut self.out);
    }
}
