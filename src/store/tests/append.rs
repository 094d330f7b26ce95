//! Lines that are appended to a log.

use std::{
    convert::Infallible,
    fs,
    os::unix::fs::symlink,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use super::*;

#[test]
fn lines_are_appended_behind_any_text() {
    for (before, lines, after) in [
        ("", "- a\n", "- a\n"),
        ("- x\n", "- a\n", "- x\n- a\n"),
        ("- x", "- a\n", "- x\n- a\n"),
        ("- x\r\n", "- a\r\n", "- x\r\n- a\r\n"),
        ("- x", "- a\r\n- b\r\n", "- x\r\n- a\r\n- b\r\n"),
    ] {
        let scene = Scene::new(before);
        scene.target().append(lines, &|_| false).unwrap();
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
                        .append(&format!("{writer} {at}\n"), &|_| false)
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
    target.append("- a\n", &|_| false).unwrap();
    assert_eq!(scene.text(), format!("{LOG}- a\n"));
}

#[test]
fn the_path_is_what_counts_at_each_append() {
    let scene = Scene::new(LOG);
    let target = scene.target();
    fs::write(scene.at("other"), "- other\n").unwrap();
    fs::rename(scene.at("other"), scene.log()).unwrap();
    target.append("- a\n", &|_| false).unwrap();
    assert_eq!(scene.text(), "- other\n- a\n");
    fs::remove_file(scene.log()).unwrap();
    let refused = target.append("- a\n", &|_| false).unwrap_err();
    assert!(matches!(refused, WriteError::Missing { .. }), "{refused}");
}

#[test]
fn a_device_in_place_of_a_log_is_not_written() {
    let mut target = target(&Scene::new(LOG).log());
    target.path = "/dev/full".into();
    let refused = target.append("- a\n", &|_| false).unwrap_err();
    assert!(matches!(refused, WriteError::NotAFile { .. }), "{refused}");
}

/// Appends a line to the log unless it has this many already. Whether it did.
fn hold(target: &Target, line: &str, most: usize) -> bool {
    let mut is_held = false;
    let decided = target.append_decided(PATIENCE, &mut |log| {
        is_held = log.split_inclusive(|byte| *byte == b'\n').count() < most;
        Ok::<_, Infallible>(is_held.then(|| format!("{line}\n")))
    });
    decided.unwrap();
    is_held
}

const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn exactly_as_many_lines_are_held_as_decided() {
    const MAX_LINES: usize = 37;
    let scene = Scene::new("");
    let held = thread::scope(|scope| {
        let holders = (0..6).map(|holder| {
            let target = scene.target();
            scope.spawn(move || {
                let is_held = |at: &i32| hold(&target, &format!("{holder} {at}"), MAX_LINES);
                (0..20).filter(is_held).count()
            })
        });
        let holders: Vec<_> = holders.collect();
        let held = holders.into_iter().map(|holder| holder.join().unwrap());
        held.sum::<usize>()
    });
    assert_eq!((held, scene.text().lines().count()), (MAX_LINES, MAX_LINES));
}

#[test]
fn what_is_recorded_comes_before_a_decision_or_after_it() {
    let scene = Scene::new("- 1\n");
    thread::scope(|scope| {
        let mut recorder = None;
        let decided = scene.target().append_decided(PATIENCE, &mut |log| {
            let other = scene.target();
            let record = move || other.append("- recorded\n", &|_| false).unwrap();
            recorder.get_or_insert_with(|| scope.spawn(record));
            thread::sleep(Duration::from_millis(50));
            Ok::<_, Infallible>(Some(format!("- after {}\n", log.len())))
        });
        decided.unwrap();
        recorder.unwrap().join().unwrap();
    });
    assert_eq!(scene.text(), "- 1\n- after 4\n- recorded\n");
}

#[test]
fn a_decision_waits_no_longer_than_asked() {
    let scene = Scene::new(LOG);
    let lock = fs::File::open(scene.log()).unwrap();
    lock.lock().unwrap();
    let refused = scene.target().append_decided(Duration::ZERO, &mut |_| {
        Ok::<_, Infallible>(Some("- three\n".to_owned()))
    });
    assert!(matches!(
        refused,
        Err(RewriteError::Write(WriteError::Busy { .. }))
    ));
    assert_eq!(scene.text(), LOG);
}

/// Holds lines in a process of its own: see `many_processes_hold_exactly_as_many_lines_as_decided`.
#[test]
fn holds_in_a_process_of_its_own() {
    let Some(log) = std::env::var_os("TOKMON_TEST_HOLD") else {
        return;
    };
    let target = target(log.as_ref());
    for at in 0..20 {
        hold(&target, &format!("{} {at}", std::process::id()), 50);
    }
}

#[test]
fn many_processes_hold_exactly_as_many_lines_as_decided() {
    let scene = Scene::new("");
    let start = || {
        let mut command = Command::new(std::env::current_exe().unwrap());
        let name = "store::tests::append::holds_in_a_process_of_its_own";
        let command = command.args(["--exact", name]).stdout(Stdio::null());
        command
            .env("TOKMON_TEST_HOLD", scene.log())
            .spawn()
            .unwrap()
    };
    let children: Vec<_> = (0..5).map(|_| start()).collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(scene.text().lines().count(), 50);
}
