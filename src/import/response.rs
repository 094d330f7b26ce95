//! The responses of models, as every reader gives them, and what a reader is given.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::Serialize;

use crate::model::{StatedCost, TokenCounts};

/// Where usage is imported from.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    JsonSchema,
    strum::Display,
    strum::EnumString,
    strum::VariantArray,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum ImportSource {
    /// Transcripts of Claude Code.
    Claude,
    /// Rollouts of Codex.
    Codex,
    /// Chats of Gemini CLI.
    Gemini,
    /// One JSON object on each line, of any other harness.
    Jsonl,
    /// The daily report of ccusage.
    Ccusage,
}

impl ImportSource {
    /// The first characters of the ids of its units.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Claude => "cc",
            Self::Codex => "cx",
            Self::Gemini => "gm",
            Self::Jsonl => "jl",
            Self::Ccusage => "cu",
        }
    }
}

/// How a file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A JSON object on each line.
    Lines,
    /// One JSON document.
    Document,
    /// It holds responses that cannot be read, as it is compressed.
    Compressed,
}

/// A file that is read next.
#[derive(Clone, Copy, Debug)]
pub struct TranscriptFile<'a> {
    /// Its path below the folder that is searched, with `/` between the names. Its folders and its name say what it is of; it is never
    /// shown, and never written into a log.
    pub path: &'a str,
    /// Its path as messages show it.
    pub shown: &'a str,
    pub kind: FileKind,
    /// What stands in `<name>.meta.json` beside `<name>.jsonl`, where there is such a file.
    pub meta: Option<&'a [u8]>,
}

/// A line of a file, or all of a [`FileKind::Document`], without the line end.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    /// From 1 on.
    pub number: u64,
    pub text: &'a [u8],
    /// Whether a line end follows. One that lacks it may still be being written.
    pub has_end: bool,
}

/// Reads the files of one source, in any order, and finds every response once.
pub trait Reader {
    /// Begins a file.
    fn begin(&mut self, file: TranscriptFile<'_>);

    /// Reads a line of the file that was begun last.
    fn line(&mut self, line: Line<'_>);

    /// Ends that file.
    fn end(&mut self);

    /// All responses, once every file is read. The result does not depend on the order of the files.
    fn finish(self: Box<Self>) -> Transcripts;
}

/// Where responses come from: a session and an agent in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Origin {
    /// What identifies the session, whichever of its copies is read. A unit of import is of one session.
    pub session: String,
    /// What identifies the agent within the session: `main`, or the id of a subagent.
    pub agent: String,
    /// What reports call the agent: `main`, or the kind of the subagent, like `reviewer`.
    pub agent_name: String,
    /// Further names that a rule for teams may match: a nickname, a role.
    pub agent_aliases: Vec<String>,
    /// The folder that the agent worked in.
    pub cwd: Option<String>,
    pub branch: Option<String>,
    /// The team and the task that the file itself names, where its format has them.
    pub team: Option<String>,
    pub task: Option<String>,
}

/// A response of a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// When its first line was written.
    pub time: DateTime<Utc>,
    /// Index into [`Transcripts::origins`].
    pub origin: u32,
    /// Index into [`Transcripts::models`].
    pub model: u32,
    pub tokens: TokenCounts,
    /// It was served in the fast mode, which costs more.
    pub is_fast: bool,
    /// What the file itself says that it cost.
    pub cost: Option<StatedCost>,
}

/// A place of a file that could not be read, or counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Unreadable {
    pub file: String,
    /// The line, where it is one line alone.
    pub line: Option<u64>,
    /// Why.
    pub reason: String,
}

/// The responses of all files, each once.
#[derive(Clone, Debug, Default)]
pub struct Transcripts {
    pub origins: Vec<Origin>,
    /// The names of models. Empty where a response names none.
    pub models: Vec<String>,
    /// In the order of their times. Those of one time stand in the order of the lines of their file.
    pub responses: Vec<Response>,
    /// What sessions repeat of responses that count as those of others. In the order of their times.
    pub repeats: Vec<RepeatedResponse>,
    pub skipped: Skipped,
}

