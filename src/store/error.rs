//! Why a log could not be written, in one sentence each, and what to do about it.

use std::{
    fmt, io,
    path::{Path, PathBuf},
};

use crate::exit::EndingSignal;

/// A process that has the log open, or its lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    pub pid: u32,
    /// The name of the program, as the system has it; it may hold anything.
    pub program: String,
}

/// Why a log could not be written. Unless it says otherwise, nothing was changed.
#[derive(Debug)]
pub enum WriteError {
    Missing {
        path: PathBuf,
    },
    NotAFile {
        path: PathBuf,
        /// What it is: `a pipe`, `a folder`.
        what: &'static str,
    },
    /// A file that is to change with the log is a link, a folder or a device.
    SideFile {
        path: PathBuf,
    },
    /// A path leads out of the tree it belongs to.
    LeadsOut {
        path: PathBuf,
        /// The folder that it leads out of.
        tree: PathBuf,
    },
    /// Other programs have the log open, or rewrite it.
    Busy {
        path: PathBuf,
        /// Those that are known. Empty where there was no waiting.
        holders: Vec<Holder>,
    },
    /// The system cannot keep other programs out while the log is rewritten.
    NoLease {
        path: PathBuf,
        why: String,
    },
    /// The file, or the folder of the journal, may not be written.
    NotPermitted {
        path: PathBuf,
        why: String,
    },
    /// Another program changed a file in the middle of a rewrite. The journal is kept.
    Damaged {
        path: PathBuf,
        /// The journal, which holds what was to be written.
        journal: PathBuf,
    },
    /// A rewrite was cut short, and its journal is not readable.
    DamagedJournal {
        journal: PathBuf,
    },
    /// Other programs change the files faster than they can be rewritten.
    Changing {
        path: PathBuf,
    },
    Io {
        /// What was being done: `write`, `rename`.
        doing: &'static str,
        path: PathBuf,
        error: io::Error,
    },
    /// A line was written in part, and is marked as such.
    CutShort {
        path: PathBuf,
        error: io::Error,
    },
    Interrupted {
        signal: EndingSignal,
        /// The change is complete all the same.
        is_done: bool,
    },
    /// The change is decided but not complete. The next run that writes completes it; until then, readers see it as made.
    Unfinished {
        journal: PathBuf,
        /// What prevented it.
        why: Box<WriteError>,
    },
}

impl WriteError {
    /// Reading or writing failed, or was not permitted.
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
        let kind = std::fs::symlink_metadata(path).map(|metadata| metadata.file_type());
        match kind {
            Ok(kind) if !kind.is_dir() => Self::NotPermitted {
                path: path.to_path_buf(),
                why: "it is not a folder".to_owned(),
            },
            _ => Self::io("open", path, error),
        }
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
        Some(match self {
            Self::Missing { .. } => "name an existing log with --file PATH".to_owned(),
            Self::NotAFile { .. } => {
                "name the file itself, like `--file docs/cost-log.md`".to_owned()
            }
            Self::SideFile { .. } => "move it away, or put a file in its place".to_owned(),
            Self::LeadsOut { .. } => "name the file itself, not a link to it".to_owned(),
            Self::Busy { holders, .. } if holders.is_empty() => {
                "run the command again; --wait waits longer".to_owned()
            }
            Self::Busy { .. } => {
                "close the log there, and run the command again; --wait waits longer".to_owned()
            }
            Self::Changing { .. } => "run the command again when less is written".to_owned(),
            Self::NoLease { .. } => {
                "make sure that no other program writes the log, and add --quiesced".to_owned()
            }
            Self::NotPermitted { .. } => {
                "check the permissions of the file and its folder".to_owned()
            }
            Self::Damaged { path, journal } => format!(
                "see that {} holds what it should ({} has the text that was to be written), then remove the journal",
                path.display(),
                journal.display()
            ),
            Self::DamagedJournal { .. } => DAMAGED_JOURNAL_HELP.to_owned(),
            Self::CutShort { .. } => "free some space, and write the line again".to_owned(),
            Self::Unfinished { .. } => "run the command again to finish it".to_owned(),
            Self::Io { .. } | Self::Interrupted { .. } => return None,
        })
    }
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { path } => write!(f, "there is no {}", path.display()),
            Self::NotAFile { path, what } => {
                write!(f, "{} is {what}, not a regular file", path.display())
            }
            Self::SideFile { path } => write!(f, "{} is not a regular file", path.display()),
            Self::LeadsOut { path, tree } => {
                write!(f, "{} leads out of {}", path.display(), tree.display())
            }
            Self::Busy { path, holders } => busy(f, path, holders),
            Self::NoLease { path, why } => write!(
                f,
                "cannot lock {} against other writers: {why}",
                path.display()
            ),
            Self::NotPermitted { path, why } => {
                write!(f, "cannot write {}: {why}", path.display())
            }
            Self::Damaged { path, .. } => write!(
                f,
                "{} was changed by another program in the middle of a rewrite",
                path.display()
            ),
            Self::DamagedJournal { journal } => write!(f, "{} is damaged", journal.display()),
            Self::Changing { path } => {
                write!(
                    f,
                    "{} changes faster than it can be rewritten",
                    path.display()
                )
            }
            Self::Io { doing, path, error } => {
                write!(f, "cannot {doing} {}: {}", path.display(), reason(error))
            }
            Self::CutShort { path, error } => {
                write!(
                    f,
                    "the line in {} was cut short: {}",
                    path.display(),
                    reason(error)
                )
            }
            Self::Interrupted { signal, is_done } => {
                let what = if *is_done {
                    "the change is complete"
                } else {
                    "nothing was changed"
                };
                write!(f, "interrupted ({signal}); {what}")
            }
            Self::Unfinished { journal, why } => write!(
                f,
                "the change is saved in {} but not complete: {why}",
                journal.display()
            ),
        }
    }
}

fn busy(f: &mut fmt::Formatter<'_>, path: &Path, holders: &[Holder]) -> fmt::Result {
    write!(f, "{} is in use", path.display())?;
    for (at, holder) in holders.iter().enumerate() {
        let before = if at == 0 { " by" } else { "," };
        write!(f, "{before} {} (process {})", holder.program, holder.pid)?;
    }
    Ok(())
}

impl std::error::Error for WriteError {}

/// Why a rewrite failed.
#[derive(Debug)]
pub enum RewriteError<E> {
    /// The planner failed. Nothing was changed.
    Plan(E),
    /// The writing failed.
    Write(WriteError),
}

impl<E> From<WriteError> for RewriteError<E> {
    fn from(error: WriteError) -> Self {
        Self::Write(error)
    }
}

/// What to do about a journal that is not readable.
pub const DAMAGED_JOURNAL_HELP: &str =
    "restore the log from a backup or see that it is whole, then remove the journal";

/// Why the system refused something, as part of a sentence: `permission denied`.
pub fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error ").next().unwrap_or_default();
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_ascii_lowercase());
    first.into_iter().chain(letters).collect()
}
