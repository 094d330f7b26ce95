//! Writes logs that tokmon did not invent: one table with dates or a heading per day, in several languages and spellings, with sums,
//! gaps and tables that are no usage between.

use chrono::{Datelike as _, NaiveDate, Weekday};

use crate::{
    cells::{DateSpelling, Spelling, absent},
    entries::{Entry, Extras, Measures, entries, measures},
    languages::{LANGUAGES, Language},
    program::{Figures, Reading},
    random::Random,
};

/// After everything in the logs.
pub(crate) const NOW: &str = "2026-06-20T12:00:00Z";

/// A log, and what it says.
pub(crate) struct Log {
    pub(crate) text: String,
    pub(crate) truth: Reading,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Column {
    Date,
    Team,
    Task,
    Tokens,
    Input,
    Output,
    Cost,
    /// The sum of the tokens so far.
    Running,
    Excluded(&'static str),
}

struct Writer<'r> {
    random: &'r mut Random,
    spelling: Spelling,
    measures: Measures,
    columns: Vec<Column>,
    has_subtotals: bool,
    /// The tokens of the rows so far.
    so_far: u64,
    text: String,
    truth: Reading,
}

pub(crate) fn log(random: &mut Random) -> Log {
    let language = &LANGUAGES[index(random, LANGUAGES.len())];
    let measures = measures(random);
    let has_headings = random.below(3) == 0;
    let is_plain = random.below(3) == 0;
    let extras = Extras {
        has_teams: random.below(2) == 0,
        has_ranges: !has_headings && !is_plain && random.below(3) == 0,
        has_undated: !has_headings && !is_plain && random.below(3) == 0,
        has_gaps: !is_plain,
    };
    let entries = entries(random, measures, extras);
    let dates = dates(random, &entries, has_headings, extras.has_ranges);
    let mut writer = Writer {
        columns: columns(
            random,
            language,
            measures,
            (!has_headings, extras.has_teams),
        ),
        has_subtotals: random.below(3) == 0,
        so_far: 0,
        spelling: Spelling {
            language,
            dates,
            // Between thousands, a point says what it means only beside a comma in front of decimals.
            groups: language.marks.0 != '.' || measures.cost,
        },
        random,
        measures,
        text: "# Log 2026\n\n".to_owned(),
        truth: Reading::default(),
    };
    let is_whole = is_plain && measures.tokens && !measures.halves;
    if is_whole && writer.random.below(3) == 0 {
        writer.columns.push(Column::Running);
    }
    for entry in &entries {
        entry.count(&mut writer.truth);
    }
    writer.some_excluded_tables();
    if has_headings {
        writer.days(&entries);
    } else if is_plain && writer.random.below(2) == 0 {
        writer.months(&entries);
    } else {
        writer.heading("Usage");
        writer.table(&entries);
    }
    writer.some_excluded_tables();
    let days: Vec<NaiveDate> = entries.iter().map_while(day).collect();
    if is_plain && days.first() != days.last() && writer.random.below(2) == 0 {
        writer.summary(&entries);
    }
    let mut text = writer.text;
    if writer.random.below(6) == 0 {
        text = format!("\u{feff}{}", text.replace('\n', "\r\n"));
    }
    Log {
        text,
        truth: writer.truth,
    }
}

fn index(random: &mut Random, length: usize) -> usize {
    usize::try_from(random.below(length as u64)).unwrap()
}

fn day(entry: &Entry) -> Option<NaiveDate> {
    entry.days.map(|(from, _)| from)
}

/// How the dates of a log are written. The order of two numbers has to show: one of them is over 12.
fn dates(
    random: &mut Random,
    entries: &[Entry],
    has_headings: bool,
    has_ranges: bool,
) -> DateSpelling {
    let shows_order = entries.iter().filter_map(day).any(|date| date.day() > 12);
    match random.below(9) {
        _ if has_ranges => DateSpelling::Iso,
        0 | 1 => DateSpelling::Iso,
        2 => DateSpelling::Words,
        3 => DateSpelling::WordsWithoutYear,
        _ if has_headings => DateSpelling::Words,
        4 => DateSpelling::WithTime,
        5 => DateSpelling::Slashes,
        6 => DateSpelling::Dots,
        7 if shows_order => DateSpelling::DayFirst,
        8 if shows_order => DateSpelling::MonthFirst,
        _ => DateSpelling::Iso,
    }
}

fn columns(
    random: &mut Random,
    language: &'static Language,
    measures: Measures,
    (has_date, has_team): (bool, bool),
) -> Vec<Column> {
    let excluded = language.excluded_columns;
    let excluded = Column::Excluded(excluded[index(random, excluded.len())]);
    let all = [
        (Column::Date, has_date),
        (Column::Team, has_team),
        (Column::Task, true),
        (Column::Input, measures.halves),
        (Column::Output, measures.halves),
        (
            Column::Tokens,
            measures.tokens && (!measures.halves || measures.sum),
        ),
        (Column::Cost, measures.cost),
        (excluded, random.below(4) == 0),
    ];
    all.iter()
        .filter(|(_, is_there)| *is_there)
        .map(|(column, _)| *column)
        .collect()
}

impl Writer<'_> {
    fn heading(&mut self, text: &str) {
        self.text.push_str("## ");
        self.text.push_str(text);
        self.text.push_str("\n\n");
    }

