//! From options to a report: finds the files, has them read, and makes of what they say a report for any moment. What is read, and
//! in which order, is `reading`'s business; what is wrong with it, `found`'s.

mod found;
mod months;
mod reading;

use chrono::{DateTime, FixedOffset};

use super::{
    Context,
    locate::{log_and_settings, set_budget},
};
use crate::{
    analysis::{
        self, Ledger, LedgerBuilder, ReconciledMonth, ReportOptions, Retention, Rows, StatusReport,
    },
    check as rules,
    cli::{GlobalArgs, ViewArgs},
    diagnostic::Findings,
    failure::Failure,
    model::{Month, Policy, fold_name},
    render::{self, Format},
};
pub(super) use found::Found;
pub(super) use months::check;
use reading::{Past, Reading, listed};

/// A report, and what was found on the way.
pub(super) struct Loaded {
    pub(super) report: StatusReport,
    pub(super) found: Found,
}

/// Reads all that the options name, and makes the report of it. `rows` tells whether single rows are shown.
pub(super) fn report(
    args: &ViewArgs,
    global: &GlobalArgs,
    rows: bool,
    cx: &mut Context<'_>,
) -> Result<Loaded, Failure> {
    let now = cx.now(global)?;
    let asked = Asked {
        rows: if rows { Rows::All } else { Rows::Summed },
        forecast_days: args.shows_forecast() || global.format() == Format::Json,
    };
    let read = read(args, global, asked, cx).or_else(|Unread { failure, found }| {
        if let Some(mut found) = found {
            found.tell(global, cx);
        }
        Err(failure)
    })?;
    Ok(Loaded {
        report: read.figures.report(now),
        found: read.found,
    })
}

/// What of a log is to be shown.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    /// Single rows.
    pub(super) rows: Rows,
    /// The days so far and to come, one by one.
    pub(super) forecast_days: bool,
}

/// What the files say, and what is wrong with them.
pub(super) struct Read {
    pub(super) figures: Figures,
    pub(super) found: Found,
    /// The month to show, and those looked back on: their archives matter.
    pub(super) months: Vec<Month>,
}

/// What the files say, from which a report can be made for any moment.
pub(super) struct Figures {
    ledger: Ledger,
    month: Month,
    policy: Policy,
    shown: String,
    project: Option<String>,
    team: Option<String>,
    asked: Asked,
    backtest: bool,
}

/// Nothing could be made of the files.
pub(super) struct Unread {
    pub(super) failure: Failure,
    /// What is wrong with them, as far as they could be read.
    pub(super) found: Option<Box<Found>>,
}

impl From<Failure> for Unread {
    fn from(failure: Failure) -> Self {
        Self {
            failure,
            found: None,
        }
    }
}

impl Figures {
    /// The report for a moment.
    pub(super) fn report(&self, now: DateTime<FixedOffset>) -> StatusReport {
        let project = self.project.as_deref();
        let reconciled = self.ledger.reconcile(self.month, project);
        let question = ReportOptions {
            path: &self.shown,
            now,
            project: project.and_then(|project| reconciled.find_project(project)),
            team: self.team.as_deref(),
            rows: self.asked.rows.are_shown(),
            forecast_days: self.asked.forecast_days,
            backtest: self.backtest,
        };
        analysis::report(&reconciled, &self.policy, &question)
    }
}

/// Reads all that the options name.
pub(super) fn read(
    args: &ViewArgs,
    global: &GlobalArgs,
    asked: Asked,
    cx: &mut Context<'_>,
) -> Result<Read, Unread> {
    let now = cx.now(global)?;
    let (log, mut settings) = log_and_settings(global, cx)?;
    set_budget(&mut settings, global, cx)?;
    let keep = Retention {
        month: args.month,
        rows: asked.rows,
    };
    let findings = Findings::keeping(kept_findings(global));
    let builder = LedgerBuilder::new(&settings.policy, keep);
    let mut reading = Reading::begin(builder, findings, &log, cx)?;
    let past = Past {
        today: now.date_naive(),
        all: args.backtest,
    };
    let month = reading.month(&log, &settings, past);
    let Reading {
        builder,
        mut found,
        months,
        ..
    } = reading;
    let ledger = builder.finish();
    let reconciled = match month.and_then(|month| reconcile(&ledger, month, args)) {
        Ok(reconciled) => reconciled,
        Err(failure) => {
            found.findings.sort();
            return Err(Unread {
                failure,
                found: Some(Box::new(found)),
            });
        }
    };
    found
        .findings
        .extend(rules::findings(&reconciled, &settings.policy));
    found.findings.sort();
    let figures = Figures {
        month: reconciled.month.month,
        ledger,
        policy: settings.policy,
        shown: log.shown,
        project: args.project.clone(),
        team: args.team.clone(),
        asked,
        backtest: args.backtest,
    };
    Ok(Read {
        figures,
        found,
        months,
    })
}

/// How many findings there is a use for: a table lists the first of them.
fn kept_findings(global: &GlobalArgs) -> Option<usize> {
    let some = global.format() == Format::Table && !global.verbose;
    some.then_some(render::MAX_FINDINGS)
}

fn reconcile<'l>(
    ledger: &'l Ledger,
    month: Month,
    args: &ViewArgs,
) -> Result<ReconciledMonth<'l>, Failure> {
    let reconciled = ledger.reconcile(month, args.project.as_deref());
    let month = &reconciled.month;
    if let Some(project) = &args.project
        && reconciled.find_project(project).is_none()
    {
        return Err(unknown("project", project, &month.projects, month.month));
    }
    if let Some(team) = &args.team
        && reconciled.search_team(team).is_none()
    {
        let names: Vec<String> = month.teams.iter().map(|team| team.name.clone()).collect();
        return Err(unknown("team", team, &names, month.month));
    }
    Ok(reconciled)
}

fn unknown(what: &str, name: &str, known: &[String], month: Month) -> Failure {
    let nearest = known
        .iter()
        .min_by_key(|known| strsim::damerau_levenshtein(&fold_name(known), &fold_name(name)));
    let near = nearest
        .filter(|known| strsim::damerau_levenshtein(&fold_name(known), &fold_name(name)) <= 2);
    let help = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None if known.is_empty() => format!("the log names no {what} in this month"),
        None => format!("{what}s of this month: {}", listed(known)),
    };
    Failure::usage(format!("no {what} `{name}` in {month}")).help(help)
}
