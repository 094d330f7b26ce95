//! What must be true of a log after it was edited: every row is still in its table, every line is still read as what it was, and
//! every team used what it did.

use std::{
    collections::{BTreeMap, BTreeSet},
    iter::Peekable,
    mem::{self, Discriminant},
    slice::Iter,
};

use super::{Document, LineKind, Revision};
use crate::{
    analysis::{Ledger, ReconciledMonth},
    log::Role,
    model::{Month, Tokens, fold_name},
    text::{Edit, EditSet, Overlap},
};

/// What an edit says about its result. Nothing else changes.
#[derive(Clone, Debug, Default)]
pub struct Invariants {
    /// The numbers of new rows, in monthly tables and in others.
    new_rows: [usize; 2],
    /// The number of lines that are not Markdown and are elsewhere afterwards, or new.
    pub(super) moved_lines: usize,
    /// What teams use less, and what they use more. Nothing, but where usage is replaced by what was imported anew.
    pub(super) changes: BTreeMap<Month, UsedChange>,
}

/// What changes in a month, by the names of teams as they are written: what teams use less, then what they use more.
#[derive(Clone, Debug, Default)]
pub(super) struct UsedChange {
    pub(super) less: Vec<(String, Tokens)>,
    pub(super) more: Vec<(String, Tokens)>,
}

impl Invariants {
    pub fn add_rows(&mut self, role: Role, count: usize) {
        let [monthly, others] = &mut self.new_rows;
        let rows = if role == Role::Monthly {
            monthly
        } else {
            others
        };
        *rows += count;
    }

    pub(super) fn extend(&mut self, other: &Self) {
        for (rows, more) in self.new_rows.iter_mut().zip(other.new_rows) {
            *rows += more;
        }
        self.moved_lines += other.moved_lines;
        for (month, change) in &other.changes {
            let of_month = self.changes.entry(*month).or_default();
            of_month.less.extend_from_slice(&change.less);
            of_month.more.extend_from_slice(&change.more);
        }
    }

    pub(super) fn check(
        &self,
        before: &Revision,
        edits: &EditSet,
        after: &Revision,
    ) -> Result<(), Violation> {
        self.check_parts(&before.document, edits, &after.document)?;
        self.check_changes(&before.ledger, &after.ledger)
    }

    fn check_parts(
        &self,
        before: &Document,
        edits: &EditSet,
        after: &Document,
    ) -> Result<(), Violation> {
        let [mut monthly, mut others, mut lines] = [0, 0, 0];
        let mut count_new = |part: Part| match part.kind {
            PartKind::Row(Role::Monthly, _) => monthly += 1,
            PartKind::Row(..) => others += 1,
            PartKind::Line(_) => lines += 1,
        };
        let mut offsets = OffsetMap::new(edits);
        let mut found = parts(after).into_iter().peekable();
        // The last table met, before and after. The order of tables stays.
        let mut tables: Option<(usize, usize)> = None;
        for part in parts(before) {
            let Some(start) = offsets.map(part.start) else {
                continue;
            };
            while let Some(new) = found.next_if(|found| found.start < start) {
                count_new(new);
            }
            let same = found.next_if(|found| found.start == start && found.kind == part.kind);
            let is_same = same.is_some_and(|same| {
                let pair = part.table.zip(same.table);
                let both = pair.zip(tables);
                tables = pair.or(tables);
                both.is_none_or(|((was, is), (last_was, last_is))| {
                    was.cmp(&last_was) == is.cmp(&last_is)
                })
            });
            if !is_same {
                let line = before.source.line_column(part.start).line;
                return Err(match part.kind {
                    PartKind::Row(..) => Violation::Row { line },
                    PartKind::Line(_) => Violation::Line { line },
                });
            }
        }
        found.for_each(count_new);
        let new = [monthly, others];
        if new != self.new_rows {
            return Err(Violation::NewRows {
                expected: self.new_rows.iter().sum(),
                found: new.iter().sum(),
            });
        }
        if lines != self.moved_lines {
            return Err(Violation::NewLines(lines));
        }
        Ok(())
    }

    pub(super) fn check_used(before: &Ledger, after: &Ledger) -> Result<(), Violation> {
        Self::default().check_changes(before, after)
    }

