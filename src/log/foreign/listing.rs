//! The tables of a log in tokmon's own format, described as those of other logs are. Also finds out whether a log is in that format.

use std::{
    cell::Cell as Flag,
    collections::HashMap,
    io::{self, Read},
};

use super::{
    outline::{OutlineRow, OutlineVisitor, TableHead, visit},
    survey::Reopen,
};
use crate::{
    log::{
        Column, Columns, Item, Role, RowValue, chunker::CHUNK_SIZE, emitter::Emitter, read,
        reader::read_in_chunks,
    },
    model::{ColumnReading, ColumnUse, LeftOut, TableReading, TableUse},
    text::{FileId, Place},
};

/// The bytes that are read at once in search of the first table: in most logs, it begins on the first page.
const PAGE: usize = 1024;

/// Whether a log has a table of usage in tokmon's own format. Reads no further than the first.
pub fn has_own_tables(log: &[u8]) -> bool {
    own_beginning(log).is_some()
}

/// The bytes up to the first table of usage in tokmon's own format, in whole pages. Any text that begins with them has this table.
pub fn own_beginning(log: &[u8]) -> Option<&[u8]> {
    let (found, mut rest) = (Flag::new(false), log);
    let input = UntilFound {
        rest: &mut rest,
        found: &found,
    };
    let read = read_in_chunks(input, FileId::LOG, PAGE, &mut |item| {
        if item.is_of_own_format() {
            found.set(true);
        }
    });
    debug_assert!(read.is_ok(), "{read:?}");
    let read = log.len().saturating_sub(rest.len());
    log.get(..read).filter(|_| found.get())
}

/// Ends where something was found.
struct UntilFound<'a, 'log> {
    rest: &'a mut &'log [u8],
    found: &'a Flag<bool>,
}

impl Read for UntilFound<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.found.get() {
            return Ok(0);
        }
        let most = buffer.len().min(PAGE);
        self.rest.read(buffer.get_mut(..most).unwrap_or_default())
    }
}

/// The tables of a log in tokmon's own format, from top to bottom; and whether it is one from before v2.0.
pub fn tables(bytes: &mut dyn Reopen, file: FileId) -> io::Result<(Vec<TableReading>, bool)> {
    let mut found = OwnTables::default();
    read(bytes.reopen()?, file, &mut |item| found.item(&item))?;
    let usage = || found.tables.values().filter(|table| table.role.is_usage());
    let is_legacy = usage().all(|table| table.role == Role::Legacy) && usage().next().is_some();
    let mut listing = Listing {
        own: found.tables,
        heading: None,
        tables: Vec::new(),
    };
    visit(bytes.reopen()?, file, CHUNK_SIZE, &mut listing, &mut |_| {})?;
    Ok((listing.tables, is_legacy))
}

/// What the reader of that format makes of a table.
struct OwnTable {
    role: Role,
    rows: u64,
    without_figure: u64,
    totals: u64,
}

#[derive(Default)]
struct OwnTables {
    /// By the line that names the columns.
    tables: HashMap<usize, OwnTable>,
    /// That of the table that is read.
    open: Option<usize>,
}

impl OwnTables {
    fn item(&mut self, item: &Item<'_>) {
        match item {
            Item::Table(table) => {
                self.open = Some(table.place.line);
                let table = OwnTable {
                    role: table.role,
                    rows: 0,
                    without_figure: 0,
                    totals: 0,
                };
                self.tables.insert(self.open.unwrap_or_default(), table);
            }
            Item::Row(row) => {
                let Some(table) = self.open.and_then(|line| self.tables.get_mut(&line)) else {
                    return;
                };
                match &row.value {
                    RowValue::Total(_) | RowValue::Sum(..) => table.totals += 1,
                    RowValue::Entry(entry) => {
                        table.rows += 1;
                        table.without_figure += u64::from(!entry.has_figure());
                    }
                    _ => table.rows += 1,
                }
            }
            _ => {}
        }
    }
}

struct Listing {
    own: HashMap<usize, OwnTable>,
    heading: Option<String>,
    tables: Vec<TableReading>,
}

impl OutlineVisitor for Listing {
    fn heading(&mut self, _: u8, text: &str, _: Place) {
        self.heading = Some(text.trim().to_owned());
    }

    fn label(&mut self, _: &str, _: Place) {}

