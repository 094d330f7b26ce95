//! Why a file could not be read or written, in one sentence each, and what to do about it.

use std::{
    io,
    path::{Path, PathBuf},
};

use crate::exit::EndingSignal;

/// Why a file could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("there is no such file")]
    Missing,
    /// Not a regular file; the text says what it is.
    #[error("it is {0}, not a regular file")]
    NotAFile(&'static str),
    #[error("{}", reason(.0))]
    Refused(io::Error),
    /// A rewrite was cut short, and its journal is not readable.
    #[error("{0} is damaged")]
    DamagedJournal(PathBuf),
}

/// A process that has the log open, or its lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    pub pid: u32,
    /// The name of the program, as the system has it; it may hold anything.
    pub program: String,
}

/// Why a log could not be written. Unless it says otherwise, nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    #[error("there is no {path}")]
    Missing { path: PathBuf },
    /// `what` is like `a pipe`.
    #[error("{path} is {what}, not a regular file")]
    NotAFile { path: PathBuf, what: &'static str },
    /// A file that is to change with the log is a link, a folder or a device.
    #[error("{path} is not a regular file")]
    SideFile { path: PathBuf },
    /// A path leads out of the folder that it must stay in.
    #[error("{path} leads out of {tree}")]
    LeadsOut { path: PathBuf, tree: PathBuf },
    /// Other programs have the log open, or rewrite it. The holders are those that are known; none where there was no waiting.
    #[error("{path} is in use{}", listed(.holders))]
    Busy { path: PathBuf, holders: Vec<Holder> },
    /// The system cannot keep other programs out while the log is rewritten.
    #[error("cannot lock {path} against other writers: {why}")]
    NoLease { path: PathBuf, why: String },
    /// The file, or the folder of the journal, may not be written.
    #[error("cannot write {path}: {why}")]
    NotPermitted { path: PathBuf, why: String },
    /// Another program changed a file in the middle of a rewrite. The journal is kept; it holds what was to be written.
    #[error("{path} was changed by another program in the middle of a rewrite")]
    Conflict { path: PathBuf, journal: PathBuf },
    /// A rewrite was cut short, and its journal is not readable.
    #[error("{journal} is damaged")]
    DamagedJournal { journal: PathBuf },
    /// Other programs change the files faster than they can be rewritten.
    #[error("{path} changes faster than it can be rewritten")]
    Changing { path: PathBuf },
    /// `doing` is like `write` or `rename`.
    #[error("cannot {doing} {path}: {}", reason(.error))]
    Io {
        doing: &'static str,
        path: PathBuf,
        error: io::Error,
    },
    /// A line was written in part, and is marked as such.
    #[error("the line in {path} was cut short: {}", reason(.error))]
    CutShort { path: PathBuf, error: io::Error },
    /// The change is complete all the same if it `is_done`.
    #[error("interrupted ({signal}); {}", if *.is_done { "the change is complete" } else { "nothing was changed" })]
    Interrupted { signal: EndingSignal, is_done: bool },
    /// The change is decided but not complete. The next run that writes completes it; until then, readers see it as made.
    #[error("the change is saved in {journal} but not complete: {why}")]
    Unfinished {
        journal: PathBuf,
        why: Box<WriteError>,
    },
}

/// Adds to an I/O error what was being done, and to which file.
pub(super) trait Doing<T> {
    fn doing(self, doing: &'static str, path: &Path) -> Result<T, WriteError>;
}

impl<T> Doing<T> for io::Result<T> {
    fn doing(self, doing: &'static str, path: &Path) -> Result<T, WriteError> {
        self.map_err(|error| WriteError::io(doing, path, error))
    }
}

impl WriteError {
    pub(super) fn io(doing: &'static str, path: &Path, error: io::Error) -> Self {
        let path = path.to_path_buf();
        match error.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                let why = reason(&error);
                Self::NotPermitted { path, why }
            }
            _ => Self::Io { doing, path, error },
        }
    }

    /// A path component that is not a folder, or cannot be opened.
    pub(super) fn not_a_folder(path: &Path, error: io::Error) -> Self {
        let metadata = std::fs::symlink_metadata(path);
        if metadata.is_ok_and(|metadata| !metadata.is_dir()) {
            let why = "it is not a folder".to_owned();
            let path = path.to_path_buf();
            return Self::NotPermitted { path, why };
        }
        Self::io("open", path, error)
    }

    /// It failed before anything was written, and may well not fail another time.
    pub(super) const fn is_before_anything(&self) -> bool {
        matches!(
            self,
            Self::Busy { .. }
                | Self::NoLease { .. }
                | Self::NotPermitted { .. }
                | Self::Changing { .. }
        )
    }

    /// What to do about it, as an order.
    pub fn help(&self) -> Option<String> {
        let help = match self {
            Self::Missing { .. } => "name an existing log with --file PATH",
            Self::NotAFile { .. } => "name the file itself, like `--file docs/cost-log.md`",
            Self::SideFile { .. } => "move it away, or put a file in its place",
            Self::LeadsOut { .. } => "name the file itself, not a link to it",
            Self::Busy { holders, .. } if holders.is_empty() => {
                "run the command again; --wait waits longer"
            }
            Self::Busy { .. } => {
                "close the log there, and run the command again; --wait waits longer"
            }
            Self::Changing { .. } => "try again when the log is less busy",
            Self::NoLease { .. } => {
                "make sure that no other program writes the log, and add --quiesced"
            }
            Self::NotPermitted { .. } => "check the permissions of the file and its folder",
            Self::Conflict { path, journal } => {
                return Some(format!(
                    "check that {} is correct ({} has the text that was to be written), then remove the journal",
                    path.display(),
                    journal.display()
                ));
            }
            Self::DamagedJournal { .. } => DAMAGED_JOURNAL_HELP,
            Self::CutShort { .. } => "free some space, and write the line again",
            Self::Unfinished { .. } => "run the command again to finish it",
            Self::Io { .. } | Self::Interrupted { .. } => return None,
        };
        Some(help.to_owned())
    }
}

/// The processes that have a file open, as the end of a sentence.
fn listed(holders: &[Holder]) -> String {
    let listed = holders.iter().enumerate().map(|(at, holder)| {
        let before = if at == 0 { " by" } else { "," };
        format!("{before} {} (process {})", holder.program, holder.pid)
    });
    listed.collect()
}

#[derive(Debug)]
pub enum RewriteError<E> {
    /// The planner failed. Nothing was changed.
    Plan(E),
    Write(WriteError),
}

impl<E> From<WriteError> for RewriteError<E> {
    fn from(error: WriteError) -> Self {
        Self::Write(error)
    }
}

pub const DAMAGED_JOURNAL_HELP: &str =
    "restore the log from a backup or check that it is complete, then remove the journal";

/// Why the system refused something, as part of a sentence: `permission denied`.
pub fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error ").next().unwrap_or_default();
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_ascii_lowercase());
    first.into_iter().chain(letters).collect()
}
