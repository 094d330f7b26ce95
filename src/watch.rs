//! The door to changes of files: tells that one of them may have changed, however it is saved, moved or made again. Watches
//! folders, never files, which a save by renaming would leave behind; compares what a file looks like, and opens none. When to
//! read is worked out by [`Coalesce`], from times that the caller gives; reading is left to the caller.

use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::OsString,
    fs::{self, Metadata},
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

use notify::{
    ErrorKind, Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _, event::ModifyKind,
};

/// How often files are looked at where the system tells nothing.
const FALLBACK: Duration = Duration::from_secs(2);

/// How many symlinks are followed from one file: as many as Linux follows.
const MOST_LINKS: usize = 40;

/// How often folders are gone through in one look, where some come or go meanwhile.
const MOST_ROUNDS: usize = 4;

/// Who tells of changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The system, at once; looks find what it misses.
    Events,
    /// Nobody: looks find them.
    Polling {
        /// From one look to the next.
        every: Duration,
        /// Why the system cannot tell, where that was not asked for.
        because: Option<String>,
    },
    /// The system told, and then broke off; the text says why. Looks find changes, and the next one tries to begin anew.
    Lost(String),
}

/// Files under watch. Ends when dropped.
pub struct Watch {
    files: Vec<PathBuf>,
    /// What the files looked like, in their order; `None` for one that is not there or cannot be looked at.
    known: Vec<Option<Fingerprint>>,
    watcher: Option<RecommendedWatcher>,
    /// The folders that the watcher watches, and which ones they were then.
    watched: BTreeMap<PathBuf, FolderId>,
    shared: Arc<Shared>,
    source: Source,
}

/// What the caller and the thread of the watcher both hold.
struct Shared {
    hint: Box<dyn Fn() + Send + Sync>,
    scope: Mutex<Scope>,
}

/// Which events matter, and what they told about the watching itself.
#[derive(Default)]
struct Scope {
    folders: BTreeSet<PathBuf>,
    /// What to look out for in the folders, in lower case.
    names: BTreeSet<OsString>,
    /// Watched folders that were removed or moved. A new one may get the number of the old one, so that numbers do not tell.
    gone: BTreeSet<PathBuf>,
    trouble: Option<String>,
}

/// Tells a state of a file from another one. The time of change counts as well as that of writing: it tells when a file becomes
/// readable, and when a tool sets the time of writing back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Fingerprint {
    inode: Inode,
    size: u64,
    modified: Option<SystemTime>,
    /// Seconds and nanoseconds.
    changed: (i64, i64),
}

/// Tells a folder from another one at the same path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct FolderId {
    inode: Inode,
    created: Option<SystemTime>,
}

/// The numbers of the device and of the file on it; zeros where the system gives none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Inode(u64, u64);

/// An entry of a folder that is to be watched, there or not.
struct Spot {
    folder: PathBuf,
    id: FolderId,
    name: OsString,
}

impl Watch {
    /// Begins to watch files, which need not be there, nor their folders. `hint` is called from a thread of its own whenever one
    /// of them may have changed, often several times for one change; it must not wait for the caller. With `poll`, or where the
    /// system cannot tell, it is never called, and [`Watch::look`] is to be asked as often as [`Watch::source`] says.
    pub fn start(
        files: Vec<PathBuf>,
        poll: Option<Duration>,
        hint: impl Fn() + Send + Sync + 'static,
    ) -> Self {
        let mut watch = Self {
            known: Vec::new(),
            files,
            watcher: None,
            watched: BTreeMap::new(),
            shared: Arc::new(Shared {
                hint: Box::new(hint),
                scope: Mutex::default(),
            }),
            source: Source::Events,
        };
        match poll {
            Some(every) => {
                let because = None;
                watch.source = Source::Polling { every, because };
            }
            None => watch.begin(),
        }
        watch.seen();
        watch
    }

    /// Watches these files from here on. Whether they are others than before; then they are to be read: what happened to them
    /// until now is not known.
    pub fn follow(&mut self, files: Vec<PathBuf>) -> bool {
        let are_others = files != self.files;
        if are_others {
            self.files = files;
            self.seen();
        }
        are_others
    }

    /// Who tells of changes now.
    #[must_use]
    pub const fn source(&self) -> &Source {
        &self.source
    }

