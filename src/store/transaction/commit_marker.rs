//! The marker that is appended to a log before it is rewritten. It keeps the file at least as long as the new text, and its last
//! line, the seal, separates what was there before from what other programs append. In Markdown it is a comment.

use std::{borrow::Cow, io};

use memchr::memmem;

use super::{super::system, leased_file::LeasedFile};

/// How every marker begins, at the start of a line.
const HEAD: &[u8] = b"<!-- tokmon:txn ";
/// The part of it that no other comment begins with.
const PREFIX: &[u8] = b"<!-- tokmon:t";
/// The letters of an id. Hexadecimal digits would not do: a date may begin with one.
const LETTERS: &[u8; 16] = b"zyxwvutsrqponmlk";
/// How many letters an id has, of 4 bits each.
const ID: usize = 32;
/// How many spaces a line of padding holds at most.
const WIDEST: usize = 1000;

/// 128 random bits, as letters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TransactionId([u8; ID]);

impl TransactionId {
    pub(super) fn new(number: u128) -> Self {
        let bits = (0..ID).map(|at| number >> (4 * at) & 15);
        let mut letters = [0; ID];
        for (letter, bits) in letters.iter_mut().zip(bits) {
            *letter = LETTERS[usize::try_from(bits).unwrap_or_default()];
        }
        Self(letters)
    }

    pub(super) fn from_letters(letters: &[u8]) -> Option<Self> {
        let is_id = letters.iter().all(|letter| LETTERS.contains(letter));
        letters.try_into().ok().filter(|_| is_id).map(Self)
    }

    pub(super) const fn letters(&self) -> &[u8] {
        &self.0
    }

    /// The last line of the marker.
    pub(super) fn seal(&self) -> Vec<u8> {
        [&self.0, b" -->\n".as_slice()].concat()
    }
}

#[derive(Debug)]
pub(super) struct CommitMarker {
    pub(super) bytes: Vec<u8>,
    /// Its offset in the file: the length of the log.
    pub(super) start: usize,
    /// The offset of its seal in the file, at least the length of the new text.
    pub(super) seal: usize,
}

impl CommitMarker {
    /// The marker to append to a log that is to get a text of this length.
    pub(super) fn behind(log: &[u8], new_length: usize, id: &TransactionId) -> Self {
        let mut bytes = Vec::new();
        if log.last().is_some_and(|last| *last != b'\n') {
            bytes.push(b'\n');
        }
        bytes.extend_from_slice(HEAD);
        bytes.extend_from_slice(id.letters());
        bytes.push(b'\n');
        let mut missing = new_length.saturating_sub(log.len() + bytes.len());
        while missing > 0 {
            let line = missing.min(WIDEST + 1);
            bytes.resize(bytes.len() + line - 1, b' ');
            bytes.push(b'\n');
            missing -= line;
        }
        let seal = log.len() + bytes.len();
        bytes.extend_from_slice(&id.seal());
        Self {
            bytes,
            start: log.len(),
            seal,
        }
    }

    pub(super) const fn end(&self) -> usize {
        self.start + self.bytes.len()
    }

    /// Appends it to the log, and returns when it is on the disk.
    pub(super) fn append_to(&self, log: &LeasedFile) -> io::Result<()> {
        system::write_at_end(&log.file, &self.bytes)?;
        log.file.sync_data()
    }

    /// Whether the log ends with it, at the offset it was made for.
    pub(super) fn is_last_in(&self, log: &LeasedFile) -> io::Result<bool> {
        Ok(log.length()? == self.end() as u64 && self.is_in(log, &self.bytes)?)
    }

    fn is_in(&self, log: &LeasedFile, bytes: &[u8]) -> io::Result<bool> {
        let mut there = vec![0; bytes.len()];
        let got = system::read_at(&log.file, &mut there, self.start as u64)?;
        Ok(got == bytes.len() && there == bytes)
    }

    /// Removes as much of it as was written, unless another program has written behind it: then the next rewrite does.
    pub(super) fn remove_from(&self, log: &LeasedFile) -> io::Result<()> {
        let start = self.start as u64;
        let length = usize::try_from(log.length()?.saturating_sub(start)).ok();
        match length.and_then(|length| self.bytes.get(..length)) {
            Some(part) if log.is_fresh() && self.is_in(log, part)? => {
                log.file.set_len(start)?;
                log.file.sync_data()
            }
            _ => Ok(()),
        }
    }
}

/// The text without markers that were left behind, whole ones or the beginnings of such. Keeps every byte of other programs.
pub(super) fn without_markers(text: &[u8]) -> Cow<'_, [u8]> {
    let mut kept: Option<Vec<u8>> = None;
    let mut done = 0;
    for at in memmem::find_iter(text, PREFIX) {
        let is_at_start = at
            .checked_sub(1)
            .is_none_or(|before| text.get(before) == Some(&b'\n'));
        let length = length_of(text.get(at..).unwrap_or_default());
        if at < done || !is_at_start || length == 0 {
            continue;
        }
        let kept = kept.get_or_insert_default();
        kept.extend_from_slice(text.get(done..at).unwrap_or_default());
        done = at + length;
    }
    match kept {
        None => Cow::Borrowed(text),
        Some(mut kept) => {
            kept.extend_from_slice(text.get(done..).unwrap_or_default());
            Cow::Owned(kept)
        }
    }
}

