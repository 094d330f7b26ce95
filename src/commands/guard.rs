//! `tokmon guard`: may this work start within the budget? Holds and overrides are decided under the lock of the log, so that no two
//! runs grant the same tokens.

use chrono::{DateTime, FixedOffset, TimeDelta};

use super::{edit_session::EditSession, record, run::Run};
use crate::{
    analysis::{
        TeamReport,
        guard::{DecisionCounts, GuardAnswer, GuardDecision, GuardRequest, RequestKind, Unjudged},
    },
    cli::GuardArgs,
    edit,
    exit::ExitCode,
    failure::Failure,
    model::{EventKind, Hold, LogEvent, Month, StatedCost},
    render::{
        self,
        guard::{GrantedHold, GuardDocument},
    },
    session::{self, GuardedLog, JudgeOptions, LoadFailure, LogFiles},
    store::{self, Opened, RewriteError},
};

/// The file beside the log that counts decisions.
pub const DECISIONS: &str = "decisions";

/// From this size on, in bytes, the lines of decisions are summed up.
const MOST_DECISIONS: u64 = 64 * 1024;

pub fn run(args: &GuardArgs, run: &mut Run<'_, '_>) -> Result<ExitCode, Failure> {
    let request = GuardRequest {
        team: team(args.team.as_deref(), run)?,
        tokens: args.tokens,
        model: args.model.clone(),
        kind: RequestKind::Start,
        under_hold: args.under_hold.clone(),
        ..GuardRequest::default()
    };
    // Work that gets a hold of its own is judged as any other, whatever hold its caller works under.
    let request = if args.hold.is_some() {
        request
    } else {
        under_hold(request, run)
    };
    let judged = if args.hold.is_some() || args.override_reason.is_some() {
        decide_and_write(args, &request, run)?
    } else {
        judge(&request, run)?
    };
    check_team(&judged.guarded, &judged.decision)?;
    count(&judged.log, &judged.decision, run);
    for note in &judged.notes {
        run.note(note);
    }
    let answer = judged.decision.answer;
    let document = judged.document(args.override_reason.clone());
    let (format, style) = (run.format(), run.style());
    match &document.hold {
        // What a script needs of it.
        Some(hold) if run.is_silent() => run.print(|out| writeln!(out, "{}", hold.id))?,
        None if run.is_silent() && answer == GuardAnswer::Allow => {}
        _ => run.print(|out| document.write(format, style, out))?,
    }
    Ok(exit_code(answer))
}

pub const fn exit_code(answer: GuardAnswer) -> ExitCode {
    match answer {
        GuardAnswer::Allow => ExitCode::Success,
        GuardAnswer::Downgrade => ExitCode::Downgraded,
        GuardAnswer::Deny => ExitCode::Denied,
    }
}

/// The team by option, else by environment.
fn team(option: Option<&str>, run: &Run<'_, '_>) -> Result<Option<String>, Failure> {
    let by_environment = || run.cx.first_variable(&["TOKMON_TEAM"]);
    let team = option.map(str::to_owned).or_else(by_environment);
    let team = team.map(|team| team.trim().to_owned());
    if team.as_deref() == Some("") {
        return Err(Failure::usage("the name of the team is empty")
            .help("name the team that is to work, or leave out --team"));
    }
    Ok(team)
}

/// A decision, with the log that it is about.
pub struct Judged {
    pub log: LogFiles,
    pub guarded: GuardedLog,
    pub decision: GuardDecision,
    /// What is not known of the figures.
    pub notes: Vec<String>,
    hold: Option<GrantedHold>,
    now: DateTime<FixedOffset>,
}

impl Judged {
    fn document(self, reason: Option<String>) -> GuardDocument {
        GuardDocument {
            schema_version: render::guard::VERSION,
            file: self.log.shown,
            now: self.now,
            month: self.guarded.report.month,
            message: render::guard::reason(&self.decision),
            decision: self.decision,
            hold: self.hold,
            override_reason: reason,
            notes: self.notes,
        }
    }
}

