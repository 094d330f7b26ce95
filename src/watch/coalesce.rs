//! When to read files that may have changed: soon after the first hint, again after the last one, and never so often that reading is
//! all there is time for. Knows times only, which the caller gives.

use std::time::Duration;

/// When to read files of which hints tell that they may have changed: at once after the first one, and again when the hints
/// have ended. Times are counted from one moment, the same for all of them, and never go back.
#[derive(Clone, Debug, Default)]
pub struct Coalesce {
    /// The first and the last hint since the last read.
    unread: Option<(Duration, Duration)>,
    read: Option<Duration>,
    /// No read begins before.
    rest: Duration,
}

impl Coalesce {
    /// Without hints for so long, what goes on is over.
    pub const QUIET: Duration = Duration::from_millis(50);
    /// The least from one read to the next: no more than ten a second, whatever comes.
    pub const PAUSE: Duration = Duration::from_millis(100);
    /// The most that a hint waits for its read.
    pub const LONGEST: Duration = Duration::from_secs(1);
    /// So many times as long as a read took is rested after it: a storm on a long log keeps no core busy.
    const REST: u32 = 5;

    /// Something may have changed.
    pub fn hint(&mut self, at: Duration) {
        let first = self.unread.map_or(at, |(first, _)| first);
        self.unread = Some((first, at));
    }

    /// When to read, a time that may be past; `None` without a hint.
    #[must_use]
    pub fn due(&self) -> Option<Duration> {
        let (first, last) = self.unread?;
        let Some(read) = self.read else {
            return Some(first);
        };
        let due = if first >= read + Self::QUIET {
            first
        } else {
            (last + Self::QUIET).min(first + Self::LONGEST)
        };
        Some(due.max(read + Self::PAUSE).max(self.rest))
    }

    /// A read begins now.
    pub fn read(&mut self, at: Duration) {
        self.unread = None;
        self.read = Some(at);
    }

    /// The read that began last has ended now.
    pub fn done(&mut self, at: Duration) {
        let took = at.saturating_sub(self.read.unwrap_or(at));
        self.rest = at + (took * Self::REST).min(Self::LONGEST);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// When a caller that is never late reads, for hints at some times.
    fn reads(hints: &[Duration]) -> Vec<Duration> {
        let (mut coalesce, mut reads, mut now) = (Coalesce::default(), Vec::new(), Duration::ZERO);
        let mut read_up_to = |coalesce: &mut Coalesce, end: Duration, now: &mut Duration| {
            while let Some(due) = coalesce.due()
                && due < end
            {
                *now = due.max(*now);
                coalesce.read(*now);
                reads.push(*now);
            }
        };
        for &hint in hints {
            read_up_to(&mut coalesce, hint, &mut now);
            coalesce.hint(hint);
            now = hint;
        }
        read_up_to(&mut coalesce, Duration::MAX, &mut now);
        reads
    }

    fn milliseconds(times: impl IntoIterator<Item = u64>) -> Vec<Duration> {
        times.into_iter().map(Duration::from_millis).collect()
    }

    #[test]
    fn the_first_hint_is_read_at_once_and_the_last_one_in_the_end() {
        for (hints, expected) in [
            (vec![], vec![]),
            (vec![7], vec![7]),
            (vec![7, 500], vec![7, 500]),
            (vec![0, 2, 4], vec![0, 100]),
            (vec![0, 40, 80], vec![0, 130]),
            (vec![0, 60], vec![0, 100]),
            (vec![0, 60, 120], vec![0, 100, 200]),
        ] {
            assert_eq!(
                reads(&milliseconds(hints.clone())),
                milliseconds(expected),
                "{hints:?}"
            );
        }
    }

    #[test]
    fn a_storm_is_read_now_and_then_and_in_the_end() {
        let hints: Vec<Duration> = (0..30_000)
            .map(|n| Duration::from_micros(100 * n))
            .collect();
        let reads = reads(&hints);
        assert!((3..=5).contains(&reads.len()), "{reads:?}");
        assert!(reads.last() > hints.last());
    }

    #[test]
    fn a_read_that_takes_long_is_followed_by_a_longer_rest() {
        for (took, rest) in [(10, 90), (100, 500), (200, 1_000), (2_000, 1_000)] {
            let [took, rest] = [took, rest].map(Duration::from_millis);
            let mut coalesce = Coalesce::default();
            coalesce.read(Duration::ZERO);
            coalesce.hint(took / 2);
            coalesce.done(took);
            coalesce.hint(took);
            assert_eq!(coalesce.due(), Some(took + rest), "{took:?}");
        }
    }

    proptest! {
        #[test]
        fn reads_follow_hints(gaps in prop::collection::vec(
            prop_oneof![0..2_000_u64, 0..80_000_u64, 0..2_000_000_u64], 0..200,
        )) {
            let hints: Vec<Duration> = gaps
                .iter()
                .scan(0, |at, gap| {
                    *at += gap;
                    Some(Duration::from_micros(*at))
                })
                .collect();
            let reads = reads(&hints);
            for &hint in &hints {
                let is_read = |read: &Duration| (hint..=hint + Coalesce::LONGEST).contains(read);
                prop_assert!(reads.iter().any(is_read), "{:?} is not read", hint);
            }
            for pair in reads.windows(2) {
                prop_assert!(pair[1] >= pair[0] + Coalesce::PAUSE, "{:?}", pair);
            }
            let mut after = None;
            for &read in &reads {
                let is_new = |hint: &&Duration| after.is_none_or(|after| **hint >= after) && **hint <= read;
                prop_assert!(hints.iter().any(|hint| is_new(&hint)), "{:?} is without a hint", read);
                after = Some(read);
            }
        }
    }
}
