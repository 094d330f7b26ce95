//! Day by day: every row and usage line of the month, and for a screen some of them in columns as wide as all need.

use std::ops::Range;

use super::{Cell, Column, OutputStyle, ReportTable, StyledLine, costs, heading};
use crate::{
    analysis::{DayReport, RowReport, StatusReport},
    model::{Measure, Measured, Tokens, Units},
};

/// Why no day is listed.
pub fn no_rows(report: &StatusReport) -> &'static str {
    if report.has_rows() {
        "no daily rows in this month; what is used is in the monthly rows"
    } else {
        "no rows in this month yet"
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Dates {
    Beside,
    /// Each above its rows, in the column of the hours.
    Above,
}

pub fn lines(report: &StatusReport, style: OutputStyle) -> Vec<StyledLine> {
    let mut lines = vec![heading("Daily")];
    let days = report.days.as_deref().unwrap_or_default();
    if days.is_empty() {
        lines.push(no_rows(report).into());
        return lines;
    }
    let beside = with_dates(report, Dates::Beside, style);
    let room = beside.room(["Time", "Task"], style);
    if room.into_iter().all(|(width, wanted)| width == wanted) {
        lines.extend(beside.lines(style));
        return lines;
    }
    let above = with_dates(report, Dates::Above, style);
    let [(task, wanted)] = above.room(["Task"], style);
    let best = if task == 0 && wanted > 0 {
        beside
    } else {
        above
    };
    lines.extend(best.lines(style));
    lines
}

/// A row for each row of the log, the date once, and a sum for each day.
pub fn table(report: &StatusReport) -> ReportTable {
    with_dates(report, Dates::Beside, OutputStyle::PLAIN)
}

fn with_dates(report: &StatusReport, dates: Dates, style: OutputStyle) -> ReportTable {
    let mut table = ReportTable::new("Daily", columns(dates, report.measure));
    let days = report.days.as_deref().unwrap_or_default();
    if days.is_empty() {
        table.note(no_rows(report));
    }
    for line in day_lines(days, None, report.measure) {
        let mut date = Cell::word(if line.first {
            line.day.date.to_string()
        } else {
            String::new()
        });
        if dates == Dates::Above && line.first {
            let mut cells = vec![Cell::word(""); columns(dates, report.measure).len()];
            std::mem::swap(&mut cells[1], &mut date);
            table.row(cells);
        }
        table.row(line.cells(date));
    }
    let rows = days.iter().flat_map(|day| &day.rows);
    let costs = rows.filter_map(|row| row.cost.as_ref());
    let costs = costs.chain(days.iter().filter_map(|day| day.cost.as_ref()));
    if let Some(note) = costs::note(costs) {
        table.note_about("Cost", note);
    }
    if let Some(remainder) = remainder(report, style) {
        table.note(remainder);
    }
    table
}

/// What is used besides the daily rows. Their sum alone would hide it.
pub fn remainder(report: &StatusReport, style: OutputStyle) -> Option<String> {
    let days = report.days.as_deref().unwrap_or_default();
    let days_spent = days.iter().map(|day| day.spent(report.measure).units());
    let (sum, spent) = (days_spent.sum(), report.spent());
    let differs = !days.is_empty() && report.team.is_none() && sum != spent.units();
    let sum = report.measure.amount(sum);
    let total = match spent {
        Measured::Tokens(tokens) => format!("{tokens} tokens are used"),
        money @ Measured::Money(_) => format!("{} is spent", style.amount(money)),
    };
    differs.then(|| {
        format!(
            "the rows above add up to {}; together with the monthly rows, {total}",
            style.amount(sum)
        )
    })
}

/// The index of the column of the cost beside tokens, which is left out where the log states only costs.
const COST: usize = 6;
const TOKENS: usize = 4;

fn columns(dates: Dates, measure: Measure) -> Vec<Column> {
    let time = Column::new("Time");
    let mut columns = vec![
        Column::new("Date").important(2),
        match dates {
            Dates::Beside => time.droppable(2),
            Dates::Above => time,
        },
        Column::new("Team").cut(4),
        Column::new("Task").cut_easily(12, 8).droppable(3),
        Column::new(match measure {
            Measure::Tokens => "Tokens",
            Measure::Money(_) => "Cost",
        }),
        Column::new("Sum").droppable(1),
        Column::new("Cost").optional(2),
        Column::new("Status").cut_easily(10, 7).important(1),
        Column::new("Notes").cut_easily(16, 8).optional(1),
    ];
    if measure.is_money() {
        columns.remove(COST);
    }
    columns
}

/// A row with all that is known for each row of the log, for programs.
pub fn data(report: &StatusReport) -> ReportTable {
    let text = |text: &Option<String>| Cell::some(text.as_deref(), Cell::text);
    let record = |day: &DayReport, row: &RowReport| {
        let [cost, currency, cost_estimate, ..] = costs::cells(row.cost.as_ref());
        [
            ("date", Cell::word(day.date.to_string())),
            ("time", Cell::some(row.time.as_deref(), Cell::word)),
            ("team", Cell::text(&row.team)),
            ("written_team", text(&row.written_team)),
            ("task", text(&row.task)),
            ("tokens", Cell::some(row.tokens, Cell::Tokens)),
            ("estimate", Cell::flag(row.estimate)),
            ("cost", cost),
            ("currency", currency),
            ("cost_estimate", cost_estimate),
            ("status", text(&row.status)),
            ("minutes", Cell::some(row.minutes, Cell::Count)),
            ("model", text(&row.model)),
            ("notes", text(&row.notes)),
            ("kind", Cell::word(row.kind.into_str())),
            ("line", Cell::Number(row.place.line)),
        ]
    };
    let days = report.days.iter().flatten();
    let rows = days.flat_map(|day| day.rows.iter().map(move |row| (day, row)));
    ReportTable::records("Daily", rows.map(|(day, row)| record(day, row)))
}

fn cells(row: &RowReport, sum: Cell, date: Cell, measure: Measure) -> Vec<Cell> {
    let tokens = row
        .tokens
        .map(|tokens| Cell::Tokens(tokens).about(row.estimate));
    let tokens = Cell::some(tokens, |cell| cell);
    let cost = Cell::some(row.cost.as_ref(), Cell::marked_cost);
    let state = row
        .status
        .as_deref()
        .or((row.kind == crate::model::EntryKind::Line).then_some("usage line"));
    let cells = vec![
        date,
        Cell::some(row.time.as_deref(), Cell::word),
        Cell::text(row.written_team.as_ref().unwrap_or(&row.team)),
        match row.rows {
            0 | 1 => Cell::some(row.task.as_deref(), Cell::text),
            rows => Cell::word(format!("{} rows", Tokens(rows))),
        },
        tokens,
        sum,
        cost,
        Cell::some(state, Cell::text),
        Cell::some(row.notes.as_deref(), Cell::text),
    ];
    in_columns(cells, measure)
}

/// In a log that states only costs, these are in the place of the tokens.
fn in_columns(mut cells: Vec<Cell>, measure: Measure) -> Vec<Cell> {
    if measure.is_money() {
        cells[TOKENS] = cells.remove(COST);
    }
    cells
}

pub type Filter<'f> = &'f dyn Fn(&DayReport, &RowReport) -> bool;

/// A row with the sum of all rows up to it, or the total of a day, or of all listed rows if only some are listed.
#[derive(Clone, Copy, Debug)]
pub struct DayLine<'r> {
    pub day: &'r DayReport,
    /// None for a total.
    pub row: Option<&'r RowReport>,
    measure: Measure,
    /// None where no row says anything.
    sum: Option<Units>,
    estimate: bool,
    pub first: bool,
    /// Not all rows are listed.
    listed: bool,
}

