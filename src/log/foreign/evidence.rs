//! The first reading of a log: what its columns hold, by their headers and by how many of their cells can be read so. Counts, and keeps
//! no row.

use std::collections::{BTreeMap, HashMap};

use super::{
    date::{self, DateEvidence, HeadingPeriod, WrittenDate},
    figure::{self, DecimalEvidence, FigureError, FigureStyle},
    header::{self, HeaderMeaning, HeadingMeaning, Kind, Part, Quantity},
    headings::{Headings, OpenHeading},
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
    /// Whether a heading below the title names tokens, and whether the title does.
    names_tokens: bool,
    title_names_tokens: bool,
}

#[derive(Debug)]
pub(super) struct ColumnEvidence {
    pub(super) header: String,
    pub(super) meaning: HeaderMeaning,
    /// Filled cells of rows that are no totals.
    pub(super) filled: u64,
    /// Those of them that are wholly tokens, or money.
    pub(super) tokens: u64,
    pub(super) money: u64,
    /// Those of money with the sign of a currency.
    pub(super) signed: u64,
    pub(super) dates: u64,
    /// Cells that are days of the month, if the headings name one.
    day_numbers: u64,
    /// Of a header that says of no figure what it is, cells with a thousand or more, or with a word for tokens.
    large: u64,
    /// Of a column of times, cells with a digit.
    digits: u64,
    /// Its header says figures of something, and nothing says that they are tokens or money.
    pub(super) lacks_unit: bool,
    /// A cell has a sign that is that of the yen and of the yuan.
    has_yen: bool,
    pub(super) date_evidence: DateEvidence,
    decimal: DecimalEvidence,
    /// The other columns of whose values its own are the sum so far.
    running: Vec<RunningTotal>,
    /// How similar its values are to those of the other columns.
    similar: Vec<Similarity>,
}

/// How many rows have values in two columns, and how many of these values differ by a quarter at most.
#[derive(Clone, Copy, Debug)]
struct Similarity {
    column: usize,
    rows: u64,
    similar: u64,
}

impl Similarity {
    const fn of(column: usize) -> Self {
        Self {
            column,
            rows: 0,
            similar: 0,
        }
    }

    fn note(&mut self, one: u128, other: u128) {
        let (less, more) = (one.min(other), one.max(other));
        self.rows += 1;
        self.similar += u64::from(more - less <= more / 4);
    }

    const fn add(&mut self, other: &Self) {
        if self.column == other.column {
            self.rows += other.rows;
            self.similar += other.similar;
        }
    }
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
            large: 0,
            digits: 0,
            lacks_unit: false,
            has_yen: false,
            date_evidence: DateEvidence::default(),
            decimal: DecimalEvidence::default(),
            running: Vec::new(),
            similar: Vec::new(),
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
        self.large += other.large;
        self.digits += other.digits;
        for (sum, other) in self.similar.iter_mut().zip(&other.similar) {
            sum.add(other);
        }
        if self.similar.is_empty() {
            self.similar.clone_from(&other.similar);
        }
    }

    fn take_counts(&mut self, other: &Self) {
        self.filled = other.filled;
        self.tokens = other.tokens;
        self.money = other.money;
        self.signed = other.signed;
        self.dates = other.dates;
        self.day_numbers = other.day_numbers;
        self.large = other.large;
        self.digits = other.digits;
        self.similar.clone_from(&other.similar);
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

    /// Whether its cells are rather days of a month that a heading names than dates: `10-11` is a range then.
    pub(super) const fn has_day_numbers(&self) -> bool {
        self.day_numbers > 0 && self.day_numbers >= self.dates
    }

    /// Whether its values are much the same as those of another column, so that both show one amount.
    pub(super) fn is_similar_to(&self, column: usize) -> bool {
        let mut others = self.similar.iter();
        others.any(|other| {
            other.column == column && other.rows > 0 && is_mostly(other.similar, other.rows)
        })
    }

    /// Whether its header is one for figures of anything: `Total`, `Used`.
    const fn is_vague(&self) -> bool {
        matches!(self.meaning.kind, Kind::Measure(Quantity::Either, _))
    }

    /// `Time` above names is the Portuguese word for a team.
    fn is_named_time(&self) -> bool {
        let is_time = self.meaning.kind == Kind::Time && words::fold(&self.header) == "time";
        is_time && self.filled > 0 && self.digits == 0
    }

    fn note(&mut self, text: &str) {
        if text.trim().is_empty() || words::is_ditto(text) {
            return;
        }
        if self.meaning.kind == Kind::Time {
            let is_name = !words::is_absent(text);
            self.filled += u64::from(is_name);
            let is_time = text.contains(char::is_numeric) || words::is_part_of_day(text);
            self.digits += u64::from(is_time);
            return;
        }
        if matches!(self.meaning.kind, Kind::Date | Kind::End) {
            self.filled += 1;
            self.day_numbers += u64::from(date::day_number(text).is_some());
            if let Some(written) = date::cell(text) {
                self.dates += 1;
                self.date_evidence.note(&written);
            }
            return;
        }
        if self.part().is_none() || words::is_absent(text) {
            return;
        }
        self.filled += 1;
        self.decimal.note(text);
        let tokens = figure::tokens(text, &self.style());
        self.tokens += u64::from(is_figure(&tokens));
        if self.is_vague() {
            let is_large = matches!(tokens, Ok(Some(figure)) if figure.used.value.0 >= 1_000);
            self.large += u64::from(is_large || words::names_tokens(text));
        }
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

/// At least 60% of the filled cells.
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
                let before = values.keys().filter(|other| *other < at);
                column.similar = before.map(|other| Similarity::of(*other)).collect();
            }
            let Some(value) = *value else { continue };
            for similar in &mut column.similar {
                if let Some(Some(other)) = values.get(&similar.column) {
                    similar.note(value, *other);
                }
            }
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

impl TableEvidence {
    /// Decides with all that is known what columns are whose headers say too little.
    fn settle_columns(&mut self) {
        let has = |kind: Kind| {
            self.columns
                .iter()
                .any(|column| column.meaning.kind == kind)
        };
        let has_team = has(Kind::Team);
        let has_tokens = self.columns.iter().any(|column| {
            let kind = column.meaning.kind;
            matches!(kind, Kind::Measure(Quantity::Tokens, _))
        });
        // A table with columns of unknown names may be about anything, even in a log of tokens.
        let by_title = self.title_names_tokens && !has(Kind::Other);
        let says_tokens = has_tokens || self.names_tokens || by_title;
        for column in &mut self.columns {
            if !has_team && column.is_named_time() {
                column.meaning.kind = Kind::Team;
            }
            let is_money = column.signed * 2 > column.filled;
            if !column.is_vague() || is_money {
                continue;
            }
            let is_known = !column.meaning.has_other_words || header::names_models(&column.header);
            let is_large = column.large * 2 > column.filled;
            let are_tokens = is_mostly(column.tokens, column.filled);
            if !are_tokens || !is_known || !(says_tokens || is_large) {
                column.lacks_unit = is_mostly(column.money, column.filled);
                column.meaning.kind = Kind::Other;
            }
        }
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
            table.settle_columns();
        }
    }
}

