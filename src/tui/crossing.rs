//! When a threshold is crossed upwards: what is said of it, and whether the bell may ring.

use chrono::NaiveTime;

use crate::{
    analysis::StatusReport,
    model::{Level, Percent, Thresholds},
};

/// Points of a percent that a figure has to fall below a threshold before the bell may ring for it again.
const REARM: u64 = 2;

/// The thresholds that were seen to be reached.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Crossing {
    /// The bell has rung for those up to this one, in percent.
    rung: Option<u32>,
}

/// What is to be made of new figures.
#[derive(Debug, Default)]
pub(super) struct Crossed {
    /// What is said, and how bad it is. None where the level did not rise.
    pub(super) message: Option<(String, Level)>,
    /// The bell may ring: once for each threshold, and never at the start.
    pub(super) rings: bool,
}

impl Crossing {
    /// Sees figures, and those before them.
    pub(super) fn see(
        &mut self,
        before: Option<&StatusReport>,
        report: &StatusReport,
        now: NaiveTime,
    ) -> Crossed {
        let (used, Some(budget), Some(level)) =
            (report.used.tokens, report.budget.tokens, report.level)
        else {
            return Crossed::default();
        };
        let reached = |below: u64| {
            let steps = report.budget.thresholds.steps();
            let reached = steps.into_iter().filter(|(percent, _)| {
                let tokens = Thresholds::tokens_at(*percent, budget);
                used.0 >= tokens.0.saturating_sub(budget.0 / 100 * below)
            });
            reached.map(|(percent, _)| percent).max()
        };
        // A threshold that the figure has fallen well below may ring again.
        let armed = self.rung.min(reached(REARM));
        self.rung = armed.max(reached(0));
        let rose = before.is_some_and(|before| before.level < Some(level));
        Crossed {
            message: rose.then(|| {
                let share = Percent::of(used.0, budget.0).map(|share| format!(" ({share})"));
                let share = share.unwrap_or_default();
                let message = format!("{used} of {budget}{share} at {}", now.format("%H:%M"));
                (message, level)
            }),
            rings: before.is_some() && reached(0) > armed,
        }
    }
}
