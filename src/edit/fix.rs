//! What can be fixed without losing anything: usage lines and sessions that are not in the tables, derived figures, lines between
//! the rows of a table, and what a merge left twice.

use super::{
    LogSet, Revision, Timestamp, derived, hook_lines,
    invariants::Violation,
    revision::Proposal,
    settle::settle,
    sync_summary::{Tolerance, sync_summary},
    union_merge,
};
use crate::{
    diagnostic::Code,
    text::{Edit, Span},
};

/// The maximum number of rounds. Five are enough for every log known.
const MOST_ROUNDS: usize = 12;

/// A change that resolves findings of some kinds.
#[derive(Clone, Debug)]
pub struct Repair {
    pub codes: &'static [Code],
    pub proposal: Proposal,
    /// Repairs of a higher stage wait until those of lower ones are made.
    stage: u8,
    /// Each of its edits is useful without the others.
    pub is_divisible: bool,
}

/// All that can be repaired in a log as it is.
pub fn repairs(revision: &Revision, log_set: &LogSet) -> Vec<Repair> {
    use Code::{
        DetailsExceedSummary, DuplicateId, HookLineInTable, MergedTwice, PercentDiffers,
        SessionOutsideSummary, TotalDiffers, UnsettledUsage,
    };
    let months = revision.ledger().months();
    let repeats = union_merge::remove_repeats(revision);
    let merged = union_merge::resolve_union_merge(revision).proposal;
    let settled = settle(revision, log_set).proposal;
    let synced = sync_summary(revision, log_set, months, Tolerance::Rounding);
    let moved = hook_lines::move_out_of_tables(revision.document());
    let derived = derived::recalculate(revision, log_set);
    let repairs: [(u8, &'static [Code], Proposal); 6] = [
        (0, &[DuplicateId], repeats),
        (1, &[MergedTwice], merged),
        (2, &[UnsettledUsage], settled),
        (2, &[DetailsExceedSummary, SessionOutsideSummary], synced),
        (2, &[HookLineInTable], moved),
        (2, &[TotalDiffers, PercentDiffers], derived),
    ];
    let repairs = repairs.into_iter().map(|(stage, codes, proposal)| Repair {
        codes,
        proposal,
        stage,
        is_divisible: codes.contains(&TotalDiffers),
    });
    repairs
        .filter(|repair| !repair.proposal.is_empty())
        .collect()
}

#[derive(Debug)]
pub struct Fixed {
    pub revision: Revision,
    /// Why repairs were not made. Each is a mistake of this program.
    pub rejected: Vec<Violation>,
    /// There is more to repair than could be done.
    pub is_unfinished: bool,
}

/// Makes all repairs of a log, round by round until none is left. Fixing it again changes nothing.
pub fn fix(mut revision: Revision, log_set: &LogSet, now: Timestamp) -> Fixed {
    let mut rejected: Vec<(&[Code], Violation)> = Vec::new();
    let (mut is_changed, mut one_by_one, mut is_unfinished) = (false, false, true);
    for _ in 0..MOST_ROUNDS {
        let mut repairs = repairs(&revision, log_set);
        repairs.retain(|repair| rejected.iter().all(|(codes, _)| *codes != repair.codes));
        if one_by_one {
            repairs.truncate(1);
        }
        let codes = repairs.first().map(|repair| repair.codes);
        let mut proposal = combine(repairs);
        if is_changed || !proposal.is_empty() {
            proposal.stamp(&revision, now);
        }
        if proposal.is_empty() {
            is_unfinished = false;
            break;
        }
        match (revision.apply(proposal, log_set), codes) {
            (Ok(next), _) => {
                revision = next;
                is_changed = true;
            }
            (Err(violation), Some(codes)) if one_by_one => rejected.push((codes, violation)),
            // One of them is to blame.
            (Err(_), _) => one_by_one = true,
        }
    }
    let rejected = rejected.into_iter().map(|(_, violation)| violation);
    Fixed {
        revision,
        rejected: rejected.collect(),
        is_unfinished,
    }
}

/// Puts the repairs of the lowest stage together, but for those that touch what another one changes. They wait for the next round.
fn combine(repairs: Vec<Repair>) -> Proposal {
    let stage = repairs.iter().map(|repair| repair.stage).min();
    let mut all = Proposal::default();
    let repairs = repairs.into_iter();
    for repair in repairs.filter(|repair| Some(repair.stage) == stage) {
        let Proposal {
            mut edits,
            invariants,
        } = repair.proposal;
        let is_in_the_way = |edit: &Edit| is_taken(&all.edits, edit);
        if repair.is_divisible {
            edits.retain(|edit| !is_in_the_way(edit));
        } else if edits.iter().any(is_in_the_way) {
            continue;
        }
        // Repairs that both bring the same figure along make the same edit.
        edits.retain(|edit| !neighbours(&all.edits, edit).any(|other| other == edit));
        all.edits.extend(edits);
        let order = |edit: &Edit| (edit.span.start, edit.span.end);
        all.edits.sort_by_key(order);
        all.invariants.extend(invariants);
    }
    all
}

/// Whether an edit touches what another one of these changes, and is not the same.
fn is_taken(sorted: &[Edit], edit: &Edit) -> bool {
    let Span { start, end } = edit.span;
    let is_at_one_place = |other: &Span| other.is_empty() && *other == edit.span;
    neighbours(sorted, edit).any(|other| {
        let overlaps = other.span.start < end && start < other.span.end;
        other != edit && (overlaps || is_at_one_place(&other.span))
    })
}

/// Of edits that do not overlap, those that may touch another one.
fn neighbours<'e>(sorted: &'e [Edit], edit: &'e Edit) -> impl Iterator<Item = &'e Edit> {
    let first = sorted.partition_point(|other| other.span.end < edit.span.start);
    let near = sorted.get(first..).unwrap_or_default().iter();
    near.take_while(|other| other.span.start <= edit.span.end)
}
