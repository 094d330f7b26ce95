//! An open folder. Files in it are opened by name, and no link is followed, so that no other program can redirect a write between two
//! calls.

use std::{
    ffi::OsStr,
    fs::{File, Metadata, Permissions},
    io::{self, ErrorKind, Write},
    os::{
        fd::{AsFd, OwnedFd},
        unix::fs::{MetadataExt, PermissionsExt},
    },
    path::{Path, PathBuf},
};

use rustix::{
    fs::{self as calls, AtFlags, CWD, Gid, Mode, OFlags, RawMode, Uid},
    io::{Errno, retry_on_intr},
};

use super::system::unreadable_kind;

/// The owner, group and permissions of a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Access {
    mode: u32,
    owner: Uid,
    group: Gid,
}

impl Access {
    pub(super) fn of(metadata: &Metadata) -> Self {
        Self {
            mode: metadata.mode() & 0o666,
            owner: Uid::from_raw(metadata.uid()),
            group: Gid::from_raw(metadata.gid()),
        }
    }

    fn give(self, file: &File) -> io::Result<()> {
        // The owner stays where it may not be given away.
        let _ = calls::fchown(file, Some(self.owner), Some(self.group));
        file.set_permissions(Permissions::from_mode(self.mode))
    }
}

fn open_at(folder: impl AsFd, name: &OsStr, flags: OFlags, mode: RawMode) -> io::Result<OwnedFd> {
    let flags = flags | OFlags::CLOEXEC | OFlags::NOFOLLOW;
    let opened = retry_on_intr(|| calls::openat(&folder, name, flags, Mode::from_raw_mode(mode)));
    Ok(opened?)
}

/// Reserves the space that a file will need, where the file system can.
#[cfg(target_os = "linux")]
fn reserve(file: &File, length: u64) -> io::Result<()> {
    if length == 0 {
        return Ok(());
    }
    let flags = calls::FallocateFlags::KEEP_SIZE;
    match retry_on_intr(|| calls::fallocate(file, flags, 0, length)) {
        Ok(()) | Err(Errno::OPNOTSUPP | Errno::NOSYS | Errno::INVAL) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

#[derive(Debug)]
pub(super) struct Folder {
    open: OwnedFd,
    path: PathBuf,
}

impl Folder {
    const FLAGS: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY);

    /// Opens a folder by a path without links.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let path = path.to_path_buf();
        let open = open_at(CWD, path.as_os_str(), Self::FLAGS, 0)?;
        Ok(Self { open, path })
    }

    pub(super) fn enter(&self, name: &OsStr) -> io::Result<Self> {
        let path = self.path_of(name);
        let open = open_at(&self.open, name, Self::FLAGS, 0)?;
        Ok(Self { open, path })
    }

    /// The path of a file in it, for messages.
    pub(super) fn path_of(&self, name: &OsStr) -> PathBuf {
        self.path.join(name)
    }

    /// Creates a folder in it for the owner of a file, where it may be given away; it is on the disk when this returns. False where the
    /// name is taken.
    pub(super) fn make(&self, name: &OsStr, access: Access) -> io::Result<bool> {
        let mode = Mode::from_raw_mode(0o755);
        match retry_on_intr(|| calls::mkdirat(&self.open, name, mode)) {
            Err(Errno::EXIST) => return Ok(false),
            created => created?,
        }
        let (owner, group) = (Some(access.owner), Some(access.group));
        let _ = calls::chownat(&self.open, name, owner, group, AtFlags::SYMLINK_NOFOLLOW);
        self.sync().map(|()| true)
    }

    pub(super) fn remove_folder(&self, name: &OsStr) -> io::Result<()> {
        let flags = AtFlags::REMOVEDIR;
        Ok(retry_on_intr(|| calls::unlinkat(&self.open, name, flags))?)
    }

    /// Opens a file in it for reading. Fails with `InvalidInput` where it is not a regular one.
    pub(super) fn read(&self, name: &OsStr) -> io::Result<Option<File>> {
        let flags = OFlags::RDONLY | OFlags::NONBLOCK;
        let is_link = |error: &io::Error| Errno::from_io_error(error) == Some(Errno::LOOP);
        let file = match open_at(&self.open, name, flags, 0) {
            Ok(file) => File::from(file),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) if is_link(&error) => return Err(ErrorKind::InvalidInput.into()),
            Err(error) => return Err(error),
        };
        match unreadable_kind(&file.metadata()?) {
            None => Ok(Some(file)),
            Some(_) => Err(ErrorKind::InvalidInput.into()),
        }
    }

    /// Creates a file in it with these bytes, in place of any of that name. Reserves the space before it writes. The file is on the disk
    /// when this returns; its name is once the folder is [synced](Self::sync).
    pub(super) fn write_new(
        &self,
        name: &OsStr,
        parts: &[&[u8]],
        access: Access,
    ) -> io::Result<()> {
        self.remove(name)?;
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL;
        let mut file = open_at(&self.open, name, flags, 0o600).map(File::from)?;
        access.give(&file)?;
        #[cfg(target_os = "linux")]
        reserve(&file, parts.iter().map(|part| part.len() as u64).sum())?;
        parts.iter().try_for_each(|part| file.write_all(part))?;
        file.sync_all()
    }

    /// Opens a file to lock, and creates it where there is none.
    pub(super) fn open_lock(&self, name: &OsStr) -> io::Result<File> {
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::NONBLOCK;
        match open_at(&self.open, name, flags, 0o644) {
            // A file of another user can be locked all the same.
            Err(error) if error.kind() == ErrorKind::PermissionDenied => {
                open_at(&self.open, name, OFlags::RDONLY | OFlags::NONBLOCK, 0).map(File::from)
            }
            opened => opened.map(File::from),
        }
    }

    /// Renames a file in it, replacing any file of the new name.
    pub(super) fn rename(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        let folder = &self.open;
        Ok(retry_on_intr(|| calls::renameat(folder, from, folder, to))?)
    }

    /// Removes a file in it, if there is one.
    pub(super) fn remove(&self, name: &OsStr) -> io::Result<()> {
        match retry_on_intr(|| calls::unlinkat(&self.open, name, AtFlags::empty())) {
            Err(Errno::NOENT) => Ok(()),
            removed => Ok(removed?),
        }
    }

    /// Returns when the names in it are on the disk.
    pub(super) fn sync(&self) -> io::Result<()> {
        Ok(retry_on_intr(|| calls::fsync(&self.open))?)
    }
}
