//! Colours and symbols, in one place: what each role of a text looks like, the badges of levels, and bars.

use std::{borrow::Cow, fmt::Write as _};

use anstyle::{Ansi256Color, AnsiColor, Color, RgbColor, Style as Ansi};

use super::{StyledLine, cut, sanitize};
use crate::model::{Currency, Level, Measured, Money, Thresholds};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColorMode {
    Plain,
    Bold,
    Color,
}

impl ColorMode {
    /// A style with this colour, if there are colours.
    pub const fn ansi(self, color: AnsiColor) -> Ansi {
        match self {
            Self::Color => color.on_default(),
            Self::Plain | Self::Bold => Ansi::new(),
        }
    }
}

/// What a piece of text is, which decides how it looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextRole {
    Heading,
    Badge(Level),
    /// The filled part of a bar, or a line of a chart.
    Bar(Level),
    Track,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    #[default]
    Auto,
    /// None: bold only.
    Mono,
    /// Colours for any colour vision (M. Okabe and K. Ito, "Color Universal Design", 2008).
    Cvd,
    /// The same palette, mapped to the nearest of 256 colours.
    NearCvd,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColorDepth {
    Ansi,
    Fixed256,
    TrueColor,
}

impl Theme {
    /// The theme nearest to this one that a terminal can show.
    pub const fn supported(self, mode: ColorMode, depth: ColorDepth) -> Self {
        match (mode, self, depth) {
            (ColorMode::Plain | ColorMode::Bold, _, _) => Self::Mono,
            (ColorMode::Color, Self::Cvd, ColorDepth::Ansi) => Self::Auto,
            (ColorMode::Color, Self::Cvd, ColorDepth::Fixed256) => Self::NearCvd,
            (ColorMode::Color, theme, _) => theme,
        }
    }

    pub const fn style(self, role: TextRole) -> Ansi {
        const PLAIN: Ansi = Ansi::new();
        const BLACK: Option<Color> = Some(Color::Ansi(AnsiColor::Black));
        const WHITE: Option<Color> = Some(Color::Ansi(AnsiColor::BrightWhite));
        match (role, self) {
            (TextRole::Heading, _)
            | (TextRole::Badge(_), Self::Mono)
            | (TextRole::Badge(Level::Ok), Self::Auto) => PLAIN.bold(),
            (TextRole::Track, _) | (TextRole::Bar(_), Self::Mono) => PLAIN,
            (TextRole::Bar(level), _) => PLAIN.fg_color(Some(self.color(level))),
            (TextRole::Badge(level), _) => {
                let ground = PLAIN.bg_color(Some(self.color(level)));
                match (self, level) {
                    (Self::Auto, Level::Critical | Level::Exceeded) => {
                        ground.fg_color(WHITE).bold()
                    }
                    (Self::Auto, _) => ground.fg_color(BLACK),
                    _ => ground.fg_color(BLACK).bold(),
                }
            }
        }
    }

