//! What keys do.

use std::time::Duration;

use crate::{
    analysis::Rows,
    text::FileId,
    tui::{App, Effect, Tab, message, sort::SortBy, state::ReadError, view},
};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::{SIZE, app, good, now, problem, report_of, used, view_context};

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
pub fn press(app: &mut App, keys: &str) -> Option<Effect> {
    keys.split(' ').fold(None, |_, name| {
        let message = message::of(key(name), app.is_typing, app.panel.is_some())?;
        let shown = view::viewport(app, SIZE, view_context(false));
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
    assert_eq!(press(&mut app, "q"), Some(Effect::Quit));
    assert_eq!(press(&mut app, "^c"), Some(Effect::Interrupt));
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
    assert!(!app.is_typing);
    press(&mut app, "Esc");
    assert_eq!(app.teams().len(), 9);
    press(&mut app, "/ g ^c");
    assert_eq!((app.filter.as_str(), app.is_typing), ("", false));
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
    let Some(Effect::Edit(FileId::LOG, line)) = press(&mut app, "e") else {
        panic!("no editor");
    };
    assert_eq!(line, 20);
    press(&mut app, "Enter");
    assert_eq!((app.tab, app.rows().len()), (Tab::Daily, 1));
    assert_eq!(press(&mut app, "e"), Some(Effect::Edit(FileId::LOG, 93)));
    press(&mut app, "Esc");
    assert_eq!((app.tab, app.teams().len()), (Tab::Teams, 9));
    assert_eq!(app.selected_team().unwrap().name, "Team G");
    press(&mut app, "1 g Enter");
    assert_eq!(app.tab, Tab::Forecast, "that is what the plan is about");
}

/// A log of a day, with rows of these teams.
fn log_of(teams: &[&str]) -> App {
    let rows = teams.iter().enumerate();
    let rows = rows.map(|(at, team)| format!("| 1{at}:00 | {team} | Work {at} | {at}00 |\n"));
    let rows: String = rows.collect();
    let text = format!(
        "# Log\n\n## Daily Detail — 2026-02-25\n\n| Time | Team | Task | Tokens |\n|---|---|---|---|\n{rows}"
    );
    let mut app = App::default();
    let report = report_of(text.as_bytes(), Rows::All);
    app.take(good(report), now(), Duration::ZERO);
    app
}

#[test]
fn the_days_of_a_team_are_those_of_no_other() {
    let mut app = log_of(&["A", "QA", "A", "B"]);
    press(&mut app, "2 g Enter");
    let teams: Vec<&str> = app.rows().iter().map(|row| row.team.as_str()).collect();
    assert_eq!(teams, ["A", "A"]);
    press(&mut app, "2");
    assert_eq!(app.teams().len(), 3, "all are listed again");
}

#[test]
fn what_is_selected_acts_whatever_the_filter_left_of_it() {
    let mut app = app("sample");
    press(&mut app, "2 j j j j j j j / c Enter");
    assert_eq!(app.teams().len(), 2);
    let at = app.selected_row(2).unwrap();
    let shown = app.teams()[at].name.clone();
    assert_eq!(app.selected_team().unwrap().name, shown);
    press(&mut app, "Enter");
    assert_eq!(app.team, Some(shown));
}

#[test]
fn a_selection_stays_on_what_it_is_on() {
    let mut app = log_of(&["A", "B", "C"]);
    press(&mut app, "3 k");
    let selected = |app: &App| {
        let rows = app.rows();
        rows[app.selected_row(rows.len()).unwrap()].team.clone()
    };
    assert_eq!(selected(&app), "B");
    let more = log_of(&["New", "A", "B", "C"]).latest.unwrap();
    let mut report = more.report;
    // The same rows as before, below a new one.
    for (row, time) in report.days.as_mut().unwrap()[0].rows[1..]
        .iter_mut()
        .zip(0..)
    {
        row.time = Some(format!("1{time}:00"));
        row.task = Some(format!("Work {time}"));
        row.tokens = Some(crate::model::Tokens(time * 100));
    }
    app.take(good(report), now(), Duration::from_secs(1));
    assert_eq!(selected(&app), "B");
    let mut app = self::app("sample");
    press(&mut app, "j j");
    app.take(good(used(181_200)), now(), Duration::from_secs(1));
    press(&mut app, "Enter");
    assert_eq!(app.selected_team().unwrap().name, "Team G");
}

#[test]
fn of_rows_that_are_alike_the_one_nearest_to_it_stays_selected() {
    let rows = ["A", "A", "A", "B"];
    let alike = |more: &[&str]| {
        let mut report = log_of(&[&rows[..], more].concat()).latest.unwrap().report;
        for row in report.days.as_mut().unwrap()[0].rows.iter_mut().take(3) {
            (row.time, row.task) = (None, None);
            row.tokens = None;
        }
        good(report)
    };
    let mut app = App::default();
    app.take(alike(&[]), now(), Duration::ZERO);
    press(&mut app, "3 k");
    assert_eq!(app.selected_row(4), Some(2));
    app.take(alike(&["C"]), now(), Duration::from_secs(1));
    assert_eq!(app.selected_row(5), Some(2));
}

#[test]
fn esc_closes_what_was_opened_last() {
    let mut app = app("sample");
    press(&mut app, "2 / t e a m Enter Enter / w");
    assert_eq!((app.tab, app.filter.as_str()), (Tab::Daily, "w"));
    press(&mut app, "Esc");
    assert_eq!((app.tab, app.filter.as_str()), (Tab::Daily, ""));
    press(&mut app, "Esc");
    assert_eq!((app.tab, app.filter.as_str()), (Tab::Teams, "team"));
    press(&mut app, "1 Esc 2");
    assert_eq!(app.filter, "team", "where it is not seen it is not touched");
    press(&mut app, "Esc");
    assert_eq!(app.filter, "");
}

#[test]
fn columns_that_tell_nothing_are_passed_over() {
    let mut app = log_of(&["A", "B"]);
    let mut sorts = Vec::new();
    for _ in 0..4 {
        press(&mut app, "2 s");
        sorts.push(app.sort);
    }
    assert_eq!(
        sorts,
        [
            Some(SortBy::Used),
            Some(SortBy::Team),
            None,
            Some(SortBy::Used)
        ]
    );
}

#[test]
fn an_editor_opens_where_something_is_wrong() {
    let mut app = app("sample");
    app.read_error = Some(ReadError::Unreadable(problem("cost-log.md:31:33 no", true)));
    assert_eq!(press(&mut app, "e"), Some(Effect::Edit(FileId::LOG, 31)));
}

#[test]
fn teams_are_sorted_and_filtered_where_they_are_listed() {
    let mut app = app("sample");
    press(&mut app, "s S / x");
    assert_eq!(
        (app.sort, app.reversed, app.filter.as_str()),
        (None, false, "")
    );
    press(&mut app, "2 S");
    assert!(!app.reversed, "the order of the log has no other way round");
    press(&mut app, "s S");
    assert!(app.reversed && app.sort.is_some());
}
