//! Which daily and session sections are old enough to leave a log, and why some of them stay all the same.
//! See `cut` for where their bytes go.

use std::collections::HashSet;

use chrono::NaiveDate;

use super::{file::is_closed, has_open_row};
use crate::{
    analysis::Duplicate,
    diagnostic::Code,
    edit::{Document, LogSet, Revision, RowKind, SectionBlock, TableBlock},
    log::{Role, Section},
    model::Month,
    text::{FileId, Place, Span},
};

/// What keeps a section in the log that is old enough to move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Obstacle {
    #[error("something in it cannot be read")]
    Unreadable,
    #[error("it has a table that is not counted")]
    Uncounted,
    #[error("its rows are of several months")]
    SeveralMonths,
    #[error("it has rows of days that stay")]
    Recent,
    #[error("it has rows or notes that are not details of its day")]
    Foreign,
    #[error("its last line is still being written")]
    Unfinished,
    #[error("a code block or a comment in it has no end")]
    Unclosed,
    #[error("one of its ids is also that of a row or line of another day")]
    SharedId,
}

#[derive(Debug)]
pub(super) struct Inventory {
    /// One for each section of the document.
    sections: Vec<SectionContent>,
    pub(super) has_summary: bool,
    /// Where lines start that begin like a hook line and cannot be read.
    pub(super) unreadable_lines: Vec<usize>,
}

/// What is between a heading and the next one of any kind.
#[derive(Clone, Copy, Debug, Default)]
struct SectionContent {
    rows: usize,
    dates: Option<(NaiveDate, NaiveDate)>,
    obstacle: Option<Obstacle>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ExpiredSection {
    /// From its heading to that of the next section.
    pub(super) span: Span,
    pub(super) month: Month,
    pub(super) is_session: bool,
    /// Without sums.
    pub(super) rows: usize,
}

impl Inventory {
    pub(super) fn of(revision: &Revision, log_set: &LogSet) -> Self {
        let document = &revision.document;
        let mut inventory = Self {
            sections: vec![SectionContent::default(); document.sections.len()],
            has_summary: document
                .tables_of(Role::Monthly)
                .any(|table| table.rows.iter().any(|row| row.entry().is_some())),
            unreadable_lines: Vec::new(),
        };
        for table in &document.tables {
            let section = table.section.and_then(|at| inventory.sections.get_mut(at));
            if let Some(section) = section {
                section.add(table);
            }
        }
        for note in &document.notes {
            inventory.hinder(document, note.place.line_start, Obstacle::Foreign);
        }
        let problems = revision.problems.iter();
        for problem in problems.filter(|problem| problem.place.file == FileId::LOG) {
            let at = problem.place.line_start;
            match problem.code {
                Code::UnreadableLine => inventory.unreadable_lines.push(at),
                Code::UnreadableNumber | Code::UnreadableDate | Code::OverlongLine => {
                    inventory.hinder(document, at, Obstacle::Unreadable);
                }
                Code::UncountedTable => inventory.hinder(document, at, Obstacle::Uncounted),
                _ => {}
            }
        }
        inventory.hinder_shared_ids(revision, log_set);
        // A last line without its line end may still grow: one that begins like a hook line stays where it is, and so does the
        // section of one that begins like a row and is none yet.
        inventory.unreadable_lines.extend(document.in_flight);
        if let Some(section) = inventory.sections.last_mut()
            && has_open_row(document)
        {
            section.obstacle.get_or_insert(Obstacle::Unfinished);
        }
        inventory
    }

    /// Which row of an id counts depends on the file that it is in, so one does not leave without the others.
    fn hinder_shared_ids(&mut self, revision: &Revision, log_set: &LogSet) {
        let document = &revision.document;
        let duplicates = || revision.ledger.duplicates();
        let are_apart = |duplicate: &&Duplicate| {
            let [(one, of_one), (two, of_two)] =
                [duplicate.place, duplicate.first].map(|place| day(document, log_set, place));
            of_one != of_two || one.zip(two).is_some_and(|(one, two)| one != two)
        };
        let apart = duplicates().filter(are_apart);
        let apart: HashSet<&str> = apart.map(|duplicate| duplicate.id.as_str()).collect();
        for duplicate in duplicates().filter(|duplicate| apart.contains(duplicate.id.as_str())) {
            for place in [duplicate.place, duplicate.first] {
                if day(document, log_set, place).0.is_some() {
                    self.hinder(document, place.line_start, Obstacle::SharedId);
                }
            }
        }
    }

