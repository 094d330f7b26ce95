//! The month as a picture: what is used so far, then the likely line in the fan of 80% of all outcomes, and the budget.

use chrono::{NaiveDate, Timelike};

use crate::{
    analysis::StatusReport,
    model::{Level, Tokens},
    render::{
        safe,
        theme::{Paint, Style},
    },
};

/// The rows of the picture itself.
const ROWS: usize = 10;

/// The most columns of it.
const MOST_COLUMNS: usize = 72;

/// The fewest that show anything.
const LEAST_COLUMNS: usize = 30;

/// Cells for the numbers at its left side.
const SCALE: usize = 9;

/// Cells for the likely end at its right side.
const END: usize = 8;

const MINUTES_PER_DAY: i64 = 24 * 60;

/// What a dot of the picture shows. The later outshines the earlier.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Ink {
    Nothing,
    Fan,
    Likely,
    Used,
}

/// Minutes since the month began, and the tokens used by then.
type Point = (i64, u64);

/// The picture. Nothing where there is no room for it, or the days to come are not known.
pub(super) fn lines(report: &StatusReport, style: Style) -> Vec<String> {
    let columns = style.width.map_or(MOST_COLUMNS, |width| {
        width.saturating_sub(SCALE + 2 + END).min(MOST_COLUMNS)
    });
    let Some(curves) = Curves::of(report).filter(|_| columns >= LEAST_COLUMNS) else {
        return Vec::new();
    };
    let mut key = if style.ascii {
        vec!["# used", "* likely", ": 80% range"]
    } else {
        vec!["line: used, then likely", "dots: 80% range"]
    };
    if curves.budget.is_some() {
        key.push(if style.ascii {
            "- budget"
        } else {
            "┈ budget"
        });
    }
    let mut lines = vec![String::new()];
    let title = format!("{}  {}", Paint::Heading.on("Course"), key.join("  "));
    lines.extend(style.folded(&title, 4));
    let picture = Picture::draw(&curves, columns, style.ascii);
    lines.extend((0..ROWS).map(|row| picture.row(row, report, &curves)));
    lines.push(axis(report, &curves, columns));
    lines
        .into_iter()
        .map(|line| match style.width {
            Some(width) => safe::cut(&line, width, "").into_owned(),
            None => line,
        })
        .collect()
}

/// The curves, each through its points.
struct Curves {
    used: Vec<Point>,
    low: Vec<Point>,
    likely: Vec<Point>,
    high: Vec<Point>,
    /// Minutes from the beginning of the month to its end.
    end: i64,
    /// The budget, if it is near enough to be shown.
    budget: Option<Tokens>,
    /// The tokens at the top.
    top: u64,
}

impl Curves {
    fn of(report: &StatusReport) -> Option<Self> {
        let forecast = &report.forecast;
        let first = report.month.first_day();
        let minutes = |date: NaiveDate| (date - first).num_days() * MINUTES_PER_DAY;
        let (now, begun) = (
            minutes(report.now.date_naive())
                + i64::from(report.now.num_seconds_from_midnight() / 60),
            forecast.used_by_day.first()?.date,
        );
        let mut used = vec![(minutes(begun), 0)];
        let days = forecast.used_by_day.iter();
        used.extend(days.map(|day| ((minutes(day.date) + MINUTES_PER_DAY).min(now), day.tokens.0)));
        let curve = |of: &dyn Fn(&crate::analysis::forecast::PathDay) -> Option<Tokens>| {
            let days = forecast.path.iter();
            let points =
                days.filter_map(|day| Some((minutes(day.date) + MINUTES_PER_DAY, of(day)?.0)));
            let points: Vec<Point> = points.collect();
            let start = (now, report.used.tokens.0);
            if points.is_empty() {
                points
            } else {
                std::iter::once(start).chain(points).collect()
            }
        };
        let (low, likely, high) = (
            curve(&|day| Some(day.p10)),
            curve(&|day| day.p50),
            curve(&|day| Some(day.p90)),
        );
        let highest = high.last()?.1.max(report.used.tokens.0);
        // A budget far above everything would press the curves into the lowest row.
        let budget = report
            .budget
            .tokens
            .filter(|budget| budget.0 / 4 <= highest);
        let top = highest.max(budget.unwrap_or_default().0);
        (top > 0).then_some(Self {
            used,
            low,
            likely,
            high,
            end: minutes(forecast.ends) + MINUTES_PER_DAY,
            budget,
            top,
        })
    }
}

