//! Tokens by class for each team, with the share of the tokens read that came from a cache, and its target.

use std::collections::{HashMap, HashSet};

use super::{Cell, Column, ReportTable, sanitize};
use crate::{
    analysis::{ClassSums, StatusReport, TargetReport},
    model::{Percent, RateGoal, Tokens},
};

/// Says how token classes get into a log.
const NO_CLASSES: &str = "no usage of this month states its token classes: `tokmon import` writes them, and so do the keys `input=`, \
    `output=`, `cache_write=` and `cache_read=` of a usage line";

/// The rates by team, that of all teams under None.
type ByTeam<'r> = HashMap<Option<&'r str>, &'r TargetReport>;

/// The index of the column of targets, which is only shown if they differ.
const TARGET: usize = 6;

/// A row for each team, and one for all.
pub fn table(report: &StatusReport) -> ReportTable {
    let mut teams = report.teams.iter().map(|team| &team.classes);
    if !teams.any(Option::is_some) {
        let mut table = ReportTable::new("Cache", []);
        table.note(NO_CLASSES);
        return table;
    }
    let mut columns = vec![
        Column::new("Team").cut(4).long(24),
        Column::new("Input").droppable(2),
        Column::new("Output").droppable(1),
        Column::new("Cache write").droppable(3),
        Column::new("Cache read").droppable(4),
        Column::new("Hit rate"),
        Column::new("Target").droppable(5),
        Column::new("Level").important(1),
    ];
    let rates = by_team(report);
    let shared_goal = one_goal(report);
    if shared_goal.is_some() {
        columns.remove(TARGET);
    }
    let mut table = ReportTable::new("Cache", columns);
    let mut row = |name: Cell, classes: Option<ClassSums>, rate: Option<&&TargetReport>| {
        let known = rate.filter(|rate| rate.rate.is_some());
        let [input, output, written, read] = cells(classes);
        let mut cells = vec![
            name,
            input,
            output,
            written,
            read,
            Cell::some(known.and_then(|rate| rate.rate), Cell::Percent),
            Cell::some(known, |rate| Cell::word(rate.goal.value.short())),
            Cell::some(known.and_then(|rate| rate.status), Cell::Level),
        ];
        if shared_goal.is_some() {
            cells.remove(TARGET);
        }
        table.row(cells);
    };
    for team in &report.teams {
        let rate = rates.get(&Some(team.name.as_str()));
        row(Cell::text(&team.name), team.classes, rate);
    }
    if report.team.is_none() && report.teams.len() > 1 {
        row(Cell::word("Total"), report.classes, rates.get(&None));
    }
    if let Some(goal) = shared_goal {
        table.note_about("Hit rate", format!("hit rate: {goal}"));
    }
    for note in coverage(report).into_iter().chain(strangers(report)) {
        table.note(note);
    }
    table
}

fn by_team(report: &StatusReport) -> ByTeam<'_> {
    let rates = report.targets.iter();
    rates.map(|rate| (rate.team.as_deref(), rate)).collect()
}

fn cells(classes: Option<ClassSums>) -> [Cell; 4] {
    match classes {
        Some(sums) => sums.by_name().map(|(_, tokens)| Cell::Tokens(tokens)),
        None => std::array::from_fn(|_| Cell::Absent),
    }
}

/// The goal, if it is the same for all known rates.
fn one_goal(report: &StatusReport) -> Option<RateGoal> {
    let known = report.targets.iter().filter(|rate| rate.rate.is_some());
    let mut goals = known.map(|rate| rate.goal);
    let first = goals.next()?;
    goals.all(|goal| goal == first).then_some(first)
}

/// `classes are known for 63.2% of the tokens`, if some usage states none.
fn coverage(report: &StatusReport) -> Option<String> {
    let (used, classes) = match report.selected_team() {
        Some(team) => (team.used_tokens, team.classes),
        None => (report.used.tokens, report.classes),
    };
    let (used, counted) = (used?, classes?.counted_tokens);
    let share = Percent::new(counted.0, used.0).filter(|_| counted < used)?;
    Some(format!("classes are known for {share} of the tokens"))
}

/// The teams that only targets name: the log spells them differently, or they have no usage yet.
fn strangers(report: &StatusReport) -> Option<String> {
    let known: HashSet<&str> = report.teams.iter().map(|team| team.name.as_str()).collect();
    let judged = report.targets.iter().filter(|_| report.team.is_none());
    let named = judged.filter_map(|target| target.team.as_deref());
    let strangers: Vec<_> = named
        .filter(|name| !known.contains(name))
        .map(sanitize)
        .collect();
    (!strangers.is_empty()).then(|| {
        format!(
            "no rows of the teams that have a target: {}",
            strangers.join(", ")
        )
    })
}

/// The table for programs.
pub fn data(report: &StatusReport) -> ReportTable {
    let rates = by_team(report);
    let records = report.teams.iter().map(|team| {
        let [input, output, cache_write, cache_read] = cells(team.classes);
        let rate = rates.get(&Some(team.name.as_str()));
        let counted = team.classes.map(|classes| classes.counted_tokens);
        let tokens = |tokens: Option<Tokens>| Cell::some(tokens, Cell::Tokens);
        let percent = |share: Option<Percent>| Cell::some(share, Cell::Percent);
        [
            ("team", Cell::text(&team.name)),
            ("input", input),
            ("output", output),
            ("cache_write", cache_write),
            ("cache_read", cache_read),
            ("counted_tokens", tokens(counted)),
            ("used_tokens", tokens(team.used_tokens)),
            (
                "cache_hit_percent",
                percent(rate.and_then(|rate| rate.rate)),
            ),
            ("target_percent", percent(rate.map(|rate| rate.goal.value))),
            (
                "warning_percent",
                percent(rate.map(|rate| rate.goal.warning)),
            ),
            (
                "level",
                Cell::some(rate.and_then(|rate| rate.status), Cell::Level),
            ),
        ]
    });
    ReportTable::records("Cache", records)
}
