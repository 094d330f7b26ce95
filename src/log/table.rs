//! The tables of a log: which of them are read, their rows, and whether their totals add up.

use std::ops::Range;

use pulldown_cmark::{Event, Tag, TagEnd};

use super::{
    Cell, Column, Columns, Item, Role, Row, RowValue, Section, Table, chunker,
    reader::{Reader, Walk},
    row::{Decoded, Decoder},
    sums::Sums,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    model::Month,
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

/// A table that is being read.
pub(super) struct TableState {
    role: Role,
    columns: Columns,
    sums: Sums,
}

impl Reader<'_> {
    pub(super) fn table(&mut self, walk: &mut Walk<'_>, range: &Range<usize>) {
        let columns = read_head(walk);
        let goes_on = walk.piece.head > 0 && range.start < walk.piece.head;
        let table = self.table.take().filter(|_| goes_on);
        let mut table = table.unwrap_or_else(|| self.open_table(walk, range, columns));
        let mut cells = Vec::with_capacity(table.columns.count);
        let head_end = Some(walk.table_head(range).end);
        while let Some((event, row)) = walk.events.next() {
            match event {
                Event::End(TagEnd::Table) => break,
                Event::Start(Tag::TableRow) => {
                    self.held_before(walk, row.start, head_end);
                    if table.role == Role::Foreign {
                        walk.skip();
                    } else {
                        self.row(walk, &mut table, &row, &mut cells);
                    }
                }
                _ => {}
            }
        }
        self.held_before(walk, range.end, head_end);
        self.table = Some(table);
    }

    fn open_table(
        &mut self,
        walk: &mut Walk<'_>,
        range: &Range<usize>,
        columns: Columns,
    ) -> TableState {
        let usage = [Role::Monthly, Role::Daily, Role::Session];
        let role = match Role::of(&self.section, &columns) {
            // A section has one table; what follows it says the same in another way.
            role if usage.contains(&role) && self.has_table => Role::Foreign,
            role => role,
        };
        if let Some((message, help)) = self.uncounted(role, &columns) {
            let place = walk.place(range);
            self.pass(Item::Problem(
                Diagnostic::new(Code::UncountedTable, message, place)
                    .label("the head of the table")
                    .help(help),
            ));
        }
        self.has_table |= role != Role::Foreign;
        let (place, dashes) = walk.head_places(range);
        self.pass(Item::Table(Table {
            role,
            columns: &columns,
            place,
            dashes,
        }));
        if role == Role::Monthly
            && self.section == Section::Monthly(None)
            && !columns.has(Column::Month)
        {
            self.pass(Item::Problem(
                Diagnostic::new(
                    Code::UnreadableDate,
                    "this section names no month, so its rows are not counted",
                    self.section_place,
                )
                .label("expected a month like 2026-02")
                .help("begin the heading with the month: `## 2026-02 Monthly Summary`"),
            ));
        }
        TableState {
            role,
            columns,
            sums: Sums::default(),
        }
    }

    /// Why a table that looks like usage is not counted, and what to do.
    fn uncounted(&self, role: Role, columns: &Columns) -> Option<(&'static str, &'static str)> {
        if role != Role::Foreign {
            return None;
        }
        let (team, tokens) = (columns.has(Column::Team), columns.has_tokens());
        let expected = self.section.holds_usage();
        match self.section {
            _ if expected && self.has_table => (team && tokens).then_some((
                "a section has one table, so this second one is not counted",
                "add its rows to the first one, or give it a section of its own",
            )),
            Section::Monthly(_) | Section::Daily(_) if team && !tokens => Some((
                "this table has no column of tokens, so it is not counted",
                "head that column `Tokens`, and write its figures in full or like `12.5K`",
            )),
            Section::Monthly(_) | Section::Daily(_) if tokens && !team => Some((
                "this table has no column of teams, so it is not counted",
                "head that column `Team` or `Agent`",
            )),
            _ if expected => None,
            _ if team && tokens && !columns.has(Column::Allocated) => Some((
                "this table looks like usage, and is not counted",
                "give its section a heading like `## 2026-02 Monthly Summary`, `## Daily Detail — 2026-02-25` or `## Session 2026-02-25 — NAME`",
            )),
            _ => None,
        }
    }

    /// A finding about rows that are not in a table: the row of dashes is missing, or an empty line parts them from it.
    pub(super) fn table_without_dashes(&mut self, walk: &mut Walk<'_>, range: &Range<usize>) {
        let expected = self.section.holds_usage();
        let text = walk.text.get(range.clone()).unwrap_or_default();
        let in_flight = walk.piece.unterminated.is_some_and(|at| range.start >= at);
        if !expected || in_flight || !text.starts_with('|') {
            return;
        }
        let (label, help) = if self.has_table {
            (
                "an empty line parts them from the table above",
                "remove the empty line above them",
            )
        } else {
            (
                "no row of dashes follows",
                "write a row like `|---|---|`, with as many columns, below the headings",
            )
        };
        let place = walk.place(range);
        self.pass(Item::Problem(
            Diagnostic::new(
                Code::UncountedTable,
                "these rows are not a table, so they are not counted",
                place,
            )
            .label(label)
            .help(help),
        ));
    }

    /// Passes by a list. A table inside is none of ours, and is not passed by without a word where one is expected.
    pub(super) fn list_with_table(&mut self, walk: &mut Walk<'_>) {
        let mut depth = 1;
        while depth > 0 {
            match walk.events.next() {
                Some((Event::Start(Tag::Table(_)), range)) => {
                    depth += 1;
                    let place = walk.place(&range);
                    self.pass(Item::Problem(
                        Diagnostic::new(
                            Code::UncountedTable,
                            "this table stands inside a list, so it is not counted",
                            place,
                        )
                        .label("the head of the table")
                        .help("put an empty line before it, and move it to the margin"),
                    ));
                }
                Some((Event::Start(_), _)) => depth += 1,
                Some((Event::End(_), _)) => depth -= 1,
                Some(_) => {}
                None => return,
            }
        }
    }

    fn row<'p>(
        &mut self,
        walk: &mut Walk<'p>,
        table: &mut TableState,
        range: &Range<usize>,
        cells: &mut Vec<Cell<'p>>,
    ) {
        let line = walk.line(range);
        let place = walk.place(range);
        let last = read_cells(walk, range, place, line.at, cells);
        let in_flight = walk.piece.unterminated.is_some_and(|at| range.start >= at);
        let decoder = Decoder {
            role: table.role,
            columns: &table.columns,
            cells,
            section: &self.section,
            project: self.project.as_ref(),
            line: walk
                .text
                .get(line.at..chunker::line_end(walk.text, line.at))
                .unwrap_or_default(),
            place,
        };
        let mut problems = Vec::new();
        let mut outcome = decoder.decode(&mut problems);
        // Elsewhere all rows of a table are of one month.
        let of_months = table.columns.has(Column::Month);
        let month = of_months.then(|| decoder.month()).flatten();
        if in_flight {
            // Where the last line, still without its end, cannot be read, that is no error either.
            problems.clear();
            if matches!(outcome, Decoded::Unreadable(_)) {
                outcome = Decoded::Nothing;
            }
        } else if cells.len() == table.columns.count {
            problems.extend(surplus(walk.text, range, last, &decoder));
        }
        for problem in problems {
            self.pass(Item::Problem(problem));
        }
        if let Some(value) = add_up(&mut table.sums, month, outcome) {
            self.pass(Item::Row(Row {
                place,
                columns: &table.columns,
                cells,
                value,
            }));
        }
    }

    /// Ends the table that was being read, if there is one.
    pub(super) fn end_table(&mut self) {
        if let Some(table) = self.table.take() {
            table
                .sums
                .findings()
                .for_each(|finding| self.pass(Item::Problem(finding)));
        }
    }
}

