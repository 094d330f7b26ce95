//! A screen on a terminal's cells: colours for what is marked, one place for all of them. What stands where is decided in `view`.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::{Color, Modifier, Style},
    text::{Line, Span},
    widgets::Widget,
};

use super::view::Row;
use crate::{
    model::Level,
    render::{Ink, Paint, pieces},
};

/// Which colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// The terminal's own sixteen.
    #[default]
    Auto,
    /// None: bold and reversed only.
    Mono,
    /// Colours that people with any colour vision can tell apart (M. Okabe and K. Ito, "Color Universal Design", 2008).
    Cvd,
    /// The nearest to these of 256.
    NearCvd,
}

/// How many colours a terminal has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colors {
    /// Its own.
    Sixteen,
    /// 256 fixed ones as well.
    Many,
    /// Any.
    All,
}

impl Theme {
    /// The theme as far as a terminal can draw it: no colours without ink, and those of [`Self::Cvd`] as near as it has them.
    #[must_use]
    pub const fn able(self, ink: Ink, colors: Colors) -> Self {
        match (ink, self, colors) {
            (Ink::Plain | Ink::Bold, _, _) => Self::Mono,
            (Ink::Color, Self::Cvd, Colors::Sixteen) => Self::Auto,
            (Ink::Color, Self::Cvd, Colors::Many) => Self::NearCvd,
            (Ink::Color, theme, _) => theme,
        }
    }

    /// How a piece of text is drawn.
    #[must_use]
    pub const fn style(self, paint: Paint) -> Style {
        let bold = Style::new().add_modifier(Modifier::BOLD);
        match (self, paint) {
            (_, Paint::Heading) | (Self::Mono, Paint::Badge(_)) => bold,
            (_, Paint::Track) | (Self::Mono, Paint::Bar(_)) => Style::new(),
            (Self::Auto, Paint::Badge(level)) => Self::badge(level),
            (Self::Auto, Paint::Bar(level)) => Style::new().fg(Self::color(level)),
            (Self::Cvd | Self::NearCvd, Paint::Badge(level)) => {
                bold.fg(Color::Black).bg(self.safe(level))
            }
            (Self::Cvd | Self::NearCvd, Paint::Bar(level)) => Style::new().fg(self.safe(level)),
        }
    }

    const fn badge(level: Level) -> Style {
        let style = Style::new();
        match level {
            Level::Ok => style.add_modifier(Modifier::BOLD),
            Level::Note | Level::Warning => style.fg(Color::Black).bg(Self::color(level)),
            Level::Critical | Level::Exceeded => style
                .fg(Color::White)
                .bg(Self::color(level))
                .add_modifier(Modifier::BOLD),
        }
    }

    const fn color(level: Level) -> Color {
        match level {
            Level::Ok => Color::Green,
            Level::Note => Color::Cyan,
            Level::Warning => Color::Yellow,
            Level::Critical => Color::Red,
            Level::Exceeded => Color::Magenta,
        }
    }

    /// A colour and the nearest to it of the 256.
    const fn safe(self, level: Level) -> Color {
        let (color, nearest) = match level {
            Level::Ok => (Color::Rgb(0x00, 0x9e, 0x73), 36),
            Level::Note => (Color::Rgb(0x56, 0xb4, 0xe9), 74),
            Level::Warning => (Color::Rgb(0xe6, 0x9f, 0x00), 172),
            Level::Critical => (Color::Rgb(0xd5, 0x5e, 0x00), 166),
            Level::Exceeded => (Color::Rgb(0xcc, 0x79, 0xa7), 175),
        };
        match self {
            Self::NearCvd => Color::Indexed(nearest),
            _ => color,
        }
    }
}

/// The rows of a screen, to be drawn.
#[derive(Clone, Copy, Debug)]
pub struct Screen<'s> {
    /// The rows.
    pub rows: &'s [Row],
    /// The colours.
    pub theme: Theme,
}

impl Widget for Screen<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        for (row, y) in self.rows.iter().zip(area.top()..area.bottom()) {
            let mut plain = Style::new();
            if row.reversed {
                plain = plain.add_modifier(Modifier::REVERSED);
            }
            // What has a colour keeps it on a row that is reversed: a bar would look empty there.
            let spans: Vec<Span<'_>> = pieces(&row.text)
                .into_iter()
                .map(|(paint, text)| {
                    let painted = paint.map(|paint| self.theme.style(paint));
                    let painted = painted.map(|style| style.remove_modifier(Modifier::REVERSED));
                    Span::styled(text, painted.unwrap_or(plain))
                })
                .collect();
            buffer.set_style(Rect::new(area.x, y, area.width, 1), plain);
            buffer.set_line(area.x, y, &Line::from(spans), area.width);
        }
    }
}
