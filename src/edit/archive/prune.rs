//! Archives that are deleted: first the log has to say all that they do.

use super::{Problem, utf8, verify};
use crate::{
    edit::{Books, Stamp, raised},
    model::Month,
};

/// A log that says without the archives of these months what it says with them. `books` holds these archives.
pub fn pruned(text: &str, books: &Books, months: &[Month], now: Stamp) -> Result<String, Problem> {
    let raised = raised(text, books, months, now)?;
    let mut without = books.clone();
    for month in months {
        if let Some(archive) = without.archives.remove(month) {
            // What cannot be read may be worth keeping.
            utf8(&archive, *month)?;
        }
    }
    let (before, after) = (verify::used(text, books), verify::used(&raised, &without));
    match verify::differing(&before, &after) {
        None => Ok(raised),
        Some((month, [with, without])) => Err(Problem::Needed {
            month,
            with,
            without,
        }),
    }
}
