//! Savings per operation, the stated average beside the computed one.

use super::{
    sheet::{Cell, Column, Sheet},
    theme::{Paint, Style},
};
use crate::{
    analysis::{Saving, StatusReport},
    model::Percent,
};

/// The optimizations.
pub(super) fn lines(report: &StatusReport, style: Style) -> Vec<String> {
    let mut lines = vec![Paint::Heading.on("Optimizations")];
    if report.optimizations.is_none() {
        lines.push("the log has no table of optimizations".to_owned());
        return lines;
    }
    lines.extend(sheet(report).lines(style));
    lines
}

/// A row for each operation, and the averages.
pub(super) fn sheet(report: &StatusReport) -> Sheet {
    let columns = [
        Column::new("Operation").cut(4),
        Column::new("Before").drop(2),
        Column::new("After").drop(3),
        Column::new("Saved"),
        Column::new("Line").drop(1),
    ];
    let mut sheet = Sheet::new("Optimizations", columns);
    let Some(optimizations) = &report.optimizations else {
        return sheet;
    };
    sheet.note("tokens per 1,000 operations");
    for saving in &optimizations.operations {
        sheet.row(row(saving, Cell::text(&saving.operation)));
    }
    if let Some(stated) = &optimizations.stated_average {
        sheet.row(row(
            stated,
            Cell::text(&format!("{} (stated)", stated.operation)),
        ));
    }
    if let Some(computed) = &optimizations.computed_average {
        sheet.row(row(
            computed,
            Cell::word(format!("Average (computed, {})", computed.operation)),
        ));
    }
    sheet
}

/// The same for programs.
pub(super) fn data(report: &StatusReport) -> Sheet {
    let columns = [
        "operation",
        "kind",
        "before_tokens",
        "after_tokens",
        "saved_percent",
        "line",
    ];
    let mut sheet = Sheet::new("Optimizations", columns.map(Column::new));
    let Some(optimizations) = &report.optimizations else {
        return sheet;
    };
    let operations = optimizations
        .operations
        .iter()
        .map(|saving| (saving, "operation"));
    let stated = optimizations
        .stated_average
        .iter()
        .map(|saving| (saving, "stated average"));
    let computed = optimizations
        .computed_average
        .iter()
        .map(|saving| (saving, "computed average"));
    for (saving, kind) in operations.chain(stated).chain(computed) {
        let [before, after, saved, line] = figures(saving);
        sheet.row([
            Cell::text(&saving.operation),
            Cell::word(kind),
            before,
            after,
            saved,
            line,
        ]);
    }
    sheet
}

fn row(saving: &Saving, name: Cell) -> [Cell; 5] {
    let [before, after, saved, line] = figures(saving);
    [name, before, after, saved, line]
}

fn figures(saving: &Saving) -> [Cell; 4] {
    let saved = saving
        .saved()
        .and_then(|(saved, before)| Percent::new(saved.0, before.0));
    [
        Cell::some(saving.before_tokens, Cell::Tokens),
        Cell::some(saving.after_tokens, Cell::Tokens),
        Cell::some(saved, Cell::Percent),
        Cell::some(saving.line, |line| Cell::Number(line as u64)),
    ]
}
