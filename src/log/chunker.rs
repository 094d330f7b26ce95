//! Splits a byte stream into chunks of Markdown, and takes out what is not Markdown: hook lines, the marks of conflicts, and lines
//! too long to read.
//! Whether a hook line is in a code block, and which blocks of a chunk are complete, is for `reader` to judge.

use std::{
    io::{self, Read},
    ops::Range,
};

use memchr::{memchr, memchr_iter, memrchr};

use super::{
    conflict::{Conflict, MarkedLine},
    lines,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    text::{FileId, Place, Span},
};

/// A longer line is reported and not read. In bytes.
const MAX_LINE: usize = 64 * 1024;

/// The number of bytes of Markdown or of hook lines at which a chunk is passed on.
pub(super) const CHUNK_SIZE: usize = 64 * 1024;

/// The number of bytes read at once: most logs are smaller than a chunk, and memory that is not touched costs nothing.
const READ_SIZE: usize = 16 * 1024;

/// Replaces a byte that is not UTF-8: the ASCII character SUB. One for one, so that offsets stay true.
const SUBSTITUTE: u8 = 0x1a;

const BOM: &[u8] = "\u{feff}".as_bytes();

/// Lines that were taken out of the text.
#[derive(Clone, Copy, Debug)]
struct Gap {
    /// The byte of the text behind them.
    at: usize,
    bytes: usize,
    lines: usize,
}

/// A hook line that was taken out of the text.
#[derive(Clone, Debug)]
pub(super) struct RawHookLine {
    /// The byte of the text behind it.
    pub(super) at: usize,
    /// The whole line without its line end.
    pub(super) place: Place,
    /// The byte of the file behind its line end.
    pub(super) end: usize,
    /// Its bytes in [`Chunk::hook_text`].
    pub(super) text: Range<usize>,
}

/// Some lines of Markdown, with what is needed to find each byte of them in the file.
#[derive(Debug, Default)]
pub(super) struct Chunk {
    /// The Markdown. Where a table continues from the chunk before, its head is repeated in front.
    pub(super) text: String,
    /// Length of that repeated head.
    pub(super) head: usize,
    /// The hook lines between these lines, and their text.
    pub(super) hook_lines: Vec<RawHookLine>,
    pub(super) hook_text: String,
    /// Where the last line of the file starts in `text`, if it lacks its line end.
    pub(super) unterminated: Option<usize>,
    file: FileId,
    gaps: Vec<Gap>,
    /// The byte of the file at which the text after the head starts, gaps there not counted.
    start: usize,
    /// Lines of the file before that byte.
    lines_before: usize,
}

impl Chunk {
    /// A line that is to be read as a row of a table with this many columns.
    pub(super) fn of_row(columns: usize, line: &str, place: Place, is_open: bool) -> Self {
        let head = format!("{}|\n{}|\n", "|a".repeat(columns), "|-".repeat(columns));
        Self {
            text: format!("{head}{}\n", line.trim_end()),
            head: head.len(),
            unterminated: is_open.then_some(head.len()),
            file: place.file,
            start: place.line_start,
            lines_before: place.line - 1,
            ..Self::default()
        }
    }

    pub(super) fn locator(&self) -> Locator<'_> {
        let mut locator = Locator {
            chunk: self,
            at: self.head,
            lines: self.lines_before,
            gaps: 0,
            gap_bytes: 0,
        };
        locator.pass_gaps();
        locator
    }

    /// Drops the text before byte `read`, and puts `head` in front of what stays.
    fn consume(&mut self, read: usize, head: &str) {
        let consumed = self.text.as_bytes().get(self.head..read);
        let consumed = consumed.unwrap_or_default();
        self.start += consumed.len();
        self.lines_before += memchr_iter(b'\n', consumed).count();
        let gone = self.gaps.partition_point(|gap| gap.at <= read);
        for gap in self.gaps.drain(..gone) {
            self.start += gap.bytes;
            self.lines_before += gap.lines;
        }
        self.text.replace_range(..read, head);
        self.head = head.len();
        for gap in &mut self.gaps {
            gap.at = gap.at - read + head.len();
        }
        self.hook_lines.clear();
        self.hook_text.clear();
    }

    /// Remembers that a line of this many bytes is missing at the end of the text.
    fn add_gap(&mut self, bytes: usize) {
        let at = self.text.len();
        match self.gaps.last_mut() {
            Some(gap) if gap.at == at => {
                gap.bytes += bytes;
                gap.lines += 1;
            }
            _ => self.gaps.push(Gap {
                at,
                bytes,
                lines: 1,
            }),
        }
    }
}

