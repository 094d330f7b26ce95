//! The dashboard: what it shows of a report, and what keys do. Files, clocks and terminals come in from outside: `commands::watch`
//! puts them together.

pub mod app;
mod crossing;
pub mod draw;
mod list;
pub mod message;
pub mod reading;
mod sort;
pub mod view;

pub use app::{App, Effect, Extent, Flash, Following, Panel, Pause, Tab, Typing};
pub use message::Message;
pub use reading::{Problem, Reading, Snapshot, Trouble};
pub use sort::SortBy;
