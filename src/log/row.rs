//! What the cells of one row mean.

use std::borrow::Cow;

use chrono::NaiveDate;

use super::{
    Cell, Column, Columns, Role, RowValue, Section,
    cell::{self, Parsed},
    section::OpenSection,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    model::{
        Allocation, Amount, Entry, EntryKind, Figures, Month, Optimization, Phase, StatedTotal,
        Status, TokenClasses, Tokens, When, Work, is_subtotal, is_sum, is_total,
    },
    text::{Place, Span},
};

/// A row and all that its meaning depends on.
pub(super) struct Decoder<'r, 'p> {
    pub(super) role: Role,
    pub(super) columns: &'r Columns,
    pub(super) cells: &'r [Cell<'p>],
    pub(super) section: &'r OpenSection,
    /// The line as it stands.
    pub(super) line: &'p str,
    pub(super) place: Place,
}

/// What came of it.
pub(super) enum Decoded<'p> {
    /// The row says nothing.
    Nothing,
    /// A row, with the figure that its table's total adds up.
    Value {
        value: RowValue<'p>,
        tokens: Option<Amount<Tokens>>,
        reserve: bool,
    },
    /// A total, with the figure it states.
    Sum {
        value: RowValue<'p>,
        tokens: Option<Amount<Tokens>>,
        place: Place,
    },
    /// A number or date in it cannot be read.
    Unreadable(Option<Month>),
}

/// A row that cannot be read. The finding was noted.
struct Refused;

type Problems = Vec<Diagnostic>;

