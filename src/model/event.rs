//! What `[NOTIFY]` lines with keys say: what was decided about a budget, and which notices went out.

use std::borrow::Cow;

use chrono::{DateTime, FixedOffset};
use schemars::JsonSchema;
use serde::Serialize;
use strum::IntoStaticStr;

use super::{Level, Month, StatedCost, Tokens};

/// What a line reports with `event=`.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, JsonSchema, IntoStaticStr,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase", const_into_str)]
pub enum EventKind {
    /// Work was started although the budget does not allow it.
    Override,
    /// The period of the budget began anew.
    Reset,
    /// A month was signed off.
    SignOff,
    /// A month that was signed off was opened again.
    Opened,
    /// What a team had used of a month when the period began.
    Baseline,
}

impl EventKind {
    pub const ALL: [Self; 5] = [
        Self::Override,
        Self::Reset,
        Self::SignOff,
        Self::Opened,
        Self::Baseline,
    ];

    pub const fn word(self) -> &'static str {
        self.into_str()
    }
}

/// `[NOTIFY] … event=override by=… reason="…"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEvent<'a> {
    pub kind: EventKind,
    pub time: DateTime<FixedOffset>,
    /// The month it is about: that of its time, where none is written.
    pub month: Month,
    pub by: Option<Cow<'a, str>>,
    pub reason: Option<Cow<'a, str>>,
    /// The team it is about, where it is about one.
    pub team: Option<Cow<'a, str>>,
    /// Of an override what was asked for, of a baseline what was used.
    pub tokens: Option<Tokens>,
    pub cost: Option<StatedCost>,
    /// Of a baseline, the tokens whose cost was not known.
    pub unpriced: Option<Tokens>,
    /// A copy with the same id, as after a merge, is the same event.
    pub id: Option<Cow<'a, str>>,
}

impl LogEvent<'_> {
    pub const fn new(kind: EventKind, time: DateTime<FixedOffset>, month: Month) -> Self {
        Self {
            kind,
            time,
            month,
            by: None,
            reason: None,
            team: None,
            tokens: None,
            cost: None,
            unpriced: None,
            id: None,
        }
    }

    pub fn to_static(&self) -> LogEvent<'static> {
        LogEvent {
            by: owned(self.by.as_ref()),
            reason: owned(self.reason.as_ref()),
            team: owned(self.team.as_ref()),
            id: owned(self.id.as_ref()),
            ..*self
        }
    }
}

/// `[NOTIFY] … threshold=80 scope=total basis=actual`: this notice went out, so no other process sends it again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice<'a> {
    pub time: DateTime<FixedOffset>,
    /// In percent of the budget.
    pub threshold: u32,
    pub scope: NoticeScope<'a>,
    pub basis: NoticeBasis,
    pub level: Option<Level>,
    pub used: Option<NoticeAmount>,
    pub budget: Option<NoticeAmount>,
    /// Of a forecast, the chance that the budget is exceeded, in percent.
    pub chance: Option<u32>,
    /// With `event=rearmed`: the figure fell again, so the next time the notice goes out once more.
    pub rearmed: bool,
    /// The period it was sent in: the month of its time, where none is written.
    pub period: PeriodKey,
}

impl Notice<'_> {
    pub fn to_static(&self) -> Notice<'static> {
        Notice {
            scope: match &self.scope {
                NoticeScope::Total => NoticeScope::Total,
                NoticeScope::Team(name) => NoticeScope::Team(Cow::Owned(name.clone().into_owned())),
            },
            ..*self
        }
    }

    /// Whether it is about a budget in money.
    pub const fn is_of_money(&self) -> bool {
        matches!(
            (self.budget, self.used),
            (Some(NoticeAmount::Cost(_)), _) | (None, Some(NoticeAmount::Cost(_)))
        )
    }
}

/// Whose budget a notice is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum NoticeScope<'a> {
    Total,
    Team(Cow<'a, str>),
}

/// Which figure reached the threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, IntoStaticStr)]
#[strum(serialize_all = "lowercase", const_into_str)]
pub enum NoticeBasis {
    /// What is used.
    Actual,
    /// What is used and reserved.
    Reserved,
    Forecast,
}

impl NoticeBasis {
    pub const ALL: [Self; 3] = [Self::Actual, Self::Reserved, Self::Forecast];

    pub const fn word(self) -> &'static str {
        self.into_str()
    }
}

/// Tokens, or money where a currency or a decimal point is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeAmount {
    Tokens(Tokens),
    Cost(StatedCost),
}

/// What distinguishes one period of a budget from the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PeriodKey {
    Month(Month),
    /// Of a budget that is reset by hand: since this moment.
    Since(DateTime<FixedOffset>),
}

impl PeriodKey {
    /// The month that it begins in.
    pub fn month(self) -> Month {
        match self {
            Self::Month(month) => month,
            Self::Since(time) => Month::of(time.date_naive()),
        }
    }
}

fn owned(text: Option<&Cow<'_, str>>) -> Option<Cow<'static, str>> {
    text.map(|text| Cow::Owned(text.clone().into_owned()))
}
