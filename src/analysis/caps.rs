//! Everything that limits what may be used: the budget and the limits of teams, in tokens and in money, with what is used of each.

use std::fmt;

use chrono::{DateTime, FixedOffset};
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    cost_budget::{BudgetProblem, CostBudget},
    report::{FigureKind, StatusReport, TeamReport},
    span_budget::SpanBudget,
};
use crate::{
    model::{
        BudgetPlaces, BudgetSource, BudgetSpan, Currency, Level, Measure, Money, Thresholds, Tokens,
    },
    text::{FileRole, Place},
};

/// Whose limit it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CapScope {
    Total,
    Team(String),
}

impl CapScope {
    pub fn team(&self) -> Option<&str> {
        match self {
            Self::Total => None,
            Self::Team(name) => Some(name),
        }
    }
}

impl fmt::Display for CapScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Total => "total",
            Self::Team(name) => name,
        })
    }
}

/// A limit, in tokens or in money. Amounts are tokens, or nanos of the currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cap {
    pub scope: CapScope,
    /// The running day or week that it is for; none for the month or period.
    pub span: Option<BudgetSpan>,
    /// That of the amounts; none for tokens.
    pub currency: Option<Currency>,
    pub limit: i128,
    /// None where that is not known, as of costs in another currency.
    pub used: Option<i128>,
    /// Why it cannot be judged.
    pub problem: Option<BudgetProblem>,
    /// Everything used is in `used`; otherwise it is more.
    pub complete: bool,
    /// What holds reserve.
    pub reserved: i128,
    pub source: CapSource,
    /// Where it is written, if in a file.
    pub place: Option<Place>,
    /// When it begins anew; none where that is done by hand, or the period is over.
    pub resets_at: Option<DateTime<FixedOffset>>,
}

/// What sets a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CapSource {
    Budget(BudgetSource),
    /// `[teams."NAME"]` in the settings.
    TeamSettings,
    /// The allocation of the team, in a table.
    Allocation,
}

/// A number of tokens, or an amount of money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum CapAmount {
    Tokens(i64),
    Money(Money),
}

/// `6,000`, `-250`, `$0.136`.
impl fmt::Display for CapAmount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tokens(tokens) => {
                let sign = if *tokens < 0 { "-" } else { "" };
                write!(f, "{sign}{}", Tokens(tokens.unsigned_abs()))
            }
            Self::Money(money) => money.fmt(f),
        }
    }
}

impl Cap {
    /// One of its amounts.
    pub fn amount(&self, amount: i128) -> CapAmount {
        if let Some(currency) = self.currency {
            return CapAmount::Money(Money {
                nanos: amount,
                currency,
            });
        }
        let most = if amount < 0 { i64::MIN } else { i64::MAX };
        CapAmount::Tokens(i64::try_from(amount).unwrap_or(most))
    }

    /// What is used and reserved. None where that is not known.
    pub fn committed(&self) -> Option<i128> {
        Some(self.used?.saturating_add(self.reserved))
    }

    /// The level of what is used and reserved.
    pub fn reserved_level(&self, thresholds: &Thresholds) -> Option<Level> {
        Some(thresholds.level(self.committed()?, self.limit))
    }

    /// What may still be used: nothing where that is not known.
    pub fn left(&self) -> i128 {
        let used = self.used.unwrap_or(self.limit);
        self.limit
            .saturating_sub(used)
            .saturating_sub(self.reserved)
    }

    /// The level of what is used.
    pub fn level(&self, thresholds: &Thresholds) -> Option<Level> {
        Some(thresholds.level(self.used?, self.limit))
    }
}

