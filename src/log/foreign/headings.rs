//! The headings above a place in a log of any form, and what they say about the dates of rows below them.

use super::date::{self, HeadingPeriod, Spelling, WrittenDate};

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

impl OpenHeading {
    fn new(level: u8, text: &str, line: usize) -> Self {
        Self {
            level,
            text: short(text),
            line,
            date: date::in_heading(text),
            period: date::period_of_heading(text),
        }
    }

    /// Whether it is the title of the log.
    pub(super) const fn is_title(&self) -> bool {
        self.level == 1
    }

    /// Whether its date is a month.
    pub(super) fn is_month(&self) -> bool {
        let date = self.date;
        date.is_some_and(|date| matches!(date.from, Spelling::Month { .. }))
    }
}

/// Those that are open, the outermost first.
#[derive(Clone, Debug, Default)]
pub(super) struct Headings {
    open: Vec<OpenHeading>,
    label: Option<OpenHeading>,
}

impl Headings {
    pub(super) fn open(&mut self, level: u8, text: &str, line: usize) {
        self.label = None;
        self.open.retain(|heading| heading.level < level);
        self.open.push(OpenHeading::new(level, text, line));
    }

    /// Opens a label. One with a figure in it is a statement, unless the figure is a date.
    pub(super) fn label(&mut self, text: &str, line: usize) {
        let label = OpenHeading::new(LABEL, text, line);
        let has_figure = text.contains(|c: char| c.is_ascii_digit());
        if !has_figure || label.date.is_some() {
            self.label = Some(label);
        }
    }

    /// Closes the label before a block that is not its table. A label with a date is a heading for all that follows.
    pub(super) fn close_label(&mut self) {
        self.label = self.label.take().filter(|label| label.date.is_some());
    }

    /// The line of the open label.
    pub(super) fn label_line(&self) -> Option<usize> {
        Some(self.label.as_ref()?.line)
    }

    /// The nearest heading or label.
    pub(super) fn nearest(&self) -> Option<&OpenHeading> {
        self.label.as_ref().or_else(|| self.heading())
    }

    /// The nearest heading.
    pub(super) fn heading(&self) -> Option<&OpenHeading> {
        self.open.last()
    }

    pub(super) fn title(&self) -> Option<&OpenHeading> {
        self.open.first().filter(|heading| heading.is_title())
    }

    /// The nearest one with a date.
    pub(super) fn dated(&self) -> Option<&OpenHeading> {
        self.outwards().find(|heading| heading.date.is_some())
    }

    /// The nearest year and the nearest month that they name.
    pub(super) fn period(&self) -> Option<HeadingPeriod> {
        let periods = || self.outwards().filter_map(|heading| heading.period);
        let year = periods().find_map(|period| period.year);
        let month = periods().find_map(|period| period.month);
        (year.is_some() || month.is_some()).then_some(HeadingPeriod { year, month })
    }

    fn outwards(&self) -> impl Iterator<Item = &OpenHeading> {
        self.label.iter().chain(self.open.iter().rev())
    }
}

/// No longer than a line of a screen: it is kept with each table.
fn short(text: &str) -> String {
    const MOST: usize = 200;
    text.trim().chars().take(MOST).collect()
}
