//! What needs attention. The allocation of a finished team raises no alert, since nothing can be done about it; its efficiency does.

use super::{
    CostBudget, ForecastBasis, SpanBudget,
    alert::{Alert, AlertKind, LikelyTotal, pending},
    report::{StatusReport, TeamReport},
    target_report::TargetReport,
};
use crate::model::{Level, Money, Probability, Thresholds, Tokens, ratio};

/// Every alert of the report, the worst first; of equal levels, the whole budget before the teams.
pub(super) fn all(report: &StatusReport) -> Vec<Alert> {
    let teams = &report.teams;
    let mut alerts: Vec<Alert> = [
        total(report),
        reserved(report),
        cost(report),
        cost_reserved(report),
        forecast(report),
        forecast_cost(report),
        plan(report),
        allocation(report),
    ]
    .into_iter()
    .flatten()
    .collect();
    alerts.extend(report.span_budgets.iter().filter_map(of_span));
    alerts.extend(teams.iter().filter_map(team_used));
    alerts.extend(teams.iter().filter_map(team_reserved));
    alerts.extend(teams.iter().filter_map(team_cost));
    let thresholds = &report.budget.thresholds;
    let reserved = teams
        .iter()
        .filter_map(|team| team_cost_reserved(team, thresholds));
    alerts.extend(reserved);
    let forecasts = teams.iter().filter_map(|team| team_forecast(report, team));
    alerts.extend(forecasts);
    let forecasts = teams
        .iter()
        .filter_map(|team| team_forecast_of_cost(report, team));
    alerts.extend(forecasts);
    alerts.extend(teams.iter().filter_map(|team| efficiency(report, team)));
    alerts.extend(report.targets.iter().filter_map(missed_target));
    alerts.sort_by_key(|alert| (std::cmp::Reverse(alert.level), alert.scope));
    alerts
}

fn total(report: &StatusReport) -> Option<Alert> {
    let (used_tokens, budget_tokens) = (report.used_tokens(), report.budget.tokens?);
    let kind = AlertKind::BudgetUsed {
        used_tokens,
        budget_tokens,
        ratio: ratio(used_tokens.0, budget_tokens.0),
    };
    Alert::new(report.token_level?, kind)
}

fn of_span(budget: &SpanBudget) -> Option<Alert> {
    if let Some(problem) = budget.problem {
        let kind = AlertKind::SpanNotJudged {
            span: budget.span,
            budget_tokens: budget.budget_tokens,
            budget_cost: budget.budget_cost,
            problem,
        };
        return Some(Alert::new(Level::Warning, kind)?.at(Some(budget.place)));
    }
    let kind = AlertKind::SpanUsed {
        span: budget.span,
        used_tokens: budget.used_tokens,
        budget_tokens: budget.budget_tokens,
        used_cost: budget.used_cost,
        budget_cost: budget.budget_cost,
        complete: budget.complete,
        estimate: budget.estimate,
        ratio: budget.ratio,
    };
    Some(Alert::new(budget.level?, kind)?.at(Some(budget.place)))
}

/// Only where the level is worse than without the reserved tokens.
fn reserved(report: &StatusReport) -> Option<Alert> {
    let level = report
        .reserved_token_level
        .filter(|level| Some(*level) > report.token_level)?;
    let (used_tokens, reserved_tokens) = (report.used_tokens(), report.held());
    let (total_tokens, budget_tokens) = (
        used_tokens.saturating_add(reserved_tokens),
        report.budget.tokens?,
    );
    let kind = AlertKind::BudgetReserved {
        used_tokens,
        reserved_tokens,
        total_tokens,
        budget_tokens,
        ratio: ratio(total_tokens.0, budget_tokens.0),
    };
    Alert::new(level, kind)
}

/// What is spent of the cost budget, or why it cannot be judged.
fn cost(report: &StatusReport) -> Option<Alert> {
    let budget = report.cost_budget.as_ref()?;
    let budget_cost = budget.limit;
    if let Some(problem) = budget.problem {
        let kind = AlertKind::CostNotJudged {
            budget_cost,
            problem,
        };
        return Alert::new(Level::Warning, kind);
    }
    let used_cost = budget.used?;
    let kind = AlertKind::CostUsed {
        used_cost,
        budget_cost,
        complete: budget.complete,
        ratio: ratio(used_cost.nanos, budget_cost.nanos),
    };
    Alert::new(budget.level?, kind)
}

