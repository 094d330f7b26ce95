//! A walk over the Markdown events of one chunk: where its blocks are in the file, the text inside them, and what to skip.

use std::{borrow::Cow, ops::Range};

use memchr::{memchr, memrchr};
use pulldown_cmark::{
    CodeBlockKind, CowStr, Event, LinkType, OffsetIter, Options, Parser, Tag, TagEnd,
};

use super::chunker::{Chunk, Locator, RawHookLine};
use crate::text::Place;

pub(super) struct Walk<'p> {
    pub(super) text: &'p str,
    pub(super) events: OffsetIter<'p>,
    pub(super) chunk: &'p Chunk,
    pub(super) lines: Locator<'p>,
    /// Those not passed yet.
    hook_lines: &'p [RawHookLine],
}

pub(super) struct Inline<'p> {
    pub(super) text: Cow<'p, str>,
    pub(super) id: Option<&'p str>,
    /// The ids before that one.
    pub(super) further_ids: Vec<&'p str>,
    /// The comment that says what the row was when it was last written.
    pub(super) base: Option<&'p str>,
    /// The pairs of key and value in other comments.
    pub(super) marks: Vec<(&'p str, &'p str)>,
    /// All of it but blanks and colons is strong.
    pub(super) all_strong: bool,
}

impl<'p> Walk<'p> {
    pub(super) fn new(chunk: &'p Chunk) -> Self {
        Self {
            text: &chunk.text,
            // Strikethrough stays off: it would take `~45,000` and `~50,000` in one row for a struck-out text.
            events: Parser::new_ext(&chunk.text, Options::ENABLE_TABLES).into_offset_iter(),
            chunk,
            lines: chunk.locator(),
            hook_lines: &chunk.hook_lines,
        }
    }

