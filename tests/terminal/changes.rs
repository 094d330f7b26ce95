//! Pauses, bells, and the editor: what a change leads to beside new figures.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use crate::{
    scene::{Scene, a_moment, sample_and, save_by_renaming, total},
    tty::Tty,
};

#[test]
fn while_paused_changes_are_counted_and_then_shown() {
    let mut tty = Scene::new().start();
    tty.press("p");
    tty.shows("PAUSED");
    for (tokens, told) in [(1, "(1 change waiting)"), (2, "(2 changes waiting)")] {
        save_by_renaming(&tty.log(), &sample_and(tokens));
        tty.shows(told);
    }
    // The system reports what changes none of the files, too; it is no change.
    fs::create_dir(tty.path("archive")).unwrap();
    a_moment();
    assert!(tty.contents().contains("(2 changes waiting)"));
    save_by_renaming(&tty.log(), &sample_and(3));
    tty.shows("(3 changes waiting)");
    assert!(tty.contents().contains(&total(0)));
    tty.press("p");
    tty.shows_soon(&total(3));
    assert!(!tty.contents().contains("PAUSED"));
    tty.still_follows(4);
    tty.quit();
}

#[test]
fn while_paused_what_is_looked_for_is_counted_too() {
    let mut tty = Scene::new().option("--poll=1").start();
    tty.press("p");
    tty.shows("PAUSED");
    save_by_renaming(&tty.log(), &sample_and(1));
    tty.shows("(1 change waiting)");
    assert!(tty.contents().contains(&total(0)));
    tty.press("p");
    tty.shows(&total(1));
    tty.quit();
}

#[test]
fn usage_is_settled_while_a_dashboard_is_open() {
    let mut tty = Scene::new().start();
    let log = tty.log();
    // A record that meets the dashboard while it reads leaves its line to the next one.
    let settles = |tokens| {
        let mut record = Command::new(env!("CARGO_BIN_EXE_tokmon"));
        record.args(["record", "--team", "QA", "--tokens", "1", "--file"]);
        record
            .arg(&log)
            .args(["--time", "2026-02-25T12:00:00+00:00"]);
        assert!(record.output().unwrap().status.success());
        tty.shows(&total(tokens));
        !fs::read_to_string(&log).unwrap().contains("\n[USE]")
    };
    assert!((1..=20).any(settles));
    tty.quit();
}

/// Lets the total rise and fall, and waits for each.
fn goes_through(tty: &Tty, totals: &[u64]) {
    for tokens in totals {
        let more = tokens - crate::scene::SAMPLE;
        save_by_renaming(&tty.log(), &sample_and(more));
        tty.shows(&total(more));
    }
}

#[test]
fn the_bell_rings_once_for_each_threshold() {
    let mut tty = Scene::new().option("--bell").start();
    goes_through(&tty, &[149_999]);
    assert_eq!(tty.count("\x07"), 0);
    for (totals, rings) in [
        (&[150_000, 151_000][..], 1),
        // It falls, but not far enough to ring again.
        (&[149_000, 150_500], 1),
        (&[160_000], 2),
        (&[140_000, 150_100], 3),
        (&[199_000], 4),
    ] {
        goes_through(&tty, totals);
        assert_eq!(tty.count("\x07"), rings, "{totals:?}");
    }
    tty.rings = 4;
    tty.quit();
}

#[test]
fn the_bell_does_not_ring_unasked_nor_at_the_start() {
    let mut tty = Scene::new().start();
    goes_through(&tty, &[150_000, 180_000]);
    tty.quit();
    let scene = Scene::new().option("--bell");
    fs::write(scene.log(), sample_and(70_000)).unwrap();
    let mut tty = scene.run();
    tty.shows(&total(70_000));
    tty.press("\x0c");
    tty.still_follows(70_001);
    tty.quit();
}

/// A program for `$EDITOR`.
fn editor(folder: &Path, script: &str) -> String {
    let path = folder.join("editor");
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path.display().to_string()
}

