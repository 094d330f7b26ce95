//! `tokmon archive`: what is old moves from the log to its archives, and archives older still are deleted where that is asked.
//! What moves is `edit::archive`'s business.

use std::{collections::BTreeMap, fmt::Write as _};

use chrono::{Days, Months};

use super::{
    Context,
    desk::{Desk, refused, table_or_json},
    locate::archive_folder,
};
use crate::{
    cli::{ArchiveArgs, GlobalArgs},
    config::Settings,
    edit::{
        Books, Stamp,
        archive::{self, Asked, Moved, Plan, Problem, Share, Survey},
    },
    exit::{ExitStatus, Failure},
    log::{self, Item},
    model::{Header, Month, Tokens},
    render::{self, Format},
    store::{self, Change, FileChange, RewriteError},
    text::Document,
};

/// Days that daily details are kept where nothing else is said.
const KEEP_DAYS: u32 = 30;

/// How far back archives are looked for.
const MOST_MONTHS: u32 = 1_200;

/// No more sections than these are listed of those that stay.
const MOST_LEFT: usize = 5;

pub(super) fn run(
    args: &ArchiveArgs,
    global: &GlobalArgs,
    cx: &mut Context<'_>,
) -> Result<ExitStatus, Failure> {
    let format = table_or_json(global)?;
    let now = cx.now(global)?;
    let desk = Desk::open(global, cx)?;
    let task = Task {
        old: args
            .prune_archives
            .map_or_else(Vec::new, |months| old_archives(&desk, now, months)),
        args,
        now,
        desk,
    };
    let made = if args.dry_run {
        let text = task.desk.text(cx)?;
        task.planned(&text)?.1
    } else {
        task.list(global, format, cx)?;
        task.write()?
    };
    task.tell(&made, format, cx)?;
    if !global.quiet {
        task.tell_left(&made.moved, cx)?;
    }
    Ok(ExitStatus::Clean)
}

