//! Copilot CLI, by its documentation; not run. Any exit code but 0 denies, so that errors have to be silent.

use serde_json::json;

use super::{
    Event, Payload, Question, Subagent,
    json::JsonValue,
    message,
    payload::text_of,
    setup::{CommandForm, Handler, Setup},
};

/// The model that a call is judged by which names none: a top model, as the harness may take by default.
const ASSUMED_MODEL: &str = "claude-opus-5";

pub(super) const EVENTS: &[Event] = &[Event::PreToolUse];

/// The event of a payload that does not name it, as those of camel case do not.
pub(super) fn inferred_event(payload: &Payload<'_>) -> Option<String> {
    let has = |key| payload.value(key).is_some();
    let is_call = has("toolName") && !has("toolResult");
    is_call.then(|| "preToolUse".to_owned())
}

pub(super) fn question(payload: &Payload<'_>) -> Question {
    let tool = payload
        .text("toolName")
        .or_else(|| payload.text("tool_name"));
    if !["task", "Task", "Agent"]
        .map(str::to_owned)
        .map(Some)
        .contains(&tool)
    {
        return Question::default();
    }
    let input = payload
        .value("toolArgs")
        .or_else(|| payload.value("tool_input"));
    // Older versions send the arguments as a string that holds JSON.
    let input = input.map(|input| input.string().unwrap_or_else(|| input.text().to_owned()));
    let input = input.unwrap_or_default();
    let parsed = JsonValue::parse(&input)
        .ok()
        .filter(|input| input.is_object());
    let named = parsed.and_then(|input| text_of(input.get("model")?));
    Question {
        starts_work: true,
        subagent: Some(Subagent {
            input: parsed.map_or_else(|| "{}".to_owned(), |input| input.text().to_owned()),
            names_model: named.is_some(),
            role: None,
            fixed: None,
        }),
        // That of the agent's own file, or of the parent, is not known here.
        model: Some(named.unwrap_or_else(|| ASSUMED_MODEL.to_owned())),
        ..Question::default()
    }
}

pub(super) fn downgraded(question: &Question, model: &str) -> Option<String> {
    let input = question.subagent.as_ref()?.with_model(model)?;
    Some(format!(r#"{{"modifiedArgs":{input}}}"#))
}

pub(super) fn denied(reason: &str) -> String {
    json!({ "permissionDecision": "deny", "permissionDecisionReason": message(reason) }).to_string()
}

pub(super) const SETUP: Setup = Setup {
    files: "~/.copilot/hooks/tokmon.json (all projects) or .github/hooks/tokmon.json (this project)",
    root: Some(("version", 1)),
    events: &["preToolUse"],
    record: &[],
    handler: Handler {
        command: CommandForm::Arguments("exec"),
        timeout: ("timeoutSec", 10),
        record_timeout: 10,
        fail_closed: None,
        is_grouped: false,
    },
    trust: "This was written from Copilot's documentation and not tried with Copilot itself. Only tool calls can be denied, and where tokmon cannot decide it says nothing, since Copilot would take a message for a denial.",
    guard_note: None,
    fail_closed: "With --fail-closed, tokmon denies where it cannot decide. Copilot denies anyway if tokmon is missing or crashes, and goes on if it is too slow.",
};
