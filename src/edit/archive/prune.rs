//! Archives that are deleted: first the log has to say all that they do.

use super::{Problem, utf8, verify};
use crate::{
    edit::{LogSet, Timestamp, raised},
    model::Month,
};

/// A log that says without the archives of these months what it says with them. `log_set` holds these archives.
pub fn pruned(
    text: &str,
    log_set: &LogSet,
    months: &[Month],
    now: Timestamp,
) -> Result<String, Problem> {
    let raised = raised(text, log_set, months, now)?;
    let mut without = log_set.clone();
    for month in months {
        if let Some(archive) = without.archives.remove(month) {
            // What cannot be read may be worth keeping.
            utf8(&archive, *month)?;
        }
    }
    let (before, after) = (verify::used(text, log_set), verify::used(&raised, &without));
    match verify::differing(&before, &after) {
        None => Ok(raised),
        Some((month, [with, without])) => Err(Problem::Needed {
            month,
            with,
            without,
        }),
    }
}
