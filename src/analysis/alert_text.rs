//! The words for what an alert is about: in full, and in about thirty cells.

use chrono::NaiveDate;

use super::{
    alert::{AlertKind, LikelyTotal},
    span_budget::amounts,
};
use crate::model::{Measured, Money, Percent, Probability, Tokens, in_brackets};

impl AlertKind {
    /// What is the matter, without the name of the team.
    pub(super) fn message(&self) -> String {
        match self {
            Self::BudgetUsed {
                used_tokens: used,
                budget_tokens: budget,
                ..
            } => format!("{used} of {budget} tokens used{}", share(*used, *budget)),
            Self::BudgetReserved {
                used_tokens: used,
                reserved_tokens: held,
                total_tokens: sum,
                budget_tokens: budget,
                ..
            } => with_holds([used, held, sum], &format!("of {budget} tokens"), *budget),
            Self::CostUsed {
                used_cost: used,
                budget_cost: limit,
                complete,
                ..
            } => spent(used, limit, *complete) + &share_of_money(used, limit),
            Self::SpanUsed { .. } | Self::SpanNotJudged { .. } => self.message_on_span(),
            Self::CostReserved {
                used_cost: used,
                reserved_cost: held,
                total_cost: sum,
                budget_cost: limit,
                ..
            } => money_with_holds([used, held, sum], "of", limit),
            Self::CostNotJudged {
                budget_cost: limit,
                problem,
            } => problem.of_budget(*limit),
            Self::BudgetForecast {
                budget_tokens: budget,
                ends,
                estimates,
                ..
            } => may_exceed(*budget, *ends, estimates),
            Self::CostForecast {
                budget_cost: budget,
                likely_cost: likely,
                probability,
                ends,
            } => cost_may_exceed(*budget, *ends, *likely, *probability),
            Self::PlanTotal {
                total_tokens: total,
                budget_tokens: budget,
                threshold_percent: percent,
                threshold_tokens: tokens,
                pending,
                ..
            } => {
                let share = share(*total, *budget);
                format!("plan {total}{share} reaches {percent}% ({tokens}); {pending}")
            }
            Self::OverAllocated {
                allocated_tokens: allocated,
                reserve_tokens: reserve,
                total_tokens: sum,
                budget_tokens: budget,
                ..
            } => over_allocated(*allocated, *reserve, *sum, *budget),
            Self::TeamUsed { .. }
            | Self::TeamReserved { .. }
            | Self::TeamCostUsed { .. }
            | Self::TeamCostReserved { .. }
            | Self::TeamForecast { .. }
            | Self::TeamCostForecast { .. }
            | Self::TeamEfficiency { .. } => self.message_on_team(),
            Self::CacheHitRate { rate, goal, .. } => format!("cache hit rate {rate}, {goal}"),
        }
    }

    /// Empty where it is not about the budget of a day or a week.
    fn message_on_span(&self) -> String {
        match self {
            Self::SpanUsed {
                span,
                used_tokens,
                budget_tokens,
                used_cost,
                budget_cost,
                complete,
                estimate,
                ..
            } => {
                let used = Measured::join(*used_tokens, *used_cost);
                let budget = Measured::join(*budget_tokens, *budget_cost);
                let share = in_brackets(Percent::new(used.units(), budget.units()));
                amounts(*span, (used, budget), *complete, *estimate) + &share
            }
            Self::SpanNotJudged {
                span,
                budget_tokens,
                budget_cost,
                problem,
            } => problem.of_span(*span, Measured::join(*budget_tokens, *budget_cost)),
            _ => String::new(),
        }
    }

