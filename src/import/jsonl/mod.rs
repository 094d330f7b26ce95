//! `tokmon import jsonl`: responses that other programs record, one JSON object on each line. `import_line` reads a line; this module decides
//! which lines are one response, and which session it belongs to.
//!
//! Nothing depends on the path of a file, so that files can be moved, copied and appended to without counting anything twice.

#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, hash_map::Entry},
    sync::Arc,
};

use chrono::{DateTime, Utc};
use data_encoding::HEXLOWER;
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};

use super::{
    FileKind, Line, Origin, Reader, Response, Skipped, TranscriptFile, Transcripts,
    import_line::{KEYS, StatedResponse},
    json_line::JsonFile,
    response::Interner,
};
use crate::model::{StatedCost, TokenCounts};

/// The most unknown keys that are named.
const MOST_UNKNOWN: usize = 10;

/// Why a compressed file is not read.
pub(super) const COMPRESSED: &str = "it is compressed: expand it first";

/// The agent of lines that name none.
const MAIN: &str = "main";

/// 128 bits of a hash, which identify a response.
type Key = [u8; 16];

/// Reads lines of JSON, one response each.
#[derive(Debug, Default)]
pub struct JsonlReader {
    file: JsonFile,
    origins: BTreeSet<Arc<Origin>>,
    models: BTreeSet<Arc<str>>,
    responses: HashMap<Key, FoundResponse>,
    /// How often each line without an id has occurred in the file.
    repeated: HashMap<Key, u32>,
    unknown: BTreeMap<String, UnknownKey>,
    skipped: Skipped,
}

/// The files that have an unknown key.
#[derive(Debug, Default)]
struct UnknownKey {
    /// The first of them by name, as messages show it.
    file: String,
    files: u64,
    /// The number of the file in which it was met last.
    last: u64,
}

/// What is known of a response.
#[derive(Clone, Debug)]
struct FoundResponse {
    first: FirstLine,
    largest: Snapshot,
}

/// The line that states the time and origin of a response.
#[derive(Clone, Debug)]
struct FirstLine {
    time: DateTime<Utc>,
    number: u64,
    origin: Arc<Origin>,
}

/// The usage of a response according to one line.
#[derive(Clone, Debug)]
struct Snapshot {
    time: DateTime<Utc>,
    tokens: TokenCounts,
    model: Arc<str>,
    cost: Option<StatedCost>,
}

impl FoundResponse {
    /// The first line states the time and origin, the one with the most output the usage, as the figures grow while a response is streamed. The
    /// result does not depend on the order of the files.
    fn merge(&mut self, other: Self) {
        let rank = |first: &FirstLine| (first.time, Arc::clone(&first.origin));
        let number = self.first.number.min(other.first.number);
        if rank(&other.first) < rank(&self.first) {
            self.first = other.first;
        }
        self.first.number = number;
        if other.largest.rank() > self.largest.rank() {
            self.largest = other.largest;
        }
    }
}

impl Snapshot {
    /// By output, then all tokens, then time, then anything that does not depend on the order of the files.
    fn rank(&self) -> impl Ord {
        let TokenCounts {
            input,
            output,
            cache_write_1h,
            cache_read,
            reasoning,
            ..
        } = self.tokens;
        let cost = self.cost.map(|cost| (cost.nanos, cost.currency));
        let others = (input, cache_write_1h, cache_read, reasoning, cost);
        let model = Arc::clone(&self.model);
        (output, self.tokens.total(), self.time, others, model)
    }
}

impl JsonlReader {
    /// How to read a file that is found in a folder. A file that the user names is read whatever its name is.
    pub fn kind_of(path: &str) -> Option<FileKind> {
        let name = path.rsplit_once('.').map(|(_, name)| name)?;
        match name.to_ascii_lowercase().as_str() {
            "jsonl" | "ndjson" => Some(FileKind::Lines),
            _ => None,
        }
    }

    /// Adds the response of a line, or notes why it has none.
    fn add(&mut self, raw: &RawValue, number: u64) {
        let keys: Result<BTreeMap<String, &RawValue>, _> = serde_json::from_str(raw.get());
        let Ok(keys) = keys else {
            return self.unreadable(number, "the line is not an object");
        };
        for key in keys.keys().filter(|key| !KEYS.contains(&key.as_str())) {
            self.note_unknown(key);
        }
        match StatedResponse::read(raw, &keys) {
            Ok(stated) => self.add_response(&stated, number),
            Err(reason) => self.unreadable(number, reason),
        }
    }

    fn add_response(&mut self, stated: &StatedResponse, number: u64) {
        let key = self.key(stated);
        let new = FoundResponse {
            first: FirstLine {
                time: stated.time,
                number,
                origin: shared(&mut self.origins, Arc::new(origin(stated, key))),
            },
            largest: Snapshot {
                time: stated.time,
                tokens: stated.tokens,
                model: shared(&mut self.models, Arc::from(stated.model.as_str())),
                cost: stated.cost,
            },
        };
        match self.responses.entry(key) {
            Entry::Occupied(mut found) => {
                self.skipped.copies += 1;
                found.get_mut().merge(new);
            }
            Entry::Vacant(place) => {
                self.skipped.without_id += u64::from(stated.id.is_none());
                place.insert(new);
            }
        }
    }

