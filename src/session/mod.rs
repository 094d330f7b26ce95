//! A log with all that belongs to it, loaded from its files: for a report at any moment, and again when a file changes.
//! Borrows nothing from its caller, who says which log is meant, what is to be shown of it, and what time it is.

pub mod archives;
mod check;
mod loader;
mod locate;
mod log_set;
mod read_files;

use std::io::Read;

use chrono::{DateTime, FixedOffset};

use crate::{
    analysis::{self, Ledger, ReconciledMonth, ReportOptions, Retention, Rows, StatusReport},
    check as rules,
    diagnostic::Findings,
    failure::Failure,
    model::{Budget, Month, Policy, fold_name},
};
pub use check::{CheckedLog, check};
use loader::{Loader, LookBack, first_of};
pub use locate::{Located, LogOptions, LogPath, WatchedFiles, archive_folder, locate};
pub use read_files::{ReadFiles, line_at};

/// What of a log is to be shown, and how it is judged.
#[derive(Clone, Debug)]
pub struct ViewRequest {
    pub month: Option<Month>,
    pub project: Option<String>,
    /// The only team to list.
    pub team: Option<String>,
    pub rows: Rows,
    /// Whether the forecast lists the days so far and to come.
    pub forecast_days: bool,
    /// Whether forecasts are made again for finished months.
    pub backtest: bool,
    /// A budget in place of that of the settings.
    pub budget: Option<Budget>,
    /// How many findings to keep; all, where nothing is said.
    pub max_findings: Option<usize>,
}

/// A log, as it was when its files were read last.
pub struct Session {
    options: LogOptions,
    request: ViewRequest,
    loaded: Option<LoadedLog>,
}

/// What the files of a log say.
pub struct LoadedLog {
    ledger: Ledger,
    policy: Policy,
    /// The log as it is shown.
    shown: String,
    month: Month,
    /// The months looked back on.
    earlier: Vec<Month>,
    request: ViewRequest,
    pub files: ReadFiles,
}

/// The files could not be loaded.
pub struct LoadFailure {
    pub failure: Failure,
    /// The files, if it is what they say that is wrong.
    pub files: Option<Box<ReadFiles>>,
}

impl From<Failure> for LoadFailure {
    fn from(failure: Failure) -> Self {
        Self {
            failure,
            files: None,
        }
    }
}

impl Session {
    /// A session whose files are not read yet.
    pub const fn new(options: LogOptions, request: ViewRequest) -> Self {
        Self {
            options,
            request,
            loaded: None,
        }
    }

    /// Reads the files and keeps what they say. Where that fails, what they said before stays.
    pub fn load(
        &mut self,
        now: DateTime<FixedOffset>,
        input: &mut dyn Read,
    ) -> Result<&mut LoadedLog, LoadFailure> {
        let loaded = self.read(now, input)?;
        Ok(self.loaded.insert(loaded))
    }

    /// The report for a moment, by what the files said when they were read last.
    pub fn report(&self, now: DateTime<FixedOffset>) -> Option<StatusReport> {
        Some(self.loaded.as_ref()?.report(now))
    }

    /// The files whose changes matter. Fails where there is no log, or it is standard input.
    pub fn watched_files(&self) -> Result<WatchedFiles, Failure> {
        let loaded = self.loaded.as_ref();
        let months = loaded.map(|loaded| [loaded.month].into_iter().chain(loaded.earlier.clone()));
        let months: Vec<Month> = months.into_iter().flatten().collect();
        locate::watched(&self.options, &months)
    }

    /// Reads the files, the log from `input` if it is standard input.
    pub fn read(
        &self,
        now: DateTime<FixedOffset>,
        input: &mut dyn Read,
    ) -> Result<LoadedLog, LoadFailure> {
        let Located {
            log, mut settings, ..
        } = locate(&self.options)?;
        let request = &self.request;
        settings.policy.budget = request.budget.or(settings.policy.budget);
        let retention = Retention {
            month: request.month,
            rows: request.rows,
        };
        let findings = Findings::keeping(request.max_findings);
        let mut loader = Loader::begin(&log, &settings, retention, findings, input)?;
        let look_back = LookBack {
            today: now.date_naive(),
            all: request.backtest,
        };
        let months = loader.month(look_back);
        let (ledger, mut files) = loader.finish();
        let months = months.and_then(|(month, earlier)| {
            let reconciled = ledger.reconcile(month, request.project.as_deref());
            check_names(&reconciled, request)?;
            let findings = rules::findings(&reconciled, &settings.policy);
            files.findings.extend(findings);
            Ok((month, earlier))
        });
        files.findings.sort();
        match months {
            Ok((month, earlier)) => Ok(LoadedLog {
                ledger,
                policy: settings.policy,
                shown: log.shown,
                month,
                earlier,
                request: request.clone(),
                files,
            }),
            Err(failure) => Err(LoadFailure {
                failure,
                files: Some(Box::new(files)),
            }),
        }
    }
}

impl LoadedLog {
    pub fn report(&self, now: DateTime<FixedOffset>) -> StatusReport {
        let request = &self.request;
        let project = request.project.as_deref();
        let reconciled = self.ledger.reconcile(self.month, project);
        let options = ReportOptions {
            path: &self.shown,
            now,
            project: project.and_then(|project| reconciled.find_project(project)),
            team: request.team.as_deref(),
            rows: request.rows.are_shown(),
            forecast_days: request.forecast_days,
            backtest: request.backtest,
        };
        analysis::report(&reconciled, &self.policy, &options)
    }
}

/// Fails where the month has no such project or team as is asked for.
fn check_names(reconciled: &ReconciledMonth, request: &ViewRequest) -> Result<(), Failure> {
    let month = &reconciled;
    if let Some(project) = &request.project
        && reconciled.find_project(project).is_none()
    {
        return Err(unknown("project", project, &month.projects, month.month));
    }
    if let Some(team) = &request.team
        && reconciled.search_team(team).is_none()
    {
        let names: Vec<String> = month.teams.iter().map(|team| team.name.clone()).collect();
        return Err(unknown("team", team, &names, month.month));
    }
    Ok(())
}

fn unknown(what: &str, name: &str, known: &[String], month: Month) -> Failure {
    let name_folded = fold_name(name);
    let distance = |known: &str| strsim::damerau_levenshtein(&fold_name(known), &name_folded);
    let distances = known.iter().map(|known| (distance(known), known));
    let help = match distances.min_by_key(|(distance, _)| *distance) {
        Some((0..=2, near)) => format!("did you mean `{near}`?"),
        None => format!("the log names no {what} in this month"),
        Some(_) => format!("{what}s of this month: {}", first_of(known)),
    };
    Failure::usage(format!("no {what} `{name}` in {month}")).help(help)
}
