//! The size of a screen, and texts laid out across it.

use std::ops::Range;

use crate::render::{OutputStyle, StyledLine};

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

/// A title on a rule across the screen: `── Alerts (4) ────`.
pub fn rule(title: impl Into<StyledLine>, columns: usize, style: OutputStyle) -> StyledLine {
    let dash = if style.ascii { "-" } else { "─" };
    let title = title
        .into()
        .cut(columns.saturating_sub(6), style.ellipsis());
    let rest = columns.saturating_sub(4 + title.width());
    StyledLine::from(dash.repeat(2) + " ") + title + " " + dash.repeat(rest)
}

/// Two columns of a wide screen.
#[derive(Clone, Copy, Debug)]
pub struct Columns {
    width: usize,
}

impl Columns {
    /// From this width on, lists are beside each other.
    const SCREEN: usize = 160;

    /// The cells between two columns.
    const GAP: usize = 2;

    /// None if there is no room for two.
    pub fn of(style: OutputStyle) -> Option<Self> {
        let screen = style.width.filter(|width| *width >= Self::SCREEN)?;
        let width = (screen - Self::GAP) / 2;
        Some(Self { width })
    }

    pub const fn width(self) -> usize {
        self.width
    }

    pub const fn style(self, mut style: OutputStyle) -> OutputStyle {
        style.width = Some(self.width);
        style
    }

    /// Two lists beside each other.
    pub fn beside(self, first: Vec<StyledLine>, second: Vec<StyledLine>) -> Vec<StyledLine> {
        let rows = first.len().max(second.len());
        let (mut first, mut second) = (first.into_iter(), second.into_iter());
        let rows = (0..rows).map(|_| {
            let lines = [&mut first, &mut second].map(|list| list.next().unwrap_or_default());
            // A line cannot be reversed in part.
            let [left, right] = lines.map(|line| line.reverse(false));
            if right.is_empty() {
                return left;
            }
            let pad = " ".repeat((self.width + Self::GAP).saturating_sub(left.width()));
            left + pad + right
        });
        rows.collect()
    }
}

/// The part of a list that is shown: around a row, within the list.
pub fn around(at: usize, len: usize, page: usize) -> Range<usize> {
    let top = at.saturating_sub(page / 2).min(len.saturating_sub(page));
    top..(top + page).min(len)
}
