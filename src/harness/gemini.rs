//! Gemini CLI. Checked against 0.61.0. It shows all that is on standard error, and blocks on any exit code but 0 and 1.

use serde_json::json;

use super::{
    Event, Payload, Question, decision,
    payload::text_of,
    setup::{CommandForm, Handler, Setup},
    stop,
};

pub(super) const EVENTS: &[Event] = &[
    Event::AfterTool,
    Event::BeforeAgent,
    Event::BeforeModel,
    Event::BeforeTool,
    Event::SessionStart,
];

pub(super) fn question(event: Event, payload: &Payload<'_>) -> Question {
    let request = payload
        .value("llm_request")
        .filter(|_| event == Event::BeforeModel);
    Question {
        starts_work: event == Event::BeforeAgent,
        model: request.and_then(|request| text_of(request.get("model")?)),
        ..Question::default()
    }
}

pub(super) fn downgraded(model: &str) -> String {
    let output = json!({ "hookEventName": "BeforeModel", "llm_request": { "model": model } });
    json!({ "hookSpecificOutput": output }).to_string()
}

pub(super) fn denied(event: Event, reason: &str) -> String {
    match event {
        Event::AfterTool => stop(reason),
        _ => decision("deny", reason),
    }
}

pub(super) const SETUP: Setup = Setup {
    files: "~/.gemini/settings.json (all projects) or .gemini/settings.json (this project)",
    root: None,
    events: &["SessionStart", "BeforeAgent", "BeforeModel"],
    record: &["SessionEnd"],
    handler: Handler {
        command: CommandForm::GuardedLine,
        timeout: ("timeout", 10_000),
        record_timeout: 10_000,
        fail_closed: None,
        is_grouped: true,
    },
    trust: "Hooks of your own settings run at once; those of a project need a trusted folder, and Gemini warns once about each new one. Checked against Gemini CLI 0.61.0.",
    guard_note: None,
    fail_closed: "With --fail-closed, tokmon denies where it cannot decide, and calls are blocked while tokmon is missing. If tokmon is too slow, Gemini goes on all the same.",
};
