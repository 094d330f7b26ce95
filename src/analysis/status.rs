//! Puts the report together from the figures that the other modules compute.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
};

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime};

use super::{
    ClassSums, CostBudget, Optimizations, TeamForecast,
    alert::Alert,
    alerts,
    cost::{Cost, CostSum},
    efficiency::{self, Output},
    forecast::{self, BacktestExtent, Request},
    held_money::HeldMoney,
    ledger::LoggedEvent,
    limits::{self, Limits},
    names::NameId,
    reconciled_month::ReconciledMonth,
    report::{
        BudgetReport, DayReport, FigureKind, FigureSource, LogReport, OverrideReport, RowReport,
        StatusReport, TeamReport, UndatedReport, UsedReport,
    },
    rows::KeptRow,
    span_budget,
    target_report::{self, TargetReport},
    team_usage::TeamUsage,
    verdict,
};
use crate::model::{
    Budget, BudgetReset, EfficiencyGoal, EventKind, Level, Measured, Money, Policy, RoundedSum,
    Tokens, Units, ratio,
};

/// What a report is made for, beside the log and the policy.
#[derive(Clone, Debug)]
pub struct ReportOptions<'a> {
    pub path: &'a str,
    pub now: DateTime<FixedOffset>,
    /// The project that the month was reconciled for.
    pub project: Option<&'a str>,
    pub team: Option<&'a str>,
    /// Whether rows were kept, so that days can be listed.
    pub rows: bool,
    /// Whether the forecast lists the days so far and those to come.
    pub forecast_days: bool,
    /// The finished months that forecasts are made again for.
    pub backtest: BacktestExtent,
}

pub fn report(
    reconciled: &ReconciledMonth,
    policy: &Policy,
    question: &ReportOptions<'_>,
) -> StatusReport {
    let budget = limits::budget(reconciled, policy);
    let tokens = budget.map(|budget| budget.tokens);
    let used = reconciled.spent();
    // Without tokens in the log or in the month, their budget says nothing.
    let unknown_rows = reconciled.unknown_rows();
    let judged = tokens.filter(|_| !reconciled.measure().is_money() && unknown_rows.is_none());
    let goal = EfficiencyGoal::of(reconciled.ledger, policy.efficiency);
    let request = Request {
        reconciled,
        limits: &Limits::of(reconciled, policy),
        budget: limits::budget_units(reconciled, policy),
        policy,
        options: question,
    };
    let holds = reserved(&request);
    let reserved: Tokens = holds.values().copied().sum();
    let committed = used.saturating_add(reserved);
    let (forecast, forecasts) = forecast::forecast(&request);
    let team = question.team.and_then(|name| reconciled.search_team(name));
    let team = team.map(|team| team.name.clone());
    let token_level = judged.map(|tokens| policy.thresholds.level(used.0, tokens.0));
    let held = HeldMoney::of(reconciled, policy, question.now);
    let cost_budget = CostBudget::of(reconciled, policy);
    let cost_budget = cost_budget.map(|budget| budget.with_reserved(&held, None));
    let span_budgets = span_budget::all(reconciled, question.now, policy);
    // Where a budget cannot be judged, that another is kept says little.
    let of_month = cost_budget.as_ref().and_then(|budget| budget.problem);
    let mut problems = span_budgets.iter().map(|budget| budget.problem);
    let is_judged = of_month.is_none() && problems.all(|problem| problem.is_none());
    let of_spans = span_budgets.iter().filter_map(|budget| budget.level).max();
    let of_spans = of_spans.filter(|level| is_judged || *level >= Level::Warning);
    let level = of_spans
        .max(token_level)
        .max(cost_budget.as_ref().and_then(|budget| budget.level));
    let reserved_token_level = judged.map(|tokens| policy.thresholds.level(committed.0, tokens.0));
    let reserved_cost_level = cost_budget
        .as_ref()
        .and_then(|budget| budget.committed_level(&policy.thresholds));
    let classes = reconciled.teams.iter().map(TeamUsage::classes);
    let classes = classes.fold(None, ClassSums::joined);
    let mut report = StatusReport {
        log: log(reconciled, question.path),
        now: question.now,
        month: reconciled.month,
        is_current_month: reconciled.month.contains(question.now.date_naive()),
        measure: reconciled.measure(),
        project: question.project.map(str::to_owned),
        projects: reconciled.projects.clone(),
        verdict: None,
        budget: budget_report(&request, budget),
        used: used_report(&request, judged),
        classes,
        cache_hit_rate: classes.as_ref().and_then(ClassSums::hit_ratio),
        undated: undated(reconciled),
        remaining: judged.map(|tokens| tokens.signed_sub(used)),
        reserved: Some(reserved)
            .filter(|held| !reconciled.measure().is_money() || *held > Tokens::ZERO),
        available: judged.map(|tokens| tokens.signed_sub(committed)),
        level,
        token_level,
        cost_budget,
        span_budgets,
        period: reconciled.period_report(),
        overrides: overrides(reconciled),
        is_out_of_period: !reconciled.is_judged(),
        resets_at: resets_at(reconciled, policy, question.now),
        reserved_level: reserved_token_level.max(level).max(reserved_cost_level),
        reserved_token_level,
        days: question.rows.then(|| days(reconciled, team.as_deref())),
        efficiency: goal,
        targets: Vec::new(),
        alerts: Vec::new(),
        forecast,
        optimizations: Optimizations::of(reconciled),
        teams: teams(&request, goal, (&holds, &held), &forecasts),
        team: team.clone(),
    };
    report.targets = target_report::all(reconciled, &policy.targets, classes, &report.teams);
    report.verdict = verdict::verdict(&report);
    report.alerts = alerts::all(&report);
    if let Some(team) = team {
        limit_to(&team, &mut report);
    }
    report
}

