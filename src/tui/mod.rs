//! The dashboard: what it shows of a report, and what keys do. Files, clocks and terminals come in from outside.

pub mod app;
mod crossing;
pub mod draw;
mod list;
pub mod message;
mod sort;
pub mod view;

pub use app::{
    App, Effect, Extent, Flash, Following, Panel, Pause, Problem, Reading, Snapshot, Tab, Trouble,
    Typing,
};
pub use message::Message;
