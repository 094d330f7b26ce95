//! Which lines state a response that another line states too: since Codex 0.151 each has a record and a `token_count`, in either order.

use super::rollout::{NoteKind, UsageNote};

/// Which notes of a rollout count.
#[derive(Debug)]
pub(super) struct Twins {
    /// For each note, in order.
    pub counts: Vec<bool>,
    /// Records of the parent.
    pub foreign: u64,
    /// Growths that are the parent's and have no such record.
    pub replays: u64,
}

impl Twins {
    /// A growth of the sums is the twin of a record since the last growth with the same input and output, or of the last records together
    /// if an event between them is missing. Otherwise a later record can be its twin, up to the next growth.
    ///
    /// What is replayed does not count, but its growths still separate records.
    pub fn find(notes: &[UsageNote], mut is_replay: impl FnMut(&UsageNote) -> bool) -> Self {
        let mut counts = vec![true; notes.len()];
        let (mut foreign, mut replays) = (0, 0);
        // The records since the last growth, and that growth as long as it has no twin.
        let mut records: Vec<usize> = Vec::new();
        let mut open: Option<usize> = None;
        for (place, note) in notes.iter().enumerate() {
            let mut count = true;
            if matches!(note.kind, NoteKind::Counter(_)) {
                let has_twin = has_twin(note, records.iter().filter_map(|at| notes.get(*at)));
                let replayed = is_replay(note);
                replays += u64::from(replayed && !has_twin);
                count = !has_twin && !replayed;
                records.clear();
                open = count.then_some(place);
            } else {
                if note.kind == NoteKind::ParentRecord {
                    foreign += 1;
                    count = false;
                } else {
                    is_replay(note);
                }
                let before = open.and_then(|at| notes.get(at));
                if before.is_some_and(|before| sides(before) == sides(note)) {
                    if let Some(twin) = open.take().and_then(|at| counts.get_mut(at)) {
                        *twin = false;
                    }
                } else {
                    records.push(place);
                }
            }
            if let Some(value) = counts.get_mut(place) {
                *value = count;
            }
        }
        Self {
            counts,
            foreign,
            replays,
        }
    }
}

fn sides(note: &UsageNote) -> (u64, u64) {
    (note.usage.input.0, note.usage.output.0)
}

fn has_twin<'a>(
    growth: &UsageNote,
    records: impl DoubleEndedIterator<Item = &'a UsageNote>,
) -> bool {
    let (mut input, mut output) = (0_u64, 0_u64);
    for record in records.rev() {
        let (more_input, more_output) = sides(record);
        input = input.saturating_add(more_input);
        output = output.saturating_add(more_output);
        if sides(record) == sides(growth) || (input, output) == sides(growth) {
            return true;
        }
    }
    false
}
