//! What remains to be done once a change is decided, by the run that decided it or by a later one that replays its journal. Each step
//! can be repeated.

use super::{
    super::{WriteError, deadline::Deadline, error::Doing as _, folder::Access, system},
    Origin, Outcome, TRIES, Transaction,
    journal::{Journal, JournalState, Progress, SideChange, hash},
    leased_file::LeasedFile,
    side_file::SideFile,
    staged::Staged,
};

impl Transaction<'_> {
    /// Completes a change that was cut short, and removes what was left of one that was not decided.
    pub(super) fn recover(&self) -> Result<(), WriteError> {
        self.replay(&Deadline::after(self.options.wait))?;
        Staged::clear(self.target, &self.journal)
    }

    /// Replays the journal, if there is one, until its change is complete.
    pub(super) fn replay(&self, deadline: &Deadline) -> Result<(), WriteError> {
        for _ in 0..TRIES {
            let journal = match self.journal.read()? {
                JournalState::Nothing => return Ok(()),
                JournalState::Journal(journal) => journal,
                JournalState::Damaged => {
                    let journal = self.journal.path();
                    return Err(WriteError::DamagedJournal { journal });
                }
            };
            let _deferred = self.target.signals.defer();
            let log = LeasedFile::acquire(self.target, self.options, deadline)?;
            self.resume(&journal, log)?;
        }
        let path = self.target.path.clone();
        Err(WriteError::Changing { path })
    }

    /// Continues from where the change was cut short.
    fn resume(&self, journal: &Journal, log: LeasedFile) -> Result<(), WriteError> {
        let bytes = system::read_whole(&log.file).doing("read", &self.target.path)?;
        match journal.progress(&bytes, log.inode(self.target)?) {
            Progress::Complete => self.journal.remove(),
            Progress::Foreign => Err(self.foreign()),
            Progress::Committed([]) => self.complete(&log, journal, Origin::Replay).map(|_| ()),
            Progress::Committed(tail) => {
                let text = journal.with_tail(tail);
                let staged = Staged::of_journal(self.target, &self.journal, &bytes, text, journal)?;
                self.commit(staged, log, Origin::Replay).map(|_| ())
            }
        }
    }

    /// Completes a decided change: replaces the side files, writes and shortens the log, then removes the journal. In a conflict, another program may
    /// have written meanwhile: the journal is to be replayed.
    pub(super) fn complete(
        &self,
        log: &LeasedFile,
        journal: &Journal,
        origin: Origin,
    ) -> Result<Outcome, WriteError> {
        let (file, path) = (&log.file, &self.target.path);
        self.install_all(journal, log, origin)?;
        if !log.is_fresh() {
            return Ok(Outcome::Conflict);
        }
        self.check_place(log)?;
        let written = system::write_over(file, &journal.text);
        let synced = written.and_then(|()| file.sync_data());
        synced.doing("write", path)?;
        let end = journal.seal + journal.id.seal().len() as u64;
        let length = log.length().doing("access", path)?;
        if !log.is_fresh() || length != end {
            return Ok(Outcome::Conflict);
        }
        let shortened = file.set_len(journal.text.len() as u64);
        let synced = shortened.and_then(|()| file.sync_all());
        synced.doing("shorten", path)?;
        self.check_place(log)?;
        // After a power cut it may be back, and finds that the log begins with the new text: no need to wait for the disk.
        self.journal.remove()?;
        Ok(Outcome::Complete)
    }

    /// Fails where another file has taken the place of the log.
    fn check_place(&self, log: &LeasedFile) -> Result<(), WriteError> {
        if self.target.is_at_path(&log.file)? {
            return Ok(());
        }
        Err(self.foreign())
    }

    fn foreign(&self) -> WriteError {
        WriteError::Conflict {
            path: self.target.path.clone(),
            journal: self.journal.path(),
        }
    }

    fn install_all(
        &self,
        journal: &Journal,
        log: &LeasedFile,
        origin: Origin,
    ) -> Result<(), WriteError> {
        let metadata = log.file.metadata().doing("access", &self.target.path)?;
        let access = Access::of(&metadata);
        let mut installed: Vec<SideFile> = Vec::new();
        for change in &journal.files {
            installed.extend(self.install(change, origin, access)?);
        }
        installed.dedup_by(|file, last| file.path.parent() == last.path.parent());
        installed.iter().try_for_each(SideFile::sync)
    }

    /// Installs a side file. Its name is on the disk once the file is synced.
    fn install(
        &self,
        change: &SideChange,
        origin: Origin,
        access_of_log: Access,
    ) -> Result<Option<SideFile>, WriteError> {
        let after = change.after.as_deref();
        let created = &mut Vec::new();
        let created = after.is_some().then_some(created);
        let Some(file) = SideFile::at(self.target, &change.path, created)? else {
            return Ok(None);
        };
        let now = file.bytes()?.as_deref().map(hash);
        if now == after.map(hash) {
            return Ok(Some(file));
        }
        if now != change.before {
            return Err(WriteError::Conflict {
                path: file.path,
                journal: self.journal.path(),
            });
        }
        match after {
            Some(after) if origin == Origin::Replay => {
                // What an earlier run staged may not be whole.
                file.stage(after, access_of_log)?;
                file.install_staged()?;
            }
            Some(_) => file.install_staged()?,
            None => file.remove()?,
        }
        Ok(Some(file))
    }
}
