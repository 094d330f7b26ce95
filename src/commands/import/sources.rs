//! The readers of the sources, and which files each of them reads.

use super::window::Window;
use crate::{
    commands::Context,
    import::{FileKind, ImportSource, Reader, claude},
};

/// The reader of a source. None for one that cannot be read yet.
pub fn reader(source: ImportSource, _: &Window, _: &Context<'_>) -> Option<Box<dyn Reader>> {
    match source {
        ImportSource::Claude => Some(Box::new(claude::ClaudeReader::default())),
        ImportSource::Codex
        | ImportSource::Gemini
        | ImportSource::Jsonl
        | ImportSource::Ccusage => None,
    }
}

/// How a file of a source is read, by its path below the folder that is searched. None for a file that is none of its transcripts.
pub fn kind_of(source: ImportSource, path: &str) -> Option<FileKind> {
    match source {
        ImportSource::Claude => claude::kind_of(path),
        _ => path.ends_with(".jsonl").then_some(FileKind::Lines),
    }
}