/// Finds the lines of a chunk, from the top down.
#[derive(Clone, Debug)]
pub(super) struct Locator<'a> {
    chunk: &'a Chunk,
    at: usize,
    lines: usize,
    gaps: usize,
    gap_bytes: usize,
}

impl Locator<'_> {
    /// The place of a part of one line, given by its bytes in the text. Parts are to be asked for from the top down, line by line.
    pub(super) fn place(&mut self, part: &Range<usize>) -> Place {
        let passed = self.chunk.text.as_bytes().get(self.at..part.start);
        let passed = passed.unwrap_or_default();
        if let Some(last) = memrchr(b'\n', passed) {
            self.lines += memchr_iter(b'\n', passed).count();
            self.at += last + 1;
            self.pass_gaps();
        }
        let before = self.chunk.text.get(self.at..part.start).unwrap_or_default();
        let line_start = self.chunk.start + self.gap_bytes + (self.at - self.chunk.head);
        let start = line_start + before.len();
        Place {
            file: self.chunk.file,
            span: Span::new(start, start + part.len()),
            line: self.lines + 1,
            column: before.chars().count() + 1,
            line_start,
        }
    }

    fn pass_gaps(&mut self) {
        let gaps = self.chunk.gaps.get(self.gaps..).unwrap_or_default();
        for gap in gaps.iter().take_while(|gap| gap.at <= self.at) {
            self.lines += gap.lines;
            self.gap_bytes += gap.bytes;
            self.gaps += 1;
        }
    }
}

/// The byte stream, and the chunk of it that is being read.
pub(super) struct Chunker<R> {
    input: R,
    /// Read, and not yet split into lines: at most the start of one line.
    raw: Vec<u8>,
    /// The byte of the file at which `raw` starts.
    offset: usize,
    /// The number of the line that starts there.
    line: usize,
    ended: bool,
    overlong: Option<Place>,
    damage: Option<Damage>,
    conflict: Conflict<Place>,
    chunk_size: usize,
    pub(super) chunk: Chunk,
    pub(super) problems: Vec<Diagnostic>,
}

struct Damage {
    first: Place,
    last_line: usize,
    bytes: usize,
}

impl<R: Read> Chunker<R> {
    pub(super) fn new(input: R, file: FileId, chunk_size: usize) -> Self {
        Self {
            input,
            raw: Vec::new(),
            offset: 0,
            line: 1,
            ended: false,
            overlong: None,
            damage: None,
            conflict: Conflict::No,
            chunk_size,
            chunk: Chunk {
                file,
                ..Chunk::default()
            },
            problems: Vec::new(),
        }
    }

    pub(super) const fn bytes(&self) -> usize {
        self.offset
    }

    /// The number of lines that were read so far.
    pub(super) const fn lines(&self) -> usize {
        self.line - 1
    }

    /// Drops what was read of the chunk and fills it up again. False where the file has ended: this is the last chunk.
    pub(super) fn advance(&mut self, read: usize, head: &str) -> io::Result<bool> {
        self.chunk.consume(read, head);
        // A block that does not end is read again from its start: twice as much each time, so that this stays linear.
        let (kept, size) = (self.chunk.text.len(), self.chunk_size);
        while !self.ended
            && self.chunk.text.len() < size.max(kept * 2)
            && self.chunk.hook_text.len() < size.max(kept)
        {
            self.fill()?;
        }
        Ok(!self.ended)
    }

