//! From options to a report: finds the files, reads them, and puts together what they say.

use chrono::{DateTime, FixedOffset, NaiveDate};

use super::{
    Context,
    locate::{EXCERPT, LogPath, log_and_settings, set_budget},
};
use crate::{
    analysis::{self, Closed, Keep, Ledger, Question, Rows, StatusReport},
    check,
    cli::{GlobalArgs, ViewArgs},
    config::Settings,
    diagnostic::{Diagnostic, Findings, Severity},
    exit::Failure,
    log::{self, Item, Row, RowValue, Section},
    model::{EntryKind, Month, Policy, fold_name},
    render::{self, Files, Format},
    store::Opened,
    text::{Document, Place},
    tui::Problem,
};

/// A report, and what was found on the way.
pub(super) struct Loaded {
    pub(super) report: StatusReport,
    pub(super) found: Found,
}

/// What is wrong with the files, and the files to show it in.
pub(super) struct Found {
    pub(super) findings: Findings,
    pub(super) files: Files,
    sources: Sources,
    /// What could not be looked back on.
    remarks: Vec<String>,
}

/// The files that were read.
struct Sources {
    log: Opened,
    archive: Option<Opened>,
    projection: Option<Opened>,
}

impl Sources {
    fn of(&mut self, document: Document) -> Option<&mut Opened> {
        match document {
            Document::Log => Some(&mut self.log),
            Document::Archive => self.archive.as_mut(),
            Document::Projection => self.projection.as_mut(),
            Document::Config => None,
        }
    }

    fn line_at(&mut self, place: &Place) -> Option<String> {
        let source = self.of(place.document);
        source?
            .line(
                place.line_start,
                EXCERPT.max((place.column + place.span.len().min(256)) * 4),
            )
            .ok()
    }
}

impl Found {
    /// What is wrong with the files, as far as it is listed, each with its place.
    pub(super) fn problems(&self) -> Vec<Problem> {
        let kept = self.findings.kept().iter();
        let problem = |finding: &Diagnostic| Problem {
            text: format!("{} {}", self.files.place(finding), finding.message),
            place: Some((finding.place.document, finding.place.line)),
            is_error: finding.severity() == Severity::Error,
        };
        kept.map(problem).collect()
    }

    /// How much is wrong with the files: `3 errors and 1 warning`.
    pub(super) fn counted(&self) -> Option<String> {
        render::counted(&self.findings)
    }

    /// Says on standard error what was found: in full where that is asked for, else how much.
    pub(super) fn tell(
        &mut self,
        global: &GlobalArgs,
        cx: &mut Context<'_>,
    ) -> Result<(), Failure> {
        for remark in self.remarks.iter().filter(|_| !global.quiet) {
            let remark = render::safe_line(remark);
            writeln!(cx.err, "tokmon: {remark}; the forecast does without it")?;
        }
        if global.verbose {
            let style = cx.err_style(global);
            let text = render::in_full(self.findings.kept(), &self.files, style, |place| {
                self.sources.line_at(place)
            });
            cx.err.write_all(text.as_bytes())?;
        } else if let Some(line) =
            render::summary(&self.findings, &self.files).filter(|_| !global.quiet)
        {
            writeln!(cx.err, "{line}")?;
        }
        Ok(())
    }
}

/// Reads all that the options name, and makes the report of it. `rows` tells whether single rows are shown.
pub(super) fn report(
    args: &ViewArgs,
    global: &GlobalArgs,
    rows: bool,
    cx: &mut Context<'_>,
) -> Result<Loaded, Failure> {
    let now = cx.now(global)?;
    let asked = Asked {
        rows: if rows { Rows::All } else { Rows::Summed },
        forecast_days: args.shows_forecast() || global.format() == Format::Json,
    };
    let read = read(args, global, asked, cx).or_else(|Unread { failure, found }| {
        if let Some(mut found) = found {
            found.tell(global, cx)?;
        }
        Err(failure)
    })?;
    Ok(Loaded {
        report: read.figures.report(now),
        found: read.found,
    })
}

