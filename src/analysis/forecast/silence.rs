//! The complete days since the last row: either nothing was used, or the usage is not recorded. The forecast takes them as days
//! without usage.

use chrono::{Days, NaiveDate};
use schemars::JsonSchema;
use serde::Serialize;
use serde_with::skip_serializing_none;

use super::{
    history::{History, MAX_UNDATED},
    number::{as_float, as_units},
};
use crate::model::{LastRow, Measured, Money, RowDate, Tokens, Units};

/// Complete days since the last row of the log: three at least, and more than it ever left out in between.
#[skip_serializing_none]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Silence {
    /// The day of the last row.
    pub last_row: NaiveDate,
    /// The complete days since then. They count as days on which nothing was used.
    pub days: usize,
    /// The average of the complete days until the last row, those without usage included.
    pub tokens_per_day_before: Option<Tokens>,
    /// The same of a log that states only costs.
    pub cost_per_day_before: Option<Money>,
}

impl Silence {
    const MIN_DAYS: usize = 3;

    pub(super) fn of(
        history: &History,
        last_row: Option<LastRow>,
        today: NaiveDate,
    ) -> Option<Self> {
        let RowDate::Day(last_row) = last_row?.date else {
            return None;
        };
        let first_without = last_row.checked_add_days(Days::new(1))?;
        let days = usize::try_from((today - first_without).num_days()).ok()?;
        if days < Self::MIN_DAYS || history.whole.undated_ratio() > MAX_UNDATED {
            return None;
        }
        let known = usize::try_from((first_without - history.first).num_days()).unwrap_or(0);
        let before = history
            .whole
            .days
            .get(..known)
            .unwrap_or(&history.whole.days);
        if longest_gap(before) >= days {
            return None;
        }
        let average = before.iter().sum::<f64>() / as_float(before.len().max(1) as u64);
        let average = history.measure.amount(as_units(average));
        let (tokens_per_day_before, cost_per_day_before) = average.split();
        Some(Self {
            last_row,
            days,
            tokens_per_day_before,
            cost_per_day_before,
        })
    }

    /// What would be missing from the log if work went on as before.
    pub fn if_as_before(self) -> Measured {
        let days = i128::try_from(self.days).unwrap_or(i128::MAX);
        let daily = self.per_day_before();
        daily.with(Units(daily.units().0.saturating_mul(days)))
    }

    pub fn per_day_before(self) -> Measured {
        Measured::join(self.tokens_per_day_before, self.cost_per_day_before)
    }
}

/// The most days in a row without usage, between days with usage.
fn longest_gap(days: &[f64]) -> usize {
    let is_empty = |spent: &f64| *spent <= 0.0;
    let gaps = days.split(|spent| !is_empty(spent)).skip(1);
    gaps.map(<[f64]>::len).max().unwrap_or(0)
}