    fn hinder(&mut self, document: &Document, at: usize, obstacle: Obstacle) {
        let sections = &document.sections;
        let after = sections.partition_point(|section| section.span.start <= at);
        let before = self.sections.get_mut(..after).unwrap_or_default();
        if let Some(section) = before.last_mut() {
            section.obstacle.get_or_insert(obstacle);
        }
    }

    /// The sections from before a day that leave, and the headings of those that stay with what keeps them, from top to bottom.
    pub(super) fn expired(
        &self,
        document: &Document,
        before: NaiveDate,
    ) -> (Vec<ExpiredSection>, Vec<(String, Obstacle)>) {
        let (mut expired, mut left) = (Vec::new(), Vec::new());
        for (at, section) in document.sections.iter().enumerate() {
            let Some(day) = section.day().filter(|day| *day < before) else {
                continue;
            };
            match self.check(document, at, section, (day, before)) {
                Ok(section) => expired.push(section),
                Err(obstacle) => {
                    let heading = document.at(section.span).lines().next();
                    left.push((heading.unwrap_or_default().trim().to_owned(), obstacle));
                }
            }
        }
        (expired, left)
    }

    fn check(
        &self,
        document: &Document,
        at: usize,
        section: &SectionBlock,
        (day, before): (NaiveDate, NaiveDate),
    ) -> Result<ExpiredSection, Obstacle> {
        let span = section.span;
        let contents = self.sections.get(at..).unwrap_or_default();
        let (own, below) = contents.split_first().ok_or(Obstacle::Unreadable)?;
        let inner = document.sections.iter().skip(at + 1).zip(below);
        for (_, part) in inner.take_while(|(part, _)| part.span.start < span.end) {
            if let Some(obstacle) = part.obstacle {
                return Err(obstacle);
            }
            if part.rows > 0 {
                return Err(Obstacle::Foreign);
            }
        }
        let (first, last) = own.dates.unwrap_or((day, day));
        match own.obstacle {
            Some(obstacle) => Err(obstacle),
            None if last >= before => Err(Obstacle::Recent),
            None if Month::of(first) != Month::of(last) => Err(Obstacle::SeveralMonths),
            // What has no end takes in all that follows.
            None if span.end == document.text().len() && !is_closed(document.at(span)) => {
                Err(Obstacle::Unclosed)
            }
            None => Ok(ExpiredSection {
                span,
                month: Month::of(first),
                is_session: matches!(section.kind, Section::Session { .. }),
                rows: own.rows,
            }),
        }
    }
}

/// The day of a row of the log, and the month of a row or line in any file.
fn day(document: &Document, log_set: &LogSet, place: Place) -> (Option<NaiveDate>, Option<Month>) {
    if place.file != FileId::LOG {
        let mut archives = log_set.archives.keys().zip(0..);
        let archive = archives.find(|(_, index)| FileId::archive(*index) == place.file);
        return (None, archive.map(|(month, _)| *month));
    }
    let at = place.line_start;
    let line = document.lines_from(at).first();
    if let Some(line) = line.filter(|line| line.place.line_start == at) {
        return (None, line.date.map(Month::of));
    }
    let sections = &document.sections;
    let after = sections.partition_point(|section| section.span.start <= at);
    let section = sections.get(after.saturating_sub(1));
    let day = section.and_then(SectionBlock::day);
    (day, day.map(Month::of))
}

impl SectionContent {
    fn add(&mut self, table: &TableBlock) {
        let has = |is: fn(&RowKind) -> bool| table.rows.iter().any(|row| is(&row.kind));
        if has(|row| matches!(row, RowKind::Unreadable)) {
            self.obstacle.get_or_insert(Obstacle::Unreadable);
        }
        let is_detail = matches!(table.role, Role::Daily | Role::Session);
        let rows = table.lines.len() + table.outside.len();
        let is_foreign = !is_detail && rows > 0;
        if is_foreign || has(|row| !matches!(row, RowKind::Entry(_) | RowKind::Sum)) {
            self.obstacle.get_or_insert(Obstacle::Foreign);
        }
        self.rows += rows;
        let dates = self.dates.into_iter().chain(table.dates);
        self.dates = dates.reduce(|(first, last), (one, two)| (first.min(one), last.max(two)));
    }
}
