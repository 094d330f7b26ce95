//! A table of single figures: name, value, share, remark.

use crate::{
    model::Percent,
    render::{Cell, Column, ReportTable},
};

pub struct FigureTable(ReportTable);

/// The row of a figure just added.
pub struct FigureRow<'t>(&'t mut [Cell]);

impl FigureTable {
    pub fn new(title: &'static str, names: [&'static str; 4]) -> Self {
        Self(ReportTable::new(title, names.map(Column::new)))
    }

    pub fn add(&mut self, name: &str, value: Cell) -> FigureRow<'_> {
        let at = self.0.rows.len();
        self.0
            .row([Cell::word(name), value, Cell::Absent, Cell::Absent]);
        FigureRow(&mut self.0.rows[at])
    }

    pub fn into_table(self) -> ReportTable {
        self.0
    }
}

impl FigureRow<'_> {
    pub fn share(self, share: Option<Percent>) -> Self {
        self.0[2] = Cell::some(share, Cell::Percent);
        self
    }

    pub fn remark(self, remark: Cell) -> Self {
        self.0[3] = remark;
        self
    }
}
