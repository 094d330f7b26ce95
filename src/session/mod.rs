//! A log with all that belongs to it, loaded from its files: for a report at any moment, and again when a file changes.
//! Borrows nothing from its caller, which says which log is meant, what of it to show, and what time it is.

pub mod archives;
mod check;
mod guard;
mod loader;
mod locate;
mod log_files;
mod period;
mod secrets;
mod tables;

use std::io::Read;

use chrono::{DateTime, FixedOffset, TimeDelta};

use crate::{
    analysis::{
        self, Ledger, ReconciledMonth, ReportOptions, RowSelection, Rows, StatusReport, Superseded,
        forecast::BacktestExtent,
    },
    check as rules,
    diagnostic::Findings,
    failure::Failure,
    model::{Budget, BudgetReset, Month, Notice, Policy, Zone, fold_name},
    store::Opened,
};
pub use check::{CheckedLog, check};
pub use guard::{GuardedLog, JudgeOptions, KeptHold, guarded, hold_states, open_holds};
use loader::{Loader, first_of};
pub use loader::{ReadFiles, line_at};
pub use locate::{LogOptions, WatchedFiles, locate, read_settings_text, usual_log};
pub use log_files::LogFiles;
pub use period::baselines;
pub use tables::tables;

/// The number of projects that are reported on by themselves.
const MAX_PROJECTS: usize = 50;

/// The month that a run is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MonthChoice {
    /// The newest with rows that is not after today; where all are, the newest. For views.
    Newest,
    /// That of today, with rows or without. For runs that judge.
    Current,
    Named(Month),
}

impl MonthChoice {
    /// The month, where it does not depend on the log.
    fn resolve(self, now: DateTime<FixedOffset>) -> Option<Month> {
        match self {
            Self::Newest => None,
            Self::Current => Some(Month::of(now.date_naive())),
            Self::Named(month) => Some(month),
        }
    }
}

/// Whether a month may be the current one, in any zone and by a clock that is a little wrong. It need not have rows yet.
fn may_be_current(month: Month, now: DateTime<FixedOffset>) -> bool {
    let day = |hours| {
        let moment = now.checked_add_signed(TimeDelta::hours(hours));
        moment.map(|moment| moment.date_naive())
    };
    [-36, 0, 36]
        .into_iter()
        .filter_map(day)
        .any(|day| month.contains(day))
}

/// What of a log to show, and how to judge it.
#[derive(Clone, Debug)]
pub struct ViewRequest {
    pub month: MonthChoice,
    pub rows: Rows,
    pub project: Option<String>,
    /// The only team to list.
    pub team: Option<String>,
    /// Whether the forecast lists the days so far and to come.
    pub forecast_days: bool,
    /// The finished months that forecasts are made again for.
    pub backtest: BacktestExtent,
    /// A budget in place of that of the settings.
    pub budget: Option<Budget>,
    /// Which findings to keep: a collection without any.
    pub findings: Findings,
    /// The zone of the moment of the report.
    pub zone: Zone,
}

/// What the files of a log say.
pub struct LoadedLog {
    ledger: Ledger,
    policy: Policy,
    month: Month,
    /// The months looked back on.
    earlier: Vec<Month>,
    pub files: ReadFiles,
}

impl LoadedLog {
    /// The report of each project of the month, by itself; of many, of the first. Without days and past forecasts: each takes as long
    /// as the report of the whole.
    pub fn project_reports(
        &self,
        report: &StatusReport,
        request: &ViewRequest,
    ) -> Vec<StatusReport> {
        let of = |project: &String| {
            let mut reconciled = self.ledger.reconcile(self.month, Some(project));
            reconciled.add_holding_teams(report.now);
            let request = ViewRequest {
                project: Some(project.clone()),
                rows: Rows::Summed,
                forecast_days: false,
                backtest: BacktestExtent::None,
                ..request.clone()
            };
            request.report(&reconciled, &self.policy, &report.log.path, report.now)
        };
        report.projects.iter().take(MAX_PROJECTS).map(of).collect()
    }

    /// The notices that went out, by its lines and those of the archives that were read.
    pub fn notices(&self) -> &[Notice<'static>] {
        self.ledger.notices()
    }
}

/// The files could not be loaded.
pub struct LoadFailure {
    pub failure: Failure,
    /// The files, if what they say is the reason.
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

/// Reads the files of a log, the log itself from `input` if it is standard input. Also returns the report for `now`.
pub fn load(
    log: &LogFiles,
    request: &ViewRequest,
    now: DateTime<FixedOffset>,
    input: &mut dyn Read,
) -> Result<(LoadedLog, StatusReport), LoadFailure> {
    let policy = request.policy(log);
    let opened = log.open(input)?;
    let (ledger, mut files, months) = files_of(log, opened, (request, &policy), now)?;
    let reported = months.and_then(|(month, earlier)| {
        let mut reconciled = ledger.reconcile(month, request.project.as_deref());
        reconciled.add_holding_teams(now);
        if let Some(team) = request.team.as_ref().filter(|_| may_be_current(month, now)) {
            reconciled.add_idle_team(team);
        }
        check_names(&reconciled, request, may_be_current(month, now))?;
        rules::pass_over_totals(reconciled.ledger, &mut files.findings);
        files.findings.extend(rules::findings(&reconciled, &policy));
        let report = request.report(&reconciled, &policy, &log.shown, now);
        Ok((report, month, earlier))
    });
    files.findings.sort();
    match reported {
        Ok((report, month, earlier)) => {
            let log = LoadedLog {
                ledger,
                policy,
                month,
                earlier,
                files,
            };
            Ok((log, report))
        }
        Err(failure) => Err(LoadFailure {
            failure,
            files: Some(Box::new(files)),
        }),
    }
}

/// The month to show, and those looked back on.
type Months = Result<(Month, Vec<Month>), Failure>;

/// Reads the log, which is open, and the files beside it that matter.
fn files_of(
    log: &LogFiles,
    mut opened: Opened,
    (request, policy): (&ViewRequest, &Policy),
    now: DateTime<FixedOffset>,
) -> Result<(Ledger, ReadFiles, Months), Failure> {
    let selection = RowSelection {
        month: match (request.month, policy.reset) {
            // The period goes on, with rows in this month or without.
            (MonthChoice::Newest, BudgetReset::Manual) => MonthChoice::Current.resolve(now),
            (month, _) => month.resolve(now),
        },
        rows: request.rows,
    };
    let mut read = |superseded| {
        let findings = request.findings.clone();
        let opened = &mut opened;
        let mut loader = Loader::begin(log, opened, policy, selection, now, findings, superseded)?;
        let months = loader.load_month(now, request.backtest);
        Ok::<_, Failure>((loader, months))
    };
    let (mut loader, mut months) = read(Superseded::new())?;
    if let Some(superseded) = loader.take_superseded() {
        (loader, months) = read(superseded)?;
    }
    let (ledger, files) = loader.finish(opened);
    Ok((ledger, files, months))
}

impl ViewRequest {
    /// The policy of the settings, with what the request has in place of it.
    fn policy(&self, log: &LogFiles) -> Policy {
        Policy {
            zone: self.zone.clone(),
            ..log.policy(self.budget)
        }
    }

