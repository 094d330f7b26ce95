//! Claude Code. Checked against 2.1.332.

use super::{
    Answer, Event, Payload, Question, Subagent, decision,
    payload::text_of,
    permission_denied, permission_refused,
    setup::{CommandForm, Handler, Setup},
    stop,
};

pub(super) const EVENTS: &[Event] = &[
    Event::PreToolUse,
    Event::PermissionRequest,
    Event::PostToolBatch,
    Event::PreModelSwitch,
    Event::SessionStart,
    Event::Stop,
    Event::UserPromptSubmit,
];

/// What the `Agent` tool takes as a model: no other names.
const ALIASES: [&str; 4] = ["haiku", "sonnet", "opus", "fable"];

/// The model that a call is judged by which names none: a top model, as the harness may take by default.
const ASSUMED_MODEL: &str = "opus";

/// The variable that outranks the model of a call.
const SUBAGENT_MODEL: &str = "CLAUDE_CODE_SUBAGENT_MODEL";

pub(super) fn question(
    event: Event,
    payload: &Payload<'_>,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Question {
    match event {
        Event::UserPromptSubmit => Question {
            starts_work: true,
            ..Question::default()
        },
        Event::PreModelSwitch => Question {
            model: payload
                .text("to_model")
                .or_else(|| payload.text("requested_model")),
            model_before: payload.text("from_model"),
            ..Question::default()
        },
        Event::SessionStart => Question {
            model: payload.text("model"),
            ..Question::default()
        },
        Event::PreToolUse => subagent(payload, environment(SUBAGENT_MODEL)),
        _ => Question::default(),
    }
}

fn subagent(payload: &Payload<'_>, forced: Option<String>) -> Question {
    let tool = payload.text("tool_name");
    if !["Agent", "Task"]
        .map(str::to_owned)
        .map(Some)
        .contains(&tool)
    {
        return Question::default();
    }
    let input = payload
        .value("tool_input")
        .filter(|input| input.is_object());
    let text = |key| input.and_then(|input| text_of(input.get(key)?));
    let is_model = |model: &String| model != "inherit" && model != "default";
    let forced = forced.filter(is_model);
    let role = text("subagent_type");
    let fixed = if role.as_deref() == Some("fork") {
        Some(
            "a fork keeps the model of its parent: start a named subagent with model haiku in its place",
        )
    } else {
        forced.as_ref().map(|_| "CLAUDE_CODE_SUBAGENT_MODEL decides the model of subagents: set it to a cheaper one")
    };
    let is_fork = fixed.is_some() && forced.is_none();
    let named = forced.or_else(|| text("model").filter(is_model).filter(|_| !is_fork));
    Question {
        starts_work: true,
        subagent: Some(Subagent {
            input: input.map_or_else(|| "{}".to_owned(), |input| input.text().to_owned()),
            names_model: named.is_some(),
            role,
            fixed,
        }),
        // That of the agent's own file, or of the parent, is not known here.
        model: Some(named.unwrap_or_else(|| ASSUMED_MODEL.to_owned())),
        ..Question::default()
    }
}

/// The word that the `Agent` tool has for a model.
fn alias(model: &str) -> Option<&'static str> {
    let model = model.to_ascii_lowercase();
    ALIASES.into_iter().find(|alias| model.contains(alias))
}

pub(super) fn how_to_switch(model: &str) -> String {
    let model = alias(model).unwrap_or(model);
    format!("; a hook cannot change the main model: switch with /model {model}")
}

/// Only the model of a subagent can be changed.
pub(super) fn downgrade(event: Event, question: &Question, model: &str, reason: String) -> Answer {
    let subagent = match event {
        Event::PreModelSwitch => return Answer::Deny { reason },
        Event::PreToolUse => question.subagent.as_ref(),
        _ => None,
    };
    let Some(subagent) = subagent else {
        return Answer::ALLOW;
    };
    match (subagent.fixed, alias(model)) {
        (None, Some(alias)) => Answer::Downgrade {
            model: alias.to_owned(),
            reason,
        },
        (fixed, _) => {
            let why = fixed.unwrap_or("Claude Code has no name for the model to use instead");
            Answer::Deny {
                reason: format!("{reason}; {why}"),
            }
        }
    }
}

/// Without a permission, so that the user is still asked for it.
pub(super) fn downgraded(question: &Question, model: &str) -> Option<String> {
    let input = question.subagent.as_ref()?.with_model(model)?;
    Some(format!(
        r#"{{"hookSpecificOutput":{{"hookEventName":"PreToolUse","updatedInput":{input}}}}}"#
    ))
}

pub(super) fn denied(event: Event, reason: &str) -> String {
    match event {
        Event::PreToolUse => permission_denied("PreToolUse", reason),
        Event::PreModelSwitch => permission_denied("PreModelSwitch", reason),
        Event::PermissionRequest => permission_refused(reason),
        Event::Stop => stop(reason),
        _ => decision("block", reason),
    }
}

pub(super) const SETUP: Setup = Setup {
    files: "~/.claude/settings.json (all projects) or .claude/settings.local.json (this project)",
    root: None,
    events: &[
        "SessionStart",
        "UserPromptSubmit",
        "PreToolUse",
        "PreModelSwitch",
    ],
    record: &["SessionEnd"],
    handler: Handler {
        command: CommandForm::Arguments("command"),
        timeout: ("timeout", 10),
        record_timeout: 10,
        fail_closed: Some(("onFailure", "block")),
        is_grouped: true,
    },
    trust: "Claude Code runs no hook of a settings file until you have trusted the folder in its dialog. Running sessions notice the change. Checked against Claude Code 2.1.332.",
    guard_note: Some(
        "PreModelSwitch needs Claude Code 2.1.251 or later, and is ignored by older versions.",
    ),
    fail_closed: "With --fail-closed, a call is also blocked if tokmon is missing, crashes or takes longer than 10 seconds (Claude Code 2.1.295 and later).",
};
