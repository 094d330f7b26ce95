//! The parts of the lines of a rollout that state usage, and whose it is.

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

/// `session_meta`: the first one of a file is that of its own thread; in a fork, the second is that of its parent.
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

/// Most sources are one word, like `cli`.
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

/// `turn_context`: the model of what follows. Models in nested objects are other settings (codeburn#1040).
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

/// What the thread has used so far, and what its last response used. The hash covers both.
#[derive(Default, Deserialize, Hash)]
#[serde(default)]
pub(super) struct TokenCountInfo {
    pub total_token_usage: Option<RolloutUsage>,
    pub last_token_usage: Option<RolloutUsage>,
}

/// `token_usage_record`: one response. Its `turn_token_usage` and `thread_token_usage` are running sums, and not read.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct TokenUsageRecord<'a> {
    #[serde(borrow)]
    pub thread_id: Text<'a>,
    #[serde(borrow)]
    pub response_id: Text<'a>,
    pub usage: Option<RolloutUsage>,
}

/// Tokens as Codex states them: the input includes cache reads and cache writes, the output includes reasoning. The total is not read, as
/// it is input + output in all of 170,429 events (ccusage#1499).
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

    /// Whether its input or output is less than before, so that the running sum started again.
    pub fn is_below(&self, before: &Self) -> bool {
        self.input.0 < before.input.0 || self.output.0 < before.output.0
    }

    /// What was used since the running sum was `before`.
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

    /// The tokens by class, each in one class only. Parts that exceed their whole are cut to it, so that input + output stays the same.
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
