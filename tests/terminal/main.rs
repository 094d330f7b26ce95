//! What runs in a terminal, in real terminals: the door to the terminal behind a small dashboard, and the program itself.

#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test that cannot set up a terminal has failed; it changes the files, and waits by the clock"
)]

mod changes;
mod dashboard;
mod door;
mod figures;
mod follow;
#[cfg(target_os = "linux")]
mod idle;
#[path = "../shared/installed.rs"]
mod installed;
mod notices;
mod saves;
mod scene;
mod small;
#[cfg(target_os = "linux")]
mod stop;
mod tools;
mod tty;
mod ways_out;
