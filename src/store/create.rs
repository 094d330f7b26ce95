//! Files that are new, and ours alone until they are whole.

use std::{fs, io, io::Write as _, path::Path};

/// Whether anything has that name, be it a link that leads nowhere. Fails where that cannot be found out.
pub fn is_taken(path: &Path) -> io::Result<bool> {
    match fs::symlink_metadata(path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Makes a file that outlasts a power cut. Fails where one of that name is there already, and leaves nothing where it fails.
#[expect(clippy::disallowed_methods, reason = "this is the door to files")]
pub fn create_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path)?;
    let folder = path.parent().filter(|_| cfg!(unix));
    let written = file
        .write_all(bytes)
        .and_then(|()| file.sync_all())
        .and_then(|()| folder.map_or(Ok(()), |folder| fs::File::open(folder)?.sync_all()));
    written.inspect_err(|_| take_back(path))
}

/// Takes a file away that was just made. That it cannot be is no further failure.
#[expect(clippy::disallowed_methods, reason = "this is the door to files")]
pub fn take_back(path: &Path) {
    let _ = fs::remove_file(path);
}