    fn fill(&mut self) -> io::Result<()> {
        let size = self.chunk_size.min(READ_SIZE) as u64;
        let got = self.input.by_ref().take(size).read_to_end(&mut self.raw)?;
        let at_start = self.offset == 0 && self.chunk.start == 0 && self.line == 1;
        if at_start && !self.skip_bom(got == 0) {
            return Ok(());
        }
        if got == 0 {
            self.ended = true;
            let is_open = !self.raw.is_empty() || self.overlong.is_some();
            self.end();
            self.line += usize::from(is_open);
        } else if let Some(last) = memrchr(b'\n', &self.raw) {
            self.split_lines(last + 1);
        }
        if self.raw.len() > MAX_LINE {
            self.skip_overlong();
        }
        Ok(())
    }

    /// False where too little is read to know whether there is a byte-order mark.
    fn skip_bom(&mut self, at_end: bool) -> bool {
        if self.raw.starts_with(BOM) {
            self.raw.drain(..BOM.len());
            self.offset = BOM.len();
            self.chunk.start = BOM.len();
        } else if BOM.starts_with(&self.raw) && !at_end {
            return false;
        }
        true
    }

    /// Moves complete lines from the raw bytes to the chunk.
    #[expect(clippy::string_slice, reason = "lines start and end at line ends")]
    fn split_lines(&mut self, end: usize) {
        let rest = self.raw.split_off(end);
        let mut lines = std::mem::replace(&mut self.raw, rest);
        if self.overlong.is_some() {
            self.end_overlong(&mut lines);
        }
        self.repair(&mut lines, true);
        let text = String::from_utf8(lines)
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
        let bytes = text.as_bytes();
        let (mut start, mut pending) = (0, 0);
        for newline in memchr_iter(b'\n', bytes) {
            let (next, long) = (newline + 1, newline - start > MAX_LINE);
            let hook = bytes[start] == b'[' && lines::is_hook_line(&bytes[start..newline]);
            let mark = !long && self.is_mark(&bytes[start..newline]);
            if long || hook || mark {
                self.chunk.text.push_str(&text[pending..start]);
                pending = next;
            }
            if long {
                self.report_overlong(self.place(0), newline - start);
                self.chunk.add_gap(next - start);
            } else if hook {
                self.push_hook_line(&text[start..newline]);
            } else if mark {
                self.chunk.add_gap(next - start);
            }
            self.offset += next - start;
            self.line += 1;
            start = next;
        }
        self.chunk.text.push_str(&text[pending..start]);
    }

    /// Whether a line is the mark of a conflict. Reports the conflict where it ends.
    fn is_mark(&mut self, line: &[u8]) -> bool {
        let (file, offset, number) = (self.chunk.file, self.offset, self.line);
        let place = || Place {
            file,
            span: Span::new(offset, offset + line.trim_ascii_end().len()),
            line: number,
            column: 1,
            line_start: offset,
        };
        match self.conflict.read(line, place) {
            MarkedLine::Text => false,
            MarkedLine::Marker => true,
            MarkedLine::End(begin) => {
                let message = "a conflict of git is not resolved: what both sides hold counts";
                self.problems.push(
                    Diagnostic::new(Code::Conflict, message, begin)
                        .label("begins here")
                        .related(place(), "and ends here")
                        .help("keep what is right of both sides, and remove these lines; until then tokmon will not write this file"),
                );
                true
            }
        }
    }

    fn push_hook_line(&mut self, line: &str) {
        let whole = line.len() + 1;
        let line = line.trim_end_matches('\r');
        let start = self.chunk.hook_text.len();
        self.chunk.hook_text.push_str(line);
        self.chunk.hook_lines.push(RawHookLine {
            at: self.chunk.text.len(),
            place: self.place(line.len()),
            end: self.offset + whole,
            text: start..self.chunk.hook_text.len(),
        });
        self.chunk.add_gap(whole);
    }

    /// The place of the first `len` bytes of the current line.
    fn place(&self, len: usize) -> Place {
        Place {
            file: self.chunk.file,
            span: Span::new(self.offset, self.offset + len),
            line: self.line,
            column: 1,
            line_start: self.offset,
        }
    }

