//! Files, positions in them, and splicing.
//! Knows nothing of Markdown.

mod edit;
mod file;
mod secret;
mod source;
mod span;

pub use edit::{Edit, EditSet, Overlap, splice};
pub use file::{FileId, FileRole, Files};
pub use secret::{masked, secrets};
pub use source::{NotUtf8, Source, newline};
pub use span::{LineColumn, Place, Span};
