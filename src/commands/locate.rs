//! Which files a run is about: the log that is named or found, and the settings that hold for it.
//! What they say is read by `load`.

use std::{
    cell::OnceCell,
    path::{Path, PathBuf},
};

use anyhow::Context as _;

use super::{
    Context,
    archives::{Archives, MonthArchive},
};
use crate::{
    cli::{GlobalArgs, parse_tokens},
    config::{self, Settings},
    exit::ExitCode,
    failure::Failure,
    model::{Budget, BudgetSource, Month},
    render,
    store::{self, OpenError, Opened},
    text::{FileId, FileRole, Files},
};

/// Where a log is looked for, in a folder and its parents.
const USUAL_PLACES: [&str; 3] = [
    "shared-intelligence/cost-log.md",
    "docs/cost-log.md",
    "cost-log.md",
];

/// The file beside a log that may hold its allocation and its plan.
const PROJECTION: &str = "cost-projection.md";

/// The most that a settings file may hold.
const MOST_SETTINGS: usize = 1024 * 1024;

/// The most of a line that an excerpt shows.
pub(super) const EXCERPT: usize = 4 * 1024;

/// A log that was asked for or found.
pub(super) struct LogPath {
    /// None for standard input.
    path: Option<PathBuf>,
    /// As it was given.
    pub(super) shown: String,
    archives: OnceCell<Option<Archives>>,
}

impl LogPath {
    /// The log that was asked for; `-` is standard input.
    fn named(path: &Path, cx: &Context<'_>) -> Self {
        Self {
            path: (path.as_os_str() != "-").then(|| cx.absolute(path)),
            shown: path.display().to_string(),
            archives: OnceCell::new(),
        }
    }

    /// A log that was found.
    fn found(path: PathBuf, cx: &Context<'_>) -> Self {
        Self {
            shown: shown_from(&path, cx),
            path: Some(path),
            archives: OnceCell::new(),
        }
    }

    /// Where it is. None for standard input.
    pub(super) fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Opens it.
    pub(super) fn open(&self, cx: &mut Context<'_>) -> Result<Opened, Failure> {
        let Some(path) = &self.path else {
            return Opened::read_all(cx.input)
                .context("cannot read standard input")
                .map_err(Failure::from);
        };
        store::open_log(path).map_err(|error| {
            let code = match error {
                OpenError::DamagedJournal(_) => ExitCode::DataError,
                _ => ExitCode::NoInput,
            };
            let help = match error {
                OpenError::Missing => {
                    "name an existing log with --file PATH, or begin one with `tokmon init`"
                }
                OpenError::NotAFile("a pipe" | "a device") => {
                    "to read from a pipe, write `--file -`"
                }
                OpenError::NotAFile(_) => "name the file itself, like `--file docs/cost-log.md`",
                OpenError::Refused(_) => "check the permissions of the file and its folders",
                OpenError::DamagedJournal(_) => store::DAMAGED_JOURNAL_HELP,
            };
            let message = format!("cannot read cost log {}: {error}", self.shown);
            Failure::new(code, message).help(help)
        })
    }

    /// The projection file beside it, if there is one.
    pub(super) fn projection(&self) -> Result<Option<Opened>, Failure> {
        match self.beside(PROJECTION) {
            Some(path) => if_there(store::open(&path), &self.beside_shown(PROJECTION)),
            None => Ok(None),
        }
    }

    fn folder(&self) -> Option<&Path> {
        self.path.as_deref().and_then(Path::parent)
    }

    fn beside(&self, name: &str) -> Option<PathBuf> {
        self.folder().map(|folder| folder.join(name))
    }

    pub(super) fn files(&self) -> Files {
        let mut files = Files::default();
        files.add(FileRole::Log, self.shown.as_str());
        files.add(FileRole::Projection, self.beside_shown(PROJECTION));
        files
    }

    fn beside_shown(&self, name: &str) -> String {
        Path::new(&self.shown)
            .with_file_name(name)
            .display()
            .to_string()
    }

    /// Its archives. Standard input has none.
    pub(super) fn archives(&self, settings: &Settings) -> Option<&Archives> {
        let archives = self.archives.get_or_init(|| {
            let path = self.path.as_deref()?;
            Some(Archives::of(path, &self.shown, archive_folder(settings)))
        });
        archives.as_ref()
    }

