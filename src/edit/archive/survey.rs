//! Which daily and session sections are old enough to leave a log, and why one of them stays all the same.
//! Where their bytes go is `cut`'s business.

use std::{collections::BTreeSet, fmt};

use chrono::NaiveDate;

use super::{
    Asked,
    file::is_closed,
    lines::{Departures, HeldKind, HeldLine},
};
use crate::{
    diagnostic::Code,
    log::{self, Item, RowValue, Section},
    model::{EntryKind, Header, Month},
    text::{FileId, Place, Span},
};

/// What a section that is old enough holds that keeps it in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// A row, a number or a line that cannot be read.
    Unreadable,
    /// A table that looks like usage and is not counted.
    Uncounted,
    /// Rows of more than one month.
    SeveralMonths,
    /// Rows of days that stay.
    Recent,
    /// Rows or notes that are no details of its day.
    Foreign,
    /// The last line of the file, which is still being written.
    Unfinished,
    /// A code block or a comment that nothing ends.
    Unclosed,
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unreadable => "something in it cannot be read",
            Self::Uncounted => "it has a table that is not counted",
            Self::SeveralMonths => "its rows are of several months",
            Self::Recent => "it has rows of days that stay",
            Self::Foreign => "it has rows or notes that are no details of its day",
            Self::Unfinished => "its last line is still being written",
            Self::Unclosed => "a code block or a comment in it has no end",
        })
    }
}

/// What stands in a log, as far as matters for moving it.
#[derive(Debug, Default)]
pub struct Survey {
    blocks: Vec<Block>,
    /// The lines that are not Markdown, in their order.
    pub(super) lines: Vec<HeldLine>,
    /// It has monthly rows.
    pub(super) has_summary: bool,
    /// Where lines start that are not Markdown and cannot be read.
    pub(super) unread: Vec<usize>,
}

/// A heading and what stands below it, up to the next one of any kind.
#[derive(Debug)]
struct Block {
    level: u8,
    start: usize,
    /// Whether it opens a section that is recognised.
    is_ours: bool,
    /// The day of a daily detail or a session.
    day: Option<NaiveDate>,
    is_session: bool,
    rows: usize,
    first: Option<NaiveDate>,
    last: Option<NaiveDate>,
    /// Where its last row ends.
    rows_end: usize,
    obstacle: Option<Obstacle>,
}

/// A section that leaves the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Leaving {
    /// From its heading to that of the next section.
    pub(super) span: Span,
    /// The archive it belongs to.
    pub(super) month: Month,
    pub(super) is_session: bool,
    /// How many rows it has, sums not counted.
    pub(super) rows: usize,
}

/// A section that is old enough, and stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Staying {
    pub(super) span: Span,
    pub(super) obstacle: Obstacle,
}

