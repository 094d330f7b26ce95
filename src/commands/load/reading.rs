//! Which files are read, in which order, and which of what they say counts: the log, the projection beside it, the archive of the month
//! to show, and those of months before it.

use std::io::{self, Read};

use chrono::NaiveDate;

use anyhow::Context as _;

use super::found::Found;
use crate::{
    analysis::{self, LedgerBuilder},
    commands::{Context, locate::LogPath},
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
pub(super) struct Past {
    pub(super) today: NaiveDate,
    /// As far as the log goes, not only as far as a forecast looks.
    pub(super) all: bool,
}

impl Past {
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

pub(super) struct Reading {
    pub(super) builder: LedgerBuilder,
    pub(super) found: Found,
    /// Whose archives were looked for.
    pub(super) months: Vec<Month>,
    pub(super) read: Amount,
    /// A monthly table of the log has more than one total.
    pub(super) has_several_totals: bool,
}

/// How much was read.
#[derive(Clone, Copy, Default)]
pub(super) struct Amount {
    pub(super) lines: u64,
    /// Rows of tables, and usage lines.
    pub(super) rows: u64,
}

impl Reading {
    /// Opens the log, and the projection beside it.
    pub(super) fn begin(
        builder: LedgerBuilder,
        findings: Findings,
        log: &LogPath,
        cx: &mut Context<'_>,
    ) -> Result<Self, Failure> {
        let opened = Some((FileId::LOG, log.open(cx)?));
        let projection = log.projection()?.map(|file| (FileId::PROJECTION, file));
        let found = Found {
            findings,
            files: log.files(),
            sources: opened.into_iter().chain(projection).collect(),
            remarks: Vec::new(),
        };
        Ok(Self {
            builder,
            found,
            months: Vec::new(),
            read: Amount::default(),
            has_several_totals: false,
        })
    }

    /// Reads the log, the projection beside it, the archive of the month to show, and those of months before it.
    pub(super) fn month(
        &mut self,
        log: &LogPath,
        settings: &Settings,
        past: Past,
    ) -> Result<Month, Failure> {
        self.read(FileId::LOG)?;
        self.read(FileId::PROJECTION)?;
        let Some(month) = self.builder.choose_month() else {
            return Err(no_usage(log));
        };
        self.months.push(month);
        self.archive(month, log, settings)?;
        let months = self.builder.months();
        if months.is_empty() {
            return Err(no_usage(log));
        }
        if self.builder.has_rows(month) {
            let past = past.months(month, &self.builder);
            self.look_back(log, settings, &past);
            self.months.extend(past);
            return Ok(month);
        }
        let all: Vec<String> = months.iter().map(ToString::to_string).collect();
        Err(
            Failure::no_data(format!("{} has no rows in {month}", log.shown))
                .help(format!("months with rows: {}", listed(&all))),
        )
    }

    /// Reads the archive of a month, if there is one.
    pub(super) fn archive(
        &mut self,
        month: Month,
        log: &LogPath,
        settings: &Settings,
    ) -> Result<(), Failure> {
        self.builder.archive(month);
        let Some((path, archive)) = log.archive(month, settings)? else {
            return Ok(());
        };
        let files = &mut self.found.files;
        let file = files.add(FileRole::Archive, path.display().to_string());
        self.found.sources.insert(file, archive);
        self.read(file)
    }

    /// Reads what the archives of other months say was spent. What is wrong with them is none of this month's business: where one
    /// cannot be read, that is said, and the forecast does without it.
    fn look_back(&mut self, log: &LogPath, settings: &Settings, months: &[Month]) {
        for month in months {
            let archive = match log.archive(*month, settings) {
                Ok(Some(archive)) => Ok(archive),
                Ok(None) => continue,
                Err(failure) => Err(failure.to_string()),
            };
            self.builder.archive(*month);
            let (builder, files) = (&mut self.builder, &mut self.found.files);
            let read = archive.and_then(|(path, mut archive)| {
                let file = files.add(FileRole::Archive, path.display().to_string());
                let bytes = archive.bytes();
                let read = bytes.and_then(|bytes| {
                    log::read(bytes, file, &mut |item| edit::enter(builder, file, item))
                });
                read.map_err(|error| format!("cannot read the archive of {month}: {error}"))
            });
            if let Err(error) = read {
                self.found.remarks.push(error);
            }
        }
    }

    /// Reads a file, if it is there.
    pub(super) fn read(&mut self, file: FileId) -> Result<(), Failure> {
        let Self {
            builder,
            found,
            read: amount,
            has_several_totals,
            ..
        } = self;
        let Some(source) = found.sources.get_mut(&file) else {
            return Ok(());
        };
        let mut sink = Sink {
            builder,
            findings: &mut found.findings,
            totals: Totals::Written,
            stated: 0,
            has_several: has_several_totals,
        };
        let (mut lines, mut rows) = (0, 0);
        let outcome = source.bytes().and_then(|bytes| {
            let bytes = Counted {
                bytes,
                lines: &mut lines,
                is_open: false,
            };
            log::read(bytes, file, &mut |item| {
                rows += u64::from(matches!(item, Item::Row(_) | Item::Usage(_)));
                sink.item(file, item);
            })
        });
        outcome.with_context(|| format!("cannot read {}", found.files.name(file)))?;
        amount.lines += lines;
        amount.rows += rows;
        Ok(())
    }
}

/// Bytes on their way to the reader, whose lines are counted. A last line without a line end is one.
struct Counted<'c, R> {
    bytes: R,
    lines: &'c mut u64,
    /// The line that is being read was counted already.
    is_open: bool,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let got = self.bytes.read(buffer)?;
        for line in buffer
            .get(..got)
            .unwrap_or_default()
            .split_inclusive(|byte| *byte == b'\n')
        {
            *self.lines += u64::from(!self.is_open);
            self.is_open = !line.ends_with(b"\n");
        }
        Ok(got)
    }
}