    /// Reads the last line, if it has no line end.
    fn end(&mut self) {
        self.report_damage();
        let mut line = std::mem::take(&mut self.raw);
        self.offset += line.len();
        if let Some(place) = self.overlong.take() {
            self.report_overlong(place, self.offset - place.span.start);
            return;
        }
        // A hook line is still being written: not read yet, and no error.
        if line.is_empty() || lines::is_hook_line(&line) {
            return;
        }
        self.repair(&mut line, false);
        self.offset -= line.len();
        let mark = self.is_mark(&line);
        self.offset += line.len();
        if mark {
            return self.chunk.add_gap(line.len());
        }
        self.chunk.unterminated = Some(self.chunk.text.len());
        self.chunk.text.push_str(&String::from_utf8_lossy(&line));
    }

    /// Drops the start of a line that is too long, and remembers where it was.
    fn skip_overlong(&mut self) {
        let place = self.overlong.unwrap_or_else(|| self.place(0));
        self.overlong = Some(place);
        let bytes = self.raw.len();
        self.raw.clear();
        self.offset += bytes;
        // The bytes are gone from the raw buffer: their gap is opened now, its line counted when it ends.
        self.chunk.add_gap(bytes);
        if let Some(gap) = self.chunk.gaps.last_mut() {
            gap.lines -= 1;
        }
    }

    /// Removes the rest of a line that is too long.
    fn end_overlong(&mut self, lines: &mut Vec<u8>) {
        let end = memchr(b'\n', lines).map_or(lines.len(), |newline| newline + 1);
        lines.drain(..end);
        self.chunk.add_gap(end);
        self.offset += end;
        self.line += 1;
        if let Some(place) = self.overlong.take() {
            self.report_overlong(place, self.offset - 1 - place.span.start);
        }
    }

    /// Substitutes every byte that is not UTF-8, and remembers where they were.
    fn repair(&mut self, bytes: &mut [u8], report: bool) {
        let mut from = 0;
        let (mut line, mut line_start) = (self.line, 0);
        while let Err(error) = std::str::from_utf8(&bytes[from..]) {
            let bad = from + error.valid_up_to();
            let len = error.error_len().unwrap_or(bytes.len() - bad);
            let passed = &bytes[line_start..bad];
            line += memchr_iter(b'\n', passed).count();
            line_start += memrchr(b'\n', passed).map_or(0, |at| at + 1);
            if report {
                self.note_damage(line, line_start, &bytes[line_start..bad], len);
            }
            bytes[bad..bad + len].fill(SUBSTITUTE);
            from = bad + len;
        }
    }

    fn note_damage(&mut self, line: usize, line_start: usize, before: &[u8], len: usize) {
        if let Some(damage) = &mut self.damage
            && line <= damage.last_line + 1
        {
            damage.last_line = line;
            damage.bytes += len;
            return;
        }
        self.report_damage();
        let line_start = self.offset + line_start;
        let start = line_start + before.len();
        self.damage = Some(Damage {
            first: Place {
                file: self.chunk.file,
                span: Span::new(start, start + len),
                line,
                column: String::from_utf8_lossy(before).chars().count() + 1,
                line_start,
            },
            last_line: line,
            bytes: len,
        });
    }

    fn report_damage(&mut self) {
        let Some(damage) = self.damage.take() else {
            return;
        };
        let what = match damage.bytes {
            1 => "1 byte that is".to_owned(),
            bytes => format!("{bytes} bytes that are"),
        };
        let lines = if damage.last_line == damage.first.line {
            String::new()
        } else {
            format!(" in lines {}-{}", damage.first.line, damage.last_line)
        };
        let message = format!("{what} not UTF-8{lines}");
        self.problems.push(
            Diagnostic::new(Code::NotUtf8, message, damage.first)
                .label("the first of them")
                .help("save the file as UTF-8; until then tokmon reads it and will not write it"),
        );
    }

    fn report_overlong(&mut self, mut place: Place, bytes: usize) {
        place.span.end = place.span.start + bytes;
        let message = format!("line of {} KiB is not read", bytes / 1024);
        self.problems.push(
            Diagnostic::new(Code::OverlongLine, message, place)
                .label("starts here")
                .help("split it: a line may be up to 64 KiB long"),
        );
    }
}
