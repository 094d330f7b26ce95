//! What readers make of files, as text for tests.

use std::fmt::Write as _;

use super::{FileKind, Line, Reader, TranscriptFile, Transcripts};

/// Reads files one after another.
pub(super) fn read(
    reader: impl Reader + 'static,
    kind: FileKind,
    files: &[(&str, &str)],
) -> Transcripts {
    let mut reader: Box<dyn Reader> = Box::new(reader);
    for (path, text) in files {
        reader.begin(TranscriptFile {
            path,
            shown: path,
            kind,
            meta: None,
        });
        let lines = match kind {
            FileKind::Lines => text.split_inclusive('\n').collect(),
            _ => vec![*text],
        };
        for (line, number) in lines.into_iter().zip(1..) {
            reader.line(Line {
                number,
                text: line.strip_suffix('\n').unwrap_or(line).as_bytes(),
                has_end: line.ends_with('\n'),
            });
        }
        reader.end();
    }
    reader.finish()
}

/// A line for each response, and what was left out.
pub(super) fn shown(transcripts: &Transcripts) -> String {
    let mut out = String::new();
    for response in &transcripts.responses {
        let origin = &transcripts.origins[response.origin as usize];
        let model = &transcripts.models[response.model as usize];
        let tokens = &response.tokens;
        let time = response.time.to_rfc3339();
        let _ = writeln!(
            out,
            "{time} session {:?} agent {:?} model {model:?}",
            origin.session, origin.agent
        );
        let (short, hour) = (tokens.cache_write_5m, tokens.cache_write_1h);
        let _ = write!(
            out,
            "    {} in, {} out ({} reasoning), {short} + {hour} written, {} read",
            tokens.input, tokens.output, tokens.reasoning, tokens.cache_read
        );
        if let Some(cost) = response.cost {
            let _ = write!(out, ", {} nanos {:?}", cost.nanos, cost.currency);
        }
        for (name, value) in [
            ("team", &origin.team),
            ("task", &origin.task),
            ("cwd", &origin.cwd),
            ("branch", &origin.branch),
        ] {
            let _ = value.as_ref().map(|value| write!(out, ", {name} {value}"));
        }
        out.push('\n');
    }
    let skipped = &transcripts.skipped;
    let _ = writeln!(
        out,
        "{} files, {} lines, {} copies, {} without id, {} torn, {} unreadable",
        skipped.files,
        skipped.lines,
        skipped.copies,
        skipped.without_id,
        skipped.torn,
        skipped.unreadable_count
    );
    for place in &skipped.unreadable {
        let line = place.line.map_or(String::new(), |line| format!(":{line}"));
        let _ = writeln!(out, "{}{line}: {}", place.file, place.reason);
    }
    for note in &skipped.notes {
        let _ = writeln!(out, "note: {note}");
    }
    out
}
