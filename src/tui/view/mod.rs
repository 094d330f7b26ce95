//! What the dashboard looks like: a screen as styled lines that fit its size.

mod daily;
mod frame;
mod overview;
mod panels;
mod teams;

use chrono::{DateTime, FixedOffset};

pub use crate::render::Size;
use crate::{
    render::{OutputStyle, SizeClass, StyledLine, forecast},
    tui::state::{App, Tab, Viewport},
};
pub use frame::next_age;
pub use overview::line;

/// What a screen depends on besides the state.
#[derive(Clone, Copy, Debug)]
pub struct ViewContext {
    pub style: OutputStyle,
    pub now: DateTime<FixedOffset>,
    /// The age of the figures in seconds. None if time does not pass.
    pub age: Option<u64>,
}

impl ViewContext {
    const fn with_width(mut self, width: usize) -> Self {
        self.style.width = Some(width);
        self
    }
}

/// The screen: no more lines than it is high, none wider than it is.
pub fn screen(app: &App, size: Size, view: ViewContext) -> Vec<StyledLine> {
    if size.width == 0 || size.height == 0 {
        return Vec::new();
    }
    let view = view.with_width(size.width);
    let mut lines = match (size.class(), app.panel, app.tab) {
        (SizeClass::Line, Some((panel, _)), _) => panels::body(app, panel, size.height, view).lines,
        (SizeClass::Line, None, _) => overview::lines(app, size, view),
        (_, None, Tab::Overview) if app.latest.is_some() => overview::lines(app, size, view),
        _ => framed(app, body(app, size, view), size, view),
    };
    lines.truncate(size.height);
    let lines = lines.into_iter();
    let cut = |line: StyledLine| line.cut(size.width, view.style.ellipsis()).trim_end();
    lines.map(cut).collect()
}

/// The length of the list in the view, and how much of it is on the screen.
pub fn viewport(app: &App, size: Size, view: ViewContext) -> Viewport {
    let view = view.with_width(size.width);
    match (app.panel, app.tab) {
        _ if size.width == 0 || size.height == 0 => Viewport::default(),
        // All alerts are on one page.
        (None, Tab::Overview) => {
            let len = app.report().map_or(0, |report| report.alerts.len());
            Viewport {
                len,
                page: len,
                top: 0,
            }
        }
        (Some((panel, _)), _) if size.class() == SizeClass::Line => {
            panels::body(app, panel, size.height, view).viewport
        }
        _ => body(app, size, view).viewport,
    }
}

/// A list or a text between header and footer.
#[derive(Default)]
struct Body {
    lines: Vec<StyledLine>,
    viewport: Viewport,
    /// Which part of it is shown: `row 3 of 12`.
    position: String,
}

impl Body {
    fn text(lines: Vec<StyledLine>, top: usize, room: usize) -> Self {
        let viewport = Viewport {
            len: lines.len(),
            page: room,
            top: 0,
        };
        let top = top.min(viewport.last_top());
        let viewport = Viewport { top, ..viewport };
        let shown = lines.into_iter().skip(top).take(room);
        let lines: Vec<StyledLine> = shown.collect();
        let position = if viewport.last_top() > 0 {
            let (from, to) = (top + 1, top + lines.len());
            format!("lines {from}-{to} of {}", viewport.len)
        } else {
            String::new()
        };
        Self {
            lines,
            viewport,
            position,
        }
    }
}

/// A line of a list, which begins with two blanks.
fn list_line(line: StyledLine, selected: bool) -> StyledLine {
    if selected {
        line.mark('>').reverse(true)
    } else {
        line
    }
}

fn position(selected: Option<usize>, len: usize) -> String {
    selected.map_or_else(String::new, |at| format!("row {} of {len}", at + 1))
}

/// The list or text of a view, or the panel in its place. The overview has none.
fn body(app: &App, size: Size, view: ViewContext) -> Body {
    let room = size.height.saturating_sub(2 + above(app, size, view).len());
    if let Some((panel, _)) = app.panel {
        return panels::body(app, panel, room, view);
    }
    let Some(report) = app.report() else {
        let why = frame::read_error(app, view).unwrap_or_else(|| frame::NO_FIGURES.to_owned());
        let mut lines = vec![StyledLine::new()];
        lines.extend(view.style.fold(why, 2));
        let help = frame::help(app).map(|help| format!("  {}", view.style.text(help)));
        lines.extend(help.into_iter().flat_map(|help| view.style.fold(help, 2)));
        return Body {
            lines,
            ..Body::default()
        };
    };
    match app.tab {
        Tab::Overview => Body::default(),
        Tab::Teams => teams::body(app, report, room, view),
        Tab::Daily => daily::body(app, report, room, view),
        Tab::Forecast => {
            let screen = forecast::screen(report, view.style, room, app.selected_rows);
            // The title and the headings of selected rows are above them.
            let rows = screen.selected.filter(|rows| rows.end > room);
            let start = rows.map_or(0, |rows| rows.start.saturating_sub(2));
            let top = app.selected[Tab::Forecast.index()].unwrap_or(start);
            Body::text(screen.lines, top, room)
        }
    }
}

/// What is above the list or text of a view.
fn above(app: &App, size: Size, view: ViewContext) -> Vec<StyledLine> {
    let header = std::iter::once(frame::header(app, size, view));
    let lines = header.chain(frame::banner(app, view));
    lines.chain(frame::verdict(app, size, view)).collect()
}

fn framed(app: &App, body: Body, size: Size, view: ViewContext) -> Vec<StyledLine> {
    let mut lines = above(app, size, view);
    lines.extend(body.lines);
    lines.resize(size.height.saturating_sub(2), StyledLine::new());
    lines.push(frame::status(app, &body.position, size, view));
    lines.push(frame::footer(app, size));
    lines
}
