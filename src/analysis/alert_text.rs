//! The words for what an alert is about: in full, and in about thirty cells.

use super::alert::AlertKind;
use crate::model::{Percent, Tokens};

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
            } => {
                let share = share(*sum, *budget);
                format!("{used} used + {held} reserved = {sum} of {budget} tokens{share}")
            }
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
                ..
            } => {
                let share = self.share_allocated();
                let sums = if *reserve == Tokens::ZERO {
                    format!("allocations {allocated}")
                } else {
                    format!("allocations {allocated} + reserve {reserve} = {sum}")
                };
                format!("{sums}, {share}: teams that keep to theirs may still exceed it")
            }
            Self::CostUsed { .. } | Self::CostNotJudged { .. } => self.message_on_cost(),
            Self::BudgetForecast { .. } | Self::CostForecast { .. } => self.message_on_forecast(),
            _ => self.message_on_team(),
        }
    }

    fn message_on_cost(&self) -> String {
        match self {
            Self::CostUsed {
                used_cost: used,
                budget_cost: limit,
                complete,
                ..
            } => {
                let share = in_percent(used.nanos, limit.nanos);
                format!("{used}{} of {limit} spent{share}", at_least(*complete))
            }
            Self::CostNotJudged {
                budget_cost: limit,
                problem,
            } => format!("the budget of {limit} cannot be judged: {problem}"),
            _ => String::new(),
        }
    }

    fn message_on_forecast(&self) -> String {
        match self {
            Self::BudgetForecast {
                budget_tokens: budget,
                ends,
                estimates,
                ..
            } => {
                let estimates = estimates.iter().map(|end| {
                    let (until, likely) = (end.basis.until(*ends), end.likely_tokens.compact());
                    format!("{until} (likely {likely}, {} chance)", end.probability)
                });
                let estimates: Vec<String> = estimates.collect();
                format!("{budget} tokens may not be enough {}", estimates.join(", "))
            }
            Self::CostForecast {
                budget_cost: budget,
                probability: chance,
                ends,
            } => {
                format!("the cost budget of {budget} may not be enough by {ends} ({chance} chance)")
            }
            _ => String::new(),
        }
    }

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
            } => {
                let share = share(*sum, *limit);
                format!("{used} used + {held} reserved = {sum} / {limit}{share}")
            }
            Self::TeamForecast {
                allocated_tokens: limit,
                likely_tokens: likely,
                probability: chance,
                ends,
            } => format!(
                "{chance} chance of exceeding its {limit} tokens by {ends} (likely {})",
                likely.compact()
            ),
            Self::TeamEfficiency {
                tokens_per_deliverable: each,
                alert_tokens: limit,
                ..
            } => {
                let share = share(*each, *limit);
                format!("{each} tokens/deliverable, alert at {limit}{share}")
            }
            _ => String::new(),
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
            } => format!(
                "with {} reserved {} of {}{}",
                held.compact(),
                sum.compact(),
                budget.compact(),
                share(*sum, *budget)
            ),
            Self::CostUsed {
                used_cost: used,
                budget_cost: limit,
                complete,
                ..
            } => format!("{used}{} of {limit} spent", at_least(*complete)),
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
            Self::OverAllocated { .. } => format!("allocated {}", self.share_allocated()),
            _ => self.brief_on_team(),
        }
    }

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
            } => format!(
                " with {} reserved {} of {}",
                held.compact(),
                sum.compact(),
                limit.compact()
            ),
            Self::TeamForecast {
                probability: chance,
                ..
            } => format!(" may run out ({chance} chance)"),
            Self::TeamEfficiency {
                tokens_per_deliverable: each,
                alert_tokens: limit,
                ..
            } => format!(" {}/deliverable, limit {}", each.compact(), limit.compact()),
            _ => String::new(),
        }
    }

    /// `105.0% of the budget`.
    fn share_allocated(&self) -> String {
        let share = match self {
            Self::OverAllocated {
                total_tokens: sum,
                budget_tokens: budget,
                ..
            } => Percent::new(sum.0, budget.0),
            _ => None,
        };
        share.map_or_else(
            || "more than the budget".to_owned(),
            |share| format!("{share} of the budget"),
        )
    }
}

fn share(part: Tokens, whole: Tokens) -> String {
    in_percent(part.0, whole.0)
}

fn in_percent(part: impl Into<i128>, whole: impl Into<i128>) -> String {
    let share = Percent::new(part, whole);
    share.map(|share| format!(" ({share})")).unwrap_or_default()
}

fn in_state(status: Option<&str>) -> String {
    status
        .map(|status| format!(", {status}"))
        .unwrap_or_default()
}

const fn at_least(complete: bool) -> &'static str {
    if complete { "" } else { "+" }
}
