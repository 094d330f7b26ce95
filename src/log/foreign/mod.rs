//! Reads a log that is kept in another way than tokmon's: what its headers, dates and figures mean.
//! `words` has the words of all languages; the rest knows only what kinds of words there are.

pub mod date;
pub mod figure;
pub mod header;
pub mod words;