/// The days line by line, each with its total; with a filter, the rows that match it and their total.
pub fn day_lines<'r>(
    days: &'r [DayReport],
    filter: Option<Filter<'_>>,
    measure: Measure,
) -> Vec<DayLine<'r>> {
    let mut lines: Vec<DayLine<'r>> = Vec::new();
    let (mut sum, mut estimate) = (None::<Units>, false);
    for day in days {
        let before = lines.len();
        let listed = |row: &&RowReport| filter.is_none_or(|filter| filter(day, row));
        for row in day.rows.iter().filter(listed) {
            let spent = row.spent(measure).map(Measured::units);
            let both = sum.into_iter().chain(spent);
            sum = both.reduce(Units::saturating_add);
            estimate |= row.estimate;
            lines.push(DayLine {
                day,
                row: Some(row),
                measure,
                sum,
                estimate,
                first: lines.len() == before,
                listed: filter.is_some(),
            });
        }
        if filter.is_none() && lines.len() > before {
            lines.extend(total_after(&lines));
        }
    }
    if filter.is_some() {
        lines.extend(total_after(&lines));
    }
    lines
}

fn total_after<'r>(lines: &[DayLine<'r>]) -> Option<DayLine<'r>> {
    let last = *lines.last()?;
    Some(DayLine {
        row: None,
        first: false,
        ..last
    })
}

