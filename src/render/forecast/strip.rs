//! The forecast as a bar: what is used, likely and possible, and the budget.

use crate::{
    analysis::{Estimate, StatusReport},
    model::Tokens,
    render::{OutputStyle, StyledLine, in_level},
};

const MAX_WIDTH: usize = 50;

const MIN_WIDTH: usize = 12;

/// The bar and its key. Empty if there is not room for it, or nothing to show.
pub fn lines(
    report: &StatusReport,
    estimate: &Estimate,
    style: OutputStyle,
    indent: usize,
) -> Vec<StyledLine> {
    let (used, budget) = (report.used.tokens, report.budget.tokens);
    let quantiles = &estimate.quantiles;
    let end = budget.unwrap_or_default().max(quantiles.p975);
    let to = end.compact();
    let taken = indent + to.len() + 3;
    let width = style.width.map_or(MAX_WIDTH, |width| {
        width.saturating_sub(taken).min(MAX_WIDTH)
    });
    if width < MIN_WIDTH || end == Tokens::ZERO {
        return Vec::new();
    }
    let marks = if style.ascii {
        ['#', '*', '=', '.', ' ', '|']
    } else {
        ['█', '▓', '▒', '░', ' ', '┊']
    };
    let cell = |tokens: Tokens| {
        let cells = width as u128 * u128::from(tokens.0) / u128::from(end.0);
        usize::try_from(cells).unwrap_or(width)
    };
    let likely = quantiles.p50.unwrap_or(used);
    let ends = [used, likely, quantiles.p90, quantiles.p975].map(cell);
    let tick = budget.map(|budget| cell(budget).min(width - 1));
    let mark = |at: usize| match ends.iter().position(|end| at < *end) {
        _ if tick == Some(at) => marks[5],
        part => marks[part.unwrap_or(4)],
    };
    let spent: String = (0..ends[0]).map(mark).collect();
    let rest: String = (ends[0]..width).map(mark).collect();
    let bar = in_level(spent, report.token_level) + rest;
    let pad = " ".repeat(indent);
    let mut lines = vec![StyledLine::from(format!("{pad}0 ")) + bar + " " + &*to];
    let spent = in_level(marks[0].to_string(), report.token_level);
    let mut key = vec![spent + format!(" used {}", used.compact())];
    let mut add = |mark: char, name: &str, tokens: Option<Tokens>| {
        key.extend(tokens.map(|tokens| format!("{mark} {name} {}", tokens.compact()).into()));
    };
    add(marks[1], "likely", quantiles.p50);
    add(marks[2], "80% range to", Some(quantiles.p90));
    add(marks[3], "95% range to", Some(quantiles.p975));
    add(marks[5], "budget", budget);
    lines.extend(in_lines(key, &pad, style));
    lines
}

/// The parts of a key, as many in a line as fit. A mark stays with its name.
pub fn in_lines(parts: Vec<StyledLine>, pad: &str, style: OutputStyle) -> Vec<StyledLine> {
    let mut lines: Vec<StyledLine> = Vec::new();
    for part in parts {
        let longer = lines.last().map(|line| line.clone() + "  " + &part);
        if let Some(longer) = longer.filter(|longer| style.fits(longer)) {
            lines.pop();
            lines.push(longer);
        } else {
            lines.push(StyledLine::from(pad) + part);
        }
    }
    lines
}
