//! Random numbers that a seed makes again.

use std::{
    hash::{BuildHasher, RandomState},
    time::Duration,
};

/// `SplitMix64`.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// A number below another one.
    pub(crate) const fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// A time up to this many milliseconds.
    pub(crate) const fn millis(&mut self, most: u64) -> Duration {
        Duration::from_micros(self.below(most * 1_000 + 1))
    }
}

/// The seed of this run: one that was asked for, or a new one.
pub(crate) fn seed() -> u64 {
    match std::env::var("TOKMON_SEED") {
        Ok(seed) => seed.parse().expect("TOKMON_SEED is a number"),
        Err(_) => RandomState::new().hash_one(()) % 1_000_000,
    }
}
