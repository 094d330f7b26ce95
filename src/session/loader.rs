//! Reads the files of a log in the order in which they count: the log, the projection beside it, the archive of the month to show,
//! and those of months before it. Each archive is closed before the next is opened: a log may have a thousand.

use std::{
    collections::HashSet,
    hash::{DefaultHasher, Hash, Hasher as _},
    io::{self, Read},
    mem,
    sync::Arc,
};

use anyhow::Context as _;
use chrono::{DateTime, FixedOffset, NaiveDate};

use super::{
    log_files::{EXCERPT, LogFiles},
    may_be_current,
};
use crate::{
    analysis::{
        self, Ledger, LedgerBuilder, RowSelection, Superseded,
        forecast::{BacktestExtent, MONTHS_OF_CONFIDENCE},
    },
    diagnostic::Findings,
    edit,
    failure::Failure,
    log::{
        self, Item, RowValue,
        foreign::{self, Reopen},
    },
    model::{Header, LogReading, Month, NoteValue, Policy, ReadRules, fold_name},
    render::{self, check::CheckExtent},
    store::{self, Opened},
    text::{FileId, FileRole, Files, Place},
};

/// The files that were read, and what is wrong with them.
pub struct ReadFiles {
    pub findings: Findings,
    pub files: Files,
    /// The log. It stays open, since standard input cannot be read again.
    pub log: Opened,
    /// Why archives of earlier months could not be read.
    pub unread: Vec<String>,
    /// How the log was read, where it is not in tokmon's own format.
    pub reading: Option<Arc<LogReading>>,
}

/// The bytes of an open file, from the beginning each time.
pub(super) struct Bytes<'o>(pub(super) &'o mut Opened);

impl Reopen for Bytes<'_> {
    fn reopen(&mut self) -> io::Result<Box<dyn Read + '_>> {
        self.0.bytes()
    }
}

impl ReadFiles {
    /// Closes the log: no program can rewrite one that another has open. Its lines cannot be shown any more.
    pub fn close(&mut self) {
        self.log = Opened::Memory(Vec::new());
    }
}

/// The line that a place is on, with enough of it to show the place. `log` is the log itself.
pub fn line_at(log: &mut Opened, files: &Files, place: &Place) -> Option<String> {
    let most = EXCERPT.max((place.column + place.span.len().min(256)) * 4);
    if place.file == FileId::LOG {
        return log.line(place.line_start, most).ok();
    }
    let path = files.path(place.file)?;
    let mut file = store::open_beside(files.path(FileId::LOG)?, path).ok()?;
    file.line(place.line_start, most).ok()
}

/// The months before the one shown whose archives are of use, oldest first: those that a forecast uses, and the finished months that
/// forecasts are made again for, with those that these use. A month that is over needs no forecast.
fn earlier_months(
    shown: Month,
    today: NaiveDate,
    backtest: BacktestExtent,
    builder: &LedgerBuilder,
) -> Vec<Month> {
    /// A forecast looks back on 91 days.
    const MONTHS_OF_HISTORY: usize = 4;
    let first = analysis::forecast::first_day_looked_at(today).map(Month::of);
    let recent = std::iter::successors(shown.before(), |month| month.before())
        .take_while(|month| first.is_some_and(|first| *month >= first))
        .filter(|_| shown.contains(today));
    let mut months: Vec<Month> = recent.collect();
    let most = match backtest {
        BacktestExtent::None => 0,
        BacktestExtent::LastYear => MONTHS_OF_CONFIDENCE + MONTHS_OF_HISTORY,
        BacktestExtent::All => usize::MAX,
    };
    let over = |month: &Month| *month != shown && *month < Month::of(today);
    let over: Vec<Month> = builder.months().into_iter().filter(over).collect();
    months.extend(over.into_iter().rev().take(most));
    months.sort_unstable();
    months.dedup();
    months
}

pub struct Loader<'l> {
    log: &'l LogFiles,
    builder: LedgerBuilder,
    findings: Findings,
    files: Files,
    unread: Vec<String>,
    /// How a log was read that is not in tokmon's own format.
    reading: Option<Arc<LogReading>>,
    /// A table of usage in that format was met.
    is_in_own_format: bool,
    pub extent: CheckExtent,
    /// The number of totals so far in the table that is being read.
    totals_in_table: usize,
    /// What the notes of the log and its header say, by hash.
    said: HashSet<u64>,
    /// A table of the log has more than one total, or its notes or its header say something twice.
    pub may_be_merged: bool,
}

