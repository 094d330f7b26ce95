//! A change that is written down but not decided: its journal, the files next to those they are to replace, and the mark behind
//! the log. Dropped, it leaves nothing behind.

use super::{
    Target, WriteError,
    hold::Held,
    journal::{Beside, Journal, hash},
    marker::Marker,
    place::{Made, Place, way},
    private::{Found, Private, Refusal},
    rewrite::{Change, FileChange},
    system::{self, Access},
};

/// A journal that is not in force yet, and the files that it speaks of.
#[derive(Debug)]
pub(super) struct Draft<'d> {
    private: &'d Private,
    pub(super) marker: Marker,
    journal: Journal,
    places: Vec<Place>,
    made: Vec<Made>,
    is_kept: bool,
}

impl<'d> Draft<'d> {
    /// Writes a change of a log down that holds these bytes.
    pub(super) fn of_change(
        target: &Target,
        private: &'d Private,
        seen: &[u8],
        change: &Change,
    ) -> Result<Self, WriteError> {
        let changes = change.files.iter().filter(|file| file.before != file.after);
        let mut draft = Self::new(target, private, seen, change.log.clone());
        let access = draft.describe(target)?;
        for file in changes.clone() {
            draft.add(target, file)?;
        }
        draft.write(access)?;
        for (place, file) in draft.places.iter().zip(changes) {
            if let Some(after) = &file.after {
                place.write_draft(after, access)?;
            }
        }
        Ok(draft)
    }

    /// Writes a decided change down once more, with another text for the log.
    pub(super) fn of_journal(
        target: &Target,
        private: &'d Private,
        seen: &[u8],
        text: Vec<u8>,
        journal: &Journal,
    ) -> Result<Self, WriteError> {
        let mut draft = Self::new(target, private, seen, text);
        let access = draft.describe(target)?;
        draft.journal.files.clone_from(&journal.files);
        draft.write(access)?;
        Ok(draft)
    }

    /// Writes the journal down once more for a log that holds these bytes by now, of which the tail is to stay behind the new text.
    pub(super) fn carry(
        &mut self,
        target: &Target,
        seen: &[u8],
        tail: &[u8],
    ) -> Result<(), WriteError> {
        self.journal.text = self.journal.with_tail(tail);
        self.journal.id = target.id();
        self.marker = Marker::behind(seen, self.journal.text.len(), &self.journal.id);
        self.journal.seal = self.marker.seal as u64;
        let access = self.describe(target)?;
        self.write(access)
    }

    fn new(target: &Target, private: &'d Private, seen: &[u8], text: Vec<u8>) -> Self {
        let id = target.id();
        let marker = Marker::behind(seen, text.len(), &id);
        let journal = Journal {
            inode: 0,
            id,
            seal: marker.seal as u64,
            text,
            files: Vec::new(),
        };
        Self {
            private,
            marker,
            journal,
            places: Vec::new(),
            made: Vec::new(),
            is_kept: false,
        }
    }

    /// Notes which file the log is. Gives who may do what with it.
    fn describe(&mut self, target: &Target) -> Result<Access, WriteError> {
        let metadata = target.path.symlink_metadata();
        let metadata = metadata.map_err(|error| target.io("look at", error))?;
        self.journal.inode = system::Identity::from(&metadata).inode;
        Ok(Access::of(&metadata))
    }

    /// Adds a file. Fails where it is not what the plan took it for.
    fn add(&mut self, target: &Target, file: &FileChange) -> Result<(), WriteError> {
        let way = way(&target.folder, &file.path)?;
        let changing = || WriteError::Changing {
            path: file.path.clone(),
        };
        let place = Place::at(target, &way, Some(&mut self.made))?.ok_or_else(changing)?;
        if place.content()?.map(|content| content.bytes) != file.before {
            return Err(changing());
        }
        self.places.push(place);
        self.journal.files.push(Beside {
            path: way,
            before: file.before.as_deref().map(hash),
            after: file.after.clone(),
        });
        Ok(())
    }

