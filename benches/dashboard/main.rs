//! Benchmarks of the dashboard in a terminal: time to paint, use of CPU and memory, time to exit.
//!
//! `cargo bench --bench dashboard` builds the program with the benchmark profile: that for releases, with debug information. The
//! goals are for any machine.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a benchmark that cannot set up a terminal has failed; it measures time, and prints what it measured"
)]

#[cfg(unix)]
mod logs;
#[cfg(unix)]
mod measure;
#[cfg(unix)]
mod tty;

use std::process::ExitCode;

#[cfg(unix)]
fn main() -> ExitCode {
    let mut table = measure::Table::default();
    measure::paint(&mut table);
    measure::rest(&mut table);
    measure::storms(&mut table);
    measure::end(&mut table);
    measure::sizes(&mut table);
    if table.is_all_met() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

#[cfg(not(unix))]
fn main() -> ExitCode {
    println!("the dashboard is measured in Unix terminals only");
    ExitCode::SUCCESS
}
