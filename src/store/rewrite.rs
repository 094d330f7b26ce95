//! The one door through which a log is rewritten. A change is made in place, so that the file stays the file it is, and in an
//! order that leaves every line of it, and every line that others write meanwhile, exactly once, wherever it is cut short.
//! Knows what a change is; `door` makes it.

use std::{path::PathBuf, time::Duration};

use super::{
    RewriteError, Target, WriteError,
    door::{Door, Try},
    marker::without_markers,
    private,
};

/// How often a change is tried that others get in the way of.
pub(super) const TRIES: usize = 5;

/// How a log is rewritten.
#[derive(Clone, Copy, Debug)]
pub struct Rewriting {
    /// How long to wait for those who have the log open, or rewrite it. Zero tries once.
    pub wait: Duration,
    /// Somebody vouches that nobody else writes the log: then it is rewritten also where the system keeps nobody away.
    pub quiesced: bool,
}

/// What a rewrite changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// All that the log is to hold.
    pub log: Vec<u8>,
    /// The files that change with it, all of them or none.
    pub files: Vec<FileChange>,
}

/// A file that changes with a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileChange {
    /// An absolute path, inside the repository that the log lies in, or below the folder of the log where that is in none.
    pub path: PathBuf,
    /// What it holds; None where there must be no such file.
    pub before: Option<Vec<u8>>,
    /// What it is to hold; None where it is to be removed.
    pub after: Option<Vec<u8>>,
}

/// Whether there was a change to bring to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recovery {
    /// There was none.
    Nothing,
    /// There was one, and it is made now.
    Completed,
}

/// What makes a change of what a log holds; None where there is nothing to do.
pub type Plan<'p, T, E> = dyn FnMut(&[u8]) -> Result<Option<(Change, T)>, E> + 'p;

/// What a plan came to, for a log that holds these bytes.
pub(super) struct Planned<T> {
    pub(super) seen: Vec<u8>,
    pub(super) change: Option<Change>,
    told: Option<T>,
}

impl<T> Planned<T> {
    pub(super) fn new<E>(
        seen: Vec<u8>,
        plan: &mut Plan<'_, T, E>,
    ) -> Result<Self, RewriteError<E>> {
        let clean = without_markers(&seen);
        let (change, told) = plan(&clean).map_err(RewriteError::Plan)?.unzip();
        let change = change.unwrap_or_else(|| Change {
            log: clean.into_owned(),
            files: Vec::new(),
        });
        let is_change =
            change.log != seen || change.files.iter().any(|file| file.before != file.after);
        Ok(Self {
            seen,
            change: is_change.then_some(change),
            told,
        })
    }

    /// What others have written behind the log since, if that is all they did and means the same behind any text: nothing, or whole
    /// lines that begin as those of hooks do. Whatever else there is may change the plan.
    pub(super) fn tail<'b>(&self, seen: &'b [u8]) -> Option<&'b [u8]> {
        let is_of_hook = |line: &[u8]| matches!(line, [b'[', b'A'..=b'Z', .., b'\n']);
        let tail = seen.strip_prefix(self.seen.as_slice())?;
        let is_behind = tail.is_empty() || self.seen.ends_with(b"\n");
        let mut lines = tail.split_inclusive(|byte| *byte == b'\n');
        (is_behind && lines.all(is_of_hook)).then_some(tail)
    }
}

impl Target {
    /// Rewrites the log, and the files that change with it. `plan` gets what the log holds and says what it is to hold, or None
    /// where there is nothing to do. It is called again when the log has changed meanwhile, and then may be called while every
    /// other program that opens the log waits: it must be quick, and must not open the log itself. Lines of hooks that
    /// were added at the end are no such change: they stay behind what it said the log is to hold.
    ///
    /// Gives what the plan gave with its change. Fails with nothing changed, unless the error says otherwise.
    pub fn rewrite<T, E>(
        &self,
        how: &Rewriting,
        plan: &mut Plan<'_, T, E>,
    ) -> Result<Option<T>, RewriteError<E>> {
        self.signals.listen();
        let mut planned = None;
        if !self.is_pending() {
            let first = Planned::new(self.read()?, plan)?;
            if first.change.is_none() {
                return Ok(first.told);
            }
            planned = Some(first);
        }
        let is_asked = planned
            .as_ref()
            .is_none_or(|planned| planned.told.is_some());
        match self.rewrite_planned(how, planned, plan) {
            // To clear a mark away is worth no trouble.
            Err(RewriteError::Write(error)) if !is_asked && error.is_before_anything() => Ok(None),
            rewritten => rewritten,
        }
    }

    fn rewrite_planned<T, E>(
        &self,
        how: &Rewriting,
        mut planned: Option<Planned<T>>,
        plan: &mut Plan<'_, T, E>,
    ) -> Result<Option<T>, RewriteError<E>> {
        let door = Door::open(self, how)?;
        door.recover()?;
        let mut changing = self.path.clone();
        for _ in 0..TRIES {
            let seen = self.read()?;
            let mut next = match planned.take() {
                Some(planned) if planned.tail(&seen).is_some() => planned,
                _ => Planned::new(seen, plan)?,
            };
            if next.change.is_none() {
                return Ok(next.told);
            }
            match door.make(&mut next, plan) {
                Ok(Try::Made) => return Ok(next.told),
                Ok(Try::Again) => {}
                Err(RewriteError::Write(WriteError::Changing { path })) => changing = path,
                Err(error) => return Err(error),
            }
        }
        Err(WriteError::Changing { path: changing }.into())
    }

    /// Brings a rewrite to its end that was cut short.
    pub fn recover(&self, how: &Rewriting) -> Result<Recovery, WriteError> {
        if !self.is_pending() {
            return Ok(Recovery::Nothing);
        }
        self.signals.listen();
        Door::open(self, how)?.recover()
    }

    /// Whether a rewrite may have been cut short.
    fn is_pending(&self) -> bool {
        private::journal_path(&self.folder, &self.name)
            .symlink_metadata()
            .is_ok()
    }

    /// All that the log holds. Waits while somebody rewrites it.
    #[expect(clippy::disallowed_methods, reason = "this is the door to files")]
    fn read(&self) -> Result<Vec<u8>, WriteError> {
        std::fs::read(&self.path).map_err(|error| self.io("read", error))
    }
}
