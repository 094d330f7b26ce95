//! What readings of the files do.

use std::time::Duration;

use tokmon::tui::{Effect, Reading, Trouble, app::GRACE};

use super::{app, good, keys::press, now, picture, problem, used};

fn bad() -> Reading {
    Reading::Bad(problem("cost-log.md:31:33 not a number \"12,4x0\"", true))
}

#[test]
fn a_bad_reading_is_tried_again_before_it_is_shown() {
    let mut app = app("sample");
    let at = Duration::from_secs(5);
    app.take(bad(), now(), at);
    assert_eq!((&app.trouble, app.retry), (&None, Some(at + GRACE)));
    app.take(good(used(130_000)), now(), at + GRACE);
    assert_eq!((&app.trouble, app.retry), (&None, None));
    app.take(bad(), now(), at * 2);
    app.take(bad(), now(), at * 2 + GRACE);
    assert!(matches!(&app.trouble, Some(Trouble::Unreadable(_))));
    let screen = picture(&app, 80, 24, false);
    assert!(
        screen.contains("! cost-log.md:31:33 not a number \"12,4x0\" - showing 17:00:00"),
        "{screen}"
    );
    assert!(
        screen.contains("stale") && screen.contains("Used 130,000"),
        "{screen}"
    );
    app.take(Reading::Gone("cost-log.md".to_owned()), now(), at * 3);
    assert!(picture(&app, 80, 24, false).contains("! cost-log.md is gone - showing 17:00:00"));
    app.take(good(used(131_000)), now(), at * 4);
    assert_eq!(app.trouble, None);
}

#[test]
fn a_pause_counts_changes_and_applies_them_once() {
    let mut app = app("sample");
    press(&mut app, "p");
    assert_eq!((app.changed(), app.changed()), (None, None));
    assert!(picture(&app, 80, 24, false).contains("PAUSED 17:00:00 (2 changes waiting)"));
    assert_eq!(press(&mut app, "p"), Some(Effect::Read));
    press(&mut app, "p");
    assert_eq!(press(&mut app, "p"), None, "nothing changed meanwhile");
    assert_eq!(app.changed(), Some(Effect::Read));
}

#[test]
fn the_bell_rings_once_for_each_threshold() {
    let mut app = app("sample");
    press(&mut app, "b");
    let at = Duration::from_secs(5);
    let mut rings = |tokens| app.take(good(used(tokens)), now(), at) == Some(Effect::Ring);
    let told = [
        140_000, 150_000, 149_000, 151_000, 145_999, 152_000, 181_200, 182_000,
    ]
    .map(&mut rings);
    // Up to 150,000; again only after falling two points of the budget below it; then two at once.
    assert_eq!(told, [false, true, false, false, false, true, true, false]);
    let screen = picture(&app, 80, 24, false);
    assert!(
        screen.contains("!!! CRIT  passed 90%: 181,200 of 200,000 (90.6%) at 17:00"),
        "{screen}"
    );
}
