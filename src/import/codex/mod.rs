//! Rollouts of Codex: `sessions/YYYY/MM/DD/rollout-<time>-<thread>.jsonl` and copies of them in `archived_sessions`. `line` knows what
//! the lines hold, `rollout` notes what one file states, `ancestry` finds what a parent thread stated before, and `twins` finds lines that
//! state the same response.

mod ancestry;
mod line;
mod rollout;
#[cfg(test)]
mod tests;
mod twins;

use std::collections::{BTreeMap, HashSet};

use self::{
    ancestry::{Replay, replays},
    line::{EventMessage, RolloutLine, SessionMeta, TokenUsageRecord, TurnContext, WithPayload},
    rollout::{NoteKind, Rollout, UsageNote},
    twins::Twins,
};
use super::{
    FileKind, Line, Origin, Reader, Response, Skipped, TranscriptFile, Transcripts,
    json_line::{JsonFile, Needed},
    response::Interner,
};

/// Reads rollouts, each response once:
///
/// - A `token_usage_record` is a response, identified by its `response_id` in all files; one of another thread belongs to the parent.
///   Compactions have only such a record, and are part of no sum (codex#47003).
/// - A `token_count` states running sums. What they grow by is a response, unless a record since the last growth has the same input and output.
/// - A fork or a spawned thread begins with a replay of its parent's responses, which count for the parent.
/// - Of two files of one thread, the longer one counts.
///
/// Equal figures in unrelated threads are two responses.
#[derive(Debug)]
pub struct CodexReader {
    needed: Needed,
    /// The file that is being read. None for one that cannot be read.
    current: Option<CurrentRollout>,
    /// By thread.
    rollouts: BTreeMap<String, Rollout>,
    models: Interner<String>,
    skipped: Skipped,
}

/// The file that is read.
#[derive(Debug)]
struct CurrentRollout {
    file: JsonFile,
    /// The name of its thread if no id is known.
    name: String,
    rollout: Rollout,
}

impl Default for CodexReader {
    fn default() -> Self {
        let mut models = Interner::default();
        models.index(&String::new());
        Self {
            needed: Needed::new(&["token_", "session_meta", "turn_context"]),
            current: None,
            rollouts: BTreeMap::new(),
            models,
            skipped: Skipped::default(),
        }
    }
}

impl CodexReader {
    /// How to read a file, by its path below the folder that is searched. None if it is not a rollout.
    pub fn kind_of(path: &str) -> Option<FileKind> {
        let name = file_name(path).strip_prefix("rollout-")?;
        if name.strip_suffix(".jsonl").is_some() {
            Some(FileKind::Lines)
        } else if name.strip_suffix(".jsonl.zst").is_some() {
            Some(FileKind::Compressed)
        } else {
            None
        }
    }
}

/// The part of a path after the last `/`.
fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

impl Reader for CodexReader {
    fn begin(&mut self, file: TranscriptFile<'_>) {
        if file.kind == FileKind::Compressed {
            self.skipped
                .unreadable(file.shown, None, "it is compressed: expand it first");
            return;
        }
        self.skipped.files += 1;
        let name = file_name(file.path);
        self.current = Some(CurrentRollout {
            file: JsonFile::new(file.shown),
            name: name.to_owned(),
            rollout: Rollout::new(name),
        });
    }

    fn line(&mut self, line: Line<'_>) {
        let Some(CurrentRollout { file, rollout, .. }) = &mut self.current else {
            return;
        };
        rollout.lines += 1;
        rollout.bytes += line.text.len() as u64 + u64::from(line.has_end);
        if !self.needed.may_matter(line.text) {
            self.skipped.lines += 1;
            return;
        }
        let mut found = Vec::new();
        file.read_with_text(line, &mut self.skipped, |head: RolloutLine<'_>, text, _| {
            found.push((head, text));
        });
        for (head, text) in found {
            let mut place = RolloutPlace {
                file,
                line,
                models: &mut self.models,
                skipped: &mut self.skipped,
            };
            place.read(&head, text, rollout);
        }
    }

    fn end(&mut self) {
        let Some(CurrentRollout { name, rollout, .. }) = self.current.take() else {
            return;
        };
        let session = rollout.session.clone().unwrap_or(name);
        let longer = match self.rollouts.remove(&session) {
            None => rollout,
            Some(other) => {
                let (longer, shorter) = if other.length() < rollout.length() {
                    (rollout, other)
                } else {
                    (other, rollout)
                };
                self.skipped.copies += shorter.notes.len() as u64;
                longer
            }
        };
        self.rollouts.insert(session, longer);
    }

    fn finish(self: Box<Self>) -> Transcripts {
        let mut found = FoundResponses {
            skipped: self.skipped,
            ..FoundResponses::default()
        };
        let models = self.models.into_values();
        let replays = replays(&self.rollouts);
        for ((session, rollout), replay) in self.rollouts.into_iter().zip(replays) {
            found.rollout(&session, &rollout, replay, &models);
        }
        found.responses.sort_by_key(|response| response.time);
        found.skipped.sort();
        Transcripts {
            origins: found.origins.into_values(),
            models: found.models.into_values(),
            responses: found.responses,
            skipped: found.skipped,
            ..Transcripts::default()
        }
    }
}

