//! Cuts a byte stream into pieces of Markdown, and sets aside what is none: hook lines, and lines too long to read.
//! Whether a hook line stands in a code block, and what of a piece is complete, is for the reader to judge.

use std::{
    io::{self, ErrorKind, Read},
    ops::Range,
};

use memchr::{memchr, memchr_iter, memrchr};

use super::lines;
use crate::{
    diagnostic::{Code, Diagnostic},
    text::{FileId, Place, Span},
};

/// A line longer than this is reported and left alone.
pub const LONGEST_LINE: usize = 64 * 1024;

/// How much text or hook lines a piece holds before it is handed out.
pub(super) const CHUNK_SIZE: usize = 64 * 1024;

/// How much is read at once: most logs are smaller than a piece, and memory that is not touched costs nothing.
const READ: usize = 16 * 1024;

/// Stands for one byte that is not UTF-8: the character that ASCII has for this. One for one, so that offsets stay true.
const SUBSTITUTE: u8 = 0x1a;

const BOM: &[u8] = "\u{feff}".as_bytes();

/// Lines that were taken out of the text.
#[derive(Clone, Copy, Debug)]
struct Gap {
    /// Before which byte of the text they stood.
    at: usize,
    bytes: usize,
    lines: usize,
}

/// A hook line that was taken out of the text.
#[derive(Clone, Debug)]
pub(super) struct Held {
    /// Before which byte of the text it stood.
    pub(super) at: usize,
    /// Where it stands: the whole line without its line end.
    pub(super) place: Place,
    /// Where its line ends, the line end included.
    pub(super) end: usize,
    /// Its bytes in [`Chunk::held_text`].
    pub(super) text: Range<usize>,
}

/// Some lines of Markdown from a file, with what is needed to tell where each byte of them stands in it.
#[derive(Debug, Default)]
pub(super) struct Chunk {
    /// The Markdown. Where a table goes on from the piece before, its head is repeated in front.
    pub(super) text: String,
    /// Bytes of that repeated head.
    pub(super) head: usize,
    /// The hook lines between these lines.
    pub(super) held: Vec<Held>,
    /// Their text.
    pub(super) held_text: String,
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
    pub(super) fn locator(&self) -> Locator<'_> {
        let mut locator = Locator {
            piece: self,
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
        let passed = self
            .text
            .as_bytes()
            .get(self.head..read)
            .unwrap_or_default();
        self.start += passed.len();
        self.lines_before += memchr_iter(b'\n', passed).count();
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
        self.held.clear();
        self.held_text.clear();
    }

    fn set_aside(&mut self, bytes: usize) {
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

/// A line of the text: where it starts, there and in the file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    /// Where it starts in the text.
    pub(super) at: usize,
    file: FileId,
    start: usize,
    number: usize,
}

impl Line {
    /// The place of a part of this line, given by its bytes in the text.
    pub(super) fn place(&self, text: &str, part: &Range<usize>) -> Place {
        let before = text.get(self.at..part.start).unwrap_or_default();
        let start = self.start + before.len();
        Place {
            file: self.file,
            span: Span::new(start, start + part.len()),
            line: self.number,
            column: before.chars().count() + 1,
            line_start: self.start,
        }
    }
}

/// Finds the lines of a piece, from the top down.
#[derive(Clone, Debug)]
pub(super) struct Locator<'a> {
    piece: &'a Chunk,
    at: usize,
    lines: usize,
    gaps: usize,
    gap_bytes: usize,
}

impl Locator<'_> {
    /// The line that holds byte `at` of the text, not above the line asked for before.
    pub(super) fn line_at(&mut self, at: usize) -> Line {
        let passed = self
            .piece
            .text
            .as_bytes()
            .get(self.at..at)
            .unwrap_or_default();
        if let Some(last) = memrchr(b'\n', passed) {
            self.lines += memchr_iter(b'\n', passed).count();
            self.at += last + 1;
            self.pass_gaps();
        }
        Line {
            at: self.at,
            start: self.piece.start + self.gap_bytes + (self.at - self.piece.head),
            number: self.lines + 1,
            file: self.piece.file,
        }
    }

    fn pass_gaps(&mut self) {
        while let Some(gap) = self
            .piece
            .gaps
            .get(self.gaps)
            .filter(|gap| gap.at <= self.at)
        {
            self.lines += gap.lines;
            self.gap_bytes += gap.bytes;
            self.gaps += 1;
        }
    }
}

