//! What the tables of a log were taken for: in a line, in the list of `check --tables`, and as the reason why nothing in a file counts.

use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;

use super::{Format, OutputStyle, StyledLine, counted, cut, json, sanitize, width};
use crate::{
    analysis::{LogReport, UndatedReport},
    model::{
        ColumnReading, ColumnUse, Dating, DecimalMark, FirstNumber, LeftOut, LogReading,
        ReadingAssumption, TableReading, TableUse, Tokens, YearSource,
    },
    render::Cell,
};

/// Bumped only when a key is removed, renamed or changes its meaning.
const VERSION: u32 = 1;

/// The tables that a line names at most, of those that are read and of those that are not.
const NAMED: usize = 3;

/// The tables that are listed where nothing counts.
const LISTED: usize = 12;

/// The widest heading or header that is shown whole, in cells.
const WIDEST: usize = 40;

/// How a log in another form was read: which of its tables, and what was assumed.
pub fn lines(
    tables: &[TableReading],
    assumptions: &[ReadingAssumption],
    style: OutputStyle,
) -> Vec<String> {
    let read = (!tables.is_empty()).then(|| tables_line(tables, style));
    read.into_iter()
        .chain(assumptions_line(assumptions))
        .collect()
}

/// The same in a few words: `read 2 of 5 tables: tokmon check --tables`.
pub fn in_short(log: &LogReport) -> Option<String> {
    let (tables, read) = (log.tables.len(), log.tables.iter());
    let read = read.filter(|table| table.counts()).count();
    (tables > 0).then(|| {
        format!(
            "read {} of {}: `tokmon check --tables` lists them",
            Tokens(read as u64),
            counted(tables, "table")
        )
    })
}

/// `read 2 of 3 tables: "Log" (line 9, date column), "Day 1" (line 22, date from its heading); left out: "Pricing" (line 40, prices)`.
fn tables_line(tables: &[TableReading], style: OutputStyle) -> String {
    let of = |taken: fn(&TableUse) -> bool| {
        let some = tables.iter().filter(|table| taken(&table.taken));
        some.collect::<Vec<_>>()
    };
    let groups = [
        ("", of(|taken| !is_summary(taken) && !is_left_out(taken))),
        ("summaries of these: ", of(is_summary)),
        ("left out: ", of(is_left_out)),
    ];
    let is_short = groups.iter().all(|(_, tables)| tables.len() <= NAMED + 1);
    let count = groups.first().map_or(0, |(_, read)| read.len());
    let parts = groups.iter().filter(|(_, tables)| !tables.is_empty());
    let parts = parts.map(|(name, tables)| format!("{name}{}", named(tables, style)));
    let parts: Vec<String> = parts.collect();
    let list = if is_short {
        ""
    } else {
        "; `tokmon check --tables` lists all"
    };
    format!(
        "read {} of {}: {}{list}",
        Tokens(count as u64),
        counted(tables.len(), "table"),
        parts.join("; ")
    )
}

const fn is_summary(taken: &TableUse) -> bool {
    matches!(taken, TableUse::Summary { .. })
}

const fn is_left_out(taken: &TableUse) -> bool {
    matches!(taken, TableUse::LeftOut(_))
}

/// The first of some tables, and the number of the others.
fn named(tables: &[&TableReading], style: OutputStyle) -> String {
    // A number in place of a single one would be no shorter.
    let shown = match tables.len() {
        most if most <= NAMED + 1 => most,
        _ => NAMED,
    };
    let one = |table: &&TableReading| {
        let what = match &table.taken {
            TableUse::Counted(dating) => dated(*dating).to_owned() + &running_totals(table, style),
            TableUse::Section { section } => (*section).to_owned(),
            TableUse::Summary { .. } => String::new(),
            TableUse::LeftOut(why) => left_out(why, style),
        };
        let between = if what.is_empty() { "" } else { ", " };
        let line = Tokens(table.place.line as u64);
        match name(table, style) {
            Some(name) => format!("{name} (line {line}{between}{what})"),
            None if what.is_empty() => format!("line {line}"),
            None => format!("line {line} ({what})"),
        }
    };
    let names: Vec<String> = tables.iter().take(shown).map(one).collect();
    match tables.len() - shown {
        0 => names.join(", "),
        more => format!("{} and {} more", names.join(", "), Tokens(more as u64)),
    }
}

/// The heading above a table, in quotation marks.
fn name(table: &TableReading, style: OutputStyle) -> Option<String> {
    let heading = table.heading.as_deref()?.trim();
    (!heading.is_empty()).then(|| quoted(heading, style))
}

fn quoted(text: &str, style: OutputStyle) -> String {
    format!("\"{}\"", cut(&sanitize(text), WIDEST, style.ellipsis()))
}

