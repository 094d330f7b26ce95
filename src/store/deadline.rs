//! How long to keep trying. Uses the clock only to measure durations.

use std::{
    cell::Cell,
    thread,
    time::{Duration, Instant},
};

/// The first and the longest pause between two attempts.
const PAUSES: (Duration, Duration) = (Duration::from_micros(50), Duration::from_millis(2));

/// When to stop trying. Only the time spent waiting counts, so a long planning step leaves as much time to wait for others. Pauses grow
/// from one attempt to the next.
#[derive(Debug)]
pub(super) struct Deadline {
    wait: Duration,
    left: Cell<Duration>,
    since: Cell<Instant>,
    pause: Cell<Duration>,
}

impl Deadline {
    /// Allows at least one attempt, also where the wait is zero.
    pub(super) fn after(wait: Duration) -> Self {
        Self {
            wait,
            left: Cell::new(wait),
            since: Cell::new(Instant::now()),
            pause: Cell::new(PAUSES.0),
        }
    }

    pub(super) const fn waits(&self) -> bool {
        !self.wait.is_zero()
    }

    pub(super) fn begin(&self) {
        self.since.set(Instant::now());
        self.pause.set(PAUSES.0);
    }

    /// Pauses before the next attempt. False where the time is over.
    pub(super) fn pause(&self) -> bool {
        let left = self.left.get().saturating_sub(self.since.get().elapsed());
        self.left.set(left);
        self.since.set(Instant::now());
        if left.is_zero() {
            return false;
        }
        let pause = self.pause.get();
        thread::sleep(pause.min(left));
        self.pause.set((pause * 2).min(PAUSES.1));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_between_tries_does_not_shorten_the_wait() {
        let deadline = Deadline::after(Duration::from_millis(10));
        thread::sleep(Duration::from_millis(20));
        deadline.begin();
        assert!(deadline.pause());
        thread::sleep(Duration::from_millis(20));
        assert!(!deadline.pause());
        deadline.begin();
        assert!(!deadline.pause(), "what is used up stays used up");
        assert!(!Deadline::after(Duration::ZERO).pause());
    }
}
