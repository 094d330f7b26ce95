//! Where the id of a statement is in a log, and which statements a log has already.

use std::collections::HashSet;

use memchr::memmem;

use crate::{
    commands::edit_session::EditSession,
    failure::Failure,
    log::{self, Item, RowValue},
    model::{Month, Usage},
    text::FileId,
};

const KEY: &[u8] = b"id=";

/// Separates the statements that are new from the ids of those that the log, or the archive of their month, has already.
pub fn without_known(
    given: Vec<Usage>,
    log: &str,
    session: &EditSession,
) -> Result<(Vec<Usage>, Vec<String>), Failure> {
    let mut months: Vec<Month> = given
        .iter()
        .map(|usage| Month::of(usage.time.date_naive()))
        .collect();
    months.sort_unstable();
    months.dedup();
    let archives = session.log_set(&months)?.archives;
    let archives = archives.values().map(Vec::as_slice);
    let mut known: HashSet<String> = HashSet::new();
    for text in archives.chain([log.as_bytes()]) {
        // A file is only read where one of the ids is in it; a random one never is.
        let words = words(text);
        if given
            .iter()
            .any(|usage| words.contains(usage.id.as_bytes()))
        {
            known.extend(ids_of(&String::from_utf8_lossy(text)));
        }
    }
    let (mut new, mut again) = (Vec::new(), Vec::new());
    for usage in given {
        if known.insert(usage.id.clone()) {
            new.push(usage);
        } else {
            again.push(usage.id);
        }
    }
    Ok((new, again))
}

/// Whether a log has all of these ids.
pub fn has_all(log: &[u8], new: &[Usage]) -> bool {
    let words = words(log);
    new.iter().all(|usage| words.contains(usage.id.as_bytes()))
}

/// The offset of the first word that gives an id.
pub fn position(log: &[u8], id: &str) -> Option<usize> {
    let mut places = memmem::find_iter(log, KEY);
    places.find(|at| word(log, *at) == id.as_bytes())
}

/// All words behind `id=`, whatever they mean there.
fn words(text: &[u8]) -> HashSet<&[u8]> {
    let places = memmem::find_iter(text, KEY);
    places.map(|at| word(text, at)).collect()
}

fn word(text: &[u8], at: usize) -> &[u8] {
    let rest = text.get(at + KEY.len()..).unwrap_or_default();
    let end = rest.iter().position(u8::is_ascii_whitespace);
    rest.get(..end.unwrap_or(rest.len())).unwrap_or_default()
}

/// The ids of rows and usage lines.
fn ids_of(text: &str) -> Vec<String> {
    let mut ids = Vec::new();
    log::read_str(text, FileId::LOG, &mut |item| {
        let entry = match &item {
            Item::Usage(entry) => entry,
            Item::Row(row) => match &row.value {
                RowValue::Entry(entry) => entry,
                _ => return,
            },
            _ => return,
        };
        ids.extend(entry.ids().map(str::to_owned));
    });
    ids
}
