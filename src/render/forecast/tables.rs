//! The tables of the forecast: thresholds, teams, scenarios, phases still to come, finished work.

use chrono::NaiveDate;

use super::NOT_ENOUGH;
use crate::{
    analysis::{
        BurnRate, CrossingState, Estimate, ForecastBasis, PlanPhase, StatusReport, TeamForecast,
        TeamReport, ThresholdCrossing, forecast::EstimateSource,
    },
    model::{Money, Percent, Probability, Tokens},
    render::{Cell, Column, ReportTable},
};

/// In place of the day on which a threshold is crossed.
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

/// When each threshold is crossed, by the forecast and at the burn rate.
pub fn thresholds(report: &StatusReport) -> ReportTable {
    let (title, rate) = if report.is_over() {
        ("What was crossed?", "Crossed")
    } else {
        ("When does it cross?", "If rate holds")
    };
    let columns = [
        Column::named("Threshold", "threshold_percent"),
        Column::named("Level", "level").important(1),
        Column::named("Tokens", "threshold_tokens").droppable(2),
        Column::named("Left", "remaining_tokens").droppable(1),
        Column::named("Chance", "probability_percent"),
        Column::named("Likely", "likely"),
        Column::named("Earliest", "earliest").important(3),
        Column::named(rate, "at_burn_rate").cut(10).droppable(3),
    ];
    let mut table = ReportTable::new(title, columns);
    for crossing in &report.forecast.thresholds {
        let left = crossing.tokens.saturating_sub(report.used.tokens);
        let [percent, level, rest @ ..] = crossing_cells(crossing, report);
        let amounts = [Cell::Tokens(crossing.tokens), Cell::Tokens(left)];
        let cells = [percent, level].into_iter().chain(amounts).chain(rest);
        table.row(cells.collect::<Vec<Cell>>());
    }
    explain(&mut table, report, &report.forecast.thresholds);
    table
}

/// When each threshold of the budget in money is crossed.
pub fn cost_thresholds(report: &StatusReport) -> ReportTable {
    let (title, rate) = if report.is_over() {
        ("What did the cost cross?", "Crossed")
    } else {
        ("When does the cost cross?", "If rate holds")
    };
    let columns = [
        Column::named("Threshold", "cost_threshold_percent"),
        Column::named("Level", "level").important(1),
        Column::named("Cost", "threshold_cost").droppable(2),
        Column::named("Left", "remaining_cost").droppable(1),
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
        table.note("cost: the forecast in tokens, at what the month's tokens cost so far");
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
        if report.is_over() || has_steady_rate(report) {
            Cell::word(crossed(crossing, report))
        } else {
            Cell::Absent
        },
    ]
}

/// Whether there are enough complete days for their rate to say anything about those to come.
fn has_steady_rate(report: &StatusReport) -> bool {
    const MIN_DAYS: usize = 3;
    let inputs = report.forecast.inputs.as_ref();
    inputs.is_some_and(|inputs| inputs.completed_days >= MIN_DAYS)
}

/// Whether the month's end is that of the plan, which does not say when its phases are done.
fn is_by_plan(report: &StatusReport) -> bool {
    let by_plan = |end: &Estimate| end.basis == ForecastBasis::Plan;
    report.forecast.month_end.as_ref().is_some_and(by_plan)
}

