//! What must be true of a log after it was edited: every row is still in its table, every line is still read as what it was, and
//! every team used what it did.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    iter::Peekable,
    slice::Iter,
};

use super::{Document, LineKind, Revision, TableBlock, TableRow};
use crate::{
    analysis::{Ledger, ReconciledMonth},
    log::Role,
    model::{Month, Tokens, fold_name},
    text::{Edit, EditSet, Overlap},
};

/// What an edit says about its result, beside that nothing else changes.
#[derive(Clone, Debug, Default)]
pub struct Invariants {
    monthly_rows: usize,
    detail_rows: usize,
    /// Lines that are not Markdown and stand elsewhere afterwards.
    moved_lines: usize,
    /// What teams, their names folded, use afterwards where that is not what they did.
    used: BTreeMap<(Month, String), Tokens>,
}

impl Invariants {
    /// So many rows are new in tables of a role.
    pub fn add_rows(&mut self, role: Role, count: usize) {
        match role {
            Role::Monthly => self.monthly_rows += count,
            _ => self.detail_rows += count,
        }
    }

    pub fn move_lines(&mut self, count: usize) {
        self.moved_lines += count;
    }

    /// A team uses this much in a month.
    pub fn set_used(&mut self, month: Month, team: &str, tokens: Tokens) {
        self.used.insert((month, fold_name(team)), tokens);
    }

    pub(super) fn extend(&mut self, other: Self) {
        self.monthly_rows += other.monthly_rows;
        self.detail_rows += other.detail_rows;
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
        let mut new = [self.monthly_rows, self.detail_rows];
        let mut tables = TableMap::default();
        for lines in [plain_rows, sums] {
            let mut offsets = OffsetMap::new(edits);
            let mut rows = lines(after).peekable();
            let mut count_new =
                |row: &RowStart| match new.get_mut(usize::from(row.role != Role::Monthly)) {
                    Some(left) if *left > 0 => {
                        *left -= 1;
                        Ok(())
                    }
                    _ => Err(Violation::NewRow { at: row.start }),
                };
            for row in lines(before) {
                let Some(start) = offsets.map(row.start) else {
                    continue;
                };
                while let Some(row) = rows.next_if(|row| row.start < start) {
                    count_new(&row)?;
                }
                let same = rows.next_if(|after| after.start == start && after.role == row.role);
                let is_in_table = same.is_some_and(|after| tables.is_same(row.table, after.table));
                if !is_in_table {
                    let line = before.source.line_column(row.start).line;
                    return Err(Violation::Row { line });
                }
            }
            rows.try_for_each(|row| count_new(&row))?;
        }
        match new {
            [0, 0] => Ok(()),
            [monthly, details] => Err(Violation::MissingRows(monthly + details)),
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
            while lines
                .next_if(|after| after.place.line_start < start)
                .is_some()
            {
                new += 1;
            }
            let is_same = |after: &&super::LogLine| {
                after.place.line_start == start && is_alike(&after.kind, &line.kind)
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

    /// A team that another one's new monthly row makes a part of that one is counted with it.
    pub(super) fn check_used(&self, before: &Ledger, after: &Ledger) -> Result<(), Violation> {
        let months = before.months().iter().chain(after.months());
        let months: BTreeSet<Month> = months.copied().collect();
        for month in months {
            let [was, is] = [before, after].map(|ledger| ledger.find_month(month));
            let mut expected: BTreeMap<String, Tokens> = BTreeMap::new();
            for (name, used) in was.iter().flat_map(teams) {
                let folded = fold_name(name);
                let key = (month, folded);
                let used = self.used.get(&key).copied().unwrap_or(used);
                let owner = is.as_ref().and_then(|is| is.find_team(name));
                let owner = owner.map_or(key.1, |owner| fold_name(&owner.name));
                let sum = expected.entry(owner).or_default();
                *sum = sum.saturating_add(used);
            }
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

const fn is_alike(one: &LineKind, two: &LineKind) -> bool {
    matches!(
        (one, two),
        (LineKind::Usage(_), LineKind::Usage(_))
            | (LineKind::Unreadable, LineKind::Unreadable)
            | (LineKind::Event(_), LineKind::Event(_))
    )
}

/// A row of a table, by the start of its line.
struct RowStart {
    start: usize,
    role: Role,
    table: usize,
}

fn rows<'d, I: Iterator<Item = usize> + 'd>(
    document: &'d Document,
    starts: fn(&'d TableBlock) -> I,
) -> Box<dyn Iterator<Item = RowStart> + 'd> {
    let tables = document.tables.iter().enumerate();
    Box::new(tables.flat_map(move |(table, block)| {
        let role = block.role;
        starts(block).map(move |start| RowStart { start, role, table })
    }))
}

fn plain_rows(document: &Document) -> Box<dyn Iterator<Item = RowStart> + '_> {
    rows(document, |table| table.lines.iter().map(|line| line.start))
}

fn sums(document: &Document) -> Box<dyn Iterator<Item = RowStart> + '_> {
    rows(document, |table| {
        let sums = table.rows.iter().filter(|row: &&TableRow| !row.is_plain());
        sums.map(|row| row.place.line_start)
    })
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Violation {
    Overlap(Overlap),
    /// A row would no longer be in its table.
    Row {
        line: usize,
    },
    /// There would be a row at this byte that nothing wrote.
    NewRow {
        at: usize,
    },
    /// So many new rows would not be read as such.
    MissingRows(usize),
    /// A line that is not Markdown would be read as something else.
    Line {
        line: usize,
    },
    /// There would be so many such lines that were not there.
    NewLines(usize),
    /// A team would use something else.
    Used {
        month: Month,
        team: String,
        expected: Tokens,
        found: Tokens,
    },
}

impl From<Overlap> for Violation {
    fn from(overlap: Overlap) -> Self {
        Self::Overlap(overlap)
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Overlap(overlap) => overlap.fmt(f),
            Self::Row { line } => write!(f, "the row on line {line} would leave its table"),
            Self::NewRow { at } => write!(f, "byte {at} would begin a row that nothing wrote"),
            Self::MissingRows(count) => write!(f, "{count} new rows would be in no table"),
            Self::Line { line } => write!(f, "line {line} would mean something else"),
            Self::NewLines(count) => write!(f, "{count} lines would mean something else"),
            Self::Used {
                month,
                team,
                expected,
                found,
            } => write!(
                f,
                "what {team} used in {month} would change from {expected} to {found}"
            ),
        }
    }
}

impl std::error::Error for Violation {}
