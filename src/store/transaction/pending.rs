//! What readers see while a rewrite waits to be completed: the decided change.

use std::{
    ffi::{OsStr, OsString},
    fs,
    path::{Path, PathBuf},
};

use super::{
    super::{OpenError, Opened, open, system},
    journal::{self, JournalState, Progress, SideChange},
    side_file::relative_path,
};

/// Opens a log for reading: where a rewrite of it was cut short, its new text.
pub fn open_log(path: &Path) -> Result<Opened, OpenError> {
    let opened = open(path)?;
    Ok(match pending(path, &opened)? {
        Some((text, ..)) => Opened::Memory(text),
        None => opened,
    })
}

/// Opens a file for reading that changes with a log: where a change of both was cut short, its new text.
pub fn open_beside(log: &Path, path: &Path) -> Result<Opened, OpenError> {
    let is_pending = |(folder, name): (PathBuf, OsString)| is_pending(&folder, &name);
    if !file_of(log).is_some_and(is_pending) {
        return open(path);
    }
    let Some((_, files, folder)) = pending(log, &open(log)?)? else {
        return open(path);
    };
    let relative = relative_path(&folder, path).ok();
    let mut files = files.into_iter();
    match files.find(|file| Some(&file.path) == relative.as_ref()) {
        Some(file) => file.after.map(Opened::Memory).ok_or(OpenError::Missing),
        None => open(path),
    }
}

/// The folder and the name of the file that a path leads to.
fn file_of(path: &Path) -> Option<(PathBuf, OsString)> {
    let mut path = path.to_path_buf();
    if fs::symlink_metadata(&path).ok()?.is_symlink() {
        path = fs::canonicalize(path).ok()?;
    }
    let name = path.file_name()?.to_os_string();
    Some((path.parent()?.to_path_buf(), name))
}

/// Whether there is a journal.
pub(in crate::store) fn is_pending(folder: &Path, name: &OsStr) -> bool {
    journal::path(folder, name).symlink_metadata().is_ok()
}

/// All that a log is to hold by a decided change that it does not hold yet, with what was appended since; the files that change with it;
/// and its folder.
type Pending = (Vec<u8>, Vec<SideChange>, PathBuf);

fn pending(path: &Path, log: &Opened) -> Result<Option<Pending>, OpenError> {
    let found = file_of(path).filter(|(folder, name)| is_pending(folder, name));
    let (Some((folder, name)), Opened::File(file)) = (found, log) else {
        return Ok(None);
    };
    let folder = fs::canonicalize(folder).map_err(OpenError::Refused)?;
    let journal = match journal::read(&folder, &name).map_err(OpenError::Refused)? {
        JournalState::Nothing => return Ok(None),
        JournalState::Journal(journal) => *journal,
        JournalState::Damaged => {
            return Err(OpenError::DamagedJournal(journal::path(&folder, &name)));
        }
    };
    let inode = system::identity(file).map_err(OpenError::Refused)?.inode;
    let log = system::read_whole(file).map_err(OpenError::Refused)?;
    Ok(match journal.progress(&log, inode) {
        Progress::Committed(tail) => Some((journal.with_tail(tail), journal.files, folder)),
        // The log holds the change, or another program changed it: what it holds counts.
        Progress::Complete | Progress::Foreign => None,
    })
}