impl<'l> Loader<'l> {
    /// Reads the log, which is open, and the projection beside it.
    pub fn begin(
        log: &'l LogFiles,
        opened: &mut Opened,
        policy: &Policy,
        selection: RowSelection,
        now: DateTime<FixedOffset>,
        findings: Findings,
        superseded: Superseded,
    ) -> Result<Self, Failure> {
        let mut loader = Self {
            log,
            builder: LedgerBuilder::new(policy, selection, Some(now))
                .with_superseded(superseded.clone()),
            findings: findings.clone(),
            reading: None,
            is_in_own_format: false,
            files: log.names(),
            unread: Vec::new(),
            extent: CheckExtent::default(),
            totals_in_table: 0,
            said: HashSet::new(),
            may_be_merged: false,
        };
        loader.read(FileId::LOG, opened)?;
        if !loader.is_in_own_format {
            let builder =
                || LedgerBuilder::new(policy, selection, Some(now)).with_superseded(superseded);
            loader.read_foreign(opened, &policy.read, now, (builder, findings))?;
        }
        if let Some(mut projection) = log.projection()? {
            let before = loader.extent.lines;
            loader.read(FileId::PROJECTION, &mut projection)?;
            loader.extent.projection_lines = loader.extent.lines - before;
        }
        Ok(loader)
    }

    /// Reads the archives that matter to the month to show. Returns that month and those looked back on.
    pub fn load_month(
        &mut self,
        now: DateTime<FixedOffset>,
        backtest: BacktestExtent,
    ) -> Result<(Month, Vec<Month>), Failure> {
        let today = Month::of(now.date_naive());
        let chosen = self.builder.choose_month();
        let chosen = chosen.or_else(|| self.builder.begin_month(today));
        let month = chosen.ok_or_else(|| no_usage(self.log, self.reading.as_deref()))?;
        self.load_archive(month)?;
        // What counts against the budget must not lack any of them.
        let of_period = self.builder.months_of_period(month);
        for month in &of_period {
            self.load_archive(*month)?;
        }
        let mut earlier = earlier_months(month, now.date_naive(), backtest, &self.builder);
        if !self.builder.has_rows(month) {
            self.check_rowless(month, now)?;
            // It may hold the last row.
            let newest = self.builder.newest_month().into_iter();
            earlier.splice(
                ..0,
                newest
                    .filter(|newest| !earlier.contains(newest))
                    .collect::<Vec<_>>(),
            );
        }
        // What is wrong with earlier months does not concern this one, and the forecast can do without them.
        let findings = mem::replace(&mut self.findings, Findings::listing(0));
        earlier.retain(|month| !of_period.contains(month));
        for month in &earlier {
            if let Err(failure) = self.load_archive(*month) {
                self.unread.push(failure.to_string());
            }
        }
        self.findings = findings;
        earlier.extend(of_period);
        Ok((month, earlier))
    }

    /// Fails for a month without rows, unless it may be the current one, whose first row is still to come.
    fn check_rowless(&self, month: Month, now: DateTime<FixedOffset>) -> Result<(), Failure> {
        let months = self.builder.months();
        if !self.builder.is_cost_log() || months.is_empty() && !may_be_current(month, now) {
            return Err(no_usage(self.log, self.reading.as_deref()));
        }
        if may_be_current(month, now) {
            return Ok(());
        }
        let all: Vec<String> = months.iter().map(ToString::to_string).collect();
        let message = format!("{} has no rows in {month}", self.log.shown);
        let help = format!("months with rows: {}", first_of(&all));
        Err(Failure::no_data(message).help(help))
    }

    /// How the log was read, where it is not in tokmon's own format.
    pub fn reading(&self) -> Option<&LogReading> {
        self.reading.as_deref()
    }

    pub fn is_cost_log(&self) -> bool {
        self.builder.is_cost_log()
    }

    /// The months of the log, and the month to show, oldest first.
    pub fn months(&mut self) -> Vec<Month> {
        let mut months = self.builder.months();
        months.extend(self.builder.choose_month());
        months.sort_unstable();
        months.dedup();
        months
    }

    /// Reads the archive of a month, if there is one.
    pub fn load_archive(&mut self, month: Month) -> Result<(), Failure> {
        self.builder.begin_archive(month);
        let Some((found, mut archive)) = self.log.archive(month)? else {
            return Ok(());
        };
        let path = Some(found.path);
        let file = self.files.add(FileRole::Archive, found.shown, path);
        let before = self.extent.lines;
        self.read(file, &mut archive)?;
        self.extent.archived_lines += self.extent.lines - before;
        self.extent.archives += 1;
        Ok(())
    }