    pub(super) fn slice(&self, range: &Range<usize>) -> &'p str {
        self.text.get(range.clone()).unwrap_or_default()
    }

    /// The place of a range without the white space at its end; of several lines, the first one.
    pub(super) fn place(&mut self, range: &Range<usize>) -> Place {
        let first = range.start..line_end(self.text, range.start).min(range.end);
        let len = self.slice(&first).trim_end().len();
        self.lines.place(&(first.start..first.start + len))
    }

    /// Whether a range is in the last line of the file, and that line is still without its end.
    pub(super) fn is_unterminated(&self, range: &Range<usize>) -> bool {
        self.chunk.unterminated.is_some_and(|at| range.start >= at)
    }

    /// Whether a table continues that of the chunk before.
    pub(super) const fn continues(&self, table: &Range<usize>) -> bool {
        table.start < self.chunk.head
    }

    /// Whether a block could continue after the end of the text: it is the last one, and nothing ends it.
    pub(super) fn may_continue(&self, tag: &Tag<'_>, range: &Range<usize>) -> bool {
        let rest = self.text.get(range.end..).unwrap_or_default();
        if rest.bytes().any(|byte| !byte.is_ascii_whitespace()) {
            return false;
        }
        let block = self.text.as_bytes().get(..range.end).unwrap_or_default();
        let line_ends = rest.bytes().filter(|byte| *byte == b'\n').count()
            + usize::from(block.ends_with(b"\n"));
        match tag {
            Tag::Heading { .. } => false,
            Tag::Paragraph | Tag::Table(_) => line_ends < 2,
            _ => true,
        }
    }

    /// The bytes of the header and delimiter rows of a table.
    pub(super) fn table_head(&self, table: &Range<usize>) -> Range<usize> {
        let start = self.line_start(table.start);
        start..line_end(self.text, line_end(self.text, start))
    }

    /// The places of the header and delimiter rows of a table.
    pub(super) fn head_places(&mut self, table: &Range<usize>) -> (Place, Place) {
        let dashes = line_end(self.text, table.start);
        let head = self.place(&(table.start..dashes));
        (head, self.place(&(dashes..line_end(self.text, dashes))))
    }

    pub(super) fn line_start(&self, at: usize) -> usize {
        let before = self.text.as_bytes().get(..at).unwrap_or_default();
        memrchr(b'\n', before).map_or(0, |newline| newline + 1)
    }

    /// The next hook line before byte `at` of the text, and what it says.
    pub(super) fn next_hook_line(&mut self, at: usize) -> Option<(&'p RawHookLine, &'p str)> {
        let (line, rest) = self.hook_lines.split_first()?;
        if line.at > at {
            return None;
        }
        self.hook_lines = rest;
        let text = self.chunk.hook_text.get(line.text.clone());
        Some((line, text.unwrap_or_default()))
    }

    /// Drops the hook lines inside a fenced code block: there they are code.
    pub(super) fn skip_code(&mut self, tag: &Tag<'_>, range: &Range<usize>) {
        if !matches!(tag, Tag::CodeBlock(CodeBlockKind::Fenced(_))) {
            return;
        }
        let end = range.end + usize::from(!is_closed_fence(self.slice(range)));
        let code = self.hook_lines.partition_point(|line| line.at < end);
        self.hook_lines = self.hook_lines.get(code..).unwrap_or_default();
    }

    /// The next event inside the block that was begun; `depth` is 1 at first. `None` at the end of the block.
    pub(super) fn next_within(&mut self, depth: &mut usize) -> Option<(Event<'p>, Range<usize>)> {
        let (event, range) = self.events.next()?;
        match event {
            Event::Start(_) => *depth += 1,
            Event::End(_) => *depth -= 1,
            _ => {}
        }
        (*depth > 0).then_some((event, range))
    }

    /// Skips the rest of the block that was begun.
    pub(super) fn skip(&mut self) {
        let mut depth = 1;
        while self.next_within(&mut depth).is_some() {}
    }

    /// The next cell of the row of a table that was begun, and the text in it. None at the end of the row.
    pub(super) fn next_cell(&mut self) -> Option<(Range<usize>, Inline<'p>)> {
        loop {
            match self.events.next()? {
                (Event::End(TagEnd::TableHead | TagEnd::TableRow), _) => return None,
                (Event::Start(Tag::TableCell), range) => {
                    let (inline, _) = self.inline(|end| *end == TagEnd::TableCell);
                    return Some((range, inline));
                }
                _ => {}
            }
        }
    }

    /// Collects text up to an end that `stops` or the start of a block, and returns that event, too. A block that begins is entered once and read over where it is a paragraph.
    pub(super) fn inline(
        &mut self,
        stops: impl Fn(&TagEnd) -> bool,
    ) -> (Inline<'p>, Option<Event<'p>>) {
        let mut inline = Inline {
            text: Cow::Borrowed(""),
            id: None,
            further_ids: Vec::new(),
            base: None,
            marks: Vec::new(),
            all_strong: true,
        };
        let mut strong = 0_usize;
        let mut link_ends: Vec<String> = Vec::new();
        loop {
            let Some((event, _)) = self.events.next() else {
                return (inline, None);
            };
            match event {
                Event::Text(text) | Event::Code(text) => {
                    inline.all_strong &= strong > 0 || text.trim_matches([' ', ':']).is_empty();
                    inline.push(text);
                }
                Event::SoftBreak | Event::HardBreak => inline.push("\n".into()),
                Event::InlineHtml(html) => {
                    let comment = comment(&html).unwrap_or_default();
                    if let Some(id) = comment.strip_prefix("id=").filter(|id| !id.is_empty()) {
                        inline.further_ids.extend(inline.id.replace(id.trim()));
                    } else if comment.starts_with("base=") {
                        inline.base = Some(comment);
                    } else {
                        let words = comment.split_whitespace();
                        let pairs = words.filter_map(|word| word.split_once('='));
                        inline.marks.extend(pairs);
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
                Event::End(end) if stops(&end) => return (inline, Some(event)),
                Event::Start(_) => return (inline, Some(event)),
                _ => {}
            }
        }
    }
}

impl<'p> Inline<'p> {
    fn push(&mut self, text: CowStr<'p>) {
        match (&mut self.text, text) {
            (Cow::Borrowed(""), CowStr::Borrowed(text)) => self.text = Cow::Borrowed(text),
            (have, text) => have.to_mut().push_str(&text),
        }
    }
}

/// What follows the text of a link by reference. Such a link is read as it is written: it is one only if its definition
/// is in the same chunk, and what a cell says must not depend on how a file is split.
fn reference_end(link: LinkType, id: &str) -> String {
    match link {
        LinkType::Shortcut | LinkType::ShortcutUnknown => "]".to_owned(),
        LinkType::Collapsed | LinkType::CollapsedUnknown => "][]".to_owned(),
        LinkType::Reference | LinkType::ReferenceUnknown => format!("][{id}]"),
        _ => String::new(),
    }
}

/// The id in `<!-- id=k3f9 -->`.
fn comment<'p>(html: &CowStr<'p>) -> Option<&'p str> {
    let CowStr::Borrowed(html) = html else {
        return None;
    };
    let comment = html.strip_prefix("<!--")?.strip_suffix("-->")?;
    Some(comment.trim())
}

/// Whether a fenced code block includes the line that ends it.
fn is_closed_fence(block: &str) -> bool {
    let block = block.trim_end_matches(['\r', '\n']);
    let Some((before, closing)) = block.rsplit_once('\n') else {
        return false;
    };
    let opening = before.trim_start_matches(' ');
    let Some(mark) = opening.chars().next().filter(|c| matches!(c, '`' | '~')) else {
        return false;
    };
    let marks = |line: &str| line.chars().take_while(|c| *c == mark).count();
    let indent = closing.len() - closing.trim_start_matches(' ').len();
    let closing = closing.trim();
    indent < 4 && closing.chars().all(|c| c == mark) && marks(closing) >= marks(opening)
}

/// The end of the line that starts at `at`, its line end included.
pub(super) fn line_end(text: &str, at: usize) -> usize {
    let rest = text.as_bytes().get(at..).unwrap_or_default();
    memchr(b'\n', rest).map_or(text.len(), |newline| at + newline + 1)
}