/// What of a log is to be shown.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    /// Single rows.
    pub(super) rows: Rows,
    /// The days so far and to come, one by one.
    pub(super) forecast_days: bool,
}

/// What the files say, and what is wrong with them.
pub(super) struct Read {
    pub(super) figures: Figures,
    pub(super) found: Found,
    /// The month to show, and those looked back on: their archives matter.
    pub(super) months: Vec<Month>,
}

/// What the files say, from which a report can be made for any moment.
pub(super) struct Figures {
    closed: Closed,
    policy: Policy,
    shown: String,
    project: Option<String>,
    team: Option<String>,
    asked: Asked,
    backtest: bool,
}

/// Nothing could be made of the files.
pub(super) struct Unread {
    pub(super) failure: Failure,
    /// What is wrong with them, as far as they could be read.
    pub(super) found: Option<Box<Found>>,
}

impl From<Failure> for Unread {
    fn from(failure: Failure) -> Self {
        Self {
            failure,
            found: None,
        }
    }
}

impl Figures {
    /// The report for a moment.
    pub(super) fn report(&self, now: DateTime<FixedOffset>) -> StatusReport {
        let project = self.project.as_deref();
        let question = Question {
            path: &self.shown,
            now,
            project: project.and_then(|project| self.closed.find_project(project)),
            team: self.team.as_deref(),
            rows: self.asked.rows.are_shown(),
            forecast_days: self.asked.forecast_days,
            backtest: self.backtest,
        };
        analysis::report(&self.closed, &self.policy, &question)
    }
}

/// Reads all that the options name.
pub(super) fn read(
    args: &ViewArgs,
    global: &GlobalArgs,
    asked: Asked,
    cx: &mut Context<'_>,
) -> Result<Read, Unread> {
    let now = cx.now(global)?;
    let (log, mut settings) = log_and_settings(global, cx)?;
    set_budget(&mut settings, global, cx)?;
    let keep = Keep {
        month: args.month,
        rows: asked.rows,
    };
    let mut reading = Reading {
        ledger: Ledger::new(&settings.policy, keep),
        found: Found {
            findings: Findings::keeping(kept_findings(global)),
            files: log.files(),
            sources: Sources {
                log: log.open(cx)?,
                archive: None,
                projection: log.projection()?,
            },
            remarks: Vec::new(),
        },
        months: Vec::new(),
    };
    let past = Past {
        today: now.date_naive(),
        all: args.backtest,
    };
    let closed = reading.month(&log, &settings, past);
    let Reading {
        ledger,
        mut found,
        months,
    } = reading;
    let closed = match closed.and_then(|()| close(ledger, args, &log)) {
        Ok(closed) => closed,
        Err(failure) => {
            found.findings.sort();
            return Err(Unread {
                failure,
                found: Some(Box::new(found)),
            });
        }
    };
    found
        .findings
        .extend(check::findings(&closed, &settings.policy));
    found.findings.sort();
    let figures = Figures {
        closed,
        policy: settings.policy,
        shown: log.shown,
        project: args.project.clone(),
        team: args.team.clone(),
        asked,
        backtest: args.backtest,
    };
    Ok(Read {
        figures,
        found,
        months,
    })
}

/// How far to look back for how tokens were spent before the month to show.
#[derive(Clone, Copy)]
struct Past {
    today: NaiveDate,
    /// As far as the log goes, not only as far as a forecast looks.
    all: bool,
}

