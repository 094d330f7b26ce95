//! Which files are the archives of a log: one a month, in the folder of the archives, each with the path of its log in its header.
//! How that header is written is for `edit::archive`, what else is in an archive for the readers.

use std::{
    cell::OnceCell,
    ffi::OsStr,
    io::Read,
    path::{Path, PathBuf},
};

use anyhow::Context as _;

use super::locate::if_there;
use crate::{
    edit::archive::{NamedLog, named_log},
    failure::Failure,
    model::Month,
    store::{self, Opened},
};

/// The most of an archive that its header is looked for in.
const LONGEST_HEADER: u64 = 64 * 1024;

/// The archives of a log.
pub(super) struct Archives {
    /// The log, as it is opened.
    log: PathBuf,
    /// The log, by a path without links.
    real_log: PathBuf,
    folder: PathBuf,
    /// The folder, by a path without links.
    real_folder: PathBuf,
    /// The folder as it is shown.
    shown: PathBuf,
    /// What the names of its archives begin with: the name of the log without its ending.
    stem: String,
    listed: OnceCell<Vec<ListedName>>,
}

/// The name of a file in the folder of the archives: `STEM-2026-02.md`.
struct ListedName {
    name: String,
    stem: String,
    month: Month,
}

/// A file in the folder of the archives, whether it exists or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ArchiveFile {
    pub(super) name: String,
    pub(super) path: PathBuf,
    pub(super) shown: String,
}

/// What there is of a month.
pub(super) struct MonthArchive {
    /// The log's own archive; where it has none, the name that a new one gets.
    pub(super) file: ArchiveFile,
    pub(super) opened: Option<Opened>,
    /// Archives of other logs under names that this one's could have.
    pub(super) foreign: Vec<ForeignArchive>,
}

/// An archive that names another log.
pub(super) struct ForeignArchive {
    pub(super) file: ArchiveFile,
    pub(super) opened: Opened,
    pub(super) named: NamedLog,
}

/// An archive whose log is not where the archive says.
pub(super) struct OrphanedArchive {
    pub(super) file: ArchiveFile,
    pub(super) month: Month,
    pub(super) opened: Opened,
    /// The log that it names. An older archive names none; it had the name of its log.
    pub(super) named: Option<NamedLog>,
    /// Where that log was.
    old_log: PathBuf,
}

enum Owner {
    ThisLog,
    Another(NamedLog),
    Unnamed,
}

impl Archives {
    /// The archives of a log in a folder, which is given relative to that of the log. `shown` is the log as it is shown.
    pub(super) fn of(log: &Path, shown: &str, folder: &Path) -> Self {
        let own_folder = log.parent().unwrap_or(log).join(folder);
        let real_log = store::real_path(log);
        let stem = real_log.file_stem().unwrap_or(OsStr::new("cost-log"));
        Self {
            log: log.to_path_buf(),
            real_folder: store::real_path(&own_folder),
            folder: own_folder,
            shown: Path::new(shown).with_file_name(folder),
            stem: stem.to_string_lossy().into_owned(),
            real_log,
            listed: OnceCell::new(),
        }
    }

    /// The path of the log from the folder of the archives, as an archive names it.
    pub(super) fn log_path(&self) -> String {
        relative(&self.real_folder, &self.real_log)
    }

    /// A file in the folder of the archives.
    pub(super) fn file(&self, name: String) -> ArchiveFile {
        ArchiveFile {
            path: self.folder.join(&name),
            shown: self.shown.join(&name).display().to_string(),
            name,
        }
    }

    /// The name of the archive of a month that comes first, before names that are taken by other logs are known.
    pub(super) fn first_file(&self, month: Month) -> ArchiveFile {
        self.file(self.name(month, 1))
    }

    /// The name with which the names of other files begin that belong to the log.
    pub(super) fn stem(&self) -> &str {
        &self.stem
    }

    /// Looks for the archive of a month.
    pub(super) fn find(&self, month: Month) -> Result<MonthArchive, Failure> {
        let mut foreign = Vec::new();
        let mut free = None;
        for count in 1.. {
            if count > 1 && count > self.last_count(month) + 1 {
                break;
            }
            let file = self.file(self.name(month, count));
            let opened = if_there(store::open_beside(&self.log, &file.path), &file.shown)?;
            let Some(mut opened) = opened else {
                free = free.or(Some(file));
                continue;
            };
            match self.owner(&file, &mut opened)? {
                Owner::Another(named) => foreign.push(ForeignArchive {
                    file,
                    opened,
                    named,
                }),
                // Under a later name it is that of a log with another name.
                Owner::Unnamed if count > 1 => {}
                Owner::ThisLog | Owner::Unnamed => {
                    let opened = Some(opened);
                    return Ok(MonthArchive {
                        file,
                        opened,
                        foreign,
                    });
                }
            }
        }
        Ok(MonthArchive {
            file: free.unwrap_or_else(|| self.first_file(month)),
            opened: None,
            foreign,
        })
    }

