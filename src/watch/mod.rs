//! Reports that a file may have changed, however it is saved, moved or created again. Watches
//! folders, never files, which a save by renaming would leave behind; compares what a file looks like, and opens none. When to
//! read is worked out by [`Coalesce`], from times that the caller gives; reading is left to the caller.

#![expect(
    clippy::disallowed_methods,
    reason = "changes of files are watched here"
)]

mod coalesce;
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

pub use coalesce::Coalesce;

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
