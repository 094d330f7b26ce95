//! Budgets for a day and for a week that a log states beside that for the month. The running day, and the week that it is in, are judged.

use chrono::{DateTime, Datelike, Days, FixedOffset, NaiveDate, NaiveTime};
use schemars::JsonSchema;
use serde::Serialize;
use serde_with::skip_serializing_none;

use super::{
    cost::CostSum,
    cost_budget::{BudgetProblem, CostBudget, Spent},
    ledger::Ledger,
    reconciled_month::ReconciledMonth,
    report::StatusReport,
    team_usage::is_dated,
};
use crate::{
    model::{
        BudgetSpan, EntryKind, Level, Measured, Money, Month, NoteValue, Percent, Policy,
        SpanLimit, StatedCost, Tokens, ratio,
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
    /// Absent where it is not known.
    pub used_tokens: Option<Tokens>,
    pub budget_cost: Option<Money>,
    /// Absent where it is not known.
    pub used_cost: Option<Money>,
    /// A figure of what is used is an estimate.
    pub estimate: bool,
    /// Every token has its cost in the currency of the budget; otherwise more is spent than this.
    pub complete: bool,
    /// The tokens without a cost.
    #[serde(skip)]
    pub unpriced: Tokens,
    /// The share of the budget; 1 is all of it.
    pub ratio: Option<f64>,
    /// The level, by what is known.
    pub level: Option<Level>,
    /// Why it cannot be judged.
    pub problem: Option<BudgetProblem>,
    /// When the next day or week begins.
    #[serde(skip)]
    pub resets_at: Option<DateTime<FixedOffset>>,
    #[serde(flatten)]
    pub place: Place,
}

impl SpanBudget {
    /// None where that is not known.
    pub fn used(&self) -> Option<Measured> {
        let tokens = self.used_tokens.map(Measured::Tokens);
        tokens.or(self.used_cost.map(Measured::Money))
    }

    pub fn budget(&self) -> Measured {
        Measured::join(self.budget_tokens, self.budget_cost)
    }

    pub fn share(&self) -> Option<Percent> {
        Percent::new(self.used()?.units(), self.budget().units())
    }

    /// `$5.00 of $3.00 spent today`, `12,000 of 10,000 tokens used this week`.
    pub fn amounts(&self) -> String {
        match self.used() {
            Some(used) => amounts(
                self.span,
                (used, self.budget()),
                self.complete,
                self.estimate,
            ),
            None => self.not_judged().unwrap_or_default(),
        }
    }

    /// `the budget of the day of €5.00 cannot be judged: the log's costs are in USD`
    pub fn not_judged(&self) -> Option<String> {
        let problem = self.problem?;
        Some(problem.of_span(self.span, self.budget()))
    }
}

/// `at least $5.00 of $3.00 spent today`.
pub(super) fn amounts(
    span: BudgetSpan,
    (used, budget): (Measured, Measured),
    complete: bool,
    estimate: bool,
) -> String {
    let least = if complete { "" } else { "at least " };
    let mark = if estimate { "~" } else { "" };
    let (of, verb, now) = (budget.with_unit(), used.verb(), span.current_name());
    format!("{least}{mark}{used} of {of} {verb} {now}")
}

/// Those that the log states, where the month is the running one.
pub(super) fn all(
    reconciled: &ReconciledMonth<'_>,
    now: DateTime<FixedOffset>,
    policy: &Policy,
) -> Vec<SpanBudget> {
    let ledger = reconciled.ledger;
    if !reconciled.month.contains(now.date_naive()) || reconciled.project.is_some() {
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
        judge(reconciled, (span, limit, place), now, policy)
    };
    stated.filter_map(budget).collect()
}

/// The first day of the week that a day is in.
pub(super) fn monday_of(day: NaiveDate) -> NaiveDate {
    let since = u64::from(day.weekday().num_days_from_monday());
    day.checked_sub_days(Days::new(since)).unwrap_or(day)
}

fn judge(
    reconciled: &ReconciledMonth<'_>,
    (span, limit, place): (BudgetSpan, SpanLimit, Place),
    now: DateTime<FixedOffset>,
    policy: &Policy,
) -> Option<SpanBudget> {
    let today = now.date_naive();
    let (from, to) = match span {
        BudgetSpan::Day => (today, today),
        BudgetSpan::Week => {
            let monday = monday_of(today);
            (monday, monday.checked_add_days(Days::new(6))?)
        }
    };
    let next = to.succ_opt()?.and_time(NaiveTime::MIN);
    let budget = SpanBudget {
        span,
        from,
        to,
        budget_tokens: None,
        used_tokens: None,
        budget_cost: None,
        used_cost: None,
        estimate: false,
        complete: true,
        unpriced: Tokens::ZERO,
        ratio: None,
        level: None,
        problem: None,
        resets_at: policy.zone.moment(next, now),
        place,
    };
    let budget = match limit {
        SpanLimit::Tokens(tokens) => budget.of_tokens(tokens, reconciled, policy),
        SpanLimit::Cost(cost) => budget.of_cost(cost, reconciled, policy),
    };
    Some(budget.by_days(reconciled))
}

impl SpanBudget {
    fn of_tokens(self, limit: Tokens, reconciled: &ReconciledMonth<'_>, policy: &Policy) -> Self {
        let problem = if reconciled.measure().is_money() {
            Some(BudgetProblem::NoTokens)
        } else {
            let is_unknown = reconciled.unknown_rows().is_some();
            is_unknown.then_some(BudgetProblem::NoFigures)
        };
        let used = reconciled.ledger.tokens_between(self.from, self.to);
        let used = Some(used).filter(|_| problem.is_none());
        Self {
            budget_tokens: Some(limit),
            used_tokens: used,
            estimate: reconciled.teams.iter().any(|team| team.sum().estimate)
                && used > Some(Tokens::ZERO),
            ratio: used.and_then(|used| ratio(used.0, limit.0)),
            level: used.map(|used| policy.thresholds.level(used.0, limit.0)),
            problem,
            ..self
        }
    }

    fn of_cost(self, limit: StatedCost, reconciled: &ReconciledMonth<'_>, policy: &Policy) -> Self {
        let (ledger, own) = (reconciled.ledger, reconciled.currency());
        let limit = Money {
            nanos: limit.nanos.into(),
            currency: limit.currency.unwrap_or(own),
        };
        let cost = ledger.cost_between(self.from, self.to);
        let cost = cost.priced(own, ledger.price);
        let unpriced = cost.unpriced;
        let is_unknown = reconciled.unknown_rows().is_some();
        let spent = Spent {
            cost: cost.report(own),
            is_any: ledger.tokens_between(self.from, self.to) > Tokens::ZERO,
            is_unknown: is_unknown && reconciled.spent_cost().is_none(),
            currency: reconciled.stated_currency(),
        };
        let estimate = spent.cost.as_ref().is_some_and(|cost| cost.estimate);
        let judged: CostBudget = spent.judge(limit, &policy.thresholds);
        Self {
            budget_cost: Some(limit),
            used_cost: judged.used,
            estimate,
            complete: judged.complete,
            unpriced,
            ratio: judged.ratio,
            level: judged.level,
            problem: judged.problem,
            ..self
        }
    }

    /// Usage without a day may be of this one: then nothing less than an exceeded budget says anything.
    fn by_days(self, reconciled: &ReconciledMonth<'_>) -> Self {
        let measure = reconciled.measure();
        let mut months = Ledger::months_between(self.from, self.to);
        let is_known = months.all(|month| is_dated(&reconciled.teams_of(month), measure));
        let is_judged = self.level.is_some() && self.level != Some(Level::Exceeded);
        if is_known || !is_judged {
            return self;
        }
        Self {
            used_tokens: None,
            used_cost: None,
            ratio: None,
            level: None,
            problem: Some(BudgetProblem::NoDays),
            ..self
        }
    }
}

impl Ledger {
    fn months_between(from: NaiveDate, to: NaiveDate) -> impl Iterator<Item = Month> {
        let first = Month::of(from);
        let last = Some(Month::of(to)).filter(|last| *last != first);
        std::iter::once(first).chain(last)
    }

    /// The tokens of some days. Nothing in a log of money.
    fn tokens_between(&self, from: NaiveDate, to: NaiveDate) -> Tokens {
        let measure = self.measure();
        let months = Self::months_between(from, to);
        let months = months.filter_map(|month| self.months.get(&month));
        let days = months.flat_map(|data| data.days.range(from..=to));
        let parts = days.flat_map(|(_, parts)| parts);
        let details = parts.filter(|((_, kind), _)| *kind != EntryKind::Monthly);
        let spent = measure.amount(details.map(|(_, day)| day.spent).sum());
        spent.tokens().unwrap_or_default()
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
    /// The budget of the running day or week with the worst level; of equals, the first. None where none can be judged.
    pub fn worst_span(&self) -> Option<&SpanBudget> {
        let judged = self.span_budgets.iter().rev();
        let judged = judged.filter(|span| span.level.is_some());
        judged.max_by_key(|span| span.level)
    }

    /// The same where it is worse than the budgets of the month, or there are none of these.
    pub fn leading_span(&self) -> Option<&SpanBudget> {
        let of_month = self.spending().map(|spending| spending.level);
        self.worst_span().filter(|span| span.level > of_month)
    }
    /// The share that is used of the budget with the worst level.
    pub fn leading_share(&self) -> Option<Percent> {
        match self.leading_span() {
            Some(span) => span.share(),
            None => self.spending()?.share(),
        }
    }
}
