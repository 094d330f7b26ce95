//! The entries that make a harness run tokmon, as JSON.

use std::fmt::Write as _;

use super::{Harness, claude, codex, copilot, gemini};

/// How a harness is set up.
pub struct Setup {
    /// Where its settings are.
    pub files: &'static str,
    /// A key that its settings need beside the hooks.
    pub(super) root: Option<(&'static str, u32)>,
    /// When it is to ask tokmon.
    pub(super) events: &'static [&'static str],
    /// When it is to start an import. None where tokmon cannot read its transcripts.
    pub(super) record: &'static [&'static str],
    pub(super) handler: Handler,
    /// What to do by hand.
    pub trust: &'static str,
    /// What else there is to know of the hooks that ask tokmon.
    pub guard_note: Option<&'static str>,
    /// What `--fail-closed` does, and what it cannot do.
    pub fail_closed: &'static str,
}

/// How a harness writes what it runs.
pub(super) struct Handler {
    pub(super) command: CommandForm,
    /// The key, and ten seconds in its unit.
    pub(super) timeout: (&'static str, u32),
    /// The same of hooks that record, which may be limited further.
    pub(super) record_timeout: u32,
    /// What makes the harness itself block where tokmon fails.
    pub(super) fail_closed: Option<(&'static str, &'static str)>,
    /// Whether handlers are in groups with a matcher.
    pub(super) is_grouped: bool,
}

pub(super) enum CommandForm {
    /// The program under this key, and its arguments in a list: no shell.
    Arguments(&'static str),
    /// A line for a shell.
    Line,
    /// The same, which does nothing where there is no such program.
    GuardedLine,
}

/// What hooks are to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HookPurpose {
    /// Ask before tokens are spent.
    Guard,
    /// Import what was spent.
    Record,
}

/// The command to install.
pub struct Invocation {
    pub purpose: HookPurpose,
    pub program: String,
    /// Behind `guard --hook HARNESS --event EVENT` or `import HARNESS --detach`.
    pub options: Vec<String>,
    pub fail_closed: bool,
}

impl Harness {
    pub const fn setup(self) -> &'static Setup {
        match self {
            Self::Claude => &claude::SETUP,
            Self::Codex => &codex::SETUP,
            Self::Gemini => &gemini::SETUP,
            Self::Copilot => &copilot::SETUP,
        }
    }
}

impl HookPurpose {
    /// The words that the commands of such hooks begin with.
    pub(super) fn words(self, harness: Harness) -> Vec<String> {
        let harness = harness.to_string();
        let words: &[&str] = match self {
            Self::Guard => &["guard", "--hook", &harness, "--event"],
            Self::Record => &["import", &harness, "--detach"],
        };
        words.iter().map(|word| (*word).to_owned()).collect()
    }
}

impl Setup {
    /// Whether hooks can record what it has used.
    pub const fn can_record(&self) -> bool {
        !self.record.is_empty()
    }

    /// When it is to run tokmon for a purpose.
    pub(super) const fn events(&self, purpose: HookPurpose) -> &'static [&'static str] {
        match purpose {
            HookPurpose::Guard => self.events,
            HookPurpose::Record => self.record,
        }
    }

    /// The entry of one event in its list. Without a matcher, it is for every tool.
    pub(super) fn entry(&self, harness: Harness, event: &str, invocation: &Invocation) -> NewJson {
        let handler = self.handler(harness, event, invocation);
        if self.handler.is_grouped {
            NewJson::Object(vec![("hooks", NewJson::List(vec![handler]))])
        } else {
            handler
        }
    }

    fn handler(&self, harness: Harness, event: &str, invocation: &Invocation) -> NewJson {
        let Invocation {
            purpose,
            program,
            options,
            fail_closed,
        } = invocation;
        let mut words = purpose.words(harness);
        if *purpose == HookPurpose::Guard {
            words.push(event.to_owned());
        }
        let words = words.into_iter().chain(options.iter().cloned());
        let on_error = ["--on-error", "deny"].map(str::to_owned);
        let words: Vec<String> = words
            .chain(on_error.into_iter().filter(|_| *fail_closed))
            .collect();
        let mut members = vec![("type", NewJson::text("command"))];
        match &self.handler.command {
            CommandForm::Arguments(key) => {
                members.push((*key, NewJson::text(program)));
                let words = words.iter().map(|word| NewJson::text(word)).collect();
                members.push(("args", NewJson::List(words)));
            }
            form => {
                let program = shell_words::quote(program);
                let line = format!("{program} {}", shell_words::join(&words));
                let line = match form {
                    CommandForm::GuardedLine if !fail_closed => {
                        format!("command -v {program} >/dev/null 2>&1 || exit 0; {line}")
                    }
                    _ => line,
                };
                members.push(("command", NewJson::Text(line)));
            }
        }
        let (key, timeout) = self.handler.timeout;
        let timeout = match purpose {
            HookPurpose::Guard => timeout,
            HookPurpose::Record => self.handler.record_timeout,
        };
        members.push((key, NewJson::Number(timeout)));
        // What runs at the start of a session cannot block.
        let blocks = self
            .handler
            .fail_closed
            .filter(|_| *fail_closed && event != "SessionStart");
        members.extend(blocks.map(|(key, value)| (key, NewJson::text(value))));
        NewJson::Object(members)
    }
}

/// JSON to write, its keys in the order in which people write them.
#[derive(Debug)]
pub(super) enum NewJson {
    Text(String),
    Number(u32),
    List(Vec<Self>),
    Object(Vec<(&'static str, Self)>),
}

/// How JSON around it is written.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    pub newline: &'static str,
    /// One level of indentation.
    pub unit: String,
    /// The indentation of the line that it begins on. `None` writes all in one line.
    pub indent: Option<String>,
}

impl Layout {
    fn deeper(&self) -> Self {
        let indent = self
            .indent
            .as_ref()
            .map(|indent| format!("{indent}{}", self.unit));
        Self {
            indent,
            ..self.clone()
        }
    }
}

impl NewJson {
    fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }

    pub(super) fn written(&self, layout: &Layout) -> String {
        match self {
            Self::Text(text) => serde_json::Value::from(text.as_str()).to_string(),
            Self::Number(number) => number.to_string(),
            Self::List(items) => {
                let is_nested = items.iter().any(|item| matches!(item, Self::Object(_)));
                let layout = Layout {
                    indent: layout.indent.clone().filter(|_| is_nested),
                    ..layout.clone()
                };
                let items = items.iter().map(|item| item.written(&layout.deeper()));
                enclosed(['[', ']'], &items.collect::<Vec<_>>(), &layout)
            }
            Self::Object(members) => {
                let member = |(key, value): &(&str, Self)| {
                    format!("\"{key}\": {}", value.written(&layout.deeper()))
                };
                enclosed(
                    ['{', '}'],
                    &members.iter().map(member).collect::<Vec<_>>(),
                    layout,
                )
            }
        }
    }
}

fn enclosed([open, close]: [char; 2], parts: &[String], layout: &Layout) -> String {
    let (newline, Some(indent)) = (layout.newline, &layout.indent) else {
        return format!("{open}{}{close}", parts.join(", "));
    };
    let mut text = open.to_string();
    let inner = format!("{indent}{}", layout.unit);
    for (at, part) in parts.iter().enumerate() {
        let comma = if at == 0 { "" } else { "," };
        let _ = write!(text, "{comma}{newline}{inner}{part}");
    }
    format!("{text}{newline}{indent}{close}")
}
