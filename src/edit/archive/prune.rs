//! Archives that are deleted: first the log has to say all that they do.

use super::{Problem, figures, utf8};
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
    let with = figures::totals(&figures::used(text, books));
    let without = figures::totals(&figures::used(&raised, &without));
    let mut all = with.keys().chain(without.keys());
    match all.find(|month| with.get(month) != without.get(month)) {
        None => Ok(raised),
        Some(month) => Err(Problem::Needed {
            month: *month,
            with: with.get(month).copied().unwrap_or_default(),
            without: without.get(month).copied().unwrap_or_default(),
        }),
    }
}