/// How much of a text that starts like a marker is one.
fn length_of(text: &[u8]) -> usize {
    let Some(rest) = text.strip_prefix(HEAD) else {
        let same = same(text, HEAD);
        let rest = text.get(same..).unwrap_or_default();
        let is_cut = is_whole_line(rest) || matches!(rest.first(), Some(b'\r' | b'\n'));
        return if is_cut { same } else { 0 };
    };
    let letters = rest
        .iter()
        .take(ID)
        .take_while(|byte| LETTERS.contains(byte))
        .count();
    let (id, rest) = rest.split_at(letters);
    if rest.is_empty() {
        return text.len();
    }
    let Some(id) = TransactionId::from_letters(id) else {
        // Cut off in its first line; letters behind it may belong to another program. A comment that ends there does as a whole.
        let line = rest.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let is_comment = memmem::find(line, b"-->").is_some();
        return match (letters, is_comment) {
            (1.., _) if is_whole_line(rest) => HEAD.len() + letters,
            (_, true) => 0,
            (_, false) => HEAD.len(),
        };
    };
    let blanks = rest.iter().take_while(|byte| b" \n".contains(byte)).count();
    let rest = rest.get(blanks..).unwrap_or_default();
    let seal = id.seal();
    let same = same(rest, &seal);
    // What looks like more of a marker that was cut off may be a line of another program.
    let is_cut = is_whole_line(rest.get(same..).unwrap_or_default());
    let end = match same {
        same if same == seal.len() || is_cut => same,
        ID.. => ID,
        _ => 0,
    };
    HEAD.len() + ID + blanks + end
}

fn same(one: &[u8], other: &[u8]) -> usize {
    let pairs = one.iter().zip(other);
    pairs.take_while(|(one, other)| one == other).count()
}

/// Whether what is behind the beginning of a marker is nothing, or a line from its start: a row or a line of a hook.
fn is_whole_line(text: &[u8]) -> bool {
    matches!(text.first(), None | Some(b'[' | b'|'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn id() -> TransactionId {
        TransactionId::new(0x0123_4567_89ab_cdef_0f1e_2d3c_4b5a_6978)
    }

    #[test]
    fn a_marker_is_a_comment_with_its_seal_behind_the_new_text() {
        let marker = CommitMarker::behind(b"a\n", 0, &id());
        let text = String::from_utf8(marker.bytes.clone()).unwrap();
        let letters = String::from_utf8(id().letters().to_vec()).unwrap();
        assert_eq!(text, format!("<!-- tokmon:txn {letters}\n{letters} -->\n"));
        assert_eq!((marker.start, marker.end()), (2, 2 + text.len()));
        for length in [60, 100, 1050, 1051, 1052, 1053, 5000] {
            let marker = CommitMarker::behind(b"a", length, &id());
            assert_eq!(marker.seal, length.max(51), "{length}");
            let lines = marker.bytes.split(|byte| *byte == b'\n');
            assert!(lines.map(<[u8]>::len).max().unwrap() <= WIDEST);
        }
    }

    #[test]
    fn text_about_markers_stays() {
        for text in [
            "see `<!-- tokmon:txn zzz`\n",
            "<!-- tokmon:txn ID -->\n",
            "<!-- tokmon:budget -->\n",
            "text <!-- tokmon:txn ",
            "<!-- tokmon: teams -->\n",
            "<!-- tokmon\nreads this -->\n",
            "<!-- tokmon:teams",
        ] {
            assert_eq!(without_markers(text.as_bytes()), text.as_bytes());
        }
    }

    proptest! {
        #[test]
        fn a_marker_is_removed_wherever_it_was_cut(
            before in "([a-z|-]{0,9}\n){0,3}",
            after in "([|-][a-z]{0,9}\n){0,3}",
            length in 0_usize..3000,
            cut: prop::sample::Index,
        ) {
            let marker = CommitMarker::behind(before.as_bytes(), length, &id());
            prop_assert!(marker.seal >= length);
            let cut = HEAD.len() + cut.index(marker.bytes.len() + 1 - HEAD.len());
            let text = [before.as_bytes(), &marker.bytes[..cut], after.as_bytes()].concat();
            let kept = without_markers(&text).into_owned();
            let wanted = [before.as_bytes(), after.as_bytes()].concat();
            let seal = marker.seal - marker.start;
            let is_in_id = (HEAD.len() + 1..HEAD.len() + ID).contains(&cut);
            let is_in_seal = cut > seal && cut != seal + ID && cut < marker.bytes.len();
            if !is_in_id && !is_in_seal || after.is_empty() {
                prop_assert_eq!(kept, wanted);
            } else {
                prop_assert!(kept.ends_with(after.as_bytes()));
            }
        }

        #[test]
        fn lines_that_programs_append_to_a_cut_marker_are_whole_again(
            before in "([a-z|-]{0,9}\n){0,3}",
            after in "([|\\[][a-z]{0,9}\n){0,3}",
            length in 0_usize..3000,
            cut: prop::sample::Index,
        ) {
            let marker = CommitMarker::behind(before.as_bytes(), length, &id());
            let cut = PREFIX.len() + cut.index(marker.bytes.len() + 1 - PREFIX.len());
            let text = [before.as_bytes(), &marker.bytes[..cut], after.as_bytes()].concat();
            prop_assert_eq!(without_markers(&text), [before, after].concat().into_bytes());
        }

        #[test]
        fn every_text_is_gone_through(text: Vec<u8>) {
            let _ = without_markers(&[HEAD, &text].concat());
        }
    }
}
