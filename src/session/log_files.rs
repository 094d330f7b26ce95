//! A log, the settings that hold for it, and the files beside it: which they are, and how each is opened.

use std::{
    io::Read,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use chrono::{DateTime, FixedOffset};

use super::archives::{ArchiveFile, Archives, if_there, read_all};
use crate::{
    config::Settings,
    edit::LogSet,
    exit::ExitCode,
    failure::Failure,
    log::foreign,
    model::{Budget, Month, Policy},
    render,
    store::{self, OpenError, Opened},
    text::{FileId, FileRole, Files},
};

/// The file beside a log that may hold its allocation and its plan.
const PROJECTION: &str = "cost-projection.md";

/// The maximum length of an excerpt of a line, in bytes.
pub const EXCERPT: usize = 4 * 1024;

pub struct LogFiles {
    /// `None` for standard input.
    pub path: Option<PathBuf>,
    /// As it was given, or from the working folder.
    pub shown: String,
    /// What names it, if it is not an option: `TOKMON_FILE`.
    pub named_by: Option<&'static str>,
    pub settings: Settings,
    /// The file that the settings are from.
    pub settings_path: Option<PathBuf>,
    /// That path from the working folder.
    pub shown_settings: Option<String>,
    /// Nearer ones, which are not read since they belong to another user.
    pub foreign_settings: Vec<PathBuf>,
    /// Standard input has none.
    pub archives: Option<Archives>,
}

impl LogFiles {
    /// Opens the log. `input` is standard input.
    pub fn open(&self, input: &mut dyn Read) -> Result<Opened, Failure> {
        let Some(path) = &self.path else {
            return Ok(Opened::read_all(input).context("cannot read standard input")?);
        };
        store::open_log(path).map_err(|error| {
            let code = match error {
                OpenError::DamagedJournal(_) => ExitCode::DataError,
                _ => ExitCode::NoInput,
            };
            let help = match error {
                OpenError::Missing => {
                    let create = render::init_command(&self.shown);
                    format!("create it with `{create}`, or name another log with --file FILE")
                }
                OpenError::NotAFile("a pipe" | "a device") => {
                    "to read from a pipe, write `--file -`".to_owned()
                }
                OpenError::NotAFile(_) => {
                    "name the file itself, like `--file docs/cost-log.md`".to_owned()
                }
                OpenError::Refused(_) => {
                    "check the permissions of the file and its folders".to_owned()
                }
                OpenError::DamagedJournal(_) => store::DAMAGED_JOURNAL_HELP.to_owned(),
            };
            let named_by = self.named_by.map(|name| format!(", which {name} names"));
            let named_by = named_by.unwrap_or_default();
            let message = format!("cannot read cost log {}{named_by}: {error}", self.shown);
            Failure::new(code, message).help(help)
        })
    }

    /// The name of the folder that the log is about: that of its repository, or the one that it is in. None for standard input.
    pub fn folder_name(&self) -> Option<String> {
        let path = store::real_path(self.path.as_ref()?);
        let folders = store::up_to_repository(path.parent()?);
        let name = folders.last()?.file_name()?;
        Some(name.to_string_lossy().into_owned())
    }

    /// The projection beside the log, if there is one.
    pub fn projection(&self) -> Result<Option<Opened>, Failure> {
        match self.projection_path() {
            Some(path) => if_there(store::open(&path), &self.shown_projection()),
            None => Ok(None),
        }
    }

    pub fn projection_path(&self) -> Option<PathBuf> {
        Some(self.path.as_ref()?.with_file_name(PROJECTION))
    }

    fn shown_projection(&self) -> String {
        let shown = Path::new(&self.shown).with_file_name(PROJECTION);
        shown.display().to_string()
    }

    /// The names of the log, the projection and the settings.
    pub fn names(&self) -> Files {
        let mut files = Files::default();
        files.add(FileRole::Log, self.shown.as_str(), self.path.clone());
        let projection = self.projection_path();
        files.add(FileRole::Projection, self.shown_projection(), projection);
        if let (Some(path), Some(shown)) = (&self.settings_path, &self.shown_settings) {
            files.add(FileRole::Settings, shown.as_str(), Some(path.clone()));
        }
        files
    }

    /// The archive of a month, if there is one.
    pub fn archive(&self, month: Month) -> Result<Option<(ArchiveFile, Opened)>, Failure> {
        let Some(archives) = &self.archives else {
            return Ok(None);
        };
        let (file, opened) = archives.find(month)?;
        Ok(opened.map(|opened| (file, opened)))
    }

    pub fn archive_bytes(&self, month: Month) -> Result<Option<Vec<u8>>, Failure> {
        let archive = self.archive(month)?;
        archive
            .map(|(file, archive)| read_all(archive, &file.shown))
            .transpose()
    }

    /// What edits need of the files beside the log: the projection, and the archives of some months.
    pub fn log_set(&self, months: &[Month], now: DateTime<FixedOffset>) -> Result<LogSet, Failure> {
        let mut log_set = LogSet {
            policy: self.settings.policy.clone(),
            now: Some(now),
            ..LogSet::default()
        };
        if let Some(projection) = self.projection()? {
            log_set.projection = Some(read_all(projection, "the projection")?);
        }
        for month in months {
            let archive = self.archive_bytes(*month)?;
            log_set
                .archives
                .extend(archive.map(|bytes| (*month, bytes)));
        }
        Ok(log_set)
    }

    /// Whether a text of the log that has no table of usage in tokmon's own format has another that is read.
    pub fn is_foreign(&self, text: &[u8], now: DateTime<FixedOffset>) -> bool {
        let rules = &self.settings.policy.read;
        let survey = foreign::survey(&mut &*text, FileId::LOG, rules, ("", now.date_naive()));
        survey.is_ok_and(|survey| survey.reading.counts())
    }

    /// The policy of the settings, with another budget if one is given.
    pub fn policy(&self, budget: Option<Budget>) -> Policy {
        let policy = self.settings.policy.clone();
        Policy {
            budget: budget.or(policy.budget),
            ..policy
        }
    }
}
