//! A rewrite of a log under its lock: the order in which a change is staged, decided and made, in place, so that the file stays the
//! file it is. Until the journal is in force everything can be rolled back; from then on everything is completed, by this run or by
//! the next one that writes. Wherever it is cut short, every line of the log, and every line that other programs append meanwhile,
//! is there exactly once.

mod change;
mod commit_marker;
mod journal;
mod leased_file;
pub(super) mod pending;
mod replay;
mod side_file;
mod staged;
#[cfg(target_os = "linux")]
#[cfg(test)]
mod tests;

use std::fs::File;

use self::{change::Planned, journal::JournalFile, leased_file::LeasedFile, staged::Staged};
use super::{
    RewriteError, WriteError,
    deadline::Deadline,
    error::Doing as _,
    state_dir::{self, name_with},
    system::read_whole,
    target::Target,
};

pub use change::{Change, FileChange, Planner};
pub use leased_file::RewriteOptions;

/// The maximum number of attempts while other programs get in the way.
const TRIES: usize = 5;

const LOCK_ENDING: &str = ".lock";

#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Complete,
    /// Another program wrote in between. Unless the journal is in force, nothing was changed.
    Conflict,
}

/// Which run decided a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    ThisRun,
    /// An earlier one: its journal is replayed.
    Replay,
}

/// A log while its lock is held: no other tokmon process rewrites it.
struct Transaction<'t> {
    target: &'t Target,
    options: &'t RewriteOptions,
    deadline: Deadline,
    journal: JournalFile,
    _lock: File,
}

impl<'t> Transaction<'t> {
    fn begin(target: &'t Target, options: &'t RewriteOptions) -> Result<Self, WriteError> {
        let deadline = Deadline::after(options.wait);
        // Whether the log can be written at all is found out before anything is created.
        drop(LeasedFile::acquire(target, options, &deadline)?);
        let dir = state_dir::create(&target.folder, target.access()?)?;
        let lock = name_with(&target.name, LOCK_ENDING);
        Ok(Self {
            _lock: state_dir::lock(&dir, &lock, &target.path, &deadline)?,
            journal: JournalFile::of(&target.name, dir),
            target,
            options,
            deadline,
        })
    }

    fn attempt<T, E>(
        &self,
        planned: &mut Planned<T>,
        plan: &mut Planner<'_, T, E>,
    ) -> Result<Outcome, RewriteError<E>> {
        let _deferred = self.target.signals.defer();
        let mut staged = self.stage(planned)?;
        let log = LeasedFile::acquire(self.target, self.options, &self.deadline)?;
        let bytes = read_whole(&log.file).doing("read", &self.target.path)?;
        match (&mut staged, planned.appended(&bytes)) {
            (_, Some([])) => {}
            (Some(staged), Some(tail)) => staged.carry(&bytes, tail)?,
            _ => {
                drop(staged.take());
                *planned = Planned::new(bytes, plan)?;
                staged = self.stage(planned)?;
            }
        }
        match staged {
            Some(staged) => Ok(self.commit(staged, log, Origin::ThisRun)?),
            // By now, another process has made the change.
            None => Ok(Outcome::Complete),
        }
    }

    fn stage<T>(&self, planned: &mut Planned<T>) -> Result<Option<Staged<'_>>, WriteError> {
        let stage = |change| Staged::of_change(self.target, &self.journal, &planned.seen, change);
        planned.change.take().map(stage).transpose()
    }

    /// Decides a staged change, and completes it.
    fn commit(
        &self,
        mut staged: Staged<'_>,
        log: LeasedFile,
        origin: Origin,
    ) -> Result<Outcome, WriteError> {
        let decided = self.decide(&mut staged, &log, origin);
        if !matches!(decided, Ok(true) | Err(WriteError::Unfinished { .. })) {
            // A marker that stays is a comment.
            let _ = staged.marker.remove_from(&log);
        }
        if !decided? {
            return Ok(Outcome::Conflict);
        }
        let completed = self.complete(&log, &staged.journal, origin);
        // Before a replay, which leases it anew.
        drop(log);
        match completed {
            Ok(Outcome::Conflict) if origin == Origin::ThisRun => {
                let replayed = self.replay(&Deadline::after(self.options.wait));
                replayed.map_err(|why| self.journal.unfinished(why))?;
                Ok(Outcome::Complete)
            }
            completed => completed.map_err(|why| self.journal.unfinished(why)),
        }
    }

    /// Appends the marker, then puts the journal in force. False where another program wrote in between.
    fn decide(
        &self,
        staged: &mut Staged<'_>,
        log: &LeasedFile,
        origin: Origin,
    ) -> Result<bool, WriteError> {
        let path = &self.target.path;
        staged.marker.append_to(log).doing("write", path)?;
        let is_same =
            self.target.is_at_path(&log.file)? && log.inode(self.target)? == staged.journal.inode;
        let is_last = staged.marker.is_last_in(log).doing("read", path)?;
        if !is_same || !log.is_fresh() || !is_last {
            return Ok(false);
        }
        if origin == Origin::ThisRun {
            self.target.check_interrupted(false)?;
        }
        staged.commit(origin == Origin::ThisRun).map(|()| true)
    }
}

impl Target {
    /// Rewrites the log, and the files that change with it. `plan` is given what the log holds and returns what it is to hold, or
    /// None where there is nothing to do. It is called again when the log has changed meanwhile, and may then be called while every
    /// other program that opens the log waits: it must be quick, and must not open the log itself. Lines of hooks that were appended
    /// are no such change: they stay behind the new text.
    ///
    /// Returns what `plan` returned with its change. Fails with nothing changed, unless the error says otherwise.
    pub fn rewrite<T, E>(
        &self,
        options: &RewriteOptions,
        plan: &mut Planner<'_, T, E>,
    ) -> Result<Option<T>, RewriteError<E>> {
        self.signals.listen();
        let mut planned = None;
        if !self.is_pending() {
            let first = Planned::new(self.read()?, plan)?;
            if first.change.is_none() {
                return Ok(first.value);
            }
            planned = Some(first);
        }
        let is_asked = planned
            .as_ref()
            .is_none_or(|planned| planned.value.is_some());
        match self.rewrite_planned(options, planned, plan) {
            // Failing to remove an old marker is not worth an error.
            Err(RewriteError::Write(error)) if !is_asked && error.is_before_anything() => Ok(None),
            rewritten => rewritten,
        }
    }

    fn rewrite_planned<T, E>(
        &self,
        options: &RewriteOptions,
        mut planned: Option<Planned<T>>,
        plan: &mut Planner<'_, T, E>,
    ) -> Result<Option<T>, RewriteError<E>> {
        let transaction = Transaction::begin(self, options)?;
        transaction.recover()?;
        let mut changing = self.path.clone();
        for _ in 0..TRIES {
            let log = self.read()?;
            let mut next = match planned.take() {
                Some(planned) if planned.appended(&log).is_some() => planned,
                _ => Planned::new(log, plan)?,
            };
            if next.change.is_none() {
                return Ok(next.value);
            }
            match transaction.attempt(&mut next, plan) {
                Ok(Outcome::Complete) => {
                    self.check_interrupted(true)?;
                    return Ok(next.value);
                }
                Ok(Outcome::Conflict) => {}
                Err(RewriteError::Write(WriteError::Changing { path })) => changing = path,
                Err(error) => return Err(error),
            }
        }
        Err(WriteError::Changing { path: changing }.into())
    }

    /// Whether a rewrite may have been cut short.
    pub(super) fn is_pending(&self) -> bool {
        pending::is_pending(&self.folder, &self.name)
    }
}
