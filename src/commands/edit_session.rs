//! The log that a command writes: its settings, the files beside it, and the way to rewrite it.

use std::{cell::OnceCell, collections::BTreeMap};

use anyhow::Context as _;

use super::run::Run;
use crate::{
    cli::RewriteArgs,
    edit::{ArchivesOf, LogSet, Revision, Timestamp},
    exit::ExitCode,
    failure::Failure,
    log::{self, foreign},
    model::Month,
    session::{LogFiles, archives::Archives},
    store::{Change, RewriteError, RewriteOptions, Target},
    text::Source,
};

/// Plans a change of a text of the log, with what else the caller wants to know.
type Planner<'p, T> = dyn FnMut(&str) -> Result<(Option<Change>, T), Failure> + 'p;

/// A log that may be written.
pub(super) struct EditSession {
    pub(super) log: LogFiles,
    pub(super) target: Target,
    now: Timestamp,
    /// Whether a log in another form than tokmon's is written, too.
    writes_foreign: bool,
    /// The beginning of a text that was checked and is in tokmon's own format, up to its first table. The same log is checked again
    /// under the lock.
    own_beginning: OnceCell<Vec<u8>>,
}

impl EditSession {
    /// Finds the log, and whether it may be written at all. One in another form than tokmon's is refused once its text is read.
    pub(super) fn open(run: &mut Run<'_, '_>) -> Result<Self, Failure> {
        Ok(Self {
            writes_foreign: false,
            ..Self::open_any(run)?
        })
    }

    /// The same for a log in any form.
    pub(super) fn open_any(run: &mut Run<'_, '_>) -> Result<Self, Failure> {
        let log = run.locate()?;
        let Some(path) = &log.path else {
            return Err(Failure::usage("standard input cannot be written")
                .help("name the log with --file PATH"));
        };
        // A log that cannot be read fails with the same words everywhere.
        drop(log.open(run.cx.input)?);
        let target = Target::open(path, run.cx.random, &run.cx.signals)?;
        let now = run.now()?;
        Ok(Self {
            log,
            target,
            now,
            writes_foreign: true,
            own_beginning: OnceCell::new(),
        })
    }

    /// The log as it is now. Fails where it is not UTF-8: what is written into it would not be either.
    pub(super) fn text(&self, run: &mut Run<'_, '_>) -> Result<String, Failure> {
        let bytes = self.log.open(run.cx.input)?.read_to_vec();
        self.utf8(bytes.with_context(|| format!("cannot read {}", self.log.shown))?)
    }

    pub(super) fn utf8(&self, bytes: Vec<u8>) -> Result<String, Failure> {
        let source = Source::from_bytes(bytes).map_err(|error| {
            let at = error.at;
            Failure::no_data(format!(
                "{}:{}:{}: not UTF-8, so this log is not written",
                self.log.shown, at.line, at.column
            ))
            .help("save the file as UTF-8")
        })?;
        Ok(source.text().to_owned())
    }

    /// Fails for a text of a log in another form than tokmon's: what is written into it would not be in that form.
    pub(super) fn check_form(&self, text: &[u8]) -> Result<(), Failure> {
        let is_known = |beginning: &Vec<u8>| text.starts_with(beginning);
        if self.writes_foreign || self.own_beginning.get().is_some_and(is_known) {
            return Ok(());
        }
        match foreign::own_beginning(text) {
            // What is appended to a whole text could change its last line.
            Some(beginning) if beginning.len() < text.len() => {
                drop(self.own_beginning.set(beginning.to_vec()));
            }
            None if self.log.is_foreign(text, self.now) => {
                return Err(foreign_log(&self.log.shown));
            }
            _ => {}
        }
        Ok(())
    }

    /// The text of a log that is to be written. Fails also where git left a conflict in it, whose sides belong where they are.
    pub(super) fn writable(&self, bytes: Vec<u8>) -> Result<String, Failure> {
        self.check_form(&bytes)?;
        let text = self.utf8(bytes)?;
        match log::first_conflict(&text) {
            None => Ok(text),
            Some(line) => Err(Failure::no_data(format!(
                "{}:{line}:1: a conflict of git is not resolved, so this log is not written",
                self.log.shown
            ))
            .help("keep what is right of both sides, and remove the lines with <<<<<<<, ======= and >>>>>>>")),
        }
    }

    pub(super) fn archives(&self) -> Result<&Archives, Failure> {
        let archives = self.log.archives.as_ref();
        archives.ok_or_else(|| Failure::usage("standard input has no archives"))
    }

    /// Plans a change of the log, and makes it unless this is a dry run. Gives what else `plan` gave.
    pub(super) fn plan<T>(
        &self,
        (dry_run, how): (bool, RewriteArgs),
        run: &mut Run<'_, '_>,
        plan: &mut Planner<'_, T>,
    ) -> Result<T, Failure> {
        if dry_run {
            let text = self.text(run)?;
            Ok(plan(&self.writable(text.into_bytes())?)?.1)
        } else {
            self.rewrite(how, plan)
        }
    }

    /// Rewrites the log as planned, if that changes anything. Gives what else `plan` gave.
    pub(super) fn rewrite<T>(
        &self,
        RewriteArgs { wait, quiesced }: RewriteArgs,
        plan: &mut Planner<'_, T>,
    ) -> Result<T, Failure> {
        let mut planned = None;
        let options = RewriteOptions { wait, quiesced };
        let outcome = self.target.rewrite(&options, &mut |bytes| {
            let (change, outcome) = plan(&self.writable(bytes.to_vec())?)?;
            planned = Some(outcome);
            Ok(change.map(|change| (change, ())))
        });
        match outcome {
            Ok(_) => planned.ok_or_else(|| Failure::new(ExitCode::Internal, "nothing was planned")),
            Err(RewriteError::Plan(failure)) => Err(failure),
            Err(RewriteError::Write(error)) => Err(error.into()),
        }
    }

    /// What edits need of the files beside the log: the projection, and the archives of some months.
    pub(super) fn log_set(&self, months: &[Month]) -> Result<LogSet, Failure> {
        self.log.log_set(months, self.now)
    }

    /// A text of the log, read with the projection, some `known` archives, and the others that matter for it.
    pub(super) fn revision(
        &self,
        text: String,
        archives: ArchivesOf,
        known: BTreeMap<Month, Vec<u8>>,
    ) -> Result<(Revision, LogSet), Failure> {
        let mut log_set = self.log_set(&[])?;
        log_set.archives = known;
        let revision = Revision::load(text, &mut log_set, archives, &mut |month| {
            self.log.archive_bytes(month)
        })?;
        Ok((revision, log_set))
    }
}

/// A log that is read, and not written.
pub(super) fn foreign_log(shown: &str) -> Failure {
    Failure::no_data(format!(
        "{shown} is not in tokmon's own format, and nothing is written into it"
    ))
    .help(
        "`tokmon migrate` writes it anew in that format, with equal totals, and keeps the original",
    )
}
