//! Puts the report together. Every figure in it is made by the module of its own; here they meet.

use std::collections::HashMap;

use chrono::{DateTime, FixedOffset, NaiveDate};

use super::{
    EfficiencyGoal, Forecast, Optimizations, alerts,
    cost::CostSum,
    efficiency::{self, Output},
    forecast::Request,
    ledger::Ledger,
    limits::{self, Limits},
    names::NameId,
    report::{
        BudgetReport, Cost, DayReport, Figure, FigureSource, LogReport, RowPlace, RowReport,
        StatusReport, TeamReport, UsedReport,
    },
    rows::KeptRow,
    usage::{Closed, TeamUsage},
};
use crate::model::{
    Budget, BudgetSource, EntryKind, NoteValue, Policy, RoundedSum, Tokens, is_subtotal, is_total,
    ratio,
};

/// What a report is made for, beside the log and the policy.
#[derive(Clone, Debug)]
pub struct Question<'a> {
    /// What the log is called.
    pub path: &'a str,
    /// The moment.
    pub now: DateTime<FixedOffset>,
    /// The project that the month was closed for.
    pub project: Option<&'a str>,
    /// The only team to list.
    pub team: Option<&'a str>,
    /// Whether rows were kept, so that days can be listed.
    pub rows: bool,
    /// Whether the forecast tells the days so far and to come, one by one.
    pub forecast_days: bool,
    /// Whether forecasts are made again for finished months.
    pub backtest: bool,
}

/// Makes the report.
#[must_use]
pub fn report(closed: &Closed, policy: &Policy, question: &Question<'_>) -> StatusReport {
    let month = &closed.month;
    let budget = budget(closed, policy);
    let tokens = budget.map(|budget| budget.tokens);
    let used = month.used();
    let goal = EfficiencyGoal::of(closed, policy.efficiency);
    let holds = reserved(closed, question.now, question.project.is_some());
    let limits = Limits::of(closed, policy);
    let (forecast, forecasts) = Forecast::of(Request {
        closed,
        limits: &limits,
        budget: tokens,
        policy,
        now: question.now,
        days: question.forecast_days,
        backtest: question.backtest,
    });
    let mut teams = teams(closed, policy, &limits, goal, &holds);
    for (team, usage) in teams.iter_mut().zip(&closed.month.teams) {
        team.forecast = forecasts.get(&usage.id).copied();
    }
    let team = question
        .team
        .and_then(|name| closed.search_team(name))
        .map(|team| team.name.clone());
    let mut report = StatusReport {
        log: log(closed, question.path),
        now: question.now,
        month: month.month,
        is_current_month: month.month.contains(question.now.date_naive()),
        project: question.project.map(str::to_owned),
        projects: month.projects.clone(),
        budget: BudgetReport {
            tokens,
            source: budget.map(|budget| budget.source),
            file: budget
                .and_then(|budget| budget.place)
                .map(|place| place.document),
            line: budget
                .and_then(|budget| budget.place)
                .map(|place| place.line),
            cost: policy.cost_budget,
            reserve_tokens: limits::reserve(closed, policy),
            allocated_tokens: limits.total(closed),
            thresholds: policy.thresholds,
        },
        used: used_report(closed, tokens, policy),
        remaining: tokens.map(|tokens| tokens.signed_sub(used)),
        reserved: holds.values().copied().sum(),
        level: tokens.map(|tokens| policy.thresholds.level(used.0, tokens.0)),
        days: question.rows.then(|| days(closed, team.as_deref())),
        efficiency: goal,
        alerts: Vec::new(),
        forecast,
        optimizations: Optimizations::of(closed),
        teams: Vec::new(),
        team: team.clone(),
    };
    report.alerts = alerts::all(&report, &teams);
    if let Some(team) = team {
        teams.retain(|one| one.name == team);
        report
            .alerts
            .retain(|alert| alert.team.as_ref().is_none_or(|name| *name == team));
    }
    report.teams = teams;
    report
}

