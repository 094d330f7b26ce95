//! The project: what the plan will take, calibrated by finished work and its estimates.

use std::collections::{BTreeMap, HashSet};

use schemars::JsonSchema;
use serde::Serialize;
use serde_with::skip_serializing_none;

use super::{
    hurdle_gamma::HurdleGamma,
    number::{as_float, as_tokens, rounded},
    work::{Calibration, FinishedWork, OpenWork},
};
use crate::{
    analysis::{
        Limits, Plan, PlanPhase, names::NameId, reconciled_month::ReconciledMonth,
        team_usage::TeamUsage,
    },
    model::{Status, Tokens},
    text::FileId,
};

/// Where the estimate of finished work comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum EstimateSource {
    /// What the team was allocated.
    Allocation,
    /// What the plan estimated for the team's phases.
    Plan,
}

/// Finished work: its estimate, and the tokens that it used.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Finished {
    pub team: String,
    /// Its estimate.
    pub estimated_tokens: Tokens,
    pub actual_tokens: Tokens,
    pub source: EstimateSource,
    pub file: FileId,
    pub line: Option<usize>,
}

/// What the forecast of all planned work is made from.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ProjectInputs {
    /// Actual over estimate of the finished work, shrunk towards 1 by two phases of average size. Every pending phase is
    /// multiplied by it.
    pub ratio: f64,
    /// The standard deviation of a phase around that, as a share of it.
    pub phase_deviation: f64,
    /// What the pending phases are expected to take, on average.
    pub expected_tokens: Tokens,
    /// The finished work that this was learned from.
    pub finished: Vec<Finished>,
}

#[derive(Clone, Debug)]
pub(super) struct Project {
    open: Vec<(Option<NameId>, OpenWork)>,
    finished: Vec<Finished>,
    calibration: Calibration,
}

impl Project {
    /// None where nothing of the plan is estimated.
    pub(super) fn new(reconciled: &ReconciledMonth, plan: &Plan, limits: &Limits) -> Option<Self> {
        let open: Vec<(Option<NameId>, OpenWork)> = plan
            .phases
            .iter()
            .filter(|phase| phase.is_open())
            .filter_map(|phase| {
                let work = OpenWork {
                    estimate: as_float(phase.tokens?.0),
                    spent: phase.spent_tokens.map(|spent| as_float(spent.0)),
                };
                Some((phase.team, work))
            })
            .collect();
        let finished = finished(reconciled, plan, limits);
        let work = |work: &Finished| {
            let (estimate, actual) = (work.estimated_tokens, work.actual_tokens);
            (as_float(estimate.0), as_float(actual.0))
        };
        let works: Vec<FinishedWork> = finished.iter().map(work).collect();
        let all: Vec<OpenWork> = open.iter().map(|(_, work)| *work).collect();
        Some(Self {
            calibration: Calibration::learn(&works, &all)?,
            open,
            finished,
        })
    }

    fn open(&self, of: impl Fn(Option<NameId>) -> bool) -> Vec<OpenWork> {
        let phases = self.open.iter().filter(|(team, _)| of(*team));
        phases.map(|(_, work)| *work).collect()
    }

    /// What all open phases are still to take.
    pub(super) fn remainder(&self) -> HurdleGamma {
        self.calibration.remainder(&self.open(|_| true))
    }

    /// What the open phases of a team are still to take, by the ratio of all: one team finishes too little to have its own.
    /// None where the plan names none.
    pub(super) fn of_team(&self, id: NameId) -> Option<HurdleGamma> {
        let open = self.open(|team| team == Some(id));
        (!open.is_empty()).then(|| self.calibration.remainder(&open))
    }

    /// The most that a team is still to take: its open phases, and those of unknown teams.
    pub(super) fn at_most(&self, id: NameId) -> HurdleGamma {
        let open = self.open(|team| team.is_none_or(|team| team == id));
        self.calibration.remainder(&open)
    }

    /// What all open phases take without calibration; None where there is none.
    pub(super) fn as_planned(&self) -> Option<HurdleGamma> {
        let open = self.open(|_| true);
        let learned = !self.finished.is_empty();
        Some(
            Calibration::learn(&[], &open)
                .filter(|_| learned)?
                .remainder(&open),
        )
    }

    pub(super) fn inputs(&self) -> ProjectInputs {
        let open = self.open(|_| true);
        let expected: f64 = open
            .iter()
            .map(|phase| self.calibration.expected(phase))
            .sum();
        ProjectInputs {
            ratio: rounded(self.calibration.ratio),
            phase_deviation: rounded(self.calibration.noise.sqrt()),
            expected_tokens: as_tokens(expected),
            finished: self.finished.clone(),
        }
    }
}

/// The teams that are done and have no phase open in the plan: what they used, against what they were allocated, else against
/// what the plan estimated for their phases.
fn finished(reconciled: &ReconciledMonth, plan: &Plan, limits: &Limits) -> Vec<Finished> {
    let open: HashSet<NameId> = plan
        .phases
        .iter()
        .filter(|phase| phase.is_open())
        .filter_map(|phase| phase.team)
        .collect();
    let mut planned: BTreeMap<NameId, Vec<&PlanPhase>> = BTreeMap::new();
    for phase in plan.phases.iter().filter(|phase| phase.estimated) {
        if let Some(team) = phase.team {
            planned.entry(team).or_default().push(phase);
        }
    }
    let finished = |team: &TeamUsage| {
        let actual = team.used().filter(|used| *used > Tokens::ZERO)?;
        let allocated = || {
            let limit = limits.of_team(team)?;
            let tokens = limit
                .tokens
                .filter(|_| team.status() == Some(Status::Done))?;
            Some((tokens, EstimateSource::Allocation, limit.file, limit.line))
        };
        let estimated = || {
            let phases = planned.get(&team.id)?;
            let first = phases.first()?;
            let tokens = phases.iter().filter_map(|phase| phase.tokens).sum();
            Some((
                tokens,
                EstimateSource::Plan,
                first.place.file,
                Some(first.place.line),
            ))
        };
        let some = |estimate: &(Tokens, _, _, _)| estimate.0 > Tokens::ZERO;
        let estimate = allocated()
            .filter(some)
            .or_else(|| estimated().filter(some));
        let (estimated_tokens, source, file, line) = estimate?;
        Some(Finished {
            team: team.name.clone(),
            estimated_tokens,
            actual_tokens: actual,
            source,
            file,
            line,
        })
    };
    let teams = reconciled.teams.iter();
    teams
        .filter(|team| !open.contains(&team.id))
        .filter_map(finished)
        .collect()
}
