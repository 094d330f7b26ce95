//! Files that are replaced as a whole, which nothing else writes.

use std::{fs, io, io::Write as _, path::Path};

use super::{create_new, roll_back};

/// Replaces a file, or creates it: the bytes are written beside it, then renamed. A link is followed, permissions stay as they
/// are, and a device or a pipe is written to. Nothing is left behind on failure.
pub fn replace(path: &Path, bytes: &[u8], random: u64) -> io::Result<()> {
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
    let kept = old.map_or(Ok(()), |old| {
        fs::set_permissions(&staged, old.permissions())
    });
    kept.and_then(|()| fs::rename(&staged, &path))
        .inspect_err(|_| roll_back(&staged))
}

/// Whether two paths lead to the same file. False if one of them does not exist.
pub fn is_same_file(one: &Path, other: &Path) -> bool {
    match (fs::canonicalize(one), fs::canonicalize(other)) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}
