//! Team by team: used against allocated, and what came of it.

use std::{collections::HashMap, ops::Range};

use super::{
    costs, safe,
    sheet::{Cell, Column, Sheet},
    theme::{Paint, Style},
};
use crate::{
    analysis::{StatusReport, TeamReport},
    model::{Level, Percent, Tokens},
};

/// The teams.
pub(crate) fn lines(report: &StatusReport, style: Style) -> Vec<String> {
    let mut lines = vec![Paint::Heading.on("Teams")];
    if report.teams.is_empty() {
        lines.push("no team has rows in this month".to_owned());
        return lines;
    }
    lines.extend(sheet(report).lines(style));
    lines
}

/// A row for each team, and their total.
pub(crate) fn sheet(report: &StatusReport) -> Sheet {
    sheet_of(report, &report.teams.iter().collect::<Vec<_>>())
}

/// Some of the teams that are listed, and the total of all, in columns as wide as all those listed need.
pub(crate) fn part(report: &StatusReport, listed: &[&TeamReport], shown: Range<usize>) -> Sheet {
    let mut sheet = sheet_of(report, listed.get(shown).unwrap_or_default());
    let levels = report.team_levels();
    let widest: [&dyn Fn(&TeamReport) -> i128; 7] = [
        &|team| safe::width(&team.name) as i128,
        &|team| team.used_tokens.unwrap_or_default().0.into(),
        &|team| team.allocated_tokens.unwrap_or_default().0.into(),
        &|team| team.deliverables.unwrap_or_default().into(),
        &|team| team.tokens_per_deliverable.unwrap_or_default().0.into(),
        &|team| team.cost.as_ref().map_or(0, |cost| cost.money.nanos),
        &|team| {
            team.status
                .as_ref()
                .map_or(0, |status| safe::width(status) as i128)
        },
    ];
    for size in widest {
        if let Some(team) = listed.iter().max_by_key(|team| size(team)) {
            sheet.row_unseen(row(team, &levels));
        }
    }
    sheet
}

/// A row for each of some teams, and the total of all.
pub(crate) fn sheet_of(report: &StatusReport, listed: &[&TeamReport]) -> Sheet {
    let columns = [
        Column::new("Team").cut(4).long(24),
        Column::new("Used"),
        Column::new("Alloc.").drop(4),
        Column::new("%").drop_late(2),
        Column::drawn().drop(1),
        Column::new("Deliv.").drop(2),
        Column::new("Tok/del.").drop(3),
        Column::new("Cost").drop_first(1),
        Column::new("State").cut_easily(10, 7).drop_late(1),
        Column::new("Alert").drop_late(3),
    ];
    let mut sheet = Sheet::new("Teams", columns);
    let levels = report.team_levels();
    for team in listed {
        sheet.row(row(team, &levels));
    }
    let with_total = report.team.is_none() && report.teams.len() > 1;
    if with_total {
        sheet.row(total(report));
    }
    let all = report.used.cost.iter().filter(|_| with_total);
    let costs = report.teams.iter().filter_map(|team| team.cost.as_ref());
    if let Some(note) = costs::note(costs.chain(all)) {
        sheet.note_about("Cost", note);
    }
    let notes = [("Tok/del.", goal(report)), ("Alloc.", allocation(report))];
    for (column, note) in notes {
        if let Some(note) = note {
            sheet.note_about(column, note);
        }
    }
    sheet
}

/// A row for each team, for programs.
pub(crate) fn data(report: &StatusReport) -> Sheet {
    let columns = [
        "team",
        "used_tokens",
        "estimate",
        "allocated_tokens",
        "percent",
        "level",
        "status",
        "deliverables",
        "tokens_per_deliverable",
        "efficiency_level",
        "tasks",
        "tokens_per_task",
        "cost",
        "currency",
        "cost_estimate",
        "cost_complete",
        "other_costs",
    ];
    let mut sheet = Sheet::new("Teams", columns.map(Column::new));
    for team in &report.teams {
        let cost = team.cost.as_ref();
        let both = team.used_tokens.zip(team.allocated_tokens);
        sheet.row([
            Cell::text(&team.name),
            Cell::some(team.used_tokens, Cell::Tokens),
            Cell::flag(team.estimate),
            Cell::some(team.allocated_tokens, Cell::Tokens),
            Cell::some(
                both.and_then(|(used, limit)| Percent::new(used.0, limit.0)),
                Cell::Percent,
            ),
            Cell::some(team.level, Cell::Level),
            Cell::some(team.status.as_deref(), Cell::text),
            Cell::some(team.deliverables, Cell::Count),
            Cell::some(team.tokens_per_deliverable, Cell::Tokens),
            Cell::some(team.efficiency_level, Cell::Level),
            Cell::some(team.tasks, Cell::Count),
            Cell::some(team.tokens_per_task, Cell::Tokens),
            Cell::some(cost, Cell::cost),
            Cell::some(cost, |cost| Cell::word(cost.money.currency.code())),
            Cell::some(cost, |cost| Cell::flag(cost.estimate)),
            Cell::some(cost, |cost| Cell::flag(cost.complete)),
            Cell::some(cost, |cost| Cell::word(costs::others(cost))),
        ]);
    }
    sheet
}

