//! Budgets for a day and for a week that a log states beside that for the month. The running day, and the week that it is in, are judged.

use chrono::{Datelike, Days, NaiveDate};
use schemars::JsonSchema;
use serde::Serialize;
use serde_with::skip_serializing_none;

use super::{
    cost::{CostSum, PricedCost},
    ledger::Ledger,
    reconciled_month::ReconciledMonth,
    report::StatusReport,
};
use crate::{
    model::{
        BudgetSpan, EntryKind, Level, Measure, Measured, Money, Month, NoteValue, Percent,
        SpanLimit, Thresholds, Tokens, Units, ratio,
    },
    text::Place,
};

/// The budget of the running day or week, and what is used of it.
#[skip_serializing_none]
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct SpanBudget {
    pub span: BudgetSpan,
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub budget_tokens: Option<Tokens>,
    pub used_tokens: Option<Tokens>,
    pub budget_cost: Option<Money>,
    pub used_cost: Option<Money>,
    /// Every token has its cost in the currency of the budget; otherwise more is spent than this.
    pub complete: bool,
    /// The share of the budget; 1 is all of it.
    pub ratio: Option<f64>,
    pub level: Level,
    #[serde(flatten)]
    pub place: Place,
}

impl SpanBudget {
    pub fn used(&self) -> Measured {
        Measured::join(self.used_tokens, self.used_cost)
    }

    pub fn budget(&self) -> Measured {
        Measured::join(self.budget_tokens, self.budget_cost)
    }

    pub fn share(&self) -> Option<Percent> {
        Percent::new(self.used().units(), self.budget().units())
    }

    /// `$5.00 of $3.00 spent today`, `12,000 of 10,000 tokens used this week`.
    pub fn amounts(&self) -> String {
        let (used, budget) = (self.used(), self.budget());
        let least = if self.complete { "" } else { "at least " };
        let (verb, now) = (used.verb(), self.span.now());
        format!("{least}{used} of {} {verb} {now}", budget.with_unit())
    }
}

/// Those that can be judged, where the month is the running one.
pub(super) fn all(
    reconciled: &ReconciledMonth<'_>,
    today: NaiveDate,
    thresholds: &Thresholds,
) -> Vec<SpanBudget> {
    let ledger = reconciled.ledger;
    let is_known = reconciled.unknown_rows().is_none();
    if !is_known || !reconciled.month.contains(today) || reconciled.project.is_some() {
        return Vec::new();
    }
    let stated = [BudgetSpan::Day, BudgetSpan::Week].into_iter();
    let stated = stated.flat_map(|span| [false, true].map(|in_money| (span, in_money)));
    let budget = |(span, in_money)| {
        let (limit, place) = ledger.note_of(|note| match note {
            NoteValue::SpanBudget(of, limit) if *of == span => {
                (matches!(limit, SpanLimit::Cost(_)) == in_money).then_some(*limit)
            }
            _ => None,
        })?;
        judge(reconciled, (span, limit), today, thresholds, place)
    };
    stated.filter_map(budget).collect()
}

fn judge(
    reconciled: &ReconciledMonth<'_>,
    (span, limit): (BudgetSpan, SpanLimit),
    today: NaiveDate,
    thresholds: &Thresholds,
    place: Place,
) -> Option<SpanBudget> {
    let monday = u64::from(today.weekday().num_days_from_monday());
    let (from, to) = match span {
        BudgetSpan::Day => (today, today),
        BudgetSpan::Week => {
            let from = today.checked_sub_days(Days::new(monday))?;
            (from, from.checked_add_days(Days::new(6))?)
        }
    };
    let ledger = reconciled.ledger;
    let mut budget = SpanBudget {
        span,
        from,
        to,
        budget_tokens: None,
        used_tokens: None,
        budget_cost: None,
        used_cost: None,
        complete: true,
        ratio: None,
        level: Level::Ok,
        place,
    };
    match limit {
        SpanLimit::Tokens(tokens) => {
            let used = Measure::Tokens.amount(ledger.units_between(from, to)?);
            (budget.budget_tokens, budget.used_tokens) = (Some(tokens), used.tokens());
        }
        SpanLimit::Cost(cost) => {
            let currency = cost.currency.unwrap_or(reconciled.currency());
            let money = |nanos| Money { nanos, currency };
            let spent = ledger.cost_between(from, to);
            let spent: PricedCost = spent.priced(reconciled.currency(), ledger.price);
            let used = spent.of(currency).map_or(money(0), |(used, _)| used);
            budget.complete = spent.is_complete() && !spent.has_others(currency);
            (budget.budget_cost, budget.used_cost) = (Some(money(cost.nanos.into())), Some(used));
        }
    }
    let (used, limit) = (budget.used().units(), budget.budget().units());
    budget.ratio = ratio(used, limit);
    budget.level = thresholds.level(used, limit);
    Some(budget)
}

impl Ledger {
    fn months_between(from: NaiveDate, to: NaiveDate) -> impl Iterator<Item = Month> {
        let first = Month::of(from);
        let last = Some(Month::of(to)).filter(|last| *last != first);
        std::iter::once(first).chain(last)
    }

    /// The tokens of some days. None in a log of money.
    fn units_between(&self, from: NaiveDate, to: NaiveDate) -> Option<Units> {
        if self.measure().is_money() {
            return None;
        }
        let months = Self::months_between(from, to);
        let months = months.filter_map(|month| self.months.get(&month));
        let days = months.flat_map(|data| data.days.range(from..=to));
        let parts = days.flat_map(|(_, parts)| parts);
        let details = parts.filter(|((_, kind), _)| *kind != EntryKind::Monthly);
        Some(details.map(|(_, day)| day.spent).sum())
    }

    /// What some days cost.
    fn cost_between(&self, from: NaiveDate, to: NaiveDate) -> CostSum {
        let mut sum = CostSum::default();
        let months = Self::months_between(from, to);
        let months = months.filter_map(|month| self.months.get(&month));
        let days = months.flat_map(|data| data.costs.range(from..=to));
        for (_, (cost, _)) in days.flat_map(|(_, parts)| parts) {
            sum.add(cost);
        }
        sum
    }
}

impl StatusReport {
    /// The budget of the running day or week with the worst level; of equals, the first.
    pub fn worst_span(&self) -> Option<&SpanBudget> {
        let spans = self.span_budgets.iter().rev();
        spans.max_by_key(|span| span.level)
    }

    /// The same where it is worse than the budgets of the month, or there are none of these.
    pub fn leading_span(&self) -> Option<&SpanBudget> {
        let of_month = self.spending().map(|spending| spending.level);
        self.worst_span().filter(|span| Some(span.level) > of_month)
    }
}
