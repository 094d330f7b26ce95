//! `tokmon archive`: what is old moves from the log to its archives, and archives older still are deleted where that is asked.
//! What moves is decided by `edit::archive`, what is printed by `render`.

use std::collections::BTreeMap;

use anyhow::Context as _;
use chrono::{Days, Months, NaiveDate};

use super::{Context, edit_session::EditSession};
use crate::{
    cli::{ArchiveArgs, GlobalArgs},
    config::Settings,
    edit::{
        ArchivesOf, Timestamp,
        archive::{self, ArchiveError, ArchiveRequest, ArchiveStats},
    },
    exit::ExitCode,
    failure::{Failure, cannot_print},
    log::{self, Item},
    model::{Header, Month},
    render::{self, Archived, Deleted, Format, Left, MovedTo},
    session::{
        archive_folder,
        archives::{ArchiveFile, Archives, MonthArchive},
    },
    store::{Change, FileChange},
    text::FileId,
};

/// Days that daily details are kept where neither options nor settings nor the log say otherwise.
const KEEP_DAYS: u32 = 30;

pub(super) fn run(
    args: &ArchiveArgs,
    global: &GlobalArgs,
    cx: &mut Context<'_>,
) -> Result<ExitCode, Failure> {
    let format = global.format();
    let now = cx.now(global)?;
    let session = EditSession::open(global, cx)?;
    let task = Task {
        to_delete: match args.prune_archives {
            Some(months) => old_archives(session.archives()?, now, months)?,
            None => Vec::new(),
        },
        args,
        now,
        session,
    };
    let archived = if args.dry_run {
        let text = task.session.text(cx)?;
        task.plan(&text)?.1
    } else {
        if format == Format::Table {
            task.announce_deletions(global, cx)?;
        }
        task.session
            .rewrite(args.rewrite, &mut |text| task.plan(text))?
    };
    archived.write(format, cx.out).map_err(cannot_print)?;
    cx.out.flush().map_err(cannot_print)?;
    for remark in archived.remarks().iter().filter(|_| !global.quiet) {
        cx.note(remark);
    }
    Ok(ExitCode::Success)
}

/// What is to be done, to which log.
struct Task<'a> {
    args: &'a ArchiveArgs,
    now: Timestamp,
    session: EditSession,
    /// The months of the archives to delete.
    to_delete: Vec<Month>,
}

impl Task<'_> {
    /// What a text of the log and the files beside it change to, and what to report of that.
    fn plan(&self, text: &str) -> Result<(Option<Change>, Archived), Failure> {
        let archives = self.session.archives()?;
        let request = self.request(text, archives);
        let to_delete = self.contents(archives)?;
        let (revision, mut log_set) =
            self.session
                .revision(text.to_owned(), ArchivesOf::Details, to_delete)?;
        let archiving = archive::archive(&revision, &mut log_set, &request, &|month| {
            file(archives, month).name
        });
        let archiving = archiving.map_err(|error| failure(&error, archives))?;
        let replaced = archiving.replaced;
        archives.check_adopted(text, |month| replaced.contains_key(&month))?;
        // What was moved just now is deleted another time, if at all.
        let to_delete = self.to_delete.iter().copied();
        let to_delete: Vec<Month> = to_delete
            .filter(|month| !replaced.contains_key(month))
            .collect();
        let log = archiving.revision.as_ref().unwrap_or(&revision);
        let mut changes = Vec::new();
        let mut deleted = Vec::new();
        let pruned;
        let log = if to_delete.is_empty() {
            log.text()
        } else {
            let pruning = archive::prune(log, &mut log_set, &to_delete, self.now);
            let (text, removed) = pruning.map_err(|error| failure(&error, archives))?;
            for (month, archive) in removed {
                let ArchiveFile { path, shown, .. } = file(archives, month);
                deleted.push(Deleted {
                    file: shown,
                    month,
                    lines: count(&archive),
                });
                changes.push(FileChange {
                    path,
                    before: Some(archive),
                    after: None,
                });
            }
            pruned = text;
            &pruned
        };
        let outcome = self.outcome(&request, archiving.stats, deleted, [text, log])?;
        for (month, before) in replaced {
            changes.push(FileChange {
                path: file(archives, month).path,
                before,
                after: log_set.archives.remove(&month),
            });
        }
        let change = (!changes.is_empty()).then(|| Change {
            log: log.as_bytes().to_vec(),
            files: changes,
        });
        Ok((change, outcome))
    }

    fn outcome(
        &self,
        request: &ArchiveRequest,
        stats: ArchiveStats,
        deleted: Vec<Deleted>,
        [before, after]: [&str; 2],
    ) -> Result<Archived, Failure> {
        let archives = self.session.archives()?;
        let moved = stats.moved.into_iter().map(|(month, moved)| MovedTo {
            file: file(archives, month).shown,
            month,
            daily_sections: moved.daily,
            sessions: moved.sessions,
            rows: moved.rows,
            merged_rows: moved.merged,
            hook_lines: moved.lines,
        });
        let left = stats.left.into_iter().map(|(section, obstacle)| Left {
            section,
            reason: obstacle.to_string(),
        });
        Ok(Archived {
            schema_version: 1,
            file: self.session.log.shown.clone(),
            dry_run: self.args.dry_run,
            before: request.before,
            today: request.today,
            hooks_only: request.hooks_only,
            settled_lines: stats.settled,
            moved: moved.collect(),
            deleted,
            left: left.collect(),
            lines_before: count(before.as_bytes()),
            lines_after: count(after.as_bytes()),
        })
    }

    fn request(&self, text: &str, archives: &Archives) -> ArchiveRequest {
        let today = self.now.date_naive();
        let keep = self.args.keep_days;
        let keep = keep.unwrap_or_else(|| keep_days(&self.session.settings, text));
        let before = today.checked_sub_days(Days::new(u64::from(keep)));
        ArchiveRequest {
            before: self.args.before.or(before).unwrap_or(NaiveDate::MIN),
            today,
            now: self.now,
            hooks_only: self.args.hooks_only,
            compact: self.args.compact,
            folder: folder(&self.session.settings),
            log: archives.log_path(),
        }
    }

    /// The archives to delete.
    fn contents(&self, archives: &Archives) -> Result<BTreeMap<Month, Vec<u8>>, Failure> {
        let mut contents = BTreeMap::new();
        for month in &self.to_delete {
            let MonthArchive { file, opened } = archives.find(*month)?;
            if let Some(mut opened) = opened {
                let bytes = opened.read_to_vec();
                let bytes = bytes.with_context(|| format!("cannot read {}", file.shown))?;
                contents.insert(*month, bytes);
            }
        }
        Ok(contents)
    }

    fn announce_deletions(&self, global: &GlobalArgs, cx: &mut Context<'_>) -> Result<(), Failure> {
        if self.to_delete.is_empty() {
            return Ok(());
        }
        let archives = self.session.archives()?;
        let style = cx.style(global);
        for (month, archive) in self.contents(archives)? {
            let lines = render::counted(count(&archive), "line");
            let line = format!("to be deleted: {} ({lines})", file(archives, month).shown);
            writeln!(cx.out, "{}", style.text(&render::sanitize(&line))).map_err(cannot_print)?;
        }
        cx.out.flush().map_err(cannot_print)?;
        Ok(())
    }
}

