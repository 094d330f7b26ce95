//! `tokmon migrate`: a log of the format before v2.0 becomes one of v2.0, and the original is kept whole beside the archives.
//! What becomes of it is `edit::migrate`'s business.

use std::{fmt::Write as _, path::PathBuf};

use anyhow::Context as _;

use super::{
    Context,
    archive::{
        folder, keep_days,
        told::{counted, quoted},
    },
    edit_session::{EditSession, table_or_json},
};
use crate::{
    cli::{GlobalArgs, MigrateArgs},
    edit::{
        LogSet, Timestamp,
        migrate::{self, Asked, Migrated, Outcome},
    },
    exit::ExitCode,
    failure::{Failure, cannot_print},
    model::Month,
    render::{self, Format},
    store::{self, Change, FileChange, OpenError, RewriteError},
};

/// How many originals of one log there may be.
const MOST_ORIGINALS: usize = 1_000;

pub(super) fn run(
    args: &MigrateArgs,
    global: &GlobalArgs,
    cx: &mut Context<'_>,
) -> Result<ExitCode, Failure> {
    let format = table_or_json(global)?;
    let task = Task {
        now: cx.now(global)?,
        session: EditSession::open(global, cx)?,
        dry_run: args.dry_run,
    };
    let made = if args.dry_run {
        let text = task.session.text(cx)?;
        task.planned(text.as_bytes())?.map(|(_, made)| made)
    } else {
        let made = task
            .session
            .target
            .rewrite(&args.rewrite.into(), &mut |bytes| task.planned(bytes));
        made.map_err(|error| match error {
            RewriteError::Plan(failure) => failure,
            RewriteError::Write(error) => error.into(),
        })?
    };
    let text = match (&made, format) {
        (Some(made), Format::Table) if args.dry_run => made.migrated.log.clone(),
        (made, Format::Json) => task.json(made.as_ref()),
        (Some(made), _) => task.table(made),
        (None, _) => {
            let shown = render::safe_line(&task.session.log.shown).into_owned();
            format!("{shown} is of v2.0 already: nothing to do\n")
        }
    };
    cx.out
        .write_all(text.as_bytes())
        .and_then(|()| cx.out.flush())
        .map_err(cannot_print)?;
    if let Some(made) = made.filter(|_| !global.quiet) {
        tell(&made, cx);
    }
    Ok(ExitCode::Success)
}

/// What is to be done, to which log.
struct Task {
    now: Timestamp,
    session: EditSession,
    dry_run: bool,
}

/// What was done, or would be.
struct Made {
    migrated: Migrated,
    /// Where the original is, as it is shown.
    original: String,
}

/// Where an original goes.
struct Original {
    path: PathBuf,
    name: String,
    shown: String,
    /// It is there already.
    is_there: bool,
}

impl Task {
    fn planned(&self, bytes: &[u8]) -> Result<Option<(Change, Made)>, Failure> {
        let text = self.session.utf8(bytes.to_vec())?;
        let log_set = self.session.log_set(&LogSet::default().months(&text))?;
        let original = self.original(bytes)?;
        let asked = Asked {
            today: self.now.date_naive(),
            now: self.now,
            keep_days: keep_days(&self.session.settings, &text),
            original: format!("{}/{}", folder(&self.session.settings), original.name),
        };
        let outcome = migrate::migrated(&text, &log_set, &asked).map_err(|problem| {
            Failure::new(ExitCode::Internal, format!("nothing is changed: {problem}"))
                .help("archives of the older format count no more beside a log of v2.0; this log cannot be migrated as it is")
        })?;
        let shown = &self.session.log.shown;
        let migrated = match outcome {
            Outcome::Current => return Ok(None),
            Outcome::Migrated(migrated) => *migrated,
            Outcome::Empty => {
                return Err(
                    Failure::no_data(format!("{shown} holds no usage that can be read"))
                        .help("tokmon init begins a new log"),
                );
            }
            Outcome::Unreadable(line) => {
                return Err(Failure::no_data(format!(
                    "{shown}:{line}: a row that cannot be read would be lost from sight"
                ))
                .help("tokmon check says what is wrong with it; mend it first"));
            }
        };
        let whole = bytes.to_vec();
        let files = vec![FileChange {
            path: original.path,
            before: original.is_there.then(|| whole.clone()),
            after: Some(whole),
        }];
        let change = Change {
            log: migrated.log.clone().into_bytes(),
            files,
        };
        let made = Made {
            migrated,
            original: original.shown,
        };
        Ok(Some((change, made)))
    }

