//! Which files are the archives of a log: one a month, in the folder of the archives, each with the path of its log in its header.
//! How that header is written is for `edit::archive`, what else is in an archive for the readers.

use std::{
    cell::OnceCell,
    collections::{BTreeMap, BTreeSet},
    ffi::OsStr,
    io::Read,
    path::{Path, PathBuf},
};

use anyhow::Context as _;

use crate::{
    diagnostic::{Code, Diagnostic},
    edit::archive::{NamedLog, log_line, named_log, with_log},
    exit::ExitCode,
    failure::Failure,
    model::Month,
    store::{self, FileChange, OpenError, Opened},
    text::{FileId, Place, Source},
};

/// The maximum number of bytes of an archive in which its header is looked for.
const MAX_HEADER: u64 = 64 * 1024;

/// The archives of a log.
pub struct Archives {
    /// The log, as it is opened.
    log: PathBuf,
    /// The log, by a path without links.
    real_log: PathBuf,
    folder: PathBuf,
    /// The folder, by a path without links.
    real_folder: PathBuf,
    /// The folder as it is shown.
    shown: PathBuf,
    /// The start of the names of its archives: the name of the log without its extension.
    pub stem: String,
    listed: OnceCell<Vec<ListedName>>,
}

/// The name of a file in the folder of the archives: `STEM-2026-02.md`.
struct ListedName {
    name: String,
    stem: String,
    month: Month,
    /// The number of the name, if it is one that an archive of this log can have.
    count: Option<usize>,
}

/// A file in the folder of the archives, whether it exists or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchiveFile {
    pub name: String,
    pub path: PathBuf,
    pub shown: String,
}

/// An archive that is not read, since it names another log.
pub struct UnreadArchive {
    pub file: ArchiveFile,
    month: Month,
    /// The log that it names. An older archive names none; it had the name of its log.
    named: Option<NamedLog>,
    /// Where that log would be.
    log: PathBuf,
    kind: Unread,
}

/// Why an archive is not read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unread {
    /// Its log exists, and is another one.
    Foreign,
    /// Its log does not exist.
    Orphaned,
    /// The same, and the log that is read takes its place: it refers to the archive.
    Adoptable,
}

/// Archives that a log adopts after it was renamed.
pub struct Adoption {
    /// The log, with their new names in it.
    pub text: String,
    pub files: Vec<FileChange>,
    pub archives: BTreeMap<Month, Vec<u8>>,
}

/// A file that need not exist. If it exists and cannot be read, every sum would lack its rows.
pub fn if_there(opened: Result<Opened, OpenError>, shown: &str) -> Result<Option<Opened>, Failure> {
    let (error, code, help) = match opened {
        Ok(opened) => return Ok(Some(opened)),
        Err(OpenError::Missing) => return Ok(None),
        Err(error @ OpenError::NotAFile(_)) => (
            error,
            ExitCode::DataError,
            "move it away, or put a file in its place",
        ),
        Err(error @ OpenError::DamagedJournal(_)) => {
            (error, ExitCode::DataError, store::DAMAGED_JOURNAL_HELP)
        }
        Err(error @ OpenError::Refused(_)) => (
            error,
            ExitCode::Io,
            "its rows count beside those of the log; make it readable, or move it away",
        ),
    };
    Err(Failure::new(code, format!("cannot read {shown}: {error}")).help(help))
}

/// All of a file that is open.
pub fn read_all(mut opened: Opened, shown: &str) -> Result<Vec<u8>, Failure> {
    let bytes = opened.read_to_vec();
    Ok(bytes.with_context(|| format!("cannot read {shown}"))?)
}

