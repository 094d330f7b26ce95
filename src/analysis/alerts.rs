//! What needs somebody's attention. The limit of a finished team raises no alert, nothing can be done about it any more; its
//! efficiency does, for the next one to know.

use super::{
    Estimate, ForecastBasis, Plan,
    report::{Alert, AlertScope, Figure, RowPlace, StatusReport, TeamReport},
};
use crate::model::{Level, Money, Percent, Probability, Thresholds, Tokens};

/// Every alert of the report, the worst first; of those alike, the whole before the parts.
pub(super) fn all(report: &StatusReport, teams: &[TeamReport]) -> Vec<Alert> {
    let mut alerts: Vec<Alert> = [
        total(report),
        cost(report),
        forecast(report),
        forecast_cost(report),
        plan(report),
        allocation(report),
    ]
    .into_iter()
    .flatten()
    .collect();
    alerts.extend(teams.iter().filter_map(limit));
    let forecasts = teams.iter().filter_map(|team| forecast_limit(report, team));
    alerts.extend(forecasts);
    alerts.extend(teams.iter().filter_map(|team| efficiency(report, team)));
    alerts.sort_by_key(|alert| (std::cmp::Reverse(alert.level), alert.scope));
    alerts
}

fn alert(level: Level, scope: AlertScope, message: String) -> Option<Alert> {
    (level > Level::Ok).then_some(Alert {
        level,
        scope,
        team: None,
        message,
        place: None,
    })
}

fn total(report: &StatusReport) -> Option<Alert> {
    let (used, budget) = (report.used.tokens, report.budget.tokens?);
    alert(
        report.level?,
        AlertScope::Total,
        format!(
            "{used} of {budget} tokens used{}",
            in_percent(used.0, budget.0)
        ),
    )
}

fn cost(report: &StatusReport) -> Option<Alert> {
    let (cost, budget): (Money, Money) = (report.used.cost.as_ref()?.money, report.budget.cost?);
    if cost.currency != budget.currency {
        return None;
    }
    let level = report.budget.thresholds.level(cost.micros, budget.micros);
    alert(
        level,
        AlertScope::Cost,
        format!(
            "{cost} of {budget} spent{}",
            in_percent(cost.micros, budget.micros)
        ),
    )
}

/// The budget will be used up, more or less probably: by the month's end, or with all that is planned.
fn forecast(report: &StatusReport) -> Option<Alert> {
    let (forecast, budget) = (&report.forecast, report.budget.tokens?);
    if report.level == Some(Level::Exceeded) {
        return None;
    }
    let likely_over = |end: &&Estimate| end.level > Some(Level::Ok);
    let told: Vec<String> = forecast
        .estimates()
        .filter(likely_over)
        .filter_map(|end| {
            let (until, chance) = (end.basis.until(forecast.ends), end.probability_over_budget?);
            let likely = end.quantiles.p50?.compact();
            Some(format!("{until} (likely {likely}, {chance} chance)"))
        })
        .collect();
    let level = forecast.estimates().filter_map(|end| end.level).max();
    let message = format!("{budget} tokens may not be enough {}", told.join(", "));
    alert(level?, AlertScope::Forecast, message)
}

fn forecast_cost(report: &StatusReport) -> Option<Alert> {
    let cost = report.forecast.cost?;
    let (chance, budget, ends) = (
        cost.probability_over_budget,
        cost.budget,
        report.forecast.ends,
    );
    if chance == Probability::CERTAIN {
        return None;
    }
    let message =
        format!("the cost budget of {budget} may not be enough by {ends} ({chance} chance)");
    alert(cost.level, AlertScope::Forecast, message)
}

