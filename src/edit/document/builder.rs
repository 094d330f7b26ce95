//! From the items of a log to its document.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::{
    Document, Kept, LineKind, LogLine, RowKind, RowSum, SectionBlock, Subtotal, TableBlock,
    TableRow,
};
use crate::{
    log::{self, Column, Item, Role, RowValue, Section},
    model::{EntryKind, EventKind, Header, LineEvent, Month},
    text::{Place, Source, Span},
};

#[derive(Default)]
pub(in crate::edit) struct Builder {
    kept: Kept,
    document: Document,
    /// The sums of the table that is being read since its last total.
    above: BTreeMap<Option<Month>, RowSum>,
    /// The day of the first dated item, for lines before it.
    first_date: Option<NaiveDate>,
    last_updated: Option<NaiveDate>,
}

impl Builder {
    pub(in crate::edit) fn new(kept: Kept) -> Self {
        Self {
            kept,
            ..Self::default()
        }
    }

    pub(in crate::edit) fn item(&mut self, item: &Item<'_>) {
        match item {
            Item::Heading(heading) => self.heading(heading),
            Item::Header(Header::LastUpdated(time)) => {
                self.last_updated.get_or_insert(time.date());
            }
            Item::Table(table) => {
                self.above.clear();
                self.document.tables.push(TableBlock {
                    role: table.role,
                    section: self.document.sections.len().checked_sub(1),
                    columns: table.columns.clone(),
                    head: table.place,
                    dashes: table.dashes,
                    rows: Vec::new(),
                    lines: Vec::new(),
                    outside: Vec::new(),
                    dates: None,
                    sums: BTreeMap::new(),
                    subtotals: Vec::new(),
                });
            }
            Item::Row(row) => self.row(row),
            Item::Note(note) => self.document.notes.push(note.clone()),
            Item::Usage(entry) => {
                let kind = LineKind::Usage(Box::new(entry.to_static()));
                self.dated(entry.when.date);
                self.line(kind, entry.when.date, entry.place);
            }
            Item::Unreadable { month, place } => {
                self.line(LineKind::Unreadable, month.map(Month::first_day), *place);
            }
            Item::Line { event, date, place } => {
                self.dated(*date);
                let kind = match event {
                    LineEvent::Hook => LineKind::Hook,
                    LineEvent::Notice(notice) => LineKind::Notice {
                        month: notice.period.month(),
                        time: notice.time,
                        is_reset: false,
                    },
                    LineEvent::Event(event) => LineKind::Notice {
                        month: event.month,
                        time: event.time,
                        is_reset: event.kind == EventKind::Reset,
                    },
                    LineEvent::Free(id) => LineKind::Free(id.to_string()),
                    LineEvent::Hold(hold) => LineKind::Hold {
                        id: hold.id.to_string(),
                        until: hold.until,
                    },
                };
                self.line(kind, *date, *place);
            }
            Item::Header(_) | Item::Problem(_) => {}
        }
    }

