//! What readings of the files do.

use std::time::Duration;

use crate::{
    model::{Dating, LeftOut, TableReading, TableUse},
    text::Place,
    tui::{
        App, Effect, Reading, Snapshot,
        reading::{GRACE, PATIENCE},
        state::ReadError,
        view,
    },
};

use super::{app, good, keys::press, now, picture, problem, used, view_context};

fn bad() -> Reading {
    Err(ReadError::Unreadable(problem(
        "cost-log.md:31:33 not a number \"12,4x0\"",
        true,
    )))
}

#[test]
fn a_bad_reading_is_tried_again_before_it_is_shown() {
    let mut app = app("sample");
    let at = Duration::from_secs(5);
    app.take(bad(), now(), at);
    assert_eq!((&app.read_error, app.retry), (&None, Some(at + GRACE)));
    app.take(good(used(130_000)), now(), at + GRACE);
    assert_eq!((&app.read_error, app.retry), (&None, None));
    app.take(bad(), now(), at * 2);
    app.take(bad(), now(), at * 2 + GRACE);
    assert!(matches!(&app.read_error, Some(ReadError::Unreadable(_))));
    let screen = picture(&app, 80, 24, false);
    assert!(
        screen.contains("! cost-log.md:31:33 not a number \"12,4x0\" - showing 17:00:00"),
        "{screen}"
    );
    assert!(
        screen.contains("stale") && screen.contains("Used 130,000"),
        "{screen}"
    );
    app.take(
        Err(ReadError::Gone("cost-log.md".to_owned())),
        now(),
        at * 3,
    );
    assert!(picture(&app, 80, 24, false).contains("! cost-log.md is gone - showing 17:00:00"));
    app.take(good(used(131_000)), now(), at * 4);
    assert_eq!(app.read_error, None);
}

#[test]
fn a_pause_counts_changes_and_applies_them_once() {
    let mut app = app("sample");
    press(&mut app, "p");
    app.count_change();
    app.count_change();
    assert!(picture(&app, 80, 24, false).contains("PAUSED 17:00:00 (2 changes waiting)"));
    assert_eq!(press(&mut app, "p"), Some(Effect::Read));
    press(&mut app, "p");
    assert_eq!(press(&mut app, "p"), None, "nothing changed meanwhile");
}

#[test]
fn the_bell_rings_once_for_each_threshold() {
    let mut app = app("sample");
    press(&mut app, "b");
    let at = Duration::from_secs(5);
    let mut rings = |tokens| app.take(good(used(tokens)), now(), at);
    let rung = [
        140_000, 150_000, 149_000, 151_000, 145_999, 152_000, 181_200, 182_000,
    ]
    .map(&mut rings);
    // Up to 150,000; again only after falling two points of the budget below it; then two at once.
    assert_eq!(rung, [false, true, false, false, false, true, true, false]);
    let screen = picture(&app, 80, 24, false);
    assert!(
        screen.contains("!!! CRIT  reached 90%: 181,200 of 200,000 (90.6%) at 17:00"),
        "{screen}"
    );
}

/// Figures beside a row that cannot be read.
#[expect(clippy::unnecessary_wraps, reason = "a reading is a result")]
fn worse(tokens: u64) -> Reading {
    let mut report = used(tokens);
    report.log.unreadable_rows = 1;
    Ok(Box::new(Snapshot {
        report,
        problems: vec![
            problem("cost-log.md:16:9 not a status: \"2 of 3\"", false),
            problem("cost-log.md:99:7 not a number: \"zzz\"", true),
        ],
        counted: Some("1 error and 1 warning".to_owned()),
        counted_all: Some("1 error and 1 warning".to_owned()),
        unlisted: 0,
    }))
}

fn used_by(app: &App) -> u64 {
    app.latest.as_ref().unwrap().report.used_tokens().0
}

#[test]
fn a_row_that_stays_unreadable_holds_the_others_back_for_ten_seconds() {
    let mut app = app("sample");
    let at = Duration::from_secs(5);
    app.take(worse(130_000), now(), at);
    app.take(worse(130_000), now(), at + GRACE);
    let screen = picture(&app, 80, 24, false);
    assert!(
        screen.contains("! cost-log.md:99:7 not a number: \"zzz\""),
        "{screen}"
    );
    assert_eq!(app.patience, Some(at + PATIENCE));
    app.take(worse(140_000), now(), at * 2);
    assert_eq!(
        (used_by(&app), app.patience),
        (126_670, Some(at + PATIENCE))
    );
    app.take(worse(149_000), now(), at + PATIENCE);
    assert_eq!(
        (used_by(&app), &app.read_error, app.patience),
        (149_000, &None, None)
    );
    let screen = picture(&app, 80, 24, false);
    assert!(screen.contains("not counted: cost-log.md:99:7"), "{screen}");
    app.take(worse(149_500), now(), at * 4);
    assert_eq!(used_by(&app), 149_500, "it is known now");
}

