//! Blocks: the parts of a status in their order, each with the lines it wants and what it gives up when there is not room for all.
//! Printed text, the dashboard and the single line all draw from a list of them.

use crate::render::StyledLine;

type Draw<'a> = Box<dyn FnOnce(usize) -> Vec<StyledLine> + 'a>;

pub struct Block<'a> {
    height: usize,
    grows: bool,
    /// Priority, height, and whether it gives up no more lines than needed.
    steps: Vec<(u8, usize, bool)>,
    draw: Draw<'a>,
}

impl<'a> Block<'a> {
    pub fn new(height: usize, draw: impl FnOnce(usize) -> Vec<StyledLine> + 'a) -> Self {
        Self {
            height,
            grows: false,
            steps: Vec::new(),
            draw: Box::new(draw),
        }
    }

    /// A block of lines, cut at the end if there is not room for all.
    pub fn lines(lines: impl IntoIterator<Item = StyledLine>) -> Self {
        let mut lines: Vec<StyledLine> = lines.into_iter().collect();
        Self::new(lines.len(), |height| {
            lines.truncate(height);
            lines
        })
    }

    /// Shrinks to this height at once when it is its turn. Lower priorities come first.
    pub fn shrink(mut self, priority: u8, to: usize) -> Self {
        self.steps.push((priority, to, false));
        self
    }

    /// Shrinks line by line when it is its turn, down to this height.
    pub fn shrink_gradually(mut self, priority: u8, to: usize) -> Self {
        self.steps.push((priority, to, true));
        self
    }

    pub const fn grow(mut self) -> Self {
        self.grows = true;
        self
    }
}

pub fn height(blocks: &[Block<'_>]) -> usize {
    blocks.iter().map(|block| block.height).sum()
}

/// Shrinks blocks by priority until they fit in `most` lines. Lines that are left over go to the blocks that grow.
pub fn fit(blocks: &mut [Block<'_>], most: usize) {
    let each = blocks.iter().enumerate();
    let steps = each.flat_map(|(at, block)| block.steps.iter().map(move |step| (at, *step)));
    let mut steps: Vec<_> = steps.collect();
    steps.sort_by_key(|(_, (priority, ..))| *priority);
    for (at, (_, to, gradually)) in steps {
        let excess = height(blocks).saturating_sub(most);
        if excess == 0 {
            break;
        }
        let lines = &mut blocks[at].height;
        let least = if gradually {
            lines.saturating_sub(excess).max(to)
        } else {
            to
        };
        *lines = least.min(*lines);
    }
    let left = most.saturating_sub(height(blocks));
    let mut growing = blocks
        .iter_mut()
        .filter(|block| block.grows && block.height > 0);
    if let Some(block) = growing.next() {
        block.height += left;
    }
}

/// The lines of blocks. Those without any height are left out.
pub fn draw<'a>(blocks: impl IntoIterator<Item = Block<'a>>) -> Vec<StyledLine> {
    let shown = blocks.into_iter().filter(|block| block.height > 0);
    shown.flat_map(|block| (block.draw)(block.height)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three blocks in this many lines: `a` goes at once, then `b` line by line, and `c` never.
    fn drawn(most: usize) -> String {
        let block = |name: &'static str, height| {
            Block::new(height, move |height| vec![StyledLine::from(name); height])
        };
        let mut blocks = [
            block("b", 4).shrink_gradually(2, 1).shrink(3, 0),
            block("a", 2).shrink(1, 0),
            block("c", 1).grow(),
        ];
        fit(&mut blocks, most);
        draw(blocks).iter().map(StyledLine::text).collect()
    }

    #[test]
    fn blocks_shrink_by_priority_and_not_by_order() {
        let table = [
            (9, "bbbbaaccc"),
            (7, "bbbbaac"),
            (6, "bbbbcc"),
            (5, "bbbbc"),
            (3, "bbc"),
            (2, "bc"),
            (1, "c"),
            (0, "c"),
        ];
        for (most, lines) in table {
            assert_eq!(drawn(most), lines, "{most}");
        }
    }
}
