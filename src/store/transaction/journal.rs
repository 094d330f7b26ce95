//! The journal of a rewrite: all that is needed to complete it, in one file with a checksum. Knows its format, its file, and what it
//! says about the state of a log; `replay` acts on it.

use std::{
    borrow::Cow,
    ffi::{OsStr, OsString},
    io::{self, ErrorKind},
    ops::Range,
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

use super::{
    super::{
        WriteError,
        error::Doing as _,
        folder::{Access, Folder},
        state_dir::{self, name_with},
        system::read_whole,
    },
    change::are_hook_lines,
    commit_marker::{TransactionId, without_markers},
};

const HEAD: &[u8] = b"tokmon journal 2\n";
const ENDING: &str = ".journal";
const STAGED_ENDING: &str = ".journal.new";

/// A rewrite in place is cut short between two pieces of this size, which a copy of a log is compared by.
const BLOCK: usize = 512;
/// The number of bytes of a hash that identify a block.
const BLOCK_HASH: usize = 16;

pub(super) type Hash = [u8; 32];

pub(super) fn hash(bytes: &[u8]) -> Hash {
    Sha256::digest(bytes).into()
}

/// A rewrite that is decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Journal {
    /// The inode of the log.
    pub(super) inode: u64,
    pub(super) id: TransactionId,
    /// The offset of the marker's seal.
    pub(super) seal: u64,
    /// The new text of the log.
    pub(super) text: Vec<u8>,
    /// The length of the log before, and what it held.
    pub(super) start: u64,
    pub(super) old: Hash,
    /// The log before and the marker behind it: hashes of the blocks.
    pub(super) before: Vec<u8>,
    pub(super) files: Vec<SideChange>,
}

/// A file that changes with the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SideChange {
    /// From the folder of the log.
    pub(super) path: PathBuf,
    /// What it holds before; None where there is no such file.
    pub(super) before: Option<Hash>,
    /// What it is to hold; None where there is to be no such file.
    pub(super) after: Option<Vec<u8>>,
}

/// How far a rewrite has come.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Progress<'b> {
    /// The seal is still there, and this was appended since.
    Committed(&'b [u8]),
    /// The log begins with the new text.
    Complete,
    /// The log is neither what it was nor what it was to be.
    Foreign,
}

/// The hashes of the blocks that the rewrite of a log with its marker may leave old or new: the part that a text of this length
/// covers in pieces, and the rest.
pub(super) fn block_hashes(log: &[u8], marker: &[u8], text_length: usize) -> Vec<u8> {
    let end = log.len() + marker.len();
    let starts = (0..text_length.min(end)).step_by(BLOCK);
    let blocks = starts.map(|start| start..(start + BLOCK).min(text_length));
    let hash_of = |block: Range<usize>| {
        let of_log = block.start.min(log.len())..block.end.min(log.len());
        let of_marker = block.start.saturating_sub(log.len())..block.end.saturating_sub(log.len());
        let mut hasher = Sha256::new();
        hasher.update(log.get(of_log).unwrap_or_default());
        hasher.update(marker.get(of_marker).unwrap_or_default());
        hasher.finalize().into_iter().take(BLOCK_HASH)
    };
    blocks
        .chain(std::iter::once(text_length.min(end)..end))
        .flat_map(hash_of)
        .collect()
}