    /// The months that may have an archive, by the names of the files there are.
    pub(super) fn months(&self) -> Vec<Month> {
        let own = self
            .listed()
            .iter()
            .filter(|listed| self.count(listed).is_some());
        let mut months: Vec<Month> = own.map(|listed| listed.month).collect();
        months.sort_unstable();
        months.dedup();
        months
    }

    /// The archives whose logs are not where they were, in the order of their names.
    pub(super) fn orphans(&self) -> Result<Vec<OrphanedArchive>, Failure> {
        let mut orphans = Vec::new();
        for listed in self.listed() {
            let file = self.file(listed.name.clone());
            let opened = if_there(store::open_beside(&self.log, &file.path), &file.shown);
            // What is no regular file is no archive.
            let Ok(Some(mut opened)) = opened else {
                continue;
            };
            let named = match self.owner(&file, &mut opened)? {
                Owner::ThisLog => continue,
                Owner::Unnamed if listed.stem == self.stem => continue,
                Owner::Unnamed => None,
                Owner::Another(named) => Some(named),
            };
            let old_log = match &named {
                Some(named) => self.resolve(&named.path),
                None => {
                    let name = format!("{}.md", listed.stem);
                    self.real_log.with_file_name(name)
                }
            };
            if store::is_missing(&old_log) {
                orphans.push(OrphanedArchive {
                    file,
                    month: listed.month,
                    opened,
                    named,
                    old_log,
                });
            }
        }
        Ok(orphans)
    }

    fn name(&self, month: Month, count: usize) -> String {
        match count {
            1 => format!("{}-{month}.md", self.stem),
            count => format!("{}-{count}-{month}.md", self.stem),
        }
    }

    /// The number of a name that an archive of this log can have.
    fn count(&self, listed: &ListedName) -> Option<usize> {
        let rest = listed.stem.strip_prefix(&self.stem)?;
        if rest.is_empty() {
            return Some(1);
        }
        rest.strip_prefix('-')?.parse().ok()
    }

    /// The highest number of a name that is taken.
    fn last_count(&self, month: Month) -> usize {
        let of_month = self.listed().iter().filter(|listed| listed.month == month);
        of_month
            .filter_map(|listed| self.count(listed))
            .max()
            .unwrap_or(0)
    }

    fn listed(&self) -> &[ListedName] {
        self.listed.get_or_init(|| {
            let names = store::list(&self.folder).unwrap_or_default();
            let names = names.iter().filter_map(|name| name.to_str());
            let mut listed: Vec<ListedName> = names.filter_map(ListedName::of).collect();
            listed.sort_by(|one, two| one.name.cmp(&two.name));
            listed
        })
    }

    fn owner(&self, file: &ArchiveFile, opened: &mut Opened) -> Result<Owner, Failure> {
        let mut head = Vec::new();
        let read = opened
            .bytes()
            .and_then(|bytes| bytes.take(LONGEST_HEADER).read_to_end(&mut head));
        read.with_context(|| format!("cannot read {}", file.shown))?;
        let head = match std::str::from_utf8(&head) {
            Ok(head) => head,
            Err(error) => {
                let valid = head.get(..error.valid_up_to()).unwrap_or_default();
                std::str::from_utf8(valid).unwrap_or_default()
            }
        };
        Ok(match named_log(head) {
            None => Owner::Unnamed,
            Some(named) if self.resolve(&named.path) == self.real_log => Owner::ThisLog,
            Some(named) => Owner::Another(named),
        })
    }

    /// The file that a path in an archive leads to.
    fn resolve(&self, path: &str) -> PathBuf {
        store::real_path(&self.real_folder.join(path))
    }
}

impl ListedName {
    fn of(name: &str) -> Option<Self> {
        let stem = name.strip_suffix(".md")?;
        let at = stem.len().checked_sub("2026-02".len())?;
        let (stem, month) = stem.split_at_checked(at)?;
        Some(Self {
            name: name.to_owned(),
            stem: stem.strip_suffix('-')?.to_owned(),
            month: month.parse().ok()?,
        })
    }
}

/// The path of a file from a folder, both without links, with `/` between its parts on every system.
fn relative(folder: &Path, file: &Path) -> String {
    let shared = folder
        .components()
        .zip(file.components())
        .take_while(|(one, two)| one == two)
        .count();
    let up = folder.components().skip(shared).map(|_| "..".into());
    let down = file.components().skip(shared);
    let down = down.map(|part| part.as_os_str().to_string_lossy().into_owned());
    if shared == 0 {
        return file.display().to_string();
    }
    let parts: Vec<String> = up.chain(down).collect();
    parts.join("/")
}
