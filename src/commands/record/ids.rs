//! Where the id of a statement is in a log, and which statements a log has already.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    iter::successors,
};

use memchr::memmem;

use crate::{
    commands::edit_session::EditSession,
    failure::Failure,
    log::{self, Item, RowValue},
    model::{Month, Usage},
    session::archives,
    text::FileId,
};

const KEY: &[u8] = b"id=";

/// The number of months before this one whose archives are searched for an id that a caller gives.
const MONTHS: usize = 12;

/// A statement that is not recorded again, and where its id is.
pub struct KnownId {
    pub id: String,
    pub place: String,
}

/// Statements that are new, those that are known, and which archives were not searched.
type Sorted = (Vec<Usage>, Vec<KnownId>, Vec<String>);

/// Separates the statements that are new from those whose ids the log has already, or one of its archives of the last months.
/// Only ids that a caller `gave` can be in an archive. Says which archives cannot be read.
pub fn without_known(
    given: Vec<Usage>,
    log: &str,
    session: &EditSession,
    (gave, now): (bool, Month),
) -> Result<Sorted, Failure> {
    let mut known: HashMap<String, String> = HashMap::new();
    let mut search = |text: &[u8], shown: &str| {
        // A file is only read where one of the ids is in it; a random one never is.
        let words = words(text);
        let mut ids = given.iter().map(|usage| usage.id.as_bytes());
        if ids.any(|id| words.contains(id)) {
            for (id, line) in ids_of(&String::from_utf8_lossy(text)) {
                let place = || format!("{shown}:{line}");
                known.entry(id).or_insert_with(place);
            }
        }
    };
    search(log.as_bytes(), &session.log.shown);
    let mut unread = Vec::new();
    let own: HashSet<Month> = given.iter().map(month_of).collect();
    for month in months(&given, now).into_iter().filter(|_| gave) {
        let archive = session.log.archive(month).and_then(|archive| {
            let archive = archive.map(|(file, archive)| {
                archives::read_all(archive, &file.shown).map(|bytes| (file.shown, bytes))
            });
            archive.transpose()
        });
        match archive {
            Ok(Some((shown, bytes))) => search(&bytes, &shown),
            Ok(None) => {}
            Err(failure) if own.contains(&month) => return Err(failure),
            // What was spent is recorded all the same.
            Err(failure) => unread.push(format!("{failure}; no id was looked for there")),
        }
    }
    let (mut new, mut again) = (Vec::new(), Vec::new());
    for usage in given {
        let id = &usage.id;
        if let Some(place) = known.get(id) {
            let (id, place) = (id.clone(), place.clone());
            again.push(KnownId { id, place });
        } else {
            known.insert(id.clone(), "the same batch".to_owned());
            new.push(usage);
        }
    }
    Ok((new, again, unread))
}

fn month_of(usage: &Usage) -> Month {
    Month::of(usage.time.date_naive())
}

/// The months whose archives may have an id: those of the statements, and the last ones.
fn months(given: &[Usage], now: Month) -> BTreeSet<Month> {
    let of_given = given.iter().map(month_of);
    let last = successors(Some(now), |month| month.before());
    of_given.chain(last.take(MONTHS + 1)).collect()
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

/// The ids of rows and usage lines, with the numbers of their lines.
fn ids_of(text: &str) -> Vec<(String, usize)> {
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
        let line = entry.place.line;
        ids.extend(entry.ids().map(|id| (id.to_owned(), line)));
    });
    ids
}