/// Some of these lines as a table, as wide as a table of all would be.
pub fn part(all: &[DayLine<'_>], shown: Range<usize>) -> ReportTable {
    let measure = all.first().map(|line| line.measure).unwrap_or_default();
    let mut table = ReportTable::new("Daily", columns(Dates::Beside, measure));
    let top = shown.start;
    for (at, line) in all.iter().enumerate().take(shown.end).skip(top) {
        let date = if line.first || at == top {
            line.day.date.format("%m-%d").to_string()
        } else {
            String::new()
        };
        table.row(line.cells(Cell::word(date)));
    }
    if let Some(row) = widest(all) {
        table.hidden_row(row);
    }
    table
}

/// A row in which every cell is as wide as the widest of its column.
fn widest(all: &[DayLine<'_>]) -> Option<Vec<Cell>> {
    let last = all.last()?;
    let mut wide = all.iter().find_map(|line| line.row)?.clone();
    let length = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    let widen = |wide: &mut Option<String>, text: &Option<String>| {
        if length(wide) < length(text) {
            wide.clone_from(text);
        }
    };
    for row in all.iter().filter_map(|line| line.row) {
        widen(&mut wide.time, &row.time);
        widen(&mut wide.task, &row.task);
        widen(&mut wide.status, &row.status);
        widen(&mut wide.notes, &row.notes);
        let name = row.written_team.as_ref().unwrap_or(&row.team);
        if wide.written_team.as_ref().unwrap_or(&wide.team).len() < name.len() {
            wide.written_team = Some(name.clone());
        }
    }
    let sums = all.iter().filter(|line| line.row.is_none());
    wide.tokens = sums.filter_map(|line| line.day.tokens).max();
    wide.cost.clone_from(&last.day.cost);
    wide.estimate = last.estimate;
    Some(cells(&wide, last.sum(), Cell::word("02-25"), last.measure))
}

impl DayLine<'_> {
    fn sum(&self) -> Cell {
        Cell::some(self.sum, |sum| {
            Cell::amount(self.measure.amount(sum)).about(self.estimate)
        })
    }

    pub fn cells(&self, date: Cell) -> Vec<Cell> {
        let sum = self.sum();
        if let Some(row) = self.row {
            return cells(row, sum, date, self.measure);
        }
        let mut cells = vec![Cell::word(""); 9];
        cells[5] = sum;
        if self.listed {
            cells[2] = Cell::word("Listed");
        } else {
            let (day, estimate) = (self.day, self.day.rows.iter().any(|row| row.estimate));
            (cells[0], cells[2]) = (date, Cell::word("Day total"));
            let tokens = Cell::some(day.tokens, |tokens| Cell::Tokens(tokens).about(estimate));
            let cost = Cell::some(day.cost.as_ref(), Cell::marked_cost);
            (cells[TOKENS], cells[COST]) = (tokens, cost);
        }
        in_columns(cells, self.measure)
    }
}
