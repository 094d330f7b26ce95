//! The last reading of a log of any form: passes on its rows as items, as a log in tokmon's own format does, with what is wrong with
//! them.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    io,
};

use chrono::NaiveDate;

use super::{
    budget,
    date::Undecided,
    decode::{Decoded, RowProblem, StatedSum, TableDecoder, UsageRow},
    figure::FigureError,
    outline::{OutlineRow, OutlineVisitor, TableHead, visit},
    plan::TablePlan,
    spending::{DayRange, Same, month_of, range_of},
    survey::{Reopen, Survey},
    views::{Covered, Summary},
};
use crate::{
    diagnostic::{Code, Diagnostic},
    log::{
        Cell, Columns, Heading, Item, Role, Row, RowValue, Section, SpreadEntry, Table,
        chunker::CHUNK_SIZE, emitter::Emitter,
    },
    model::{
        Amount, ColumnUse, Entry, EntryKind, Figures, Month, Note, NoteValue, StatedTotal,
        TimeRange, TokenClasses, Tokens, When as EntryWhen, Work,
    },
    text::{FileId, Place},
};

/// Reads a log by what the survey of it found, and passes each thing it says to `each`. Returns the number of its lines.
pub fn read(
    bytes: &mut dyn Reopen,
    file: FileId,
    survey: &Survey,
    each: &mut dyn FnMut(Item<'_>),
) -> io::Result<usize> {
    let mut reader = RowReader {
        survey,
        number: 0,
        open: None,
    };
    visit(bytes.reopen()?, file, CHUNK_SIZE, &mut reader, each)
}

struct RowReader<'s> {
    survey: &'s Survey,
    /// How many tables have begun.
    number: usize,
    /// The table that is read, if it counts.
    open: Option<OpenTable<'s>>,
}

struct OpenTable<'s> {
    plan: &'s TablePlan,
    decoder: TableDecoder<'s>,
    place: Place,
    summary: Option<OpenSummary<'s>>,
    /// The month that its rows are of so far.
    month: Same<Month>,
}

/// A table that is a summary of others.
struct OpenSummary<'s> {
    summary: &'s Summary,
    /// What of it counts beside its details, by days.
    beyond: BTreeMap<DayRange, Beyond>,
}

/// What a summary says of some days beyond its details. Where it says it in several rows, each has its share.
struct Beyond {
    tokens: Share,
    nanos: Share,
}

/// A part of a sum, given to the rows of the sum by what each has of it.
#[derive(Clone, Copy, Debug, Default)]
struct Share {
    rest: u64,
    whole: u64,
    /// What the rows so far have, and what of the rest was given to them.
    seen: u64,
    given: u64,
}

impl Share {
    fn new(rest: u128, whole: u128) -> Self {
        let [rest, whole] = [rest, whole].map(|sum| u64::try_from(sum).unwrap_or(u64::MAX));
        Self {
            rest,
            whole,
            ..Self::default()
        }
    }

    /// What of the rest the next row has.
    fn of(&mut self, row: u64) -> u64 {
        self.seen = self.seen.saturating_add(row).min(self.whole);
        let due = u128::from(self.rest) * u128::from(self.seen);
        let due = due / u128::from(self.whole.max(1));
        let due = u64::try_from(due).unwrap_or(u64::MAX);
        let own = due.saturating_sub(self.given);
        self.given += own;
        own
    }
}

impl Beyond {
    fn of(both: &Covered) -> Self {
        let (tokens, nanos) = both.summary.beyond(&both.details);
        let (all_tokens, all_nanos) = both.summary.amounts();
        Self {
            tokens: Share::new(tokens.0.into(), all_tokens.0.into()),
            nanos: Share::new(nanos, all_nanos),
        }
    }

    /// What counts of a row whose details count already.
    fn of_row(&mut self, figures: Figures) -> Figures {
        Figures {
            tokens: figures.tokens.map(|of| Amount {
                value: Tokens(self.tokens.of(of.value.0)),
                ..of
            }),
            cost: figures.cost.map(|of| Amount {
                value: self.nanos.of(of.value),
                ..of
            }),
            classes: TokenClasses::default(),
            ..figures
        }
    }
}

impl<'s> OpenSummary<'s> {
    fn of(summary: &'s Summary) -> Self {
        let covered = summary.covered.iter();
        Self {
            summary,
            beyond: covered
                .map(|(range, both)| (*range, Beyond::of(both)))
                .collect(),
        }
    }

    /// It has no dates, and all of it is in its details.
    fn is_recap(&self) -> bool {
        self.summary.covered.is_empty()
    }
}

