//! Goes through a log block by block, one chunk after the other: where a chunk ends, and which of its blocks may continue in the next
//! one. What a block says is for the reader that is passed in.

use std::{
    io::{self, Read},
    ops::Range,
};

use pulldown_cmark::{Event, Tag};

use super::{
    chunker::{Chunk, Chunker},
    emitter::Emitter,
    walk::Walk,
};
use crate::text::FileId;

pub(super) trait BlockReader<'f> {
    fn emitter(&mut self) -> &mut Emitter<'f>;

    /// Reads a block that has begun. A table whose place [continues](Walk::continues) is the rest of the last one; one that
    /// `may_continue` may have more rows in the next chunk.
    fn block(
        &mut self,
        walk: &mut Walk<'_>,
        tag: &Tag<'_>,
        range: &Range<usize>,
        may_continue: bool,
    );

    /// There are no more blocks.
    fn end(&mut self);
}

/// Returns the number of bytes that were read, and of lines.
pub(super) fn read_blocks<'f>(
    input: impl Read,
    file: FileId,
    chunk_size: usize,
    reader: &mut impl BlockReader<'f>,
) -> io::Result<(usize, usize)> {
    let mut chunker = Chunker::new(input, file, chunk_size);
    let (mut read, mut head) = (0, String::new());
    loop {
        let more = chunker.advance(read, &head)?;
        for problem in chunker.problems.drain(..) {
            reader.emitter().problem(problem);
        }
        (read, head) = read_chunk(reader, &chunker.chunk, !more);
        if !more {
            reader.end();
            reader.emitter().end_hook_run();
            return Ok((chunker.bytes(), chunker.lines()));
        }
    }
}

/// Returns how far the chunk was read, and the head of the table that continues behind it.
fn read_chunk<'f>(reader: &mut impl BlockReader<'f>, chunk: &Chunk, last: bool) -> (usize, String) {
    let mut walk = Walk::new(chunk);
    let (mut read, mut head) = (chunk.text.len(), String::new());
    while let Some((event, range)) = walk.events.next() {
        let Event::Start(tag) = event else { continue };
        reader.emitter().hook_lines(&mut walk, range.start, None);
        let may_continue = !last && walk.may_continue(&tag, &range);
        if may_continue && !matches!(tag, Tag::Table(_)) {
            read = walk.line_start(range.start);
            walk.skip_code(&tag, &range);
            break;
        }
        reader.block(&mut walk, &tag, &range, may_continue);
        if may_continue {
            walk.slice(&walk.table_head(&range)).clone_into(&mut head);
        }
    }
    reader.emitter().hook_lines(&mut walk, usize::MAX, None);
    (read, head)
}
