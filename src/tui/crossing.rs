//! When a threshold is crossed upwards: what is said of it, and whether the bell may ring. Sees figures only; whether anybody wants
//! a bell is not its business.

use chrono::NaiveTime;

use crate::{
    analysis::{Spending, StatusReport},
    model::Level,
};

/// Points of a percent that a figure has to fall below a threshold before the bell may ring for it again.
const REARM: i128 = 2;

/// The thresholds that were seen to be reached.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Crossing {
    /// The bell has rung for those up to this one, in percent.
    rung: Option<u32>,
}

/// What is to be made of new figures.
#[derive(Debug, Default)]
pub(super) struct Crossed {
    /// The level they have.
    pub(super) level: Option<Level>,
    /// What is said, where that rose.
    pub(super) message: Option<String>,
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
        let Some(spending) = report.spending() else {
            return Crossed::default();
        };
        let Spending { used, budget, .. } = spending;
        let at = &report.budget.thresholds;
        let reached = |below: i128| {
            let margin = budget.saturating_mul(below) / 100;
            let level = at.level(used.saturating_add(margin), budget);
            let reached = at.steps().into_iter().filter(|(_, step)| *step <= level);
            reached.map(|(percent, _)| percent).max()
        };
        // A threshold that the figure has fallen well below may ring again.
        let armed = self.rung.min(reached(REARM));
        self.rung = armed.max(reached(0));
        let before = before.map(StatusReport::spending);
        let rose = before
            .flatten()
            .is_some_and(|before| before.level < spending.level);
        Crossed {
            level: Some(spending.level),
            message: rose.then(|| {
                let passed = reached(0).unwrap_or_default();
                let (used, budget) = (spending.written(used), spending.written(budget));
                let share = spending.share().map(|share| format!(" ({share})"));
                let (share, time) = (share.unwrap_or_default(), now.format("%H:%M"));
                format!("passed {passed}%: {used} of {budget}{share} at {time}")
            }),
            rings: before.is_some() && reached(0) > armed,
        }
    }
}
