//! Tokens or money over time as a chart of characters: lines, a fan, and levels across. In Braille, or in ASCII.

use std::cmp::Ordering;

use super::{OutputStyle, StyledLine, TextRole};
use crate::model::Level;

/// The dots of a dash, and of a dash with the gap behind it.
const DASH: (usize, usize) = (4, 6);

/// Minutes since the start, and what was used by then: tokens, or nanos.
pub type Point = (i64, i128);

/// What a dot shows. Later layers cover earlier ones.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Layer {
    Empty,
    Fan,
    Likely,
    Used,
}

#[derive(Clone, Debug)]
pub struct RuleLine {
    pub at: i128,
    pub label: String,
}

#[derive(Clone, Debug, Default)]
pub struct Chart {
    pub used: Vec<Point>,
    /// The likely course from now on, if known.
    pub likely: Vec<Point>,
    /// The lower and the upper edge of what is possible.
    pub fan: [Vec<Point>; 2],
    /// The budget.
    pub rule: Option<RuleLine>,
    /// Texts at the right of the chart, at the height of these amounts.
    pub remarks: Vec<(i128, String)>,
    pub span: (i64, i64),
    pub top: i128,
    /// The amount at the top.
    pub top_label: String,
    /// The levels of what is used and of what is likely.
    pub levels: (Option<Level>, Option<Level>),
}

#[derive(Clone, Copy, Debug)]
pub struct Canvas {
    /// Cells of the numbers at the left.
    pub scale: usize,
    pub columns: usize,
    pub rows: usize,
    pub style: OutputStyle,
}

impl Chart {
    pub fn lines(&self, canvas: Canvas) -> Vec<StyledLine> {
        let dots = DotMatrix::draw(self, canvas);
        (0..canvas.rows)
            .map(|row| dots.row(row, self, canvas))
            .collect()
    }

    /// The dot for this amount, from the top, in a chart of `rows` rows of `down` dots. The rule has a row of its own: what is above
    /// it is in a row above, and what is below it in a row below. Between them, the scale is even.
    fn dot(&self, amount: i128, rows: usize, down: usize) -> usize {
        let last = (rows * down).saturating_sub(1);
        let share = |part: i128, of: i128, dots: usize| {
            let at = part.saturating_mul(dots as i128) / of.max(1);
            usize::try_from(at).map_or(dots, |at| at.min(dots))
        };
        let Some(rule) = &self.rule else {
            return last - share(amount, self.top, last);
        };
        let row = share(rule.at, self.top, last) / down;
        // There is a row below it, and where something is above it, one above.
        let above = usize::from(self.top > rule.at);
        let row = row.max(1).min(rows.saturating_sub(1 + above)) * down;
        let dot = match amount.cmp(&rule.at) {
            Ordering::Less => share(amount, rule.at, row).min(row.saturating_sub(1)),
            Ordering::Equal => row + down / 2,
            Ordering::Greater => {
                let (start, beyond) = ((row + down).min(last), self.top - rule.at.min(self.top));
                start + share(amount - rule.at, beyond, last - start)
            }
        };
        last - dot.min(last)
    }

    fn row(&self, amount: i128, rows: usize, down: usize) -> usize {
        self.dot(amount, rows, down) / down
    }
}

/// The amount of a curve at a minute, interpolated between its points. None outside of them.
fn at(curve: &[Point], minute: i64) -> Option<i128> {
    let next = curve.iter().position(|(when, _)| *when >= minute)?;
    let (to, high) = curve[next];
    let Some((from, low)) = next.checked_sub(1).map(|before| curve[before]) else {
        return (to == minute).then_some(high);
    };
    let (passed, whole) = (i128::from(minute - from), i128::from(to - from).max(1));
    let rise = (high - low).saturating_mul(passed) / whole;
    Some(low + rise)
}

/// The dots of a chart: in Braille eight in a cell, in ASCII one.
struct DotMatrix {
    dots: Vec<Vec<Layer>>,
    /// Dots of a cell across and down.
    cell: (usize, usize),
}

impl DotMatrix {
    fn draw(chart: &Chart, canvas: Canvas) -> Self {
        let ascii = canvas.style.ascii;
        let cell = if ascii { (1, 1) } else { (2, 4) };
        let (width, height) = (canvas.columns * cell.0, canvas.rows * cell.1);
        let mut dots = vec![vec![Layer::Empty; width]; height];
        let row = |amount: i128| chart.dot(amount, canvas.rows, cell.1);
        let mut set = |from: usize, to: usize, column: usize, layer: Layer| {
            for line in dots.iter_mut().take(from.max(to) + 1).skip(from.min(to)) {
                line[column] = line[column].max(layer);
            }
        };
        let (start, end) = chart.span;
        let mut before = [None; 2];
        for column in 0..width {
            let minute = start
                + (end - start) * i64::try_from(column).unwrap_or(0)
                    / i64::try_from(width.max(2) - 1).unwrap_or(1);
            for edge in &chart.fan {
                let dot = at(edge, minute)
                    .filter(|_| ascii || column % 2 == 0)
                    .map(row);
                if let Some(dot) = dot {
                    set(dot, dot, column, Layer::Fan);
                }
            }
            let lines = [(&chart.used, Layer::Used), (&chart.likely, Layer::Likely)];
            for ((curve, layer), before) in lines.into_iter().zip(&mut before) {
                let dot = at(curve, minute).map(row);
                // What is likely is dashed.
                let is_gap = layer == Layer::Likely && !ascii && column % DASH.1 >= DASH.0;
                if let Some(dot) = dot.filter(|_| !is_gap) {
                    // A steep line stays one.
                    let from =
                        before.map_or(dot, |before: usize| before.saturating_sub(1).max(dot));
                    set(from, dot, column, layer);
                }
                *before = dot;
            }
        }
        Self { dots, cell }
    }

