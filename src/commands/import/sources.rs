//! The readers of the sources, and which files each of them reads.

use super::{roots, window::Window};
use crate::{
    commands::Context,
    import::{
        CcusageReader, CodexReader, FileKind, GeminiReader, ImportSource, JsonlReader, Reader,
        claude,
    },
};

/// The reader of a source.
pub fn reader(source: ImportSource, window: &Window, cx: &Context<'_>) -> Box<dyn Reader> {
    match source {
        ImportSource::Claude => Box::new(claude::ClaudeReader::default()),
        ImportSource::Codex => Box::<CodexReader>::default(),
        ImportSource::Gemini => Box::new(GeminiReader::new(roots::known_projects(cx))),
        ImportSource::Jsonl => Box::new(JsonlReader::default()),
        ImportSource::Ccusage => {
            let window = window.clone();
            Box::new(CcusageReader::new(move |day| window.noon(day)))
        }
    }
}

/// How to read a file of a source, by its path below the folder that is searched. None if it is not a transcript.
pub fn kind_of(source: ImportSource, path: &str) -> Option<FileKind> {
    match source {
        ImportSource::Claude => claude::kind_of(path),
        ImportSource::Codex => CodexReader::kind_of(path),
        ImportSource::Gemini => GeminiReader::kind_of(path),
        ImportSource::Jsonl => JsonlReader::kind_of(path),
        ImportSource::Ccusage => CcusageReader::kind_of(path),
    }
}
