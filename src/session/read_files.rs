//! The files that were read, and what is wrong with them.

use std::collections::BTreeMap;

use super::locate::EXCERPT;
use crate::{
    diagnostic::Findings,
    store::Opened,
    text::{FileId, Files, Place},
};

/// The files that were read, and what is wrong with them.
pub struct ReadFiles {
    pub findings: Findings,
    pub files: Files,
    pub opened: BTreeMap<FileId, Opened>,
    /// Which archives of earlier months could not be read, and why.
    pub unread: Vec<String>,
}

/// The line of a file that a place is on, with enough of it to show the place.
pub fn line_at(opened: &mut BTreeMap<FileId, Opened>, place: &Place) -> Option<String> {
    let most = EXCERPT.max((place.column + place.span.len().min(256)) * 4);
    let file = opened.get_mut(&place.file)?;
    file.line(place.line_start, most).ok()
}
