//! The dashboard: what it shows of a report, and what keys do. Files, clocks and terminals come in from outside.

pub mod app;
pub mod draw;
pub mod message;
pub mod view;

pub use app::{App, Effect, Following, Pause, Reading, Snapshot, Tab, Trouble, Typing};
pub use message::Message;
