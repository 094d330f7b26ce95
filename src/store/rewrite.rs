//! The one door through which a log is rewritten. A change is made in place, so that the file stays the file it is, and in an
//! order that leaves every line of it, and every line that others write meanwhile, exactly once, wherever it is cut short.
//!
//! Up to the moment in which the journal is in force everything can be taken back. From then on everything is done to the end,
//! by this run or by the next one that writes (`redo`).

use std::{mem, path::PathBuf, time::Duration};

use super::{
    RewriteError, Target, WriteError,
    clock::Deadline,
    draft::{Draft, Mark},
    hold::Held,
    journal::{Journal, Progress},
    marker::without_markers,
    private::{self, Found, Private},
    redo::{self, Drafts, Finish},
    signals::{self, Critical},
};

/// How often a change is tried that others get in the way of.
const TRIES: usize = 5;

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

/// What a plan came to, for a log that holds these bytes.
struct Planned<T> {
    seen: Vec<u8>,
    change: Option<Change>,
    told: Option<T>,
}

impl<T> Planned<T> {
    fn new<E>(
        seen: Vec<u8>,
        plan: &mut dyn FnMut(&[u8]) -> Result<Option<(Change, T)>, E>,
    ) -> Result<Self, RewriteError<E>> {
        let clean = without_markers(&seen);
        let (change, told) = match plan(&clean).map_err(RewriteError::Plan)? {
            Some((change, told)) => (change, Some(told)),
            None => {
                let log = clean.into_owned();
                (
                    Change {
                        log,
                        files: Vec::new(),
                    },
                    None,
                )
            }
        };
        let is_change =
            change.log != seen || change.files.iter().any(|file| file.before != file.after);
        Ok(Self {
            seen,
            change: is_change.then_some(change),
            told,
        })
    }
}

/// How a try went.
enum Try {
    Made,
    /// Somebody got in between. Nothing was changed.
    Again,
}