/// Fails for a name that no team has where only teams have limits: nothing would be judged.
fn check_team(guarded: &GuardedLog, decision: &GuardDecision) -> Result<(), Failure> {
    let teams = &guarded.report.teams;
    let has_cap = |team: &TeamReport| team.allocated_tokens.is_some() || team.cost_budget.is_some();
    let is_judged = !decision.caps.is_empty() || decision.overridden.is_some();
    let Some(team) = decision.unknown_team.as_ref().filter(|_| !is_judged) else {
        return Ok(());
    };
    if !teams.iter().any(has_cap) {
        return Ok(());
    }
    let meant = decision.similar_team.as_ref();
    let meant = meant.map(|meant| format!("did you mean \"{meant}\"? "));
    let message = format!("the log knows no team \"{team}\", and only teams have limits");
    Err(Failure::usage(message).help(format!(
        "{}set a limit under [teams.\"{team}\"] in tokmon.toml, or leave out --team",
        meant.unwrap_or_default()
    )))
}

/// The request with the hold that the environment names, where none is given.
fn under_hold(request: GuardRequest, run: &Run<'_, '_>) -> GuardRequest {
    let by_environment = || run.cx.first_variable(&["TOKMON_HOLD"]);
    GuardRequest {
        under_hold: request.under_hold.or_else(by_environment),
        ..request
    }
}

/// Decides on a request, and writes nothing.
pub fn judge(request: &GuardRequest, run: &mut Run<'_, '_>) -> Result<Judged, Failure> {
    let request = &under_hold(request.clone(), run);
    let log = run.locate()?;
    let opened = log.open(run.cx.input)?;
    let options = options(run)?;
    let (guarded, decision) = decide(&log, opened, request, &options)?;
    Ok(Judged {
        notes: notes(&guarded, &decision),
        log,
        guarded,
        decision,
        hold: None,
        now: options.now,
    })
}

pub fn options(run: &Run<'_, '_>) -> Result<JudgeOptions, Failure> {
    let now = run.now()?;
    Ok(JudgeOptions {
        budget: run.budget()?,
        zone: run.zone(now),
        now,
    })
}

fn decide(
    log: &LogFiles,
    opened: Opened,
    request: &GuardRequest,
    options: &JudgeOptions,
) -> Result<(GuardedLog, GuardDecision), Failure> {
    let guarded = session::guarded(log, opened, request, options);
    let guarded = guarded.map_err(|LoadFailure { failure, .. }| failure)?;
    let decision = guarded.decide(request).map_err(|unjudged| {
        let Unjudged { message, help } = *unjudged;
        Failure::new(ExitCode::Config, message).help(help)
    })?;
    Ok((guarded, decision))
}

/// Allows a request whatever the answer is, also where a cap cannot be judged.
fn override_any(
    log: &LogFiles,
    opened: Opened,
    request: &GuardRequest,
    options: &JudgeOptions,
) -> Result<(GuardedLog, GuardDecision), Failure> {
    let guarded = session::guarded(log, opened, request, options);
    let guarded = guarded.map_err(|LoadFailure { failure, .. }| failure)?;
    let (decision, unjudged) = guarded.decide_by_known(request);
    let unjudged = unjudged.filter(|_| decision.is_admitted());
    let decision = GuardDecision {
        unjudged: unjudged.map(|unjudged| unjudged.message.clone()),
        ..decision.overridden()
    };
    Ok((guarded, decision))
}

/// What is not known of the figures.
fn notes(guarded: &GuardedLog, decision: &GuardDecision) -> Vec<String> {
    let report = &guarded.report;
    let rowless = !report.has_rows();
    let rowless = rowless.then(|| format!("judged {}: {}", report.month, render::no_rows(report)));
    let missing = render::missing(report).into_iter();
    let missing = missing.map(|missing| format!("judged all the same: {missing}"));
    let of_decision = render::guard::notes(decision);
    rowless
        .into_iter()
        .chain(missing)
        .chain(of_decision)
        .collect()
}

/// Counts a decision, for metrics. That this fails, as in a folder that cannot be written, changes no answer.
pub fn count(log: &LogFiles, decision: &GuardDecision, run: &mut Run<'_, '_>) {
    let (Some(path), Ok(now)) = (&log.path, run.now()) else {
        return;
    };
    let line = DecisionCounts::line(decision, now);
    let compact = (
        MOST_DECISIONS,
        &DecisionCounts::compacted as &dyn Fn(&str) -> String,
    );
    let counted = store::append_state(path, DECISIONS, &line, compact);
    if let Err(error) = counted.map_err(Failure::from)
        && run.global.verbose
    {
        run.note(format_args!("the decision is not counted: {error}"));
    }
}

