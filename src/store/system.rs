//! The calls that files are written with, each tried again where a signal cut it short. Folders are entered and files opened
//! below an open folder, and no link is followed, so that nothing can be put in the way in between.

use std::{
    ffi::{OsStr, OsString},
    fs::{self, File, Metadata, Permissions},
    io::{self, ErrorKind, Read},
    os::{
        fd::OwnedFd,
        unix::{
            ffi::{OsStrExt, OsStringExt},
            fs::{FileExt, MetadataExt, PermissionsExt},
        },
    },
    path::{Path, PathBuf},
};

use rustix::{
    fs::{self as calls, AtFlags, CWD, Gid, Mode, OFlags, RawMode, Uid},
    io::retry_on_intr,
};

/// What a file is, whatever it is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) device: u64,
    pub(super) inode: u64,
}

impl From<&Metadata> for Identity {
    fn from(metadata: &Metadata) -> Self {
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
        }
    }
}

pub(super) fn identity(file: &File) -> io::Result<Identity> {
    Ok(Identity::from(&file.metadata()?))
}

/// What lies at a path, links not followed. None where nothing does.
pub(super) fn identity_at(path: &Path) -> io::Result<Option<Identity>> {
    match fs::symlink_metadata(path) {
        Ok(metadata) => Ok(Some(Identity::from(&metadata))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether any user may write it. The permission bits do not stop the superuser, but they say what is wanted.
pub(super) fn is_writable(metadata: &Metadata) -> bool {
    metadata.mode() & 0o222 != 0
}

/// Whether a file is long, but next to nothing of it is on the disk: reading it gives zeros for minutes. No compression comes near
/// that.
pub(super) fn is_sparse(metadata: &Metadata) -> bool {
    const LONG: u64 = 1 << 30;
    metadata.len() >= LONG && metadata.blocks().saturating_mul(512) < metadata.len() / 1024
}

/// Who may do what with a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Access {
    mode: u32,
    owner: u32,
    group: u32,
}

impl Access {
    pub(super) fn of(metadata: &Metadata) -> Self {
        Self {
            mode: metadata.mode() & 0o666,
            owner: metadata.uid(),
            group: metadata.gid(),
        }
    }

    /// Sets those of another file. The owner stays where it may not be given away.
    pub(super) fn give(self, file: &File) -> io::Result<()> {
        let (owner, group) = (Uid::from_raw(self.owner), Gid::from_raw(self.group));
        let _ = calls::fchown(file, Some(owner), Some(group));
        file.set_permissions(Permissions::from_mode(self.mode))
    }
}

fn open_at(
    folder: impl rustix::fd::AsFd,
    name: &OsStr,
    flags: OFlags,
    mode: RawMode,
) -> io::Result<OwnedFd> {
    let flags = flags | OFlags::CLOEXEC | OFlags::NOFOLLOW;
    let opened = retry_on_intr(|| calls::openat(&folder, name, flags, Mode::from_raw_mode(mode)));
    Ok(opened?)
}

/// Opens a file that exists, for reading and writing. Waits while another process rewrites it.
pub(super) fn open_to_write(path: &Path) -> io::Result<File> {
    open_at(CWD, path.as_os_str(), OFlags::RDWR, 0).map(File::from)
}

/// Opens a file that exists, for reading and for writing at its end. Waits while another process rewrites it.
pub(super) fn open_to_append(path: &Path) -> io::Result<File> {
    open_at(CWD, path.as_os_str(), OFlags::RDWR | OFlags::APPEND, 0).map(File::from)
}

/// Writes once at the end of a file that was opened to append. Tells how much was written.
pub(super) fn write_once(file: &File, bytes: &[u8]) -> io::Result<usize> {
    Ok(retry_on_intr(|| rustix::io::write(file, bytes))?)
}

/// Writes at the end of a file that was opened to write, wherever that is by now.
pub(super) fn write_at_end(file: &File, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match retry_on_intr(|| append(file, bytes))? {
            0 => return Err(ErrorKind::WriteZero.into()),
            written => bytes = bytes.get(written..).unwrap_or_default(),
        }
    }
    Ok(())
}

#[cfg(target_os = "linux")]
fn append(file: &File, bytes: &[u8]) -> rustix::io::Result<usize> {
    let pieces = [io::IoSlice::new(bytes)];
    rustix::io::pwritev2(file, &pieces, 0, rustix::io::ReadWriteFlags::APPEND)
}

#[cfg(not(target_os = "linux"))]
fn append(file: &File, bytes: &[u8]) -> rustix::io::Result<usize> {
    let flags = calls::fcntl_getfl(file)?;
    calls::fcntl_setfl(file, flags | OFlags::APPEND)?;
    let written = rustix::io::write(file, bytes);
    calls::fcntl_setfl(file, flags)?;
    written
}

/// Writes over what a file holds at a place.
pub(super) fn write_over(file: &File, bytes: &[u8], at: u64) -> io::Result<()> {
    file.write_all_at(bytes, at)
}

/// As many bytes from a place on as there are, at most those that fit.
pub(super) fn read_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match file.read_at(rest, at + filled as u64) {
            Ok(0) => break,
            Ok(got) => filled += got,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// All that a file holds.
pub(super) fn read_whole(file: &File) -> io::Result<Vec<u8>> {
    let length = file.metadata()?.len();
    let mut bytes = vec![0; usize::try_from(length).map_err(io::Error::other)?];
    let got = read_at(file, &mut bytes, 0)?;
    bytes.truncate(got);
    Ok(bytes)
}

/// How a file is locked against other tokmon processes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Lock {
    Shared,
    Exclusive,
}

/// Locks a file until it is closed. False where another process has it locked.
pub(super) fn try_lock(file: &File, kind: Lock) -> io::Result<bool> {
    let operation = match kind {
        Lock::Shared => calls::FlockOperation::NonBlockingLockShared,
        Lock::Exclusive => calls::FlockOperation::NonBlockingLockExclusive,
    };
    match retry_on_intr(|| calls::flock(file, operation)) {
        Ok(()) => Ok(true),
        Err(rustix::io::Errno::WOULDBLOCK) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

pub(super) fn unlock(file: &File) {
    // Closing it does so too.
    let _ = calls::flock(file, calls::FlockOperation::Unlock);
}

/// Takes the room that a file will need, where that can be done.
#[cfg(target_os = "linux")]
pub(super) fn reserve(file: &File, length: u64) -> io::Result<()> {
    use rustix::io::Errno;
    if length == 0 {
        return Ok(());
    }
    let flags = calls::FallocateFlags::KEEP_SIZE;
    match retry_on_intr(|| calls::fallocate(file, flags, 0, length)) {
        Ok(()) | Err(Errno::OPNOTSUPP | Errno::NOSYS | Errno::INVAL) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Does nothing.
#[cfg(not(target_os = "linux"))]
#[expect(clippy::unnecessary_wraps, reason = "fails where room can be taken")]
pub(super) fn reserve(_: &File, _: u64) -> io::Result<()> {
    Ok(())
}

/// A file of the system's own that is read whole. None where there is none.
pub(super) fn read_small(path: &str) -> Option<String> {
    let file = open_at(CWD, path.as_ref(), OFlags::RDONLY, 0).ok()?;
    let mut text = String::new();
    File::from(file)
        .take(1 << 16)
        .read_to_string(&mut text)
        .ok()?;
    Some(text)
}

pub(super) fn path_to_bytes(path: &Path) -> Vec<u8> {
    path.as_os_str().as_bytes().to_vec()
}

/// A path from its bytes. None where they are none.
#[expect(clippy::unnecessary_wraps, reason = "fails where a path is text")]
pub(super) fn path_from_bytes(bytes: Vec<u8>) -> Option<PathBuf> {
    Some(PathBuf::from(OsString::from_vec(bytes)))
}

#[derive(Debug)]
pub(super) struct Folder(OwnedFd);

impl Folder {
    const FLAGS: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY);

    /// Opens a folder by a path without links.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        open_at(CWD, path.as_os_str(), Self::FLAGS, 0).map(Self)
    }

    pub(super) fn enter(&self, name: &OsStr) -> io::Result<Self> {
        open_at(&self.0, name, Self::FLAGS, 0).map(Self)
    }

    /// Creates a folder in it for the owner of a file, where it may be given away; it is on the disk when this returns. False where the
    /// name is taken.
    pub(super) fn make(&self, name: &OsStr, access: Access) -> io::Result<bool> {
        let mode = Mode::from_raw_mode(0o755);
        match retry_on_intr(|| calls::mkdirat(&self.0, name, mode)) {
            Ok(()) => {
                let flags = AtFlags::SYMLINK_NOFOLLOW;
                let (owner, group) = (Uid::from_raw(access.owner), Gid::from_raw(access.group));
                let _ = calls::chownat(&self.0, name, Some(owner), Some(group), flags);
                self.sync().map(|()| true)
            }
            Err(rustix::io::Errno::EXIST) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) fn remove_folder(&self, name: &OsStr) -> io::Result<()> {
        Ok(retry_on_intr(|| {
            calls::unlinkat(&self.0, name, AtFlags::REMOVEDIR)
        })?)
    }

    /// Opens a file in it for reading. Fails with `InvalidInput` where it is not a regular one.
    pub(super) fn read(&self, name: &OsStr) -> io::Result<Option<File>> {
        let opened = open_at(&self.0, name, OFlags::RDONLY | OFlags::NONBLOCK, 0);
        let file = match opened {
            Ok(file) => File::from(file),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) if error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error()) => {
                return Err(ErrorKind::InvalidInput.into());
            }
            Err(error) => return Err(error),
        };
        let metadata = file.metadata()?;
        if metadata.is_file() && !is_sparse(&metadata) {
            Ok(Some(file))
        } else {
            Err(ErrorKind::InvalidInput.into())
        }
    }

    /// Creates a file in it with these bytes, in place of any of that name. Takes the room before it writes.
    pub(super) fn write_new(
        &self,
        name: &OsStr,
        parts: &[&[u8]],
        access: Access,
    ) -> io::Result<File> {
        self.remove(name)?;
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL;
        let file = open_at(&self.0, name, flags, 0o600).map(File::from)?;
        access.give(&file)?;
        reserve(&file, parts.iter().map(|part| part.len() as u64).sum())?;
        let mut at = 0;
        for part in parts {
            write_over(&file, part, at)?;
            at += part.len() as u64;
        }
        Ok(file)
    }

    /// Opens a file to lock, and creates it where there is none.
    pub(super) fn open_lock(&self, name: &OsStr) -> io::Result<File> {
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::NONBLOCK;
        match open_at(&self.0, name, flags, 0o644) {
            // A file of another user can be locked all the same.
            Err(error) if error.kind() == ErrorKind::PermissionDenied => {
                open_at(&self.0, name, OFlags::RDONLY | OFlags::NONBLOCK, 0).map(File::from)
            }
            opened => opened.map(File::from),
        }
    }

    /// Gives a file in it another name, also one that is taken.
    pub(super) fn rename(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        Ok(retry_on_intr(|| {
            calls::renameat(&self.0, from, &self.0, to)
        })?)
    }

    /// Removes a file in it. That there is none is fine.
    pub(super) fn remove(&self, name: &OsStr) -> io::Result<()> {
        match retry_on_intr(|| calls::unlinkat(&self.0, name, AtFlags::empty())) {
            Ok(()) | Err(rustix::io::Errno::NOENT) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Back when the names in it are on the disk.
    pub(super) fn sync(&self) -> io::Result<()> {
        Ok(retry_on_intr(|| calls::fsync(&self.0))?)
    }
}