impl Survey {
    /// Looks through a log.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let mut survey = Self::default();
        let mut problems = Vec::new();
        // Lines above anything dated are of the first day that is given, else of that in the header.
        let (mut first, mut updated) = (None, None);
        log::read_str(text, FileId::LOG, &mut |item| match &item {
            Item::Problem(problem) => problems.push((problem.code, problem.place.line_start)),
            Item::Header(Header::LastUpdated(time)) => {
                updated = updated.or(Some(time.date()));
            }
            item => first = first.or(survey.item(item)),
        });
        survey.lines.sort_by_key(|line| line.place.line_start);
        for line in &mut survey.lines {
            line.date = line.date.or(first).or(updated);
        }
        for (code, line) in problems {
            survey.problem(code, line);
        }
        survey.last_line(text);
        survey.unread.sort_unstable();
        survey.unread.dedup();
        survey
    }

    /// Takes note of an item. Gives its day, if it has one that lines below it are of.
    fn item(&mut self, item: &Item<'_>) -> Option<NaiveDate> {
        match item {
            Item::Heading(heading) => return self.heading(heading),
            Item::Line(line) => {
                self.line(HeldKind::of(&line.event), line.date, line.place);
                return line.date;
            }
            Item::Usage(entry) => {
                self.line(HeldKind::Usage, entry.when.date, entry.place);
                return entry.when.date;
            }
            Item::Unreadable { month, place } => {
                let date = month.map(Month::first_day);
                self.line(HeldKind::Usage, date, *place);
            }
            Item::Note(_) => {
                if let Some(block) = self.blocks.last_mut() {
                    block.hindered(Obstacle::Foreign);
                }
            }
            Item::Row(row) => {
                self.has_summary |= matches!(&row.value, RowValue::Entry(entry) if entry.kind == EntryKind::Monthly);
                if let Some(block) = self.blocks.last_mut() {
                    block.row(&row.value, row.place.span.end);
                }
            }
            _ => {}
        }
        None
    }

    fn heading(&mut self, heading: &log::Heading<'_>) -> Option<NaiveDate> {
        let (day, is_session) = match heading.section {
            Section::Daily(day) => (*day, false),
            Section::Session { date, .. } => (*date, true),
            _ => (None, false),
        };
        self.blocks.push(Block {
            level: heading.level,
            start: heading.place.line_start,
            is_ours: *heading.section != Section::Other,
            day,
            is_session,
            rows: 0,
            first: None,
            last: None,
            rows_end: 0,
            obstacle: None,
        });
        day
    }

    fn line(&mut self, kind: HeldKind, date: Option<NaiveDate>, place: Place) {
        self.lines.push(HeldLine { place, date, kind });
    }

    /// The months whose archives matter for moving anything out of the log: those of old sections, of lines that are over, and of
    /// usage lines.
    #[must_use]
    pub fn months(&self, asked: &Asked) -> BTreeSet<Month> {
        let old = |block: &&Block| block.day.is_some_and(|day| day < asked.before);
        let blocks = self.blocks.iter().filter(old);
        let days = blocks.flat_map(|block| [block.first.or(block.day), block.last]);
        let mut months: BTreeSet<Month> = days.flatten().map(Month::of).collect();
        let departures = Departures::of(&self.lines, asked.today, asked.now);
        months.extend(self.lines.iter().filter_map(|line| match line.kind {
            HeldKind::Usage => line.date.map(Month::of),
            _ => departures.month(line),
        }));
        months
    }

    /// Notes what is wrong at a line.
    fn problem(&mut self, code: Code, line: usize) {
        let obstacle = match code {
            Code::UnreadableLine => {
                self.unread.push(line);
                return;
            }
            Code::UnreadableNumber | Code::UnreadableDate | Code::OverlongLine => {
                Obstacle::Unreadable
            }
            Code::UncountedTable => Obstacle::Uncounted,
            _ => return,
        };
        let after = self.blocks.partition_point(|block| block.start <= line);
        if let Some(block) = after.checked_sub(1).and_then(|at| self.blocks.get_mut(at)) {
            block.hindered(obstacle);
        }
    }

    /// A last line without its line end may still grow: one that begins like a line of ours stays where it is, and so does the
    /// section of one that begins like a row and is none yet.
    fn last_line(&mut self, text: &str) {
        let start = text.rfind('\n').map_or(0, |newline| newline + 1);
        let last = text.get(start..).unwrap_or_default();
        if last.starts_with('[') {
            self.unread.push(start);
        }
        if let Some(block) = self.blocks.last_mut()
            && last.starts_with('|')
            && block.rows_end < start
        {
            block.hindered(Obstacle::Unfinished);
        }
    }

    /// The sections from before a day, those that leave and those that stay, from top to bottom.
    pub(super) fn sections(&self, text: &str, before: NaiveDate) -> Vec<Result<Leaving, Staying>> {
        let old = |block: &&Block| block.day.is_some_and(|day| day < before);
        let indexed = self.blocks.iter().enumerate();
        indexed
            .filter(|(_, block)| old(block))
            .map(|(at, _)| self.section(at, text, before))
            .collect()
    }

    fn section(&self, at: usize, text: &str, before: NaiveDate) -> Result<Leaving, Staying> {
        let block = &self.blocks[at];
        let ends = |next: &&Block| next.level <= block.level || next.is_ours;
        let end = self.blocks.iter().skip(at + 1).position(|next| ends(&next));
        let below = self.blocks.iter().skip(at + 1);
        let inner = below.take(end.unwrap_or(usize::MAX));
        let end = end.and_then(|end| self.blocks.get(at + 1 + end));
        let span = Span::new(block.start, end.map_or(text.len(), |next| next.start));
        let stays = |obstacle| Staying { span, obstacle };
        for part in inner {
            if let Some(obstacle) = part.obstacle {
                return Err(stays(obstacle));
            }
            if part.rows > 0 {
                return Err(stays(Obstacle::Foreign));
            }
        }
        let day = block.day.unwrap_or(before);
        let (first, last) = (block.first.unwrap_or(day), block.last.unwrap_or(day));
        match block.obstacle {
            Some(obstacle) => Err(stays(obstacle)),
            None if last >= before => Err(stays(Obstacle::Recent)),
            None if Month::of(first) != Month::of(last) => Err(stays(Obstacle::SeveralMonths)),
            // Whatever has no end takes in all that follows.
            None if end.is_none() && !is_closed(text.get(span.range()).unwrap_or_default()) => {
                Err(stays(Obstacle::Unclosed))
            }
            None => Ok(Leaving {
                span,
                month: Month::of(first),
                is_session: block.is_session,
                rows: block.rows,
            }),
        }
    }
}

impl Block {
    fn hindered(&mut self, by: Obstacle) {
        self.obstacle.get_or_insert(by);
    }

    fn row(&mut self, value: &RowValue<'_>, end: usize) {
        self.rows_end = end;
        match value {
            RowValue::Entry(entry)
                if matches!(entry.kind, EntryKind::Daily | EntryKind::Session) =>
            {
                self.rows += 1;
                self.first = self.first.into_iter().chain(entry.when.date).min();
                self.last = self.last.into_iter().chain(entry.when.date).max();
            }
            RowValue::Sum => {}
            RowValue::Unreadable(_) => self.hindered(Obstacle::Unreadable),
            _ => self.hindered(Obstacle::Foreign),
        }
    }
}
