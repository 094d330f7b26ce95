//! Chats of Gemini CLI: `tmp/<project>/chats/session-<time>-<id>.jsonl`, older ones as one document in `.json`, and those of subagents in
//! `chats/<parent session>/<id>.jsonl`. `message` knows what they hold, `chat` reads one file; here each message becomes one response.

mod chat;
mod message;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, HashMap, hash_map::Entry},
    fmt::Write as _,
};

use sha2::{Digest as _, Sha256};

use self::{
    chat::{Chat, MessageKey, Statement},
    message::ChatLine,
};
use super::{
    FileKind, Line, Origin, Reader, Response, Skipped, TranscriptFile, Transcripts,
    json_line::{JsonFile, Needed},
    response::Interner,
};

/// Reads chats. A response is a message of the model, identified by its id and that of its session. It is written again as it grows and by
/// changes, and is in two files if a session moved from a document to lines. The last version with tokens counts.
#[derive(Debug)]
pub struct GeminiReader {
    /// Folders by the hash that Gemini CLI names them by.
    roots: BTreeMap<String, String>,
    needed: Needed,
    current: Option<(JsonFile, Chat)>,
    statements: HashMap<MessageKey, Statement>,
    /// Of each file.
    origins: Vec<Origin>,
    models: Interner<String>,
    skipped: Skipped,
}

impl GeminiReader {
    /// Chats name their folder only by its SHA-256, so that only the folders given here are recognised.
    pub fn new(known_roots: Vec<String>) -> Self {
        Self {
            roots: known_roots
                .into_iter()
                .map(|root| (project_hash(&root), root))
                .collect(),
            needed: Needed::new(&["tokens", "sessionId"]),
            current: None,
            statements: HashMap::new(),
            origins: Vec::new(),
            models: Interner::default(),
            skipped: Skipped::default(),
        }
    }

    /// How to read a file, by its path below the folder that is searched. None if it is not a chat.
    pub fn kind_of(path: &str) -> Option<FileKind> {
        let mut names = path.rsplit('/');
        let name = names.next()?;
        let is_subagent = names.next().is_some() && names.next() == Some("chats");
        let is_session = name.starts_with("session-");
        if name.strip_suffix(".jsonl").is_some() && (is_session || is_subagent) {
            Some(FileKind::Lines)
        } else if name.strip_suffix(".json").is_some() && is_session {
            Some(FileKind::Document)
        } else {
            None
        }
    }
}

/// The SHA-256 of a path in hexadecimal digits.
fn project_hash(root: &str) -> String {
    let mut digits = String::new();
    for byte in Sha256::digest(root.as_bytes()) {
        let _ = write!(digits, "{byte:02x}");
    }
    digits
}

impl Reader for GeminiReader {
    fn begin(&mut self, file: TranscriptFile<'_>) {
        let json = match file.kind {
            FileKind::Compressed => {
                self.skipped
                    .unreadable(file.shown, None, "it is compressed: expand it first");
                return;
            }
            FileKind::Document => JsonFile::document(file.shown),
            FileKind::Lines => JsonFile::new(file.shown),
        };
        self.skipped.files += 1;
        self.current = Some((json, Chat::new(file)));
    }

    fn line(&mut self, line: Line<'_>) {
        let Some((file, chat)) = &mut self.current else {
            return;
        };
        if !self.needed.may_matter(line.text) {
            self.skipped.lines += 1;
            return;
        }
        let (models, roots) = (&mut self.models, &self.roots);
        file.read(line, &mut self.skipped, |read: ChatLine<'_>, skipped| {
            chat.line(&read, roots, models, skipped);
        });
        for _ in 0..std::mem::take(&mut chat.without_time) {
            file.note(line, &mut self.skipped, "it has no time");
        }
    }

    fn end(&mut self) {
        let Some((_, chat)) = self.current.take() else {
            return;
        };
        let file = self.origins.len();
        self.origins.push(chat.origin);
        for (key, mut found) in chat.statements {
            found.file = file;
            match self.statements.entry(key) {
                Entry::Vacant(place) => {
                    place.insert(found);
                }
                Entry::Occupied(mut place) => {
                    self.skipped.copies += 1;
                    place.get_mut().merge(found, &self.origins);
                }
            }
        }
    }

    fn finish(self: Box<Self>) -> Transcripts {
        let mut statements: Vec<_> = self.statements.into_iter().collect();
        let origin_of = |found: &Statement| self.origins.get(found.file);
        statements.sort_by(|(key, found), (other_key, other)| {
            (found.time.cmp(&other.time))
                .then(origin_of(found).cmp(&origin_of(other)))
                .then(found.place.cmp(&other.place))
                .then(key.cmp(other_key))
        });
        let names = self.models.into_values();
        let (mut origins, mut models) = (Interner::default(), Interner::default());
        let responses = statements.iter().map(|(_, found)| Response {
            time: found.time,
            origin: origins.index(&origin_of(found).cloned().unwrap_or_default()),
            model: models.index(names.get(found.model as usize).unwrap_or(&String::new())),
            tokens: found.tokens,
            is_fast: false,
            cost: None,
        });
        let responses = responses.collect();
        let mut skipped = self.skipped;
        skipped.sort();
        Transcripts {
            origins: origins.into_values(),
            models: models.into_values(),
            responses,
            skipped,
            ..Transcripts::default()
        }
    }
}