/// Adds a row to the sums of its table, and tells what it means. None where it says nothing.
fn add_up<'p>(sums: &mut Sums, month: Option<Month>, outcome: Decoded<'p>) -> Option<RowValue<'p>> {
    match outcome {
        Decoded::Nothing => None,
        Decoded::Unreadable(of) => {
            sums.unreadable(month);
            Some(RowValue::Unreadable(of))
        }
        Decoded::Sum {
            value,
            tokens,
            place,
        } => {
            sums.total(month, tokens, place);
            Some(value)
        }
        Decoded::Value {
            value,
            tokens,
            reserve,
        } => {
            if let Some(tokens) = tokens {
                sums.row(month, tokens, reserve);
            }
            Some(value)
        }
    }
}

fn read_head(walk: &mut Walk<'_>) -> Columns {
    let mut headers = Vec::new();
    while let Some((event, _)) = walk.events.next() {
        match event {
            Event::Start(Tag::TableCell) => {
                headers.push(walk.inline(|end| *end == TagEnd::TableCell).0.text);
            }
            Event::End(TagEnd::TableHead) => break,
            _ => {}
        }
    }
    Columns::read(headers.iter().map(AsRef::as_ref))
}

/// Reads the cells that the row really has, and says where the last of them ends.
fn read_cells<'p>(
    walk: &mut Walk<'p>,
    row: &Range<usize>,
    place: Place,
    line: usize,
    cells: &mut Vec<Cell<'p>>,
) -> usize {
    cells.clear();
    let mut last = row.end;
    while let Some((event, range)) = walk.events.next() {
        match event {
            Event::End(TagEnd::TableRow) => break,
            Event::Start(Tag::TableCell) => {
                let (inline, _) = walk.inline(|end| *end == TagEnd::TableCell);
                // A short row is filled up with cells that stand after its line end.
                if range.start < row.end {
                    let padded = walk.text.get(range.clone()).unwrap_or_default();
                    let raw = padded.trim_ascii();
                    let start = place.line_start
                        + (range.start - line)
                        + (padded.len() - padded.trim_ascii_start().len());
                    cells.push(Cell {
                        span: Span::new(start, start + raw.len()),
                        raw,
                        text: inline.text,
                        id: inline.id,
                        further_ids: inline.further_ids,
                    });
                    last = range.end;
                }
            }
            _ => {}
        }
    }
    last
}

/// A finding about cells after the last column, which Markdown drops without a word.
fn surplus(
    text: &str,
    row: &Range<usize>,
    last: usize,
    decoder: &Decoder<'_, '_>,
) -> Option<Diagnostic> {
    let rest = text.get(last..row.end)?.trim();
    let rest = rest.strip_prefix('|').unwrap_or(rest).trim();
    if rest.is_empty() {
        return None;
    }
    let columns = decoder.columns.count;
    Some(
        Diagnostic::new(
            Code::SurplusCells,
            format!("row has more cells than the {columns} columns of its table"),
            decoder.place_of_text(rest),
        )
        .label("Markdown drops this")
        .help("write `\\|` for a bar inside a cell, or remove what is too much"),
    )
}
