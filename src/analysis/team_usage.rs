//! What counts as used: the statements of a month, reconciled team by team.
//!
//! A team's monthly rows and its details are two views of the same usage, so the greater counts; usage lines are usage
//! that is in neither yet, so they are added. Nothing is counted twice, and nothing written down anywhere is left out.

use std::collections::BTreeMap;

use chrono::{FixedOffset, NaiveDate, NaiveTime};

use super::{
    class_sums::ClassSums,
    cost::{CostSum, PricedCost},
    imported::Surplus,
    names::NameId,
};
use crate::{
    model::{Currency, Entry, EntryKind, Measure, Money, Price, RoundedSum, Status, Tokens, Units},
    text::Place,
};

#[derive(Clone, Debug)]
pub struct TeamUsage {
    pub(super) id: NameId,
    pub name: String,
    pub tallies: BTreeMap<EntryKind, Tally>,
    /// What its details and usage lines say was spent on each day.
    pub(super) days: BTreeMap<NaiveDate, Units>,
    /// What of all that counts elsewhere already.
    pub(super) surplus: Option<Box<Surplus>>,
}

impl TeamUsage {
    pub fn tokens_of(&self, kind: EntryKind) -> Tokens {
        self.tallies
            .get(&kind)
            .map_or(Tokens::ZERO, |tally| tally.sum.tokens)
    }

    /// Daily, session and dated rows together.
    pub fn details(&self) -> Tokens {
        [EntryKind::Daily, EntryKind::Session, EntryKind::Legacy]
            .map(|kind| self.tokens_of(kind))
            .into_iter()
            .sum()
    }

    /// What the team used. None where nothing is stated about it, which is not zero.
    pub fn used(&self) -> Option<Tokens> {
        let known = self.tallies.values().any(|tally| tally.has_tokens);
        known.then(|| {
            self.details()
                .max(self.tokens_of(EntryKind::Monthly))
                .saturating_add(self.tokens_of(EntryKind::Line))
                .saturating_sub(self.surplus())
        })
    }

    /// The tokens of imported rows and lines that others state as well. The monthly rows hold them as the details do.
    pub fn surplus(&self) -> Tokens {
        let surplus = self.surplus.as_ref();
        surplus.map_or(Tokens::ZERO, |surplus| surplus.tokens)
    }

    /// What is in usage lines, and counts.
    pub(super) fn unsettled(&self) -> Tokens {
        let surplus = self.surplus.as_ref();
        let surplus = surplus.map_or(Tokens::ZERO, |surplus| surplus.in_lines);
        self.tokens_of(EntryKind::Line).saturating_sub(surplus)
    }

    /// What the team used, in what the log counts by. None where nothing is stated about it.
    pub(super) fn spent(&self, measure: Measure) -> Option<Units> {
        let Some(currency) = measure.currency() else {
            return self.used().map(Units::from);
        };
        let (money, _) = self.cost(currency, None).of(currency)?;
        Some(Units(money.nanos))
    }

    /// Whether any row says what it used; in a log of money, in whatever currency.
    pub(super) fn has_figure(&self, measure: Measure) -> bool {
        let mut tallies = self.tallies.values();
        tallies.any(|tally| match measure {
            Measure::Tokens => tally.has_tokens,
            Measure::Money(_) => tally.cost.is_some(),
        })
    }

    /// The rows of a team without a figure. Where its work is pending, nothing is used yet.
    pub(super) fn silent_rows(&self) -> u64 {
        if self.status() == Some(Status::Pending) {
            return 0;
        }
        self.tallies.values().map(|tally| tally.rows).sum()
    }

    /// What was used on unknown days: what the monthly rows hold beyond the details.
    pub(super) fn undated(&self, measure: Measure) -> Units {
        let dated = self.days.values().copied().sum();
        self.spent(measure)
            .unwrap_or_default()
            .saturating_sub(dated)
    }

    /// The kinds whose figures make up what was used.
    fn leading(&self) -> impl Iterator<Item = &Tally> {
        let details = self.details() > self.tokens_of(EntryKind::Monthly)
            || !self.tallies.contains_key(&EntryKind::Monthly);
        self.tallies
            .iter()
            .filter(move |(kind, _)| {
                **kind == EntryKind::Line || (**kind != EntryKind::Monthly) == details
            })
            .map(|(_, tally)| tally)
    }

