//! Team by team: used and allocated tokens, deliverables, cost and state.

use std::{collections::HashMap, ops::Range};

use super::{Cell, Column, ReportTable, costs, counted, joined, prefixed, signed, width};
use crate::{
    analysis::{ClassSums, StatusReport, TeamReport},
    model::{Level, Measure, Measured, Money, Percent, Tokens, Units},
};

/// The index of the column of reserved tokens, which is shown where any are.
const RESERVED: usize = 2;

/// That of the cost beside tokens, which is left out where the log states only costs.
const COST: usize = 7;

/// The number of columns behind that of cache hit rates, which is shown where any is known.
const AFTER_RATES: usize = 2;

pub fn table(report: &StatusReport) -> ReportTable {
    if report.teams.is_empty() {
        let mut table = ReportTable::new("Teams", []);
        table.note("no team has rows in this month");
        return table;
    }
    let mut table = table_of(report, &report.teams.iter().collect::<Vec<_>>());
    if let Some(note) = done(report) {
        table.note_about("Alert", note);
    }
    if let Some(note) = by_month(report) {
        table.note_about("Used", note);
    }
    table
}

/// Some of the listed teams, and the total of all, in columns as wide as all listed teams need.
pub fn part(report: &StatusReport, listed: &[&TeamReport], shown: Range<usize>) -> ReportTable {
    let mut table = table_of(report, listed.get(shown).unwrap_or_default());
    let levels = report.team_levels();
    let units = |amount: Option<Measured>| amount.map_or(0, |amount| amount.units().0);
    let widest: [&dyn Fn(&TeamReport) -> i128; 7] = [
        &|team| width(&team.name) as i128,
        &|team| units(team.spent()),
        &|team| units(team.limit()),
        &|team| team.deliverables.unwrap_or_default().into(),
        &|team| units(team.each()),
        &|team| team.cost.as_ref().map_or(0, |cost| cost.money.nanos),
        &|team| {
            team.status
                .as_ref()
                .map_or(0, |status| width(status) as i128)
        },
    ];
    for size in widest {
        if let Some(team) = listed.iter().max_by_key(|team| size(team)) {
            table.hidden_row(row(report, team, &levels));
        }
    }
    table
}

/// The headings of what is used, of the limit, and of what a deliverable takes.
pub const fn headings(measure: Measure) -> [&'static str; 3] {
    match measure {
        Measure::Tokens => ["Used", "Alloc.", "Tok/del."],
        Measure::Money(_) => ["Cost", "Limit", "Cost/del."],
    }
}

/// A row for each of some teams, and the total of all.
pub fn table_of(report: &StatusReport, listed: &[&TeamReport]) -> ReportTable {
    let [used, limit, each] = headings(report.measure);
    let mut columns = vec![
        Column::new("Team").cut(4).long(24),
        Column::new(used),
        Column::new(limit).droppable(4),
        Column::new("%").important(2),
        Column::bars().droppable(1),
        Column::new("Deliv.").droppable(2),
        Column::new(each).droppable(3),
        Column::new("Cost").optional(1),
        Column::new("Status").cut_easily(10, 7).important(1),
        Column::new("Alert").important(3),
    ];
    if report.measure.is_money() {
        columns.remove(COST);
    }
    if has_rates(report) {
        columns.insert(
            columns.len() - AFTER_RATES,
            Column::new("Cache hits").optional(0),
        );
    }
    if report.held() > Tokens::ZERO {
        columns.insert(RESERVED, Column::new("Reserved").optional(2));
    }
    let mut table = ReportTable::new("Teams", columns);
    let levels = report.team_levels();
    for team in listed {
        table.row(row(report, team, &levels));
    }
    let with_total = report.team.is_none() && report.teams.len() > 1;
    if with_total {
        table.row(total(report));
    }
    let all = report.used.cost.iter().filter(|_| with_total);
    let costs = report.teams.iter().filter_map(|team| team.cost.as_ref());
    if let Some(note) = costs::note(costs.chain(all)) {
        table.note_about("Cost", note);
    }
    if report.measure.is_money() {
        return table;
    }
    let notes = [("Tok/del.", goal(report)), ("Alloc.", allocation(report))];
    for (column, note) in notes {
        if let Some(note) = note {
            table.note_about(column, note);
        }
    }
    table
}

