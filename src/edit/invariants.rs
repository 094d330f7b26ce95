//! What must be true of a log after it was edited: every row is still in its table, every line is still read as what it was, and
//! every team used what it did.

use std::{
    collections::{BTreeMap, BTreeSet},
    iter::Peekable,
    mem,
    slice::Iter,
};

use super::{Document, LogLine, Revision};
use crate::{
    analysis::{Ledger, ReconciledMonth},
    log::Role,
    model::{Month, Tokens, fold_name},
    text::{Edit, EditSet, Overlap},
};

/// What an edit says about its result. Nothing else changes.
#[derive(Clone, Debug, Default)]
pub struct Invariants {
    /// How many rows are new, in monthly tables and in others.
    new_rows: [usize; 2],
    /// How many lines that are not Markdown are elsewhere afterwards.
    pub(super) moved_lines: usize,
    /// What teams, their names folded, use afterwards where that is not what they did.
    used: BTreeMap<(Month, String), Tokens>,
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

    pub fn set_used(&mut self, month: Month, team: &str, tokens: Tokens) {
        self.used.insert((month, fold_name(team)), tokens);
    }

    pub(super) fn extend(&mut self, other: Self) {
        for (rows, more) in self.new_rows.iter_mut().zip(other.new_rows) {
            *rows += more;
        }
        self.moved_lines += other.moved_lines;
        self.used.extend(other.used);
    }

    pub(super) fn check(
        &self,
        before: &Revision,
        edits: &EditSet,
        after: &Revision,
    ) -> Result<(), Violation> {
        self.check_rows(before.document(), edits, after.document())?;
        self.check_lines(before.document(), edits, after.document())?;
        self.check_used(before.ledger(), after.ledger())
    }

    fn check_rows(
        &self,
        before: &Document,
        edits: &EditSet,
        after: &Document,
    ) -> Result<(), Violation> {
        let [mut monthly, mut others] = [0, 0];
        let mut tables = TableMap::default();
        let mut offsets = OffsetMap::new(edits);
        let mut rows = row_starts(after).into_iter().peekable();
        let mut count_new = |row: RowStart| match row.role {
            Role::Monthly => monthly += 1,
            _ => others += 1,
        };
        for row in row_starts(before) {
            let Some(start) = offsets.map(row.start) else {
                continue;
            };
            while let Some(row) = rows.next_if(|row| row.start < start) {
                count_new(row);
            }
            let same = rows.next_if(|after| {
                (after.start, after.role, after.is_sum) == (start, row.role, row.is_sum)
            });
            if !same.is_some_and(|after| tables.is_same(row.table, after.table)) {
                let line = before.source.line_column(row.start).line;
                return Err(Violation::Row { line });
            }
        }
        rows.for_each(count_new);
        let new = [monthly, others];
        if new == self.new_rows {
            Ok(())
        } else {
            Err(Violation::NewRows {
                expected: self.new_rows.iter().sum(),
                found: new.iter().sum(),
            })
        }
    }

    fn check_lines(
        &self,
        before: &Document,
        edits: &EditSet,
        after: &Document,
    ) -> Result<(), Violation> {
        let mut offsets = OffsetMap::new(edits);
        let mut lines = after.lines.iter().peekable();
        let mut new = 0;
        for line in &before.lines {
            let Some(start) = offsets.map(line.place.line_start) else {
                continue;
            };
            let is_above = |after: &&LogLine| after.place.line_start < start;
            while lines.next_if(is_above).is_some() {
                new += 1;
            }
            let is_same = |after: &&LogLine| {
                let kinds = [&after.kind, &line.kind].map(mem::discriminant);
                after.place.line_start == start && kinds[0] == kinds[1]
            };
            if lines.next_if(is_same).is_none() {
                return Err(Violation::Line {
                    line: line.place.line,
                });
            }
        }
        match new + lines.count() {
            new if new == self.moved_lines => Ok(()),
            new => Err(Violation::NewLines(new)),
        }
    }

    pub(super) fn check_used(&self, before: &Ledger, after: &Ledger) -> Result<(), Violation> {
        let months = before.months().iter().chain(after.months());
        let months: BTreeSet<Month> = months.copied().collect();
        for month in months {
            let [was, is] = [before, after].map(|ledger| ledger.find_month(month));
            let expected = was.iter().flat_map(teams).map(|(name, used)| {
                let key = (month, fold_name(name));
                let used = self.used.get(&key).copied().unwrap_or(used);
                (key.1, used)
            });
            let expected: BTreeMap<String, Tokens> = expected.collect();
            let found: BTreeMap<String, Tokens> = is
                .iter()
                .flat_map(teams)
                .map(|(name, used)| (fold_name(name), used))
                .collect();
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

/// The teams of a month that used something.
fn teams<'m>(month: &'m ReconciledMonth<'_>) -> impl Iterator<Item = (&'m str, Tokens)> {
    let teams = month.teams.iter();
    teams
        .filter_map(|team| Some((team.name.as_str(), team.used()?)))
        .filter(|(_, used)| *used > Tokens::ZERO)
}

struct RowStart {
    start: usize,
    role: Role,
    table: usize,
    is_sum: bool,
}

/// The rows of all tables, from top to bottom.
fn row_starts(document: &Document) -> Vec<RowStart> {
    let mut rows = Vec::new();
    for (table, block) in document.tables.iter().enumerate() {
        let sums = block.rows.iter().filter(|row| !row.is_plain());
        let sums = sums.map(|row| (row.place.line_start, true));
        let lines = block.lines.iter().map(|line| (line.start, false));
        rows.extend(lines.chain(sums).map(|(start, is_sum)| RowStart {
            start,
            role: block.role,
            table,
            is_sum,
        }));
    }
    rows.sort_by_key(|row| row.start);
    rows
}

/// Which table of a log is which of its tables afterwards.
#[derive(Default)]
struct TableMap(BTreeMap<usize, usize>);

impl TableMap {
    /// Whether the rows of `before` that were met are in `after`, and those of no other table.
    fn is_same(&mut self, before: usize, after: usize) -> bool {
        if let Some(known) = self.0.get(&before) {
            return *known == after;
        }
        let below = self.0.range(..before).next_back();
        let above = self.0.range(before..).next();
        let is_own = below.is_none_or(|(_, below)| *below < after)
            && above.is_none_or(|(_, above)| *above > after);
        self.0.insert(before, after);
        is_own
    }
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
    /// Of a line that is not Markdown.
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
