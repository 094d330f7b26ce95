//! Draws the lines of a screen on the cells of a terminal. The colours come from `render::Theme`.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::{Modifier, Style},
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
                    Style::from(self.theme.style(role)).remove_modifier(Modifier::REVERSED)
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
