//! The cells of a screen as SVG: paths for shapes, by colour and from back to front, and above them the text, each piece at the place
//! and with the width that the terminal gives it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

use vt100::Screen;

use crate::{
    palette::{Ink, Pen},
    shapes::{self, Arms, Block, Line, Shape},
    svg::escape,
};

/// A cell. Its width is what most fonts of fifteen pixels have.
pub(crate) const WIDTH: u16 = 9;
pub(crate) const HEIGHT: u16 = 20;
/// How deep in its cell a text is.
const BASELINE: u16 = 15;
/// The middle of a cell, so that a line of one pixel covers one.
const MIDDLE: (f64, f64) = (4.5, 9.5);

/// What is drawn in one go, from the back to the front.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Layer {
    Back,
    /// By how much of it is ink, in percent.
    Block(u8),
    /// By the dashes in a cell.
    Across(u8),
    Down(u8),
    Dots,
}

impl Layer {
    /// Attributes of what is drawn in it.
    fn attributes(self, ink: Ink) -> String {
        let dashes = |cell: u16, dashes: u8| {
            if dashes == 1 {
                return String::new();
            }
            // A little more of it is drawn than not.
            let period = f64::from(cell) / f64::from(dashes);
            let (dash, gap) = (period * 6.0 / 10.0, period * 4.0 / 10.0);
            format!(" stroke-dasharray=\"{dash} {gap}\"")
        };
        match self {
            Self::Back | Self::Block(100) => ink.attributes(&["box"]),
            Self::Block(shade) => {
                let shade = f64::from(shade) / 100.0;
                format!("{} fill-opacity=\"{shade}\"", ink.attributes(&["box"]))
            }
            Self::Across(number) => ink.attributes(&["line"]) + &dashes(WIDTH, number),
            Self::Down(number) => ink.attributes(&["line"]) + &dashes(HEIGHT, number),
            Self::Dots => ink.attributes(&["dots"]),
        }
    }
}

/// What is drawn of a screen.
#[derive(Default)]
pub(crate) struct Drawing {
    paths: BTreeMap<(Layer, Ink), Path>,
    texts: String,
    /// What it is drawn in.
    pub(crate) inks: BTreeSet<Ink>,
}

/// A path, with a line for each row of the screen that it has a part in.
#[derive(Default)]
struct Path {
    data: String,
    row: u16,
}

/// A cell and its place.
struct Place<'s> {
    column: u16,
    text: &'s str,
    wide: bool,
    pen: Pen,
    shape: Option<Shape>,
}

impl<'s> Place<'s> {
    /// Nothing for the second half of a wide character.
    fn of(screen: &'s Screen, row: u16, column: u16) -> Option<Self> {
        let cell = screen.cell(row, column)?;
        let mut characters = cell.contents().chars();
        let first = characters.next();
        let alone = first.filter(|_| characters.next().is_none());
        (!cell.is_wide_continuation()).then(|| Self {
            column,
            text: cell.contents(),
            wide: cell.is_wide(),
            pen: Pen::of(cell),
            shape: alone.and_then(shapes::shape),
        })
    }

    const fn end(&self) -> u16 {
        self.column + if self.wide { 2 } else { 1 }
    }

    fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }

    /// Every font has it, in the width of the others.
    fn is_plain(&self) -> bool {
        self.shape.is_none() && !self.wide && self.text.chars().all(|c| c < '\u{100}')
    }

    /// Whether a text goes on with its neighbour. A gap ends it: columns then stand where they belong, whatever the font.
    fn goes_on(&self, next: &Self) -> bool {
        self.pen.writes_like(next.pen)
            && self.is_plain()
            && next.is_plain()
            && !(self.is_blank() && next.is_blank())
    }
}

impl Drawing {
    pub(crate) fn of(screen: &Screen) -> Self {
        let mut drawing = Self::default();
        let (rows, columns) = screen.size();
        for row in 0..rows.get() {
            let places = (0..columns.get()).filter_map(|column| Place::of(screen, row, column));
            drawing.add_row(&places.collect::<Vec<_>>(), row);
        }
        drawing
    }