impl Journal {
    /// How far the rewrite of a log has come that holds these bytes. A file of its own right, such as a copy, is trusted only where
    /// its bytes prove it.
    pub(super) fn progress<'b>(&self, log: &'b [u8], inode: u64) -> Progress<'b> {
        let is_same_file = inode == self.inode;
        let seal = self.id.seal();
        let from_seal = usize::try_from(self.seal).ok().and_then(|at| log.get(at..));
        match from_seal.and_then(|rest| rest.strip_prefix(seal.as_slice())) {
            Some(tail) if is_same_file || self.is_between(log, tail.len()) => {
                Progress::Committed(tail)
            }
            None if log.starts_with(&self.text) && (is_same_file || self.is_complete(log)) => {
                Progress::Complete
            }
            _ => Progress::Foreign,
        }
    }

    /// Whether a log is the new text with lines of hooks behind it, and not the old text that begins with the new one.
    fn is_complete(&self, log: &[u8]) -> bool {
        let tail = log.get(self.text.len()..).unwrap_or_default();
        let old = usize::try_from(self.start)
            .ok()
            .and_then(|end| log.get(..end));
        let is_old = old.is_some_and(|old| old.len() > self.text.len() && hash(old) == self.old);
        are_hook_lines(tail) && !is_old
    }

    /// Whether every block of a log is the old or the new one, not counting what was appended.
    fn is_between(&self, log: &[u8], appended: usize) -> bool {
        let length = log.len().saturating_sub(appended);
        let log = log.get(..length).unwrap_or_default();
        let there = block_hashes(log, &[], self.text.len());
        let new = block_hashes(&self.text, &[], self.text.len());
        let mut blocks = there
            .chunks(BLOCK_HASH)
            .zip(new.chunks(BLOCK_HASH).zip(self.before.chunks(BLOCK_HASH)));
        there.len() == self.before.len()
            && blocks.all(|(there, (new, before))| there == before || there == new)
    }

    /// What the log is to hold, with what was appended behind the marker.
    pub(super) fn with_tail(&self, tail: &[u8]) -> Vec<u8> {
        let mut text = self.text.clone();
        if !tail.is_empty() && text.last().is_some_and(|last| *last != b'\n') {
            text.push(b'\n');
        }
        text.extend_from_slice(&without_markers(tail));
        text
    }

    /// As the bytes of a file, with the text as it is.
    pub(super) fn to_parts(&self) -> [Cow<'_, [u8]>; 3] {
        let mut head = HEAD.to_vec();
        put_number(&mut head, self.inode);
        put(&mut head, self.id.letters());
        put_number(&mut head, self.seal);
        put_number(&mut head, self.text.len() as u64);
        let mut rest = Vec::new();
        put_number(&mut rest, self.start);
        put(&mut rest, &self.old);
        put(&mut rest, &self.before);
        put_number(&mut rest, self.files.len() as u64);
        for file in &self.files {
            put(&mut rest, file.path.as_os_str().as_encoded_bytes());
            put(&mut rest, file.before.as_ref().map_or(&[], Hash::as_slice));
            put_number(&mut rest, u64::from(file.after.is_some()));
            put(&mut rest, file.after.as_deref().unwrap_or_default());
        }
        let parts = [head.as_slice(), &self.text, &rest];
        let sum = parts.into_iter().fold(Sha256::new(), Digest::chain_update);
        rest.extend_from_slice(&sum.finalize());
        [head.into(), (&self.text).into(), rest.into()]
    }

    /// From the bytes of a file. None where they are not those of a whole journal.
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (bytes, sum) = bytes.split_last_chunk::<32>()?;
        let mut rest = bytes.strip_prefix(HEAD).filter(|_| hash(bytes) == *sum)?;
        let rest = &mut rest;
        let mut journal = Self {
            inode: number(rest)?,
            id: TransactionId::from_letters(take(rest)?)?,
            seal: number(rest)?,
            text: take(rest)?.to_vec(),
            start: number(rest)?,
            old: take(rest)?.try_into().ok()?,
            before: take(rest)?.to_vec(),
            files: Vec::new(),
        };
        for _ in 0..number(rest)? {
            journal.files.push(SideChange {
                path: path_from_bytes(take(rest)?)?,
                before: match take(rest)? {
                    [] => None,
                    hash => Some(hash.try_into().ok()?),
                },
                after: match (number(rest)?, take(rest)?) {
                    (0, _) => None,
                    (_, bytes) => Some(bytes.to_vec()),
                },
            });
        }
        rest.is_empty().then_some(journal)
    }
}

/// A path from its bytes. None if they are not valid as a path.
#[cfg(not(unix))]
fn path_from_bytes(bytes: &[u8]) -> Option<PathBuf> {
    str::from_utf8(bytes).ok().map(PathBuf::from)
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "fails where a path is text")]
fn path_from_bytes(bytes: &[u8]) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStrExt as _;
    Some(PathBuf::from(OsStr::from_bytes(bytes)))
}

fn put_number(bytes: &mut Vec<u8>, number: u64) {
    bytes.extend_from_slice(&number.to_le_bytes());
}

fn put(bytes: &mut Vec<u8>, part: &[u8]) {
    put_number(bytes, part.len() as u64);
    bytes.extend_from_slice(part);
}

