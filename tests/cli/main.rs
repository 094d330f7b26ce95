//! The program from outside: what it prints, where, and with which exit code.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test sets up the world it runs the program in"
)]

mod harness;

mod check;
mod diagnostics;
mod figures;
mod fix;
mod forecast;
mod hostile;
mod init;
mod inputs;
mod json;
mod merge;
mod options;
mod readme;
mod record;
mod settings;
mod views;
