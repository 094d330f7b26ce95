//! Rules on team budgets.

use std::collections::{HashMap, HashSet};

use crate::{
    analysis::{Limits, ReconciledMonth, budget, repeated_allocations, reserve},
    diagnostic::{Code, Diagnostic},
    model::{Allocation, Percent, Policy, is_total},
    text::{FileId, Place},
};

/// Team budgets and reserve that add up to more than the budget.
pub(super) fn over_allocated(reconciled: &ReconciledMonth, policy: &Policy) -> Vec<Diagnostic> {
    let repeated = repeated_allocations(reconciled).into_iter();
    let repeated: HashSet<Place> = repeated.map(|(gone, _)| gone.place).collect();
    let counts = |row: &&Allocation| {
        !is_total(&row.team) && row.allocated.is_some() && !repeated.contains(&row.place)
    };
    let rows: Vec<&Allocation> = reconciled.allocations().filter(counts).collect();
    let teams = Limits::of(reconciled, policy).total(reconciled);
    let sum = teams
        .unwrap_or_default()
        .saturating_add(reserve(reconciled, policy).unwrap_or_default());
    let Some((budget, first)) = budget(reconciled, policy).zip(rows.first()) else {
        return Vec::new();
    };
    if sum <= budget.tokens {
        return Vec::new();
    }
    let share =
        Percent::new(sum.0, budget.tokens.0).map(|percent| format!(", {percent} of the budget"));
    let message = format!("allocations add up to {sum}{}", share.unwrap_or_default());
    let finding = Diagnostic::new(Code::OverAllocated, message, first.place)
        .label(format!("the first of {} rows", rows.len()))
        .help(format!(
            "lower the allocations by {} in total, or raise the budget",
            sum.saturating_sub(budget.tokens)
        ));
    vec![match budget.place {
        Some(place) => finding.related(place, format!("the budget is {}", budget.tokens)),
        None => finding,
    }]
}

/// Rows that repeat another one, as after a merge.
pub(super) fn repeated_rows(reconciled: &ReconciledMonth, _: &Policy) -> Vec<Diagnostic> {
    let repeated = repeated_allocations(reconciled).into_iter();
    let finding = |(gone, kept): (&Allocation, &Allocation)| {
        let message = format!("the row of {} occurs twice, as after a merge", gone.team);
        let finding = Diagnostic::new(Code::MergedTwice, message, gone.place)
            .label("not counted")
            .related(kept.place, "this one counts");
        match gone.place.file {
            FileId::LOG => finding.help("`tokmon check --fix` removes this row"),
            _ => finding.help("remove this row").manual(),
        }
    };
    repeated.map(finding).collect()
}

/// Two budgets for one team.
pub(super) fn conflicting_rows(reconciled: &ReconciledMonth, _: &Policy) -> Vec<Diagnostic> {
    let mut first: HashMap<&str, &Allocation> = HashMap::new();
    let mut findings = Vec::new();
    for row in reconciled
        .allocations()
        .filter(|row| !is_total(&row.team) && !row.is_reserve())
    {
        let Some(team) = reconciled.find_team(&row.team) else {
            continue;
        };
        let Some(known) = first.get(team.name.as_str()) else {
            first.insert(&team.name, row);
            continue;
        };
        if let (Some(one), Some(two)) = (known.allocated, row.allocated)
            && !one.agrees_with(&two)
        {
            findings.push(
                Diagnostic::new(
                    Code::ConflictingStatements,
                    format!(
                        "{} has two allocations, {} and {}",
                        row.team, one.value, two.value
                    ),
                    row.place,
                )
                .label("not used")
                .related(known.place, "the first one is used")
                .help("remove one of the rows"),
            );
        }
    }
    findings
}
