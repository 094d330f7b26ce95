//! The tables of a log: which of them are read, their rows, and whether their totals add up.

use std::{collections::BTreeMap, mem, ops::Range};

use pulldown_cmark::{Event, Tag, TagEnd};

use super::{
    Cell, Column, Columns, Item, Role, Row, RowValue, Section, Table,
    emitter::Emitter,
    row::Decoder,
    section::OpenSection,
    walk::{Walk, line_end},
};
use crate::{
    diagnostic::{Code, Diagnostic},
    model::{Amount, Month, RoundedSum, Tokens, is_total},
    text::{Place, Span},
};

impl Role {
    pub(super) fn of(section: &Section, columns: &Columns) -> Self {
        match section {
            Section::Monthly(_) | Section::Other | Section::Header if columns.is_of_months() => {
                Self::Months
            }
            Section::Monthly(_) if columns.has_usage() => Self::Monthly,
            Section::Daily(_) if columns.has_usage() => Self::Daily,
            Section::Session { .. } if columns.has_tokens() => Self::Session,
            Section::Undated if columns.has_usage() => Self::Undated,
            Section::Allocation if columns.has(Column::Allocated) => Self::Allocation,
            Section::Plan if columns.has_tokens() => Self::Plan,
            Section::Optimizations if columns.has(Column::Before) && columns.has(Column::After) => {
                Self::Optimizations
            }
            Section::Other | Section::Header if columns.is_legacy() => Self::Legacy,
            _ => Self::Foreign,
        }
    }
}

pub(super) struct OpenTable {
    pub(super) role: Role,
    pub(super) columns: Columns,
    sums: Sums,
    /// The rows that are read are outside it.
    is_outside: bool,
    /// The totals follow from the rows, and can be recalculated.
    is_derived: bool,
    /// A sum in a row that is not that of tokens in and out was reported.
    has_reported_sum: bool,
}

impl OpenTable {
    /// Reads the rows of a table, which may continue `before`, that of the chunk before.
    pub(super) fn read(
        walk: &mut Walk<'_>,
        range: &Range<usize>,
        before: Option<Self>,
        section: &mut OpenSection,
        out: &mut Emitter<'_>,
    ) -> Self {
        let columns = read_head(walk);
        let before = before.filter(|_| walk.continues(range));
        let mut table = before.unwrap_or_else(|| Self::open(walk, range, columns, section, out));
        table.rows(walk, range, section, out);
        table
    }

    /// Reads rows that are outside the table, and count with it.
    pub(super) fn read_outside(
        &mut self,
        walk: &mut Walk<'_>,
        range: &Range<usize>,
        section: &OpenSection,
        out: &mut Emitter<'_>,
    ) {
        read_head(walk);
        self.is_outside = true;
        self.rows(walk, range, section, out);
        self.is_outside = false;
    }

    fn rows(
        &mut self,
        walk: &mut Walk<'_>,
        range: &Range<usize>,
        section: &OpenSection,
        out: &mut Emitter<'_>,
    ) {
        let mut cells = Vec::with_capacity(self.columns.count);
        let head_end = Some(walk.table_head(range).end);
        while let Some((event, row)) = walk.events.next() {
            match event {
                Event::End(TagEnd::Table) => break,
                Event::Start(Tag::TableRow) => {
                    out.hook_lines(walk, row.start, head_end);
                    if self.role == Role::Foreign {
                        walk.skip();
                    } else {
                        self.row(walk, &row, section, &mut cells, out);
                    }
                }
                _ => {}
            }
        }
        out.hook_lines(walk, range.end, head_end);
    }

    fn open(
        walk: &mut Walk<'_>,
        range: &Range<usize>,
        columns: Columns,
        section: &mut OpenSection,
        out: &mut Emitter<'_>,
    ) -> Self {
        let mut role = Role::of(&section.kind, &columns);
        if section.has_table && matches!(role, Role::Monthly | Role::Daily | Role::Session) {
            // A section has one table; what follows it says the same in another way.
            role = Role::Foreign;
        }
        if role == Role::Foreign
            && let Some((message, help)) = why_uncounted(section, &columns)
        {
            let label = "the head of the table";
            out.problem(uncounted(message, walk.place(range), label, help));
        }
        section.has_table |= role != Role::Foreign;
        let (place, dashes) = walk.head_places(range);
        let is_session_without_date = matches!(section.kind, Section::Session { date: None, .. });
        out.emit(Item::Table(Table {
            role,
            is_own: role.is_usage() && role != Role::Legacy && !is_session_without_date,
            columns: &columns,
            place,
            dashes,
        }));
        if role == Role::Monthly
            && section.kind == Section::Monthly(None)
            && !columns.has(Column::Month)
        {
            let message = "this section names no month, so its rows are not counted";
            out.problem(
                Diagnostic::new(Code::UnreadableDate, message, section.place)
                    .label("expected a month like 2026-02")
                    .help("begin the heading with the month: `## 2026-02 Monthly Summary`"),
            );
        }
        Self {
            role,
            columns,
            sums: Sums::default(),
            is_outside: false,
            is_derived: section.kind.holds_usage(),
            has_reported_sum: false,
        }
    }