    /// Whether any file looks different than at the last look. Also watches folders that came since. To be asked every few
    /// seconds beside the hints: what other machines write, and what happens above the watched folders, gives none.
    pub fn look(&mut self) -> bool {
        self.arrange();
        let now = self.files.iter().map(|file| fingerprint(file)).collect();
        let is_changed = now != self.known;
        self.known = now;
        is_changed
    }

    /// Takes the files as they are for known. To be called right before they are read: what changes while they are read is
    /// then found by the next look.
    pub fn seen(&mut self) {
        self.look();
    }

    /// Starts the system's watcher, with no folder yet.
    fn begin(&mut self) {
        let shared = Arc::clone(&self.shared);
        match notify::recommended_watcher(move |event| shared.take(event)) {
            Ok(watcher) => {
                self.watcher = Some(watcher);
                self.source = Source::Events;
            }
            Err(error) => self.fall_back(&error),
        }
    }

    fn end(&mut self) {
        self.watcher = None;
        self.watched.clear();
    }

    fn fall_back(&mut self, error: &notify::Error) {
        self.end();
        self.source = Source::Polling {
            every: FALLBACK,
            because: Some(reason(error)),
        };
    }

    /// Sees to it that the folders that matter are watched.
    fn arrange(&mut self) {
        let trouble = self.shared.scope().trouble.take();
        if let Some(trouble) = trouble {
            self.end();
            self.source = Source::Lost(trouble);
        } else if matches!(self.source, Source::Lost(_)) {
            self.begin();
        }
        for _ in 0..MOST_ROUNDS {
            match self.update() {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => return self.fall_back(&error),
            }
        }
    }

    /// Goes through the folders once. Whether anything was different; then something may have come before it was watched.
    fn update(&mut self) -> notify::Result<bool> {
        if self.watcher.is_none() {
            return Ok(false);
        }
        let spots: Vec<Spot> = self.files.iter().flat_map(|file| spots(file)).collect();
        let gone = self.shared.look_out_for(&spots);
        let wanted = spots
            .into_iter()
            .map(|spot| (spot.folder, spot.id))
            .collect();
        let are_wrong_left = self.leave(&wanted, &gone);
        Ok(self.enter(wanted)? || are_wrong_left)
    }

    /// No longer watches folders that do not matter any more, or are others than they were. Whether there were any.
    fn leave(&mut self, wanted: &BTreeMap<PathBuf, FolderId>, gone: &BTreeSet<PathBuf>) -> bool {
        let before = self.watched.len();
        self.watched.retain(|folder, id| {
            let is_right = wanted.get(folder) == Some(id) && !gone.contains(folder);
            if !is_right && let Some(watcher) = &mut self.watcher {
                // It fails for a folder that is no more, which is not watched any more either.
                let _ = watcher.unwatch(folder);
            }
            is_right
        });
        self.watched.len() < before
    }

