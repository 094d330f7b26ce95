//! From a cost log to what it says: a stream of items, each with where it stands and how it is spelled.
//! Knows the format and no policy; what the items add up to is for `analysis` to say.
//!
//! The reader keeps nothing of what it has passed on, so its memory follows the longest block of a file, not the file.
//! Markdown is judged by pulldown-cmark alone; `chunker` only sees to it that it gets the text in pieces and without the
//! lines that are no Markdown.

pub mod cell;
mod chunker;
mod columns;
mod header;
mod item;
mod lines;
mod notes;
mod reader;
mod row;
mod section;
mod sums;
mod table;

pub use columns::{Column, Columns};
pub use item::{Cell, Heading, Item, Role, Row, RowValue, Summary, Table};
pub use lines::is_hook_line;
pub use reader::{read, read_str};
pub use section::{Section, heading_opens};

#[cfg(test)]
mod tests;
