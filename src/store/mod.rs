//! All file I/O. Reads nothing but regular files, and keeps what it opened, so that an excerpt shows what was read. Writes logs that
//! other programs write at the same time: appends lines ([`Target::append`]), or rewrites all of a log ([`Target::rewrite`]). What
//! the files mean is not known here.

#![expect(clippy::disallowed_methods, reason = "all file I/O is here")]

mod append;
mod deadline;
mod error;
mod holders;
mod replace;
#[cfg_attr(not(unix), path = "no_signals.rs")]
mod signals;
mod state_dir;
#[cfg_attr(not(unix), path = "plain_system.rs")]
mod system;
mod target;
#[cfg(target_os = "linux")]
#[cfg(test)]
mod tests;
mod transaction;

use std::{
    ffi::OsString,
    fmt,
    fs::{self, File},
    io::{self, Read, Seek, SeekFrom, Write as _},
    path::{Component, Path, PathBuf},
};

pub use error::{DAMAGED_JOURNAL_HELP, Holder, RewriteError, WriteError, reason};
pub use replace::{is_same_file, replace};
pub use signals::Signals;
pub use target::Target;
pub use transaction::{
    Change, FileChange, RewriteOptions,
    pending::{open_beside, open_log},
};

/// A file that was opened, or the standard input that was read to its end.
#[derive(Debug)]
pub enum Opened {
    File(File),
    /// Text that cannot be read a second time from where it came.
    Memory(Vec<u8>),
}

/// Why a file could not be opened.
#[derive(Debug)]
pub enum OpenError {
    Missing,
    /// Not a regular file; the text says what it is.
    NotAFile(&'static str),
    Refused(io::Error),
    /// A rewrite was cut short, and its journal is not readable.
    DamagedJournal(PathBuf),
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("there is no such file"),
            Self::NotAFile(what) => write!(f, "it is {what}, not a regular file"),
            Self::Refused(error) => f.write_str(&reason(error)),
            Self::DamagedJournal(journal) => write!(f, "{} is damaged", journal.display()),
        }
    }
}

impl std::error::Error for OpenError {}

/// Opens a regular file for reading. What is anything else is refused before it is opened, since a pipe is waited for; a pipe
/// that takes the file's place in between still is.
pub fn open(path: &Path) -> Result<Opened, OpenError> {
    let refused = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => OpenError::Missing,
        _ => OpenError::Refused(error),
    };
    let metadata = fs::metadata(path).map_err(refused)?;
    if !metadata.is_file() {
        return Err(OpenError::NotAFile(kind_of(metadata.file_type())));
    }
    if system::is_sparse(&metadata) {
        return Err(OpenError::NotAFile(SPARSE));
    }
    File::open(path).map(Opened::File).map_err(refused)
}

/// What a file is called that is long, and for which next to nothing is on the disk.
const SPARSE: &str = "a sparse file";

fn kind_of(kind: fs::FileType) -> &'static str {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if kind.is_fifo() {
            return "a pipe";
        }
        if kind.is_char_device() || kind.is_block_device() {
            return "a device";
        }
        if kind.is_socket() {
            return "a socket";
        }
    }
    if kind.is_dir() {
        "a folder"
    } else {
        "something else"
    }
}

/// Whether there is a regular file at a path.
pub fn is_file(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.is_file())
}

/// Whether there is nothing at a path.
pub fn is_missing(path: &Path) -> bool {
    let absent = [io::ErrorKind::NotFound, io::ErrorKind::NotADirectory];
    fs::metadata(path).is_err_and(|error| absent.contains(&error.kind()))
}

/// The names of what is in a folder.
pub fn list(folder: &Path) -> io::Result<Vec<OsString>> {
    fs::read_dir(folder)?
        .map(|entry| Ok(entry?.file_name()))
        .collect()
}

/// A path without links. The end of it need not exist, and is taken as it is written.
pub fn real_path(path: &Path) -> PathBuf {
    if let Ok(real) = fs::canonicalize(path) {
        return real;
    }
    let Some(parent) = path.parent() else {
        return path.to_path_buf();
    };
    let mut real = real_path(parent);
    match path.components().next_back() {
        Some(Component::Normal(name)) => real.push(name),
        Some(Component::ParentDir) => drop(real.pop()),
        _ => return path.to_path_buf(),
    }
    real
}

/// The folder and its parents, up to the root of the repository it is in; the folder alone where it is in none.
pub fn up_to_repository(folder: &Path) -> Vec<PathBuf> {
    let root = repository(folder);
    let root = root.as_deref().unwrap_or(folder);
    let inside = folder
        .ancestors()
        .take_while(|above| above.starts_with(root));
    inside.map(Path::to_path_buf).collect()
}

/// The root of the repository that a folder is in.
fn repository(folder: &Path) -> Option<PathBuf> {
    let mut folders = folder.ancestors();
    let root = folders.find(|folder| folder.join(".git").exists());
    root.map(Path::to_path_buf)
}

/// Whether anything has that name, even a link that leads nowhere. Fails where that cannot be found out.
pub fn is_taken(path: &Path) -> io::Result<bool> {
    match fs::symlink_metadata(path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Creates a file that outlasts a power cut. Fails where one of that name exists, and leaves nothing where it fails.
pub fn create_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path)?;
    let folder = path.parent().filter(|_| cfg!(unix));
    let written = file
        .write_all(bytes)
        .and_then(|()| file.sync_all())
        .and_then(|()| folder.map_or(Ok(()), |folder| File::open(folder)?.sync_all()));
    written.inspect_err(|_| roll_back(path))
}

/// Removes a file that was just created. Failing to is no further failure.
pub fn roll_back(path: &Path) {
    let _ = fs::remove_file(path);
}

impl Opened {
    /// Takes all of a stream, which cannot be read twice.
    pub fn read_all(input: &mut dyn Read) -> io::Result<Self> {
        let mut bytes = Vec::new();
        input.read_to_end(&mut bytes)?;
        Ok(Self::Memory(bytes))
    }

    /// The bytes, from the first one.
    pub fn bytes(&mut self) -> io::Result<Box<dyn Read + '_>> {
        Ok(match self {
            Self::File(file) => {
                file.rewind()?;
                Box::new(file)
            }
            Self::Memory(bytes) => Box::new(bytes.as_slice()),
        })
    }

    /// All of it.
    pub fn read_to_vec(&mut self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.bytes()?.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// The line that starts at a byte, or as much of it as `most` bytes hold. Bytes that are not UTF-8 are replaced.
    pub fn line(&mut self, start: usize, most: usize) -> io::Result<String> {
        let mut line = vec![0; most];
        let got = match self {
            Self::File(file) => {
                file.seek(SeekFrom::Start(start as u64))?;
                read_up_to(file, &mut line)?
            }
            Self::Memory(bytes) => {
                read_up_to(&mut bytes.get(start..).unwrap_or_default(), &mut line)?
            }
        };
        line.truncate(got);
        let end = memchr::memchr(b'\n', &line).unwrap_or(line.len());
        line.truncate(end);
        Ok(String::from_utf8_lossy(&line).into_owned())
    }

    /// All of a small file as text. Fails where it is larger than `most` bytes, or not UTF-8.
    pub fn text(&mut self, most: usize) -> io::Result<String> {
        let mut text = String::new();
        self.bytes()?
            .take(most as u64 + 1)
            .read_to_string(&mut text)?;
        if text.len() > most {
            return Err(io::Error::new(
                io::ErrorKind::FileTooLarge,
                format!("it is larger than {most} bytes"),
            ));
        }
        Ok(text)
    }
}

fn read_up_to(input: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match input.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(got) => filled += got,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
