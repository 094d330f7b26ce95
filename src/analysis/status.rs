//! Puts the report together. Every figure in it is made by the module of its own; here they meet.

use std::collections::HashMap;

use chrono::{DateTime, FixedOffset, NaiveDate};

use super::{
    EfficiencyGoal, Forecast, Optimizations, alerts,
    efficiency::{self, Output},
    ledger::{KeptRow, Ledger},
    names::NameId,
    report::{
        BudgetReport, Cost, DayReport, FigureSource, LogReport, RowReport, StatusReport,
        TeamReport, UsedReport,
    },
    usage::{Closed, CostSum, TeamUsage},
};
use crate::{
    model::{
        Amount, Budget, BudgetSource, EntryKind, Month, NoteValue, Policy, Tokens, is_total, ratio,
    },
    text::Document,
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
}

/// Makes the report.
#[must_use]
pub fn report(closed: &Closed, policy: &Policy, question: &Question<'_>) -> StatusReport {
    let month = &closed.month;
    let budget = budget(closed, policy);
    let tokens = budget.map(|budget| budget.tokens);
    let used = month.used();
    let goal = EfficiencyGoal::of(closed, policy.efficiency);
    let holds = reserved(closed, question.now);
    let mut teams = teams(closed, policy, goal, &holds);
    let forecast = Forecast::of(closed, tokens, question.now, policy);
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
            reserve_tokens: reserve(closed, policy),
            allocated_tokens: teams
                .iter()
                .filter_map(|team| team.allocated_tokens)
                .reduce(|one, two| one + two),
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

/// The first budget found: by option, environment or settings, in the log's notes, in its allocation table.
#[must_use]
pub fn budget(closed: &Closed, policy: &Policy) -> Option<Budget> {
    let noted = || {
        let (tokens, place) = closed.ledger.note_of(|note| match note {
            NoteValue::TotalBudget(tokens) => Some(tokens.value),
            _ => None,
        })?;
        Some(Budget {
            tokens,
            source: BudgetSource::Log,
            place: Some(place),
        })
    };
    let allocated = || {
        let row = closed
            .allocations()
            .find(|row| is_total(&row.team) && row.allocated.is_some())?;
        Some(Budget {
            tokens: row.allocated?.value,
            source: BudgetSource::Allocation,
            place: Some(row.place),
        })
    };
    policy.budget.or_else(noted).or_else(allocated)
}

/// What is held back from the teams.
fn reserve(closed: &Closed, policy: &Policy) -> Option<Tokens> {
    let rows = closed
        .allocations()
        .filter(|row| row.is_reserve())
        .filter_map(|row| row.allocated);
    policy
        .reserve
        .or_else(|| rows.map(|amount| amount.value).reduce(|one, two| one + two))
}

/// Live reservations by team.
fn reserved(closed: &Closed, now: DateTime<FixedOffset>) -> HashMap<NameId, Tokens> {
    let Ledger { roster, names, .. } = &closed.ledger;
    let mut reserved: HashMap<NameId, Tokens> = HashMap::new();
    for hold in closed.ledger.live_holds(now) {
        let sum = reserved
            .entry(roster.team_of(hold.name, names))
            .or_default();
        *sum = *sum + hold.tokens;
    }
    reserved
}

fn log(closed: &Closed, path: &str) -> LogReport {
    let (ledger, month) = (&closed.ledger, &closed.month);
    let mut months: Vec<Month> = ledger.months();
    months.push(month.month);
    months.sort_unstable();
    LogReport {
        path: path.to_owned(),
        format: if ledger.current_format { "2.0" } else { "1" },
        months,
        last_updated: ledger.last_updated,
        retention_days: ledger.retention_days,
        hook_lines: ledger.hook_lines,
        unreadable_rows: month.unreadable.len() as u64,
        unreadable_lines: month
            .unreadable
            .iter()
            .take(10)
            .map(|place| place.line)
            .collect(),
    }
}

fn used_report(closed: &Closed, budget: Option<Tokens>, policy: &Policy) -> UsedReport {
    let month = &closed.month;
    let used = month.used();
    let unit = month
        .teams
        .iter()
        .flat_map(|team| team.tallies.values())
        .map(|tally| tally.unit)
        .max()
        .unwrap_or(1);
    let estimate = month.teams.iter().any(TeamUsage::estimate);
    let figure = Amount {
        value: used,
        unit,
        estimate,
    };
    let cost = closed.cost();
    let share_of_cost = |budget: crate::model::Money| {
        let cost = cost
            .as_ref()
            .filter(|cost| cost.money.currency == budget.currency)?;
        ratio(cost.money.micros, budget.micros)
    };
    UsedReport {
        tokens: used,
        estimate,
        unsettled_tokens: month
            .teams
            .iter()
            .map(|team| team.tokens_of(EntryKind::Line))
            .sum(),
        stated_tokens: month.stated.map(|stated| stated.tokens.value),
        stated_line: month.stated.map(|stated| stated.place.line),
        stated_agrees: month
            .stated
            .map(|stated| stated.tokens.agrees_with(&figure)),
        ratio: budget.and_then(|budget| ratio(used.0, budget.0)),
        cost_ratio: policy.cost_budget.and_then(share_of_cost),
        cost: cost.map(Cost::from),
    }
}

fn teams(
    closed: &Closed,
    policy: &Policy,
    goal: EfficiencyGoal,
    holds: &HashMap<NameId, Tokens>,
) -> Vec<TeamReport> {
    let limits = Limits::of(closed, policy);
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
            estimate: team.estimate(),
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
            sources: sources(team, limit, output),
        }
    };
    closed.month.teams.iter().map(team).collect()
}

