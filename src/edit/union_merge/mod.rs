//! Logs in which git kept both sides of a merge: rows, totals, notes and lines that stand twice.
//! A line goes only where the rest of the log shows what it was. What cannot be told apart stays, and a finding says so.

mod lists;
#[cfg(test)]
mod proptests;
mod repeats;
mod rows;
mod seams;
mod union;

use std::collections::{BTreeMap, BTreeSet};

use super::{Document, Kept, LogSet, TableBlock, log_set::MOST_MONTHS, timestamp};
use crate::{
    analysis::{Ledger, ReconciledMonth},
    diagnostic::{Code, Diagnostic},
    model::{EntryKind, Tokens},
    text::{self, Edit, EditSet, Overlap, Place},
};
use rows::Doubled;
use seams::Seam;

/// Takes away what stands twice since git kept both sides.
pub(super) fn mended(text: &str, log_set: &LogSet) -> Result<String, Overlap> {
    let text = repeats::without(text)?;
    let document = Document::read(text, Kept::All);
    let mut seams = seams::of(&document);
    // To look into the month of each takes time.
    seams.truncate(MOST_MONTHS);
    let earlier = timestamp::earlier(document.text());
    let has_lists = !seams::doubled_usage(&document).is_empty();
    if seams.is_empty() && earlier.is_empty() && !has_lists {
        return Ok(document.text().to_owned());
    }
    let mut edits = Vec::new();
    let mut reconciled = Vec::new();
    let mut is_whole = true;
    let ledger = log_set.fold(document.text());
    for seam in &seams {
        let Some(joined) = Joined::of(&document, seam, &ledger) else {
            is_whole = false;
            continue;
        };
        is_whole &= joined.is_known();
        edits.extend(joined.edits(&document, seam));
        reconciled.push(joined);
    }
    // As long as a table has to be mended by hand, what shows that it was merged stays.
    if is_whole {
        if !seams.is_empty() || has_lists {
            edits.extend(lists::edits(&document));
        }
        let lines = earlier.into_iter().map(Edit::delete);
        edits.extend(lines);
    }
    // What does not fit together, or does not read back as it was meant, is not written.
    let Ok(edits) = EditSet::new(text::FileId::LOG, edits) else {
        return Ok(document.text().to_owned());
    };
    let mended = text::splice(document.text(), &edits);
    let ledger = log_set.fold(&mended);
    let is_good = reconciled
        .iter()
        .all(|joined| joined.is_kept(&ledger, &reconciled));
    Ok(if is_good {
        mended
    } else {
        document.text().to_owned()
    })
}

/// What stands twice in the monthly summaries, as findings. Those that tell nothing certain are to be mended by hand.
#[must_use]
pub fn merged_twice(text: &str, log_set: &LogSet) -> Vec<Diagnostic> {
    let document = Document::read(text, Kept::All);
    let mut findings = Vec::new();
    let ledger = log_set.fold(text);
    for seam in seams::of(&document).into_iter().take(MOST_MONTHS) {
        let table = &document.tables[seam.table];
        let joined = Joined::of(&document, &seam, &ledger);
        let doubled = joined.as_ref().map_or(&[][..], |joined| &joined.doubled);
        findings.extend(
            doubled
                .iter()
                .filter_map(|doubled| finding_of(table, doubled, joined.as_ref()?)),
        );
        if doubled.is_empty() {
            let finding = totals_finding(table, &seam);
            findings.extend(finding.map(|finding| match joined {
                Some(_) => finding,
                None => finding.manual(),
            }));
        }
    }
    findings
}

/// The starts of the lines that repeat another one, id and all, or that were settled already. Mending takes them away.
#[must_use]
pub fn repeated_lines(text: &str) -> BTreeSet<usize> {
    let document = Document::read(text, Kept::All);
    repeats::of(&document)
        .into_iter()
        .map(|span| span.start)
        .collect()
}

/// Whether a log has a table that was merged so.
#[cfg(test)]
pub(super) fn is_merged(text: &str) -> bool {
    !seams::of(&Document::read(text, Kept::All)).is_empty()
}

