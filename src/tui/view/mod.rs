//! What the dashboard looks like: a screen as lines of text, marked for colour, that fit the size they are made for.

mod frame;
mod help;
mod lists;
mod overview;

use chrono::{DateTime, FixedOffset};

use super::app::{App, Tab};
use crate::render::{Style, safe};

/// What a screen is made for.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Cells across.
    pub width: usize,
    /// Cells down.
    pub height: usize,
}

/// How much there is room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    /// One line says all.
    Line,
    /// No tabs, no chart, no boxes.
    Tiny,
    /// As on 80 by 24.
    Normal,
    /// With all teams beside the chart.
    Wide,
}

impl Size {
    const fn class(self) -> Class {
        match (self.width, self.height) {
            (100.., 30..) => Class::Wide,
            (60.., 16..) => Class::Normal,
            (30.., 6..) => Class::Tiny,
            _ => Class::Line,
        }
    }
}

/// A line of a screen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// The text, marked for colour.
    pub text: String,
    /// Drawn the other way round: the row that is selected.
    pub reversed: bool,
}

impl Row {
    fn plain(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            reversed: false,
        }
    }
}

/// What a screen is drawn with, beside the state.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// How.
    pub style: Style,
    /// The time it is.
    pub now: DateTime<FixedOffset>,
    /// How long ago the figures were read, in seconds. None where time stands still.
    pub age: Option<u64>,
}

/// All in one line, for a pipe.
#[must_use]
pub fn line(app: &App, look: Look) -> String {
    overview::line(app, look)
}

/// The screen: no more lines than it is high, none wider than it is.
#[must_use]
pub fn screen(app: &App, size: Size, look: Look) -> Vec<Row> {
    if size.width == 0 || size.height == 0 {
        return Vec::new();
    }
    let look = Look {
        style: Style {
            width: Some(size.width),
            ..look.style
        },
        ..look
    };
    let mut rows = match (size.class(), app.tab) {
        _ if app.help.is_some() && size.class() > Class::Line => help::rows(app, size, look),
        (Class::Line, _) => vec![Row::plain(overview::line(app, look))],
        (Class::Tiny, Tab::Overview) => overview::tiny(app, size, look),
        (_, Tab::Overview) => overview::rows(app, size, look),
        (_, tab) => lists::rows(app, tab, size, look),
    };
    rows.truncate(size.height);
    for row in &mut rows {
        let cut = safe::cut(&row.text, size.width, look.style.ellipsis());
        row.text = cut.trim_end().to_owned();
    }
    rows
}
