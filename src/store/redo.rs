//! What is left to do once a change is decided, and the same after a run that was cut short. Each step can be taken again.

use super::{
    Target, WriteError,
    hold::Held,
    journal::{Beside, Journal, hash},
    place::Place,
    private::Private,
    system::{self, Access},
};

/// How bringing a change to its end went.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Finish {
    Done,
    /// Somebody may have written meanwhile: the state of the log is to be looked at again.
    Lost,
}

/// Whether what was written next to the files is whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Drafts {
    Written,
    Unknown,
}

/// Brings a decided change to its end: the files beside the log, the log, its length, and away with the journal.
pub(super) fn finish(
    target: &Target,
    private: &Private,
    held: &Held,
    journal: &Journal,
    drafts: Drafts,
) -> Result<Finish, WriteError> {
    let metadata = held
        .file
        .metadata()
        .map_err(|error| target.io("look at", error))?;
    for file in &journal.files {
        install(target, private, file, drafts, Access::of(&metadata))?;
    }
    if !held.is_fresh() {
        return Ok(Finish::Lost);
    }
    check_place(target, private, held)?;
    let rewritten = system::write_over(&held.file, &journal.text, 0);
    let synced = rewritten.and_then(|()| held.file.sync_data());
    synced.map_err(|error| target.io("write", error))?;
    let end = journal.seal + journal.id.seal().len() as u64;
    let length = held.length().map_err(|error| target.io("look at", error))?;
    if !held.is_fresh() || length != end {
        return Ok(Finish::Lost);
    }
    let cut = held.file.set_len(journal.text.len() as u64);
    let synced = cut.and_then(|()| held.file.sync_all());
    synced.map_err(|error| target.io("shorten", error))?;
    check_place(target, private, held)?;
    private.remove_journal()?;
    Ok(Finish::Done)
}

/// Fails where another file has taken the place of the log.
pub(super) fn check_place(
    target: &Target,
    private: &Private,
    held: &Held,
) -> Result<(), WriteError> {
    if held.is_in_place(target)? {
        return Ok(());
    }
    Err(foreign(target, private))
}

/// The log is neither what it was nor what it was to be.
pub(super) fn foreign(target: &Target, private: &Private) -> WriteError {
    WriteError::Damaged {
        path: target.path.clone(),
        why: "was changed by somebody else in the middle of a rewrite".to_owned(),
        journal: private.journal_path(),
    }
}

fn install(
    target: &Target,
    private: &Private,
    file: &Beside,
    drafts: Drafts,
    model: Access,
) -> Result<(), WriteError> {
    let after = file.after.as_deref();
    let made = &mut Vec::new();
    let Some(place) = Place::at(target, &file.path, after.is_some().then_some(made))? else {
        return Ok(());
    };
    let now = place.content()?.map(|content| hash(&content.bytes));
    if now == after.map(hash) {
        return Ok(());
    }
    if now != file.before {
        return Err(WriteError::Damaged {
            path: place.path().to_path_buf(),
            why: "was changed by somebody else in the middle of a move".to_owned(),
            journal: private.journal_path(),
        });
    }
    let Some(after) = after else {
        return place.remove();
    };
    if drafts == Drafts::Unknown {
        place.write_draft(after, model)?;
    }
    place.install_draft()
}
