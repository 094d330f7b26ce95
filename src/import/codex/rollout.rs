//! What the lines of one rollout state, in their order. Which of it counts is decided when all files have been read.

use std::hash::{DefaultHasher, Hash, Hasher as _};

use chrono::{DateTime, Utc};

use super::{
    super::{Origin, json_line::moment},
    line::{RolloutUsage, SessionMeta, TokenCountInfo, TokenUsageRecord},
};

/// What a file says about usage.
#[derive(Debug, Default)]
pub(super) struct Rollout {
    /// The thread: the id of the first `session_meta`, else the one in the name of the file, else that of the first record.
    pub session: Option<String>,
    /// The thread that this one was forked from, or that spawned it.
    pub parent: Option<String>,
    /// When the first `session_meta` was written.
    pub started: Option<DateTime<Utc>>,
    has_meta: bool,
    pub nickname: Option<String>,
    pub role: Option<String>,
    pub cwd: Option<String>,
    pub branch: Option<String>,
    pub lines: u64,
    pub bytes: u64,
    /// A hash of each `token_count` that does not repeat the one before. A fork begins with those of its parent.
    pub pairs: Vec<u64>,
    pub notes: Vec<UsageNote>,
    /// How often a `token_count` repeated the one before.
    pub repeats: u64,
    total: Option<RolloutUsage>,
    /// Index of the current model, and a hash of its name.
    model: (u32, u64),
    /// A hash of all notes.
    content: u64,
    /// The last time that a line stated.
    time: Option<DateTime<Utc>>,
}

/// A response, as one line states it.
#[derive(Clone, Copy, Debug)]
pub(super) struct UsageNote {
    pub time: DateTime<Utc>,
    pub model: u32,
    pub usage: RolloutUsage,
    pub kind: NoteKind,
}

/// Which line states it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum NoteKind {
    /// A `token_usage_record`, with the hash of its response id.
    Record(Option<[u64; 2]>),
    /// A record of another thread.
    ParentRecord,
    /// A `token_count`, with its place in [`Rollout::pairs`].
    Counter(u32),
}

impl Rollout {
    /// Begins a file. `name` is its name without folders.
    pub fn new(name: &str) -> Self {
        Self {
            session: thread_of(name),
            ..Self::default()
        }
    }

    /// Sets the model of the responses that follow.
    pub fn turn(&mut self, index: u32, name: &str) {
        self.model = (index, hash(&name));
    }

    /// Notes the time of a line. Lines without one happened when the line before did.
    pub fn tick(&mut self, timestamp: &str) -> Option<DateTime<Utc>> {
        self.time = moment(timestamp).or(self.time);
        self.time
    }

    /// The first one is of this thread, even where it cannot be read.
    pub fn meta(&mut self, meta: Option<&SessionMeta<'_>>) {
        let is_first = !self.has_meta;
        self.has_meta = true;
        let Some(meta) = meta.filter(|_| is_first) else {
            return;
        };
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let spawn = meta.source.0.as_ref();
        let spawn = spawn.and_then(|source| source.subagent.0.as_ref());
        let spawn = spawn.and_then(|subagent| subagent.thread_spawn.0.as_ref());
        self.session = owned(meta.id.get()).or_else(|| self.session.take());
        self.started = self.time.or_else(|| moment(&meta.timestamp.0));
        self.time = self.started;
        self.cwd = owned(meta.cwd.get());
        self.branch = owned(meta.git.0.as_ref().and_then(|git| git.branch.get()));
        self.parent = owned(meta.forked_from_id.get())
            .or_else(|| owned(spawn.and_then(|spawn| spawn.parent_thread_id.get())));
        self.nickname = owned(spawn.and_then(|spawn| spawn.agent_nickname.get()));
        self.role = owned(spawn.and_then(|spawn| spawn.agent_role.get()));
    }

    pub fn record(&mut self, record: &TokenUsageRecord<'_>, time: DateTime<Utc>) {
        let thread = record.thread_id.get();
        if self.session.is_none() {
            self.session = thread.map(str::to_owned);
        }
        let Some(usage) = record.usage.filter(|usage| !usage.is_nothing()) else {
            return;
        };
        let kind = if thread.is_some() && thread != self.session.as_deref() {
            NoteKind::ParentRecord
        } else {
            NoteKind::Record(
                record
                    .response_id
                    .get()
                    .map(|id| [hash(&(0, id)), hash(&(1, id))]),
            )
        };
        self.note(usage, time, kind);
    }

    /// Usage is what the sums grow by, as many events repeat the one before (43 to 65 % in real files: ccusage#876, #1288). A sum that falls
    /// starts again from zero. Without sums, every event is a response of its own.
    pub fn token_count(&mut self, info: &TokenCountInfo, time: DateTime<Utc>) {
        let pair = hash(info);
        let is_repeat = info.total_token_usage.is_some() && self.total == info.total_token_usage;
        if !is_repeat || self.pairs.last() != Some(&pair) {
            self.pairs.push(pair);
        }
        if is_repeat {
            self.repeats += 1;
            return;
        }
        let used = match info.total_token_usage {
            None => info.last_token_usage,
            Some(total) => match self.total.replace(total) {
                Some(before) if total.is_below(&before) && !total.is_nothing() => {
                    info.last_token_usage.or(Some(total))
                }
                before => Some(total.since(&before.unwrap_or_default())),
            },
        };
        let place = u32::try_from(self.pairs.len() - 1).unwrap_or(u32::MAX);
        if let Some(used) = used.filter(|used| !used.is_nothing()) {
            self.note(used, time, NoteKind::Counter(place));
        }
    }

    fn note(&mut self, usage: RolloutUsage, time: DateTime<Utc>, kind: NoteKind) {
        let (model, model_hash) = self.model;
        self.content = hash(&(self.content, time, model_hash, usage, kind));
        self.notes.push(UsageNote {
            time,
            model,
            usage,
            kind,
        });
    }

    /// Of two files of one thread, the longer one counts (`archived_sessions` has copies). Equally long ones are ordered by their contents,
    /// so that the order in which they are read does not matter.
    pub fn length(&self) -> (u64, u64, u64) {
        let names = [
            &self.parent,
            &self.nickname,
            &self.role,
            &self.cwd,
            &self.branch,
        ];
        (self.lines, self.bytes, hash(&(self.content, names)))
    }

    /// How units, rules and reports identify the thread.
    pub fn origin(&self, session: &str) -> Origin {
        Origin {
            session: session.to_owned(),
            agent: "main".to_owned(),
            agent_name: "main".to_owned(),
            agent_aliases: self.nickname.iter().chain(&self.role).cloned().collect(),
            cwd: self.cwd.clone(),
            branch: self.branch.clone(),
            team: None,
            task: None,
        }
    }
}

/// The id at the end of `rollout-2026-10-05T10-00-00-dcba572c-7c3e-47fb-a09f-7ad9c37d9163.jsonl`.
fn thread_of(name: &str) -> Option<String> {
    const LENGTH: usize = 36;
    let stem = name.strip_suffix(".jsonl")?;
    let id = stem.get(stem.len().checked_sub(LENGTH)?..)?;
    let is_id = id
        .bytes()
        .all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    (is_id && id.split('-').map(str::len).eq([8, 4, 4, 4, 12])).then(|| id.to_owned())
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
