//! The dashboard: what it shows of a report, and what keys do. Files, clocks and terminals come in from outside: `commands::watch`
//! puts them together.

pub mod app;
mod crossing;
pub mod draw;
mod list;
pub mod message;
pub mod reading;
mod sort;
#[cfg(test)]
mod tests;
pub mod view;

pub use app::{App, Effect, Flash, Following, Tab};
pub use reading::{Problem, Reading, Snapshot};
