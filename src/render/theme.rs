//! Colours and symbols, in one place.
//!
//! Views mark what is to be coloured with characters of no width that cannot come from a log, so that tables are measured as
//! if there were no colour; at the end the marks become escape sequences or nothing.

use std::{fmt::Write as _, ops::Range};

use anstyle::{AnsiColor, Color, Style as Ansi};

use super::safe;
use crate::model::{Level, Money, Thresholds};

/// What a view may be drawn with, beside characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// Nothing: no escape sequences at all.
    Plain,
    /// Bold, but no colours.
    Bold,
    /// Bold and colours.
    Color,
}

/// How a view is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Escape sequences.
    pub ink: Ink,
    /// With nothing but ASCII of our own.
    pub ascii: bool,
    /// Cells in a line; none where lines may be as long as they are.
    pub width: Option<usize>,
}

/// What a piece of text is, as far as its colour goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paint {
    /// A level's symbol and word.
    Badge(Level),
    /// What is filled of a bar, or a line of a picture.
    Bar(Level),
    /// What is not filled of a bar.
    Track,
    /// A heading.
    Heading,
}

const END: char = '\u{e007f}';

/// The characters that begin something painted.
const MARKS: Range<char> = '\u{e0000}'..END;

/// The most cells of a text from a log within a sentence.
const MOST_TEXT: usize = 300;

impl Paint {
    const ALL: [Self; 12] = [
        Self::Heading,
        Self::Badge(Level::Ok),
        Self::Badge(Level::Note),
        Self::Badge(Level::Warning),
        Self::Badge(Level::Critical),
        Self::Badge(Level::Exceeded),
        Self::Bar(Level::Ok),
        Self::Bar(Level::Note),
        Self::Bar(Level::Warning),
        Self::Bar(Level::Critical),
        Self::Bar(Level::Exceeded),
        Self::Track,
    ];

    /// The mark is a tag character, which [`safe::line`] lets no log write.
    fn mark(self) -> char {
        let index = Self::ALL
            .iter()
            .zip(0_u32..)
            .find(|(paint, _)| **paint == self)
            .map_or(0, |(_, index)| index);
        char::from_u32(0xe0020 + index).unwrap_or(END)
    }

    /// The text, marked.
    pub(crate) fn on(self, text: &str) -> String {
        if text.is_empty() {
            return String::new();
        }
        format!("{}{text}{END}", self.mark())
    }

    /// The escape sequences. Without colours every badge is bold: it is all that makes one stand out.
    fn ansi(self, ink: Ink) -> Ansi {
        match (ink, self) {
            (Ink::Plain, _) | (Ink::Bold, Self::Bar(_) | Self::Track) => Ansi::new(),
            (Ink::Bold, _) => Ansi::new().bold(),
            (Ink::Color, _) => self.colors(),
        }
    }

    fn colors(self) -> Ansi {
        let on = |text: AnsiColor, ground: AnsiColor| {
            Ansi::new()
                .fg_color(Some(Color::Ansi(text)))
                .bg_color(Some(Color::Ansi(ground)))
        };
        let bar = |color: AnsiColor| Ansi::new().fg_color(Some(Color::Ansi(color)));
        match self {
            Self::Track => Ansi::new(),
            Self::Heading | Self::Badge(Level::Ok) => Ansi::new().bold(),
            Self::Badge(Level::Note) => on(AnsiColor::Black, AnsiColor::Cyan),
            Self::Badge(Level::Warning) => on(AnsiColor::Black, AnsiColor::Yellow),
            Self::Badge(Level::Critical) => on(AnsiColor::BrightWhite, AnsiColor::Red).bold(),
            Self::Badge(Level::Exceeded) => on(AnsiColor::BrightWhite, AnsiColor::Magenta).bold(),
            Self::Bar(Level::Ok) => bar(AnsiColor::Green),
            Self::Bar(Level::Note) => bar(AnsiColor::Cyan),
            Self::Bar(Level::Warning) => bar(AnsiColor::Yellow),
            Self::Bar(Level::Critical) => bar(AnsiColor::Red),
            Self::Bar(Level::Exceeded) => bar(AnsiColor::Magenta),
        }
    }
}

impl Style {
    /// Plain text of any width.
    pub const PLAIN: Self = Self {
        ink: Ink::Plain,
        ascii: false,
        width: None,
    };

    /// Text from a log within a sentence, no longer than anybody reads.
    pub(crate) fn text(self, text: &str) -> String {
        safe::cut(&safe::line(text), MOST_TEXT, self.ellipsis()).into_owned()
    }

