//! Files that change with a log: where they may be, and how one is replaced. See `staged` and `replay` for what they hold, and when.

use std::{
    ffi::{OsStr, OsString},
    io::{self, ErrorKind},
    path::{Component, Path, PathBuf},
};

use super::super::{
    WriteError,
    error::Doing as _,
    folder::{Access, Folder},
    repository, resolve,
    state_dir::{self, name_with},
    system,
    target::Target,
};

/// The ending of the name of a file that is to replace another.
const STAGED_ENDING: &str = ".tokmon-new";

/// A file in a folder inside the tree of the log, whether it exists or not.
#[derive(Debug)]
pub(super) struct SideFile {
    folder: Folder,
    name: OsString,
    staged: OsString,
    pub(super) path: PathBuf,
}

/// A folder that was created for a side file.
#[derive(Debug)]
pub(super) struct CreatedFolder {
    parent: Folder,
    name: OsString,
}

impl CreatedFolder {
    /// Does nothing where the folder is not empty.
    pub(super) fn remove(&self) {
        let _ = self.parent.remove_folder(&self.name);
    }
}

/// The tree that the side files of a log may be in.
fn tree(folder: &Path) -> PathBuf {
    repository(folder).unwrap_or_else(|| folder.to_path_buf())
}

/// The path from the folder of a log to a file, links resolved. Fails where it leads out of the tree.
pub(super) fn relative_path(folder: &Path, path: &Path) -> Result<PathBuf, WriteError> {
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
        _ => WriteError::io("access", parent, error),
    })?;
    let in_tree = resolved.strip_prefix(&tree).map_err(|_| leads_out())?;
    if is_private(in_tree) {
        return Err(leads_out());
    }
    let shared = folder.ancestors().find(|above| resolved.starts_with(above));
    let shared = shared.unwrap_or(&tree);
    let up = folder
        .strip_prefix(shared)
        .map_or(0, |rest| rest.components().count());
    let down = resolved.strip_prefix(shared).unwrap_or(in_tree);
    let mut relative: PathBuf = std::iter::repeat_n("..", up).collect();
    relative.push(down);
    relative.push(name);
    Ok(relative)
}

/// Whether a path leads to what git runs or reads, or to tokmon's own files.
fn is_private(path: &Path) -> bool {
    let private = [".git", state_dir::NAME];
    path.components()
        .any(|part| private.iter().any(|name| part.as_os_str() == *name))
}

impl SideFile {
    /// The file at a [relative path](relative_path). Missing folders are created for the owner of the log, and noted in `created`;
    /// without `created` there is no such file then.
    pub(super) fn at(
        target: &Target,
        relative: &Path,
        mut created: Option<&mut Vec<CreatedFolder>>,
    ) -> Result<Option<Self>, WriteError> {
        let (mut path, tree) = (target.folder.clone(), tree(&target.folder));
        for part in relative.components() {
            match part {
                Component::ParentDir => drop(path.pop()),
                part => path.push(part),
            }
        }
        let leads_out = || WriteError::LeadsOut {
            path: path.clone(),
            tree: tree.clone(),
        };
        let in_tree = path.strip_prefix(&tree).map_err(|_| leads_out())?;
        let (Some(parent), Some(name)) = (in_tree.parent(), in_tree.file_name()) else {
            return Err(leads_out());
        };
        if is_private(in_tree) {
            return Err(leads_out());
        }
        let mut here = tree.clone();
        let mut folder = Folder::open(&here).doing("open", &here)?;
        for part in parent {
            here.push(part);
            folder = match (folder.enter(part), created.as_deref_mut()) {
                (Err(error), None) if error.kind() == ErrorKind::NotFound => return Ok(None),
                (Err(error), Some(created)) if error.kind() == ErrorKind::NotFound => {
                    create(folder, part, target.access()?, created).doing("create", &here)?
                }
                (entered, _) => entered.map_err(|error| WriteError::not_a_folder(&here, error))?,
            };
        }
        let mut staged = OsString::from(".");
        staged.push(name_with(name, STAGED_ENDING));
        Ok(Some(Self {
            name: name.to_os_string(),
            staged,
            folder,
            path,
        }))
    }

    /// What it holds, and who may do what with it. None where it does not exist.
    fn content(&self) -> Result<Option<(Vec<u8>, Access)>, WriteError> {
        let path = self.path.clone();
        let file = self.folder.read(&self.name);
        if matches!(&file, Err(error) if error.kind() == ErrorKind::InvalidInput) {
            return Err(WriteError::SideFile { path });
        }
        let Some(file) = file.doing("read", &path)? else {
            return Ok(None);
        };
        let metadata = file.metadata().doing("read", &path)?;
        if metadata.permissions().readonly() {
            let why = "it is read-only".to_owned();
            return Err(WriteError::NotPermitted { path, why });
        }
        let bytes = system::read_whole(&file).doing("read", &path)?;
        Ok(Some((bytes, Access::of(&metadata))))
    }

    /// What it holds. None where it does not exist.
    pub(super) fn bytes(&self) -> Result<Option<Vec<u8>>, WriteError> {
        Ok(self.content()?.map(|(bytes, _)| bytes))
    }

    /// Writes what it is to hold next to it, and returns when that is on the disk. Owner and permissions stay as they are; those of
    /// a new file are those of the log.
    pub(super) fn stage(&self, bytes: &[u8], access_of_log: Access) -> Result<(), WriteError> {
        let access = self.content()?.map_or(access_of_log, |(_, access)| access);
        let written = self.folder.write_new(&self.staged, &[bytes], access);
        written.doing("write", &self.path)
    }

    pub(super) fn install_staged(&self) -> Result<(), WriteError> {
        let renamed = self.folder.rename(&self.staged, &self.name);
        renamed.doing("replace", &self.path)
    }

    pub(super) fn sync(&self) -> Result<(), WriteError> {
        self.folder.sync().doing("sync", &self.path)
    }

    pub(super) fn remove_staged(&self) {
        // The next one replaces what is left.
        let _ = self.folder.remove(&self.staged);
    }

    pub(super) fn remove(&self) -> Result<(), WriteError> {
        self.folder.remove(&self.name).doing("remove", &self.path)
    }
}

fn create(
    parent: Folder,
    name: &OsStr,
    access: Access,
    created: &mut Vec<CreatedFolder>,
) -> io::Result<Folder> {
    let is_new = parent.make(name, access)?;
    let folder = parent.enter(name)?;
    if is_new {
        let name = name.to_os_string();
        created.push(CreatedFolder { parent, name });
    }
    Ok(folder)
}
