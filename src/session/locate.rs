//! Which files a session is about: the log that is named or found, what is beside it, and the settings that hold for it.
//! See `loader` for what they say, `archives` for which files are archives of the log.

use std::{
    cell::OnceCell,
    io::Read,
    path::{Path, PathBuf},
};

use anyhow::Context as _;

use super::archives::{ArchiveFile, Archives, MonthArchive};
use crate::{
    config::{self, Settings},
    exit::ExitCode,
    failure::Failure,
    model::Month,
    render::{self, Style},
    store::{self, OpenError, Opened},
    text::{FileRole, Files},
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
pub const EXCERPT: usize = 4 * 1024;

/// What decides which log is meant, and which settings: the options of a run and its environment.
#[derive(Clone, Debug)]
pub struct LogOptions {
    /// The working folder.
    pub folder: PathBuf,
    /// The log that is named; `-` is standard input.
    pub log: Option<PathBuf>,
    /// The settings that are named, with what to do where they cannot be read.
    pub settings: Option<(PathBuf, &'static str)>,
    /// The folder of the user's own settings.
    pub user_settings: Option<PathBuf>,
    /// How errors in the settings are drawn.
    pub style: Style,
}

/// A log that was named or found.
pub struct LogPath {
    /// None for standard input.
    path: Option<PathBuf>,
    /// As it was given.
    pub shown: String,
    archives: OnceCell<Option<Archives>>,
}

impl LogPath {
    /// The log that was asked for; `-` is standard input.
    fn named(path: &Path, options: &LogOptions) -> Self {
        Self {
            path: (path.as_os_str() != "-").then(|| options.folder.join(path)),
            shown: path.display().to_string(),
            archives: OnceCell::new(),
        }
    }

    /// A log that was found.
    fn found(path: PathBuf, options: &LogOptions) -> Self {
        Self {
            shown: shown_from(&path, options),
            path: Some(path),
            archives: OnceCell::new(),
        }
    }

    /// Where it is. None for standard input.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Opens it. `input` is standard input.
    pub fn open(&self, input: &mut dyn Read) -> Result<Opened, Failure> {
        let Some(path) = &self.path else {
            return Opened::read_all(input)
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
    pub fn projection(&self) -> Result<Option<Opened>, Failure> {
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

    pub fn files(&self) -> Files {
        let mut files = Files::default();
        files.add(FileRole::Log, self.shown.as_str(), self.path.clone());
        files.add(
            FileRole::Projection,
            self.beside_shown(PROJECTION),
            self.beside(PROJECTION),
        );
        files
    }

    fn beside_shown(&self, name: &str) -> String {
        Path::new(&self.shown)
            .with_file_name(name)
            .display()
            .to_string()
    }

    /// Its archives. Standard input has none.
    pub fn archives(&self, settings: &Settings) -> Option<&Archives> {
        let archives = self.archives.get_or_init(|| {
            let path = self.path.as_deref()?;
            Some(Archives::of(path, &self.shown, archive_folder(settings)))
        });
        archives.as_ref()
    }

    /// The archive of a month, if there is one.
    pub fn archive(
        &self,
        month: Month,
        settings: &Settings,
    ) -> Result<Option<(ArchiveFile, Opened)>, Failure> {
        let Some(archives) = self.archives(settings) else {
            return Ok(None);
        };
        let MonthArchive { file, opened, .. } = archives.find(month)?;
        Ok(opened.map(|opened| (file, opened)))
    }
}

/// The folder of the archives, from that of the log.
pub fn archive_folder(settings: &Settings) -> &Path {
    let folder = settings.archive_dir.as_deref();
    folder.unwrap_or(Path::new("archive"))
}

/// A file that need not be there. One that is there and cannot be read would be missing from every sum.
pub fn if_there(opened: Result<Opened, OpenError>, shown: &str) -> Result<Option<Opened>, Failure> {
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
    fn named(options: &LogOptions) -> Option<Self> {
        let (path, help) = options.settings.as_ref()?;
        Some(Self {
            path: options.folder.join(path),
            shown: path.display().to_string(),
            help,
        })
    }

    /// The settings nearest to a folder.
    fn near(folder: &Path, options: &LogOptions) -> Option<Self> {
        let path = config::find(folder, options.user_settings.as_deref())?;
        Some(Self {
            shown: shown_from(&path, options),
            path,
            help: "check the permissions of the file and its folders",
        })
    }

    fn read(&self, style: Style) -> Result<Settings, Failure> {
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
            files.add(FileRole::Settings, shown.as_str(), Some(self.path.clone()));
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

/// A log, its settings, and the file that these are from.
pub struct Located {
    pub log: LogPath,
    pub settings: Settings,
    from: Option<SettingsPath>,
}

/// Finds the log, and the settings that hold for it: those named, else those that name the log, else the nearest to it.
pub fn locate(options: &LogOptions) -> Result<Located, Failure> {
    let near = |folder: &Path| {
        SettingsPath::named(options).or_else(|| SettingsPath::near(folder, options))
    };
    let with = |log: LogPath, from: Option<SettingsPath>| {
        let settings = match &from {
            Some(path) => path.read(options.style)?,
            None => Settings::default(),
        };
        Ok(Located {
            log,
            settings,
            from,
        })
    };
    if let Some(path) = &options.log {
        let log = LogPath::named(path, options);
        let from = near(log.folder().unwrap_or(&options.folder));
        return with(log, from);
    }
    let Some(here) = near(&options.folder) else {
        let log = find_log(options)?;
        let from = near(log.folder().unwrap_or(&options.folder));
        return with(log, from);
    };
    let settings = here.read(options.style)?;
    if let Some(log) = &settings.log {
        let folder = here.path.parent().unwrap_or(&here.path);
        return Ok(Located {
            log: LogPath::found(folder.join(log), options),
            settings,
            from: Some(here),
        });
    }
    let log = find_log(options)?;
    match near(log.folder().unwrap_or(&options.folder)) {
        Some(nearer) if nearer == here => Ok(Located {
            log,
            settings,
            from: Some(here),
        }),
        nearer => with(log, nearer),
    }
}

/// The log in one of the usual places, from here up to the root of the repository.
fn find_log(options: &LogOptions) -> Result<LogPath, Failure> {
    let folders = store::up_to_repository(&options.folder);
    let tried: Vec<PathBuf> = folders
        .iter()
        .flat_map(|folder| USUAL_PLACES.map(|name| folder.join(name)))
        .collect();
    if let Some(path) = tried.iter().find(|path| store::is_file(path)) {
        return Ok(LogPath::found(path.clone(), options));
    }
    let tried: Vec<String> = tried
        .iter()
        .map(|path| format!("  {}", shown_from(path, options)))
        .collect();
    Err(Failure::no_input(format!(
        "no cost log found; looked for\n{}",
        tried.join("\n")
    ))
    .help("name one with --file PATH or TOKMON_FILE, or write `log = \"PATH\"` into tokmon.toml"))
}

/// A path as short as it can be written from the working folder.
fn shown_from(path: &Path, options: &LogOptions) -> String {
    path.strip_prefix(&options.folder)
        .unwrap_or(path)
        .display()
        .to_string()
}

/// The files whose changes matter to a session.
pub struct WatchedFiles {
    /// The log.
    pub log: PathBuf,
    /// As it was given.
    pub shown: String,
    projection: PathBuf,
    /// The settings, there or not.
    settings: PathBuf,
    /// That of the month to show, and those of the months looked back on.
    archives: Vec<PathBuf>,
    /// Where settings that come before those would be.
    places: Vec<PathBuf>,
}

impl WatchedFiles {
    /// All of them, there or not.
    pub fn files(&self) -> Vec<PathBuf> {
        let own = [&self.log, &self.projection, &self.settings];
        let others = self.archives.iter().chain(&self.places);
        own.into_iter().chain(others).cloned().collect()
    }
}

/// Finds them, with the archives of some months. Fails where there is no log, or it is standard input.
pub fn watched(options: &LogOptions, months: &[Month]) -> Result<WatchedFiles, Failure> {
    let Located {
        log,
        settings,
        from,
    } = locate(options)?;
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
    if options.settings.is_none() {
        let user = options.user_settings.as_deref();
        places = config::places(&folder, user);
        places.extend(config::places(&options.folder, user));
        places.sort_unstable();
        places.dedup();
    }
    Ok(WatchedFiles {
        archives,
        projection: folder.join(PROJECTION),
        settings: from.map_or_else(|| folder.join(config::FILE), |from| from.path),
        places,
        shown: log.shown,
        log: path,
    })
}