impl OutlineVisitor for RowReader<'_> {
    fn heading(&mut self, _: u8, _: &str, _: Place) {}

    fn label(&mut self, _: &str, _: Place) {}

    fn line(&mut self, text: &str, place: Place, out: &mut Emitter<'_>) {
        notes(budget::stated(text, self.survey.decimal), place, out);
    }

    fn table(&mut self, head: &TableHead, out: &mut Emitter<'_>) {
        let number = self.number;
        self.number += 1;
        let plan = self.survey.plans.get(number).and_then(Option::as_ref);
        let summary = self.survey.summaries.get(&number);
        let columns = Columns::read(head.headers.iter().map(String::as_str));
        out.emit(Item::Table(Table {
            role: match (plan, summary) {
                (Some(_), None) => Role::Daily,
                _ => Role::Foreign,
            },
            is_own: false,
            columns: &columns,
            place: head.place,
            dashes: head.dashes,
        }));
        self.open = plan.map(|plan| OpenTable {
            plan,
            decoder: TableDecoder::new(plan, self.survey.conventions),
            place: head.place,
            summary: summary.map(OpenSummary::of),
            month: Same::Nothing,
        });
        if plan.is_some() {
            heading(&Section::Daily(None), head.place, out);
        }
    }

    fn row(&mut self, row: &OutlineRow<'_, '_>, out: &mut Emitter<'_>) {
        let Some(table) = &mut self.open else {
            return notes(
                budget::stated_in_row(row.cells, self.survey.decimal),
                row.place,
                out,
            );
        };
        table.row(row, self.survey, out);
    }

    fn end_table(&mut self, out: &mut Emitter<'_>) {
        if let Some(table) = self.open.take() {
            table.end(out);
        }
    }
}

fn notes(values: Vec<NoteValue>, place: Place, out: &mut Emitter<'_>) {
    for value in values {
        out.emit(Item::Note(Note {
            value,
            in_notes_section: false,
            place,
        }));
    }
}

fn heading(section: &Section, place: Place, out: &mut Emitter<'_>) {
    out.emit(Item::Heading(Heading {
        level: 2,
        section,
        place,
    }));
}

