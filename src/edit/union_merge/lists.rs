//! Items of the notes that occur twice: in one list, or in two lists under one label.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::super::{Document, notes};
use crate::{
    model::{Note, NoteValue, fold_name},
    text::{Edit, Place, Span},
};

/// Items that occur twice.
#[derive(Debug, Default)]
pub(super) struct Repeats {
    /// After these each item occurs once. Its figures follow; of two counts the greater stays.
    pub(super) edits: Vec<Edit>,
    /// For each label, the first item that repeats another, that one, and how many do.
    pub(super) places: Vec<(Place, Place, usize)>,
}

pub(super) fn find(document: &Document) -> Repeats {
    let mut labels: BTreeMap<&str, Vec<&[Note]>> = BTreeMap::new();
    let mut repeats = Repeats::default();
    for list in notes::lists(document) {
        match label(document, list) {
            Some(label) => labels.entry(document.at(label)).or_default().push(list),
            None => repeats.add(document, &[list]),
        }
    }
    for lists in labels.values() {
        repeats.add(document, lists);
    }
    repeats
}

/// The line of a label right above a list.
fn label(document: &Document, list: &[Note]) -> Option<Span> {
    let end = list.first()?.place.line_start.checked_sub(1)?;
    let above = document.text().get(..end)?;
    let start = above.rfind('\n').map_or(0, |newline| newline + 1);
    let line = Span::new(start, end);
    let text = document.at(line).trim();
    (text.starts_with("**") && text.contains(':')).then_some(line)
}

impl Repeats {
    /// Adds the lists under one label.
    fn add(&mut self, document: &Document, lists: &[&[Note]]) {
        // The first of each, and the one whose words stay.
        let mut met: HashMap<String, (&Note, &Note)> = HashMap::new();
        let mut gone: BTreeSet<Span> = BTreeSet::new();
        let mut first: Option<(Place, Place)> = None;
        for note in lists.iter().copied().flatten() {
            let text = document.at(note.place.span);
            if text.contains('\n') {
                continue;
            }
            match met.get_mut(&key(&note.value, text)) {
                Some((kept, best)) => {
                    if count(&note.value) > count(&best.value) {
                        *best = note;
                    }
                    first.get_or_insert((note.place, kept.place));
                    gone.insert(document.whole_line(note.place));
                }
                None => {
                    met.insert(key(&note.value, text), (note, note));
                }
            }
        }
        let labels = lists.windows(2).filter_map(|lists| match lists {
            [above, below] => second_label(document, above, below, &gone),
            _ => None,
        });
        let labels: Vec<(Place, Span)> = labels.collect();
        if let Some((place, _)) = labels.first()
            && let Some(above) = lists.first().and_then(|list| list.first())
        {
            first.get_or_insert((*place, above.place));
        }
        let Some((place, kept)) = first else { return };
        self.places.push((place, kept, gone.len().max(1)));
        for (first, best) in met.values() {
            let text = document.at(best.place.span);
            if document.at(first.place.span) != text {
                self.edits.push(Edit::replace(first.place.span, text));
            }
        }
        gone.extend(labels.into_iter().map(|(_, span)| span));
        self.edits.extend(gone.into_iter().map(Edit::delete));
    }
}

/// The label of a list right below another one under the same label, with the empty lines above it.
fn second_label(
    document: &Document,
    above: &[Note],
    below: &[Note],
    gone: &BTreeSet<Span>,
) -> Option<(Place, Span)> {
    let label = label(document, below)?;
    let start = document.whole_line(above.last()?.place).end;
    let mut end = start;
    let lines = document.text_lines(start);
    for (line, text, _) in lines.take_while(|(line, ..)| line.start < label.start) {
        if !text.trim().is_empty() && !gone.contains(&line) {
            return None;
        }
        end = line.end;
    }
    let whole = Span::new(start, document.line_after(label.end));
    (end <= label.start).then(|| (document.place_of_line(label), whole))
}

/// What an item speaks of. Of derived figures there is one each; of anything else, one in the same words.
fn key(value: &NoteValue, text: &str) -> String {
    match value {
        NoteValue::CurrentUsage(..) => "usage".to_owned(),
        NoteValue::Remaining(..) => "remaining".to_owned(),
        NoteValue::RiskLevel(_) => "risk".to_owned(),
        NoteValue::Efficiency {
            team, deliverables, ..
        } => format!("{} {deliverables}", fold_name(team)),
        _ => text.to_owned(),
    }
}

const fn count(value: &NoteValue) -> u64 {
    match value {
        NoteValue::Efficiency { count, .. } => *count,
        _ => 0,
    }
}