    fn check_changes(&self, before: &Ledger, after: &Ledger) -> Result<(), Violation> {
        let months = before.months().iter().chain(after.months());
        let months: BTreeSet<Month> = months.copied().collect();
        for month in months {
            let [was, is] = [before, after].map(|ledger| ledger.find_month(month));
            let [mut expected, found] = [&was, &is].map(|month| -> BTreeMap<String, Tokens> {
                let teams = month.iter().flat_map(teams);
                teams.map(|(name, used)| (fold_name(name), used)).collect()
            });
            if let Some(change) = self.changes.get(&month) {
                change.apply(&mut expected, [was.as_ref(), is.as_ref()]);
            }
            let differing = expected.keys().chain(found.keys()).find_map(|team| {
                let [expected, found] = [&expected, &found].map(|used| used.get(team).copied());
                (expected != found).then(|| Violation::Used {
                    month,
                    team: team.clone(),
                    expected: expected.unwrap_or_default(),
                    found: found.unwrap_or_default(),
                })
            });
            if let Some(violation) = differing {
                return Err(violation);
            }
        }
        Ok(())
    }
}

impl UsedChange {
    /// Changes what teams used, by their folded names. `months` tell which team a name means: before, and after.
    fn apply(
        &self,
        used: &mut BTreeMap<String, Tokens>,
        months: [Option<&ReconciledMonth<'_>>; 2],
    ) {
        let [before, after] = months.map(|month| {
            move |name: &str| {
                let team = month.and_then(|month| month.find_team(name));
                fold_name(team.map_or(name, |team| &team.name))
            }
        });
        for (name, tokens) in &self.less {
            let sum = used.entry(before(name)).or_default();
            *sum = sum.saturating_sub(*tokens);
        }
        for (name, tokens) in &self.more {
            let sum = used.entry(after(name)).or_default();
            *sum = sum.saturating_add(*tokens);
        }
        used.retain(|_, tokens| *tokens > Tokens::ZERO);
    }
}

/// The teams of a month that used something.
fn teams<'m>(month: &'m ReconciledMonth<'_>) -> impl Iterator<Item = (&'m str, Tokens)> {
    let teams = month.teams.iter();
    teams
        .filter_map(|team| Some((team.name.as_str(), team.used()?)))
        .filter(|(_, used)| *used > Tokens::ZERO)
}

/// A row, with whether it is a total or sum, or a line that is not Markdown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum PartKind {
    Row(Role, bool),
    Line(Discriminant<LineKind>),
}

struct Part {
    start: usize,
    kind: PartKind,
    table: Option<usize>,
}

/// The rows of all tables and the lines that are not Markdown, from top to bottom.
fn parts(document: &Document) -> Vec<Part> {
    let lines = document.lines.iter().map(|line| Part {
        start: line.place.line_start,
        kind: PartKind::Line(mem::discriminant(&line.kind)),
        table: None,
    });
    let mut parts: Vec<Part> = lines.collect();
    for (table, block) in document.tables.iter().enumerate() {
        let sums = block.rows.iter().filter(|row| !row.is_plain());
        let sums = sums.map(|row| (row.place.line_start, true));
        let rows = block.lines.iter().chain(&block.outside);
        let rows = rows.map(|line| (line.start, false));
        parts.extend(rows.chain(sums).map(|(start, is_sum)| Part {
            start,
            kind: PartKind::Row(block.role, is_sum),
            table: Some(table),
        }));
    }
    parts.sort_by_key(|part| part.start);
    parts
}

/// Where the bytes of a text are after edits. Asked from the first to the last.
struct OffsetMap<'e> {
    edits: Peekable<Iter<'e, Edit>>,
    removed: usize,
    inserted: usize,
}

impl<'e> OffsetMap<'e> {
    fn new(edits: &'e EditSet) -> Self {
        Self {
            edits: edits.iter().peekable(),
            removed: 0,
            inserted: 0,
        }
    }

    /// None where the byte is deleted. The first byte of what is replaced becomes that of the new text.
    fn map(&mut self, offset: usize) -> Option<usize> {
        while let Some(edit) = self.edits.next_if(|edit| edit.span.end <= offset) {
            self.removed += edit.span.len();
            self.inserted += edit.text.len();
        }
        let is_gone = self.edits.peek().is_some_and(|edit| {
            edit.span.start < offset || edit.span.start == offset && edit.text.is_empty()
        });
        (!is_gone).then(|| offset + self.inserted - self.removed)
    }
}

/// What is not true after an edit. The log stays as it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Violation {
    #[error(transparent)]
    Overlap(#[from] Overlap),
    #[error("the row on line {line} would leave its table")]
    Row { line: usize },
    #[error("{expected} rows were written, and {found} would be read")]
    NewRows { expected: usize, found: usize },
    #[error("line {line} would mean something else")]
    Line { line: usize },
    #[error("{0} lines would mean something else")]
    NewLines(usize),
    #[error("what {team} used in {month} would change from {expected} to {found}")]
    Used {
        month: Month,
        team: String,
        expected: Tokens,
        found: Tokens,
    },
}