    fn row<'p>(
        &mut self,
        walk: &mut Walk<'p>,
        range: &Range<usize>,
        section: &OpenSection,
        cells: &mut Vec<Cell<'p>>,
        out: &mut Emitter<'_>,
    ) {
        let line = walk.line_start(range.start);
        let place = walk.place(range);
        let last = read_cells(walk, range, place, line, cells);
        let mut decoder = Decoder {
            role: self.role,
            columns: &self.columns,
            cells,
            section,
            line: walk.slice(&(line..line_end(walk.text, line))),
            place,
            above: self.sums.above(),
            problems: Vec::new(),
        };
        let mut row = decoder.decode();
        if walk.is_unterminated(range) {
            // Still being written: what cannot be read yet is no error.
            decoder.problems.clear();
            row = row.filter(|value| !matches!(value, RowValue::Unreadable(_)));
        } else if cells.len() == self.columns.count {
            let surplus = surplus(walk.slice(&(last..range.end)), &decoder);
            decoder.problems.extend(surplus);
        }
        // Only a table with a column of months has rows of several.
        let of_months = self.columns.has(Column::Month);
        let month = of_months.then(|| decoder.month()).flatten();
        for problem in decoder.problems {
            let is_of_sum = problem.code == Code::ConflictingStatements;
            // A column of running totals disagrees in each row.
            if !is_of_sum || !mem::replace(&mut self.has_reported_sum, true) {
                out.problem(problem);
            }
        }
        let Some(value) = row else { return };
        self.sums.add(month, &value);
        out.emit(Item::Row(Row {
            place,
            cells,
            is_outside: self.is_outside,
            value,
        }));
    }

    pub(super) fn end(&mut self, out: &mut Emitter<'_>) {
        for finding in mem::take(&mut self.sums).findings() {
            out.problem(if self.is_derived {
                finding
            } else {
                finding.manual()
            });
        }
    }
}

pub(super) fn uncounted(message: &str, place: Place, label: &str, help: &str) -> Diagnostic {
    Diagnostic::new(Code::UncountedTable, message, place)
        .label(label)
        .help(help)
}

/// Why a table that looks like usage is not counted, and what to do.
fn why_uncounted(section: &OpenSection, columns: &Columns) -> Option<(&'static str, &'static str)> {
    let (team, tokens) = (columns.has(Column::Team), columns.has_tokens());
    let expected = section.kind.holds_usage();
    match section.kind {
        _ if expected && section.has_table => (team && tokens).then_some((
            "only the first table of a section counts, so this one is not counted",
            "add its rows to the first one, or give it a section of its own",
        )),
        Section::Monthly(_) | Section::Daily(_) if team && !tokens => Some((
            "this table has no column of tokens, so it is not counted",
            "name that column `Tokens`, and write its figures in full or like `12.5K`",
        )),
        Section::Monthly(_) | Section::Daily(_) if tokens && !team => Some((
            "this table has no column of teams, so it is not counted",
            "name that column `Team` or `Agent`",
        )),
        _ if expected => None,
        _ if team && tokens && !columns.has(Column::Allocated) => Some((
            "this table looks like usage, and is not counted",
            "give its section a heading like `## 2026-02 Monthly Summary`, `## Daily Detail — 2026-02-25` or `## Session 2026-02-25 — NAME`",
        )),
        _ => None,
    }
}

/// Skips a list in a section of usage. A table inside it is not counted, and reported.
pub(super) fn report_tables_in_list(walk: &mut Walk<'_>, out: &mut Emitter<'_>) {
    let mut depth = 1;
    while let Some((event, range)) = walk.next_within(&mut depth) {
        if matches!(event, Event::Start(Tag::Table(_))) {
            out.problem(uncounted(
                "this table is inside a list, so it is not counted",
                walk.place(&range),
                "the head of the table",
                "put an empty line before it, and move it to the margin",
            ));
        }
    }
}

fn read_head(walk: &mut Walk<'_>) -> Columns {
    let cells = std::iter::from_fn(|| walk.next_cell());
    let headers: Vec<_> = cells.map(|(_, cell)| cell.text).collect();
    Columns::read(headers.iter().map(AsRef::as_ref))
}

