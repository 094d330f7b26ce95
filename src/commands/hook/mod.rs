//! `tokmon guard --hook`: answers an agent harness, which takes any surprise for a reason to stop, to go on, or to spend more. So all
//! that can go wrong ends here, wrong options included: with an exit code of 0 or 1, and nothing on standard error where it allows.

mod decision;

use std::{ffi::OsString, io, time::Duration};

use clap::ValueEnum as _;

use super::{Context, arguments};
use crate::{
    cli::Command,
    exit::ExitCode,
    failure::Failure,
    harness::{Answer, Event, Harness, Payload, Question},
    render,
};
use decision::{Asked, NotDecided, decide};

/// The largest question, in bytes. It may hold all that was said in a session.
const MAX_INPUT: usize = 256 * 1024 * 1024;

/// How long to wait for the end of a question.
const PATIENCE: Duration = Duration::from_secs(5);

/// What is known of a call before anything can fail: those of its options that can be read, and later its payload.
#[derive(Clone, Debug, Default)]
pub struct HookCall {
    harness: Option<Harness>,
    event: Option<String>,
    question: Option<Question>,
    denies_on_error: bool,
}

/// How a call ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HookEnding {
    pub out: String,
    pub err: String,
    pub code: ExitCode,
}

impl HookEnding {
    /// Allows, by saying nothing.
    const SILENT: Self = Self {
        out: String::new(),
        err: String::new(),
        code: ExitCode::Success,
    };

    fn answered(answer: Option<String>) -> Self {
        let out = answer.map(|answer| answer + "\n").unwrap_or_default();
        Self {
            out,
            ..Self::SILENT
        }
    }
}

impl HookCall {
    /// The call that a command line is, if it is one.
    pub fn of(args: &[OsString]) -> Option<Self> {
        let is_hook = |arg: &OsString| {
            let arg = arg.to_str().unwrap_or_default();
            arg == "--hook" || arg.starts_with("--hook=")
        };
        let is_call = args.iter().any(is_hook) && arguments::command_word(args) == Some("guard");
        is_call.then(|| Self {
            harness: value(args, "--hook").and_then(|name| Harness::from_str(&name, false).ok()),
            event: value(args, "--event"),
            question: None,
            denies_on_error: value(args, "--on-error").as_deref() == Some("deny"),
        })
    }

    /// How it ends where there is nothing to guard: no log, or no budget. Work goes on, whatever `--on-error` says: the settings of a
    /// user hold in all folders.
    fn unguarded(&self, why: &str, guarded: &str) -> HookEnding {
        let why = render::brief(why);
        let event = self.harness.zip(self.event.as_deref());
        let event = event.and_then(|(harness, name)| Some((harness, harness.event(name)?)));
        // A message beside an answer that allows: an exit code of 1 may block.
        if let Some((harness, event)) = event.filter(|(_, event)| event.begins_work()) {
            let warning = Answer::warn(format!("{why}; {guarded}"));
            return HookEnding::answered(harness.write(event, &Question::default(), &warning));
        }
        let shows_errors = self.harness.is_some_and(Harness::shows_errors);
        if self.denies_on_error || !shows_errors {
            return HookEnding::SILENT;
        }
        HookEnding {
            err: format!("tokmon: {why}; allowed: {guarded}\n"),
            code: ExitCode::Findings,
            ..HookEnding::SILENT
        }
    }

    /// How it ends where tokmon cannot decide, a bug included.
    pub fn failed(&self, why: &str) -> HookEnding {
        let why = render::brief(why);
        let denied = || {
            let harness = self.harness.filter(|_| self.denies_on_error)?;
            let event = harness.event(self.event.as_deref()?)?;
            let question = self.question.clone().unwrap_or_default();
            let denied = match event {
                Event::SessionStart => "calls are denied",
                _ => "denied",
            };
            let reason = format!("{why}; {denied} (--on-error deny)");
            let denial = harness.possible(event, &question, Answer::Deny { reason });
            harness.write(event, &question, &denial)
        };
        if let Some(answer) = denied() {
            return HookEnding::answered(Some(answer));
        }
        if self.harness.is_some_and(|harness| !harness.shows_errors()) {
            return HookEnding::SILENT;
        }
        let how = match (self.denies_on_error, &self.event) {
            (false, _) => "--on-error allow",
            (true, None) => "--on-error deny needs --event",
            (true, Some(_)) => "this event cannot be denied",
        };
        HookEnding {
            err: format!("tokmon: {why}; allowed ({how})\n"),
            code: ExitCode::Findings,
            ..HookEnding::SILENT
        }
    }

    /// Answers the harness. Never fails.
    pub fn run(mut self, args: &[OsString], cx: &mut Context<'_>) -> ExitCode {
        let ending = match self.ending(args, cx) {
            Ok(ending) => ending,
            Err(NotDecided::Unguarded(why)) => self.unguarded(&why, "nothing is guarded here"),
            Err(NotDecided::WithoutTeam(why)) => {
                self.unguarded(&why, "only the budget of all teams is guarded")
            }
            Err(NotDecided::Failed(failure)) => self.failed(&failure.to_string()),
        };
        let written = cx
            .out
            .write_all(ending.out.as_bytes())
            .and_then(|()| cx.out.flush());
        let _ = cx.err.write_all(ending.err.as_bytes());
        match written {
            Ok(()) => ending.code,
            Err(_) => ExitCode::Findings,
        }
    }

