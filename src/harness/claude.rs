//! Claude Code. Checked against 2.1.332.

use super::{
    Answer, Event, Payload, Question, Subagent, cannot_change, decision,
    payload::text_of,
    permission_denied, permission_refused,
    setup::{CommandForm, Handler, Setup},
    stop, system_message,
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
    let fixed = if text("subagent_type").as_deref() == Some("fork") {
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
            fixed,
        }),
        // That of the agent's own file, or of the parent, is not known here.
        model: Some(named.unwrap_or_else(|| "opus".to_owned())),
        ..Question::default()
    }
}

/// The word that the `Agent` tool has for a model.
fn alias(model: &str) -> Option<&'static str> {
    let model = model.to_ascii_lowercase();
    ALIASES.into_iter().find(|alias| model.contains(alias))
}

pub(super) fn answer(event: Event, question: &Question, answer: &Answer) -> Option<String> {
    match (event, answer) {
        (Event::SessionStart, Answer::Allow { warning }) => Some(system_message(warning.as_ref()?)),
        (_, Answer::Allow { .. }) => None,
        (Event::SessionStart, Answer::Downgrade { model, reason }) => {
            let model = alias(model).unwrap_or(model);
            let how = format!(
                "{reason}; a hook cannot change the main model: switch with /model {model}"
            );
            Some(system_message(&how))
        }
        (Event::SessionStart, Answer::Deny { reason }) => Some(system_message(reason)),
        (Event::PreToolUse, Answer::Downgrade { model, reason }) => {
            downgraded(question, model, reason)
        }
        (Event::PreModelSwitch, Answer::Downgrade { reason, .. } | Answer::Deny { reason }) => {
            Some(permission_denied("PreModelSwitch", reason))
        }
        (_, Answer::Downgrade { .. }) => None,
        (Event::PreToolUse, Answer::Deny { reason }) => {
            Some(permission_denied("PreToolUse", reason))
        }
        (Event::PermissionRequest, Answer::Deny { reason }) => Some(permission_refused(reason)),
        (Event::Stop, Answer::Deny { reason }) => Some(stop(reason)),
        (_, Answer::Deny { reason }) => Some(decision("block", reason)),
    }
}

/// Without a permission, so that the user is still asked for it.
fn downgraded(question: &Question, model: &str, reason: &str) -> Option<String> {
    let subagent = question.subagent.as_ref()?;
    let fixed = subagent.fixed.or_else(|| {
        let known = alias(model).is_some();
        (!known).then_some("Claude Code has no name for that model")
    });
    if let Some(fixed) = fixed {
        return Some(permission_denied(
            "PreToolUse",
            &cannot_change(fixed, reason),
        ));
    }
    let input = subagent.with_model(alias(model)?)?;
    Some(format!(
        r#"{{"hookSpecificOutput":{{"hookEventName":"PreToolUse","updatedInput":{input}}}}}"#
    ))
}

pub(super) const SETUP: Setup = Setup {
    title: "Claude Code",
    files: "~/.claude/settings.json (all projects) or .claude/settings.local.json (this project)",
    root: None,
    events: &[
        "SessionStart",
        "UserPromptSubmit",
        "PreToolUse",
        "PreModelSwitch",
    ],
    handler: Handler {
        command: CommandForm::Arguments("command"),
        timeout: ("timeout", 10),
        fail_closed: Some(("onFailure", "block")),
        is_grouped: true,
    },
    trust: "Claude Code runs no hook of a settings file until you have trusted the folder in its dialog. Running sessions notice the change.",
    fail_closed: "With --fail-closed, a call is also blocked if tokmon is missing, crashes or takes longer than 10 seconds (Claude Code 2.1.295 and later).",
};