    fn report(
        &self,
        reconciled: &ReconciledMonth<'_>,
        policy: &Policy,
        path: &str,
        now: DateTime<FixedOffset>,
    ) -> StatusReport {
        let project = self.project.as_deref();
        let options = ReportOptions {
            path,
            now,
            project: project.and_then(|project| {
                let elsewhere = || reconciled.ledger.find_project(project);
                reconciled.find_project(project).or_else(elsewhere)
            }),
            team: self.team.as_deref(),
            rows: self.rows.are_shown(),
            forecast_days: self.forecast_days,
            backtest: self.backtest,
        };
        analysis::report(reconciled, policy, &options)
    }
}

/// A log that is loaded again and again, as it was when its files were read last.
pub struct Session {
    options: LogOptions,
    request: ViewRequest,
    log: LogFiles,
    loaded: Option<LoadedLog>,
}

impl Session {
    /// A session whose files are not read yet.
    pub const fn new(options: LogOptions, request: ViewRequest, log: LogFiles) -> Self {
        Self {
            options,
            request,
            log,
            loaded: None,
        }
    }

    /// Finds the log and reads its settings again, for [`Self::load`].
    pub fn locate(&self) -> Result<LogFiles, Failure> {
        locate(&self.options)
    }

    /// Reads the files, closes them, and keeps what they say. If that fails, what they said before stays.
    pub fn load(
        &mut self,
        log: LogFiles,
        now: DateTime<FixedOffset>,
        input: &mut dyn Read,
    ) -> Result<(&LoadedLog, StatusReport), LoadFailure> {
        let (mut loaded, report) = load(&log, &self.request, now, input)?;
        loaded.files.close();
        self.log = log;
        Ok((self.loaded.insert(loaded), report))
    }

    /// The report for a moment, by what the files said when they were read last.
    pub fn report(&self, now: DateTime<FixedOffset>) -> Option<StatusReport> {
        let loaded = self.loaded.as_ref()?;
        let project = self.request.project.as_deref();
        let mut reconciled = loaded.ledger.reconcile(loaded.month, project);
        reconciled.add_holding_teams(now);
        if let Some(team) = &self.request.team {
            reconciled.add_idle_team(team);
        }
        let path = &self.log.shown;
        Some(self.request.report(&reconciled, &loaded.policy, path, now))
    }

    /// The notices that went out, by what the files said when they were read last.
    pub fn notices(&self) -> &[Notice<'static>] {
        self.loaded.as_ref().map_or(&[], LoadedLog::notices)
    }

    /// The report of each project of the month, by itself.
    pub fn project_reports(&self, report: &StatusReport) -> Vec<StatusReport> {
        let loaded = self.loaded.as_ref();
        loaded.map_or_else(Vec::new, |loaded| {
            loaded.project_reports(report, &self.request)
        })
    }

    /// Where the log is, and what belongs to it.
    pub const fn log_files(&self) -> &LogFiles {
        &self.log
    }

    /// The files that were read last.
    pub fn files(&self) -> Option<&ReadFiles> {
        Some(&self.loaded.as_ref()?.files)
    }

    /// Reports in another zone from here on.
    pub fn set_zone(&mut self, zone: Zone) {
        self.request.zone = zone;
    }

    /// The time zone of the settings that were read last.
    pub fn timezone(&self) -> Option<&str> {
        self.log.settings.timezone.as_deref()
    }

    /// The files whose changes matter. Fails for standard input.
    pub fn watched_files(&self) -> Result<WatchedFiles, Failure> {
        let mut months = Vec::new();
        if let Some(loaded) = &self.loaded {
            months.push(loaded.month);
            months.extend(&loaded.earlier);
        }
        locate::watched(&self.log, &self.options, &months)
    }
}

/// Fails if the month has no such project or team as is asked for. A month that may be the current one need not have rows of a
/// project yet that the log knows.
fn check_names(
    reconciled: &ReconciledMonth,
    request: &ViewRequest,
    may_be_current: bool,
) -> Result<(), Failure> {
    let month = &reconciled;
    if let Some(project) = &request.project
        && reconciled.find_project(project).is_none()
        && !(may_be_current && reconciled.ledger.find_project(project).is_some())
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