/// A team's limit will be reached. Of one that is reached already, another alert tells.
fn forecast_limit(report: &StatusReport, team: &TeamReport) -> Option<Alert> {
    let (end, limit) = (team.forecast?.month_end, team.allocated_tokens?);
    let chance = end.probability_over_budget?;
    // What a team is planned to take is mostly what it is allowed to take: that says nothing.
    if end.basis == ForecastBasis::Plan || chance == Probability::CERTAIN {
        return None;
    }
    let (name, ends) = (&team.name, report.forecast.ends);
    let message = format!(
        "{name}: {chance} chance that its {limit} tokens are not enough by {ends} (likely {})",
        end.quantiles.p50?.compact()
    );
    Some(Alert {
        team: Some(name.clone()),
        ..alert(end.level?, AlertScope::Forecast, message)?
    })
}

fn plan(report: &StatusReport) -> Option<Alert> {
    let (plan, budget) = (report.forecast.plan.as_ref()?, report.budget.tokens?);
    let level = plan.end.level?;
    let (percent, _) = report
        .budget
        .thresholds
        .steps()
        .into_iter()
        .find(|(_, step)| *step == level)?;
    let message = format!(
        "plan {}{} passes {percent}% ({}); {}",
        plan.end.total_tokens,
        in_percent(plan.end.total_tokens.0, budget.0),
        Thresholds::tokens_at(percent, budget),
        pending(plan),
    );
    alert(level, AlertScope::Plan, message)
}

/// `pending QA 22,000 + Security 15,000`, no longer than anybody reads.
fn pending(plan: &Plan) -> String {
    const MOST: usize = 4;
    let named: Vec<String> = plan
        .pending()
        .take(MOST)
        .map(|phase| format!("{} {}", phase.label, phase.pending_tokens))
        .collect();
    let more = plan.pending().count() - named.len();
    match (named.is_empty(), more) {
        (true, _) => "nothing pending".to_owned(),
        (false, 0) => format!("pending {}", named.join(" + ")),
        (false, more) => format!("pending {} + {more} more", named.join(" + ")),
    }
}

fn allocation(report: &StatusReport) -> Option<Alert> {
    let (budget, allocated) = (report.budget.tokens?, report.budget.allocated_tokens?);
    let reserve = report.budget.reserve_tokens.unwrap_or_default();
    let sum = allocated + reserve;
    if sum <= budget {
        return None;
    }
    let parts = if reserve == Tokens::ZERO {
        format!("allocations {allocated}")
    } else {
        format!("allocations {allocated} + reserve {reserve} = {sum}")
    };
    let share = Percent::of(sum.0, budget.0).map(|percent| format!(", {percent} of the budget"));
    alert(
        Level::Note,
        AlertScope::Allocation,
        format!("{parts}{}", share.unwrap_or_default()),
    )
}

fn limit(team: &TeamReport) -> Option<Alert> {
    let (used, limit) = (team.used_tokens?, team.allocated_tokens?);
    if team.is_done() {
        return None;
    }
    let status = team
        .status
        .as_deref()
        .map(|status| format!(", {status}"))
        .unwrap_or_default();
    let message = format!(
        "{} {used} / {limit}{}{status}",
        team.name,
        in_percent(used.0, limit.0)
    );
    let used = team
        .sources
        .iter()
        .find(|source| source.figure == Figure::Used);
    let place = used.and_then(|source| {
        Some(RowPlace {
            file: source.file,
            line: source.line?,
        })
    });
    Some(Alert {
        team: Some(team.name.clone()),
        place,
        ..alert(team.level?, AlertScope::Team, message)?
    })
}

fn efficiency(report: &StatusReport, team: &TeamReport) -> Option<Alert> {
    let (each, limit) = (team.tokens_per_deliverable?, report.efficiency.alert?);
    let message = format!(
        "{} {each} tokens/deliverable, alert at {limit}{}",
        team.name,
        in_percent(each.0, limit.0)
    );
    Some(Alert {
        team: Some(team.name.clone()),
        ..alert(team.efficiency_level?, AlertScope::Efficiency, message)?
    })
}

fn in_percent(part: u64, whole: u64) -> String {
    Percent::of(part, whole)
        .map(|percent| format!(" ({percent})"))
        .unwrap_or_default()
}
