//! An alert: what needs attention, with its figures as numbers.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::Serialize;
use serde_with::skip_serializing_none;

use super::{
    Estimate, ForecastBasis, Plan,
    cost_budget::BudgetProblem,
    report::{FigureKind, TeamReport, short_name},
    verdict::Basis,
};
use crate::{
    model::{BudgetSpan, Level, Money, Percent, Probability, RateGoal, Tokens},
    text::Place,
};

/// What an alert is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AlertScope {
    /// The whole budget.
    Total,
    /// What is used and reserved of the whole budget, or of a team's allocation.
    Reserved,
    /// The cost budget.
    Cost,
    /// What is forecast, not what is used.
    Forecast,
    /// What is planned.
    Plan,
    /// A team's allocation.
    Team,
    /// A team's tokens per deliverable.
    Efficiency,
    /// The sum of the allocations.
    Allocation,
    /// A rate that the settings state a target for.
    Target,
}

/// Something that needs attention.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Alert {
    pub level: Level,
    pub scope: AlertScope,
    /// What the level rests on.
    pub basis: Basis,
    /// The stable code, and the figures that the message is made of.
    #[serde(flatten)]
    pub kind: AlertKind,
    /// The team, where it is about one.
    pub team: Option<String>,
    /// A sentence with these figures. Its words may change.
    pub message: String,
    /// The same in about thirty cells.
    #[serde(skip)]
    pub brief: String,
    /// Where the figure is written, the first of several.
    #[serde(flatten)]
    pub place: Option<Place>,
}

/// What is the matter. Ratios are shares of the budget or the allocation, 1 being all of it; absent where that is 0.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(tag = "code", rename_all = "kebab-case")]
pub enum AlertKind {
    /// Tokens used of the budget.
    BudgetUsed {
        used_tokens: Tokens,
        budget_tokens: Tokens,
        ratio: Option<f64>,
    },
    /// Tokens used and reserved of the budget. Only where the level is worse than without what is reserved.
    BudgetReserved {
        used_tokens: Tokens,
        reserved_tokens: Tokens,
        /// Both together.
        total_tokens: Tokens,
        budget_tokens: Tokens,
        ratio: Option<f64>,
    },
    /// Money spent of the cost budget.
    CostUsed {
        used_cost: Money,
        budget_cost: Money,
        /// Every token has a cost; otherwise more than this is spent.
        complete: bool,
        ratio: Option<f64>,
    },
    /// Tokens or money used of the budget of the running day or week.
    SpanUsed {
        span: BudgetSpan,
        used_tokens: Option<Tokens>,
        budget_tokens: Option<Tokens>,
        used_cost: Option<Money>,
        budget_cost: Option<Money>,
        /// Every token has a cost; otherwise more than this is spent.
        complete: bool,
        /// A figure of what is used is an estimate.
        estimate: bool,
        ratio: Option<f64>,
    },
    /// The budget of the running day or week cannot be judged.
    SpanNotJudged {
        span: BudgetSpan,
        budget_tokens: Option<Tokens>,
        budget_cost: Option<Money>,
        problem: BudgetProblem,
    },
    /// Money spent and reserved of the cost budget. Only where the level is worse than without what is reserved.
    CostReserved {
        used_cost: Money,
        reserved_cost: Money,
        /// Both together.
        total_cost: Money,
        budget_cost: Money,
        ratio: Option<f64>,
    },
    /// The cost budget cannot be judged.
    CostNotJudged {
        budget_cost: Money,
        problem: BudgetProblem,
    },
    /// The tokens of the budget may not be enough.
    BudgetForecast {
        budget_tokens: Tokens,
        /// The chance of exceeding it: the worst of the estimates.
        probability: Probability,
        /// The last day of the month.
        ends: NaiveDate,
        /// The estimates by which it may not be enough.
        estimates: Vec<LikelyTotal>,
    },
    /// The money of the budget may not be enough.
    CostForecast {
        budget_cost: Money,
        /// Where the log states only costs.
        likely_cost: Option<Money>,
        probability: Probability,
        ends: NaiveDate,
    },
    /// What is used and planned reaches a threshold of the budget.
    PlanTotal {
        total_tokens: Tokens,
        pending_tokens: Tokens,
        budget_tokens: Tokens,
        ratio: Option<f64>,
        /// The threshold that it reaches, in percent of the budget.
        threshold_percent: u32,
        threshold_tokens: Tokens,
        /// The pending phases in words.
        #[serde(skip)]
        pending: String,
    },
    /// The allocations and the reserve add up to more than the budget.
    OverAllocated {
        allocated_tokens: Tokens,
        reserve_tokens: Tokens,
        /// Both together.
        total_tokens: Tokens,
        budget_tokens: Tokens,
        ratio: Option<f64>,
    },
    /// Tokens used of the allocation of a team that is not done.
    TeamUsed {
        used_tokens: Tokens,
        allocated_tokens: Tokens,
        ratio: Option<f64>,
        status: Option<String>,
    },
    /// Tokens used and reserved of a team's allocation.
    TeamReserved {
        used_tokens: Tokens,
        reserved_tokens: Tokens,
        /// Both together.
        total_tokens: Tokens,
        allocated_tokens: Tokens,
        ratio: Option<f64>,
    },
    /// Money that a team that is not done spent of what it may cost.
    TeamCostUsed {
        used_cost: Money,
        budget_cost: Money,
        /// Every token has a cost; otherwise more than this is spent.
        complete: bool,
        ratio: Option<f64>,
    },
    /// Money spent and reserved of what a team may cost.
    TeamCostReserved {
        used_cost: Money,
        reserved_cost: Money,
        /// Both together.
        total_cost: Money,
        budget_cost: Money,
        ratio: Option<f64>,
    },
    /// The allocation of a team may not be enough.
    TeamForecast {
        allocated_tokens: Tokens,
        likely_tokens: Tokens,
        probability: Probability,
        ends: NaiveDate,
    },
    /// The limit of a team in money may not be enough. Only where the log states no tokens.
    TeamCostForecast {
        budget_cost: Money,
        likely_cost: Money,
        probability: Probability,
        ends: NaiveDate,
    },
    /// A team takes more tokens per deliverable than it should.
    TeamEfficiency {
        tokens_per_deliverable: Tokens,
        /// The figure that the log or the settings name as the alert. Thresholds are percentages of it.
        alert_tokens: Tokens,
        ratio: Option<f64>,
    },
    /// The cache hit rate of all teams or of one is below the target that the settings state. The figures are numbers from 0 to 1.
    CacheHitRate {
        value: f64,
        target: f64,
        /// Below this it is a warning.
        warning: f64,
        /// The same figures in words.
        #[serde(skip)]
        rate: Percent,
        #[serde(skip)]
        goal: RateGoal,
    },
}