fn cost_reserved(report: &StatusReport) -> Option<Alert> {
    let budget = report.cost_budget.as_ref()?;
    let (level, [used_cost, reserved_cost, total_cost]) =
        with_reserved(budget, &report.budget.thresholds)?;
    let kind = AlertKind::CostReserved {
        used_cost,
        reserved_cost,
        total_cost,
        budget_cost: budget.limit,
        ratio: ratio(total_cost.nanos, budget.limit.nanos),
    };
    Alert::new(level, kind)
}

/// What is spent of a budget, what is reserved, and both, with the level of both. None where it is no worse than that of what is spent.
fn with_reserved(budget: &CostBudget, thresholds: &Thresholds) -> Option<(Level, [Money; 3])> {
    let (used, reserved) = (budget.used?, budget.reserved?);
    let total = Money {
        nanos: used.nanos.saturating_add(reserved.nanos),
        ..used
    };
    let level = thresholds.level(total.nanos, budget.limit.nanos);
    (level > budget.level?).then_some((level, [used, reserved, total]))
}

fn team_cost(team: &TeamReport) -> Option<Alert> {
    let budget = team.cost_budget.as_ref().filter(|_| !team.is_done())?;
    let used_cost = budget.used?;
    let kind = AlertKind::TeamCostUsed {
        used_cost,
        budget_cost: budget.limit,
        complete: budget.complete,
        ratio: ratio(used_cost.nanos, budget.limit.nanos),
    };
    Alert::of_team(budget.level?, kind, team)
}

fn team_cost_reserved(team: &TeamReport, thresholds: &Thresholds) -> Option<Alert> {
    let budget = team.cost_budget.as_ref()?;
    let (level, [used_cost, reserved_cost, total_cost]) = with_reserved(budget, thresholds)?;
    let kind = AlertKind::TeamCostReserved {
        used_cost,
        reserved_cost,
        total_cost,
        budget_cost: budget.limit,
        ratio: ratio(total_cost.nanos, budget.limit.nanos),
    };
    Alert::of_team(level, kind, team)
}

/// The token budget may be exceeded: by the end of the month, or by all planned work.
fn forecast(report: &StatusReport) -> Option<Alert> {
    let (forecast, budget_tokens) = (&report.forecast, report.budget.tokens?);
    if report.token_level == Some(Level::Exceeded) {
        return None;
    }
    let may_exceed = forecast.estimates();
    let may_exceed = may_exceed.filter(|end| end.level > Some(Level::Ok));
    let estimates: Vec<LikelyTotal> = may_exceed.filter_map(LikelyTotal::of).collect();
    let level = forecast.estimates().filter_map(|end| end.level).max();
    let kind = AlertKind::BudgetForecast {
        budget_tokens,
        probability: estimates.iter().map(|end| end.probability).max()?,
        ends: forecast.ends,
        estimates,
    };
    Alert::new(level?, kind)
}

fn forecast_cost(report: &StatusReport) -> Option<Alert> {
    let cost = report.forecast.cost?;
    let probability = cost.probability_over_budget?;
    if probability == Probability::CERTAIN {
        return None;
    }
    let kind = AlertKind::CostForecast {
        budget_cost: cost.budget?,
        likely_cost: cost.quantiles.p50.filter(|_| report.measure.is_money()),
        probability,
        ends: report.forecast.ends,
    };
    Alert::new(cost.level?, kind)
}

/// A team may exceed its allocation. If it has, there is another alert.
fn team_forecast(report: &StatusReport, team: &TeamReport) -> Option<Alert> {
    let (end, allocated_tokens) = (team.forecast?.month_end?, team.allocated_tokens?);
    let probability = end.probability_over_budget?;
    // The plan of a team is mostly its allocation, so its forecast adds nothing.
    if end.basis == ForecastBasis::Plan || probability == Probability::CERTAIN {
        return None;
    }
    let kind = AlertKind::TeamForecast {
        allocated_tokens,
        likely_tokens: end.quantiles.p50?,
        probability,
        ends: report.forecast.ends,
    };
    Alert::of_team(end.level?, kind, team)
}

