//! Thresholds that are reached: the message, and whether the bell may ring.

use chrono::NaiveTime;

use crate::{
    analysis::{Spending, StatusReport},
    model::Level,
};

/// The percentage points that a figure must fall below a threshold before the bell rings for it again.
const REARM: i128 = 2;

/// The level of what is used, the message if it rose, and whether the bell may ring: once for each threshold, and never at the
/// start. `rung` is the threshold that it has rung for.
pub fn crossed(
    rung: &mut Option<u32>,
    before: Option<&StatusReport>,
    report: &StatusReport,
    now: NaiveTime,
) -> (Option<Level>, Option<String>, bool) {
    let Some(spending) = report.spending() else {
        return (None, None, false);
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
    let armed = (*rung).min(reached(REARM));
    *rung = armed.max(reached(0));
    let before = before.map(StatusReport::spending);
    let rings = before.is_some() && reached(0) > armed;
    let rose = before
        .flatten()
        .is_some_and(|before| before.level < spending.level);
    let message = rose.then(|| {
        let passed = reached(0).unwrap_or_default();
        let (used, budget) = (spending.written(used), spending.written(budget));
        let share = spending.share().map(|share| format!(" ({share})"));
        let (share, time) = (share.unwrap_or_default(), now.format("%H:%M"));
        format!("reached {passed}%: {used} of {budget}{share} at {time}")
    });
    (Some(spending.level), message, rings)
}
