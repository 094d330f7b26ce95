//! The ids of imports in a text, whatever stands beside them: an id whose row cannot be read any more still tells what was imported.

use memchr::{memchr, memmem, memrchr};

use crate::model::ImportedId;

const KEY: &[u8] = b"id=";

/// How many bytes before an id, and behind its beginning, are near it.
const NEAR: usize = 1_024;

/// The ids, from top to bottom.
pub fn imported_ids(text: &[u8]) -> impl Iterator<Item = ImportedId<'_>> {
    places(text).map(|(_, id)| id)
}

/// The ids, each with the line that it stands on, or with what is near it on a long line: one that has many ids takes no longer.
pub fn imported_lines(text: &[u8]) -> impl Iterator<Item = (ImportedId<'_>, &[u8])> {
    places(text).map(|(at, id)| {
        let first = at.saturating_sub(NEAR);
        let last = text.len().min(at.saturating_add(NEAR));
        let (before, after) = (text.get(first..at), text.get(at..last));
        let start = memrchr(b'\n', before.unwrap_or_default()).map_or(first, |end| first + end + 1);
        let end = memchr(b'\n', after.unwrap_or_default()).map_or(last, |end| at + end);
        (id, text.get(start..end).unwrap_or_default())
    })
}

fn places(text: &[u8]) -> impl Iterator<Item = (usize, ImportedId<'_>)> {
    memmem::find_iter(text, KEY).filter_map(move |at| {
        let word = text.get(at + KEY.len()..)?;
        let end = word.iter().position(u8::is_ascii_whitespace);
        let word = word.get(..end.unwrap_or(word.len()))?;
        Some((at, ImportedId::parse(str::from_utf8(word).ok()?)?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_stands_on_a_line_however_long_that_is() {
        let id = "id=cc-u7k2m9qw4r.50400";
        let far = "x".repeat(2 * NEAR);
        let text = format!("one\n| QA | {id} |\n| Ops |\n{far} {id} y {id}");
        let lines = imported_lines(text.as_bytes());
        let lines: Vec<usize> = lines.map(|(_, line)| line.len()).collect();
        let (first, near) = ("| QA |  |".len() + id.len(), NEAR + id.len());
        assert_eq!(lines, [first, near + " y ".len() + id.len(), near]);
        assert_eq!(imported_ids(text.as_bytes()).count(), 3);
    }
}
