//! The directory `.tokmon/` beside a log: what tokmon keeps for itself. Knows where it is and how locks are taken in it, not what its
//! files mean.

use std::{
    ffi::{OsStr, OsString},
    fs::File,
    io::{self, ErrorKind},
    path::{Path, PathBuf},
};

use super::{
    WriteError,
    deadline::Deadline,
    error::Doing as _,
    folder::{Access, Folder},
    holders, system,
};

pub(super) const NAME: &str = ".tokmon";

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

/// Opens the directory in this folder, and creates it where there is none, for the owner of the log.
pub(super) fn create(parent: &Path, access: Access) -> Result<Folder, WriteError> {
    let path = parent.join(NAME);
    let opened = Folder::open(parent).doing("open", parent)?;
    opened.make(NAME.as_ref(), access).doing("create", &path)?;
    let entered = opened.enter(NAME.as_ref());
    let dir = entered.map_err(|error| WriteError::not_a_folder(&path, error))?;
    let ignore = OsStr::new(".gitignore");
    if matches!(dir.read(ignore), Ok(None)) {
        match dir.write_new(ignore, &[b"*\n"], access) {
            // Another process that found the directory without it writes the same.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            written => written.doing("write", &dir.path_of(ignore))?,
        }
    }
    Ok(dir)
}

/// Opens the directory in this folder. None where there is none.
pub(super) fn open(parent: &Path) -> io::Result<Option<Folder>> {
    match Folder::open(&parent.join(NAME)) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        opened => opened.map(Some),
    }
}

/// Takes the lock of this name, until the file is dropped. `log` is named as what is in use at the deadline. The file of a lock is
/// never removed: another process may wait for it.
pub(super) fn lock(
    dir: &Folder,
    name: &OsStr,
    log: &Path,
    deadline: &Deadline,
) -> Result<File, WriteError> {
    let path = dir.path_of(name);
    deadline.begin();
    loop {
        let file = dir.open_lock(name).doing("lock", &path)?;
        if system::acquired(file.try_lock()).doing("lock", &path)? {
            let here = system::identity(&file).doing("lock", &path)?;
            if system::identity_at(&path).doing("lock", &path)? == Some(here) {
                return Ok(file);
            }
        }
        if !deadline.pause() {
            return Err(WriteError::Busy {
                path: log.to_path_buf(),
                holders: holders::of_lock(&path, deadline),
            });
        }
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::{fs, sync::Barrier, thread, time::Duration};

    use super::*;

    #[test]
    fn processes_that_create_it_at_once_all_have_it() {
        for _ in 0..300 {
            let folder = tempfile::tempdir().unwrap();
            let access = Access::of(&fs::metadata(folder.path()).unwrap());
            let start = Barrier::new(4);
            let create_together = || {
                start.wait();
                create(folder.path(), access).map(|_| ())
            };
            thread::scope(|scope| {
                let threads: Vec<_> = (0..4).map(|_| scope.spawn(create_together)).collect();
                for thread in threads {
                    thread.join().unwrap().unwrap();
                }
            });
            let ignore = path_of(folder.path(), ".gitignore".as_ref());
            assert_eq!(fs::read(ignore).unwrap(), b"*\n");
        }
    }

    #[test]
    fn state_is_kept_without_any_rewrite() {
        let folder = tempfile::tempdir().unwrap();
        let path = fs::canonicalize(folder.path()).unwrap();
        assert!(open(&path).unwrap().is_none());
        let access = Access::of(&fs::metadata(&path).unwrap());
        let state = create(&path, access).unwrap();
        let (name, staged) = (OsStr::new("alerts"), OsStr::new("alerts.new"));
        state.write_new(staged, &[b"one"], access).unwrap();
        state.rename(staged, name).unwrap();
        state.sync().unwrap();
        let again = open(&path).unwrap().unwrap();
        let kept = system::read_whole(&again.read(name).unwrap().unwrap());
        assert_eq!(kept.unwrap(), b"one");
        again.remove(name).unwrap();
        assert!(state.read(name).unwrap().is_none());
        let lock = |dir| lock(dir, "l".as_ref(), &path, &Deadline::after(Duration::ZERO));
        let _held = lock(&state).unwrap();
        assert!(matches!(lock(&again), Err(WriteError::Busy { .. })));
        assert_eq!(
            fs::read(path_of(&path, ".gitignore".as_ref())).unwrap(),
            b"*\n"
        );
    }
}
