//! Files that change with a log: where they may lie, and how one is replaced. What they hold, and when, is the business of
//! `rewrite` and `redo`.

use std::{
    ffi::{OsStr, OsString},
    io::{self, ErrorKind, Read},
    path::{Component, Path, PathBuf},
};

use super::{
    Target, WriteError, system,
    system::{Access, Folder},
    target::{name_with, repository},
};

/// The ending of the name of a file that is to take the place of another.
const DRAFT: &str = ".tokmon-new";

/// A file in a folder that is inside the tree of the log, whether it exists or not.
#[derive(Debug)]
pub(super) struct Place {
    folder: Folder,
    name: OsString,
    draft: OsString,
    path: PathBuf,
}

/// What lies at a place.
#[derive(Debug)]
pub(super) struct Content {
    pub(super) bytes: Vec<u8>,
    access: Access,
}

/// A folder that was made for a file, and may be taken back.
#[derive(Debug)]
pub(super) struct Made {
    parent: Folder,
    name: OsString,
}

impl Made {
    /// Removes the folder, if it is still empty.
    pub(super) fn undo(&self) {
        let _ = self.parent.remove_folder(&self.name);
    }
}

/// The tree that files beside a log may lie in.
fn tree(folder: &Path) -> PathBuf {
    repository(folder).unwrap_or_else(|| folder.to_path_buf())
}

/// The way from the folder of a log to a file, links resolved. Fails where that leads out of the tree.
pub(super) fn way(folder: &Path, path: &Path) -> Result<PathBuf, WriteError> {
    let tree = tree(folder);
    let leads_out = || WriteError::LeadsOut {
        path: path.to_path_buf(),
        tree: tree.clone(),
    };
    let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(leads_out());
    };
    let resolved = resolve(parent).map_err(|error| match error.kind() {
        ErrorKind::InvalidInput => leads_out(),
        _ => WriteError::io("look up", parent, error),
    })?;
    let in_tree = resolved.strip_prefix(&tree).map_err(|_| leads_out())?;
    if is_gits(in_tree) {
        return Err(leads_out());
    }
    let shared = folder.ancestors().find(|above| resolved.starts_with(above));
    let shared = shared.unwrap_or(&tree);
    let up = folder
        .strip_prefix(shared)
        .map_or(0, |rest| rest.components().count());
    let down = resolved.strip_prefix(shared).unwrap_or(in_tree);
    let mut way: PathBuf = std::iter::repeat_n("..", up).collect();
    way.push(down);
    way.push(name);
    Ok(way)
}

/// Whether git runs or reads what lies there.
fn is_gits(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str() == ".git")
}

/// A path without links, of which the end need not exist.
#[expect(clippy::disallowed_methods, reason = "this is the door to files")]
fn resolve(path: &Path) -> io::Result<PathBuf> {
    match std::fs::canonicalize(path) {
        Ok(path) => Ok(path),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            // A link that leads nowhere is there all the same.
            let is_link = std::fs::symlink_metadata(path).is_ok();
            match (path.parent(), path.components().next_back()) {
                (Some(parent), Some(Component::Normal(name))) if !is_link => {
                    Ok(resolve(parent)?.join(name))
                }
                _ => Err(ErrorKind::InvalidInput.into()),
            }
        }
        Err(error) => Err(error),
    }
}