impl Past {
    /// The earlier months whose archives are of use, oldest first. A month that is over needs no forecast.
    fn months(self, shown: Month, ledger: &Ledger) -> Vec<Month> {
        let first = analysis::forecast::first_day_looked_at(self.today).map(Month::of);
        let recent = std::iter::successors(shown.before(), |month| month.before())
            .take_while(|month| first.is_some_and(|first| *month >= first))
            .filter(|_| shown.contains(self.today));
        let mut months: Vec<Month> = recent.collect();
        if self.all {
            let over = |month: &Month| *month != shown && *month < Month::of(self.today);
            months.extend(ledger.months().into_iter().filter(over));
        }
        months.sort_unstable();
        months.dedup();
        months
    }
}

struct Reading {
    ledger: Ledger,
    found: Found,
    /// Whose archives were looked for.
    months: Vec<Month>,
}

impl Reading {
    /// Reads the log, the projection beside it, the archive of the month to show, and those of months before it.
    fn month(&mut self, log: &LogPath, settings: &Settings, past: Past) -> Result<(), Failure> {
        self.read(Document::Log)?;
        self.read(Document::Projection)?;
        let Some(month) = self.ledger.choose_month() else {
            return Err(no_usage(log));
        };
        self.months.push(month);
        self.ledger.archive(month);
        if let Some((path, archive)) = log.archive(month, settings)? {
            self.found.files.archive = path.display().to_string();
            self.found.sources.archive = Some(archive);
            self.read(Document::Archive)?;
        }
        let months = self.ledger.months();
        if months.is_empty() {
            return Err(no_usage(log));
        }
        if self.ledger.has_rows(month) {
            let past = past.months(month, &self.ledger);
            self.look_back(log, settings, &past);
            self.months.extend(past);
            return Ok(());
        }
        let all: Vec<String> = months.iter().map(ToString::to_string).collect();
        Err(
            Failure::no_data(format!("{} has no rows in {month}", log.shown))
                .help(format!("months with rows: {}", listed(&all))),
        )
    }

    /// Reads what the archives of other months say was spent. What is wrong with them is none of this month's business: where one
    /// cannot be read, that is said, and the forecast does without it.
    fn look_back(&mut self, log: &LogPath, settings: &Settings, months: &[Month]) {
        for month in months {
            let archive = match log.archive(*month, settings) {
                Ok(Some((_, archive))) => Ok(archive),
                Ok(None) => continue,
                Err(failure) => Err(failure.to_string()),
            };
            self.ledger.archive(*month);
            let ledger = &mut self.ledger;
            let read = archive.and_then(|mut archive| {
                let bytes = archive.bytes();
                let read = bytes.and_then(|bytes| {
                    log::read(bytes, Document::Archive, &mut |item| remember(ledger, item))
                });
                read.map_err(|error| format!("cannot read the archive of {month}: {error}"))
            });
            if let Err(error) = read {
                self.found.remarks.push(error);
            }
        }
    }

    fn read(&mut self, document: Document) -> Result<(), Failure> {
        let Self { ledger, found, .. } = self;
        let Some(source) = found.sources.of(document) else {
            return Ok(());
        };
        let mut sink = Sink {
            ledger,
            findings: &mut found.findings,
        };
        let outcome = source.bytes().and_then(|bytes| {
            log::read(bytes, document, &mut |item| match document {
                Document::Archive => sink.archived(item),
                Document::Projection => sink.projected(item),
                Document::Log | Document::Config => sink.logged(item),
            })
        });
        let shown = found.files.name(document);
        outcome
            .map(|_| ())
            .map_err(|error| Failure::io(format!("cannot read {shown}"), &error))
    }
}

/// Where the items of a file go.
struct Sink<'l> {
    ledger: &'l mut Ledger,
    findings: &'l mut Findings,
}

