//! Where files that hold for a folder are looked for: in it and above it, up to where another project or another user may begin.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{real_path, system};

/// The folder and its parents, up to the root of the repository it is in; the folder alone where it is in none.
pub fn up_to_repository(folder: &Path) -> Vec<PathBuf> {
    let root = repository(folder);
    let root = root.as_deref().unwrap_or(folder);
    let inside = folder
        .ancestors()
        .take_while(|above| above.starts_with(root));
    inside.map(Path::to_path_buf).collect()
}

pub(super) fn repository(folder: &Path) -> Option<PathBuf> {
    let mut folders = folder.ancestors();
    let root = folders.find(|folder| folder.join(".git").exists());
    root.map(Path::to_path_buf)
}

/// The folder and its parents, up to the root of the repository it is in; where it is in none, up to the home folder or to the
/// root of its file system.
pub fn above(folder: &Path, home: Option<&Path>) -> Vec<PathBuf> {
    if repository(folder).is_some() {
        return up_to_repository(folder);
    }
    // What is above `docs/..` is not `docs`.
    let real = real_path(folder);
    let home = home.map(real_path);
    let device = system::device(&real);
    let mut folders = vec![folder.to_path_buf()];
    let mut inner = real.as_path();
    while Some(inner) != home.as_deref()
        && let Some(outer) = inner.parent()
        && device.is_some()
        && system::device(outer) == device
    {
        folders.push(outer.to_path_buf());
        inner = outer;
    }
    folders
}

/// Whether a file belongs to the user who runs tokmon, to root, or to the owner of the folder that is worked in. A link must, and
/// what it leads to.
pub fn is_trusted(path: &Path, folder: &Path) -> bool {
    let owners = [fs::metadata(path), fs::symlink_metadata(path)];
    let owners = owners.map(|metadata| metadata.ok().map(|metadata| system::owner(&metadata)));
    let of_folder = fs::metadata(folder).ok();
    let of_folder = of_folder.map(|metadata| system::owner(&metadata));
    let trusted = [Some(system::user()), Some(0), of_folder];
    owners
        .into_iter()
        .all(|owner| owner.is_some() && trusted.contains(&owner))
}