impl<'p> Decoder<'_, 'p> {
    pub(super) fn decode(&self, problems: &mut Problems) -> Decoded<'p> {
        if self.cells.iter().all(|cell| cell::is_absent(&cell.text)) {
            return Decoded::Nothing;
        }
        if !self.line.contains('|') {
            problems.push(
                self.problem(
                    Code::MissingCells,
                    "a line of text became a row of the table above",
                )
                .label("no cells")
                .help("put an empty line before it"),
            );
            return Decoded::Nothing;
        }
        if self.cells.len() < self.columns.count {
            let (has, needs) = (self.cells.len(), self.columns.count);
            problems.push(
                self.problem(
                    Code::MissingCells,
                    format!("row has {has} of the {needs} cells of its table"),
                )
                .label(format!("{} missing", needs - has))
                .help("write `—` into cells that have no value"),
            );
        }
        self.value(problems)
            .unwrap_or_else(|Refused| Decoded::Unreadable(self.month()))
    }

    fn value(&self, problems: &mut Problems) -> Result<Decoded<'p>, Refused> {
        match self.role {
            Role::Monthly | Role::Daily | Role::Session | Role::Legacy => self.usage(problems),
            Role::Months => self.month_total(problems),
            Role::Allocation => self.allocation(problems),
            Role::Plan => self.phase(problems),
            Role::Optimizations => self.optimization(problems),
            Role::Foreign => Ok(Decoded::Nothing),
        }
    }

    fn usage(&self, problems: &mut Problems) -> Result<Decoded<'p>, Refused> {
        let figures = self.figures(problems)?;
        let place = self.figure_place();
        if self.is_total() {
            return Ok(self.sum(figures, place));
        }
        if figures.tokens.is_none() && !self.has_tokens_cell() {
            // The row is too short to say how much it is about.
            return Err(Refused);
        }
        let when = self.when(problems)?;
        let team = self.team();
        if team.is_empty() && figures.tokens.is_some() {
            problems.push(
                self.problem(Code::UnnamedTeam, "this row names no team")
                    .label("tokens, and nobody who used them")
                    .help("write the team's name into the row"),
            );
        }
        let keyed = self.cells.iter().rev().find(|cell| cell.id.is_some());
        let further_ids = keyed.map_or(&[][..], |cell| &cell.further_ids);
        let entry = Entry {
            kind: match self.role {
                Role::Monthly => EntryKind::Monthly,
                Role::Daily => EntryKind::Daily,
                Role::Session => EntryKind::Session,
                _ => EntryKind::Legacy,
            },
            when,
            work: Work {
                team,
                task: self.text(Column::Task),
                model: self.text(Column::Model),
                notes: self.text(Column::Notes),
                project: self.section.project.clone(),
            },
            figures,
            status: self.status(problems),
            id: keyed.and_then(|cell| cell.id).map(Cow::Borrowed),
            further_ids: further_ids.iter().map(|id| Cow::Borrowed(*id)).collect(),
            hold: None,
            place,
        };
        Ok(Decoded::Value {
            tokens: entry.figures.tokens,
            value: RowValue::Entry(entry),
            reserve: false,
        })
    }

    /// A row that adds up others. Of a month, the sum of all its rows is a statement of its own.
    fn sum(&self, figures: Figures, place: Place) -> Decoded<'p> {
        let tokens = figures.tokens;
        let mut names = self.cells.iter().take(2);
        let is_part = names.any(|cell| is_subtotal(&cell.text));
        let value = match (self.role, self.month()) {
            (Role::Monthly, Some(month)) if !is_part => {
                RowValue::Total(self.stated_total(month, figures, false))
            }
            _ => RowValue::Sum,
        };
        Decoded::Sum {
            value,
            tokens,
            place,
        }
    }

    fn month_total(&self, problems: &mut Problems) -> Result<Decoded<'p>, Refused> {
        let text = self.text(Column::Month).unwrap_or_default();
        if is_total(&text) {
            return Ok(Decoded::Nothing);
        }
        let figures = self.figures(problems)?;
        let Ok(month) = text.trim().parse() else {
            problems.push(self.unreadable(
                Column::Month,
                Code::UnreadableDate,
                "a month like 2026-02",
            ));
            return Err(Refused);
        };
        Ok(Decoded::Sum {
            value: RowValue::Total(self.stated_total(month, figures, true)),
            tokens: None,
            place: self.figure_place(),
        })
    }

    fn stated_total(&self, month: Month, figures: Figures, of_months: bool) -> StatedTotal {
        StatedTotal {
            month,
            project: self.section.project.clone(),
            figures,
            percent: [Column::Percent, Column::Status]
                .into_iter()
                .find_map(|column| cell::percent(&self.cell(column)?.text)),
            of_months,
            place: self.figure_place(),
        }
    }

    fn allocation(&self, problems: &mut Problems) -> Result<Decoded<'p>, Refused> {
        let allocated = self
            .number(Column::Allocated, problems, cell::tokens)?
            .map(|cell| cell.used);
        let place = self.place(Column::Allocated);
        let row = Allocation {
            team: self.text(Column::Team).unwrap_or_default().into_owned(),
            role: self.text(Column::Role).map(Cow::into_owned),
            allocated,
            used: self
                .number(Column::Tokens, problems, cell::tokens)?
                .map(|cell| cell.used),
            percent: self
                .text(Column::Percent)
                .and_then(|text| cell::percent(&text)),
            place,
        };
        let (sum, reserve) = (is_total(&row.team), row.is_reserve());
        let value = RowValue::Allocation(row);
        Ok(if sum {
            Decoded::Sum {
                value,
                tokens: allocated,
                place,
            }
        } else {
            Decoded::Value {
                value,
                tokens: allocated,
                reserve,
            }
        })
    }

    fn phase(&self, problems: &mut Problems) -> Result<Decoded<'p>, Refused> {
        let tokens = self.figures(problems)?.tokens;
        let place = self.figure_place();
        if self.is_total() {
            return Ok(Decoded::Sum {
                value: RowValue::Sum,
                tokens,
                place,
            });
        }
        let phase = Phase {
            name: self.text(Column::Task).map(Cow::into_owned),
            team: self.text(Column::Team).map(Cow::into_owned),
            tokens,
            estimated: self.columns.estimated,
            status: self.status(problems),
            place,
        };
        Ok(Decoded::Value {
            value: RowValue::Phase(phase),
            tokens,
            reserve: false,
        })
    }

    fn optimization(&self, problems: &mut Problems) -> Result<Decoded<'p>, Refused> {
        let before = self
            .number(Column::Before, problems, cell::tokens)?
            .map(|cell| cell.used);
        let after = self
            .number(Column::After, problems, cell::tokens)?
            .map(|cell| cell.used);
        let operation = self
            .text(Column::Task)
            .or_else(|| self.text(Column::Team))
            .unwrap_or_default()
            .into_owned();
        let average = operation
            .split_whitespace()
            .any(|word| word.eq_ignore_ascii_case("average"));
        if is_total(&operation) {
            return Ok(Decoded::Nothing);
        }
        Ok(Decoded::Value {
            value: RowValue::Optimization(Optimization {
                operation,
                before,
                after,
                average,
                place: self.place(Column::Before),
            }),
            tokens: None,
            reserve: false,
        })
    }

    fn figures(&self, problems: &mut Problems) -> Result<Figures, Refused> {
        let tokens = self.number(Column::Tokens, problems, cell::tokens)?;
        let input = self.number(Column::TokensIn, problems, cell::tokens)?;
        let output = self.number(Column::TokensOut, problems, cell::tokens)?;
        let allocated = self
            .number(Column::Allocated, problems, cell::tokens)?
            .map(|cell| cell.used);
        let cost = self.number(Column::Cost, problems, cell::money)?;
        let deliverables = self.number(Column::Deliverables, problems, cell::count)?;
        let through = input.into_iter().chain(output).map(|cell| cell.used);
        Ok(Figures {
            tokens: tokens
                .map(|cell| cell.used)
                .or_else(|| through.reduce(|one, two| one + two)),
            classes: TokenClasses {
                input: input.map(|cell| cell.used.value),
                output: output.map(|cell| cell.used.value),
                ..TokenClasses::default()
            },
            limit: allocated.or(tokens.and_then(|cell| cell.limit)),
            cost: cost.map(|cost| cost.amount),
            currency: cost
                .and_then(|cost| cost.currency)
                .or(self.columns.currency),
            deliverables,
            minutes: self.timed(
                Column::Duration,
                problems,
                cell::minutes,
                "a duration like `1h 15m`",
            ),
        })
    }

    fn when(&self, problems: &mut Problems) -> Result<When, Refused> {
        let date = match self.cell(Column::Date).map(|cell| cell::date(&cell.text)) {
            Some(Ok(Some(date))) => Some(date),
            Some(Err(_)) if self.role != Role::Monthly => {
                problems.push(self.unreadable(
                    Column::Date,
                    Code::UnreadableDate,
                    "a date like 2026-02-25",
                ));
                return Err(Refused);
            }
            _ => self.section_date(),
        };
        let month = match self.role {
            Role::Monthly => self.month(),
            _ => date.map(Month::of),
        };
        let Some(month) = month else {
            if self.cell(Column::Month).is_some() {
                problems.push(self.unreadable(
                    Column::Month,
                    Code::UnreadableDate,
                    "a month like 2026-02",
                ));
            } else if self.role == Role::Legacy {
                problems.push(self.unreadable(
                    Column::Date,
                    Code::UnreadableDate,
                    "a date like 2026-02-25",
                ));
            }
            return Err(Refused);
        };
        Ok(When {
            month,
            date: date.filter(|_| self.role != Role::Monthly),
            time: self.timed(
                Column::Time,
                problems,
                cell::time_range,
                "a time like `10:10` or `10:10-10:17`",
            ),
            offset: None,
        })
    }

    fn section_date(&self) -> Option<NaiveDate> {
        match &self.section.kind {
            Section::Daily(date) | Section::Session { date, .. } => *date,
            _ => None,
        }
    }

    /// The month the row counts for, as far as that is known without its date.
    pub(super) fn month(&self) -> Option<Month> {
        match &self.section.kind {
            Section::Monthly(Some(month)) => Some(*month),
            Section::Monthly(None) => self.cell(Column::Month)?.text.trim().parse().ok(),
            _ => self.section_date().map(Month::of),
        }
    }

    fn team(&self) -> Cow<'p, str> {
        if let Some(team) = self.text(Column::Team) {
            return team;
        }
        match &self.section.kind {
            Section::Session { name, .. } => Cow::Owned(name.clone()),
            _ => Cow::Borrowed(""),
        }
    }

    fn is_total(&self) -> bool {
        let team = self.text(Column::Team).unwrap_or_default();
        let is_sum = |cell: &Cell<'_>| is_sum(&cell.text);
        is_total(&team)
            || team.is_empty()
                && (self.cell(Column::Task).is_some_and(is_sum)
                    || self.cells.first().is_some_and(is_sum))
    }

    fn status(&self, problems: &mut Problems) -> Option<Status> {
        let cell = self.cell(Column::Status)?;
        let status = cell::status(&cell.text)?;
        if let Status::Other(_) = status {
            problems.push(unknown_status(self.place(Column::Status)));
        }
        Some(status)
    }

    fn cell(&self, column: Column) -> Option<&Cell<'p>> {
        self.cells.get(self.columns.index(column)?)
    }

    /// The text of a cell that holds something.
    fn text(&self, column: Column) -> Option<Cow<'p, str>> {
        let cell = self.cell(column)?;
        if cell::is_absent(&cell.text) {
            return None;
        }
        Some(match &cell.text {
            Cow::Borrowed(text) => Cow::Borrowed(cell::trimmed(text)),
            Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
        })
    }

    fn has_tokens_cell(&self) -> bool {
        [Column::Tokens, Column::TokensIn, Column::TokensOut]
            .into_iter()
            .any(|column| self.cell(column).is_some())
    }

    fn number<T>(
        &self,
        column: Column,
        problems: &mut Problems,
        read: impl Fn(&str) -> Parsed<T>,
    ) -> Result<Option<T>, Refused> {
        let Some(cell) = self.cell(column) else {
            return Ok(None);
        };
        read(&cell.text).map_err(|cell::Unreadable| {
            let expected = match column {
                Column::Cost => "an amount like `$0.136`, or `—` for none",
                Column::Deliverables => "a whole number, or `—` for none",
                _ => "a number like `12,450` or `12.5K`, or `—` for none",
            };
            problems.push(self.unreadable(column, Code::UnreadableNumber, expected));
            Refused
        })
    }

    /// A time, whose row counts without it where it cannot be read.
    fn timed<T>(
        &self,
        column: Column,
        problems: &mut Problems,
        read: impl Fn(&str) -> Parsed<T>,
        expected: &str,
    ) -> Option<T> {
        read(&self.cell(column)?.text).unwrap_or_else(|cell::Unreadable| {
            problems.push(self.unreadable(column, Code::UnreadableTime, expected));
            None
        })
    }

    fn unreadable(&self, column: Column, code: Code, expected: &str) -> Diagnostic {
        let found = self.cell(column).map_or("", |cell| cell.raw);
        let what = match code {
            Code::UnreadableNumber if found.starts_with(['-', '−']) => "a negative number",
            Code::UnreadableNumber if is_ambiguous(found) => "a number that can mean two things",
            Code::UnreadableNumber => "not a number",
            Code::UnreadableDate if column == Column::Month => "not a month",
            Code::UnreadableDate => "not a date",
            _ => "not a time",
        };
        Diagnostic::new(
            code,
            format!("{what}: `{}`", shortened(found)),
            self.place(column),
        )
        .label(if code == Code::UnreadableTime {
            "the row counts without it"
        } else {
            "the row is left out of every sum"
        })
        .help(format!("write {expected}"))
    }

    fn problem(&self, code: Code, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(code, message, self.place)
    }

    /// Where the row's figure stands; the row itself where it has none.
    fn figure_place(&self) -> Place {
        let columns = [Column::Tokens, Column::TokensIn, Column::TokensOut];
        columns
            .into_iter()
            .find(|column| self.cell(*column).is_some())
            .map_or(self.place, |column| self.place(column))
    }

    fn place(&self, column: Column) -> Place {
        self.cell(column)
            .map_or(self.place, |cell| self.place_of(cell.span))
    }

    fn place_of(&self, span: Span) -> Place {
        let before = self
            .line
            .get(..span.start - self.place.line_start)
            .unwrap_or_default();
        Place {
            span,
            column: before.chars().count() + 1,
            ..self.place
        }
    }

    /// The place of a part of the line, given by itself.
    pub(super) fn place_of_text(&self, part: &str) -> Place {
        let offset = (part.as_ptr() as usize).saturating_sub(self.line.as_ptr() as usize);
        let start = self.place.line_start + offset;
        self.place_of(Span::new(start, start + part.len()))
    }
}

/// A finding about a status that is kept as it is written.
pub(super) fn unknown_status(place: Place) -> Diagnostic {
    Diagnostic::new(Code::UnknownStatus, "this status is not known", place)
        .label("expected done, running, pending or failed")
        .help("use one of `✅ COMPLETE`, `🔄 IN_PROGRESS`, `⏳ PENDING`, `❌ FAILED`")
}

/// `45.230`: is the point a decimal point, or between thousands?
fn is_ambiguous(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.split_once('.')
        .is_some_and(|(whole, rest)| digits(whole) && digits(rest))
}

/// A text short enough for a message.
fn shortened(text: &str) -> Cow<'_, str> {
    const MOST: usize = 40;
    match text.char_indices().nth(MOST) {
        Some((at, _)) => Cow::Owned(format!("{}…", text.get(..at).unwrap_or_default())),
        None => Cow::Borrowed(text),
    }
}
