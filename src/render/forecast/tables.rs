//! The tables of the forecast: thresholds, teams, scenarios, pending phases, finished work.

use chrono::NaiveDate;

use crate::{
    analysis::{
        BurnRate, CrossingState, ForecastBasis, PlanPhase, StatusReport, TeamReport,
        ThresholdCrossing, forecast::EstimateSource,
    },
    model::{Money, Percent, Probability, Tokens},
    render::{Cell, Column, ReportTable},
};

/// In place of the day on which a threshold is reached.
const ALREADY: &str = "already";

pub fn all(report: &StatusReport) -> [ReportTable; 6] {
    [
        thresholds(report),
        cost_thresholds(report),
        scenarios(report),
        pending(report),
        finished(report),
        teams(report),
    ]
}

/// When each threshold is reached, by the forecast and at the burn rate.
pub fn thresholds(report: &StatusReport) -> ReportTable {
    let (title, rate) = title_of_thresholds(report);
    let columns = [
        Column::named("Threshold", "threshold_percent"),
        Column::named("Level", "level").important(1),
        Column::named("Tokens", "threshold_tokens").droppable(2),
        Column::named("Remaining", "remaining_tokens").droppable(1),
        Column::named("Chance", "probability_percent"),
        Column::named("Likely", "likely"),
        Column::named("Earliest", "earliest").important(3),
        Column::named(rate, "at_burn_rate").cut(10).droppable(3),
    ];
    let mut table = ReportTable::new(title, columns);
    for crossing in &report.forecast.thresholds {
        let at = crossing.tokens.unwrap_or_default();
        let left = at.saturating_sub(report.used_tokens());
        let [percent, level, rest @ ..] = crossing_cells(crossing, report);
        let amounts = [Cell::Tokens(at), Cell::Tokens(left)];
        let cells = [percent, level].into_iter().chain(amounts).chain(rest);
        table.row(cells.collect::<Vec<Cell>>());
    }
    explain(&mut table, report, &report.forecast.thresholds);
    table
}

fn title_of_thresholds(report: &StatusReport) -> (&'static str, &'static str) {
    if report.is_over() {
        ("Thresholds reached", "Reached")
    } else {
        ("When is each threshold reached?", "At burn rate")
    }
}

/// When each threshold of the cost budget is reached.
pub fn cost_thresholds(report: &StatusReport) -> ReportTable {
    let (title, rate) = if report.measure.is_money() {
        title_of_thresholds(report)
    } else if report.is_over() {
        ("Thresholds of the cost reached", "Reached")
    } else {
        (
            "When is each threshold of the cost reached?",
            "At burn rate",
        )
    };
    let columns = [
        Column::named("Threshold", "cost_threshold_percent"),
        Column::named("Level", "level").important(1),
        Column::named("Cost", "threshold_cost").droppable(2),
        Column::named("Remaining", "remaining_cost").droppable(1),
        Column::named("Chance", "probability_percent"),
        Column::named("Likely", "likely"),
        Column::named("Earliest", "earliest").important(3),
        Column::named(rate, "at_burn_rate").cut(10).droppable(3),
    ];
    let mut table = ReportTable::new(title, columns);
    let spent = report.used.cost.as_ref().map_or(0, |cost| cost.money.nanos);
    for crossing in &report.forecast.cost_thresholds {
        let left = crossing.cost.map(|cost| Money {
            nanos: cost.nanos.saturating_sub(spent).max(0),
            ..cost
        });
        let [percent, level, rest @ ..] = crossing_cells(crossing, report);
        let amounts = [crossing.cost, left].map(|amount| Cell::some(amount, Cell::Money));
        let cells = [percent, level].into_iter().chain(amounts).chain(rest);
        table.row(cells.collect::<Vec<Cell>>());
    }
    if table.rows().next().is_some() {
        explain(&mut table, report, &report.forecast.cost_thresholds);
        if !report.measure.is_money() {
            table.note("cost: the forecast in tokens, at what the month's tokens cost so far");
        }
    }
    table
}

/// Percent, level, chance, likely and earliest day, and the day at the burn rate.
fn crossing_cells(crossing: &ThresholdCrossing, report: &StatusReport) -> [Cell; 6] {
    let percent = crossing.percent;
    let without_days = is_by_plan(report);
    let date = |date: Option<NaiveDate>| match (crossing.probability, date) {
        (None, _) => Cell::Absent,
        (_, Some(date)) => Cell::word(date.to_string()),
        (Some(Probability::CERTAIN), _) => Cell::word(ALREADY),
        _ if without_days => Cell::Absent,
        _ => Cell::word("no"),
    };
    [
        Cell::Figure(format!("{percent}%"), percent.to_string()),
        Cell::Level(crossing.level),
        Cell::some(crossing.probability, Cell::Probability),
        date(crossing.likely),
        date(crossing.earliest),
        Cell::some(at_burn_rate(crossing, report), Cell::Word),
    ]
}