    fn ending(
        &mut self,
        args: &[OsString],
        cx: &mut Context<'_>,
    ) -> Result<HookEnding, NotDecided> {
        let cli = match arguments::read(args, None) {
            Ok(cli) => cli,
            // Help.
            Err(error) if !error.use_stderr() => {
                arguments::explain(error, args, cx)?;
                return Ok(HookEnding::SILENT);
            }
            Err(error) => return Err(Failure::usage(first_sentence(&error)).into()),
        };
        let Some(Command::Guard(options)) = &cli.command else {
            return Err(Failure::usage("wrong options").into());
        };
        // A program that Codex notifies can deny nothing.
        if options.hook.notification.is_some() {
            return Ok(HookEnding::SILENT);
        }
        let input = read_all(cx)?;
        let input = String::from_utf8_lossy(&input);
        let payload = Payload::read(&input).map_err(Failure::no_data)?;
        let harness = self.harness.map(|harness| harness.of_payload(&payload));
        self.harness = harness;
        let named = harness.and_then(|harness| harness.event_of(&payload));
        self.event = named.or_else(|| self.event.take());
        let asked = harness.zip(self.event.as_deref());
        let Some((harness, event)) =
            asked.and_then(|(harness, name)| Some((harness, harness.event(name)?)))
        else {
            return Ok(HookEnding::SILENT);
        };
        let environment = |name: &str| cx.first_variable(&[name]);
        let question = harness.question(event, &payload, &environment);
        if question.own_command.as_deref().is_some_and(is_harmless) {
            return Ok(HookEnding::SILENT);
        }
        self.question = Some(question.clone());
        let asked = Asked {
            harness,
            event,
            question: &question,
            payload: &payload,
        };
        let answer = decide(&cli.global, options, &asked, cx)?;
        Ok(HookEnding::answered(
            harness.write(event, &question, &answer),
        ))
    }
}

/// The value of an option, by the last place that gives one.
fn value(args: &[OsString], name: &str) -> Option<String> {
    let mut words = args.iter().map(|arg| arg.to_string_lossy());
    let mut found = None;
    while let Some(word) = words.next() {
        if word == name {
            found = words.next().map(std::borrow::Cow::into_owned);
        } else if let Some(value) = word
            .strip_prefix(name)
            .and_then(|rest| rest.strip_prefix('='))
        {
            found = Some(value.to_owned());
        }
    }
    found
}

/// Whether a command of tokmon records usage, or writes nothing. It is never denied: the log has to learn of what is over its budget,
/// and an agent why it is denied.
fn is_harmless(words: &[String]) -> bool {
    // What a shell puts in the place of these is not known.
    const PATTERNS: [char; 4] = ['*', '?', '[', '{'];
    if words.get(1).is_some_and(|word| word == "record") {
        return true;
    }
    let args: Vec<OsString> = words.iter().map(OsString::from).collect();
    let cli = match arguments::read(&args, None) {
        Ok(cli) => cli,
        Err(error) => return !error.use_stderr(),
    };
    let writes = match &cli.command {
        None => cli.watching.is_asked(),
        Some(Command::Record(_)) => return true,
        Some(Command::Guard(args)) => {
            args.hold.is_some() || args.override_reason.is_some() || args.hook.hook.is_some()
        }
        Some(Command::Holds(args)) => !args.free.is_empty(),
        Some(Command::Budget(args)) => args.reset,
        Some(Command::Check(args)) => args.fix,
        Some(Command::Prices(_) | Command::Statusline(_) | Command::Schema { .. }) => false,
        Some(_) => true,
    };
    let has_patterns = words.iter().any(|word| word.contains(PATTERNS));
    !writes && !has_patterns && cli.global.output.is_none()
}

/// What is wrong with the options.
fn first_sentence(error: &clap::Error) -> String {
    let text = error.to_string();
    let first = text.lines().next().unwrap_or_default();
    first.trim_start_matches("error: ").to_owned()
}

/// The question. A harness closes its end once it has asked; where it does not, what came in time is taken for all of it.
fn read_all(cx: &mut Context<'_>) -> Result<Vec<u8>, Failure> {
    if cx.input_is_terminal {
        let message = "a harness is to ask on standard input, which is a terminal";
        return Err(Failure::usage(message));
    }
    let end = (cx.uptime)() + PATIENCE;
    let mut input = Vec::new();
    // As large as the buffers between, so that nothing is left in one of them.
    let mut chunk = vec![0; 64 * 1024];
    loop {
        let left = end.saturating_sub((cx.uptime)());
        if cfg!(unix) && !(cx.input_is_ready)(left) {
            return Ok(input);
        }
        match cx.input.read(&mut chunk) {
            Ok(0) => return Ok(input),
            Ok(count) => input.extend(chunk.iter().take(count)),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                let error = anyhow::Error::new(error);
                return Err(error.context("cannot read the hook input").into());
            }
        }
        if input.len() > MAX_INPUT {
            return Err(Failure::no_data("hook input is too large"));
        }
    }
}
