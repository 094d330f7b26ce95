//! Rows and usage lines that repeat another one, id and all. They do not count, so nothing is lost without them.

use std::collections::{BTreeSet, HashMap};

use super::super::{Document, LogLine, TableRow};
use crate::{
    model::{Entry, fold_name},
    text::Span,
};

/// Their whole lines: rows of days and sessions that equal an earlier one in every byte, usage lines that do or are in a row
/// already, and the holds that these end.
pub(super) fn find(document: &Document) -> BTreeSet<Span> {
    let whole = |entry: &Entry<'_>| document.whole_line(entry.place);
    let repeats = |entry: &Entry<'_>, first: &Entry<'_>| {
        let [text, first_text] = [entry, first].map(|entry| document.at(whole(entry)).trim_end());
        entry.place != first.place && text == first_text
    };
    let mut gone = BTreeSet::new();
    let mut rows: HashMap<&str, &Entry<'_>> = HashMap::new();
    for entry in document.details().filter_map(TableRow::entry) {
        let Some(id) = entry.id.as_deref() else {
            continue;
        };
        if repeats(entry, rows.entry(id).or_insert(entry)) {
            gone.insert(whole(entry));
        }
    }
    let holds = document.holds();
    let mut waiting: HashMap<&str, &Entry<'_>> = HashMap::new();
    for entry in document.lines.iter().filter_map(LogLine::usage) {
        let Some(id) = entry.id.as_deref() else {
            continue;
        };
        if rows.get(id).is_some_and(|row| is_same_spending(row, entry)) {
            gone.insert(whole(entry));
            let hold = entry.hold.as_deref().and_then(|id| holds.get(id));
            gone.extend(hold.map(|hold| document.whole_line(*hold)));
        } else if repeats(entry, waiting.entry(id).or_insert(entry)) {
            gone.insert(whole(entry));
        }
    }
    gone
}

fn is_same_spending(one: &Entry<'_>, two: &Entry<'_>) -> bool {
    let tokens = |entry: &Entry<'_>| entry.figures.tokens.map(|tokens| tokens.value);
    fold_name(&one.work.team) == fold_name(&two.work.team)
        && tokens(one) == tokens(two)
        && one.when.month == two.when.month
}