    /// What it cost: by the same rule as the tokens, for themselves. Of the monthly rows and the details the larger, and beside it
    /// what usage lines cost.
    pub(super) fn cost(&self, own: Currency, price: Option<Price>) -> PricedCost {
        let [monthly, details] = self.cost_of_tables();
        let mut cost = PricedCost::larger(
            (
                &monthly.priced(own, price),
                self.tokens_of(EntryKind::Monthly),
            ),
            (&details.priced(own, price), self.details()),
        );
        if let Some(lines) = self.tallies.get(&EntryKind::Line) {
            cost.add(&lines.cost.priced(own, price));
        }
        match &self.surplus {
            Some(surplus) => cost.minus(&surplus.cost.priced(own, price)),
            None => cost,
        }
    }

    /// Of its monthly rows, and of its details.
    fn cost_of_tables(&self) -> [CostSum; 2] {
        let [mut monthly, mut details] = [CostSum::default(), CostSum::default()];
        for (kind, tally) in &self.tallies {
            match kind {
                EntryKind::Monthly => monthly.add(&tally.cost),
                EntryKind::Line => {}
                _ => details.add(&tally.cost),
            }
        }
        [monthly, details]
    }

    /// What its monthly rows lack to say all that these and its details say.
    pub(super) fn gap(&self, own: Currency, price: Option<Price>) -> MonthlyGap {
        let [monthly, details] = self.cost_of_tables();
        let has = self.tokens_of(EntryKind::Monthly);
        let tokens = self.details().saturating_sub(has);
        let (of_monthly, of_details) = (monthly.priced(own, price), details.priced(own, price));
        let all = PricedCost::larger((&of_monthly, has), (&of_details, self.details()));
        if monthly.is_unstated() && details.is_unstated() {
            return MonthlyGap {
                tokens,
                cost: CostSum::unpriced(tokens),
                with_cost: Tokens::ZERO,
            };
        }
        let mut cost = match all.beyond(&of_monthly, own) {
            Some((Money { nanos, currency }, estimate)) => {
                CostSum::new(nanos, Some(currency), estimate, Place::default())
            }
            None => CostSum::default(),
        };
        let unpriced = all.unpriced.saturating_sub(of_monthly.unpriced);
        cost.add(&CostSum::of_unknown(unpriced, all.open && !of_monthly.open));
        MonthlyGap {
            tokens,
            cost,
            with_cost: of_monthly.unpriced.saturating_sub(all.unpriced),
        }
    }

    /// The classes of its tokens, where they are stated. Most monthly rows state none, which is not zero.
    pub(super) fn classes(&self) -> Option<ClassSums> {
        // Most logs state none.
        self.tallies
            .values()
            .find(|tally| tally.classes.is_some())?;
        let of = |is: fn(EntryKind) -> bool| {
            let tallies = self.tallies.iter().filter(|(kind, _)| is(**kind));
            let sums = tallies.filter_map(|(_, tally)| tally.classes.as_deref().copied());
            sums.fold(None, |all, sums| ClassSums::joined(all, Some(sums)))
        };
        let is_detail = |kind| !matches!(kind, EntryKind::Monthly | EntryKind::Line);
        let tables = ClassSums::fuller(of(|kind| kind == EntryKind::Monthly), of(is_detail));
        let all = ClassSums::joined(tables, of(|kind| kind == EntryKind::Line))?;
        let surplus = self.surplus.as_ref();
        Some(surplus.map_or(all, |surplus| all.less(surplus.classes)))
    }

    pub(super) fn sum(&self) -> RoundedSum {
        let sum: RoundedSum = self.leading().map(|tally| tally.sum).sum();
        RoundedSum {
            tokens: sum.tokens.saturating_sub(self.surplus()),
            ..sum
        }
    }

    /// How far the team is: what its latest usage lines say, else its monthly rows, else its details.
    pub(super) fn status(&self) -> Option<Status> {
        let of = |kind| {
            self.tallies
                .get(&kind)
                .and_then(|tally| tally.status.clone())
        };
        of(EntryKind::Line)
            .or_else(|| of(EntryKind::Monthly))
            .or_else(|| of(EntryKind::Session))
            .or_else(|| of(EntryKind::Daily))
    }
}

