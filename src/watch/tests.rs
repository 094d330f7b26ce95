//! Files changed in every way, and what the watch reports.

#![expect(
    clippy::disallowed_methods,
    reason = "the tests change the files, and wait by the clock"
)]

use std::{
    io::Write as _,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::Instant,
};

use tempfile::TempDir;

use super::*;

/// A log under watch in the folder `project`, and what it held whenever a hint came.
struct Scene {
    home: TempDir,
    watch: Watch,
    hints: Arc<AtomicUsize>,
    heard: Arc<Mutex<Option<String>>>,
}

fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(5), "{what}");
        thread::sleep(Duration::from_millis(1));
    }
}

fn append(path: &Path, text: &str) {
    let mut file = fs::OpenOptions::new().append(true).open(path).unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

impl Scene {
    /// A scene with more files under watch, all of them below the home.
    fn with(prepare: impl FnOnce(&Path), files: &[&str], poll: Option<Duration>) -> Self {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join("project")).unwrap();
        fs::write(home.path().join("project/log.md"), "start").unwrap();
        prepare(home.path());
        let files: Vec<PathBuf> = files.iter().map(|file| home.path().join(file)).collect();
        let (hints, heard) = (
            Arc::new(AtomicUsize::new(0)),
            Arc::<Mutex<Option<String>>>::default(),
        );
        let hint = {
            let (log, hints, heard) = (files[0].clone(), Arc::clone(&hints), Arc::clone(&heard));
            move || {
                *heard.lock().unwrap() = fs::read_to_string(&log).ok();
                hints.fetch_add(1, Ordering::SeqCst);
            }
        };
        let watch = Watch::start(files, poll, hint);
        Self {
            home,
            watch,
            hints,
            heard,
        }
    }

    fn new() -> Self {
        Self::with(|_| {}, &["project/log.md"], None)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    fn log(&self) -> PathBuf {
        self.watch.files[0].clone()
    }

    fn hints(&self) -> usize {
        self.hints.load(Ordering::SeqCst)
    }

    /// Waits until a hint came at which the log held a text.
    fn hears(&self, text: Option<&str>) {
        until(&format!("no hint for {text:?}"), || {
            self.heard.lock().unwrap().as_deref() == text
        });
    }

    /// The next changes are reported as well; three of them, since a hint may be a late one.
    fn still_hears(&self) {
        let log = self.log();
        for _ in 0..3 {
            append(&log, "+");
            self.hears(Some(&fs::read_to_string(&log).unwrap()));
        }
    }
}

#[test]
fn every_way_of_saving_is_noticed() {
    type Save = fn(&Path);
    let ways: [(&str, Save); 5] = [
        ("append", |log| append(log, " end")),
        ("rewrite", |log| fs::write(log, "start end").unwrap()),
        ("move away, write anew, delete", |log| {
            let backup = log.with_extension("md~");
            fs::rename(log, &backup).unwrap();
            fs::write(log, "start end").unwrap();
            fs::remove_file(backup).unwrap();
        }),
        ("rename over", |log| {
            let new = log.with_extension("tmp");
            fs::write(&new, "start end").unwrap();
            fs::rename(new, log).unwrap();
        }),
        ("remove and make again", |log| {
            fs::remove_file(log).unwrap();
            fs::write(log, "start end").unwrap();
        }),
    ];
    for (way, save) in ways {
        let mut scene = Scene::new();
        assert_eq!(scene.watch.source, WatchSource::Events, "{way}");
        assert!(!scene.watch.poll(), "{way}");
        save(&scene.log());
        scene.hears(Some("start end"));
        assert!(scene.watch.poll(), "{way}");
        assert!(!scene.watch.poll(), "{way}");
        scene.still_hears();
        scene.watch.mark_seen();
        assert!(!scene.watch.poll(), "{way}");
    }
}

#[test]
fn a_removed_file_is_noticed_and_so_is_its_return() {
    let mut scene = Scene::new();
    append(&scene.log(), "!");
    scene.hears(Some("start!"));
    fs::remove_file(scene.log()).unwrap();
    scene.hears(None);
    assert!(scene.watch.poll());
    fs::write(scene.log(), "again").unwrap();
    scene.hears(Some("again"));
    assert!(scene.watch.poll());
    scene.still_hears();
}

#[cfg(unix)]
#[test]
fn a_folder_that_is_removed_and_made_again_is_watched_again() {
    let mut scene = Scene::new();
    append(&scene.log(), "!");
    scene.hears(Some("start!"));
    fs::remove_dir_all(scene.path("project")).unwrap();
    fs::create_dir(scene.path("project")).unwrap();
    fs::write(scene.log(), "again").unwrap();
    assert!(scene.watch.poll());
    // Where the new folder has the number of the old one, the removal of the old one is reported a moment later.
    until("deaf", || {
        scene.watch.poll();
        append(&scene.log(), "+");
        let now = fs::read_to_string(scene.log()).ok();
        *scene.heard.lock().unwrap() == now
    });
    scene.watch.poll();
    scene.still_hears();
}

#[cfg(unix)]
#[test]
fn a_folder_that_was_missing_at_a_poll_is_noticed_when_it_comes() {
    let mut scene = Scene::new();
    fs::rename(scene.path("project"), scene.path("elsewhere")).unwrap();
    assert!(scene.watch.poll());
    let before = scene.hints();
    fs::rename(scene.path("elsewhere"), scene.path("project")).unwrap();
    until("no hint", || scene.hints() > before);
    assert!(scene.watch.poll());
    scene.still_hears();
}

#[cfg(unix)]
#[test]
fn a_folder_whose_parent_is_replaced_is_found_by_a_look() {
    let deep = |home: &Path, text| {
        fs::create_dir_all(home.join("above/deep")).unwrap();
        fs::write(home.join("above/deep/log.md"), text).unwrap();
    };
    let files = ["above/deep/log.md"];
    let mut scene = Scene::with(|home| deep(home, "old"), &files, None);
    fs::rename(scene.path("above"), scene.path("backup")).unwrap();
    deep(scene.home.path(), "new");
    assert!(scene.watch.poll());
    scene.still_hears();
}

#[test]
fn a_folder_that_was_never_there_is_noticed_when_it_comes() {
    let files = ["project/deep/archive/log.md"];
    let mut scene = Scene::with(|_| {}, &files, None);
    assert_eq!(scene.watch.source, WatchSource::Events);
    for folder in ["project/deep", "project/deep/archive"] {
        let before = scene.hints();
        fs::create_dir(scene.path(folder)).unwrap();
        until(folder, || scene.hints() > before);
        assert!(!scene.watch.poll(), "still no file");
    }
    fs::write(scene.log(), "new").unwrap();
    scene.hears(Some("new"));
    assert!(scene.watch.poll());
    scene.still_hears();
}

#[cfg(unix)]
mod links {
    use std::os::unix::fs::symlink;

    use super::*;

    /// The log is a link to a link in another folder, which leads to the file in a third one.
    fn scene() -> Scene {
        let prepare = |home: &Path| {
            fs::create_dir(home.join("links")).unwrap();
            fs::create_dir(home.join("store")).unwrap();
            fs::write(home.join("store/one.md"), "one").unwrap();
            fs::write(home.join("store/two.md"), "two").unwrap();
            symlink("../store/one.md", home.join("links/middle.md")).unwrap();
            symlink(home.join("links/middle.md"), home.join("project/link.md")).unwrap();
        };
        Scene::with(prepare, &["project/link.md"], None)
    }

    #[test]
    fn what_a_link_leads_to_is_watched() {
        let mut scene = scene();
        append(&scene.path("store/one.md"), "!");
        scene.hears(Some("one!"));
        assert!(scene.watch.poll());
        scene.still_hears();
    }

    #[test]
    fn every_link_on_the_way_is_watched() {
        for link in ["project/link.md", "links/middle.md"] {
            let mut scene = scene();
            let new = scene.path("links/new.md");
            symlink(scene.path("store/two.md"), &new).unwrap();
            fs::rename(new, scene.path(link)).unwrap();
            scene.hears(Some("two"));
            assert!(scene.watch.poll(), "{link}");
            scene.still_hears();
        }
    }

    #[test]
    fn a_link_to_another_folder_is_watched_there_after_a_look() {
        let mut scene = scene();
        let far = scene.path("far");
        fs::create_dir(&far).unwrap();
        fs::write(far.join("log.md"), "far").unwrap();
        fs::remove_file(scene.log()).unwrap();
        symlink(far.join("log.md"), scene.log()).unwrap();
        scene.hears(Some("far"));
        assert!(scene.watch.poll());
        scene.still_hears();
        assert_eq!(
            scene.watch.watched.len(),
            2,
            "folders of the old way are still watched"
        );
    }

    #[test]
    fn a_linked_folder_that_leads_elsewhere_is_found_by_a_look() {
        let prepare = |home: &Path| {
            fs::create_dir(home.join("store")).unwrap();
            fs::write(home.join("store/log.md"), "store").unwrap();
            symlink("project", home.join("current")).unwrap();
        };
        let mut scene = Scene::with(prepare, &["current/log.md"], None);
        fs::remove_file(scene.path("current")).unwrap();
        symlink("store", scene.path("current")).unwrap();
        assert!(scene.watch.poll());
        scene.still_hears();
    }

    #[test]
    fn links_that_lead_nowhere_or_in_a_circle_do_no_harm() {
        let prepare = |home: &Path| {
            symlink("b.md", home.join("project/a.md")).unwrap();
            symlink("a.md", home.join("project/b.md")).unwrap();
            symlink("../missing/log.md", home.join("project/c.md")).unwrap();
        };
        let files = ["project/c.md", "project/a.md"];
        let mut scene = Scene::with(prepare, &files, None);
        assert_eq!(scene.watch.source, WatchSource::Events);
        let before = scene.hints();
        fs::create_dir(scene.path("missing")).unwrap();
        until("no hint of the folder", || scene.hints() > before);
        assert!(!scene.watch.poll());
        fs::write(scene.path("missing/log.md"), "found").unwrap();
        scene.hears(Some("found"));
        scene.still_hears();
    }
}

/// Whether something that is done to a log in a folder of its own gives a hint.
#[cfg(target_os = "linux")]
fn gives_a_hint(act: impl FnOnce(&Path)) -> bool {
    let files = ["project/log.md", "project/last.md"];
    let scene = Scene::with(|_| {}, &files, None);
    let (sender, receiver) = std::sync::mpsc::channel();
    let shared = Arc::clone(&scene.watch.shared);
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        let event = event.unwrap();
        let is_hint = shared.filter().concerns(&event);
        let _ = sender.send((event, is_hint));
    })
    .unwrap();
    watcher
        .watch(&scene.path("project"), RecursiveMode::NonRecursive)
        .unwrap();
    act(&scene.log());
    fs::write(scene.path("project/last.md"), "last").unwrap();
    let mut is_any = false;
    loop {
        let (event, is_hint) = receiver.recv_timeout(Duration::from_secs(5)).unwrap();
        if event.paths[0].ends_with("last.md") {
            return is_any;
        }
        // What the watch of the scene reads at a hint is also reported here, and is no change.
        is_any |= is_hint;
    }
}

