//! What a log says outside its tables: header, notes, and the lines that agents agree by.

use std::borrow::Cow;

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime};

use super::{Amount, Currency, Price, Tokens};
use crate::text::Place;

/// A `Key: value` pair of the header that means something to us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Header {
    /// Days that daily details are kept.
    RetentionDays(u32),
    /// Currency, price and the model it holds for.
    Currency {
        /// The log's currency.
        currency: Currency,
        /// The price of a token.
        price: Option<Price>,
        /// The model it is the price of.
        model: Option<String>,
    },
    /// When the log was last brought up to date, on its own clock.
    LastUpdated(NaiveDateTime),
}

/// A list item under a label that means something to us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// What it says.
    pub value: NoteValue,
    /// Whether it stands in the section of the cost-tracking notes, which outranks the same words elsewhere.
    pub in_notes_section: bool,
    /// Where.
    pub place: Place,
}

/// What a note says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoteValue {
    /// `Total budget: 200,000 tokens`.
    TotalBudget(Amount<Tokens>),
    /// `Current usage: 126,670 tokens (63.3%)`; the percentage in hundredths of a percent.
    CurrentUsage(Amount<Tokens>, Option<Amount<u64>>),
    /// `Remaining budget: 73,330 tokens (36.7%)`.
    Remaining(Amount<Tokens>, Option<Amount<u64>>),
    /// `Projected final: ~155,000-160,000 tokens`: the lower and the upper end.
    ProjectedFinal(Tokens, Tokens),
    /// `Risk level: LOW`.
    RiskLevel(String),
    /// `Team A: 12.45K / 4 deliverables ≈ 3.1K/deliverable`.
    Efficiency {
        /// The team as written.
        team: String,
        /// How many things its tokens went into.
        count: u64,
        /// Whether these are deliverables. Tasks are shown, and raise no alert.
        deliverables: bool,
    },
    /// `Target per team: 3-5K tokens per deliverable`: the lower and the upper end.
    EfficiencyTarget(Tokens, Tokens),
    /// `Alert threshold: >6K tokens per deliverable`.
    EfficiencyAlert(Tokens),
}

/// A line that is not Markdown, other than a usage line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HookLine<'a> {
    /// What it says.
    pub event: LineEvent<'a>,
    /// The date it carries, else that of the last dated thing before it. None where nothing before it is dated.
    pub date: Option<NaiveDate>,
    /// Where it stands: the whole line without its line end.
    pub place: Place,
}

/// Which hook wrote a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HookKind {
    /// `[PRE]`
    Pre,
    /// `[POST]`
    Post,
    /// `[STOP]`
    Stop,
    /// `[NOTIFY]` without the keys of a notice.
    Notify,
}

/// What such a line says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LineEvent<'a> {
    /// Something a hook logged.
    Hook(HookKind),
    /// `[HOLD]`: tokens are reserved for work about to start.
    Hold(Hold<'a>),
    /// `[FREE]`: the hold with this id is given up.
    Free(Cow<'a, str>),
    /// `[NOTIFY]` with keys: this notice has gone out.
    Notice(Notice<'a>),
}

/// A reservation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold<'a> {
    /// For whom.
    pub team: Cow<'a, str>,
    /// How many tokens.
    pub tokens: Tokens,
    /// When it ends by itself.
    pub until: DateTime<FixedOffset>,
    /// What a `[FREE]` or a usage line ends it by.
    pub id: Cow<'a, str>,
}

/// A notice that has gone out, so that no other process sends it again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice<'a> {
    /// The threshold crossed, in percent.
    pub threshold: u32,
    /// `total`, or a team.
    pub scope: Cow<'a, str>,
    /// `actual` or `forecast`.
    pub basis: Cow<'a, str>,
}
