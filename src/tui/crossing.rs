//! Thresholds that are crossed upwards: the message, and whether the bell may ring.

use chrono::NaiveTime;

use crate::{
    analysis::{Spending, StatusReport},
    model::Level,
};

/// The percentage points that a figure must fall below a threshold before the bell rings for it again.
const REARM: i128 = 2;

#[derive(Clone, Copy, Debug, Default)]
pub struct Crossing {
    /// The bell has rung for those up to this one, in percent.
    rung: Option<u32>,
}

#[derive(Debug, Default)]
pub struct Crossed {
    pub level: Option<Level>,
    pub message: Option<String>,
    /// Once for each threshold, and never at the start.
    pub rings: bool,
}

impl Crossing {
    pub fn update(
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
        // A threshold well above the figure may ring again.
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
