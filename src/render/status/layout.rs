//! The size of a screen, and texts laid out across it.

use std::ops::Range;

use crate::render::{OutputStyle, StyledLine, cut, heading, width};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    pub width: usize,
    pub height: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SizeClass {
    /// The single line, continued below.
    Line,
    /// No tabs, chart or rules.
    Tiny,
    /// As on 80 by 24.
    Normal,
    /// All teams beside the chart.
    Wide,
}

impl Size {
    pub const fn class(self) -> SizeClass {
        match (self.width, self.height) {
            (100.., 30..) => SizeClass::Wide,
            (60.., 16..) => SizeClass::Normal,
            (30.., 6..) => SizeClass::Tiny,
            _ => SizeClass::Line,
        }
    }
}

/// Two texts, the second one at the right edge. At least one blank is between them.
pub fn apart(left: StyledLine, right: StyledLine, columns: usize) -> StyledLine {
    let blanks = columns.saturating_sub(left.width() + right.width()).max(1);
    left + " ".repeat(blanks) + right
}

/// A title on a rule across the screen, and perhaps a badge: `── Alerts (4) ────`.
pub fn rule(title: &str, badge: StyledLine, columns: usize, style: OutputStyle) -> StyledLine {
    let dash = if style.ascii { "-" } else { "─" };
    let gap = if badge.is_empty() { "" } else { " " };
    let taken = 4 + gap.len() + badge.width();
    let title = cut(title, columns.saturating_sub(taken + 2), style.ellipsis());
    let rest = columns.saturating_sub(taken + width(&title));
    StyledLine::from(dash.repeat(2) + " ") + heading(title) + gap + badge + " " + dash.repeat(rest)
}

/// The part of a list that is shown: around a row, within the list.
pub fn around(at: usize, len: usize, page: usize) -> Range<usize> {
    let top = at.saturating_sub(page / 2).min(len.saturating_sub(page));
    top..(top + page).min(len)
}