    fn line(&mut self, cells: &[String]) {
        self.text.push_str("| ");
        self.text.push_str(&cells.join(" | "));
        self.text.push_str(" |\n");
    }

    fn head(&mut self, columns: &[Column]) {
        let language = self.spelling.language;
        let name = |column: &Column| match *column {
            Column::Date => language.date,
            Column::Team => language.team,
            Column::Task => language.task,
            Column::Tokens => language.tokens,
            Column::Input => language.input,
            Column::Output => language.output,
            Column::Cost => language.cost,
            Column::Running => language.total,
            Column::Excluded(header) => header,
        };
        let names: Vec<String> = columns
            .iter()
            .map(|column| name(column).to_owned())
            .collect();
        self.line(&names);
        self.line(&vec!["---".to_owned(); columns.len()]);
    }

    /// A heading and a table for each day.
    fn days(&mut self, entries: &[Entry]) {
        for entries in entries.chunk_by(|one, two| day(one) == day(two)) {
            let date = self.spelling.date(day(&entries[0]).unwrap(), self.random);
            let date = match self.random.below(3) {
                0 => format!("Day · {date}"),
                _ => date,
            };
            self.heading(&date);
            self.table(entries);
        }
    }

    /// A heading and a table for each month.
    fn months(&mut self, entries: &[Entry]) {
        let month = |entry: &Entry| day(entry).unwrap().format("%Y-%m").to_string();
        for entries in entries.chunk_by(|one, two| month(one) == month(two)) {
            self.heading(&month(&entries[0]));
            self.table(entries);
        }
    }

    fn table(&mut self, entries: &[Entry]) {
        let columns = self.columns.clone();
        self.head(&columns);
        self.so_far = 0;
        let mut since: Vec<Entry> = Vec::new();
        for (at, entry) in entries.iter().enumerate() {
            let cells: Vec<String> = columns
                .iter()
                .map(|column| self.cell(*column, entry))
                .collect();
            self.line(&cells);
            since.push(*entry);
            let is_last_of_day = entries.get(at + 1).map(day) != Some(day(entry));
            if self.has_subtotals && is_last_of_day && since.len() > 1 {
                let name = self.spelling.language.subtotal;
                self.sums(&columns, &std::mem::take(&mut since), name);
            }
        }
        if self.random.below(2) == 0 {
            self.sums(&columns, entries, self.spelling.language.total);
        }
        self.text.push('\n');
    }

    fn cell(&mut self, column: Column, entry: &Entry) -> String {
        let sum = |one: Option<u64>, two: Option<u64>| {
            let all = one.into_iter().chain(two);
            all.reduce(|one, two| one + two)
        };
        match column {
            Column::Date => self.dates_of(entry),
            Column::Team => entry.team.unwrap_or_default().to_owned(),
            Column::Task => format!(
                "task {}",
                (b'a' + u8::try_from(self.random.below(20)).unwrap()) as char
            ),
            Column::Tokens => {
                let counts = !self.measures.halves;
                self.tokens(sum(entry.input, entry.output), counts)
            }
            Column::Input => self.tokens(entry.input, true),
            Column::Output => self.tokens(entry.output, true),
            Column::Cost => match entry.cents {
                Some(cents) => self.spelling.money(cents),
                None => absent(self.random).to_owned(),
            },
            Column::Running => {
                self.so_far += entry.input.unwrap_or_default();
                self.so_far.to_string()
            }
            Column::Excluded(_) => (3_000_000 + self.random.below(5) * 1_000).to_string(),
        }
    }

