//! Reading a log, and the files beside it, while a rewrite waits to be brought to its end: what is decided is what is read.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::{
    OpenError, Opened,
    journal::{Journal, Progress},
    open, place,
    private::{self, Found, Private},
    system,
};

/// A change that is decided, and that the log does not hold yet.
struct Pending {
    journal: Journal,
    /// All that the log is to hold, with what was written behind it since.
    text: Vec<u8>,
    folder: PathBuf,
}

/// Opens a log for reading. Where a rewrite of it was cut short, gives what it is to hold.
pub fn open_log(path: &Path) -> Result<Opened, OpenError> {
    let mut opened = open(path)?;
    Ok(match pending(path, &mut opened)? {
        Some(pending) => Opened::Memory(pending.text),
        None => opened,
    })
}

/// Opens a file for reading that changes with a log. Where a change of both was cut short, gives what it is to hold.
pub fn open_beside(log: &Path, path: &Path) -> Result<Opened, OpenError> {
    let Some(found) = file_of(log).filter(|(folder, name)| is_pending(folder, name)) else {
        return open(path);
    };
    drop(found);
    let mut opened = open(log)?;
    let Some(pending) = pending(log, &mut opened)? else {
        return open(path);
    };
    let way = place::way(&pending.folder, path).ok();
    let files = pending.journal.files;
    match files
        .into_iter()
        .find(|file| Some(&file.path) == way.as_ref())
    {
        Some(file) => file.after.map(Opened::Memory).ok_or(OpenError::Missing),
        None => open(path),
    }
}

/// The folder and the name of the file that a path leads to.
#[expect(clippy::disallowed_methods, reason = "this is the door to files")]
fn file_of(path: &Path) -> Option<(PathBuf, std::ffi::OsString)> {
    let is_link = fs::symlink_metadata(path).ok()?.is_symlink();
    let path = if is_link {
        &fs::canonicalize(path).ok()?
    } else {
        path
    };
    Some((
        path.parent()?.to_path_buf(),
        path.file_name()?.to_os_string(),
    ))
}

fn is_pending(folder: &Path, name: &std::ffi::OsStr) -> bool {
    private::journal_path(folder, name)
        .symlink_metadata()
        .is_ok()
}

#[expect(clippy::disallowed_methods, reason = "this is the door to files")]
fn pending(path: &Path, opened: &mut Opened) -> Result<Option<Pending>, OpenError> {
    let Some((folder, name)) = file_of(path).filter(|(folder, name)| is_pending(folder, name))
    else {
        return Ok(None);
    };
    let folder = fs::canonicalize(folder).map_err(OpenError::Refused)?;
    let journal = match Private::look(&folder, &name).map_err(OpenError::Refused)? {
        Found::Nothing => return Ok(None),
        Found::Journal(journal) => *journal,
        Found::Unreadable => {
            let journal = private::journal_path(&folder, &name);
            let why = format!("the journal {} is damaged", journal.display());
            return Err(OpenError::Refused(io::Error::new(
                io::ErrorKind::InvalidData,
                why,
            )));
        }
    };
    let Opened::File(file) = &*opened else {
        return Ok(None);
    };
    let inode = system::identity(file).map_err(OpenError::Refused)?.inode;
    let mut log = Vec::new();
    io::Read::read_to_end(&mut opened.bytes().map_err(OpenError::Refused)?, &mut log)
        .map_err(OpenError::Refused)?;
    Ok(match journal.progress(&log, inode) {
        Progress::Sealed(tail) => Some(Pending {
            text: journal.with_tail(tail),
            journal,
            folder,
        }),
        // The log is as far as the change, or what somebody made of it: that is what it says.
        Progress::Done | Progress::Foreign => None,
    })
}
