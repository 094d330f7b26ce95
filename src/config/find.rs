//! Where settings are found: near a folder, else in the folder of the user's own settings.

use std::path::{Path, PathBuf};

use super::FILE;
use crate::store;

/// Where settings for a folder are likely to be written, the nearest first: in it or in a parent up to the root of the repository,
/// or in the user's settings folder.
pub fn places(folder: &Path, user: Option<&Path>) -> Vec<PathBuf> {
    let near = store::up_to_repository(folder)
        .into_iter()
        .map(|folder| folder.join(FILE));
    let own = user.map(|user| user.join("tokmon").join(FILE));
    near.chain(own).collect()
}

/// The settings file for a folder.
#[derive(Clone, Debug, Default)]
pub struct FoundSettings {
    pub path: Option<PathBuf>,
    /// Nearer ones that belong to another user.
    pub foreign: Vec<PathBuf>,
}

/// Finds the settings for a folder: in it or above it, up to the root of its repository; where it is in none, up to the home folder
/// or a mount point; else in the folder of the user's settings.
pub fn find(folder: &Path, home: Option<&Path>, user: Option<&Path>) -> FoundSettings {
    let mut found = FoundSettings::default();
    for place in store::above(folder, home) {
        let path = place.join(FILE);
        if store::is_file(&path) {
            if store::is_trusted(&path, folder) {
                found.path = Some(path);
                return found;
            }
            found.foreign.push(path);
        }
    }
    let own = user.map(|user| user.join("tokmon").join(FILE));
    found.path = own.filter(|path| store::is_file(path));
    found
}