/// Where the totals of a table come from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Totals {
    /// They follow from the rows, and can be made of them again.
    Derived,
    /// Somebody wrote them, as that of the budgets of all teams.
    Written,
}

/// Where the items of a file go.
struct Sink<'l> {
    builder: &'l mut LedgerBuilder,
    findings: &'l mut Findings,
    /// Those of the section that is read.
    totals: Totals,
    /// How many totals the table states that is read.
    stated: usize,
    /// Set where that is more than one.
    has_several: &'l mut bool,
}

impl Sink<'_> {
    /// A total that was not made of rows cannot be computed from them.
    fn problem(&mut self, problem: Diagnostic) {
        let is_written = problem.code == Code::TotalDiffers && self.totals == Totals::Written;
        self.findings.push(if is_written {
            problem.manual()
        } else {
            problem
        });
    }

    fn item(&mut self, file: FileId, item: Item<'_>) {
        let in_log = file.role() == FileRole::Log;
        match item {
            Item::Problem(problem) => return self.problem(problem),
            Item::Heading(ref heading) => {
                self.totals = match heading.section {
                    Section::Monthly(_) | Section::Daily(_) | Section::Session { .. } => {
                        Totals::Derived
                    }
                    _ => Totals::Written,
                };
            }
            Item::Table(_) => self.stated = 0,
            Item::Row(ref row) => {
                let is_stated = matches!(row.value, RowValue::Total(_));
                self.stated += usize::from(is_stated && in_log);
                *self.has_several |= self.stated > 1;
            }
            _ => {}
        }
        edit::enter(self.builder, file, item);
    }
}

pub(super) fn no_usage(log: &LogPath) -> Failure {
    Failure::no_data(format!("{} holds no usage that can be read", log.shown))
        .help("a cost log has a section like `## 2026-02 Monthly Summary` with a table of teams and tokens")
}

/// The first of some names, and how many more there are.
pub(super) fn listed(names: &[String]) -> String {
    const MOST: usize = 12;
    let first = names
        .get(..MOST.min(names.len()))
        .unwrap_or_default()
        .join(", ");
    match names.len().saturating_sub(MOST) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}