    /// Watches the folders that are not watched yet. Whether there were any.
    fn enter(&mut self, wanted: BTreeMap<PathBuf, FolderId>) -> notify::Result<bool> {
        let mut is_any_new = false;
        let first = self.files.first().and_then(|file| file.parent());
        for (folder, id) in wanted {
            let Some(watcher) = &mut self.watcher else {
                break;
            };
            if self.watched.contains_key(&folder) {
                continue;
            }
            is_any_new = true;
            match watcher.watch(&folder, RecursiveMode::NonRecursive) {
                Ok(()) => {
                    self.watched.insert(folder, id);
                }
                // It was there a moment ago; the next round sees where things stand.
                Err(error) if is_missing(&error) => {}
                // Looks find what happens in a folder that may not be listed. Only for that of the first file is this too slow.
                Err(error) if is_refused(&error) && first != Some(folder.as_path()) => {
                    self.watched.insert(folder, id);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(is_any_new)
    }
}

impl Shared {
    fn scope(&self) -> MutexGuard<'_, Scope> {
        self.scope.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes up what to look out for, before it is watched. Gives the folders that are gone.
    fn look_out_for(&self, spots: &[Spot]) -> BTreeSet<PathBuf> {
        let mut scope = self.scope();
        scope.folders = spots.iter().map(|spot| spot.folder.clone()).collect();
        scope.names = spots
            .iter()
            .map(|spot| spot.name.to_ascii_lowercase())
            .collect();
        std::mem::take(&mut scope.gone)
    }

    /// What the thread of the watcher does with an event.
    fn take(&self, event: notify::Result<Event>) {
        let is_hint = match event {
            Ok(event) => self.scope().concerns(&event),
            Err(error) => {
                self.scope().trouble = Some(reason(&error));
                true
            }
        };
        // Nothing is locked by now: the caller may do what it likes.
        if is_hint {
            (self.hint)();
        }
    }
}

impl Scope {
    fn concerns(&mut self, event: &Event) -> bool {
        if event.need_rescan() {
            return true;
        }
        // Reading a file is none of our business, and would go round in circles.
        if matches!(event.kind, EventKind::Access(_)) {
            return false;
        }
        let is_move = matches!(
            event.kind,
            EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_))
        );
        let is_metadata = matches!(event.kind, EventKind::Modify(ModifyKind::Metadata(_)));
        let mut is_ours = event.paths.is_empty();
        for path in &event.paths {
            if self.folders.contains(path) {
                if is_move {
                    self.gone.insert(path.clone());
                }
                is_ours |= is_move || is_metadata;
            }
            // Some systems take names for the same in any case: a hint too many does no harm.
            let name = path.file_name().map(std::ffi::OsStr::to_ascii_lowercase);
            is_ours |= name.is_some_and(|name| self.names.contains(&name));
        }
        is_ours
    }
}

/// The entries that lead to a file: its own, and where that is a symlink, all that it leads to. Symlinks among the folders are
/// not among them: a look finds that they lead elsewhere.
fn spots(file: &Path) -> Vec<Spot> {
    let (mut spots, mut path) = (Vec::new(), file.to_path_buf());
    while let Some(spot) = spot(&path)
        && spots.len() < MOST_LINKS
    {
        let target = fs::read_link(&path).map(|target| spot.folder.join(target));
        spots.push(spot);
        match target {
            Ok(target) => path = target,
            Err(_) => break,
        }
    }
    spots
}

/// The entry of a file in its folder; where that folder is missing, that of the first missing folder in the nearest one that is
/// there. Folders are spelled in the one way that is the same for all paths to them, since a folder is watched only once.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the door to changes of files"
)]
fn spot(path: &Path) -> Option<Spot> {
    path.ancestors().find_map(|path| {
        let (parent, name) = (path.parent()?, path.file_name()?.to_owned());
        let here = Path::new(".");
        let is_here = parent.as_os_str().is_empty();
        let folder = fs::canonicalize(if is_here { here } else { parent }).ok()?;
        let metadata = fs::metadata(&folder).ok()?;
        let id = FolderId {
            inode: inode(&metadata),
            created: metadata.created().ok(),
        };
        metadata.is_dir().then_some(Spot { folder, id, name })
    })
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the door to changes of files"
)]
fn fingerprint(path: &Path) -> Option<Fingerprint> {
    let metadata = fs::metadata(path).ok()?;
    Some(Fingerprint {
        inode: inode(&metadata),
        size: metadata.len(),
        modified: metadata.modified().ok(),
        changed: changed(&metadata),
    })
}

#[cfg(unix)]
fn inode(metadata: &Metadata) -> Inode {
    use std::os::unix::fs::MetadataExt as _;
    Inode(metadata.dev(), metadata.ino())
}

#[cfg(not(unix))]
const fn inode(_: &Metadata) -> Inode {
    Inode(0, 0)
}

#[cfg(unix)]
fn changed(metadata: &Metadata) -> (i64, i64) {
    use std::os::unix::fs::MetadataExt as _;
    (metadata.ctime(), metadata.ctime_nsec())
}

#[cfg(not(unix))]
const fn changed(_: &Metadata) -> (i64, i64) {
    (0, 0)
}

fn is_missing(error: &notify::Error) -> bool {
    match &error.kind {
        ErrorKind::PathNotFound => true,
        ErrorKind::Io(error) => matches!(
            error.kind(),
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
        ),
        _ => false,
    }
}

fn is_refused(error: &notify::Error) -> bool {
    let io = match &error.kind {
        ErrorKind::Io(error) => Some(error.kind()),
        _ => None,
    };
    io == Some(io::ErrorKind::PermissionDenied)
}

