//! Makes a table fit its line: which columns stay, how wide each is, how far apart they stand.
//! What is lost first is what is missed least; numbers are shortened, and never cut.

use super::{Sheet, cell::Digits};

/// Blanks before the first column, and between columns where there is room.
pub(super) const WIDE: usize = 2;

/// Blanks between columns where there is not.
const NARROW: usize = 1;

/// A name cut shorter than this does not tell one from another.
const TELLING: usize = 8;

/// When a column goes: in this order, and of one kind those with a smaller number first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Drop {
    /// Before anything else suffers.
    First(u8),
    /// When columns stand as close as they can.
    Early(u8),
    /// When numbers are short, and names as short as they can be told apart.
    Late(u8),
    Never,
}

/// How a table is drawn.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    /// The columns that stay.
    pub(super) kept: Vec<usize>,
    /// The width of every column.
    pub(super) widths: Vec<usize>,
    /// Blanks between columns.
    pub(super) gap: usize,
    pub(super) digits: Digits,
}

/// How far columns that hold words may be cut.
#[derive(Clone, Copy)]
enum Cut {
    No,
    /// Only those that go first anyway, and names that are very long.
    First,
    Easily,
    /// As long as names can be told apart.
    Telling,
    Least,
}

impl Layout {
    /// Nothing is lost.
    pub(super) const fn whole(kept: Vec<usize>, widths: Vec<usize>) -> Self {
        Self {
            kept,
            widths,
            gap: WIDE,
            digits: Digits::All,
        }
    }

    /// The cells of a row.
    pub(super) fn cells(&self) -> usize {
        let gaps = WIDE + self.kept.len().saturating_sub(1) * self.gap;
        self.kept.iter().map(|at| self.widths[*at]).sum::<usize>() + gaps
    }
}

impl Sheet {
    /// The layout in this many cells. `full` and `short` are the widths of the columns with all digits and with few.
    pub(super) fn fitted(&self, full: &[usize], short: &[usize], most: usize) -> Layout {
        let mut kept = self.held();
        loop {
            let next = kept.iter().copied().min_by_key(|at| self.columns[*at].drop);
            let stage = next.map_or(Drop::Never, |at| self.columns[at].drop);
            let tries: &[(usize, Digits, Cut)] = match stage {
                Drop::First(_) => &[
                    (WIDE, Digits::All, Cut::No),
                    (WIDE, Digits::All, Cut::First),
                ],
                Drop::Early(_) => &[
                    (WIDE, Digits::All, Cut::No),
                    (NARROW, Digits::All, Cut::No),
                    (NARROW, Digits::All, Cut::Easily),
                ],
                Drop::Late(_) => &[
                    (WIDE, Digits::All, Cut::No),
                    (NARROW, Digits::All, Cut::No),
                    (WIDE, Digits::Few, Cut::No),
                    (NARROW, Digits::Few, Cut::No),
                    (NARROW, Digits::Few, Cut::Telling),
                ],
                Drop::Never => &[
                    (WIDE, Digits::All, Cut::No),
                    (NARROW, Digits::All, Cut::No),
                    (WIDE, Digits::Few, Cut::No),
                    (NARROW, Digits::Few, Cut::No),
                    (NARROW, Digits::Few, Cut::Least),
                ],
            };
            for (gap, digits, cut) in tries {
                let mut layout = Layout {
                    kept: kept.clone(),
                    widths: match digits {
                        Digits::All => full.to_vec(),
                        Digits::Few => short.to_vec(),
                    },
                    gap: *gap,
                    digits: *digits,
                };
                let over = self.cut(&mut layout, *cut, most);
                if over == 0 || matches!(cut, Cut::Least) {
                    return layout;
                }
            }
            kept.retain(|at| Some(*at) != next);
        }
    }

    /// Cuts columns until the rows fit, the last ones first. Gives the cells that are still too many.
    fn cut(&self, layout: &mut Layout, cut: Cut, most: usize) -> usize {
        let mut over = layout.cells().saturating_sub(most);
        for at in layout.kept.iter().rev() {
            let column = &self.columns[*at];
            let least = match cut {
                Cut::No => None,
                Cut::First => column
                    .easily
                    .filter(|_| matches!(column.drop, Drop::First(_)))
                    .or(column.long),
                Cut::Easily => column.easily.or(column.long),
                Cut::Telling => column
                    .least
                    .map(|least| least.max(column.easily.unwrap_or(TELLING))),
                Cut::Least => column.least,
            };
            let least = least.map(|least| least.max(column.heading.len()));
            let width = &mut layout.widths[*at];
            let less = over.min(least.map_or(0, |least| width.saturating_sub(least)));
            *width -= less;
            over -= less;
        }
        over
    }
}