/// What is to be done, to which log.
struct Task<'a> {
    args: &'a ArchiveArgs,
    now: Stamp,
    desk: Desk,
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
        let mut books = self.desk.books(&months)?;
        let problem = |problem| self.problem(&problem);
        let plan = archive::plan(text, survey, &books, &asked).map_err(problem)?;
        let mut files = Vec::new();
        for (month, after) in &plan.archives {
            let after = after.clone().into_bytes();
            files.extend(self.change(*month, &books, Some(after.clone())));
            books.archives.insert(*month, after);
        }
        let Plan {
            mut log,
            archives,
            moved,
        } = plan;
        // What was moved just now is deleted another time, if at all.
        let old = self.old.iter().copied();
        let old: Vec<Month> = old
            .filter(|month| books.archives.contains_key(month) && !archives.contains_key(month))
            .collect();
        let mut pruned = BTreeMap::new();
        if !old.is_empty() {
            log = archive::pruned(&log, &books, &old, self.now).map_err(problem)?;
            for month in old {
                let lines = books.archives.get(&month).map(|archive| count(archive));
                pruned.insert(month, lines.unwrap_or_default());
                files.extend(self.change(month, &books, None));
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

    fn change(&self, month: Month, books: &Books, after: Option<Vec<u8>>) -> Option<FileChange> {
        Some(FileChange {
            path: self.archive(month)?.0,
            before: books.archives.get(&month).cloned(),
            after,
        })
    }

    fn archive(&self, month: Month) -> Option<(std::path::PathBuf, String)> {
        let Desk { log, settings, .. } = &self.desk;
        log.archived(&archive::name(month), settings)
    }

    fn shown(&self, month: Month) -> String {
        self.archive(month)
            .map(|(_, shown)| shown)
            .unwrap_or_default()
    }

    fn asked(&self, text: &str) -> Asked {
        let today = self.now.date_naive();
        let keep = self.args.keep_days.or(self.desk.settings.keep_days);
        let keep = keep.or_else(|| retention(text)).unwrap_or(KEEP_DAYS);
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
            folder: folder(&self.desk.settings),
        }
    }

    fn problem(&self, problem: &Problem) -> Failure {
        let (code, month) = match problem {
            Problem::NotUtf8(month, _)
            | Problem::Unclosed(month)
            | Problem::Needed { month, .. } => (65, Some(*month)),
            Problem::Unequal(_) => (70, None),
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
        Failure::with_code(code, message).help(help)
    }

    fn write(&self) -> Result<Made, Failure> {
        let mut idle = None;
        let made = self
            .desk
            .target
            .rewrite(&self.args.rewrite.into(), &mut |bytes| {
                let text = self.desk.utf8(bytes.to_vec())?;
                let (change, made) = self.planned(&text)?;
                Ok(match change {
                    Some(change) => Some((change, made)),
                    None => {
                        idle = Some(made);
                        None
                    }
                })
            });
        match made {
            Ok(Some(made)) => Ok(made),
            Ok(None) => idle.ok_or_else(|| Failure::with_code(70, "nothing was planned")),
            Err(RewriteError::Plan(failure)) => Err(failure),
            Err(RewriteError::Write(error)) => Err(refused(&error)),
        }
    }
}

impl Task<'_> {
    /// Lists the archives that are to be deleted.
    fn list(
        &self,
        global: &GlobalArgs,
        format: Format,
        cx: &mut Context<'_>,
    ) -> Result<(), Failure> {
        if self.old.is_empty() || format == Format::Json {
            return Ok(());
        }
        let books = self.desk.books(&self.old)?;
        let style = cx.style(global);
        for (month, archive) in &books.archives {
            let lines = counted(count(archive), "line");
            let line = format!("to be deleted: {} ({lines})", self.shown(*month));
            writeln!(cx.out, "{}", style.text(&render::safe_line(&line)))?;
        }
        cx.out.flush()?;
        Ok(())
    }

    fn tell(&self, made: &Made, format: Format, cx: &mut Context<'_>) -> Result<(), Failure> {
        let text = match format {
            Format::Json => self.json(made),
            _ => self.table(made),
        };
        cx.out.write_all(text.as_bytes())?;
        cx.out.flush()?;
        Ok(())
    }

    fn table(&self, made: &Made) -> String {
        let Made {
            moved,
            pruned,
            lines,
            asked,
        } = made;
        let mut text = String::new();
        let mut say = |line: String| {
            let _ = writeln!(text, "{}", render::safe_line(&line));
        };
        if moved.to.is_empty() && pruned.is_empty() {
            let details = match asked.hooks_only {
                true => String::new(),
                false => format!("no daily details from before {}, ", asked.before),
            };
            say(format!(
                "nothing to move: {details}no hook lines from before {}",
                asked.today
            ));
            return text;
        }
        if moved.settled > 0 {
            let lines = counted(moved.settled, "usage line");
            say(format!(
                "{lines} {}settled first",
                if self.args.dry_run { "would be " } else { "" }
            ));
        }
        for (month, share) in &moved.to {
            let verb = if self.args.dry_run {
                "would move to"
            } else {
                "moved to"
            };
            say(format!("{verb} {}  {}", self.shown(*month), amount(share)));
        }
        for (month, lines) in pruned {
            let verb = if self.args.dry_run {
                "would delete"
            } else {
                "deleted"
            };
            say(format!(
                "{verb} {}  {}",
                self.shown(*month),
                counted(*lines, "line")
            ));
        }
        let (before, after) = lines;
        say(format!(
            "{}  {} -> {} lines",
            self.desk.log.shown,
            number(*before),
            number(*after)
        ));
        text
    }

    fn tell_left(&self, moved: &Moved, cx: &mut Context<'_>) -> Result<(), Failure> {
        let log = &self.desk.log.shown;
        for (heading, obstacle) in moved.left.iter().take(MOST_LEFT) {
            let line = format!("`{heading}` stays in {log}: {obstacle}");
            writeln!(cx.err, "tokmon: {}", render::safe_line(&line))?;
        }
        match moved.left.len().saturating_sub(MOST_LEFT) {
            0 => {}
            more => writeln!(
                cx.err,
                "tokmon: and {more} more; tokmon check says what is wrong"
            )?,
        }
        Ok(())
    }

    fn json(&self, made: &Made) -> String {
        let archives = made.moved.to.iter().map(|(month, share)| {
            let Share { daily, sessions, rows, merged, lines } = share;
            format!(
                "{{\"file\": {}, \"month\": \"{month}\", \"daily_sections\": {daily}, \"sessions\": {sessions}, \"rows\": {rows}, \"merged_rows\": {merged}, \"hook_lines\": {lines}}}",
                quoted(&self.shown(*month))
            )
        });
        let pruned = made.pruned.iter().map(|(month, lines)| {
            let file = quoted(&self.shown(*month));
            format!("{{\"file\": {file}, \"month\": \"{month}\", \"lines\": {lines}}}")
        });
        let left = made.moved.left.iter().map(|(heading, obstacle)| {
            let (heading, reason) = (quoted(heading), quoted(&obstacle.to_string()));
            format!("{{\"section\": {heading}, \"reason\": {reason}}}")
        });
        let fields = [
            "\"schema_version\": 1".to_owned(),
            format!("\"file\": {}", quoted(&self.desk.log.shown)),
            format!("\"dry_run\": {}", self.args.dry_run),
            format!("\"before\": \"{}\"", made.asked.before),
            format!("\"settled_lines\": {}", made.moved.settled),
            format!("\"moved\": {}", list(archives)),
            format!("\"deleted\": {}", list(pruned)),
            format!("\"left\": {}", list(left)),
            format!("\"lines_before\": {}", made.lines.0),
            format!("\"lines_after\": {}", made.lines.1),
        ];
        format!("{{\n  {}\n}}\n", fields.join(",\n  "))
    }
}

