//! Savings per operation: tokens per 1,000 operations before and after.

use schemars::JsonSchema;
use serde::Serialize;
use serde_with::skip_serializing_none;

use super::{ledger::preferred, reconciled_month::ReconciledMonth};
use crate::{
    model::{Tokens, ratio},
    text::Place,
};

/// What was saved by each operation and on average.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Optimizations {
    pub operations: Vec<Saving>,
    /// The average that the log states.
    pub stated_average: Option<Saving>,
    /// The mean of the operations, all counting alike: the log gives them no weights. Rounded half up.
    pub computed_average: Option<Saving>,
}

/// An operation, or an average of several.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Saving {
    pub operation: String,
    /// Tokens per 1,000 operations before.
    pub before_tokens: Option<Tokens>,
    /// Tokens per 1,000 operations after.
    pub after_tokens: Option<Tokens>,
    /// The share that was saved. Absent where more is needed than before.
    pub saved_ratio: Option<f64>,
    #[serde(flatten)]
    pub place: Option<Place>,
}

impl Saving {
    /// What was saved of what, for a percentage. None where more is needed than before.
    pub fn saved(&self) -> Option<(Tokens, Tokens)> {
        let (before, after) = (self.before_tokens?, self.after_tokens?);
        (after <= before).then(|| (before.saturating_sub(after), before))
    }

    fn new(operation: String, before: Option<Tokens>, after: Option<Tokens>) -> Self {
        let mut saving = Self {
            operation,
            before_tokens: before,
            after_tokens: after,
            saved_ratio: None,
            place: None,
        };
        saving.saved_ratio = saving
            .saved()
            .and_then(|(saved, before)| ratio(saved.0, before.0));
        saving
    }
}

impl Optimizations {
    /// None where the log has no such table.
    pub(super) fn of(reconciled: &ReconciledMonth) -> Option<Self> {
        let (mut operations, mut stated_average) = (Vec::new(), None);
        for row in preferred(&reconciled.ledger.optimizations, |row| row.place) {
            let (before, after) = (
                row.before.map(|cell| cell.value),
                row.after.map(|cell| cell.value),
            );
            let mut saving = Saving::new(row.operation.clone(), before, after);
            saving.place = Some(row.place);
            if row.average {
                stated_average.get_or_insert(saving);
            } else {
                operations.push(saving);
            }
        }
        if operations.is_empty() && stated_average.is_none() {
            return None;
        }
        Some(Self {
            computed_average: mean(&operations),
            operations,
            stated_average,
        })
    }
}

fn mean(operations: &[Saving]) -> Option<Saving> {
    let figures = |saving: &Saving| {
        let (before, after) = (saving.before_tokens?.0, saving.after_tokens?.0);
        Some((u128::from(before), u128::from(after)))
    };
    let pairs: Vec<(u128, u128)> = operations.iter().filter_map(figures).collect();
    let count = pairs.len() as u128;
    let mean = |sum: u128| (sum * 2 + count).checked_div(count * 2)?.try_into().ok();
    let before = mean(pairs.iter().map(|(before, _)| before).sum())?;
    let after = mean(pairs.iter().map(|(_, after)| after).sum())?;
    let operation = format!("mean of {count}");
    Some(Saving::new(
        operation,
        Some(Tokens(before)),
        Some(Tokens(after)),
    ))
}
