//! The folder beside a log that holds what is ours alone: the lock, the journal, and the journal that is being written.

use std::{
    ffi::{OsStr, OsString},
    fs::{File, TryLockError},
    io::{self, ErrorKind, Read},
    path::{Path, PathBuf},
};

use super::{
    Target, WriteError,
    clock::Deadline,
    holders,
    journal::Journal,
    system::{self, Access, Folder},
    target::name_with,
};

/// The name of the folder.
const NAME: &str = ".tokmon";
const LOCK: &str = ".lock";
const JOURNAL: &str = ".journal";
const DRAFT: &str = ".journal.new";

/// Where the journal of a log lies.
pub(super) fn journal_path(folder: &Path, name: &OsStr) -> PathBuf {
    folder.join(NAME).join(name_with(name, JOURNAL))
}

/// What a file says of a rewrite.
#[derive(Debug)]
pub(super) enum Found {
    Nothing,
    Journal(Box<Journal>),
    /// Something that is no journal.
    Unreadable,
}

/// Why a journal may not last.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) error: WriteError,
    /// It is there, though it may be gone after the power was cut.
    pub(super) is_in_force: bool,
}

/// The folder, while nobody else of ours writes the log.
#[derive(Debug)]
pub(super) struct Private {
    folder: Folder,
    path: PathBuf,
    journal: OsString,
    draft: OsString,
    /// Kept for its lock.
    _lock: File,
}

impl Private {
    /// Makes the folder where there is none, and takes the lock. Gives up at the deadline.
    pub(super) fn enter(target: &Target, deadline: &Deadline) -> Result<Self, WriteError> {
        let path = target.folder.join(NAME);
        let failed = |doing| {
            let path = path.clone();
            move |error| WriteError::io(doing, &path, error)
        };
        let beside = Folder::open(&target.folder)
            .map_err(|error| WriteError::io("open", &target.folder, error))?;
        let is_new = beside.make(NAME.as_ref()).map_err(failed("make"))?;
        let folder = beside
            .enter(NAME.as_ref())
            .map_err(|error| not_ours(&path, error))?;
        let log = target.path.symlink_metadata();
        let log = log.map_err(|error| target.io("look at", error))?;
        if is_new {
            folder.give(Access::of(&log));
        }
        let ignore = OsStr::new(".gitignore");
        if matches!(folder.read(ignore), Ok(None)) {
            let written = folder.create(ignore).and_then(|file| {
                Access::of(&log).give(&file)?;
                system::write_at_end(&file, b"*\n")
            });
            written.map_err(failed("write in"))?;
        }
        Ok(Self {
            _lock: locked(&folder, target, deadline)?,
            journal: name_with(&target.name, JOURNAL),
            draft: name_with(&target.name, DRAFT),
            folder,
            path,
        })
    }

    /// Looks into the folder without taking the lock. None where there is none.
    pub(super) fn look(folder: &Path, name: &OsStr) -> io::Result<Found> {
        match Folder::open(&folder.join(NAME)) {
            Ok(folder) => found(&folder, &name_with(name, JOURNAL)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Found::Nothing),
            Err(error) => Err(error),
        }
    }

    /// Where the journal lies.
    pub(super) fn journal_path(&self) -> PathBuf {
        self.path.join(&self.journal)
    }

    /// Writing in the folder failed.
    pub(super) fn io(&self, doing: &'static str, error: io::Error) -> WriteError {
        WriteError::io(doing, &self.journal_path(), error)
    }

    /// Writing the journal that is not in force yet failed.
    pub(super) fn io_of_draft(&self, doing: &'static str, error: io::Error) -> WriteError {
        WriteError::io(doing, &self.path.join(&self.draft), error)
    }

    /// The journal that is in force.
    pub(super) fn journal(&self) -> Result<Found, WriteError> {
        found(&self.folder, &self.journal).map_err(|error| self.io("read", error))
    }

    /// The journal that was being written.
    pub(super) fn draft(&self) -> Result<Found, WriteError> {
        found(&self.folder, &self.draft).map_err(|error| self.io_of_draft("read", error))
    }

