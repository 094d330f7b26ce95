//! The monthly rows of one task: what shows that they are those of branches, and what they say together.

use std::collections::HashMap;

use super::{
    Detail, MonthlyRow,
    division::{Division, Unchanged},
};
use crate::{
    analysis::{cost::CostSum, team_usage::Tally},
    model::{Amount, Price, RoundedSum, Status, Tokens},
};

/// The rows of one task. Only what may be a merge is together: other rows of different summaries are apart.
#[derive(Default)]
pub(super) struct Group<'r> {
    pub(super) rows: Vec<&'r MonthlyRow>,
    pub(super) unchanged: Option<Unchanged>,
    /// It is the same twice since the rows beside it changed.
    is_kept_twice: bool,
    /// It is the same several times, and so are recorded rows across it: it would say if something was recorded in it, too.
    is_beside_recorded: bool,
    /// The total says that all of the rows count.
    pub(super) is_stated: bool,
}

/// What a summary says besides, which may show that it was merged.
#[derive(Default)]
pub(super) struct Evidence<'r> {
    /// The rows of tasks whose rows differ.
    pub(super) changed: Vec<&'r [&'r MonthlyRow]>,
    /// The first and the last line of tasks whose rows were recorded, and are several.
    pub(super) recorded: Vec<(usize, usize)>,
    pub(super) totals: Vec<RoundedSum>,
    /// What all of its rows add up to.
    pub(super) sum: RoundedSum,
}

impl Evidence<'_> {
    /// Prepares for questions about recorded rows: sorted, each with the last line of those up to it.
    pub(super) fn sort(&mut self) {
        self.recorded.sort_unstable();
        let mut last = 0;
        for (_, to) in &mut self.recorded {
            last = last.max(*to);
            *to = last;
        }
    }

    /// Whether rows that were recorded and are several begin above one line and end below another one.
    fn is_recorded_across(&self, first: usize, last: usize) -> bool {
        let above = self.recorded.partition_point(|(from, _)| *from < last);
        let to = above.checked_sub(1).and_then(|at| self.recorded.get(at));
        to.is_some_and(|(_, to)| *to > first)
    }
}

/// The most tasks whose rows differ that are looked at.
const MAX_CHANGED: usize = 64;

/// Whether each row of `one` is above that of `two`, and below the one before it.
fn alternate(one: &[&MonthlyRow], two: &[&MonthlyRow]) -> bool {
    let pairs = one.iter().zip(two).flat_map(|(one, two)| [one, two]);
    pairs.is_sorted_by_key(|row| row.place.line)
}

/// What the rows of a group are together.
#[derive(Clone)]
pub(super) struct Joined {
    pub(super) tokens: Tokens,
    pub(super) common: Tokens,
    pub(super) cost: CostSum,
}

impl<'r> Group<'r> {
    /// A row that occurs once, or was kept twice as it was last written.
    pub(super) fn if_one(&self) -> Option<Joined> {
        let first = self.rows.first()?;
        let is_same = |row: &&MonthlyRow| row.base.is_some() && row.says_the_same_as(first);
        let mut others = self.rows.iter().skip(1).copied();
        others.all(|row| is_same(&row)).then(|| first.joined())
    }

    pub(super) fn kept_twice(&self) -> Option<Joined> {
        let first = self.rows.first().filter(|_| self.is_kept_twice)?;
        Some(first.joined())
    }

    /// The same, where nothing can have been recorded in it.
    pub(super) fn kept_unrecorded(&self) -> Option<Joined> {
        let first = self.rows.first().filter(|_| self.is_beside_recorded)?;
        Some(first.joined())
    }

    /// The first and the last line of rows of which some were recorded, so that only a merge can have made them several.
    pub(super) fn recorded_lines(&self) -> Option<(usize, usize)> {
        let is_recorded = self.rows.iter().any(|row| row.base.is_some());
        let (first, last) = (self.rows.first()?, self.rows.last()?);
        (is_recorded && self.rows.len() > 1).then_some((first.place.line, last.place.line))
    }

