//! Logs that are rewritten: what is kept, what is refused, and what is left behind.

use std::{
    cell::RefCell,
    fs::{self, File, Permissions},
    io,
    os::unix::fs::{FileExt, MetadataExt, PermissionsExt, chown, symlink},
    process::{Child, Command},
    thread,
};

use super::{
    commit_marker::{CommitMarker, TransactionId},
    *,
};
use crate::exit::ExitCode;

#[test]
fn a_log_stays_the_file_it_is() {
    for text in [
        "",
        "short\n",
        "no end",
        &"- a row of a log that grows\n".repeat(300),
    ] {
        let scene = Scene::new(LOG);
        fs::set_permissions(scene.log(), Permissions::from_mode(0o640)).unwrap();
        fs::hard_link(scene.log(), scene.at("link")).unwrap();
        let before = fs::metadata(scene.log()).unwrap();
        write(&scene.target(), &PATIENT, &only(text)).unwrap();
        let after = fs::metadata(scene.log()).unwrap();
        assert_eq!((before.ino(), before.mode()), (after.ino(), after.mode()));
        assert_eq!(fs::read_to_string(scene.at("link")).unwrap(), text);
        scene.assert_holds(text, None);
    }
}

#[test]
fn rows_move_to_a_file_beside() {
    let scene = Scene::new(LOG);
    fs::set_permissions(scene.log(), Permissions::from_mode(0o640)).unwrap();
    write(&scene.target(), &PATIENT, &move_of(&scene, None)).unwrap();
    scene.assert_holds("# Log\n- one\n", Some("- two\n"));
    let mode = |path| fs::metadata(path).unwrap().mode() & 0o777;
    assert_eq!(mode(scene.archive()), 0o640);

    fs::write(scene.log(), LOG).unwrap();
    fs::set_permissions(scene.archive(), Permissions::from_mode(0o604)).unwrap();
    write(&scene.target(), &PATIENT, &move_of(&scene, Some("- two\n"))).unwrap();
    scene.assert_holds("# Log\n- one\n", Some("- two\n- two\n"));
    assert_eq!(mode(scene.archive()), 0o604);

    let mut change = only(LOG);
    change.files.push(FileChange {
        path: scene.archive(),
        before: Some(b"- two\n- two\n".to_vec()),
        after: None,
    });
    write(&scene.target(), &PATIENT, &change).unwrap();
    scene.assert_holds(LOG, None);
}

#[test]
fn a_new_folder_belongs_to_the_owner_of_the_log() {
    let scene = Scene::new(LOG);
    let other = (12_345, 12_346);
    if chown(scene.log(), Some(other.0), Some(other.1)).is_err() {
        return;
    }
    write(&scene.target(), &PATIENT, &move_of(&scene, None)).unwrap();
    for path in ["in/.tokmon", "in/archive", "in/archive/01.md"] {
        let metadata = fs::metadata(scene.at(path)).unwrap();
        assert_eq!((metadata.uid(), metadata.gid()), other, "{path}");
    }
}

#[test]
fn a_link_stays_a_link() {
    let scene = Scene::new(LOG);
    fs::create_dir(scene.at("in/docs")).unwrap();
    fs::create_dir(scene.at("in/.git")).unwrap();
    symlink("../log.md", scene.at("in/docs/log.md")).unwrap();
    let target = target(&scene.at("in/docs/log.md"));
    assert_eq!(target.path, scene.log());
    write(&target, &PATIENT, &only("new\n")).unwrap();
    assert!(scene.at("in/docs/log.md").is_symlink());
    assert_eq!(scene.text(), "new\n");
}

#[test]
fn nothing_to_do_writes_nothing() {
    let scene = Scene::new(LOG);
    let mut none = |_: &[u8]| Ok::<_, Infallible>(None::<(Change, ())>);
    assert!(
        scene
            .target()
            .rewrite(&PATIENT, &mut none)
            .unwrap()
            .is_none()
    );
    write(&scene.target(), &PATIENT, &only(LOG)).unwrap();
    assert!(!scene.at("in/.tokmon").exists());
}

