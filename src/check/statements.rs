//! Rules on what a log says about its own figures.

use crate::{
    analysis::{Closed, stated_budget},
    diagnostic::{Code, Diagnostic},
    model::{Amount, Note, NoteValue, Policy, Tokens},
    text::Place,
};

/// A part, the whole, the percentage stated beside them, and where.
type Stated = (Amount<Tokens>, Amount<Tokens>, Amount<u64>, Place);

/// Percentages that contradict the figures they stand beside.
pub(super) fn percentages(closed: &Closed, policy: &Policy) -> Vec<Diagnostic> {
    let budget = stated_budget(closed, policy).map(|budget| Amount::exact(budget.tokens));
    let totals =
        closed.month.totals.iter().filter_map(|total| {
            Some((total.figures.tokens?, budget?, total.percent?, total.place))
        });
    let notes = closed
        .notes()
        .iter()
        .filter(|_| closed.month.newest)
        .filter_map(|note| match &note.value {
            NoteValue::CurrentUsage(tokens, percent) | NoteValue::Remaining(tokens, percent) => {
                Some((*tokens, budget?, (*percent)?, note.place))
            }
            _ => None,
        });
    let rows = closed
        .allocations()
        .filter_map(|row| Some((row.used?, row.allocated?, row.percent?, row.place)));
    let all: Vec<Stated> = totals.chain(notes).chain(rows).collect();
    all.into_iter()
        .filter_map(|(part, whole, percent, place)| percent_differs(part, whole, percent, place))
        .collect()
}

/// A percentage fits if it is one of the part and the whole, each as exactly as it is written, rounded either way.
fn percent_differs(
    part: Amount<Tokens>,
    whole: Amount<Tokens>,
    percent: Amount<u64>,
    place: Place,
) -> Option<Diagnostic> {
    let half = |unit: u64| if unit > 1 { u128::from(unit / 2) } else { 0 };
    let value = |amount: &Amount<Tokens>| u128::from(amount.value.0);
    let hundredths = |part: u128, whole: u128| (part * 10_000).checked_div(whole);
    let most = hundredths(
        value(&part) + half(part.unit),
        value(&whole).saturating_sub(half(whole.unit)),
    );
    let least = hundredths(
        value(&part).saturating_sub(half(part.unit)),
        value(&whole) + half(whole.unit),
    )?;
    let (stated, unit) = (u128::from(percent.value), u128::from(percent.unit));
    let fits = stated + unit > least && most.is_none_or(|most| stated < most + unit);
    if fits || part.estimate || whole.estimate {
        return None;
    }
    let is = hundredths(value(&part), value(&whole))?;
    // Rounded half up, as a writer would.
    let tenths = |hundredths: u128| (hundredths + 5) / 10;
    let shown = |tenths: u128| format!("{}.{}%", tenths / 10, tenths % 10);
    let (stated, is) = (shown(tenths(stated)), shown(tenths(is)));
    let (part, whole) = (part.value, whole.value);
    Some(
        Diagnostic::new(
            Code::PercentDiffers,
            format!("{stated} is stated, and {part} of {whole} is {is}"),
            place,
        )
        .label(format!("{part} is {is} of {whole}"))
        .help(format!("write {is} beside this figure")),
    )
}

/// Two notes that give different budgets.
pub(super) fn conflicting_notes(closed: &Closed, _: &Policy) -> Vec<Diagnostic> {
    let budgets = |in_notes: bool| {
        let notes = closed
            .notes()
            .iter()
            .filter(move |note: &&Note| note.in_notes_section == in_notes);
        notes.filter_map(|note| match note.value {
            NoteValue::TotalBudget(tokens) => Some((tokens, note.place)),
            _ => None,
        })
    };
    let mut all = budgets(true).chain(budgets(false));
    let Some((first, place)) = all.next() else {
        return Vec::new();
    };
    all.filter(|(other, _)| !other.agrees_with(&first))
        .map(|(other, at)| {
            Diagnostic::new(
                Code::ConflictingStatements,
                format!(
                    "two budgets are stated, {} and {}",
                    first.value, other.value
                ),
                at,
            )
            .label("not used")
            .related(place, "this one is used")
            .help("remove one of them")
        })
        .collect()
}
