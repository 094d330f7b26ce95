//! Finds the usage that a line of a transcript states. `merge` decides which lines are the same response.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use serde::{
    Deserialize as _,
    de::{IgnoredAny, MapAccess},
};
use serde_json::{Deserializer, value::RawValue};

use crate::model::TokenCounts;

use super::{
    super::json_line::moment,
    json::{Fields, JsonObject, JsonObjects, ignored, text},
    number,
};

/// The model of messages that the harness wrote itself, such as errors. They cost nothing.
const SYNTHETIC: &str = "<synthetic>";

/// The type of an iteration that another model answered, the only one that is not part of the usage of its message.
const ADVISOR: &str = "advisor_message";

/// A line that states usage.
#[derive(Debug)]
pub(super) struct UsageLine<'a> {
    pub uuid: Option<Cow<'a, str>>,
    pub message_id: Option<Cow<'a, str>>,
    pub request_id: Option<Cow<'a, str>>,
    pub session_id: Option<Cow<'a, str>>,
    pub agent_id: Option<Cow<'a, str>>,
    /// None if the line does not say.
    pub is_sidechain: Option<bool>,
    pub cwd: Option<Cow<'a, str>>,
    pub branch: Option<Cow<'a, str>>,
    pub time: DateTime<Utc>,
    pub model: Cow<'a, str>,
    pub tokens: TokenCounts,
    /// Whether it was served in the fast mode, whatever was requested.
    pub is_fast: bool,
    /// What other models answered within the message, beside its own usage.
    pub advisors: Vec<Advisor>,
}

/// The answer of another model within a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Advisor {
    pub model: String,
    pub tokens: TokenCounts,
    pub is_fast: bool,
}

/// Why a line cannot be read.
#[derive(Debug)]
pub(super) enum Bad {
    /// It is not JSON, or not all of it.
    Json(String),
    /// It states usage that cannot be counted.
    Usage(String),
}

impl Bad {
    pub fn reason(self) -> String {
        match self {
            Self::Json(reason) | Self::Usage(reason) => reason,
        }
    }
}

impl Advisor {
    /// What decides between lists of answers with equal sums of tokens.
    pub fn key(&self) -> ([u64; 5], &str, bool) {
        let tokens = &self.tokens;
        let classes = [
            tokens.output,
            tokens.input,
            tokens.cache_write_5m,
            tokens.cache_write_1h,
            tokens.cache_read,
        ];
        (classes, &self.model, self.is_fast)
    }
}

/// Reads a line. None if it states no usage; an error says why it cannot be read.
///
/// Only a line with `type: "assistant"` at its top states usage, in an object `message.usage`. Progress lines, results of tools and quoted
/// transcripts repeat usage that has a line of its own elsewhere.
pub(super) fn usage_line(line: &[u8]) -> Result<Option<UsageLine<'_>>, Bad> {
    let error = match whole(line) {
        Ok(JsonObject(Some(fields))) => return fields.usage().map_err(Bad::Usage),
        Ok(JsonObject(None)) => return Err(Bad::Json("the line is not a JSON object".to_owned())),
        Err(error) => error,
    };
    if str::from_utf8(line).is_err() {
        return lossy(line);
    }
    // Valid JSON that could not be read has a string with half a character in place of an object, and so no usage.
    match serde_json::from_slice::<IgnoredAny>(line) {
        Ok(_) => Ok(None),
        Err(_) => Err(Bad::Json(reason(&error))),
    }
}

/// Reads a line with bytes that are not UTF-8. They are replaced, as they are part of text that is not needed, or is only shown.
fn lossy<'a>(line: &[u8]) -> Result<Option<UsageLine<'a>>, Bad> {
    let line = String::from_utf8_lossy(line);
    let usage = usage_line(line.as_bytes())?;
    Ok(usage.map(UsageLine::into_owned))
}

fn whole(line: &[u8]) -> serde_json::Result<JsonObject<LineFields<'_>>> {
    let mut deserializer = Deserializer::from_slice(line);
    let object = JsonObject::deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(object)
}

