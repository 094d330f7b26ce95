//! What was spent per day: consecutive completed days, zeros included, of all teams together and of each. Amounts are tokens, or
//! nanos in a log of money; those without a date are spread over the completed days of their month.

use std::{borrow::Cow, collections::HashMap, ops::Range};

use chrono::{Datelike, Days, NaiveDate};

use super::{
    number::{as_float, units_as_float},
    rate::{MAX_DAYS, Window},
};
use crate::{
    analysis::{
        names::NameId,
        reconciled_month::ReconciledMonth,
        team_usage::{TeamUsage, is_dated},
    },
    model::{Measure, Month, Units},
};

/// The first day of the history of a forecast that is made on this day.
pub fn first_day_looked_at(today: NaiveDate) -> Option<NaiveDate> {
    today.checked_sub_days(Days::new(MAX_DAYS as u64))
}

#[derive(Clone, Debug, Default)]
pub(super) struct Series {
    pub(super) days: Vec<f64>,
    /// The amount without a date among them.
    spread: f64,
}

impl Series {
    fn zeros(days: usize) -> Self {
        Self {
            days: vec![0.0; days],
            spread: 0.0,
        }
    }

    /// The share of the amount that carries no date.
    pub(super) fn undated_ratio(&self) -> f64 {
        let sum: f64 = self.days.iter().sum();
        if sum > 0.0 { self.spread / sum } else { 0.0 }
    }

    /// Whether some of it carries no date, so that its days are estimates.
    pub(super) fn is_spread(&self) -> bool {
        self.spread > 0.0
    }

    pub(super) fn active_days(&self) -> usize {
        self.days.iter().filter(|spent| **spent > 0.0).count()
    }
}

#[derive(Clone, Debug)]
pub(super) struct History {
    pub(super) measure: Measure,
    pub(super) first: NaiveDate,
    pub(super) whole: Series,
    pub(super) teams: HashMap<NameId, Series>,
    /// What was spent in the last month without a date.
    pub(super) undated: Units,
    /// What was spent in it with the date of a day to come.
    pub(super) later: Units,
}

/// The largest share of what was spent without a date with which days count as known: the tenth of [`is_dated`].
pub(super) const MAX_UNDATED: f64 = 0.1;

impl History {
    /// The days before `end`, in `month` and in the months before it, as long as these are dated; of no more than `most` days.
    pub(super) fn before(
        reconciled: &ReconciledMonth,
        month: Month,
        end: NaiveDate,
        most: usize,
    ) -> Self {
        let measure = reconciled.measure();
        let teams = reconciled.teams_of(month);
        let undated = teams.iter().map(|team| team.undated(measure)).sum();
        let days = teams.iter().flat_map(|team| &team.days);
        let later = days.filter(|(date, _)| **date > end);
        let later = later.map(|(_, spent)| *spent).sum();
        let mut months = vec![(month, teams)];
        months.extend(Self::earlier(reconciled, month, end, most));
        let begun = begun(
            reconciled,
            months.last().map_or(month, |(oldest, _)| *oldest),
        );
        let first = begun.max(
            end.checked_sub_days(Days::new(most as u64))
                .unwrap_or(begun),
        );
        let days = usize::try_from((end - first).num_days()).unwrap_or(0);
        let mut history = Self {
            measure,
            first,
            whole: Series::zeros(days),
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
        let dated = reconciled.ledger.first_days.keys().next().copied();
        let listed = reconciled.oldest_month();
        let oldest = dated.map_or(listed, |dated| dated.min(listed));
        let days = |month: Month| usize::try_from((end - month.last_day()).num_days()).unwrap_or(0);
        let months = std::iter::successors(month.before(), |month| month.before());
        months
            .take_while(|month| *month >= oldest)
            .take_while(|month| days(*month) <= most)
            .map(|month| (month, reconciled.teams_of(month)))
            .take_while(|(_, teams)| is_dated(teams, reconciled.measure()))
            .collect()
    }

    /// Adds what a team used in a month, what has no date spread over its completed days.
    fn add(&mut self, team: &TeamUsage, over: &Range<NaiveDate>) {
        let (first, whole) = (self.first, &mut self.whole);
        let series = self
            .teams
            .entry(team.id)
            .or_insert_with(|| Series::zeros(whole.days.len()));
        let mut put = |date: NaiveDate, spent: f64, spread: f64| {
            let day = usize::try_from((date - first).num_days()).ok();
            for series in [&mut *series, &mut *whole] {
                if let Some(of_day) = day.and_then(|day| series.days.get_mut(day)) {
                    *of_day += spent;
                    series.spread += spread;
                }
            }
        };
        let within = |date: &NaiveDate| over.contains(date);
        let dated = team.days.iter().filter(|(date, _)| within(date));
        let dated: f64 = dated.map(|(_, spent)| units_as_float(*spent)).sum();
        let undated = units_as_float(team.undated(self.measure));
        // A little without a date goes where the rest went, so that days without usage stay what they are.
        let little = undated <= MAX_UNDATED * dated;
        for (date, units) in &team.days {
            let spent = units_as_float(*units);
            let more = if little && dated > 0.0 && within(date) {
                spent * undated / dated
            } else {
                0.0
            };
            put(*date, spent + more, more);
        }
        let days = u64::try_from((over.end - over.start).num_days()).unwrap_or(0);
        if days > 0 && !little {
            let share = undated / as_float(days);
            let all = over.start.iter_days().take_while(within);
            all.for_each(|date| put(date, share, share));
        }
    }

    pub(super) fn window(&self) -> Window {
        Window::new(self.whole.days.len(), self.first.weekday())
    }
}

/// The first day of the history, whose oldest month is given: the day the log began. If that month has an earlier beginning, or
/// too much of it has no date, its first day.
fn begun(reconciled: &ReconciledMonth, oldest: Month) -> NaiveDate {
    let first = reconciled.ledger.first_days.first_key_value();
    let first =
        first.filter(|(first, _)| **first == oldest && reconciled.oldest_month() >= **first);
    first
        .filter(|_| is_dated(&reconciled.teams_of(oldest), reconciled.measure()))
        .map_or(oldest.first_day(), |(_, day)| *day)
}
