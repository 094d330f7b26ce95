//! Spending day by day, as the laws want it: consecutive completed days, zeros included, of the whole and of each team.
//!
//! What carries no date is spread over the completed days of its month: when it was spent is not known any closer.

use std::{borrow::Cow, collections::HashMap, ops::Range};

use chrono::{Datelike, Days, NaiveDate};

use super::{
    number::as_float,
    rate::{MOST_DAYS, Window},
};
use crate::{
    analysis::{
        names::NameId,
        reconciled::ReconciledMonth,
        usage::{TeamUsage, is_dated},
    },
    model::{Month, Tokens},
};

/// The first day that a forecast of this day looks back on.
#[must_use]
pub fn first_day_looked_at(today: NaiveDate) -> Option<NaiveDate> {
    days_before(today, MOST_DAYS)
}

/// The day so many days earlier. None before all calendars.
fn days_before(day: NaiveDate, days: usize) -> Option<NaiveDate> {
    day.checked_sub_days(Days::new(u64::try_from(days).ok()?))
}

/// Tokens on consecutive completed days.
#[derive(Clone, Debug, Default)]
pub(super) struct Series {
    /// On each of them.
    pub(super) days: Vec<f64>,
    /// Those of them that carry no date, and were spread.
    spread: f64,
}

impl Series {
    fn of_zeros(days: usize) -> Self {
        Self {
            days: vec![0.0; days],
            spread: 0.0,
        }
    }

    /// The share of the tokens that carries no date.
    pub(super) fn undated_ratio(&self) -> f64 {
        let sum: f64 = self.days.iter().sum();
        if sum > 0.0 { self.spread / sum } else { 0.0 }
    }

    /// Days with spending.
    pub(super) fn active(&self) -> usize {
        self.days.iter().filter(|tokens| **tokens > 0.0).count()
    }
}

/// Completed days up to a moment.
#[derive(Clone, Debug)]
pub(super) struct History {
    /// The first of them.
    pub(super) first: NaiveDate,
    /// All teams together.
    pub(super) whole: Series,
    /// Each team.
    pub(super) teams: HashMap<NameId, Series>,
    /// What of the last month carries no date.
    pub(super) undated: Tokens,
    /// What of it carries the date of a day to come.
    pub(super) later: Tokens,
}

/// The share of tokens without a date up to which days are taken for what they were: the tenth of [`is_dated`].
pub(super) const MOST_UNDATED: f64 = 0.1;

impl History {
    /// The days before `end`, in `month` and in the months before it, as long as these are dated; of no more than `most` days.
    pub(super) fn before(
        reconciled: &ReconciledMonth,
        month: Month,
        end: NaiveDate,
        most: usize,
    ) -> Self {
        let teams = reconciled.teams_of(month);
        let undated = teams.iter().map(TeamUsage::undated).sum();
        let days = teams.iter().flat_map(|team| &team.days);
        let later = days.filter(|(date, _)| **date > end);
        let later = later.map(|(_, tokens)| *tokens).sum();
        let mut months = vec![(month, teams)];
        months.extend(Self::earlier(reconciled, month, end, most));
        let begun = begun(
            reconciled,
            months.last().map_or(month, |(oldest, _)| *oldest),
        );
        let first = begun.max(days_before(end, most).unwrap_or(begun));
        let days = usize::try_from((end - first).num_days()).unwrap_or(0);
        let mut history = Self {
            first,
            whole: Series::of_zeros(days),
            teams: HashMap::new(),
            undated,
            later,
        };
        for (month, teams) in &months {
            let next = month.last_day().succ_opt().unwrap_or(end);
            let spread = month.first_day().max(begun)..next.min(end);
            for team in teams.iter() {
                history.add(team, &spread);
            }
        }
        history
    }

    /// The months before one that carry dates, the newest first, without a gap but for months in which nothing was spent.
    fn earlier<'m>(
        reconciled: &'m ReconciledMonth<'_>,
        month: Month,
        end: NaiveDate,
        most: usize,
    ) -> Vec<(Month, Cow<'m, [TeamUsage]>)> {
        let dated = reconciled.first_days().keys().next().copied();
        let listed = reconciled.oldest_month();
        let oldest = dated.map_or(listed, |dated| dated.min(listed));
        let days = |month: Month| usize::try_from((end - month.last_day()).num_days()).unwrap_or(0);
        let months = std::iter::successors(month.before(), |month| month.before());
        months
            .take_while(|month| *month >= oldest)
            .take_while(|month| days(*month) <= most)
            .map(|month| (month, reconciled.teams_of(month)))
            .take_while(|(_, teams)| is_dated(teams))
            .collect()
    }

    /// Adds what a team used in a month. What carries no date is spread over the completed days of that month.
    fn add(&mut self, team: &TeamUsage, over: &Range<NaiveDate>) {
        let (first, whole) = (self.first, &mut self.whole);
        let series = self
            .teams
            .entry(team.id)
            .or_insert_with(|| Series::of_zeros(whole.days.len()));
        let mut spend = |date: NaiveDate, tokens: f64, spread: f64| {
            let day = usize::try_from((date - first).num_days()).ok();
            for series in [&mut *series, &mut *whole] {
                if let Some(of_day) = day.and_then(|day| series.days.get_mut(day)) {
                    *of_day += tokens;
                    series.spread += spread;
                }
            }
        };
        let within = |date: &NaiveDate| over.contains(date);
        let dated = team.days.iter().filter(|(date, _)| within(date));
        let dated: f64 = dated.map(|(_, tokens)| as_float(tokens.0)).sum();
        let undated = as_float(team.undated().0);
        // A little without a date goes where the rest went, so that days without spending stay what they are.
        let little = undated <= MOST_UNDATED * dated;
        for (date, tokens) in &team.days {
            let tokens = as_float(tokens.0);
            let more = if little && dated > 0.0 && within(date) {
                tokens * undated / dated
            } else {
                0.0
            };
            spend(*date, tokens + more, more);
        }
        let days = u64::try_from((over.end - over.start).num_days()).unwrap_or(0);
        if days > 0 && !little {
            let share = undated / as_float(days);
            let all = over.start.iter_days().take_while(within);
            all.for_each(|date| spend(date, share, share));
        }
    }

    /// The weights of its days.
    pub(super) fn window(&self) -> Window {
        Window::new(self.whole.days.len(), self.first.weekday())
    }
}

/// The first day that is known, of which the months known go back to this one. That is the day the log began, unless it began
/// before: then on days that are not known, or in a month of which too much carries no date.
fn begun(reconciled: &ReconciledMonth, oldest: Month) -> NaiveDate {
    let first = reconciled.first_days().first_key_value();
    let first =
        first.filter(|(first, _)| **first == oldest && reconciled.oldest_month() >= **first);
    first
        .filter(|_| is_dated(&reconciled.teams_of(oldest)))
        .map_or(oldest.first_day(), |(_, day)| *day)
}
