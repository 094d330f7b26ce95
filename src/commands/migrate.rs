//! `tokmon migrate`: a log of the format before v2.0 becomes one of v2.0, and the original is kept whole beside the archives.
//! How the new log is written is for `edit::migrate`, what is printed for `render`.

use std::collections::BTreeMap;

use anyhow::Context as _;

use super::{
    archive::{folder, keep_days},
    edit_session::EditSession,
    run::Run,
};
use crate::{
    cli::MigrateArgs,
    edit::{
        ArchivesOf, Timestamp,
        migrate::{self, MigrateError, MigrateRequest},
    },
    exit::ExitCode,
    failure::Failure,
    render::{Migrated, MigratedLog},
    session::archives::ArchiveFile,
    store::{self, Change, FileChange, OpenError},
};

/// The maximum number of originals kept for one log.
const MAX_ORIGINALS: usize = 1_000;

pub(super) fn run(args: &MigrateArgs, run: &mut Run<'_, '_>) -> Result<ExitCode, Failure> {
    let format = run.format();
    let now = run.now()?;
    let session = EditSession::open_any(run)?;
    let mut plan = |text: &str| plan(text, &session, now);
    let change = session.plan((args.dry_run, args.rewrite), run, &mut plan)?;
    let migrated = Migrated {
        schema_version: 1,
        file: session.log.shown.clone(),
        dry_run: args.dry_run,
        is_changed: change.is_some(),
        change,
    };
    let is_asked = migrated.dry_run && migrated.is_changed;
    if is_asked || !run.is_silent() {
        run.print(|out| migrated.write(format, out))?;
    }
    for remark in migrated.change.iter().flat_map(MigratedLog::remarks) {
        run.note(remark);
    }
    Ok(ExitCode::Success)
}

/// The change of a text of the log, with its original in another file.
fn plan(
    text: &str,
    session: &EditSession,
    now: Timestamp,
) -> Result<(Option<Change>, Option<MigratedLog>), Failure> {
    let (revision, log_set) =
        session.revision(text.to_owned(), ArchivesOf::AllMonths, BTreeMap::new())?;
    let (original, exists) = original(text.as_bytes(), session)?;
    let request = MigrateRequest {
        now,
        keep_days: keep_days(&session.log.settings, &revision),
        original: format!("{}/{}", folder(&session.log.settings), original.name),
    };
    let team = session.log.folder_name();
    let team = team.as_deref().unwrap_or("log");
    let migration = migrate::migrate_foreign(&revision, &log_set, team, &request);
    let migration = match migration {
        Ok(None) => migrate::migrate(&revision, &log_set, &request),
        other => other,
    };
    let migration = migration.map_err(|error| failure(&error, &session.log.shown))?;
    let Some(migrated) = migration else {
        return Ok((None, None));
    };
    let whole = text.as_bytes().to_vec();
    let change = Change {
        log: migrated.text.clone().into_bytes(),
        files: vec![FileChange {
            path: original.path,
            before: exists.then(|| whole.clone()),
            after: Some(whole),
        }],
    };
    let (hook_lines_left, other_lines_left) = migrated.left;
    let migrated = MigratedLog {
        original: original.shown,
        rows: migrated.rows,
        months: migrated.months,
        hook_lines_left,
        other_lines_left,
        differing: migrated.differing,
        log: migrated.text,
    };
    Ok((Some(change), Some(migrated)))
}

fn failure(error: &MigrateError, shown: &str) -> Failure {
    match error {
        MigrateError::Empty => Failure::no_data(format!("{shown} holds no usage that can be read"))
            .help("tokmon init creates a new log"),
        MigrateError::Unreadable(line) => {
            Failure::no_data(format!("{shown}:{line}: an unreadable row would be lost"))
                .help("tokmon check says what is wrong with it; fix it first")
        }
        MigrateError::Differs(what) => {
            Failure::no_data(format!("nothing is changed: {what} would not be the same in v2.0"))
                .help("`tokmon check --tables` shows what each table is taken for; say under [read] in tokmon.toml what its columns mean")
        }
        MigrateError::Violation(violation) => Failure::new(
            ExitCode::Internal,
            format!("nothing is changed: {violation}"),
        )
        .help("v1 archives are ignored once the log is v2.0; this log cannot be migrated as it is"),
    }
}

/// Where the original goes, beside the archives, under a name that nothing else has; and whether it is there already.
fn original(bytes: &[u8], session: &EditSession) -> Result<(ArchiveFile, bool), Failure> {
    let archives = session.archives()?;
    for count in 1..=MAX_ORIGINALS {
        let name = match count {
            1 => format!("{}-v1.md", archives.stem),
            count => format!("{}-v1-{count}.md", archives.stem),
        };
        let file = archives.file(name);
        let shown = &file.shown;
        let mut opened = match store::open(&file.path) {
            Err(OpenError::Missing) => return Ok((file, false)),
            Err(error) => {
                return Err(Failure::no_input(format!("cannot read {shown}: {error}"))
                    .help("move it away: the original of the log goes there"));
            }
            Ok(opened) => opened,
        };
        let found = opened.read_to_vec();
        if found.with_context(|| format!("cannot read {shown}"))? == bytes {
            return Ok((file, true));
        }
    }
    Err(Failure::cannot_create(
        "there is no name left for the original of the log",
    ))
}