/// Leaves out what is about other teams.
fn limit_to(team: &str, report: &mut StatusReport) {
    let is_about = |alert: &Alert| alert.team.as_ref().is_none_or(|name| name == team);
    report.alerts.retain(is_about);
    report.teams.retain(|one| one.name == team);
    let is_about = |target: &TargetReport| target.team.as_ref().is_none_or(|name| name == team);
    report.targets.retain(is_about);
}

fn budget_report(request: &Request<'_>, budget: Option<Budget>) -> BudgetReport {
    let Request {
        reconciled, policy, ..
    } = *request;
    BudgetReport {
        tokens: budget.map(|budget| budget.tokens),
        source: budget.map(|budget| budget.source),
        place: budget.and_then(|budget| budget.place),
        cost: limits::cost_budget(reconciled, policy),
        cost_in_log: limits::cost_budget_in_log(reconciled, policy),
        reserve_tokens: limits::reserve(reconciled, policy),
        allocated_tokens: request.limits.total(reconciled),
        thresholds: policy.thresholds,
        places: policy.places_of(reconciled.month),
    }
}

/// The times that work was started although the budget does not allow it.
fn overrides(reconciled: &ReconciledMonth) -> Vec<OverrideReport> {
    let events = reconciled.ledger.events().iter();
    let overrides = events.filter(|logged| {
        logged.event.kind == EventKind::Override && reconciled.is_about(&logged.event)
    });
    let text = |text: &Option<Cow<'_, str>>| text.as_deref().map(str::to_owned);
    let report = |LoggedEvent { event, place }: &LoggedEvent| OverrideReport {
        time: event.time,
        by: text(&event.by),
        team: text(&event.team),
        tokens: event.tokens,
        reason: text(&event.reason),
        place: *place,
    };
    overrides.map(report).collect()
}

/// When the budget of the current month begins anew.
fn resets_at(
    reconciled: &ReconciledMonth,
    policy: &Policy,
    now: DateTime<FixedOffset>,
) -> Option<DateTime<FixedOffset>> {
    let month = reconciled.month;
    let ends = month.contains(now.date_naive()) && policy.reset == BudgetReset::Month;
    let next = month.last_day().succ_opt().filter(|_| ends)?;
    policy.zone.moment(next.and_time(NaiveTime::MIN), now)
}

fn reserved(request: &Request<'_>) -> HashMap<NameId, Tokens> {
    let mut reserved: HashMap<NameId, Tokens> = HashMap::new();
    let (reconciled, options) = (request.reconciled, request.options);
    for (team, tokens) in reconciled.holds(options.now) {
        if options.project.is_none() || reconciled.index.contains_key(&team) {
            let sum = reserved.entry(team).or_default();
            *sum = sum.saturating_add(tokens);
        }
    }
    reserved
}

fn log(reconciled: &ReconciledMonth, path: &str) -> LogReport {
    let ledger = reconciled.ledger;
    let mut without_figure = ledger.undated_without_figure.clone();
    if let Some(of_month) = ledger.without_figure.get(&reconciled.month) {
        without_figure.merge(of_month);
    }
    let reading = ledger.reading.as_ref();
    LogReport {
        path: path.to_owned(),
        format: if ledger.is_foreign() {
            "other"
        } else if reconciled.is_legacy() {
            "1"
        } else {
            "2.0"
        },
        tables: reading.map_or_else(Vec::new, |reading| reading.tables.clone()),
        assumptions: reading.map_or_else(Vec::new, |reading| reading.assumptions.clone()),
        months: reconciled.months(),
        last_row: ledger.last_row(),
        last_updated: ledger.last_updated,
        retention_days: ledger.retention_days,
        hook_lines: ledger.hook_lines,
        unreadable_rows: reconciled.unreadable.count,
        unreadable_places: reconciled.unreadable.first.clone(),
        rows_without_figure: without_figure.count,
        places_without_figure: without_figure.first,
    }
}

