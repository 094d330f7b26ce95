//! Why a log could not be written: one sentence each, what to do about it, and the code a run ends with.

use std::{
    fmt, io,
    path::{Path, PathBuf},
};

use crate::exit::EndingSignal;

/// A process that has the log open, or its lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The id of the process.
    pub pid: u32,
    /// The name of the program, as the system has it; it may hold anything.
    pub program: String,
}

/// Why a log could not be written. Unless it says otherwise, nothing was changed.
#[derive(Debug)]
pub enum WriteError {
    /// There is no such file.
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// Not a regular file.
    NotAFile {
        /// What lies there.
        path: PathBuf,
        /// What it is: `a pipe`, `a folder`.
        what: &'static str,
    },
    /// A path that leads out of the tree it belongs to.
    LeadsOut {
        /// The path as it was given.
        path: PathBuf,
        /// The folder that it leads out of.
        tree: PathBuf,
    },
    /// Others have the log open, or write it just now.
    Busy {
        /// The log.
        path: PathBuf,
        /// Those who could be found out. Empty where nobody was waited for.
        holders: Vec<Holder>,
    },
    /// The system keeps nobody away from the log while it is rewritten.
    NoLease {
        /// The log.
        path: PathBuf,
        /// Why not.
        why: String,
    },
    /// The file, or the folder that a journal would lie in, must not be written.
    NotPermitted {
        /// The file or folder.
        path: PathBuf,
        /// What forbids it.
        why: String,
    },
    /// Something is not as it was left. The journal is kept.
    Damaged {
        /// What is not.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
        /// The journal that tells what was to be written.
        journal: PathBuf,
    },
    /// Others change the files faster than a change can be made of them.
    Changing {
        /// The file that changed.
        path: PathBuf,
    },
    /// Reading or writing failed.
    Io {
        /// What was being done: `write`, `rename`.
        doing: &'static str,
        /// To which file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// A line was written in part. What there is of it is marked as such.
    CutShort {
        /// The log.
        path: PathBuf,
        /// What the system says, if it says anything.
        error: io::Error,
    },
    /// A signal arrived.
    Interrupted {
        /// Which.
        signal: EndingSignal,
        /// The change was made all the same, to its end.
        is_done: bool,
    },
    /// The change is decided but not made to its end. The next run that writes does that; until then, readers see it as made.
    Unfinished {
        /// The journal.
        journal: PathBuf,
        /// What came in between.
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
    #[must_use]
    pub fn help(&self) -> Option<String> {
        Some(match self {
            Self::Missing { .. } => "name an existing log with --file PATH".to_owned(),
            Self::NotAFile { .. } => {
                "name the file itself, like `--file docs/cost-log.md`".to_owned()
            }
            Self::LeadsOut { .. } => "name the file itself, not a link to it".to_owned(),
            Self::Busy { holders, .. } if holders.is_empty() => {
                "run it again; --wait waits longer".to_owned()
            }
            Self::Busy { .. } => {
                "let them close the log, and run it again; --wait waits longer".to_owned()
            }
            Self::Changing { .. } => "run it again when less is written".to_owned(),
            Self::NoLease { .. } => {
                "make sure that nobody writes the log just now, and run it with --quiesced"
                    .to_owned()
            }
            Self::NotPermitted { .. } => {
                "check the permissions of the file and its folder".to_owned()
            }
            Self::Damaged { journal, .. } => format!(
                "compare the log with {}, which holds what was to be written; then remove that file",
                journal.display()
            ),
            Self::CutShort { .. } => "make room, and write the line again".to_owned(),
            Self::Unfinished { .. } => {
                "run it again, which brings the change to its end".to_owned()
            }
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
            Self::LeadsOut { path, tree } => {
                write!(f, "{} leads out of {}", path.display(), tree.display())
            }
            Self::Busy { path, holders } => busy(f, path, holders),
            Self::NoLease { path, why } => write!(
                f,
                "{} cannot be kept from other writers while it is rewritten: {why}",
                path.display()
            ),
            Self::NotPermitted { path, why } => {
                write!(f, "{} must not be written: {why}", path.display())
            }
            Self::Damaged { path, why, .. } => write!(f, "{} {why}", path.display()),
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
                "the change is kept in {} but not made to its end: {why}",
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

/// Why a rewrite did not come about.
#[derive(Debug)]
pub enum RewriteError<E> {
    /// The plan failed. Nothing was changed.
    Plan(E),
    /// The writing failed.
    Write(WriteError),
}

impl<E> From<WriteError> for RewriteError<E> {
    fn from(error: WriteError) -> Self {
        Self::Write(error)
    }
}

/// Why the system refused something, as part of a sentence: `permission denied`.
#[must_use]
pub fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error ").next().unwrap_or_default();
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_ascii_lowercase());
    first.into_iter().chain(letters).collect()
}