/// The same of a log of money, against its limit in money.
fn team_forecast_of_cost(report: &StatusReport, team: &TeamReport) -> Option<Alert> {
    let end = team.forecast?.cost?;
    let probability = end.probability_over_budget?;
    if probability == Probability::CERTAIN {
        return None;
    }
    let kind = AlertKind::TeamCostForecast {
        budget_cost: end.budget?,
        likely_cost: end.quantiles.p50?,
        probability,
        ends: report.forecast.ends,
    };
    Alert::of_team(end.level?, kind, team)
}

fn plan(report: &StatusReport) -> Option<Alert> {
    let (plan, budget_tokens) = (report.forecast.plan.as_ref()?, report.budget.tokens?);
    let level = plan.end.level.filter(|_| !report.measure.is_money())?;
    let mut steps = report.budget.thresholds.steps().into_iter();
    let (threshold_percent, _) = steps.find(|(_, step)| *step == level)?;
    let total_tokens = plan.end.total_tokens;
    let kind = AlertKind::PlanTotal {
        total_tokens,
        pending_tokens: plan.pending_tokens,
        budget_tokens,
        ratio: ratio(total_tokens.0, budget_tokens.0),
        threshold_percent,
        threshold_tokens: Thresholds::tokens_at(threshold_percent, budget_tokens),
        pending: pending(plan),
    };
    let place = plan.pending().next().map(|phase| phase.place);
    Some(Alert::new(level, kind)?.at(place))
}

fn allocation(report: &StatusReport) -> Option<Alert> {
    let (budget_tokens, allocated_tokens) =
        (report.budget.tokens?, report.budget.allocated_tokens?);
    let reserve_tokens = report.budget.reserve_tokens.unwrap_or_default();
    let total_tokens = allocated_tokens.saturating_add(reserve_tokens);
    if total_tokens <= budget_tokens || report.measure.is_money() {
        return None;
    }
    let kind = AlertKind::OverAllocated {
        allocated_tokens,
        reserve_tokens,
        total_tokens,
        budget_tokens,
        ratio: ratio(total_tokens.0, budget_tokens.0),
    };
    Alert::new(Level::Note, kind)
}

fn team_used(team: &TeamReport) -> Option<Alert> {
    let (used_tokens, allocated_tokens) = (team.used_tokens?, team.allocated_tokens?);
    if team.is_done() {
        return None;
    }
    let kind = AlertKind::TeamUsed {
        used_tokens,
        allocated_tokens,
        ratio: ratio(used_tokens.0, allocated_tokens.0),
        status: team.status.clone(),
    };
    Alert::of_team(team.level?, kind, team)
}

/// A team that is done and has reserved tokens will start again.
fn team_reserved(team: &TeamReport) -> Option<Alert> {
    let (reserved_tokens, allocated_tokens) = (team.held(), team.allocated_tokens?);
    let used_tokens = team.used_tokens.unwrap_or_default();
    let without = team.level.filter(|_| !team.is_done());
    let level = team.reserved_level.filter(|level| Some(*level) > without)?;
    if reserved_tokens == Tokens::ZERO {
        return None;
    }
    let total_tokens = used_tokens.saturating_add(reserved_tokens);
    let kind = AlertKind::TeamReserved {
        used_tokens,
        reserved_tokens,
        total_tokens,
        allocated_tokens,
        ratio: ratio(total_tokens.0, allocated_tokens.0),
    };
    Alert::of_team(level, kind, team)
}

fn efficiency(report: &StatusReport, team: &TeamReport) -> Option<Alert> {
    let (each, limit) = (team.tokens_per_deliverable?, report.efficiency.alert?);
    let kind = AlertKind::TeamEfficiency {
        tokens_per_deliverable: each,
        alert_tokens: limit,
        ratio: ratio(each.0, limit.0),
    };
    Alert::of_team(team.efficiency_level?, kind, team)
}

/// The cache hit rate misses a target that the settings state. The built-in target raises no alert: no settings ask for it.
fn missed_target(target: &TargetReport) -> Option<Alert> {
    let kind = AlertKind::CacheHitRate {
        value: target.value.filter(|_| target.is_missed())?,
        target: target.target,
        warning: target.warning,
        rate: target.rate?,
        goal: target.goal,
    };
    let alert = Alert::new(target.status?, kind)?.at(target.place);
    Some(match &target.team {
        Some(team) => alert.about(team),
        None => alert,
    })
}
