//! The readers of the sources, and which files each of them reads.

use super::window::Window;
use crate::{
    commands::Context,
    import::{FileKind, ImportSource, Reader},
};

/// The reader of a source. None for one that cannot be read yet.
pub fn reader(source: ImportSource, _: &Window, _: &Context<'_>) -> Option<Box<dyn Reader>> {
    match source {
        ImportSource::Claude
        | ImportSource::Codex
        | ImportSource::Gemini
        | ImportSource::Jsonl
        | ImportSource::Ccusage => None,
    }
}

/// How a file of a source is read, by its path below the folder that is searched. None for a file that is none of its transcripts.
pub fn kind_of(_: ImportSource, path: &str) -> Option<FileKind> {
    path.ends_with(".jsonl").then_some(FileKind::Lines)
}
