//! The headings above a place in a log of any form, and what they say about the dates of rows below them.

use super::date::{self, HeadingPeriod, WrittenDate};

/// A label above a table, `**May 7**`, is below all headings.
const LABEL: u8 = 7;

#[derive(Clone, Debug)]
pub(super) struct OpenHeading {
    pub(super) level: u8,
    pub(super) text: String,
    pub(super) line: usize,
    pub(super) date: Option<WrittenDate>,
    period: Option<HeadingPeriod>,
}

/// Those that are open, the outermost first.
#[derive(Clone, Debug, Default)]
pub(super) struct Headings {
    open: Vec<OpenHeading>,
}

impl Headings {
    pub(super) fn open(&mut self, level: u8, text: &str, line: usize) {
        self.open.retain(|heading| heading.level < level);
        self.open.push(OpenHeading {
            level,
            text: short(text),
            line,
            date: date::in_heading(text),
            period: date::period_of_heading(text),
        });
    }

    /// Opens a label. One with a figure in it is a statement, unless the figure is a date.
    pub(super) fn label(&mut self, text: &str, line: usize) {
        let has_figure = text.contains(|c: char| c.is_ascii_digit());
        if !has_figure || date::in_heading(text).is_some() {
            self.open(LABEL, text, line);
        }
    }

    pub(super) fn nearest(&self) -> Option<&OpenHeading> {
        self.open.last()
    }

    /// The nearest one with a date.
    pub(super) fn dated(&self) -> Option<&OpenHeading> {
        let mut nearest = self.open.iter().rev();
        nearest.find(|heading| heading.date.is_some())
    }

    /// The nearest year and the nearest month that they name.
    pub(super) fn period(&self) -> Option<HeadingPeriod> {
        let periods = || self.open.iter().rev().filter_map(|heading| heading.period);
        let year = periods().find_map(|period| period.year);
        let month = periods().find_map(|period| period.month);
        (year.is_some() || month.is_some()).then_some(HeadingPeriod { year, month })
    }
}

/// No longer than a line of a screen: it is kept with each table.
fn short(text: &str) -> String {
    const MOST: usize = 200;
    text.trim().chars().take(MOST).collect()
}
