//! What the cells of one row mean.

use std::borrow::Cow;

use chrono::NaiveDate;

use super::{
    Cell, Column, Columns, Role, RowValue, Section,
    cell::{self, Parsed, Unreadable},
    section::OpenSection,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    model::{
        Allocation, Amount, Entry, EntryKind, Figures, MergeBase, Month, Optimization, Phase,
        RoundedSum, StatedTotal, Status, TokenClasses, Tokens, When, Work, is_group_total,
        is_subtotal, is_sum, is_total,
    },
    text::{Place, Span},
};

pub(super) struct Decoder<'r, 'p> {
    pub(super) role: Role,
    pub(super) columns: &'r Columns,
    pub(super) cells: &'r [Cell<'p>],
    pub(super) section: &'r OpenSection,
    pub(super) line: &'p str,
    pub(super) place: Place,
    /// The rows of the table since its last total.
    pub(super) above: RoundedSum,
    pub(super) problems: Vec<Diagnostic>,
}

/// What a row means. `None` where it says nothing.
type Decoded<'p> = Option<RowValue<'p>>;

/// A row that cannot be read. The problem was noted.
struct Refused;

impl<'r, 'p> Decoder<'r, 'p> {
    /// Notes what is wrong with the row in `problems`.
    pub(super) fn decode(&mut self) -> Decoded<'p> {
        if self.cells.iter().all(|cell| cell::is_absent(&cell.text)) {
            return None;
        }
        if !self.line.contains('|') {
            let message = "a line of text became a row of the table above";
            self.problems.push(
                Diagnostic::new(Code::MissingCells, message, self.place)
                    .label("no cells")
                    .help("put an empty line before it"),
            );
            return None;
        }
        if self.cells.len() < self.columns.count {
            let (has, needs) = (self.cells.len(), self.columns.count);
            let message = format!("row has {has} of the {needs} cells of its table");
            self.problems.push(
                Diagnostic::new(Code::MissingCells, message, self.place)
                    .label(format!("{} missing", needs - has))
                    .help("write `—` into cells that have no value"),
            );
        }
        let decoded = match self.role {
            Role::Monthly | Role::Daily | Role::Session | Role::Legacy => self.usage(),
            Role::Undated => self.undated(),
            Role::Months => self.month_total(),
            Role::Allocation => self.allocation(),
            Role::Plan => self.phase(),
            Role::Optimizations => self.optimization(),
            Role::Foreign => Ok(None),
        };
        decoded.unwrap_or_else(|Refused| Some(RowValue::Unreadable(self.month())))
    }

    fn usage(&mut self) -> Result<Decoded<'p>, Refused> {
        if let Some(entry) = self.displaced() {
            return Ok(Some(RowValue::Entry(entry)));
        }
        let figures = self.figures()?;
        let place = self.figure_place();
        if self.is_total() {
            return Ok(Some(self.sum(figures, place)));
        }
        if figures.tokens.is_none() && self.figure_column().is_none() {
            // The row is too short to say how much it is about.
            return Err(Refused);
        }
        let when = self.when()?;
        let team = self.team();
        if team.is_empty() && figures.tokens.is_some() {
            self.problems.push(
                Diagnostic::new(Code::UnnamedTeam, "this row names no team", self.place)
                    .label("tokens without a team")
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
            status: self.status(),
            id: keyed.and_then(|cell| cell.id).map(Cow::Borrowed),
            further_ids: further_ids.iter().map(|id| Cow::Borrowed(*id)).collect(),
            hold: None,
            has_unread: false,
            base: self
                .merge_base()
                .filter(|_| self.role == Role::Monthly)
                .map(Box::new),
            place,
        };
        Ok(Some(RowValue::Entry(entry)))
    }

    fn undated(&mut self) -> Result<Decoded<'p>, Refused> {
        let figures = self.figures()?;
        self.status();
        Ok(Some(if self.is_total() {
            RowValue::Sum(figures.tokens, self.figure_place())
        } else {
            RowValue::Undated(figures)
        }))
    }

    fn merge_base(&self) -> Option<MergeBase> {
        let mut cells = self.cells.iter().rev();
        cell::merge_base(cells.find_map(|cell| cell.base)?)
    }

    /// A monthly row that a merge put into a table of details: its comment says that it is one, and its figure. It has the date of
    /// that table.
    fn displaced(&mut self) -> Option<Entry<'p>> {
        let is_detail = matches!(self.role, Role::Daily | Role::Session);
        let base = self.merge_base().filter(|_| is_detail)?;
        let date = self.section.kind.date().flatten()?;
        let team = self.cells.first()?.text.trim().to_owned();
        let message = "a monthly row is in a table of details, as after a merge";
        let problem = Diagnostic::new(Code::MergedTwice, message, self.place)
            .label("counted with its team's row in the summary, if that began with the same figure")
            .manual();
        self.problems.push(problem);
        Some(Entry {
            kind: EntryKind::Monthly,
            when: When {
                month: Month::of(date),
                date: Some(date),
                time: None,
                offset: None,
            },
            work: Work {
                team: Cow::Owned(team),
                ..Work::default()
            },
            figures: Figures {
                tokens: Some(Amount::exact(base.row)),
                ..Figures::default()
            },
            status: None,
            id: None,
            further_ids: Box::default(),
            hold: None,
            has_unread: false,
            base: Some(Box::new(base)),
            place: self.place,
        })
    }

    /// A row that adds up others. Of a month, the sum of all its rows is a statement of its own.
    fn sum(&self, figures: Figures, place: Place) -> RowValue<'p> {
        let mut names = self.cells.iter().take(2);
        let is_part = names.any(|cell| is_subtotal(&cell.text));
        match (self.role, self.month()) {
            (Role::Monthly, Some(month)) if !is_part => self.stated_total(month, figures, false),
            _ => RowValue::Sum(figures.tokens, place),
        }
    }

    fn month_total(&mut self) -> Result<Decoded<'p>, Refused> {
        let text = self.text(Column::Month).unwrap_or_default();
        if is_total(&text) {
            return Ok(None);
        }
        let figures = self.figures()?;
        let month = text.trim().parse();
        let month = month.map_err(|_| self.unreadable(Column::Month, Unreadable::Malformed))?;
        Ok(Some(self.stated_total(month, figures, true)))
    }

    fn stated_total(&self, month: Month, figures: Figures, of_months: bool) -> RowValue<'p> {
        let percent = |column| cell::percent(&self.cell(column)?.text);
        RowValue::Total(StatedTotal {
            month,
            project: self.section.project.clone(),
            figures,
            percent: percent(Column::Percent).or_else(|| percent(Column::Status)),
            of_months,
            place: self.figure_place(),
        })
    }

    fn allocation(&mut self) -> Result<Decoded<'p>, Refused> {
        let allocated = self.amount(Column::Allocated)?;
        let used = self.amount(Column::Tokens)?;
        let percent = self.text(Column::Percent);
        let row = Allocation {
            team: self.text(Column::Team).unwrap_or_default().into_owned(),
            role: self.text(Column::Role).map(Cow::into_owned),
            allocated,
            used,
            percent: percent.and_then(|text| cell::percent(&text)),
            place: self.place(Column::Allocated),
        };
        Ok(Some(RowValue::Allocation(row)))
    }

    fn phase(&mut self) -> Result<Decoded<'p>, Refused> {
        let tokens = self.figures()?.tokens;
        let place = self.figure_place();
        if self.is_total() {
            return Ok(Some(RowValue::Sum(tokens, place)));
        }
        let phase = Phase {
            name: self.text(Column::Task).map(Cow::into_owned),
            team: self.text(Column::Team).map(Cow::into_owned),
            tokens,
            estimated: self.columns.estimated,
            status: self.status(),
            place,
        };
        Ok(Some(RowValue::Phase(phase)))
    }

    fn optimization(&mut self) -> Result<Decoded<'p>, Refused> {
        let before = self.amount(Column::Before)?;
        let after = self.amount(Column::After)?;
        let operation = self.text(Column::Task).or_else(|| self.text(Column::Team));
        let operation = operation.unwrap_or_default().into_owned();
        if is_total(&operation) {
            return Ok(None);
        }
        let mut words = operation.split_whitespace();
        let average = words.any(|word| word.eq_ignore_ascii_case("average"));
        Ok(Some(RowValue::Optimization(Optimization {
            operation,
            before,
            after,
            average,
            place: self.place(Column::Before),
        })))
    }

    fn figures(&mut self) -> Result<Figures, Refused> {
        let tokens = self.number(Column::Tokens, cell::tokens)?;
        let input = self.amount(Column::TokensIn)?;
        let output = self.amount(Column::TokensOut)?;
        let allocated = self.amount(Column::Allocated)?;
        let cost = self.number(Column::Cost, cell::money);
        // What the tokens cost is not known, whatever their price is.
        let is_cost_lost = cost.is_err();
        let cost = cost.unwrap_or(None);
        let has_marks = self.cells.iter().any(|cell| !cell.marks.is_empty());
        let marked = |key| if has_marks { self.mark(key) } else { None };
        let marked_cost = || cell::money(marked("cost")?).ok()?;
        let cost = cost.or_else(|| marked_cost().filter(|_| !self.columns.has(Column::Cost)));
        let marked_tokens = |key| cell::tokens(marked(key)?).ok()?;
        let class = |key| Some(marked_tokens(key)?.used.value);
        let unpriced = marked_tokens("unpriced");
        let classes = TokenClasses {
            input: input.map(|amount| amount.value),
            output: output.map(|amount| amount.value),
            ..TokenClasses::default()
        };
        let classes = if has_marks {
            TokenClasses {
                input: classes.input.or_else(|| class("input")),
                output: classes.output.or_else(|| class("output")),
                cache_write: class("cache_write"),
                cache_read: class("cache_read"),
            }
        } else {
            classes
        };
        let deliverables = self.number(Column::Deliverables, cell::count)?;
        Ok(Figures {
            tokens: self.tokens_of(tokens.map(|cell| cell.used), input, output),
            classes,
            limit: allocated.or(tokens.and_then(|cell| cell.limit)),
            cost: cost.map(|cost| cost.amount),
            currency: cost
                .and_then(|cost| cost.currency)
                .or(self.columns.currency),
            open: is_cost_lost || cost.is_some_and(|cost| cost.open),
            unpriced: unpriced.map(|tokens| tokens.used.value),
            deliverables,
            minutes: self.timed(Column::Duration, cell::minutes),
        })
    }

    /// The tokens of a row. Those in and out are what a sum of both is held against.
    fn tokens_of(
        &mut self,
        stated: Option<Amount<Tokens>>,
        input: Option<Amount<Tokens>>,
        output: Option<Amount<Tokens>>,
    ) -> Option<Amount<Tokens>> {
        let through = input.into_iter().chain(output).reduce(|one, two| one + two);
        let is_whole = input.is_some() && output.is_some();
        let Some(stated) = stated.filter(|_| !is_whole || !self.columns.totalled) else {
            let has_both =
                self.columns.has(Column::TokensIn) && self.columns.has(Column::TokensOut);
            if stated.is_none() && has_both && through.is_some() && !is_whole {
                self.report_half(input.is_some());
            }
            if let Some((stated, through)) = stated.zip(through)
                && !stated.agrees_with(&through)
            {
                self.report_sum(stated.value, through.value);
            }
            return through;
        };
        Some(stated)
    }

    fn report_half(&mut self, is_input: bool) {
        let column = if is_input {
            Column::TokensIn
        } else {
            Column::TokensOut
        };
        let message = "of tokens in and out only one is written";
        self.problems.push(
            Diagnostic::new(Code::IncompleteFigure, message, self.place(column))
                .label("the row counts as at least this")
                .help("write both"),
        );
    }

    fn report_sum(&mut self, stated: Tokens, through: Tokens) {
        let message =
            format!("the sum in this row is {stated}, and tokens in and out are {through}");
        let place = self.place(Column::Tokens);
        self.problems.push(
            Diagnostic::new(Code::ConflictingStatements, message, place)
                .label(format!("counted as {through}"))
                .help("name the column for what it holds, like `Total with cache`, or correct it"),
        );
    }

    /// The day that the row itself names.
    fn own_date(&self) -> Option<Parsed<NaiveDate>> {
        if let Some(cell) = self.cell(Column::Date) {
            return Some(cell::date(&cell.text));
        }
        // An hour alone says nothing of the day.
        let started = cell::trimmed(&self.cell(Column::Started)?.text);
        let date = cell::date(started.get(..10)?).ok()??;
        Some(Ok(Some(date)))
    }

    fn when(&mut self) -> Result<When, Refused> {
        let is_monthly = self.role == Role::Monthly;
        let date = match self.own_date() {
            Some(Ok(Some(date))) => Some(date),
            Some(Err(_)) if !is_monthly => {
                return Err(self.unreadable(Column::Date, Unreadable::Malformed));
            }
            _ => self.section.kind.date().flatten(),
        };
        let month = if is_monthly {
            self.month()
        } else {
            date.map(Month::of)
        };
        let Some(month) = month else {
            return Err(match self.role {
                _ if self.cell(Column::Month).is_some() => {
                    self.unreadable(Column::Month, Unreadable::Malformed)
                }
                Role::Legacy => self.unreadable(Column::Date, Unreadable::Malformed),
                _ => Refused,
            });
        };
        Ok(When {
            month,
            date: date.filter(|_| !is_monthly),
            time: self.timed(Column::Time, cell::time_range),
            offset: None,
        })
    }

    /// The month the row counts for, if that is known without its date.
    pub(super) fn month(&self) -> Option<Month> {
        match &self.section.kind {
            Section::Monthly(Some(month)) => Some(*month),
            Section::Monthly(None) => self.cell(Column::Month)?.text.trim().parse().ok(),
            section => section.date()?.map(Month::of),
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
        let mut named = self
            .cell(Column::Task)
            .into_iter()
            .chain(self.cells.first());
        is_total(&team)
            || team.is_empty() && named.any(|cell| is_sum(&cell.text))
            || is_group_total(&team) && self.adds_up()
    }

    /// Whether its tokens are those of the rows above it.
    fn adds_up(&self) -> bool {
        let tokens = self
            .cell(Column::Tokens)
            .map(|cell| cell::tokens(&cell.text));
        matches!(tokens, Some(Ok(Some(tokens))) if self.above.agrees_with(tokens.used))
    }

    fn status(&mut self) -> Option<Status> {
        let status = cell::status(&self.cell(Column::Status)?.text)?;
        if let Status::Other(_) = status {
            let problem = unknown_status(self.place(Column::Status));
            self.problems.push(problem);
        }
        Some(status)
    }

    fn cell(&self, column: Column) -> Option<&'r Cell<'p>> {
        self.cells.get(self.columns.index(column)?)
    }

    /// What a comment of the row says.
    fn mark(&self, key: &str) -> Option<&'p str> {
        let mut marks = self.cells.iter().flat_map(|cell| &cell.marks);
        marks.find_map(|(of, value)| (*of == key).then_some(*value))
    }

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

    fn amount(&mut self, column: Column) -> Result<Option<Amount<Tokens>>, Refused> {
        Ok(self.number(column, cell::tokens)?.map(|cell| cell.used))
    }

    fn number<T>(
        &mut self,
        column: Column,
        read: impl Fn(&str) -> Parsed<T>,
    ) -> Result<Option<T>, Refused> {
        match self.cell(column) {
            Some(cell) => read(&cell.text).map_err(|why| self.unreadable(column, why)),
            None => Ok(None),
        }
    }

    /// A time. The row counts without it where it cannot be read.
    fn timed<T>(&mut self, column: Column, read: impl Fn(&str) -> Parsed<T>) -> Option<T> {
        self.number(column, read).unwrap_or_else(|Refused| None)
    }

    /// Notes that the cell in this column does not hold what it should.
    fn unreadable(&mut self, column: Column, why: Unreadable) -> Refused {
        let found = self.cell(column).map_or("", |cell| cell.raw);
        let code = match column {
            Column::Duration | Column::Time => Code::UnreadableTime,
            Column::Month | Column::Date => Code::UnreadableDate,
            _ => Code::UnreadableNumber,
        };
        let too_large = match why {
            Unreadable::TooLarge(most) => Some(most),
            Unreadable::Malformed => None,
        };
        let what = match column {
            _ if too_large.is_some() => "too large",
            Column::Duration | Column::Time => "not a time",
            Column::Month => "not a month",
            Column::Date => "not a date",
            _ if found.starts_with(['-', '−']) => "a negative number",
            _ if is_ambiguous(found) => "an ambiguous number",
            _ => "not a number",
        };
        let expected = match column {
            Column::Duration => "a duration like `1h 15m`",
            Column::Time => "a time like `10:10` or `10:10-10:17`",
            Column::Month => "a month like 2026-02",
            Column::Date => "a date like 2026-02-25",
            Column::Cost => "an amount like `$0.136`, or `—` for none",
            Column::Deliverables => "a whole number, or `—` for none",
            _ => "a number like `12,450` or `12.5K`, or `—` for none",
        };
        let label = match code {
            Code::UnreadableTime => "the row counts without it",
            _ if column == Column::Cost => "the row counts without its cost",
            _ => "the row is not counted",
        };
        let help = match too_large {
            Some(most) => format!("write {most} at most"),
            None => format!("write {expected}"),
        };
        let more = too_large.map_or_else(String::new, |most| format!(" is more than {most}"));
        let message = format!("{what}: `{}`{more}", shortened(found));
        let finding = Diagnostic::new(code, message, self.place(column));
        let finding = finding.label(label).help(help);
        self.problems.push(match column {
            Column::Cost => finding.warning(),
            _ => finding,
        });
        Refused
    }

    fn figure_column(&self) -> Option<Column> {
        let mut columns = [Column::Tokens, Column::TokensIn, Column::TokensOut].into_iter();
        columns.find(|column| self.cell(*column).is_some())
    }

    /// The place of the row's figure; the row itself where it has none.
    fn figure_place(&self) -> Place {
        let column = self.figure_column();
        column.map_or(self.place, |column| self.place(column))
    }

    fn place(&self, column: Column) -> Place {
        let cell = self.cell(column);
        cell.map_or(self.place, |cell| self.place_of(cell.span))
    }

    fn place_of(&self, span: Span) -> Place {
        let before = self.line.get(..span.start - self.place.line_start);
        Place {
            span,
            column: before.unwrap_or_default().chars().count() + 1,
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
    const MAX_EXCERPT: usize = 40;
    match text.char_indices().nth(MAX_EXCERPT) {
        Some((at, _)) => Cow::Owned(format!("{}…", text.get(..at).unwrap_or_default())),
        None => Cow::Borrowed(text),
    }
}
