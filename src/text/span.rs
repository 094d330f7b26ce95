//! Where something is: byte spans for edits, line and column for people.

use std::ops::Range;

use schemars::JsonSchema;
use serde::Serialize;

use super::FileId;

/// A half-open range of bytes, counted from the first byte of the file (a byte-order mark included).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    pub start: usize,
    /// The byte after the last one.
    pub end: usize,
}

impl Span {
    /// The span `start..end`. An end before the start is taken as an empty span at `start`.
    pub const fn new(start: usize, end: usize) -> Self {
        Self {
            start,
            end: if end < start { start } else { end },
        }
    }

    pub const fn at(offset: usize) -> Self {
        Self::new(offset, offset)
    }

    pub const fn len(self) -> usize {
        self.end - self.start
    }

    pub const fn is_empty(self) -> bool {
        self.start == self.end
    }

    pub const fn range(self) -> Range<usize> {
        self.start..self.end
    }
}

impl From<Range<usize>> for Span {
    fn from(range: Range<usize>) -> Self {
        Self::new(range.start, range.end)
    }
}

/// A position for people: both numbers count from 1, the column in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LineColumn {
    pub line: usize,
    /// In characters, not bytes or terminal cells.
    pub column: usize,
}

/// Where a value is written, with all that is needed to cite it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[schemars(rename = "RowPlace")]
pub struct Place {
    pub file: FileId,
    #[serde(skip)]
    pub span: Span,
    /// The line, from 1.
    pub line: usize,
    /// Of the first character, from 1.
    #[serde(skip)]
    pub column: usize,
    /// The first byte of that line.
    #[serde(skip)]
    pub line_start: usize,
}

impl Place {
    /// From the first byte of its line to its end: of a row, its line without the line end.
    pub const fn line_to_end(&self) -> Span {
        Span::new(self.line_start, self.span.end)
    }

    /// The sort key: by file, then from top to bottom.
    pub const fn order(&self) -> (FileId, usize, usize) {
        (self.file, self.span.start, self.span.end)
    }
}
