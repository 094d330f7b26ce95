//! The lines of a rollout, as far as they say what was used, and by whom.

use serde::Deserialize;

use super::super::json_line::{Count, LooseObject, Text};
use crate::model::TokenCounts;

/// What every line has. The type decides which payload is read.
#[derive(Deserialize)]
pub(super) struct RolloutLine<'a> {
    #[serde(borrow, default)]
    pub timestamp: Text<'a>,
    #[serde(borrow, default, rename = "type")]
    pub kind: Text<'a>,
}

/// A line again, with the payload of its type.
#[derive(Deserialize)]
pub(super) struct WithPayload<P> {
    #[serde(default = "LooseObject::default")]
    pub payload: LooseObject<P>,
}

/// `session_meta`: the first of a file is of its own thread; a fork has that of its parent as the second.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct SessionMeta<'a> {
    #[serde(borrow)]
    pub id: Text<'a>,
    #[serde(borrow)]
    pub timestamp: Text<'a>,
    #[serde(borrow)]
    pub cwd: Text<'a>,
    #[serde(borrow)]
    pub git: LooseObject<GitState<'a>>,
    #[serde(borrow)]
    pub source: LooseObject<SessionSource<'a>>,
    #[serde(borrow)]
    pub forked_from_id: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct GitState<'a> {
    #[serde(borrow)]
    pub branch: Text<'a>,
}

/// Most sources are a word, like `cli`.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct SessionSource<'a> {
    #[serde(borrow)]
    pub subagent: LooseObject<SubagentSource<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct SubagentSource<'a> {
    #[serde(borrow)]
    pub thread_spawn: LooseObject<ThreadSpawn<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct ThreadSpawn<'a> {
    #[serde(borrow)]
    pub parent_thread_id: Text<'a>,
    #[serde(borrow)]
    pub agent_nickname: Text<'a>,
    #[serde(borrow)]
    pub agent_role: Text<'a>,
}

/// `turn_context`: the model of what follows. Models that stand deeper are settings of other things (codeburn#1040).
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct TurnContext<'a> {
    #[serde(borrow)]
    pub model: Text<'a>,
}

/// `event_msg` of type `token_count`. There are many other types.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct EventMessage<'a> {
    #[serde(borrow, rename = "type")]
    pub kind: Text<'a>,
    pub info: LooseObject<TokenCountInfo>,
}

/// What the thread has used so far, and with its last response. The hash identifies both together.
#[derive(Default, Deserialize, Hash)]
#[serde(default)]
pub(super) struct TokenCountInfo {
    pub total_token_usage: Option<RolloutUsage>,
    pub last_token_usage: Option<RolloutUsage>,
}

/// `token_usage_record`: one response. Its `turn_token_usage` and `thread_token_usage` are sums that grow, so they are left alone.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct TokenUsageRecord<'a> {
    #[serde(borrow)]
    pub thread_id: Text<'a>,
    #[serde(borrow)]
    pub response_id: Text<'a>,
    pub usage: Option<RolloutUsage>,
}

/// Tokens as Codex states them: the input contains what was read from a cache and written into one, the output what the model thought.
/// The total is input + output, without an exception in 170,429 events (ccusage#1499), so that it need not be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(default)]
pub(super) struct RolloutUsage {
    #[serde(rename = "input_tokens")]
    pub input: Count,
    #[serde(rename = "cached_input_tokens")]
    pub cached: Count,
    #[serde(rename = "cache_write_input_tokens")]
    pub cache_write: Count,
    #[serde(rename = "output_tokens")]
    pub output: Count,
    #[serde(rename = "reasoning_output_tokens")]
    pub reasoning: Count,
}

impl RolloutUsage {
    pub fn is_nothing(&self) -> bool {
        self.input.0 == 0 && self.output.0 == 0
    }

    /// Whether fewer tokens were used than before, which no sum can say of the same count.
    pub fn is_below(&self, before: &Self) -> bool {
        self.input.0 < before.input.0 || self.output.0 < before.output.0
    }

    /// What was used since a sum was lower.
    pub fn since(&self, before: &Self) -> Self {
        let more = |now: Count, then: Count| Count(now.0.saturating_sub(then.0));
        Self {
            input: more(self.input, before.input),
            cached: more(self.cached, before.cached),
            cache_write: more(self.cache_write, before.cache_write),
            output: more(self.output, before.output),
            reasoning: more(self.reasoning, before.reasoning),
        }
    }

    /// Classes that have no token in common. Parts that exceed their whole are cut to it: input + output stays what it is.
    pub fn counts(&self) -> TokenCounts {
        let input = self.input.0;
        let read = self.cached.0.min(input);
        let written = self.cache_write.0.min(input - read);
        TokenCounts {
            input: input - read - written,
            output: self.output.0,
            cache_write_5m: written,
            cache_write_1h: 0,
            cache_read: read,
            reasoning: self.reasoning.0.min(self.output.0),
        }
    }
}
