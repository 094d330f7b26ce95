//! The agent harnesses that run tokmon as a hook: what each asks with its JSON, how each is answered, and how each is set up.
//! One file for each harness, since none of them understands the answers of another. No I/O, and no decision: `analysis::guard`
//! decides, `commands` brings the two together.

mod claude;
mod codex;
mod copilot;
mod gemini;
pub mod install;
pub mod json;
mod payload;
mod setup;
#[cfg(test)]
mod tests;

pub use payload::Payload;
pub use setup::{HookPurpose, Invocation};

use crate::render::sanitize;
use json::with_text;

/// A program that runs agents.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, strum::Display, strum::EnumString, strum::VariantArray,
)]
#[strum(serialize_all = "lowercase")]
pub enum Harness {
    Claude,
    Codex,
    Gemini,
    Copilot,
}

/// An event that tokmon answers. Of all others, those that are not known yet included, it says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::EnumString)]
pub enum Event {
    #[strum(serialize = "PreToolUse", serialize = "preToolUse")]
    PreToolUse,
    PermissionRequest,
    PostToolBatch,
    PreModelSwitch,
    SessionStart,
    Stop,
    UserPromptSubmit,
    AfterTool,
    BeforeAgent,
    BeforeModel,
    BeforeTool,
}

impl Event {
    /// Whether a session begins, or a turn of one: then every harness that has the event shows a message to the user.
    pub const fn begins_work(self) -> bool {
        matches!(
            self,
            Self::SessionStart | Self::UserPromptSubmit | Self::BeforeAgent
        )
    }
}

/// What a harness asks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Question {
    /// Whether work starts, which is estimated. Anything else belongs to work that runs already.
    pub starts_work: bool,
    /// The model that will do it.
    pub model: Option<String>,
    /// The model in use, where another is asked for.
    pub model_before: Option<String>,
    pub subagent: Option<Subagent>,
    /// The words of a shell command that runs tokmon and nothing else.
    pub own_command: Option<Vec<String>>,
}

/// A call of the tool that starts a subagent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subagent {
    /// The input of the tool, a JSON object.
    pub input: String,
    /// Whether the call says which model to use. If not, [`Question::model`] is a top model, as the harness may take by
    /// default.
    pub names_model: bool,
    /// Its role, where the call says that.
    pub role: Option<String>,
    /// Why its model cannot be changed.
    pub fixed: Option<&'static str>,
}

impl Subagent {
    /// The input with another model.
    fn with_model(&self, model: &str) -> Option<String> {
        let input = json::JsonValue::parse(&self.input).ok()?;
        Some(with_text(input, "model", model))
    }
}

/// What was decided, in the words to answer with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// With what the user should know, where the harness shows that.
    Allow {
        warning: Option<String>,
    },
    Downgrade {
        model: String,
        reason: String,
    },
    Deny {
        reason: String,
    },
}

impl Answer {
    pub const ALLOW: Self = Self::Allow { warning: None };

    pub const fn warn(text: String) -> Self {
        Self::Allow {
            warning: Some(text),
        }
    }
}

impl Harness {
    /// The event of a name, if tokmon answers it.
    pub fn event(self, name: &str) -> Option<Event> {
        let event: Event = name.parse().ok()?;
        let answered: &[Event] = match self {
            Self::Claude => claude::EVENTS,
            Self::Codex => codex::EVENTS,
            Self::Gemini => gemini::EVENTS,
            Self::Copilot => copilot::EVENTS,
        };
        answered.contains(&event).then_some(event)
    }

    /// The harness that a payload really comes from: Copilot also runs the hooks of Claude's settings in a repository.
    pub fn of_payload(self, payload: &Payload<'_>) -> Self {
        match self {
            Self::Claude if payload.is_copilot() => Self::Copilot,
            harness => harness,
        }
    }

    /// The event that a payload is about.
    pub fn event_of(self, payload: &Payload<'_>) -> Option<String> {
        let named = payload.text("hook_event_name");
        named.or_else(|| {
            (self == Self::Copilot)
                .then(|| copilot::inferred_event(payload))
                .flatten()
        })
    }

    /// What is asked by an event. Without a payload: what can be known from the event alone.
    pub fn question(
        self,
        event: Event,
        payload: &Payload<'_>,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Question {
        let question = match self {
            Self::Claude => claude::question(event, payload, environment),
            Self::Codex => codex::question(event, payload),
            Self::Gemini => gemini::question(event, payload),
            Self::Copilot => copilot::question(payload),
        };
        Question {
            own_command: shell_command(payload).and_then(|command| own_words(&command)),
            ..question
        }
    }

