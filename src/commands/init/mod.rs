//! `tokmon init`: creates a log and settings, and never overwrites a file.
//! `texts` has their contents, `teams` reads the names of the teams, `reading` is for a log that is there already.

mod reading;
mod teams;
mod texts;

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
};

use super::{import::proposed_rules, run::Run};
use crate::{
    cli::InitArgs,
    config,
    exit::ExitCode,
    failure::{Failure, sanitize_lines},
    render,
    session::{LogOptions, locate},
    store,
};
use reading::ForeignLog;
use teams::Team;
use texts::NewLog;

pub use texts::quoted;

/// The log to create if no other is named.
const LOG: &str = "cost-log.md";

pub fn run(args: &InitArgs, run: &mut Run<'_, '_>) -> Result<ExitCode, Failure> {
    let [log, settings] = files(run)?;
    if let Some(log) = ForeignLog::find(run)? {
        return log.write(args, run);
    }
    let budget = run.global.budget;
    let new_log = NewLog {
        teams: teams::parse(&args.teams, budget)?,
        budget,
        log: log.name()?,
        now: run.now()?,
    };
    let read = texts::READ.to_owned() + &rules(args, run)?;
    let texts = [new_log.log(), new_log.settings(&read)];
    texts::verify(&texts, &new_log.teams)?;
    let new = [(&log, &texts[0]), (&settings, &texts[1])];
    for (file, _) in new {
        file.must_be_missing()?;
    }
    if args.dry_run {
        for (file, text) in new {
            let shown = render::sanitize(&file.shown);
            run.print(|out| write!(out, "==> {shown} <==\n{text}\n"))?;
        }
        return Ok(ExitCode::Success);
    }
    log.create(&texts[0])?;
    if let Err(failure) = settings.create(&texts[1]) {
        store::roll_back(&log.path);
        return Err(failure);
    }
    if run.is_silent() {
        return Ok(ExitCode::Success);
    }
    let next = next_steps(&new_log, args, [&log, &settings], run);
    run.print(|out| out.write_all(sanitize_lines(&next).as_bytes()))?;
    Ok(ExitCode::Success)
}

/// The rules that --import asks for, or nothing.
fn rules(args: &InitArgs, run: &mut Run<'_, '_>) -> Result<String, Failure> {
    if !args.import {
        return Ok(String::new());
    }
    proposed_rules(run)
}

/// What was written, and what to do with it.
fn next_steps(
    new: &NewLog,
    args: &InitArgs,
    [log, settings]: [&NewFile; 2],
    run: &Run<'_, '_>,
) -> String {
    let team = new.teams.first().map_or("NAME", |team| team.name.as_str());
    let named = if is_found(&log.path, run) {
        String::new()
    } else {
        format!(" -f {}", shell_words::quote(&log.shown))
    };
    let record = format!(
        "tokmon record{named} --team {} --tokens 1200",
        shell_words::quote(team)
    );
    let status = format!("tokmon{named}");
    let width = record.chars().count();
    let (log, settings) = (&log.shown, &settings.shown);
    let mut text = format!(
        "Wrote {log} and {settings}\n\n  {record}  records usage\n  {status:<width$}  shows what is used\n"
    );
    if args.teams.is_empty() {
        text += "\nIts one team is Orchestrator; recording for another name adds that team.\n";
    }
    if args.import {
        let _ = write!(
            text,
            "\n{settings} proposes rules for the teams of `tokmon import`, as comments: remove the # before those that are right.\n"
        );
    }
    if new.budget.is_none() {
        let _ = write!(
            text,
            "\nNo budget is set: write `tokens = \"200K\"` or `cost = \"25.00 USD\"` under [budget] in {settings}.\n"
        );
    }
    text
}

/// Whether the log is the one that is meant where none is named.
fn is_found(log: &Path, run: &Run<'_, '_>) -> bool {
    let options = LogOptions {
        log: run.cx.variable("TOKMON_FILE").map(PathBuf::from),
        ..run.log_options()
    };
    let found = locate(&options).ok().and_then(|found| found.path);
    found.is_some_and(|found| found == log)
}

/// A file to create.
struct NewFile {
    path: PathBuf,
    /// As the user wrote it.
    shown: String,
}

/// The log, by option, else by environment, else in the working folder; and the settings beside it.
fn files(run: &Run<'_, '_>) -> Result<[NewFile; 2], Failure> {
    let log = run.log_path().unwrap_or_else(|| LOG.into());
    if log.as_os_str() == "-" {
        return Err(Failure::usage("cannot create a log on standard output")
            .help("name the file to write with --file PATH, or use --dry-run"));
    }
    if run.global.config.is_some() {
        return Err(Failure::usage(
            "--config is not supported by `tokmon init`: the settings are written beside the log",
        )
        .help("leave out --config"));
    }
    let file = |path: &Path| NewFile {
        shown: path.display().to_string(),
        path: run.cx.folder.join(path),
    };
    Ok([file(&log), file(&log.with_file_name(config::FILE))])
}

impl NewFile {
    /// The file name, as the settings beside it name the log.
    fn name(&self) -> Result<String, Failure> {
        let name = self.path.file_name().and_then(|name| name.to_str());
        let name = name.filter(|name| !name.contains(char::is_control));
        name.map(str::to_owned).ok_or_else(|| {
            Failure::usage(format!("not a valid log name: `{}`", self.shown))
                .help("name a file, in UTF-8, like docs/cost-log.md")
        })
    }

    /// Fails if the name is taken, even by a dangling link.
    fn must_be_missing(&self) -> Result<(), Failure> {
        match store::is_taken(&self.path) {
            Ok(true) => Err(self.exists()),
            Ok(false) => Ok(()),
            Err(error) => Err(self.failure(&error.to_string())),
        }
    }

    fn create(&self, text: &str) -> Result<(), Failure> {
        let created = store::create_new(&self.path, text.as_bytes());
        created.map_err(|error| self.failure(&error.to_string()))
    }

    fn exists(&self) -> Failure {
        Failure::cannot_create(format!("cannot create {}: it exists already", self.shown)).help(
            "nothing was written; `tokmon record --team NAME` adds a team, [budget] and [teams] in tokmon.toml set the budget and allocations; to create another log, name it with --file FILE",
        )
    }

    fn failure(&self, why: &str) -> Failure {
        Failure::cannot_create(format!("cannot create {}: {why}", self.shown))
            .help("nothing was written; name another log with --file FILE, in an existing folder")
    }
}