    /// The archive of a month, if there is one.
    pub(super) fn archive(
        &self,
        month: Month,
        settings: &Settings,
    ) -> Result<Option<(PathBuf, Opened)>, Failure> {
        let Some(archives) = self.archives(settings) else {
            return Ok(None);
        };
        let MonthArchive { file, opened, .. } = archives.find(month)?;
        Ok(opened.map(|opened| (PathBuf::from(file.shown), opened)))
    }
}

/// The folder of the archives, from that of the log.
pub(super) fn archive_folder(settings: &Settings) -> &Path {
    let folder = settings.archive_dir.as_deref();
    folder.unwrap_or(Path::new("archive"))
}

/// A file that need not be there. One that is there and cannot be read would be missing from every sum.
pub(super) fn if_there(
    opened: Result<Opened, OpenError>,
    shown: &str,
) -> Result<Option<Opened>, Failure> {
    match opened {
        Ok(opened) => Ok(Some(opened)),
        Err(OpenError::Missing) => Ok(None),
        Err(error) => {
            let (code, help) = match error {
                OpenError::NotAFile(_) => (
                    ExitCode::DataError,
                    "move it away, or put a file in its place",
                ),
                OpenError::DamagedJournal(_) => (ExitCode::DataError, store::DAMAGED_JOURNAL_HELP),
                _ => (
                    ExitCode::Io,
                    "its rows count beside those of the log; make it readable, or move it away",
                ),
            };
            Err(Failure::new(code, format!("cannot read {shown}: {error}")).help(help))
        }
    }
}

/// A settings file that was asked for or found.
#[derive(PartialEq, Eq)]
struct SettingsPath {
    path: PathBuf,
    /// As it was given, or from the working folder.
    shown: String,
    /// What to do where it cannot be read.
    help: &'static str,
}

impl SettingsPath {
    /// The settings that were asked for: by option, else by environment.
    fn named(global: &GlobalArgs, cx: &Context<'_>) -> Option<Self> {
        let by_option = global
            .config
            .as_deref()
            .map(|path| (path, "name a tokmon.toml with --config PATH"));
        let by_environment = || {
            let path = cx.environment.config.as_ref()?;
            Some((
                Path::new(path),
                "TOKMON_CONFIG names it: let it name a tokmon.toml, or unset it",
            ))
        };
        let (path, help) = by_option.or_else(by_environment)?;
        Some(Self {
            path: cx.absolute(path),
            shown: path.display().to_string(),
            help,
        })
    }

    /// The settings nearest to a folder.
    fn near(folder: &Path, cx: &Context<'_>) -> Option<Self> {
        let path = config::find(folder, cx.environment.user_settings.as_deref())?;
        Some(Self {
            shown: shown_from(&path, cx),
            path,
            help: "check the permissions of the file and its folders",
        })
    }

    fn read(&self, global: &GlobalArgs, cx: &Context<'_>) -> Result<Settings, Failure> {
        let shown = &self.shown;
        let unreadable = |error: &dyn std::fmt::Display| {
            Failure::config(format!("cannot read settings {shown}: {error}")).help(self.help)
        };
        let text = store::open(&self.path)
            .map_err(|error| unreadable(&error))?
            .text(MOST_SETTINGS)
            .map_err(|error| unreadable(&error))?;
        config::parse(&text).map_err(|problems| {
            let mut memory = Opened::Memory(text.into_bytes());
            let mut files = Files::default();
            files.add(FileRole::Settings, shown.as_str());
            let style = cx.err_style(global);
            let told = render::in_full(&problems.found, &files, style, &mut |place| {
                memory.line(place.line_start, EXCERPT).ok()
            });
            let more = if problems.incomplete {
                format!("tokmon: {} may have more errors\n", render::sanitize(shown))
            } else {
                String::new()
            };
            let brief = problems
                .found
                .first()
                .map(|first| render::concise(first, &files));
            Failure::config(brief.unwrap_or_default()).in_full(told + &more)
        })
    }
}

/// The log, and the settings that hold for it: those named, else those that name the log, else the nearest to it.
pub(super) fn log_and_settings(
    global: &GlobalArgs,
    cx: &Context<'_>,
) -> Result<(LogPath, Settings), Failure> {
    let located = locate(global, cx)?;
    Ok((located.log, located.settings))
}