#[test]
fn an_editor_gets_the_file_the_line_and_every_key() {
    let scene = Scene::new();
    // A name for which the line is known to be understood.
    let script = "printf '%s\\n' \"$@\" >words; printf 'say: '; read -r line; printf '%s' \"$line\" >said; printf '[USE] 2026-02-25T16:30:00Z team=\"Team G\" tokens=9\\n' >>cost-log.md";
    let path = editor(&scene.path(""), script);
    fs::rename(path, scene.path("nano")).unwrap();
    let command = format!("{} -x", scene.path("nano").display());
    let mut tty = scene.variable("EDITOR", &command).start();
    // The third row of the days.
    tty.press("3gjje");
    tty.wait("say: ", |screen| {
        !screen.alternate_screen() && screen.contents().contains("say: ")
    });
    tty.is_clean();
    tty.press("q jj every key\r");
    tty.wait("back", vt100::Screen::alternate_screen);
    tty.press("1");
    tty.shows(&total(9));
    let read = |name: &str| fs::read_to_string(tty.path(name)).unwrap();
    assert_eq!(read("said"), "q jj every key");
    let words = read("words");
    let words: Vec<&str> = words.lines().collect();
    let line = words[1].trim_start_matches('+').parse::<usize>().unwrap();
    assert_eq!((words[0], words[2]), ("-x", tty.log().to_str().unwrap()));
    let text = fs::read_to_string(tty.log()).unwrap();
    let named = text.lines().nth(line - 1).unwrap();
    assert!(
        named.contains("| Infrastructure design | 18,900"),
        "{named}"
    );
    assert!(!tty.is_cooked());
    tty.quit();
}

#[test]
fn an_editor_opens_the_archive_for_a_row_of_it() {
    let scene = Scene::new();
    let path = editor(&scene.path(""), "printf '%s\\n' \"$@\" >words");
    fs::create_dir(scene.path("archive")).unwrap();
    let archive = "# Archive\n\n## Daily Detail — 2026-02-03\n\n| Time | Team | Task | Tokens |\n|---|---|---|---|\n| 10:00-11:00 | Team Z | Old | 1,000 |\n";
    let name = "archive/cost-log-2026-02.md";
    fs::write(scene.path(name), archive).unwrap();
    let mut tty = scene.variable("VISUAL", &path).run();
    tty.shows(&total(1_000));
    tty.press("3ge");
    let words = || fs::read_to_string(tty.path("words")).unwrap_or_default();
    let expected = format!("{}\n", tty.path(name).display());
    crate::tty::wait_until("opened", crate::tty::PATIENCE, || words() == expected);
    tty.wait("back", vt100::Screen::alternate_screen);
    tty.quit();
}

/// How long a message is shown, and some time for a busy machine.
const MESSAGE: (Duration, Duration) = (Duration::from_secs(10), Duration::from_secs(13));

#[test]
fn a_message_of_the_editor_goes_after_ten_seconds_and_nothing_else_is_drawn() {
    let scene = Scene::new();
    let path = editor(&scene.path(""), "exit 1");
    let mut tty = scene.variable("EDITOR", &path).start();
    tty.press("e");
    tty.shows("editor exited 1");
    let (shown, frames) = (Instant::now(), tty.count("\x1b[?2026h"));
    tty.wait_for("the message gone", MESSAGE.1, |screen| {
        !screen.contents().contains("editor exited")
    });
    assert!(shown.elapsed() + Duration::from_secs(1) > MESSAGE.0);
    tty.shows("watching");
    assert_eq!(
        tty.count("\x1b[?2026h"),
        frames + 1,
        "one frame, that without it"
    );
    tty.quit();
}

#[test]
fn an_editor_that_fails_is_told() {
    let scene = Scene::new();
    let path = editor(&scene.path(""), "exit 1");
    let mut tty = scene.variable("EDITOR", &path).start();
    tty.press("e");
    tty.shows("editor exited 1");
    tty.still_follows(1);
    tty.quit();
    let missing = "/no/such/editor";
    let mut tty = Scene::new().variable("EDITOR", missing).start();
    tty.press("e");
    tty.shows("cannot run the editor");
    tty.still_follows(1);
    tty.quit();
}
