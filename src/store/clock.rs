//! How long something may take. Asks the clock for nothing but spans.

use std::{
    cell::Cell,
    thread,
    time::{Duration, Instant},
};

/// The first and the longest pause between two tries.
const PAUSES: (Duration, Duration) = (Duration::from_micros(50), Duration::from_millis(2));

/// Now, for measuring spans.
#[expect(clippy::disallowed_methods, reason = "spans of waiting are no input")]
pub(super) fn now() -> Instant {
    Instant::now()
}

/// When to stop trying. Pauses get longer from one try to the next.
#[derive(Debug)]
pub(super) struct Deadline {
    start: Instant,
    wait: Duration,
    pause: Cell<Duration>,
}

impl Deadline {
    /// Tries for as long as this, and once in any case.
    pub(super) fn after(wait: Duration) -> Self {
        Self {
            start: now(),
            wait,
            pause: Cell::new(PAUSES.0),
        }
    }

    /// Whether anybody is waited for at all.
    pub(super) const fn waits(&self) -> bool {
        !self.wait.is_zero()
    }

    /// Pauses before the next try. False where there is to be none.
    pub(super) fn pause(&self) -> bool {
        let left = self.wait.saturating_sub(self.start.elapsed());
        if left.is_zero() {
            return false;
        }
        let pause = self.pause.get();
        thread::sleep(pause.min(left));
        self.pause.set((pause * 2).min(PAUSES.1));
        true
    }
}
