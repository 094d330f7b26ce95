//! Tokens over time as a picture of characters: lines, a fan, levels across, and marks at the end. In Braille, or in ASCII.

use std::cmp::Ordering;

use super::theme::{Paint, Style};
use crate::model::{Level, Tokens};

/// Minutes since some beginning, and the tokens used by then.
pub(crate) type Point = (i64, u64);

/// What a dot of the picture shows. The later outshines the earlier.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Ink {
    Nothing,
    Fan,
    Likely,
    Used,
}

/// A level across the picture.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub(crate) tokens: u64,
    pub(crate) label: String,
}

/// What is drawn.
#[derive(Clone, Debug, Default)]
pub(crate) struct Chart {
    /// What was used by when.
    pub(crate) used: Vec<Point>,
    /// What will be, as far as is known.
    pub(crate) likely: Vec<Point>,
    /// The lower and the upper edge of what is possible.
    pub(crate) fan: [Vec<Point>; 2],
    /// The budget, and other levels below it. What is above one lies above its row.
    pub(crate) rules: Vec<Rule>,
    /// What stands behind the picture, at the height of these tokens.
    pub(crate) remarks: Vec<(u64, String)>,
    /// When it begins and ends.
    pub(crate) span: (i64, i64),
    /// The tokens at the top.
    pub(crate) top: u64,
    /// The levels of what is used and of what is likely.
    pub(crate) levels: (Option<Level>, Option<Level>),
}

/// How large it is drawn, and with what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Canvas {
    /// Cells of the numbers at the left.
    pub(crate) scale: usize,
    /// Cells of the picture across.
    pub(crate) columns: usize,
    /// Cells down.
    pub(crate) rows: usize,
    /// How it is drawn.
    pub(crate) style: Style,
}

impl Chart {
    /// The rows of the picture, each with its scale.
    pub(crate) fn lines(&self, canvas: Canvas) -> Vec<String> {
        let picture = Picture::draw(self, canvas);
        (0..canvas.rows)
            .map(|row| picture.row(row, self, canvas))
            .collect()
    }

    /// The dot for these tokens, from the top, in a picture of so many rows of so many dots. A rule is drawn through the middle of
    /// its row: what is above it has the upper dots at least, what is below it the lower ones at most. Where a row is a single
    /// dot, that is another row.
    fn dot(&self, tokens: u64, rows: usize, down: usize) -> usize {
        let last = (rows * down).saturating_sub(1);
        let share = |tokens: u64| {
            let at = u128::from(tokens) * last as u128 / u128::from(self.top.max(1));
            usize::try_from(at).map_or(last, |at| at.min(last))
        };
        let mut dot = share(tokens);
        for rule in &self.rules {
            let row = share(rule.tokens) / down * down;
            match tokens.cmp(&rule.tokens) {
                Ordering::Greater => dot = dot.max(row + down.div_ceil(2)).min(last),
                Ordering::Equal => dot = row,
                Ordering::Less => dot = dot.min((row + down / 2).saturating_sub(1)),
            }
        }
        last - dot
    }

    /// The row for these tokens, from the top.
    fn row(&self, tokens: u64, rows: usize, down: usize) -> usize {
        self.dot(tokens, rows, down) / down
    }
}

/// The tokens of a curve at a minute, between its points on a straight line. None outside of them.
fn at(curve: &[Point], minute: i64) -> Option<u64> {
    let next = curve.iter().position(|(when, _)| *when >= minute)?;
    let (to, high) = curve[next];
    let Some((from, low)) = next.checked_sub(1).map(|before| curve[before]) else {
        return (to == minute).then_some(high);
    };
    let (passed, whole) = (i128::from(minute - from), i128::from(to - from).max(1));
    let rise = (i128::from(high) - i128::from(low)) * passed / whole;
    u64::try_from(i128::from(low) + rise).ok()
}

/// The dots of the picture: in Braille eight in a cell, in ASCII one.
struct Picture {
    dots: Vec<Vec<Ink>>,
    /// Dots of a cell across and down.
    cell: (usize, usize),
    ascii: bool,
}

