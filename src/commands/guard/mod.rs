//! `tokmon guard`: may this work start within the budget? `written` decides on what is written, holds and overrides; `counting`
//! counts the decisions.

mod counting;
mod written;

use chrono::{DateTime, FixedOffset};

pub use counting::{count, counts};

use super::run::Run;
use crate::{
    analysis::{
        TeamReport,
        guard::{GuardAnswer, GuardDecision, GuardRequest, RequestKind, Unjudged},
    },
    cli::GuardArgs,
    exit::ExitCode,
    failure::Failure,
    render::{
        self, Format,
        guard::{GrantedHold, GuardDocument},
    },
    session::{self, GuardedLog, JudgeOptions, LoadFailure, LogFiles},
    store::Opened,
};

pub fn run(args: &GuardArgs, run: &mut Run<'_, '_>) -> Result<ExitCode, Failure> {
    let team = team(args.team.as_deref(), run)?;
    let request = GuardRequest {
        roles: run
            .cx
            .first_variable(&["TOKMON_AGENT"])
            .into_iter()
            .collect(),
        team,
        tokens: args.tokens,
        model: args.model.clone(),
        kind: RequestKind::Start,
        under_hold: args.under_hold.clone(),
        ..GuardRequest::default()
    };
    let mut judged = if args.hold.is_some() {
        // Work that gets a hold of its own is judged as any other, whatever hold its caller works under.
        written::decide_and_write(args, &request, run)?
    } else if args.override_reason.is_some() {
        written::decide_and_write(args, &under_hold(request, run), run)?
    } else {
        judge(&request, run)?
    };
    check_team(&judged.guarded, &judged.decision)?;
    count(&judged.log, &judged.decision, run);
    let beside = args.hold.and_then(|_| beside(&judged.guarded, run));
    judged.notes.extend(beside);
    for note in &judged.notes {
        run.note(note);
    }
    let answer = judged.decision.answer;
    let document = judged.document(args.override_reason.clone());
    print(&document, args.hold.is_some(), run)?;
    Ok(exit_code(answer))
}

/// Prints the answer. With `--quiet`, a hold is its id alone, which is what a script takes from standard output; why it is denied, or
/// the model to use instead, goes to standard error.
fn print(document: &GuardDocument, asks_hold: bool, run: &mut Run<'_, '_>) -> Result<(), Failure> {
    let is_allowed = document.decision.answer == GuardAnswer::Allow;
    if asks_hold && run.global.quiet && run.format() == Format::Table {
        let answer = document.answer().into_iter().filter(|_| !is_allowed);
        for line in answer {
            run.urgent_note(line);
        }
        return run.print(|out| match &document.hold {
            Some(hold) => writeln!(out, "{}", hold.id),
            None => Ok(()),
        });
    }
    if run.is_silent() && is_allowed {
        return Ok(());
    }
    let (format, style) = (run.format(), run.style());
    run.print(|out| document.write(format, style, out))
}

/// That a new hold is beside the one that its caller works under.
fn beside(guarded: &GuardedLog, run: &Run<'_, '_>) -> Option<String> {
    let id = run.cx.first_variable(&["TOKMON_HOLD"])?;
    let hold = guarded.holds.iter().find(|hold| hold.id == id)?;
    let tokens = render::counted(hold.tokens.0, "token");
    Some(format!(
        "the new hold is judged beside the hold {id} (TOKMON_HOLD), which goes on to reserve {tokens}"
    ))
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
            override_reason: reason.filter(|_| self.decision.overridden.is_some()),
            decision: self.decision,
            hold: self.hold,
            notes: self.notes,
        }
    }
}

/// Fails for a name that no team has where only teams have limits: nothing would be judged.
fn check_team(guarded: &GuardedLog, decision: &GuardDecision) -> Result<(), Failure> {
    let teams = &guarded.report.teams;
    let is_judged = !decision.caps.is_empty() || decision.overridden.is_some();
    let Some(team) = decision.unknown_team.as_ref().filter(|_| !is_judged) else {
        return Ok(());
    };
    if !teams.iter().any(TeamReport::has_limit) {
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
    let options = run.judge_options()?;
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
