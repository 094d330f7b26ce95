//! The beginning of a new period of a budget that is reset by hand: what each team has used of the month so far.

use chrono::{DateTime, FixedOffset};

use super::{JudgeOptions, LoadFailure, LogFiles, files_of, guard::view};
use crate::{
    analysis::{ReconciledMonth, TeamUsage},
    model::{EventKind, LogEvent, Month, StatedCost, Tokens},
    store::Opened,
};

/// What is written when a period begins: for each team that used anything in this month, how much that is. Only with that is it known
/// later what was used after this moment, since monthly rows have no day.
pub fn baselines(
    log: &LogFiles,
    opened: Opened,
    options: &JudgeOptions,
) -> Result<Vec<LogEvent<'static>>, LoadFailure> {
    let request = view(options);
    let policy = request.policy(log);
    let now = options.now;
    let (ledger, files, months) = files_of(log, opened, (&request, &policy), now)?;
    months.map_err(|failure| LoadFailure {
        failure,
        files: Some(Box::new(files)),
    })?;
    let month = Month::of(now.date_naive());
    let reconciled = ledger.reconcile(month, None);
    let teams = reconciled.teams.iter();
    Ok(teams
        .filter_map(|team| baseline(&reconciled, team, now))
        .collect())
}

fn baseline(
    reconciled: &ReconciledMonth<'_>,
    team: &TeamUsage,
    now: DateTime<FixedOffset>,
) -> Option<LogEvent<'static>> {
    let tokens = team.used();
    let cost = reconciled.cost_of_team(team);
    let has_tokens = tokens.is_some_and(|tokens| tokens > Tokens::ZERO);
    let is_any = has_tokens || cost.as_ref().is_some_and(|cost| cost.money.nanos > 0);
    let stated = cost.as_ref().and_then(|cost| {
        Some(StatedCost {
            nanos: u64::try_from(cost.money.nanos).ok()?,
            currency: Some(cost.money.currency),
        })
    });
    is_any.then(|| LogEvent {
        team: Some(team.name.clone().into()),
        tokens,
        cost: stated,
        unpriced: cost.and_then(|cost| cost.unpriced_tokens),
        ..LogEvent::new(EventKind::Baseline, now, reconciled.month)
    })
}
