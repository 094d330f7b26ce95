//! What files are, and how they are opened, locked, read and written. A call that a signal cuts short is made again.

use std::{
    fs::{self, File, Metadata, OpenOptions, TryLockError},
    io::{self, ErrorKind, Read, Seek, SeekFrom, Write},
    path::Path,
};

/// Identifies a file independently of its path. The same for all files where the system has no such numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    device: u64,
    pub(super) inode: u64,
}

impl From<&Metadata> for Identity {
    #[cfg(unix)]
    fn from(metadata: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
        }
    }

    #[cfg(not(unix))]
    fn from(_: &Metadata) -> Self {
        Self {
            device: 0,
            inode: 0,
        }
    }
}

/// Lets every user read a file, and its owner write it.
#[cfg_attr(not(unix), expect(clippy::unnecessary_wraps, reason = "fails on Unix"))]
pub(super) fn make_readable(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(0o644))?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// The device that a folder is on. None where it cannot be looked at; the same for all where the system has no such numbers.
pub(super) fn device(folder: &Path) -> Option<u64> {
    let metadata = fs::metadata(folder).ok()?;
    Some(Identity::from(&metadata).device)
}

/// The user that a file belongs to. Root's number where the system has no such numbers.
#[cfg(unix)]
pub(super) fn owner(metadata: &Metadata) -> u32 {
    std::os::unix::fs::MetadataExt::uid(metadata)
}

#[cfg(not(unix))]
pub(super) const fn owner(_: &Metadata) -> u32 {
    0
}

/// The user who runs tokmon.
#[cfg(unix)]
pub(super) fn user() -> u32 {
    rustix::process::geteuid().as_raw()
}

#[cfg(not(unix))]
pub(super) const fn user() -> u32 {
    0
}

pub(super) fn identity(file: &File) -> io::Result<Identity> {
    Ok(Identity::from(&file.metadata()?))
}

/// What is at a path, links not followed. None where nothing is.
pub(super) fn identity_at(path: &Path) -> io::Result<Option<Identity>> {
    match fs::symlink_metadata(path) {
        Ok(metadata) => Ok(Some(Identity::from(&metadata))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// What something is that cannot be read as a file, in words. None for a regular file.
pub(super) fn unreadable_kind(metadata: &Metadata) -> Option<&'static str> {
    let kind = metadata.file_type();
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if kind.is_fifo() {
            return Some("a pipe");
        }
        if kind.is_char_device() || kind.is_block_device() {
            return Some("a device");
        }
        if kind.is_socket() {
            return Some("a socket");
        }
    }
    match kind.is_file() {
        true if is_sparse(metadata) => Some("a sparse file"),
        true => None,
        false if kind.is_dir() => Some("a folder"),
        false => Some("something else"),
    }
}

/// Whether a file is long, but almost none of it is on the disk: reading it would yield zeros for minutes. No compression reaches that
/// ratio.
#[cfg(unix)]
fn is_sparse(metadata: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    const LONG: u64 = 1 << 30;
    metadata.len() >= LONG && metadata.blocks().saturating_mul(512) < metadata.len() / 1024
}

#[cfg(not(unix))]
fn is_sparse(_: &Metadata) -> bool {
    false
}

/// How an existing file is opened for reading, without following a link.
pub(super) fn without_links() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NOFOLLOW);
    options
}

/// Writes once at the end of a file that was opened to append. Returns how much was written.
pub(super) fn write_once(mut file: &File, bytes: &[u8]) -> io::Result<usize> {
    loop {
        match file.write(bytes) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            written => return written,
        }
    }
}

/// Writes at the end of a file that was opened to write, wherever that is by now.
#[cfg(unix)]
pub(super) fn write_at_end(file: &File, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match rustix::io::retry_on_intr(|| append(file, bytes))? {
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

#[cfg(all(unix, not(target_os = "linux")))]
fn append(file: &File, bytes: &[u8]) -> rustix::io::Result<usize> {
    use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
    let flags = fcntl_getfl(file)?;
    fcntl_setfl(file, flags | OFlags::APPEND)?;
    let written = rustix::io::write(file, bytes);
    fcntl_setfl(file, flags)?;
    written
}

#[cfg(not(unix))]
pub(super) fn write_at_end(mut file: &File, bytes: &[u8]) -> io::Result<()> {
    file.seek(SeekFrom::End(0))?;
    file.write_all(bytes)
}

/// Writes over what a file holds at its start.
#[cfg(unix)]
pub(super) fn write_over(file: &File, bytes: &[u8]) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, 0)
}

#[cfg(not(unix))]
pub(super) fn write_over(mut file: &File, bytes: &[u8]) -> io::Result<()> {
    file.rewind()?;
    file.write_all(bytes)
}

/// Fills the buffer from an offset on, or as much of it as the file has bytes for. Returns that number.
pub(super) fn read_at(mut file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    file.seek(SeekFrom::Start(at))?;
    read_up_to(&mut file, buffer)
}

pub(super) fn read_up_to(input: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match input.read(rest) {
            Ok(0) => break,
            Ok(got) => filled += got,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

pub(super) fn read_whole(mut file: &File) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.rewind()?;
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Whether the lock was acquired. False where another process has the file locked.
pub(super) fn acquired(attempt: Result<(), TryLockError>) -> io::Result<bool> {
    match attempt {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Interrupted => Ok(false),
        Err(TryLockError::Error(error)) => Err(error),
    }
}
