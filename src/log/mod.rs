//! Reads a cost log as a stream of items, each with its place and its spelling.
//! Knows the format and no policy; `analysis` adds the items up.
//!
//! The reader keeps nothing of what it has passed on, so its memory follows the longest block of a file, not the file.
//! pulldown-cmark alone decides what is Markdown; `chunker` passes it the text in chunks, without the lines that are not Markdown.

mod blocks;
pub mod cell;
mod chunker;
mod columns;
mod conflict;
mod emitter;
pub mod foreign;
mod imported_ids;
mod item;
mod lines;
mod notes;
mod notify_line;
mod outside;
mod reader;
mod row;
mod section;
mod spread;
mod table;
mod text_row;
mod walk;

pub use columns::{Column, Columns};
pub use conflict::first_conflict;
pub use imported_ids::{imported_ids, imported_lines};
pub use item::{Cell, Heading, Item, Role, Row, RowValue, Table};
pub use lines::value_spans;
pub use reader::{read, read_str};
pub use section::{Section, heading_opens};
pub use spread::SpreadEntry;
pub use text_row::cells_of;

#[cfg(test)]
mod tests;
