//! `tokmon archive`: what is old moves from the log to its archives, and archives older still are deleted where that is asked.
//! What moves is decided by `edit::archive`, what is printed by `render`.

use std::collections::BTreeMap;

use chrono::{Days, Months, NaiveDate};

use super::{edit_session::EditSession, run::Run};
use crate::{
    cli::ArchiveArgs,
    config::Settings,
    edit::{
        ArchivesOf, Revision, Timestamp,
        archive::{self, ArchiveError, ArchiveRequest, Archiving, MoveStats, Obstacle},
    },
    exit::ExitCode,
    failure::Failure,
    model::Month,
    render::{self, Archived, Deleted, Format, Left, MovedTo},
    session::archives::Archives,
    store::{Change, FileChange},
};

/// Days that daily details are kept where neither options nor settings nor the log say otherwise.
const KEEP_DAYS: u32 = 30;

pub(super) fn run(args: &ArchiveArgs, run: &mut Run<'_, '_>) -> Result<ExitCode, Failure> {
    let format = run.format();
    let now = run.now()?;
    let session = EditSession::open(run)?;
    let archive_run = ArchiveRun {
        to_delete: match args.prune_archives {
            Some(months) => old_archives(session.archives()?, now, months)?,
            None => Vec::new(),
        },
        args,
        now,
        session,
    };
    if format == Format::Table && !args.dry_run && !run.is_silent() {
        archive_run.announce_deletions(run)?;
    }
    let how = (args.dry_run, args.rewrite);
    let archived = archive_run
        .session
        .plan(how, run, &mut |text| archive_run.plan(text))?;
    let is_asked = args.dry_run && !archived.is_nothing();
    if is_asked || !run.is_silent() {
        run.print(|out| archived.write(format, out))?;
    }
    for remark in archived.remarks() {
        run.note(remark);
    }
    Ok(ExitCode::Success)
}

struct ArchiveRun<'a> {
    args: &'a ArchiveArgs,
    now: Timestamp,
    session: EditSession,
    /// The months of the archives to delete.
    to_delete: Vec<Month>,
}

impl ArchiveRun<'_> {
    /// The change of the log and of the files beside it, and the report on it.
    fn plan(&self, text: &str) -> Result<(Option<Change>, Archived), Failure> {
        let archives = self.session.archives()?;
        let to_delete = self.contents()?;
        let (revision, mut log_set) =
            self.session
                .revision(text.to_owned(), ArchivesOf::Details, to_delete)?;
        let request = self.request(&revision, archives);
        let archiving = archive::archive(&revision, &mut log_set, &request, &|month| {
            archives.file_of(month).name
        });
        let archiving = archiving.map_err(|error| failure(&error, archives))?;
        let Archiving {
            revision: after_move,
            replaced,
            settled,
            moved,
            left: obstacles,
        } = archiving;
        archives.check_adopted(text, |month| replaced.contains_key(&month))?;
        // What was moved just now is deleted another time, if at all.
        let to_delete = self.to_delete.iter().copied();
        let to_delete: Vec<Month> = to_delete
            .filter(|month| !replaced.contains_key(month))
            .collect();
        let log = after_move.as_ref().unwrap_or(&revision);
        let pruned = archive::prune(log, &mut log_set, &to_delete, self.now);
        let (pruned, removed) = pruned.map_err(|error| failure(&error, archives))?;
        let log = pruned.as_ref().unwrap_or(log).text();
        let report = Archived {
            schema_version: 1,
            file: self.session.log.shown.clone(),
            dry_run: self.args.dry_run,
            before: request.before,
            today: request.today,
            hooks_only: request.hooks_only,
            settled_lines: settled,
            moved: moved_to(moved, archives),
            deleted: deleted(&removed, archives),
            left: left(obstacles),
            lines_before: count(text.as_bytes()),
            lines_after: count(log.as_bytes()),
        };
        // An archive that is deleted is no longer in the set.
        let removed = removed.into_iter().map(|(month, was)| (month, Some(was)));
        let changes = removed.chain(replaced).map(|(month, before)| FileChange {
            path: archives.file_of(month).path,
            before,
            after: log_set.archives.remove(&month),
        });
        let files: Vec<FileChange> = changes.collect();
        let log = log.as_bytes().to_vec();
        let change = (!files.is_empty()).then_some(Change { log, files });
        Ok((change, report))
    }

    fn request(&self, revision: &Revision, archives: &Archives) -> ArchiveRequest {
        let today = self.now.date_naive();
        let keep = self.args.keep_days;
        let keep = keep.unwrap_or_else(|| keep_days(&self.session.log.settings, revision));
        let before = today.checked_sub_days(Days::new(u64::from(keep)));
        ArchiveRequest {
            before: self.args.before.or(before).unwrap_or(NaiveDate::MIN),
            today,
            now: self.now,
            hooks_only: self.args.hooks_only,
            compact: self.args.compact,
            folder: folder(&self.session.log.settings),
            log: archives.log_path(),
        }
    }

    /// The archives to delete.
    fn contents(&self) -> Result<BTreeMap<Month, Vec<u8>>, Failure> {
        let mut contents = BTreeMap::new();
        for month in &self.to_delete {
            let bytes = self.session.log.archive_bytes(*month)?;
            contents.extend(bytes.map(|bytes| (*month, bytes)));
        }
        Ok(contents)
    }

    fn announce_deletions(&self, run: &mut Run<'_, '_>) -> Result<(), Failure> {
        if self.to_delete.is_empty() {
            return Ok(());
        }
        let archives = self.session.archives()?;
        let style = run.style();
        for (month, archive) in self.contents()? {
            let lines = render::counted(count(&archive), "line");
            let line = format!("to be deleted: {} ({lines})", archives.file_of(month).shown);
            run.print(|out| writeln!(out, "{}", style.text(&render::sanitize(&line))))?;
        }
        Ok(())
    }
}

