//! Day by day: every row and usage line of the month.

use super::{
    sheet::{Cell, Column, Sheet},
    theme::{Paint, Style},
};
use crate::{
    analysis::{DayReport, RowReport, StatusReport},
    model::Tokens,
};

/// What a sheet is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// For people: the date once, and a sum for each day.
    Reading,
    /// For programs: every row complete.
    Data,
}

/// The days.
pub(super) fn lines(report: &StatusReport, style: Style) -> Vec<String> {
    let mut lines = vec![Paint::Heading.on("Daily")];
    let days = report.days.as_deref().unwrap_or_default();
    if days.is_empty() {
        lines.push("no daily rows in this month; what is used is in the monthly rows".to_owned());
        return lines;
    }
    lines.extend(sheet(report, Purpose::Reading).lines(style));
    let sum: Tokens = days.iter().map(|day| day.tokens).sum();
    if report.team.is_none() && sum != report.used.tokens {
        lines.push(format!(
            "  the rows add up to {sum}; {} tokens are used by the monthly rows and these together",
            report.used.tokens
        ));
    }
    lines
}

/// A row for each row of the log.
pub(super) fn sheet(report: &StatusReport, purpose: Purpose) -> Sheet {
    let columns = [
        Column::new("Date"),
        Column::new("Time").drop(3),
        Column::new("Team").cut(4),
        Column::new("Task").cut(8).drop(6),
        Column::new("Tokens"),
        Column::new("Sum").drop(4),
        Column::new("Cost").drop(2),
        Column::new("State").drop(5),
        Column::new("Notes").cut(8).drop(1),
    ];
    let mut sheet = Sheet::new("Daily", columns);
    let mut sum = Tokens::ZERO;
    for day in report.days.as_deref().unwrap_or_default() {
        for (at, row) in day.rows.iter().enumerate() {
            sum = sum + row.tokens.unwrap_or_default();
            let date = at == 0 || purpose == Purpose::Data;
            sheet.row(cells(
                row,
                sum,
                if date {
                    Cell::word(day.date.to_string())
                } else {
                    Cell::word("")
                },
            ));
        }
        if purpose == Purpose::Reading {
            sheet.row(total(day, sum));
        }
    }
    sheet
}

fn cells(row: &RowReport, sum: Tokens, date: Cell) -> [Cell; 9] {
    let state = row
        .status
        .as_deref()
        .or((row.kind == crate::model::EntryKind::Line).then_some("usage line"));
    [
        date,
        Cell::some(row.time.as_deref(), Cell::word),
        Cell::text(row.written_team.as_ref().unwrap_or(&row.team)),
        Cell::some(row.task.as_deref(), Cell::text),
        Cell::some(row.tokens, Cell::Tokens),
        Cell::Tokens(sum),
        Cell::some(row.cost.as_ref(), |cost| Cell::Money(cost.money)),
        Cell::some(state, Cell::text),
        Cell::some(row.notes.as_deref(), Cell::text),
    ]
}

fn total(day: &DayReport, sum: Tokens) -> [Cell; 9] {
    let blank = || Cell::word("");
    [
        blank(),
        blank(),
        Cell::word("Day total"),
        blank(),
        Cell::Tokens(day.tokens),
        Cell::Tokens(sum),
        Cell::some(day.cost.as_ref(), |cost| Cell::Money(cost.money)),
        blank(),
        blank(),
    ]
}