/// The byte stream, and the piece of it that is being read.
pub(super) struct Chunker<R> {
    input: R,
    /// Read, and not yet cut into lines: at most the start of one line.
    raw: Vec<u8>,
    /// The byte of the file at which `raw` starts.
    offset: usize,
    /// The number of the line that starts there.
    line: usize,
    ended: bool,
    overlong: Option<Place>,
    damaged: Option<Damage>,
    chunk_size: usize,
    /// The piece.
    pub(super) piece: Chunk,
    /// What was wrong with the bytes read so far.
    pub(super) problems: Vec<Diagnostic>,
}

/// Lines in a row that are not UTF-8.
struct Damage {
    first: Place,
    last_line: usize,
    bytes: usize,
}

impl<R: Read> Chunker<R> {
    /// A stream of `file`, in pieces of about this many bytes.
    pub(super) fn new(input: R, file: FileId, chunk_size: usize) -> Self {
        Self {
            input,
            raw: Vec::new(),
            offset: 0,
            line: 1,
            ended: false,
            overlong: None,
            damaged: None,
            chunk_size,
            piece: Chunk {
                file,
                ..Chunk::default()
            },
            problems: Vec::new(),
        }
    }

    /// How many bytes were read.
    pub(super) const fn bytes(&self) -> usize {
        self.offset
    }

    /// Drops what was read of the piece and fills it up again. False where the file has ended: this is the last piece.
    pub(super) fn advance(&mut self, read: usize, head: &str) -> io::Result<bool> {
        self.piece.consume(read, head);
        // A block that does not end is read again from its start: twice as much each time, so that this stays linear.
        let (kept, size) = (self.piece.text.len(), self.chunk_size);
        while !self.ended
            && self.piece.text.len() < size.max(kept * 2)
            && self.piece.held_text.len() < size.max(kept)
        {
            self.fill()?;
        }
        Ok(!self.ended)
    }

