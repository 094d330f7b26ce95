//! The dashboard: what it shows of a report, and what keys do. `commands::watch` connects it with files, clock and terminal.

mod app;
mod crossing;
pub mod draw;
mod list;
pub mod message;
pub mod reading;
mod sort;
mod state;
mod target;
#[cfg(test)]
mod tests;
pub mod view;

pub use app::Effect;
pub use reading::Reading;
pub use state::{App, Problem, ReadError, Snapshot, Tab};