    fn write(&self, access: Access) -> Result<(), WriteError> {
        let written = self.private.write_draft(&self.journal, access);
        written.map_err(|error| self.private.io_of_draft("write", error))
    }

    /// Which file the log is.
    pub(super) const fn inode(&self) -> u64 {
        self.journal.inode
    }

    /// Decides the change: its journal is in force. Where that failed, but not quite, the change is not decided if `is_first` and
    /// the journal can be removed again.
    pub(super) fn enforce(mut self, is_first: bool) -> Result<Journal, Refusal> {
        let enforced = self.private.enforce_draft();
        if let Err(mut refusal) = enforced {
            if refusal.is_in_force && is_first {
                refusal.is_in_force = !self.private.withdraw_journal();
            }
            self.is_kept = refusal.is_in_force;
            return Err(refusal);
        }
        self.is_kept = true;
        Ok(self.journal.clone())
    }

    /// Removes what was left of a change that was not decided.
    pub(super) fn clear(target: &Target, private: &Private) -> Result<(), WriteError> {
        let files = match private.draft()? {
            Found::Nothing => return Ok(()),
            Found::Unreadable => Vec::new(),
            Found::Journal(journal) => journal.files,
        };
        for file in files {
            if let Ok(Some(place)) = Place::at(target, &file.path, None) {
                place.remove_draft();
            }
        }
        private
            .remove_draft()
            .map_err(|error| private.io_of_draft("remove", error))
    }
}

impl Drop for Draft<'_> {
    fn drop(&mut self) {
        if self.is_kept {
            return;
        }
        for place in &self.places {
            place.remove_draft();
        }
        for made in self.made.iter().rev() {
            made.undo();
        }
        // What is left is cleared away by the next run that writes.
        let _ = self.private.remove_draft();
    }
}

/// A mark behind a log. Dropped, it is taken off again, if nobody has written behind it; otherwise the next rewrite does.
#[derive(Debug)]
pub(super) struct Mark<'m> {
    target: &'m Target,
    held: &'m Held,
    marker: Marker,
    is_kept: bool,
}

impl<'m> Mark<'m> {
    /// Writes it, and sees it onto the disk.
    pub(super) fn write(
        target: &'m Target,
        held: &'m Held,
        marker: Marker,
    ) -> Result<Self, WriteError> {
        let mark = Self {
            target,
            held,
            marker,
            is_kept: false,
        };
        let written = system::write_at_end(&held.file, &mark.marker.bytes);
        let synced = written.and_then(|()| held.file.sync_data());
        synced.map_err(|error| target.io("write", error))?;
        Ok(mark)
    }

    /// Whether it stands where it was meant to, and nothing behind it.
    pub(super) fn is_last(&self) -> Result<bool, WriteError> {
        let failed = |error| self.target.io("read", error);
        if self.held.length().map_err(failed)? != self.marker.end() as u64 {
            return Ok(false);
        }
        self.is_there(&self.marker.bytes).map_err(failed)
    }

    fn is_there(&self, bytes: &[u8]) -> std::io::Result<bool> {
        let mut there = vec![0; bytes.len()];
        let got = system::read_at(&self.held.file, &mut there, self.marker.start as u64)?;
        Ok(got == bytes.len() && there == bytes)
    }

    /// Leaves it where it is.
    pub(super) fn keep(mut self) {
        self.is_kept = true;
    }

    /// Takes off what there is of it.
    fn take_off(&self) -> std::io::Result<()> {
        let start = self.marker.start as u64;
        let length = self.held.length()?.saturating_sub(start);
        let part = usize::try_from(length)
            .ok()
            .and_then(|length| self.marker.bytes.get(..length));
        match part {
            Some(part) if self.held.is_fresh() && self.is_there(part)? => {
                self.held.file.set_len(start)?;
                self.held.file.sync_data()
            }
            _ => Ok(()),
        }
    }
}

impl Drop for Mark<'_> {
    fn drop(&mut self) {
        if !self.is_kept {
            // A mark that stays is a comment.
            let _ = self.take_off();
        }
    }
}
