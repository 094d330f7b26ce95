//! Fits a table into a width: which columns are kept, how wide each is, and the gap between them. What is least important goes
//! first; numbers are shortened, never cut.

use super::Column;
use crate::render::{ReportTable, table::cell::Digits};

/// Blanks before the first column, and between columns if there is room.
pub const WIDE_GAP: usize = 2;

const NARROW_GAP: usize = 1;

/// The width below which cut names are no longer distinct.
const DISTINCT_NAME: usize = 8;

/// When a column is dropped: in this order, and of one kind those with a smaller number first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    /// Dropped before anything else is shortened.
    Optional(u8),
    /// Dropped once the gaps are narrow.
    Normal(u8),
    /// Dropped once numbers and names are short.
    Important(u8),
    Required,
}

#[derive(Clone, Debug)]
pub struct TableLayout {
    pub kept: Vec<usize>,
    pub widths: Vec<usize>,
    pub gap: usize,
    pub digits: Digits,
}

/// The gaps and numbers that are tried, in this order.
const SHAPES: [(usize, Digits); 4] = [
    (WIDE_GAP, Digits::Full),
    (NARROW_GAP, Digits::Full),
    (WIDE_GAP, Digits::Compact),
    (NARROW_GAP, Digits::Compact),
];

impl Priority {
    /// The shapes that are tried before a column is dropped. In the last one, texts are cut, too.
    fn shapes(self) -> impl DoubleEndedIterator<Item = (usize, Digits)> {
        let count = match self {
            Self::Optional(_) => 1,
            Self::Normal(_) => 2,
            Self::Important(_) | Self::Required => SHAPES.len(),
        };
        SHAPES.into_iter().take(count)
    }

    /// The width to which a text column may be cut before a column of this priority is dropped.
    fn min_width(self, column: &Column) -> Option<usize> {
        let is_optional = matches!(column.priority, Self::Optional(_));
        let least = match self {
            Self::Optional(_) => column
                .easy_width
                .filter(|_| is_optional)
                .or(column.long_width),
            Self::Normal(_) => column.easy_width.or(column.long_width),
            // Names stay distinct.
            Self::Important(_) => {
                let distinct = column.easy_width.unwrap_or(DISTINCT_NAME);
                column.min_width.map(|least| least.max(distinct))
            }
            Self::Required => column.min_width,
        };
        least.map(|least| least.max(column.heading.len()))
    }
}

impl TableLayout {
    pub const fn full(kept: Vec<usize>, widths: Vec<usize>) -> Self {
        Self {
            kept,
            widths,
            gap: WIDE_GAP,
            digits: Digits::Full,
        }
    }

    pub fn width(&self) -> usize {
        let gaps = WIDE_GAP + self.kept.len().saturating_sub(1) * self.gap;
        self.kept.iter().map(|at| self.widths[*at]).sum::<usize>() + gaps
    }
}

impl ReportTable {
    /// The layout in at most `most` cells. `full` and `compact` are the widths of the columns with full and with compact numbers.
    pub fn fit(&self, full: &[usize], compact: &[usize], most: usize) -> TableLayout {
        let mut kept = self.filled_columns();
        loop {
            let by_priority = |at: &usize| self.columns[*at].priority;
            let next = kept.iter().copied().min_by_key(by_priority);
            let priority = next.map_or(Priority::Required, |at| by_priority(&at));
            let uncut = priority.shapes().map(|shape| (shape, false));
            let cut = priority.shapes().next_back().map(|shape| (shape, true));
            for ((gap, digits), is_cut) in uncut.chain(cut) {
                let widths = match digits {
                    Digits::Full => full,
                    Digits::Compact => compact,
                };
                let mut layout = TableLayout {
                    kept: kept.clone(),
                    widths: widths.to_vec(),
                    gap,
                    digits,
                };
                if is_cut {
                    self.cut_columns(&mut layout, priority, most);
                }
                if layout.width() <= most || (is_cut && priority == Priority::Required) {
                    return layout;
                }
            }
            kept.retain(|at| Some(*at) != next);
        }
    }

    /// Cuts columns until the rows fit, the last ones first.
    fn cut_columns(&self, layout: &mut TableLayout, priority: Priority, most: usize) {
        let mut excess = layout.width().saturating_sub(most);
        for at in layout.kept.iter().rev() {
            let least = priority.min_width(&self.columns[*at]);
            let width = &mut layout.widths[*at];
            let less = excess.min(least.map_or(0, |least| width.saturating_sub(least)));
            *width -= less;
            excess -= less;
        }
    }
}