fn used_report(request: &Request<'_>, budget: Option<Tokens>) -> UsedReport {
    let reconciled = request.reconciled;
    let used = reconciled.spent();
    let sum: RoundedSum = reconciled.teams.iter().map(TeamUsage::sum).sum();
    let (cost, stated) = (reconciled.spent_cost(), reconciled.stated);
    let unknown_rows = reconciled.unknown_rows();
    let teams = reconciled.teams.iter();
    let lines = teams.map(TeamUsage::unsettled);
    UsedReport {
        tokens: in_tokens(reconciled, used).filter(|_| unknown_rows.is_none()),
        unknown_rows,
        estimate: sum.estimate || is_estimate(reconciled, cost.as_ref()),
        unsettled_tokens: in_tokens(reconciled, lines.sum()).filter(|_| unknown_rows.is_none()),
        stated_tokens: stated.map(|stated| stated.tokens.tokens),
        stated_line: stated.map(|stated| stated.place.line),
        stated_agrees: stated.map(|stated| sum.agrees_with(stated.tokens)),
        ratio: budget.and_then(|budget| ratio(used.0, budget.0)),
        cost_ratio: CostBudget::of(reconciled, request.policy).and_then(|budget| budget.ratio),
        cost,
    }
}

/// Usage without a date, if there is any.
fn undated(reconciled: &ReconciledMonth) -> Option<UndatedReport> {
    let undated = &reconciled.ledger.undated;
    (undated.rows > 0).then(|| UndatedReport {
        rows: undated.rows,
        tokens: undated.tokens.map(|sum| sum.tokens),
        estimate: undated.tokens.is_some_and(|sum| sum.estimate),
        cost: reconciled.total_cost(&undated.cost),
        place: undated.first,
    })
}

