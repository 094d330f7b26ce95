//! Edits of whole logs: what a log says goes in, what to change in it comes out, as an [`EditSet`](crate::text::EditSet).
//! Pure text to text. How files are written safely is for `store` to know, when to write for `commands`.

pub mod archive;
mod derived;
mod document;
mod fix;
mod log_set;
pub mod migrate;
mod monthly;
mod notes;
mod sections;
mod settle;
mod style;
mod sync_summary;
mod table;
mod timestamp;
mod totals;
mod union_merge;
mod usage_line;

pub use derived::{Timestamp, summed_up};
pub use document::{
    Document, Kept, LineKind, LogLine, RowKind, SectionBlock, TableBlock, TableRow,
};
pub use fix::fixed;
pub use log_set::{LogSet, enter};
pub use settle::{Settled, settled};
pub use sync_summary::raised;
pub use union_merge::{merged_twice, repeated_lines};
pub use usage_line::usage_line;

#[cfg(test)]
mod proptests;
#[cfg(test)]
mod tests;
