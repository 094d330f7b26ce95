//! What the lines and documents of chats hold.

use serde::Deserialize;

use super::super::json_line::{Count, LooseObject, Text};
use crate::model::TokenCounts;

/// A line of a chat: the session, a message, or a change (`$set`) to what was written before. A document holds the session and all its
/// messages. A `$rewindTo` removes messages from the chat, but they were paid for, so it is ignored.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct ChatLine<'a> {
    #[serde(borrow, rename = "sessionId")]
    pub session_id: Text<'a>,
    #[serde(borrow, rename = "projectHash")]
    pub project_hash: Text<'a>,
    #[serde(borrow, rename = "startTime")]
    pub start_time: Text<'a>,
    /// `main` or `subagent`.
    #[serde(borrow)]
    pub kind: Text<'a>,
    #[serde(borrow)]
    pub messages: Option<Vec<LooseObject<ChatMessage<'a>>>>,
    #[serde(borrow, rename = "$set")]
    pub set: LooseObject<ChatChange<'a>>,
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    timestamp: Text<'a>,
    #[serde(borrow, rename = "type")]
    role: Text<'a>,
    #[serde(borrow)]
    model: Text<'a>,
    tokens: LooseObject<ChatTokens>,
}

impl<'a> ChatLine<'a> {
    /// The message that the line itself is, if it is one.
    pub fn message(&self) -> ChatMessage<'a> {
        ChatMessage {
            id: self.id.clone(),
            timestamp: self.timestamp.clone(),
            role: self.role.clone(),
            model: self.model.clone(),
            tokens: LooseObject(self.tokens.0),
        }
    }
}

/// A change to the session, which may repeat messages.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct ChatChange<'a> {
    #[serde(borrow)]
    pub messages: Option<Vec<LooseObject<ChatMessage<'a>>>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct ChatMessage<'a> {
    #[serde(borrow)]
    pub id: Text<'a>,
    #[serde(borrow)]
    pub timestamp: Text<'a>,
    /// `gemini` for those of the model.
    #[serde(borrow, rename = "type")]
    pub role: Text<'a>,
    #[serde(borrow)]
    pub model: Text<'a>,
    pub tokens: LooseObject<ChatTokens>,
}

/// Tokens as Gemini CLI states them, from `promptTokenCount`, `candidatesTokenCount`, `cachedContentTokenCount`, `thoughtsTokenCount` and
/// `toolUsePromptTokenCount`. Cache reads are part of the input; thoughts and tool are part of neither the output nor the input. The stated
/// total is not read: if it disagrees with its parts, the parts count.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ChatTokens {
    input: Count,
    output: Count,
    cached: Count,
    thoughts: Count,
    tool: Count,
}

impl ChatTokens {
    /// The tokens by class, each in one class only.
    pub fn counts(self) -> TokenCounts {
        let read = self.cached.0.min(self.input.0);
        TokenCounts {
            input: (self.input.0 - read).saturating_add(self.tool.0),
            output: self.output.0.saturating_add(self.thoughts.0),
            cache_write_5m: 0,
            cache_write_1h: 0,
            cache_read: read,
            reasoning: self.thoughts.0,
        }
    }
}