/// Only inotify reports everything once, and in the order in which it happened.
#[cfg(target_os = "linux")]
#[test]
fn reading_and_what_happens_to_others_give_no_hint() {
    type Act = fn(&Path);
    let acts: [(&str, Act, bool); 4] = [
        (
            "reading",
            |log| {
                let _ = (fs::read(log).unwrap(), log.metadata().unwrap());
                let _ = fs::read_dir(log.parent().unwrap()).unwrap().count();
            },
            false,
        ),
        (
            "another file",
            |log| {
                let other = log.with_file_name("log.md.swp");
                fs::write(&other, "text").unwrap();
                fs::rename(&other, log.with_file_name("4913")).unwrap();
                fs::remove_file(log.with_file_name("4913")).unwrap();
            },
            false,
        ),
        (
            "another folder",
            |log| fs::create_dir(log.with_file_name("target")).unwrap(),
            false,
        ),
        ("the log itself", |log| append(log, "!"), true),
    ];
    for (what, act, is_hint) in acts {
        assert_eq!(gives_a_hint(act), is_hint, "{what}");
    }
}

#[test]
fn a_folder_is_watched_once_whatever_it_is_called() {
    let files = [
        "project/log.md",
        "project/../project/tokmon.toml",
        "project/archive/2026-01.md",
    ];
    let scene = Scene::with(|_| {}, &files, None);
    assert_eq!(scene.watch.watched.len(), 1, "{:?}", scene.watch.watched);
    scene.still_hears();
}

