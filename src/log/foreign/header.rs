//! What the header of a column, and the heading of a table, say about the figures below them.

use super::words;
use crate::model::Currency;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderMeaning {
    pub kind: Kind,
    /// How usual the header is for its kind: of several columns of one kind the one with the lowest rank is meant.
    pub rank: u8,
    /// The power of ten that figures without a magnitude are in: 3 for `Tokens (K)`.
    pub power: u32,
    pub currency: Option<Currency>,
    /// `Est.`, `~`.
    pub is_estimated: bool,
    /// `Actual`, as beside an estimate.
    pub is_actual: bool,
    /// `Total`.
    pub is_total: bool,
    /// Its cells have in and out, with a slash between: `In / Out`.
    pub is_pair: bool,
    /// It has words that are not known: `Claude tokens`.
    pub has_other_words: bool,
    /// `Date (2026)`.
    pub year: Option<i32>,
    pub exclusion: Option<Exclusion>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    Date,
    /// `Ended`, `Finished`: a date only where there is no other.
    End,
    Time,
    Team,
    Role,
    Task,
    Model,
    Session,
    Notes,
    Status,
    Duration,
    Deliverables,
    /// `#`, `No.`.
    Number,
    Percent,
    Measure(Quantity, Part),
    Other,
}

/// What a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Quantity {
    Tokens,
    Money,
    /// Tokens, or money where the cells have a currency: `Used`, `Total`.
    Either,
}

/// Which part of the usage a column has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Part {
    Whole,
    In,
    Out,
    CacheRead,
    CacheWrite,
    /// Of a cache, reads and writes not told apart.
    Cache,
    Reasoning,
}

/// Why the figures of a column or a table are no usage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exclusion {
    pub reason: Reason,
    /// The word that says so, as `words` has it.
    pub word: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reason {
    Price,
    Limit,
    Budget,
    Remaining,
    Plan,
    Saving,
    Average,
    Comparison,
    RunningTotal,
    Context,
    Threshold,
}

impl Reason {
    /// As it is said of a table that is left out: `left out: "Pricing" (line 40, prices)`.
    pub const fn describe(self) -> &'static str {
        match self {
            Self::Price => "prices",
            Self::Limit => "limits",
            Self::Budget => "a budget",
            Self::Remaining => "what remains",
            Self::Plan => "projected",
            Self::Saving => "savings",
            Self::Average => "averages",
            Self::Comparison => "a comparison",
            Self::RunningTotal => "running totals",
            Self::Context => "sizes of contexts",
            Self::Threshold => "thresholds",
        }
    }
}

/// What the heading of a table says about it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeadingMeaning {
    pub exclusion: Option<Exclusion>,
    /// It says that usage follows: `Usage`, `Cost Log`, `消費記録`. Rows without a date count then.
    pub is_usage: bool,
    pub is_estimated: bool,
}

/// Reads the header of a column.
pub fn column(header: &str) -> HeaderMeaning {
    let kind = match words::fold(header).as_str() {
        "date" => Kind::Date,
        "agent" | "team" => Kind::Team,
        "tokens" => Kind::Measure(Quantity::Tokens, Part::Whole),
        "cost" => Kind::Measure(Quantity::Money, Part::Whole),
        _ => Kind::Other,
    };
    HeaderMeaning {
        kind,
        rank: 0,
        power: 0,
        currency: None,
        is_estimated: false,
        is_actual: false,
        is_total: false,
        is_pair: false,
        has_other_words: false,
        year: None,
        exclusion: None,
    }
}

/// Reads the nearest heading of a table.
pub fn heading(_text: &str) -> HeadingMeaning {
    HeadingMeaning::default()
}
