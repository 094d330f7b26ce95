//! The program from outside: what it prints, where, and with which exit code.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

mod harness;

mod diagnostics;
mod hostile;
mod inputs;
mod json;
mod options;
mod settings;
mod views;
