//! Notes on costs that are only a part: others are in another currency, or tokens have no price.

use super::{AT_LEAST, Style};
use crate::analysis::Cost;

const UNPRICED: &str = "some tokens have no cost and no price";

pub fn remarks(cost: &Cost, style: Style) -> Vec<String> {
    let others = cost
        .others
        .iter()
        .map(|other| format!("and {}", style.money(*other)));
    let unpriced = (!cost.complete).then(|| format!("at least: {UNPRICED}"));
    others.chain(unpriced).collect()
}

/// Explains the mark of partial costs. None if no cost has it.
pub fn note<'c>(costs: impl IntoIterator<Item = &'c Cost>) -> Option<String> {
    let costs: Vec<&Cost> = costs.into_iter().collect();
    let reasons: Vec<&str> = [
        (costs.iter().any(|cost| !cost.complete), UNPRICED),
        (
            costs.iter().any(|cost| !cost.others.is_empty()),
            "some costs are in another currency",
        ),
    ]
    .into_iter()
    .filter_map(|(is, reason)| is.then_some(reason))
    .collect();
    (!reasons.is_empty()).then(|| {
        format!(
            "a cost marked with {AT_LEAST} is at least that: {}",
            reasons.join("; ")
        )
    })
}

/// The amounts in other currencies, for programs: `2.00 EUR 3.50 CHF`.
pub fn others(cost: &Cost) -> String {
    let others: Vec<String> = cost
        .others
        .iter()
        .map(|other| format!("{} {}", other.decimal(), other.currency))
        .collect();
    others.join(" ")
}
