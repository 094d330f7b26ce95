//! Tokens of which every class is known, as transcripts and exports state them.

use std::ops::AddAssign;

use schemars::JsonSchema;
use serde::Serialize;
use strum::{Display, EnumString, VariantArray};

use super::{Percent, TokenClasses, Tokens};

/// What tokens were used for. The classes of one response have no token in common.
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
    Display,
    EnumString,
    VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum TokenClass {
    /// Read by the model, neither from nor into a cache.
    Input,
    /// Written by the model, what it thought included.
    Output,
    /// Read by the model and written into a cache, for whatever time.
    CacheWrite,
    /// Read from a cache.
    CacheRead,
}

/// Numbers of tokens by class. All of them are known: zero is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, JsonSchema)]
pub struct TokenCounts {
    /// Read by the model, neither from nor into a cache.
    pub input: u64,
    /// Written by the model, what it thought included.
    pub output: u64,
    /// Written into a cache for five minutes, or for a time that is not stated.
    pub cache_write_5m: u64,
    /// Written into a cache for an hour.
    pub cache_write_1h: u64,
    /// Read from a cache.
    pub cache_read: u64,
    /// Of the output, what the model thought.
    pub reasoning: u64,
}

impl TokenCounts {
    /// Every token once. Reasoning is part of the output.
    pub const fn total(&self) -> u64 {
        self.input
            .saturating_add(self.output)
            .saturating_add(self.cache_write())
            .saturating_add(self.cache_read)
    }

    /// Written into a cache, for whatever time.
    pub const fn cache_write(&self) -> u64 {
        self.cache_write_5m.saturating_add(self.cache_write_1h)
    }

    /// All that the model read: the size of its context.
    pub const fn context(&self) -> u64 {
        self.input
            .saturating_add(self.cache_write())
            .saturating_add(self.cache_read)
    }

    /// What remains of each class without some tokens of it.
    pub const fn saturating_sub(&self, some: &Self) -> Self {
        Self {
            input: self.input.saturating_sub(some.input),
            output: self.output.saturating_sub(some.output),
            cache_write_5m: self.cache_write_5m.saturating_sub(some.cache_write_5m),
            cache_write_1h: self.cache_write_1h.saturating_sub(some.cache_write_1h),
            cache_read: self.cache_read.saturating_sub(some.cache_read),
            reasoning: self.reasoning.saturating_sub(some.reasoning),
        }
    }

    pub const fn of(&self, class: TokenClass) -> u64 {
        match class {
            TokenClass::Input => self.input,
            TokenClass::Output => self.output,
            TokenClass::CacheWrite => self.cache_write(),
            TokenClass::CacheRead => self.cache_read,
        }
    }

    /// The classes as a usage line states them.
    pub const fn classes(&self) -> TokenClasses {
        TokenClasses {
            input: Some(Tokens(self.input)),
            output: Some(Tokens(self.output)),
            cache_write: Some(Tokens(self.cache_write())),
            cache_read: Some(Tokens(self.cache_read)),
        }
    }
}

#[cfg(test)]
impl TokenCounts {
    /// Input, output, cache write for five minutes and for an hour, and cache read.
    pub const fn from_array([input, output, short, long, cache_read]: [u64; 5]) -> Self {
        Self {
            input,
            output,
            cache_write_5m: short,
            cache_write_1h: long,
            cache_read,
            reasoning: 0,
        }
    }
}

impl AddAssign for TokenCounts {
    fn add_assign(&mut self, other: Self) {
        for (sum, more) in [
            (&mut self.input, other.input),
            (&mut self.output, other.output),
            (&mut self.cache_write_5m, other.cache_write_5m),
            (&mut self.cache_write_1h, other.cache_write_1h),
            (&mut self.cache_read, other.cache_read),
            (&mut self.reasoning, other.reasoning),
        ] {
            *sum = sum.saturating_add(more);
        }
    }
}

impl TokenClasses {
    /// How much of what the models read came from a cache: cache read / (cache read + cache write + input). None where one of the three
    /// is not known, or nothing was read.
    pub fn cache_hit_rate(&self) -> Option<Percent> {
        let (read, written, input) = (self.cache_read?, self.cache_write?, self.input?);
        let whole = i128::from(read.0) + i128::from(written.0) + i128::from(input.0);
        Percent::new(read.0, whole)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hit_rate_is_the_part_of_what_was_read_that_came_from_a_cache() {
        let counts = TokenCounts {
            input: 100,
            output: 5_000,
            cache_write_5m: 60,
            cache_write_1h: 40,
            cache_read: 800,
            reasoning: 10,
        };
        assert_eq!((counts.total(), counts.context()), (6_000, 1_000));
        let rate = counts.classes().cache_hit_rate().unwrap();
        assert_eq!(rate.to_string(), "80.0%");
        let unknown = TokenClasses {
            input: None,
            ..counts.classes()
        };
        assert_eq!(unknown.cache_hit_rate(), None);
        assert_eq!(TokenCounts::default().classes().cache_hit_rate(), None);
    }
}
