//! What a rewrite changes, and what a caller plans.

use std::path::PathBuf;

use super::{super::RewriteError, commit_marker::without_markers};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// All that the log is to hold.
    pub log: Vec<u8>,
    /// The files that change with it, all of them or none.
    pub files: Vec<FileChange>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileChange {
    /// An absolute path, inside the repository of the log, or below the folder of a log that is in none.
    pub path: PathBuf,
    /// What it holds; None where there must be no such file.
    pub before: Option<Vec<u8>>,
    /// What it is to hold; None where it is to be removed.
    pub after: Option<Vec<u8>>,
}

impl FileChange {
    pub(super) fn is_change(&self) -> bool {
        self.before != self.after
    }
}

/// Makes a change of what a log holds, and a value for the caller; None where there is nothing to do.
pub type Planner<'p, T, E> = dyn FnMut(&[u8]) -> Result<Option<(Change, T)>, E> + 'p;

/// What a planner made of a log that holds these bytes.
pub(super) struct Planned<T> {
    pub(super) seen: Vec<u8>,
    pub(super) change: Option<Change>,
    pub(super) value: Option<T>,
}

impl<T> Planned<T> {
    /// Plans a change. Markers that were left behind are removed in any case.
    pub(super) fn new<E>(
        seen: Vec<u8>,
        plan: &mut Planner<'_, T, E>,
    ) -> Result<Self, RewriteError<E>> {
        let clean = without_markers(&seen);
        let (change, value) = plan(&clean).map_err(RewriteError::Plan)?.unzip();
        let change = change.unwrap_or_else(|| Change {
            log: clean.into_owned(),
            files: Vec::new(),
        });
        let is_change = change.log != seen || change.files.iter().any(FileChange::is_change);
        Ok(Self {
            seen,
            change: is_change.then_some(change),
            value,
        })
    }

    /// What was appended since, where that is all that happened and it means the same behind any text: nothing, or whole lines that
    /// begin as those of hooks do. Anything else may change the plan.
    pub(super) fn appended<'b>(&self, log: &'b [u8]) -> Option<&'b [u8]> {
        let tail = log.strip_prefix(self.seen.as_slice())?;
        let is_behind = tail.is_empty() || self.seen.ends_with(b"\n");
        (is_behind && are_hook_lines(tail)).then_some(tail)
    }
}

/// Whether a text is nothing but whole lines that begin as those of hooks do.
pub(super) fn are_hook_lines(text: &[u8]) -> bool {
    let mut lines = text.split_inclusive(|byte| *byte == b'\n');
    lines.all(|line| matches!(line, [b'[', b'A'..=b'Z', .., b'\n']))
}
