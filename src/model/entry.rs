//! Spending: as the log states it, one row or usage line each, and as it is to be recorded.

use std::{borrow::Cow, fmt, sync::Arc};

use chrono::{DateTime, FixedOffset, NaiveDate};
use schemars::JsonSchema;
use serde::Serialize;
use strum::IntoStaticStr;

use super::{Amount, Currency, ImportedId, MergeBase, Month, TimeRange, Tokens};
use crate::text::Place;

/// Which kind of row or line a figure comes from.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, JsonSchema, IntoStaticStr,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase", const_into_str)]
pub enum EntryKind {
    /// A team's row in a monthly summary.
    Monthly,
    /// A row of a daily detail.
    Daily,
    /// A row of a session.
    Session,
    /// A dated row of a log from before v2.0.
    Legacy,
    /// A usage line, not yet settled into the tables.
    Line,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct When {
    /// The month it counts for.
    pub month: Month,
    pub date: Option<NaiveDate>,
    pub time: Option<TimeRange>,
    /// The offset from UTC of date and time, where it is written.
    pub offset: Option<FixedOffset>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Work<'a> {
    /// As written; empty where the row names none.
    pub team: Cow<'a, str>,
    pub task: Option<Cow<'a, str>>,
    pub model: Option<Cow<'a, str>>,
    pub notes: Option<Cow<'a, str>>,
    pub project: Option<Arc<str>>,
}

/// What was spent, and what came of it. None means that nothing is written, which is not zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    pub tokens: Option<Amount<Tokens>>,
    /// What kinds of tokens these were, where that is written.
    pub classes: TokenClasses,
    /// The limit written beside them (`155K / 200K`, or an `Allocated` column).
    pub limit: Option<Amount<Tokens>>,
    /// Cost in nanos.
    pub cost: Option<Amount<u64>>,
    pub currency: Option<Currency>,
    /// The cost is more than what is written, as in `$0.037+`: some of the tokens have none. Without a cost, what they cost is not
    /// known whatever the price.
    pub open: bool,
    /// How many of the tokens have no cost, where that is written.
    pub unpriced: Option<Tokens>,
    pub deliverables: Option<u64>,
    pub minutes: Option<u64>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    pub kind: EntryKind,
    pub when: When,
    pub work: Work<'a>,
    pub figures: Figures,
    pub status: Option<Status>,
    /// Makes a retry harmless: an id counts once.
    pub id: Option<Cow<'a, str>>,
    /// The ids of other entries that were merged into this one.
    pub further_ids: Box<[Cow<'a, str>]>,
    pub hold: Option<Cow<'a, str>>,
    /// Some of what its usage line says cannot be read, and would be lost without the line.
    pub has_unread: bool,
    /// Of a monthly row, what it was when it was last written.
    pub base: Option<Box<MergeBase>>,
    pub place: Place,
}

impl Figures {
    /// Whether they say anything of what was spent.
    pub fn is_any(&self) -> bool {
        let Self {
            tokens,
            classes,
            cost,
            ..
        } = *self;
        tokens.is_some() || cost.is_some() || classes != TokenClasses::default()
    }
}

impl Entry<'_> {
    /// Whether it says anything of what was spent.
    pub fn has_figure(&self) -> bool {
        self.figures.is_any()
    }

    pub fn ids(&self) -> impl Iterator<Item = &str> {
        let further = self.further_ids.iter();
        self.id.iter().chain(further).map(AsRef::as_ref)
    }

    /// The task of the monthly row that it is added to. An import gives the session as the task, and a monthly row is of many sessions.
    pub fn monthly_task(&self) -> Option<&str> {
        let task = self.work.task.as_deref()?;
        let mut imported = self.ids().filter_map(ImportedId::parse);
        Some(imported.find_map(|id| id.source_of(task)).unwrap_or(task))
    }

    /// A copy that borrows nothing.
    pub fn to_static(&self) -> Entry<'static> {
        let text =
            |text: &Option<Cow<'_, str>>| text.as_deref().map(|text| Cow::Owned(text.to_owned()));
        Entry {
            work: Work {
                team: Cow::Owned(self.work.team.clone().into_owned()),
                task: text(&self.work.task),
                model: text(&self.work.model),
                notes: text(&self.work.notes),
                project: self.work.project.clone(),
            },
            status: self.status.clone(),
            id: text(&self.id),
            further_ids: self
                .further_ids
                .iter()
                .map(|id| Cow::Owned(id.clone().into_owned()))
                .collect(),
            hold: text(&self.hold),
            base: self.base.clone(),
            ..*self
        }
    }
}

/// A sum that the log itself states for a month: a `TOTAL` row, or a row of a table of months.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatedTotal {
    pub month: Month,
    pub project: Option<Arc<str>>,
    pub figures: Figures,
    /// The percentage stated beside them, in hundredths of a percent.
    pub percent: Option<Amount<u64>>,
    /// From a table of months, which has no rows to add up.
    pub of_months: bool,
    pub place: Place,
}

/// The state of a row. Words that are none of the four are kept as they were written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    Done,
    Running,
    Pending,
    Failed,
    Other(String),
}

impl Status {
    /// The word shown in every view, or the text as it was written.
    pub fn word(&self) -> &str {
        match self {
            Self::Done => "done",
            Self::Running => "running",
            Self::Pending => "pending",
            Self::Failed => "failed",
            Self::Other(text) => text,
        }
    }

    /// The status of a team with several rows: of one kind, that kind; some of it running or begun, running;
    /// else what is worst.
    pub fn combined(self, other: Self) -> Self {
        match (self, other) {
            (one, two) if one == two => one,
            (Self::Failed, other) | (other, Self::Failed) if other != Self::Running => Self::Failed,
            (Self::Running, _)
            | (_, Self::Running)
            | (Self::Done, Self::Pending)
            | (Self::Pending, Self::Done) => Self::Running,
            (Self::Other(text), _) | (_, Self::Other(text)) => Self::Other(text),
            (one, _) => one,
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// Tokens by what they were used for, each where it is known. Only `tokens` counts against a budget.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TokenClasses {
    /// Read by the model, neither from nor into a cache.
    pub input: Option<Tokens>,
    /// Written by the model.
    pub output: Option<Tokens>,
    /// Read by the model and written into a cache.
    pub cache_write: Option<Tokens>,
    /// Read from a cache.
    pub cache_read: Option<Tokens>,
}

impl TokenClasses {
    /// The keys of usage lines and batches, with the tokens of each.
    pub const fn by_key(&self) -> [(&'static str, Option<Tokens>); 4] {
        [
            ("input", self.input),
            ("output", self.output),
            ("cache_write", self.cache_write),
            ("cache_read", self.cache_read),
        ]
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatedCost {
    pub nanos: u64,
    /// None where only a number is given: then it is in the log's currency.
    pub currency: Option<Currency>,
}

/// Spending to be recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Usage {
    pub time: DateTime<FixedOffset>,
    pub team: String,
    /// What counts against the budget.
    pub tokens: Tokens,
    pub classes: TokenClasses,
    pub task: Option<String>,
    pub cost: Option<StatedCost>,
    /// It cost more than that: some of the tokens have no price.
    pub has_open_cost: bool,
    pub status: Option<Status>,
    pub deliverables: Option<u64>,
    pub minutes: Option<u64>,
    pub model: Option<String>,
    /// Makes a second attempt harmless: an id counts once.
    pub id: String,
    pub hold: Option<String>,
}