impl OpenTable<'_> {
    fn row(&mut self, row: &OutlineRow<'_, '_>, survey: &Survey, out: &mut Emitter<'_>) {
        let decoded = self.decoder.decode(row);
        if !row.is_unterminated {
            for problem in &self.decoder.problems {
                out.problem(self.problem(problem, row, &decoded));
            }
        }
        match decoded {
            Decoded::Nothing | Decoded::Excluded => {}
            Decoded::Total(total) => self.total(&total, row, &survey.single_months, out),
            Decoded::Usage(usage) => {
                self.remark(&usage, row, out);
                if usage.is_unreadable {
                    if row.is_unterminated {
                        return;
                    }
                    let range = range_of(usage.days).map(|(from, _)| from);
                    emit(RowValue::Unreadable(range.map(Month::of)), row, out);
                } else {
                    self.usage(usage, row, &survey.team, out);
                }
            }
        }
    }

    fn usage(
        &mut self,
        usage: UsageRow<'_>,
        row: &OutlineRow<'_, '_>,
        team: &str,
        out: &mut Emitter<'_>,
    ) {
        let Some(range) = range_of(usage.days) else {
            let value = match &self.summary {
                Some(summary) if summary.is_recap() => {
                    RowValue::Sum(usage.figures.tokens, row.place)
                }
                _ => RowValue::Undated(usage.figures),
            };
            return emit(value, row, out);
        };
        let month = Month::of(range.0);
        let is_one = Month::of(range.1) == month;
        self.month.add(Some(month).filter(|_| is_one));
        let mut figures = usage.figures;
        if let Some(summary) = &mut self.summary
            && let Some(beyond) = summary.beyond.get_mut(&range)
        {
            figures = beyond.of_row(figures);
            if !has_figures(&figures) {
                return emit(RowValue::Sum(usage.figures.tokens, row.place), row, out);
            }
        }
        // Of a month alone, nothing is known about the days.
        let is_month = month_of(usage.days).is_some();
        let date = (range.0 == range.1 && !is_month).then_some(range.0);
        let entry = entry(
            UsageRow { figures, ..usage },
            (month, date),
            team,
            row.place,
        );
        let value = if is_month || date.is_some() {
            RowValue::Entry(entry)
        } else if entry.has_figure() {
            RowValue::Spread(SpreadEntry::new(entry, range))
        } else {
            // Nothing is spread where nothing is written.
            RowValue::Entry(on(range.0, entry))
        };
        emit(value, row, out);
    }

    /// Passes on a sum that the table states. Of one month it is a statement about that.
    fn total(
        &mut self,
        total: &StatedSum,
        row: &OutlineRow<'_, '_>,
        single_months: &BTreeSet<Month>,
        out: &mut Emitter<'_>,
    ) {
        if !total.agrees() && !row.is_unterminated && !total.is_estimated() {
            out.problem(self.total_differs(total, row));
        }
        let is_whole = total.since_last.rows == total.all.rows;
        let month = self
            .month
            .one()
            .filter(|month| is_whole && self.summary.is_none() && single_months.contains(month));
        let value = match month {
            Some(month) if total.figures.tokens.is_some() => RowValue::Total(StatedTotal {
                month,
                project: None,
                figures: total.figures,
                percent: None,
                of_months: false,
                place: row.place,
            }),
            _ => RowValue::Sum(total.figures.tokens, row.place),
        };
        emit(value, row, out);
    }

    /// Reports days of which a summary and its details say different things.
    fn end(self, out: &mut Emitter<'_>) {
        let Some(OpenSummary { summary, .. }) = &self.summary else {
            return;
        };
        let differing = summary.covered.iter().filter(|(_, both)| !both.agrees());
        for ((from, to), both) in differing {
            let days = if from == to {
                from.to_string()
            } else {
                format!("{from} to {to}")
            };
            let message = format!(
                "of {days}, this table says {}, and the rows in detail say {}",
                both.summary, both.details
            );
            out.problem(
                Diagnostic::new(Code::ConflictingStatements, message, self.place)
                    .label("shows the same spending as other tables")
                    .help("tokmon counts the larger figure; correct the wrong one"),
            );
        }
    }

    fn header(&self, at: usize) -> &'static str {
        match self.plan.uses.get(at) {
            Some(ColumnUse::Cost) => "an amount like `$0.136`, or `—` for none",
            _ => "a number like `12,450` or `12.5K`, or `—` for none",
        }
    }

    fn problem(
        &self,
        problem: &RowProblem,
        row: &OutlineRow<'_, '_>,
        decoded: &Decoded<'_>,
    ) -> Diagnostic {
        let at = match problem {
            RowProblem::Figure(at, _) | RowProblem::Date(at, _) | RowProblem::NoSum(at) => *at,
        };
        let written = row.cells.get(at).map_or("", |cell| cell.text.trim());
        let written: String = written.chars().take(40).collect();
        let place = cell_place(at, row);
        match problem {
            RowProblem::Figure(_, error) => {
                let (what, help) = match error {
                    FigureError::Ambiguous => (
                        format!("an ambiguous number: `{written}`"),
                        "set `decimal = \"comma\"` or `decimal = \"point\"` under [read] in tokmon.toml".to_owned(),
                    ),
                    FigureError::TooLarge(most) => (
                        format!("too large: `{written}` is more than {most}"),
                        format!("write {most} at most"),
                    ),
                    FigureError::Malformed => (
                        format!("not a number: `{written}`"),
                        format!("write {}", self.header(at)),
                    ),
                };
                Diagnostic::new(Code::UnreadableNumber, what, place)
                    .label(match decoded {
                        Decoded::Usage(usage) if usage.is_unreadable => "the row is not counted",
                        _ => "the row counts without it",
                    })
                    .help(help)
            }
            RowProblem::NoSum(_) => {
                let what = format!("`{written}` is called a sum, and no rows above add up to it");
                Diagnostic::new(Code::TotalDiffers, what, place)
                    .label("counted as usage")
                    .help("correct the figure, or name the row for what was done")
                    .manual()
            }
            RowProblem::Date(_, why) => {
                let (what, help) = match why {
                    Some(Undecided::Order {
                        day_first,
                        month_first,
                    }) => (
                        format!("`{written}` is {day_first} or {month_first}"),
                        "write dates as year-month-day",
                    ),
                    Some(Undecided::Month) => (
                        format!("the month of `{written}` is not known"),
                        "write the month into the heading or the date",
                    ),
                    Some(Undecided::NoSuchDate) => (
                        format!("there is no such date: `{written}`"),
                        "write a date like 2026-02-25",
                    ),
                    None => (
                        format!("not a date: `{written}`"),
                        "write a date like 2026-02-25",
                    ),
                };
                Diagnostic::new(Code::UnreadableDate, what, place)
                    .label("the row counts in no month")
                    .help(help)
            }
        }
    }

    /// Reports what the figures of a row do not say, or say in two ways.
    fn remark(&self, usage: &UsageRow<'_>, row: &OutlineRow<'_, '_>, out: &mut Emitter<'_>) {
        if row.is_unterminated {
            return;
        }
        let halves = self.plan.input.into_iter().chain(self.plan.output).next();
        let place = |at: Option<usize>| at.map_or(row.place, |at| cell_place(at, row));
        if usage.is_half {
            let message = "of tokens in and out only one is written";
            out.problem(
                Diagnostic::new(Code::IncompleteFigure, message, place(halves))
                    .label("the row counts as at least this")
                    .help("write both"),
            );
        }
        if let (Some(stated), Some(tokens)) = (usage.compared, usage.figures.tokens) {
            let message = format!(
                "the sum in this row is {stated}, and tokens in and out are {}",
                tokens.value
            );
            out.problem(
                Diagnostic::new(
                    Code::ConflictingStatements,
                    message,
                    place(self.plan.tokens.first().copied()),
                )
                .label(format!("counted as {}", tokens.value))
                .help("correct the wrong figure; a column that holds something else needs a name that says so"),
            );
        }
    }

    fn total_differs(&self, total: &StatedSum, row: &OutlineRow<'_, '_>) -> Diagnostic {
        let stated = total.sums();
        let is_part = total.since_last.rows < total.all.rows;
        let rows = if is_part { total.since_last } else { total.all };
        let message = format!("the total says {stated}, its rows add up to {rows}");
        let columns = self
            .plan
            .token_columns()
            .into_iter()
            .chain(self.plan.cost.clone());
        let mut columns = columns.filter(|at| {
            let cell = row.cells.get(*at);
            cell.is_some_and(|cell| !cell.text.trim().is_empty())
        });
        let place = columns.next().map_or(row.place, |at| cell_place(at, row));
        Diagnostic::new(Code::TotalDiffers, message, place)
            .label(match rows.rows {
                1 => format!("1 row holds {rows}"),
                count => format!("{count} rows add up to {rows}"),
            })
            .help("tokmon counts the rows; correct the total, or add the row that is missing")
            .manual()
    }
}

