//! The plan: what is used, and the pending phases, in three scenarios.

use std::collections::{HashMap, HashSet};

use schemars::JsonSchema;
use serde::Serialize;
use serde_with::skip_serializing_none;

use super::{
    ledger::preferred, names::NameId, reconciled_month::ReconciledMonth, team_usage::TeamUsage,
};
use crate::{
    model::{Level, Phase, Policy, Status, Tokens, ratio},
    text::Place,
};

/// The plan total: what is used if the pending phases take what is planned for them.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Plan {
    pub used_tokens: Tokens,
    /// What is planned for the pending phases.
    pub pending_tokens: Tokens,
    #[serde(flatten)]
    pub end: PlanEnd,
    /// The used tokens that its finished and running phases account for.
    pub accounted_tokens: Tokens,
    /// It lists all work there is, so that no tokens are used beside it: by the settings, else where it accounts for nine tenths
    /// of what is used, has a pending phase, and an estimate for each of them.
    pub complete: bool,
    /// The reasons against that. The settings may override them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub gaps: Vec<PlanGap>,
    pub phases: Vec<PlanPhase>,
    /// The plan with its pending phases taking a fixed percentage more or less. Scenarios are not a range.
    pub scenarios: Vec<Scenario>,
}

/// Why a plan may not list all work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PlanGap {
    /// More than a tenth of what is used is by no phase or team of it.
    Unaccounted,
    /// No phase is pending.
    NothingOpen,
    /// A pending phase has no estimate.
    NoEstimate,
}

/// What a plan ends at.
#[skip_serializing_none]
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct PlanEnd {
    /// What is used then.
    pub total_tokens: Tokens,
    pub ratio: Option<f64>,
    /// The level of its total.
    pub level: Option<Level>,
    /// What would remain of the budget.
    pub remaining: Option<i64>,
}

/// A phase of the plan.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PlanPhase {
    /// What to call it: its team, else its name.
    pub label: String,
    /// Its name or number.
    pub name: Option<String>,
    /// Its planned or finished tokens.
    pub tokens: Option<Tokens>,
    /// What it has used, where it is running.
    pub spent_tokens: Option<Tokens>,
    /// Its pending tokens: all of a pending phase, the rest of a running one, none of a finished one.
    pub pending_tokens: Tokens,
    /// `done`, `running`, `pending`, `failed`, or what is written.
    pub status: Option<String>,
    #[serde(flatten)]
    pub place: Place,
    /// The team of the log that does it.
    #[serde(skip)]
    pub(super) team: Option<NameId>,
    /// Its figure is an estimate, even where it is finished.
    #[serde(skip)]
    pub(super) estimated: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Scenario {
    /// `optimistic`, `plan` or `pessimistic`.
    pub name: &'static str,
    /// How many percent more or less than planned the pending phases take.
    pub change_percent: i32,
    #[serde(flatten)]
    pub end: PlanEnd,
}

impl Plan {
    /// None where the log has no plan, or the month is not its newest: a plan is about what is pending.
    pub(super) fn of(
        reconciled: &ReconciledMonth,
        budget: Option<Tokens>,
        policy: &Policy,
    ) -> Option<Self> {
        let team_of = |phase: &Phase| reconciled.find_team(phase.team.as_deref()?);
        let rows: Vec<(&Phase, Option<&TeamUsage>)> =
            preferred(&reconciled.ledger.phases, |phase| phase.place)
                .filter(|phase| reconciled.is_open && !phase.is_total())
                .map(|phase| (phase, team_of(phase)))
                .collect();
        if rows.is_empty() {
            return None;
        }
        let phases = rows.iter().zip(spent(&rows));
        let phases: Vec<PlanPhase> = phases
            .map(|((row, team), spent)| phase(row, *team, spent))
            .collect();
        let used = reconciled.spent();
        let pending: Tokens = phases.iter().map(|phase| phase.pending_tokens).sum();
        let scenario = |name, change_percent: i32| {
            let share = u32::try_from(100_i32.saturating_add(change_percent)).unwrap_or(0);
            let total = used.saturating_add(pending.percent(share));
            Scenario {
                name,
                change_percent,
                end: PlanEnd {
                    total_tokens: total,
                    ratio: budget.and_then(|budget| ratio(total.0, budget.0)),
                    level: budget.map(|budget| policy.thresholds.level(total.0, budget.0)),
                    remaining: budget.map(|budget| budget.signed_sub(total)),
                },
            }
        };
        let planned = scenario("plan", 0);
        let accounted = accounted(reconciled, &phases);
        let gaps = gaps(&phases, accounted, used);
        Some(Self {
            used_tokens: used,
            pending_tokens: pending,
            end: planned.end,
            accounted_tokens: accounted,
            complete: policy.forecast.plan_complete.unwrap_or(gaps.is_empty()),
            gaps,
            phases,
            scenarios: vec![
                scenario("optimistic", policy.scenarios.optimistic),
                planned,
                scenario("pessimistic", policy.scenarios.pessimistic),
            ],
        })
    }

