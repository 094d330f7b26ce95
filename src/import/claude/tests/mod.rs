//! Lines in, responses out.

mod cases;

use super::*;

/// A file as a test has it: its path, its text, and what lies beside it.
#[derive(Clone, Debug)]
struct TestFile {
    path: String,
    text: Vec<u8>,
    meta: Option<Vec<u8>>,
}

impl TestFile {
    fn new(path: &str, text: impl Into<Vec<u8>>) -> Self {
        Self {
            path: path.to_owned(),
            text: text.into(),
            meta: None,
        }
    }

    fn with_meta(self, meta: &str) -> Self {
        Self {
            meta: Some(meta.into()),
            ..self
        }
    }
}

/// Reads files in this order.
fn read(files: &[TestFile]) -> Transcripts {
    let mut reader = Box::new(ClaudeReader::default());
    for file in files {
        let Some(kind) = kind_of(&file.path) else {
            continue;
        };
        reader.begin(TranscriptFile {
            path: &file.path,
            shown: &file.path,
            kind,
            meta: file.meta.as_deref(),
        });
        for (number, line) in (1..).zip(file.text.split_inclusive(|byte| *byte == b'\n')) {
            let text = line.strip_suffix(b"\n");
            reader.line(Line {
                number,
                text: text.unwrap_or(line),
                has_end: text.is_some(),
            });
        }
        reader.end();
    }
    reader.finish()
}
