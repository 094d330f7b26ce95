//! Codex CLI. Checked against 0.171.0. It refuses an answer with a key that it does not know, and then goes on.

use super::{
    Answer, Event, Payload, Question, Subagent, decision,
    payload::text_of,
    permission_denied, permission_refused,
    setup::{CommandForm, Handler, Setup},
};

pub(super) const EVENTS: &[Event] = &[
    Event::PreToolUse,
    Event::PermissionRequest,
    Event::SessionStart,
    Event::UserPromptSubmit,
];

pub(super) fn question(event: Event, payload: &Payload<'_>) -> Question {
    let model = payload.text("model");
    let tool = payload.text("tool_name").unwrap_or_default();
    // Newer tool sets put a name before it, without a separator.
    if event != Event::PreToolUse || !tool.ends_with("spawn_agent") {
        return Question {
            starts_work: event == Event::UserPromptSubmit,
            model,
            ..Question::default()
        };
    }
    let input = payload
        .value("tool_input")
        .filter(|input| input.is_object());
    let named = input.and_then(|input| text_of(input.get("model")?));
    Question {
        starts_work: true,
        model: named.or(model),
        subagent: Some(Subagent {
            input: input.map_or_else(|| "{}".to_owned(), |input| input.text().to_owned()),
            // Without one of its own, it has that of its parent, which is known.
            names_model: true,
            role: None,
            fixed: None,
        }),
        ..Question::default()
    }
}

pub(super) fn how_to_switch(model: &str) -> String {
    format!("; a hook cannot change the main model: switch with /model to {model}")
}

/// Only the model of a subagent can be changed. Of any other call the user sees a message; elsewhere a message may not be taken.
pub(super) fn downgrade(
    event: Event,
    question: &Question,
    model: String,
    reason: String,
) -> Answer {
    match (event, &question.subagent) {
        (Event::PreToolUse, Some(_)) => Answer::Downgrade { model, reason },
        (Event::PreToolUse, None) => Answer::warn(reason + &how_to_switch(&model)),
        _ => Answer::ALLOW,
    }
}

/// Codex takes an input only with a permission, and Claude asks the user only without one.
pub(super) fn downgraded(question: &Question, model: &str) -> Option<String> {
    let input = question.subagent.as_ref()?.with_model(model)?;
    Some(format!(
        r#"{{"hookSpecificOutput":{{"hookEventName":"PreToolUse","permissionDecision":"allow","updatedInput":{input}}}}}"#
    ))
}

pub(super) fn denied(event: Event, reason: &str) -> String {
    match event {
        Event::PreToolUse => permission_denied("PreToolUse", reason),
        Event::PermissionRequest => permission_refused(reason),
        _ => decision("block", reason),
    }
}

pub(super) const SETUP: Setup = Setup {
    files: "~/.codex/hooks.json (all projects) or .codex/hooks.json (this project); not config.toml",
    root: None,
    events: &["SessionStart", "UserPromptSubmit", "PreToolUse"],
    record: &["SessionEnd"],
    handler: Handler {
        command: CommandForm::Line,
        timeout: ("timeout", 10),
        // Codex takes no longer time for the end of a session, and warns of it at each start.
        record_timeout: 3,
        fail_closed: None,
        is_grouped: true,
    },
    trust: "Codex skips a new or changed hook until you have trusted it: open codex, enter /hooks, and trust each. `codex exec` skips untrusted hooks without a word. Checked against Codex 0.171.0.",
    guard_note: None,
    fail_closed: "With --fail-closed, tokmon denies where it cannot decide. If tokmon is missing, crashes or is too slow, Codex goes on all the same.",
};