    /// Whether nothing planned is left to do.
    pub fn is_done(&self) -> bool {
        !self.phases.iter().any(PlanPhase::is_open)
    }

    /// The pending phases of which nothing is known. They count for nothing.
    pub fn without_estimate(&self) -> impl Iterator<Item = &PlanPhase> {
        self.phases.iter().filter(|phase| phase.has_no_estimate())
    }

    pub fn pending(&self) -> impl Iterator<Item = &PlanPhase> {
        self.phases
            .iter()
            .filter(|phase| phase.pending_tokens > Tokens::ZERO)
    }
}

impl PlanPhase {
    /// Whether it is pending or under way.
    pub fn is_open(&self) -> bool {
        self.status.as_deref() != Some(Status::Done.word())
    }

    pub fn has_no_estimate(&self) -> bool {
        self.is_open() && self.tokens.is_none()
    }
}

fn gaps(phases: &[PlanPhase], accounted: Tokens, used: Tokens) -> Vec<PlanGap> {
    let gaps = [
        (
            PlanGap::Unaccounted,
            u128::from(accounted.0) * 10 < u128::from(used.0) * 9,
        ),
        (PlanGap::NothingOpen, !phases.iter().any(PlanPhase::is_open)),
        (
            PlanGap::NoEstimate,
            phases.iter().any(PlanPhase::has_no_estimate),
        ),
    ];
    let found = gaps.into_iter().filter(|(_, found)| *found);
    found.map(|(gap, _)| gap).collect()
}

/// The used tokens that the phases account for: all that the teams they name used, and what finished phases without a known team
/// took.
fn accounted(reconciled: &ReconciledMonth, phases: &[PlanPhase]) -> Tokens {
    let named: HashSet<NameId> = phases.iter().filter_map(|phase| phase.team).collect();
    let teams = reconciled.teams.iter();
    let by_teams = teams
        .filter(|team| named.contains(&team.id))
        .filter_map(TeamUsage::used);
    let by_others = phases
        .iter()
        .filter(|phase| phase.team.is_none() && !phase.is_open())
        .filter_map(|phase| phase.tokens);
    let all: Tokens = by_teams.chain(by_others).sum();
    all.min(reconciled.used())
}

/// What teams have spent on each phase that is under way: what they used, less what their finished phases took. Each token
/// is taken for one phase only, in the order of the plan; the last phase of a team takes all that is left.
fn spent(rows: &[(&Phase, Option<&TeamUsage>)]) -> Vec<Option<Tokens>> {
    // What is left of each team's tokens, and how many of its phases are under way.
    let mut teams: HashMap<NameId, (Tokens, usize)> = HashMap::new();
    for (row, team) in rows {
        let Some(team) = team else { continue };
        let used = || (team.used().unwrap_or_default(), 0);
        let (left, running) = teams.entry(team.id).or_insert_with(used);
        match row.status {
            Some(Status::Done) => *left = left.saturating_sub(planned(row)),
            Some(Status::Running) => *running += 1,
            _ => {}
        }
    }
    let mut take = |(row, team): &(&Phase, Option<&TeamUsage>)| {
        if row.status != Some(Status::Running) {
            return None;
        }
        let Some((left, running)) = team.and_then(|team| teams.get_mut(&team.id)) else {
            return Some(Tokens::ZERO);
        };
        let most = if *running > 1 { planned(row) } else { *left };
        let taken = most.min(*left);
        *left = left.saturating_sub(taken);
        *running -= 1;
        Some(taken)
    };
    rows.iter().map(&mut take).collect()
}

fn planned(row: &Phase) -> Tokens {
    row.tokens.map_or(Tokens::ZERO, |tokens| tokens.value)
}

fn phase(row: &Phase, team: Option<&TeamUsage>, spent_tokens: Option<Tokens>) -> PlanPhase {
    PlanPhase {
        label: row.label().to_owned(),
        name: row.name.clone(),
        tokens: row.tokens.map(|tokens| tokens.value),
        spent_tokens,
        pending_tokens: match &row.status {
            Some(Status::Done) => Tokens::ZERO,
            _ => planned(row).saturating_sub(spent_tokens.unwrap_or_default()),
        },
        status: row.status.as_ref().map(|status| status.word().to_owned()),
        place: row.place,
        team: team.map(|team| team.id),
        estimated: row.estimated,
    }
}