#[test]
fn an_overflow_is_a_hint_and_access_is_none() {
    use notify::event::{AccessKind, AccessMode, DataChange, Flag};
    let mut filter = EventFilter::default();
    filter.names.insert("log.md".into());
    let rescan = Event::new(EventKind::Other).set_flag(Flag::Rescan);
    assert!(filter.concerns(&rescan));
    let written = EventKind::Modify(ModifyKind::Data(DataChange::Any));
    let closed = EventKind::Access(AccessKind::Close(AccessMode::Write));
    for (kind, path, is_ours) in [
        (written, "/project/log.md", true),
        (written, "/project/Log.md", true),
        (written, "/project/other.md", false),
        (closed, "/project/log.md", false),
    ] {
        let event = Event::new(kind).add_path(path.into());
        assert_eq!(filter.concerns(&event), is_ours, "{event:?}");
    }
}

#[test]
fn polling_gives_no_hints_and_finds_everything() {
    let every = Duration::from_secs(3);
    let files = ["project/log.md", "project/archive/old.md"];
    let mut scene = Scene::with(|_| {}, &files, Some(every));
    let because = None;
    assert_eq!(scene.watch.source, WatchSource::Polling { every, because });
    assert!(!scene.watch.poll());
    append(&scene.log(), "!");
    assert!(scene.watch.poll());
    assert!(!scene.watch.poll());
    fs::create_dir(scene.path("project/archive")).unwrap();
    assert!(!scene.watch.poll());
    fs::write(scene.path("project/archive/old.md"), "old").unwrap();
    assert!(scene.watch.poll());
    fs::remove_file(scene.log()).unwrap();
    assert!(scene.watch.poll());
    fs::write(scene.log(), "again").unwrap();
    scene.watch.mark_seen();
    assert!(!scene.watch.poll());
    assert_eq!(scene.hints(), 0);
}

