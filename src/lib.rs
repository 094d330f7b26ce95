//! tokmon reads the Markdown file in which a team of AI agents records its token usage, and reports how much of the budget is
//! used, who used it, how efficiently, and whether the rest will last.
//!
//! # Modules
//!
//! Each uses only those in its last column; `tests/layering.rs` enforces it.
//!
//! | Module | Duty | May use |
//! |---|---|---|
//! | [`text`] | positions and splicing in a string | |
//! | [`model`] | amounts, money, periods, budgets, teams, usage | text |
//! | [`diagnostic`] | a finding as a value | text |
//! | [`log`] | Markdown to entries, losslessly | text, model, diagnostic |
//! | [`import`] | transcripts of agent harnesses to responses, and these to what the log lacks | text, model |
//! | [`analysis`] | numbers from entries, budgets and a given day | text, model |
//! | [`edit`] | what to change in a log, as edits of its text | text, model, diagnostic, log, analysis |
//! | [`check`] | rules: log and policy to findings, and what fixes these | text, model, diagnostic, analysis, edit |
//! | [`render`] | reports and findings to text | text, model, diagnostic, import, analysis |
//! | [`harness`] | the agent harnesses: what a hook is asked, how it answers, how it is set up | render |
//! | [`exit`] | every code that a run ends with | |
//! | [`watch`] | changes of files, as events or by polling | |
//! | [`tui`] | the dashboard over a report | text, model, diagnostic, analysis, render, exit, watch |
//! | [`store`] | all file I/O | exit |
//! | [`serve`] | rendered bodies over HTTP | exit |
//! | [`stream`] | adapters of standard output and standard error | |
//! | [`failure`] | why a run failed, and with which code it ends | exit, render, store |
//! | [`zone`] | time zones | |
//! | [`program`] | programs that the user names, run with a time limit | |
//! | [`terminal`] | the terminal: screen, keys, signals | exit |
//! | [`config`] | the settings file | text, model, diagnostic, log, store |
//! | [`session`] | a log with its files, loaded, and loaded again on change | text, model, diagnostic, log, analysis, check, edit, render, exit, failure, store, config |
//! | [`cli`] | the definition of the command line | model, log, import, render, tui, harness |
//! | [`commands`] | one file for each command | text, model, diagnostic, log, import, analysis, check, edit, render, exit, failure, tui, program, store, serve, session, watch, terminal, config, cli, harness |

mod analysis;
mod check;
mod cli;
mod commands;
mod config;
mod diagnostic;
mod edit;
mod exit;
mod failure;
mod harness;
mod import;
mod log;
mod model;
mod program;
mod render;
mod serve;
mod session;
mod store;
pub mod stream;
#[doc(hidden)]
pub mod terminal;
mod text;
mod tui;
mod watch;
pub mod zone;

use std::{
    ffi::OsString,
    io::{self, Write as _},
    panic,
};

pub use commands::{Context, Terminal};
pub use exit::ExitCode;
pub use store::Signals;

/// Runs the command that the arguments name, program name first, and returns how it ended.
pub fn run(args: impl IntoIterator<Item = OsString>, cx: &mut Context<'_>) -> ExitCode {
    let args: Vec<OsString> = args.into_iter().collect();
    let outcome = commands::run(&args, cx);
    let flushed = failure::printed(cx.out.flush());
    let outcome = outcome.and_then(|status| flushed.map(|()| status));
    outcome.unwrap_or_else(|failure| failure.print(cx.err))
}

/// Makes a panic end with an answer where an agent harness would take the exit code of one for an answer. It is not caught, since in
/// a release it aborts.
#[expect(
    clippy::disallowed_methods,
    clippy::exit,
    reason = "a panic has no `Context`, and cannot return"
)]
pub fn answer_panics(args: &[OsString]) {
    let Some(call) = commands::HookCall::of(args) else {
        return;
    };
    let ending = call.failed("there is a bug in tokmon");
    panic::set_hook(Box::new(move |_| {
        let _ = io::stdout().write_all(ending.out.as_bytes());
        let _ = io::stdout().flush();
        let _ = io::stderr().write_all(ending.err.as_bytes());
        std::process::exit(ending.code.number().into());
    }));
}

/// What the tests of this package use beside [`run`]. Not an interface.
#[doc(hidden)]
pub mod internals {
    pub use crate::{
        diagnostic::{Code, Severity},
        render::{OutputStyle, diff, has_unsafe},
    };
}
