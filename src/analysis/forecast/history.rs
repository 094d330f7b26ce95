//! Spending day by day, as the laws want it: consecutive completed days, zeros included, of the whole and of each team.
//!
//! What carries no date is spread evenly over the completed days of its month: when it was spent is not known any closer.

use std::{borrow::Cow, collections::HashMap};

use chrono::{Datelike, NaiveDate, TimeDelta};

use super::law::{MOST_DAYS, Window, as_float};
use crate::{
    analysis::{
        names::NameId,
        usage::{Closed, TeamUsage},
    },
    model::{Month, Tokens},
};

/// The first day that a forecast of this day looks back on.
#[must_use]
pub fn first_day_looked_at(today: NaiveDate) -> Option<NaiveDate> {
    today.checked_sub_signed(TimeDelta::try_days(i64::try_from(MOST_DAYS).ok()?)?)
}

/// Completed days up to a moment.
#[derive(Clone, Debug)]
pub(super) struct History {
    /// The first of them.
    pub(super) first: NaiveDate,
    /// Tokens of all teams on each of them.
    pub(super) days: Vec<f64>,
    /// Tokens of each team on each of them.
    pub(super) teams: HashMap<NameId, Vec<f64>>,
    /// What of the last month carries no date.
    pub(super) undated: Tokens,
}

/// What of a month's spending carries a date: nine tenths are enough to take its days for what they were.
pub(super) fn is_dated(teams: &[TeamUsage]) -> bool {
    let used: Tokens = teams.iter().filter_map(TeamUsage::used).sum();
    let undated: Tokens = teams.iter().map(TeamUsage::undated).sum();
    u128::from(undated.0) * 10 <= u128::from(used.0)
}

impl History {
    /// The days before `end`, in `month` and in the months before it, as long as these are dated; of no more than `most` days.
    pub(super) fn before(closed: &Closed, month: Month, end: NaiveDate, most: usize) -> Self {
        let teams = closed.teams_of(month);
        let undated = teams.iter().map(TeamUsage::undated).sum();
        let mut months = vec![(month, teams)];
        months.extend(Self::earlier(closed, month, end, most));
        let start = match months.last() {
            Some((oldest, teams)) if is_dated(teams) => first_dated(*oldest, teams),
            _ => month.first_day(),
        };
        let most = TimeDelta::try_days(i64::try_from(most).unwrap_or(i64::MAX));
        let looked_at = most.and_then(|most| end.checked_sub_signed(most));
        let mut history = Self::empty(start.max(looked_at.unwrap_or(start)), end);
        history.undated = undated;
        for (month, teams) in &months {
            for team in teams.iter() {
                history.add(*month, team, end);
            }
        }
        history
    }

    /// The months before one that carry dates, the newest first, without a gap but for months in which nothing was spent.
    fn earlier(
        closed: &Closed,
        month: Month,
        end: NaiveDate,
        most: usize,
    ) -> Vec<(Month, Cow<'_, [TeamUsage]>)> {
        let oldest = closed.ledger.months.keys().next().copied();
        let days = |month: Month| usize::try_from((end - month.last_day()).num_days()).unwrap_or(0);
        let months = std::iter::successors(month.before(), |month| month.before());
        let mut months: Vec<(Month, Cow<'_, [TeamUsage]>)> = months
            .take_while(|month| oldest.is_some_and(|oldest| *month >= oldest))
            .take_while(|month| days(*month) <= most)
            .map(|month| (month, closed.teams_of(month)))
            .take_while(|(_, teams)| is_dated(teams))
            .collect();
        while months
            .pop_if(|(_, teams)| teams.iter().all(|team| team.days.is_empty()))
            .is_some()
        {}
        months
    }

    fn empty(first: NaiveDate, end: NaiveDate) -> Self {
        let days = usize::try_from((end - first).num_days()).unwrap_or(0);
        Self {
            first,
            days: vec![0.0; days],
            teams: HashMap::new(),
            undated: Tokens::ZERO,
        }
    }

    fn add(&mut self, month: Month, team: &TeamUsage, end: NaiveDate) {
        let (first, count) = (self.first, self.days.len());
        let day = |date: NaiveDate| usize::try_from((date - first).num_days()).ok();
        let days = self
            .teams
            .entry(team.id)
            .or_insert_with(|| vec![0.0; count]);
        let mut spend = |at: Option<usize>, tokens: f64| {
            if let Some(at) = at.filter(|at| *at < count) {
                days[at] += tokens;
                self.days[at] += tokens;
            }
        };
        for (date, tokens) in &team.days {
            spend(day(*date), as_float(tokens.0));
        }
        let undated = team.undated();
        if undated == Tokens::ZERO {
            return;
        }
        let from = month.first_day().max(first);
        let to = month
            .last_day()
            .succ_opt()
            .map_or(end, |next| next.min(end));
        let (from, to) = (day(from).unwrap_or(0), day(to).unwrap_or(0));
        let share = as_float(undated.0) / as_float(to.saturating_sub(from).max(1) as u64);
        for at in from..to {
            spend(Some(at), share);
        }
    }

    /// The weights of its days.
    pub(super) fn window(&self) -> Window {
        Window::new(self.days.len(), self.first.weekday())
    }

    /// Days with spending.
    pub(super) fn active(&self) -> usize {
        self.days.iter().filter(|tokens| **tokens > 0.0).count()
    }
}

/// The first day of a month with a dated row; the first of the month where there is none.
fn first_dated(month: Month, teams: &[TeamUsage]) -> NaiveDate {
    let dates = teams.iter().filter_map(|team| team.days.keys().next());
    dates
        .copied()
        .filter(|date| month.contains(*date))
        .min()
        .unwrap_or_else(|| month.first_day())
}
