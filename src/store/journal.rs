//! The journal of a rewrite: everything it takes to bring it to its end, in one file with a checksum. Knows how it is written down;
//! when it is written and what is done with it is the business of `rewrite` and `redo`.

use std::path::PathBuf;

use sha2::{Digest, Sha256};

use super::{
    marker::{Id, without_markers},
    system,
};

const HEAD: &[u8] = b"tokmon journal 1\n";

/// What a file holds, in short.
pub(super) type Hash = [u8; 32];

/// What these bytes are in short.
pub(super) fn hash(bytes: &[u8]) -> Hash {
    Sha256::digest(bytes).into()
}

/// A rewrite that is decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Journal {
    /// The file that the log is.
    pub(super) inode: u64,
    pub(super) id: Id,
    /// Where the seal of the mark starts.
    pub(super) seal: u64,
    /// All that the log is to hold.
    pub(super) text: Vec<u8>,
    pub(super) files: Vec<Beside>,
}

/// A file that changes with the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Beside {
    /// From the folder of the log.
    pub(super) path: PathBuf,
    /// What it holds before; None where there is no such file.
    pub(super) before: Option<Hash>,
    /// What it is to hold; None where there is to be no such file.
    pub(super) after: Option<Vec<u8>>,
}

/// How far a log has come.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Progress<'b> {
    /// The mark is still there, and this was written behind it.
    Sealed(&'b [u8]),
    /// It begins with the new text.
    Done,
    /// It is not what it was, and not what it was to be.
    Foreign,
}

impl Journal {
    /// How far a log has come that holds these bytes.
    pub(super) fn progress<'b>(&self, log: &'b [u8], inode: u64) -> Progress<'b> {
        if inode != self.inode {
            return Progress::Foreign;
        }
        let seal = self.id.seal();
        let from_seal = usize::try_from(self.seal).ok().and_then(|at| log.get(at..));
        match from_seal.and_then(|rest| rest.strip_prefix(seal.as_slice())) {
            Some(tail) => Progress::Sealed(tail),
            None if log.starts_with(&self.text) => Progress::Done,
            None => Progress::Foreign,
        }
    }

    /// What the log is to hold, with what others have written behind the mark.
    pub(super) fn with_tail(&self, tail: &[u8]) -> Vec<u8> {
        let mut text = self.text.clone();
        if !tail.is_empty() && text.last().is_some_and(|last| *last != b'\n') {
            text.push(b'\n');
        }
        text.extend_from_slice(&without_markers(tail));
        text
    }

    /// As the bytes of a file.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = HEAD.to_vec();
        put_number(&mut bytes, self.inode);
        put(&mut bytes, self.id.letters());
        put_number(&mut bytes, self.seal);
        put(&mut bytes, &self.text);
        put_number(&mut bytes, self.files.len() as u64);
        for file in &self.files {
            put(&mut bytes, &system::path_to_bytes(&file.path));
            put(&mut bytes, file.before.as_ref().map_or(&[], Hash::as_slice));
            put_number(&mut bytes, u64::from(file.after.is_some()));
            put(&mut bytes, file.after.as_deref().unwrap_or_default());
        }
        let sum = hash(&bytes);
        bytes.extend_from_slice(&sum);
        bytes
    }

    /// From the bytes of a file. None where they are not those of a whole journal.
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (bytes, sum) = bytes.split_last_chunk::<32>()?;
        let mut rest = bytes.strip_prefix(HEAD).filter(|_| hash(bytes) == *sum)?;
        let rest = &mut rest;
        let mut journal = Self {
            inode: number(rest)?,
            id: Id::from_letters(taken(rest)?)?,
            seal: number(rest)?,
            text: taken(rest)?.to_vec(),
            files: Vec::new(),
        };
        for _ in 0..number(rest)? {
            journal.files.push(Beside {
                path: system::path_from_bytes(taken(rest)?.to_vec())?,
                before: match taken(rest)? {
                    [] => None,
                    hash => Some(hash.try_into().ok()?),
                },
                after: match (number(rest)?, taken(rest)?) {
                    (0, _) => None,
                    (_, bytes) => Some(bytes.to_vec()),
                },
            });
        }
        rest.is_empty().then_some(journal)
    }
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

fn taken<'b>(rest: &mut &'b [u8]) -> Option<&'b [u8]> {
    let length = usize::try_from(number(rest)?).ok()?;
    let (part, behind) = rest.split_at_checked(length)?;
    *rest = behind;
    Some(part)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn journal() -> Journal {
        Journal {
            inode: 7,
            id: Id::new(5),
            seal: 3,
            text: b"new".to_vec(),
            files: vec![
                Beside {
                    path: "../archive/a.md".into(),
                    before: Some(hash(b"x")),
                    after: Some(Vec::new()),
                },
                Beside {
                    path: "b.md".into(),
                    before: None,
                    after: None,
                },
            ],
        }
    }

    #[test]
    fn a_journal_is_read_as_it_was_written_and_only_whole() {
        let bytes = journal().to_bytes();
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
    fn the_log_tells_how_far_it_has_come() {
        let journal = journal();
        let sealed = [b"old", journal.id.seal().as_slice(), b"- tail\n"].concat();
        assert_eq!(journal.progress(&sealed, 7), Progress::Sealed(b"- tail\n"));
        assert_eq!(journal.progress(&sealed, 8), Progress::Foreign);
        assert_eq!(journal.progress(b"new and more", 7), Progress::Done);
        assert_eq!(journal.progress(b"old", 7), Progress::Foreign);
        assert_eq!(journal.with_tail(b"- tail\n"), b"new\n- tail\n");
        assert_eq!(journal.with_tail(b""), b"new");
    }

    proptest! {
        #[test]
        fn no_bytes_are_too_odd(body: Vec<u8>) {
            let mut bytes = [HEAD, &body].concat();
            let sum = hash(&bytes);
            bytes.extend_from_slice(&sum);
            let _ = Journal::from_bytes(&bytes);
        }
    }
}
