//! tokmon
pub mod diagnostic;
pub mod log;
pub mod model;
pub mod text;
