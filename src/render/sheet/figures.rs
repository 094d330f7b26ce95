//! A sheet of single figures: name, value, share, remark.

use super::{Cell, Column, Sheet};
use crate::model::Percent;

/// Such a sheet.
pub(crate) struct Figures(Sheet);

/// A figure just added.
pub(crate) struct Figure<'s>(&'s mut [Cell]);

impl Figures {
    pub(crate) fn new(title: &'static str, names: [&'static str; 4]) -> Self {
        Self(Sheet::new(title, names.map(Column::new)))
    }

    pub(crate) fn add(&mut self, name: &str, value: Cell) -> Figure<'_> {
        let at = self.0.rows.len();
        self.0
            .row([Cell::word(name), value, Cell::Absent, Cell::Absent]);
        Figure(&mut self.0.rows[at])
    }

    pub(crate) fn done(self) -> Sheet {
        self.0
    }
}

impl Figure<'_> {
    pub(crate) fn share(self, share: Option<Percent>) -> Self {
        self.0[2] = Cell::some(share, Cell::Percent);
        self
    }

    pub(crate) fn remark(self, remark: Cell) -> Self {
        self.0[3] = remark;
        self
    }
}
