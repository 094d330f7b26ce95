//! A whole file in memory, as it is: byte-order mark, line ends and all, with an index of its lines.

use super::LineColumn;

const BOM: &str = "\u{feff}";

/// A text file, kept byte for byte. Spans count from its first byte, the byte-order mark included.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    text: String,
    line_starts: Vec<usize>,
}

/// The line end of new lines: `\r\n` where every line has it, else `\n`.
pub fn newline(text: &str) -> &'static str {
    let bytes = text.as_bytes();
    let mut ends = memchr::memchr_iter(b'\n', bytes);
    let is_crlf = |at: usize| bytes.get(..at).is_some_and(|line| line.ends_with(b"\r"));
    match ends.next() {
        Some(first) if is_crlf(first) && ends.all(is_crlf) => "\r\n",
        _ => "\n",
    }
}

impl Source {
    /// The text of a file, with its byte-order mark if it has one.
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        let behind_ends = memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1);
        let line_starts = std::iter::once(0).chain(behind_ends).collect();
        Self { text, line_starts }
    }

    /// Fails at the first byte that is not UTF-8.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, NotUtf8> {
        String::from_utf8(bytes).map(Self::new).map_err(|error| {
            let valid = error.utf8_error().valid_up_to();
            let valid_text = String::from_utf8_lossy(&error.as_bytes()[..valid]).into_owned();
            NotUtf8 {
                at: Self::new(valid_text).line_column(valid),
            }
        })
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn into_text(self) -> String {
        self.text
    }

    /// The file without its byte-order mark: Markdown does not see a table that begins with one.
    pub fn body(&self) -> &str {
        self.text.strip_prefix(BOM).unwrap_or(&self.text)
    }

    /// The bytes that [`body`](Self::body) sets aside: add them to an offset in the body to get one in the file.
    pub fn body_start(&self) -> usize {
        self.text.len() - self.body().len()
    }

    /// The line end of new lines: `\r\n` where every line has it, else `\n`.
    pub fn newline(&self) -> &'static str {
        newline(&self.text)
    }

    /// Line and column of a byte. The byte-order mark takes no column. An offset past the end, or inside a character,
    /// is taken to the next character border before it.
    #[expect(
        clippy::string_slice,
        reason = "the offset is moved to a character border first"
    )]
    pub fn line_column(&self, offset: usize) -> LineColumn {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.line_starts.partition_point(|&start| start <= offset);
        let start = self.line_starts[line - 1];
        let column = without_bom(line, &self.text[start..offset]).chars().count() + 1;
        LineColumn { line, column }
    }

    /// The text of a line (from 1) without its line end, and without the byte-order mark. Empty past the end.
    pub fn line(&self, line: usize) -> &str {
        let line_range = self.line_start(line)..self.line_start(line + 1);
        let text = self.text.get(line_range).unwrap_or_default();
        without_bom(line, text.trim_end_matches(['\r', '\n']))
    }

    /// The byte at which a line (from 1) starts. The end of the text past the last line.
    pub fn line_start(&self, line: usize) -> usize {
        let start = line
            .checked_sub(1)
            .and_then(|index| self.line_starts.get(index));
        start.copied().unwrap_or(self.text.len())
    }
}

/// A part of a line from its start, without the byte-order mark that the first line may have.
fn without_bom(line: usize, text: &str) -> &str {
    match line {
        1 => text.trim_start_matches(BOM),
        _ => text,
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not UTF-8 at line {}, column {}", .at.line, .at.column)]
pub struct NotUtf8 {
    /// The first byte that is not.
    pub at: LineColumn,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn columns_count_characters_and_skip_the_byte_order_mark() {
        let source = Source::new("\u{feff}표 | é\r\n한|x\n");
        assert_eq!(source.line_column(3), LineColumn { line: 1, column: 1 });
        let e = source.text().find('é').unwrap();
        assert_eq!(source.line_column(e), LineColumn { line: 1, column: 5 });
        assert_eq!(
            source.line_column(e + 1),
            source.line_column(e),
            "inside a character"
        );
        let x = source.text().find('x').unwrap();
        assert_eq!(source.line_column(x), LineColumn { line: 2, column: 3 });
        assert_eq!(source.line_column(999), LineColumn { line: 3, column: 1 });
        assert_eq!(
            (
                source.line(1),
                source.line(2),
                source.line(3),
                source.line(4)
            ),
            ("표 | é", "한|x", "", "")
        );
        assert_eq!(source.body_start(), 3);
    }

    #[test]
    fn new_lines_end_as_all_others_do() {
        for (text, newline) in [
            ("a\nb\n", "\n"),
            ("a\r\nb\r\n", "\r\n"),
            ("a\r\nb\n", "\n"),
            ("a", "\n"),
        ] {
            assert_eq!(Source::new(text).newline(), newline, "{text:?}");
        }
    }

    #[test]
    fn bytes_that_are_not_utf8_are_located() {
        let error = Source::from_bytes(b"a\nbc\xffd".to_vec()).unwrap_err();
        assert_eq!(error.to_string(), "not UTF-8 at line 2, column 3");
    }

    proptest! {
        #[test]
        fn a_line_is_found_where_it_starts(text in "\u{feff}?[a|\\r\\n한]{0,40}") {
            let source = Source::new(text.as_str());
            for line in 1..=text.lines().count() {
                prop_assert_eq!(source.line_column(source.line_start(line)).line, line);
            }
        }
    }
}
