//! Rules on team budgets.

use std::collections::HashMap;

use crate::{
    analysis::{Limits, ReconciledMonth, budget, reserve},
    diagnostic::{Code, Diagnostic},
    model::{Allocation, Percent, Policy, is_total},
};

/// Team budgets and reserve that add up to more than the budget.
pub(super) fn over_allocated(reconciled: &ReconciledMonth, policy: &Policy) -> Vec<Diagnostic> {
    let rows: Vec<&Allocation> = reconciled
        .allocations()
        .filter(|row| !is_total(&row.team) && row.allocated.is_some())
        .collect();
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
            "give the teams {} less between them, or raise the budget",
            sum.saturating_sub(budget.tokens)
        ));
    vec![match budget.place {
        Some(place) => finding.related(place, format!("the budget is {}", budget.tokens)),
        None => finding,
    }]
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
                        "{} has two budgets, {} and {}",
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
