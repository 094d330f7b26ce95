//! Notes on costs that are only a part: others are in another currency, or tokens have no price.

use super::{AT_LEAST, Cell, OutputStyle, joined};
use crate::{
    analysis::Cost,
    model::{Money, Tokens},
};

const UNPRICED: &str = "some tokens have no cost and no price";

pub fn remarks(cost: &Cost, style: OutputStyle) -> Vec<String> {
    let others = cost
        .others
        .iter()
        .map(|other| format!("and {}", style.money(*other)));
    let unpriced = (!cost.complete).then(|| match cost.unpriced_tokens {
        Some(Tokens(1)) => "at least: 1 token has no cost and no price".to_owned(),
        Some(tokens) => format!("at least: {tokens} tokens have no cost and no price"),
        None => format!("at least: {UNPRICED}"),
    });
    others.chain(unpriced).collect()
}

/// Explains the mark of partial costs. None if no cost has it.
pub fn note<'c>(costs: impl IntoIterator<Item = &'c Cost>) -> Option<String> {
    let (mut unpriced, mut others) = (None, None);
    for cost in costs {
        if !cost.complete {
            unpriced = Some(UNPRICED.to_owned());
        }
        if !cost.others.is_empty() {
            others = Some("some costs are in another currency".to_owned());
        }
    }
    let reasons = joined([unpriced, others], "; ");
    let note = format!("a cost marked with {AT_LEAST} is at least that: {reasons}");
    (!reasons.is_empty()).then_some(note)
}

/// For programs: the amount, its currency, whether it is an estimate, whether it is complete, and the amounts in other
/// currencies: `2.00 EUR 3.50 CHF`.
pub fn cells(cost: Option<&Cost>) -> [Cell; 5] {
    let of = |cell: fn(&Cost) -> Cell| Cell::some(cost, cell);
    let other = |other: &Money| Some(format!("{} {}", other.decimal(), other.currency));
    let others = cost.map(|cost| joined(cost.others.iter().map(other), " "));
    [
        of(Cell::cost),
        of(|cost| Cell::word(cost.money.currency.code())),
        of(|cost| Cell::flag(cost.estimate)),
        of(|cost| Cell::flag(cost.complete)),
        Cell::some(others, Cell::Word),
    ]
}
