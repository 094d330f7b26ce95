//! A log that may be written: which file that is, and whether it may be touched at all.

use std::{
    cell::Cell,
    ffi::OsString,
    fs::{self, File},
    io,
    path::{Component, Path, PathBuf},
    time::Duration,
};

use super::{
    WriteError,
    deadline::Deadline,
    error::Doing as _,
    folder::Access,
    is_missing_error, lease, repository,
    signals::{DeferredSignals, Signals},
    state_dir,
    system::{self, unreadable_kind, without_links},
};
use crate::exit::EndingSignal;

/// A log that may be written: links resolved once, a regular file, inside the tree.
#[derive(Debug)]
pub struct Target {
    pub(super) path: PathBuf,
    pub(super) folder: PathBuf,
    pub(super) name: OsString,
    next_id: Cell<u128>,
    pub(super) signals: Signals,
    /// Takes the lease on a file; another function in tests.
    pub(super) take_lease: fn(&File) -> io::Result<()>,
}

impl Target {
    /// Finds the file that a path leads to. A link may lead to any place in its own repository; one that is in none, and is the log, to
    /// any place below its own folder. `random` returns 64 random bits.
    pub fn open(
        path: &Path,
        random: &dyn Fn() -> u64,
        signals: &Signals,
    ) -> Result<Self, WriteError> {
        let path = resolve_in_tree(path)?;
        let metadata = fs::symlink_metadata(&path).map_err(|error| unfound(&path, error))?;
        if let Some(what) = unreadable_kind(&metadata) {
            return Err(WriteError::NotAFile { path, what });
        }
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
            let what = "a folder";
            return Err(WriteError::NotAFile { path, what });
        };
        Ok(Self {
            folder: folder.to_path_buf(),
            name: name.to_os_string(),
            next_id: Cell::new(u128::from(random()) << 64 | u128::from(random())),
            take_lease: lease::take,
            signals: signals.clone(),
            path,
        })
    }

    /// Holds off other processes that send notices about this log, until the file is dropped. Neither the log nor a program that
    /// writes it is held up. Fails with [`WriteError::Busy`] where that takes longer than `wait`.
    pub fn lock_notices(&self, wait: Duration) -> Result<File, WriteError> {
        // Whether the log can be written at all is found out before anything is created.
        drop(self.open_to_append()?);
        let dir = state_dir::create(&self.folder, self.access()?)?;
        let name = state_dir::name_with(&self.name, ".alert");
        state_dir::lock(&dir, &name, &self.path, &Deadline::after(wait))
    }

    /// Defers signals until what this returns is dropped. [`Signals::received`] says which one arrived.
    pub fn defer_signals(&self) -> DeferredSignals {
        self.signals.listen();
        self.signals.defer()
    }

    /// The signal that is to end the process, while signals are deferred.
    pub fn received_signal(&self) -> Option<EndingSignal> {
        self.signals.received()
    }

    /// A number that was never used.
    pub(super) fn next_id(&self) -> u128 {
        let id = self.next_id.get();
        self.next_id.set(id.wrapping_add(1));
        id
    }

    /// Opens it to be rewritten. Waits while another process rewrites it.
    pub(super) fn open_to_write(&self) -> Result<File, WriteError> {
        self.checked(without_links().write(true).open(&self.path))
    }

    /// Opens it to be written at its end. Waits while another process rewrites it.
    pub(super) fn open_to_append(&self) -> Result<File, WriteError> {
        self.checked(without_links().append(true).open(&self.path))
    }

    fn checked(&self, opened: io::Result<File>) -> Result<File, WriteError> {
        let path = || self.path.clone();
        let file = opened.map_err(|error| unfound(&self.path, error))?;
        let metadata = file.metadata().doing("access", &self.path)?;
        if let Some(what) = unreadable_kind(&metadata) {
            return Err(WriteError::NotAFile { path: path(), what });
        }
        // The permission bits do not stop the superuser, but they state the owner's intent.
        if metadata.permissions().readonly() {
            let why = "it is read-only".to_owned();
            return Err(WriteError::NotPermitted { path: path(), why });
        }
        Ok(file)
    }

    /// All that the log holds. Waits while another process rewrites it.
    pub(super) fn read(&self) -> Result<Vec<u8>, WriteError> {
        match fs::read(&self.path) {
            Err(error) if is_missing_error(&error) => Err(unfound(&self.path, error)),
            read => read.doing("read", &self.path),
        }
    }

    /// Whether the path leads to this file.
    pub(super) fn is_at_path(&self, file: &File) -> Result<bool, WriteError> {
        let here = system::identity(file).doing("access", &self.path)?;
        Ok(system::identity_at(&self.path).doing("access", &self.path)? == Some(here))
    }

    pub(super) fn metadata(&self) -> Result<fs::Metadata, WriteError> {
        fs::symlink_metadata(&self.path).doing("access", &self.path)
    }

    pub(super) fn access(&self) -> Result<Access, WriteError> {
        Ok(Access::of(&self.metadata()?))
    }

    /// Fails where a signal is to end the process, and says whether the change `is_done`.
    pub(super) fn check_interrupted(&self, is_done: bool) -> Result<(), WriteError> {
        match self.signals.received() {
            Some(signal) => Err(WriteError::Interrupted { signal, is_done }),
            None => Ok(()),
        }
    }
}

fn unfound(path: &Path, error: io::Error) -> WriteError {
    if is_missing_error(&error) {
        let path = path.to_path_buf();
        return WriteError::Missing { path };
    }
    WriteError::io("open", path, error)
}

/// The path without links, each of them looked at where it lies.
fn resolve_in_tree(path: &Path) -> Result<PathBuf, WriteError> {
    let absolute = std::path::absolute(path).map_err(|error| unfound(path, error))?;
    let mut parts = absolute.components().peekable();
    let mut here = PathBuf::new();
    while let Some(part) = parts.next() {
        let name = match part {
            Component::Normal(name) => name,
            Component::ParentDir => {
                here.pop();
                continue;
            }
            Component::CurDir => continue,
            Component::Prefix(_) | Component::RootDir => {
                here.push(part);
                continue;
            }
        };
        let next = here.join(name);
        let metadata = fs::symlink_metadata(&next).map_err(|error| unfound(path, error))?;
        if !metadata.is_symlink() {
            here = next;
            continue;
        }
        let end = fs::canonicalize(&next).map_err(|error| unfound(path, error))?;
        let is_log = parts.peek().is_none();
        let tree = repository(&here).or_else(|| is_log.then(|| here.clone()));
        if let Some(tree) = tree.filter(|tree| !end.starts_with(tree)) {
            let path = path.to_path_buf();
            return Err(WriteError::LeadsOut { path, tree });
        }
        here = end;
    }
    Ok(here)
}