#[test]
fn a_marker_left_behind_goes_with_the_next_rewrite() {
    let scene = Scene::new(LOG);
    let marker = CommitMarker::behind(LOG.as_bytes(), 5000, &TransactionId::new(9));
    for tail in ["", "- three\n"] {
        let text = [LOG.as_bytes(), &marker.bytes, tail.as_bytes()].concat();
        fs::write(scene.log(), &text).unwrap();
        let clean = format!("{LOG}{tail}");
        let mut none = |log: &[u8]| {
            assert_eq!(log, clean.as_bytes());
            Ok::<_, Infallible>(None::<(Change, ())>)
        };
        assert!(
            scene
                .target()
                .rewrite(&PATIENT, &mut none)
                .unwrap()
                .is_none()
        );
        scene.assert_holds(&clean, None);
    }
}

#[test]
fn a_plan_is_made_anew_for_a_log_that_changed() {
    let scene = Scene::new(LOG);
    let mut calls = 0;
    let mut plan = |log: &[u8]| {
        calls += 1;
        if calls == 1 {
            fs::write(scene.log(), "- other\n").unwrap();
        }
        Ok::<_, Infallible>(Some((only([log, b"- added\n"].concat()), calls)))
    };
    let value = scene.target().rewrite(&PATIENT, &mut plan).unwrap();
    assert_eq!(value, Some(2));
    scene.assert_holds("- other\n- added\n", None);
}

thread_local! {
    /// What is appended to a log before each of the coming leases on it.
    static TAILS: RefCell<Vec<&'static str>> = const { RefCell::new(Vec::new()) };
}

fn take_late(file: &File) -> io::Result<()> {
    let tail = TAILS.with_borrow_mut(Vec::pop).unwrap_or_default();
    file.write_all_at(tail.as_bytes(), file.metadata()?.len())?;
    crate::store::lease::take(file)
}

#[test]
fn lines_of_hooks_stay_behind_a_plan_that_did_not_know_them() {
    for (tail, plans) in [
        ("[PRE] 10:00:00 tool=Bash\n[USE] team=A\n", 1),
        ("[PRE] 10:00:00 tool=Bash", 2),
        ("[a link]\n", 2),
        ("[PRE] 10:00:00 tool=Bash\n- three\n", 2),
    ] {
        let scene = Scene::new(LOG);
        let mut target = scene.target();
        target.take_lease = take_late;
        TAILS.set(vec![tail, ""]);
        let mut made = 0;
        let mut plan = |log: &[u8]| {
            made += 1;
            let mut change = move_of(&scene, None);
            change.log.extend_from_slice(&log[LOG.len()..]);
            Ok::<_, Infallible>(Some((change, made)))
        };
        let value = target.rewrite(&PATIENT, &mut plan).unwrap();
        assert_eq!(value, Some(plans), "{tail:?}");
        scene.assert_holds(&format!("# Log\n- one\n{tail}"), Some("- two\n"));
    }
}

#[test]
fn a_plan_that_fails_changes_nothing() {
    let scene = Scene::new(LOG);
    let failed = scene
        .target()
        .rewrite(&PATIENT, &mut |_| Err::<Option<(Change, ())>, _>("no"));
    assert!(matches!(failed, Err(RewriteError::Plan("no"))));
    scene.assert_holds(LOG, None);
}

#[test]
fn an_archive_that_is_not_what_it_was_taken_for_stays() {
    let scene = Scene::new(LOG);
    fs::create_dir(scene.at("in/archive")).unwrap();
    fs::write(scene.archive(), "other\n").unwrap();
    let refused = write(&scene.target(), &PATIENT, &move_of(&scene, None)).unwrap_err();
    assert!(matches!(&refused, WriteError::Changing { path } if *path == scene.archive()));
    assert_eq!(ExitCode::from(&refused), ExitCode::TryAgain);
    scene.assert_holds(LOG, Some("other\n"));
}