/// Why a line is not JSON, without any of its text.
fn reason(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or_default();
    let column = error.column();
    if message == "trailing characters" {
        return format!("more follows after the JSON of the line, at column {column}");
    }
    format!("the line is not JSON: {message} at column {column}")
}

#[derive(Default)]
struct LineFields<'a> {
    kind: Option<&'a RawValue>,
    uuid: Option<&'a RawValue>,
    timestamp: Option<&'a RawValue>,
    session_id: Option<&'a RawValue>,
    request_id: Option<&'a RawValue>,
    agent_id: Option<&'a RawValue>,
    is_sidechain: Option<&'a RawValue>,
    cwd: Option<&'a RawValue>,
    branch: Option<&'a RawValue>,
    message: Option<MessageFields<'a>>,
}

impl<'a> Fields<'a> for LineFields<'a> {
    fn read<M: MapAccess<'a>>(&mut self, key: &[u8], map: &mut M) -> Result<(), M::Error> {
        let field = match key {
            b"type" => &mut self.kind,
            b"uuid" => &mut self.uuid,
            b"timestamp" => &mut self.timestamp,
            b"sessionId" => &mut self.session_id,
            b"requestId" => &mut self.request_id,
            b"agentId" => &mut self.agent_id,
            b"isSidechain" => &mut self.is_sidechain,
            b"cwd" => &mut self.cwd,
            b"gitBranch" => &mut self.branch,
            b"message" => {
                self.message = map.next_value::<JsonObject<_>>()?.0;
                return Ok(());
            }
            _ => return ignored(map),
        };
        *field = Some(map.next_value()?);
        Ok(())
    }
}

impl<'a> LineFields<'a> {
    fn usage(self) -> Result<Option<UsageLine<'a>>, String> {
        if text(self.kind).as_deref() != Some("assistant") {
            return Ok(None);
        }
        let Some(message) = self.message else {
            return Ok(None);
        };
        let Some(usage) = message.usage else {
            return Ok(None);
        };
        let model = text(message.model).unwrap_or_default();
        if model == SYNTHETIC {
            return Ok(None);
        }
        let advisors = usage.iterations.iter().filter_map(UsageFields::advisor);
        Ok(Some(UsageLine {
            uuid: text(self.uuid),
            message_id: text(message.id),
            request_id: text(self.request_id),
            session_id: text(self.session_id),
            agent_id: text(self.agent_id),
            is_sidechain: self.is_sidechain.and_then(|value| value.get().parse().ok()),
            cwd: text(self.cwd),
            branch: text(self.branch),
            time: time(self.timestamp)?,
            model,
            tokens: usage.tokens()?,
            is_fast: usage.is_fast(),
            advisors: advisors.collect::<Result<_, _>>()?,
        }))
    }
}

/// When a line was written. A response without a time belongs to no day.
fn time(value: Option<&RawValue>) -> Result<DateTime<Utc>, &'static str> {
    let text = text(value).ok_or("its usage has no time")?;
    moment(&text).ok_or("the time of its usage is not a time with a zone")
}

#[derive(Default)]
struct MessageFields<'a> {
    id: Option<&'a RawValue>,
    model: Option<&'a RawValue>,
    usage: Option<UsageFields<'a>>,
}

impl<'a> Fields<'a> for MessageFields<'a> {
    fn read<M: MapAccess<'a>>(&mut self, key: &[u8], map: &mut M) -> Result<(), M::Error> {
        match key {
            b"id" => self.id = Some(map.next_value()?),
            b"model" => self.model = Some(map.next_value()?),
            b"usage" => self.usage = map.next_value::<JsonObject<_>>()?.0,
            _ => ignored(map)?,
        }
        Ok(())
    }
}

/// The usage of a message, or of one of its iterations.
#[derive(Default)]
struct UsageFields<'a> {
    input: Option<&'a RawValue>,
    output: Option<&'a RawValue>,
    cache_read: Option<&'a RawValue>,
    cache_write: Option<&'a RawValue>,
    cache_split: Option<SplitFields<'a>>,
    speed: Option<&'a RawValue>,
    /// Only of an iteration.
    kind: Option<&'a RawValue>,
    /// Only of an iteration.
    model: Option<&'a RawValue>,
    iterations: Vec<UsageFields<'a>>,
}

