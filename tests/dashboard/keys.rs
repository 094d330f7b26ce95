//! What keys do.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tokmon::{
    text::Document,
    tui::{App, Effect, Tab, Typing, message, view},
};

use super::{SIZE, app, look, now};

/// A key as a terminal sends it.
fn key(name: &str) -> KeyEvent {
    let code = match name {
        "Esc" => KeyCode::Esc,
        "Enter" => KeyCode::Enter,
        "Tab" => KeyCode::Tab,
        "BackTab" => KeyCode::BackTab,
        "Down" => KeyCode::Down,
        "End" => KeyCode::End,
        "Backspace" => KeyCode::Backspace,
        control if control.starts_with('^') => {
            let letter = control.chars().nth(1).unwrap();
            return KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL);
        }
        letter => KeyCode::Char(letter.chars().next().unwrap()),
    };
    KeyEvent::new(code, KeyModifiers::NONE)
}

/// Presses keys, and gives what the world is to do in the end.
pub(super) fn press(app: &mut App, keys: &str) -> Option<Effect> {
    keys.split(' ').fold(None, |_, name| {
        let message = message::of(key(name), app.typing, app.open())?;
        let shown = view::extent(app, SIZE, look(false));
        app.update(message, shown, now().time())
    })
}

fn names(app: &App) -> String {
    let names: Vec<&str> = app.teams().iter().map(|team| team.name.as_str()).collect();
    names.join(", ")
}

#[test]
fn keys_turn_views_move_and_quit() {
    let mut app = app("sample");
    for (keys, tab) in [
        ("Tab", Tab::Teams),
        ("Tab Tab", Tab::Forecast),
        ("Tab", Tab::Overview),
        ("BackTab", Tab::Forecast),
        ("3", Tab::Daily),
        ("h", Tab::Teams),
    ] {
        press(&mut app, keys);
        assert_eq!(app.tab, tab, "{keys}");
    }
    press(&mut app, "j j Down");
    assert_eq!(app.selected_team().unwrap().name, "Team C");
    press(&mut app, "End");
    assert_eq!(app.selected_team().unwrap().name, "Team H");
    assert_eq!(press(&mut app, "q"), Some(Effect::Quit(0)));
    assert_eq!(press(&mut app, "^c"), Some(Effect::Quit(130)));
    assert_eq!(press(&mut app, "^z"), Some(Effect::Suspend));
    assert_eq!(press(&mut app, "^l"), Some(Effect::Repaint));
    assert_eq!(press(&mut app, "r"), Some(Effect::Read));
    assert_eq!(
        press(&mut app, "Esc"),
        None,
        "on a plain screen it means nothing"
    );
}

#[test]
fn a_filter_is_typed_live_and_a_letter_in_it_is_no_command() {
    let mut app = app("sample");
    press(&mut app, "2 / q");
    assert_eq!((names(&app).as_str(), app.filter.as_str()), ("", "q"));
    press(&mut app, "Backspace t E a m");
    assert_eq!(app.teams().len(), 8, "in any case");
    press(&mut app, "Enter s");
    assert_eq!(app.typing, Typing::Nothing);
    press(&mut app, "Esc");
    assert_eq!(app.teams().len(), 9);
    press(&mut app, "/ g ^c");
    assert_eq!((app.filter.as_str(), app.typing), ("", Typing::Nothing));
}

#[test]
fn the_selection_stays_on_its_team_wherever_it_is_sorted_to() {
    let mut app = app("sample");
    press(&mut app, "2 j j");
    for _ in 0..8 {
        assert_eq!(
            app.selected_team().unwrap().name,
            "Team B",
            "{:?}",
            app.sort
        );
        press(&mut app, "s");
    }
    press(&mut app, "s");
    assert!(
        names(&app).starts_with("Orchestrator, Team C, Team B, Team A"),
        "{}",
        names(&app)
    );
    press(&mut app, "S");
    assert!(
        names(&app).ends_with("Team C, Orchestrator"),
        "{}",
        names(&app)
    );
}

#[test]
fn enter_goes_from_an_alert_to_its_team_and_on_to_its_days() {
    let mut app = app("sample");
    press(&mut app, "j j Enter");
    assert_eq!(
        (app.tab, app.selected_team().unwrap().name.as_str()),
        (Tab::Teams, "Team G")
    );
    let Some(Effect::Edit(Document::Log, line)) = press(&mut app, "e") else {
        panic!("no editor");
    };
    assert_eq!(line, 20);
    press(&mut app, "Enter");
    assert_eq!((app.tab, app.rows().len()), (Tab::Daily, 1));
    assert_eq!(press(&mut app, "e"), Some(Effect::Edit(Document::Log, 93)));
}