pub fn data(report: &StatusReport) -> ReportTable {
    if report.measure.is_money() {
        return data_of_money(report);
    }
    let tokens = |tokens| Cell::some(tokens, Cell::Tokens);
    let record = |team: &TeamReport| {
        let [cost, currency, cost_estimate, cost_complete, others] =
            costs::cells(team.cost.as_ref());
        let per_deliverable = tokens(team.tokens_per_deliverable);
        let efficiency = Cell::some(team.efficiency_level, Cell::Level);
        [
            ("team", Cell::text(&team.name)),
            ("used_tokens", tokens(team.used_tokens)),
            ("estimate", Cell::flag(team.estimate)),
            ("allocated_tokens", tokens(team.allocated_tokens)),
            ("percent", Cell::some(team.share(), Cell::Percent)),
            ("level", Cell::some(team.level, Cell::Level)),
            ("status", Cell::some(team.status.as_deref(), Cell::text)),
            ("deliverables", Cell::some(team.deliverables, Cell::Count)),
            ("tokens_per_deliverable", per_deliverable),
            ("efficiency_level", efficiency),
            ("tasks", Cell::some(team.tasks, Cell::Count)),
            ("tokens_per_task", tokens(team.tokens_per_task)),
            ("cost", cost),
            ("currency", currency),
            ("cost_estimate", cost_estimate),
            ("cost_complete", cost_complete),
            ("other_costs", others),
            ("reserved_tokens", Cell::Tokens(team.held())),
            (
                "available_tokens",
                Cell::some(team.available_tokens, Cell::Signed),
            ),
            (
                "reserved_level",
                Cell::some(team.reserved_level, Cell::Level),
            ),
        ]
    };
    ReportTable::records("Teams", report.teams.iter().map(record))
}

/// The same of a log that states only costs.
fn data_of_money(report: &StatusReport) -> ReportTable {
    let money = |amount: Option<Money>| Cell::some(amount, Cell::Money);
    let record = |team: &TeamReport| {
        let [cost, currency, cost_estimate, cost_complete, others] =
            costs::cells(team.cost.as_ref());
        let budget = team.cost_budget.as_ref();
        [
            ("team", Cell::text(&team.name)),
            ("cost", cost),
            ("currency", currency),
            ("cost_estimate", cost_estimate),
            ("cost_complete", cost_complete),
            ("other_costs", others),
            ("limit_cost", money(budget.map(|budget| budget.limit))),
            ("percent", Cell::some(team.share(), Cell::Percent)),
            ("level", Cell::some(team.level, Cell::Level)),
            ("status", Cell::some(team.status.as_deref(), Cell::text)),
            ("deliverables", Cell::some(team.deliverables, Cell::Count)),
            ("cost_per_deliverable", money(team.cost_per_deliverable)),
            ("tasks", Cell::some(team.tasks, Cell::Count)),
            ("cost_per_task", money(team.cost_per_task)),
        ]
    };
    ReportTable::records("Teams", report.teams.iter().map(record))
}

/// What a team used, in what the log counts by.
pub fn used_cell(team: &TeamReport) -> Cell {
    match (team.measure, &team.cost) {
        (Measure::Money(_), Some(cost)) => Cell::marked_cost(cost),
        _ => Cell::some(team.spent(), |used| Cell::amount(used).about(team.estimate)),
    }
}

fn row(report: &StatusReport, team: &TeamReport, levels: &HashMap<&str, Level>) -> Vec<Cell> {
    let both = team.spent().zip(team.limit());
    let tasks = team.tasks.map(|tasks| Cell::word(counted(tasks, "task")));
    let mut cells = vec![
        Cell::text(&team.name),
        used_cell(team),
        Cell::some(team.limit(), Cell::amount),
        Cell::some(team.share(), Cell::Percent),
        Cell::some(both, |(used, limit)| {
            let (Units(used), Units(limit)) = (used.units(), limit.units());
            Cell::Bar(used, limit, team.level.unwrap_or(Level::Ok))
        }),
        Cell::some(team.deliverables.map(Cell::Count).or(tasks), |cell| cell),
        Cell::some(team.each(), Cell::amount),
        Cell::some(team.cost.as_ref(), Cell::marked_cost),
        Cell::some(team.status.as_deref(), Cell::text),
        // The worst alert about it.
        levels
            .get(team.name.as_str())
            .map_or_else(|| Cell::word(""), |level| Cell::Level(*level)),
    ];
    if report.measure.is_money() {
        cells.remove(COST);
    }
    if has_rates(report) {
        cells.insert(cells.len() - AFTER_RATES, rate_cell(team.classes));
    }
    if report.held() > Tokens::ZERO {
        cells.insert(RESERVED, Cell::Tokens(team.held()));
    }
    cells
}