/// `, "Balance" is a running total`, of a column that is not counted although it has figures.
fn running_totals(table: &TableReading, style: OutputStyle) -> String {
    let columns = table.columns.iter();
    let running = columns.filter(|column| column.taken == ColumnUse::RunningTotal);
    let text = running.map(|column| {
        let header = quoted(column.header.trim(), style);
        format!(", {header} is a running total")
    });
    text.collect()
}

const fn dated(dating: Dating) -> &'static str {
    match dating {
        Dating::Column => "date column",
        Dating::Heading { .. } => "date from its heading",
        Dating::None => "no dates",
    }
}

/// Why a table is left out, in a word or two.
fn left_out(why: &LeftOut, style: OutputStyle) -> String {
    match why {
        LeftOut::Ignored => "ignored".to_owned(),
        LeftOut::Excluded { about, .. } => (*about).to_owned(),
        LeftOut::NoFigures => "no tokens or money".to_owned(),
        LeftOut::FewFigures { header, .. } => {
            format!("few figures in {}", quoted(header, style))
        }
        LeftOut::NoUnit { header } => {
            format!("neither tokens nor money in {}", quoted(header, style))
        }
        LeftOut::Estimate => "an estimate".to_owned(),
        LeftOut::NoRows => "no rows".to_owned(),
        LeftOut::NoDate => "no dates".to_owned(),
        LeftOut::InNoSection => "in no section of the log".to_owned(),
    }
}

/// What dates and figures do not say, and what was taken for it.
fn assumptions_line(assumptions: &[ReadingAssumption]) -> Option<String> {
    let years = |source: YearSource| {
        let years = assumptions.iter().filter_map(|assumed| match assumed {
            ReadingAssumption::Year { year, from } if *from == source => Some(year.to_string()),
            _ => None,
        });
        let years: Vec<String> = years.collect();
        let shown = match years.as_slice() {
            [] => return None,
            [first, .., last] => format!("{first} to {last}"),
            [only] => only.clone(),
        };
        let why = match source {
            YearSource::Heading => "as headings say",
            YearSource::Settings => "as [read] in tokmon.toml says",
            YearSource::Today => "the latest that is not in the future",
        };
        Some(format!("dates without a year are of {shown}, {why}"))
    };
    let others = assumptions.iter().filter_map(|assumed| match assumed {
        ReadingAssumption::Year { .. } => None,
        ReadingAssumption::DateOrder { first } => {
            let first = match first {
                FirstNumber::Day => "the day",
                FirstNumber::Month => "the month",
                FirstNumber::Year => "the year",
            };
            Some(format!("{first} is first in dates, as others show"))
        }
        ReadingAssumption::DecimalMark { mark } => {
            let mark = match mark {
                DecimalMark::Comma => "comma",
                DecimalMark::Point => "point",
            };
            Some(format!("the decimal mark is a {mark}, as figures show"))
        }
        ReadingAssumption::AddedUp { lines, is_whole } => Some(added_up(lines, *is_whole)),
    });
    let sources = [YearSource::Heading, YearSource::Settings, YearSource::Today];
    let all: Vec<String> = sources
        .into_iter()
        .filter_map(years)
        .chain(others)
        .collect();
    (!all.is_empty()).then(|| format!("assumed: {}", all.join("; ")))
}

/// `tables with days in common add up (lines 9 and 22)`.
fn added_up(lines: &[usize], is_whole: bool) -> String {
    let shown = lines.iter().take(NAMED).map(usize::to_string);
    let shown: Vec<String> = shown.collect();
    let more = match lines.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let lines = if shown.is_empty() {
        String::new()
    } else {
        format!(" (lines {}{more})", shown.join(", "))
    };
    let rest = if is_whole {
        ""
    } else {
        "; there are too many to compare all"
    };
    format!("tables with days in common add up{lines}{rest}")
}

/// `2 rows without a date, line 9 and more: in no month (12,000 tokens, $3.40)`.
pub fn undated(undated: &UndatedReport) -> String {
    let mark = if undated.estimate { "~" } else { "" };
    let tokens = undated.tokens.map(|tokens| counted(tokens.0, "token"));
    let tokens = tokens.map(|tokens| format!("{mark}{tokens}"));
    let style = OutputStyle::PLAIN;
    let cost = undated.cost.as_ref();
    let cost = cost.map(|cost| Cell::marked_cost(cost).shown(style));
    let amounts: Vec<String> = tokens.into_iter().chain(cost).collect();
    let amounts = match amounts.as_slice() {
        [] => String::new(),
        amounts => format!(": {}", amounts.join(", ")),
    };
    let line = undated.place.map(|place| {
        let from = if undated.rows > 1 {
            "from line"
        } else {
            "line"
        };
        format!(", {from} {}", place.line)
    });
    format!(
        "{} without a date{}, in no month{amounts}",
        counted(undated.rows, "row"),
        line.unwrap_or_default()
    )
}

