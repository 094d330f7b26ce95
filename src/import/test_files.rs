//! Gives readers files from memory, and shows what they find, for tests.

use std::fmt::Write as _;

use super::{FileKind, Line, Reader, TranscriptFile, Transcripts};

/// Paths and what the files hold.
pub(super) type Files = Vec<(String, Vec<u8>)>;

/// What a reader finds in files, in this order.
pub(super) fn feed(
    mut reader: Box<dyn Reader>,
    kind_of: fn(&str) -> Option<FileKind>,
    files: &[(String, Vec<u8>)],
) -> Transcripts {
    for (path, text) in files {
        let kind = kind_of(path).unwrap_or(FileKind::Lines);
        reader.begin(TranscriptFile {
            path,
            shown: path,
            kind,
            meta: None,
        });
        let lines = text.split_inclusive(|byte| *byte == b'\n');
        let parts: Vec<&[u8]> = match kind {
            FileKind::Lines => lines.collect(),
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
    reader.finish()
}

/// Responses, one on each line, and what was left out where anything was.
pub(super) fn picture(found: &Transcripts) -> String {
    let mut out = String::new();
    for response in &found.responses {
        let origin = &found.origins[response.origin as usize];
        let model = &found.models[response.model as usize];
        let tokens = response.tokens;
        let session = origin.session.split('-').next().unwrap_or_default();
        let time = response.time.format("%d %H:%M:%S");
        let (input, output, write) = (tokens.input, tokens.output, tokens.cache_write());
        let (read, thought) = (tokens.cache_read, tokens.reasoning);
        writeln!(
            out,
            "{time} {session} {} {model:?}: input {input}, output {output} ({thought}), write {write}, read {read}",
            origin.agent_name
        )
        .unwrap();
    }
    let skipped = &found.skipped;
    for (count, name) in [
        (skipped.copies, "copies"),
        (skipped.replays, "replays"),
        (skipped.assumed_replays, "assumed"),
        (skipped.torn, "torn"),
        (skipped.without_id, "without an id"),
    ] {
        if count > 0 {
            writeln!(out, "{count} {name}").unwrap();
        }
    }
    for place in &skipped.unreadable {
        let line = place
            .line
            .map_or_else(String::new, |line| format!(":{line}"));
        writeln!(out, "{}{line}: {}", place.file, place.reason).unwrap();
    }
    out
}
