//! A sheet of single figures: name, value, share, remark.

use super::{Cell, Column, Sheet};
use crate::model::Percent;

/// Such a sheet.
pub(in crate::render) struct Figures(Sheet);

/// A figure just added.
pub(in crate::render) struct Figure<'s>(&'s mut [Cell]);

impl Figures {
    pub(in crate::render) fn new(title: &'static str, names: [&'static str; 4]) -> Self {
        Self(Sheet::new(title, names.map(Column::new)))
    }

    pub(in crate::render) fn add(&mut self, name: &str, value: Cell) -> Figure<'_> {
        let at = self.0.rows.len();
        self.0
            .row([Cell::word(name), value, Cell::Absent, Cell::Absent]);
        Figure(&mut self.0.rows[at])
    }

    pub(in crate::render) fn done(self) -> Sheet {
        self.0
    }
}

impl Figure<'_> {
    pub(in crate::render) fn share(self, share: Option<Percent>) -> Self {
        self.0[2] = Cell::some(share, Cell::Percent);
        self
    }

    pub(in crate::render) fn remark(self, remark: Cell) -> Self {
        self.0[3] = remark;
        self
    }
}