fn has_rates(report: &StatusReport) -> bool {
    report.cache_hit_rate.is_some()
}

fn rate_cell(classes: Option<ClassSums>) -> Cell {
    Cell::some(
        classes.and_then(|classes| classes.hit_rate()),
        Cell::Percent,
    )
}

/// `reserved 6,000, available -1,240`, of a team that holds tokens.
pub fn reserved(team: &TeamReport) -> Option<String> {
    let held = Some(team.held()).filter(|held| *held > Tokens::ZERO)?;
    let available = prefixed(", available ", team.available_tokens.map(signed));
    Some(format!("reserved {held}{available}"))
}

/// The level of a team whose work is not done.
pub fn unfinished_level(team: &TeamReport) -> Option<Level> {
    team.level.filter(|_| !team.is_done())
}

fn total(report: &StatusReport) -> Vec<Cell> {
    let limits = report.teams.iter().filter_map(TeamReport::limit);
    let limits = limits.reduce(|sum, next| sum.with(sum.units().saturating_add(next.units())));
    let allocated = match report.measure {
        Measure::Tokens => report.budget.allocated_tokens.map(Measured::Tokens),
        Measure::Money(_) => limits,
    };
    // If a team without an allocation has used anything, the allocations are not the whole of what is used.
    let all_allocated = report
        .teams
        .iter()
        .all(|team| team.limit().is_some() || team.spent().is_none_or(Measured::is_zero));
    let share = allocated
        .filter(|_| all_allocated)
        .zip(report.known_spent())
        .and_then(|(allocated, spent)| Percent::new(spent.units(), allocated.units()));
    let mut cells = vec![Cell::word(""); 10];
    cells[0] = Cell::word("Total");
    cells[1] = match (report.measure, &report.used.cost) {
        (Measure::Money(_), Some(cost)) => Cell::marked_cost(cost),
        _ => Cell::some(report.known_spent(), |spent| {
            Cell::amount(spent).about(report.used.estimate)
        }),
    };
    cells[2] = Cell::some(allocated, Cell::amount);
    cells[3] = Cell::some(share, Cell::Percent);
    cells[COST] = Cell::some(report.used.cost.as_ref(), Cell::marked_cost);
    if report.measure.is_money() {
        cells.remove(COST);
    }
    if has_rates(report) {
        cells.insert(cells.len() - AFTER_RATES, rate_cell(report.classes));
    }
    if report.held() > Tokens::ZERO {
        cells.insert(RESERVED, Cell::Tokens(report.held()));
    }
    cells
}

fn goal(report: &StatusReport) -> Option<String> {
    let goal = &report.efficiency;
    let target = goal.target.map(|target| match goal.target_from {
        Some(from) => format!("target {from}-{target}"),
        None => format!("target {target}"),
    });
    let alert = goal.alert.map(|alert| format!("alert at {alert}"));
    let goals = joined([target, alert], ", ");
    (!goals.is_empty()).then(|| format!("tokens per deliverable: {goals}"))
}

/// Which teams have used much of a limit and have no alert, and why.
fn done(report: &StatusReport) -> Option<String> {
    let teams = report.teams.iter().filter(|team| team.is_silent());
    let names: Vec<&str> = teams.map(TeamReport::short_name).collect();
    (!names.is_empty()).then(|| {
        format!(
            "no alert about the limit of a team that is done: {}",
            names.join(", ")
        )
    })
}

/// That some figures are not those of the period of a budget that is reset by hand.
fn by_month(report: &StatusReport) -> Option<String> {
    let since = report.period.as_ref()?.since?;
    let (since, month) = (since.with_timezone(report.now.offset()), report.month);
    let since = since.format("%Y-%m-%d %H:%M");
    Some(format!(
        "used, % and cost: since {since}, when the budget was reset; status, deliverables and tasks: of {month}"
    ))
}

fn allocation(report: &StatusReport) -> Option<String> {
    let (allocated, reserve) = (
        report.budget.allocated_tokens?,
        report.budget.reserve_tokens?,
    );
    let budget = prefixed(" of ", report.budget.tokens);
    Some(format!(
        "allocated: {allocated} + reserve {reserve} = {}{budget}",
        allocated.saturating_add(reserve)
    ))
}
