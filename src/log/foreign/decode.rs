//! What the rows of one table mean, by its plan: usage with its days, a sum of rows above, or something that is only planned.

use std::borrow::Cow;

use chrono::{NaiveDate, NaiveTime};

use super::{
    date::{self, Assumption, DateContext, HeadingPeriod, Order, ReadDate, Undecided, WrittenDate},
    evidence::total_name,
    figure::{self, FigureError, FigureStyle, MoneyFigure, ParsedFigure, TokenFigure},
    outline::OutlineRow,
    plan::TablePlan,
    sums::Sums,
    words::{self, TotalName},
};
use crate::{
    log::{Cell, cell},
    model::{Amount, ColumnUse, Currency, Figures, Status, TokenClasses, Tokens},
};

/// What a row says.
pub(super) enum Decoded<'p> {
    /// Nothing that counts: no cell says anything, it is struck out, or it is planned.
    Nothing,
    /// By its name it is a budget, a limit, a plan or what remains.
    Excluded,
    /// A sum of rows above, and whether these add up to it.
    Total(StatedSum),
    Usage(UsageRow<'p>),
}

/// A sum that a row states.
pub(super) struct StatedSum {
    pub(super) figures: Figures,
    /// The rows above since the last sum, those of the same day as the row above, and all.
    pub(super) since_last: Sums,
    of_day: Sums,
    pub(super) all: Sums,
}

impl StatedSum {
    pub(super) fn sums(&self) -> Sums {
        Sums::of(self.figures.tokens, self.figures.cost)
    }

    /// Whether any of the figures is an estimate.
    pub(super) fn is_estimated(&self) -> bool {
        let tokens = self.figures.tokens.is_some_and(|tokens| tokens.estimate);
        let cost = self.figures.cost.is_some_and(|cost| cost.estimate);
        let rows = self.all.tokens.is_some_and(|sum| sum.estimate)
            || self.all.money.is_some_and(|sum| sum.estimate);
        tokens || cost || rows
    }

    /// Whether it is the sum of the rows above, of those since the last sum, or of those of a day.
    pub(super) fn agrees(&self) -> bool {
        let stated = self.sums();
        let sums = [&self.since_last, &self.of_day, &self.all];
        sums.into_iter().any(|rows| stated.agrees_with(rows))
    }
}

/// The days that the usage of a row is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Days {
    Read(date::When),
    /// It has no date.
    Undated,
}

pub(super) struct UsageRow<'p> {
    pub(super) days: Days,
    pub(super) figures: Figures,
    /// What it used cannot be read.
    pub(super) is_unreadable: bool,
    /// Of tokens in and out only one is written.
    pub(super) is_half: bool,
    /// A sum in the same row that is not that of tokens in and out.
    pub(super) compared: Option<Tokens>,
    pub(super) team: Option<Cow<'p, str>>,
    pub(super) task: Option<Cow<'p, str>>,
    pub(super) model: Option<Cow<'p, str>>,
    pub(super) notes: Option<Cow<'p, str>>,
    pub(super) status: Option<Status>,
    pub(super) time: Option<NaiveTime>,
}

impl UsageRow<'_> {
    pub(super) fn sums(&self) -> Sums {
        let sums = Sums::of(self.figures.tokens, self.figures.cost);
        sums.of_team(self.team.as_deref())
    }
}

/// Something about a row that a person should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum RowProblem {
    /// The figure in this column cannot be read.
    Figure(usize, FigureError),
    /// The date in this column cannot be read; None where it can, and its day is not known.
    Date(usize, Option<Undecided>),
    /// A row with a date that is called a sum in this column, and is none: it counts.
    NoSum(usize),
}

/// The columns of a table that hold no figures of tokens or money, by what they are taken for.
#[derive(Clone, Copy, Debug)]
struct NamedColumns {
    team: Option<usize>,
    task: Option<usize>,
    model: Option<usize>,
    notes: Option<usize>,
    status: Option<usize>,
    time: Option<usize>,
    deliverables: Option<usize>,
    duration: Option<usize>,
}

