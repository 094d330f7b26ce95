//! Rules on what a log says about its own figures.

use crate::{
    analysis::{self, ForeignLimit, LoggedEvent, ReconciledMonth, stated_budget},
    diagnostic::{Code, Diagnostic},
    model::{Amount, EventKind, Note, NoteValue, Policy, Tokens},
    text::Place,
};

/// A part, the whole, the percentage stated beside them, and where.
type StatedShare = (Amount<Tokens>, Amount<Tokens>, Amount<u64>, Place);

/// Percentages beside the totals of a month that contradict these.
pub(super) fn percentages_of_month(
    reconciled: &ReconciledMonth,
    policy: &Policy,
) -> Vec<Diagnostic> {
    let budget = written_for(reconciled, policy);
    let totals = reconciled.totals.iter();
    let all = totals
        .filter_map(|total| Some((total.figures.tokens?, budget?, total.percent?, total.place)));
    all.filter_map(percent_differs).collect()
}

/// Percentages in the notes and beside the budgets of teams that contradict the figures beside them. A team's budget and its use
/// are both typed, so only their writer knows which of the figures is wrong.
pub(super) fn percentages(reconciled: &ReconciledMonth, policy: &Policy) -> Vec<Diagnostic> {
    let budget = written_for(reconciled, policy);
    let notes = reconciled.ledger.notes.iter().filter(|_| reconciled.newest);
    let notes = notes.filter_map(|note| match &note.value {
        NoteValue::CurrentUsage(tokens, percent) | NoteValue::Remaining(tokens, percent) => {
            Some((*tokens, budget?, (*percent)?, note.place))
        }
        _ => None,
    });
    let rows = reconciled
        .allocations()
        .filter_map(|row| Some((row.used?, row.allocated?, row.percent?, row.place)));
    let rows = rows.filter_map(percent_differs).map(Diagnostic::manual);
    notes.filter_map(percent_differs).chain(rows).collect()
}

/// The budget that percentages in the log are of.
fn written_for(reconciled: &ReconciledMonth, policy: &Policy) -> Option<Amount<Tokens>> {
    stated_budget(reconciled, policy).map(|budget| Amount::exact(budget.tokens))
}

/// A percentage fits if it is one of the part and the whole, each as exactly as it is written, rounded either way.
fn percent_differs((part, whole, percent, place): StatedShare) -> Option<Diagnostic> {
    let half = |unit: u64| if unit > 1 { u128::from(unit / 2) } else { 0 };
    let value = |amount: &Amount<Tokens>| u128::from(amount.value.0);
    let hundredths = |part: u128, whole: u128| (part * 10_000).checked_div(whole);
    let smallest = value(&whole).saturating_sub(half(whole.unit));
    // Rounded up, since what is left may be written so, that it makes up the whole with what is used.
    let most = ((value(&part) + half(part.unit)) * 10_000 + smallest.saturating_sub(1))
        .checked_div(smallest);
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

/// Work that was started in this month although the budget does not allow it.
pub(super) fn overrides(reconciled: &ReconciledMonth, _: &Policy) -> Vec<Diagnostic> {
    let events = reconciled.ledger.events().iter();
    let overrides = events.filter(|LoggedEvent { event, .. }| {
        event.kind == EventKind::Override && event.month == reconciled.month
    });
    let finding = |LoggedEvent { event, place }: &LoggedEvent| {
        let team = event.team.as_ref();
        let of_team = team.map_or(String::new(), |team| format!(" of {team}"));
        let by = event.by.as_ref();
        let by = by.map_or(String::new(), |by| format!(" by {by}"));
        let reason = event.reason.as_deref().unwrap_or("no reason given");
        let message = format!("the budget{of_team} was overridden{by}: {reason}");
        Diagnostic::new(Code::GuardOverridden, message, *place).label("work was started here")
    };
    overrides.map(finding).collect()
}

/// Budgets and limits of teams in another currency than the log's costs.
pub(super) fn foreign_limits(reconciled: &ReconciledMonth, policy: &Policy) -> Vec<Diagnostic> {
    let foreign = analysis::foreign_limits(reconciled, policy).into_iter();
    let finding = |limit: ForeignLimit<'_>| {
        let (amount, currency) = (limit.limit, limit.currency);
        let whose = match (limit.team, limit.span) {
            (Some(team), _) => format!("the limit of {team} in money"),
            (None, Some(span)) => format!("the budget of the {}", span.into_str()),
            (None, None) => "the cost budget".to_owned(),
        };
        let message =
            format!("{whose} is {amount}, and the log's costs are in {currency}: it is not judged");
        Diagnostic::new(Code::ForeignLimit, message, limit.place)
            .label(format!("in {}", amount.currency))
            .help(format!(
                "give the amount in {currency}, the currency of the log"
            ))
    };
    foreign.map(finding).collect()
}

/// Two notes that give different budgets.
pub(super) fn conflicting_notes(reconciled: &ReconciledMonth, _: &Policy) -> Vec<Diagnostic> {
    let budgets = |in_notes: bool| {
        let notes = reconciled
            .ledger
            .notes
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
