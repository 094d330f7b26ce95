//! A table of single figures: name, value, share, remark.

use super::{Cell, Column, ReportTable};
use crate::model::Percent;

pub(crate) struct FigureTable(ReportTable);

/// The row of a figure just added.
pub(crate) struct FigureRow<'t>(&'t mut [Cell]);

impl FigureTable {
    pub(crate) fn new(title: &'static str, names: [&'static str; 4]) -> Self {
        Self(ReportTable::new(title, names.map(Column::new)))
    }

    pub(crate) fn add(&mut self, name: &str, value: Cell) -> FigureRow<'_> {
        let at = self.0.rows.len();
        self.0
            .row([Cell::word(name), value, Cell::Absent, Cell::Absent]);
        FigureRow(&mut self.0.rows[at])
    }

    pub(crate) fn into_table(self) -> ReportTable {
        self.0
    }
}

impl FigureRow<'_> {
    pub(crate) fn share(self, share: Option<Percent>) -> Self {
        self.0[2] = Cell::some(share, Cell::Percent);
        self
    }

    pub(crate) fn remark(self, remark: Cell) -> Self {
        self.0[3] = remark;
        self
    }
}