    fn row(&self, row: usize, chart: &Chart, canvas: Canvas) -> StyledLine {
        let (rows, down) = (canvas.rows, self.cell.1);
        let is_at = |amount: i128| chart.row(amount, rows, down) == row;
        let rule = chart.rule.as_ref().filter(|rule| is_at(rule.at));
        let mut remarks = chart.remarks.iter();
        let remark = remarks.find(|(amount, _)| is_at(*amount));
        // Two labels of one row would be of two values.
        let is_other = remark.is_some_and(|(amount, _)| *amount != chart.top);
        let label = match (rule, row) {
            (Some(rule), _) => rule.label.clone(),
            (None, 0) if !is_other => chart.top_label.clone(),
            (None, row) if row == rows - 1 => "0".to_owned(),
            (None, _) => String::new(),
        };
        let (side, dash) = if canvas.style.ascii {
            ('|', '-')
        } else {
            ('┤', '┈')
        };
        let empty = if rule.is_some() { dash } else { ' ' };
        let width = canvas.scale;
        let mut line = StyledLine::from(format!("{label:>width$} {side}"));
        let (across, down) = self.cell;
        let (mut run, mut level) = (String::new(), None);
        for column in 0..canvas.columns {
            let dots: Vec<Layer> = (0..across * down)
                .map(|dot| self.dots[row * down + dot % down][column * across + dot / down])
                .collect();
            let strongest = dots.iter().copied().max().unwrap_or(Layer::Empty);
            let next = match strongest {
                Layer::Empty => None,
                Layer::Used => chart.levels.0,
                Layer::Likely | Layer::Fan => chart.levels.1,
            };
            if next != level {
                line += in_level(std::mem::take(&mut run), level);
                level = next;
            }
            run.push(match strongest {
                Layer::Empty => empty,
                _ if !canvas.style.ascii => braille(&dots),
                Layer::Used => '#',
                Layer::Likely => '*',
                Layer::Fan => ':',
            });
        }
        line += in_level(run, level);
        if let Some((_, remark)) = remark {
            line += remark.as_str();
        }
        line.trim_end()
    }
}

pub fn in_level(run: String, level: Option<Level>) -> StyledLine {
    match level {
        Some(level) => StyledLine::styled(TextRole::Bar(level), run),
        None => run.into(),
    }
}

/// The character with these dots, given down the left column and then down the right one.
fn braille(dots: &[Layer]) -> char {
    /// The bits of the dots in that order, as Unicode numbers them.
    const BITS: [u32; 8] = [0x01, 0x02, 0x04, 0x40, 0x08, 0x10, 0x20, 0x80];
    let set = dots
        .iter()
        .zip(BITS)
        .filter(|(layer, _)| **layer > Layer::Empty);
    char::from_u32(0x2800 + set.map(|(_, bit)| bit).sum::<u32>()).unwrap_or(' ')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// A curve that passes the budget passes its line, and a label is never on the line of another figure.
        #[test]
        fn what_is_above_a_rule_is_in_a_row_above_it(
            budget in 1..1_000_i128,
            others in proptest::collection::vec(0..2_000_i128, 1..6),
            rows in 3..40_usize,
            ascii in any::<bool>(),
        ) {
            let down = if ascii { 1 } else { 4 };
            let chart = Chart {
                rule: Some(RuleLine { at: budget, label: String::new() }),
                top: others.iter().copied().max().unwrap_or_default().max(budget),
                ..Chart::default()
            };
            let line = chart.row(budget, rows, down);
            for amount in others {
                // Rows are counted from the top.
                prop_assert_eq!(amount.cmp(&budget), line.cmp(&chart.row(amount, rows, down)));
            }
        }

        /// Each number at a side of the chart is in the row of its own value, and of no other that is shown.
        #[test]
        fn a_label_is_beside_its_own_value(
            budget in proptest::option::of(1..1_000_i128),
            ends in proptest::collection::vec(1..2_000_i128, 1..4),
            rows in 3..40_usize,
            ascii in any::<bool>(),
        ) {
            let down = if ascii { 1 } else { 4 };
            let top = ends.iter().copied().chain(budget).max().unwrap_or_default();
            let rule = budget.map(|at| RuleLine { at, label: at.to_string() });
            let chart = Chart {
                used: vec![(0, 0), (5, ends[0] / 2)],
                likely: vec![(5, ends[0] / 2), (9, ends[0])],
                remarks: ends.iter().map(|end| (*end, format!(" {end}"))).collect(),
                top,
                top_label: top.to_string(),
                rule,
                span: (0, 9),
                ..Chart::default()
            };
            let style = OutputStyle { ascii, width: None, ..OutputStyle::PLAIN };
            let canvas = Canvas { scale: 6, columns: 20, rows, style };
            for (row, line) in chart.lines(canvas).iter().enumerate() {
                let text = line.text();
                let left = text.chars().take(6).collect::<String>();
                let left = left.trim().parse::<i128>();
                let right = text.chars().skip(6 + 2 + 20).collect::<String>();
                let labels = [left.ok(), right.trim().parse().ok()];
                let labels = labels.into_iter().flatten().filter(|label| *label < 1_000);
                for label in labels {
                    prop_assert_eq!(chart.row(label, rows, down), row, "{}\n{}", label, text);
                }
            }
        }
    }
}
