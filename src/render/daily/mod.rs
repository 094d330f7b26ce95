//! Day by day: every row and usage line of the month.

mod lines;

pub use lines::{day_lines, part};

use super::{Cell, Column, OutputStyle, ReportTable, StyledLine, costs, heading};
use crate::{
    analysis::{DayReport, RowReport, StatusReport},
    model::Tokens,
};

pub const NO_ROWS: &str = "no daily rows in this month; what is used is in the monthly rows";

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
        lines.push(NO_ROWS.into());
        return lines;
    }
    let beside = table(report);
    let room = beside.room(["Time", "Task"], style);
    if room.into_iter().all(|(width, wanted)| width == wanted) {
        lines.extend(beside.lines(style));
        return lines;
    }
    let above = with_dates(report, Dates::Above);
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
    with_dates(report, Dates::Beside)
}

fn with_dates(report: &StatusReport, dates: Dates) -> ReportTable {
    let mut table = ReportTable::new("Daily", columns(dates));
    let days = report.days.as_deref().unwrap_or_default();
    for line in day_lines(days, None) {
        let mut date = Cell::word(if line.first {
            line.day.date.to_string()
        } else {
            String::new()
        });
        if dates == Dates::Above && line.first {
            let mut cells = vec![Cell::word(""); 9];
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
    if let Some(remainder) = remainder(report) {
        table.note(remainder);
    }
    table
}

/// What is used besides the daily rows. Their sum alone would hide it.
pub fn remainder(report: &StatusReport) -> Option<String> {
    let days = report.days.as_deref().unwrap_or_default();
    let sum: Tokens = days.iter().map(|day| day.tokens).sum();
    let differs = !days.is_empty() && report.team.is_none() && sum != report.used.tokens;
    differs.then(|| {
        format!(
            "the rows above add up to {sum}; together with the monthly rows, {} tokens are used",
            report.used.tokens
        )
    })
}

fn columns(dates: Dates) -> [Column; 9] {
    let time = Column::new("Time");
    [
        Column::new("Date").important(2),
        match dates {
            Dates::Beside => time.droppable(2),
            Dates::Above => time,
        },
        Column::new("Team").cut(4),
        Column::new("Task").cut_easily(12, 8).droppable(3),
        Column::new("Tokens"),
        Column::new("Sum").droppable(1),
        Column::new("Cost").optional(2),
        Column::new("State").cut_easily(10, 7).important(1),
        Column::new("Notes").cut_easily(16, 8).optional(1),
    ]
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

fn cells(row: &RowReport, sum: Cell, date: Cell) -> [Cell; 9] {
    let state = row
        .status
        .as_deref()
        .or((row.kind == crate::model::EntryKind::Line).then_some("usage line"));
    [
        date,
        Cell::some(row.time.as_deref(), Cell::word),
        Cell::text(row.written_team.as_ref().unwrap_or(&row.team)),
        match row.rows {
            0 | 1 => Cell::some(row.task.as_deref(), Cell::text),
            rows => Cell::word(format!("{} rows", Tokens(rows))),
        },
        Cell::some(row.tokens, |tokens| {
            Cell::Tokens(tokens).about(row.estimate)
        }),
        sum,
        Cell::some(row.cost.as_ref(), Cell::marked_cost),
        Cell::some(state, Cell::text),
        Cell::some(row.notes.as_deref(), Cell::text),
    ]
}
