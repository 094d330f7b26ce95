//! Logs in which git kept both sides of a merge: rows, totals, notes and lines that occur twice.
//! A line goes only where the rest of the log shows what it was. What cannot be told apart stays, and a finding says so.

mod duplicate_rows;
mod joined_row;
mod lists;
pub(super) mod merged_table;
#[cfg(test)]
mod proptests;
mod repeats;

use std::collections::{BTreeMap, BTreeSet};

use super::{Document, Kept, Revision, log_set::MAX_MONTHS, revision::Proposal, timestamp};
use crate::{
    analysis::ReconciledMonth,
    diagnostic::{Code, Diagnostic},
    model::{EntryKind, Tokens},
    text::Edit,
};
use duplicate_rows::DuplicateRows;
use merged_table::MergedTable;

/// What is wrong with a log that was merged line by line, and how to resolve it.
#[derive(Clone, Debug, Default)]
pub struct UnionMerge {
    /// What occurs twice in the monthly summaries. What nothing shows the right figure of is to be resolved by hand.
    pub findings: Vec<Diagnostic>,
    /// Resolves the others, and takes away what else occurs twice.
    pub proposal: Proposal,
}

/// Proposes to take away the rows and usage lines that repeat another one, id and all, or that were settled already.
pub fn remove_repeats(revision: &Revision) -> Proposal {
    if revision.repeats().is_empty() {
        return Proposal::default();
    }
    let document = Document::read(revision.text(), Kept::All);
    let lines = repeats::find(&document).into_iter();
    lines.map(Edit::delete).collect::<Vec<_>>().into()
}

/// Looks for what occurs twice because git kept both sides of a merge.
pub fn resolve_union_merge(revision: &Revision) -> UnionMerge {
    let document = &revision.document;
    let earlier = timestamp::earlier(document.text());
    let has_lists = !merged_table::doubled_usage(document).is_empty();
    let has_tables = !merged_table::find(document).is_empty();
    if !has_tables && earlier.is_empty() && !has_lists {
        return UnionMerge::default();
    }
    let document = Document::read(revision.text(), Kept::All);
    let has_stray_rows = merged_table::has_stray_rows(&document);
    let mut union = UnionMerge::default();
    let mut is_resolved = true;
    for merged in merged_table::find(&document).iter().take(MAX_MONTHS) {
        let month = revision.ledger.find_month(merged.month);
        let month = month.filter(|month| !month.is_legacy() && !has_stray_rows);
        is_resolved &= union.table(&document, merged, month.as_ref());
    }
    // While a table has to be resolved by hand, what shows that it was merged stays.
    if is_resolved {
        if has_tables || has_lists {
            union.proposal.edits.extend(lists::edits(&document));
        }
        let earlier = earlier.into_iter().map(Edit::delete);
        union.proposal.edits.extend(earlier);
    }
    union
}

impl UnionMerge {
    /// Adds a merged table. Gives whether all that occurs twice in it is resolved.
    fn table(
        &mut self,
        document: &Document,
        merged: &MergedTable<'_>,
        month: Option<&ReconciledMonth<'_>>,
    ) -> bool {
        let duplicates = month.map_or_else(Vec::new, |month| {
            duplicate_rows::find(document, merged, month)
        });
        let is_resolved = duplicates.iter().all(|rows| rows.resolution.is_some());
        let totals = totals_finding(merged).filter(|_| duplicates.is_empty());
        let Some(month) = month else {
            self.findings.extend(totals.map(Diagnostic::manual));
            return false;
        };
        self.findings.extend(totals);
        for rows in &duplicates {
            self.findings.extend(finding_of(rows, month));
            let edits = joined_row::edits(document, merged.table, rows, month);
            self.proposal.edits.extend(edits);
        }
        self.set_used(month, &duplicates);
        if is_resolved {
            // The last one has all rows above it. Its figures follow.
            let but_last = merged.totals.iter().rev().skip(1);
            let whole = but_last.map(|row| document.whole_line(row.place));
            self.proposal.edits.extend(whole.map(Edit::delete));
        }
        is_resolved
    }

    /// Says what teams use once their rows are resolved.
    fn set_used(&mut self, month: &ReconciledMonth<'_>, duplicates: &[DuplicateRows<'_>]) {
        let mut teams: BTreeMap<&str, (Tokens, Tokens)> = BTreeMap::new();
        for rows in duplicates {
            if let Some(resolution) = rows.resolution {
                let (stated, right) = teams.entry(&rows.team).or_default();
                *stated = stated.saturating_add(rows.stated);
                *right = right.saturating_add(resolution.tokens);
            }
        }
        for (name, (stated, right)) in teams {
            let Some(team) = month.find_team(name) else {
                continue;
            };
            let others = team.tokens_of(EntryKind::Monthly).saturating_sub(stated);
            let settled = others.saturating_add(right).max(team.details());
            let used = settled.saturating_add(team.tokens_of(EntryKind::Line));
            let invariants = &mut self.proposal.invariants;
            invariants.set_used(month.month, &team.name, used);
        }
    }
}

/// The starts of the lines that repeat another one, id and all, or that were settled already.
pub fn repeated_lines(text: &str) -> BTreeSet<usize> {
    let document = Document::read(text, Kept::All);
    let lines = repeats::find(&document).into_iter();
    lines.map(|span| span.start).collect()
}

fn finding_of(rows: &DuplicateRows<'_>, month: &ReconciledMonth<'_>) -> Option<Diagnostic> {
    let mut entries = rows.rows.iter().filter_map(|row| row.entry());
    let (first, second) = (entries.next()?.place, entries.next()?.place);
    let (team, count) = (&rows.team, rows.rows.len());
    let details = month.find_team(team)?.details();
    let message = format!("{count} monthly rows of {team} should be one, as after a merge");
    let finding = Diagnostic::new(Code::MergedTwice, message, second);
    Some(match rows.resolution {
        Some(right) => finding
            .label("from the other branch")
            .related(first, "from one branch")
            .help(format!(
                "`tokmon check --fix` makes one row of {} of them",
                right.tokens
            )),
        None => finding
            .label("perhaps counted twice")
            .related(first, "and here")
            .help(format!(
                "make one row of them; the details of {team}, {details}, do not show that they hold all of it"
            ))
            .manual(),
    })
}

/// Totals that occur twice over rows that do not.
fn totals_finding(merged: &MergedTable<'_>) -> Option<Diagnostic> {
    let [first, second, ..] = merged.totals.as_slice() else {
        return None;
    };
    let count = merged.totals.len();
    let message = format!("{count} totals of one table, as after a merge");
    Some(
        Diagnostic::new(Code::MergedTwice, message, second.place)
            .label("from the other branch")
            .related(first.place, "from one branch")
            .help("`tokmon check --fix` makes one of them"),
    )
}
