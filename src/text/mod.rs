//! Positions in a text, and splicing it.
//! Knows nothing of Markdown: what a span means is for `log`, what is put there for the edits' authors.

mod edit;
mod file;
mod source;
mod span;

pub use edit::{Edit, EditSet, Overlap, splice};
pub use file::{FileId, FileRole, Files};
pub use source::{NewlineStyle, NotUtf8, Source};
pub use span::{LineColumn, Place, Span};
