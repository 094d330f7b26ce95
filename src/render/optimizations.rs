//! Savings per operation, the stated average beside the computed one.

use super::{Cell, Column, ReportTable, Style, StyledLine, heading};
use crate::{
    analysis::{Saving, StatusReport},
    model::Percent,
};

pub fn lines(report: &StatusReport, style: Style) -> Vec<StyledLine> {
    let mut lines = vec![heading("Optimizations")];
    if report.optimizations.is_none() {
        lines.push("the log has no table of optimizations".into());
        return lines;
    }
    lines.extend(table(report).lines(style));
    lines
}

pub fn table(report: &StatusReport) -> ReportTable {
    let columns = [
        Column::new("Operation").cut(4),
        Column::new("Before").droppable(2),
        Column::new("After").droppable(3),
        Column::new("Saved"),
        Column::new("Line").droppable(1),
    ];
    let mut table = ReportTable::new("Optimizations", columns);
    let Some(optimizations) = &report.optimizations else {
        return table;
    };
    table.note("tokens per 1,000 operations");
    for saving in &optimizations.operations {
        table.row(row(saving, Cell::text(&saving.operation)));
    }
    if let Some(stated) = &optimizations.stated_average {
        table.row(row(
            stated,
            Cell::text(&format!("{} (stated)", stated.operation)),
        ));
    }
    if let Some(computed) = &optimizations.computed_average {
        table.row(row(
            computed,
            Cell::word(format!("Average (computed, {})", computed.operation)),
        ));
    }
    table
}

pub fn data(report: &StatusReport) -> ReportTable {
    let of = report.optimizations.iter();
    let savings = of.flat_map(|of| {
        let operations = of.operations.iter().map(|saving| (saving, "operation"));
        let stated = of
            .stated_average
            .iter()
            .map(|saving| (saving, "stated average"));
        let computed = of.computed_average.iter();
        let computed = computed.map(|saving| (saving, "computed average"));
        operations.chain(stated).chain(computed)
    });
    let record = |(saving, kind): (&Saving, &str)| {
        let [before, after, saved, line] = figures(saving);
        [
            ("operation", Cell::text(&saving.operation)),
            ("kind", Cell::word(kind)),
            ("before_tokens", before),
            ("after_tokens", after),
            ("saved_percent", saved),
            ("line", line),
        ]
    };
    ReportTable::records("Optimizations", savings.map(record))
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
        Cell::some(saving.place, |place| Cell::Number(place.line)),
    ]
}