/// All limits that are set, the total ones first, then those of the teams in their order.
pub fn caps(report: &StatusReport) -> Vec<Cap> {
    let total = &CapScope::Total;
    let budget = &report.budget;
    let source = budget.source.unwrap_or(BudgetSource::Config);
    let of_tokens = budget.tokens.map(|limit| Cap {
        source: CapSource::Budget(source),
        place: match source {
            BudgetSource::Config => budget.places.tokens,
            _ => budget.place,
        },
        ..of_tokens(
            total,
            limit,
            (report.used.tokens, report.measure),
            report.held(),
        )
    });
    let of_money = report.cost_budget.as_ref().map(|cost| Cap {
        source: CapSource::Budget(match budget.cost_in_log {
            Some(_) => BudgetSource::Log,
            None => BudgetSource::Config,
        }),
        place: budget.cost_in_log.or(budget.places.cost),
        ..of_money(total, cost, budget.places)
    });
    let of_all = of_tokens.into_iter().chain(of_money);
    let mut caps: Vec<Cap> = of_all
        .chain(report.teams.iter().flat_map(of_team))
        .collect();
    for cap in &mut caps {
        cap.resets_at = report.resets_at;
    }
    caps.extend(report.span_budgets.iter().map(of_span));
    caps
}

/// That of the running day or week.
fn of_span(budget: &SpanBudget) -> Cap {
    let limit = budget.budget();
    Cap {
        scope: CapScope::Total,
        span: Some(budget.span),
        currency: limit.money().map(|money| money.currency),
        limit: limit.units().0,
        used: budget.level.and(budget.used()).map(|used| used.units().0),
        complete: budget.complete,
        reserved: 0,
        source: CapSource::Budget(BudgetSource::Log),
        place: Some(budget.place),
        problem: budget.problem,
        resets_at: budget.resets_at,
    }
}

fn of_team(team: &TeamReport) -> impl Iterator<Item = Cap> {
    let scope = CapScope::Team(team.name.clone());
    let tokens = team.allocated_tokens.map(|limit| {
        // None used is known, but where the log states only costs, or rows without a figure.
        let is_known = !team.measure.is_money() && team.unknown_rows.is_none();
        let none = Some(Tokens::ZERO).filter(|_| is_known);
        let used = team.used_tokens.or(none);
        let mut sources = team.sources.iter();
        let set = sources.find(|source| source.figure == FigureKind::Allocated);
        let in_table = set.is_some_and(|set| set.file.role() != FileRole::Settings);
        let (source, place) = if in_table {
            (CapSource::Allocation, team.place_of(FigureKind::Allocated))
        } else {
            (CapSource::TeamSettings, team.places.tokens)
        };
        Cap {
            source,
            place,
            ..of_tokens(&scope, limit, (used, team.measure), team.held())
        }
    });
    let cost = team.cost_budget.as_ref();
    let money = cost.map(|cost| of_money(&scope, cost, team.places));
    tokens.into_iter().chain(money)
}

fn of_tokens(
    scope: &CapScope,
    limit: Tokens,
    (used, measure): (Option<Tokens>, Measure),
    reserved: Tokens,
) -> Cap {
    let problem = if measure.is_money() {
        BudgetProblem::NoTokens
    } else {
        BudgetProblem::NoFigures
    };
    Cap {
        scope: scope.clone(),
        span: None,
        currency: None,
        limit: limit.0.into(),
        problem: used.is_none().then_some(problem),
        complete: used.is_some(),
        used: used.map(|used| used.0.into()),
        reserved: reserved.0.into(),
        source: CapSource::TeamSettings,
        place: None,
        resets_at: None,
    }
}

fn of_money(scope: &CapScope, cost: &CostBudget, places: BudgetPlaces) -> Cap {
    Cap {
        scope: scope.clone(),
        span: None,
        currency: Some(cost.limit.currency),
        limit: cost.limit.nanos,
        used: cost.judged(),
        problem: cost.problem,
        complete: cost.complete,
        reserved: cost.reserved.map_or(0, |reserved| reserved.nanos),
        source: CapSource::TeamSettings,
        place: places.cost,
        resets_at: None,
    }
}
