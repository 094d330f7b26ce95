//! The readers of the sources, and which files each of them reads.

use super::window::Window;
use crate::{
    commands::Context,
    import::{CcusageReader, FileKind, ImportSource, JsonlReader, Reader, claude},
};

/// The reader of a source. None for one that cannot be read yet.
pub fn reader(source: ImportSource, window: &Window, _: &Context<'_>) -> Option<Box<dyn Reader>> {
    match source {
        ImportSource::Claude => Some(Box::new(claude::ClaudeReader::default())),
        ImportSource::Codex | ImportSource::Gemini => None,
        ImportSource::Jsonl => Some(Box::new(JsonlReader::default())),
        ImportSource::Ccusage => {
            let window = window.clone();
            Some(Box::new(CcusageReader::new(move |day| window.noon(day))))
        }
    }
}

/// How a file of a source is read, by its path below the folder that is searched. None for a file that is none of its transcripts.
pub fn kind_of(source: ImportSource, path: &str) -> Option<FileKind> {
    match source {
        ImportSource::Claude => claude::kind_of(path),
        ImportSource::Jsonl => JsonlReader::kind_of(path),
        ImportSource::Ccusage => CcusageReader::kind_of(path),
        ImportSource::Codex | ImportSource::Gemini => {
            path.ends_with(".jsonl").then_some(FileKind::Lines)
        }
    }
}
