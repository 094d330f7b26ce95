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
    /// A sum of rows above, and whether these add up to it.
    Total(StatedSum),
    Usage(UsageRow<'p>),
}

/// A sum that a row states.
pub(super) struct StatedSum {
    pub(super) figures: Figures,
    /// The rows above since the last sum, and all of them.
    pub(super) since_last: Sums,
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

    /// Whether it is the sum of the rows above, or of those since the last sum.
    pub(super) fn agrees(&self) -> bool {
        let stated = self.sums();
        stated.agrees_with(&self.since_last) || stated.agrees_with(&self.all)
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
    /// The date of the row above.
    above: Option<ReadDate>,
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
            above: None,
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
        let (mut figures, mut is_half, mut compared) = self.figures(cells);
        if self.plan.projects_marked && self.is_marked(cells) {
            return Decoded::Nothing;
        }
        let sums = Sums::of(figures.tokens, figures.cost);
        if self.is_total(cells, &sums) {
            self.problems.clear();
            let since_last = std::mem::take(&mut self.since_last);
            return Decoded::Total(StatedSum {
                figures,
                since_last,
                all: self.all,
            });
        }
        let is_unreadable = self.is_unreadable(cells, &figures);
        let sums = if is_unreadable {
            (figures, is_half, compared) = (Figures::default(), false, None);
            Sums::default()
        } else {
            sums
        };
        let days = self.days(cells);
        self.since_last.add(&sums);
        self.all.add(&sums);
        self.dated += u64::from(days != Days::Undated);
        self.named += u64::from(self.has_name(cells));
        Decoded::Usage(UsageRow {
            days,
            figures,
            is_unreadable,
            is_half,
            compared,
            team: self.text(cells, &ColumnUse::Team),
            task: self.text(cells, &ColumnUse::Task),
            model: self.text(cells, &ColumnUse::Model),
            notes: self.text(cells, &ColumnUse::Notes),
            status: self
                .cell(cells, &ColumnUse::Status)
                .and_then(|cell| cell::status(&cell.text)),
            time: self.time(cells),
        })
    }

