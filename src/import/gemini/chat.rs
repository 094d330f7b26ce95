//! One chat file: whose it is, and what its messages used.

use std::{
    collections::{BTreeMap, HashMap, hash_map::Entry},
    hash::{DefaultHasher, Hash, Hasher as _},
};

use chrono::{DateTime, Utc};

use super::{
    super::{FileKind, Origin, Skipped, TranscriptFile, json_line::moment, response::Interner},
    message::{ChatLine, ChatMessage},
};
use crate::model::TokenCounts;

/// Hashes of the ids of a session and of a message in it.
pub(super) type MessageKey = [u64; 2];

/// The file that is being read.
#[derive(Debug)]
pub(super) struct Chat {
    pub origin: Origin,
    pub statements: HashMap<MessageKey, Statement>,
    /// Messages of the current line without a time, which belong to no day.
    pub without_time: u64,
    /// The session of the file itself: a subagent has one of its own.
    session: String,
    has_metadata: bool,
    is_document: bool,
    /// A hash of its path, for messages without an id.
    path: u64,
    time: Option<DateTime<Utc>>,
    /// The number of messages with tokens so far, repetitions included.
    count: u64,
}

/// The tokens of a message in its last version.
#[derive(Clone, Copy, Debug)]
pub(super) struct Statement {
    /// When it was first written.
    pub time: DateTime<Utc>,
    pub model: u32,
    /// A hash of the name of the model, as that does not depend on the order of files.
    model_hash: u64,
    pub tokens: TokenCounts,
    /// The file, by the order in which files are read.
    pub file: usize,
    /// Its place in the file.
    pub place: u64,
    is_document: bool,
}

impl Statement {
    /// Merges another file's version of the same message: lines are newer than a document, and of two copies the one with more tokens is
    /// newer. The result is the same for both orders.
    pub fn merge(&mut self, other: Self, origins: &[Origin]) {
        let rank = |of: &Self| {
            let classes = (of.tokens.total(), of.tokens.output, of.tokens.cache_read);
            let same_size = (of.tokens.reasoning, of.place, of.model_hash);
            (!of.is_document, classes, same_size, origins.get(of.file))
        };
        let time = self.time.min(other.time);
        if rank(&other) > rank(self) {
            *self = other;
        }
        self.time = time;
    }
}

impl Chat {
    /// What the path says of the session is used until a line says more.
    pub fn new(file: TranscriptFile<'_>) -> Self {
        let mut names = file.path.rsplit('/');
        let name = names.next().unwrap_or_default();
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        let (folder, above) = (names.next().unwrap_or_default(), names.next());
        let is_subagent = above == Some("chats") && !name.starts_with("session-");
        let mut chat = Self {
            origin: Origin {
                session: stem.to_owned(),
                agent: "main".to_owned(),
                agent_name: "main".to_owned(),
                ..Origin::default()
            },
            statements: HashMap::new(),
            without_time: 0,
            session: stem.to_owned(),
            has_metadata: false,
            is_document: file.kind == FileKind::Document,
            path: hash(file.path),
            time: None,
            count: 0,
        };
        if is_subagent {
            folder.clone_into(&mut chat.origin.session);
            chat.subagent("subagent");
        }
        chat
    }

    /// The agent is a subagent of this kind.
    fn subagent(&mut self, kind: &str) {
        self.origin.agent.clone_from(&self.session);
        kind.clone_into(&mut self.origin.agent_name);
    }

    pub fn line(
        &mut self,
        line: &ChatLine<'_>,
        roots: &BTreeMap<String, String>,
        models: &mut Interner<String>,
        skipped: &mut Skipped,
    ) {
        if line.session_id.get().is_some() && !self.has_metadata {
            self.metadata(line, roots);
        }
        self.message(&line.message(), models, skipped);
        let changed = line.set.0.as_ref().and_then(|set| set.messages.as_ref());
        let messages = line.messages.iter().chain(changed).flatten();
        for message in messages.filter_map(|message| message.0.as_ref()) {
            self.message(message, models, skipped);
        }
    }

    fn metadata(&mut self, line: &ChatLine<'_>, roots: &BTreeMap<String, String>) {
        self.has_metadata = true;
        (*line.session_id.0).clone_into(&mut self.session);
        self.time = moment(&line.start_time.0);
        self.origin.cwd = roots.get(&*line.project_hash.0).cloned();
        let is_main = self.origin.agent == "main";
        if is_main {
            self.origin.session.clone_from(&self.session);
        }
        match line.kind.get() {
            Some(kind) if kind != "main" => self.subagent(kind),
            _ if !is_main => self.subagent("subagent"),
            _ => {}
        }
    }

    fn message(
        &mut self,
        message: &ChatMessage<'_>,
        models: &mut Interner<String>,
        skipped: &mut Skipped,
    ) {
        if message.role.0 != "gemini" {
            return;
        }
        let tokens = message.tokens.0.unwrap_or_default().counts();
        if tokens.total() == 0 {
            return;
        }
        let Some(time) = moment(&message.timestamp.0).or(self.time) else {
            self.without_time += 1;
            return;
        };
        self.time = Some(time);
        self.count += 1;
        let key = if let Some(id) = message.id.get() {
            [hash(&self.session), hash(id)]
        } else {
            skipped.without_id += 1;
            [self.path, self.count]
        };
        let statement = Statement {
            time,
            model: models.index(&message.model.0.clone().into_owned()),
            model_hash: hash(&message.model.0),
            tokens,
            file: 0,
            place: self.count,
            is_document: self.is_document,
        };
        match self.statements.entry(key) {
            Entry::Vacant(place) => {
                place.insert(statement);
            }
            Entry::Occupied(mut place) => {
                skipped.copies += 1;
                let before = place.get_mut();
                *before = Statement {
                    time: before.time,
                    place: before.place,
                    ..statement
                };
            }
        }
    }
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}
