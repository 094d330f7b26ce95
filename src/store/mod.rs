//! All file I/O. Reads nothing but regular files, and keeps what it opened, so that an excerpt shows what was read. Writes logs that
//! other programs write at the same time: appends lines ([`Target::append`]), or rewrites all of a log ([`Target::rewrite`]). What
//! the files mean is not known here.

#![expect(clippy::disallowed_methods, reason = "all file I/O is here")]

mod append;
mod deadline;
mod error;
#[cfg_attr(not(unix), path = "plain_folder.rs")]
mod folder;
mod git;
mod holders;
mod lease;
mod parents;
mod run_log;
#[cfg_attr(not(unix), path = "no_signals.rs")]
mod signals;
mod state_dir;
mod state_file;
mod system;
mod target;
#[cfg(target_os = "linux")]
#[cfg(test)]
mod tests;
mod transaction;
mod transcripts;
mod trust;

use std::{
    ffi::OsString,
    fs::{self, File},
    io::{self, ErrorKind, Read, Seek, SeekFrom, Write as _},
    path::{Component, Path, PathBuf},
};

pub use error::{DAMAGED_JOURNAL_HELP, Holder, OpenError, RewriteError, WriteError, reason};
pub use git::{Checkout, checkout, main_checkout};
use parents::repository;
pub use parents::{above, is_trusted, up_to_repository};
pub use run_log::open_run_log;
pub use signals::Signals;
pub use state_file::{append_state, read_state};
pub use target::Target;
pub use transaction::{
    Change, FileChange, RewriteOptions,
    pending::{open_beside, open_log},
};
pub use transcripts::{LineBuffer, ReadLine, Visited, VisitedFile, Walk};
pub use trust::{TrustList, TrustedFile, checksum};

/// A file that was opened, or the standard input that was read to its end.
#[derive(Debug)]
pub enum Opened {
    File(File),
    /// Text that cannot be read a second time from where it came.
    Memory(Vec<u8>),
}

/// Opens a regular file for reading. Anything else is refused before it is opened, since opening a pipe waits for its writer; one
/// that takes the file's place in between is still waited for.
pub fn open(path: &Path) -> Result<Opened, OpenError> {
    let refused = |error: io::Error| {
        if is_missing_error(&error) {
            return OpenError::Missing;
        }
        OpenError::Refused(error)
    };
    let metadata = fs::metadata(path).map_err(refused)?;
    match system::unreadable_kind(&metadata) {
        Some(what) => Err(OpenError::NotAFile(what)),
        None => File::open(path).map(Opened::File).map_err(refused),
    }
}

/// Whether an error says that there is nothing at a path.
fn is_missing_error(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

pub fn is_file(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.is_file())
}

pub fn is_missing(path: &Path) -> bool {
    fs::metadata(path).is_err_and(|error| is_missing_error(&error))
}

pub fn list(folder: &Path) -> io::Result<Vec<OsString>> {
    fs::read_dir(folder)?
        .map(|entry| Ok(entry?.file_name()))
        .collect()
}

/// A path without links. The end of it need not exist, and is taken as it is written; so is the path itself where it cannot be looked
/// up.
pub fn real_path(path: &Path) -> PathBuf {
    resolve(path).unwrap_or_else(|_| path.to_path_buf())
}

/// A path without links. The end of it need not exist, and is taken as it is written. Fails with `InvalidInput` at a link that leads
/// nowhere.
fn resolve(path: &Path) -> io::Result<PathBuf> {
    let missing = match fs::canonicalize(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => error,
        resolved => return resolved,
    };
    let (Some(parent), Err(_)) = (path.parent(), fs::symlink_metadata(path)) else {
        return Err(ErrorKind::InvalidInput.into());
    };
    let mut real = resolve(parent)?;
    match path.components().next_back() {
        Some(Component::Normal(name)) => real.push(name),
        Some(Component::ParentDir) => drop(real.pop()),
        _ => return Err(missing),
    }
    Ok(real)
}