    fn line(&mut self, _: &str, _: Place, _: &mut Emitter<'_>) {}

    fn table(&mut self, head: &TableHead, _: &mut Emitter<'_>) {
        let own = self.own.get(&head.place.line);
        let section = own.and_then(|own| section(own.role));
        let known = Columns::read(head.headers.iter().map(String::as_str));
        let columns = head.headers.iter().enumerate();
        let columns = columns.map(|(at, header)| ColumnReading {
            header: header.clone(),
            taken: match (section, known.at(at)) {
                (Some(_), Some(column)) => column_use(column),
                _ => ColumnUse::Unused,
            },
        });
        let own = own.filter(|_| section.is_some());
        self.tables.push(TableReading {
            place: head.place,
            heading: self.heading.clone(),
            taken: match section {
                Some(section) => TableUse::Section { section },
                None => TableUse::LeftOut(LeftOut::InNoSection),
            },
            columns: columns.collect(),
            rows: own.map_or(0, |own| own.rows),
            undated_rows: 0,
            rows_without_figure: own.map_or(0, |own| own.without_figure),
            unreadable_rows: 0,
            excluded_rows: 0,
            totals: own.map_or(0, |own| own.totals),
        });
    }

    fn row(&mut self, _: &OutlineRow<'_, '_>, _: &mut Emitter<'_>) {
        if let Some(table) = self.tables.last_mut().filter(|table| !table.counts()) {
            table.rows += 1;
        }
    }

    fn end_table(&mut self, _: &mut Emitter<'_>) {}
}

/// What the rows of a table are. None where they are none of tokmon's.
const fn section(role: Role) -> Option<&'static str> {
    Some(match role {
        Role::Monthly => "monthly summary",
        Role::Daily => "daily detail",
        Role::Session => "session",
        Role::Undated => "undated detail",
        Role::Legacy => "usage in the format before v2.0",
        Role::Months => "monthly totals",
        Role::Allocation => "allocations",
        Role::Plan => "plan",
        Role::Optimizations => "optimizations",
        Role::Foreign => return None,
    })
}

const fn column_use(column: Column) -> ColumnUse {
    match column {
        Column::Team => ColumnUse::Team,
        Column::Task => ColumnUse::Task,
        Column::Tokens => ColumnUse::Tokens,
        Column::TokensIn => ColumnUse::TokensIn,
        Column::TokensOut => ColumnUse::TokensOut,
        Column::Allocated => ColumnUse::Allocated,
        Column::Cost => ColumnUse::Cost,
        Column::Status => ColumnUse::Status,
        Column::Duration => ColumnUse::Duration,
        Column::Time => ColumnUse::Time,
        Column::Date | Column::Started => ColumnUse::Date,
        Column::Month => ColumnUse::Month,
        Column::Notes => ColumnUse::Notes,
        Column::Model => ColumnUse::Model,
        Column::Deliverables => ColumnUse::Deliverables,
        Column::Efficiency | Column::Percent | Column::Before | Column::After => ColumnUse::Stated,
        Column::Role => ColumnUse::Unused,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::read_str;

    #[test]
    fn a_table_of_usage_is_found_wherever_it_begins() {
        let table = "## 2026-02 Monthly Summary\n\n| Team | Tokens |\n|---|---|\n| A | 5 |\n";
        for lines in [0, 1, 50, 93, 94, 95, 500] {
            let before = "Some words about what comes next, and more.\n\n".repeat(lines);
            assert!(
                has_own_tables(format!("{before}{table}").as_bytes()),
                "{lines}"
            );
            assert!(!has_own_tables(before.as_bytes()), "{lines}");
        }
        let other = "## Log\n\n| Date | Tokens |\n|---|---|\n| 2026-02-03 | 5 |\n";
        assert!(!has_own_tables(other.as_bytes()));
        assert!(!has_own_tables(format!("```\n{table}```\n").as_bytes()));
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "the fixtures are files")]
    fn each_fixture_is_in_the_format_that_the_reader_takes_it_for() {
        let folder = std::fs::read_dir("fixtures/invalid").unwrap();
        for file in folder.map(|file| file.unwrap().path()) {
            let text = std::fs::read(&file).unwrap();
            let mut is_own = false;
            read_str(&text, FileId::LOG, &mut |item| {
                is_own |= matches!(item, Item::Table(table) if table.role.is_usage());
            });
            assert_eq!(has_own_tables(&text), is_own, "{}", file.display());
        }
    }
}
