//! Items that occur twice in a list of notes.

use std::collections::HashMap;

use super::super::{Document, notes};
use crate::{
    model::{Note, NoteValue, fold_name},
    text::Edit,
};

/// The edits after which each item occurs once. Its figures follow; of two counts the greater stays.
pub(super) fn edits(document: &Document) -> Vec<Edit> {
    notes::lists(document)
        .flat_map(|list| of_list(document, list))
        .collect()
}

fn of_list(document: &Document, list: &[Note]) -> Vec<Edit> {
    let mut edits = Vec::new();
    // The first of each, and the one whose words stay.
    let mut met: HashMap<String, (&Note, &Note)> = HashMap::new();
    for note in list {
        let text = document.at(note.place.span);
        if text.contains('\n') {
            continue;
        }
        match met.get_mut(&key(&note.value, text)) {
            Some((_, best)) => {
                if count(&note.value) > count(&best.value) {
                    *best = note;
                }
                edits.push(Edit::delete(document.whole_line(note.place)));
            }
            None => {
                met.insert(key(&note.value, text), (note, note));
            }
        }
    }
    for (first, best) in met.values() {
        let text = document.at(best.place.span);
        if document.at(first.place.span) != text {
            edits.push(Edit::replace(first.place.span, text));
        }
    }
    edits
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
