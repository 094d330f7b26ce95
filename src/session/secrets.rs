//! Finds the access keys that are written in the files that were read. Only `check` does this, and reads the files a second time.

use std::io::{self, BufRead as _, BufReader, Read};

use super::ReadFiles;
use crate::{
    diagnostic::{Code, Diagnostic, Findings},
    store,
    text::{self, FileId, Place, Span},
};

/// The part of a line that is read at once, in bytes. Places in a line longer than this are those in its part.
const MAX_PART: u64 = 1 << 20;

const HELP: &str = "revoke it where it was issued, then remove it here and from the history of the repository: see `tokmon check --explain TM029`";

/// Adds the access keys in the log, its projection and its archives.
pub fn find(read: &mut ReadFiles) {
    let ReadFiles {
        findings,
        files,
        log,
        ..
    } = read;
    for file in files.ids() {
        // What cannot be read was reported already.
        let _ = if file == FileId::LOG {
            log.bytes().and_then(|bytes| find_in(file, bytes, findings))
        } else {
            let beside = files.path(FileId::LOG).zip(files.path(file));
            let opened = beside.map(|(log, path)| store::open_beside(log, path));
            match opened {
                Some(Ok(mut opened)) => opened
                    .bytes()
                    .and_then(|bytes| find_in(file, bytes, findings)),
                _ => Ok(()),
            }
        };
    }
}

/// Adds a finding for each line with a secret. After a byte that is not UTF-8, a place counts bytes as they are shown.
fn find_in(file: FileId, bytes: impl Read, findings: &mut Findings) -> io::Result<()> {
    let (mut bytes, mut part) = (BufReader::new(bytes), Vec::new());
    let (mut line, mut start) = (1, 0);
    while (&mut bytes).take(MAX_PART).read_until(b'\n', &mut part)? > 0 {
        let text = String::from_utf8_lossy(&part);
        if let [secret, more @ ..] = text::secrets(&text).as_slice() {
            let before = text.get(..secret.range.start).unwrap_or_default();
            let place = Place {
                file,
                span: Span::new(start + secret.range.start, start + secret.range.end),
                line,
                column: before.trim_start_matches('\u{feff}').chars().count() + 1,
                line_start: start,
            };
            let more = match more.len() {
                0 => String::new(),
                1 => ", and another one in this line".to_owned(),
                more => format!(", and {more} others in this line"),
            };
            let message = format!("{} is written here{more}", secret.name);
            findings.push(Diagnostic::new(Code::Secret, message, place).help(HELP));
        }
        start += part.len();
        line += usize::from(part.ends_with(b"\n"));
        part.clear();
    }
    Ok(())
}
