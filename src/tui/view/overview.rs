//! The overview: the blocks of the status, with what surrounds them on a screen of its size.

use super::{Size, ViewContext, frame};
use crate::{
    render::{
        SizeClass, StyledLine,
        status::{self, Block, ScreenStatus},
    },
    tui::state::{App, Tab},
};

/// The status row and the footer are left out after all but the last alert.
const STATUS_PRIORITY: u8 = 7;
const FOOTER_PRIORITY: u8 = 8;

pub fn line(app: &App, view: ViewContext) -> String {
    let error = frame::read_error(app, view);
    match app.report() {
        Some(report) => status::one_line(report, view.style, error),
        None => format!("tokens ? {}", error.as_deref().unwrap_or(frame::NO_FIGURES)),
    }
}

pub fn lines(app: &App, size: Size, view: ViewContext) -> Vec<StyledLine> {
    let Some(report) = app.report() else {
        return vec![line(app, view).into()];
    };
    let class = size.class();
    let is_overview = app.tab == Tab::Overview;
    let screen = ScreenStatus {
        size,
        style: view.style,
        now: view.now,
        selected: app
            .selected_row(report.alerts.len())
            .filter(|_| is_overview),
        state: match (&app.read_error, &app.pause) {
            (Some(_), _) => "stale ",
            (None, Some(_)) => "PAUSED ",
            (None, None) => "",
        },
    };
    let mut blocks = status::blocks(report, screen);
    blocks.insert(1, Block::lines(frame::banner(app, view)));
    if class >= SizeClass::Normal {
        blocks.insert(0, Block::lines([frame::header(app, size, view)]));
    }
    let below = if class == SizeClass::Line {
        let content = status::height(&blocks);
        line_below(app, size, view, content).into_iter().collect()
    } else {
        let status = Block::lines([frame::status(app, "", size, view)]);
        let footer = Block::lines([frame::footer(app, size)]);
        let status = if frame::is_urgent(app) {
            status
        } else {
            status.shrink(STATUS_PRIORITY, 0)
        };
        vec![status, footer.shrink(FOOTER_PRIORITY, 0)]
    };
    let count = blocks.len();
    blocks.extend(below);
    status::fit(&mut blocks, size.height);
    let below = status::draw(blocks.split_off(count));
    let mut lines = status::draw(blocks);
    // The lines below are at the bottom of the screen.
    lines.resize(size.height - below.len(), StyledLine::new());
    lines.extend(below);
    lines
}

/// The last line of a screen of a few lines: the filter while it is typed, else the status row if it is urgent or has room.
fn line_below(app: &App, size: Size, view: ViewContext, content: usize) -> Option<Block<'static>> {
    let is_shown = app.is_typing || frame::is_urgent(app) || content < size.height;
    let line = (is_shown && size.height > 1).then(|| {
        if app.is_typing {
            frame::footer(app, size)
        } else {
            frame::status(app, "", size, view)
        }
    });
    line.map(|line| Block::lines([line]))
}
