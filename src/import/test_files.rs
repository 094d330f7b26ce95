//! Gives readers files from memory, for tests.

use super::{FileKind, Line, Reader, TranscriptFile, Transcripts};

/// Paths and what the files hold.
pub(super) type Files = Vec<(String, Vec<u8>)>;

/// What a reader finds in files, in this order.
pub(super) fn feed(
    mut reader: Box<dyn Reader>,
    kind_of: impl Fn(&str) -> Option<FileKind>,
    files: &[(impl AsRef<str>, impl AsRef<[u8]>)],
) -> Transcripts {
    for (path, text) in files {
        let path = path.as_ref();
        let file = TranscriptFile {
            path,
            shown: path,
            kind: kind_of(path).unwrap_or(FileKind::Lines),
            meta: None,
        };
        feed_file(&mut *reader, file, text.as_ref());
    }
    reader.finish()
}

/// Gives a reader one file.
pub(super) fn feed_file(reader: &mut dyn Reader, file: TranscriptFile<'_>, text: &[u8]) {
    let kind = file.kind;
    reader.begin(file);
    let parts: Vec<&[u8]> = match kind {
        FileKind::Lines => text.split_inclusive(|byte| *byte == b'\n').collect(),
        FileKind::Document => vec![text],
        FileKind::Compressed => Vec::new(),
    };
    for (part, number) in parts.into_iter().zip(1..) {
        let line = part.strip_suffix(b"\n");
        reader.line(Line {
            number,
            text: line.unwrap_or(part),
            has_end: line.is_some(),
        });
    }
    reader.end();
}
