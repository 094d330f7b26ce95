//! Reads the files of a log, in the order in which they count: the log, the projection beside it, the archive of the month to show,
//! and those of months before it.

use std::{
    io::{self, Read},
    mem,
};

use anyhow::Context as _;
use chrono::NaiveDate;

use super::{locate::LogPath, read_files::ReadFiles};
use crate::{
    analysis::{self, Ledger, LedgerBuilder, Retention},
    config::Settings,
    diagnostic::{Code, Diagnostic, Findings},
    edit,
    failure::Failure,
    log::{self, Item, RowValue, Section},
    model::Month,
    text::{FileId, FileRole},
};

/// How far to look back for how tokens were spent before the month to show.
#[derive(Clone, Copy)]
pub(super) struct LookBack {
    pub(super) today: NaiveDate,
    /// As far as the log goes, not only as far as a forecast looks.
    pub(super) all: bool,
}

impl LookBack {
    /// The earlier months whose archives are of use, oldest first. A month that is over needs no forecast.
    fn months(self, shown: Month, builder: &LedgerBuilder) -> Vec<Month> {
        let first = analysis::forecast::first_day_looked_at(self.today).map(Month::of);
        let recent = std::iter::successors(shown.before(), |month| month.before())
            .take_while(|month| first.is_some_and(|first| *month >= first))
            .filter(|_| shown.contains(self.today));
        let mut months: Vec<Month> = recent.collect();
        if self.all {
            let over = |month: &Month| *month != shown && *month < Month::of(self.today);
            months.extend(builder.months().into_iter().filter(over));
        }
        months.sort_unstable();
        months.dedup();
        months
    }
}

pub(super) struct Loader<'l> {
    log: &'l LogPath,
    settings: &'l Settings,
    builder: LedgerBuilder,
    files: ReadFiles,
    pub(super) extent: Extent,
    /// A monthly table of the log has more than one total.
    pub(super) has_several_totals: bool,
}

/// How much was read.
#[derive(Clone, Copy, Default)]
pub(super) struct Extent {
    pub(super) lines: u64,
    /// Rows of tables, and usage lines.
    pub(super) rows: u64,
}

impl<'l> Loader<'l> {
    /// Reads the log, which is `input` if it is standard input, and the projection beside it.
    pub(super) fn begin(
        log: &'l LogPath,
        settings: &'l Settings,
        retention: Retention,
        findings: Findings,
        input: &mut dyn Read,
    ) -> Result<Self, Failure> {
        let opened = Some((FileId::LOG, log.open(input)?));
        let projection = log.projection()?.map(|file| (FileId::PROJECTION, file));
        let mut loader = Self {
            log,
            settings,
            builder: LedgerBuilder::new(&settings.policy, retention),
            files: ReadFiles {
                findings,
                files: log.files(),
                opened: opened.into_iter().chain(projection).collect(),
                unread: Vec::new(),
            },
            extent: Extent::default(),
            has_several_totals: false,
        };
        loader.read(FileId::LOG)?;
        loader.read(FileId::PROJECTION)?;
        Ok(loader)
    }

    /// Reads the archives that matter to the month to show. Gives that month and those looked back on.
    pub(super) fn month(&mut self, look_back: LookBack) -> Result<(Month, Vec<Month>), Failure> {
        let Some(month) = self.builder.choose_month() else {
            return Err(no_usage(self.log));
        };
        self.archive(month)?;
        let months = self.builder.months();
        if months.is_empty() {
            return Err(no_usage(self.log));
        }
        if !self.builder.has_rows(month) {
            let all: Vec<String> = months.iter().map(ToString::to_string).collect();
            let message = format!("{} has no rows in {month}", self.log.shown);
            let help = format!("months with rows: {}", first_of(&all));
            return Err(Failure::no_data(message).help(help));
        }
        let earlier = look_back.months(month, &self.builder);
        for month in &earlier {
            // What is wrong with them does not concern this month: the forecast does without one that cannot be read.
            if let Err(error) = self.look_back(*month) {
                self.files.unread.push(error);
            }
        }
        Ok((month, earlier))
    }

    /// The months of the log, and the month to show, oldest first.
    pub(super) fn months(&mut self) -> Vec<Month> {
        let mut months = self.builder.months();
        months.extend(self.builder.choose_month());
        months.sort_unstable();
        months.dedup();
        months
    }

    /// Reads the archive of a month, if there is one.
    pub(super) fn archive(&mut self, month: Month) -> Result<(), Failure> {
        self.builder.archive(month);
        let Some((found, archive)) = self.log.archive(month, self.settings)? else {
            return Ok(());
        };
        let files = &mut self.files.files;
        let file = files.add(FileRole::Archive, found.shown, Some(found.path));
        self.files.opened.insert(file, archive);
        self.read(file)
    }