/// The decisions that were counted beside a log.
pub fn counts(log: &LogFiles) -> DecisionCounts {
    let path = log.path.as_ref();
    let read = path.map(|path| store::read_state(path, DECISIONS));
    let bytes = read.and_then(Result::ok).unwrap_or_default();
    DecisionCounts::parse(&String::from_utf8_lossy(&bytes))
}

/// What is written with a decision.
struct Written<'a> {
    hold: Option<(String, std::time::Duration)>,
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
fn decide_and_write(
    args: &GuardArgs,
    request: &GuardRequest,
    run: &mut Run<'_, '_>,
) -> Result<Judged, Failure> {
    if args.hold.is_some() && request.team.is_none() {
        return Err(Failure::usage("--hold needs a team")
            .help("name the team that is to work with --team or TOKMON_TEAM"));
    }
    let users = ["TOKMON_AGENT", "USER", "LOGNAME", "USERNAME"];
    let reason = args.override_reason.as_deref();
    let written = Written {
        hold: args.hold.map(|length| (run.random_id(), length)),
        overriding: reason.map(|reason| (run.random_id(), reason)),
        by: run.cx.first_variable(&users),
    };
    let session = EditSession::open(run)?;
    let mut planned: Option<Planned> = None;
    let appended = session.target.append_decided(args.wait, &mut |bytes| {
        // Lines are appended to a log with a conflict, too. Nothing but UTF-8 is written into.
        let text = match str::from_utf8(bytes) {
            Ok(text) => text,
            Err(_) => &session.utf8(bytes.to_vec())?,
        };
        // The log was replaced after the lines were written, and has them.
        let before = planned.as_ref().map_or(&[][..], |planned| &planned.lines);
        if !before.is_empty() && before.iter().all(|line| text.contains(line.as_str())) {
            return Ok(None);
        }
        let opened = Opened::Memory(bytes.to_vec());
        // The wait for the lock may have been long.
        let options = options(run)?;
        let plan = plan(&session.log, opened, (request, &written), &options)?;
        let newline = newline(text);
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
    Ok(Judged {
        notes: notes(&planned.guarded, &planned.decision),
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
            let by = written.by.as_deref();
            lines.push(override_line((id, reason), by, &decision, options)?);
            (guarded, decision)
        }
    };
    // Before anything is written: a hold would make the team known.
    check_team(&guarded, &decision)?;
    let hold = written.hold.as_ref().filter(|_| decision.is_admitted());
    let hold = hold.map(|(id, length)| hold_of(id, *length, request, &decision, options.now));
    let hold = hold.transpose()?;
    if let Some(hold) = &hold {
        lines.push(hold_line(hold, options.now)?);
    }
    Ok(Planned {
        guarded,
        decision,
        hold,
        lines,
        now: options.now,
    })
}

/// The line end of new lines: `\r\n` where every line has it, else `\n`.
pub(super) fn newline(text: &str) -> &'static str {
    let mut ends = memchr::memchr_iter(b'\n', text.as_bytes());
    let is_crlf = |at: usize| at > 0 && text.as_bytes().get(at - 1) == Some(&b'\r');
    match ends.next() {
        Some(first) if is_crlf(first) && ends.all(is_crlf) => "\r\n",
        _ => "\n",
    }
}

/// The hold that an admitted request gets.
fn hold_of(
    id: &str,
    length: std::time::Duration,
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
        // Lines hold whole seconds.
        until: until - TimeDelta::nanoseconds(until.timestamp_subsec_nanos().into()),
    })
}

fn hold_line(hold: &GrantedHold, now: DateTime<FixedOffset>) -> Result<String, Failure> {
    let cost = hold.cost.and_then(|cost| {
        Some(StatedCost {
            nanos: u64::try_from(cost.nanos).ok()?,
            currency: Some(cost.currency),
        })
    });
    let hold = Hold {
        team: hold.team.as_str().into(),
        tokens: hold.tokens,
        until: hold.until,
        cost,
        model: hold.model.as_deref().map(Into::into),
        overridden: hold.overridden,
        id: hold.id.as_str().into(),
    };
    edit::hold_line(&hold, now).map_err(|(wrong, help)| Failure::usage(wrong).help(help))
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
