//! From the question of a harness to an answer that it can take: whose budget it is, by which log, and what to do with the decision.

use std::{
    io,
    path::{Path, PathBuf},
};

use crate::{
    analysis::guard::{
        GuardAnswer, GuardDecision, GuardReason, GuardRequest, RequestKind, RequestedModel,
    },
    cli::{GlobalArgs, GuardArgs, OnError},
    commands::{
        Context,
        guard::{Judged, count, judge},
        run::Run,
    },
    failure::Failure,
    harness::{Answer, Event, Harness, Payload, Question},
    model::{Level, ModelTier},
    render, store,
};

/// Why nothing is decided.
pub(super) enum NotDecided {
    /// There is nothing to guard.
    Unguarded(String),
    /// It is allowed, but what the team may use is not guarded.
    WithoutTeam(String),
    Failed(Failure),
}

impl From<Failure> for NotDecided {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// What is asked, and by whom.
pub(super) struct Asked<'a> {
    pub(super) harness: Harness,
    pub(super) event: Event,
    pub(super) question: &'a Question,
    pub(super) payload: &'a Payload<'a>,
}

/// Decides on what is asked, by the log of the folder that the agent works in.
pub(super) fn decide(
    global: &GlobalArgs,
    options: &GuardArgs,
    asked: &Asked<'_>,
    cx: &mut Context<'_>,
) -> Result<Answer, NotDecided> {
    let here = cx.folder.clone();
    let folder = asked.payload.text("cwd").map(PathBuf::from);
    let folder = folder.filter(|folder| folder.is_absolute() && !store::is_missing(folder));
    let folder = folder.unwrap_or_else(|| here.clone());
    // What else there is to say is not for the harness.
    let mut inner = Context {
        folder: folder.clone(),
        environment: cx.environment,
        clock: cx.clock,
        zone: cx.zone,
        input: &mut io::empty(),
        input_is_ready: cx.input_is_ready,
        out: &mut io::sink(),
        err: &mut io::sink(),
        out_terminal: cx.out_terminal,
        err_terminal: cx.err_terminal,
        input_is_terminal: false,
        uptime: cx.uptime,
        random: cx.random,
        signals: cx.signals.clone(),
    };
    let mut run = Run::new(global, &mut inner);
    run.read_settings()?;
    let is_missing =
        |run: &Run<'_, '_>| matches!(&run.located, Some(Err(failure)) if failure.is_no_input());
    if is_missing(&run) && folder != here {
        run.cx.folder = here;
        run.located = None;
        run.read_settings()?;
    }
    if is_missing(&run) && run.log_path().is_none() {
        return Err(NotDecided::Unguarded("no cost log found".to_owned()));
    }
    judged_answer(options, asked, &folder, &mut run)
}

/// Decides by the log that was found.
fn judged_answer(
    options: &GuardArgs,
    asked: &Asked<'_>,
    folder: &Path,
    run: &mut Run<'_, '_>,
) -> Result<Answer, NotDecided> {
    let request = request(options, asked, folder, run)?;
    let must_decide = options.hook.on_error == OnError::Deny && states_limit(run)?;
    let judged = judge(&request, run).map_err(|failure| {
        if failure.is_no_log() && !must_decide {
            return NotDecided::Unguarded(failure.to_string());
        }
        NotDecided::Failed(failure)
    })?;
    if judged.decision.reason == GuardReason::NoCaps {
        return Err(NotDecided::Unguarded(match &judged.decision.unknown_team {
            Some(team) => format!("the log knows no team {team}, and there is no budget for all"),
            None => "no budget is set".to_owned(),
        }));
    }
    let answer = answer(asked.event, asked.question, &judged);
    let answer = asked.harness.possible(asked.event, asked.question, answer);
    if asked.event == Event::SessionStart {
        return Ok(with_names(answer, &judged));
    }
    count_answer(asked, &answer, &judged, run);
    match unknown_team(&judged.decision) {
        Some(why) if asked.event.begins_work() && answer == Answer::ALLOW => {
            Err(NotDecided::WithoutTeam(why))
        }
        _ => Ok(answer),
    }
}

/// Whether a budget is set beside the log, so that a log without any usage is no reason to guard nothing.
fn states_limit(run: &mut Run<'_, '_>) -> Result<bool, Failure> {
    let log = run.locate()?;
    let states = log.settings.policy.states_limit() || run.budget()?.is_some();
    run.located = Some(Ok(log));
    Ok(states)
}

/// Counts an answer: to work that is to start, and to each step of it that is not allowed as it is.
fn count_answer(asked: &Asked<'_>, answer: &Answer, judged: &Judged, run: &mut Run<'_, '_>) {
    let answered = match answer {
        Answer::Allow { .. } => GuardAnswer::Allow,
        Answer::Downgrade { .. } => GuardAnswer::Downgrade,
        Answer::Deny { .. } => GuardAnswer::Deny,
    };
    let is_plain = answered == GuardAnswer::Allow && !asked.question.starts_work;
    if is_plain {
        return;
    }
    let mut decision = judged.decision.clone();
    if answered == GuardAnswer::Allow && decision.answer != GuardAnswer::Allow {
        decision.reason = GuardReason::WithinCaps;
    }
    decision.answer = answered;
    count(&judged.log, &decision, run);
}

