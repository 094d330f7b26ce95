//! The directory `.tokmon/` beside a log: what tokmon keeps for itself. Knows locks and files that are replaced as a whole, not what
//! they mean.

use std::{
    ffi::{OsStr, OsString},
    fs::{File, TryLockError},
    io::{self, ErrorKind, Read},
    path::{Path, PathBuf},
};

use super::{
    WriteError,
    deadline::Deadline,
    holders,
    system::{self, Access, Folder},
};

/// The name of the directory.
pub(super) const NAME: &str = ".tokmon";

/// The directory, open.
#[derive(Debug)]
pub(super) struct StateDir {
    folder: Folder,
    path: PathBuf,
}

/// Where a file of the directory beside a log is, whether the directory exists or not.
pub(super) fn path_of(folder: &Path, file: &OsStr) -> PathBuf {
    folder.join(NAME).join(file)
}

/// The name of a log with the ending of a file that belongs to it.
pub(super) fn name_with(name: &OsStr, ending: &str) -> OsString {
    let mut name = name.to_os_string();
    name.push(ending);
    name
}

impl StateDir {
    /// Opens the directory in this folder, and creates it where there is none, for the owner of the log.
    pub(super) fn create(parent: &Path, access: Access) -> Result<Self, WriteError> {
        let path = parent.join(NAME);
        let failed = |doing| {
            let path = path.clone();
            move |error| WriteError::io(doing, &path, error)
        };
        let opened = Folder::open(parent).map_err(|error| WriteError::io("open", parent, error))?;
        opened
            .make(NAME.as_ref(), access)
            .map_err(failed("create"))?;
        let folder = opened
            .enter(NAME.as_ref())
            .map_err(|error| WriteError::not_a_folder(&path, error))?;
        let state = Self { folder, path };
        let ignore = OsStr::new(".gitignore");
        if matches!(state.folder.read(ignore), Ok(None)) {
            let written = state.folder.write_new(ignore, &[b"*\n"], access);
            written.map_err(|error| WriteError::io("write", &state.file(ignore), error))?;
        }
        Ok(state)
    }

    /// Opens the directory in this folder. None where there is none.
    pub(super) fn open(parent: &Path) -> io::Result<Option<Self>> {
        let path = parent.join(NAME);
        match Folder::open(&path) {
            Ok(folder) => Ok(Some(Self { folder, path })),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(super) fn file(&self, name: &OsStr) -> PathBuf {
        self.path.join(name)
    }

    /// All that a file holds. None where there is none; fails with `InvalidInput` where it is not a regular file.
    pub(super) fn read(&self, name: &OsStr) -> io::Result<Option<Vec<u8>>> {
        let Some(mut file) = self.folder.read(name)? else {
            return Ok(None);
        };
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(Some(bytes))
    }

    /// Creates a file in place of any of that name. It is on the disk when this returns; its name is once the directory is
    /// [synced](Self::sync).
    pub(super) fn write_new(
        &self,
        name: &OsStr,
        parts: &[&[u8]],
        access: Access,
    ) -> io::Result<()> {
        self.folder.write_new(name, parts, access)?.sync_all()
    }

    /// Gives a file another name, also one that is taken.
    pub(super) fn rename(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        self.folder.rename(from, to)
    }

    /// Removes a file, if there is one.
    pub(super) fn remove(&self, name: &OsStr) -> io::Result<()> {
        self.folder.remove(name)
    }

    /// Returns when the names of the files are on the disk.
    pub(super) fn sync(&self) -> io::Result<()> {
        self.folder.sync()
    }

    /// Takes the lock of this name, until the file is dropped. `log` is named as what is in use at the deadline. The file of a lock is
    /// never removed: another process may wait for it.
    pub(super) fn lock(
        &self,
        name: &OsStr,
        log: &Path,
        deadline: &Deadline,
    ) -> Result<File, WriteError> {
        let path = self.file(name);
        let failed = |error| WriteError::io("lock", &path, error);
        deadline.begin();
        loop {
            let file = self.folder.open_lock(name).map_err(failed)?;
            match file.try_lock() {
                Ok(()) => {
                    let here = system::identity(&file).map_err(failed)?;
                    if system::identity_at(&path).map_err(failed)? == Some(here) {
                        return Ok(file);
                    }
                }
                Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Interrupted => {
                    continue;
                }
                Err(TryLockError::Error(error)) => return Err(failed(error)),
                Err(TryLockError::WouldBlock) => {}
            }
            if !deadline.pause() {
                let holders = deadline.waits().then(|| holders::of_lock(&path));
                return Err(WriteError::Busy {
                    path: log.to_path_buf(),
                    holders: holders.unwrap_or_default(),
                });
            }
        }
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn state_is_kept_without_any_rewrite() {
        let folder = tempfile::tempdir().unwrap();
        let path = fs::canonicalize(folder.path()).unwrap();
        assert!(StateDir::open(&path).unwrap().is_none());
        let access = Access::of(&fs::metadata(&path).unwrap());
        let state = StateDir::create(&path, access).unwrap();
        let (name, staged) = (OsStr::new("alerts"), OsStr::new("alerts.new"));
        state.write_new(staged, &[b"one"], access).unwrap();
        state.rename(staged, name).unwrap();
        state.sync().unwrap();
        let again = StateDir::open(&path).unwrap().unwrap();
        assert_eq!(again.read(name).unwrap().as_deref(), Some(&b"one"[..]));
        again.remove(name).unwrap();
        assert_eq!(state.read(name).unwrap(), None);
        let lock = state.lock(
            "l".as_ref(),
            &path,
            &Deadline::after(std::time::Duration::ZERO),
        );
        let busy = again.lock(
            "l".as_ref(),
            &path,
            &Deadline::after(std::time::Duration::ZERO),
        );
        assert!(matches!(busy, Err(WriteError::Busy { .. })), "{lock:?}");
        assert_eq!(
            fs::read(path_of(&path, ".gitignore".as_ref())).unwrap(),
            b"*\n"
        );
    }
}