/// That nothing in a file counts, with each of its tables and what that lacks.
pub fn nothing_counts(message: &str, reading: &LogReading) -> String {
    let style = OutputStyle::PLAIN;
    let tables = &reading.tables;
    let which = match tables.len() {
        1 => "its table does not count".to_owned(),
        count => format!("none of its {} tables counts", Tokens(count as u64)),
    };
    let table = |table: &TableReading| {
        let name = name(table, style).map(|name| format!(", {name}"));
        let name = name.unwrap_or_default();
        format!("  line {}{name}: {}\n", table.place.line, lack(table))
    };
    let listed: String = tables.iter().take(LISTED).map(table).collect();
    let more = match tables.len().saturating_sub(LISTED) {
        0 => String::new(),
        more => format!("  and {} more\n", Tokens(more as u64)),
    };
    format!("tokmon: {}: {which}\n{listed}{more}", sanitize(message))
}

/// The one thing that a table lacks.
fn lack(table: &TableReading) -> String {
    let style = OutputStyle::PLAIN;
    match &table.taken {
        _ if table.rows == 0 => "it has no rows".to_owned(),
        TableUse::LeftOut(why) => match why {
            LeftOut::Ignored => "[read] in tokmon.toml ignores it".to_owned(),
            LeftOut::Excluded { about, word } => {
                format!("{about}, by the word {}", quoted(word, style))
            }
            LeftOut::NoFigures => "it has no column of tokens or money".to_owned(),
            LeftOut::FewFigures {
                header,
                read,
                filled,
            } => few(
                *read,
                *filled,
                &format!("of {} are figures", quoted(header, style)),
            ),
            LeftOut::NoUnit { header } => format!(
                "its column {} names neither tokens nor money",
                quoted(header, style)
            ),
            LeftOut::Estimate => {
                "its heading says that it is an estimate, and other tables have what was used"
                    .to_owned()
            }
            LeftOut::NoRows => "no row of it says anything".to_owned(),
            LeftOut::NoDate => {
                "its rows have no date, in a column or in a heading above it".to_owned()
            }
            LeftOut::InNoSection => "it is in no section of the log".to_owned(),
        },
        _ if table.undated_rows == table.rows => "none of its rows has a date".to_owned(),
        _ => "none of its rows has a figure".to_owned(),
    }
}

/// `only 2 of 10 cells are figures`.
fn few(read: u64, filled: u64, what: &str) -> String {
    let cells = counted(filled, "cell");
    match read {
        0 => format!("none of {cells} {what}"),
        read => format!("only {} of {cells} {what}", Tokens(read)),
    }
}

/// The tables of a log, and what each was taken for.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "tokmon check --tables")]
pub struct TablesDocument<'a> {
    /// The version of this schema.
    schema_version: u32,
    /// The log.
    file: &'a str,
    /// `2.0`, `1` for a log from before, or `other` for a log in another form.
    format: &'static str,
    /// How many tables are read.
    read: usize,
    /// All tables, from top to bottom.
    tables: &'a [TableReading],
    /// What dates and figures do not say by themselves.
    assumptions: &'a [ReadingAssumption],
}

pub fn schema() -> String {
    json::schema_of::<TablesDocument<'_>>()
}

impl<'a> TablesDocument<'a> {
    pub fn new(file: &'a str, format: &'static str, reading: &'a LogReading) -> Self {
        let tables = &reading.tables;
        Self {
            schema_version: VERSION,
            file,
            format,
            read: tables.iter().filter(|table| table.counts()).count(),
            tables,
            assumptions: &reading.assumptions,
        }
    }

    pub fn write(&self, format: Format, style: OutputStyle, out: &mut dyn Write) -> io::Result<()> {
        if format == Format::Json {
            return json::write(self, out);
        }
        let file = style.text(self.file);
        let (read, tables) = (Tokens(self.read as u64), self.tables.len());
        let mut lines = vec![match tables {
            0 => format!("no tables in {file}"),
            _ => format!("read {read} of {} in {file}", counted(tables, "table")),
        }];
        lines.extend(assumptions_line(self.assumptions));
        for table in self.tables {
            lines.push(String::new());
            lines.extend(described(table, style));
        }
        for line in lines {
            let indent = line.len() - line.trim_start().len() + 2;
            for line in style.fold(StyledLine::from(line), indent) {
                writeln!(out, "{}", line.text())?;
            }
        }
        Ok(())
    }
}

