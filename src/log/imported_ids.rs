//! The ids of imports in a text, whatever stands beside them: an id whose row cannot be read any more still tells what was imported.

use memchr::memmem;

use crate::model::ImportedId;

const KEY: &[u8] = b"id=";

/// The ids, from top to bottom.
pub fn imported_ids(text: &[u8]) -> impl Iterator<Item = ImportedId<'_>> {
    memmem::find_iter(text, KEY).filter_map(|at| {
        let word = text.get(at + KEY.len()..)?;
        let end = word.iter().position(u8::is_ascii_whitespace);
        let word = word.get(..end.unwrap_or(word.len()))?;
        ImportedId::parse(str::from_utf8(word).ok()?)
    })
}