/// The archive of a month, whether it exists or not.
fn file(archives: &Archives, month: Month) -> ArchiveFile {
    match archives.find(month) {
        Ok(found) => found.file,
        // It was found before.
        Err(_) => archives.first_file(month),
    }
}

fn failure(error: &ArchiveError, archives: &Archives) -> Failure {
    let (month, help) = match error {
        ArchiveError::NotUtf8(month, _) => (*month, "save the file as UTF-8"),
        ArchiveError::Unclosed(month) => (
            *month,
            "end the code block or the comment, or move the file away",
        ),
        ArchiveError::Needed { month, .. } => (
            *month,
            "fix the log with `tokmon check --fix`, or keep the archive",
        ),
        ArchiveError::LostLine | ArchiveError::Violation(_) => {
            let message = format!("nothing is moved: {error}");
            return Failure::new(ExitCode::Internal, message)
                .help("this is a mistake of tokmon; nothing was changed");
        }
    };
    let shown = file(archives, month).shown;
    Failure::new(ExitCode::DataError, format!("{shown}: {error}")).help(help)
}

/// How many lines a file has.
fn count(bytes: &[u8]) -> usize {
    bytes.split_inclusive(|byte| *byte == b'\n').count()
}

/// How many days of daily details are kept: by the settings, else by the log, else 30.
pub(super) fn keep_days(settings: &Settings, text: &str) -> u32 {
    let own = settings.keep_days.or_else(|| retention(text));
    own.unwrap_or(KEEP_DAYS)
}

/// The days to keep that a log names in its header.
fn retention(text: &str) -> Option<u32> {
    /// No header is longer.
    const MOST: usize = 64 * 1024;
    let head = text.as_bytes().get(..MOST).unwrap_or(text.as_bytes());
    let mut days = None;
    log::read_str(head, FileId::LOG, &mut |item| {
        if let Item::Header(Header::RetentionDays(found)) = item {
            days.get_or_insert(found);
        }
    });
    days
}

/// The folder of the archives as a log names it.
pub(super) fn folder(settings: &Settings) -> String {
    let folder = archive_folder(settings).to_string_lossy();
    folder.replace('\\', "/").trim_end_matches('/').to_owned()
}

/// The months more than `months` before the present one that have an archive.
fn old_archives(archives: &Archives, now: Timestamp, months: u32) -> Result<Vec<Month>, Failure> {
    let first = Month::of(now.date_naive()).first_day();
    let Some(kept) = first.checked_sub_months(Months::new(months)).map(Month::of) else {
        return Ok(Vec::new());
    };
    let mut old = Vec::new();
    for month in archives.months().into_iter().filter(|month| *month < kept) {
        if archives.find(month)?.opened.is_some() {
            old.push(month);
        }
    }
    Ok(old)
}
