//! Writing behind a log without a lock: one write, on the disk when it returns.

use std::{fs::File, io, path::Path};

use super::{Target, WriteError, lease, system};

/// How often lines are written to a file that is replaced each time.
const TRIES: usize = 5;

/// What makes of the beginning of a line one that nobody counts.
const CUT_SHORT: &str = " [cut short by tokmon: not counted]";

impl Target {
    /// Writes lines behind the log, all or none of them, and returns when they are on the disk. `lines` are whole lines without
    /// the end of the last one; `newline` is the end of a line in this log. Where the log was replaced meanwhile, `is_there` tells
    /// whether what it holds now includes the lines; where it does not, they are written again.
    ///
    /// Waits while somebody rewrites the log. Signals wait until the lines are written: [`interrupted`](super::interrupted) tells.
    pub fn append(
        &self,
        lines: &str,
        newline: &str,
        is_there: &dyn Fn(&[u8]) -> bool,
    ) -> Result<(), WriteError> {
        self.signals.listen();
        for _ in 0..TRIES {
            let file = self.open_to_append()?;
            let _critical = self.signals.defer();
            self.write_behind(&file, lines, newline)?;
            let here = system::identity(&file).map_err(|error| self.io("look at", error))?;
            let there =
                system::identity_at(&self.path).map_err(|error| self.io("look at", error))?;
            match there {
                None => {
                    let path = self.path.clone();
                    return Err(WriteError::Missing { path });
                }
                Some(there) if there == here => return Ok(()),
                Some(_) => {}
            }
            let held = read(&self.path).map_err(|error| self.io("read", error))?;
            if is_there(&held) {
                return Ok(());
            }
        }
        let path = self.path.clone();
        Err(WriteError::Changing { path })
    }

    fn write_behind(&self, file: &File, lines: &str, newline: &str) -> Result<(), WriteError> {
        let in_front = if ends_open(file).map_err(|error| self.io("read", error))? {
            newline
        } else {
            ""
        };
        let bytes = [in_front, lines, newline].concat().into_bytes();
        let written = system::write_once(file, &bytes).map_err(|error| self.io("write", error))?;
        if written < bytes.len() {
            return Err(self.cut_short(file, written));
        }
        file.sync_data().map_err(|error| {
            undo(file, written);
            self.io("sync", error)
        })
    }

    /// A write ended early: the file system is full. Takes back what was written, or makes a line of it that is not counted.
    fn cut_short(&self, file: &File, written: usize) -> WriteError {
        let error = io::ErrorKind::StorageFull.into();
        if undo(file, written) {
            return self.io("write", error);
        }
        let note = format!("{CUT_SHORT}\n").into_bytes();
        let _ = system::write_once(file, &note).and_then(|_| file.sync_data());
        let path = self.path.clone();
        WriteError::CutShort { path, error }
    }
}

/// Takes back what was written last, if nobody has written behind it and nobody can. Whether it did.
fn undo(file: &File, written: usize) -> bool {
    if lease::take(file).is_err() {
        return false;
    }
    let taken_back = take_back(file, written as u64);
    lease::give_back(file);
    taken_back.is_ok_and(|is_taken_back| is_taken_back)
}

/// Takes the last bytes back that were written through this file. False where they are not the last ones of the file.
fn take_back(mut file: &File, written: u64) -> io::Result<bool> {
    use std::io::Seek;

    let end = file.stream_position()?;
    if file.metadata()?.len() != end {
        return Ok(false);
    }
    file.set_len(end.saturating_sub(written))?;
    file.sync_data().map(|()| true)
}

/// Whether the last line of a file has no end.
fn ends_open(file: &File) -> io::Result<bool> {
    let length = file.metadata()?.len();
    let mut last = [b'\n'];
    if let Some(at) = length.checked_sub(1) {
        system::read_at(file, &mut last, at)?;
    }
    Ok(last != [b'\n'])
}

#[expect(clippy::disallowed_methods, reason = "this is the door to files")]
fn read(path: &Path) -> io::Result<Vec<u8>> {
    std::fs::read(path)
}