/// The place of a cell; of one that the row does not have, that of the row.
fn cell_place(at: usize, row: &OutlineRow<'_, '_>) -> Place {
    let cell = row.cells.get(at);
    cell.map_or(row.place, |cell| place_of(cell, row.place))
}

fn place_of(cell: &Cell<'_>, row: Place) -> Place {
    let before = cell.span.start.saturating_sub(row.line_start);
    Place {
        span: cell.span,
        // Of ASCII text in front of it, which the bars and most cells are.
        column: before + 1,
        ..row
    }
}

fn emit(value: RowValue<'_>, row: &OutlineRow<'_, '_>, out: &mut Emitter<'_>) {
    // A row that is still being written may be cut in its figure.
    let is_stated = matches!(value, RowValue::Sum(..) | RowValue::Total(_));
    if row.is_unterminated && is_stated {
        return;
    }
    out.emit(Item::Row(Row {
        place: row.place,
        cells: row.cells,
        is_outside: false,
        value,
    }));
}

fn has_figures(figures: &Figures) -> bool {
    figures
        .tokens
        .is_some_and(|tokens| tokens.value > Tokens::ZERO)
        || figures.cost.is_some_and(|cost| cost.value > 0)
}

fn entry<'a>(
    usage: UsageRow<'a>,
    (month, date): (Month, Option<NaiveDate>),
    team: &'a str,
    place: Place,
) -> Entry<'a> {
    let start = |start| TimeRange {
        start,
        end: None,
        open: false,
    };
    Entry {
        kind: EntryKind::Daily,
        when: EntryWhen {
            month,
            date,
            time: usage.time.map(start),
            offset: None,
        },
        work: Work {
            team: usage.team.unwrap_or(Cow::Borrowed(team)),
            task: usage.task,
            model: usage.model,
            notes: usage.notes,
            project: None,
        },
        figures: usage.figures,
        status: usage.status,
        id: None,
        further_ids: Box::default(),
        hold: None,
        has_unread: false,
        base: None,
        place,
    }
}

fn on(date: NaiveDate, entry: Entry<'_>) -> Entry<'_> {
    Entry {
        when: EntryWhen {
            date: Some(date),
            ..entry.when
        },
        ..entry
    }
}

#[cfg(test)]
mod tests {
    use super::Share;

    #[test]
    fn each_row_of_a_sum_has_its_share_of_the_rest() {
        let mut share = Share::new(10, 300);
        let shares = [100, 50, 0, 150].map(|row| share.of(row));
        assert_eq!(shares, [3, 2, 0, 5]);
        let mut all = Share::new(u128::MAX, u128::MAX);
        assert_eq!(all.of(u64::MAX), u64::MAX);
    }
}
