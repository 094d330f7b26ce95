//! Day by day: every row and usage line of the month.

use super::{
    sheet::{Cell, Column, Sheet},
    theme::{Paint, Style},
};
use crate::{
    analysis::{DayReport, RowReport, StatusReport},
    model::Tokens,
};

/// The days.
pub(super) fn lines(report: &StatusReport, style: Style) -> Vec<String> {
    let mut lines = vec![Paint::Heading.on("Daily")];
    let days = report.days.as_deref().unwrap_or_default();
    if days.is_empty() {
        lines.push("no daily rows in this month; what is used is in the monthly rows".to_owned());
        return lines;
    }
    lines.extend(sheet(report).lines(style));
    let sum: Tokens = days.iter().map(|day| day.tokens).sum();
    if report.team.is_none() && sum != report.used.tokens {
        lines.push(format!(
            "  the rows add up to {sum}; {} tokens are used by the monthly rows and these together",
            report.used.tokens
        ));
    }
    lines
}

/// A row for each row of the log, the date once, and a sum for each day.
pub(super) fn sheet(report: &StatusReport) -> Sheet {
    let columns = [
        Column::new("Date").drop_late(1),
        Column::new("Time").drop(3),
        Column::new("Team").cut(4),
        Column::new("Task").cut_easily(16, 8).drop(6),
        Column::new("Tokens"),
        Column::new("Sum").drop(4),
        Column::new("Cost").drop(2),
        Column::new("State").drop(5),
        Column::new("Notes").cut_easily(16, 8).drop(1),
    ];
    let mut sheet = Sheet::new("Daily", columns);
    let (mut sum, mut estimate) = (Tokens::ZERO, false);
    for day in report.days.as_deref().unwrap_or_default() {
        for (at, row) in day.rows.iter().enumerate() {
            sum = sum + row.tokens.unwrap_or_default();
            estimate |= row.estimate;
            let date = if at == 0 {
                day.date.to_string()
            } else {
                String::new()
            };
            sheet.row(cells(
                row,
                Cell::Tokens(sum).about(estimate),
                Cell::Word(date),
            ));
        }
        sheet.row(total(day, Cell::Tokens(sum).about(estimate)));
    }
    sheet
}

/// A row for each row of the log, complete, for programs.
pub(super) fn data(report: &StatusReport) -> Sheet {
    let columns = [
        "date",
        "time",
        "team",
        "written_team",
        "task",
        "tokens",
        "cost",
        "currency",
        "status",
        "minutes",
        "model",
        "notes",
        "kind",
        "line",
    ];
    let mut sheet = Sheet::new("Daily", columns.map(Column::new));
    for (day, row) in report
        .days
        .iter()
        .flatten()
        .flat_map(|day| day.rows.iter().map(move |row| (day, row)))
    {
        let text = |text: &Option<String>| Cell::some(text.as_deref(), Cell::text);
        sheet.row([
            Cell::word(day.date.to_string()),
            Cell::some(row.time.as_deref(), Cell::word),
            Cell::text(&row.team),
            text(&row.written_team),
            text(&row.task),
            Cell::some(row.tokens, Cell::Tokens),
            Cell::some(row.cost.as_ref(), Cell::cost),
            Cell::some(row.cost.as_ref(), |cost| {
                Cell::word(cost.money.currency.code())
            }),
            text(&row.status),
            Cell::some(row.minutes, Cell::Count),
            text(&row.model),
            text(&row.notes),
            Cell::word(row.kind.word()),
            Cell::Number(row.line as u64),
        ]);
    }
    sheet
}

fn cells(row: &RowReport, sum: Cell, date: Cell) -> [Cell; 9] {
    let state = row
        .status
        .as_deref()
        .or((row.kind == crate::model::EntryKind::Line).then_some("usage line"));
    [
        date,
        Cell::some(row.time.as_deref(), Cell::word),
        Cell::text(row.written_team.as_ref().unwrap_or(&row.team)),
        Cell::some(row.task.as_deref(), Cell::text),
        Cell::some(row.tokens, |tokens| {
            Cell::Tokens(tokens).about(row.estimate)
        }),
        sum,
        Cell::some(row.cost.as_ref(), Cell::cost),
        Cell::some(state, Cell::text),
        Cell::some(row.notes.as_deref(), Cell::text),
    ]
}

fn total(day: &DayReport, sum: Cell) -> [Cell; 9] {
    let blank = || Cell::word("");
    let estimate = day.rows.iter().any(|row| row.estimate);
    [
        blank(),
        blank(),
        Cell::word("Day total"),
        blank(),
        Cell::Tokens(day.tokens).about(estimate),
        sum,
        Cell::some(day.cost.as_ref(), Cell::cost),
        blank(),
        blank(),
    ]
}