    /// Writes a journal that is not in force yet, and sees it onto the disk.
    pub(super) fn write_draft(&self, journal: &Journal, access: Access) -> io::Result<()> {
        let file = self.folder.create(&self.draft)?;
        let bytes = journal.to_bytes();
        access.give(&file)?;
        system::reserve(&file, bytes.len() as u64)?;
        system::write_over(&file, &bytes, 0)?;
        file.sync_all()
    }

    /// Removes the journal that is not in force.
    pub(super) fn remove_draft(&self) -> io::Result<()> {
        self.folder.remove(&self.draft)
    }

    /// Puts the journal in force, in place of any other. From here on, the change is decided.
    pub(super) fn enforce_draft(&self) -> Result<(), Refusal> {
        let failed = |error| self.io("write", error);
        let renamed = self.folder.rename(&self.draft, &self.journal);
        renamed.map_err(|error| Refusal {
            error: failed(error),
            is_in_force: false,
        })?;
        self.folder.sync().map_err(|error| Refusal {
            error: failed(error),
            is_in_force: true,
        })
    }

    /// Takes the journal out of force that was put there just now. Whether it did.
    pub(super) fn withdraw_journal(&self) -> bool {
        let is_gone = self.folder.remove(&self.journal).is_ok();
        // It was not known to be on the disk either.
        let _ = self.folder.sync();
        is_gone
    }

    /// Removes the journal that is in force. It may be back after the power was cut, until it is [kept away](Self::keep_journal_away).
    pub(super) fn remove_journal(&self) -> Result<(), WriteError> {
        let removed = self.folder.remove(&self.journal);
        removed.map_err(|error| self.io("remove", error))
    }

    /// Sees to it that the journal that was removed stays away. The log need not be held for that: a journal that comes back finds
    /// it begin with the new text.
    pub(super) fn keep_journal_away(&self) -> Result<(), WriteError> {
        let synced = self.folder.sync();
        synced.map_err(|error| self.io("remove", error))
    }
}

fn found(folder: &Folder, name: &OsStr) -> io::Result<Found> {
    let file = match folder.read(name) {
        Ok(Some(file)) => file,
        Ok(None) => return Ok(Found::Nothing),
        Err(error) if error.kind() == ErrorKind::InvalidInput => return Ok(Found::Unreadable),
        Err(error) => return Err(error),
    };
    let mut bytes = Vec::new();
    io::BufReader::new(file).read_to_end(&mut bytes)?;
    let journal = Journal::from_bytes(&bytes).map(Box::new);
    Ok(journal.map_or(Found::Unreadable, Found::Journal))
}

/// The folder is a link or a file, or cannot be opened.
fn not_ours(path: &Path, error: io::Error) -> WriteError {
    let kind = std::fs::symlink_metadata(path).map(|metadata| metadata.file_type());
    match kind {
        Ok(kind) if !kind.is_dir() => WriteError::NotPermitted {
            path: path.to_path_buf(),
            why: "it is not a folder".to_owned(),
        },
        _ => WriteError::io("open", path, error),
    }
}

/// The lock, once it is ours. The file of it is never removed by us: who waits for it would wait for nothing.
fn locked(folder: &Folder, target: &Target, deadline: &Deadline) -> Result<File, WriteError> {
    let name = name_with(&target.name, LOCK);
    let path = target.folder.join(NAME).join(&name);
    let failed = |error| WriteError::io("lock", &path, error);
    deadline.begin();
    loop {
        let file = folder.open_lock(&name).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {
                let here = system::identity(&file).map_err(failed)?;
                if system::identity_at(&path).map_err(failed)? == Some(here) {
                    return Ok(file);
                }
            }
            Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Interrupted => continue,
            Err(TryLockError::Error(error)) => return Err(failed(error)),
            Err(TryLockError::WouldBlock) => {}
        }
        if !deadline.pause() {
            return Err(WriteError::Busy {
                path: target.path.clone(),
                holders: if deadline.waits() {
                    holders::of_lock(&path)
                } else {
                    Vec::new()
                },
            });
        }
    }
}
