//! The budget in money: what of it is spent, and how far that is.

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;
use serde_with::skip_serializing_none;

use super::{
    cost::Cost, held_money::HeldMoney, limits, reconciled_month::ReconciledMonth,
    team_usage::TeamUsage,
};
use crate::{
    model::{
        BudgetSpan, Currency, Level, Measured, Money, NoteValue, Policy, SpanLimit, Thresholds,
        Tokens, ratio,
    },
    text::Place,
};

/// The cost budget.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct CostBudget {
    /// The amount for the month.
    pub limit: Money,
    /// What is spent in its currency. Absent where no cost is known.
    pub used: Option<Money>,
    /// What holds reserve for work about to start. Absent where they reserve nothing.
    pub reserved: Option<Money>,
    /// What remains, negative where more is spent.
    pub remaining: Option<Money>,
    /// Every token has its cost in the currency of the budget; otherwise more is spent than this.
    pub complete: bool,
    /// The share of the budget; 1 is all of it.
    pub ratio: Option<f64>,
    /// The level, by what is known.
    pub level: Option<Level>,
    /// Why it cannot be judged.
    pub problem: Option<BudgetProblem>,
}

/// Why a budget cannot be judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum BudgetProblem {
    /// The log's costs are in another currency.
    OtherCurrency { currency: Currency },
    /// Tokens were used, and none of them has a cost or a price.
    NoCosts,
    /// No row says what was used.
    NoFigures,
    /// It is in tokens, and the log states only costs.
    NoTokens,
    /// It is for a day or a week, and more than a tenth of what was used in the month carries no day.
    NoDays,
}

impl CostBudget {
    /// That of a month. None without a budget in money.
    pub(super) fn of(reconciled: &ReconciledMonth, policy: &Policy) -> Option<Self> {
        let limit = limits::cost_budget(reconciled, policy)?;
        let spent = Spent {
            cost: reconciled.spent_cost(),
            is_any: reconciled.spent() > Tokens::ZERO,
            is_unknown: reconciled.unknown_rows().is_some(),
            currency: reconciled.stated_currency(),
        };
        Some(spent.judge(limit, &policy.thresholds))
    }

    /// That of a team, with this limit.
    pub(super) fn of_team(
        reconciled: &ReconciledMonth,
        team: &TeamUsage,
        limit: Money,
        thresholds: &Thresholds,
    ) -> Self {
        let spent = Spent {
            cost: reconciled.spent_cost_of(team),
            is_any: reconciled
                .spent_of(team)
                .is_some_and(|used| used > Tokens::ZERO),
            is_unknown: reconciled.unknown_rows_of(team).is_some(),
            currency: reconciled.stated_currency(),
        };
        spent.judge(limit, thresholds)
    }

    /// The same with what holds reserve, of all teams or of one.
    #[must_use]
    pub(super) fn with_reserved(self, held: &HeldMoney<'_>, team: Option<&str>) -> Self {
        let nanos = held.in_currency(self.limit.currency, team).nanos;
        let reserved = Money {
            nanos,
            ..self.limit
        };
        Self {
            reserved: Some(reserved).filter(|reserved| reserved.nanos > 0),
            ..self
        }
    }

    /// What is spent, in nanos of the currency of the limit. None where that cannot be judged.
    pub fn judged(&self) -> Option<i128> {
        let used = self.used.filter(|_| self.level.is_some());
        used.map(|used| used.nanos)
    }

    /// Why its level says nothing, in words.
    pub fn problem(&self) -> Option<String> {
        self.problem.map(|problem| problem.to_string())
    }

    /// `the cost budget of €15.00 cannot be judged: the log's costs are in USD`
    pub fn not_judged(&self) -> Option<String> {
        self.problem.map(|problem| problem.of_budget(self.limit))
    }
}

/// A limit in money that cannot be judged since the log's costs are in another currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForeignLimit<'p> {
    /// None for the budget of all teams.
    pub team: Option<&'p str>,
    /// The day or week that it is for; none for the month.
    pub span: Option<BudgetSpan>,
    pub limit: Money,
    /// That of the log.
    pub currency: Currency,
    /// Where it is written.
    pub place: Place,
}