/// A response of another session or agent that a session repeats, such as the beginning of the conversation that it was forked from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepeatedResponse {
    /// As it would count without the other session.
    pub response: Response,
    /// The one that counts: an index into [`Transcripts::responses`]. None where it is left out of them.
    pub counted: Option<u32>,
}

impl Transcripts {
    /// Leaves out responses. What repeats them stays.
    pub fn retain(&mut self, mut is_kept: impl FnMut(&Response) -> bool) {
        let mut kept = 0;
        let mut indexes = Vec::with_capacity(self.responses.len());
        self.responses.retain(|response| {
            let is_kept = is_kept(response);
            indexes.push(is_kept.then_some(kept));
            kept += u32::from(is_kept);
            is_kept
        });
        for repeat in &mut self.repeats {
            let index = repeat.counted.and_then(|index| indexes.get(index as usize));
            repeat.counted = index.copied().flatten();
        }
    }
}

/// How much was read, and what was left out, and why.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Skipped {
    /// The files that were read.
    pub files: u64,
    pub lines: u64,
    /// Lines that repeat a response which stands in another file or line: copies of resumed sessions, and snapshots of one stream.
    pub copies: u64,
    /// Responses that a session or a side conversation repeats from its parent.
    pub replays: u64,
    /// The replays that are assumed only because of their times, as the parent was not read.
    pub assumed_replays: u64,
    /// Messages with two request ids, both of which were paid for.
    pub billed_twice: u64,
    /// Last lines that were not complete yet.
    pub torn: u64,
    /// Responses without any id.
    pub without_id: u64,
    /// Lines and files that could not be read; at most [`Skipped::MOST_UNREADABLE`] of them.
    pub unreadable: Vec<Unreadable>,
    /// All of those, and the ones that are not listed.
    pub unreadable_count: u64,
    /// What else there is to say of a file, in a sentence each; at most [`Skipped::MOST_NOTES`] of them.
    pub notes: Vec<String>,
}

impl Skipped {
    /// The most places that are kept. A damaged file can have millions.
    pub const MOST_UNREADABLE: usize = 100;

    /// The most notes that are kept.
    pub const MOST_NOTES: usize = 100;

    /// Keeps a note for the report.
    pub fn note(&mut self, note: String) {
        if self.notes.len() < Self::MOST_NOTES {
            self.notes.push(note);
        }
    }

    /// Puts the places into the order of their files and lines, whichever was read first.
    pub(super) fn sort(&mut self) {
        self.unreadable
            .sort_by(|one, other| (&one.file, one.line).cmp(&(&other.file, other.line)));
    }

    /// Notes a line, or with `None` a file, that could not be read.
    pub fn unreadable(&mut self, file: &str, line: Option<u64>, reason: impl Into<String>) {
        self.unreadable_count += 1;
        if self.unreadable.len() < Self::MOST_UNREADABLE {
            self.unreadable.push(Unreadable {
                file: file.to_owned(),
                line,
                reason: reason.into(),
            });
        }
    }
}

/// Values that many responses share, each stored once.
#[derive(Debug)]
pub(super) struct Interner<T>(BTreeMap<T, u32>);

impl<T> Default for Interner<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T: Ord + Clone + Default> Interner<T> {
    /// The index of a value, the same for equal values.
    pub fn index(&mut self, value: &T) -> u32 {
        if let Some(index) = self.0.get(value) {
            return *index;
        }
        let index = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        self.0.insert(value.clone(), index);
        index
    }

    /// All values, by their indexes.
    pub fn into_values(self) -> Vec<T> {
        let mut values = vec![T::default(); self.0.len()];
        for (value, index) in self.0 {
            if let Some(place) = values.get_mut(index as usize) {
                *place = value;
            }
        }
        values
    }
}
