//! What an alert compares with what, for a notice: tokens or money with a budget or an allocation, or a chance with thresholds of its own.

use super::AlertKind;
use crate::model::{Money, NoticeAmount, NoticeBasis, Probability, StatedCost, Tokens};

/// The amounts of an alert with a threshold.
pub(super) struct NoticeAmounts {
    pub(super) basis: NoticeBasis,
    pub(super) used: Option<NoticeAmount>,
    pub(super) budget: NoticeAmount,
    pub(super) chance: Option<Probability>,
}

impl NoticeAmounts {
    /// None of an alert without a threshold of a budget.
    pub(super) fn of(kind: &AlertKind) -> Option<Self> {
        of_tokens(kind)
            .or_else(|| of_money(kind))
            .or_else(|| of_chance(kind))
    }
}

fn of_tokens(kind: &AlertKind) -> Option<NoticeAmounts> {
    use AlertKind::{BudgetReserved, BudgetUsed, TeamReserved, TeamUsed};
    let (basis, used, budget) = match kind {
        BudgetUsed {
            used_tokens: used,
            budget_tokens: budget,
            ..
        }
        | TeamUsed {
            used_tokens: used,
            allocated_tokens: budget,
            ..
        } => (NoticeBasis::Actual, used, budget),
        BudgetReserved {
            total_tokens: used,
            budget_tokens: budget,
            ..
        }
        | TeamReserved {
            total_tokens: used,
            allocated_tokens: budget,
            ..
        } => (NoticeBasis::Reserved, used, budget),
        _ => return None,
    };
    Some(NoticeAmounts {
        basis,
        used: Some(NoticeAmount::Tokens(*used)),
        budget: NoticeAmount::Tokens(*budget),
        chance: None,
    })
}

fn of_money(kind: &AlertKind) -> Option<NoticeAmounts> {
    use AlertKind::{CostReserved, CostUsed, TeamCostReserved, TeamCostUsed};
    let (basis, used, budget) = match kind {
        CostUsed {
            used_cost,
            budget_cost,
            ..
        }
        | TeamCostUsed {
            used_cost,
            budget_cost,
            ..
        } => (NoticeBasis::Actual, used_cost, budget_cost),
        CostReserved {
            total_cost,
            budget_cost,
            ..
        }
        | TeamCostReserved {
            total_cost,
            budget_cost,
            ..
        } => (NoticeBasis::Reserved, total_cost, budget_cost),
        _ => return None,
    };
    Some(NoticeAmounts {
        basis,
        used: Some(amount(*used)),
        budget: amount(*budget),
        chance: None,
    })
}

/// Of a forecast, the likely amount takes the place of what is used, where there is one.
fn of_chance(kind: &AlertKind) -> Option<NoticeAmounts> {
    use AlertKind::{BudgetForecast, CostForecast, TeamCostForecast, TeamForecast};
    let tokens = |tokens: Tokens| NoticeAmount::Tokens(tokens);
    let (used, budget, chance) = match kind {
        BudgetForecast {
            budget_tokens,
            probability,
            estimates,
            ..
        } => {
            let mut estimates = estimates.iter();
            let worst = estimates.find(|end| end.probability == *probability);
            let likely = worst.map(|end| tokens(end.likely_tokens));
            (likely, tokens(*budget_tokens), probability)
        }
        TeamForecast {
            allocated_tokens,
            likely_tokens,
            probability,
            ..
        } => {
            let likely = Some(tokens(*likely_tokens));
            (likely, tokens(*allocated_tokens), probability)
        }
        CostForecast {
            budget_cost,
            likely_cost,
            probability,
            ..
        } => (likely_cost.map(amount), amount(*budget_cost), probability),
        TeamCostForecast {
            budget_cost,
            likely_cost,
            probability,
            ..
        } => {
            let likely = Some(amount(*likely_cost));
            (likely, amount(*budget_cost), probability)
        }
        _ => return None,
    };
    Some(NoticeAmounts {
        basis: NoticeBasis::Forecast,
        used,
        budget,
        chance: Some(*chance),
    })
}

fn amount(money: Money) -> NoticeAmount {
    NoticeAmount::Cost(StatedCost {
        nanos: u64::try_from(money.nanos).unwrap_or(u64::MAX),
        currency: Some(money.currency),
    })
}