/// Reads the cells that the row really has, and says where the last of them ends.
pub(super) fn read_cells<'p>(
    walk: &mut Walk<'p>,
    row: &Range<usize>,
    place: Place,
    line: usize,
    cells: &mut Vec<Cell<'p>>,
) -> usize {
    cells.clear();
    let mut last = row.end;
    while let Some((range, inline)) = walk.next_cell() {
        // A short row is padded with cells behind its line end.
        if range.start >= row.end {
            continue;
        }
        let padded = walk.slice(&range);
        let raw = padded.trim_ascii();
        let indent = padded.len() - padded.trim_ascii_start().len();
        let start = place.line_start + (range.start - line) + indent;
        cells.push(Cell {
            span: Span::new(start, start + raw.len()),
            raw,
            text: inline.text,
            id: inline.id,
            further_ids: inline.further_ids,
            base: inline.base,
            marks: inline.marks,
        });
        last = range.end;
    }
    last
}

/// Reports cells behind the last column, which Markdown drops silently.
fn surplus(rest: &str, decoder: &Decoder<'_, '_>) -> Option<Diagnostic> {
    let rest = rest.trim();
    let rest = rest.strip_prefix('|').unwrap_or(rest).trim();
    if rest.is_empty() {
        return None;
    }
    let columns = decoder.columns.count;
    let message = format!("row has more cells than the {columns} columns of its table");
    Some(
        Diagnostic::new(Code::SurplusCells, message, decoder.place_of_text(rest))
            .label("Markdown drops this")
            .help("write `\\|` for a bar inside a cell, or remove the extra cells"),
    )
}

/// What a table's rows add up to, and what it says they do. A table of several months has a total for each.
#[derive(Debug, Default)]
struct Sums(BTreeMap<Option<Month>, MonthSums>);

#[derive(Debug, Default)]
struct MonthSums {
    rows: usize,
    all: RoundedSum,
    without_reserve: RoundedSum,
    since_last: RoundedSum,
    /// Each total, where it is, and the sum of the rows since the total before.
    stated: Vec<(Amount<Tokens>, Place, RoundedSum)>,
    unreadable: bool,
}

impl Sums {
    /// The rows since the last total, in a table of one month.
    fn above(&self) -> RoundedSum {
        let sums = self.0.get(&None);
        sums.map(|sums| sums.since_last).unwrap_or_default()
    }

    fn add(&mut self, month: Option<Month>, row: &RowValue<'_>) {
        let sums = self.0.entry(month).or_default();
        match row {
            RowValue::Entry(entry) => sums.add_row(entry.figures.tokens, false),
            RowValue::Phase(phase) => sums.add_row(phase.tokens, false),
            RowValue::Allocation(row) if is_total(&row.team) => {
                sums.add_total(row.allocated, row.place);
            }
            RowValue::Allocation(row) => sums.add_row(row.allocated, row.is_reserve()),
            RowValue::Total(total) if total.of_months => {}
            RowValue::Total(total) => sums.add_total(total.figures.tokens, total.place),
            RowValue::Sum(tokens, place) => sums.add_total(*tokens, *place),
            RowValue::Unreadable(_) => sums.unreadable = true,
            RowValue::Optimization(_) | RowValue::Spread(_) | RowValue::Undated(_) => {}
        }
    }

    /// Totals that differ from their rows. Estimates are not checked, nor are tables with unreadable rows.
    fn findings(self) -> impl Iterator<Item = Diagnostic> {
        self.0.into_values().flat_map(MonthSums::findings)
    }
}

impl MonthSums {
    fn add_row(&mut self, tokens: Option<Amount<Tokens>>, is_reserve: bool) {
        let Some(tokens) = tokens.map(RoundedSum::from) else {
            return;
        };
        self.rows += 1;
        self.all = self.all + tokens;
        self.since_last = self.since_last + tokens;
        if !is_reserve {
            self.without_reserve = self.without_reserve + tokens;
        }
    }

    fn add_total(&mut self, tokens: Option<Amount<Tokens>>, place: Place) {
        let above = mem::take(&mut self.since_last);
        let stated = tokens.map(|tokens| (tokens, place, above));
        self.stated.extend(stated);
    }

    fn findings(self) -> Vec<Diagnostic> {
        if self.all.estimate || self.unreadable || self.rows == 0 {
            return Vec::new();
        }
        let differs = |(tokens, _, above): &&(Amount<Tokens>, Place, RoundedSum)| {
            let sums = [self.all, self.without_reserve, *above];
            !tokens.estimate && !sums.iter().any(|sum| sum.agrees_with(*tokens))
        };
        let (sum, rows) = (self.all.tokens, self.rows);
        let finding = |(tokens, place, _): &(Amount<Tokens>, Place, RoundedSum)| {
            let said = tokens.value;
            let message = format!("the total says {said}, its rows add up to {sum}");
            Diagnostic::new(Code::TotalDiffers, message, *place)
                .label(match rows {
                    1 => format!("1 row holds {sum}"),
                    rows => format!("{rows} rows add up to {sum}"),
                })
                .help(format!(
                    "tokmon counts the rows; write `{sum}` here, or add the row that is missing"
                ))
        };
        self.stated.iter().filter(differs).map(finding).collect()
    }
}
