//! Fits a table into a width: which columns are kept, how wide each is, and the gap between them. What is least important goes
//! first; numbers are shortened, never cut.

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

/// How far text columns may be cut.
#[derive(Clone, Copy)]
enum CutLimit {
    Never,
    /// Only optional columns, and very long names.
    Optional,
    Easy,
    /// While names stay distinct.
    Distinct,
    Minimum,
}

/// What is tried before the next column is dropped: gap, digits, and how far text is cut.
type Attempt = (usize, Digits, CutLimit);

impl Priority {
    const fn attempts(self) -> &'static [Attempt] {
        use CutLimit::{Distinct, Easy, Minimum, Never, Optional};
        use Digits::{Compact, Full};
        match self {
            Self::Optional(_) => &[(WIDE_GAP, Full, Never), (WIDE_GAP, Full, Optional)],
            Self::Normal(_) => &[
                (WIDE_GAP, Full, Never),
                (NARROW_GAP, Full, Never),
                (NARROW_GAP, Full, Easy),
            ],
            Self::Important(_) => &[
                (WIDE_GAP, Full, Never),
                (NARROW_GAP, Full, Never),
                (WIDE_GAP, Compact, Never),
                (NARROW_GAP, Compact, Never),
                (NARROW_GAP, Compact, Distinct),
            ],
            Self::Required => &[
                (WIDE_GAP, Full, Never),
                (NARROW_GAP, Full, Never),
                (WIDE_GAP, Compact, Never),
                (NARROW_GAP, Compact, Never),
                (NARROW_GAP, Compact, Minimum),
            ],
        }
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
            let next = kept
                .iter()
                .copied()
                .min_by_key(|at| self.columns[*at].priority);
            let priority = next.map_or(Priority::Required, |at| self.columns[at].priority);
            for (gap, digits, limit) in priority.attempts() {
                let widths = match digits {
                    Digits::Full => full,
                    Digits::Compact => compact,
                };
                let mut layout = TableLayout {
                    kept: kept.clone(),
                    widths: widths.to_vec(),
                    gap: *gap,
                    digits: *digits,
                };
                let excess = self.cut_columns(&mut layout, *limit, most);
                if excess == 0 || matches!(limit, CutLimit::Minimum) {
                    return layout;
                }
            }
            kept.retain(|at| Some(*at) != next);
        }
    }

    /// Cuts columns until the rows fit, the last ones first. Returns the number of cells that are still too many.
    fn cut_columns(&self, layout: &mut TableLayout, limit: CutLimit, most: usize) -> usize {
        let mut excess = layout.width().saturating_sub(most);
        for at in layout.kept.iter().rev() {
            let column = &self.columns[*at];
            let least = match limit {
                CutLimit::Never => None,
                CutLimit::Optional => column
                    .easy_width
                    .filter(|_| matches!(column.priority, Priority::Optional(_)))
                    .or(column.long_width),
                CutLimit::Easy => column.easy_width.or(column.long_width),
                CutLimit::Distinct => column
                    .min_width
                    .map(|least| least.max(column.easy_width.unwrap_or(DISTINCT_NAME))),
                CutLimit::Minimum => column.min_width,
            };
            let least = least.map(|least| least.max(column.heading.len()));
            let width = &mut layout.widths[*at];
            let less = excess.min(least.map_or(0, |least| width.saturating_sub(least)));
            *width -= less;
            excess -= less;
        }
        excess
    }
}
