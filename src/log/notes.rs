//! Lists under a label: efficiency metrics, efficiency targets, budget status.

use super::cell;
use crate::model::{NoteValue, fold_name};

/// Whether the list under a label is read, in whatever section it is.
pub(super) fn is_known_label(label: &str) -> bool {
    let label = fold_name(label.trim_matches(|c: char| !c.is_alphanumeric()));
    [
        "budget",
        "token efficiency",
        "efficiency metrics",
        "efficiency targets",
    ]
    .iter()
    .any(|known| label.contains(known))
}

/// What an item says, or that it cannot be read. `None` where it means nothing here.
pub(super) fn read(item: &str) -> Option<Result<NoteValue, cell::Unreadable>> {
    let (key, value) = item.split_once(':')?;
    let value = value.trim();
    if cell::is_absent(value) {
        return None;
    }
    let cell = || cell::leading_tokens(value).ok_or(cell::Unreadable);
    let amount = || Ok(cell()?.used);
    let range = || cell().map(|cell| (cell.from.unwrap_or(cell.used.value), cell.used.value));
    Some(match fold_name(key).as_str() {
        "total budget" | "budget" | "monthly budget" | "token budget" => {
            amount().map(NoteValue::TotalBudget)
        }
        "current usage" => amount().map(|used| NoteValue::CurrentUsage(used, cell::percent(value))),
        "remaining budget" => amount().map(|left| NoteValue::Remaining(left, cell::percent(value))),
        "projected final" => range().map(|(from, to)| NoteValue::ProjectedFinal(from, to)),
        "risk level" => {
            let level = value.trim_start_matches(|c: char| !c.is_alphanumeric());
            Ok(NoteValue::RiskLevel(level.to_owned()))
        }
        "target per team" => range().map(|(from, to)| NoteValue::EfficiencyTarget(from, to)),
        "alert threshold" => amount().map(|used| NoteValue::EfficiencyAlert(used.value)),
        _ => {
            let (count, deliverables) = cell::efficiency(value)?;
            let team = key.trim().to_owned();
            Ok(NoteValue::Efficiency {
                team,
                count,
                deliverables,
            })
        }
    })
}
