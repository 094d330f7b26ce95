//! Rows and usage lines that repeat another one, id and all. They do not count, so nothing is lost without them.

use std::collections::{BTreeSet, HashMap};

use super::super::{Document, LineKind};
use crate::{
    log::Role,
    model::{Entry, LineEvent, Month, Tokens, fold_name},
    text::Span,
};

/// The spending that an id names.
#[derive(PartialEq, Eq)]
struct Spending {
    team: String,
    tokens: Option<Tokens>,
    month: Month,
}

impl Spending {
    fn of(entry: &Entry<'_>) -> Self {
        Self {
            team: fold_name(&entry.work.team),
            tokens: entry.figures.tokens.map(|tokens| tokens.value),
            month: entry.when.month,
        }
    }
}

/// Their whole lines: rows of days and sessions that are those of before in every byte, usage lines that are so or stand in a row
/// already, and the holds that these end.
pub(super) fn find(document: &Document) -> BTreeSet<Span> {
    let mut gone = BTreeSet::new();
    let mut settled: HashMap<&str, (Span, Spending)> = HashMap::new();
    let details = document
        .tables
        .iter()
        .filter(|table| matches!(table.role, Role::Daily | Role::Session));
    for row in details.flat_map(|table| &table.rows) {
        let Some((entry, id)) = row
            .entry()
            .and_then(|entry| Some((entry, entry.id.as_deref()?)))
        else {
            continue;
        };
        let whole = document.whole_line(row.place);
        if let Some((first, _)) = settled.get(id) {
            if is_same(document, *first, whole) {
                gone.insert(whole);
            }
        } else {
            settled.insert(id, (whole, Spending::of(entry)));
        }
    }
    let holds = holds(document);
    let mut waiting: HashMap<&str, Span> = HashMap::new();
    for line in &document.lines {
        let Some((entry, id)) = line
            .usage()
            .and_then(|entry| Some((entry, entry.id.as_deref()?)))
        else {
            continue;
        };
        let whole = document.whole_line(line.place);
        if settled
            .get(id)
            .is_some_and(|(_, spending)| *spending == Spending::of(entry))
        {
            gone.insert(whole);
            gone.extend(entry.hold.as_deref().and_then(|id| holds.get(id)));
        } else if let Some(first) = waiting.get(id) {
            if is_same(document, *first, whole) {
                gone.insert(whole);
            }
        } else {
            waiting.insert(id, whole);
        }
    }
    gone
}

fn is_same(document: &Document, one: Span, two: Span) -> bool {
    document.at(one).trim_end() == document.at(two).trim_end()
}

/// The lines of holds, by their ids; of one id, the first.
fn holds(document: &Document) -> HashMap<&str, Span> {
    let mut holds = HashMap::new();
    for line in &document.lines {
        if let LineKind::Event(LineEvent::Hold(hold)) = &line.kind {
            let whole = document.whole_line(line.place);
            holds.entry(hold.id.as_ref()).or_insert(whole);
        }
    }
    holds
}