    /// Where the original goes: beside the archives, under a name that nothing else has.
    fn original(&self, bytes: &[u8]) -> Result<Original, Failure> {
        for count in 1..=MOST_ORIGINALS {
            let name = match count {
                1 => "cost-log-v1.md".to_owned(),
                count => format!("cost-log-v1-{count}.md"),
            };
            let EditSession { log, settings, .. } = &self.session;
            let Some((path, shown)) = log.archived(&name, settings) else {
                break;
            };
            let is_there = match store::open(&path) {
                Err(OpenError::Missing) => false,
                Err(error) => {
                    return Err(Failure::no_input(format!("cannot read {shown}: {error}"))
                        .help("move it away: the original of the log is to be there"));
                }
                Ok(mut opened) => {
                    let mut there = Vec::new();
                    let read = opened
                        .bytes()
                        .and_then(|mut input| input.read_to_end(&mut there));
                    read.with_context(|| format!("cannot read {shown}"))?;
                    if there != bytes {
                        continue;
                    }
                    true
                }
            };
            return Ok(Original {
                path,
                name,
                shown,
                is_there,
            });
        }
        Err(Failure::cannot_create(
            "there is no name left for the original of the log",
        ))
    }

    fn table(&self, made: &Made) -> String {
        let Migrated {
            rows, months, left, ..
        } = &made.migrated;
        let (rows, months) = (counted(*rows, "row"), counted(*months, "month"));
        let lines = [
            format!(
                "{} is of v2.0 now: {rows} of {months}",
                self.session.log.shown
            ),
            format!("{} is the original, whole", made.original),
        ];
        let mut lines = lines
            .map(|line| format!("{}\n", render::safe_line(&line)))
            .concat();
        let parts = [(left.0, "hook line"), (left.1, "other line")];
        let parts = parts.into_iter().filter(|(count, _)| *count > 0);
        let parts: Vec<String> = parts.map(|(count, what)| counted(count, what)).collect();
        if !parts.is_empty() {
            let verb = if left.0 + left.1 == 1 {
                "stands"
            } else {
                "stand"
            };
            let parts = parts.join(" and ");
            let _ = writeln!(lines, "{parts} {verb} in the original alone");
        }
        lines
    }

    fn json(&self, made: Option<&Made>) -> String {
        let mut fields = vec![
            "\"schema_version\": 1".to_owned(),
            format!("\"file\": {}", quoted(&self.session.log.shown)),
            format!("\"dry_run\": {}", self.dry_run),
            format!("\"migrated\": {}", made.is_some()),
        ];
        if let Some(Made { migrated, original }) = made {
            fields.extend([
                format!("\"original\": {}", quoted(original)),
                format!("\"rows\": {}", migrated.rows),
                format!("\"months\": {}", migrated.months),
                format!("\"hook_lines_left\": {}", migrated.left.0),
                format!("\"other_lines_left\": {}", migrated.left.1),
            ]);
        }
        format!("{{\n  {}\n}}\n", fields.join(",\n  "))
    }
}

/// Says where the older table of months contradicted the rows.
fn tell(made: &Made, cx: &mut Context<'_>) {
    for (month, stated, sum) in &made.migrated.differing {
        let month: &Month = month;
        let mark = |estimate| if estimate { "~" } else { "" };
        cx.note(format_args!(
            "{month}: the table of months said {}{}, its rows add up to {}{}; the rows count",
            mark(stated.estimate),
            stated.tokens,
            mark(sum.estimate),
            sum.tokens
        ));
    }
}