#[cfg(unix)]
#[test]
fn a_look_finds_a_new_file_of_the_same_size_and_time() {
    let mut scene = Scene::with(|_| {}, &["project/log.md"], Some(FALLBACK));
    let time = fs::metadata(scene.log()).unwrap().modified().unwrap();
    let new = scene.path("project/new.md");
    fs::write(&new, "START").unwrap();
    let file = fs::OpenOptions::new().append(true).open(&new).unwrap();
    file.set_modified(time).unwrap();
    fs::rename(new, scene.log()).unwrap();
    assert!(scene.watch.poll());
}

#[test]
fn other_files_can_be_followed_instead() {
    let mut scene = Scene::with(
        |home| fs::write(home.join("project/new.md"), "new").unwrap(),
        &["project/log.md"],
        None,
    );
    let (old, new) = (scene.log(), scene.path("project/new.md"));
    assert!(!scene.watch.follow(vec![old]));
    assert!(scene.watch.follow(vec![new.clone()]));
    let before = scene.hints();
    append(&new, "!");
    until("no hint of the new file", || scene.hints() > before);
    assert!(scene.watch.poll());
}

#[test]
fn polls_take_over_where_the_system_reports_nothing() {
    let mut scene = Scene::new();
    let limit = notify::Error::new(ErrorKind::MaxFilesWatch);
    scene.watch.fall_back(&limit);
    let because = Some("the system's limit of watches is reached".to_owned());
    let every = FALLBACK;
    assert_eq!(scene.watch.source, WatchSource::Polling { every, because });
    append(&scene.log(), "!");
    assert!(scene.watch.poll());
    assert!(!scene.watch.poll());
}

#[test]
fn a_watch_that_breaks_is_a_hint_and_begins_anew() {
    let mut scene = Scene::new();
    let before = scene.hints();
    let broken = notify::Error::generic("broken");
    scene.watch.shared.take(Err(broken));
    assert!(scene.hints() > before);
    append(&scene.log(), "!");
    assert!(scene.watch.poll());
    assert_eq!(scene.watch.source, WatchSource::Lost("broken".to_owned()));
    assert!(!scene.watch.poll());
    assert_eq!(scene.watch.source, WatchSource::Events);
    scene.still_hears();
}
