//! What the dashboard looks like: a screen as lines of text, marked for colour, that fit the size they are made for.

mod brief;
mod daily;
mod frame;
mod grid;
mod overview;
mod panels;
mod teams;

use std::ops::Range;

use chrono::{DateTime, FixedOffset};

use super::app::{App, Extent, Tab};
use crate::render::{Style, forecast, safe};

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

    /// A row of a list, which begins with two blanks.
    fn of(text: String, selected: bool) -> Self {
        match text.strip_prefix(' ') {
            Some(rest) if selected => Self {
                text: format!(">{rest}"),
                reversed: true,
            },
            _ => Self {
                text,
                reversed: selected,
            },
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

impl Look {
    fn across(mut self, width: usize) -> Self {
        self.style.width = Some(width);
        self
    }

    /// What stands between things that have nothing to do with each other.
    const fn separator(self) -> &'static str {
        if self.style.ascii { " - " } else { " · " }
    }
}

/// All in one line, for a pipe.
#[must_use]
pub fn line(app: &App, look: Look) -> String {
    brief::line(app, look)
}

/// The screen: no more lines than it is high, none wider than it is.
#[must_use]
pub fn screen(app: &App, size: Size, look: Look) -> Vec<Row> {
    if size.width == 0 || size.height == 0 {
        return Vec::new();
    }
    let look = look.across(size.width);
    let mut rows = match (size.class(), app.panel, app.tab) {
        (Class::Line, Some((panel, _)), _) => panels::body(app, panel, size.height, look).rows,
        (Class::Line, None, _) => brief::lines(app, size, look),
        (_, None, _) if app.latest.is_none() => frame::nothing(app, size, look),
        (Class::Tiny, None, Tab::Overview) => brief::tiny(app, size, look),
        (_, None, Tab::Overview) => overview::rows(app, size, look),
        _ => framed(app, body(app, size, look), size, look),
    };
    rows.truncate(size.height);
    for row in &mut rows {
        let cut = safe::cut(&row.text, size.width, look.style.ellipsis());
        row.text = cut.trim_end().to_owned();
    }
    rows
}

/// How much of a list there is on the screen.
#[must_use]
pub fn extent(app: &App, size: Size, look: Look) -> Extent {
    match (app.panel, app.tab) {
        _ if size.width == 0 || size.height == 0 => Extent::default(),
        (None, Tab::Overview) => overview::extent(app),
        (Some((panel, _)), _) if size.class() == Class::Line => {
            panels::body(app, panel, size.height, look.across(size.width)).extent
        }
        _ => body(app, size, look.across(size.width)).extent,
    }
}

/// A list or a text between header and footer.
#[derive(Default)]
struct Body {
    rows: Vec<Row>,
    extent: Extent,
    /// Which part of it is shown: `row 3 of 12`.
    position: String,
}

impl Body {
    /// Lines of text, from one of them on.
    fn text(lines: Vec<String>, top: usize, room: usize) -> Self {
        let extent = Extent {
            len: lines.len(),
            page: room,
        };
        let top = top.min(extent.last_top());
        let shown = lines.into_iter().skip(top).take(room);
        let rows: Vec<Row> = shown.map(Row::plain).collect();
        let position = if extent.last_top() > 0 {
            format!("lines {}-{} of {}", top + 1, top + rows.len(), extent.len)
        } else {
            String::new()
        };
        Self {
            rows,
            extent,
            position,
        }
    }
}

/// Leaves out what is missed least, step by step, each told how many lines are too many, until the rest fits.
fn shrink<R: Copy>(room: &mut R, most: usize, height: fn(R) -> usize, steps: &[fn(&mut R, usize)]) {
    for step in steps {
        let over = height(*room).saturating_sub(most);
        if over == 0 {
            break;
        }
        step(room, over);
    }
}

fn position(selected: Option<usize>, len: usize) -> String {
    selected.map_or_else(String::new, |at| format!("row {} of {len}", at + 1))
}

/// The part of a list that is shown: around a row, but never beyond the ends.
fn around(at: usize, len: usize, page: usize) -> Range<usize> {
    let top = at.saturating_sub(page / 2).min(len.saturating_sub(page));
    top..(top + page).min(len)
}

/// The list or text of a view, or the panel in its place. The overview has none.
fn body(app: &App, size: Size, look: Look) -> Body {
    let banner = usize::from(frame::banner(app, look).is_some());
    let room = size.height.saturating_sub(3 + banner);
    if let Some((panel, _)) = app.panel {
        return panels::body(app, panel, room, look);
    }
    let Some(report) = app.report() else {
        return Body::default();
    };
    match app.tab {
        Tab::Overview => Body::default(),
        Tab::Teams => teams::body(app, report, room, look),
        Tab::Daily => daily::body(app, report, room, look),
        Tab::Forecast => {
            let lines = forecast::screen(report, look.style, room);
            Body::text(lines, app.top(usize::MAX), room)
        }
    }
}

/// A list with all that surrounds it.
fn framed(app: &App, body: Body, size: Size, look: Look) -> Vec<Row> {
    let mut rows = vec![frame::header(app, size, look)];
    rows.extend(frame::banner(app, look));
    rows.extend(body.rows);
    let room = size.height.saturating_sub(2);
    rows.truncate(room);
    rows.resize(room, Row::default());
    rows.push(frame::status(app, &body.position, size, look));
    rows.push(frame::footer(app, size));
    rows
}