impl Evidence {
    /// What the headings say about a table here, and the nearest date in them.
    fn of_headings(&self) -> (HeadingMeaning, Option<(WrittenDate, usize)>) {
        let headings = &self.headings;
        let Some(nearest) = headings.nearest() else {
            return (HeadingMeaning::default(), None);
        };
        let mut meaning = header::heading(&nearest.text);
        // The title of a log says nothing about single tables.
        meaning.exclusion = meaning.exclusion.filter(|_| !nearest.is_title());
        // A label takes nothing back of what the heading above it says.
        let above = headings.heading().filter(|heading| !heading.is_title());
        if meaning.exclusion.is_none()
            && let Some(heading) = above.filter(|heading| heading.line != nearest.line)
        {
            meaning.exclusion = header::heading(&heading.text).exclusion;
        }
        let dated = headings.dated().filter(|dated| {
            // A plan below `# Project June 2026` is no usage of June.
            let is_of_other = dated.is_title() && dated.is_month() && !nearest.is_title();
            !is_of_other || meaning.is_usage || header::names_usage(&dated.text)
        });
        let dated = dated.and_then(|heading| Some((heading.date?, heading.line)));
        (meaning, dated)
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
        let opened = self.headings.heading();
        if let Some(written) = opened.and_then(|heading| heading.date) {
            self.dates.note(&written);
        }
    }

    fn label(&mut self, text: &str, place: Place) {
        self.headings.label(text, place.line);
    }

    fn line(&mut self, text: &str, place: Place, _: &mut Emitter<'_>) {
        if self.headings.label_line() != Some(place.line) {
            self.headings.close_label();
        }
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
        let title = self.headings.title();
        let names_tokens = |heading: Option<&OpenHeading>| {
            heading.is_some_and(|heading| words::names_tokens(&heading.text))
        };
        let below_title = nearest.filter(|heading| !heading.is_title());
        let (heading_meaning, dated) = self.of_headings();
        self.tables.push(TableEvidence {
            place: head.place,
            heading: nearest.map(|heading| (heading.text.clone(), heading.line)),
            heading_meaning,
            dated,
            period: self.headings.period(),
            names_tokens: names_tokens(below_title),
            title_names_tokens: names_tokens(title),
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
        self.headings.close_label();
        let Some(table) = self.tables.last() else {
            return;
        };
        for column in &table.columns {
            self.decimal.merge(column.decimal);
            self.dates.merge(column.date_evidence);
        }
    }
}
