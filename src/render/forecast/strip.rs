//! The forecast in one line: what is used, what is likely, what is possible, and where the budget ends.

use crate::{
    analysis::{Estimate, StatusReport},
    model::Tokens,
    render::{
        safe,
        theme::{Paint, Style},
    },
};

/// The most cells of the strip itself.
const MOST: usize = 50;

/// The fewest that show anything.
const LEAST: usize = 12;

/// The strip and its key. Nothing where there is not room for it, or nothing to show.
pub(super) fn lines(
    report: &StatusReport,
    estimate: &Estimate,
    style: Style,
    indent: usize,
) -> Vec<String> {
    let (used, budget) = (report.used.tokens, report.budget.tokens);
    let quantiles = &estimate.quantiles;
    let end = budget.unwrap_or_default().max(quantiles.p975);
    let to = end.compact();
    let taken = indent + to.len() + 3;
    let width = style
        .width
        .map_or(MOST, |width| width.saturating_sub(taken).min(MOST));
    if width < LEAST || end == Tokens::ZERO {
        return Vec::new();
    }
    let marks = if style.ascii {
        ['#', '*', '=', '.', ' ', '|']
    } else {
        ['█', '▓', '▒', '░', ' ', '┊']
    };
    let bar = bar(report, estimate, (width, end), marks);
    let pad = " ".repeat(indent);
    let mut lines = vec![format!("{pad}0 {bar} {to}")];
    let spent = painted(report, &marks[0].to_string());
    let mut key = vec![format!("{spent} used {}", used.compact())];
    let mut add = |mark: char, name: &str, tokens: Option<Tokens>| {
        key.extend(tokens.map(|tokens| format!("{mark} {name} {}", tokens.compact())));
    };
    add(marks[1], "likely", quantiles.p50);
    add(marks[2], "80% range to", Some(quantiles.p90));
    add(marks[3], "95% range to", Some(quantiles.p975));
    add(marks[5], "budget", budget);
    lines.extend(in_lines(&key, &pad, style.width));
    lines
}

/// The cells of the strip, from nothing to an end.
fn bar(
    report: &StatusReport,
    estimate: &Estimate,
    (width, end): (usize, Tokens),
    marks: [char; 6],
) -> String {
    let (used, quantiles) = (report.used.tokens, &estimate.quantiles);
    let cell = |tokens: Tokens| {
        let cells = width as u128 * u128::from(tokens.0) / u128::from(end.0);
        usize::try_from(cells).unwrap_or(width)
    };
    let likely = quantiles.p50.unwrap_or(used);
    let ends = [used, likely, quantiles.p90, quantiles.p975].map(cell);
    let tick = report
        .budget
        .tokens
        .map(|budget| cell(budget).min(width - 1));
    let mark = |at: usize| match ends.iter().position(|end| at < *end) {
        _ if tick == Some(at) => marks[5],
        part => marks[part.unwrap_or(4)],
    };
    let (spent, rest): (String, String) = (
        (0..ends[0]).map(mark).collect(),
        (ends[0]..width).map(mark).collect(),
    );
    painted(report, &spent) + &rest
}

/// What is used, in the colour of its level.
fn painted(report: &StatusReport, used: &str) -> String {
    match report.level {
        Some(level) => Paint::Bar(level).on(used),
        None => used.to_owned(),
    }
}

/// The parts of a key, as many in a line as fit. A mark stays with its name.
fn in_lines(parts: &[String], pad: &str, width: Option<usize>) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for part in parts {
        let fits = |line: &String| {
            width.is_none_or(|width| safe::width(line) + safe::width(part) + 2 <= width)
        };
        match lines.last_mut().filter(|line| fits(line)) {
            Some(line) => *line = format!("{line}  {part}"),
            None => lines.push(format!("{pad}{part}")),
        }
    }
    lines
}