fn teams(
    request: &Request<'_>,
    goal: EfficiencyGoal,
    (holds, held): (&HashMap<NameId, Tokens>, &HeldMoney<'_>),
    forecasts: &HashMap<NameId, TeamForecast>,
) -> Vec<TeamReport> {
    let Request {
        reconciled, policy, ..
    } = *request;
    let noted = reconciled.noted();
    let team = |team: &TeamUsage| {
        let used = reconciled.spent_of(team);
        let reserved = holds.get(&team.id).copied().unwrap_or_default();
        let committed = used.unwrap_or_default().saturating_add(reserved);
        let limit = request.limits.of_team(team);
        let allocated = limit.as_ref().and_then(|source| source.tokens);
        let of_limit = used.zip(allocated);
        let output = efficiency::output(team, noted.get(&team.id));
        let counted =
            |deliverables: bool| output.filter(|output| output.deliverables == deliverables);
        // Deliverables are those of the month.
        let of_month = team.used();
        let measure = reconciled.measure();
        let unknown_rows = reconciled.unknown_rows_of(team);
        let cost = reconciled.spent_cost_of(team);
        // A part of the cost in one of several currencies says nothing of a deliverable.
        let is_whole = cost
            .as_ref()
            .is_none_or(|cost| cost.complete && cost.others.is_empty());
        let each = |output: Option<Output>| {
            let output = output.filter(|_| is_whole || !measure.is_money());
            let spent = team.spent(measure)?.0 / i128::from(output?.count);
            Some(measure.amount(Units(spent)))
        };
        let (tokens_per_deliverable, cost_per_deliverable) = split(each(counted(true)));
        let (tokens_per_task, cost_per_task) = split(each(counted(false)));
        let cost_budget = request.limits.cost_of_team(team);
        let cost_budget = cost_budget.map(|limit| {
            CostBudget::of_team(reconciled, team, limit, &policy.thresholds)
                .with_reserved(held, Some(&team.name))
        });
        let of_money = cost_budget.as_ref().filter(|_| measure.is_money());
        let classes = team.classes();
        TeamReport {
            name: team.name.clone(),
            measure,
            used_tokens: used,
            unknown_rows,
            estimate: team.sum().estimate || is_estimate(reconciled, cost.as_ref()),
            allocated_tokens: allocated,
            ratio: of_limit
                .and_then(|(used, limit)| ratio(used.0, limit.0))
                .or_else(|| of_money?.ratio),
            level: of_limit
                .map(|(used, limit)| policy.thresholds.level(used.0, limit.0))
                .or_else(|| of_money?.level),
            reserved_tokens: Some(reserved)
                .filter(|held| !measure.is_money() || *held > Tokens::ZERO),
            available_tokens: allocated
                .filter(|_| unknown_rows.is_none() && !measure.is_money())
                .map(|limit| limit.signed_sub(committed)),
            reserved_level: allocated
                .filter(|_| used.is_some() || reserved > Tokens::ZERO && !measure.is_money())
                .map(|limit| policy.thresholds.level(committed.0, limit.0)),
            status: team.status().map(|status| status.word().to_owned()),
            cost,
            cost_budget,
            places: request.limits.places_of_team(team),
            deliverables: counted(true).map(|output| output.count),
            tokens_per_deliverable,
            cost_per_deliverable,
            efficiency_level: counted(true).and_then(|output| goal.level(of_month?, output.count)),
            tasks: counted(false).map(|output| output.count),
            tokens_per_task,
            cost_per_task,
            forecast: forecasts
                .get(&team.id)
                .filter(|_| unknown_rows.is_none())
                .copied(),
            classes,
            cache_hit_rate: classes.as_ref().and_then(ClassSums::hit_ratio),
            sources: sources(team, limit, output),
        }
    };
    reconciled.teams.iter().map(team).collect()
}

/// Absent where the log counts by money, which is not zero.
fn in_tokens(reconciled: &ReconciledMonth, tokens: Tokens) -> Option<Tokens> {
    Some(tokens).filter(|_| !reconciled.measure().is_money())
}

/// Whether the figure of a log of money is an estimate.
fn is_estimate(reconciled: &ReconciledMonth, cost: Option<&Cost>) -> bool {
    reconciled.measure().is_money() && cost.is_some_and(|cost| cost.estimate)
}

fn split(amount: Option<Measured>) -> (Option<Tokens>, Option<Money>) {
    amount.map(Measured::split).unwrap_or_default()
}

fn sources(
    team: &TeamUsage,
    limit: Option<FigureSource>,
    output: Option<Output>,
) -> Vec<FigureSource> {
    let used = team.tallies.iter().map(|(kind, tally)| FigureSource {
        figure: FigureKind::Used,
        kind: Some(*kind),
        file: tally.first.file,
        line: Some(tally.first.line),
        rows: tally.rows,
        tokens: tally.has_tokens.then_some(tally.sum.tokens),
    });
    let deliverables = output.map(|output| {
        let kind = if output.deliverables {
            FigureKind::Deliverables
        } else {
            FigureKind::Tasks
        };
        FigureSource::at(kind, output.place, None)
    });
    used.chain(limit).chain(deliverables).collect()
}

fn days(reconciled: &ReconciledMonth, team: Option<&str>) -> Vec<DayReport> {
    let mut by_day: BTreeMap<NaiveDate, Vec<&KeptRow>> = BTreeMap::new();
    for row in &reconciled.rows {
        if team.is_none_or(|team| reconciled.team_name(row.name) == team) {
            by_day.entry(row.date).or_default().push(row);
        }
    }
    by_day
        .into_iter()
        .map(|(date, rows)| day(reconciled, date, rows))
        .collect()
}

fn day(reconciled: &ReconciledMonth, date: NaiveDate, mut rows: Vec<&KeptRow>) -> DayReport {
    rows.sort_by_key(|row| row.order());
    let mut cost = CostSum::default();
    for row in &rows {
        cost.add(&row.cost);
    }
    let tokens = rows.iter().filter_map(|row| row.entry.figures.tokens);
    DayReport {
        date,
        tokens: tokens
            .map(|tokens| tokens.value)
            .reduce(Tokens::saturating_add),
        cost: reconciled.total_cost(&cost),
        rows: rows
            .into_iter()
            .map(|row| row_report(reconciled, row))
            .collect(),
    }
}

fn row_report(reconciled: &ReconciledMonth, row: &KeptRow) -> RowReport {
    let team = reconciled.team_name(row.name).to_owned();
    let written = reconciled.ledger.names.shown(row.name);
    let (entry, figures) = (&row.entry, &row.entry.figures);
    let text = |text: &Option<Cow<'_, str>>| text.as_deref().map(str::to_owned);
    let cost = reconciled.total_cost(&row.cost);
    RowReport {
        rows: row.rows,
        time: entry.when.time.map(|time| time.to_string()),
        written_team: (written != team).then(|| written.to_owned()),
        team,
        task: text(&entry.work.task),
        tokens: figures.tokens.map(|tokens| tokens.value),
        estimate: figures.tokens.is_some_and(|tokens| tokens.estimate)
            || is_estimate(reconciled, cost.as_ref()),
        cost,
        status: entry.status.as_ref().map(|status| status.word().to_owned()),
        minutes: figures.minutes,
        model: text(&entry.work.model),
        notes: text(&entry.work.notes),
        kind: entry.kind,
        units: row.units.clone(),
        place: entry.place,
    }
}