/// What a team's monthly rows lack.
#[derive(Clone, Debug)]
pub struct MonthlyGap {
    pub tokens: Tokens,
    pub cost: CostSum,
    /// How many of their tokens without a cost have one by the details.
    pub with_cost: Tokens,
}

/// Whether no more than a tenth of what teams used carries no date: only then is it known when it was spent.
pub(super) fn is_dated(teams: &[TeamUsage], measure: Measure) -> bool {
    let used: Units = teams.iter().filter_map(|team| team.spent(measure)).sum();
    let undated: Units = teams.iter().map(|team| team.undated(measure)).sum();
    undated.0.saturating_mul(10) <= used.0
}

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
    /// Of details, what those with ids add up to.
    pub keyed: Tokens,
    /// Of monthly rows, the base that they were written with, if all say the same one and hold what was written.
    pub written_base: Option<Tokens>,
    pub(super) keyed_cost: CostSum,
    /// Boxed, since few logs state any.
    pub(super) classes: Option<Box<ClassSums>>,
    pub(super) status: Option<Status>,
    pub(super) cost: CostSum,
}

impl Tally {
    pub(super) fn add(&mut self, entry: &Entry<'_>, cost: &CostSum) {
        if let Some(tokens) = entry.figures.tokens {
            self.sum = self.sum + tokens.into();
            self.has_tokens = true;
        }
        if entry.id.is_some() {
            let tokens = entry.figures.tokens.map(|tokens| tokens.value);
            self.keyed = self.keyed.saturating_add(tokens.unwrap_or_default());
            self.keyed_cost.add(cost);
        }
        if let Some(classes) = ClassSums::of(&entry.figures) {
            self.add_classes(classes);
        }
        let written = written_base(entry);
        self.written_base = written.filter(|_| self.agrees_on(written));
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

    fn add_classes(&mut self, classes: ClassSums) {
        **self.classes.get_or_insert_default() += classes;
    }

    /// Whether it says that anything was spent.
    pub(super) fn is_spending(&self, measure: Measure) -> bool {
        let Some(currency) = measure.currency() else {
            return self.sum.tokens > Tokens::ZERO;
        };
        let cost = self.cost.priced(currency, None).of(currency);
        cost.is_some_and(|(money, _)| money.nanos > 0)
    }

    fn agrees_on(&self, base: Option<Tokens>) -> bool {
        self.rows == 0 || self.written_base == base
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.sum = self.sum + other.sum;
        self.has_tokens |= other.has_tokens;
        self.written_base = match (self.rows, other.rows) {
            (_, 0) => self.written_base,
            _ => other
                .written_base
                .filter(|_| self.agrees_on(other.written_base)),
        };
        self.rows += other.rows;
        self.keyed = self.keyed.saturating_add(other.keyed);
        self.keyed_cost.add(&other.keyed_cost);
        if let Some(classes) = &other.classes {
            self.add_classes(**classes);
        }
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

/// The base that a monthly row was written with, if it still holds the tokens that were written.
fn written_base(entry: &Entry<'_>) -> Option<Tokens> {
    let (base, tokens) = (entry.base.as_deref()?, entry.figures.tokens?);
    let is_monthly = entry.kind == EntryKind::Monthly;
    (is_monthly && tokens.value == base.row).then_some(base.base)
}

/// The sum of figures of which each may be unknown.
pub(super) fn sum(one: Option<u64>, two: Option<u64>) -> Option<u64> {
    one.into_iter().chain(two).reduce(u64::saturating_add)
}

/// What was spent on one day by rows and lines that carry its date.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Day {
    pub(super) spent: Units,
    /// The first hour given on it.
    pub(super) first_time: Option<Start>,
}

/// An hour, and the offset of its clock where one is written.
pub(super) type Start = (NaiveTime, Option<FixedOffset>);

impl Day {
    pub(super) fn add(&mut self, spent: Units, time: Option<Start>) {
        self.spent = self.spent.saturating_add(spent);
        self.first_time = earliest(self.first_time, time);
    }
}

pub(super) fn earliest(one: Option<Start>, two: Option<Start>) -> Option<Start> {
    one.into_iter().chain(two).min_by_key(|(time, _)| *time)
}
