//! Edits of whole logs: what a log says goes in, what to change in it comes out, as an [`EditSet`](crate::text::EditSet).
//! Pure text to text. How files are written safely is for `store` to know, when to write for `commands`.

pub mod archive;
mod books;
mod document;
mod fix;
mod merged;
pub mod migrate;
mod monthly;
mod notes;
mod raise;
mod sections;
mod settle;
mod stamp;
mod style;
mod sum_up;
mod table;
mod totals;
mod usage_line;

pub use books::{Books, Folded, enter};
pub use document::{
    Document, Kept, LineKind, LogLine, RowKind, SectionBlock, TableBlock, TableRow,
};
pub use fix::fixed;
pub use merged::{merged_twice, repeated_lines};
pub use raise::raised;
pub use settle::{Settled, settled};
pub use sum_up::{Stamp, summed_up};
pub use usage_line::{LONGEST, Unwritable, Usage};

#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;