/// `2 daily sections, 1 session (61 rows), 4,958 hook lines`.
fn amount(share: &Share) -> String {
    let parts = [(share.daily, "daily section"), (share.sessions, "session")];
    let parts = parts.into_iter().filter(|(count, _)| *count > 0);
    let mut parts: Vec<String> = parts.map(|(count, what)| counted(count, what)).collect();
    if let Some(last) = parts.last_mut() {
        let _ = write!(last, " ({}", counted(share.rows, "row"));
        if share.merged > 0 {
            let _ = write!(last, ", {} merged into others", number(share.merged));
        }
        last.push(')');
    }
    if share.lines > 0 {
        parts.push(counted(share.lines, "hook line"));
    }
    parts.join(", ")
}

fn counted(count: usize, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {what}{plural}", number(count))
}

fn number(count: usize) -> Tokens {
    Tokens(u64::try_from(count).unwrap_or(u64::MAX))
}

/// How many lines a file has.
fn count(bytes: &[u8]) -> usize {
    bytes.split_inclusive(|byte| *byte == b'\n').count()
}

/// The days to keep that a log names in its header.
fn retention(text: &str) -> Option<u32> {
    /// No header is longer.
    const MOST: usize = 64 * 1024;
    let head = text.as_bytes().get(..MOST).unwrap_or(text.as_bytes());
    let mut days = None;
    // Reading from memory cannot fail.
    let _ = log::read(head, Document::Log, &mut |item| {
        if let Item::Header(Header::RetentionDays(found)) = item {
            days.get_or_insert(found);
        }
    });
    days
}

/// The folder of the archives as a log names it.
fn folder(settings: &Settings) -> String {
    let folder = archive_folder(settings).to_string_lossy();
    folder.replace('\\', "/").trim_end_matches('/').to_owned()
}

/// The months older than so many before the present one that have an archive.
fn old_archives(desk: &Desk, now: Stamp, months: u32) -> Vec<Month> {
    let first = Month::of(now.date_naive()).first_day();
    let kept = first.checked_sub_months(Months::new(months)).map(Month::of);
    let old = std::iter::successors(kept.and_then(Month::before), |month| month.before());
    let mut found: Vec<Month> = old
        .take(MOST_MONTHS as usize)
        .filter(|month| {
            let path = desk.log.archived(&archive::name(*month), &desk.settings);
            path.is_some_and(|(path, _)| store::is_file(&path))
        })
        .collect();
    found.reverse();
    found
}

fn list(items: impl Iterator<Item = String>) -> String {
    let items: Vec<String> = items.map(|item| format!("    {item}")).collect();
    if items.is_empty() {
        return "[]".to_owned();
    }
    format!("[\n{}\n  ]", items.join(",\n"))
}

/// A text as JSON has it, with nothing in it that drives a terminal.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if render::safe::is_forbidden(c) => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    let _ = write!(quoted, "\\u{unit:04x}");
                }
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