/// A process that has the log open.
struct Reader(Child);

impl Reader {
    fn of(scene: &Scene) -> Self {
        let mut sleep = Command::new("sleep");
        let child = sleep
            .arg("20")
            .stdin(File::open(scene.log()).unwrap())
            .spawn();
        Self(child.unwrap())
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

#[test]
fn a_log_that_is_open_elsewhere_is_left_alone() {
    let scene = Scene::new(LOG);
    let reader = Reader::of(&scene);
    let refused = write(&scene.target(), &HASTY, &only("new\n")).unwrap_err();
    assert!(matches!(&refused, WriteError::Busy { holders, .. } if holders.is_empty()));
    let short = RewriteOptions {
        wait: Duration::from_millis(30),
        ..PATIENT
    };
    let refused = write(&scene.target(), &short, &only("new\n")).unwrap_err();
    let WriteError::Busy { holders, .. } = &refused else {
        panic!("{refused}");
    };
    assert!(
        holders.iter().any(|holder| holder.pid == reader.0.id()),
        "{holders:?}"
    );
    assert_eq!(ExitCode::from(&refused), ExitCode::TryAgain);
    let said = format!("sleep (process {})", reader.0.id());
    assert!(refused.to_string().contains(&said), "{refused}");
    scene.assert_holds(LOG, None);
    drop(reader);
    write(&scene.target(), &PATIENT, &only("new\n")).unwrap();
    scene.assert_holds("new\n", None);
}

#[test]
fn one_rewrite_waits_for_another() {
    let scene = Scene::new(LOG);
    write(&scene.target(), &PATIENT, &only("new\n")).unwrap();
    let lock = File::open(scene.at("in/.tokmon/log.md.lock")).unwrap();
    lock.lock().unwrap();
    let short = RewriteOptions {
        wait: Duration::from_millis(30),
        ..PATIENT
    };
    let refused = write(&scene.target(), &short, &only(LOG)).unwrap_err();
    let WriteError::Busy { holders, .. } = refused else {
        panic!("{refused}");
    };
    assert_eq!(holders[0].pid, std::process::id());
    thread::scope(|scope| {
        scope.spawn(|| {
            thread::sleep(Duration::from_millis(30));
            lock.unlock().unwrap();
        });
        write(&scene.target(), &PATIENT, &only(LOG)).unwrap();
    });
    scene.assert_holds(LOG, None);
}

#[test]
fn lines_written_meanwhile_stay() {
    let scene = Scene::new("");
    let (path, target) = (scene.log(), scene.target());
    let writers = || {
        for at in 0..300 {
            let mut file = fs::OpenOptions::new().append(true).open(&path).unwrap();
            io::Write::write_all(&mut file, format!("- {at}\n").as_bytes()).unwrap();
        }
    };
    let mut rewrites = 0;
    thread::scope(|scope| {
        let writers = [scope.spawn(writers), scope.spawn(writers)];
        while writers.iter().any(|writer| !writer.is_finished()) {
            let mut plan =
                |log: &[u8]| Ok::<_, Infallible>(Some((only([b"x\n", log].concat()), ())));
            match target.rewrite(&PATIENT, &mut plan) {
                Ok(_) => rewrites += 1,
                Err(RewriteError::Write(WriteError::Busy { .. } | WriteError::Changing { .. })) => {
                }
                Err(error) => panic!("{error:?}"),
            }
        }
    });
    let text = scene.text();
    let mut lines: Vec<&str> = text.lines().filter(|line| *line != "x").collect();
    assert_eq!(text.lines().count() - lines.len(), rewrites);
    lines.sort_unstable();
    let mut wanted: Vec<String> = (0..300)
        .flat_map(|at| [format!("- {at}"), format!("- {at}")])
        .collect();
    wanted.sort_unstable();
    assert_eq!(lines, wanted);
    assert_eq!(scene.files().len(), 1, "{:?}", scene.files().keys());
}
