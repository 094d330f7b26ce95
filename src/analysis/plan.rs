//! The plan: what is used, and the phases still to come, in three scenarios.

use schemars::JsonSchema;
use serde::Serialize;

use super::{ledger::Ledger, usage::Closed};
use crate::{
    model::{Level, Policy, Status, Tokens, is_total, ratio},
    text::Document,
};

/// What the project takes if its pending phases take what is planned for them.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Plan {
    /// What is used already.
    pub used_tokens: Tokens,
    /// What the phases still to come are planned to take.
    pub pending_tokens: Tokens,
    /// Both together.
    pub total_tokens: Tokens,
    /// The share of the budget.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ratio: Option<f64>,
    /// Its level, if it came to pass.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// What would be left of the budget.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remaining: Option<i64>,
    /// Every phase of the plan.
    pub phases: Vec<PlanPhase>,
    /// The plan with its pending phases taking a fixed share more or less. Scenarios, not an interval.
    pub scenarios: Vec<Scenario>,
}

/// A phase.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PlanPhase {
    /// What to call it: its team, else its name.
    pub label: String,
    /// Its name or number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its planned or finished tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens: Option<Tokens>,
    /// What of it is still to come: all of a pending phase, the rest of a running one, nothing of a finished one.
    pub pending_tokens: Tokens,
    /// `done`, `running`, `pending`, `failed`, or what is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// The file it stands in.
    pub file: Document,
    /// Its line.
    pub line: usize,
}

/// The plan under an assumption.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Scenario {
    /// `optimistic`, `plan` or `pessimistic`.
    pub name: &'static str,
    /// How many percent more or less than planned the pending phases take.
    pub change_percent: i32,
    /// The total.
    pub total_tokens: Tokens,
    /// The share of the budget.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ratio: Option<f64>,
    /// Its level, if it came to pass.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// What would be left of the budget.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remaining: Option<i64>,
}

impl Plan {
    /// None where the log has no plan.
    pub(super) fn of(closed: &Closed, budget: Option<Tokens>, policy: &Policy) -> Option<Self> {
        let phases: Vec<PlanPhase> = Ledger::preferred(&closed.ledger.phases)
            .filter(|phase| {
                !is_total(phase.label()) && !phase.name.as_deref().is_some_and(is_total)
            })
            .map(|phase| {
                let planned = phase.tokens.map_or(Tokens::ZERO, |tokens| tokens.value);
                PlanPhase {
                    label: phase.label().to_owned(),
                    name: phase.name.clone(),
                    tokens: phase.tokens.map(|tokens| tokens.value),
                    pending_tokens: match &phase.status {
                        Some(Status::Done) => Tokens::ZERO,
                        Some(Status::Running) => {
                            planned.saturating_sub(used_by(closed, phase.team.as_deref()))
                        }
                        _ => planned,
                    },
                    status: phase.status.as_ref().map(|status| status.word().to_owned()),
                    file: phase.place.document,
                    line: phase.place.line,
                }
            })
            .collect();
        if phases.is_empty() {
            return None;
        }
        let used = closed.month.used();
        let pending: Tokens = phases.iter().map(|phase| phase.pending_tokens).sum();
        let scenario = |name, change_percent: i32| {
            let share = u32::try_from(100_i32.saturating_add(change_percent)).unwrap_or(0);
            let total = used + pending.percent(share);
            Scenario {
                name,
                change_percent,
                total_tokens: total,
                ratio: budget.and_then(|budget| ratio(total.0, budget.0)),
                level: budget.map(|budget| policy.thresholds.level(total.0, budget.0)),
                remaining: budget.map(|budget| budget.signed_sub(total)),
            }
        };
        let planned = scenario("plan", 0);
        Some(Self {
            used_tokens: used,
            pending_tokens: pending,
            total_tokens: planned.total_tokens,
            ratio: planned.ratio,
            level: planned.level,
            remaining: planned.remaining,
            phases,
            scenarios: vec![
                scenario("optimistic", policy.scenarios.optimistic),
                planned,
                scenario("pessimistic", policy.scenarios.pessimistic),
            ],
        })
    }

    /// The phases still to come.
    pub fn pending(&self) -> impl Iterator<Item = &PlanPhase> {
        self.phases
            .iter()
            .filter(|phase| phase.pending_tokens > Tokens::ZERO)
    }
}

/// What a phase that is under way has used: what its team has, where the team is known.
fn used_by(closed: &Closed, team: Option<&str>) -> Tokens {
    let team = team.and_then(|team| closed.find_team(team));
    team.and_then(super::TeamUsage::used).unwrap_or_default()
}