impl Target {
    /// Rewrites the log, and the files that change with it. `plan` gets what the log holds and says what it is to hold, or None
    /// where there is nothing to do. It is called again when the log has changed meanwhile, and then may be called while every
    /// other program that opens the log waits: it must be quick, and must not open the log itself.
    ///
    /// Gives what the plan gave with its change. Fails with nothing changed, unless the error says otherwise.
    pub fn rewrite<T, E>(
        &self,
        how: &Rewriting,
        plan: &mut dyn FnMut(&[u8]) -> Result<Option<(Change, T)>, E>,
    ) -> Result<Option<T>, RewriteError<E>> {
        signals::listen();
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
        plan: &mut dyn FnMut(&[u8]) -> Result<Option<(Change, T)>, E>,
    ) -> Result<Option<T>, RewriteError<E>> {
        let door = Door::open(self, how)?;
        door.recover()?;
        let mut changing = self.path.clone();
        for _ in 0..TRIES {
            let seen = self.read()?;
            let mut next = match planned.take() {
                Some(planned) if planned.seen == seen => planned,
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
        signals::listen();
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

/// A log that nobody else of ours rewrites.
struct Door<'t> {
    target: &'t Target,
    how: &'t Rewriting,
    deadline: Deadline,
    private: Private,
}

impl<'t> Door<'t> {
    fn open(target: &'t Target, how: &'t Rewriting) -> Result<Self, WriteError> {
        // Whether it may be written is found out before anything is.
        drop(target.open_to_write()?);
        let deadline = Deadline::after(how.wait);
        Ok(Self {
            private: Private::enter(target, &deadline)?,
            target,
            how,
            deadline,
        })
    }

    fn hold(&self) -> Result<Held, WriteError> {
        Held::take(self.target, self.how, &self.deadline)
    }

    /// Tries to make a change.
    fn make<T, E>(
        &self,
        planned: &mut Planned<T>,
        plan: &mut dyn FnMut(&[u8]) -> Result<Option<(Change, T)>, E>,
    ) -> Result<Try, RewriteError<E>> {
        // Finds out whether the log can be had at all, before anything is written for it.
        drop(self.hold()?);
        let critical = Critical::begin();
        let mut draft = self.draft(planned)?;
        let held = self.hold()?;
        let seen = held
            .bytes()
            .map_err(|error| self.target.io("read", error))?;
        if seen != planned.seen {
            drop(draft.take());
            *planned = Planned::new(seen, plan)?;
            draft = self.draft(planned)?;
        }
        // By now, another may have made the change.
        let Some(draft) = draft else {
            return Ok(Try::Made);
        };
        let made = self.commit(draft, held, Drafts::Written)?;
        drop(critical);
        match (made, signals::interrupted()) {
            (Try::Made, Some(signal)) => Err(WriteError::Interrupted {
                signal,
                is_done: true,
            }
            .into()),
            (made, _) => Ok(made),
        }
    }

    fn draft<T>(&self, planned: &Planned<T>) -> Result<Option<Draft<'_>>, WriteError> {
        let Some(change) = &planned.change else {
            return Ok(None);
        };
        Draft::of_change(self.target, &self.private, &planned.seen, change).map(Some)
    }

    /// Decides a change that is written down whole, and brings it to its end.
    fn commit(&self, mut draft: Draft<'_>, held: Held, drafts: Drafts) -> Result<Try, WriteError> {
        let is_first = drafts == Drafts::Written;
        let mark = Mark::write(self.target, &held, mem::take(&mut draft.marker))?;
        let is_same = held.is_in_place(self.target)? && held.inode(self.target)? == draft.inode();
        if !is_same || !held.is_fresh() || !mark.is_last()? {
            return Ok(Try::Again);
        }
        if let Some(signal) = signals::interrupted().filter(|_| is_first) {
            return Err(WriteError::Interrupted {
                signal,
                is_done: false,
            });
        }
        let journal = match draft.enforce(is_first) {
            Ok(journal) => journal,
            Err(refusal) if refusal.is_in_force => {
                mark.keep();
                return Err(self.unfinished(refusal.error));
            }
            Err(refusal) => return Err(refusal.error),
        };
        mark.keep();
        let finished = redo::finish(self.target, &self.private, &held, &journal, drafts);
        drop(held);
        match finished {
            Ok(Finish::Lost) if is_first => self.again().map_err(|why| self.unfinished(why))?,
            Ok(Finish::Lost) => return Ok(Try::Again),
            Ok(Finish::Done) => {}
            Err(why) => return Err(self.unfinished(why)),
        }
        Ok(Try::Made)
    }

    /// Brings a change to its end that the lease was lost in.
    fn again(&self) -> Result<(), WriteError> {
        let deadline = Deadline::after(self.how.wait);
        self.recover_until(&deadline).map(|_| ())
    }

    fn unfinished(&self, why: WriteError) -> WriteError {
        match why {
            why @ (WriteError::Damaged { .. } | WriteError::Unfinished { .. }) => why,
            why => WriteError::Unfinished {
                journal: self.private.journal_path(),
                why: Box::new(why),
            },
        }
    }

    /// Brings a change to its end that was cut short, and clears away what was left of one that was not decided.
    fn recover(&self) -> Result<Recovery, WriteError> {
        let deadline = Deadline::after(self.how.wait);
        let recovery = self.recover_until(&deadline)?;
        Draft::clear(self.target, &self.private)?;
        Ok(recovery)
    }

    fn recover_until(&self, deadline: &Deadline) -> Result<Recovery, WriteError> {
        let mut recovery = Recovery::Nothing;
        for _ in 0..TRIES {
            let journal = match self.private.journal()? {
                Found::Nothing => return Ok(recovery),
                Found::Journal(journal) => journal,
                Found::Unreadable => {
                    return Err(WriteError::Damaged {
                        path: self.private.journal_path(),
                        why: "is damaged".to_owned(),
                        journal: self.private.journal_path(),
                    });
                }
            };
            let _critical = Critical::begin();
            let held = Held::take(self.target, self.how, deadline)?;
            self.take_up(&journal, held)?;
            recovery = Recovery::Completed;
        }
        let path = self.target.path.clone();
        Err(WriteError::Changing { path })
    }

    /// Takes a change up where it was left.
    fn take_up(&self, journal: &Journal, held: Held) -> Result<(), WriteError> {
        let log = held
            .bytes()
            .map_err(|error| self.target.io("read", error))?;
        match journal.progress(&log, held.inode(self.target)?) {
            Progress::Done => self.private.remove_journal(),
            Progress::Foreign => Err(redo::foreign(self.target, &self.private)),
            Progress::Sealed([]) => {
                redo::finish(self.target, &self.private, &held, journal, Drafts::Unknown)
                    .map(|_| ())
            }
            Progress::Sealed(tail) => {
                let text = journal.with_tail(tail);
                let draft = Draft::of_journal(self.target, &self.private, &log, text, journal)?;
                self.commit(draft, held, Drafts::Unknown).map(|_| ())
            }
        }
    }
}