/// A merged table, with what its month says.
struct Joined<'l> {
    reconciled: ReconciledMonth<'l>,
    doubled: Vec<Doubled>,
}

impl<'l> Joined<'l> {
    /// None where nothing can be said about the month, as in a log from before v2.0.
    fn of(document: &Document, seam: &Seam, ledger: &'l Ledger) -> Option<Self> {
        let reconciled = ledger.find_month(seam.month)?;
        if reconciled.is_legacy() {
            return None;
        }
        let doubled = rows::doubled(document, seam, &reconciled);
        Some(Self {
            reconciled,
            doubled,
        })
    }

    /// Whether all that stands twice is known.
    fn is_known(&self) -> bool {
        self.doubled.iter().all(|doubled| doubled.known.is_some())
    }

    fn edits(&self, document: &Document, seam: &Seam) -> Vec<Edit> {
        let table = &document.tables[seam.table];
        let mut edits: Vec<Edit> = self
            .doubled
            .iter()
            .flat_map(|doubled| union::edits(document, table, doubled, &self.reconciled))
            .collect();
        if self.is_known() {
            // The last one has all rows above it. Its figures follow.
            let but_last = seam.totals.len().saturating_sub(1);
            let totals = seam.totals.iter().take(but_last);
            edits.extend(totals.map(|at| Edit::delete(document.whole_line(table.rows[*at].place))));
        }
        edits
    }

    /// Whether teams that were mended have what they are to have, and all others what they had. `all` are all merged tables.
    fn is_kept(&self, mended: &Ledger, all: &[Joined<'_>]) -> bool {
        let month = self.reconciled.month.month;
        let Some(after) = mended.find_month(month) else {
            return false;
        };
        let of_month = all
            .iter()
            .filter(|joined| joined.reconciled.month.month == month);
        let mut monthly: BTreeMap<&str, Tokens> = BTreeMap::new();
        for team in &self.reconciled.month.teams {
            monthly.insert(&team.name, team.tokens_of(EntryKind::Monthly));
        }
        for doubled in of_month.flat_map(|joined| &joined.doubled) {
            if let Some((known, sum)) = doubled.known.zip(monthly.get_mut(doubled.team.as_str())) {
                *sum = sum.saturating_sub(doubled.stated) + known.tokens;
            }
        }
        let mut teams = self.reconciled.month.teams.iter();
        teams.all(|team| {
            after.find_team(&team.name).is_some_and(|now| {
                now.details() == team.details()
                    && now.tokens_of(EntryKind::Line) == team.tokens_of(EntryKind::Line)
                    && monthly.get(team.name.as_str()) == Some(&now.tokens_of(EntryKind::Monthly))
            })
        })
    }
}

fn finding_of(table: &TableBlock, doubled: &Doubled, joined: &Joined) -> Option<Diagnostic> {
    let mut places = doubled.rows.iter().filter_map(|at| table.figure_place(*at));
    let first = places.next()?;
    let second = places.next()?;
    let (team, count) = (&doubled.team, doubled.rows.len());
    let details = joined.reconciled.find_team(team)?.details();
    let message = format!("{count} monthly rows of {team} stand for one, as after a merge");
    let finding = Diagnostic::new(Code::MergedTwice, message, second);
    Some(match doubled.known {
        Some(known) => finding
            .label("from the other branch")
            .related(first, "from one branch")
            .help(format!(
                "`tokmon check --fix` makes one row of {} of them",
                known.tokens
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

/// Totals that stand twice over rows that do not.
fn totals_finding(table: &TableBlock, seam: &Seam) -> Option<Diagnostic> {
    let mut places = seam.totals.iter().map(|at| table.rows[*at].place);
    let (first, second): (Place, Place) = (places.next()?, places.next()?);
    Some(
        Diagnostic::new(
            Code::MergedTwice,
            format!(
                "{} totals of one table, as after a merge",
                seam.totals.len()
            ),
            second,
        )
        .label("from the other branch")
        .related(first, "from one branch")
        .help("`tokmon check --fix` makes one of them"),
    )
}
