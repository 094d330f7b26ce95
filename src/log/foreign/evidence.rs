//! The first reading of a log: what its columns hold, by their headers and by how many of their cells can be read so. Counts, and keeps
//! no row.

use std::collections::{BTreeMap, HashMap};

use super::{
    date::{self, DateEvidence, HeadingPeriod, WrittenDate},
    figure::{self, DecimalEvidence, FigureError, FigureStyle},
    header::{self, HeaderMeaning, HeadingMeaning, Kind, Part, Quantity},
    headings::Headings,
    outline::{OutlineRow, OutlineVisitor, TableHead},
    words::{self, TotalName},
};
use crate::{
    log::{Cell, emitter::Emitter},
    model::Currency,
    text::Place,
};

/// What is known of a table once all of its rows were seen.
#[derive(Debug)]
pub(super) struct TableEvidence {
    pub(super) place: Place,
    /// The nearest heading: its text and its line.
    pub(super) heading: Option<(String, usize)>,
    pub(super) heading_meaning: HeadingMeaning,
    /// The nearest heading with a date: the date, and the line.
    pub(super) dated: Option<(WrittenDate, usize)>,
    /// The year and the month that the headings name.
    pub(super) period: Option<HeadingPeriod>,
    pub(super) columns: Vec<ColumnEvidence>,
    pub(super) rows: u64,
    /// The sums of the columns of figures so far.
    sums: BTreeMap<usize, u128>,
    /// A note says that rows with a `*` are projected.
    pub(super) projects_marked: bool,
}

#[derive(Debug)]
pub(super) struct ColumnEvidence {
    pub(super) header: String,
    pub(super) meaning: HeaderMeaning,
    /// Cells of rows that are no totals, and that say anything.
    pub(super) filled: u64,
    /// Those of them that are wholly tokens, or money.
    pub(super) tokens: u64,
    pub(super) money: u64,
    /// Those of money with the sign of a currency.
    pub(super) signed: u64,
    pub(super) dates: u64,
    /// Cells that are days of the month, if the headings name one.
    day_numbers: u64,
    /// A cell has a sign that is that of the yen and of the yuan.
    has_yen: bool,
    pub(super) date_evidence: DateEvidence,
    decimal: DecimalEvidence,
    /// The other columns of whose values its own are the sum so far.
    running: Vec<RunningTotal>,
}

/// A column that is the sum of the values of another one so far.
#[derive(Debug)]
struct RunningTotal {
    column: usize,
    rows: u64,
    /// A value differs from that of the other column in the same row.
    differs: bool,
}

impl RunningTotal {
    const fn of(column: usize) -> Self {
        Self {
            column,
            rows: 0,
            differs: false,
        }
    }
}

/// In place of the index of a column: tokens in and out together.
pub(super) const IN_AND_OUT: usize = usize::MAX;

impl ColumnEvidence {
    fn new(header: &str) -> Self {
        Self {
            header: header.chars().take(80).collect(),
            meaning: header::column(header),
            filled: 0,
            tokens: 0,
            money: 0,
            signed: 0,
            dates: 0,
            day_numbers: 0,
            has_yen: false,
            date_evidence: DateEvidence::default(),
            decimal: DecimalEvidence::default(),
            running: Vec::new(),
        }
    }

    pub(super) const fn style(&self) -> FigureStyle {
        FigureStyle {
            decimal: None,
            power: self.meaning.power,
            currency: self.meaning.currency,
            is_pair: self.meaning.is_pair,
        }
    }

    /// What its figures count, with what the cells show. None where it is no measure: too few of its cells are figures.
    pub(super) fn quantity(&self) -> Option<Quantity> {
        let Kind::Measure(quantity, _) = self.meaning.kind else {
            return None;
        };
        let quantity = match quantity {
            Quantity::Either if self.signed * 2 > self.filled => Quantity::Money,
            Quantity::Either => Quantity::Tokens,
            quantity => quantity,
        };
        let read = match quantity {
            Quantity::Money => self.money,
            _ => self.tokens,
        };
        is_mostly(read, self.filled).then_some(quantity)
    }

    pub(super) const fn part(&self) -> Option<Part> {
        match self.meaning.kind {
            Kind::Measure(_, part) => Some(part),
            _ => None,
        }
    }

    /// Adds what the same column of a table with the same headers holds.
    fn add(&mut self, other: &Self) {
        self.filled += other.filled;
        self.tokens += other.tokens;
        self.money += other.money;
        self.signed += other.signed;
        self.dates += other.dates;
        self.day_numbers += other.day_numbers;
    }

    fn take_counts(&mut self, other: &Self) {
        self.filled = other.filled;
        self.tokens = other.tokens;
        self.money = other.money;
        self.signed = other.signed;
        self.dates = other.dates;
        self.day_numbers = other.day_numbers;
    }

