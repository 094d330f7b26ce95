//! Characters that are drawn as shapes: blocks, lines and Braille dots. They must fill their cell or meet at its edge, which fonts do
//! not guarantee, and some fonts lack them.

/// How a cell is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Block(Block),
    Line(Line),
    /// Dots of two columns and four rows, a bit for each as Unicode numbers them.
    Dots(u8),
}

/// A part of a cell, by its edges in eighths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Block {
    pub(crate) left: u8,
    pub(crate) top: u8,
    pub(crate) right: u8,
    pub(crate) bottom: u8,
    /// How much of it is ink, in percent.
    pub(crate) shade: u8,
}

/// Arms through the middle of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) across: Arms,
    pub(crate) down: Arms,
    /// How many dashes it has in a cell.
    pub(crate) dashes: u8,
}

/// The arms of one direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arms {
    None,
    /// From the left or the top to the middle.
    First,
    /// From the middle to the right or the bottom.
    Second,
    Both,
}

impl Block {
    /// The whole cell.
    pub(crate) const FULL: Self = Self {
        left: 0,
        top: 0,
        right: 8,
        bottom: 8,
        shade: 100,
    };
}

/// How a character is drawn; nothing for one that is written.
pub(crate) fn shape(c: char) -> Option<Shape> {
    block(c)
        .map(Shape::Block)
        .or_else(|| line(c).map(Shape::Line))
        .or_else(|| dots(c).map(Shape::Dots))
}

fn block(c: char) -> Option<Block> {
    let full = Block::FULL;
    let eighth = u8::try_from(u32::from(c).checked_sub(0x2580)?).ok()?;
    Some(match eighth {
        0 => Block { bottom: 4, ..full },
        1..=8 => Block {
            top: 8 - eighth,
            ..full
        },
        9..=15 => Block {
            right: 16 - eighth,
            ..full
        },
        16 => Block { left: 4, ..full },
        17 => Block { shade: 25, ..full },
        18 => Block { shade: 50, ..full },
        19 => Block { shade: 75, ..full },
        _ => return None,
    })
}

fn line(c: char) -> Option<Line> {
    use Arms::{Both, First, None as No, Second};
    let (across, down, dashes) = match c {
        '─' => (Both, No, 1),
        '╌' => (Both, No, 2),
        '┄' => (Both, No, 3),
        '┈' => (Both, No, 4),
        '│' => (No, Both, 1),
        '╎' => (No, Both, 2),
        '┆' => (No, Both, 3),
        '┊' => (No, Both, 4),
        '┌' => (Second, Second, 1),
        '┐' => (First, Second, 1),
        '└' => (Second, First, 1),
        '┘' => (First, First, 1),
        '├' => (Second, Both, 1),
        '┤' => (First, Both, 1),
        '┬' => (Both, Second, 1),
        '┴' => (Both, First, 1),
        '┼' => (Both, Both, 1),
        _ => return None,
    };
    Some(Line {
        across,
        down,
        dashes,
    })
}

fn dots(c: char) -> Option<u8> {
    u8::try_from(u32::from(c).checked_sub(0x2800)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_grow_from_their_edge() {
        let of = |c| shape(c).unwrap();
        let full = Block::FULL;
        assert_eq!(of('█'), Shape::Block(full));
        assert_eq!(of('▁'), Shape::Block(Block { top: 7, ..full }));
        assert_eq!(of('▌'), Shape::Block(Block { right: 4, ..full }));
        assert_eq!(of('▏'), Shape::Block(Block { right: 1, ..full }));
        assert_eq!(of('▐'), Shape::Block(Block { left: 4, ..full }));
        assert_eq!(of('░'), Shape::Block(Block { shade: 25, ..full }));
    }

    #[test]
    fn letters_are_written() {
        for c in ['a', ' ', '…', '✓', '한', '\u{2900}'] {
            assert_eq!(shape(c), None, "{c}");
        }
        assert_eq!(shape('⣿'), Some(Shape::Dots(0xff)));
    }
}
