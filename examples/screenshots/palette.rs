//! The colours of a screenshot: the sixteen of a terminal, on a light and on a dark page.

use std::collections::BTreeSet;

use vt100::{Cell, Color};

/// A colour that something is drawn in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Ink {
    /// What text has by itself.
    Text,
    /// What is behind it.
    Paper,
    /// One of the terminal's own.
    Named(u8),
    /// The same on every page.
    Exact(u8, u8, u8),
}

/// How a cell is drawn. Bold and reversed is all that the dashboard has beside colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pen {
    pub(crate) ink: Ink,
    pub(crate) back: Ink,
    pub(crate) bold: bool,
}

/// The colours of a page.
struct Palette {
    text: &'static str,
    paper: &'static str,
    bar: &'static str,
    rule: &'static str,
    title: &'static str,
    named: [&'static str; 16],
}

const LIGHT: Palette = Palette {
    text: "#1f2328",
    paper: "#ffffff",
    bar: "#f6f8fa",
    rule: "#d1d9e0",
    title: "#59636e",
    named: [
        "#1f2328", "#cf222e", "#2da44e", "#bf8700", "#0969da", "#8250df", "#2d9db5", "#6e7781",
        "#57606a", "#a40e26", "#1a7f37", "#9a6700", "#218bff", "#a475f9", "#1b7c83", "#ffffff",
    ],
};

const DARK: Palette = Palette {
    text: "#e6edf3",
    paper: "#0d1117",
    bar: "#161b22",
    rule: "#3d444d",
    title: "#9198a1",
    named: [
        "#0d1117", "#da3633", "#3fb950", "#d29922", "#58a6ff", "#8957e5", "#39c5cf", "#b1bac4",
        "#6e7681", "#ff7b72", "#56d364", "#e3b341", "#79c0ff", "#d2a8ff", "#56d4dd", "#ffffff",
    ],
};

impl Palette {
    /// Rules for what every picture has, and for the colours that one uses.
    fn rules(&self, inks: &BTreeSet<Ink>) -> String {
        let Self {
            text,
            paper,
            bar,
            rule,
            title,
            ..
        } = self;
        let rules = [
            format!(".t{{fill:{text};stroke:{text}}}"),
            format!(".p{{fill:{paper};stroke:{paper}}}"),
            format!(".frame{{fill:{bar};stroke:{rule}}}"),
            format!(".title{{fill:{title}}}"),
        ];
        let named = self.named.iter().zip(0..).filter_map(|(color, number)| {
            let used = inks.contains(&Ink::Named(number));
            used.then(|| format!(".c{number}{{fill:{color};stroke:{color}}}"))
        });
        let rules: Vec<String> = rules.into_iter().chain(named).collect();
        rules.join("\n")
    }
}

/// The rules of a style sheet, for light and for dark pages.
pub(crate) fn rules(inks: &BTreeSet<Ink>) -> String {
    let (light, dark) = (LIGHT.rules(inks), DARK.rules(inks));
    format!("{light}\n@media (prefers-color-scheme:dark){{\n{dark}\n}}")
}

impl Ink {
    fn of(color: Color, default: Self) -> Self {
        match color {
            Color::Default => default,
            Color::Idx(number @ 0..16) => Self::Named(number),
            Color::Idx(number @ 16..232) => {
                // A cube of six steps, of which the first is larger.
                let step = |part: u8| if part == 0 { 0 } else { 55 + 40 * part };
                let place = number - 16;
                Self::Exact(step(place / 36), step(place / 6 % 6), step(place % 6))
            }
            Color::Idx(number) => {
                let grey = 8 + 10 * (number - 232);
                Self::Exact(grey, grey, grey)
            }
            Color::Rgb(red, green, blue) => Self::Exact(red, green, blue),
        }
    }

    /// Attributes that draw in it, with classes beside its own.
    pub(crate) fn attributes(self, classes: &[&str]) -> String {
        let mut classes: Vec<String> = classes.iter().map(|&class| class.to_owned()).collect();
        let mut exact = String::new();
        match self {
            Self::Text => {}
            Self::Paper => classes.push("p".to_owned()),
            Self::Named(number) => classes.push(format!("c{number}")),
            Self::Exact(red, green, blue) => {
                let color = format!("#{red:02x}{green:02x}{blue:02x}");
                exact = format!(" fill=\"{color}\" stroke=\"{color}\"");
            }
        }
        if classes.is_empty() {
            return exact;
        }
        format!(" class=\"{}\"{exact}", classes.join(" "))
    }
}

impl Pen {
    /// What a cell is drawn with.
    pub(crate) fn of(cell: &Cell) -> Self {
        let ink = Ink::of(cell.fgcolor(), Ink::Text);
        let back = Ink::of(cell.bgcolor(), Ink::Paper);
        let (ink, back) = if cell.inverse() {
            (back, ink)
        } else {
            (ink, back)
        };
        Self {
            ink,
            back,
            bold: cell.bold(),
        }
    }

    /// Attributes that write with it.
    pub(crate) fn attributes(self) -> String {
        self.ink.attributes(if self.bold { &["b"] } else { &[] })
    }

    /// Whether text of both may stand in one piece: what is behind it is drawn by itself.
    pub(crate) fn writes_like(self, other: Self) -> bool {
        let back = self.back;
        self == Self { back, ..other }
    }
}
