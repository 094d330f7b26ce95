//! The days line by line, and a table of some of the lines in columns as wide as all lines need.

use std::ops::Range;

use super::{Dates, cells, columns};
use crate::{
    analysis::{DayReport, RowReport},
    model::Tokens,
    render::{Cell, ReportTable},
};

pub type Filter<'f> = &'f dyn Fn(&DayReport, &RowReport) -> bool;

/// A row with the sum of all rows up to it, or the total of a day, or of all listed rows if only some are listed.
#[derive(Clone, Copy, Debug)]
pub struct DayLine<'r> {
    pub day: &'r DayReport,
    /// None for a total.
    pub row: Option<&'r RowReport>,
    sum: Tokens,
    estimate: bool,
    pub first: bool,
    /// Not all rows are listed.
    listed: bool,
}

/// The days line by line, each with its total; with a filter, the rows that match it and their total.
pub fn day_lines<'r>(days: &'r [DayReport], filter: Option<Filter<'_>>) -> Vec<DayLine<'r>> {
    let mut lines: Vec<DayLine<'r>> = Vec::new();
    let (mut sum, mut estimate) = (Tokens::ZERO, false);
    for day in days {
        let before = lines.len();
        let listed = |row: &&RowReport| filter.is_none_or(|filter| filter(day, row));
        for row in day.rows.iter().filter(listed) {
            sum = sum.saturating_add(row.tokens.unwrap_or_default());
            estimate |= row.estimate;
            lines.push(DayLine {
                day,
                row: Some(row),
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
    let mut table = ReportTable::new("Daily", columns(Dates::Beside));
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
fn widest(all: &[DayLine<'_>]) -> Option<[Cell; 9]> {
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
    wide.tokens = sums.map(|line| line.day.tokens).max();
    wide.cost.clone_from(&last.day.cost);
    wide.estimate = last.estimate;
    let sum = Cell::Tokens(last.sum).about(last.estimate);
    Some(cells(&wide, sum, Cell::word("02-25")))
}

impl DayLine<'_> {
    pub fn cells(&self, date: Cell) -> [Cell; 9] {
        let sum = Cell::Tokens(self.sum).about(self.estimate);
        if let Some(row) = self.row {
            return cells(row, sum, date);
        }
        let mut cells = [(); 9].map(|()| Cell::word(""));
        cells[5] = sum;
        if self.listed {
            cells[2] = Cell::word("Listed");
        } else {
            let (day, estimate) = (self.day, self.day.rows.iter().any(|row| row.estimate));
            (cells[0], cells[2]) = (date, Cell::word("Day total"));
            cells[4] = Cell::Tokens(day.tokens).about(estimate);
            cells[6] = Cell::some(day.cost.as_ref(), Cell::marked_cost);
        }
        cells
    }
}
