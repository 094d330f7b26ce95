//! Holds and overrides: decided and written under the lock of the log, so that no two runs grant the same tokens.

use std::{mem, time::Duration};

use chrono::{DateTime, FixedOffset, TimeDelta};

use super::{Judged, check_team, decide, notes};
use crate::{
    analysis::guard::{GuardAnswer, GuardDecision, GuardRequest},
    cli::GuardArgs,
    commands::{edit_session::EditSession, record, run::Run},
    edit,
    exit::ExitCode,
    failure::Failure,
    model::{EventKind, Hold, LogEvent, Month, StatedCost, Tokens},
    render::guard::GrantedHold,
    session::{self, GuardedLog, JudgeOptions, LoadFailure, LogFiles},
    store::{Opened, RewriteError},
    text::newline,
};

/// What is written with a decision.
struct Written<'a> {
    hold: Option<(String, Duration)>,
    /// The id and the reason of an override.
    overriding: Option<(String, &'a str)>,
    /// Who overrides.
    by: Option<String>,
}

/// A decision under the lock, with the lines to write.
struct Planned {
    guarded: GuardedLog,
    decision: GuardDecision,
    hold: Option<GrantedHold>,
    lines: Vec<String>,
    now: DateTime<FixedOffset>,
}

/// Decides on a request while no other process does, and writes the hold and the override, if any.
pub(super) fn decide_and_write(
    args: &GuardArgs,
    request: &GuardRequest,
    run: &mut Run<'_, '_>,
) -> Result<Judged, Failure> {
    let reason = args.override_reason.as_deref();
    let written = Written {
        hold: args.hold.map(|length| (run.random_id(), length)),
        overriding: reason.map(|reason| (run.random_id(), reason)),
        by: run.author(),
    };
    let session = EditSession::open(run)?;
    let mut planned: Option<Planned> = None;
    let appended = session.target.append_decided(args.wait, &mut |bytes| {
        session.check_form(bytes)?;
        // Lines are appended to a log with a conflict, too. Nothing but UTF-8 is written into.
        let text = match str::from_utf8(bytes) {
            Ok(text) => text,
            Err(_) => &session.utf8(bytes.clone())?,
        };
        // The log was replaced after the lines were written, and has them.
        let before = planned.as_ref().map_or(&[][..], |planned| &planned.lines);
        if !before.is_empty() && before.iter().all(|line| text.contains(line.as_str())) {
            return Ok(None);
        }
        let newline = newline(text);
        let opened = Opened::Memory(mem::take(bytes));
        // The wait for the lock may have been long.
        let options = run.judge_options()?;
        let plan = plan(&session.log, opened, (request, &written), &options)?;
        let lines = plan.lines.iter();
        let text: String = lines.flat_map(|line| [line.as_str(), newline]).collect();
        planned = Some(plan);
        Ok::<_, Failure>((!text.is_empty()).then_some(text))
    });
    match appended {
        Ok(()) => {}
        Err(RewriteError::Plan(failure)) => return Err(failure),
        Err(RewriteError::Write(error)) => return Err(error.into()),
    }
    let nothing = || Failure::new(ExitCode::Internal, "nothing was decided");
    let planned = planned.ok_or_else(nothing)?;
    if let Some(secret) = record::secret(&planned.lines.join("\n"), &session) {
        run.urgent_note(secret);
    }
    let mut notes = notes(&planned.guarded, &planned.decision);
    if reason.is_some() && planned.decision.overridden.is_none() {
        notes.push("nothing had to be overridden, so no override is written".to_owned());
    }
    Ok(Judged {
        notes,
        log: session.log,
        guarded: planned.guarded,
        decision: planned.decision,
        hold: planned.hold,
        now: planned.now,
    })
}

