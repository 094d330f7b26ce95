//! The details of one team, for a screen that has room for them: figures, efficiency, forecast, and their sources.

use super::{Cell, OutputStyle, StyledLine, counted, in_brackets, joined, prefixed, signed};
use crate::{
    analysis::{FigureKind, FigureSource, StatusReport, TeamReport},
    model::{EntryKind, Level, Measured, Tokens},
    render::{
        forecast::{badge, team_outcome},
        teams::{reserved, used_cell},
    },
};

pub fn lines(report: &StatusReport, team: &TeamReport, style: OutputStyle) -> Vec<StyledLine> {
    let outcome = team_outcome(report, team, style);
    let by = format!("by {}: ", report.forecast.ends);
    let lines = [
        Some(used(team, style).into()),
        efficiency(report, team, style),
        outcome.map(|outcome| StyledLine::from(by) + outcome),
        sources(team).map(StyledLine::from),
    ];
    let lines = lines.into_iter().flatten();
    lines
        .flat_map(|line| style.fold(StyledLine::from("  ") + line, 4))
        .collect()
}

/// `used 8,240 of 10,000 tokens (82.4%), 1,760 remaining, $0.025`
fn used(team: &TeamReport, style: OutputStyle) -> String {
    let Some(used) = team.spent() else {
        return "no row says what it used".to_owned();
    };
    let shown = used_cell(team).shown(style);
    let share = in_brackets(team.share());
    let limited = match (team.used_tokens, team.allocated_tokens) {
        (Some(used), Some(limit)) => {
            let left = signed(limit.signed_sub(used));
            format!("used {shown} of {limit} tokens{share}, {left} remaining")
        }
        (Some(_), None) => format!("used {shown} tokens, and has no allocation"),
        (None, _) => {
            let limit = team.limit().zip(team.cost_budget.as_ref());
            let limit = limit.map(|(limit, budget)| {
                let left = budget.remaining.map(|left| style.money(left));
                let left = prefixed(", ", left.map(|left| format!("{left} remaining")));
                format!(" of {}{share}{left}", style.amount(limit))
            });
            let limit = limit.unwrap_or_else(|| ", and has no limit".to_owned());
            format!("{} {shown}{limit}", used.verb())
        }
    };
    let cost = team.cost.as_ref().filter(|_| !team.measure.is_money());
    let parts = [
        Some(limited),
        reserved(team),
        cost.map(|cost| Cell::marked_cost(cost).shown(style)),
    ];
    joined(parts, ", ")
}

/// `5 deliverables at 1,648 tokens each, alert at 6,000`
fn efficiency(report: &StatusReport, team: &TeamReport, style: OutputStyle) -> Option<StyledLine> {
    let each = match team.each()? {
        Measured::Tokens(tokens) => format!("{tokens} tokens"),
        money @ Measured::Money(_) => style.amount(money),
    };
    if let Some(tasks) = team.tasks {
        let tasks = counted(tasks, "task");
        return Some(format!("{tasks} at {each} each").into());
    }
    let count = counted(team.deliverables?, "deliverable");
    let alert = report.efficiency.alert.filter(|_| !team.measure.is_money());
    let alert = prefixed(", alert at ", alert);
    let level = team.efficiency_level.filter(|level| *level > Level::Ok);
    let text = format!("{count} at {each} each{alert}");
    let badge = level.map(|level| badge(level, style));
    Some(StyledLine::from(text) + badge.unwrap_or_default())
}

/// `8,240 by 1 monthly row, line 20; 8,240 by 1 daily row, line 93; allocation line 36`
fn sources(team: &TeamReport) -> Option<String> {
    let parts: Vec<String> = team.sources.iter().filter_map(source).collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}

fn source(source: &FigureSource) -> Option<String> {
    let line = format!("line {}{}", source.line?, source.file.role().suffix());
    Some(match (source.figure, source.kind) {
        (FigureKind::Used, Some(kind)) => {
            // A log of money has no tokens to name.
            let tokens = prefixed("", source.tokens.map(|tokens| format!("{tokens} ")));
            let (kind, row) = match kind {
                EntryKind::Line => ("usage", "line"),
                kind => (kind.into_str(), "row"),
            };
            match source.rows {
                1 => format!("{tokens}by 1 {kind} {row}, {line}"),
                rows => format!("{tokens}by {} {kind} {row}s from {line}", Tokens(rows)),
            }
        }
        (FigureKind::Used, None) => format!("used {line}"),
        (FigureKind::Allocated, _) => format!("allocation {line}"),
        (FigureKind::Deliverables, _) => format!("deliverables {line}"),
        (FigureKind::Tasks, _) => format!("tasks {line}"),
    })
}
