//! However a file is saved, what it says is shown soon, and the next save is shown too.

use std::{fs, os::unix::fs::symlink, thread, time::Duration};

use crate::{
    scene::{
        SOON, Scene, a_moment, append, broken, sample, sample_and, save_by_renaming, total, usage,
    },
    tty::Tty,
};

#[test]
fn a_file_saved_by_renaming_is_shown() {
    let mut tty = Scene::new().start();
    for tokens in 1..=5 {
        save_by_renaming(&tty.log(), &sample_and(tokens));
        tty.shows_soon(&total(tokens));
    }
    tty.quit();
}

#[test]
fn a_file_that_is_cut_and_written_anew_is_shown() {
    let mut tty = Scene::new().start();
    for tokens in 1..=5 {
        fs::write(tty.log(), sample_and(tokens)).unwrap();
        tty.shows_soon(&total(tokens));
    }
    tty.still_follows(6);
    tty.quit();
}

#[test]
fn a_file_moved_away_for_a_new_one_is_shown() {
    let mut tty = Scene::new().start();
    for tokens in 1..=3 {
        let backup = tty.path("cost-log.md~");
        fs::rename(tty.log(), &backup).unwrap();
        fs::write(tty.log(), sample_and(tokens)).unwrap();
        fs::remove_file(backup).unwrap();
        tty.shows_soon(&total(tokens));
    }
    tty.still_follows(4);
    tty.quit();
}

#[test]
fn a_change_right_after_another_is_shown() {
    let mut tty = Scene::new().start();
    let mut tokens = 0;
    for gap in 0..12 {
        for _ in 0..2 {
            append(&tty.log(), &usage(1));
            thread::sleep(Duration::from_millis(gap * 3));
        }
        tokens += 2;
        tty.shows_soon(&total(tokens));
        a_moment();
    }
    tty.quit();
}

#[test]
fn a_file_written_in_two_parts_shows_no_trouble() {
    let mut tty = Scene::new().start();
    for tokens in 1..=3 {
        fs::write(tty.log(), broken()).unwrap();
        thread::sleep(Duration::from_millis(80));
        fs::write(tty.log(), sample_and(tokens)).unwrap();
        tty.shows_soon(&total(tokens));
        a_moment();
    }
    assert!(!tty.has_shown("stale"));
    tty.still_follows(8);
    tty.quit();
}

#[test]
fn a_file_written_in_many_parts_shows_no_trouble_before_its_time() {
    let mut tty = Scene::new().start();
    let broken = broken();
    for (part, pause) in [("", 10), (broken.as_str(), 110)] {
        fs::write(tty.log(), part).unwrap();
        thread::sleep(Duration::from_millis(pause));
    }
    fs::write(tty.log(), sample_and(7)).unwrap();
    tty.shows_soon(&total(7));
    assert!(!tty.has_shown("stale"));
    tty.quit();
}

#[test]
fn a_cell_that_cannot_be_read_is_told_with_its_place_beside_the_old_figures() {
    let mut tty = Scene::new().start();
    save_by_renaming(&tty.log(), &broken());
    tty.shows_soon("cost-log.md:14:25");
    let shown = tty.contents();
    assert!(
        shown.contains(&total(0)) && shown.contains("stale"),
        "{shown}"
    );
    assert!(shown.contains("12,4x0"), "{shown}");
    tty.still_follows(1);
    assert!(!tty.contents().contains("cost-log.md:14:25"));
    tty.quit();
}

#[test]
fn a_file_that_goes_is_told_and_its_return_is_shown() {
    let mut tty = Scene::new().start();
    for tokens in 1..=2 {
        fs::remove_file(tty.log()).unwrap();
        tty.shows_soon("is gone");
        assert!(tty.contents().contains("stale"));
        fs::write(tty.log(), sample_and(tokens)).unwrap();
        tty.shows_soon(&total(tokens));
        assert!(!tty.contents().contains("is gone"));
    }
    tty.still_follows(3);
    tty.quit();
}

#[test]
fn a_folder_that_goes_and_comes_back_is_watched_again() {
    let scene = Scene::new().option("--file=project/cost-log.md");
    let (folder, log) = (scene.path("project"), scene.path("project/cost-log.md"));
    fs::create_dir(&folder).unwrap();
    fs::write(&log, sample()).unwrap();
    let mut tty = scene.start();
    for tokens in 1..=3 {
        fs::remove_dir_all(&folder).unwrap();
        tty.shows_soon("is gone");
        fs::create_dir(&folder).unwrap();
        fs::write(&log, sample_and(tokens)).unwrap();
        tty.shows_soon(&total(tokens));
        append(&log, &usage(100));
        tty.shows_soon(&total(tokens + 100));
    }
    tty.quit();
}

/// A log that is a link to a file in another folder.
fn linked() -> Tty {
    let scene = Scene::new();
    for name in ["one", "two"] {
        fs::create_dir(scene.path(name)).unwrap();
        fs::write(scene.path(name).join("log.md"), sample()).unwrap();
    }
    fs::remove_file(scene.log()).unwrap();
    symlink("one/log.md", scene.log()).unwrap();
    scene.start()
}