/// Whether anything has that name, even a link that leads nowhere. Fails where that cannot be found out.
pub fn is_taken(path: &Path) -> io::Result<bool> {
    match fs::symlink_metadata(path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Creates a file that outlasts a power cut. Fails where one of that name exists, and leaves nothing where it fails.
pub fn create_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    let folder = path.parent().filter(|_| cfg!(unix));
    let written = file
        .write_all(bytes)
        .and_then(|()| file.sync_all())
        .and_then(|()| folder.map_or(Ok(()), |folder| File::open(folder)?.sync_all()));
    written.inspect_err(|_| roll_back(path))
}

/// Creates a copy of a file that holds these bytes, with its permissions: no one may read the copy who may not read the file.
pub fn create_copy(original: &Path, copy: &Path, bytes: &[u8]) -> io::Result<()> {
    let permissions = fs::metadata(original)?.permissions();
    create_new(copy, b"")?;
    fs::set_permissions(copy, permissions)
        .and_then(|()| fs::write(copy, bytes))
        .inspect_err(|_| roll_back(copy))
}

/// Creates a folder with those above it. One that exists already is fine.
pub fn create_folder(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

/// Removes a file that was just created, if it can be removed.
pub fn roll_back(path: &Path) {
    let _ = fs::remove_file(path);
}

/// Replaces a file, or creates it: the bytes are written beside it, then renamed. A link is followed, permissions stay as they
/// are, and a device or a pipe is written to. A new file that is public can be read by every user, whatever the mask of the process.
/// Nothing is left behind on failure.
pub fn replace(path: &Path, bytes: &[u8], random: u64, is_public: bool) -> io::Result<()> {
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let old = fs::metadata(&path).ok();
    if let Some(old) = &old
        && !old.is_file()
        && !old.is_dir()
    {
        let mut device = fs::OpenOptions::new().write(true).open(&path)?;
        return device.write_all(bytes);
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let staged = path.with_file_name(format!(".{name}.{random:016x}"));
    create_new(&staged, bytes)?;
    let permitted = match old {
        Some(old) => fs::set_permissions(&staged, old.permissions()),
        None if is_public => system::make_readable(&staged),
        None => Ok(()),
    };
    permitted
        .and_then(|()| fs::rename(&staged, &path))
        .inspect_err(|_| roll_back(&staged))
}

/// Whether two paths lead to the same file. False if one of them does not exist.
pub fn is_same_file(one: &Path, other: &Path) -> bool {
    match (fs::canonicalize(one), fs::canonicalize(other)) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}

impl Opened {
    /// Takes all of a stream, which cannot be read twice.
    pub fn read_all(input: &mut dyn Read) -> io::Result<Self> {
        let mut bytes = Vec::new();
        input.read_to_end(&mut bytes)?;
        Ok(Self::Memory(bytes))
    }

    pub fn bytes(&mut self) -> io::Result<Box<dyn Read + '_>> {
        Ok(match self {
            Self::File(file) => {
                file.rewind()?;
                Box::new(file)
            }
            Self::Memory(bytes) => Box::new(bytes.as_slice()),
        })
    }

    pub fn read_to_vec(&mut self) -> io::Result<Vec<u8>> {
        match self {
            Self::File(file) => system::read_whole(file),
            Self::Memory(bytes) => Ok(bytes.clone()),
        }
    }

    /// The line that starts at a byte, or as much of it as `most` bytes hold. Bytes that are not UTF-8 are replaced.
    pub fn line(&mut self, start: usize, most: usize) -> io::Result<String> {
        let mut line = vec![0; most];
        let got = match self {
            Self::File(file) => {
                file.seek(SeekFrom::Start(start as u64))?;
                system::read_up_to(file, &mut line)?
            }
            Self::Memory(bytes) => {
                system::read_up_to(&mut bytes.get(start..).unwrap_or_default(), &mut line)?
            }
        };
        line.truncate(got);
        let end = memchr::memchr(b'\n', &line).unwrap_or(line.len());
        line.truncate(end);
        Ok(String::from_utf8_lossy(&line).into_owned())
    }

    /// All of a small file. Fails where it is larger than `most` bytes.
    pub fn bytes_up_to(&mut self, most: usize) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.bytes()?
            .take(most as u64 + 1)
            .read_to_end(&mut bytes)?;
        if bytes.len() > most {
            return Err(too_large(most));
        }
        Ok(bytes)
    }

    /// All of a small file as text. Fails where it is larger than `most` bytes, or not UTF-8.
    pub fn text(&mut self, most: usize) -> io::Result<String> {
        let mut text = String::new();
        self.bytes()?
            .take(most as u64 + 1)
            .read_to_string(&mut text)?;
        if text.len() > most {
            return Err(too_large(most));
        }
        Ok(text)
    }
}

fn too_large(most: usize) -> io::Error {
    io::Error::new(
        ErrorKind::FileTooLarge,
        format!("it is larger than {most} bytes"),
    )
}
