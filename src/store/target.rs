//! A log that may be written: which file that is, and whether it may be touched at all.

use std::{
    cell::Cell,
    ffi::{OsStr, OsString},
    fs::{self, File},
    io::{self, ErrorKind},
    path::{Component, Path, PathBuf},
};

use super::{
    HOLLOW, WriteError, hold::TakeLease, kind_of, lease, marker::Id, signals::Signals, system,
};

/// A log that may be written: links resolved once, a regular file, inside the tree.
#[derive(Debug)]
pub struct Target {
    pub(super) path: PathBuf,
    pub(super) folder: PathBuf,
    pub(super) name: OsString,
    next_id: Cell<u128>,
    pub(super) signals: Signals,
    pub(super) take_lease: TakeLease,
}

impl Target {
    /// Finds the file that a path leads to. A link may lead to any place in the repository that it lies in itself; one that lies
    /// in none, and is the log, to any place below its own folder. `random` gives 64 random bits.
    pub fn open(
        path: &Path,
        random: &dyn Fn() -> u64,
        signals: &Signals,
    ) -> Result<Self, WriteError> {
        let path = resolve(path)?;
        let metadata = fs::symlink_metadata(&path).map_err(|error| unfound(&path, error))?;
        if !metadata.is_file() {
            let what = kind_of(metadata.file_type());
            return Err(WriteError::NotAFile { path, what });
        }
        if system::is_hollow(&metadata) {
            let what = HOLLOW;
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

    /// The file, by a path without links.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// An id that was never used.
    pub(super) fn id(&self) -> Id {
        let id = self.next_id.get();
        self.next_id.set(id.wrapping_add(1));
        Id::new(id)
    }

    /// Opens it to be rewritten.
    pub(super) fn open_to_write(&self) -> Result<File, WriteError> {
        self.checked(system::open_to_write(&self.path))
    }

    /// Opens it to be written at its end.
    pub(super) fn open_to_append(&self) -> Result<File, WriteError> {
        self.checked(system::open_to_append(&self.path))
    }

    fn checked(&self, opened: io::Result<File>) -> Result<File, WriteError> {
        let path = || self.path.clone();
        let file = opened.map_err(|error| unfound(&self.path, error))?;
        let metadata = file.metadata().map_err(|error| self.io("look at", error))?;
        if !metadata.is_file() {
            let what = kind_of(metadata.file_type());
            return Err(WriteError::NotAFile { path: path(), what });
        }
        if !system::is_writable(&metadata) {
            let why = "it is read-only".to_owned();
            return Err(WriteError::NotPermitted { path: path(), why });
        }
        Ok(file)
    }

    /// Reading or writing the log failed.
    pub(super) fn io(&self, doing: &'static str, error: io::Error) -> WriteError {
        WriteError::io(doing, &self.path, error)
    }
}

fn unfound(path: &Path, error: io::Error) -> WriteError {
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => WriteError::Missing {
            path: path.to_path_buf(),
        },
        _ => WriteError::io("open", path, error),
    }
}

/// The path without links, each of them looked at where it lies.
#[expect(clippy::disallowed_methods, reason = "this is the door to files")]
fn resolve(path: &Path) -> Result<PathBuf, WriteError> {
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

/// The root of the repository that a folder lies in.
#[expect(clippy::disallowed_methods, reason = "this is the door to files")]
pub(super) fn repository(folder: &Path) -> Option<PathBuf> {
    let mut folders = folder.ancestors();
    let root = folders.find(|folder| folder.join(".git").exists());
    root.map(Path::to_path_buf)
}

/// A name with an ending of ours.
pub(super) fn name_with(name: &OsStr, ending: &str) -> OsString {
    let mut name = name.to_os_string();
    name.push(ending);
    name
}
