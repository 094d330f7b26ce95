//! Rates against their targets: those of the settings, and the built-in one of the cache hit rate.

use std::collections::{HashMap, HashSet};

use schemars::JsonSchema;
use serde::Serialize;
use serde_with::skip_serializing_none;

use super::{ClassSums, reconciled_month::ReconciledMonth, report::TeamReport};
use crate::{
    model::{Level, Percent, RateGoal, RateTarget, TargetMetric},
    text::Place,
};

/// A rate of all teams or of one, and what it should be. The shares are numbers from 0 to 1.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct TargetReport {
    pub metric: TargetMetric,
    /// The team. Absent where it is about all teams together.
    pub team: Option<String>,
    /// The rate. Absent where it is not known.
    pub value: Option<f64>,
    pub target: f64,
    /// Below this the rate is a warning.
    pub warning: f64,
    /// `ok` from the target on, `warning` below the warning, `note` between them. Absent where the rate is not known.
    pub status: Option<Level>,
    /// The settings state the target; otherwise it is the built-in one.
    pub stated: bool,
    #[serde(skip)]
    pub goal: RateGoal,
    #[serde(skip)]
    pub rate: Option<Percent>,
    /// Where the settings state it for exactly these teams.
    #[serde(skip)]
    pub place: Option<Place>,
}

impl TargetReport {
    /// Whether the settings state it for exactly these teams, and it is missed.
    pub fn is_missed(&self) -> bool {
        self.place.is_some() && self.status > Some(Level::Ok)
    }

    fn of(team: Option<&str>, classes: Option<ClassSums>, targets: &Targets<'_>) -> Option<Self> {
        let own = match team {
            None => targets.of_all,
            Some(name) => targets.of_teams.get(name).copied(),
        };
        let stated = own.or(targets.of_all);
        let goal = stated.map_or(RateGoal::CACHE_HITS, |target| target.goal);
        let rate = classes.and_then(|classes| classes.hit_rate());
        (rate.is_some() || own.is_some()).then(|| Self {
            metric: TargetMetric::CacheHitRate,
            team: team.map(str::to_owned),
            value: classes.and_then(|classes| classes.hit_ratio()),
            target: goal.value.fraction(),
            warning: goal.warning.fraction(),
            status: classes.and_then(|sums| goal.level(sums.cache_read.0, sums.read())),
            stated: stated.is_some(),
            goal,
            rate,
            place: own.and_then(|target| target.place),
        })
    }
}

/// The targets of the settings, by the teams of the log.
struct Targets<'p> {
    of_all: Option<&'p RateTarget>,
    of_teams: HashMap<&'p str, &'p RateTarget>,
}

/// A target of the settings for a team, by the name that the log has for it.
fn of_team<'p>(
    target: &'p RateTarget,
    reconciled: &'p ReconciledMonth<'_>,
) -> Option<(&'p str, &'p RateTarget)> {
    let name = target.team.as_deref()?;
    let known = reconciled.find_team(name).map(|team| team.name.as_str());
    Some((known.unwrap_or(name), target))
}

/// The cache hit rate of all teams, where it is known or has a target of its own, then that of each team. Teams that only a target
/// names come last: their rates are not known.
pub(super) fn all(
    reconciled: &ReconciledMonth<'_>,
    targets: &[RateTarget],
    classes: Option<ClassSums>,
    teams: &[TeamReport],
) -> Vec<TargetReport> {
    let named: Vec<_> = targets
        .iter()
        .filter_map(|target| of_team(target, reconciled))
        .collect();
    let by_team = Targets {
        of_all: targets.iter().find(|target| target.team.is_none()),
        of_teams: named.iter().copied().collect(),
    };
    let of_all = TargetReport::of(None, classes, &by_team);
    let of_teams = teams
        .iter()
        .filter_map(|team| TargetReport::of(Some(&team.name), team.classes, &by_team));
    let known: HashSet<&str> = teams.iter().map(|team| team.name.as_str()).collect();
    let others = named
        .iter()
        .filter(|(name, _)| !known.contains(name))
        .filter_map(|(name, _)| TargetReport::of(Some(name), None, &by_team));
    of_all.into_iter().chain(of_teams).chain(others).collect()
}