/// Whether the month's end is that of the plan, which does not say when its phases are done.
fn is_by_plan(report: &StatusReport) -> bool {
    let end = report.forecast.end();
    end.is_some_and(|end| end.basis == ForecastBasis::Plan)
}

fn explain(table: &mut ReportTable, report: &StatusReport, crossings: &[ThresholdCrossing]) {
    if report.is_over() {
        return;
    }
    let alert = &report.forecast.alert_at;
    table.note_about(
        "Chance",
        format!(
            "chance: of reaching the threshold; for the whole budget, {}% is a warning and {}% critical",
            alert.warning, alert.critical
        ),
    );
    if is_by_plan(report) {
        table.note_about(
            "Chance",
            "no days: the plan does not say when its phases are done",
        );
        return;
    }
    let mut open = crossings
        .iter()
        .filter(|crossing| crossing.probability != Some(Probability::CERTAIN))
        .peekable();
    if open.peek().is_none() {
        return;
    }
    let never = if open.any(|crossing| crossing.likely.is_none()) {
        "; no: not by then"
    } else {
        ""
    };
    table.note_about(
        "Likely",
        format!("likely: 50% by the end of that day{never}"),
    );
    table.note_about("Earliest", "earliest: 10% by the end of that day");
}

/// When the threshold is reached if the burn rate holds, or whether it was. None without a rate of enough days.
fn at_burn_rate(crossing: &ThresholdCrossing, report: &StatusReport) -> Option<String> {
    let rate = report.forecast.burn_rate.as_ref();
    let has_rate = rate.is_some_and(BurnRate::is_steady);
    Some(match crossing.burn_rate_state {
        CrossingState::Expected => crossing.burn_rate_at?.date_naive().to_string(),
        CrossingState::Reached if report.is_over() => "yes".to_owned(),
        CrossingState::Reached if has_rate => ALREADY.to_owned(),
        CrossingState::NotReached => "no".to_owned(),
        CrossingState::NotThisMonth => "not this month".to_owned(),
        CrossingState::Reached | CrossingState::Unknown => return None,
    })
}

/// What each team will have used in the end.
fn teams(report: &StatusReport) -> ReportTable {
    let [used, limit] = if report.measure.is_money() {
        [("Spent", "used_cost"), ("Limit", "limit_cost")]
    } else {
        [("Used", "used_tokens"), ("Allocated", "allocated_tokens")]
    };
    let columns = [
        Column::named("Team", "team").cut(4),
        Column::named(used.0, used.1).droppable(2),
        Column::named("Likely", "p50"),
        Column::named("From", "p10").droppable(3),
        Column::named("To", "p90").droppable(3),
        Column::named(limit.0, limit.1).droppable(4),
        Column::named("Chance", "probability_percent").important(1),
        Column::named("Level", "level").important(1),
        Column::named("Confidence", "confidence").droppable(1),
        Column::named("Status", "status").droppable(1),
    ];
    let mut table = ReportTable::new(title_of_teams(report), columns);
    for team in &report.teams {
        // The interval of a team from few days says nothing.
        let known = team.forecast.and_then(|forecast| {
            let end = forecast.end().filter(|end| end.quantiles.p50.is_some());
            Some((forecast.confidence, end?))
        });
        let Some((confidence, end)) = known else {
            continue;
        };
        table.row([
            Cell::text(&team.name),
            Cell::some(team.spent(), Cell::amount),
            Cell::some(end.quantiles.p50, Cell::amount),
            Cell::amount(end.quantiles.p10),
            Cell::amount(end.quantiles.p90),
            Cell::some(team.limit(), Cell::amount),
            Cell::some(end.probability_over_budget, Cell::Probability),
            Cell::some(end.level, Cell::Level),
            Cell::word(confidence.into_str()),
            Cell::some(team.status.as_deref(), Cell::text),
        ]);
    }
    if table.is_empty() {
        return table;
    }
    table.note_about("From", "from-to holds 80% of all outcomes");
    let chance = if report.measure.is_money() {
        "chance: of exceeding the limit"
    } else {
        "chance: of exceeding the allocation"
    };
    table.note_about("Chance", chance);
    if table.rows().count() < report.teams.len() {
        table.note("teams that are done, and those without usage to go by, are not listed");
    }
    if table.rows().count() > 1 {
        table.note("the likely figures of teams do not add up to that of the whole");
    }
    table
}

