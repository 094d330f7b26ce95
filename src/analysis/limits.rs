//! Budgets: of the whole, of each team, and what is held back.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{
    names::NameId,
    reconciled_month::ReconciledMonth,
    report::{FigureKind, FigureSource},
    team_usage::TeamUsage,
};
use crate::{
    model::{
        Allocation, Budget, BudgetPlaces, BudgetSource, Measure, Money, Policy, Tokens, Units,
        is_total,
    },
    text::{FileId, Place},
};

/// Every team's limit: by the settings, else in the allocation table, else beside its monthly row.
#[derive(Debug)]
pub struct Limits {
    stated: HashMap<NameId, FigureSource>,
    /// In money, by the settings alone, and where they are written.
    costs: HashMap<NameId, (Option<Money>, BudgetPlaces)>,
}

impl Limits {
    pub fn of(reconciled: &ReconciledMonth, policy: &Policy) -> Self {
        let by_policy = policy.teams.iter().filter_map(|team| {
            let usage = reconciled.find_team(&team.name)?;
            let settings = Place {
                file: FileId::SETTINGS,
                ..Place::default()
            };
            let limit = FigureSource {
                line: None,
                ..FigureSource::at(FigureKind::Allocated, settings, Some(team.tokens?))
            };
            Some((usage.id, limit))
        });
        let mut stated: HashMap<NameId, FigureSource> = by_policy.collect();
        let rows = reconciled.allocations();
        for row in rows.filter(|row| !row.is_reserve() && !is_total(&row.team)) {
            if let (Some(team), Some(tokens)) = (reconciled.find_team(&row.team), row.allocated) {
                stated.entry(team.id).or_insert_with(|| {
                    FigureSource::at(FigureKind::Allocated, row.place, Some(tokens.value))
                });
            }
        }
        let costs = policy.teams.iter().filter_map(|team| {
            let usage = reconciled.find_team(&team.name)?;
            Some((usage.id, (team.cost, team.places)))
        });
        let costs = costs.collect();
        Self { stated, costs }
    }

    pub(super) fn cost_of_team(&self, team: &TeamUsage) -> Option<Money> {
        self.costs.get(&team.id)?.0
    }

    pub(super) fn places_of_team(&self, team: &TeamUsage) -> BudgetPlaces {
        let places = self.costs.get(&team.id).map(|(_, places)| *places);
        places.unwrap_or_default()
    }

    /// One team's, with where it is set.
    pub(super) fn of_team(&self, team: &TeamUsage) -> Option<FigureSource> {
        let beside = || {
            let (tokens, place) = team.tallies.values().find_map(|tally| tally.limit)?;
            Some(FigureSource::at(FigureKind::Allocated, place, Some(tokens)))
        };
        self.stated.get(&team.id).cloned().or_else(beside)
    }

    /// One team's, in what the log counts by.
    pub(super) fn units_of_team(&self, team: &TeamUsage, measure: Measure) -> Option<Units> {
        if measure.is_money() {
            measure.of_money(self.cost_of_team(team)?)
        } else {
            Some(self.of_team(team)?.tokens?.into())
        }
    }

    /// What the teams of the month are given together. None where none is given anything.
    pub fn total(&self, reconciled: &ReconciledMonth) -> Option<Tokens> {
        let teams = reconciled.teams.iter();
        teams
            .filter_map(|team| self.of_team(team)?.tokens)
            .reduce(Tokens::saturating_add)
    }
}

/// The first budget found: by option, environment or settings, else the log's own. Of a month that is no part of the period of a budget
/// that is reset by hand, its own.
pub fn budget(reconciled: &ReconciledMonth, policy: &Policy) -> Option<Budget> {
    if !reconciled.is_judged() {
        return policy.months.get(&reconciled.month)?.tokens;
    }
    let of_policy = policy.budget_of(reconciled.month);
    of_policy.or(reconciled.ledger.own_budget)
}

/// The budget in money, as [`budget`].
pub fn cost_budget(reconciled: &ReconciledMonth, policy: &Policy) -> Option<Money> {
    if !reconciled.is_judged() {
        return policy.months.get(&reconciled.month)?.cost;
    }
    let of_policy = policy.cost_budget_of(reconciled.month);
    of_policy.or(reconciled.ledger.own_cost_budget.map(|(money, _)| money))
}

/// Where the log states the budget in money, if it is that of the log.
pub(super) fn cost_budget_in_log(reconciled: &ReconciledMonth, policy: &Policy) -> Option<Place> {
    let (_, place) = reconciled.ledger.own_cost_budget?;
    let of_policy = policy.cost_budget_of(reconciled.month);
    (reconciled.is_judged() && of_policy.is_none()).then_some(place)
}

/// The budget in what the log counts by.
pub(super) fn budget_units(reconciled: &ReconciledMonth, policy: &Policy) -> Option<Units> {
    let measure = reconciled.measure();
    if measure.is_money() {
        measure.of_money(cost_budget(reconciled, policy)?)
    } else {
        Some(budget(reconciled, policy)?.tokens.into())
    }
}

/// The budget that the writer of the log had in mind: the log's own, else that of the settings. What is asked on the command
/// line or in the environment says nothing about the log.
pub fn stated_budget(reconciled: &ReconciledMonth, policy: &Policy) -> Option<Budget> {
    let of_settings = policy
        .budget_of(reconciled.month)
        .filter(|budget| budget.source == BudgetSource::Config);
    reconciled.ledger.own_budget.or(of_settings)
}

pub fn reserve(reconciled: &ReconciledMonth, policy: &Policy) -> Option<Tokens> {
    let repeated = repeated_allocations(reconciled).into_iter();
    let gone: HashSet<Place> = repeated.map(|(gone, _)| gone.place).collect();
    let rows = reconciled.allocations();
    let rows = rows.filter(|row| row.is_reserve() && !gone.contains(&row.place));
    let rows = rows.filter_map(|row| Some(row.allocated?.value));
    let reserved = || rows.reduce(Tokens::saturating_add);
    policy.reserve.or_else(reserved)
}

/// The rows of the allocation table that repeat another one, as after a merge, each with the row that counts: of those with one team,
/// role and budget, as they are written, that which says most is used.
pub fn repeated_allocations<'r>(
    reconciled: &'r ReconciledMonth<'_>,
) -> Vec<(&'r Allocation, &'r Allocation)> {
    let mut alike: BTreeMap<_, Vec<&Allocation>> = BTreeMap::new();
    for row in reconciled
        .allocations()
        .filter(|row| row.allocated.is_some())
    {
        let tokens = row.allocated.map(|amount| amount.value);
        let key = (tokens, row.team.as_str(), row.role.as_deref());
        alike.entry(key).or_default().push(row);
    }
    // Totals may be those of two groups of teams.
    let mut several = alike.iter().filter(|(_, rows)| rows.len() > 1);
    let is_merged = several.any(|((_, team, _), _)| !is_total(team));
    let mut repeated = Vec::new();
    for rows in alike.into_values().filter(|_| is_merged) {
        let used = |row: &&&Allocation| row.used.map(|used| used.value);
        if let Some(kept) = rows.iter().rev().max_by_key(used) {
            let others = rows.iter().filter(|row| row.place != kept.place);
            repeated.extend(others.map(|gone| (*gone, *kept)));
        }
    }
    repeated.sort_by_key(|(gone, _)| gone.place.order());
    repeated
}
