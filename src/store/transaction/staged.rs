//! A change that is written down but not decided: its journal, and the files next to those they are to replace. Dropped, it leaves
//! nothing behind.

use super::{
    super::{WriteError, folder::Access, system, target::Target},
    change::{Change, FileChange},
    commit_marker::{CommitMarker, TransactionId},
    journal::{Journal, JournalFile, JournalState, SideChange, block_hashes, hash},
    side_file::{CreatedFolder, SideFile, relative_path},
};

/// A journal that is not in force yet, and the files that it speaks of.
#[derive(Debug)]
pub(super) struct Staged<'s> {
    target: &'s Target,
    file: &'s JournalFile,
    pub(super) marker: CommitMarker,
    pub(super) journal: Journal,
    side_files: Vec<SideFile>,
    created: Vec<CreatedFolder>,
    is_decided: bool,
}

impl<'s> Staged<'s> {
    /// Stages a change of a log that holds these bytes.
    pub(super) fn of_change(
        target: &'s Target,
        file: &'s JournalFile,
        log: &[u8],
        change: Change,
    ) -> Result<Self, WriteError> {
        let prepared = prepare(target, log, change.log, Vec::new())?;
        let mut staged = Self::new(target, file, prepared);
        for file in change.files.into_iter().filter(FileChange::is_change) {
            staged.add(file)?;
        }
        let access = staged.write_journal()?;
        for (file, change) in staged.side_files.iter().zip(&staged.journal.files) {
            if let Some(after) = &change.after {
                file.stage(after, access)?;
            }
        }
        Ok(staged)
    }

    /// Stages a decided change once more, with another text for the log.
    pub(super) fn of_journal(
        target: &'s Target,
        file: &'s JournalFile,
        log: &[u8],
        text: Vec<u8>,
        journal: &Journal,
    ) -> Result<Self, WriteError> {
        let prepared = prepare(target, log, text, journal.files.clone())?;
        let staged = Self::new(target, file, prepared);
        staged.write_journal()?;
        Ok(staged)
    }

    /// Stages the journal once more for a log that holds these bytes by now, of which the tail is to stay behind the new text.
    pub(super) fn carry(&mut self, log: &[u8], tail: &[u8]) -> Result<(), WriteError> {
        let text = self.journal.with_tail(tail);
        let files = std::mem::take(&mut self.journal.files);
        (self.marker, self.journal) = prepare(self.target, log, text, files)?;
        self.write_journal().map(|_| ())
    }

    fn new(
        target: &'s Target,
        file: &'s JournalFile,
        (marker, journal): (CommitMarker, Journal),
    ) -> Self {
        Self {
            target,
            file,
            marker,
            journal,
            side_files: Vec::new(),
            created: Vec::new(),
            is_decided: false,
        }
    }

    /// Adds a file. Fails where it is not what the plan took it for.
    fn add(&mut self, change: FileChange) -> Result<(), WriteError> {
        let path = relative_path(&self.target.folder, &change.path)?;
        let created = Some(&mut self.created);
        let file = SideFile::at(self.target, &path, created)?;
        let file = match file {
            Some(file) if file.bytes()? == change.before => file,
            _ => return Err(WriteError::Changing { path: change.path }),
        };
        self.side_files.push(file);
        self.journal.files.push(SideChange {
            path,
            before: change.before.as_deref().map(hash),
            after: change.after,
        });
        Ok(())
    }

    fn write_journal(&self) -> Result<Access, WriteError> {
        let access = self.target.access()?;
        self.file.stage(&self.journal, access)?;
        Ok(access)
    }

    /// Decides the change: its journal is in force. Where that failed in part, the change is not decided if it `can_withdraw` and the
    /// journal can be removed again.
    pub(super) fn commit(&mut self, can_withdraw: bool) -> Result<(), WriteError> {
        let committed = self.file.commit(can_withdraw);
        self.is_decided = matches!(committed, Ok(()) | Err(WriteError::Unfinished { .. }));
        committed
    }

    /// Removes what an earlier run left of a change that was not decided.
    pub(super) fn clear(target: &Target, file: &JournalFile) -> Result<(), WriteError> {
        let changes = match file.read_staged()? {
            JournalState::Nothing => return Ok(()),
            JournalState::Damaged => Vec::new(),
            JournalState::Journal(journal) => journal.files,
        };
        for change in changes {
            if let Ok(Some(file)) = SideFile::at(target, &change.path, None) {
                file.remove_staged();
            }
        }
        file.remove_staged()
    }
}

/// The marker and the journal of a change of a log that holds these bytes.
fn prepare(
    target: &Target,
    log: &[u8],
    text: Vec<u8>,
    files: Vec<SideChange>,
) -> Result<(CommitMarker, Journal), WriteError> {
    let id = TransactionId::new(target.next_id());
    let marker = CommitMarker::behind(log, text.len(), &id);
    let journal = Journal {
        inode: system::Identity::from(&target.metadata()?).inode,
        id,
        seal: marker.seal as u64,
        start: log.len() as u64,
        old: hash(log),
        before: block_hashes(log, &marker.bytes, text.len()),
        text,
        files,
    };
    Ok((marker, journal))
}

impl Drop for Staged<'_> {
    fn drop(&mut self) {
        if self.is_decided {
            return;
        }
        for file in &self.side_files {
            file.remove_staged();
        }
        for folder in self.created.iter().rev() {
            folder.remove();
        }
        // The next run that writes clears away what is left.
        let _ = self.file.remove_staged();
    }
}
