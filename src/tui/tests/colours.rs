//! Every level has a word, a sign and a style, and is distinct without colours.

use std::time::Duration;

use crate::{
    render::{ColorDepth, ColorMode, Theme},
    tui::{App, Tab, draw::ScreenWidget, view},
};
use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::{Color, Modifier, Style},
    widgets::Widget,
};

use super::{SIZE, app, good, keys::press, now, used, view_context};

const AREA: Rect = Rect::new(0, 0, 80, 24);

fn drawn(app: &App, theme: Theme) -> Buffer {
    let mut buffer = Buffer::empty(AREA);
    let lines = view::screen(app, SIZE, view_context(false));
    let screen = ScreenWidget {
        lines: &lines,
        theme,
    };
    screen.render(AREA, &mut buffer);
    buffer
}

fn line(buffer: &Buffer, y: u16) -> String {
    (0..AREA.width).map(|x| buffer[(x, y)].symbol()).collect()
}

/// The row of the headline.
fn headline(buffer: &Buffer) -> u16 {
    let mut rows = 0..AREA.height;
    rows.find(|y| line(buffer, *y).starts_with("Used "))
        .unwrap()
}

/// The badge at the end of the headline, and how it is drawn.
fn badge(buffer: &Buffer) -> (String, Style) {
    let row = headline(buffer);
    let text = line(buffer, row);
    let badge = text.split('[').next_back().unwrap();
    let style = buffer[(AREA.width - 2, row)].style();
    (badge.trim_end_matches(']').to_owned(), style)
}

fn at(tokens: u64) -> App {
    let mut app = App::default();
    app.take(good(used(tokens)), now(), Duration::ZERO);
    app
}

#[test]
fn a_level_never_disagrees_with_its_figure() {
    let on = |text, ground| (Some(text), Some(ground), Modifier::empty());
    let bold = |text, ground| (Some(text), Some(ground), Modifier::BOLD);
    let ok = (
        "✓ OK",
        (Some(Color::Reset), Some(Color::Reset), Modifier::BOLD),
    );
    let note = ("! NOTE", on(Color::Black, Color::Cyan));
    let warning = ("!! WARN", on(Color::Black, Color::Yellow));
    let critical = ("!!! CRIT", bold(Color::White, Color::Red));
    let exceeded = ("X OVER", bold(Color::White, Color::Magenta));
    for (tokens, share, (word, style)) in [
        (149_999, "74.9%", ok),
        (150_000, "75.0%", note),
        (159_999, "79.9%", note),
        (160_000, "80.0%", warning),
        (179_999, "89.9%", warning),
        (180_000, "90.0%", critical),
        (199_999, "99.9%", critical),
        (200_000, "100.0%", exceeded),
        (205_000, "102.5%", exceeded),
    ] {
        let buffer = drawn(&at(tokens), Theme::Auto);
        let (badge, drawn) = badge(&buffer);
        let drawn = (drawn.fg, drawn.bg, drawn.add_modifier);
        assert_eq!((badge.as_str(), drawn), (word, style), "{tokens}");
        let row = headline(&buffer);
        assert!(line(&buffer, row).contains(share), "{}", line(&buffer, row));
        let is_reversed = buffer[(0, row)].modifier.contains(Modifier::REVERSED);
        assert_eq!(is_reversed, tokens >= 200_000);
    }
}

#[test]
fn without_colours_nothing_has_one_and_every_word_is_there() {
    for (tokens, word) in [
        (100_000, "✓ OK"),
        (150_000, "! NOTE"),
        (160_000, "!! WARN"),
        (180_000, "!!! CRIT"),
        (200_000, "X OVER"),
    ] {
        for tab in Tab::ALL.iter().copied() {
            let mut app = at(tokens);
            app.tab = tab;
            let buffer = drawn(&app, Theme::Mono);
            for cell in buffer.content() {
                assert_eq!((cell.fg, cell.bg), (Color::Reset, Color::Reset));
            }
        }
        assert_eq!(badge(&drawn(&at(tokens), Theme::Mono)).0, word);
    }
}

#[test]
fn colours_for_any_vision_need_a_terminal_that_has_them() {
    let buffer = drawn(&at(160_000), Theme::Cvd);
    assert_eq!(badge(&buffer).1.bg, Some(Color::Rgb(0xe6, 0x9f, 0x00)));
    let near = Theme::Cvd.supported(ColorMode::Color, ColorDepth::Fixed256);
    let buffer = drawn(&at(160_000), near);
    assert_eq!(badge(&buffer).1.bg, Some(Color::Indexed(172)));
    for (theme, mode, depth, supported) in [
        (
            Theme::Cvd,
            ColorMode::Color,
            ColorDepth::TrueColor,
            Theme::Cvd,
        ),
        (Theme::Cvd, ColorMode::Color, ColorDepth::Ansi, Theme::Auto),
        (
            Theme::Cvd,
            ColorMode::Bold,
            ColorDepth::TrueColor,
            Theme::Mono,
        ),
        (
            Theme::Auto,
            ColorMode::Color,
            ColorDepth::Fixed256,
            Theme::Auto,
        ),
        (
            Theme::Auto,
            ColorMode::Plain,
            ColorDepth::TrueColor,
            Theme::Mono,
        ),
    ] {
        assert_eq!(
            theme.supported(mode, depth),
            supported,
            "{theme:?} {mode:?} {depth:?}"
        );
    }
}

#[test]
fn the_selected_row_is_reversed_and_its_bar_keeps_its_colour() {
    let mut app = app("sample");
    press(&mut app, "2");
    let buffer = drawn(&app, Theme::Auto);
    let mut rows = 0..AREA.height;
    let y = rows.find(|y| line(&buffer, *y).starts_with("> Orchestrator"));
    let y = y.unwrap();
    for x in 0..AREA.width {
        let cell = &buffer[(x, y)];
        let is_reversed = cell.modifier.contains(Modifier::REVERSED);
        assert_eq!(is_reversed, !["█", "░"].contains(&cell.symbol()), "{x}");
        assert_eq!(cell.fg != Color::Reset, cell.symbol() == "█", "{x}");
    }
}