    /// Whether its cells are dates, or days of a month that is known.
    pub(super) fn is_dated(&self, has_month: bool) -> bool {
        let dates = self.dates + if has_month { self.day_numbers } else { 0 };
        dates > 0 && is_mostly(dates, self.filled)
    }

    /// Whether each of its values is the sum of those of another column so far.
    pub(super) fn is_running_total_of(&self, column: usize) -> bool {
        let mut others = self.running.iter();
        others.any(|other| other.column == column && other.differs && other.rows > 1)
    }

    fn note(&mut self, text: &str) {
        if text.trim().is_empty() || words::is_ditto(text) {
            return;
        }
        if matches!(self.meaning.kind, Kind::Date | Kind::End) {
            self.filled += 1;
            match date::cell(text) {
                Some(written) => {
                    self.dates += 1;
                    self.date_evidence.note(&written);
                }
                None => self.day_numbers += u64::from(date::day_number(text).is_some()),
            }
            return;
        }
        if self.part().is_none() || words::is_absent(text) {
            return;
        }
        self.filled += 1;
        self.decimal.note(text);
        self.tokens += u64::from(is_figure(&figure::tokens(text, &self.style())));
        self.money += u64::from(is_figure(&figure::money(text, &self.style())));
        self.signed += u64::from(figure::has_currency(text));
        self.has_yen |= text.contains(['¥', '￥']);
    }

    /// The value of a cell, for comparing columns.
    fn value(&self, text: &str) -> Option<u128> {
        let Kind::Measure(quantity, _) = self.meaning.kind else {
            return None;
        };
        let tokens = || {
            figure::tokens(text, &self.style())
                .ok()?
                .map(|cell| cell.used.value.0.into())
        };
        let money = || {
            figure::money(text, &self.style())
                .ok()?
                .map(|cell| cell.amount.value.into())
        };
        match quantity {
            Quantity::Money => money(),
            Quantity::Either if figure::has_currency(text) => money(),
            Quantity::Tokens | Quantity::Either => tokens(),
        }
    }
}

/// At least 60% of what says anything.
fn is_mostly(read: u64, filled: u64) -> bool {
    read * 10 >= filled * 6
}

fn is_figure<T>(read: &figure::ParsedFigure<T>) -> bool {
    matches!(read, Ok(Some(_)) | Err(FigureError::Ambiguous))
}