impl<'a> Fields<'a> for UsageFields<'a> {
    fn read<M: MapAccess<'a>>(&mut self, key: &[u8], map: &mut M) -> Result<(), M::Error> {
        let field = match key {
            b"input_tokens" => &mut self.input,
            b"output_tokens" => &mut self.output,
            b"cache_read_input_tokens" => &mut self.cache_read,
            b"cache_creation_input_tokens" => &mut self.cache_write,
            b"speed" => &mut self.speed,
            b"type" => &mut self.kind,
            b"model" => &mut self.model,
            b"cache_creation" => {
                self.cache_split = map.next_value::<JsonObject<_>>()?.0;
                return Ok(());
            }
            b"iterations" => {
                self.iterations = map.next_value::<JsonObjects<_>>()?.0;
                return Ok(());
            }
            _ => return ignored(map),
        };
        *field = Some(map.next_value()?);
        Ok(())
    }
}

impl UsageFields<'_> {
    /// The tokens by class. Cache writes are stated as a sum, by how long they stay, or both. If the sum is more than its parts, the rest
    /// stays for five minutes, the only choice of earlier versions.
    fn tokens(&self) -> Result<TokenCounts, String> {
        let figure = |name: &str, value| {
            number::tokens(value).map_err(|reason| format!("`{name}` {reason}"))
        };
        let written = figure("cache_creation_input_tokens", self.cache_write)?;
        let (short, long) = match &self.cache_split {
            Some(split) => (
                figure("ephemeral_5m_input_tokens", split.short)?,
                figure("ephemeral_1h_input_tokens", split.long)?,
            ),
            None => (0, 0),
        };
        Ok(TokenCounts {
            input: figure("input_tokens", self.input)?,
            output: figure("output_tokens", self.output)?,
            cache_write_5m: short.max(written.saturating_sub(long)),
            cache_write_1h: long,
            cache_read: figure("cache_read_input_tokens", self.cache_read)?,
            reasoning: 0,
        })
    }

    fn is_fast(&self) -> bool {
        text(self.speed).as_deref() == Some("fast")
    }

    /// The answer of another model, if this is an iteration that holds one.
    fn advisor(&self) -> Option<Result<Advisor, String>> {
        if text(self.kind).as_deref() != Some(ADVISOR) {
            return None;
        }
        Some(self.tokens().map(|tokens| Advisor {
            model: text(self.model).unwrap_or_default().into_owned(),
            tokens,
            is_fast: self.is_fast(),
        }))
    }
}

#[derive(Default)]
struct SplitFields<'a> {
    short: Option<&'a RawValue>,
    long: Option<&'a RawValue>,
}

impl<'a> Fields<'a> for SplitFields<'a> {
    fn read<M: MapAccess<'a>>(&mut self, key: &[u8], map: &mut M) -> Result<(), M::Error> {
        match key {
            b"ephemeral_5m_input_tokens" => self.short = Some(map.next_value()?),
            b"ephemeral_1h_input_tokens" => self.long = Some(map.next_value()?),
            _ => ignored(map)?,
        }
        Ok(())
    }
}

impl UsageLine<'_> {
    fn into_owned(self) -> UsageLine<'static> {
        let owned = |text: Option<Cow<'_, str>>| text.map(|text| Cow::Owned(text.into_owned()));
        UsageLine {
            uuid: owned(self.uuid),
            message_id: owned(self.message_id),
            request_id: owned(self.request_id),
            session_id: owned(self.session_id),
            agent_id: owned(self.agent_id),
            cwd: owned(self.cwd),
            branch: owned(self.branch),
            model: Cow::Owned(self.model.into_owned()),
            is_sidechain: self.is_sidechain,
            time: self.time,
            tokens: self.tokens,
            is_fast: self.is_fast,
            advisors: self.advisors,
        }
    }
}