fn reason(error: &notify::Error) -> String {
    match &error.kind {
        ErrorKind::MaxFilesWatch => "the system's limit of watches is reached".to_owned(),
        ErrorKind::Io(error) => error.to_string(),
        _ => error.to_string(),
    }
}

/// When to read files of which hints tell that they may have changed: at once after the first one, and again when the hints
/// have ended. Times are counted from one moment, the same for all of them, and never go back.
#[derive(Clone, Debug, Default)]
pub struct Coalesce {
    /// The first and the last hint since the last read.
    unread: Option<(Duration, Duration)>,
    read: Option<Duration>,
    /// No read begins before.
    rest: Duration,
}

impl Coalesce {
    /// Without hints for so long, what goes on is over.
    pub const QUIET: Duration = Duration::from_millis(50);
    /// The least from one read to the next: no more than ten a second, whatever comes.
    pub const PAUSE: Duration = Duration::from_millis(100);
    /// The most that a hint waits for its read.
    pub const LONGEST: Duration = Duration::from_secs(1);
    /// So many times as long as a read took is rested after it: a storm on a long log keeps no core busy.
    const REST: u32 = 5;

    /// Something may have changed.
    pub fn hint(&mut self, at: Duration) {
        let first = self.unread.map_or(at, |(first, _)| first);
        self.unread = Some((first, at));
    }

    /// When to read, a time that may be past; `None` without a hint.
    #[must_use]
    pub fn due(&self) -> Option<Duration> {
        let (first, last) = self.unread?;
        let Some(read) = self.read else {
            return Some(first);
        };
        let due = if first >= read + Self::QUIET {
            first
        } else {
            (last + Self::QUIET).min(first + Self::LONGEST)
        };
        Some(due.max(read + Self::PAUSE).max(self.rest))
    }

    /// A read begins now.
    pub fn read(&mut self, at: Duration) {
        self.unread = None;
        self.read = Some(at);
    }

    /// The read that began last has ended now.
    pub fn done(&mut self, at: Duration) {
        let took = at.saturating_sub(self.read.unwrap_or(at));
        self.rest = at + (took * Self::REST).min(Self::LONGEST);
    }
}