impl Place {
    /// Goes a way that [`way`] gave. Folders that are missing are made, and noted in `made`; without `made` there is no place then.
    pub(super) fn at(
        target: &Target,
        way: &Path,
        mut made: Option<&mut Vec<Made>>,
    ) -> Result<Option<Self>, WriteError> {
        let (mut full, tree) = (target.folder.clone(), tree(&target.folder));
        for part in way.components() {
            match part {
                Component::ParentDir => drop(full.pop()),
                part => full.push(part),
            }
        }
        let leads_out = || WriteError::LeadsOut {
            path: full.clone(),
            tree: tree.clone(),
        };
        let in_tree = full.strip_prefix(&tree).map_err(|_| leads_out())?;
        let (Some(parent), Some(name)) = (in_tree.parent(), in_tree.file_name()) else {
            return Err(leads_out());
        };
        if is_gits(in_tree) {
            return Err(leads_out());
        }
        let mut here = tree.clone();
        let mut folder =
            Folder::open(&here).map_err(|error| WriteError::io("open", &here, error))?;
        for part in parent {
            here.push(part);
            let is_missing = |error: &io::Error| error.kind() == ErrorKind::NotFound;
            folder = match (folder.enter(part), made.as_deref_mut()) {
                (Err(error), None) if is_missing(&error) => return Ok(None),
                (Err(error), Some(made)) if is_missing(&error) => make(folder, part, made),
                (entered, _) => entered,
            }
            .map_err(|error| not_a_folder(&here, error))?;
        }
        Ok(Some(Self {
            draft: draft_of(name),
            name: name.to_os_string(),
            folder,
            path: full,
        }))
    }

    /// The file, by a path without links.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    fn io(&self, doing: &'static str, error: io::Error) -> WriteError {
        match error.kind() {
            ErrorKind::InvalidInput => WriteError::NotAFile {
                path: self.path.clone(),
                what: "a link, or something else",
            },
            _ => WriteError::io(doing, &self.path, error),
        }
    }

    /// What lies there now.
    pub(super) fn content(&self) -> Result<Option<Content>, WriteError> {
        let failed = |error| self.io("read", error);
        let Some(mut file) = self.folder.read(&self.name).map_err(failed)? else {
            return Ok(None);
        };
        let metadata = file.metadata().map_err(failed)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(failed)?;
        let access = Access::of(&metadata);
        if !system::is_writable(&metadata) {
            let why = "it is read-only".to_owned();
            let path = self.path.clone();
            return Err(WriteError::NotPermitted { path, why });
        }
        Ok(Some(Content { bytes, access }))
    }

    /// Writes what is to lie there, next to it, and sees that onto the disk. Who may read it is left as it is; for a new file, as it
    /// is for `model`.
    pub(super) fn write_draft(&self, bytes: &[u8], model: Access) -> Result<(), WriteError> {
        let access = self.content()?.map_or(model, |content| content.access);
        let write = || {
            let file = self.folder.create(&self.draft)?;
            access.give(&file)?;
            system::reserve(&file, bytes.len() as u64)?;
            system::write_over(&file, bytes, 0)?;
            file.sync_all()
        };
        write().map_err(|error| self.io("write", error))
    }

    /// Puts what was written next to it in its place, for good.
    pub(super) fn install_draft(&self) -> Result<(), WriteError> {
        let renamed = self.folder.rename(&self.draft, &self.name);
        let synced = renamed.and_then(|()| self.folder.sync());
        synced.map_err(|error| self.io("replace", error))
    }

    /// Removes what was written next to it.
    pub(super) fn remove_draft(&self) {
        // What is left is replaced by the next one.
        let _ = self.folder.remove(&self.draft);
    }

    /// Removes what lies there, for good.
    pub(super) fn remove(&self) -> Result<(), WriteError> {
        let removed = self.folder.remove(&self.name);
        let synced = removed.and_then(|()| self.folder.sync());
        synced.map_err(|error| self.io("remove", error))
    }
}

fn draft_of(name: &OsStr) -> OsString {
    let mut draft = OsString::from(".");
    draft.push(name_with(name, DRAFT));
    draft
}

fn make(parent: Folder, name: &OsStr, made: &mut Vec<Made>) -> io::Result<Folder> {
    let is_made = parent.make(name)?;
    let folder = parent.enter(name)?;
    if is_made {
        let name = name.to_os_string();
        made.push(Made { parent, name });
    }
    Ok(folder)
}

/// What is on the way is no folder, or cannot be opened.
fn not_a_folder(path: &Path, error: io::Error) -> WriteError {
    let kind = std::fs::symlink_metadata(path).map(|metadata| metadata.file_type());
    match kind {
        Ok(kind) if !kind.is_dir() => WriteError::NotPermitted {
            path: path.to_path_buf(),
            why: "it is not a folder".to_owned(),
        },
        _ => WriteError::io("open", path, error),
    }
}