    /// Reads the log as one in another form, if any of its tables counts there. This replaces what was read of it before.
    fn read_foreign(
        &mut self,
        opened: &mut Opened,
        rules: &ReadRules,
        now: DateTime<FixedOffset>,
        (builder, findings): (impl FnOnce() -> LedgerBuilder, Findings),
    ) -> Result<(), Failure> {
        let context = || format!("cannot read {}", self.log.shown);
        let team = self.log.folder_name();
        let team = team.as_deref().unwrap_or("log");
        let bytes = &mut Bytes(opened);
        let surveyed = foreign::survey(bytes, FileId::LOG, rules, (team, now.date_naive()));
        let survey = surveyed.with_context(context)?;
        let reading = Arc::new(survey.reading.clone());
        if reading.counts() {
            let lines = self.extent.lines;
            (self.builder, self.findings) = (builder(), findings);
            self.builder.set_foreign(Arc::clone(&reading));
            self.extent = CheckExtent {
                lines,
                ..CheckExtent::default()
            };
            let mut each = |item: Item<'_>| self.item(FileId::LOG, item);
            let read = foreign::read(bytes, FileId::LOG, &survey, &mut each);
            read.with_context(context)?;
        }
        self.reading = Some(reading);
        Ok(())
    }

    fn read(&mut self, file: FileId, opened: &mut Opened) -> Result<(), Failure> {
        self.totals_in_table = 0;
        let lines = opened
            .bytes()
            .and_then(|bytes| log::read(bytes, file, &mut |item| self.item(file, item)));
        let lines = lines.with_context(|| format!("cannot read {}", self.files.name(file)))?;
        self.extent.lines += lines as u64;
        Ok(())
    }

    fn item(&mut self, file: FileId, item: Item<'_>) {
        match &item {
            // Most items are lines: nothing else is asked of them.
            Item::Line { .. } => return edit::enter(&mut self.builder, file, item),
            Item::Table(_) => {
                self.is_in_own_format |= item.is_of_own_format();
                self.totals_in_table = 0;
            }
            Item::Row(row) => {
                self.is_in_own_format |= item.is_of_own_format();
                self.extent.rows += 1;
                let has_figure = match &row.value {
                    RowValue::Entry(entry) => entry.has_figure(),
                    RowValue::Undated(figures) => figures.is_any(),
                    _ => true,
                };
                self.extent.rows_without_figure += u64::from(!has_figure);
                let is_total = matches!(row.value, RowValue::Total(_)) && file == FileId::LOG;
                self.totals_in_table += usize::from(is_total);
                self.may_be_merged |= self.totals_in_table > 1;
            }
            Item::Usage(_) => self.extent.rows += 1,
            Item::Note(note) if file == FileId::LOG => {
                let team = match &note.value {
                    NoteValue::Efficiency { team, .. } => Some(fold_name(team)),
                    _ => None,
                };
                self.say((mem::discriminant(&note.value), team));
            }
            Item::Header(Header::LastUpdated(_)) if file == FileId::LOG => self.say(()),
            _ => {}
        }
        match item {
            Item::Problem(problem) => self.findings.push(problem),
            item => edit::enter(&mut self.builder, file, item),
        }
    }

    /// What a second reading has to know, if one is needed.
    pub fn take_superseded(&mut self) -> Option<Superseded> {
        self.builder.take_superseded()
    }

    fn say(&mut self, what: impl Hash) {
        let mut hasher = DefaultHasher::new();
        what.hash(&mut hasher);
        self.may_be_merged |= !self.said.insert(hasher.finish());
    }

    pub fn finish(self, log: Opened) -> (Ledger, ReadFiles) {
        let files = ReadFiles {
            findings: self.findings,
            files: self.files,
            log,
            unread: self.unread,
            reading: self.reading,
        };
        (self.builder.finish(), files)
    }
}

/// The file is no cost log: which tables it has, if any, and what each of them lacks.
pub fn no_usage(log: &LogFiles, reading: Option<&LogReading>) -> Failure {
    let message = format!("{} holds no usage that can be read", log.shown);
    match reading.filter(|reading| !reading.tables.is_empty()) {
        Some(reading) => {
            let full = render::reading::nothing_counts(&message, reading);
            Failure::no_log(message).in_full(full).help(
                "if the file is a log, say under [read] in tokmon.toml what the columns of its tables mean; `tokmon check --tables` shows what each is taken for",
            )
        }
        None => Failure::no_log(message).help(
            "a cost log has a table with a date and tokens or money in each row, or a section like `## 2026-02 Monthly Summary` with a table of teams and tokens",
        ),
    }
}

/// The first of some names, and the number of the others.
pub fn first_of(names: &[String]) -> String {
    const MAX_NAMES: usize = 12;
    let first = names.get(..MAX_NAMES).unwrap_or(names).join(", ");
    match names.len().saturating_sub(MAX_NAMES) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}
