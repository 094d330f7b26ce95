//! What a harness writes to the standard input of a hook. Nothing in it is trusted: a key may be absent, null, of another type, or
//! new.

use super::json::{JsonError, JsonValue};

/// The keys that are of use to anyone. A payload may be large, and is read once.
const KEYS: [&str; 21] = [
    "agentName",
    "agent_name",
    "agent_type",
    "cwd",
    "from_model",
    "hook_event_name",
    "llm_request",
    "model",
    "requested_model",
    "sessionId",
    "session_id",
    "teammate_name",
    "timestamp",
    "to_model",
    "toolArgs",
    "toolName",
    "toolResult",
    "tool_input",
    "tool_name",
    "transcript_path",
    "workspace",
];

#[derive(Clone, Debug, Default)]
pub struct Payload<'t> {
    /// The values of these keys. Of a key that is there twice, the last; null is as if it was absent.
    values: [Option<JsonValue<'t>>; KEYS.len()],
}

impl<'t> Payload<'t> {
    /// Fails with what is wrong with it.
    pub fn read(text: &'t str) -> Result<Self, String> {
        let text = text.trim_end();
        if text.trim_start_matches('\u{feff}').is_empty() {
            return Err("hook input is empty".to_owned());
        }
        let invalid =
            |error: JsonError| format!("hook input is not valid JSON (line {})", error.line);
        let root = JsonValue::parse(text).map_err(invalid)?;
        if !root.is_object() {
            return Err("hook input is not a JSON object".to_owned());
        }
        let mut payload = Self::default();
        root.each_member(|member| {
            let found = KEYS.iter().zip(&mut payload.values);
            for (_, value) in found.filter(|(key, _)| member.key.is_string(key)) {
                *value = Some(member.value).filter(|value| value.text() != "null");
            }
        });
        Ok(payload)
    }

    /// The value of one of the keys above.
    pub fn value(&self, key: &str) -> Option<JsonValue<'t>> {
        let at = KEYS.iter().position(|known| *known == key)?;
        self.values.get(at).copied().flatten()
    }

    /// The text of a key, unless it is empty.
    pub fn text(&self, key: &str) -> Option<String> {
        text_of(self.value(key)?)
    }

    /// Copilot's payloads have a time stamp and no path of a transcript, or names like `toolName`.
    pub(super) fn is_copilot(&self) -> bool {
        let has = |key| self.value(key).is_some();
        has("timestamp") && !has("transcript_path") || has("sessionId") && !has("session_id")
    }

    /// The role of the agent that asks, or its name.
    pub fn agent(&self) -> Option<String> {
        let keys = ["agent_type", "agentName", "agent_name", "teammate_name"];
        keys.into_iter().find_map(|key| self.text(key))
    }
}

pub(super) fn text_of(value: JsonValue<'_>) -> Option<String> {
    let text = value.string()?;
    Some(text).filter(|text| !text.trim().is_empty())
}
