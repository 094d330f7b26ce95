//! Files below folders, each found once however many links lead to it, and their lines in bounded memory. Which files are wanted, and
//! what their lines mean, is left to the caller.

use std::{
    collections::HashSet,
    ffi::OsString,
    fs::{self, Metadata},
    io::{self, ErrorKind, Read},
    path::{Path, PathBuf},
    time::SystemTime,
};

use super::{reason, system};

/// The longest line that is kept in memory, in bytes.
pub const MAX_LINE: usize = 64 * 1024 * 1024;

/// How much is read at once, and how large the buffer is while lines are short.
const CHUNK: usize = 128 * 1024;

/// What the walk comes upon.
#[derive(Debug)]
pub enum Visited {
    File(VisitedFile),
    /// Something that is not opened, or a folder that cannot be listed, with the reason.
    Unreadable(PathBuf, String),
}

#[derive(Debug)]
pub struct VisitedFile {
    /// The path without links.
    pub real: PathBuf,
    /// The path by which it was reached.
    pub path: PathBuf,
    /// When it was last changed. None where the system does not say.
    pub changed: Option<SystemTime>,
}

/// Walks folders, each folder and each file once for all of its calls. Without recursion: folders may be nested to any depth.
#[derive(Debug, Default)]
pub struct Walk {
    seen: HashSet<PathBuf>,
}

/// A folder that is still to be listed.
struct Pending {
    path: PathBuf,
    real: PathBuf,
}

impl Walk {
    /// Visits a file, or all files below a folder, in the order of their names. `wants` says by the path without links which files
    /// are of interest; no others are looked at. Fails where there is nothing at the path.
    pub fn visit(
        &mut self,
        start: &Path,
        wants: &dyn Fn(&Path) -> bool,
        each: &mut dyn FnMut(Visited),
    ) -> io::Result<()> {
        let metadata = fs::metadata(start)?;
        let real = fs::canonicalize(start)?;
        let mut pending = Vec::new();
        self.entry(start.to_path_buf(), real, &metadata, &mut pending, each);
        while let Some(folder) = pending.pop() {
            let names = match sorted_names(&folder.path) {
                Ok(names) => names,
                Err(error) => {
                    each(Visited::Unreadable(folder.path, reason(&error)));
                    continue;
                }
            };
            let mut below = Vec::new();
            for (name, is_link) in names {
                self.named(&folder, &name, is_link, wants, &mut below, each);
            }
            // The stack gives the last one first.
            pending.extend(below.into_iter().rev());
        }
        Ok(())
    }

    fn named(
        &mut self,
        folder: &Pending,
        name: &OsString,
        is_link: bool,
        wants: &dyn Fn(&Path) -> bool,
        below: &mut Vec<Pending>,
        each: &mut dyn FnMut(Visited),
    ) {
        let path = folder.path.join(name);
        let real = if is_link {
            fs::canonicalize(&path)
        } else {
            Ok(folder.real.join(name))
        };
        let looked_at = real.and_then(|real| Ok((fs::metadata(&path)?, real)));
        match looked_at {
            Ok((metadata, real)) if metadata.is_dir() || wants(&real) => {
                self.entry(path, real, &metadata, below, each);
            }
            Ok(_) => {}
            // It was deleted in the meantime.
            Err(error) if error.kind() == ErrorKind::NotFound && !is_link => {}
            Err(_) if !wants(&path) => {}
            Err(error) => each(Visited::Unreadable(path, reason(&error))),
        }
    }

    fn entry(
        &mut self,
        path: PathBuf,
        real: PathBuf,
        metadata: &Metadata,
        below: &mut Vec<Pending>,
        each: &mut dyn FnMut(Visited),
    ) {
        if !self.seen.insert(real.clone()) {
            return;
        }
        if metadata.is_dir() {
            below.push(Pending { path, real });
            return;
        }
        each(match system::unreadable_kind(metadata) {
            Some(kind) => Visited::Unreadable(path, format!("it is {kind}")),
            None => Visited::File(VisitedFile {
                real,
                path,
                changed: metadata.modified().ok(),
            }),
        });
    }
}

/// The names in a folder, and whether each is a link.
fn sorted_names(folder: &Path) -> io::Result<Vec<(OsString, bool)>> {
    let mut names = fs::read_dir(folder)?
        .map(|entry| {
            let entry = entry?;
            Ok((entry.file_name(), entry.file_type()?.is_symlink()))
        })
        .collect::<io::Result<Vec<_>>>()?;
    names.sort();
    Ok(names)
}