fn moved_to(moved: BTreeMap<Month, MoveStats>, archives: &Archives) -> Vec<MovedTo> {
    let moved = moved.into_iter().map(|(month, moved)| MovedTo {
        file: archives.file_of(month).shown,
        month,
        daily_sections: moved.daily,
        sessions: moved.sessions,
        rows: moved.rows,
        merged_rows: moved.merged,
        hook_lines: moved.lines,
    });
    moved.collect()
}

fn deleted(removed: &BTreeMap<Month, Vec<u8>>, archives: &Archives) -> Vec<Deleted> {
    let deleted = removed.iter().map(|(month, archive)| Deleted {
        file: archives.file_of(*month).shown,
        month: *month,
        lines: count(archive),
    });
    deleted.collect()
}

fn left(left: Vec<(String, Obstacle)>) -> Vec<Left> {
    let left = left.into_iter().map(|(section, obstacle)| Left {
        section,
        reason: obstacle.to_string(),
    });
    left.collect()
}

fn failure(error: &ArchiveError, archives: &Archives) -> Failure {
    let (month, help) = match error {
        ArchiveError::NotUtf8(month, _) => (*month, "save the file as UTF-8"),
        ArchiveError::Unclosed(month) => (
            *month,
            "end the code block or the comment, or move the file away",
        ),
        ArchiveError::Needed { month, .. } | ArchiveError::NeededForCost { month, .. } => (
            *month,
            "fix the log with `tokmon check --fix`, or keep the archive",
        ),
        ArchiveError::LostLine | ArchiveError::Violation(_) => {
            let message = format!("nothing is moved: {error}");
            return Failure::new(ExitCode::Internal, message)
                .help("this is a bug in tokmon; nothing was changed");
        }
    };
    let shown = archives.file_of(month).shown;
    Failure::new(ExitCode::DataError, format!("{shown}: {error}")).help(help)
}

fn count(bytes: &[u8]) -> usize {
    bytes.split_inclusive(|byte| *byte == b'\n').count()
}

/// The number of days that daily details are kept: by the settings, else by the log, else 30.
pub(super) fn keep_days(settings: &Settings, revision: &Revision) -> u32 {
    let own = settings.keep_days.or(revision.ledger.retention_days);
    own.unwrap_or(KEEP_DAYS)
}

/// The folder of the archives as a log names it.
pub(super) fn folder(settings: &Settings) -> String {
    let folder = settings.archive_folder().to_string_lossy();
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
        if archives.find(month)?.1.is_some() {
            old.push(month);
        }
    }
    Ok(old)
}
