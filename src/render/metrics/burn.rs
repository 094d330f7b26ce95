//! How fast the budget is used up, as site reliability engineers measure it: 1 is a pace that uses up exactly the budget by the end of
//! the month (Google SRE Workbook, chapter 5). A log by the day cannot show minutes, so windows are whole days.

use crate::{analysis::StatusReport, model::ratio};

/// The windows in days, each with its label.
const WINDOWS: [(usize, &str); 3] = [(1, "1d"), (3, "3d"), (7, "7d")];

/// The burn rate over the last complete days of the month. None over more days than have passed since the month or the log began, and
/// where the budget is reset by hand: nothing says for how long it has to last.
pub fn burn_rates(report: &StatusReport) -> Vec<(&'static str, f64)> {
    let budget = report.limit().filter(|_| report.period.is_none());
    let Some(budget) = budget else {
        return Vec::new();
    };
    let today = report.now.date_naive();
    let complete = report.forecast.used_by_day.iter();
    let complete: Vec<i128> = complete
        .filter(|day| day.date < today)
        .map(|day| day.used().units().0)
        .collect();
    let days_of_month = report.month.last_day() - report.month.first_day();
    let days_of_month = days_of_month.num_days() + 1;
    let over = |(days, label)| {
        let end = *complete.last()?;
        let before = match complete.len().checked_sub(days + 1) {
            Some(at) => *complete.get(at)?,
            None if complete.len() == days => 0,
            None => return None,
        };
        let used = (end - before).max(0).saturating_mul(days_of_month.into());
        let allowed = budget.units().0.saturating_mul(i128::try_from(days).ok()?);
        Some((label, ratio(used, allowed)?))
    };
    WINDOWS.into_iter().filter_map(over).collect()
}
