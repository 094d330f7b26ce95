//! Lines that are written behind a log.
#![expect(
    clippy::disallowed_methods,
    reason = "a test looks at files from outside"
)]

use std::{fs, os::unix::fs::symlink, thread};

use super::*;

#[test]
fn lines_stand_behind_whatever_was_there() {
    for (before, lines, newline, after) in [
        ("", "- a", "\n", "- a\n"),
        ("- x\n", "- a", "\n", "- x\n- a\n"),
        ("- x", "- a", "\n", "- x\n- a\n"),
        ("- x\r\n", "- a", "\r\n", "- x\r\n- a\r\n"),
        ("- x", "- a\r\n- b", "\r\n", "- x\r\n- a\r\n- b\r\n"),
    ] {
        let scene = Scene::new(before);
        scene.target().append(lines, newline, &|_| false).unwrap();
        scene.assert_holds(after, None);
    }
}

#[test]
fn all_lines_of_all_writers_are_there() {
    let scene = Scene::new(LOG);
    thread::scope(|scope| {
        for writer in 0..4 {
            let target = scene.target();
            scope.spawn(move || {
                for at in 0..50 {
                    target
                        .append(&format!("{writer} {at}"), "\n", &|_| false)
                        .unwrap();
                }
            });
        }
    });
    assert_eq!(scene.text().lines().count(), 3 + 200);
}

#[test]
fn a_link_leads_to_the_log() {
    let scene = Scene::new(LOG);
    symlink("log.md", scene.at("in/link.md")).unwrap();
    let target = target(&scene.at("in/link.md"));
    target.append("- a", "\n", &|_| false).unwrap();
    assert_eq!(scene.text(), format!("{LOG}- a\n"));
}

#[test]
fn the_path_is_what_counts_at_each_append() {
    let scene = Scene::new(LOG);
    let target = scene.target();
    fs::write(scene.at("other"), "- other\n").unwrap();
    fs::rename(scene.at("other"), scene.log()).unwrap();
    target.append("- a", "\n", &|_| false).unwrap();
    assert_eq!(scene.text(), "- other\n- a\n");
    fs::remove_file(scene.log()).unwrap();
    let refused = target.append("- a", "\n", &|_| false).unwrap_err();
    assert!(matches!(refused, WriteError::Missing { .. }), "{refused}");
}

#[test]
fn what_took_the_place_of_a_log_is_not_written() {
    let mut target = target(&Scene::new(LOG).log());
    target.path = "/dev/full".into();
    let refused = target.append("- a", "\n", &|_| false).unwrap_err();
    assert!(matches!(refused, WriteError::NotAFile { .. }), "{refused}");
}
