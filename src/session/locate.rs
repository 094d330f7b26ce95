//! Finds the log that is meant and the settings that hold for it: those named, else those that name the log, else the nearest.

use std::path::{Path, PathBuf};

use super::{
    archives::Archives,
    log_files::{EXCERPT, LogFiles},
};
use crate::{
    config::{self, FoundSettings, Settings},
    failure::Failure,
    model::Month,
    render::{self, OutputStyle},
    store::{self, Opened},
    text::{FileRole, Files},
};

/// The folders in which a log is looked for, in a folder and its parents.
const USUAL_FOLDERS: [&str; 3] = ["shared-intelligence", "docs", ""];

/// The name of a log.
const USUAL_NAME: &str = "cost-log.md";

/// Its names where there is none of that name, the first one preferred: in any case, and with `_` for `-`.
const OTHER_NAMES: [&str; 3] = [USUAL_NAME, "token-log.md", "token-usage.md"];

/// The largest settings file, in bytes.
const MAX_SETTINGS: usize = 1024 * 1024;

/// What decides which log is meant, and which settings: the options of a run and its environment.
#[derive(Clone, Debug)]
pub struct LogOptions {
    /// The working folder.
    pub folder: PathBuf,
    /// The log that is named; `-` is standard input.
    pub log: Option<PathBuf>,
    /// Whether the environment names it, and no option.
    pub is_from_environment: bool,
    /// The settings that are named, with what to do if they cannot be read.
    pub settings: Option<(PathBuf, &'static str)>,
    /// The home folder, above which no settings are looked for.
    pub home: Option<PathBuf>,
    /// The folder of the user's own settings.
    pub user_settings: Option<PathBuf>,
    /// How errors in the settings are drawn.
    pub style: OutputStyle,
}

impl LogOptions {
    /// The settings file that is named, else the nearest to a folder.
    pub fn settings_near(&self, folder: &Path) -> FoundSettings {
        let (home, user) = (self.home.as_deref(), self.user_settings.as_deref());
        match &self.settings {
            Some((path, _)) => FoundSettings {
                path: Some(self.folder.join(path)),
                foreign: Vec::new(),
            },
            None => config::find(folder, home, user),
        }
    }

    fn read_settings(&self, path: &Path) -> Result<Settings, Failure> {
        read_settings_text(self, path).map(|(_, settings)| settings)
    }