    const fn color(self, level: Level) -> Color {
        let (ansi, rgb, nearest) = match level {
            Level::Ok => (AnsiColor::Green, RgbColor(0x00, 0x9e, 0x73), 36),
            Level::Note => (AnsiColor::Cyan, RgbColor(0x56, 0xb4, 0xe9), 74),
            Level::Warning => (AnsiColor::Yellow, RgbColor(0xe6, 0x9f, 0x00), 172),
            Level::Critical => (AnsiColor::Red, RgbColor(0xd5, 0x5e, 0x00), 166),
            Level::Exceeded => (AnsiColor::Magenta, RgbColor(0xcc, 0x79, 0xa7), 175),
        };
        match self {
            Self::Cvd => Color::Rgb(rgb),
            Self::NearCvd => Color::Ansi256(Ansi256Color(nearest)),
            Self::Auto | Self::Mono => Color::Ansi(ansi),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutputStyle {
    pub color: ColorMode,
    /// Symbols, bars and charts in ASCII only.
    pub ascii: bool,
    /// The cells of a line. None if lines may have any length.
    pub width: Option<usize>,
}

/// The maximum width of a text from a log within a sentence.
const MAX_TEXT: usize = 300;

impl OutputStyle {
    pub const PLAIN: Self = Self {
        color: ColorMode::Plain,
        ascii: false,
        width: None,
    };

    /// Whether a terminal shows it: only there are lines limited, and escape sequences understood.
    pub(crate) fn is_for_terminal(self) -> bool {
        self.width.is_some() || self.color != ColorMode::Plain
    }

    /// Text from a log for use within a sentence: sanitized, and cut where it is very long.
    pub(crate) fn text(self, text: &str) -> String {
        cut(&sanitize(text), MAX_TEXT, self.ellipsis()).into_owned()
    }

    /// An amount, with the currency's code where its sign cannot be drawn.
    pub(crate) fn money(self, money: Money) -> String {
        self.with_code(money.to_string(), money.currency)
    }

    fn with_code(self, shown: String, currency: Currency) -> String {
        match currency.sign() {
            Some(sign) if self.ascii && !sign.is_ascii() => {
                format!("{} {currency}", shown.trim_start_matches(sign))
            }
            _ => shown,
        }
    }

    /// The same of tokens or money.
    pub(crate) fn amount(self, amount: Measured) -> String {
        self.written(amount, amount.to_string())
    }

    /// `126,670 tokens`, `$12.30`.
    pub(crate) fn with_unit(self, amount: Measured) -> String {
        self.written(amount, amount.with_unit())
    }

    /// `126.7K`, `$12.30`.
    pub(crate) fn compact(self, amount: Measured) -> String {
        self.written(amount, amount.compact())
    }

    fn written(self, amount: Measured, shown: String) -> String {
        match amount.money() {
            Some(money) => self.with_code(shown, money.currency),
            None => shown,
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

    pub(crate) fn badge(self, level: Level) -> StyledLine {
        StyledLine::styled(TextRole::Badge(level), format!("[{}]", self.symbol(level)))
    }

    pub(crate) const fn ellipsis(self) -> &'static str {
        if self.ascii { "~" } else { "…" }
    }

    /// Separates unrelated parts of a line.
    pub(crate) const fn separator(self) -> &'static str {
        if self.ascii { " - " } else { " · " }
    }

    /// The first text that fits, else the last one.
    pub(crate) fn pick<T: Into<StyledLine>, const N: usize>(self, texts: [T; N]) -> StyledLine {
        let mut texts = texts.into_iter().map(Into::into);
        let mut last = StyledLine::new();
        texts
            .find(|text| {
                last.clone_from(text);
                self.fits(text)
            })
            .unwrap_or(last)
    }

    pub(crate) fn fits(self, line: &StyledLine) -> bool {
        self.width.is_none_or(|width| line.width() <= width)
    }

    /// A bar of `width` cells, filled by `used` of `whole`, with ticks at the thresholds.
    pub(crate) fn bar(
        self,
        width: usize,
        used: impl Into<i128>,
        whole: impl Into<i128>,
        level: Level,
        thresholds: Option<&Thresholds>,
    ) -> StyledLine {
        let [full, empty, tick] = if self.ascii {
            ['#', '.', '|']
        } else {
            ['█', '░', '┊']
        };
        let filled = share(width, used.into(), whole.into()).min(width);
        let is_tick = |cell| {
            let steps = thresholds.map(Thresholds::steps).into_iter().flatten();
            steps
                .into_iter()
                .any(|(percent, _)| tick_at(width, percent) == cell)
        };
        let rest: String = (filled..width)
            .map(|cell| if is_tick(cell) { tick } else { empty })
            .collect();
        let done: String = std::iter::repeat_n(full, filled).collect();
        StyledLine::styled(TextRole::Bar(level), done) + StyledLine::styled(TextRole::Track, rest)
    }

    /// The percentages below the ticks of such a bar, if there is room for them.
    pub(crate) fn scale(width: usize, thresholds: &Thresholds) -> String {
        let mut scale = String::new();
        for (percent, _) in thresholds.steps() {
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

    /// A line folded to the width, all but its first line indented.
    pub(crate) fn fold(self, line: impl Into<StyledLine>, indent: usize) -> Vec<StyledLine> {
        let line = line.into();
        match self.width {
            Some(width) => line.fold(width, indent, self.ellipsis()),
            None => vec![line],
        }
    }

    /// A line with escape sequences for its roles, if there are any.
    pub(crate) fn paint(self, line: &StyledLine) -> Cow<'_, str> {
        if self.color == ColorMode::Plain || !line.is_styled() {
            return Cow::Borrowed(line.text());
        }
        let mut painted = String::with_capacity(line.text().len());
        for (role, text) in line.pieces() {
            let ansi = match (self.color, role) {
                (_, None) => Ansi::new(),
                (ColorMode::Color, Some(role)) => Theme::Auto.style(role),
                (_, Some(role)) => Theme::Mono.style(role),
            };
            let _ = write!(painted, "{ansi}{text}{ansi:#}");
        }
        Cow::Owned(painted)
    }
}

fn tick_at(width: usize, percent: u32) -> usize {
    width * percent as usize / 100
}

/// `floor(width * used / whole)`. Of nothing, all is used as soon as anything is.
fn share(width: usize, used: i128, whole: i128) -> usize {
    if whole <= 0 {
        return if used > 0 { width } else { 0 };
    }
    let cells = used.saturating_mul(width as i128).checked_div(whole);
    cells.map_or(0, |cells| usize::try_from(cells).unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Currency;

    const ASCII: OutputStyle = OutputStyle {
        ascii: true,
        ..OutputStyle::PLAIN
    };

    #[test]
    fn a_bar_has_ticks_at_the_thresholds() {
        let at = Thresholds::default();
        let bar = |used| {
            ASCII
                .bar(40, used, 200_000, Level::Ok, Some(&at))
                .text()
                .to_owned()
        };
        assert_eq!(bar(126_670), "#########################.....|.|...|...");
        assert_eq!(bar(0), "..............................|.|...|...");
        assert_eq!(bar(300_000), "#".repeat(40));
        assert_eq!(
            OutputStyle::scale(40, &at),
            format!("{}75    90", " ".repeat(30))
        );
        assert_eq!(
            OutputStyle::scale(80, &at),
            format!("{}75  80      90   100", " ".repeat(60))
        );
    }

    #[test]
    fn ascii_shows_no_other_currency_signs() {
        let euros = Money {
            nanos: 18_760_000_000,
            currency: Currency::parse("€").unwrap(),
        };
        assert_eq!(OutputStyle::PLAIN.money(euros), "€18.76");
        assert_eq!(ASCII.money(euros), "18.76 EUR");
    }

    #[test]
    fn roles_become_colours_or_nothing() {
        let style = |color| OutputStyle {
            color,
            ..OutputStyle::PLAIN
        };
        let line = StyledLine::from("a ") + OutputStyle::PLAIN.badge(Level::Critical) + " b";
        assert_eq!(
            style(ColorMode::Color).paint(&line),
            "a \u{1b}[1m\u{1b}[97m\u{1b}[41m[!!! CRIT]\u{1b}[0m b"
        );
        assert_eq!(
            style(ColorMode::Bold).paint(&line),
            "a \u{1b}[1m[!!! CRIT]\u{1b}[0m b"
        );
        assert_eq!(OutputStyle::PLAIN.paint(&line), "a [!!! CRIT] b");
        let bar = StyledLine::styled(TextRole::Bar(Level::Ok), "#");
        assert_eq!(style(ColorMode::Bold).paint(&bar), "#");
    }
}