    /// Lines with the same id are one response, in whichever files and sessions they are. Equal lines without an id in one file are several
    /// responses, and the same responses as equal lines of another file.
    fn key(&mut self, stated: &StatedResponse) -> Key {
        if let Some(id) = &stated.id {
            return hash(&[b"id", id.as_bytes()]);
        }
        let content = stated.content();
        let content = hash(&[b"content", content.as_bytes()]);
        let times = self.repeated.entry(content).or_default();
        *times += 1;
        hash(&[b"line", &content, &times.to_be_bytes()])
    }

    fn unreadable(&mut self, number: u64, reason: &str) {
        let file = self.file.shown();
        self.skipped.unreadable(file, Some(number), reason);
    }

    /// Remembers an unknown key, as a misspelled class of tokens would go unnoticed.
    fn note_unknown(&mut self, key: &str) {
        const LONGEST: usize = 40;
        let key: String = key.chars().take(LONGEST).collect();
        if self.unknown.len() == MOST_UNKNOWN && !self.unknown.contains_key(&key) {
            return;
        }
        let (file, number) = (self.file.shown(), self.skipped.files);
        let unknown = self.unknown.entry(key).or_default();
        if unknown.last == number {
            return;
        }
        unknown.last = number;
        unknown.files += 1;
        if unknown.files == 1 || file < unknown.file.as_str() {
            file.clone_into(&mut unknown.file);
        }
    }

    /// Notes each unknown key once for all files.
    fn report_unknown(&mut self) {
        for (key, UnknownKey { file, files, .. }) in &self.unknown {
            let others = match files.saturating_sub(1) {
                0 => String::new(),
                1 => " and 1 other file".to_owned(),
                others => format!(" and {others} other files"),
            };
            let note = format!("{file}{others}: the key `{key}` is not known, and is ignored");
            self.skipped.note(note);
        }
    }
}

impl Reader for JsonlReader {
    fn begin(&mut self, file: TranscriptFile<'_>) {
        self.file = JsonFile::new(file.shown);
        self.repeated.clear();
        self.skipped.files += 1;
        if file.kind == FileKind::Compressed {
            self.skipped.unreadable(file.shown, None, COMPRESSED);
        }
    }

    fn line(&mut self, line: Line<'_>) {
        let mut values: Vec<&RawValue> = Vec::new();
        let keep = |value, _: &mut Skipped| values.push(value);
        self.file.read(line, &mut self.skipped, keep);
        for value in values {
            self.add(value, line.number);
        }
    }

    fn end(&mut self) {}

    fn finish(mut self: Box<Self>) -> Transcripts {
        self.report_unknown();
        let mut found: Vec<(Key, FoundResponse)> = self.responses.into_iter().collect();
        found.sort_unstable_by_key(|(key, found)| (found.first.time, found.first.number, *key));
        let (mut origins, mut models) = (Interner::default(), Interner::default());
        let response = |(_, FoundResponse { first, largest }): (Key, FoundResponse)| Response {
            time: first.time,
            origin: origins.index(first.origin.as_ref()),
            model: models.index(&largest.model.as_ref().to_owned()),
            tokens: largest.tokens,
            is_fast: false,
            cost: largest.cost,
        };
        Transcripts {
            responses: found.into_iter().map(response).collect(),
            origins: origins.into_values(),
            models: models.into_values(),
            skipped: self.skipped,
            ..Transcripts::default()
        }
    }
}

/// The value of a set that equals another one, which is added if there is none.
fn shared<T: Ord + ?Sized>(values: &mut BTreeSet<Arc<T>>, value: Arc<T>) -> Arc<T> {
    if let Some(known) = values.get(&value) {
        return Arc::clone(known);
    }
    values.insert(Arc::clone(&value));
    value
}

/// A response without a session is a session of its own, named by its id or by a hash of its line.
fn origin(stated: &StatedResponse, key: Key) -> Origin {
    let agent = stated.agent.clone().unwrap_or_else(|| MAIN.to_owned());
    let own = || stated.id.clone().unwrap_or_else(|| HEXLOWER.encode(&key));
    Origin {
        session: stated.session.clone().unwrap_or_else(own),
        agent_name: agent.clone(),
        agent,
        agent_aliases: Vec::new(),
        cwd: stated.cwd.clone(),
        branch: stated.branch.clone(),
        team: stated.team.clone(),
        task: stated.task.clone(),
    }
}

/// A hash of several texts, each preceded by its length, so that different lists of texts do not look the same.
fn hash(parts: &[&[u8]]) -> Key {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let mut key = Key::default();
    key.iter_mut()
        .zip(hash.finalize())
        .for_each(|(to, from)| *to = from);
    key
}