    /// A path as short as it can be written from the working folder.
    pub fn shown(&self, path: &Path) -> String {
        let path = path.strip_prefix(&self.folder).unwrap_or(path);
        path.display().to_string()
    }
}

/// Reads a settings file. Also returns its text, for whether it is trusted.
pub fn read_settings_text(
    options: &LogOptions,
    path: &Path,
) -> Result<(String, Settings), Failure> {
    let (shown, help) = match &options.settings {
        Some((path, help)) => (path.display().to_string(), *help),
        None => (
            options.shown(path),
            "check the permissions of the file and its folders",
        ),
    };
    let unreadable = |error: &dyn std::fmt::Display| {
        Failure::config(format!("cannot read settings {shown}: {error}")).help(help)
    };
    let text = store::open(path)
        .map_err(|error| unreadable(&error))?
        .text(MAX_SETTINGS)
        .map_err(|error| unreadable(&error))?;
    let parsed = config::parse(&text).map_err(|problems| {
        let mut opened = Opened::Memory(text.clone().into_bytes());
        let mut files = Files::default();
        files.add(FileRole::Settings, shown.as_str(), Some(path.to_path_buf()));
        let mut full = render::in_full(&problems.found, &files, options.style, &mut |place| {
            opened.line(place.line_start, EXCERPT).ok()
        });
        if problems.incomplete {
            let shown = render::sanitize(&shown);
            full = format!("{full}tokmon: {shown} may have more errors\n");
        }
        let first = problems.found.first();
        let brief = first.map(|first| render::concise(first, &files));
        Failure::config(brief.unwrap_or_default()).in_full(full)
    })?;
    Ok((text, parsed))
}

/// Finds the log and reads the settings that hold for it.
pub fn locate(options: &LogOptions) -> Result<LogFiles, Failure> {
    let near_log = |path: &Path| options.settings_near(path.parent().unwrap_or(path));
    let here = || options.settings_near(&options.folder);
    let (path, shown, found, settings) = if let Some(named) = &options.log {
        let path = (named.as_os_str() != "-").then(|| options.folder.join(named));
        let found = path.as_deref().map_or_else(here, near_log);
        (path, named.display().to_string(), found, None)
    } else {
        let here = here();
        let settings = here.path.as_deref();
        let settings = settings
            .map(|path| options.read_settings(path))
            .transpose()?;
        let named = settings.as_ref().and_then(|settings| settings.log.as_ref());
        let (path, nearest) = if let (Some(log), Some(settings)) = (named, &here.path) {
            (settings.with_file_name(log), here.clone())
        } else {
            let path = find_log(options)?;
            let nearest = near_log(&path);
            (path, nearest)
        };
        let settings = settings.filter(|_| nearest.path == here.path);
        (Some(path.clone()), options.shown(&path), nearest, settings)
    };
    let settings_path = found.path;
    let settings = match (settings, &settings_path) {
        (Some(settings), _) => settings,
        (None, Some(path)) => options.read_settings(path)?,
        (None, None) => Settings::default(),
    };
    let log = path.as_deref();
    let named_by = match &options.log {
        Some(_) => Some("TOKMON_FILE").filter(|_| options.is_from_environment),
        None => settings.log.as_ref().map(|_| "`log` in tokmon.toml"),
    };
    Ok(LogFiles {
        named_by,
        archives: log.map(|log| Archives::of(log, &shown, settings.archive_folder())),
        path,
        shown,
        settings,
        shown_settings: settings_path.as_deref().map(|path| options.shown(path)),
        settings_path,
        foreign_settings: found.foreign,
    })
}

/// The log in one of the usual places, from the working folder up to the root of the repository.
fn find_log(options: &LogOptions) -> Result<PathBuf, Failure> {
    let folders = store::up_to_repository(&options.folder);
    if let Some(path) = usual_log(&folders) {
        return Ok(path);
    }
    let tried = folders.iter().flat_map(|folder| usual_places(folder));
    let tried: Vec<String> = tried
        .map(|path| format!("  {}", options.shown(&path)))
        .collect();
    let message = format!(
        "no cost log found; looked for\n{}\n  and there for token-log.md and token-usage.md, in any case, with - or _",
        tried.join("\n")
    );
    Err(Failure::no_input(message).help(
        "create one with `tokmon init`, or name yours with --file FILE, TOKMON_FILE or `log = \"FILE\"` in tokmon.toml",
    ))
}

fn usual_places(folder: &Path) -> [PathBuf; 3] {
    USUAL_FOLDERS.map(|place| folder.join(place).join(USUAL_NAME))
}

/// The log in one of the usual places of some folders: of the usual name, else the first with another one.
pub fn usual_log(folders: &[PathBuf]) -> Option<PathBuf> {
    let mut places = folders.iter().flat_map(|folder| usual_places(folder));
    let found = places.find(|path| store::is_file(path));
    let others = folders
        .iter()
        .flat_map(|folder| USUAL_FOLDERS.map(|place| folder.join(place)));
    found.or_else(|| {
        others
            .into_iter()
            .find_map(|folder| with_other_name(&folder))
    })
}

/// The log in a folder that has one of the other names.
fn with_other_name(folder: &Path) -> Option<PathBuf> {
    let found = store::list(folder).ok()?.into_iter().filter_map(|name| {
        let plain = name.to_str()?.to_ascii_lowercase().replace('_', "-");
        let rank = OTHER_NAMES.iter().position(|other| *other == plain)?;
        let path = folder.join(&name);
        store::is_file(&path).then_some((rank, name, path))
    });
    // Of names that differ in their case alone, the order of a folder must not decide.
    found.min().map(|(_, _, path)| path)
}

/// The files whose changes matter to a session, whether they exist or not.
pub struct WatchedFiles {
    pub log: PathBuf,
    /// The log, as it was given.
    pub shown: String,
    /// All of them, the log included.
    pub files: Vec<PathBuf>,
}

/// The files to watch, with the archives of some months. Fails for standard input.
pub fn watched(
    log: &LogFiles,
    options: &LogOptions,
    months: &[Month],
) -> Result<WatchedFiles, Failure> {
    let (Some(path), Some(archives)) = (log.path.clone(), &log.archives) else {
        return Err(Failure::usage("standard input cannot be watched")
            .help("name the log with --file PATH"));
    };
    let settings = log.settings_path.clone();
    let mut files = vec![
        path.clone(),
        settings.unwrap_or_else(|| path.with_file_name(config::FILE)),
    ];
    files.extend(log.projection_path());
    files.extend(months.iter().map(|month| archives.file_of(*month).path));
    if options.settings.is_none() {
        // Settings that would be found before those that hold now.
        let folders = [path.parent(), Some(&options.folder)];
        let places = |folder| config::places(folder, options.user_settings.as_deref());
        files.extend(folders.into_iter().flatten().flat_map(places));
        files.sort_unstable();
        files.dedup();
    }
    Ok(WatchedFiles {
        shown: log.shown.clone(),
        log: path,
        files,
    })
}