/// An estimate in an alert.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct LikelyTotal {
    pub basis: ForecastBasis,
    pub likely_tokens: Tokens,
    /// The chance of exceeding the budget.
    pub probability: Probability,
}

impl LikelyTotal {
    pub(super) fn of(end: &Estimate) -> Option<Self> {
        Some(Self {
            basis: end.basis,
            likely_tokens: end.quantiles.p50?,
            probability: end.probability_over_budget?,
        })
    }
}

impl Alert {
    /// An alert, if the level is one to be alarmed at.
    pub(super) fn new(level: Level, kind: AlertKind) -> Option<Self> {
        (level > Level::Ok).then(|| Self {
            level,
            scope: kind.scope(),
            basis: kind.basis(),
            team: None,
            message: kind.message(),
            brief: kind.brief(),
            place: None,
            kind,
        })
    }

    /// The same about a team, whose name comes before the text.
    pub(super) fn of_team(level: Level, kind: AlertKind, team: &TeamReport) -> Option<Self> {
        let figure = match kind {
            AlertKind::TeamEfficiency { .. } => FigureKind::Deliverables,
            _ => FigureKind::Used,
        };
        let place = team.place_of(figure);
        let separator = match kind {
            AlertKind::TeamForecast { .. } | AlertKind::TeamCostForecast { .. } => ": ",
            _ => " ",
        };
        let alert = Self::new(level, kind)?;
        Some(Self {
            team: Some(team.name.clone()),
            message: format!("{}{separator}{}", team.name, alert.message),
            brief: format!("{}{}", team.short_name(), alert.brief),
            place: place.or_else(|| team.place_of(FigureKind::Used)),
            ..alert
        })
    }

    /// The same about a team by its name.
    pub(super) fn about(self, team: &str) -> Self {
        Self {
            message: format!("{team}: {}", self.message),
            brief: format!("{}: {}", short_name(team), self.brief),
            team: Some(team.to_owned()),
            ..self
        }
    }

    pub(super) fn at(self, place: Option<Place>) -> Self {
        Self { place, ..self }
    }
}

impl AlertKind {
    const fn scope(&self) -> AlertScope {
        match self {
            Self::BudgetUsed { .. } | Self::SpanUsed { .. } | Self::SpanNotJudged { .. } => {
                AlertScope::Total
            }
            Self::BudgetReserved { .. }
            | Self::CostReserved { .. }
            | Self::TeamReserved { .. }
            | Self::TeamCostReserved { .. } => AlertScope::Reserved,
            Self::CostUsed { .. } | Self::CostNotJudged { .. } => AlertScope::Cost,
            Self::BudgetForecast { .. }
            | Self::CostForecast { .. }
            | Self::TeamForecast { .. }
            | Self::TeamCostForecast { .. } => AlertScope::Forecast,
            Self::PlanTotal { .. } => AlertScope::Plan,
            Self::OverAllocated { .. } => AlertScope::Allocation,
            Self::TeamUsed { .. } | Self::TeamCostUsed { .. } => AlertScope::Team,
            Self::TeamEfficiency { .. } => AlertScope::Efficiency,
            Self::CacheHitRate { .. } => AlertScope::Target,
        }
    }

    const fn basis(&self) -> Basis {
        match self.scope() {
            AlertScope::Total
            | AlertScope::Cost
            | AlertScope::Team
            | AlertScope::Efficiency
            | AlertScope::Target => Basis::Used,
            AlertScope::Reserved => Basis::Reserved,
            AlertScope::Forecast => Basis::Forecast,
            AlertScope::Plan => Basis::Plan,
            AlertScope::Allocation => Basis::Allocated,
        }
    }
}

/// `pending QA 22,000 + Security 15,000`, with at most four phases.
pub(super) fn pending(plan: &Plan) -> String {
    const MAX_NAMED: usize = 4;
    let named: Vec<String> = plan
        .pending()
        .take(MAX_NAMED)
        .map(|phase| format!("{} {}", phase.label, phase.pending_tokens))
        .collect();
    let more = plan.pending().count() - named.len();
    match (named.is_empty(), more) {
        (true, _) => "nothing pending".to_owned(),
        (false, 0) => format!("pending {}", named.join(" + ")),
        (false, more) => format!("pending {} + {more} more", named.join(" + ")),
    }
}