/// A part of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadLine<'a> {
    /// A line without its end.
    Line { text: &'a [u8], has_end: bool },
    /// A line that is longer than [`MAX_LINE`], and was skipped.
    TooLong,
}

/// Reads files line by line through one buffer, which grows only for a long line, and shrinks behind it.
#[derive(Debug)]
pub struct LineBuffer {
    bytes: Vec<u8>,
    most: usize,
}

impl Default for LineBuffer {
    fn default() -> Self {
        Self {
            bytes: Vec::new(),
            most: MAX_LINE,
        }
    }
}

impl LineBuffer {
    /// Gives each line of a file, the last one also where it has no end.
    pub fn lines(
        &mut self,
        input: &mut dyn Read,
        each: &mut dyn FnMut(ReadLine<'_>),
    ) -> io::Result<()> {
        let mut filled = 0;
        let mut is_skipping = false;
        loop {
            self.make_room(filled);
            let room = self.bytes.get_mut(filled..).unwrap_or_default();
            let got = system::read_up_to(&mut &mut *input, room)?;
            if got == 0 {
                break;
            }
            let end = filled + got;
            let kept = self.split(filled, end, &mut is_skipping, each);
            self.bytes.copy_within(kept..end, 0);
            filled = end - kept;
            if filled > self.most {
                each(ReadLine::TooLong);
                is_skipping = true;
            }
            if is_skipping {
                filled = 0;
            }
            self.shrink(filled);
        }
        if filled > 0 {
            let text = self.bytes.get(..filled).unwrap_or_default();
            each(ReadLine::Line {
                text,
                has_end: false,
            });
        }
        self.shrink(0);
        Ok(())
    }

    /// Gives a whole file as one line, or [`ReadLine::TooLong`].
    pub fn document(
        &mut self,
        input: &mut dyn Read,
        each: &mut dyn FnMut(ReadLine<'_>),
    ) -> io::Result<()> {
        self.bytes.clear();
        let most = self.most as u64 + 1;
        input.take(most).read_to_end(&mut self.bytes)?;
        each(if self.bytes.len() > self.most {
            ReadLine::TooLong
        } else {
            ReadLine::Line {
                text: &self.bytes,
                has_end: true,
            }
        });
        self.shrink(0);
        Ok(())
    }

    /// Gives the lines that end in the new bytes, and returns where the first that does not begins.
    fn split(
        &self,
        new: usize,
        end: usize,
        is_skipping: &mut bool,
        each: &mut dyn FnMut(ReadLine<'_>),
    ) -> usize {
        let fresh = self.bytes.get(new..end).unwrap_or_default();
        let mut start = 0;
        for at in memchr::memchr_iter(b'\n', fresh) {
            let line_end = new + at;
            if *is_skipping {
                *is_skipping = false;
            } else if line_end - start > self.most {
                each(ReadLine::TooLong);
            } else {
                let text = self.bytes.get(start..line_end).unwrap_or_default();
                let text = text.strip_suffix(b"\r").unwrap_or(text);
                each(ReadLine::Line {
                    text,
                    has_end: true,
                });
            }
            start = line_end + 1;
        }
        start
    }

    /// Makes room for more bytes behind those that are filled: what is there already, doubled where that is too little.
    fn make_room(&mut self, filled: usize) {
        if self.bytes.len() >= filled + CHUNK / 2 {
            return;
        }
        let largest = self.most + CHUNK;
        let wanted = self.bytes.len().saturating_mul(2).clamp(CHUNK, largest);
        self.bytes
            .reserve_exact(wanted.saturating_sub(self.bytes.len()));
        self.bytes.resize(wanted.max(filled + 1), 0);
    }

    /// Gives memory back that only a long line needed.
    fn shrink(&mut self, filled: usize) {
        if self.bytes.len() > 4 * CHUNK && filled <= CHUNK / 2 {
            self.bytes.truncate(CHUNK);
            self.bytes.shrink_to(CHUNK);
        } else if filled == 0 && self.bytes.capacity() > 4 * CHUNK {
            self.bytes.clear();
            self.bytes.shrink_to(CHUNK);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Gives at most so many bytes at once.
    struct Slow<'a>(&'a [u8], usize);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let most = self.1.min(buffer.len());
            self.0.read(buffer.get_mut(..most).unwrap_or_default())
        }
    }

    fn lines_of(buffer: &mut LineBuffer, input: &mut dyn Read) -> Vec<Option<(Vec<u8>, bool)>> {
        let mut lines = Vec::new();
        let mut each = |line: ReadLine<'_>| {
            lines.push(match line {
                ReadLine::Line { text, has_end } => Some((text.to_vec(), has_end)),
                ReadLine::TooLong => None,
            });
        };
        buffer.lines(input, &mut each).unwrap();
        lines
    }

    #[test]
    fn long_lines_are_given_up_to_the_limit_and_the_buffer_shrinks() {
        let mut buffer = LineBuffer {
            most: 4 * 1024 * 1024,
            ..LineBuffer::default()
        };
        let most = buffer.most;
        let mut text = Vec::new();
        for (length, end) in [
            (3, "\r\n"),
            (most, "\n"),
            (most + 1, "\n"),
            (5 * most, "\n"),
            (0, "\n"),
            (7, ""),
        ] {
            text.resize(text.len() + length, b'x');
            text.extend_from_slice(end.as_bytes());
        }
        let lines = lines_of(&mut buffer, &mut text.as_slice());
        let lengths: Vec<_> = lines
            .iter()
            .map(|line| line.as_ref().map(|(text, has_end)| (text.len(), *has_end)))
            .collect();
        assert_eq!(
            lengths,
            [
                Some((3, true)),
                Some((most, true)),
                None,
                None,
                Some((0, true)),
                Some((7, false))
            ]
        );
        assert!(buffer.bytes.capacity() <= 4 * CHUNK);
        let mut document = Vec::new();
        buffer
            .document(&mut text.as_slice(), &mut |line| {
                document.push(line == ReadLine::TooLong);
            })
            .unwrap();
        assert_eq!(document, [true]);
        assert!(buffer.bytes.capacity() <= 4 * CHUNK);
    }

    proptest! {
        #[test]
        fn lines_are_those_between_the_line_ends(text in "[ab\n\r]{0,60}", at_once in 1..9usize) {
            let mut buffer = LineBuffer { most: 8, ..LineBuffer::default() };
            let expected: Vec<_> = text
                .split_inclusive('\n')
                .map(|line| {
                    let whole = line.strip_suffix('\n');
                    let bytes = whole.unwrap_or(line);
                    let has_end = whole.is_some();
                    (bytes.len() <= 8).then(|| {
                        let bytes = bytes.strip_suffix('\r').filter(|_| has_end).unwrap_or(bytes);
                        (bytes.as_bytes().to_vec(), has_end)
                    })
                })
                .collect();
            let mut input = Slow(text.as_bytes(), at_once);
            prop_assert_eq!(lines_of(&mut buffer, &mut input), expected);
        }
    }

    #[cfg(unix)]
    #[test]
    fn each_file_is_visited_once_and_nothing_else_is_opened() {
        use std::os::unix::fs::symlink;

        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for path in [
            "a/b/one.jsonl",
            "a/two.jsonl",
            "c/three.jsonl",
            "a/note.txt",
        ] {
            fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
            fs::write(root.join(path), "x").unwrap();
        }
        symlink(root, root.join("a/b/loop")).unwrap();
        symlink(root.join("c"), root.join("a/linked")).unwrap();
        symlink("nowhere", root.join("a/lost.jsonl")).unwrap();
        symlink("../two.jsonl", root.join("a/b/again.jsonl")).unwrap();
        symlink("round.jsonl", root.join("a/round.jsonl")).unwrap();
        let pipe = root.join("a/pipe.jsonl");
        rustix::fs::mknodat(
            rustix::fs::CWD,
            &pipe,
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::RUSR,
            0,
        )
        .unwrap();
        let wants = |path: &Path| path.extension().is_some_and(|kind| kind == "jsonl");
        let mut found = Vec::new();
        let mut each = |visited: Visited| {
            let shown = |path: &Path| path.strip_prefix(root).unwrap().display().to_string();
            found.push(match visited {
                Visited::File(file) => shown(&file.path),
                Visited::Unreadable(path, why) => format!("{}: {why}", shown(&path)),
            });
        };
        let mut walk = Walk::default();
        walk.visit(root, &wants, &mut each).unwrap();
        walk.visit(&root.join("a/linked"), &wants, &mut each)
            .unwrap();
        walk.visit(&root.join("c/three.jsonl"), &wants, &mut each)
            .unwrap();
        insta::assert_snapshot!(found.join("\n"), @"
        a/lost.jsonl: no such file or directory
        a/pipe.jsonl: it is a pipe
        a/round.jsonl: too many levels of symbolic links
        a/two.jsonl
        a/b/one.jsonl
        c/three.jsonl
        ");
    }
}