/// The limits in money that are in another currency than the log's costs, or than the log names.
pub fn foreign_limits<'p>(
    reconciled: &ReconciledMonth<'_>,
    policy: &'p Policy,
) -> Vec<ForeignLimit<'p>> {
    let own = reconciled.spent_cost().map(|cost| cost.money.currency);
    let Some(currency) = own.or_else(|| reconciled.stated_currency()) else {
        return Vec::new();
    };
    let (month, ledger) = (reconciled.month, reconciled.ledger);
    let of_policy = policy.cost_budget_of(month);
    let of_log = ledger.own_cost_budget.filter(|_| of_policy.is_none());
    let of_policy = of_policy.zip(policy.places_of(month).cost);
    let total = of_policy.or(of_log).into_iter();
    let total = total.map(|(limit, place)| (None, None, limit, place));
    let spans = ledger.notes.iter().filter_map(|note| match note.value {
        NoteValue::SpanBudget(span, SpanLimit::Cost(cost)) => {
            let limit = Money {
                nanos: cost.nanos.into(),
                currency: cost.currency?,
            };
            Some((None, Some(span), limit, note.place))
        }
        _ => None,
    });
    let teams = policy.teams.iter().filter_map(|team| {
        let name = Some(team.name.as_str());
        Some((name, None, team.cost?, team.places.cost?))
    });
    let limits = total.chain(spans).chain(teams);
    let foreign = limits.filter(|(_, _, limit, _)| limit.currency != currency);
    let foreign = foreign.map(|(team, span, limit, place)| ForeignLimit {
        team,
        span,
        limit,
        currency,
        place,
    });
    foreign.collect()
}

/// What is held against a budget in money.
pub(super) struct Spent {
    pub(super) cost: Option<Cost>,
    /// Tokens were used.
    pub(super) is_any: bool,
    /// There are rows, and none says what was used.
    pub(super) is_unknown: bool,
    /// The currency that the log names.
    pub(super) currency: Option<Currency>,
}

impl Spent {
    pub(super) fn judge(&self, limit: Money, thresholds: &Thresholds) -> CostBudget {
        let cost = self.cost.as_ref();
        let is_own = |money: &&Money| money.currency == limit.currency;
        let amounts = cost.into_iter().flat_map(|cost| {
            let own = std::iter::once(&cost.money);
            own.chain(&cost.others)
        });
        let known = amounts.clone().find(is_own).copied();
        let foreign = cost.map(|cost| cost.money.currency);
        let foreign = foreign.or(self.currency);
        let problem = match (foreign, known) {
            (Some(currency), _) if currency != limit.currency => {
                Some(BudgetProblem::OtherCurrency { currency })
            }
            (_, None) if self.is_any => Some(BudgetProblem::NoCosts),
            (_, None) if self.is_unknown => Some(BudgetProblem::NoFigures),
            _ => None,
        };
        let nothing = Money { nanos: 0, ..limit };
        let used = known.or(Some(nothing).filter(|_| problem.is_none()));
        let level = used.map(|used| thresholds.level(used.nanos, limit.nanos));
        // What is known may be too much already.
        let is_exceeded = level == Some(Level::Exceeded)
            || used.is_some_and(|used| used.nanos >= limit.nanos && used.nanos > 0);
        CostBudget {
            limit,
            reserved: None,
            remaining: used.map(|used| Money {
                nanos: limit.nanos.saturating_sub(used.nanos),
                ..limit
            }),
            complete: problem.is_none()
                && cost.is_none_or(|cost| cost.complete && cost.others.is_empty()),
            ratio: used.and_then(|used| ratio(used.nanos, limit.nanos)),
            level: level.filter(|_| problem.is_none() || is_exceeded),
            problem: problem.filter(|_| !is_exceeded),
            used,
        }
    }
}

impl BudgetProblem {
    /// That a budget cannot be judged, and why.
    pub(super) fn of_budget(self, limit: Money) -> String {
        format!("the cost budget of {limit} cannot be judged: {self}")
    }

    /// The same of the budget of a day or a week.
    pub(super) fn of_span(self, span: BudgetSpan, limit: Measured) -> String {
        let (name, limit) = (span.into_str(), limit.with_unit());
        format!("the budget of the {name}, {limit}, cannot be judged: {self}")
    }
}

impl fmt::Display for BudgetProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OtherCurrency { currency } => write!(f, "the log's costs are in {currency}"),
            Self::NoCosts => f.write_str("no tokens have a cost or a price"),
            Self::NoFigures => f.write_str("no row says how much was used"),
            Self::NoTokens => f.write_str("the log states only costs"),
            Self::NoDays => f.write_str("more than a tenth of the usage has no day"),
        }
    }
}
