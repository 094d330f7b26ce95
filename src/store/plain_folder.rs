//! A folder, where there is only what the standard library has: it is known by its path alone, and cannot be synced.

use std::{
    ffi::OsStr,
    fs::{self, File, Metadata, OpenOptions},
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
};

#[derive(Clone, Copy, Debug)]
pub(super) struct Access;

impl Access {
    pub(super) fn of(_: &Metadata) -> Self {
        Self
    }
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
        Self::open(&self.path_of(name))
    }

    pub(super) fn path_of(&self, name: &OsStr) -> PathBuf {
        self.0.join(name)
    }

    pub(super) fn make(&self, name: &OsStr, _: Access) -> io::Result<bool> {
        match fs::create_dir(self.path_of(name)) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
            made => made.map(|()| true),
        }
    }

    pub(super) fn remove_folder(&self, name: &OsStr) -> io::Result<()> {
        fs::remove_dir(self.path_of(name))
    }

    pub(super) fn read(&self, name: &OsStr) -> io::Result<Option<File>> {
        let path = self.path_of(name);
        match fs::symlink_metadata(&path) {
            Ok(metadata) if metadata.is_file() => File::open(path).map(Some),
            Ok(_) => Err(ErrorKind::InvalidInput.into()),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(super) fn write_new(&self, name: &OsStr, parts: &[&[u8]], _: Access) -> io::Result<()> {
        self.remove(name)?;
        let mut file = File::create_new(self.path_of(name))?;
        parts.iter().try_for_each(|part| file.write_all(part))?;
        file.sync_all()
    }

    pub(super) fn open_lock(&self, name: &OsStr) -> io::Result<File> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        options.open(self.path_of(name))
    }

    pub(super) fn rename(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        fs::rename(self.path_of(from), self.path_of(to))
    }

    pub(super) fn remove(&self, name: &OsStr) -> io::Result<()> {
        match fs::remove_file(self.path_of(name)) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            removed => removed,
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