    fn fill(&mut self) -> io::Result<()> {
        let had = self.raw.len();
        self.raw.resize(had + self.chunk_size.min(READ), 0);
        let got = loop {
            match self.input.read(&mut self.raw[had..]) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                other => break other?,
            }
        };
        self.raw.truncate(had + got);
        if self.offset == 0
            && self.piece.start == 0
            && self.line == 1
            && !self.set_bom_aside(got == 0)
        {
            return Ok(());
        }
        if got == 0 {
            self.ended = true;
            self.end();
        } else if let Some(last) = memrchr(b'\n', &self.raw) {
            self.cut(last + 1);
        }
        if self.raw.len() > LONGEST_LINE {
            self.skip_overlong();
        }
        Ok(())
    }

    /// Whether enough is read to know that there is no byte-order mark, or one was set aside.
    fn set_bom_aside(&mut self, at_end: bool) -> bool {
        if self.raw.starts_with(BOM) {
            self.raw.drain(..BOM.len());
            self.offset = BOM.len();
            self.piece.start = BOM.len();
        } else if BOM.starts_with(&self.raw) && !at_end {
            return false;
        }
        true
    }

    /// Takes complete lines off the raw bytes.
    fn cut(&mut self, end: usize) {
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
            let (next, long) = (newline + 1, newline - start > LONGEST_LINE);
            let hook = bytes[start] == b'[' && lines::is_hook_line(&bytes[start..newline]);
            if long || hook {
                self.push(&text, pending..start);
                pending = next;
            }
            if long {
                self.problems
                    .push(overlong(self.place(newline - start), newline - start));
                self.piece.set_aside(next - start);
            } else if hook {
                self.hold(&text, start..newline);
            }
            self.offset += next - start;
            self.line += 1;
            start = next;
        }
        self.push(&text, pending..start);
    }

    #[expect(clippy::string_slice, reason = "lines start and end at line ends")]
    fn push(&mut self, text: &str, range: Range<usize>) {
        self.piece.text.push_str(&text[range]);
    }

    #[expect(clippy::string_slice, reason = "lines start and end at line ends")]
    fn hold(&mut self, text: &str, line: Range<usize>) {
        let whole = line.len() + 1;
        let line = text[line].trim_end_matches('\r');
        let held = self.piece.held_text.len();
        self.piece.held_text.push_str(line);
        self.piece.held.push(Held {
            at: self.piece.text.len(),
            place: self.place(line.len()),
            end: self.offset + whole,
            text: held..self.piece.held_text.len(),
        });
        self.piece.set_aside(whole);
    }

    /// The place of the first `len` bytes of the line being cut.
    fn place(&self, len: usize) -> Place {
        Place {
            file: self.piece.file,
            span: Span::new(self.offset, self.offset + len),
            line: self.line,
            column: 1,
            line_start: self.offset,
        }
    }

    /// The last line, if it has no line end.
    fn end(&mut self) {
        self.report_damage();
        let mut line = std::mem::take(&mut self.raw);
        if let Some(place) = self.overlong.take() {
            self.offset += line.len();
            self.problems
                .push(overlong(place, self.offset - place.span.start));
            return;
        }
        if line.is_empty() {
            return;
        }
        self.offset += line.len();
        if lines::is_hook_line(&line) {
            // Still being written: not read yet, and no error.
            return;
        }
        self.repair(&mut line, false);
        self.piece.unterminated = Some(self.piece.text.len());
        self.piece.text.push_str(&String::from_utf8_lossy(&line));
    }

    /// Drops the start of a line that is too long, and remembers where it was.
    fn skip_overlong(&mut self) {
        let place = self.overlong.unwrap_or_else(|| self.place(0));
        self.overlong = Some(place);
        let bytes = self.raw.len();
        self.raw.clear();
        self.offset += bytes;
        // The bytes are gone from the raw buffer: their gap is opened now, its line counted when it ends.
        self.piece.set_aside(bytes);
        if let Some(gap) = self.piece.gaps.last_mut() {
            gap.lines -= 1;
        }
    }

    /// Takes the rest of a line that is too long off the bytes.
    fn end_overlong(&mut self, lines: &mut Vec<u8>) {
        let end = memchr(b'\n', lines).map_or(lines.len(), |newline| newline + 1);
        lines.drain(..end);
        self.piece.set_aside(end);
        self.offset += end;
        self.line += 1;
        if let Some(place) = self.overlong.take() {
            self.problems
                .push(overlong(place, self.offset - 1 - place.span.start));
        }
    }

    /// Puts a substitute for every byte that is not UTF-8, and remembers where they were.
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
        let (line_start, start) = (
            self.offset + line_start,
            self.offset + line_start + before.len(),
        );
        match &mut self.damaged {
            Some(damage) if line <= damage.last_line + 1 => {
                damage.last_line = line;
                damage.bytes += len;
            }
            _ => {
                self.report_damage();
                let first = Place {
                    file: self.piece.file,
                    span: Span::new(start, start + len),
                    line,
                    column: String::from_utf8_lossy(before).chars().count() + 1,
                    line_start,
                };
                self.damaged = Some(Damage {
                    first,
                    last_line: line,
                    bytes: len,
                });
            }
        }
    }

    fn report_damage(&mut self) {
        let Some(Damage {
            first,
            last_line,
            bytes,
        }) = self.damaged.take()
        else {
            return;
        };
        let what = if bytes == 1 {
            "1 byte that is".to_owned()
        } else {
            format!("{bytes} bytes that are")
        };
        let lines = if last_line == first.line {
            String::new()
        } else {
            format!(" in lines {}-{last_line}", first.line)
        };
        self.problems.push(
            Diagnostic::new(Code::NotUtf8, format!("{what} not UTF-8{lines}"), first)
                .label("the first of them")
                .help("save the file as UTF-8; until then tokmon reads it and will not write it"),
        );
    }
}

fn overlong(place: Place, bytes: usize) -> Diagnostic {
    let place = Place {
        span: Span::new(place.span.start, place.span.start + bytes),
        ..place
    };
    Diagnostic::new(
        Code::OverlongLine,
        format!("line of {} KiB is not read", bytes / 1024),
        place,
    )
    .label("starts here")
    .help("break it up: a line may have up to 64 KiB")
}

/// Whether a text holds the line that ends its fenced code block.
pub(super) fn is_closed_fence(block: &str) -> bool {
    let block = block.trim_end_matches(['\r', '\n']);
    let Some(newline) = memrchr(b'\n', block.as_bytes()) else {
        return false;
    };
    let opening = block.trim_start_matches(' ');
    let Some(mark) = opening
        .chars()
        .next()
        .filter(|mark| matches!(mark, '`' | '~'))
    else {
        return false;
    };
    let marks = |line: &str| line.chars().take_while(|c| *c == mark).count();
    let closing = block.get(newline + 1..).unwrap_or_default();
    let indent = closing.len() - closing.trim_start_matches(' ').len();
    let closing = closing.trim();
    indent < 4 && closing.chars().all(|c| c == mark) && marks(closing) >= marks(opening)
}

/// The end of the line that starts at `at`, its line end included.
pub(super) fn line_end(text: &str, at: usize) -> usize {
    let rest = text.as_bytes().get(at..).unwrap_or_default();
    memchr(b'\n', rest).map_or(text.len(), |newline| at + newline + 1)
}
