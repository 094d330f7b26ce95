//! Reports that a file may have changed, however it is saved, moved or created again. Watches
//! folders, never files, which a save by renaming would leave behind; compares what a file looks like, and opens none. When to
//! read is worked out by [`Debouncer`], from times that the caller gives; reading is left to the caller.

#![expect(
    clippy::disallowed_methods,
    reason = "changes of files are watched here"
)]

mod debouncer;
#[cfg(test)]
mod tests;

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

pub use debouncer::Debouncer;

/// How often files are polled where the system reports no events.
const FALLBACK: Duration = Duration::from_secs(2);

/// The maximum number of symlinks followed from one file, as on Linux.
const MAX_LINKS: usize = 40;

/// The maximum number of passes over the folders in one poll: some may come or go meanwhile.
const MAX_ROUNDS: usize = 4;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum WatchSource {
    /// The system, at once; polls find what it misses.
    #[default]
    Events,
    /// Polls alone.
    Polling {
        /// From one poll to the next.
        every: Duration,
        /// Why the system cannot report them, unless polling was asked for.
        because: Option<String>,
    },
    /// The system's watcher failed, with the reason. Polls find changes, and the next one tries to start it again.
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
    pub source: WatchSource,
}

struct Shared {
    hint: Box<dyn Fn() + Send + Sync>,
    filter: Mutex<EventFilter>,
}

/// Which events matter, and what they reported about the watcher itself.
#[derive(Default)]
struct EventFilter {
    folders: BTreeSet<PathBuf>,
    /// The names of interest in the folders, in lower case.
    names: BTreeSet<OsString>,
    /// Watched folders that were removed or moved. A new folder may get the inode of the old one.
    gone: BTreeSet<PathBuf>,
    failure: Option<String>,
}

/// Distinguishes the states of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Fingerprint {
    inode: Inode,
    size: u64,
    modified: Option<SystemTime>,
}

/// Distinguishes folders at the same path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct FolderId {
    inode: (u64, u64),
    created: Option<SystemTime>,
}

/// The device and the number on it, and when the inode changed, in seconds and nanoseconds: when a file became readable, or a tool
/// set the time of writing back. Zeros where the system has none.
type Inode = ((u64, u64), (i64, i64));

/// An entry of a folder that is to be watched, whether it exists or not.
struct WatchTarget {
    folder: PathBuf,
    id: FolderId,
    name: OsString,
}

impl Watch {
    /// Starts to watch files, which need not exist, nor their folders. `hint` is called from a thread of its own whenever one
    /// of them may have changed, often several times for one change; it must not wait for the caller. With `poll`, or where the
    /// system cannot report changes, it is never called: call [`Watch::poll`] as often as [`Watch::source`] says.
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
                filter: Mutex::default(),
            }),
            source: WatchSource::Events,
        };
        match poll {
            Some(every) => {
                let because = None;
                watch.source = WatchSource::Polling { every, because };
            }
            None => watch.begin(),
        }
        watch.mark_seen();
        watch
    }

    /// Watches these files from here on. Returns whether they are others than before; then read them: what happened to them
    /// until now is not known.
    pub fn follow(&mut self, files: Vec<PathBuf>) -> bool {
        let are_others = files != self.files;
        if are_others {
            self.files = files;
            self.mark_seen();
        }
        are_others
    }

    /// Returns whether any file looks different than at the last poll. Also watches folders that were created since. Call it every
    /// few seconds beside the hints: what other machines write, and what happens above the watched folders, gives none.
    pub fn poll(&mut self) -> bool {
        self.update_watches();
        let now = self.files.iter().map(|file| fingerprint(file)).collect();
        let is_changed = now != self.known;
        self.known = now;
        is_changed
    }

    /// Takes the files as they are for known. Call it right before they are read: the next poll then finds what changes while
    /// they are read.
    pub fn mark_seen(&mut self) {
        self.poll();
    }

    fn begin(&mut self) {
        let shared = Arc::clone(&self.shared);
        match notify::recommended_watcher(move |event| shared.take(event)) {
            Ok(watcher) => {
                self.watcher = Some(watcher);
                self.source = WatchSource::Events;
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
        self.source = WatchSource::Polling {
            every: FALLBACK,
            because: Some(reason(error)),
        };
    }

    /// Watches the folders that matter, and no others.
    fn update_watches(&mut self) {
        let failure = self.shared.filter().failure.take();
        if let Some(failure) = failure {
            self.end();
            self.source = WatchSource::Lost(failure);
        } else if matches!(self.source, WatchSource::Lost(_)) {
            self.begin();
        }
        for _ in 0..MAX_ROUNDS {
            match self.update() {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => return self.fall_back(&error),
            }
        }
    }

    /// Goes through the folders once. Returns whether anything was different; then a file may have changed before it was watched.
    fn update(&mut self) -> notify::Result<bool> {
        let Some(watcher) = &mut self.watcher else {
            return Ok(false);
        };
        let targets = self.files.iter().flat_map(|file| targets_of(file));
        let targets: Vec<WatchTarget> = targets.collect();
        let gone = self.shared.set_filter(&targets);
        let wanted = targets.into_iter().map(|target| (target.folder, target.id));
        let wanted: BTreeMap<PathBuf, FolderId> = wanted.collect();
        let before = self.watched.len();
        self.watched.retain(|folder, id| {
            let is_kept = wanted.get(folder) == Some(id) && !gone.contains(folder);
            if !is_kept {
                // Fails for a folder that was removed and is no longer watched.
                let _ = watcher.unwatch(folder);
            }
            is_kept
        });
        let mut is_different = self.watched.len() < before;
        let first = self.files.first().and_then(|file| file.parent());
        for (folder, id) in wanted {
            if self.watched.contains_key(&folder) {
                continue;
            }
            is_different = true;
            if let Err(error) = watcher.watch(&folder, RecursiveMode::NonRecursive) {
                match io_kind(&error) {
                    // It was there a moment ago; the next pass finds out more.
                    Some(io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => continue,
                    // Polls find what happens in a folder that may not be listed. Only for the folder of the first file is this
                    // too slow.
                    Some(io::ErrorKind::PermissionDenied) if first != Some(&*folder) => {}
                    _ => return Err(error),
                }
            }
            self.watched.insert(folder, id);
        }
        Ok(is_different)
    }
}

impl Shared {
    fn filter(&self) -> MutexGuard<'_, EventFilter> {
        self.filter.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets which events matter, before their folders are watched. Returns the folders that are gone.
    fn set_filter(&self, targets: &[WatchTarget]) -> BTreeSet<PathBuf> {
        let mut filter = self.filter();
        filter.folders = targets.iter().map(|target| target.folder.clone()).collect();
        filter.names = targets
            .iter()
            .map(|target| target.name.to_ascii_lowercase())
            .collect();
        std::mem::take(&mut filter.gone)
    }

    /// Called on the thread of the watcher.
    fn take(&self, event: notify::Result<Event>) {
        let is_hint = match event {
            Ok(event) => self.filter().concerns(&event),
            Err(error) => {
                self.filter().failure = Some(reason(&error));
                true
            }
        };
        // Nothing is locked by now: the caller may do anything.
        if is_hint {
            (self.hint)();
        }
    }
}

impl EventFilter {
    fn concerns(&mut self, event: &Event) -> bool {
        if event.need_rescan() {
            return true;
        }
        // Reading the files would cause a hint to read them.
        if matches!(event.kind, EventKind::Access(_)) {
            return false;
        }
        let is_move = matches!(
            event.kind,
            EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_))
        );
        let is_metadata = matches!(event.kind, EventKind::Modify(ModifyKind::Metadata(_)));
        let mut matters = event.paths.is_empty();
        for path in &event.paths {
            if self.folders.contains(path) {
                if is_move {
                    self.gone.insert(path.clone());
                }
                matters |= is_move || is_metadata;
            }
            // Some systems ignore the case of names; a superfluous hint does no harm.
            let name = path.file_name().map(std::ffi::OsStr::to_ascii_lowercase);
            matters |= name.is_some_and(|name| self.names.contains(&name));
        }
        matters
    }
}