    /// Whether a row counts nothing since its tokens cannot be read, or nothing else is written in it. As in tokmon's own format, it
    /// counts without a cost that cannot be read, and without a figure that others are only compared with. A word without a digit,
    /// like `forgotten`, is no figure, and none is lost.
    fn is_unreadable(&self, cells: &[Cell<'_>], figures: &Figures) -> bool {
        let plan = self.plan;
        let is_compared = plan.halves_first && figures.tokens.is_some();
        let mut lost = self.problems.iter().filter_map(|problem| match problem {
            RowProblem::Figure(at, _) => Some(*at),
            RowProblem::Date(..) => None,
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

    /// Whether a row is a sum of rows above: by its name, or since it has neither date nor name of its own and adds up.
    fn is_total(&self, cells: &[Cell<'_>], sums: &Sums) -> bool {
        let date = self.plan.date.and_then(|at| cells.get(at));
        let has_date = date.is_some_and(|cell| date::cell(&cell.text).is_some());
        let adds_up = !sums.is_empty()
            && (self.since_last.rows > 1 && sums.agrees_with(&self.since_last)
                || self.all.rows > 1 && sums.agrees_with(&self.all));
        match total_name(cells) {
            _ if has_date => false,
            TotalName::Certain => true,
            TotalName::Possible if adds_up => true,
            _ => {
                let lacks_date = self.plan.date.is_some() && self.dated > 0;
                let lacks_name = self.named > 0 && !self.has_name(cells);
                // Without dates, that both tokens and money add up is no chance.
                let is_both = sums.tokens.is_some() && sums.money.is_some();
                let is_undated = self.plan.date.is_none();
                adds_up && (lacks_date || is_undated && (lacks_name || is_both))
            }
        }
    }

    /// Whether any cell says what the row is about.
    fn has_name(&self, cells: &[Cell<'_>]) -> bool {
        let mut named = [ColumnUse::Team, ColumnUse::Task, ColumnUse::Model].into_iter();
        named.any(|used| self.text(cells, &used).is_some())
    }

    fn cell<'c, 'p>(&self, cells: &'c [Cell<'p>], used: &ColumnUse) -> Option<&'c Cell<'p>> {
        cells.get(self.plan.column(used)?)
    }

    fn text<'p>(&self, cells: &[Cell<'p>], used: &ColumnUse) -> Option<Cow<'p, str>> {
        let cell = self.cell(cells, used)?;
        if words::is_absent(&cell.text) {
            return None;
        }
        Some(match &cell.text {
            Cow::Borrowed(text) => Cow::Borrowed(cell::trimmed(text)),
            Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
        })
    }

    fn time(&self, cells: &[Cell<'_>]) -> Option<NaiveTime> {
        let of_column = self.cell(cells, &ColumnUse::Time);
        let of_column = of_column.and_then(|cell| cell::time_range(&cell.text).ok().flatten());
        let in_date = || date::cell(&cells.get(self.plan.date?)?.text)?.time;
        of_column.map(|range| range.start).or_else(in_date)
    }

    fn days(&mut self, cells: &[Cell<'_>]) -> Days {
        let Some(at) = self.plan.date else {
            let Some(written) = self.plan.heading_date else {
                return Days::Undated;
            };
            return match self.resolve(&written) {
                Ok(read) => Days::Read(read.when),
                Err(_) => Days::Undated,
            };
        };
        let text = cells.get(at).map_or("", |cell| cell.text.trim());
        if words::is_ditto(text)
            && let Some(above) = self.above
        {
            return Days::Read(above.when);
        }
        self.above = None;
        if text.is_empty() || words::is_absent(text) {
            return Days::Undated;
        }
        let of_month = self.plan.period.and_then(|period| period.month);
        let written =
            date::cell(text).or_else(|| date::day_number(text).filter(|_| of_month.is_some()));
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

    /// The figures of a row; whether its tokens are only half of them; and a sum in it that is another one.
    fn figures(&mut self, cells: &[Cell<'_>]) -> (Figures, bool, Option<Tokens>) {
        let plan = self.plan;
        let whole = self.sum_of_tokens(cells, &plan.tokens);
        let input = plan.input.and_then(|at| self.tokens(cells, at));
        let output = plan.output.and_then(|at| self.tokens(cells, at));
        let halves = [input, output].into_iter().flatten();
        let halves = halves
            .map(|figure| figure.used)
            .reduce(|one, two| one + two);
        let has_halves = plan.input.is_some() || plan.output.is_some();
        let is_half = has_halves && input.is_some() != output.is_some();
        let stated = whole.map(|figure| figure.used);
        // The sum is as good as its parts where one of them is missing, unless it is less than that.
        let takes_sum = halves.is_none()
            || is_half
                && plan.halves_first
                && stated
                    .zip(halves)
                    .is_some_and(|(stated, half)| stated.value > half.value);
        let tokens = if takes_sum { stated.or(halves) } else { halves };
        let compared = stated.zip(halves).filter(|(stated, halves)| {
            plan.halves_first && !takes_sum && !stated.agrees_with(halves)
        });
        let pair = whole.and_then(|figure| figure.parts);
        let cache = |figure: Option<TokenFigure>| figure.map(|figure| figure.used);
        let read = plan.column(&ColumnUse::CacheRead);
        let read = cache(read.and_then(|at| self.tokens(cells, at)));
        let write = plan.column(&ColumnUse::CacheWrite);
        let write = cache(write.and_then(|at| self.tokens(cells, at)));
        let cached = read.into_iter().chain(write).reduce(|one, two| one + two);
        let cached = cached.filter(|_| self.conventions.adds_cache);
        let tokens = tokens
            .into_iter()
            .chain(cached)
            .reduce(|one, two| one + two);
        let (cost, currency, is_open) = self.cost(cells);
        let value = |amount: Option<Amount<Tokens>>| amount.map(|amount| amount.value);
        let count = self.cell(cells, &ColumnUse::Deliverables);
        let minutes = self.cell(cells, &ColumnUse::Duration);
        let figures = Figures {
            tokens: tokens.map(|tokens| self.estimated(tokens, &plan.token_columns())),
            classes: TokenClasses {
                input: value(
                    input
                        .map(|figure| figure.used)
                        .or(pair.map(|(input, _)| input)),
                ),
                output: value(
                    output
                        .map(|figure| figure.used)
                        .or(pair.map(|(_, output)| output)),
                ),
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
        let is_half = is_half && !takes_sum;
        (figures, is_half, compared.map(|(stated, _)| stated.value))
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
