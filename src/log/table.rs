//! The tables of a log: which of them are read, their rows, and whether their totals add up.

use std::ops::Range;

use pulldown_cmark::{Event, Tag, TagEnd};

use super::{
    Cell, Column, Columns, Item, Row, RowValue, Section, cut,
    reader::{Reader, Walk},
    row::{Decoded, Decoder},
};
use crate::{
    diagnostic::{Code, Diagnostic},
    model::{Amount, Tokens},
    text::{Place, Span},
};

/// What the rows of a table are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Monthly,
    Daily,
    Session,
    Legacy,
    Months,
    Allocation,
    Plan,
    Optimizations,
    /// None of ours.
    Foreign,
}

impl Role {
    fn of(section: &Section, columns: &Columns) -> Self {
        match section {
            Section::Monthly(_) | Section::Other | Section::Header if columns.is_of_months() => {
                Self::Months
            }
            Section::Monthly(_) if columns.has_tokens() => Self::Monthly,
            Section::Daily(_) if columns.has_tokens() => Self::Daily,
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
        let role = Role::of(&self.section, &columns);
        if role == Role::Foreign
            && columns.has(Column::Team)
            && columns.has_tokens()
            && !columns.has(Column::Allocated)
        {
            let place = walk.place(range);
            self.pass(Item::Problem(
                Diagnostic::new(Code::UncountedTable, "this table looks like usage, and is not counted", place)
                    .label("teams and tokens, in a section that is not recognised")
                    .help("give its section a heading like `## Session 2026-02-25 — NAME` or `## Daily Detail — 2026-02-25`"),
            ));
        }
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
                .get(line.at..cut::line_end(walk.text, line.at))
                .unwrap_or_default(),
            place,
        };
        let mut problems = Vec::new();
        let outcome = decoder.decode(&mut problems);
        if in_flight {
            // Where the last line, still without its end, cannot be read, that is no error either.
            problems.clear();
        } else if cells.len() == table.columns.count {
            problems.extend(surplus(walk.text, range, last, &decoder));
        }
        for problem in problems {
            self.pass(Item::Problem(problem));
        }
        let value = match outcome {
            Decoded::Nothing => return,
            Decoded::Unreadable(_) if in_flight => return,
            Decoded::Unreadable(month) => {
                table.sums.unreadable = true;
                RowValue::Unreadable(month)
            }
            Decoded::Sum {
                value,
                tokens,
                place,
            } => {
                table.sums.stated.extend(tokens.map(|tokens| Stated {
                    tokens,
                    place,
                    above: table.sums.since_last,
                }));
                table.sums.since_last = Sum::default();
                value
            }
            Decoded::Value {
                value,
                tokens,
                reserve,
            } => {
                table.sums.add(tokens, reserve);
                value
            }
        };
        self.pass(Item::Row(Row {
            place,
            columns: &table.columns,
            cells,
            value,
        }));
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
                // A short row is filled up with cells that stand behind its line end.
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
                    });
                    last = range.end;
                }
            }
            _ => {}
        }
    }
    last
}

/// A finding about cells behind the last column, which Markdown drops without a word.
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

/// A sum of rows, and how far rounding may have put it off.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    tokens: u128,
    rows: usize,
    /// Sum of the units that the rows are known to, for those that are rounded.
    rounding: u128,
}

impl Sum {
    fn add(&mut self, amount: &Amount<Tokens>) {
        self.tokens += u128::from(amount.value.0);
        self.rows += 1;
        self.rounding += if amount.unit > 1 {
            u128::from(amount.unit)
        } else {
            0
        };
    }

    fn agrees_with(&self, stated: &Amount<Tokens>) -> bool {
        let unit = if stated.unit > 1 {
            u128::from(stated.unit)
        } else {
            0
        };
        self.tokens.abs_diff(u128::from(stated.value.0)) * 2 <= self.rounding + unit
    }
}

/// What a table's rows add up to, and what it says they do.
#[derive(Debug, Default)]
struct Sums {
    all: Sum,
    without_reserve: Sum,
    since_last: Sum,
    stated: Vec<Stated>,
    estimates: bool,
    unreadable: bool,
}

#[derive(Debug)]
struct Stated {
    tokens: Amount<Tokens>,
    place: Place,
    above: Sum,
}

impl Sums {
    fn add(&mut self, tokens: Option<Amount<Tokens>>, reserve: bool) {
        let Some(tokens) = tokens else { return };
        self.estimates |= tokens.estimate;
        self.all.add(&tokens);
        self.since_last.add(&tokens);
        if !reserve {
            self.without_reserve.add(&tokens);
        }
    }

    /// Totals that differ from their rows. Estimates are not held to it, nor a table with rows that cannot be read.
    fn findings(self) -> impl Iterator<Item = Diagnostic> {
        let judged = !self.estimates && !self.unreadable && self.all.rows > 0;
        self.stated.into_iter().filter_map(
            move |Stated {
                      tokens,
                      place,
                      above,
                  }| {
                let good = [self.all, self.without_reserve, above]
                    .iter()
                    .any(|sum| sum.agrees_with(&tokens));
                if good || tokens.estimate || !judged {
                    return None;
                }
                let (stated, sum) = (
                    tokens.value,
                    Tokens(u64::try_from(self.all.tokens).unwrap_or(u64::MAX)),
                );
                Some(
                    Diagnostic::new(
                        Code::TotalDiffers,
                        format!("the total says {stated}, its rows add up to {sum}"),
                        place,
                    )
                    .label(format!("{} rows add up to {sum}", self.all.rows))
                    .help(format!(
                        "tokmon counts the rows; write `{sum}` here, or add the row that is missing"
                    )),
                )
            },
        )
    }
}