    /// Empty where it is not about a team.
    fn message_on_team(&self) -> String {
        match self {
            Self::TeamUsed {
                used_tokens: used,
                allocated_tokens: limit,
                status,
                ..
            } => format!(
                "{used} / {limit}{}{}",
                share(*used, *limit),
                in_state(status.as_deref())
            ),
            Self::TeamReserved {
                used_tokens: used,
                reserved_tokens: held,
                total_tokens: sum,
                allocated_tokens: limit,
                ..
            } => with_holds([used, held, sum], &format!("/ {limit}"), *limit),
            Self::TeamCostUsed {
                used_cost: used,
                budget_cost: limit,
                complete,
                ..
            } => {
                let more = if *complete { "" } else { "+" };
                format!(
                    "{used}{more} / {limit} spent{}",
                    share_of_money(used, limit)
                )
            }
            Self::TeamCostReserved {
                used_cost: used,
                reserved_cost: held,
                total_cost: sum,
                budget_cost: limit,
                ..
            } => money_with_holds([used, held, sum], "/", limit),
            Self::TeamForecast {
                allocated_tokens: limit,
                likely_tokens: likely,
                probability: chance,
                ends,
            } => format!(
                "{chance} chance of exceeding its {limit} tokens by {ends} (likely {})",
                likely.compact()
            ),
            Self::TeamCostForecast {
                budget_cost: limit,
                likely_cost: likely,
                probability: chance,
                ends,
            } => format!("{chance} chance of exceeding its {limit} by {ends} (likely {likely})"),
            Self::TeamEfficiency {
                tokens_per_deliverable: each,
                alert_tokens: limit,
                ..
            } => {
                let share = share(*each, *limit);
                format!("{each} tokens/deliverable, alert at {limit}{share}")
            }
            Self::BudgetUsed { .. }
            | Self::BudgetReserved { .. }
            | Self::CostUsed { .. }
            | Self::SpanUsed { .. }
            | Self::SpanNotJudged { .. }
            | Self::CostReserved { .. }
            | Self::CostNotJudged { .. }
            | Self::BudgetForecast { .. }
            | Self::CostForecast { .. }
            | Self::PlanTotal { .. }
            | Self::OverAllocated { .. }
            | Self::CacheHitRate { .. } => String::new(),
        }
    }

    /// The message in about thirty cells. About a team it continues the name.
    pub(super) fn brief(&self) -> String {
        match self {
            Self::BudgetUsed {
                used_tokens: used,
                budget_tokens: budget,
                ..
            } => format!(
                "{} of {} used{}",
                used.compact(),
                budget.compact(),
                share(*used, *budget)
            ),
            Self::BudgetReserved {
                reserved_tokens: held,
                total_tokens: sum,
                budget_tokens: budget,
                ..
            } => brief_with_holds(*held, *sum, *budget) + &share(*sum, *budget),
            Self::CostUsed {
                used_cost: used,
                budget_cost: limit,
                complete,
                ..
            } => spent(used, limit, *complete),
            Self::SpanUsed { .. } | Self::SpanNotJudged { .. } => self.message_on_span(),
            Self::CostReserved {
                reserved_cost: held,
                total_cost: sum,
                budget_cost: limit,
                ..
            } => format!("with {held} reserved {sum} of {limit}"),
            Self::CostNotJudged {
                budget_cost: limit,
                problem,
            } => format!("{limit}: {problem}"),
            Self::BudgetForecast {
                probability: chance,
                ..
            } => format!("may not be enough ({chance} chance)"),
            Self::CostForecast {
                budget_cost: budget,
                probability: chance,
                ..
            } => format!("{budget} may not be enough ({chance})"),
            Self::PlanTotal {
                threshold_percent: percent,
                threshold_tokens: tokens,
                ..
            } => format!("plan reaches {percent}% ({tokens})"),
            Self::OverAllocated {
                total_tokens: sum,
                budget_tokens: budget,
                ..
            } => format!("allocated {}", share_allocated(*sum, *budget)),
            Self::TeamUsed { .. }
            | Self::TeamReserved { .. }
            | Self::TeamCostUsed { .. }
            | Self::TeamCostReserved { .. }
            | Self::TeamForecast { .. }
            | Self::TeamCostForecast { .. }
            | Self::TeamEfficiency { .. } => self.brief_on_team(),
            Self::CacheHitRate { rate, goal, .. } => {
                format!("cache hits {rate}, target {}", goal.value.short())
            }
        }
    }