/// By a plan, it does not say when its phases are done.
fn title_of_teams(report: &StatusReport) -> &'static str {
    let is_by_plan = |team: &TeamReport| {
        let end = team.forecast.and_then(|forecast| forecast.end());
        end.is_some_and(|end| end.basis == ForecastBasis::Plan)
    };
    if report.teams.iter().any(is_by_plan) {
        "Teams when the plan is done"
    } else {
        "Teams when the month ends"
    }
}

/// The finished work that the plan's estimates are compared with.
fn finished(report: &StatusReport) -> ReportTable {
    let columns = [
        Column::named("Team", "team").cut(4),
        Column::named("Estimate", "estimated_tokens"),
        Column::named("Took", "actual_tokens"),
        Column::named("%", "percent"),
        Column::named("By", "source").droppable(2),
        Column::named("Line", "line").droppable(1),
    ];
    let mut table = ReportTable::new("Finished work", columns);
    let inputs = report.forecast.project_inputs.iter();
    for work in inputs.flat_map(|inputs| &inputs.finished) {
        table.row([
            Cell::text(&work.team),
            Cell::Tokens(work.estimated_tokens),
            Cell::Tokens(work.actual_tokens),
            Cell::some(
                Percent::new(work.actual_tokens.0, work.estimated_tokens.0),
                Cell::Percent,
            ),
            Cell::word(match work.source {
                EstimateSource::Allocation => "allocation",
                EstimateSource::Plan => "plan",
            }),
            Cell::some(work.line, Cell::Number),
        ]);
    }
    table
}

/// The plan with a fixed share more or less.
fn scenarios(report: &StatusReport) -> ReportTable {
    let columns = [
        Column::named("Scenario", "scenario"),
        Column::named("Change", "change_percent").droppable(3),
        Column::named("Total", "total_tokens"),
        Column::named("%", "percent").droppable(4),
        Column::named("Remaining", "remaining_tokens").droppable(2),
        Column::bars().droppable(1),
        Column::named("Level", "level").important(1),
    ];
    let mut table = ReportTable::new("Scenarios", columns);
    for scenario in report.forecast.plan.iter().flat_map(|plan| &plan.scenarios) {
        let share = report.share(scenario.end.total_tokens);
        let change = match scenario.change_percent {
            0 => "none".to_owned(),
            percent => format!("{percent:+}%"),
        };
        table.row([
            Cell::word(scenario.name),
            Cell::Figure(change, scenario.change_percent.to_string()),
            Cell::Tokens(scenario.end.total_tokens),
            Cell::some(share, Cell::Percent),
            Cell::some(scenario.end.remaining, Cell::Signed),
            Cell::some(
                report.budget.tokens.zip(scenario.end.level),
                |(budget, level)| {
                    Cell::Bar(scenario.end.total_tokens.0.into(), budget.0.into(), level)
                },
            ),
            Cell::some(scenario.end.level, Cell::Level),
        ]);
    }
    if !table.is_empty() {
        table.note(
            "scenarios change the pending phases by a fixed percentage: they are not a forecast, and do not count for the verdict",
        );
    }
    table
}

fn pending(report: &StatusReport) -> ReportTable {
    let columns = [
        Column::named("Phase", "phase").cut(4).droppable(2),
        Column::named("Team", "team").cut(4),
        Column::named("Tokens", "pending_tokens"),
        Column::named("Status", "status").droppable(1),
        Column::named("Line", "line").droppable(3),
    ];
    let mut table = ReportTable::new("Pending phases", columns);
    let plan = report.forecast.plan.as_ref();
    let phases = plan.iter().flat_map(|plan| &plan.phases);
    let is_pending =
        |phase: &&PlanPhase| phase.pending_tokens > Tokens::ZERO || phase.has_no_estimate();
    for phase in phases.filter(is_pending) {
        let tokens = Some(phase.pending_tokens).filter(|_| !phase.has_no_estimate());
        table.row([
            Cell::some(phase.name.as_deref(), Cell::text),
            Cell::text(&phase.label),
            Cell::some(tokens, Cell::Tokens),
            Cell::some(phase.status.as_deref(), Cell::text),
            Cell::Number(phase.place.line),
        ]);
    }
    if plan.is_some_and(|plan| plan.without_estimate().next().is_some()) {
        table.note_about("Tokens", "a phase without tokens has no estimate");
    }
    table
}
