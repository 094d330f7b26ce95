//! Statements of one kind as they add up: of a team, and of a day.

use chrono::NaiveTime;

use super::cost::CostSum;
use crate::{
    model::{Entry, EntryKind, RoundedSum, Status, Tokens},
    text::Place,
};

/// The statements of one kind about one team, added up.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    pub sum: RoundedSum,
    pub has_tokens: bool,
    pub rows: u64,
    pub first: Place,
    pub deliverables: Option<u64>,
    /// The limit given beside the tokens.
    pub limit: Option<(Tokens, Place)>,
    pub(super) status: Option<Status>,
    pub(super) cost: CostSum,
}

impl Tally {
    pub(super) fn add(&mut self, entry: &Entry<'_>, cost: &CostSum) {
        if let Some(tokens) = entry.figures.tokens {
            self.sum = self.sum + tokens.into();
            self.has_tokens = true;
        }
        self.rows += 1;
        self.cost.add(cost);
        self.deliverables = sum(self.deliverables, entry.figures.deliverables);
        let limit = entry.figures.limit;
        self.limit = self.limit.or(limit.map(|limit| (limit.value, entry.place)));
        self.status = match (self.status.take(), entry.status.clone()) {
            // A team's monthly rows are equals; of details, the last one is the state it is in now.
            (Some(one), Some(two)) if entry.kind == EntryKind::Monthly => Some(one.combined(two)),
            (one, two) => two.or(one),
        };
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.sum = self.sum + other.sum;
        self.has_tokens |= other.has_tokens;
        self.rows += other.rows;
        if other.first.order() < self.first.order() {
            self.first = other.first;
        }
        self.deliverables = sum(self.deliverables, other.deliverables);
        self.limit = self.limit.or(other.limit);
        self.status = match (self.status.take(), other.status.clone()) {
            (Some(one), Some(two)) => Some(one.combined(two)),
            (one, two) => one.or(two),
        };
        self.cost.add(&other.cost);
    }
}

/// The sum of figures of which each may be unknown.
pub(super) fn sum(one: Option<u64>, two: Option<u64>) -> Option<u64> {
    one.into_iter().chain(two).reduce(u64::saturating_add)
}

/// What was spent on one day by rows and lines that carry its date.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Day {
    pub(super) tokens: Tokens,
    /// The first hour given on it.
    pub(super) first_time: Option<NaiveTime>,
}

impl Day {
    pub(super) fn add(&mut self, tokens: Tokens, time: Option<NaiveTime>) {
        self.tokens = self.tokens.saturating_add(tokens);
        self.first_time = self.first_time.into_iter().chain(time).min();
    }
}
