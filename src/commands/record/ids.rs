//! Where the id of a statement is in a log, and which statements a log has already.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    iter::successors,
};

use memchr::memmem;

use super::team_names::TeamNames;
use crate::{
    commands::edit_session::EditSession,
    failure::Failure,
    log::{self, Item, RowValue},
    model::{Amount, Entry, EntryKind, Month, Tokens, Usage},
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
    /// What was recorded then and differs now: `with 22,000 tokens, not 23,000`.
    pub differs: Option<String>,
}

impl KnownId {
    /// Why it is an error, where nothing else was to be recorded: a script cannot see from a success that usage is missing.
    pub fn refusal(&self, is_of_hold: bool) -> Option<Failure> {
        let (id, place, differs) = (&self.id, &self.place, self.differs.as_ref()?);
        let message =
            format!("id {id} was recorded before {differs} ({place}): nothing is recorded");
        let help = if is_of_hold {
            "the hold has ended with that usage; give other usage an id of its own with --id"
        } else {
            "give other usage another id"
        };
        Some(Failure::no_data(message).help(help))
    }

    /// That other figures are not recorded, which a caller would not see otherwise.
    pub fn warning(&self) -> Option<String> {
        let (id, place, differs) = (&self.id, &self.place, self.differs.as_ref()?);
        Some(format!(
            "id {id} was recorded before {differs} ({place}): not recorded again; give other usage another id"
        ))
    }
}

/// What was recorded under an id.
struct Before {
    place: String,
    team: String,
    /// None where the row does not say how many these were, as one of several ids.
    tokens: Option<Amount<Tokens>>,
}

impl Before {
    fn of(entry: &Entry<'_>, shown: &str) -> Self {
        let is_own = entry.further_ids.is_empty() && entry.kind != EntryKind::Monthly;
        let tokens = entry.figures.tokens;
        Self {
            place: format!("{shown}:{}", entry.place.line),
            team: entry.work.team.trim().to_owned(),
            tokens: tokens.filter(|tokens| is_own && !tokens.estimate),
        }
    }

    /// What a statement with its id says otherwise.
    fn differs(&self, usage: &Usage, names: &TeamNames) -> Option<String> {
        let is_other = !self.team.is_empty() && !names.is_same(&self.team, &usage.team);
        let team = is_other.then(|| format!("for {}, not {}", self.team, usage.team));
        let now = Amount::exact(usage.tokens);
        let before = self.tokens.filter(|before| !before.agrees_with(&now));
        let tokens =
            before.map(|before| format!("with {} tokens, not {}", before.value, now.value));
        let parts: Vec<String> = team.into_iter().chain(tokens).collect();
        (!parts.is_empty()).then(|| parts.join(", and "))
    }
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
    let mut known: HashMap<String, Before> = HashMap::new();
    let mut search = |text: &[u8], shown: &str| {
        // A file is only read where one of the ids is in it; a random one never is.
        let words = words(text);
        let mut ids = given.iter().map(|usage| usage.id.as_bytes());
        if ids.any(|id| words.contains(id)) {
            each_entry(&String::from_utf8_lossy(text), &mut |entry| {
                for id in entry.ids() {
                    let before = known.entry(id.to_owned());
                    before.or_insert_with(|| Before::of(entry, shown));
                }
            });
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
    let names = TeamNames::of(&session.log.settings.policy.teams);
    let (mut new, mut again) = (Vec::new(), Vec::new());
    for usage in given {
        if let Some(before) = known.get(&usage.id) {
            again.push(KnownId {
                differs: before.differs(&usage, &names),
                place: before.place.clone(),
                id: usage.id,
            });
        } else {
            let before = Before {
                place: "the same batch".to_owned(),
                team: usage.team.clone(),
                tokens: Some(Amount::exact(usage.tokens)),
            };
            known.insert(usage.id.clone(), before);
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

/// Rows and usage lines.
fn each_entry(text: &str, see: &mut dyn FnMut(&Entry<'_>)) {
    log::read_str(text, FileId::LOG, &mut |item| match &item {
        Item::Usage(entry) => see(entry),
        Item::Row(row) => {
            if let RowValue::Entry(entry) = &row.value {
                see(entry);
            }
        }
        _ => {}
    });
}