#[cfg(test)]
mod tests {
    #![expect(
        clippy::disallowed_methods,
        reason = "the tests are whoever changes the files, and wait by the clock"
    )]

    use std::{
        io::Write as _,
        sync::atomic::{AtomicUsize, Ordering},
        thread,
        time::Instant,
    };

    use proptest::prelude::*;
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
                let (log, hints, heard) =
                    (files[0].clone(), Arc::clone(&hints), Arc::clone(&heard));
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

        /// What comes next is told as well; thrice, since a hint may be a late one.
        fn still_hears(&self) {
            let log = self.log();
            for _ in 0..3 {
                append(&log, "+");
                self.hears(Some(&fs::read_to_string(&log).unwrap()));
            }
        }
    }

    #[test]
    fn every_way_of_saving_is_told() {
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
            assert_eq!(scene.watch.source(), &Source::Events, "{way}");
            assert!(!scene.watch.look(), "{way}");
            save(&scene.log());
            scene.hears(Some("start end"));
            assert!(scene.watch.look(), "{way}");
            assert!(!scene.watch.look(), "{way}");
            scene.still_hears();
            scene.watch.seen();
            assert!(!scene.watch.look(), "{way}");
        }
    }

    #[test]
    fn a_file_that_goes_is_told_and_so_is_its_return() {
        let mut scene = Scene::new();
        append(&scene.log(), "!");
        scene.hears(Some("start!"));
        fs::remove_file(scene.log()).unwrap();
        scene.hears(None);
        assert!(scene.watch.look());
        fs::write(scene.log(), "again").unwrap();
        scene.hears(Some("again"));
        assert!(scene.watch.look());
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
        assert!(scene.watch.look());
        // Where the new folder has the number of the old one, that the old one went is told a moment later.
        until("deaf", || {
            scene.watch.look();
            append(&scene.log(), "+");
            let now = fs::read_to_string(scene.log()).ok();
            *scene.heard.lock().unwrap() == now
        });
        scene.watch.look();
        scene.still_hears();
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_that_was_missing_at_a_look_is_told_when_it_comes() {
        let mut scene = Scene::new();
        fs::rename(scene.path("project"), scene.path("elsewhere")).unwrap();
        assert!(scene.watch.look());
        let before = scene.hints();
        fs::rename(scene.path("elsewhere"), scene.path("project")).unwrap();
        until("not told", || scene.hints() > before);
        assert!(scene.watch.look());
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
        assert!(scene.watch.look());
        scene.still_hears();
    }

    #[test]
    fn a_folder_that_was_never_there_is_told_when_it_comes() {
        let files = ["project/deep/archive/log.md"];
        let mut scene = Scene::with(|_| {}, &files, None);
        assert_eq!(scene.watch.source(), &Source::Events);
        for folder in ["project/deep", "project/deep/archive"] {
            let before = scene.hints();
            fs::create_dir(scene.path(folder)).unwrap();
            until(folder, || scene.hints() > before);
            assert!(!scene.watch.look(), "still no file");
        }
        fs::write(scene.log(), "new").unwrap();
        scene.hears(Some("new"));
        assert!(scene.watch.look());
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
            assert!(scene.watch.look());
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
                assert!(scene.watch.look(), "{link}");
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
            assert!(scene.watch.look());
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
            assert!(scene.watch.look());
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
            assert_eq!(scene.watch.source(), &Source::Events);
            let before = scene.hints();
            fs::create_dir(scene.path("missing")).unwrap();
            until("the folder is not told", || scene.hints() > before);
            assert!(!scene.watch.look());
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
        let (tell, told) = std::sync::mpsc::channel();
        let shared = Arc::clone(&scene.watch.shared);
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            let event = event.unwrap();
            let is_hint = shared.scope().concerns(&event);
            let _ = tell.send((event, is_hint));
        })
        .unwrap();
        watcher
            .watch(&scene.path("project"), RecursiveMode::NonRecursive)
            .unwrap();
        act(&scene.log());
        fs::write(scene.path("project/last.md"), "last").unwrap();
        let mut is_any = false;
        loop {
            let (event, is_hint) = told.recv_timeout(Duration::from_secs(5)).unwrap();
            if event.paths[0].ends_with("last.md") {
                return is_any;
            }
            // What the watch of the scene reads at a hint is also told here, and is none.
            is_any |= is_hint;
        }
    }

    /// Only inotify tells everything once, and in the order in which it happened.
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
        let mut scope = Scope::default();
        scope.names.insert("log.md".into());
        let rescan = Event::new(EventKind::Other).set_flag(Flag::Rescan);
        assert!(scope.concerns(&rescan));
        let written = EventKind::Modify(ModifyKind::Data(DataChange::Any));
        let closed = EventKind::Access(AccessKind::Close(AccessMode::Write));
        for (kind, path, is_ours) in [
            (written, "/project/log.md", true),
            (written, "/project/Log.md", true),
            (written, "/project/other.md", false),
            (closed, "/project/log.md", false),
        ] {
            let event = Event::new(kind).add_path(path.into());
            assert_eq!(scope.concerns(&event), is_ours, "{event:?}");
        }
    }

    #[test]
    fn polling_gives_no_hints_and_finds_everything() {
        let every = Duration::from_secs(3);
        let files = ["project/log.md", "project/archive/old.md"];
        let mut scene = Scene::with(|_| {}, &files, Some(every));
        let because = None;
        assert_eq!(scene.watch.source(), &Source::Polling { every, because });
        assert!(!scene.watch.look());
        append(&scene.log(), "!");
        assert!(scene.watch.look());
        assert!(!scene.watch.look());
        fs::create_dir(scene.path("project/archive")).unwrap();
        assert!(!scene.watch.look());
        fs::write(scene.path("project/archive/old.md"), "old").unwrap();
        assert!(scene.watch.look());
        fs::remove_file(scene.log()).unwrap();
        assert!(scene.watch.look());
        fs::write(scene.log(), "again").unwrap();
        scene.watch.seen();
        assert!(!scene.watch.look());
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
        assert!(scene.watch.look());
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
        until("the new file is not told", || scene.hints() > before);
        assert!(scene.watch.look());
    }

    #[test]
    fn where_the_system_cannot_tell_looks_take_over() {
        let mut scene = Scene::new();
        let limit = notify::Error::new(ErrorKind::MaxFilesWatch);
        scene.watch.fall_back(&limit);
        let because = Some("the system's limit of watches is reached".to_owned());
        let every = FALLBACK;
        assert_eq!(scene.watch.source(), &Source::Polling { every, because });
        append(&scene.log(), "!");
        assert!(scene.watch.look());
        assert!(!scene.watch.look());
    }

    #[test]
    fn a_watch_that_breaks_is_a_hint_and_begins_anew() {
        let mut scene = Scene::new();
        let before = scene.hints();
        let broken = notify::Error::generic("broken");
        scene.watch.shared.take(Err(broken));
        assert!(scene.hints() > before);
        append(&scene.log(), "!");
        assert!(scene.watch.look());
        assert_eq!(scene.watch.source(), &Source::Lost("broken".to_owned()));
        assert!(!scene.watch.look());
        assert_eq!(scene.watch.source(), &Source::Events);
        scene.still_hears();
    }

    /// When a caller that is never late reads, for hints at some times.
    fn reads(hints: &[Duration]) -> Vec<Duration> {
        let (mut coalesce, mut reads, mut now) = (Coalesce::default(), Vec::new(), Duration::ZERO);
        let mut read_up_to = |coalesce: &mut Coalesce, end: Duration, now: &mut Duration| {
            while let Some(due) = coalesce.due()
                && due < end
            {
                *now = due.max(*now);
                coalesce.read(*now);
                reads.push(*now);
            }
        };
        for &hint in hints {
            read_up_to(&mut coalesce, hint, &mut now);
            coalesce.hint(hint);
            now = hint;
        }
        read_up_to(&mut coalesce, Duration::MAX, &mut now);
        reads
    }

    fn milliseconds(times: impl IntoIterator<Item = u64>) -> Vec<Duration> {
        times.into_iter().map(Duration::from_millis).collect()
    }

    #[test]
    fn the_first_hint_is_read_at_once_and_the_last_one_in_the_end() {
        for (hints, expected) in [
            (vec![], vec![]),
            (vec![7], vec![7]),
            (vec![7, 500], vec![7, 500]),
            (vec![0, 2, 4], vec![0, 100]),
            (vec![0, 40, 80], vec![0, 130]),
            (vec![0, 60], vec![0, 100]),
            (vec![0, 60, 120], vec![0, 100, 200]),
        ] {
            assert_eq!(
                reads(&milliseconds(hints.clone())),
                milliseconds(expected),
                "{hints:?}"
            );
        }
    }

    #[test]
    fn a_storm_is_read_now_and_then_and_in_the_end() {
        let hints: Vec<Duration> = (0..30_000)
            .map(|n| Duration::from_micros(100 * n))
            .collect();
        let reads = reads(&hints);
        assert!((3..=5).contains(&reads.len()), "{reads:?}");
        assert!(reads.last() > hints.last());
    }

    #[test]
    fn a_read_that_takes_long_is_followed_by_a_longer_rest() {
        for (took, rest) in [(10, 90), (100, 500), (200, 1_000), (2_000, 1_000)] {
            let [took, rest] = [took, rest].map(Duration::from_millis);
            let mut coalesce = Coalesce::default();
            coalesce.read(Duration::ZERO);
            coalesce.hint(took / 2);
            coalesce.done(took);
            coalesce.hint(took);
            assert_eq!(coalesce.due(), Some(took + rest), "{took:?}");
        }
    }

    proptest! {
        #[test]
        fn reads_follow_hints(gaps in prop::collection::vec(
            prop_oneof![0..2_000_u64, 0..80_000_u64, 0..2_000_000_u64], 0..200,
        )) {
            let hints: Vec<Duration> = gaps
                .iter()
                .scan(0, |at, gap| {
                    *at += gap;
                    Some(Duration::from_micros(*at))
                })
                .collect();
            let reads = reads(&hints);
            for &hint in &hints {
                let is_read = |read: &Duration| (hint..=hint + Coalesce::LONGEST).contains(read);
                prop_assert!(reads.iter().any(is_read), "{:?} is not read", hint);
            }
            for pair in reads.windows(2) {
                prop_assert!(pair[1] >= pair[0] + Coalesce::PAUSE, "{:?}", pair);
            }
            let mut after = None;
            for &read in &reads {
                let is_new = |hint: &&Duration| after.is_none_or(|after| **hint >= after) && **hint <= read;
                prop_assert!(hints.iter().any(|hint| is_new(&hint)), "{:?} is without a hint", read);
                after = Some(read);
            }
        }
    }
}
