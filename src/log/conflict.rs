//! The lines with which git marks a conflict that it could not merge: `<<<<<<<`, `|||||||`, `=======`, `>>>>>>>`.

use memchr::memchr_iter;

/// Where the current line is in a conflict, if it is in one.
#[derive(Debug)]
pub(super) enum Conflict<P> {
    /// In none.
    No,
    /// In the version of the current branch, or in the one that both branches began with. Begun here.
    Ours(P),
    /// In the version of the other branch.
    Theirs(P),
}

/// What a line is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum MarkedLine<P> {
    Text,
    Marker,
    /// The last line of a conflict that began here.
    End(P),
}

impl<P: Clone> Conflict<P> {
    /// Reads the next line, given without its line end, and where it is.
    pub(super) fn read(&mut self, line: &[u8], place: impl FnOnce() -> P) -> MarkedLine<P> {
        let (now, then) = match (&*self, line.first()) {
            (_, Some(b'<')) if has_mark(line, b"<<<<<<<") => {
                (Self::Ours(place()), MarkedLine::Marker)
            }
            (Self::Ours(begin), Some(b'|')) if has_mark(line, b"|||||||") => {
                (Self::Ours(begin.clone()), MarkedLine::Marker)
            }
            (Self::Ours(begin), Some(b'=')) if line.trim_ascii_end() == b"=======" => {
                (Self::Theirs(begin.clone()), MarkedLine::Marker)
            }
            (Self::Theirs(begin), Some(b'>')) if has_mark(line, b">>>>>>>") => {
                (Self::No, MarkedLine::End(begin.clone()))
            }
            _ => return MarkedLine::Text,
        };
        *self = now;
        then
    }
}

/// Seven characters, and nothing or a name behind them.
fn has_mark(line: &[u8], mark: &[u8]) -> bool {
    let rest = line.strip_prefix(mark);
    rest.is_some_and(|rest| matches!(rest.first(), None | Some(b' ' | b'\r')))
}

/// The number of the line with which the first conflict of a text begins.
pub fn first_conflict(text: &str) -> Option<usize> {
    let (bytes, mut conflict) = (text.as_bytes(), Conflict::No);
    let (mut start, mut number) = (0, 0);
    for end in memchr_iter(b'\n', bytes).chain([bytes.len()]) {
        number += 1;
        let line = bytes.get(start..end).unwrap_or_default();
        if let MarkedLine::End(begin) = conflict.read(line, || number) {
            return Some(begin);
        }
        start = end + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conflict_is_what_git_writes_and_nothing_else() {
        let of_two = "a\n<<<<<<< HEAD\nb\n=======\nc\n>>>>>>> other\n";
        assert_eq!(first_conflict(of_two), Some(2));
        let of_three = "<<<<<<< HEAD\r\nb\r\n||||||| 3f2\r\nc\r\n=======\r\nd\r\n>>>>>>> other";
        assert_eq!(first_conflict(of_three), Some(1));
        let second = format!("<<<<<<< never ended\n{of_two}");
        assert_eq!(first_conflict(&second), Some(3));
        for text in [
            "",
            "Heading\n=======\n",
            "> quoted\n>>>>>>> deeply\n",
            "<<<<<<<HEAD\na\n=======\nb\n>>>>>>> other\n",
            "<<<<<<< HEAD\na\n>>>>>>> other\n",
            "<<<<<<< HEAD\na\n=======\n",
            " <<<<<<< HEAD\na\n=======\nb\n>>>>>>> other\n",
        ] {
            assert_eq!(first_conflict(text), None, "{text}");
        }
    }
}