/// Every team's limit: by the settings, else in the allocation table, else beside its monthly row.
struct Limits {
    set: HashMap<String, FigureSource>,
    allocated: HashMap<NameId, FigureSource>,
}

impl Limits {
    fn of(closed: &Closed, policy: &Policy) -> Self {
        let by_policy = policy.teams.iter().filter_map(|team| {
            let usage = closed.find_team(&team.name)?;
            let source = FigureSource {
                figure: "allocated",
                kind: None,
                file: Document::Config,
                line: None,
                rows: 1,
                tokens: Some(team.tokens?),
            };
            Some((usage.name.clone(), source))
        });
        let mut allocated = HashMap::new();
        for row in closed
            .allocations()
            .filter(|row| !row.is_reserve() && !is_total(&row.team))
        {
            if let (Some(team), Some(tokens)) = (closed.find_team(&row.team), row.allocated) {
                allocated.entry(team.id).or_insert_with(|| {
                    FigureSource::at("allocated", row.place, Some(tokens.value))
                });
            }
        }
        Self {
            set: by_policy.collect(),
            allocated,
        }
    }

    fn of_team(&self, team: &TeamUsage) -> Option<FigureSource> {
        let beside = || {
            team.tallies
                .values()
                .find_map(|tally| tally.limit)
                .map(|(tokens, place)| FigureSource::at("allocated", place, Some(tokens)))
        };
        self.set
            .get(&team.name)
            .or_else(|| self.allocated.get(&team.id))
            .cloned()
            .or_else(beside)
    }
}

fn sources(
    team: &TeamUsage,
    limit: Option<FigureSource>,
    output: Option<Output>,
) -> Vec<FigureSource> {
    let used = team.tallies.iter().map(|(kind, tally)| FigureSource {
        figure: "used",
        kind: Some(*kind),
        file: tally.first.document,
        line: Some(tally.first.line),
        rows: tally.rows,
        tokens: tally.known.then_some(tally.tokens),
    });
    let deliverables = output.map(|output| {
        FigureSource::at(
            if output.deliverables {
                "deliverables"
            } else {
                "tasks"
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
    rows.sort_by_key(|row| (row.place.document != Document::Archive, row.place.order()));
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