fn request(
    options: &GuardArgs,
    asked: &Asked<'_>,
    folder: &Path,
    run: &mut Run<'_, '_>,
) -> Result<GuardRequest, Failure> {
    let question = asked.question;
    let [team, agent] = [&options.team, &options.hook.agent].map(Clone::clone);
    if team.as_ref().is_some_and(|team| team.trim().is_empty()) {
        return Err(Failure::usage("the name of the team is empty"));
    }
    let log = run.locate()?;
    let path = log.settings_path.as_deref();
    let by_rule = log
        .settings
        .team_of(folder, path, &|| store::checkout(folder));
    run.located = Some(Ok(log));
    // What an option says outranks the environment, and that the payload.
    let of_environment = |name| run.cx.first_variable(&[name]);
    // The work of a subagent is that of its own role.
    let subagent = question.subagent.as_ref();
    let started = subagent.and_then(|subagent| subagent.role.clone());
    let (others, otherwise) = if let Some(team) = of_environment("TOKMON_TEAM") {
        ([None, None, None], Some(team))
    } else {
        let agent = of_environment("TOKMON_AGENT");
        ([agent, started, asked.payload.agent()], by_rule)
    };
    Ok(GuardRequest {
        team,
        roles: std::iter::once(agent).chain(others).flatten().collect(),
        otherwise,
        tokens: options.tokens.filter(|_| question.starts_work),
        model: question.model.clone().or_else(|| options.model.clone()),
        kind: match asked.event {
            Event::PreModelSwitch => RequestKind::Switch,
            _ if question.starts_work => RequestKind::Start,
            _ => RequestKind::Continue,
        },
        under_hold: None,
        by_override: true,
    })
}

fn answer(event: Event, question: &Question, judged: &Judged) -> Answer {
    let decision = &judged.decision;
    let reason = render::guard::reason(decision);
    match decision.answer {
        GuardAnswer::Allow => Answer::Allow {
            warning: (event == Event::SessionStart && is_high(decision)).then_some(reason),
        },
        _ if event == Event::PreModelSwitch => {
            if !is_switch_up(question, judged) {
                return Answer::ALLOW;
            }
            let model = question.model.as_deref().unwrap_or("another model");
            let way_out = way_out(judged);
            Answer::Deny {
                reason: format!("{reason}; a switch to {model} has to wait; {way_out}"),
            }
        }
        GuardAnswer::Deny => Answer::Deny {
            reason: format!("{reason}; {}", way_out(judged)),
        },
        GuardAnswer::Downgrade => match &decision.to {
            Some(to) if is_cheaper(question, decision, to.tier) => Answer::Downgrade {
                model: to.model.clone(),
                reason,
            },
            _ => Answer::ALLOW,
        },
    }
}

/// Whether a model is cheaper than the one that would be used. Of a subagent whose model is not known, only the cheapest surely is.
fn is_cheaper(question: &Question, decision: &GuardDecision, tier: ModelTier) -> bool {
    let is_known = question
        .subagent
        .as_ref()
        .is_none_or(|subagent| subagent.names_model);
    is_known || tier == ModelTier::Bottom || decision.reason == GuardReason::Cap
}

/// What to do about a denial. The hold of an override reaches the hooks of its team that have no hold of their own.
fn way_out(judged: &Judged) -> String {
    let decision = &judged.decision;
    let way_out = render::guard::way_out(decision);
    if decision.reason == GuardReason::UnknownTeam {
        return way_out;
    }
    let is_named = decision.team.is_some() || decision.unknown_team.is_some();
    let sessions = if !is_named {
        ", for sessions with TOKMON_TEAM=TEAM"
    } else if judged.guarded.standing.hold.is_some() {
        ", for a session without TOKMON_HOLD"
    } else {
        ""
    };
    format!("{way_out} (by a person, in a terminal of their own){sessions}")
}

/// Whether a switch of models is one to a more expensive tier. Back to a cheaper one is always right.
fn is_switch_up(question: &Question, judged: &Judged) -> bool {
    let guard = &judged.log.settings.policy.guard;
    let tier = |model: &Option<String>| Some(RequestedModel::of(model.as_deref()?, guard).tier);
    let (before, after) = (tier(&question.model_before), tier(&question.model));
    before.is_none() || after > before
}

fn is_high(decision: &GuardDecision) -> bool {
    decision.caps.iter().any(|cap| cap.level >= Level::Warning)
}

/// That the log does not have the team, and which one may be meant.
fn unknown_team(decision: &GuardDecision) -> Option<String> {
    let team = decision.unknown_team.as_ref()?;
    let meant = decision.similar_team.as_ref();
    let meant = meant.map(|meant| format!(" (did you mean \"{meant}\"?)"));
    let meant = meant.unwrap_or_default();
    Some(format!("the log knows no team {team}{meant}"))
}

/// The message as a session begins, with what is wrong with the names that it was given.
fn with_names(answer: Answer, judged: &Judged) -> Answer {
    let Answer::Allow { warning } = answer else {
        return answer;
    };
    let decision = &judged.decision;
    let denies = judged.log.settings.policy.guard.deny_unknown_teams;
    let team = unknown_team(decision).map(|why| {
        let effect = if denies {
            "its prompts and subagents are denied"
        } else {
            "only the budget of all teams is guarded"
        };
        format!("{why}; {effect}")
    });
    let hold = render::guard::unused_hold(decision, " of TOKMON_HOLD", "it is not used");
    let parts = [team, hold, warning].into_iter().flatten();
    let text = parts.collect::<Vec<_>>().join("; ");
    Answer::Allow {
        warning: Some(text).filter(|text| !text.is_empty()),
    }
}
