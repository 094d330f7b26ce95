//! From options to a report: finds the files, reads them, and puts together what they say.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

use super::Context;
use crate::{
    Failure,
    analysis::{self, Closed, Keep, Ledger, Question, StatusReport},
    check,
    cli::{GlobalArgs, ViewArgs, parse_tokens},
    config::{self, Settings},
    diagnostic::{self, Diagnostic},
    log::{self, Item, RowValue, Section},
    model::{Budget, BudgetSource, Month, fold_name},
    render::{self, Files, Style},
    store::{self, OpenError, Opened},
    text::{Document, Place},
};

/// Where a log is looked for, in a folder and its parents.
const USUAL_PLACES: [&str; 3] = [
    "shared-intelligence/cost-log.md",
    "docs/cost-log.md",
    "cost-log.md",
];

/// The most of a line that an excerpt shows.
const EXCERPT: usize = 4 * 1024;

/// The most that a settings file may hold.
const MOST_SETTINGS: usize = 1024 * 1024;

/// A report, and what was found on the way.
pub(super) struct Loaded {
    pub(super) report: StatusReport,
    pub(super) found: Found,
}

/// What is wrong with the files, and the files to show it in.
pub(super) struct Found {
    pub(super) findings: Vec<Diagnostic>,
    pub(super) files: Files,
    sources: Sources,
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
    /// Says on standard error what was found: in full where that is asked for, else how much.
    pub(super) fn tell(
        &mut self,
        global: &GlobalArgs,
        cx: &mut Context<'_>,
    ) -> Result<(), Failure> {
        if global.verbose {
            let style = cx.err_style(global);
            let text = render::in_full(&self.findings, &self.files, style, |place| {
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
    let (log, mut settings) = log_and_settings(global, cx)?;
    set_budget(&mut settings, global, cx)?;
    let keep = Keep {
        month: args.month,
        rows,
    };
    let mut reading = Reading {
        ledger: Ledger::new(&settings.policy, keep),
        found: Found {
            findings: Vec::new(),
            files: log.files(),
            sources: open_sources(&log, cx)?,
        },
    };
    let closed = reading.month(args, &log, &settings);
    let Reading { ledger, mut found } = reading;
    let closed = closed
        .and_then(|()| close(ledger, args, &log))
        .or_else(|failure| {
            diagnostic::sort(&mut found.findings);
            found.tell(global, cx)?;
            Err(failure)
        })?;
    found
        .findings
        .extend(check::findings(&closed, &settings.policy));
    diagnostic::sort(&mut found.findings);
    let question = Question {
        path: &log.shown,
        now,
        project: args.project.as_deref(),
        team: args.team.as_deref(),
        rows,
    };
    Ok(Loaded {
        report: analysis::report(&closed, &settings.policy, &question),
        found,
    })
}

/// A log that was asked for or found.
struct LogPath {
    /// None for standard input.
    path: Option<PathBuf>,
    /// As it was given.
    shown: String,
}

impl LogPath {
    /// The log that was asked for; `-` is standard input.
    fn named(path: &Path, cx: &Context<'_>) -> Self {
        Self {
            path: (path.as_os_str() != "-").then(|| cx.absolute(path)),
            shown: path.display().to_string(),
        }
    }

    /// A log that was found.
    fn found(path: PathBuf, cx: &Context<'_>) -> Self {
        Self {
            shown: shown_from(&path, cx),
            path: Some(path),
        }
    }

    fn folder(&self) -> Option<&Path> {
        self.path.as_deref().and_then(Path::parent)
    }

    fn beside(&self, name: &str) -> Option<PathBuf> {
        self.folder().map(|folder| folder.join(name))
    }

    fn files(&self) -> Files {
        Files {
            log: self.shown.clone(),
            projection: self.beside_shown("cost-projection.md"),
            ..Files::default()
        }
    }

    fn beside_shown(&self, name: &str) -> String {
        Path::new(&self.shown)
            .with_file_name(name)
            .display()
            .to_string()
    }

    /// The archive of a month, if there is one. Its name is made of the month alone, never of what a log says.
    fn archive(&self, month: Month, settings: &Settings) -> Option<(PathBuf, Opened)> {
        let name = format!("cost-log-{month}.md");
        let folder = settings
            .archive_dir
            .clone()
            .unwrap_or_else(|| PathBuf::from("archive"));
        let opened = store::open(&self.folder()?.join(&folder).join(&name)).ok()?;
        Some((
            Path::new(&self.shown).with_file_name(folder).join(name),
            opened,
        ))
    }
}

struct Reading {
    ledger: Ledger,
    found: Found,
}

impl Reading {
    /// Reads the log, the projection beside it, and the archive of the month to show.
    fn month(
        &mut self,
        args: &ViewArgs,
        log: &LogPath,
        settings: &Settings,
    ) -> Result<(), Failure> {
        self.read(Document::Log)?;
        self.read(Document::Projection)?;
        let month = some_month(&self.ledger, args.month, log)?;
        if let Some((path, archive)) = log.archive(month, settings) {
            self.found.files.archive = path.display().to_string();
            self.found.sources.archive = Some(archive);
            self.read(Document::Archive)?;
        }
        Ok(())
    }

    fn read(&mut self, document: Document) -> Result<(), Failure> {
        let Self { ledger, found } = self;
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
    findings: &'l mut Vec<Diagnostic>,
}

impl Sink<'_> {
    fn logged(&mut self, item: Item<'_>) {
        let ledger = &mut *self.ledger;
        match item {
            Item::Heading(heading) => {
                if matches!(
                    heading.section,
                    Section::Monthly(Some(_)) | Section::Daily(_) | Section::Session { .. }
                ) {
                    ledger.section();
                }
            }
            Item::Header(header) => ledger.header(&header),
            Item::Note(note) => ledger.note(note),
            Item::Usage(entry) => ledger.entry(&entry),
            Item::Line(line) => ledger.line(&line),
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
            Item::Usage(entry) => self.ledger.entry(&entry),
            Item::Problem(problem) => self.findings.push(problem),
            Item::Row(row) => match row.value {
                RowValue::Entry(entry) if entry.kind != crate::model::EntryKind::Monthly => {
                    self.ledger.entry(&entry);
                }
                RowValue::Unreadable(month) => self.ledger.unreadable(month, row.place),
                _ => {}
            },
            _ => {}
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

fn open_sources(log: &LogPath, cx: &mut Context<'_>) -> Result<Sources, Failure> {
    let opened = match &log.path {
        Some(path) => store::open(path).map_err(|error| cannot_open(&log.shown, &error))?,
        None => Opened::read_all(cx.input)
            .map_err(|error| Failure::io("cannot read standard input", &error))?,
    };
    Ok(Sources {
        log: opened,
        archive: None,
        projection: log
            .beside("cost-projection.md")
            .and_then(|path| store::open(&path).ok()),
    })
}

fn cannot_open(path: &str, error: &OpenError) -> Failure {
    let help = match error {
        OpenError::Missing => "name an existing log with --file PATH",
        OpenError::NotAFile("a pipe" | "a device") => "to read from a pipe, write `--file -`",
        OpenError::NotAFile(_) => "name the file itself, like `--file docs/cost-log.md`",
        OpenError::Refused(_) => "check the permissions of the file and its folders",
    };
    Failure::no_input(format!("cannot read cost log {path}: {error}")).help(help)
}

/// The log, and the settings that hold for it: those named, else those that name the log, else the nearest to it.
fn log_and_settings(global: &GlobalArgs, cx: &Context<'_>) -> Result<(LogPath, Settings), Failure> {
    let given = |option: &Option<PathBuf>, variable: &Option<OsString>| {
        option
            .clone()
            .or_else(|| variable.clone().map(PathBuf::from))
    };
    let config = given(&global.config, &cx.environment.config).map(|path| cx.absolute(&path));
    let read = |path: &Path| read_settings(path, cx);
    let named = given(&global.file, &cx.environment.file);
    let near = |folder: &Path| {
        config
            .clone()
            .or_else(|| config::find(folder, cx.environment.user_settings.as_deref()))
    };
    if let Some(path) = named {
        let log = LogPath::named(&path, cx);
        let settings = near(log.folder().unwrap_or(&cx.folder))
            .map(|path| read(&path))
            .transpose()?;
        return Ok((log, settings.unwrap_or_default()));
    }
    let here = near(&cx.folder);
    let settings = here.as_deref().map(read).transpose()?.unwrap_or_default();
    if let (Some(log), Some(here)) = (&settings.log, &here) {
        let log = LogPath::found(here.parent().unwrap_or(here).join(log), cx);
        return Ok((log, settings));
    }
    let log = find_log(cx)?;
    match near(log.folder().unwrap_or(&cx.folder)) {
        nearer if nearer == here => Ok((log, settings)),
        nearer => Ok((
            log,
            nearer.as_deref().map(read).transpose()?.unwrap_or_default(),
        )),
    }
}

/// The log in one of the usual places, from here up to the root of the repository.
fn find_log(cx: &Context<'_>) -> Result<LogPath, Failure> {
    let folders = store::up_to_repository(&cx.folder);
    let tried: Vec<PathBuf> = folders
        .iter()
        .flat_map(|folder| USUAL_PLACES.map(|name| folder.join(name)))
        .collect();
    if let Some(path) = tried.iter().find(|path| store::is_file(path)) {
        return Ok(LogPath::found(path.clone(), cx));
    }
    let tried: Vec<String> = tried
        .iter()
        .map(|path| format!("  {}", &shown_from(path, cx)))
        .collect();
    Err(Failure::no_input(format!(
        "no cost log found; looked for\n{}",
        tried.join("\n")
    ))
    .help("name one with --file PATH or TOKMON_FILE, or write `log = \"PATH\"` into tokmon.toml"))
}

/// A path as short as it can be written from the working folder.
fn shown_from(path: &Path, cx: &Context<'_>) -> String {
    path.strip_prefix(&cx.folder)
        .unwrap_or(path)
        .display()
        .to_string()
}

fn read_settings(path: &Path, cx: &Context<'_>) -> Result<Settings, Failure> {
    let shown = shown_from(path, cx);
    let unreadable = |error: &dyn std::fmt::Display| {
        Failure::config(format!("cannot read settings {}: {error}", &shown))
            .help("name a tokmon.toml with --config PATH")
    };
    let text = store::open(path)
        .map_err(|error| unreadable(&error))?
        .text(MOST_SETTINGS)
        .map_err(|error| unreadable(&error))?;
    config::parse(&text).map_err(|problems| {
        let mut memory = Opened::Memory(text.into_bytes());
        let files = Files {
            config: shown,
            ..Files::default()
        };
        Failure::in_full(render::in_full(&problems, &files, Style::PLAIN, |place| {
            memory.line(place.line_start, EXCERPT).ok()
        }))
    })
}

/// The budget by option, else by environment, else as the settings have it.
fn set_budget(
    settings: &mut Settings,
    global: &GlobalArgs,
    cx: &Context<'_>,
) -> Result<(), Failure> {
    let from_environment = || {
        let text = cx
            .environment
            .budget
            .as_ref()?
            .to_string_lossy()
            .into_owned();
        Some(parse_tokens(&text).map_err(|help| {
            Failure::usage(format!("TOKMON_BUDGET is not a number of tokens: `{text}`")).help(help)
        }))
    };
    let found = match global.budget {
        Some(tokens) => Some((tokens, BudgetSource::Option)),
        None => from_environment()
            .transpose()?
            .map(|tokens| (tokens, BudgetSource::Environment)),
    };
    if let Some((tokens, source)) = found {
        settings.policy.budget = Some(Budget {
            tokens,
            source,
            place: None,
        });
    }
    Ok(())
}

/// The month to show, which must have rows.
fn some_month(ledger: &Ledger, asked: Option<Month>, log: &LogPath) -> Result<Month, Failure> {
    let (months, log) = (ledger.months(), &log.shown);
    let newest = ledger.month().filter(|month| months.contains(month));
    let listed = || {
        months
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(", ")
    };
    newest.ok_or_else(|| match asked {
        Some(month) if !months.is_empty() => {
            Failure::no_data(format!("{log} has no rows in {month}")).help(format!("months with rows: {}", listed()))
        }
        _ => Failure::no_data(format!("{log} holds no usage that can be read"))
            .help("a cost log has a section like `## 2026-02 Monthly Summary` with a table of teams and tokens; -v shows what is wrong"),
    })
}

fn close(ledger: Ledger, args: &ViewArgs, log: &LogPath) -> Result<Closed, Failure> {
    let log = &log.shown;
    let Some(closed) = ledger.close(args.project.as_deref()) else {
        return Err(Failure::no_data(format!(
            "{log} holds no usage that can be read"
        )));
    };
    let month = &closed.month;
    if let Some(project) = &args.project
        && !month
            .projects
            .iter()
            .any(|known| fold_name(known) == fold_name(project))
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
        None => format!("{what}s of this month: {}", &known.join(", ")),
    };
    Failure::usage(format!("no {what} `{name}` in {month}")).help(help)
}