/// A log, its settings, and the file that these are from.
struct Located {
    log: LogPath,
    settings: Settings,
    from: Option<SettingsPath>,
}

fn locate(global: &GlobalArgs, cx: &Context<'_>) -> Result<Located, Failure> {
    let near =
        |folder: &Path| SettingsPath::named(global, cx).or_else(|| SettingsPath::near(folder, cx));
    let with = |log: LogPath, from: Option<SettingsPath>| {
        let settings = match &from {
            Some(path) => path.read(global, cx)?,
            None => Settings::default(),
        };
        Ok(Located {
            log,
            settings,
            from,
        })
    };
    let named = global.file.as_deref();
    let named = named.or(cx.environment.file.as_ref().map(Path::new));
    if let Some(path) = named {
        let log = LogPath::named(path, cx);
        let from = near(log.folder().unwrap_or(&cx.folder));
        return with(log, from);
    }
    let Some(here) = near(&cx.folder) else {
        let log = find_log(cx)?;
        let from = near(log.folder().unwrap_or(&cx.folder));
        return with(log, from);
    };
    let settings = here.read(global, cx)?;
    if let Some(log) = &settings.log {
        let folder = here.path.parent().unwrap_or(&here.path);
        return Ok(Located {
            log: LogPath::found(folder.join(log), cx),
            settings,
            from: Some(here),
        });
    }
    let log = find_log(cx)?;
    match near(log.folder().unwrap_or(&cx.folder)) {
        Some(nearer) if nearer == here => Ok(Located {
            log,
            settings,
            from: Some(here),
        }),
        nearer => with(log, nearer),
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

/// The budget by option, else by environment, else as the settings have it.
pub(super) fn set_budget(
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

/// The files whose changes matter to a run.
pub(super) struct Watched {
    /// The log.
    pub(super) log: PathBuf,
    /// As it was given.
    pub(super) shown: String,
    projection: PathBuf,
    /// The settings, there or not.
    settings: PathBuf,
    /// That of the month to show, and those of the months looked back on.
    archives: Vec<PathBuf>,
    /// Where settings that come before those would be.
    places: Vec<PathBuf>,
}

impl Watched {
    /// Of the archives, only that of the month shown has places in a report.
    pub(super) fn path_of(&self, file: FileId) -> &Path {
        match file.role() {
            FileRole::Log => &self.log,
            FileRole::Archive => self.archives.first().unwrap_or(&self.log),
            FileRole::Projection => &self.projection,
            FileRole::Settings => &self.settings,
        }
    }

    /// All of them, there or not.
    pub(super) fn files(&self) -> Vec<PathBuf> {
        let own = [&self.log, &self.projection, &self.settings];
        let others = self.archives.iter().chain(&self.places);
        own.into_iter().chain(others).cloned().collect()
    }
}

/// Finds them, with the archives of some months. Fails where there is no log, or it is standard input.
pub(super) fn watched(
    global: &GlobalArgs,
    months: &[Month],
    cx: &Context<'_>,
) -> Result<Watched, Failure> {
    let Located {
        log,
        settings,
        from,
    } = locate(global, cx)?;
    let Some(path) = log.path.clone() else {
        return Err(Failure::usage("standard input cannot be watched")
            .help("name the log with --file PATH"));
    };
    let folder = path.parent().unwrap_or(&path).to_path_buf();
    let archives = log.archives(&settings).map_or_else(Vec::new, |archives| {
        let file = |month: &Month| match archives.find(*month) {
            Ok(found) => found.file.path,
            // What cannot be read now may be readable later.
            Err(_) => archives.first_file(*month).path,
        };
        months.iter().map(file).collect()
    });
    let mut places = Vec::new();
    if SettingsPath::named(global, cx).is_none() {
        let user = cx.environment.user_settings.as_deref();
        places = config::places(&folder, user);
        places.extend(config::places(&cx.folder, user));
        places.sort_unstable();
        places.dedup();
    }
    Ok(Watched {
        archives,
        projection: folder.join(PROJECTION),
        settings: from.map_or_else(|| folder.join(config::FILE), |from| from.path),
        places,
        shown: log.shown,
        log: path,
    })
}