#[test]
fn a_reload_shows_what_can_be_read() {
    let mut app = app("sample");
    let at = Duration::from_secs(5);
    app.take(worse(130_000), now(), at);
    app.take(worse(130_000), now(), at + GRACE);
    assert_eq!(used_by(&app), 126_670);
    assert_eq!(press(&mut app, "r"), Some(Effect::Read));
    app.take(worse(130_000), now(), at * 2);
    assert_eq!((used_by(&app), &app.read_error), (130_000, &None));
}

#[test]
fn the_age_of_the_figures_is_that_of_the_last_reading() {
    let mut app = app("sample");
    let later = Duration::from_secs(90);
    app.take(good(used(126_670)), now(), later);
    assert_eq!(app.read_at, Some((now(), later)));
    app.take(bad(), now(), later * 2);
    assert_eq!(app.read_at, Some((now(), later)), "nothing was read");
}

#[test]
fn what_was_said_of_a_level_goes_with_it() {
    let mut app = app("sample");
    let at = Duration::from_secs(5);
    app.take(good(used(181_200)), now(), at);
    assert!(app.flash.is_some());
    app.take(good(used(181_300)), now(), at);
    assert!(app.flash.is_some());
    app.take(good(used(130_000)), now(), at);
    assert_eq!(app.flash, None);
}

#[test]
fn a_pause_keeps_what_is_shown_until_a_reload() {
    let mut app = app("sample");
    app.take(bad(), now(), Duration::from_secs(5));
    assert!(app.retry.is_some());
    press(&mut app, "p");
    let pause = app.pause.unwrap();
    assert_eq!((app.retry, pause.changes), (None, 1));
    assert_eq!(press(&mut app, "r"), Some(Effect::Read));
    assert_eq!(app.pause.unwrap().changes, 0);
    // A reload shows the error at once, and nothing is tried again.
    app.take(bad(), now(), Duration::from_secs(6));
    assert_eq!((app.retry, app.read_error.is_some()), (None, true));
}

#[test]
fn a_threshold_is_told_of_though_a_row_is_not_counted() {
    let mut app = app("sample");
    let at = Duration::from_secs(5);
    app.take(worse(181_200), now(), at);
    app.take(worse(181_200), now(), at + PATIENCE);
    let screen = picture(&app, 80, 24, false);
    assert!(screen.contains("reached 90%: 181,200"), "{screen}");
    let line = view::line(&app, view_context(false));
    assert!(line.ends_with("| 1 row not counted"), "{line}");
}

#[test]
fn what_is_wrong_is_listed_with_what_holds_the_figures_back() {
    let mut app = app("sample");
    app.take(bad(), now(), Duration::from_secs(5));
    app.take(bad(), now(), Duration::from_secs(6));
    press(&mut app, "v");
    let screen = picture(&app, 80, 24, false);
    let listed = screen.lines().filter(|line| line.contains("12,4x0"));
    assert_eq!(listed.count(), 1, "{screen}");
}

#[test]
fn the_overview_says_in_a_line_how_many_tables_of_another_log_were_read() {
    let table = |taken| TableReading {
        place: Place::default(),
        heading: None,
        taken,
        columns: Vec::new(),
        rows: 1,
        undated_rows: 0,
        rows_without_figure: 0,
        unreadable_rows: 0,
        excluded_rows: 0,
        totals: 0,
    };
    let mut report = used(130_000);
    report.log.tables = vec![
        table(TableUse::Counted(Dating::Column)),
        table(TableUse::LeftOut(LeftOut::NoDate)),
    ];
    let mut app = app("sample");
    app.take(good(report), now(), Duration::from_secs(5));
    for (width, height) in [(80, 30), (120, 40), (200, 60)] {
        let screen = picture(&app, width, height, false);
        let said = "read 1 of 2 tables: `tokmon check --tables` lists them";
        assert!(screen.contains(said), "{screen}");
    }
}
