//! Draws the lines of a screen on the cells of a terminal. The colours come from `render::Theme`.

use anstyle::{AnsiColor, Effects};
use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::{Color, Modifier, Style},
    text::{Line, Span},
    widgets::Widget,
};

use crate::render::{StyledLine, TextRole, Theme};

#[derive(Clone, Copy, Debug)]
pub struct ScreenWidget<'s> {
    pub lines: &'s [StyledLine],
    pub theme: Theme,
}

impl Widget for ScreenWidget<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        for (line, y) in self.lines.iter().zip(area.top()..area.bottom()) {
            let plain = if line.reversed {
                Style::new().add_modifier(Modifier::REVERSED)
            } else {
                Style::new()
            };
            // Text with a role is not reversed: a bar would look empty.
            let style = |role: Option<TextRole>| {
                role.map_or(plain, |role| {
                    to_ratatui(self.theme.style(role)).remove_modifier(Modifier::REVERSED)
                })
            };
            let pieces = line.pieces().into_iter();
            let spans: Vec<Span<'_>> = pieces
                .map(|(role, text)| Span::styled(text, style(role)))
                .collect();
            buffer.set_style(Rect::new(area.x, y, area.width, 1), plain);
            buffer.set_line(area.x, y, &Line::from(spans), area.width);
        }
    }
}

/// The style for ratatui, whose white is bright white.
fn to_ratatui(style: anstyle::Style) -> Style {
    let mut converted = Style::new();
    converted.fg = style.get_fg_color().map(color);
    converted.bg = style.get_bg_color().map(color);
    if style.get_effects().contains(Effects::BOLD) {
        converted = converted.add_modifier(Modifier::BOLD);
    }
    converted
}

fn color(color: anstyle::Color) -> Color {
    match color {
        anstyle::Color::Ansi(AnsiColor::BrightWhite) => Color::White,
        anstyle::Color::Ansi(color) => match color {
            AnsiColor::Black => Color::Black,
            AnsiColor::Red => Color::Red,
            AnsiColor::Green => Color::Green,
            AnsiColor::Yellow => Color::Yellow,
            AnsiColor::Magenta => Color::Magenta,
            AnsiColor::Cyan => Color::Cyan,
            other => Color::Indexed(other as u8),
        },
        anstyle::Color::Ansi256(color) => Color::Indexed(color.0),
        anstyle::Color::Rgb(rgb) => Color::Rgb(rgb.r(), rgb.g(), rgb.b()),
    }
}
