//! The calls that files are written with, where there is only what the standard library has: a file is known by its path alone,
//! and a folder cannot be synced.

use std::{
    ffi::OsStr,
    fs::{self, File, Metadata, OpenOptions},
    io::{self, ErrorKind, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

/// What a file is, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) inode: u64,
}

impl From<&Metadata> for Identity {
    fn from(_: &Metadata) -> Self {
        UNKNOWN
    }
}

const UNKNOWN: Identity = Identity { inode: 0 };

/// What an open file is.
#[expect(clippy::unnecessary_wraps, reason = "fails where it is known")]
pub(super) fn identity(_: &File) -> io::Result<Identity> {
    Ok(UNKNOWN)
}

/// What lies at a path. None where nothing does.
pub(super) fn identity_at(path: &Path) -> io::Result<Option<Identity>> {
    match fs::symlink_metadata(path) {
        Ok(_) => Ok(Some(UNKNOWN)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether anybody may write it.
pub(super) fn is_writable(metadata: &Metadata) -> bool {
    !metadata.permissions().readonly()
}

/// Whether a file says it is long, but holds next to nothing: not known.
pub(super) const fn is_sparse(_: &Metadata) -> bool {
    false
}

/// Who may do what with a file: as the folder has it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Access;

impl Access {
    pub(super) fn of(_: &Metadata) -> Self {
        Self
    }
}

/// Opens a file that exists, for reading and writing.
pub(super) fn open_to_write(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).open(path)
}

/// Opens a file that exists, for reading and for writing at its end.
pub(super) fn open_to_append(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).append(true).open(path)
}

/// Writes once at the end of a file that was opened to append. Tells how much was written.
pub(super) fn write_once(mut file: &File, bytes: &[u8]) -> io::Result<usize> {
    file.write(bytes)
}

/// Writes at the end of a file that was opened to write.
pub(super) fn write_at_end(mut file: &File, bytes: &[u8]) -> io::Result<()> {
    file.seek(SeekFrom::End(0))?;
    file.write_all(bytes)
}

/// Writes over what a file holds at a place.
pub(super) fn write_over(mut file: &File, bytes: &[u8], at: u64) -> io::Result<()> {
    file.seek(SeekFrom::Start(at))?;
    file.write_all(bytes)
}

/// As many bytes from a place on as there are, at most those that fit.
pub(super) fn read_at(mut file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    file.seek(SeekFrom::Start(at))?;
    super::read_up_to(&mut file, buffer)
}

/// All that a file holds.
pub(super) fn read_whole(mut file: &File) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    io::Read::read_to_end(&mut file, &mut bytes)?;
    Ok(bytes)
}

/// How a file is locked against other tokmon processes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Lock {
    Shared,
    Exclusive,
}

/// Locks nothing: here, a lock would keep readers out.
#[expect(clippy::unnecessary_wraps, reason = "fails where files can be locked")]
pub(super) fn try_lock(_: &File, _: Lock) -> io::Result<bool> {
    Ok(true)
}

pub(super) fn unlock(_: &File) {}

/// A path as bytes.
pub(super) fn path_to_bytes(path: &Path) -> Vec<u8> {
    path.to_string_lossy().into_owned().into_bytes()
}

/// A path from its bytes. None where they are none.
pub(super) fn path_from_bytes(bytes: Vec<u8>) -> Option<PathBuf> {
    String::from_utf8(bytes).ok().map(PathBuf::from)
}

/// A folder.
#[derive(Debug)]
pub(super) struct Folder(PathBuf);

impl Folder {
    /// A folder by its path.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        if fs::symlink_metadata(path)?.is_dir() {
            Ok(Self(path.to_path_buf()))
        } else {
            Err(ErrorKind::NotADirectory.into())
        }
    }

    /// A folder in it.
    pub(super) fn enter(&self, name: &OsStr) -> io::Result<Self> {
        Self::open(&self.0.join(name))
    }

    /// Creates a folder in it. False where the name is taken.
    pub(super) fn make(&self, name: &OsStr, _: Access) -> io::Result<bool> {
        match fs::create_dir(self.0.join(name)) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Removes an empty folder in it.
    pub(super) fn remove_folder(&self, name: &OsStr) -> io::Result<()> {
        fs::remove_dir(self.0.join(name))
    }

    /// Opens a file in it for reading. Fails with `InvalidInput` where it is not a regular one.
    pub(super) fn read(&self, name: &OsStr) -> io::Result<Option<File>> {
        let path = self.0.join(name);
        match fs::symlink_metadata(&path) {
            Ok(metadata) if metadata.is_file() => File::open(path).map(Some),
            Ok(_) => Err(ErrorKind::InvalidInput.into()),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Creates a file in it with these bytes, in place of any of that name.
    pub(super) fn write_new(&self, name: &OsStr, parts: &[&[u8]], _: Access) -> io::Result<File> {
        self.remove(name)?;
        let mut options = OpenOptions::new();
        let mut file = options
            .write(true)
            .create_new(true)
            .open(self.0.join(name))?;
        parts.iter().try_for_each(|part| file.write_all(part))?;
        Ok(file)
    }

    /// Opens a file to lock, and creates it where there is none.
    pub(super) fn open_lock(&self, name: &OsStr) -> io::Result<File> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        options.open(self.0.join(name))
    }

    /// Gives a file in it another name, also one that is taken.
    pub(super) fn rename(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        fs::rename(self.0.join(from), self.0.join(to))
    }

    /// Removes a file in it. That there is none is fine.
    pub(super) fn remove(&self, name: &OsStr) -> io::Result<()> {
        match fs::remove_file(self.0.join(name)) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Does nothing.
    #[expect(
        clippy::unused_self,
        clippy::unnecessary_wraps,
        reason = "fails where it can be done"
    )]
    pub(super) fn sync(&self) -> io::Result<()> {
        Ok(())
    }
}
