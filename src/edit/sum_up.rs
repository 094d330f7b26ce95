//! Derived figures: totals, efficiency metrics, budget status, `Last Updated`.

use chrono::{DateTime, FixedOffset};

use super::Books;
use crate::{model::Month, text::Overlap};

/// The moment of an edit.
pub type Stamp = DateTime<FixedOffset>;

/// Brings the derived figures of some months up to date.
pub fn summed_up(
    text: &str,
    books: &Books,
    months: &[Month],
    stamp: Stamp,
) -> Result<String, Overlap> {
    let _ = (books, months, stamp);
    Ok(text.to_owned())
}