/// The first budget found: by option, environment or settings, else the log's own.
#[must_use]
pub fn budget(closed: &Closed, policy: &Policy) -> Option<Budget> {
    policy.budget.or_else(|| own_budget(closed))
}

/// The budget that the log states: in its notes, else as the total of its allocation table.
#[must_use]
pub fn own_budget(closed: &Closed) -> Option<Budget> {
    let noted = closed.ledger.note_of(|note| match note {
        NoteValue::TotalBudget(tokens) => Some(tokens.value),
        _ => None,
    });
    let allocated = || {
        // Of several sums the last is that of all.
        let rows = closed.allocations();
        let sums = rows.filter(|row| is_total(&row.team) && !is_subtotal(&row.team));
        let row = sums.filter(|row| row.allocated.is_some()).last()?;
        Some((row.allocated?.value, row.place))
    };
    let budget = |source, (tokens, place)| Budget {
        tokens,
        source,
        place: Some(place),
    };
    noted
        .map(|found| budget(BudgetSource::Log, found))
        .or_else(|| allocated().map(|found| budget(BudgetSource::Allocation, found)))
}

/// The budget that the writer of the log had in mind: the log's own, else that of the settings. What is asked on the command
/// line or in the environment says nothing about the log.
#[must_use]
pub fn stated_budget(closed: &Closed, policy: &Policy) -> Option<Budget> {
    let of_settings = policy
        .budget
        .filter(|budget| budget.source == BudgetSource::Config);
    own_budget(closed).or(of_settings)
}

/// Live reservations by team.
fn reserved(
    closed: &Closed,
    now: DateTime<FixedOffset>,
    one_project: bool,
) -> HashMap<NameId, Tokens> {
    let Ledger { roster, names, .. } = &closed.ledger;
    let mut reserved: HashMap<NameId, Tokens> = HashMap::new();
    let live = closed.ledger.live_holds(now);
    // What is about to start belongs to the newest month.
    for hold in live.filter(|_| closed.month.newest) {
        let team = roster.team_of(hold.name, names);
        if one_project && !closed.month.index.contains_key(&team) {
            continue;
        }
        let sum = reserved.entry(team).or_default();
        *sum = *sum + hold.tokens;
    }
    reserved
}

fn log(closed: &Closed, path: &str) -> LogReport {
    let (ledger, month) = (&closed.ledger, &closed.month);
    LogReport {
        path: path.to_owned(),
        format: if closed.is_legacy() { "1" } else { "2.0" },
        months: closed.months.clone(),
        last_updated: ledger.last_updated,
        retention_days: ledger.retention_days,
        hook_lines: ledger.hook_lines,
        unreadable_rows: month.unreadable.count,
        unreadable_places: month
            .unreadable
            .first
            .iter()
            .map(|place| RowPlace::from(*place))
            .collect(),
    }
}

fn used_report(closed: &Closed, budget: Option<Tokens>, policy: &Policy) -> UsedReport {
    let month = &closed.month;
    let used = month.used();
    let sum: RoundedSum = month.teams.iter().map(TeamUsage::sum).sum();
    let cost = closed.cost();
    let share_of_cost = |budget: crate::model::Money| {
        let cost = cost
            .as_ref()
            .filter(|cost| cost.money.currency == budget.currency)?;
        ratio(cost.money.micros, budget.micros)
    };
    UsedReport {
        tokens: used,
        estimate: sum.estimate,
        unsettled_tokens: month
            .teams
            .iter()
            .map(|team| team.tokens_of(EntryKind::Line))
            .sum(),
        stated_tokens: month.stated.map(|stated| stated.tokens.tokens),
        stated_line: month.stated.map(|stated| stated.place.line),
        stated_agrees: month.stated.map(|stated| sum.agrees_with(stated.tokens)),
        ratio: budget.and_then(|budget| ratio(used.0, budget.0)),
        cost_ratio: policy.cost_budget.and_then(share_of_cost),
        cost: cost.map(Cost::from),
    }
}

