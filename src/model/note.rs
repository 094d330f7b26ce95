//! What a log says outside its tables: header, notes, hook lines, holds and notices.

use std::borrow::Cow;

use chrono::{DateTime, FixedOffset, NaiveDateTime};
use schemars::JsonSchema;
use serde::Serialize;
use strum::IntoStaticStr;

use super::{Amount, Currency, LogEvent, Notice, Price, StatedCost, Tokens};
use crate::text::Place;

/// A `Key: value` pair of the header that tokmon understands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Header {
    RetentionDays(u32),
    Currency {
        currency: Currency,
        price: Option<Price>,
        /// The model it is the price of.
        model: Option<String>,
    },
    /// In the zone that the log is written in.
    LastUpdated(NaiveDateTime),
}

/// A list item under a label that tokmon understands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    pub value: NoteValue,
    /// In the section of the cost-tracking notes, which outranks the same words elsewhere.
    pub in_notes_section: bool,
    pub place: Place,
}

/// What a budget is for that is not for a month.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema, IntoStaticStr,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase", const_into_str)]
pub enum BudgetSpan {
    Day,
    /// From Monday to Sunday.
    Week,
}

impl BudgetSpan {
    /// The running day or week, as a sentence names it.
    pub const fn current_name(self) -> &'static str {
        match self {
            Self::Day => "today",
            Self::Week => "this week",
        }
    }
}

/// How much a budget for a day or a week is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpanLimit {
    Tokens(Tokens),
    Cost(StatedCost),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoteValue {
    /// `Total budget: 200,000 tokens`.
    TotalBudget(Amount<Tokens>),
    /// `Total budget: $50`.
    CostBudget(StatedCost),
    /// `Daily budget: $5`, `Budget pro Woche: 500K tokens`.
    SpanBudget(BudgetSpan, SpanLimit),
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

/// What a line says that is not Markdown, other than a usage line. What few lines say is boxed: most of thousands are [`Self::Hook`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LineEvent<'a> {
    /// `[PRE]`, `[POST]`, `[STOP]`, or `[NOTIFY]` without keys that tokmon knows.
    Hook,
    /// `[HOLD]`: reserves tokens for work that is about to start.
    Hold(Box<Hold<'a>>),
    /// `[FREE]`: the hold with this id is given up.
    Free(Cow<'a, str>),
    /// `[NOTIFY]` with `threshold=`: this notice was sent.
    Notice(Box<Notice<'a>>),
    /// `[NOTIFY]` with `event=`: this was decided.
    Event(Box<LogEvent<'a>>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold<'a> {
    pub team: Cow<'a, str>,
    pub tokens: Tokens,
    pub time: DateTime<FixedOffset>,
    pub until: DateTime<FixedOffset>,
    /// What of the cost budget it reserves.
    pub cost: Option<StatedCost>,
    /// It was granted by an override, so that any model may use its tokens.
    pub overridden: bool,
    /// The model that the work is to use.
    pub model: Option<Cow<'a, str>>,
    /// What a `[FREE]` or a usage line ends it by.
    pub id: Cow<'a, str>,
}