/// Decides, and says which lines to write.
fn plan(
    log: &LogFiles,
    opened: Opened,
    (request, written): (&GuardRequest, &Written<'_>),
    options: &JudgeOptions,
) -> Result<Planned, Failure> {
    let mut lines = Vec::new();
    let (guarded, decision) = match &written.overriding {
        None => decide(log, opened, request, options)?,
        Some((id, reason)) => {
            let (guarded, decision) = override_any(log, opened, request, options)?;
            // What is allowed anyway is no override.
            let line = override_line((id, reason), written.by.as_deref(), &decision, options)?;
            lines.extend(decision.overridden.map(|_| line));
            (guarded, decision)
        }
    };
    // Before anything is written: a hold would make the team known.
    check_team(&guarded, &decision)?;
    let hold = written.hold.as_ref();
    if hold.is_some() {
        check_hold(request, &decision)?;
    }
    let hold = hold.filter(|_| decision.is_admitted());
    let hold = hold.map(|(id, length)| hold_of(id, *length, request, &decision, options.now));
    let hold = hold.transpose()?;
    if let Some(hold) = &hold {
        lines.push(hold_line(hold)?);
    }
    Ok(Planned {
        guarded,
        decision,
        hold,
        lines,
        now: options.now,
    })
}

/// Fails where there is no team that a hold could be for, or nothing to reserve.
fn check_hold(request: &GuardRequest, decision: &GuardDecision) -> Result<(), Failure> {
    if decision.team.is_none() && request.team.is_none() {
        return Err(Failure::usage("--hold needs a team")
            .help("name the team that is to work with --team or TOKMON_TEAM"));
    }
    if decision.requested.tokens == Tokens::ZERO {
        return Err(Failure::usage("a hold of 0 tokens reserves nothing")
            .help("say with --tokens how many the work will use"));
    }
    Ok(())
}

/// The hold that an admitted request gets.
fn hold_of(
    id: &str,
    length: Duration,
    request: &GuardRequest,
    decision: &GuardDecision,
    now: DateTime<FixedOffset>,
) -> Result<GrantedHold, Failure> {
    let length = TimeDelta::from_std(length).ok();
    let until = length.and_then(|length| now.checked_add_signed(length));
    let until = until.ok_or_else(|| Failure::usage("--hold ends after all dates"))?;
    let to = decision.to.as_ref().map(|to| to.model.clone());
    let team = decision.team.clone().or_else(|| request.team.clone());
    Ok(GrantedHold {
        id: id.to_owned(),
        team: team.unwrap_or_default(),
        tokens: decision.requested.tokens,
        cost: decision.cost.map(|cost| cost.money),
        model: to.or_else(|| request.model.clone()),
        overridden: decision.overridden.is_some(),
        since: whole_seconds(now),
        until: whole_seconds(until),
    })
}

/// A moment as lines have it.
fn whole_seconds(moment: DateTime<FixedOffset>) -> DateTime<FixedOffset> {
    moment - TimeDelta::nanoseconds(moment.timestamp_subsec_nanos().into())
}

fn hold_line(hold: &GrantedHold) -> Result<String, Failure> {
    let cost = hold.cost.and_then(|cost| {
        Some(StatedCost {
            nanos: u64::try_from(cost.nanos).ok()?,
            currency: Some(cost.currency),
        })
    });
    let hold = Hold {
        team: hold.team.as_str().into(),
        tokens: hold.tokens,
        time: hold.since,
        until: hold.until,
        cost,
        model: hold.model.as_deref().map(Into::into),
        overridden: hold.overridden,
        id: hold.id.as_str().into(),
    };
    edit::hold_line(&hold).map_err(|(wrong, help)| Failure::usage(wrong).help(help))
}

/// The line that says who allowed what the guard may not have allowed, and why.
fn override_line(
    (id, reason): (&str, &str),
    by: Option<&str>,
    decision: &GuardDecision,
    options: &JudgeOptions,
) -> Result<String, Failure> {
    if reason.trim().is_empty() {
        return Err(Failure::usage("the reason of the override is empty")
            .help("say why the work must start all the same"));
    }
    let now = options.now;
    let team = decision.team.as_ref().or(decision.unknown_team.as_ref());
    let event = LogEvent {
        team: team.map(|team| team.as_str().into()),
        tokens: Some(decision.requested.tokens),
        by: by.map(Into::into),
        reason: Some(reason.into()),
        id: Some(id.into()),
        ..LogEvent::new(EventKind::Override, now, Month::of(now.date_naive()))
    };
    let line = edit::event_line(&event);
    line.map_err(|(wrong, help)| Failure::usage(wrong).help(help))
}

/// Allows a request whatever the answer is, also where a cap cannot be judged. What is allowed anyway stays as it is.
fn override_any(
    log: &LogFiles,
    opened: Opened,
    request: &GuardRequest,
    options: &JudgeOptions,
) -> Result<(GuardedLog, GuardDecision), Failure> {
    let guarded = session::guarded(log, opened, request, options);
    let guarded = guarded.map_err(|LoadFailure { failure, .. }| failure)?;
    let (decision, unjudged) = guarded.decide_by_known(request);
    let unjudged = unjudged.map(|unjudged| unjudged.message.clone());
    let unknown = || check_team(&guarded, &decision).err();
    let unjudged = unjudged.or_else(|| unknown().map(|failure| failure.to_string()));
    let unjudged = unjudged.filter(|_| decision.is_admitted());
    if decision.answer == GuardAnswer::Allow && unjudged.is_none() {
        return Ok((guarded, decision));
    }
    let decision = GuardDecision {
        unjudged,
        ..guarded.overridden(decision, request)
    };
    Ok((guarded, decision))
}
