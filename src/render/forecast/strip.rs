//! The forecast as a bar: what is used, likely and possible, and the budget.

use crate::{
    analysis::{Estimate, StatusReport},
    model::{Measured, Units},
    render::{OutputStyle, StyledLine, in_level},
};

const MAX_WIDTH: usize = 50;

const MIN_WIDTH: usize = 12;

/// The bar and its key. Empty if there is not room for it, or nothing to show.
pub fn lines(
    report: &StatusReport,
    estimate: &Estimate<Measured>,
    style: OutputStyle,
    indent: usize,
) -> Vec<StyledLine> {
    let (used, budget) = (report.spent(), report.limit());
    let quantiles = &estimate.quantiles;
    let end = match budget {
        Some(budget) if budget.units() > quantiles.p975.units() => budget,
        _ => quantiles.p975,
    };
    let to = style.compact(end);
    let taken = indent + to.len() + 3;
    let width = style.width.map_or(MAX_WIDTH, |width| {
        width.saturating_sub(taken).min(MAX_WIDTH)
    });
    if width < MIN_WIDTH || end.is_zero() {
        return Vec::new();
    }
    let marks = if style.ascii {
        ['#', '*', '=', '.', ' ', '|']
    } else {
        ['█', '▓', '▒', '░', ' ', '┊']
    };
    let cell = |amount: Measured| {
        let (Units(part), Units(whole)) = (amount.units(), end.units());
        usize::try_from((width as i128).saturating_mul(part) / whole).unwrap_or(width)
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
    let bar = in_level(spent, report.level_of_limit()) + rest;
    let pad = " ".repeat(indent);
    let mut lines = vec![StyledLine::from(format!("{pad}0 ")) + bar + " " + &*to];
    let spent = in_level(marks[0].to_string(), report.level_of_limit());
    let mut key = vec![spent + format!(" {} {}", used.verb(), style.compact(used))];
    let mut add = |mark: char, name: &str, amount: Option<Measured>| {
        let amount = amount.map(|amount| style.compact(amount));
        key.extend(amount.map(|amount| format!("{mark} {name} {amount}").into()));
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