    fn add_row(&mut self, places: &[Place<'_>], row: u16) {
        for run in places.chunk_by(|a, b| a.pen.back == b.pen.back) {
            if let [first, ..] = run
                && first.pen.back != Ink::Paper
            {
                self.add_block(run, row, Block::FULL, (Layer::Back, first.pen.back));
            }
        }
        for run in places.chunk_by(|a, b| a.shape == b.shape && a.pen.ink == b.pen.ink) {
            if let [first, ..] = run
                && let Some(shape) = first.shape
            {
                self.add_shape(run, row, shape, first.pen.ink);
            }
        }
        for run in places.chunk_by(Place::goes_on) {
            self.add_text(run, row);
        }
    }

    fn add_shape(&mut self, run: &[Place<'_>], row: u16, shape: Shape, ink: Ink) {
        match shape {
            // A part of a cell's width is drawn in each of them.
            Shape::Block(block) if block.left > 0 || block.right < 8 => {
                for place in run.chunks(1) {
                    self.add_block(place, row, block, (Layer::Block(block.shade), ink));
                }
            }
            Shape::Block(block) => {
                self.add_block(run, row, block, (Layer::Block(block.shade), ink));
            }
            Shape::Line(line) => self.add_line(run, row, line, ink),
            Shape::Dots(bits) => run
                .iter()
                .for_each(|place| self.add_dots(place, row, bits, ink)),
        }
    }

    fn add_block(&mut self, run: &[Place<'_>], row: u16, block: Block, key: (Layer, Ink)) {
        let (Some(first), Some(last)) = (run.first(), run.last()) else {
            return;
        };
        let part = |cell: u16, eighths: u8| f64::from(cell) * f64::from(eighths) / 8.0;
        let left = f64::from(first.column * WIDTH) + part(WIDTH, block.left);
        let right = f64::from((last.end() - 1) * WIDTH) + part(WIDTH, block.right);
        let top = f64::from(row * HEIGHT) + part(HEIGHT, block.top);
        let bottom = f64::from(row * HEIGHT) + part(HEIGHT, block.bottom);
        let path = format!("M{left} {top}H{right}V{bottom}H{left}z");
        self.add_path(key, row, &path);
    }

    fn add_line(&mut self, run: &[Place<'_>], row: u16, line: Line, ink: Ink) {
        let ends = |arms, cell: u16, middle| match arms {
            Arms::None => None,
            Arms::First => Some((0.0, middle)),
            Arms::Second => Some((middle, f64::from(cell))),
            Arms::Both => Some((0.0, f64::from(cell))),
        };
        let (x, y) = (
            |place: &Place<'_>| f64::from(place.column * WIDTH),
            f64::from(row * HEIGHT),
        );
        let (middle_x, middle_y) = MIDDLE;
        if let Some((from, to)) = ends(line.across, WIDTH, middle_x) {
            let key = (Layer::Across(line.dashes), ink);
            // A line through all of them is one, so that its dashes go on.
            let whole = line.across == Arms::Both;
            for part in run.chunks(if whole { run.len() } else { 1 }) {
                if let (Some(first), Some(last)) = (part.first(), part.last()) {
                    let path = format!("M{} {}H{}", x(first) + from, y + middle_y, x(last) + to);
                    self.add_path(key, row, &path);
                }
            }
        }
        if let Some((from, to)) = ends(line.down, HEIGHT, middle_y) {
            for place in run {
                let path = format!("M{} {}V{}", x(place) + middle_x, y + from, y + to);
                self.add_path((Layer::Down(line.dashes), ink), row, &path);
            }
        }
    }

    fn add_dots(&mut self, place: &Place<'_>, row: u16, bits: u8, ink: Ink) {
        // Bits go down the left column and the right one; the fourth row came to Unicode later.
        const DOTS: [(u8, u8); 8] = [
            (0, 0),
            (0, 1),
            (0, 2),
            (1, 0),
            (1, 1),
            (1, 2),
            (0, 3),
            (1, 3),
        ];
        for (bit, (across, down)) in DOTS.into_iter().enumerate() {
            if bits & 1 << bit != 0 {
                let middle = |number| f64::from(number) + 0.5;
                let x = f64::from(place.column * WIDTH) + f64::from(WIDTH) / 2.0 * middle(across);
                let y = f64::from(row * HEIGHT) + f64::from(HEIGHT) / 4.0 * middle(down);
                // Not every program draws the ends of a line that has no length.
                self.add_path((Layer::Dots, ink), row, &format!("M{x} {y}h.1"));
            }
        }
    }

    fn add_path(&mut self, key: (Layer, Ink), row: u16, data: &str) {
        self.inks.insert(key.1);
        let path = self.paths.entry(key).or_default();
        if path.row != row && !path.data.is_empty() {
            path.data.push('\n');
        }
        path.row = row;
        path.data.push_str(data);
    }

    fn add_text(&mut self, run: &[Place<'_>], row: u16) {
        let is_written = |place: &Place<'_>| place.shape.is_none() && !place.is_blank();
        let (Some(from), Some(to)) = (
            run.iter().position(is_written),
            run.iter().rposition(is_written),
        ) else {
            return;
        };
        let run = run.get(from..=to).unwrap_or_default();
        let [first, ..] = run else {
            return;
        };
        self.inks.insert(first.pen.ink);
        let cells = run.last().map_or(0, Place::end) - first.column;
        let text: String = run
            .iter()
            .map(|place| if place.is_blank() { " " } else { place.text })
            .collect();
        let _ = writeln!(
            self.texts,
            r#"<text x="{}" y="{}" textLength="{}" lengthAdjust="spacingAndGlyphs"{}>{}</text>"#,
            first.column * WIDTH,
            row * HEIGHT + BASELINE,
            cells * WIDTH,
            first.pen.attributes(),
            escape(&text),
        );
    }

    pub(crate) fn svg(&self) -> String {
        let mut svg = String::new();
        for ((layer, ink), path) in &self.paths {
            let _ = writeln!(svg, "<path{} d=\"{}\"/>", layer.attributes(*ink), path.data);
        }
        svg + &self.texts
    }
}
