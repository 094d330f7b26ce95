//! `tokmon archive`: what is old moves from the log to its archives, and archives older still are deleted where that is asked.
//! What moves is `edit::archive`'s business.

pub(super) mod told;

use std::collections::BTreeMap;

use chrono::{Days, Months};

use super::{
    Context,
    edit_session::{EditSession, table_or_json},
    locate::archive_folder,
};
use crate::{
    cli::{ArchiveArgs, GlobalArgs},
    config::Settings,
    edit::{
        LogSet, Timestamp,
        archive::{self, Asked, Moved, Plan, Problem, Survey},
    },
    exit::ExitCode,
    failure::Failure,
    log::{self, Item},
    model::{Header, Month},
    store::{self, Change, FileChange, RewriteError},
    text::FileId,
};

/// Days that daily details are kept where nothing else is said.
const KEEP_DAYS: u32 = 30;

/// How far back archives are looked for.
const MOST_MONTHS: u32 = 1_200;

pub(super) fn run(
    args: &ArchiveArgs,
    global: &GlobalArgs,
    cx: &mut Context<'_>,
) -> Result<ExitCode, Failure> {
    let format = table_or_json(global)?;
    let now = cx.now(global)?;
    let session = EditSession::open(global, cx)?;
    let task = Task {
        old: args
            .prune_archives
            .map_or_else(Vec::new, |months| old_archives(&session, now, months)),
        args,
        now,
        session,
    };
    let made = if args.dry_run {
        let text = task.session.text(cx)?;
        task.planned(&text)?.1
    } else {
        task.list(global, format, cx)?;
        task.write()?
    };
    task.tell(&made, format, cx)?;
    if !global.quiet {
        task.tell_left(&made.moved, cx);
    }
    Ok(ExitCode::Success)
}

/// What is to be done, to which log.
struct Task<'a> {
    args: &'a ArchiveArgs,
    now: Timestamp,
    session: EditSession,
    /// The months of the archives to delete.
    old: Vec<Month>,
}

/// What was done, or would be.
#[derive(Debug)]
struct Made {
    moved: Moved,
    /// What each of the archives says that are deleted, in lines.
    pruned: BTreeMap<Month, usize>,
    /// The lines of the log, before and after.
    lines: (usize, usize),
    asked: Asked,
}

impl Task<'_> {
    /// What a text of the log and the files beside it change to, and what that is.
    fn planned(&self, text: &str) -> Result<(Option<Change>, Made), Failure> {
        let asked = self.asked(text);
        let survey = Survey::of(text);
        let mut months = survey.months(&asked);
        months.extend(&self.old);
        let months: Vec<Month> = months.into_iter().collect();
        let mut log_set = self.session.log_set(&months)?;
        let problem = |problem| self.problem(&problem);
        let plan = archive::plan(text, survey, &log_set, &asked).map_err(problem)?;
        let mut files = Vec::new();
        for (month, after) in &plan.archives {
            let after = after.clone().into_bytes();
            files.extend(self.change(*month, &log_set, Some(after.clone())));
            log_set.archives.insert(*month, after);
        }
        let Plan {
            mut log,
            archives,
            moved,
        } = plan;
        // What was moved just now is deleted another time, if at all.
        let old = self.old.iter().copied();
        let old: Vec<Month> = old
            .filter(|month| log_set.archives.contains_key(month) && !archives.contains_key(month))
            .collect();
        let mut pruned = BTreeMap::new();
        if !old.is_empty() {
            log = archive::pruned(&log, &log_set, &old, self.now).map_err(problem)?;
            for month in old {
                let lines = log_set.archives.get(&month).map(|archive| count(archive));
                pruned.insert(month, lines.unwrap_or_default());
                files.extend(self.change(month, &log_set, None));
            }
        }
        let made = Made {
            moved,
            pruned,
            lines: (count(text.as_bytes()), count(log.as_bytes())),
            asked,
        };
        let change = (!files.is_empty()).then(|| Change {
            log: log.into_bytes(),
            files,
        });
        Ok((change, made))
    }

    fn change(&self, month: Month, log_set: &LogSet, after: Option<Vec<u8>>) -> Option<FileChange> {
        Some(FileChange {
            path: self.archive(month)?.0,
            before: log_set.archives.get(&month).cloned(),
            after,
        })
    }

    fn archive(&self, month: Month) -> Option<(std::path::PathBuf, String)> {
        let EditSession { log, settings, .. } = &self.session;
        log.archived(&archive::name(month), settings)
    }

    fn shown(&self, month: Month) -> String {
        self.archive(month)
            .map(|(_, shown)| shown)
            .unwrap_or_default()
    }

    fn asked(&self, text: &str) -> Asked {
        let today = self.now.date_naive();
        let asked = self.args.keep_days;
        let keep = asked.unwrap_or_else(|| keep_days(&self.session.settings, text));
        let before = today.checked_sub_days(Days::new(u64::from(keep)));
        Asked {
            before: self
                .args
                .before
                .or(before)
                .unwrap_or(chrono::NaiveDate::MIN),
            today,
            now: self.now,
            hooks_only: self.args.hooks_only,
            compact: self.args.compact,
            folder: folder(&self.session.settings),
        }
    }

    fn problem(&self, problem: &Problem) -> Failure {
        let (code, month) = match problem {
            Problem::NotUtf8(month, _)
            | Problem::Unclosed(month)
            | Problem::Needed { month, .. } => (ExitCode::DataError, Some(*month)),
            Problem::Unequal(_) => (ExitCode::Internal, None),
        };
        let shown = month.map(|month| self.shown(month));
        let help = match problem {
            Problem::NotUtf8(..) => "save the file as UTF-8",
            Problem::Unclosed(_) => "end the code block or the comment, or move the file away",
            Problem::Needed { .. } => "mend the log with tokmon check --fix, or keep the archive",
            Problem::Unequal(_) => "this is a mistake of tokmon; nothing was changed",
        };
        let message = match shown {
            Some(shown) => format!("{shown}: {problem}"),
            None => format!("nothing is moved: {problem}"),
        };
        Failure::new(code, message).help(help)
    }

    fn write(&self) -> Result<Made, Failure> {
        let mut idle = None;
        let made = self
            .session
            .target
            .rewrite(&self.args.rewrite.into(), &mut |bytes| {
                let text = self.session.utf8(bytes.to_vec())?;
                let (change, made) = self.planned(&text)?;
                if let Some(change) = change {
                    return Ok(Some((change, made)));
                }
                idle = Some(made);
                Ok(None)
            });
        match made {
            Ok(Some(made)) => Ok(made),
            Ok(None) => idle.ok_or_else(|| Failure::new(ExitCode::Internal, "nothing was planned")),
            Err(RewriteError::Plan(failure)) => Err(failure),
            Err(RewriteError::Write(error)) => Err(error.into()),
        }
    }
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

/// The months older than so many before the present one that have an archive.
fn old_archives(session: &EditSession, now: Timestamp, months: u32) -> Vec<Month> {
    let first = Month::of(now.date_naive()).first_day();
    let kept = first.checked_sub_months(Months::new(months)).map(Month::of);
    let old = std::iter::successors(kept.and_then(Month::before), |month| month.before());
    let mut found: Vec<Month> = old
        .take(MOST_MONTHS as usize)
        .filter(|month| {
            let path = session
                .log
                .archived(&archive::name(*month), &session.settings);
            path.is_some_and(|(path, _)| store::is_file(&path))
        })
        .collect();
    found.reverse();
    found
}
