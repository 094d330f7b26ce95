//! The calls that files are written with, where there is only what the standard library has: a file is known by its path alone,
//! and a folder cannot be synced.

use std::{
    ffi::OsStr,
    fs::{self, File, Metadata, OpenOptions},
    io::{self, ErrorKind, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

/// What a file is: not known.
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

#[expect(clippy::unnecessary_wraps, reason = "fails where it is known")]
pub(super) fn identity(_: &File) -> io::Result<Identity> {
    Ok(UNKNOWN)
}

pub(super) fn identity_at(path: &Path) -> io::Result<Option<Identity>> {
    match fs::symlink_metadata(path) {
        Ok(_) => Ok(Some(UNKNOWN)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

pub(super) fn is_writable(metadata: &Metadata) -> bool {
    !metadata.permissions().readonly()
}

pub(super) const fn is_sparse(_: &Metadata) -> bool {
    false
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Access;

impl Access {
    pub(super) fn of(_: &Metadata) -> Self {
        Self
    }
}

pub(super) fn open_to_write(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).open(path)
}

pub(super) fn open_to_append(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).append(true).open(path)
}

pub(super) fn write_once(mut file: &File, bytes: &[u8]) -> io::Result<usize> {
    file.write(bytes)
}

pub(super) fn write_at_end(mut file: &File, bytes: &[u8]) -> io::Result<()> {
    file.seek(SeekFrom::End(0))?;
    file.write_all(bytes)
}

pub(super) fn write_over(mut file: &File, bytes: &[u8], at: u64) -> io::Result<()> {
    file.seek(SeekFrom::Start(at))?;
    file.write_all(bytes)
}

pub(super) fn read_at(mut file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    file.seek(SeekFrom::Start(at))?;
    super::read_up_to(&mut file, buffer)
}

pub(super) fn read_whole(mut file: &File) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    io::Read::read_to_end(&mut file, &mut bytes)?;
    Ok(bytes)
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Lock {
    Shared,
    Exclusive,
}

#[expect(clippy::unnecessary_wraps, reason = "fails where files can be locked")]
pub(super) fn try_lock(_: &File, _: Lock) -> io::Result<bool> {
    Ok(true)
}

pub(super) fn unlock(_: &File) {}

pub(super) fn path_to_bytes(path: &Path) -> Vec<u8> {
    path.to_string_lossy().into_owned().into_bytes()
}

pub(super) fn path_from_bytes(bytes: Vec<u8>) -> Option<PathBuf> {
    String::from_utf8(bytes).ok().map(PathBuf::from)
}

#[derive(Debug)]
pub(super) struct Folder(PathBuf);

impl Folder {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        if fs::symlink_metadata(path)?.is_dir() {
            Ok(Self(path.to_path_buf()))
        } else {
            Err(ErrorKind::NotADirectory.into())
        }
    }

    pub(super) fn enter(&self, name: &OsStr) -> io::Result<Self> {
        Self::open(&self.0.join(name))
    }

    pub(super) fn make(&self, name: &OsStr, _: Access) -> io::Result<bool> {
        match fs::create_dir(self.0.join(name)) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(error),
        }
    }

    pub(super) fn remove_folder(&self, name: &OsStr) -> io::Result<()> {
        fs::remove_dir(self.0.join(name))
    }

    pub(super) fn read(&self, name: &OsStr) -> io::Result<Option<File>> {
        let path = self.0.join(name);
        match fs::symlink_metadata(&path) {
            Ok(metadata) if metadata.is_file() => File::open(path).map(Some),
            Ok(_) => Err(ErrorKind::InvalidInput.into()),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

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

    pub(super) fn open_lock(&self, name: &OsStr) -> io::Result<File> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        options.open(self.0.join(name))
    }

    pub(super) fn rename(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        fs::rename(self.0.join(from), self.0.join(to))
    }

    pub(super) fn remove(&self, name: &OsStr) -> io::Result<()> {
        match fs::remove_file(self.0.join(name)) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    #[expect(
        clippy::unused_self,
        clippy::unnecessary_wraps,
        reason = "fails where it can be done"
    )]
    pub(super) fn sync(&self) -> io::Result<()> {
        Ok(())
    }
}
