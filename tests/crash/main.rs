//! The real program, cut short wherever it can be: killed, stopped, out of room, refused by the system, misled by what is
//! where its files should be. What is promised of the data then is held to byte by byte. `TOKMON_LONG=1` leaves nothing out.

#![cfg(target_os = "linux")]
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test that cannot set up its files has failed; it writes files beside the program, and waits by the clock"
)]

mod control;
mod errors;
mod events;
mod hostile;
#[path = "../shared/installed.rs"]
#[expect(dead_code, reason = "whether strace works is known only once it ran")]
mod installed;
mod interrupts;
mod kills;
mod leases;
mod metadata;
mod power;
mod proof;
mod records;
mod room;
mod run;
mod scene;
mod trace;