/// The entries that lead to a file: its own, and where that is a symlink, all that it leads to. Symlinks among the folders are
/// not among them: a poll finds that they lead elsewhere.
fn targets_of(file: &Path) -> Vec<WatchTarget> {
    let (mut targets, mut path) = (Vec::new(), file.to_path_buf());
    while let Some(target) = target_of(&path)
        && targets.len() < MAX_LINKS
    {
        let linked = fs::read_link(&path).map(|linked| target.folder.join(linked));
        targets.push(target);
        match linked {
            Ok(linked) => path = linked,
            Err(_) => break,
        }
    }
    targets
}

/// The entry of a file in its folder; where that folder is missing, that of the first missing folder in the nearest one that is
/// there. Folders are spelled in the one way that is the same for all paths to them, since a folder is watched only once.
fn target_of(path: &Path) -> Option<WatchTarget> {
    path.ancestors().find_map(|path| {
        let (parent, name) = (path.parent()?, path.file_name()?.to_owned());
        let here = Path::new(".");
        let is_here = parent.as_os_str().is_empty();
        let folder = fs::canonicalize(if is_here { here } else { parent }).ok()?;
        let metadata = fs::metadata(&folder).ok()?;
        let id = FolderId {
            inode: inode(&metadata).0,
            created: metadata.created().ok(),
        };
        metadata
            .is_dir()
            .then_some(WatchTarget { folder, id, name })
    })
}

fn fingerprint(path: &Path) -> Option<Fingerprint> {
    let metadata = fs::metadata(path).ok()?;
    Some(Fingerprint {
        inode: inode(&metadata),
        size: metadata.len(),
        modified: metadata.modified().ok(),
    })
}

#[cfg(unix)]
fn inode(metadata: &Metadata) -> Inode {
    use std::os::unix::fs::MetadataExt as _;
    (
        (metadata.dev(), metadata.ino()),
        (metadata.ctime(), metadata.ctime_nsec()),
    )
}

#[cfg(not(unix))]
fn inode(_: &Metadata) -> Inode {
    Inode::default()
}

fn io_kind(error: &notify::Error) -> Option<io::ErrorKind> {
    match &error.kind {
        ErrorKind::PathNotFound => Some(io::ErrorKind::NotFound),
        ErrorKind::Io(error) => Some(error.kind()),
        _ => None,
    }
}

fn reason(error: &notify::Error) -> String {
    match &error.kind {
        ErrorKind::MaxFilesWatch => "the system's limit of watches is reached".to_owned(),
        ErrorKind::Io(error) => error.to_string(),
        _ => error.to_string(),
    }
}