fn number(rest: &mut &[u8]) -> Option<u64> {
    let (number, behind) = rest.split_first_chunk()?;
    *rest = behind;
    Some(u64::from_le_bytes(*number))
}

fn take<'b>(rest: &mut &'b [u8]) -> Option<&'b [u8]> {
    let length = usize::try_from(number(rest)?).ok()?;
    let (part, behind) = rest.split_at_checked(length)?;
    *rest = behind;
    Some(part)
}

/// The files of a log's journal: the one in force, and the one that is being written.
#[derive(Debug)]
pub(super) struct JournalFile {
    dir: Folder,
    name: OsString,
    staged: OsString,
}

/// What a file says of a rewrite.
#[derive(Debug)]
pub(super) enum JournalState {
    Nothing,
    Journal(Box<Journal>),
    /// It is not a whole journal.
    Damaged,
}

pub(super) fn path(folder: &Path, log: &OsStr) -> PathBuf {
    state_dir::path_of(folder, &name_with(log, ENDING))
}

/// What the journal of a log says, read without a lock.
pub(super) fn read(folder: &Path, log: &OsStr) -> io::Result<JournalState> {
    match state_dir::open(folder)? {
        Some(dir) => found(&dir, &name_with(log, ENDING)),
        None => Ok(JournalState::Nothing),
    }
}

fn found(dir: &Folder, name: &OsStr) -> io::Result<JournalState> {
    match dir.read(name) {
        Ok(Some(file)) => {
            let journal = Journal::from_bytes(&read_whole(&file)?).map(Box::new);
            Ok(journal.map_or(JournalState::Damaged, JournalState::Journal))
        }
        Ok(None) => Ok(JournalState::Nothing),
        Err(error) if error.kind() == ErrorKind::InvalidInput => Ok(JournalState::Damaged),
        Err(error) => Err(error),
    }
}

impl JournalFile {
    pub(super) fn of(log: &OsStr, dir: Folder) -> Self {
        Self {
            name: name_with(log, ENDING),
            staged: name_with(log, STAGED_ENDING),
            dir,
        }
    }

    pub(super) fn path(&self) -> PathBuf {
        self.dir.path_of(&self.name)
    }

    fn staged_path(&self) -> PathBuf {
        self.dir.path_of(&self.staged)
    }

    pub(super) fn read(&self) -> Result<JournalState, WriteError> {
        found(&self.dir, &self.name).doing("read", &self.path())
    }

    pub(super) fn read_staged(&self) -> Result<JournalState, WriteError> {
        found(&self.dir, &self.staged).doing("read", &self.staged_path())
    }

    /// Writes a journal that is not in force yet, and returns when it is on the disk.
    pub(super) fn stage(&self, journal: &Journal, access: Access) -> Result<(), WriteError> {
        let parts = journal.to_parts();
        let parts = parts.each_ref().map(|part| &**part);
        let written = self.dir.write_new(&self.staged, &parts, access);
        written.doing("write", &self.staged_path())
    }

    pub(super) fn remove_staged(&self) -> Result<(), WriteError> {
        let removed = self.dir.remove(&self.staged);
        removed.doing("remove", &self.staged_path())
    }

    /// Puts the staged journal in force, in place of any other. From here on, the change is decided. Where only the wait for the disk
    /// failed, the journal is in force, though it may be gone after a power cut: it is taken out of force again if it `can_withdraw`.
    pub(super) fn commit(&self, can_withdraw: bool) -> Result<(), WriteError> {
        let renamed = self.dir.rename(&self.staged, &self.name);
        renamed.doing("write", &self.path())?;
        let synced = self.dir.sync().doing("write", &self.path());
        synced.map_err(|error| {
            if can_withdraw && self.dir.remove(&self.name).is_ok() {
                let _ = self.dir.sync();
                return error;
            }
            self.unfinished(error)
        })
    }

    /// Why a change is not complete whose journal is in force.
    pub(super) fn unfinished(&self, why: WriteError) -> WriteError {
        match why {
            WriteError::Conflict { .. }
            | WriteError::DamagedJournal { .. }
            | WriteError::Unfinished { .. } => why,
            why => WriteError::Unfinished {
                journal: self.path(),
                why: Box::new(why),
            },
        }
    }