    /// The months of the usage lines read so far.
    pub(in crate::edit) fn usage_months(&self) -> impl Iterator<Item = Month> + '_ {
        let entries = self.document.lines.iter().filter_map(LogLine::usage);
        entries.map(|entry| entry.when.month)
    }

    /// The months of the days of sections, details and lines read so far.
    pub(in crate::edit) fn detail_months(&self) -> BTreeSet<Month> {
        let document = &self.document;
        let sections = document.sections.iter().filter_map(SectionBlock::day);
        let rows = document.tables.iter().filter_map(|table| table.dates);
        let lines = document.lines.iter().filter_map(|line| line.date);
        // Where archiving moves them to.
        let notices = document.lines.iter().filter_map(|line| match line.kind {
            LineKind::Notice { month, .. } => Some(month.first_day()),
            _ => None,
        });
        // Lines without a day get one of these.
        let given = self.first_date.into_iter().chain(self.last_updated);
        let days = sections.chain(rows.flat_map(|(first, last)| [first, last]));
        days.chain(lines)
            .chain(notices)
            .chain(given)
            .map(Month::of)
            .collect()
    }

    fn heading(&mut self, heading: &log::Heading<'_>) {
        let section = SectionBlock {
            kind: heading.section.clone(),
            level: heading.level,
            heading: heading.place,
            span: Span::at(heading.place.line_start),
        };
        self.dated(section.day());
        self.document.sections.push(section);
    }

    fn dated(&mut self, date: Option<NaiveDate>) {
        self.first_date = self.first_date.or(date);
    }

    fn line(&mut self, kind: LineKind, date: Option<NaiveDate>, place: Place) {
        self.document.lines.push(LogLine { kind, date, place });
    }

    fn row(&mut self, row: &log::Row<'_>) {
        let mut tables = self.document.tables.iter_mut().rev();
        let table = tables.find(|table| !row.is_outside || table.role.is_usage());
        let Some(table) = table else { return };
        let line = row.place.line_to_end();
        let month = month_of(table, row);
        let is_sum = matches!(row.value, RowValue::Total(_) | RowValue::Sum(..));
        if row.is_outside {
            table.outside.extend((!is_sum).then_some(line));
        } else if is_sum {
            table.subtotals.push(Subtotal {
                row: table.rows.len(),
                month,
                above: self.above.remove(&month).unwrap_or_default(),
            });
        } else {
            table.lines.push(line);
        }
        let kind = match &row.value {
            RowValue::Total(total) => RowKind::Total(Box::new(total.clone())),
            RowValue::Sum(..) => RowKind::Sum,
            // A monthly row that a merge put here is no detail.
            RowValue::Entry(entry)
                if entry.kind == EntryKind::Monthly && table.role != Role::Monthly =>
            {
                RowKind::Other
            }
            RowValue::Entry(entry) => {
                table.sums.entry(month).or_default().add(&entry.figures);
                if let Some(date) = entry.when.date {
                    let (first, last) = table.dates.unwrap_or((date, date));
                    table.dates = Some((first.min(date), last.max(date)));
                }
                self.above.entry(month).or_default().add(&entry.figures);
                let is_detail = matches!(table.role, Role::Daily | Role::Session);
                if is_detail && self.kept == Kept::Summaries {
                    return;
                }
                RowKind::Entry(Box::new(entry.to_static()))
            }
            RowValue::Unreadable(_) => RowKind::Unreadable,
            _ => RowKind::Other,
        };
        table.rows.push(TableRow {
            place: row.place,
            cells: row.cells.iter().map(|cell| cell.span).collect(),
            is_outside: row.is_outside,
            kind,
        });
    }

    pub(in crate::edit) fn finish(self, source: Source) -> Document {
        let mut document = self.document;
        end_sections(&mut document.sections, source.text().len());
        let first = self.first_date.or(self.last_updated);
        for line in &mut document.lines {
            line.date = line.date.or(first);
        }
        // Items come in the order of the chunks they were read in, which is that of the file but for code.
        document.lines.sort_by_key(|line| line.place.line_start);
        document.source = source;
        let (start, last) = document.last_line();
        let is_log_line = last.trim_start_matches('\u{feff}').starts_with('[');
        document.in_flight = is_log_line.then_some(start);
        document
    }
}

/// The month of a row, where rows of a table are of several.
fn month_of(table: &TableBlock, row: &log::Row<'_>) -> Option<Month> {
    let column = table.columns.index(Column::Month)?;
    match &row.value {
        RowValue::Entry(entry) => Some(entry.when.month),
        RowValue::Total(total) => Some(total.month),
        _ => row.cells.get(column)?.text.trim().parse().ok(),
    }
}

/// A section ends where one of its level or above begins, or one that is recognised.
fn end_sections(sections: &mut [SectionBlock], len: usize) {
    // From the last to the first: the nearest start of a section that ends one of each level.
    let mut next = [len; 7];
    for section in sections.iter_mut().rev() {
        let level = usize::from(section.level).min(next.len() - 1);
        section.span.end = next.get(level).copied().unwrap_or(len);
        let ends_all = section.kind != Section::Other;
        let start = section.heading.line_start;
        for (of, end) in next.iter_mut().enumerate() {
            if ends_all || of >= level {
                *end = start;
            }
        }
    }
}
