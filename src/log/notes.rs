//! Lists under a label: efficiency metrics, efficiency targets, budget status.

use super::cell;
use crate::model::{NoteValue, fold_name};

/// A label that makes the list under it worth reading, wherever it stands.
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
    let amount = || cell::leading_tokens(value).ok_or(cell::Unreadable);
    let range = |cell: cell::TokenCell| (cell.from.unwrap_or(cell.used.value), cell.used.value);
    Some(match fold_name(key).as_str() {
        "total budget" | "budget" | "monthly budget" | "token budget" => {
            amount().map(|cell| NoteValue::TotalBudget(cell.used))
        }
        "current usage" => {
            amount().map(|cell| NoteValue::CurrentUsage(cell.used, cell::percent(value)))
        }
        "remaining budget" => {
            amount().map(|cell| NoteValue::Remaining(cell.used, cell::percent(value)))
        }
        "projected final" => amount()
            .map(range)
            .map(|(from, to)| NoteValue::ProjectedFinal(from, to)),
        "risk level" => Ok(NoteValue::RiskLevel(
            value
                .trim_start_matches(|c: char| !c.is_alphanumeric())
                .to_owned(),
        )),
        "target per team" => amount()
            .map(range)
            .map(|(from, to)| NoteValue::EfficiencyTarget(from, to)),
        "alert threshold" => amount().map(|cell| NoteValue::EfficiencyAlert(cell.used.value)),
        _ => {
            let cell = cell::efficiency(value)?;
            Ok(NoteValue::Efficiency {
                team: key.trim().to_owned(),
                count: cell.count,
                deliverables: cell.deliverables,
            })
        }
    })
}