fn explain(table: &mut ReportTable, report: &StatusReport, crossings: &[ThresholdCrossing]) {
    let alert = &report.forecast.alert_at;
    let until = if is_by_plan(report) {
        "for all that is planned"
    } else {
        "by the end of the month"
    };
    table.note_about(
        "Chance",
        format!(
            "chance: of using as much {until}; for the whole budget, {}% is a warning and {}% critical",
            alert.warning, alert.critical
        ),
    );
    if is_by_plan(report) {
        table.note_about(
            "Chance",
            "no likely days: the plan does not say when its phases are done",
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
        "; no: not before the month ends"
    } else {
        ""
    };
    table.note_about(
        "Likely",
        format!("likely: 50% by the end of that day{never}"),
    );
    table.note_about("Earliest", "earliest: 10% by the end of that day");
}

fn crossed(crossing: &ThresholdCrossing, report: &StatusReport) -> String {
    let (over, rate) = (report.is_over(), report.forecast.burn_rate.as_ref());
    let by_minute = rate.is_some_and(BurnRate::is_by_minute);
    match (crossing.burn_rate_state, crossing.burn_rate_at) {
        (CrossingState::Expected, Some(at)) if by_minute => at.format("%Y-%m-%d %H:%M").to_string(),
        (CrossingState::Expected, Some(at)) => at.date_naive().to_string(),
        (CrossingState::Reached, _) if over => "yes".to_owned(),
        (CrossingState::Reached, _) => ALREADY.to_owned(),
        (CrossingState::NotReached, _) => "no".to_owned(),
        (CrossingState::NotThisMonth, _) => "not this month".to_owned(),
        (CrossingState::Unknown | CrossingState::Expected, _) => NOT_ENOUGH.to_owned(),
    }
}

/// What each team will have used at the end of the month.
fn teams(report: &StatusReport) -> ReportTable {
    let columns = [
        Column::named("Team", "team").cut(4),
        Column::named("Used", "used_tokens").droppable(2),
        Column::named("Likely", "p50"),
        Column::named("From", "p10").droppable(3),
        Column::named("To", "p90").droppable(3),
        Column::named("Limit", "allocated_tokens").droppable(4),
        Column::named("Chance", "probability_percent").important(1),
        Column::named("Level", "level").important(1),
        Column::named("Confidence", "confidence").droppable(1),
        Column::named("State", "status").droppable(1),
    ];
    let mut table = ReportTable::new("Teams when the month ends", columns);
    for team in &report.teams {
        // The interval of a team from few days says nothing.
        let known = team
            .forecast
            .filter(|forecast| forecast.month_end.quantiles.p50.is_some());
        let Some(TeamForecast {
            confidence,
            month_end: end,
        }) = known
        else {
            continue;
        };
        table.row([
            Cell::text(&team.name),
            Cell::some(team.used_tokens, Cell::Tokens),
            Cell::some(end.quantiles.p50, Cell::Tokens),
            Cell::Tokens(end.quantiles.p10),
            Cell::Tokens(end.quantiles.p90),
            Cell::some(team.allocated_tokens, Cell::Tokens),
            Cell::some(end.probability_over_budget, Cell::Probability),
            Cell::some(end.level, Cell::Level),
            Cell::word(confidence.into_str()),
            Cell::some(team.status.as_deref(), Cell::text),
        ]);
    }
    table.note_about("From", "from-to holds 80% of all outcomes");
    let by_plan = |team: &TeamReport| team.forecast.map(|of| of.month_end.basis);
    let by_plan = report
        .teams
        .iter()
        .any(|team| by_plan(team) == Some(ForecastBasis::Plan));
    let until = if by_plan {
        "with all that is planned"
    } else {
        "before the month ends"
    };
    table.note_about("Chance", format!("chance: of exceeding the limit {until}"));
    if table.rows().count() > 1 {
        table.note("the likely figures of teams do not add up to that of the whole");
    }
    table
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
        Column::named("Left", "remaining_tokens").droppable(2),
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
                |(budget, level)| Cell::Bar(scenario.end.total_tokens.0, budget.0, level),
            ),
            Cell::some(scenario.end.level, Cell::Level),
        ]);
    }
    if !table.is_empty() {
        table.note(
            "scenarios change the pending phases by a fixed share; they are not a confidence interval",
        );
    }
    table
}

fn pending(report: &StatusReport) -> ReportTable {
    let columns = [
        Column::named("Phase", "phase").cut(4).droppable(2),
        Column::named("Team", "team").cut(4),
        Column::named("Tokens", "pending_tokens"),
        Column::named("State", "status").droppable(1),
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
