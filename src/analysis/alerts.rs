//! What needs attention. The limit of a finished team raises no alert, since nothing can be done about it any more; its efficiency
//! does, so that the next team knows.

use super::{
    ForecastBasis, Plan,
    report::{Alert, AlertScope, FigureKind, StatusReport, TeamReport},
};
use crate::model::{Level, Percent, Probability, Thresholds, Tokens};

/// Every alert of the report, the worst first; of those alike, the whole before the parts.
pub(super) fn all(report: &StatusReport) -> Vec<Alert> {
    let teams = &report.teams;
    let mut alerts: Vec<Alert> = [
        total(report),
        reserved(report),
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
    alerts.extend(teams.iter().filter_map(limit_with_holds));
    let forecasts = teams.iter().filter_map(|team| forecast_limit(report, team));
    alerts.extend(forecasts);
    alerts.extend(teams.iter().filter_map(|team| efficiency(report, team)));
    alerts.sort_by_key(|alert| (std::cmp::Reverse(alert.level), alert.scope));
    alerts
}

/// An alert in full and in brief, if the level is one to be alarmed at.
fn alert(level: Level, scope: AlertScope, message: String, brief: String) -> Option<Alert> {
    (level > Level::Ok).then_some(Alert {
        level,
        scope,
        team: None,
        message,
        brief,
        place: None,
    })
}

impl Alert {
    fn of_team(self, team: &TeamReport, figure: FigureKind) -> Self {
        let place = team.place_of(figure);
        Self {
            team: Some(team.name.clone()),
            place: place.or_else(|| team.place_of(FigureKind::Used)),
            ..self
        }
    }
}

fn total(report: &StatusReport) -> Option<Alert> {
    let (used, budget) = (report.used.tokens, report.budget.tokens?);
    let share = in_percent(used.0, budget.0);
    alert(
        report.token_level?,
        AlertScope::Total,
        format!("{used} of {budget} tokens used{share}"),
        format!("{} of {} used{share}", used.compact(), budget.compact()),
    )
}

/// With what is held the budget is used up further than without.
fn reserved(report: &StatusReport) -> Option<Alert> {
    let (used, held, budget) = (report.used.tokens, report.reserved, report.budget.tokens?);
    let level = report
        .reserved_token_level
        .filter(|level| Some(*level) > report.token_level)?;
    let sum = used.saturating_add(held);
    let share = in_percent(sum.0, budget.0);
    alert(
        level,
        AlertScope::Reserved,
        format!("{used} used + {held} reserved = {sum} of {budget} tokens{share}"),
        format!(
            "with {} reserved {} of {}{share}",
            held.compact(),
            sum.compact(),
            budget.compact()
        ),
    )
}

/// What is spent of the budget in money, or why that cannot be said.
fn cost(report: &StatusReport) -> Option<Alert> {
    let budget = report.cost_budget.as_ref()?;
    let limit = budget.limit;
    if let Some(problem) = budget.problem() {
        return alert(
            Level::Warning,
            AlertScope::Cost,
            format!("the budget of {limit} cannot be judged: {problem}"),
            format!("{limit}: {problem}"),
        );
    }
    let used = budget.used?;
    let mark = if budget.complete { "" } else { "+" };
    alert(
        budget.level?,
        AlertScope::Cost,
        format!(
            "{used}{mark} of {limit} spent{}",
            in_percent(used.nanos, limit.nanos)
        ),
        format!("{used}{mark} of {limit} spent"),
    )
}

/// The budget will be used up, more or less probably: by the month's end, or with all that is planned.
fn forecast(report: &StatusReport) -> Option<Alert> {
    let (forecast, budget) = (&report.forecast, report.budget.tokens?);
    if report.token_level == Some(Level::Exceeded) {
        return None;
    }
    let likely_over = forecast.estimates();
    let likely_over = likely_over.filter(|end| end.level > Some(Level::Ok));
    let estimates = likely_over.filter_map(|end| {
        let (until, chance) = (end.basis.until(forecast.ends), end.probability_over_budget?);
        let likely = end.quantiles.p50?.compact();
        Some(format!("{until} (likely {likely}, {chance} chance)"))
    });
    let estimates: Vec<String> = estimates.collect();
    let level = forecast.estimates().filter_map(|end| end.level).max();
    let chances = forecast
        .estimates()
        .filter_map(|end| end.probability_over_budget);
    alert(
        level?,
        AlertScope::Forecast,
        format!("{budget} tokens may not be enough {}", estimates.join(", ")),
        format!("may not be enough ({} chance)", chances.max()?),
    )
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
    alert(
        cost.level,
        AlertScope::Forecast,
        format!("the cost budget of {budget} may not be enough by {ends} ({chance} chance)"),
        format!("{budget} may not be enough ({chance})"),
    )
}

/// A team's limit will be reached. For one that is reached already there is another alert.
fn forecast_limit(report: &StatusReport, team: &TeamReport) -> Option<Alert> {
    let (end, limit) = (team.forecast?.month_end, team.allocated_tokens?);
    let chance = end.probability_over_budget?;
    // What a team is planned to take is mostly what it is allowed to take: that says nothing.
    if end.basis == ForecastBasis::Plan || chance == Probability::CERTAIN {
        return None;
    }
    let (name, ends) = (&team.name, report.forecast.ends);
    let message = format!(
        "{name}: {chance} chance of exceeding its {limit} tokens by {ends} (likely {})",
        end.quantiles.p50?.compact()
    );
    let brief = format!("{} may run out ({chance} chance)", team.short_name());
    let alert = alert(end.level?, AlertScope::Forecast, message, brief)?;
    Some(alert.of_team(team, FigureKind::Used))
}

fn plan(report: &StatusReport) -> Option<Alert> {
    let (plan, budget) = (report.forecast.plan.as_ref()?, report.budget.tokens?);
    let level = plan.end.level?;
    let mut steps = report.budget.thresholds.steps().into_iter();
    let (percent, _) = steps.find(|(_, step)| *step == level)?;
    let tokens = Thresholds::tokens_at(percent, budget);
    let message = format!(
        "plan {}{} passes {percent}% ({tokens}); {}",
        plan.end.total_tokens,
        in_percent(plan.end.total_tokens.0, budget.0),
        pending(plan),
    );
    let brief = format!("plan passes {percent}% ({tokens})");
    let place = plan.pending().next().map(|phase| phase.place);
    Some(Alert {
        place,
        ..alert(level, AlertScope::Plan, message, brief)?
    })
}

/// `pending QA 22,000 + Security 15,000`, with at most four phases.
fn pending(plan: &Plan) -> String {
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

fn allocation(report: &StatusReport) -> Option<Alert> {
    let (budget, allocated) = (report.budget.tokens?, report.budget.allocated_tokens?);
    let reserve = report.budget.reserve_tokens.unwrap_or_default();
    let sum = allocated.saturating_add(reserve);
    if sum <= budget {
        return None;
    }
    let parts = if reserve == Tokens::ZERO {
        format!("allocations {allocated}")
    } else {
        format!("allocations {allocated} + reserve {reserve} = {sum}")
    };
    let share = Percent::new(sum.0, budget.0).map_or_else(
        || "more than the budget".to_owned(),
        |share| format!("{share} of the budget"),
    );
    alert(
        Level::Note,
        AlertScope::Allocation,
        format!("{parts}, {share}"),
        format!("allocated {share}"),
    )
}

fn limit(team: &TeamReport) -> Option<Alert> {
    let (used, limit) = (team.used_tokens?, team.allocated_tokens?);
    if team.is_done() {
        return None;
    }
    let status = team.status.as_ref().map(|status| format!(", {status}"));
    let status = status.unwrap_or_default();
    let message = format!(
        "{} {used} / {limit}{}{status}",
        team.name,
        in_percent(used.0, limit.0)
    );
    let share = Percent::new(used.0, limit.0).map(|share| format!(" {share}"));
    let brief = format!(
        "{}{} of {}{status}",
        team.short_name(),
        share.unwrap_or_default(),
        limit.compact()
    );
    let alert = alert(team.level?, AlertScope::Team, message, brief)?;
    Some(alert.of_team(team, FigureKind::Used))
}

/// A team that is done and holds tokens is about to start again.
fn limit_with_holds(team: &TeamReport) -> Option<Alert> {
    let (held, limit) = (team.reserved_tokens, team.allocated_tokens?);
    let used = team.used_tokens.unwrap_or_default();
    let without = team.level.filter(|_| !team.is_done());
    let level = team.reserved_level.filter(|level| Some(*level) > without)?;
    if held == Tokens::ZERO {
        return None;
    }
    let sum = used.saturating_add(held);
    let share = in_percent(sum.0, limit.0);
    let message = format!(
        "{} {used} used + {held} reserved = {sum} / {limit}{share}",
        team.name
    );
    let brief = format!(
        "{} with {} reserved {} of {}",
        team.short_name(),
        held.compact(),
        sum.compact(),
        limit.compact()
    );
    let alert = alert(level, AlertScope::Reserved, message, brief)?;
    Some(alert.of_team(team, FigureKind::Used))
}

fn efficiency(report: &StatusReport, team: &TeamReport) -> Option<Alert> {
    let (each, limit) = (team.tokens_per_deliverable?, report.efficiency.alert?);
    let message = format!(
        "{} {each} tokens/deliverable, alert at {limit}{}",
        team.name,
        in_percent(each.0, limit.0)
    );
    let brief = format!(
        "{} {}/deliverable, limit {}",
        team.short_name(),
        each.compact(),
        limit.compact()
    );
    let level = team.efficiency_level?;
    let alert = alert(level, AlertScope::Efficiency, message, brief)?;
    Some(alert.of_team(team, FigureKind::Deliverables))
}

fn in_percent(part: impl Into<i128>, whole: impl Into<i128>) -> String {
    Percent::new(part, whole)
        .map(|percent| format!(" ({percent})"))
        .unwrap_or_default()
}
