//! Where it will end: the answers, the picture, the days on which thresholds are crossed, and the reasons.

use super::{Body, Look};
use crate::{analysis::StatusReport, render::forecast, tui::app::App};

/// The text, with the picture as high as leaves room for the answers and the thresholds.
pub(super) fn body(app: &App, report: &StatusReport, room: usize, look: Look) -> Body {
    Body::text(forecast::screen(report, look.style, room), app, room)
}
