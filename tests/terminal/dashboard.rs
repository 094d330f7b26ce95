//! What the dashboard looks like in a terminal: at first, at other sizes, without colour, in ASCII, with nothing to show.

use std::fs;

use crate::scene::{Scene, broken, sample_and, save_by_renaming, total};

#[test]
fn the_first_paint_shows_the_figures_on_a_screen_of_its_own() {
    let mut tty = Scene::new().start();
    tty.shows("126,670 / 200,000");
    tty.shows("63.3%");
    assert!(tty.screen(vt100::Screen::hide_cursor));
    assert!(!tty.is_cooked());
    let (mouse, paste) = tty.screen(|screen| {
        let mouse = screen.mouse_protocol_mode();
        (mouse, screen.bracketed_paste())
    });
    assert_eq!(mouse, vt100::MouseProtocolMode::None);
    assert!(!paste);
    tty.quit();
}

#[test]
fn every_view_is_a_key_away() {
    let mut tty = Scene::new().start();
    for (key, text) in [
        ("2", "[2 Teams]"),
        ("3", "[3 Daily]"),
        ("4", "[4 Forecast]"),
        ("\t", "[1 Overview]"),
        ("\x1b[Z", "[4 Forecast]"),
        ("\x1b[D", "[3 Daily]"),
        ("1", "[1 Overview]"),
    ] {
        tty.press(key);
        tty.shows(text);
    }
    tty.press("?");
    tty.wait("help", |screen| !screen.contents().contains("126,670 /"));
    tty.press("\x1b");
    tty.shows("126,670 / 200,000");
    tty.quit();
}

#[test]
fn the_view_that_is_asked_for_comes_first() {
    for (option, text) in [
        ("--teams", "[2 Teams]"),
        ("--daily", "[3 Daily]"),
        ("--forecast", "[4 Forecast]"),
    ] {
        let mut tty = Scene::new().option(option).run();
        tty.shows(text);
        tty.quit();
    }
}

#[test]
fn another_size_is_painted_whole() {
    let mut tty = Scene::new().start();
    for (cols, rows) in [(40, 10), (120, 40), (80, 24)] {
        tty.resize(cols, rows);
        tty.wait(&format!("{cols}x{rows}"), |screen| {
            let text = screen.contents();
            // Nothing is left of the size before, and there is something on every line that has to have something.
            text.contains("126,670") && (cols < 60 || text.contains("4 Forecast"))
        });
        let widest = tty
            .contents()
            .lines()
            .map(|line| line.chars().count())
            .max();
        assert!(widest.unwrap() <= usize::from(cols));
    }
    tty.still_follows(1);
    tty.quit();
}

/// Whether a cell is coloured, anywhere on the screen.
fn is_coloured(screen: &vt100::Screen) -> bool {
    let (rows, cols) = screen.size();
    let (rows, cols) = (rows.get(), cols.get());
    let cells = (0..rows).flat_map(|row| (0..cols).filter_map(move |col| screen.cell(row, col)));
    let default = vt100::Color::Default;
    cells
        .into_iter()
        .any(|cell| cell.fgcolor() != default || cell.bgcolor() != default)
}

#[test]
fn without_colour_no_cell_has_any() {
    for (scene, has_colour) in [
        (Scene::new().variable("NO_COLOR", "1"), false),
        (Scene::new().option("--theme=mono"), false),
        (Scene::new().option("--color=never"), false),
        (Scene::new(), true),
        (
            Scene::new()
                .variable("NO_COLOR", "1")
                .option("--color=always"),
            true,
        ),
    ] {
        let mut tty = scene.start();
        save_by_renaming(&tty.log(), &sample_and(60_000));
        tty.shows(&total(60_000));
        for key in ["1", "2", "3", "4"] {
            tty.press(key);
            tty.shows(&format!("[{key} "));
            if !has_colour {
                assert!(!tty.screen(is_coloured), "view {key}");
            }
        }
        tty.press("1");
        tty.shows("[1 ");
        assert_eq!(tty.screen(is_coloured), has_colour);
        tty.quit();
    }
}

#[test]
fn in_ascii_every_byte_is() {
    for scene in [
        Scene::new().option("--ascii"),
        Scene::new().variable("LC_ALL", "C"),
        Scene::new().variable("TERM", "linux"),
    ] {
        let mut tty = scene.start();
        for key in ["2", "3", "4", "1"] {
            tty.press(key);
            tty.shows(&format!("[{key} "));
        }
        save_by_renaming(&tty.log(), &broken());
        tty.shows("cost-log.md:14:25");
        tty.press("?");
        tty.wait("help", |screen| !screen.contents().contains("126,670 /"));
        tty.resize(40, 10);
        tty.press("?");
        tty.shows("126,670/");
        let odd = tty.bytes(|bytes| bytes.iter().position(|byte| !byte.is_ascii()));
        assert_eq!(odd, None, "{}", tty.contents());
        tty.quit();
    }
}

#[test]
fn a_log_that_cannot_be_read_at_the_start_is_told_and_then_followed() {
    for (text, told) in [(None, "is not there yet"), (Some("# Empty\n"), "no usage")] {
        let scene = Scene::new().option("--file=cost-log.md");
        match text {
            Some(text) => fs::write(scene.log(), text).unwrap(),
            None => fs::remove_file(scene.log()).unwrap(),
        }
        let mut tty = scene.run();
        tty.shows(told);
        tty.still_follows(1);
        tty.quit();
    }
}

#[test]
fn a_log_that_is_never_there_can_be_left() {
    let scene = Scene::new().option("--file=cost-log.md");
    fs::remove_file(scene.log()).unwrap();
    let mut tty = scene.run();
    tty.shows("is not there yet");
    tty.quit();
}

#[test]
fn what_a_log_says_drives_no_terminal() {
    let mut tty = Scene::new().start();
    let text = sample_and(1).replace("Guidelines", "\x1b]0;title\x07\x1b[2J\u{9b}31mGuide");
    save_by_renaming(&tty.log(), &text);
    tty.shows(&total(1));
    let cleared = tty.count("\x1b[2J");
    for key in ["2", "3", "4", "1"] {
        tty.press(key);
        tty.shows(&format!("[{key} "));
    }
    assert_eq!(tty.count("\x1b[2J"), cleared);
    assert_eq!(tty.count("\u{9b}"), 0);
    tty.quit();
}
