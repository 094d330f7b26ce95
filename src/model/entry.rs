//! Spending as the log states it: one row or usage line each.

use std::{borrow::Cow, sync::Arc};

use chrono::{FixedOffset, NaiveDate};
use schemars::JsonSchema;
use serde::Serialize;

use super::{Amount, Currency, Month, Status, TimeRange, TokenClasses, Tokens};
use crate::text::Place;

/// Which kind of statement a figure comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
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

impl EntryKind {
    /// The word used for it in every view.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Monthly => "monthly",
            Self::Daily => "daily",
            Self::Session => "session",
            Self::Legacy => "legacy",
            Self::Line => "line",
        }
    }
}

/// When something was spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct When {
    /// The month it counts for.
    pub month: Month,
    /// The day, where one is known.
    pub date: Option<NaiveDate>,
    /// The hours, where they are written.
    pub time: Option<TimeRange>,
    /// The offset from UTC these are in, where it is written.
    pub offset: Option<FixedOffset>,
}

/// Who spent it, and on what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Work<'a> {
    /// The team, as written; empty where the row names none.
    pub team: Cow<'a, str>,
    /// The task.
    pub task: Option<Cow<'a, str>>,
    /// The model.
    pub model: Option<Cow<'a, str>>,
    /// Remarks.
    pub notes: Option<Cow<'a, str>>,
    /// The project of the section the row stands in.
    pub project: Option<Arc<str>>,
}

/// What was spent, and what came of it. None means that nothing is written, which is not zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Tokens used.
    pub tokens: Option<Amount<Tokens>>,
    /// What kinds of tokens these were, where that is written.
    pub classes: TokenClasses,
    /// The limit written beside them (`155K / 200K`, or an `Allocated` column).
    pub limit: Option<Amount<Tokens>>,
    /// Cost in nanos.
    pub cost: Option<Amount<u64>>,
    /// The currency of the cost, where one is written.
    pub currency: Option<Currency>,
    /// How many deliverables came of it.
    pub deliverables: Option<u64>,
    /// Minutes of work.
    pub minutes: Option<u64>,
}

/// One statement of spending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// Which kind of statement it is.
    pub kind: EntryKind,
    /// When.
    pub when: When,
    /// Who and what for.
    pub work: Work<'a>,
    /// How much.
    pub figures: Figures,
    /// How far the work is.
    pub status: Option<Status>,
    /// The caller's key that makes a retry harmless.
    pub id: Option<Cow<'a, str>>,
    /// The keys of further statements that were merged into this one: each is as good as the first.
    pub further_ids: Box<[Cow<'a, str>]>,
    /// The hold that this spending ends.
    pub hold: Option<Cow<'a, str>>,
    /// Where the figure stands.
    pub place: Place,
}

impl Entry<'_> {
    /// The ids that it makes known.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        let further = self.further_ids.iter();
        self.id.iter().chain(further).map(AsRef::as_ref)
    }

    /// The same, on its own feet.
    #[must_use]
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
            ..*self
        }
    }
}

/// A sum that the log itself states for a month: a `TOTAL` row, or a row of a table of months.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatedTotal {
    /// The month.
    pub month: Month,
    /// The project of the section.
    pub project: Option<Arc<str>>,
    /// The figures of the row.
    pub figures: Figures,
    /// The percentage stated beside them, in hundredths of a percent.
    pub percent: Option<Amount<u64>>,
    /// From a table of months, which has no rows to add up.
    pub of_months: bool,
    /// Where the figure stands.
    pub place: Place,
}