impl Sink<'_> {
    fn logged(&mut self, item: Item<'_>) {
        let ledger = &mut *self.ledger;
        match item {
            Item::Heading(heading) => {
                if matches!(heading.section, Section::Monthly(_)) {
                    ledger.summary(heading.place.line);
                }
            }
            Item::Header(header) => ledger.header(&header),
            Item::Note(note) => ledger.note(note),
            Item::Usage(entry) => ledger.entry(&entry),
            Item::Line(line) => ledger.line(&line),
            Item::Unreadable { month, place } => ledger.unreadable(month, place),
            Item::Problem(problem) => self.findings.push(problem),
            Item::Row(row) => match row.value {
                RowValue::Entry(entry) => ledger.entry(&entry),
                RowValue::Total(total) => ledger.total(total),
                RowValue::Unreadable(month) => ledger.unreadable(month, row.place),
                value => self.planned(value, Document::Log),
            },
        }
    }

    fn planned(&mut self, value: RowValue<'_>, document: Document) {
        match value {
            RowValue::Allocation(row) => self.ledger.allocation(document, row),
            RowValue::Phase(phase) => self.ledger.phase(document, phase),
            RowValue::Optimization(row) => self.ledger.optimization(document, row),
            _ => {}
        }
    }

    /// Of an archive, what was spent counts, and nothing else.
    fn archived(&mut self, item: Item<'_>) {
        match item {
            Item::Problem(problem) => self.findings.push(problem),
            Item::Unreadable { month, place }
            | Item::Row(Row {
                value: RowValue::Unreadable(month),
                place,
                ..
            }) => self.ledger.unreadable(month, place),
            item => remember(self.ledger, item),
        }
    }

    /// Of a projection file, what is planned counts.
    fn projected(&mut self, item: Item<'_>) {
        match item {
            Item::Problem(problem) => self.findings.push(problem),
            Item::Row(row) => self.planned(row.value, Document::Projection),
            _ => {}
        }
    }
}

/// Of an archive that is only looked back on, what was spent counts as far as it can be read.
fn remember(ledger: &mut Ledger, item: Item<'_>) {
    match item {
        Item::Usage(entry) => ledger.entry(&entry),
        Item::Row(row) => {
            if let RowValue::Entry(entry) = row.value
                && entry.kind != EntryKind::Monthly
            {
                ledger.entry(&entry);
            }
        }
        _ => {}
    }
}

/// How many findings there is a use for: a table lists the first of them.
fn kept_findings(global: &GlobalArgs) -> Option<usize> {
    let some = global.format() == Format::Table && !global.verbose;
    some.then_some(render::MOST_FINDINGS)
}

fn no_usage(log: &LogPath) -> Failure {
    Failure::no_data(format!("{} holds no usage that can be read", log.shown))
        .help("a cost log has a section like `## 2026-02 Monthly Summary` with a table of teams and tokens")
}

/// The first of some names, and how many more there are.
fn listed(names: &[String]) -> String {
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

fn close(ledger: Ledger, args: &ViewArgs, log: &LogPath) -> Result<Closed, Failure> {
    let Some(closed) = ledger.close(args.project.as_deref()) else {
        return Err(no_usage(log));
    };
    let month = &closed.month;
    if let Some(project) = &args.project
        && closed.find_project(project).is_none()
    {
        return Err(unknown("project", project, &month.projects, month.month));
    }
    if let Some(team) = &args.team
        && closed.search_team(team).is_none()
    {
        let names: Vec<String> = month.teams.iter().map(|team| team.name.clone()).collect();
        return Err(unknown("team", team, &names, month.month));
    }
    Ok(closed)
}

fn unknown(what: &str, name: &str, known: &[String], month: Month) -> Failure {
    let nearest = known
        .iter()
        .min_by_key(|known| strsim::damerau_levenshtein(&fold_name(known), &fold_name(name)));
    let near = nearest
        .filter(|known| strsim::damerau_levenshtein(&fold_name(known), &fold_name(name)) <= 2);
    let help = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None if known.is_empty() => format!("the log names no {what} in this month"),
        None => format!("{what}s of this month: {}", listed(known)),
    };
    Failure::usage(format!("no {what} `{name}` in {month}")).help(help)
}