/// The line that is being read, and what it may change in addition to its rollout.
struct RolloutPlace<'a> {
    file: &'a JsonFile,
    line: Line<'a>,
    models: &'a mut Interner<String>,
    skipped: &'a mut Skipped,
}

impl RolloutPlace<'_> {
    fn read(&mut self, head: &RolloutLine<'_>, text: &[u8], rollout: &mut Rollout) {
        let time = rollout.tick(&head.timestamp.0);
        match &*head.kind.0 {
            "session_meta" => {
                let meta: Option<WithPayload<SessionMeta<'_>>> = self.payload(text);
                rollout.meta(meta.and_then(|meta| meta.payload.0).as_ref());
            }
            "turn_context" => {
                let turn: Option<WithPayload<TurnContext<'_>>> = self.payload(text);
                let turn = turn.and_then(|turn| turn.payload.0);
                if let Some(model) = turn.as_ref().and_then(|turn| turn.model.get()) {
                    rollout.turn(self.models.index(&model.to_owned()), model);
                }
            }
            "token_usage_record" => {
                let record: Option<WithPayload<TokenUsageRecord<'_>>> = self.payload(text);
                if let Some(record) = record.and_then(|record| record.payload.0)
                    && let Some(time) = self.known(time)
                {
                    rollout.record(&record, time);
                }
            }
            "event_msg" => {
                let event: Option<WithPayload<EventMessage<'_>>> = self.payload(text);
                if let Some(event) = event.and_then(|event| event.payload.0)
                    && event.kind.0 == "token_count"
                    && let Some(info) = event.info.0
                    && let Some(time) = self.known(time)
                {
                    rollout.token_count(&info, time);
                }
            }
            _ => {}
        }
    }

    fn payload<'t, P: serde::Deserialize<'t>>(&mut self, text: &'t [u8]) -> Option<P> {
        self.file.reread(text, self.line, self.skipped)
    }

    /// Notes a response without a time, which belongs to no day.
    fn known<T>(&mut self, time: Option<T>) -> Option<T> {
        if time.is_none() {
            self.file.note(self.line, self.skipped, "it has no time");
        }
        time
    }
}

/// What is found in all rollouts.
#[derive(Default)]
struct FoundResponses {
    origins: Interner<Origin>,
    models: Interner<String>,
    responses: Vec<Response>,
    /// Hashes of the response ids.
    ids: HashSet<[u64; 2]>,
    skipped: Skipped,
}

impl FoundResponses {
    /// Adds the responses of a rollout that count.
    fn rollout(&mut self, session: &str, rollout: &Rollout, replay: Replay, models: &[String]) {
        let origin = self.origins.index(&rollout.origin(session));
        self.skipped.copies += rollout.repeats;
        let mut replay = replay.run();
        let twins = Twins::find(&rollout.notes, |note| replay.has(note));
        self.skipped.replays += twins.foreign + twins.replays;
        if replay.is_assumed() {
            self.skipped.assumed_replays += twins.replays;
        }
        for (note, counts) in rollout.notes.iter().zip(twins.counts) {
            if counts && self.is_new(note) {
                let model = models.get(note.model as usize).cloned().unwrap_or_default();
                self.responses.push(Response {
                    time: note.time,
                    origin,
                    model: self.models.index(&model),
                    tokens: note.usage.counts(),
                    is_fast: false,
                    cost: None,
                });
            }
        }
    }

    fn is_new(&mut self, note: &UsageNote) -> bool {
        let is_new = match note.kind {
            NoteKind::Record(Some(id)) => self.ids.insert(id),
            NoteKind::Record(None) => {
                self.skipped.without_id += 1;
                true
            }
            NoteKind::Counter(_) | NoteKind::ParentRecord => true,
        };
        self.skipped.copies += u64::from(!is_new);
        is_new
    }
}
