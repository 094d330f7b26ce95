//! Savings per operation, the stated average beside the computed one.

use super::{Cell, Column, ReportTable};
use crate::{
    analysis::{Optimizations, Saving, StatusReport},
    model::Percent,
};

const STATED: &str = "stated average";
const COMPUTED: &str = "computed average";

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
        table.note("the log has no table of optimizations");
        return table;
    };
    table.note("tokens per 1,000 operations");
    for (saving, kind) in savings(optimizations) {
        let name = &saving.operation;
        let name = match kind {
            STATED => Cell::text(&format!("{name} (stated)")),
            COMPUTED => Cell::word(format!("Average (computed, {name})")),
            _ => Cell::text(name),
        };
        let [before, after, saved, line] = figures(saving);
        table.row([name, before, after, saved, line]);
    }
    table
}

pub fn data(report: &StatusReport) -> ReportTable {
    let record = |(saving, kind): (&Saving, &'static str)| {
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
    let savings = report.optimizations.iter().flat_map(savings);
    ReportTable::records("Optimizations", savings.map(record))
}

/// The operations and the averages, each with its kind.
fn savings(of: &Optimizations) -> impl Iterator<Item = (&Saving, &'static str)> {
    let operations = of.operations.iter().map(|saving| (saving, "operation"));
    let stated = of.stated_average.iter().map(|saving| (saving, STATED));
    let computed = of.computed_average.iter().map(|saving| (saving, COMPUTED));
    operations.chain(stated).chain(computed)
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