    pub(super) fn remove(&self) -> Result<(), WriteError> {
        self.dir.remove(&self.name).doing("remove", &self.path())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{super::commit_marker::CommitMarker, *};

    fn journal() -> Journal {
        Journal {
            inode: 7,
            id: TransactionId::new(5),
            seal: 3,
            text: b"new".to_vec(),
            start: 3,
            old: hash(b"old"),
            before: block_hashes(b"old", b" zzz", 3),
            files: vec![
                SideChange {
                    path: "../archive/a.md".into(),
                    before: Some(hash(b"x")),
                    after: Some(Vec::new()),
                },
                SideChange {
                    path: "b.md".into(),
                    before: None,
                    after: None,
                },
            ],
        }
    }

    #[test]
    fn a_journal_is_read_as_it_was_written_and_only_whole() {
        let bytes = journal().to_parts().concat();
        assert_eq!(Journal::from_bytes(&bytes), Some(journal()));
        for length in 0..bytes.len() {
            assert_eq!(Journal::from_bytes(&bytes[..length]), None, "{length}");
        }
        for at in 0..bytes.len() {
            let mut bytes = bytes.clone();
            bytes[at] ^= 1;
            assert_eq!(Journal::from_bytes(&bytes), None, "{at}");
        }
    }

    #[test]
    fn the_log_shows_how_far_the_rewrite_has_come() {
        let journal = journal();
        let sealed = [b"old", journal.id.seal().as_slice(), b"- tail\n"].concat();
        assert_eq!(
            journal.progress(&sealed, 7),
            Progress::Committed(b"- tail\n")
        );
        assert_eq!(journal.progress(&sealed, 8), Progress::Foreign);
        assert_eq!(journal.progress(b"new", 8), Progress::Complete);
        assert_eq!(journal.progress(b"new and more", 8), Progress::Foreign);
        assert_eq!(journal.progress(b"new and more", 7), Progress::Complete);
        assert_eq!(journal.progress(b"old", 7), Progress::Foreign);
        assert_eq!(journal.with_tail(b"- tail\n"), b"new\n- tail\n");
        assert_eq!(journal.with_tail(b""), b"new");
    }

    /// A text of a length, unlike one of another seed everywhere.
    fn text(length: usize, seed: u8) -> Vec<u8> {
        let bytes = (0..=96).map(|byte: u8| byte ^ seed);
        bytes.cycle().take(length).collect()
    }

    #[test]
    fn a_copy_is_known_by_its_bytes() {
        for (old, new) in [(2000, 1300), (10, 1300), (1024, 1024), (700, 0)] {
            let (mut journal, old, new) = (journal(), text(old, 0x00), text(new, 0x80));
            let marker = CommitMarker::behind(&old, new.len(), &journal.id);
            let whole = [&*old, &*marker.bytes].concat();
            journal.seal = marker.seal as u64;
            journal.before = block_hashes(&old, &marker.bytes, new.len());
            journal.text.clone_from(&new);
            for written in (0..new.len()).step_by(BLOCK).chain([new.len()]) {
                let mut log = whole.clone();
                log[..written].copy_from_slice(&new[..written]);
                log.extend_from_slice(b"- tail\n");
                assert_eq!(journal.progress(&log, 8), Progress::Committed(b"- tail\n"));
                log[5] ^= 1;
                assert_eq!(journal.progress(&log, 8), Progress::Foreign, "{written}");
            }
        }
    }

    #[test]
    fn an_old_text_that_begins_with_the_new_one_is_not_complete() {
        let mut journal = journal();
        (journal.start, journal.old) = (14, hash(b"new\n[PRE] old\n"));
        journal.text = b"new\n".to_vec();
        assert_eq!(journal.progress(b"new\n[PRE] old\n", 8), Progress::Foreign);
        assert_eq!(
            journal.progress(b"new\n[PRE] since\n", 8),
            Progress::Complete
        );
        assert_eq!(journal.progress(b"new\n| since |\n", 8), Progress::Foreign);
    }

    proptest! {
        #[test]
        fn any_bytes_can_be_read(body: Vec<u8>) {
            let mut bytes = [HEAD, &body].concat();
            let sum = hash(&bytes);
            bytes.extend_from_slice(&sum);
            let _ = Journal::from_bytes(&bytes);
        }
    }
}