    /// An amount, with the code of its currency where the sign cannot be drawn.
    pub(crate) fn money(self, money: Money) -> String {
        let shown = money.to_string();
        match money.currency.sign() {
            Some(sign) if self.ascii && !sign.is_ascii() => {
                format!("{} {}", shown.trim_start_matches(sign), money.currency)
            }
            _ => shown,
        }
    }

    /// The symbol and word of a level: `!! WARN`.
    pub(crate) const fn symbol(self, level: Level) -> &'static str {
        match (level, self.ascii) {
            (Level::Ok, true) => "+ OK",
            (Level::Ok, false) => "✓ OK",
            (Level::Note, _) => "! NOTE",
            (Level::Warning, _) => "!! WARN",
            (Level::Critical, _) => "!!! CRIT",
            (Level::Exceeded, _) => "X OVER",
        }
    }

    /// The badge of a level: `[!! WARN]`.
    pub(crate) fn badge(self, level: Level) -> String {
        Paint::Badge(level).on(&format!("[{}]", self.symbol(level)))
    }

    pub(crate) const fn ellipsis(self) -> &'static str {
        if self.ascii { "~" } else { "…" }
    }

    /// A bar of `width` cells: filled as far as `used` goes in `whole`, with ticks where the level rises.
    pub(crate) fn bar(
        self,
        width: usize,
        used: impl Into<i128>,
        whole: impl Into<i128>,
        level: Level,
        at: Option<&Thresholds>,
    ) -> String {
        let [full, empty, tick] = if self.ascii {
            ['#', '.', '|']
        } else {
            ['█', '░', '┊']
        };
        let filled = share(width, used.into(), whole.into()).min(width);
        let ticks: Vec<usize> = at
            .map(|at| {
                at.steps()
                    .map(|(percent, _)| tick_at(width, percent))
                    .to_vec()
            })
            .unwrap_or_default();
        let rest: String = (filled..width)
            .map(|cell| if ticks.contains(&cell) { tick } else { empty })
            .collect();
        let done: String = std::iter::repeat_n(full, filled).collect();
        Paint::Bar(level).on(&done) + &Paint::Track.on(&rest)
    }

    /// The percentages under the ticks of such a bar, as far as there is room.
    pub(crate) fn scale(width: usize, at: &Thresholds) -> String {
        let mut scale = String::new();
        for (percent, _) in at.steps() {
            let label = percent.to_string();
            let start = tick_at(width, percent).min(width.saturating_sub(label.len()));
            let taken = scale.len();
            if percent <= 100 && (taken == 0 || start > taken) {
                scale.push_str(&" ".repeat(start - taken));
                scale.push_str(&label);
            }
        }
        scale
    }

    /// A line broken between words where it is wider than the style allows, the rest indented. A word that is
    /// wider than a line is broken too, between folders if it can be: a path is of no use without its end.
    pub(crate) fn folded(self, line: &str, indent: usize) -> Vec<String> {
        let Some(most) = self.width.filter(|most| safe::width(line) > *most) else {
            return vec![line.to_owned()];
        };
        let indent = " ".repeat(indent.min(most / 2));
        let (mut lines, mut last) = (Vec::new(), String::new());
        let room = most - indent.len();
        for word in words(line) {
            let (wide, used) = (safe::width(word.trim_end()), safe::width(&last));
            if used + wide > most && wide <= room && !last.trim().is_empty() {
                lines.push(std::mem::replace(&mut last, indent.clone()));
                if word.trim().is_empty() {
                    continue;
                }
            }
            let mut rest = word;
            while safe::width(&last) + safe::width(rest.trim_end()) > most {
                let (most_of_it, _) = safe::split(rest, most.saturating_sub(safe::width(&last)));
                let folder = most_of_it.rfind('/').map(|at| at + 1);
                let (piece, after) = rest.split_at(folder.unwrap_or(most_of_it.len()));
                last.push_str(piece);
                // Not even one character has room.
                if piece.is_empty() && last == indent {
                    break;
                }
                lines.push(std::mem::replace(&mut last, indent.clone()));
                rest = after;
            }
            last.push_str(rest);
        }
        lines.push(last);
        lines
            .iter()
            .map(|line| safe::cut(line.trim_end(), most, self.ellipsis()).into_owned())
            .collect()
    }

    /// Turns the marks into escape sequences, or takes them out.
    pub(crate) fn paint(self, marked: &str) -> String {
        let mut painted = String::with_capacity(marked.len());
        let mut open = false;
        // A mark may have lost its end where the line was cut.
        for c in marked.chars().chain([END]) {
            if c == END {
                if std::mem::take(&mut open) {
                    let _ = write!(painted, "{}", anstyle::Reset);
                }
            } else if MARKS.contains(&c) {
                let ansi = Paint::ALL
                    .into_iter()
                    .find(|paint| paint.mark() == c)
                    .map(|paint| paint.ansi(self.ink))
                    .filter(|ansi| *ansi != Ansi::new());
                if let Some(ansi) = ansi {
                    let _ = write!(painted, "{ansi}");
                    open = true;
                }
            } else {
                painted.push(c);
            }
        }
        painted
    }
}

