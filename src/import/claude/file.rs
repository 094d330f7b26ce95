//! Whose usage a file states: of which session and agent, in which folder.

use std::{borrow::Cow, fmt::Write as _};

use serde::{Deserialize as _, de::MapAccess};
use serde_json::{Deserializer, value::RawValue};
use sha2::{Digest as _, Sha256};

use super::{
    super::{FileKind, Origin, TranscriptFile, json_line::BOM},
    json::{Fields, JsonObject, ignored, text},
    parse::UsageLine,
    shared::Shared,
};

/// The name of an agent that was not started by another one.
const MAIN: &str = "main";

/// How to read a file, by its path below the folder that is searched. None if it is not a transcript.
///
/// The descriptions of subagents and workflows (`*.json`) and the journal of subagents are in the same folders, and state no usage.
pub fn kind_of(path: &str) -> Option<FileKind> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let is_of_subagents = folder.is_empty() || folder.split('/').any(|name| name == "subagents");
    if name == "journal.jsonl" && is_of_subagents {
        return None;
    }
    let (stem, ending) = name.rsplit_once('.')?;
    match ending {
        "jsonl" => Some(FileKind::Lines),
        "zst" | "gz" => stem.strip_suffix(".jsonl").map(|_| FileKind::Compressed),
        _ => None,
    }
}

/// The file that is being read.
#[derive(Default)]
pub(super) struct SessionFile {
    pub shown: String,
    /// Its name without the extension: the id of the session, unless the file was renamed.
    pub stem: String,
    /// The subagent whose file it is.
    agent: Option<String>,
    /// The kind of that agent.
    agent_kind: Option<String>,
    aliases: Vec<String>,
    /// What identifies the session, once a line has shown it.
    session: Option<String>,
    /// The number of lines so far that state usage.
    pub ordinal: u32,
    /// The origin of the line before.
    origin: Option<u32>,
    /// Whether the rest of it is left unread.
    pub is_unreadable: bool,
}

impl SessionFile {
    pub fn new(file: TranscriptFile<'_>) -> Self {
        let name = file.path.rsplit('/').next().unwrap_or_default();
        let stem = name.strip_suffix(".jsonl").unwrap_or(name);
        let agent = stem.strip_prefix("agent-").filter(|id| !id.is_empty());
        let meta = file.meta.map(AgentMeta::read).unwrap_or_default();
        Self {
            shown: file.shown.to_owned(),
            stem: stem.to_owned(),
            agent: agent.map(str::to_owned),
            agent_kind: agent.and(meta.agent_kind),
            aliases: meta.task_kind.into_iter().collect(),
            ..Self::default()
        }
    }

    /// Whether a line is of a side conversation. Each subagent has a file of its own; older versions wrote its lines into that of the
    /// session.
    pub fn is_side(&self, line: &UsageLine<'_>) -> bool {
        line.is_sidechain.unwrap_or(self.agent.is_some())
    }

    /// The index of a line's origin.
    pub fn origin(&mut self, line: &UsageLine<'_>, origins: &mut Shared<Origin>) -> u32 {
        let agent = self.agent.as_deref().or(line.agent_id.as_deref());
        let agent = agent.unwrap_or(MAIN);
        let is_as_before = |origin: &Origin| {
            origin.agent == agent
                && origin.cwd.as_deref() == line.cwd.as_deref()
                && origin.branch.as_deref() == line.branch.as_deref()
        };
        if let Some(index) = self.origin
            && origins.get(index).is_some_and(is_as_before)
        {
            return index;
        }
        let session = self
            .session
            .get_or_insert_with(|| session(line, &self.stem));
        let is_of_file = self.agent.is_some();
        let origin = Origin {
            session: session.clone(),
            agent: agent.to_owned(),
            agent_name: self.agent_kind.as_deref().unwrap_or(agent).to_owned(),
            agent_aliases: if is_of_file {
                self.aliases.clone()
            } else {
                Vec::new()
            },
            cwd: line.cwd.as_deref().map(str::to_owned),
            branch: line.branch.as_deref().map(str::to_owned),
            team: None,
            task: None,
        };
        let index = origins.add(origin);
        self.origin = Some(index);
        index
    }

    /// The id of the file's agent, and its kind.
    pub fn named_agent(&self) -> Option<(&str, &str)> {
        self.agent.as_deref().zip(self.agent_kind.as_deref())
    }
}

/// What identifies the session of a file, by the first of its lines that states usage.
///
/// A session that is resumed or branched gets another file, another name and another `sessionId`, and begins with copies of lines that
/// keep only their uuid, ids and times. Identified by its beginning, it is the same session whichever of its files are read, or are left
/// (Claude Code deletes them after 30 days). A subagent's file is a session of its own for the same reason: its parent's file may be
/// deleted, or not be read.
fn session(line: &UsageLine<'_>, stem: &str) -> String {
    let parts = match (&line.message_id, &line.request_id, &line.uuid) {
        (Some(message), Some(request), _) => ["response", message, request],
        (_, _, Some(uuid)) => ["uuid", uuid, ""],
        (Some(message), None, None) => {
            let session = line.session_id.as_deref().unwrap_or(stem);
            ["message", message, session]
        }
        (None, _, None) => ["file", line.session_id.as_deref().unwrap_or(stem), ""],
    };
    let digest = Sha256::digest(parts.join("\0"));
    let mut session = String::with_capacity(32);
    for byte in digest.iter().take(16) {
        let _ = write!(session, "{byte:02x}");
    }
    session
}

/// What the file beside the transcript of a subagent says.
#[derive(Default)]
struct AgentMeta {
    agent_kind: Option<String>,
    task_kind: Option<String>,
}

#[derive(Default)]
struct AgentMetaFields<'a> {
    agent_kind: Option<&'a RawValue>,
    task_kind: Option<&'a RawValue>,
}

impl<'a> Fields<'a> for AgentMetaFields<'a> {
    fn read<M: MapAccess<'a>>(&mut self, key: &[u8], map: &mut M) -> Result<(), M::Error> {
        match key {
            b"agentType" => self.agent_kind = Some(map.next_value()?),
            b"taskKind" => self.task_kind = Some(map.next_value()?),
            _ => ignored(map)?,
        }
        Ok(())
    }
}

impl AgentMeta {
    /// Reads what can be read and ignores the rest, as it only names the agent.
    fn read(json: &[u8]) -> Self {
        let json = json.strip_prefix(BOM).unwrap_or(json);
        let fields =
            JsonObject::<AgentMetaFields>::deserialize(&mut Deserializer::from_slice(json));
        let Ok(JsonObject(Some(fields))) = fields else {
            return Self::default();
        };
        let owned = |value| text(value).map(Cow::into_owned);
        Self {
            agent_kind: owned(fields.agent_kind),
            task_kind: owned(fields.task_kind),
        }
    }
}