impl Archives {
    /// The archives of a log in a folder, which is given relative to that of the log. `shown` is the log as it is shown.
    pub fn of(log: &Path, shown: &str, folder: &Path) -> Self {
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
    pub fn log_path(&self) -> String {
        relative(&self.real_folder, &self.real_log)
    }

    /// A file in the folder of the archives.
    pub fn file(&self, name: String) -> ArchiveFile {
        ArchiveFile {
            path: self.folder.join(&name),
            shown: self.shown.join(&name).display().to_string(),
            name,
        }
    }

    /// The name of the archive of a month that comes first, before names that are taken by other logs are known.
    fn first_file(&self, month: Month) -> ArchiveFile {
        self.file(self.name(month, 1))
    }

    fn open(&self, file: &ArchiveFile) -> Result<Option<Opened>, Failure> {
        if_there(store::open_beside(&self.log, &file.path), &file.shown)
    }

    /// Looks for the archive of a month. If there is none, returns the file that a new one would be.
    pub fn find(&self, month: Month) -> Result<(ArchiveFile, Option<Opened>), Failure> {
        let mut free = None;
        for count in 1.. {
            if count > 1 && count > self.last_count(month) + 1 {
                break;
            }
            let file = self.file(self.name(month, count));
            let Some(mut opened) = self.open(&file)? else {
                free = free.or(Some(file));
                continue;
            };
            let is_own = match named_in(&file, &mut opened)? {
                Some(named) => self.resolve(&named.path) == self.real_log,
                // Under a later name it is that of a log with another name.
                None => count == 1,
            };
            if is_own {
                return Ok((file, Some(opened)));
            }
        }
        Ok((free.unwrap_or_else(|| self.first_file(month)), None))
    }

    /// Where the archive of a month is or would be.
    pub fn file_of(&self, month: Month) -> ArchiveFile {
        // An archive that cannot be read now may be readable later.
        self.find(month)
            .map_or_else(|_| self.first_file(month), |(file, _)| file)
    }

    /// The files that may be archives of the log, by their names.
    fn own(&self) -> impl Iterator<Item = &ListedName> {
        let listed = self.all_listed().iter();
        listed.filter(|listed| listed.count.is_some())
    }

    pub fn paths(&self) -> impl Iterator<Item = PathBuf> {
        self.own().map(|listed| self.folder.join(&listed.name))
    }

    /// The months that may have an archive, by the names of the files there are.
    pub fn months(&self) -> BTreeSet<Month> {
        self.own().map(|listed| listed.month).collect()
    }

    /// The archives that are not read although they have a name of this log, or their own log does not exist. `text` is what the
    /// log says, where it is asked for.
    pub fn unread(
        &self,
        text: impl FnOnce() -> Option<String>,
    ) -> Result<Vec<UnreadArchive>, Failure> {
        let mut unread = Vec::new();
        for listed in self.all_listed() {
            let file = self.file(listed.name.clone());
            // Only a regular file can be an archive.
            let Ok(Some(mut opened)) = self.open(&file) else {
                continue;
            };
            let named = named_in(&file, &mut opened)?;
            let log = match &named {
                Some(named) => self.resolve(&named.path),
                None => self.real_log.with_file_name(format!("{}.md", listed.stem)),
            };
            if log == self.real_log || named.is_none() && listed.stem == self.stem {
                continue;
            }
            let kind = match store::is_missing(&log) {
                true => Unread::Orphaned,
                false if named.is_some() && listed.count == Some(1) => Unread::Foreign,
                false => continue,
            };
            unread.push(UnreadArchive {
                file,
                month: listed.month,
                named,
                log,
                kind,
            });
        }
        let is_orphaned = |archive: &UnreadArchive| archive.kind == Unread::Orphaned;
        if unread.iter().any(is_orphaned) {
            let text = text().unwrap_or_default();
            self.mark_adoptable(&mut unread, &text)?;
            // A file that names no log may not be an archive at all.
            unread.retain(|archive| archive.named.is_some() || archive.kind == Unread::Adoptable);
        }
        Ok(unread)
    }

    /// A log takes the place of another where it refers to one of its archives. It adopts them all, but for months of which it has an
    /// archive already.
    fn mark_adoptable(&self, unread: &mut [UnreadArchive], text: &str) -> Result<(), Failure> {
        let orphans = unread
            .iter()
            .filter(|archive| archive.kind == Unread::Orphaned);
        let referred =
            orphans.filter(|archive| occurrences(text, &archive.file.name).next().is_some());
        let logs: BTreeSet<PathBuf> = referred.map(|archive| archive.log.clone()).collect();
        let mut months = BTreeSet::new();
        for archive in unread.iter_mut() {
            if archive.kind == Unread::Orphaned
                && logs.contains(&archive.log)
                && self.find(archive.month)?.1.is_none()
                && months.insert(archive.month)
            {
                archive.kind = Unread::Adoptable;
            }
        }
        Ok(())
    }

    /// What changes so that a log with this text has the archives of the log whose place it takes.
    pub fn adopt(&self, text: &str) -> Result<Adoption, Failure> {
        let mut adoption = Adoption {
            text: text.to_owned(),
            files: Vec::new(),
            archives: BTreeMap::new(),
        };
        for archive in self.unread(|| Some(text.to_owned()))? {
            if archive.kind != Unread::Adoptable {
                continue;
            }
            let old = archive.file;
            let Some(opened) = self.open(&old)? else {
                continue;
            };
            let bytes = read_all(opened, &old.shown)?;
            let Ok(before) = std::str::from_utf8(&bytes) else {
                continue;
            };
            let new = match self.listed(&old.name).and_then(|listed| listed.count) {
                Some(_) => old.clone(),
                None => self.find(archive.month)?.0,
            };
            let newline = Source::new(before).newline();
            let after = with_log(before, &self.log_path(), newline).into_bytes();
            adoption.archives.insert(archive.month, after.clone());
            adoption.text = renamed(&adoption.text, &old.name, &new.name);
            let is_renamed = new.path != old.path;
            let mut file = FileChange {
                path: old.path,
                before: Some(bytes),
                after: None,
            };
            if is_renamed {
                adoption.files.push(file.clone());
                (file.path, file.before) = (new.path, None);
            }
            file.after = Some(after);
            adoption.files.push(file);
        }
        Ok(adoption)
    }

    /// Fails where an archive that the log should adopt first holds one of some months.
    pub fn check_adopted(&self, text: &str, months: impl Fn(Month) -> bool) -> Result<(), Failure> {
        let unread = self.unread(|| Some(text.to_owned()))?;
        let is_due =
            |archive: &&UnreadArchive| archive.kind == Unread::Adoptable && months(archive.month);
        match unread.iter().find(is_due) {
            Some(archive) => Err(Failure::no_data(format!(
                "{}: its log does not exist",
                archive.file.shown
            ))
            .help("`tokmon check --fix` makes it an archive of this log")),
            None => Ok(()),
        }
    }

    fn name(&self, month: Month, count: usize) -> String {
        match count {
            1 => format!("{}-{month}.md", self.stem),
            count => format!("{}-{count}-{month}.md", self.stem),
        }
    }

    /// The highest number of a name that is taken.
    fn last_count(&self, month: Month) -> usize {
        let of_month = self.own().filter(|listed| listed.month == month);
        of_month
            .filter_map(|listed| listed.count)
            .max()
            .unwrap_or(0)
    }

    fn all_listed(&self) -> &[ListedName] {
        self.listed.get_or_init(|| {
            let mut names = store::list(&self.folder).unwrap_or_default();
            names.sort();
            let names = names.iter().filter_map(|name| name.to_str());
            names.filter_map(|name| self.listed(name)).collect()
        })
    }

    /// Reads the name of a file. `None` if it cannot be that of an archive.
    fn listed(&self, name: &str) -> Option<ListedName> {
        let stem = name.strip_suffix(".md")?;
        let at = stem.len().checked_sub("-2026-02".len())?;
        let (stem, month) = stem.split_at_checked(at)?;
        let month = month.strip_prefix('-')?;
        let count = match stem.strip_prefix(&self.stem) {
            Some("") => Some(1),
            rest => rest.and_then(|rest| rest.strip_prefix('-')?.parse().ok()),
        };
        Some(ListedName {
            name: name.to_owned(),
            stem: stem.to_owned(),
            month: month.parse().ok()?,
            count,
        })
    }

    /// The file that a path in an archive leads to.
    fn resolve(&self, path: &str) -> PathBuf {
        store::real_path(&self.real_folder.join(path))
    }
}

impl UnreadArchive {
    /// The finding that it is not read. `file` is the archive.
    pub fn diagnostic(&self, file: FileId, archives: &Archives) -> Diagnostic {
        let named = self.named.as_ref();
        let (path, place) =
            named.map_or_else(Default::default, |named| (named.path.as_str(), named.place));
        let place = Place { file, ..place };
        let log_line = log_line(&archives.log_path());
        let help = format!("if it is an archive of this log, write `{log_line}`");
        if self.kind == Unread::Foreign {
            let message = "this archive belongs to another log";
            return Diagnostic::new(Code::ForeignArchive, message, place)
                .label(format!("its log is `{path}`"))
                .help(help);
        }
        let message = "the log of this archive does not exist";
        let finding = Diagnostic::new(Code::OrphanedArchive, message, place).label(match path {
            "" => "it had the name of its log".to_owned(),
            path => format!("there is no `{path}`"),
        });
        if self.kind == Unread::Adoptable {
            return finding;
        }
        let own = archives.first_file(self.month).name;
        let help = format!("{help} and name it `{own}`");
        finding.manual().help(help)
    }
}

/// The log that the header of an archive names, if it names one.
fn named_in(file: &ArchiveFile, opened: &mut Opened) -> Result<Option<NamedLog>, Failure> {
    let mut head = Vec::new();
    let read = opened
        .bytes()
        .and_then(|bytes| bytes.take(MAX_HEADER).read_to_end(&mut head));
    read.with_context(|| format!("cannot read {}", file.shown))?;
    let text = head.utf8_chunks().next();
    Ok(text.and_then(|text| named_log(text.valid())))
}

/// A text with another name in place of the name of a file.
fn renamed(text: &str, old: &str, new: &str) -> String {
    let mut renamed = String::with_capacity(text.len());
    let mut at = 0;
    for start in occurrences(text, old) {
        renamed.push_str(text.get(at..start).unwrap_or_default());
        renamed.push_str(new);
        at = start + old.len();
    }
    renamed + text.get(at..).unwrap_or_default()
}

/// Where a text holds the name of a file, and not as the end of a longer one.
fn occurrences(text: &str, name: &str) -> impl Iterator<Item = usize> {
    let found = text.match_indices(name).map(|(at, _)| at);
    found.filter(|at| {
        let before = text.get(..*at).and_then(|text| text.chars().next_back());
        before.is_none_or(|c| !c.is_alphanumeric() && !matches!(c, '-' | '_' | '.'))
    })
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