/// A marked text in pieces, each with what it is.
#[must_use]
pub fn pieces(marked: &str) -> Vec<(Option<Paint>, String)> {
    let mut pieces: Vec<(Option<Paint>, String)> = Vec::new();
    let mut paint = None;
    for c in marked.chars() {
        if c == END {
            paint = None;
        } else if MARKS.contains(&c) {
            paint = Paint::ALL.into_iter().find(|paint| paint.mark() == c);
        } else {
            match pieces.last_mut().filter(|(last, _)| *last == paint) {
                Some((_, text)) => text.push(c),
                None => pieces.push((paint, c.to_string())),
            }
        }
    }
    pieces
}

/// What a line may be broken into. A badge is one word, whatever is in it.
fn words(line: &str) -> impl Iterator<Item = &str> {
    let mut painted = false;
    line.split_inclusive(move |c| {
        painted = (painted || MARKS.contains(&c)) && c != END;
        c == ' ' && !painted
    })
}

/// The cell of a tick.
fn tick_at(width: usize, percent: u32) -> usize {
    width * percent as usize / 100
}

/// `floor(width * used / whole)`.
fn share(width: usize, used: i128, whole: i128) -> usize {
    let cells = used.saturating_mul(width as i128).checked_div(whole);
    cells.map_or(0, |cells| usize::try_from(cells).unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Currency;

    const ASCII: Style = Style {
        ascii: true,
        ..Style::PLAIN
    };

    #[test]
    fn a_bar_has_its_ticks_where_the_thresholds_are() {
        let at = Thresholds::default();
        let bar = |used| ASCII.paint(&ASCII.bar(40, used, 200_000, Level::Ok, Some(&at)));
        assert_eq!(bar(126_670), "#########################.....|.|...|...");
        assert_eq!(bar(0), "..............................|.|...|...");
        assert_eq!(bar(300_000), "#".repeat(40));
        assert_eq!(Style::scale(40, &at), format!("{}75    90", " ".repeat(30)));
        assert_eq!(
            Style::scale(80, &at),
            format!("{}75  80      90   100", " ".repeat(60))
        );
    }

    #[test]
    fn lines_are_broken_between_words_and_not_within_badges() {
        let style = Style {
            width: Some(18),
            ..Style::PLAIN
        };
        let line = format!("plan 191,670 {} and more", style.badge(Level::Critical));
        let folded: Vec<String> = style
            .folded(&line, 2)
            .iter()
            .map(|line| style.paint(line))
            .collect();
        assert_eq!(folded, ["plan 191,670", "  [!!! CRIT] and", "  more"]);
        assert_eq!(
            style.folded("error  docs/shared/cost-log.md:25:1 not a number", 2),
            [
                "error  docs/",
                "  shared/",
                "  cost-log.md:25:1",
                "  not a number"
            ]
        );
    }

    #[test]
    fn ascii_has_no_signs_but_its_own() {
        let euros = Money {
            nanos: 18_760_000_000,
            currency: Currency::parse("€").unwrap(),
        };
        assert_eq!(Style::PLAIN.money(euros), "€18.76");
        assert_eq!(ASCII.money(euros), "18.76 EUR");
    }

    #[test]
    fn marks_become_colours_or_nothing() {
        let color = Style {
            ink: Ink::Color,
            ..Style::PLAIN
        };
        let bold = Style {
            ink: Ink::Bold,
            ..Style::PLAIN
        };
        let badge = color.badge(Level::Critical);
        assert_eq!(
            color.paint(&badge),
            "\u{1b}[1m\u{1b}[97m\u{1b}[41m[!!! CRIT]\u{1b}[0m"
        );
        assert_eq!(bold.paint(&badge), "\u{1b}[1m[!!! CRIT]\u{1b}[0m");
        assert_eq!(bold.paint(&Paint::Bar(Level::Ok).on("#")), "#");
        assert_eq!(Style::PLAIN.paint(&badge), "[!!! CRIT]");
        assert_eq!(safe::width(&badge), "[!!! CRIT]".len());
        for paint in Paint::ALL {
            assert!(safe::is_forbidden(paint.mark()) && paint.mark() < END);
        }
    }
}
