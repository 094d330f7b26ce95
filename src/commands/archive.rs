//! `tokmon archive`: what is old moves from the log to its archives, and archives older still are deleted where that is asked.
//! What moves is decided by `edit::archive`, what is printed by `render`.

use std::collections::BTreeMap;

use chrono::{Days, Months, NaiveDate};

use super::{
    Context,
    archives::{ArchiveFile, Archives},
    edit_session::EditSession,
    locate::archive_folder,
};
use crate::{
    cli::{ArchiveArgs, GlobalArgs},
    config::Settings,
    edit::{
        LogSet, Timestamp,
        archive::{self, Asked, Moved, Problem, Survey},
    },
    exit::ExitCode,
    failure::{Failure, cannot_print},
    log::{self, Item},
    model::{Header, Month},
    render::{self, Archived, Deleted, Format, Left, MovedTo},
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
        let mut asked = self.asked(text, archives);
        let survey = Survey::of(text);
        let mut months = survey.months(&asked);
        months.extend(&self.to_delete);
        let files = files(archives, months.iter().copied())?;
        let mut log_set = self
            .session
            .log_set(&months.into_iter().collect::<Vec<_>>())?;
        asked.names = files
            .iter()
            .map(|(month, file)| (*month, file.name.clone()))
            .collect();
        let problem = |problem| failure(&problem, &files);
        let plan = archive::plan(text, survey, &log_set, &asked).map_err(problem)?;
        archives.check_adopted(text, |month| plan.archives.contains_key(&month))?;
        let mut changes = Vec::new();
        let mut change = |log_set: &LogSet, month: Month, after: Option<Vec<u8>>| {
            let file = files.get(&month)?;
            changes.push(FileChange {
                path: file.path.clone(),
                before: log_set.archives.get(&month).cloned(),
                after,
            });
            Some(file.shown.clone())
        };
        // What was moved just now is deleted another time, if at all.
        let is_old = |month: &Month| {
            log_set.archives.contains_key(month) && !plan.archives.contains_key(month)
        };
        let to_delete: Vec<Month> = self.to_delete.iter().copied().filter(is_old).collect();
        let mut moved = Vec::new();
        for (month, after) in plan.archives {
            let after = after.into_bytes();
            let file = change(&log_set, month, Some(after.clone())).unwrap_or_default();
            moved.extend(moved_to(&plan.moved, month, file));
            log_set.archives.insert(month, after);
        }
        let mut log = plan.log;
        let mut deleted = Vec::new();
        if !to_delete.is_empty() {
            log = archive::pruned(&log, &log_set, &to_delete, self.now).map_err(problem)?;
            for month in to_delete {
                let lines = log_set
                    .archives
                    .get(&month)
                    .map_or(0, |archive| count(archive));
                let file = change(&log_set, month, None).unwrap_or_default();
                deleted.push(Deleted { file, month, lines });
            }
        }
        let left = plan.moved.left.into_iter().map(|(section, obstacle)| Left {
            section,
            reason: obstacle.to_string(),
        });
        let archived = Archived {
            schema_version: 1,
            file: self.session.log.shown.clone(),
            dry_run: self.args.dry_run,
            before: asked.before,
            today: asked.today,
            hooks_only: asked.hooks_only,
            settled_lines: plan.moved.settled,
            moved,
            deleted,
            left: left.collect(),
            lines_before: count(text.as_bytes()),
            lines_after: count(log.as_bytes()),
        };
        let change = (!changes.is_empty()).then(|| Change {
            log: log.into_bytes(),
            files: changes,
        });
        Ok((change, archived))
    }

    fn asked(&self, text: &str, archives: &Archives) -> Asked {
        let today = self.now.date_naive();
        let keep = self.args.keep_days;
        let keep = keep.unwrap_or_else(|| keep_days(&self.session.settings, text));
        let before = today.checked_sub_days(Days::new(u64::from(keep)));
        Asked {
            before: self.args.before.or(before).unwrap_or(NaiveDate::MIN),
            today,
            now: self.now,
            hooks_only: self.args.hooks_only,
            compact: self.args.compact,
            folder: folder(&self.session.settings),
            log: archives.log_path(),
            names: BTreeMap::new(),
        }
    }

    fn announce_deletions(&self, global: &GlobalArgs, cx: &mut Context<'_>) -> Result<(), Failure> {
        if self.to_delete.is_empty() {
            return Ok(());
        }
        let files = files(self.session.archives()?, self.to_delete.iter().copied())?;
        let log_set = self.session.log_set(&self.to_delete)?;
        let style = cx.style(global);
        for (month, archive) in &log_set.archives {
            let lines = render::counted(count(archive) as u64, "line");
            let shown = files.get(month).map_or("", |file| &file.shown);
            let line = format!("to be deleted: {shown} ({lines})");
            writeln!(cx.out, "{}", style.text(&render::sanitize(&line))).map_err(cannot_print)?;
        }
        cx.out.flush().map_err(cannot_print)?;
        Ok(())
    }
}

/// The archives of some months, whether they exist or not.
fn files(
    archives: &Archives,
    months: impl Iterator<Item = Month>,
) -> Result<BTreeMap<Month, ArchiveFile>, Failure> {
    months
        .map(|month| Ok((month, archives.find(month)?.file)))
        .collect()
}

fn moved_to(moved: &Moved, month: Month, file: String) -> Option<MovedTo> {
    let share = moved.to.get(&month)?;
    Some(MovedTo {
        file,
        month,
        daily_sections: share.daily,
        sessions: share.sessions,
        rows: share.rows,
        merged_rows: share.merged,
        hook_lines: share.lines,
    })
}

fn failure(problem: &Problem, files: &BTreeMap<Month, ArchiveFile>) -> Failure {
    let (month, help) = match problem {
        Problem::NotUtf8(month, _) => (Some(month), "save the file as UTF-8"),
        Problem::Unclosed(month) => (
            Some(month),
            "end the code block or the comment, or move the file away",
        ),
        Problem::Needed { month, .. } => (
            Some(month),
            "fix the log with `tokmon check --fix`, or keep the archive",
        ),
        Problem::Unequal(_) => (None, "this is a mistake of tokmon; nothing was changed"),
    };
    let shown = month.and_then(|month| files.get(month));
    match shown {
        Some(file) => Failure::new(ExitCode::DataError, format!("{}: {problem}", file.shown)),
        None => Failure::new(ExitCode::Internal, format!("nothing is moved: {problem}")),
    }
    .help(help)
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
