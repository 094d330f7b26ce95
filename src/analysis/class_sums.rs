//! Tokens by class, added up, and how much of what the models read came from a cache. What a log states without classes is in none of
//! these sums: `tokens` says how much of the usage they are about.

use std::ops::AddAssign;

use schemars::JsonSchema;
use serde::Serialize;

use crate::model::{Figures, Percent, TokenClasses, Tokens, ratio};

/// Tokens by class, of the usage that states all of its classes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ClassSums {
    /// Read by the models, neither from nor into a cache.
    pub input: Tokens,
    /// Written by the models.
    pub output: Tokens,
    /// Read by the models and written into a cache.
    pub cache_write: Tokens,
    /// Read from a cache.
    pub cache_read: Tokens,
    /// What counts as used of the usage that these are the classes of. Less than what is used where other usage states no classes.
    pub counted_tokens: Tokens,
}

impl ClassSums {
    /// The classes of one entry. None unless all four are stated, since one that is absent is not zero.
    pub fn of(figures: &Figures) -> Option<Self> {
        let TokenClasses {
            input,
            output,
            cache_write,
            cache_read,
        } = figures.classes;
        Some(Self {
            input: input?,
            output: output?,
            cache_write: cache_write?,
            cache_read: cache_read?,
            counted_tokens: figures.tokens?.value,
        })
    }

    /// The sums of two parts, of which either may state no classes.
    pub(super) fn joined(one: Option<Self>, two: Option<Self>) -> Option<Self> {
        one.into_iter().chain(two).reduce(|mut one, two| {
            one += two;
            one
        })
    }

    /// Of two views of the same usage, the one that says more of its classes.
    pub(super) fn fuller(one: Option<Self>, two: Option<Self>) -> Option<Self> {
        let both = one.into_iter().chain(two);
        both.max_by_key(|sums| sums.counted_tokens)
    }

    /// Without what counts already.
    pub(super) fn less(self, surplus: Self) -> Self {
        let less = |sum: Tokens, surplus: Tokens| sum.saturating_sub(surplus);
        Self {
            input: less(self.input, surplus.input),
            output: less(self.output, surplus.output),
            cache_write: less(self.cache_write, surplus.cache_write),
            cache_read: less(self.cache_read, surplus.cache_read),
            counted_tokens: less(self.counted_tokens, surplus.counted_tokens),
        }
    }

    /// Each class with its name in documents and metrics.
    pub const fn by_name(&self) -> [(&'static str, Tokens); 4] {
        [
            ("input", self.input),
            ("output", self.output),
            ("cache_write", self.cache_write),
            ("cache_read", self.cache_read),
        ]
    }

    /// All that the models read: cache read, cache write and input.
    pub fn read(&self) -> i128 {
        [self.cache_read, self.cache_write, self.input]
            .into_iter()
            .map(|tokens| i128::from(tokens.0))
            .sum()
    }

    /// How much of that came from a cache. None where nothing was read.
    pub fn hit_rate(&self) -> Option<Percent> {
        Percent::new(self.cache_read.0, self.read())
    }

    /// The same as a number from 0 to 1.
    pub fn hit_ratio(&self) -> Option<f64> {
        ratio(self.cache_read.0, self.read())
    }
}

impl AddAssign for ClassSums {
    fn add_assign(&mut self, other: Self) {
        for (sum, more) in [
            (&mut self.input, other.input),
            (&mut self.output, other.output),
            (&mut self.cache_write, other.cache_write),
            (&mut self.cache_read, other.cache_read),
            (&mut self.counted_tokens, other.counted_tokens),
        ] {
            *sum = sum.saturating_add(more);
        }
    }
}
