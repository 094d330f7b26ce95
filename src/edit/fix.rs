//! What can be fixed without losing anything: usage lines and sessions that are not in the tables, derived figures, lines between
//! the rows of a table, and what a merge left twice.

use super::{
    LogSet, Revision, Timestamp, derived, hook_lines, import_overlap,
    invariants::Violation,
    outside_rows,
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
const MAX_FIX_ROUNDS: usize = 12;

/// A change that resolves findings of some kinds.
#[derive(Clone, Debug)]
pub struct ProposedFix {
    pub codes: &'static [Code],
    pub proposal: Proposal,
    /// Fixes of a higher stage wait until those of lower ones are made.
    stage: u8,
    /// Each of its edits is useful without the others.
    pub is_divisible: bool,
}

/// All that can be fixed in a log as it is.
pub fn proposed_fixes(revision: &Revision, log_set: &LogSet) -> Vec<ProposedFix> {
    use Code::{
        DetailsExceedSummary, DuplicateId, HookLineInTable, ImportOverlap, MergedTwice,
        PercentDiffers, RowOutsideTable, SessionOutsideSummary, TotalDiffers, UnsettledUsage,
    };
    let months = revision.ledger.months();
    let joined = outside_rows::move_into_tables(&revision.document);
    let repeats = union_merge::remove_repeats(revision);
    let merged = union_merge::resolve_union_merge(revision).proposal;
    let counted_once = import_overlap::count_once(revision, log_set);
    let settled = settle(revision, log_set).0;
    let synced = sync_summary(revision, log_set, months, Tolerance::Rounding);
    let moved = hook_lines::move_out_of_tables(&revision.document);
    let derived = derived::recalculate(revision, log_set);
    let fixes: [(u8, &'static [Code], Proposal); 8] = [
        (0, &[RowOutsideTable], joined),
        (0, &[DuplicateId], repeats),
        (1, &[MergedTwice], merged),
        (2, &[ImportOverlap], counted_once),
        (3, &[UnsettledUsage], settled),
        (3, &[DetailsExceedSummary, SessionOutsideSummary], synced),
        (3, &[HookLineInTable], moved),
        (3, &[TotalDiffers, PercentDiffers], derived),
    ];
    let fixes = fixes
        .into_iter()
        .map(|(stage, codes, proposal)| ProposedFix {
            codes,
            proposal,
            stage,
            is_divisible: codes.contains(&TotalDiffers),
        });
    fixes.filter(|fix| !fix.proposal.is_empty()).collect()
}

#[derive(Debug)]
pub struct Fixed {
    pub revision: Revision,
    /// Why fixes were not made. Each is a bug in tokmon.
    pub rejected: Vec<Violation>,
    /// Some findings could still be fixed, but the limit of rounds is reached.
    pub is_unfinished: bool,
}

/// Fixes all that can be fixed, round by round until nothing is left. Fixing the log again changes nothing.
pub fn make_fixes(mut revision: Revision, log_set: &LogSet, now: Timestamp) -> Fixed {
    let mut rejected: Vec<(&[Code], Violation)> = Vec::new();
    let (mut is_changed, mut one_by_one, mut is_unfinished) = (false, false, true);
    for _ in 0..MAX_FIX_ROUNDS {
        let mut fixes = proposed_fixes(&revision, log_set);
        fixes.retain(|fix| rejected.iter().all(|(codes, _)| *codes != fix.codes));
        if one_by_one {
            fixes.truncate(1);
        }
        let codes = fixes.first().map(|fix| fix.codes);
        let mut proposal = combine(fixes);
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

/// Puts the fixes of the lowest stage together, but for those that touch what another one changes. They wait for the next round.
fn combine(fixes: Vec<ProposedFix>) -> Proposal {
    let stage = fixes.iter().map(|fix| fix.stage).min();
    let mut all = Proposal::default();
    let fixes = fixes.into_iter();
    for fix in fixes.filter(|fix| Some(fix.stage) == stage) {
        let Proposal {
            mut edits,
            invariants,
        } = fix.proposal;
        let is_in_the_way = |edit: &Edit| is_taken(&all.edits, edit);
        if fix.is_divisible {
            edits.retain(|edit| !is_in_the_way(edit));
        } else if edits.iter().any(is_in_the_way) {
            continue;
        }
        // Fixes that both bring the same figure along make the same edit.
        edits.retain(|edit| !neighbours(&all.edits, edit).any(|other| other == edit));
        all.edits.extend(edits);
        let order = |edit: &Edit| (edit.span.start, edit.span.end);
        all.edits.sort_by_key(order);
        all.invariants.extend(&invariants);
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