impl Curves {
    /// The row for these tokens, of so many, from the top. What is above or below the budget lies above or below its row.
    fn row(&self, tokens: u64, rows: usize) -> usize {
        let above = |tokens: u64| {
            let row = u128::from(tokens) * (rows as u128 - 1) / u128::from(self.top.max(1));
            usize::try_from(row).map_or(rows - 1, |row| row.min(rows - 1))
        };
        let row = match self.budget.map(|budget| (budget.0, above(budget.0))) {
            Some((budget, line)) if tokens > budget => above(tokens).max(line + 1).min(rows - 1),
            Some((budget, line)) if tokens < budget => above(tokens).min(line.saturating_sub(1)),
            _ => above(tokens),
        };
        rows - 1 - row
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
    fn draw(curves: &Curves, columns: usize, ascii: bool) -> Self {
        let cell = if ascii { (1, 1) } else { (2, 4) };
        let (width, height) = (columns * cell.0, ROWS * cell.1);
        let mut dots = vec![vec![Ink::Nothing; width]; height];
        let row = |tokens: u64| curves.row(tokens, height);
        let mut paint = |from: usize, to: usize, column: usize, ink: Ink| {
            for line in dots.iter_mut().take(from.max(to) + 1).skip(from.min(to)) {
                line[column] = line[column].max(ink);
            }
        };
        let mut before = [None; 2];
        for column in 0..width {
            let minute = curves.end * i64::try_from(column).unwrap_or(0)
                / i64::try_from(width - 1).unwrap_or(1);
            let fan = at(&curves.low, minute).zip(at(&curves.high, minute));
            if let Some((low, high)) = fan.filter(|_| ascii || column % 2 == 0) {
                for dot in (row(high)..=row(low)).filter(|dot| ascii || dot % 2 == 0) {
                    paint(dot, dot, column, Ink::Fan);
                }
            }
            let lines = [(&curves.used, Ink::Used), (&curves.likely, Ink::Likely)];
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
    fn row(&self, row: usize, report: &StatusReport, curves: &Curves) -> String {
        let budget = curves.budget.map(|budget| curves.row(budget.0, ROWS));
        let label = match row {
            row if budget == Some(row) => curves.budget.unwrap_or_default().compact(),
            0 => Tokens(curves.top).compact(),
            row if row == ROWS - 1 => "0".to_owned(),
            _ => String::new(),
        };
        let side = if self.ascii { '|' } else { '┤' };
        let empty = match (budget == Some(row), self.ascii) {
            (true, true) => '-',
            (true, false) => '┈',
            (false, _) => ' ',
        };
        let mut line = format!("{label:>SCALE$} {side}");
        let (across, down) = self.cell;
        let (mut run, mut paint) = (String::new(), None);
        for column in 0..self.dots[0].len() / across {
            let dots: Vec<Ink> = (0..across * down)
                .map(|dot| self.dots[row * down + dot % down][column * across + dot / down])
                .collect();
            let strongest = dots.iter().copied().max().unwrap_or(Ink::Nothing);
            // The budget goes through the fan, and below the lines.
            let hidden = strongest == Ink::Fan && budget == Some(row);
            let strongest = if hidden { Ink::Nothing } else { strongest };
            let next = match strongest {
                Ink::Nothing | Ink::Fan => None,
                Ink::Used => report.level,
                Ink::Likely => report.forecast.month_end.and_then(|end| end.level),
            };
            if next != paint {
                line.push_str(&painted(&std::mem::take(&mut run), paint));
                paint = next;
            }
            run.push(self.glyph(strongest, &dots).unwrap_or(empty));
        }
        line.push_str(&painted(&run, paint));
        let likely = curves.likely.last().map(|(_, tokens)| *tokens);
        if let Some(likely) = likely.filter(|likely| curves.row(*likely, ROWS) == row) {
            line.push(' ');
            line.push_str(&Tokens(likely).compact());
        }
        line.trim_end().to_owned()
    }
}

impl Picture {
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

/// The days below the picture: the first, today, the last.
fn axis(report: &StatusReport, curves: &Curves, columns: usize) -> String {
    let day = |date: NaiveDate| date.format("%m-%d").to_string();
    let (first, last) = (day(report.month.first_day()), day(report.forecast.ends));
    let today = curves.used.last().map_or(0, |(minute, _)| *minute);
    let column = usize::try_from(today * i64::try_from(columns).unwrap_or(0) / curves.end.max(1));
    let mut line = first;
    let column = column.unwrap_or(0);
    if column > line.len() + 1 && column + 12 < columns {
        line = format!("{line:<column$}today");
    }
    let room = columns.saturating_sub(last.len());
    format!("{:width$}{line:<room$}{last}", "", width = SCALE + 2)
}