/// A table in some lines: its name and use, its rows, and its columns.
fn described(table: &TableReading, style: OutputStyle) -> Vec<String> {
    let name = name(table, style).map(|name| format!(", {name}"));
    let name = name.unwrap_or_default();
    let head = format!("line {}{name}: {}", table.place.line, taken(table));
    let mut lines = vec![head, format!("  {}", rows(table))];
    let header = |column: &ColumnReading| match column.header.trim() {
        "" => "(no header)".to_owned(),
        header => cut(&sanitize(header), WIDEST, style.ellipsis()).into_owned(),
    };
    let headers: Vec<String> = table.columns.iter().map(header).collect();
    let widest = headers.iter().map(|header| width(header)).max();
    for (header, column) in headers.iter().zip(&table.columns) {
        let pad = " ".repeat(widest.unwrap_or_default() - width(header));
        lines.push(format!("  {header}{pad}  {}", column_use(&column.taken)));
    }
    lines
}

fn taken(table: &TableReading) -> String {
    match &table.taken {
        TableUse::Counted(Dating::Column) => "counted, with the dates of a column".to_owned(),
        TableUse::Counted(Dating::Heading { heading_line }) => {
            format!("counted, with the date of the heading in line {heading_line}")
        }
        TableUse::Counted(Dating::None) => "counted by itself, without dates".to_owned(),
        TableUse::Section { section } => format!("read as {section}"),
        TableUse::Summary { of_lines } => {
            let lines: Vec<String> = of_lines.iter().take(NAMED).map(usize::to_string).collect();
            let more = match of_lines.len().saturating_sub(NAMED) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            let (word, lines) = (
                if of_lines.len() == 1 {
                    "table in line"
                } else {
                    "tables in lines"
                },
                lines.join(", "),
            );
            format!("a summary of the {word} {lines}{more}: only what it has beyond that counts")
        }
        TableUse::LeftOut(_) => format!("left out: {}", lack(table)),
    }
}

/// `41 rows, 2 of them without a date, 1 without a figure; 3 totals`.
fn rows(table: &TableReading) -> String {
    let without = [
        (table.undated_rows, "without a date"),
        (table.rows_without_figure, "without a figure"),
        (table.unreadable_rows, "unreadable"),
    ];
    let without = without.into_iter().filter(|(count, _)| *count > 0);
    let without = without.map(|(count, what)| format!(", {} {what}", Tokens(count)));
    let without: String = without.collect();
    let others = [
        (table.totals, "total", ""),
        (table.excluded_rows, "row", " that is no usage by its name"),
    ];
    let others = others.into_iter().filter(|(count, ..)| *count > 0);
    let others = others.map(|(count, what, why)| match count {
        1 => format!("; 1 {what}{why}"),
        _ => format!(
            "; {}{}",
            counted(count, what),
            why.replace("is no usage by its name", "are no usage by their names")
        ),
    });
    let others: String = others.collect();
    format!("{}{without}{others}", counted(table.rows, "row"))
}

fn column_use(taken: &ColumnUse) -> String {
    let text = match taken {
        ColumnUse::Date => "date",
        ColumnUse::Time => "time",
        ColumnUse::Month => "month",
        ColumnUse::Team => "team",
        ColumnUse::Task => "task",
        ColumnUse::Model => "model",
        ColumnUse::Notes => "notes",
        ColumnUse::Status => "status",
        ColumnUse::Duration => "duration",
        ColumnUse::Deliverables => "deliverables",
        ColumnUse::Tokens => "tokens",
        ColumnUse::TokensIn => "tokens in",
        ColumnUse::TokensOut => "tokens out",
        ColumnUse::CacheRead => "tokens read from a cache",
        ColumnUse::CacheWrite => "tokens written into a cache",
        ColumnUse::Cost => "cost",
        ColumnUse::Allocated => "allocation",
        ColumnUse::Stated => "a figure that is compared",
        ColumnUse::Compared => "compared with tokens in and out",
        ColumnUse::RunningTotal => "not counted: a running total",
        ColumnUse::Estimate => "not counted: an estimate beside what was used",
        ColumnUse::Repeated => "not counted: another column has the figures",
        ColumnUse::Unused => "not used",
        ColumnUse::Excluded { about, word } => {
            return format!("not counted: {about}, by the word \"{word}\"");
        }
        ColumnUse::NoFigures { read, filled } => {
            return format!("not counted: {}", few(*read, *filled, "are figures"));
        }
        ColumnUse::NoDates { read, filled } => {
            return format!("not used: {}", few(*read, *filled, "are dates"));
        }
    };
    text.to_owned()
}
