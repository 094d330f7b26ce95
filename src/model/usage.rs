//! One spending, wherever it comes from: the options of a command, a line of a batch, an import.

use chrono::{DateTime, FixedOffset};

use super::{Currency, Status, Tokens};

/// Tokens by what they were used for, each where it is known. Only `tokens` counts against a budget.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TokenClasses {
    /// Read by the model, neither from nor into a cache.
    pub input: Option<Tokens>,
    /// Written by the model.
    pub output: Option<Tokens>,
    /// Read by the model and written into a cache.
    pub cache_write: Option<Tokens>,
    /// Read from a cache.
    pub cache_read: Option<Tokens>,
}

impl TokenClasses {
    /// The keys of usage lines and batches, with the tokens of each.
    pub const fn by_key(&self) -> [(&'static str, Option<Tokens>); 4] {
        [
            ("input", self.input),
            ("output", self.output),
            ("cache_write", self.cache_write),
            ("cache_read", self.cache_read),
        ]
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatedCost {
    pub nanos: u64,
    /// None where only a number is given: then it is in the log's currency.
    pub currency: Option<Currency>,
}

/// One spending that is to be recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Usage {
    pub time: DateTime<FixedOffset>,
    pub team: String,
    /// What counts against the budget.
    pub tokens: Tokens,
    pub classes: TokenClasses,
    pub task: Option<String>,
    pub cost: Option<StatedCost>,
    pub status: Option<Status>,
    pub deliverables: Option<u64>,
    pub minutes: Option<u64>,
    pub model: Option<String>,
    /// Makes a second attempt harmless: an id counts once.
    pub id: String,
    pub hold: Option<String>,
}
