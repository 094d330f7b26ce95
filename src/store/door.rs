//! A log behind the lock: the order in which a change is written down, decided and made. Up to the moment in which the journal is in
//! force everything can be taken back; from then on everything is done to the end, by this run or by the next one that writes.

use std::mem;

use super::{
    RewriteError, Target, WriteError,
    clock::Deadline,
    draft::{Draft, Mark},
    hold::Held,
    journal::{Journal, Progress},
    private::{Found, Private},
    redo::{self, Drafts, Finish},
    rewrite::{Plan, Planned, Recovery, Rewriting, TRIES},
};

/// How a try went.
pub(super) enum Try {
    Made,
    /// Somebody got in between. Nothing was changed.
    Again,
}

/// A log that nobody else of ours rewrites.
pub(super) struct Door<'t> {
    target: &'t Target,
    how: &'t Rewriting,
    deadline: Deadline,
    private: Private,
}

impl<'t> Door<'t> {
    pub(super) fn open(target: &'t Target, how: &'t Rewriting) -> Result<Self, WriteError> {
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
    pub(super) fn make<T, E>(
        &self,
        planned: &mut Planned<T>,
        plan: &mut Plan<'_, T, E>,
    ) -> Result<Try, RewriteError<E>> {
        // Finds out whether the log can be had at all, before anything is written for it.
        drop(self.hold()?);
        let made = self.make_alone(planned, plan)?;
        match (made, self.target.signals.received()) {
            (Try::Made, Some(signal)) => {
                let is_done = true;
                Err(WriteError::Interrupted { signal, is_done }.into())
            }
            (made, _) => Ok(made),
        }
    }

    fn make_alone<T, E>(
        &self,
        planned: &mut Planned<T>,
        plan: &mut Plan<'_, T, E>,
    ) -> Result<Try, RewriteError<E>> {
        let _critical = self.target.signals.defer();
        let mut draft = self.draft(planned)?;
        let held = self.hold()?;
        let read = |error| self.target.io("read", error);
        let seen = held.bytes().map_err(read)?;
        match (&mut draft, planned.tail(&seen)) {
            (_, Some([])) => {}
            (Some(draft), Some(tail)) => draft.carry(self.target, &seen, tail)?,
            _ => {
                drop(draft.take());
                *planned = Planned::new(seen, plan)?;
                draft = self.draft(planned)?;
            }
        }
        // By now, another may have made the change.
        let Some(draft) = draft else {
            return Ok(Try::Made);
        };
        Ok(self.commit(draft, held, Drafts::Written)?)
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
        if let Some(signal) = self.target.signals.received().filter(|_| is_first) {
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
        match self.finish(held, &journal, drafts) {
            Ok(Finish::Lost) if is_first => self.again().map_err(|why| self.unfinished(why))?,
            Ok(Finish::Lost) => return Ok(Try::Again),
            Ok(Finish::Done) => {}
            Err(why) => return Err(self.unfinished(why)),
        }
        Ok(Try::Made)
    }

    /// Brings a decided change to its end, and lets go of the log as soon as it holds the new text alone.
    fn finish(&self, held: Held, journal: &Journal, drafts: Drafts) -> Result<Finish, WriteError> {
        let finished = redo::finish(self.target, &self.private, &held, journal, drafts)?;
        drop(held);
        if finished == Finish::Done {
            self.private.keep_journal_away()?;
        }
        Ok(finished)
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
    pub(super) fn recover(&self) -> Result<Recovery, WriteError> {
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
            let _critical = self.target.signals.defer();
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
            Progress::Done => {
                self.private.remove_journal()?;
                self.private.keep_journal_away()
            }
            Progress::Foreign => Err(redo::foreign(self.target, &self.private)),
            Progress::Sealed([]) => self.finish(held, journal, Drafts::Unknown).map(|_| ()),
            Progress::Sealed(tail) => {
                let text = journal.with_tail(tail);
                let draft = Draft::of_journal(self.target, &self.private, &log, text, journal)?;
                self.commit(draft, held, Drafts::Unknown).map(|_| ())
            }
        }
    }
}