impl TableEvidence {
    fn row(&mut self, cells: &[Cell<'_>]) {
        let is_empty = cells.iter().all(|cell| cell.text.trim().is_empty());
        if is_empty || is_named_total(cells) {
            return;
        }
        self.rows += 1;
        for (column, cell) in self.columns.iter_mut().zip(cells) {
            column.note(&cell.text);
        }
        self.compare(cells);
    }

    /// Compares the columns of figures of one row with those of the rows so far.
    fn compare(&mut self, cells: &[Cell<'_>]) {
        let values = self.values(cells);
        for (at, value) in &values {
            let sum = self.sums.entry(*at).or_default();
            *sum = sum.saturating_add(value.unwrap_or(0));
        }
        for (at, value) in &values {
            let Some(column) = self.columns.get_mut(*at) else {
                continue;
            };
            if self.rows == 1 {
                let others = values.keys().filter(|other| *other != at);
                column.running = others.map(|other| RunningTotal::of(*other)).collect();
            }
            let Some(value) = *value else { continue };
            column.running.retain_mut(|running| {
                running.rows += 1;
                running.differs |= values.get(&running.column) != Some(&Some(value));
                self.sums.get(&running.column) == Some(&value)
            });
        }
    }

    /// The values of the columns of figures in a row, and of in and out together.
    fn values(&self, cells: &[Cell<'_>]) -> BTreeMap<usize, Option<u128>> {
        /// A table with more columns of figures is no log of usage.
        const MOST: usize = 8;
        let figures = self.columns.iter().enumerate();
        let figures = figures.filter(|(_, column)| column.part().is_some());
        let value = |(at, column): (usize, &ColumnEvidence)| {
            (at, cells.get(at).and_then(|cell| column.value(&cell.text)))
        };
        let mut values: BTreeMap<usize, Option<u128>> = figures.take(MOST).map(value).collect();
        let is_half = |at: &usize| {
            let column = self.columns.get(*at);
            matches!(
                column.map(|column| column.meaning.kind),
                Some(Kind::Measure(Quantity::Tokens, Part::In | Part::Out))
            )
        };
        let halves = values.iter().filter(|(at, _)| is_half(at));
        let both = halves
            .filter_map(|(_, value)| *value)
            .reduce(u128::saturating_add);
        values.insert(IN_AND_OUT, both);
        values
    }
}

/// Whether the first cell of a row that says anything is the name of a sum.
pub(super) fn is_named_total(cells: &[Cell<'_>]) -> bool {
    total_name(cells) == TotalName::Certain
}

pub(super) fn total_name(cells: &[Cell<'_>]) -> TotalName {
    let mut filled = cells.iter().filter(|cell| !cell.text.trim().is_empty());
    filled
        .next()
        .map_or(TotalName::No, |cell| words::total_name(&cell.text))
}

/// What a log shows by itself.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    pub(super) tables: Vec<TableEvidence>,
    pub(super) decimal: DecimalEvidence,
    pub(super) dates: DateEvidence,
    headings: Headings,
    script: Script,
}

/// The scripts that the log is written in, beside the Latin one.
#[derive(Debug, Default)]
struct Script {
    has_han: bool,
    has_kana: bool,
}

impl Script {
    fn note(&mut self, text: &str) {
        self.has_han |= text.contains(|c| matches!(c, '\u{4e00}'..='\u{9fff}'));
        self.has_kana |= text.contains(|c| matches!(c, '\u{3040}'..='\u{30ff}'));
    }

    const fn is_chinese(&self) -> bool {
        self.has_han && !self.has_kana
    }
}

impl Evidence {
    /// Takes tables with the same headers for parts of one: each of them may have few rows. Also decides what a yen or yuan sign means.
    pub(super) fn pool(&mut self) {
        let alike = alike(&self.tables);
        let mut pools: BTreeMap<usize, Vec<ColumnEvidence>> = BTreeMap::new();
        for (table, group) in self.tables.iter().zip(&alike) {
            let headers = table.columns.iter();
            let new = || {
                headers
                    .map(|column| ColumnEvidence::new(&column.header))
                    .collect()
            };
            let pool = pools.entry(*group).or_insert_with(new);
            for (sum, column) in pool.iter_mut().zip(&table.columns) {
                sum.add(column);
            }
        }
        let yuan = Currency::parse("CNY").filter(|_| self.script.is_chinese());
        for (table, group) in self.tables.iter_mut().zip(alike) {
            let Some(pool) = pools.get(&group) else {
                continue;
            };
            for (column, sum) in table.columns.iter_mut().zip(pool) {
                column.take_counts(sum);
                if column.has_yen {
                    column.meaning.currency = column.meaning.currency.or(yuan);
                }
            }
        }
    }
}

/// The number of the first table with the same headers, for each table.
pub(super) fn alike(tables: &[TableEvidence]) -> Vec<usize> {
    let mut first: HashMap<Vec<&str>, usize> = HashMap::new();
    let mut groups = Vec::with_capacity(tables.len());
    for (at, table) in tables.iter().enumerate() {
        let headers = table.columns.iter().map(|column| column.header.as_str());
        groups.push(*first.entry(headers.collect()).or_insert(at));
    }
    groups
}

impl OutlineVisitor for Evidence {
    fn heading(&mut self, level: u8, text: &str, place: Place) {
        self.script.note(text);
        self.headings.open(level, text, place.line);
    }

    fn label(&mut self, text: &str, place: Place) {
        self.headings.label(text, place.line);
    }

    fn line(&mut self, text: &str, _: Place, _: &mut Emitter<'_>) {
        self.script.note(text);
        if text.contains('*')
            && words::says_projected(text)
            && let Some(table) = self.tables.last_mut()
        {
            table.projects_marked = true;
        }
    }

    fn table(&mut self, head: &TableHead, _: &mut Emitter<'_>) {
        for header in &head.headers {
            self.script.note(header);
        }
        let nearest = self.headings.nearest();
        // The title of a log says nothing about single tables.
        let meaning = nearest.filter(|heading| heading.level > 1);
        let dated = self.headings.dated();
        let dated = dated.and_then(|heading| Some((heading.date?, heading.line)));
        self.tables.push(TableEvidence {
            place: head.place,
            heading: nearest.map(|heading| (heading.text.clone(), heading.line)),
            heading_meaning: match (meaning, nearest) {
                (Some(heading), _) => header::heading(&heading.text),
                (None, Some(title)) => HeadingMeaning {
                    exclusion: None,
                    ..header::heading(&title.text)
                },
                (None, None) => HeadingMeaning::default(),
            },
            dated,
            period: self.headings.period(),
            columns: head
                .headers
                .iter()
                .map(|header| ColumnEvidence::new(header))
                .collect(),
            rows: 0,
            sums: BTreeMap::new(),
            projects_marked: false,
        });
    }

    fn row(&mut self, row: &OutlineRow<'_, '_>, _: &mut Emitter<'_>) {
        if let Some(table) = self.tables.last_mut()
            && !row.is_unterminated
        {
            table.row(row.cells);
        }
    }

    fn end_table(&mut self, _: &mut Emitter<'_>) {
        let Some(table) = self.tables.last() else {
            return;
        };
        for column in &table.columns {
            self.decimal.merge(column.decimal);
            self.dates.merge(column.date_evidence);
        }
    }
}