    /// The row that says most; of equals, the first.
    pub(super) fn most(&self) -> Option<&'r MonthlyRow> {
        let rows = self.rows.iter().rev();
        rows.max_by_key(|row| row.tokens().value).copied()
    }

    pub(super) fn most_tokens(&self) -> Amount<Tokens> {
        self.most()
            .map_or(Amount::exact(Tokens::ZERO), MonthlyRow::tokens)
    }

    pub(super) fn least(&self) -> Tokens {
        let rows = self.rows.iter().map(|row| row.tokens().value);
        let least = rows.clone().min().unwrap_or_default();
        // Where they are all the same, each branch changed it.
        if rows.max() == Some(least) {
            Tokens::ZERO
        } else {
            least
        }
    }

    /// Looks for what else shows that its rows are those of branches, or that they are not.
    pub(super) fn find_evidence(&mut self, evidence: &HashMap<usize, Evidence<'_>>) {
        let Some(first) = self.rows.first().filter(|_| self.rows.len() > 1) else {
            return;
        };
        let Some(evidence) = evidence.get(&first.summary) else {
            return;
        };
        let is_other = |rows: &&&[&MonthlyRow]| {
            let place = rows.first().map(|row| row.place);
            self.rows.iter().all(|row| Some(row.place) != place)
        };
        // Of many, the first are enough.
        let others = evidence.changed.iter().take(MAX_CHANGED).filter(is_other);
        let totals = &evidence.totals;
        let unchanged = match (others.clone().next(), totals.len() > 1) {
            (Some(_), _) => Unchanged::Yes,
            (None, true) => Unchanged::Perhaps,
            (None, false) => Unchanged::No,
        };
        let is_same = self.rows.iter().all(|row| row.says_the_same_as(first));
        let is_across = |other: &&[&MonthlyRow]| {
            let is_even = other.len() == self.rows.len();
            is_even && (alternate(&self.rows, other) || alternate(other, &self.rows))
        };
        let is_kept_twice = is_same && others.clone().any(is_across);
        let last = self.rows.last().map_or(0, |row| row.place.line);
        let is_beside_recorded = is_same && evidence.is_recorded_across(first.place.line, last);
        let is_all = |total: &RoundedSum| evidence.sum.agrees_with(*total);
        self.is_stated = !totals.is_empty() && totals.iter().all(is_all);
        self.unchanged = Some(unchanged);
        self.is_kept_twice = is_kept_twice;
        self.is_beside_recorded = is_beside_recorded;
    }

    /// What they cost: the price of the tokens, where each row gives that of its own, else `other`; not less than the row that says most.
    pub(super) fn cost(
        &self,
        price: Option<Price>,
        tokens: Tokens,
        other: impl FnOnce() -> CostSum,
    ) -> CostSum {
        let most = self.most().map(|row| &row.tally.cost);
        if let Some(most) = most.filter(|_| tokens == self.most_tokens().value) {
            return most.clone();
        }
        let cost = self.price(price, tokens).unwrap_or_else(other);
        let is_less = |most: &&CostSum| cost.nanos() < most.nanos();
        most.filter(is_less).cloned().unwrap_or(cost)
    }

    /// The price of the tokens, where each row gives that of its own.
    pub(super) fn price(&self, price: Option<Price>, tokens: Tokens) -> Option<CostSum> {
        let price = price?;
        let is_price = |row: &&'r MonthlyRow| {
            let currency = row.figures.currency.is_none_or(|own| own == price.currency);
            let cost = row.figures.cost;
            currency && cost.is_some_and(|cost| price.is_of(row.tokens().value, cost))
        };
        let first = self.rows.first()?;
        let estimate = self.rows.iter().any(|row| row.tally.cost.is_estimate());
        let cost = || {
            CostSum::new(
                price.cost(tokens).nanos,
                first.figures.currency,
                estimate,
                first.place,
            )
        };
        self.rows.iter().all(is_price).then(cost)
    }

    /// The most that a row cost; the tokens beyond its own have no cost.
    pub(super) fn cost_of(&self, tokens: Tokens) -> CostSum {
        let mut cost = self
            .most()
            .map_or_else(CostSum::default, |most| most.tally.cost.clone());
        let more = tokens.saturating_sub(self.most_tokens().value);
        cost.add(&CostSum::unpriced(more));
        cost
    }

    /// What the dearest row cost, and the details of the others.
    pub(super) fn cost_by(&self, division: &Division, details: &[&Detail]) -> CostSum {
        let rows = self.rows.iter().enumerate().rev();
        let most = rows.max_by_key(|(_, row)| row.figures.cost.map(|cost| cost.value));
        let Some((at, row)) = most else {
            return CostSum::default();
        };
        let mut cost = row.tally.cost.clone();
        let others = division.owners.iter().zip(details);
        for (_, detail) in others.filter(|(owner, _)| **owner != 0 && **owner != at + 1) {
            cost.add(&detail.cost);
        }
        cost
    }

    pub(super) fn tally(&self, joined: &Joined) -> Tally {
        let mut tally = self
            .most()
            .map_or_else(Tally::default, |most| most.tally.clone());
        tally.sum.tokens = joined.tokens;
        tally.sum.estimate |= self.rows.iter().any(|row| row.tokens().estimate);
        tally.has_tokens = true;
        tally.cost = joined.cost.clone();
        if let Some(first) = self.rows.first() {
            tally.first = first.place;
        }
        let changed = self
            .rows
            .iter()
            .filter(|row| row.tokens().value > joined.common);
        let statuses = changed.filter_map(|row| row.tally.status.clone());
        tally.status = statuses.reduce(Status::combined).or(tally.status);
        let counts = self.rows.iter().filter_map(|row| row.tally.deliverables);
        tally.deliverables = counts.max();
        tally
    }
}

impl MonthlyRow {
    fn joined(&self) -> Joined {
        Joined {
            tokens: self.tokens().value,
            common: Tokens::ZERO,
            cost: self.tally.cost.clone(),
        }
    }
}
