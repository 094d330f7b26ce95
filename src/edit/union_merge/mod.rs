//! Logs in which git kept both sides of a merge: rows, totals, notes and lines that occur twice.
//! A line goes only where the rest of the log shows what it was. What cannot be told apart stays, and a finding says so.

mod joined_row;
mod lists;
pub(super) mod merged_table;
#[cfg(test)]
mod proptests;
mod repeats;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    mem,
};

use super::{Document, Kept, Revision, log_set::MAX_MONTHS, revision::Proposal, timestamp};
use crate::{
    analysis::{MergedRows, ReconciledMonth, repeated_allocations},
    diagnostic::{Code, Diagnostic},
    log::Role,
    model::Month,
    text::{Edit, FileId, Place, Span},
};
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
    let mut union = UnionMerge::default();
    let is_resolved = union.rows(revision, |_| true);
    for merged in merged_table::find(document).iter().take(MAX_MONTHS) {
        union.totals(revision, merged);
    }
    union.allocations(revision);
    union.notes(revision, is_resolved);
    union
}

/// Proposes to make one row of the monthly rows that should be one, in the months that usage lines wait for.
pub fn join_rows(revision: &Revision) -> Proposal {
    let lines = revision.document.lines.iter();
    let months = lines.filter_map(|line| Some(line.usage()?.when.month));
    let months: BTreeSet<Month> = months.collect();
    let mut union = UnionMerge::default();
    union.rows(revision, |month| months.contains(&month));
    union.proposal
}

impl UnionMerge {
    /// Makes one row of monthly rows that should be one. Gives whether all of them could be resolved.
    fn rows(&mut self, revision: &Revision, is_wanted: impl Fn(Month) -> bool) -> bool {
        let document = &revision.document;
        let mut is_resolved = true;
        let months = revision.ledger.merged_months();
        let months: Vec<Month> = months.filter(|month| is_wanted(*month)).collect();
        if months.is_empty() {
            return true;
        }
        let tables = document.tables_of(Role::Monthly);
        let rows = tables.flat_map(|table| table.rows.iter().map(move |row| (table, row)));
        let rows = rows
            .filter_map(|(table, row)| Some((row.place.line_start, (table, (row, row.entry()?)))));
        let rows: HashMap<usize, _> = rows.collect();
        for reconciled in months
            .iter()
            .rev()
            .take(MAX_MONTHS)
            .filter_map(|month| revision.ledger.find_month(*month))
        {
            for merged in reconciled.merged_rows() {
                let Some(resolution) = &merged.resolution else {
                    is_resolved = false;
                    continue;
                };
                let places = merged.places.iter();
                let found: Vec<_> = places
                    .filter_map(|place| rows.get(&place.line_start))
                    .collect();
                let Some((table, _)) = found.first() else {
                    continue;
                };
                let found: Vec<_> = found.iter().map(|(_, row)| *row).collect();
                let edits = joined_row::edits(document, table, &found, resolution, &reconciled);
                self.proposal.edits.extend(edits);
                // Those that the merge put into tables of details.
                let is_displaced = |place: &&Place| !rows.contains_key(&place.line_start);
                let displaced = merged.places.iter().filter(is_displaced);
                let displaced = displaced.map(|place| document.whole_line(*place));
                self.proposal.edits.extend(displaced.map(Edit::delete));
            }
        }
        is_resolved
    }

    /// Takes away rows of the allocation table that repeat another one.
    fn allocations(&mut self, revision: &Revision) {
        let newest = revision.ledger.months().last();
        let Some(newest) = newest.and_then(|month| revision.ledger.find_month(*month)) else {
            return;
        };
        let document = &revision.document;
        // The row that counts is written where the first one is.
        let mut rows: BTreeMap<usize, (Place, Vec<Place>)> = BTreeMap::new();
        for (gone, kept) in repeated_allocations(&newest) {
            if gone.place.file == FileId::LOG {
                let alike = rows.entry(kept.place.line_start);
                let (_, gone_rows) = alike.or_insert_with(|| (kept.place, Vec::new()));
                gone_rows.push(gone.place);
            }
        }
        for (kept, gone) in rows.into_values() {
            let mut gone: Vec<Span> = gone
                .into_iter()
                .map(|place| document.whole_line(place))
                .collect();
            let kept = document.whole_line(kept);
            if let Some(first) = gone.first_mut().filter(|first| first.start < kept.start) {
                let edit = Edit::replace(*first, document.at(kept));
                self.proposal.edits.push(edit);
                *first = kept;
            }
            self.proposal
                .edits
                .extend(gone.into_iter().map(Edit::delete));
        }
    }

    /// Takes away items of the notes and times of the last change that occur twice. While a monthly row has to be resolved by hand,
    /// they stay, since they show that it was merged.
    fn notes(&mut self, revision: &Revision, is_resolved: bool) {
        let document = &revision.document;
        let repeats = lists::find(document);
        let items = repeats.places.into_iter().map(|(place, first, count)| {
            let (what, verb) = match count {
                1 => ("an item".to_owned(), "occurs"),
                count => (format!("{count} items"), "occur"),
            };
            let message = format!("{what} of the notes {verb} twice, as after a merge");
            Diagnostic::new(Code::MergedTwice, message, place)
                .label("from the other branch")
                .related(first, "from one branch")
        });
        self.findings.extend(items);
        let earlier = timestamp::earlier(document.text());
        if let Some(line) = earlier.first() {
            let message = "the time of the last change occurs twice, as after a merge";
            let place = document.place_of_line(*line);
            self.findings
                .push(Diagnostic::new(Code::MergedTwice, message, place).label("the earlier time"));
        }
        if is_resolved {
            self.proposal.edits.extend(repeats.edits);
            let earlier = earlier.into_iter().map(Edit::delete);
            self.proposal.edits.extend(earlier);
        } else {
            let findings = mem::take(&mut self.findings).into_iter();
            self.findings = findings.map(Diagnostic::manual).collect();
        }
    }

    /// Takes away all totals of a merged table but the last, unless a row above them has to be resolved by hand.
    fn totals(&mut self, revision: &Revision, merged: &MergedTable<'_>) {
        let document = &revision.document;
        let month = revision.ledger.find_month(merged.month);
        let month = month.filter(|month| !month.is_legacy());
        let table = Span::new(merged.table.head.line_start, merged.table.last_line().end);
        let is_here = |rows: &&MergedRows| {
            let mut places = rows.places.iter();
            places.any(|place| table.start <= place.line_start && place.line_start < table.end)
        };
        let rows = month.iter().flat_map(ReconciledMonth::merged_rows);
        let rows: Vec<&MergedRows> = rows.filter(is_here).collect();
        let is_resolved = month.is_some() && rows.iter().all(|rows| rows.resolution.is_some());
        let finding = totals_finding(merged).filter(|_| rows.is_empty());
        let mark = |finding: Diagnostic| {
            if is_resolved {
                finding
            } else {
                finding.manual()
            }
        };
        self.findings.extend(finding.map(mark));
        if is_resolved {
            // The last one has all rows above it. Its figures follow.
            let but_last = merged.totals.iter().rev().skip(1);
            let whole = but_last.map(|row| document.whole_line(row.place));
            self.proposal.edits.extend(whole.map(Edit::delete));
        }
    }
}

/// The starts of the lines that repeat another one, id and all, or that were settled already.
pub fn repeated_lines(text: &str) -> BTreeSet<usize> {
    let document = Document::read(text, Kept::All);
    let lines = repeats::find(&document).into_iter();
    lines.map(|span| span.start).collect()
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