impl Picture {
    fn draw(chart: &Chart, canvas: Canvas) -> Self {
        let ascii = canvas.style.ascii;
        let cell = if ascii { (1, 1) } else { (2, 4) };
        let (width, height) = (canvas.columns * cell.0, canvas.rows * cell.1);
        let mut dots = vec![vec![Ink::Nothing; width]; height];
        let row = |tokens: u64| chart.dot(tokens, canvas.rows, cell.1);
        let mut paint = |from: usize, to: usize, column: usize, ink: Ink| {
            for line in dots.iter_mut().take(from.max(to) + 1).skip(from.min(to)) {
                line[column] = line[column].max(ink);
            }
        };
        let (start, end) = chart.span;
        let mut before = [None; 2];
        for column in 0..width {
            let minute = start
                + (end - start) * i64::try_from(column).unwrap_or(0)
                    / i64::try_from(width.max(2) - 1).unwrap_or(1);
            let [low, high] = &chart.fan;
            let fan = at(low, minute).zip(at(high, minute));
            if let Some((low, high)) = fan.filter(|_| ascii || column % 2 == 0) {
                let edges = [row(high), row(low)];
                for dot in edges[0]..=edges[1] {
                    if ascii || dot % 2 == 0 || edges.contains(&dot) {
                        paint(dot, dot, column, Ink::Fan);
                    }
                }
            }
            let lines = [(&chart.used, Ink::Used), (&chart.likely, Ink::Likely)];
            for ((curve, ink), before) in lines.into_iter().zip(&mut before) {
                let dot = at(curve, minute).map(row);
                if let Some(dot) = dot {
                    // A steep line stays one.
                    let from =
                        before.map_or(dot, |before: usize| before.saturating_sub(1).max(dot));
                    paint(from, dot, column, ink);
                }
                *before = dot;
            }
        }
        Self { dots, cell, ascii }
    }

    /// A row of the picture with its scale.
    fn row(&self, row: usize, chart: &Chart, canvas: Canvas) -> String {
        let (rows, down) = (canvas.rows, self.cell.1);
        let rule = chart
            .rules
            .iter()
            .find(|rule| chart.row(rule.tokens, rows, down) == row);
        let label = match (rule, row) {
            (Some(rule), _) => rule.label.clone(),
            (None, 0) => Tokens(chart.top).compact(),
            (None, row) if row == rows - 1 => "0".to_owned(),
            (None, _) => String::new(),
        };
        let (side, line) = if self.ascii {
            ('|', '-')
        } else {
            ('┤', '┈')
        };
        let empty = if rule.is_some() { line } else { ' ' };
        let mut text = format!("{label:>width$} {side}", width = canvas.scale);
        let (across, down) = self.cell;
        let (mut run, mut level) = (String::new(), None);
        for column in 0..canvas.columns {
            let dots: Vec<Ink> = (0..across * down)
                .map(|dot| self.dots[row * down + dot % down][column * across + dot / down])
                .collect();
            let strongest = dots.iter().copied().max().unwrap_or(Ink::Nothing);
            let next = match strongest {
                Ink::Nothing => None,
                Ink::Used => chart.levels.0,
                Ink::Likely | Ink::Fan => chart.levels.1,
            };
            if next != level {
                text.push_str(&painted(&std::mem::take(&mut run), level));
                level = next;
            }
            run.push(self.glyph(strongest, &dots).unwrap_or(empty));
        }
        text.push_str(&painted(&run, level));
        let mut remarks = chart.remarks.iter();
        if let Some((_, remark)) = remarks.find(|(tokens, _)| chart.row(*tokens, rows, down) == row)
        {
            text.push_str(remark);
        }
        text.trim_end().to_owned()
    }

    /// The character of a cell. None where nothing is drawn in it.
    fn glyph(&self, strongest: Ink, dots: &[Ink]) -> Option<char> {
        Some(match strongest {
            Ink::Nothing => return None,
            _ if !self.ascii => braille(dots),
            Ink::Used => '#',
            Ink::Likely => '*',
            Ink::Fan => ':',
        })
    }
}

fn painted(run: &str, level: Option<Level>) -> String {
    match level {
        Some(level) => Paint::Bar(level).on(run),
        None => run.to_owned(),
    }
}

/// The character with these dots, given down the left column and then down the right one.
fn braille(dots: &[Ink]) -> char {
    /// The bits of the dots in that order, as Unicode numbers them.
    const BITS: [u32; 8] = [0x01, 0x02, 0x04, 0x40, 0x08, 0x10, 0x20, 0x80];
    let set = dots
        .iter()
        .zip(BITS)
        .filter(|(ink, _)| **ink > Ink::Nothing);
    char::from_u32(0x2800 + set.map(|(_, bit)| bit).sum::<u32>()).unwrap_or(' ')
}
