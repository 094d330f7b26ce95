//! The program from outside: what it prints, where, and with which exit code.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test sets up the world it runs the program in"
)]

mod harness;
#[path = "../shared/installed.rs"]
mod installed;

mod budget;
mod cache;
mod check;
mod compare;
mod diagnostics;
mod figures;
mod forecast;
mod gates;
mod guard_hooks;
mod hook_answers;
mod hooks;
mod hostile;
mod import;
mod init;
mod inputs;
mod json;
mod merge;
mod money;
mod money_logs;
mod monitoring;
mod months;
mod names;
mod no_figure;
mod options;
mod other_programs;
mod quiet;
mod reading;
mod readme;
mod scaling;
mod secrets;
mod settings;
mod span_budgets;
mod statusline;
mod verdict;
mod views;

// Elsewhere nobody can be kept out of a log, so that it is not rewritten, nor settled after a record.
#[cfg(target_os = "linux")]
mod alert;
#[cfg(target_os = "linux")]
mod archive;
#[cfg(target_os = "linux")]
mod contrib;
#[cfg(target_os = "linux")]
mod detached;
#[cfg(target_os = "linux")]
mod fix;
#[cfg(target_os = "linux")]
mod guard;
#[cfg(target_os = "linux")]
mod holds;
#[cfg(target_os = "linux")]
mod ids;
#[cfg(target_os = "linux")]
mod import_growth;
mod import_recount;
mod import_remarks;
#[cfg(target_os = "linux")]
mod migrate;
#[cfg(target_os = "linux")]
mod migrate_other;
#[cfg(target_os = "linux")]
mod record;
#[cfg(target_os = "linux")]
mod rows;