impl NamedColumns {
    fn of(plan: &TablePlan) -> Self {
        let column = |used| plan.column(&used);
        Self {
            team: column(ColumnUse::Team),
            task: column(ColumnUse::Task),
            model: column(ColumnUse::Model),
            notes: column(ColumnUse::Notes),
            status: column(ColumnUse::Status),
            time: column(ColumnUse::Time),
            deliverables: column(ColumnUse::Deliverables),
            duration: column(ColumnUse::Duration),
        }
    }

    /// Those that say what a row is about.
    fn names(&self) -> impl Iterator<Item = usize> {
        [self.team, self.task, self.model].into_iter().flatten()
    }
}

/// The tokens of a row, of what it says of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct ChosenTokens {
    tokens: Option<Amount<Tokens>>,
    /// Of tokens in and out only one is written.
    is_half: bool,
    /// A sum that is not that of tokens in and out.
    compared: Option<Tokens>,
}

impl ChosenTokens {
    /// Of tokens in and out, and of a sum beside them or in place of them.
    fn of(
        [input, output]: [Option<Amount<Tokens>>; 2],
        stated: Option<Amount<Tokens>>,
        plan: &TablePlan,
    ) -> Self {
        let halves = input.into_iter().chain(output);
        let halves = halves.reduce(|one, two| one + two);
        let has_halves = plan.input.is_some() || plan.output.is_some();
        let is_half = has_halves && input.is_some() != output.is_some();
        let is_more = |(stated, half): (Amount<Tokens>, Amount<Tokens>)| stated.value > half.value;
        // The sum is as good as its parts where one of them is missing, unless it is less than that.
        let takes_sum = halves.is_none()
            || is_half && plan.halves_first && stated.zip(halves).is_some_and(is_more);
        let differs = |(stated, halves): &(Amount<Tokens>, Amount<Tokens>)| {
            plan.halves_first && !takes_sum && !stated.agrees_with(halves)
        };
        let compared = stated.zip(halves).filter(differs);
        Self {
            tokens: if takes_sum { stated.or(halves) } else { halves },
            is_half: is_half && !takes_sum,
            compared: compared.map(|(stated, _)| stated.value),
        }
    }
}

/// What is the same for all tables of a log.
#[derive(Clone, Copy, Debug)]
pub(super) struct Conventions {
    pub(super) order: Option<Order>,
    pub(super) year: Option<i32>,
    pub(super) today: NaiveDate,
    pub(super) adds_cache: bool,
}

/// Reads the rows of a table one after the other.
pub(super) struct TableDecoder<'t> {
    plan: &'t TablePlan,
    conventions: Conventions,
    named_columns: NamedColumns,
    cache_read: Option<usize>,
    cache_write: Option<usize>,
    /// The columns of tokens that count.
    token_columns: Vec<usize>,
    /// The date of the row above.
    above: Option<ReadDate>,
    /// The days of the last row of usage, and the rows above that have the same.
    days: Option<Days>,
    of_day: Sums,
    since_last: Sums,
    all: Sums,
    /// Rows with a date, and those with a name.
    dated: u64,
    named: u64,
    pub(super) problems: Vec<RowProblem>,
    /// What was assumed of dates.
    pub(super) assumed: Vec<Assumption>,
}

impl<'t> TableDecoder<'t> {
    pub(super) fn new(plan: &'t TablePlan, conventions: Conventions) -> Self {
        Self {
            plan,
            conventions,
            named_columns: NamedColumns::of(plan),
            cache_read: plan.column(&ColumnUse::CacheRead),
            cache_write: plan.column(&ColumnUse::CacheWrite),
            token_columns: plan.token_columns(),
            above: None,
            days: None,
            of_day: Sums::default(),
            since_last: Sums::default(),
            all: Sums::default(),
            dated: 0,
            named: 0,
            problems: Vec::new(),
            assumed: Vec::new(),
        }
    }