fn teams(
    closed: &Closed,
    policy: &Policy,
    limits: &Limits,
    goal: EfficiencyGoal,
    holds: &HashMap<NameId, Tokens>,
) -> Vec<TeamReport> {
    let noted = efficiency::noted(closed);
    let team = |team: &TeamUsage| {
        let used = team.used();
        let limit = limits.of_team(team);
        let allocated = limit.as_ref().and_then(|source| source.tokens);
        let output = efficiency::output(team, noted.get(&team.id));
        let counted =
            |deliverables: bool| output.filter(|output| output.deliverables == deliverables);
        let each = |output: Option<Output>| Some(Tokens(used?.0 / output?.count));
        TeamReport {
            name: team.name.clone(),
            used_tokens: used,
            estimate: team.sum().estimate,
            allocated_tokens: allocated,
            ratio: used
                .zip(allocated)
                .and_then(|(used, allocated)| ratio(used.0, allocated.0)),
            level: used
                .zip(allocated)
                .map(|(used, allocated)| policy.thresholds.level(used.0, allocated.0)),
            reserved_tokens: holds.get(&team.id).copied().unwrap_or_default(),
            status: team.status().map(|status| status.word().to_owned()),
            cost: closed.close_cost(&team.cost()).map(Cost::from),
            deliverables: counted(true).map(|output| output.count),
            tokens_per_deliverable: each(counted(true)),
            efficiency_level: counted(true).and_then(|output| goal.level(used?, output.count)),
            tasks: counted(false).map(|output| output.count),
            tokens_per_task: each(counted(false)),
            forecast: None,
            sources: sources(team, limit, output),
        }
    };
    closed.month.teams.iter().map(team).collect()
}

fn sources(
    team: &TeamUsage,
    limit: Option<FigureSource>,
    output: Option<Output>,
) -> Vec<FigureSource> {
    let used = team.tallies.iter().map(|(kind, tally)| FigureSource {
        figure: Figure::Used,
        kind: Some(*kind),
        file: tally.first.document,
        line: Some(tally.first.line),
        rows: tally.rows,
        tokens: tally.has_tokens.then_some(tally.sum.tokens),
    });
    let deliverables = output.map(|output| {
        FigureSource::at(
            if output.deliverables {
                Figure::Deliverables
            } else {
                Figure::Tasks
            },
            output.place,
            None,
        )
    });
    used.chain(limit).chain(deliverables).collect()
}

fn days(closed: &Closed, team: Option<&str>) -> Vec<DayReport> {
    let mut by_day: std::collections::BTreeMap<NaiveDate, Vec<&KeptRow>> =
        std::collections::BTreeMap::new();
    for row in &closed.month.rows {
        if team.is_none_or(|team| closed.shown(row.name) == team) {
            by_day.entry(row.date).or_default().push(row);
        }
    }
    by_day
        .into_iter()
        .map(|(date, rows)| day(closed, date, rows))
        .collect()
}

fn day(closed: &Closed, date: NaiveDate, mut rows: Vec<&KeptRow>) -> DayReport {
    rows.sort_by_key(|row| row.order());
    let mut cost = CostSum::default();
    for row in &rows {
        cost.add(&row.cost);
    }
    DayReport {
        date,
        tokens: rows.iter().filter_map(|row| row.tokens).sum(),
        cost: closed.close_cost(&cost).map(Cost::from),
        rows: rows
            .into_iter()
            .map(|row| row_report(closed, row))
            .collect(),
    }
}

fn row_report(closed: &Closed, row: &KeptRow) -> RowReport {
    let (team, written) = (
        closed.shown(row.name).to_owned(),
        closed.ledger.names.shown(row.name),
    );
    RowReport {
        rows: row.rows,
        time: row.time.map(|time| time.to_string()),
        written_team: (written != team).then(|| written.to_owned()),
        team,
        task: row.task.clone(),
        tokens: row.tokens,
        estimate: row.estimate,
        cost: closed.close_cost(&row.cost).map(Cost::from),
        status: row.status.as_ref().map(|status| status.word().to_owned()),
        minutes: row.minutes,
        model: row.model.clone(),
        notes: row.notes.clone(),
        kind: row.kind,
        file: row.place.document,
        line: row.place.line,
    }
}