#[test]
fn what_a_link_leads_to_is_followed() {
    let mut tty = linked();
    append(&tty.path("one/log.md"), &usage(1));
    tty.shows_soon(&total(1));
    save_by_renaming(&tty.path("one/log.md"), &sample_and(2));
    tty.shows_soon(&total(2));
    tty.quit();
}

#[test]
fn a_link_that_leads_elsewhere_is_followed_there() {
    let mut tty = linked();
    append(&tty.path("two/log.md"), &usage(5));
    symlink("two/log.md", tty.path("new")).unwrap();
    fs::rename(tty.path("new"), tty.log()).unwrap();
    tty.shows_soon(&total(5));
    append(&tty.path("two/log.md"), &usage(1));
    tty.shows_soon(&total(6));
    tty.quit();
}

/// What a save of another file than the log has to bring on the screen.
fn shows_after(tty: &Tty, name: &str, text: &str, expected: &str) {
    let path = tty.path(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    save_by_renaming(&path, text);
    tty.shows_soon(expected);
}

#[test]
fn settings_that_come_change_break_and_go_are_noticed() {
    let mut tty = Scene::new().start();
    shows_after(
        &tty,
        "tokmon.toml",
        "[budget]\ntokens = 300000\n",
        "300,000",
    );
    shows_after(
        &tty,
        "tokmon.toml",
        "[budget]\ntokens = 400000\n",
        "400,000",
    );
    shows_after(
        &tty,
        "tokmon.toml",
        "[budget]\ntokens = some\n",
        "tokmon.toml:2:10",
    );
    assert!(tty.contents().contains("400,000"));
    fs::remove_file(tty.path("tokmon.toml")).unwrap();
    tty.shows_soon("200,000");
    tty.quit();
}

#[test]
fn settings_that_name_the_log_are_followed_where_they_are() {
    let scene = Scene::new();
    fs::create_dir(scene.path("deep")).unwrap();
    fs::rename(scene.log(), scene.path("deep/cost-log.md")).unwrap();
    let settings = "log = \"deep/cost-log.md\"\n";
    fs::write(scene.path("tokmon.toml"), settings).unwrap();
    let mut tty = scene.start();
    let changed = format!("{settings}[budget]\ntokens = 300000\n");
    shows_after(&tty, "tokmon.toml", &changed, "300,000");
    append(&tty.path("deep/cost-log.md"), &usage(1));
    tty.shows_soon(&total(1));
    let settings = "log = \"other/cost-log.md\"\n";
    fs::create_dir(tty.path("other")).unwrap();
    fs::write(tty.path("other/cost-log.md"), sample_and(2)).unwrap();
    shows_after(&tty, "tokmon.toml", settings, &total(2));
    append(&tty.path("other/cost-log.md"), &usage(1));
    tty.shows_soon(&total(3));
    tty.quit();
}

#[test]
fn a_projection_that_comes_and_changes_is_noticed() {
    let log = sample();
    let (before, rest) = log.split_once("## Projected Usage").unwrap();
    let (_, after) = rest.split_once("## Cost Optimizations").unwrap();
    let scene = Scene::new();
    fs::write(scene.log(), format!("{before}## Cost Optimizations{after}")).unwrap();
    let mut tty = scene.start();
    let plan = |tokens: &str| {
        format!(
            "## Projected Usage\n\n| Phase | Team | Tokens | Status |\n|---|---|---|---|\n| 3 | QA | {tokens} | ⏳ |\n"
        )
    };
    shows_after(&tty, "cost-projection.md", &plan("22,000"), "148,670");
    shows_after(&tty, "cost-projection.md", &plan("23,000"), "149,670");
    tty.quit();
}

#[test]
fn an_archive_that_comes_and_changes_is_noticed() {
    let archive = |tokens: &str| {
        format!(
            "# Archive\n\n## Daily Detail — 2026-02-03\n\n| Time | Team | Task | Tokens |\n|---|---|---|---|\n| 10:00-11:00 | Team Z | Old | {tokens} |\n"
        )
    };
    let mut tty = Scene::new().start();
    let name = "archive/cost-log-2026-02.md";
    shows_after(&tty, name, &archive("1,000"), &total(1_000));
    shows_after(&tty, name, &archive("2,000"), &total(2_000));
    tty.quit();
}

#[test]
fn where_the_files_are_looked_at_changes_are_shown_too() {
    let mut tty = Scene::new().option("--poll=1").start();
    tty.shows("polling 1 s");
    append(&tty.log(), &usage(1));
    tty.wait_for("found", SOON * 2, |screen| {
        screen.contents().contains(&total(1))
    });
    fs::remove_file(tty.log()).unwrap();
    tty.wait_for("gone", SOON * 2, |screen| {
        screen.contents().contains("is gone")
    });
    tty.quit();
}