    fn dates_of(&mut self, entry: &Entry) -> String {
        match entry.days {
            None => String::new(),
            Some((from, to)) if from < to => format!("{from} to {to}"),
            Some((date, _)) => self.spelling.date(date, self.random),
        }
    }

    /// A figure. The sum of all is an estimate if any that counts is.
    fn tokens(&mut self, tokens: Option<u64>, counts: bool) -> String {
        let Some(tokens) = tokens else {
            return absent(self.random).to_owned();
        };
        let (text, is_estimated) = self.spelling.tokens(tokens, self.random);
        self.truth.is_estimated.0 |= is_estimated && counts;
        text
    }

    /// A row that states the sum of others.
    fn sums(&mut self, columns: &[Column], entries: &[Entry], name: &str) {
        let mark = if self.random.below(2) == 0 { "**" } else { "" };
        let sum = |of: fn(&Entry) -> Option<u64>| {
            let figures = entries.iter().filter_map(of);
            figures.reduce(|one, two| one + two)
        };
        let plain = |sum: Option<u64>| sum.map_or_else(String::new, |sum| sum.to_string());
        let mut cells: Vec<String> = columns
            .iter()
            .map(|column| match column {
                Column::Tokens => plain(sum(|entry| entry.figures().tokens)),
                Column::Input => plain(sum(|entry| entry.input)),
                Column::Output => plain(sum(|entry| entry.output)),
                Column::Cost => {
                    let cents = sum(|entry| entry.cents);
                    cents.map_or_else(String::new, |cents| self.spelling.money(cents))
                }
                _ => String::new(),
            })
            .collect();
        // The first cell, or the one beside an empty one for the date.
        let is_second = columns[0] == Column::Date && self.random.below(3) == 0;
        cells[usize::from(is_second)] = format!("{mark}{name}{mark}");
        self.line(&cells);
    }

    /// Tables of something else than usage, with dates and figures.
    fn some_excluded_tables(&mut self) {
        let headings = self.spelling.language.excluded;
        for _ in 0..self.random.below(3) {
            let heading = headings[index(self.random, headings.len())];
            self.heading(heading);
            let columns = [Column::Date, Column::Task, Column::Tokens, Column::Cost];
            self.head(&columns);
            for _ in 0..=self.random.below(2) {
                let day = 14 + u32::try_from(self.random.below(14)).unwrap();
                let date = NaiveDate::from_ymd_opt(2026, 5, day).unwrap();
                let cells = [
                    self.spelling.date(date, self.random),
                    "task".to_owned(),
                    (1 + self.random.below(9_000_000)).to_string(),
                    self.spelling.money(1 + self.random.below(99_999)),
                ];
                self.line(&cells);
            }
            self.text.push('\n');
        }
    }

    /// The same spending once more, a row for each day, week or month.
    fn summary(&mut self, entries: &[Entry]) {
        let span = self.random.below(3);
        self.heading(["Each day", "Each week", "Each month"][usize::try_from(span).unwrap()]);
        let key = |entry: &Entry| {
            let day = day(entry).unwrap();
            match span {
                0 => (day, day.to_string()),
                1 => {
                    let week = day.week(Weekday::Mon);
                    let (from, to) = (week.first_day(), week.last_day());
                    (from, format!("{from} to {to}"))
                }
                _ => (day.with_day(1).unwrap(), day.format("%Y-%m").to_string()),
            }
        };
        let columns = [
            (Column::Date, true),
            (Column::Tokens, self.measures.tokens),
            (Column::Cost, self.measures.cost),
        ];
        let columns: Vec<Column> = columns
            .iter()
            .filter(|(_, is_there)| *is_there)
            .map(|(column, _)| *column)
            .collect();
        self.head(&columns);
        for entries in entries.chunk_by(|one, two| key(one) == key(two)) {
            let mut sum = Figures::default();
            for entry in entries {
                sum.add(entry.figures());
            }
            let (from, written) = key(&entries[0]);
            let mut cells = vec![if span == 0 {
                self.spelling.date(from, self.random)
            } else {
                written
            }];
            cells.extend(sum.tokens.map(|tokens| tokens.to_string()));
            let cents = sum
                .nanos
                .map(|nanos| u64::try_from(nanos / 10_000_000).unwrap());
            cells.extend(cents.map(|cents| self.spelling.money(cents)));
            self.line(&cells);
        }
    }
}