    fn look_back(&mut self, month: Month) -> Result<(), String> {
        let archive = self.log.archive(month, self.settings);
        let Some((found, mut archive)) = archive.map_err(|failure| failure.to_string())? else {
            return Ok(());
        };
        self.builder.archive(month);
        let files = &mut self.files.files;
        let file = files.add(FileRole::Archive, found.shown, Some(found.path));
        let builder = &mut self.builder;
        let read = archive
            .bytes()
            .and_then(|bytes| log::read(bytes, file, &mut |item| edit::enter(builder, file, item)));
        read.map_err(|error| format!("cannot read the archive of {month}: {error}"))
    }

    /// Reads a file, if there is one.
    fn read(&mut self, file: FileId) -> Result<(), Failure> {
        let ReadFiles {
            findings,
            files,
            opened,
            ..
        } = &mut self.files;
        let Some(opened) = opened.get_mut(&file) else {
            return Ok(());
        };
        let mut sink = Sink {
            builder: &mut self.builder,
            findings,
            rows: 0,
            totals: Totals::Written,
            totals_in_table: 0,
            has_several_totals: &mut self.has_several_totals,
        };
        let mut lines = 0;
        let outcome = opened.bytes().and_then(|bytes| {
            let bytes = CountedLines {
                bytes,
                lines: &mut lines,
                is_open: false,
            };
            log::read(bytes, file, &mut |item| sink.item(file, item))
        });
        self.extent.rows += sink.rows;
        self.extent.lines += lines;
        outcome.with_context(|| format!("cannot read {}", files.name(file)))?;
        Ok(())
    }

    pub(super) fn finish(self) -> (Ledger, ReadFiles) {
        (self.builder.finish(), self.files)
    }
}

/// Bytes on their way to the reader, whose lines are counted. A last line without a line end is one.
struct CountedLines<'c, R> {
    bytes: R,
    lines: &'c mut u64,
    /// The line that is being read was counted already.
    is_open: bool,
}

impl<R: Read> Read for CountedLines<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let got = self.bytes.read(buffer)?;
        let read = buffer.get(..got).unwrap_or_default();
        for line in read.split_inclusive(|byte| *byte == b'\n') {
            let was_open = mem::replace(&mut self.is_open, !line.ends_with(b"\n"));
            *self.lines += u64::from(!was_open);
        }
        Ok(got)
    }
}

/// Where the totals of a table come from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Totals {
    /// They follow from the rows, and can be computed from them again.
    Derived,
    /// A person wrote them, like the sum of the budgets of all teams.
    Written,
}

/// Where the items of a file go.
struct Sink<'l> {
    builder: &'l mut LedgerBuilder,
    findings: &'l mut Findings,
    rows: u64,
    /// Those of the section that is read.
    totals: Totals,
    /// How many totals the table has that is read.
    totals_in_table: usize,
    /// Set where that is more than one.
    has_several_totals: &'l mut bool,
}

impl Sink<'_> {
    fn problem(&mut self, problem: Diagnostic) {
        let is_written = problem.code == Code::TotalDiffers && self.totals == Totals::Written;
        self.findings.push(if is_written {
            problem.manual()
        } else {
            problem
        });
    }

    fn item(&mut self, file: FileId, item: Item<'_>) {
        match &item {
            Item::Heading(heading) => {
                self.totals = match heading.section {
                    Section::Monthly(_) | Section::Daily(_) | Section::Session { .. } => {
                        Totals::Derived
                    }
                    _ => Totals::Written,
                };
            }
            Item::Table(_) => self.totals_in_table = 0,
            Item::Row(row) => {
                self.rows += 1;
                let is_total = matches!(row.value, RowValue::Total(_)) && file == FileId::LOG;
                self.totals_in_table += usize::from(is_total);
                *self.has_several_totals |= self.totals_in_table > 1;
            }
            Item::Usage(_) => self.rows += 1,
            _ => {}
        }
        match item {
            Item::Problem(problem) => self.problem(problem),
            item => edit::enter(self.builder, file, item),
        }
    }
}

pub(super) fn no_usage(log: &LogPath) -> Failure {
    Failure::no_data(format!("{} holds no usage that can be read", log.shown))
        .help("a cost log has a section like `## 2026-02 Monthly Summary` with a table of teams and tokens")
}

/// The first of some names, and how many more there are.
pub(super) fn first_of(names: &[String]) -> String {
    const MAX_LISTED: usize = 12;
    let first = names.get(..MAX_LISTED).unwrap_or(names).join(", ");
    match names.len().saturating_sub(MAX_LISTED) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}
