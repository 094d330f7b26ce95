//! Reads a log that is kept in another way than tokmon's: what its headers, dates and figures mean.
//! `words` has the words of all languages; the rest knows only what kinds of words there are.

mod budget;
pub mod date;
mod decode;
mod evidence;
pub mod figure;
pub mod header;
mod headings;
mod listing;
mod outline;
mod plan;
mod reader;
mod record;
mod spending;
mod sums;
mod survey;
mod views;
pub mod words;

pub use listing::{has_own_tables, own_beginning, tables};
pub use reader::read;
pub use survey::{Reopen, survey};
