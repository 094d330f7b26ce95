//! The hammer: many programs write one log at once, most of them knowing nothing of tokmon, while tokmon settles, fixes and archives it.
//! Afterwards every line is somewhere exactly once. `TOKMON_LONG=1` hammers for minutes instead of seconds; `TOKMON_SEED` repeats a
//! run's random choices, though never the moments at which its writers meet.

#![cfg(target_os = "linux")]
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a test that cannot set up a log has failed; it changes files, reads the clock and prints its figures"
)]

mod appenders;
mod control;
mod count;
mod flight;
mod guards;
mod latency;
mod lines;
mod load;
mod programs;
mod random;
mod scene;

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Whether there is time for the long form.
fn is_long() -> bool {
    std::env::var_os("TOKMON_LONG").is_some_and(|value| value != "0")
}

/// The machine for one test alone: the others would be in its way.
fn alone() -> MutexGuard<'static, ()> {
    static MACHINE: Mutex<()> = Mutex::new(());
    MACHINE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How busy the machine is with everything: the average of the last minute.
fn busy() -> String {
    let loads = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    loads.split(' ').next().unwrap_or_default().to_owned()
}