    /// What it can make of an answer. A model that cannot be changed is denied or only reported, and a session always starts.
    pub fn possible(self, event: Event, question: &Question, answer: Answer) -> Answer {
        match (event, answer) {
            (Event::SessionStart, Answer::Downgrade { model, reason }) => {
                let how = match self {
                    Self::Claude => claude::how_to_switch(&model),
                    Self::Codex => codex::how_to_switch(&model),
                    // There, each request is changed.
                    Self::Gemini | Self::Copilot => String::new(),
                };
                Answer::warn(reason + &how)
            }
            (Event::SessionStart, Answer::Deny { reason }) => Answer::warn(reason),
            (Event::SessionStart, answer) => answer,
            (_, Answer::Allow { .. }) => Answer::ALLOW,
            (_, Answer::Downgrade { model, reason }) => match self {
                Self::Claude => claude::downgrade(event, question, &model, reason),
                Self::Codex => codex::downgrade(event, question, model, reason),
                Self::Gemini if event == Event::BeforeModel => Answer::Downgrade { model, reason },
                Self::Copilot if question.subagent.is_some() => Answer::Downgrade { model, reason },
                Self::Gemini | Self::Copilot => Answer::ALLOW,
            },
            (_, denial) => denial,
        }
    }

    /// The JSON of an answer that is [possible](Self::possible). `None` is to print nothing, which allows.
    pub fn write(self, event: Event, question: &Question, answer: &Answer) -> Option<String> {
        match answer {
            Answer::Allow { warning } => Some(system_message(warning.as_ref()?)),
            Answer::Downgrade { model, .. } => match self {
                Self::Claude => claude::downgraded(question, model),
                Self::Codex => codex::downgraded(question, model),
                Self::Gemini => Some(gemini::downgraded(model)),
                Self::Copilot => copilot::downgraded(question, model),
            },
            Answer::Deny { reason } => Some(match self {
                Self::Claude => claude::denied(event, reason),
                Self::Codex => codex::denied(event, reason),
                Self::Gemini => gemini::denied(event, reason),
                Self::Copilot => copilot::denied(reason),
            }),
        }
    }

    /// Whether it goes on after an exit code of 1, and shows what is on standard error. Copilot takes it for a denial.
    pub const fn shows_errors(self) -> bool {
        !matches!(self, Self::Copilot)
    }
}

/// The text of a message: it begins with who says it, and nothing in it drives the terminal that it is shown on. Claude cuts texts at
/// 10,000 characters.
fn message(text: &str) -> String {
    const MAX: usize = 2_000;
    let text: String = sanitize(text).chars().take(MAX).collect();
    format!("tokmon: {text}")
}

/// The words of a command that runs tokmon alone. A program of that name in some folder is another one.
fn own_words(command: &str) -> Option<Vec<String>> {
    const OPERATORS: [char; 11] = [';', '|', '&', '$', '`', '<', '>', '(', ')', '\n', '\r'];
    let words = shell_words::split(command).ok()?;
    let is_own = words.first().is_some_and(|word| word == "tokmon");
    (is_own && !command.contains(OPERATORS)).then_some(words)
}

/// The command that a shell is called with.
fn shell_command(payload: &Payload<'_>) -> Option<String> {
    const SHELLS: [&str; 4] = ["Bash", "bash", "shell", "run_shell_command"];
    let either = |one, other| payload.value(one).or_else(|| payload.value(other));
    let tool = either("tool_name", "toolName").and_then(json::JsonValue::string);
    if !tool.is_some_and(|tool| SHELLS.contains(&tool.as_str())) {
        return None;
    }
    either("tool_input", "toolArgs")?.get("command")?.string()
}

/// `{"systemMessage": …}`, which is shown to the user.
fn system_message(text: &str) -> String {
    serde_json::json!({ "systemMessage": message(text) }).to_string()
}

/// `{"continue": false, …}`, which ends the loop of an agent.
fn stop(reason: &str) -> String {
    serde_json::json!({ "continue": false, "stopReason": message(reason) }).to_string()
}

/// `{"decision": …, "reason": …}`
fn decision(word: &str, reason: &str) -> String {
    serde_json::json!({ "decision": word, "reason": message(reason) }).to_string()
}

/// Answers of `PreToolUse` and `PreModelSwitch`, which Claude and Codex share.
fn permission_denied(event: &str, reason: &str) -> String {
    serde_json::json!({ "hookSpecificOutput": {
        "hookEventName": event,
        "permissionDecision": "deny",
        "permissionDecisionReason": message(reason),
    } })
    .to_string()
}

/// The answer of `PermissionRequest`, which Claude and Codex share.
fn permission_refused(reason: &str) -> String {
    serde_json::json!({ "hookSpecificOutput": {
        "hookEventName": "PermissionRequest",
        "decision": { "behavior": "deny", "message": message(reason) },
    } })
    .to_string()
}
