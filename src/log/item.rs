//! What the reader passes on.

use std::borrow::Cow;

use chrono::NaiveDate;

use super::{Columns, Section, SpreadEntry};
use crate::{
    diagnostic::Diagnostic,
    model::{
        Allocation, Amount, Entry, EntryKind, Figures, Header, LineEvent, Month, Note,
        Optimization, Phase, StatedTotal, Tokens,
    },
    text::{Place, Span},
};

/// One thing that a log says, in the order in which it says them.
#[derive(Clone, Debug)]
pub enum Item<'a> {
    Heading(Heading<'a>),
    Header(Header),
    /// The head of a table; its rows follow.
    Table(Table<'a>),
    /// A row of a table in a section that is recognised.
    Row(Row<'a>),
    Note(Note),
    Usage(Entry<'a>),
    /// A usage line that cannot be read; the problem was passed on before.
    Unreadable {
        /// The one it would have counted for. `None` where it has no date that can be read.
        month: Option<Month>,
        place: Place,
    },
    /// Another line that is not Markdown.
    Line {
        event: LineEvent<'a>,
        /// The date it carries, else that of the last dated thing before it. None where nothing before it is dated.
        date: Option<NaiveDate>,
        /// The whole line without its line end.
        place: Place,
    },
    Problem(Diagnostic),
}

impl Item<'_> {
    /// Whether only a log in tokmon's own format has it: a table of usage in a section of that, or a row of a log from before v2.0 that
    /// can be read.
    pub fn is_of_own_format(&self) -> bool {
        match self {
            Self::Table(table) => table.is_own,
            Self::Row(row) => {
                matches!(&row.value, RowValue::Entry(entry) if entry.kind == EntryKind::Legacy)
            }
            _ => false,
        }
    }
}

#[derive(Clone, Debug)]
pub struct Heading<'a> {
    /// The number of `#`.
    pub level: u8,
    pub section: &'a Section,
    pub place: Place,
}

/// What the rows of a table are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Monthly,
    Daily,
    Session,
    /// Usage that is in no month.
    Undated,
    /// Dated rows of a log from before v2.0.
    Legacy,
    Months,
    Allocation,
    Plan,
    Optimizations,
    /// Anything else: left alone.
    Foreign,
}

impl Role {
    /// Whether its rows say what was spent.
    pub const fn is_usage(self) -> bool {
        matches!(
            self,
            Self::Monthly | Self::Daily | Self::Session | Self::Undated | Self::Legacy
        )
    }
}

#[derive(Clone, Copy, Debug)]
pub struct Table<'a> {
    pub role: Role,
    /// It holds usage, and no log in another form has a section like this: `## Session 3` alone may be of any log.
    pub is_own: bool,
    pub columns: &'a Columns,
    /// The line that names the columns.
    pub place: Place,
    /// The row of dashes below it.
    pub dashes: Place,
}

/// A row, with its cells as they are written and what they mean.
#[derive(Clone, Debug)]
pub struct Row<'a> {
    /// The whole line, without its line end.
    pub place: Place,
    /// The cells it really has; there may be fewer than columns.
    pub cells: &'a [Cell<'a>],
    /// It is not in the table that it counts with, the last one of usage above it.
    pub is_outside: bool,
    pub value: RowValue<'a>,
}

/// A cell: what it says, how it is spelled, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell<'a> {
    /// The bytes between the bars, without the blanks at either end.
    pub span: Span,
    pub raw: &'a str,
    /// The text, emphasis and code marks stripped.
    pub text: Cow<'a, str>,
    /// The id in a comment at its end, invisible to readers.
    pub id: Option<&'a str>,
    /// The ids in the comments before that one.
    pub further_ids: Vec<&'a str>,
    /// The comment that says what the row was when it was last written.
    pub base: Option<&'a str>,
    /// What other comments at its end say, in pairs of key and value: `unpriced=1234`.
    pub marks: Vec<(&'a str, &'a str)>,
}

#[derive(Clone, Debug)]
pub enum RowValue<'a> {
    Entry(Entry<'a>),
    /// A month's total as stated.
    Total(StatedTotal),
    /// A team's budget, the reserve, or their total.
    Allocation(Allocation),
    Phase(Phase),
    /// An operation before and after, or their average.
    Optimization(Optimization),
    /// Usage that is spread over several days.
    Spread(SpreadEntry<'a>),
    /// Usage that belongs to no day or month.
    Undated(Figures),
    /// A sum over rows that were passed on themselves.
    Sum(Option<Amount<Tokens>>, Place),
    /// Unreadable; the problem was passed on before. The month is the one it would have counted for, if that is known.
    Unreadable(Option<Month>),
}
