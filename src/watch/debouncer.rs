//! When to read files that may have changed: soon after the first hint, again after the last one, and never so often that reading
//! takes all the time. Knows times only, which the caller gives.

use std::time::Duration;

/// Decides when to read files after hints that they may have changed: at once after the first hint, and again when the hints
/// have ended. All times are counted from the same moment, and never go back.
#[derive(Clone, Debug, Default)]
pub struct Debouncer {
    /// The first and the last hint since the last read.
    unread: Option<(Duration, Duration)>,
    read: Option<Duration>,
    /// No read begins before this time.
    backoff: Duration,
}

impl Debouncer {
    /// Without a hint for this time, a series of changes is over.
    pub const QUIET: Duration = Duration::from_millis(50);
    /// The shortest time from one read to the next.
    pub const PAUSE: Duration = Duration::from_millis(100);
    /// The longest time that a hint waits for its read.
    pub const LONGEST: Duration = Duration::from_secs(1);
    /// The pause after a read, in times of how long it took: many changes of a long log must not keep a core busy.
    const BACKOFF: u32 = 5;

    pub fn hint(&mut self, at: Duration) {
        let first = self.unread.map_or(at, |(first, _)| first);
        self.unread = Some((first, at));
    }

    /// When to read, which may be in the past; `None` without a hint.
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
        Some(due.max(read + Self::PAUSE).max(self.backoff))
    }

    /// A read begins now.
    pub fn read(&mut self, at: Duration) {
        self.unread = None;
        self.read = Some(at);
    }

    /// The read that began last has ended now.
    pub fn done(&mut self, at: Duration) {
        let took = at.saturating_sub(self.read.unwrap_or(at));
        self.backoff = at + (took * Self::BACKOFF).min(Self::LONGEST);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// When a caller that is never late reads, for hints at some times.
    fn reads(hints: &[Duration]) -> Vec<Duration> {
        let (mut debouncer, mut reads, mut now) =
            (Debouncer::default(), Vec::new(), Duration::ZERO);
        let mut read_up_to = |debouncer: &mut Debouncer, end: Duration, now: &mut Duration| {
            while let Some(due) = debouncer.due()
                && due < end
            {
                *now = due.max(*now);
                debouncer.read(*now);
                reads.push(*now);
            }
        };
        for &hint in hints {
            read_up_to(&mut debouncer, hint, &mut now);
            debouncer.hint(hint);
            now = hint;
        }
        read_up_to(&mut debouncer, Duration::MAX, &mut now);
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
    fn a_read_that_takes_long_is_followed_by_a_longer_pause() {
        for (took, backoff) in [(10, 90), (100, 500), (200, 1_000), (2_000, 1_000)] {
            let [took, backoff] = [took, backoff].map(Duration::from_millis);
            let mut debouncer = Debouncer::default();
            debouncer.read(Duration::ZERO);
            debouncer.hint(took / 2);
            debouncer.done(took);
            debouncer.hint(took);
            assert_eq!(debouncer.due(), Some(took + backoff), "{took:?}");
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
                let is_read = |read: &Duration| (hint..=hint + Debouncer::LONGEST).contains(read);
                prop_assert!(reads.iter().any(is_read), "{:?} is not read", hint);
            }
            for pair in reads.windows(2) {
                prop_assert!(pair[1] >= pair[0] + Debouncer::PAUSE, "{:?}", pair);
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
