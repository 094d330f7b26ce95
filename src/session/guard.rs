//! What a log says about where its budget stands, for a request to use some of it.

use chrono::{DateTime, FixedOffset};

use super::{LoadFailure, LogFiles, MonthChoice, ViewRequest, files_of, may_be_current};
use crate::{
    analysis::{
        HoldState, ReconciledMonth, Rows, StatusReport,
        forecast::BacktestExtent,
        guard::{self, GuardAnswer, GuardDecision, GuardReason, GuardRequest, Standing, Unjudged},
    },
    diagnostic::Findings,
    model::{Budget, Money, Policy, Tokens, Zone},
    store::Opened,
};

/// How a log is judged.
#[derive(Clone, Debug)]
pub struct JudgeOptions {
    /// A budget in place of that of the settings.
    pub budget: Option<Budget>,
    pub zone: Zone,
    pub now: DateTime<FixedOffset>,
}

/// A hold that has not ended.
#[derive(Clone, Debug)]
pub struct KeptHold {
    pub id: String,
    pub team: String,
    pub tokens: Tokens,
    pub cost: Option<Money>,
    pub model: Option<String>,
    /// It was granted by an override.
    pub overridden: bool,
    pub since: DateTime<FixedOffset>,
    pub until: DateTime<FixedOffset>,
    pub line: usize,
}

/// What a decision needs to know of a log at one moment.
pub struct GuardedLog {
    pub report: StatusReport,
    pub holds: Vec<KeptHold>,
    pub standing: Standing,
    /// The same under a hold that an override granted the team, for a request that may have it.
    under_override: Option<Standing>,
    policy: Policy,
}

impl GuardedLog {
    /// Decides by the caps that can be judged, and says which cannot.
    pub fn decide_by_known(&self, request: &GuardRequest) -> (GuardDecision, Option<&Unjudged>) {
        let decision = guard::decide_by_known(&self.standing, &self.policy, request);
        (decision, self.standing.unjudged.as_deref())
    }

    /// Allows a request whatever was decided.
    pub fn overridden(&self, decision: GuardDecision, request: &GuardRequest) -> GuardDecision {
        decision.overridden(&self.standing, &self.policy, request)
    }

    pub fn decide(&self, request: &GuardRequest) -> Result<GuardDecision, Box<Unjudged>> {
        let decided = guard::decide(&self.standing, &self.policy, request);
        let is_allowed = matches!(&decided, Ok(of) if of.answer == GuardAnswer::Allow);
        let under_hold = || {
            let standing = self.under_override.as_ref().filter(|_| !is_allowed)?;
            let decision = guard::decide(standing, &self.policy, request).ok()?;
            (decision.reason == GuardReason::UnderHold).then_some(decision)
        };
        under_hold().map_or(decided, Ok)
    }
}

/// Reads a log that is open, to judge the current month.
pub fn guarded(
    log: &LogFiles,
    opened: Opened,
    request: &GuardRequest,
    options: &JudgeOptions,
) -> Result<GuardedLog, LoadFailure> {
    let view = view(options);
    let now = options.now;
    let policy = view.policy(log);
    let (ledger, files, months) = files_of(log, opened, (&view, &policy), now)?;
    let (month, _) = months.map_err(|failure| LoadFailure {
        failure,
        files: Some(Box::new(files)),
    })?;
    let mut reconciled = ledger.reconcile(month, None);
    reconciled.add_holding_teams(now);
    // Each has its limits, also where it has used nothing.
    let known = policy.teams.iter();
    known.for_each(|team| reconciled.add_known_team(&team.name));
    if may_be_current(month, now) {
        let names = request.team.iter().chain(&request.roles);
        let names = names.chain(&request.otherwise);
        names.for_each(|name| reconciled.add_known_team(name));
    }
    let request = &GuardRequest {
        team: request.team_in(&reconciled),
        ..request.clone()
    };
    let report = view.report(&reconciled, &policy, &log.shown, now);
    let standing = Standing::of(&reconciled, &report, &policy, request);
    let under_override = under_override(&standing, (&reconciled, &report, &policy), request);
    let holds = reconciled.live_holds(now).into_iter().map(|hold| KeptHold {
        id: hold.id.to_owned(),
        team: hold.team.to_owned(),
        tokens: hold.tokens,
        cost: hold.cost,
        model: hold.model.map(str::to_owned),
        overridden: hold.overridden,
        since: hold.since,
        until: hold.until,
        line: hold.line,
    });
    let holds = holds.collect();
    Ok(GuardedLog {
        report,
        holds,
        standing,
        under_override,
        policy,
    })
}

/// Where the budget stands under the hold that an override granted the team of a request, where the request may have it.
fn under_override(
    standing: &Standing,
    (reconciled, report, policy): (&ReconciledMonth<'_>, &StatusReport, &Policy),
    request: &GuardRequest,
) -> Option<Standing> {
    if !request.by_override || standing.hold.is_some() {
        return None;
    }
    let team = request.team.as_deref()?;
    let request = GuardRequest {
        under_hold: Some(guard::override_hold(reconciled, team, report.now)?),
        ..request.clone()
    };
    let mut under = Standing::of(reconciled, report, policy, &request);
    // What is wrong with the hold that was given is said all the same.
    under.ended_hold.clone_from(&standing.ended_hold);
    under.foreign_hold.clone_from(&standing.foreign_hold);
    Some(under)
}

pub(super) fn view(options: &JudgeOptions) -> ViewRequest {
    ViewRequest {
        month: MonthChoice::Current,
        rows: Rows::Sizes,
        project: None,
        team: None,
        forecast_days: false,
        backtest: BacktestExtent::None,
        budget: options.budget,
        findings: Findings::listing(0),
        zone: options.zone.clone(),
    }
}

/// The ids of the holds that have not ended, with their teams, by a text of the log.
pub fn open_holds(
    log: &LogFiles,
    opened: Opened,
    options: &JudgeOptions,
) -> Result<Vec<(String, String)>, LoadFailure> {
    let view = view(options);
    let policy = view.policy(log);
    let (ledger, _, _) = files_of(log, opened, (&view, &policy), options.now)?;
    let holds = ledger.open_holds(options.now).into_iter();
    Ok(holds
        .map(|(id, team)| (id.to_owned(), team.to_owned()))
        .collect())
}

/// What became of some holds, and which teams they are for, by a text of the log.
pub fn hold_states(
    log: &LogFiles,
    opened: Opened,
    ids: &[String],
    options: &JudgeOptions,
) -> Result<Vec<(HoldState, Option<String>)>, LoadFailure> {
    let view = view(options);
    let policy = view.policy(log);
    let (ledger, _, _) = files_of(log, opened, (&view, &policy), options.now)?;
    let state = |id: &String| {
        let team = ledger.team_of_hold(id);
        (ledger.hold_state(id, options.now), team.map(str::to_owned))
    };
    Ok(ids.iter().map(state).collect())
}