fn row(team: &TeamReport, levels: &HashMap<&str, Level>) -> [Cell; 10] {
    let (used, limit) = (team.used_tokens, team.allocated_tokens);
    let both = used.zip(limit);
    let tasks = team.tasks.map(|tasks| match tasks {
        1 => Cell::word("1 task"),
        tasks => Cell::word(format!("{} tasks", Tokens(tasks))),
    });
    [
        Cell::text(&team.name),
        Cell::some(used, |used| Cell::Tokens(used).about(team.estimate)),
        Cell::some(limit, Cell::Tokens),
        Cell::some(
            both.and_then(|(used, limit)| Percent::new(used.0, limit.0)),
            Cell::Percent,
        ),
        Cell::some(both, |(used, limit)| {
            Cell::Bar(used.0, limit.0, team.level.unwrap_or(Level::Ok))
        }),
        Cell::some(team.deliverables.map(Cell::Count).or(tasks), |cell| cell),
        Cell::some(
            team.tokens_per_deliverable.or(team.tokens_per_task),
            Cell::Tokens,
        ),
        Cell::some(team.cost.as_ref(), Cell::listed_cost),
        Cell::some(team.status.as_deref(), Cell::text),
        // The worst of the alerts about it.
        levels
            .get(team.name.as_str())
            .map_or_else(|| Cell::word(""), |level| Cell::Level(*level)),
    ]
}

/// The level of a team that can still do something about it.
pub(crate) fn unfinished_level(team: &TeamReport) -> Option<Level> {
    team.level.filter(|_| !team.is_done())
}

fn total(report: &StatusReport) -> Vec<Cell> {
    let allocated = report.budget.allocated_tokens;
    // Where a team has used tokens and has no share, the shares are not what all were used of.
    let all_have_shares = report.teams.iter().all(|team| {
        team.allocated_tokens.is_some() || team.used_tokens.unwrap_or_default() == Tokens::ZERO
    });
    let share = allocated
        .filter(|_| all_have_shares)
        .and_then(|allocated| Percent::new(report.used.tokens.0, allocated.0));
    let mut cells = vec![Cell::word(""); 10];
    cells[0] = Cell::word("Total");
    cells[1] = Cell::Tokens(report.used.tokens).about(report.used.estimate);
    cells[2] = Cell::some(allocated, Cell::Tokens);
    cells[3] = Cell::some(share, Cell::Percent);
    cells[7] = Cell::some(report.used.cost.as_ref(), Cell::listed_cost);
    cells
}

/// What tokens per deliverable are aimed at.
fn goal(report: &StatusReport) -> Option<String> {
    let goal = &report.efficiency;
    let target = goal.target.map(|target| match goal.target_from {
        Some(from) => format!("target {from}-{target}"),
        None => format!("target {target}"),
    });
    let parts: Vec<String> = target
        .into_iter()
        .chain(goal.alert.map(|alert| format!("alert at {alert}")))
        .collect();
    (!parts.is_empty()).then(|| format!("tokens per deliverable: {}", parts.join(", ")))
}

fn allocation(report: &StatusReport) -> Option<String> {
    let (allocated, reserve) = (
        report.budget.allocated_tokens?,
        report.budget.reserve_tokens?,
    );
    let budget = report
        .budget
        .tokens
        .map(|budget| format!(" of {budget}"))
        .unwrap_or_default();
    Some(format!(
        "allocated: {allocated} + reserve {reserve} = {}{budget}",
        allocated + reserve
    ))
}
