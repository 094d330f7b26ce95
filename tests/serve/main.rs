//! `tokmon serve` from outside: what it answers, how it follows the log, and how it bears clients and crashes.

#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test sets up the world it runs the program in"
)]

mod answers;
mod clients;
mod crashes;
mod follows;
#[path = "../shared/installed.rs"]
mod installed;
mod scene;
mod tools;