    pub(super) fn decode<'p>(&mut self, row: &OutlineRow<'_, 'p>) -> Decoded<'p> {
        self.problems.clear();
        let cells = row.cells;
        let is_empty = cells.iter().all(|cell| cell.text.trim().is_empty());
        if is_empty || self.is_struck_out(cells) {
            return Decoded::Nothing;
        }
        if self.is_excluded(cells) {
            return Decoded::Excluded;
        }
        let (figures, chosen) = self.figures(cells);
        if self.plan.projects_marked && self.is_marked(cells) {
            return Decoded::Nothing;
        }
        let sums = Sums::of(figures.tokens, figures.cost);
        if self.is_total(cells, &sums) {
            self.problems.clear();
            return Decoded::Total(StatedSum {
                figures,
                since_last: std::mem::take(&mut self.since_last),
                of_day: self.of_day,
                all: self.all,
            });
        }
        Decoded::Usage(self.usage(cells, figures, chosen))
    }

    fn usage<'p>(
        &mut self,
        cells: &[Cell<'p>],
        figures: Figures,
        chosen: ChosenTokens,
    ) -> UsageRow<'p> {
        let is_unreadable = self.is_unreadable(cells, &figures);
        let figures = if is_unreadable {
            Figures::default()
        } else {
            figures
        };
        let days = self.days(cells);
        let sums = if is_unreadable {
            Sums::default()
        } else {
            Sums::of(figures.tokens, figures.cost)
        };
        if self.days.replace(days) != Some(days) {
            self.of_day = Sums::default();
        }
        for all in [&mut self.of_day, &mut self.since_last, &mut self.all] {
            all.add(&sums);
        }
        self.dated += u64::from(days != Days::Undated);
        self.named += u64::from(self.has_name(cells));
        let columns = self.named_columns;
        let status = columns.status.and_then(|at| cells.get(at));
        UsageRow {
            days,
            figures,
            is_unreadable,
            is_half: chosen.is_half && !is_unreadable,
            compared: chosen.compared.filter(|_| !is_unreadable),
            team: text(cells, columns.team),
            task: text(cells, columns.task),
            model: text(cells, columns.model),
            notes: text(cells, columns.notes),
            status: status.and_then(|cell| cell::status(&cell.text)),
            time: self.time(cells),
        }
    }

    /// Whether a row counts nothing since its tokens cannot be read, or nothing else is written in it. As in tokmon's own format, it
    /// counts without a cost that cannot be read, and without a figure that others are only compared with. A word without a digit,
    /// like `forgotten`, is no figure, and none is lost.
    fn is_unreadable(&self, cells: &[Cell<'_>], figures: &Figures) -> bool {
        let plan = self.plan;
        let is_compared = plan.halves_first && figures.tokens.is_some();
        let mut lost = self.problems.iter().filter_map(|problem| match problem {
            RowProblem::Figure(at, _) => Some(*at),
            RowProblem::Date(..) | RowProblem::NoSum(_) => None,
        });
        let has_figure = figures.tokens.is_some() || figures.cost.is_some();
        let has_digit = |at: usize| {
            let cell = cells.get(at);
            cell.is_some_and(|cell| cell.text.contains(char::is_numeric))
        };
        lost.any(|at| {
            let is_half = plan.input == Some(at) || plan.output == Some(at);
            let is_needed = is_half || plan.tokens.contains(&at) && !is_compared || !has_figure;
            is_needed && has_digit(at)
        })
    }

    /// Whether a figure that would count is struck out.
    fn is_struck_out(&self, cells: &[Cell<'_>]) -> bool {
        let plan = self.plan;
        let columns = plan.tokens.iter().chain(&plan.cost);
        let columns = columns.copied().chain(plan.input).chain(plan.output);
        let mut cells = columns.filter_map(|at| cells.get(at));
        cells.any(|cell| {
            let raw = cell.raw.trim();
            raw.len() > 4 && raw.starts_with("~~") && raw.ends_with("~~")
        })
    }

    fn is_marked(&self, cells: &[Cell<'_>]) -> bool {
        let first = cells.iter().find(|cell| !cell.text.trim().is_empty());
        let is_marked =
            |cell: &Cell<'_>| cell.text.trim().ends_with('*') || cell.raw.ends_with("\\*");
        let plan = self.plan;
        let columns = plan.tokens.iter().chain(&plan.cost).copied();
        let figures = columns.chain(plan.input).chain(plan.output);
        first
            .into_iter()
            .chain(figures.filter_map(|at| cells.get(at)))
            .any(is_marked)
    }

    /// Whether a row without a date is called a budget, a limit, a plan or what remains.
    fn is_excluded(&self, cells: &[Cell<'_>]) -> bool {
        let first = cells.iter().find(|cell| !cell.text.trim().is_empty());
        let is_excluded = first.is_some_and(|cell| words::excludes_row(&cell.text));
        is_excluded && !self.has_date(cells)
    }

    fn has_date(&self, cells: &[Cell<'_>]) -> bool {
        let date = self.plan.date.and_then(|at| cells.get(at));
        date.is_some_and(|cell| date::cell(&cell.text).is_some())
    }

    /// Whether a row is a sum of rows above: by its name, or since it has neither date nor name of its own and adds up.
    fn is_total(&mut self, cells: &[Cell<'_>], sums: &Sums) -> bool {
        let has_date = self.has_date(cells);
        let first = cells.iter().position(|cell| !cell.text.trim().is_empty());
        if has_date && first != self.plan.date {
            return self.is_dated_sum(cells, sums);
        }
        let adds_up = !sums.is_empty()
            && [&self.since_last, &self.all]
                .iter()
                .any(|rows| rows.rows > 1 && sums.agrees_with(rows));
        match total_name(cells) {
            TotalName::Certain => true,
            TotalName::Possible if adds_up => true,
            _ if has_date => self.is_dated_sum(cells, sums),
            _ => {
                let lacks_date = self.plan.date.is_some() && self.dated > 0;
                let has_names = self.named_columns.names().next().is_some();
                let lacks_name = match self.plan.date {
                    Some(_) if !has_names => true,
                    Some(_) => self.named > 0 && self.has_no_name_but(cells, words::names_period),
                    None => self.named > 0 && self.has_no_name_but(cells, is_span_of_numbers),
                };
                adds_up && lacks_name && (lacks_date || self.plan.date.is_none())
            }
        }
    }

    /// Whether a row with a date is a sum by its name, as in `2026-06-01 | Day total`, and adds up.
    fn is_dated_sum(&mut self, cells: &[Cell<'_>], sums: &Sums) -> bool {
        /// The name of a sum is short. In bytes.
        const LONGEST: usize = 40;
        let name = |at: usize| match cells.get(at)?.text.trim() {
            text if text.is_empty() || text.len() > LONGEST => None,
            text => Some((at, words::total_name(text))),
        };
        let first = cells.iter().position(|cell| !cell.text.trim().is_empty());
        let first = first.filter(|at| self.plan.date != Some(*at));
        let mut names = first.into_iter().chain(self.named_columns.names());
        let total = names.find_map(|at| name(at).filter(|(_, name)| *name != TotalName::No));
        let Some((at, name)) = total else {
            return false;
        };
        let least = if name == TotalName::Certain { 1 } else { 2 };
        let above = [&self.of_day, &self.since_last, &self.all];
        let adds_up = above
            .iter()
            .any(|rows| rows.rows >= least && sums.agrees_with(rows));
        if !adds_up && name == TotalName::Certain && !sums.is_empty() {
            self.problems.push(RowProblem::NoSum(at));
        }
        adds_up
    }

    /// Whether no cell says what the row is about, but for texts like `Week 19` or `1–3`, which say what rows it is the sum of.
    fn has_no_name_but(&self, cells: &[Cell<'_>], is_no_name: fn(&str) -> bool) -> bool {
        let mut names = self.named_columns.names();
        names.all(|at| text(cells, Some(at)).is_none_or(|name| is_no_name(&name)))
    }

    /// Whether any cell says what the row is about.
    fn has_name(&self, cells: &[Cell<'_>]) -> bool {
        let mut columns = self.named_columns.names();
        columns.any(|at| text(cells, Some(at)).is_some())
    }

    fn time(&self, cells: &[Cell<'_>]) -> Option<NaiveTime> {
        let of_column = self.named_columns.time.and_then(|at| cells.get(at));
        let of_column = of_column.and_then(|cell| cell::time_range(&cell.text).ok().flatten());
        let in_date = || date::cell(&cells.get(self.plan.date?)?.text)?.time;
        of_column.map(|range| range.start).or_else(in_date)
    }

    fn days(&mut self, cells: &[Cell<'_>]) -> Days {
        let Some(at) = self.plan.date else {
            return self.days_of_heading();
        };
        let text = cells.get(at).map_or("", |cell| cell.text.trim());
        if words::is_ditto(text)
            && let Some(above) = self.above
        {
            return Days::Read(above.when);
        }
        self.above = None;
        if text.is_empty() || words::is_absent(text) {
            return self.days_of_heading();
        }
        let of_month = self.plan.period.and_then(|period| period.month);
        let number = || date::day_number(text).filter(|_| of_month.is_some());
        let written = if self.plan.has_day_numbers {
            number().or_else(|| date::cell(text))
        } else {
            date::cell(text).or_else(number)
        };
        let Some(written) = written else {
            self.problems.push(RowProblem::Date(at, None));
            return Days::Undated;
        };
        match self.resolve(&written) {
            Ok(read) => {
                self.above = Some(read);
                Days::Read(read.when)
            }
            Err(why) => {
                self.problems.push(RowProblem::Date(at, Some(why)));
                Days::Undated
            }
        }
    }

    fn days_of_heading(&mut self) -> Days {
        let Some(written) = self.plan.heading_date else {
            return Days::Undated;
        };
        let read = self.resolve(&written);
        read.map_or(Days::Undated, |read| Days::Read(read.when))
    }

    fn resolve(&mut self, written: &WrittenDate) -> Result<ReadDate, Undecided> {
        let Conventions {
            order, year, today, ..
        } = self.conventions;
        let heading: Option<HeadingPeriod> = self.plan.period;
        let read = written.resolve(&DateContext {
            order,
            heading,
            settings_year: year,
            today,
        })?;
        if let Some(assumed) = read.assumed
            && !self.assumed.contains(&assumed)
        {
            self.assumed.push(assumed);
        }
        Ok(read)
    }

    /// The figures of a row, and what its tokens are of.
    fn figures(&mut self, cells: &[Cell<'_>]) -> (Figures, ChosenTokens) {
        let plan = self.plan;
        let whole = self.sum_of_tokens(cells, &plan.tokens);
        let columns = [plan.input, plan.output, self.cache_read, self.cache_write];
        let [input, output, read, write] = columns.map(|at| {
            let figure = self.tokens(cells, at?)?;
            Some(figure.used)
        });
        let chosen = ChosenTokens::of([input, output], whole.map(|figure| figure.used), plan);
        let pair = whole.and_then(|figure| figure.parts);
        let cached = read
            .into_iter()
            .chain(write)
            .filter(|_| self.conventions.adds_cache);
        let tokens = chosen.tokens.into_iter().chain(cached);
        let tokens = tokens.reduce(|one, two| one + two);
        let (cost, currency, is_open) = self.cost(cells);
        let value = |amount: Option<Amount<Tokens>>| amount.map(|amount| amount.value);
        let columns = self.named_columns;
        let count = columns.deliverables.and_then(|at| cells.get(at));
        let minutes = columns.duration.and_then(|at| cells.get(at));
        let figures = Figures {
            tokens: tokens.map(|tokens| self.estimated(tokens, &self.token_columns)),
            classes: TokenClasses {
                input: value(input.or(pair.map(|(input, _)| input))),
                output: value(output.or(pair.map(|(_, output)| output))),
                cache_read: value(read),
                cache_write: value(write),
            },
            limit: whole.and_then(|figure| figure.limit),
            cost,
            currency,
            open: is_open || self.is_cost_lost(),
            unpriced: None,
            deliverables: count.and_then(|cell| cell::count(&cell.text).ok().flatten()),
            minutes: minutes.and_then(|cell| cell::minutes(&cell.text).ok().flatten()),
        };
        (figures, chosen)
    }

    fn is_cost_lost(&self) -> bool {
        let columns = &self.plan.cost;
        self.problems
            .iter()
            .any(|problem| matches!(problem, RowProblem::Figure(at, _) if columns.contains(at)))
    }

    /// Marks a figure of a column or a table of estimates.
    fn estimated<T>(&self, amount: Amount<T>, columns: &[usize]) -> Amount<T> {
        Amount {
            estimate: amount.estimate || self.plan.is_estimated(columns),
            ..amount
        }
    }

    fn style(&self, at: usize) -> FigureStyle {
        self.plan.styles.get(at).copied().unwrap_or_default()
    }

    /// The sum of several columns, with what the first of them says beside it.
    fn sum_of_tokens(&mut self, cells: &[Cell<'_>], columns: &[usize]) -> Option<TokenFigure> {
        let figures = columns.iter().filter_map(|at| self.tokens(cells, *at));
        figures.reduce(|sum, next| TokenFigure {
            used: sum.used + next.used,
            parts: None,
            limit: None,
            ..sum
        })
    }

    fn tokens(&mut self, cells: &[Cell<'_>], at: usize) -> Option<TokenFigure> {
        let cell = cells.get(at)?;
        let read = figure::tokens(&cell.text, &self.style(at));
        self.read(at, read)
    }

    fn cost(&mut self, cells: &[Cell<'_>]) -> (Option<Amount<u64>>, Option<Currency>, bool) {
        let plan = self.plan;
        let columns = &plan.cost;
        let figures = columns.iter().filter_map(|at| {
            let cell = cells.get(*at)?;
            let read = figure::money(&cell.text, &self.style(*at));
            self.read(*at, read)
        });
        let figures: Vec<MoneyFigure> = figures.collect();
        let amounts = figures.iter().map(|figure| figure.amount);
        let amount = amounts.reduce(|one, two| Amount {
            value: one.value.saturating_add(two.value),
            unit: one.unit.max(two.unit),
            estimate: one.estimate || two.estimate,
        });
        let amount = amount.map(|amount| self.estimated(amount, columns));
        let currency = figures.iter().find_map(|figure| figure.currency);
        (
            amount,
            currency,
            figures.iter().any(|figure| figure.is_open),
        )
    }

    fn read<T>(&mut self, at: usize, read: ParsedFigure<T>) -> Option<T> {
        read.unwrap_or_else(|error| {
            self.problems.push(RowProblem::Figure(at, error));
            None
        })
    }
}

/// `1–3`
fn is_span_of_numbers(text: &str) -> bool {
    let is_number = |text: &str| {
        let text = text.trim();
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    let parts = text.split_once(['-', '–', '—', '~']);
    parts.is_some_and(|(from, to)| is_number(from) && is_number(to))
}

/// What a cell says, if it says anything.
fn text<'p>(cells: &[Cell<'p>], at: Option<usize>) -> Option<Cow<'p, str>> {
    let cell = cells.get(at?)?;
    if words::is_absent(&cell.text) {
        return None;
    }
    Some(match &cell.text {
        Cow::Borrowed(text) => Cow::Borrowed(cell::trimmed(text)),
        Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
    })
}
