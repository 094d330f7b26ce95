//! Edits of logs as values: from a revision of a log to a proposal, and from both to the next revision.
//! Text only: `store` writes files, `commands` decides when.

// A log may say anything, and a run must not be cut short while it is written.
#![cfg_attr(not(test), warn(clippy::indexing_slicing))]

pub mod archive;
mod derived;
mod document;
mod fix;
mod hold_line;
mod hook_lines;
mod import_overlap;
mod invariants;
mod log_set;
pub mod migrate;
mod monthly;
mod notes;
mod notify_line;
mod outside_rows;
mod reduction;
mod revision;
mod sections;
mod settle;
mod style;
mod sync_summary;
mod table;
mod timestamp;
mod totals;
mod union_merge;
mod unit_replacement;
mod usage_line;

pub use derived::Timestamp;
pub use document::{
    Document, Kept, LineKind, LogLine, RowKind, SectionBlock, TableBlock, TableRow,
};
pub use fix::{make_fixes, proposed_fixes};
pub use hold_line::{free_line, hold_line};
pub use invariants::{Invariants, Violation};
pub use log_set::{LogSet, MAX_MONTHS, enter};
pub use notify_line::{event_line, notice_line};
pub use revision::{ArchivesOf, Revision};
pub use settle::settle;
pub use sync_summary::{Tolerance, sync_summary};
pub use union_merge::{join_rows, repeated_lines, resolve_union_merge};
pub use unit_replacement::{UnitReplacement, WrittenUnit, logged_units, replace_units};
pub use usage_line::usage_line;

#[cfg(test)]
mod cost_proptests;
#[cfg(test)]
pub(crate) mod proptests;
#[cfg(test)]
pub(crate) mod tests;