    /// Empty where it is not about a team.
    fn brief_on_team(&self) -> String {
        match self {
            Self::TeamUsed {
                used_tokens: used,
                allocated_tokens: limit,
                status,
                ..
            } => {
                let share = Percent::new(used.0, limit.0).map(|share| format!(" {share}"));
                let (share, limit) = (share.unwrap_or_default(), limit.compact());
                format!("{share} of {limit}{}", in_state(status.as_deref()))
            }
            Self::TeamReserved {
                reserved_tokens: held,
                total_tokens: sum,
                allocated_tokens: limit,
                ..
            } => format!(" {}", brief_with_holds(*held, *sum, *limit)),
            Self::TeamCostUsed {
                used_cost: used,
                budget_cost: limit,
                complete,
                ..
            } => format!(" {}", spent(used, limit, *complete)),
            Self::TeamCostReserved {
                reserved_cost: held,
                total_cost: sum,
                budget_cost: limit,
                ..
            } => format!(" with {held} reserved {sum} of {limit}"),
            Self::TeamForecast {
                probability: chance,
                ..
            }
            | Self::TeamCostForecast {
                probability: chance,
                ..
            } => format!(" may run out ({chance} chance)"),
            Self::TeamEfficiency {
                tokens_per_deliverable: each,
                alert_tokens: limit,
                ..
            } => format!(
                " {}/deliverable, alert at {}",
                each.compact(),
                limit.compact()
            ),
            Self::BudgetUsed { .. }
            | Self::BudgetReserved { .. }
            | Self::CostUsed { .. }
            | Self::SpanUsed { .. }
            | Self::SpanNotJudged { .. }
            | Self::CostReserved { .. }
            | Self::CostNotJudged { .. }
            | Self::BudgetForecast { .. }
            | Self::CostForecast { .. }
            | Self::PlanTotal { .. }
            | Self::OverAllocated { .. }
            | Self::CacheHitRate { .. } => String::new(),
        }
    }
}

/// `126,000 used + 36,000 reserved = 162,000 of 200,000 tokens (81.0%)`.
fn with_holds([used, held, sum]: [&Tokens; 3], of_all: &str, all: Tokens) -> String {
    let share = share(*sum, all);
    format!("{used} used + {held} reserved = {sum} {of_all}{share}")
}

/// `$9.10 spent + $0.50 reserved = $9.60 of $10.00 (96.0%)`.
fn money_with_holds([used, held, sum]: [&Money; 3], of: &str, all: &Money) -> String {
    let share = share_of_money(sum, all);
    format!("{used} spent + {held} reserved = {sum} {of} {all}{share}")
}

fn brief_with_holds(held: Tokens, sum: Tokens, all: Tokens) -> String {
    let [held, sum, all] = [held, sum, all].map(Tokens::compact);
    format!("with {held} reserved {sum} of {all}")
}

/// `$0.013+ of $0.015 spent`, where more is spent than is known.
fn spent(used: &Money, limit: &Money, complete: bool) -> String {
    let more = if complete { "" } else { "+" };
    format!("{used}{more} of {limit} spent")
}

fn may_exceed(budget: Tokens, ends: NaiveDate, estimates: &[LikelyTotal]) -> String {
    let estimates = estimates.iter().map(|end| {
        let (until, likely) = (end.basis.until(ends), end.likely_tokens.compact());
        format!("{until} (likely {likely}, {} chance)", end.probability)
    });
    let estimates: Vec<String> = estimates.collect();
    format!("{budget} tokens may not be enough {}", estimates.join(", "))
}

fn cost_may_exceed(
    budget: Money,
    ends: NaiveDate,
    likely: Option<Money>,
    chance: Probability,
) -> String {
    let likely = likely.map(|likely| format!("likely {likely}, "));
    let likely = likely.unwrap_or_default();
    format!("the cost budget of {budget} may not be enough by {ends} ({likely}{chance} chance)")
}

fn over_allocated(allocated: Tokens, reserve: Tokens, sum: Tokens, budget: Tokens) -> String {
    let share = share_allocated(sum, budget);
    let sums = if reserve == Tokens::ZERO {
        format!("allocations {allocated}")
    } else {
        format!("allocations {allocated} + reserve {reserve} = {sum}")
    };
    format!("{sums}, {share}: teams that keep to theirs may still exceed it")
}

/// `105.0% of the budget`.
fn share_allocated(sum: Tokens, budget: Tokens) -> String {
    let share = Percent::new(sum.0, budget.0);
    share.map_or_else(
        || "more than the budget".to_owned(),
        |share| format!("{share} of the budget"),
    )
}

fn share(part: Tokens, whole: Tokens) -> String {
    in_brackets(Percent::new(part.0, whole.0))
}

fn share_of_money(part: &Money, whole: &Money) -> String {
    in_brackets(Percent::new(part.nanos, whole.nanos))
}

fn in_state(status: Option<&str>) -> String {
    status
        .map(|status| format!(", {status}"))
        .unwrap_or_default()
}
