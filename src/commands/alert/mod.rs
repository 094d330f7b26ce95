//! `tokmon alert`: sends a notice for each threshold that is reached, once in a period. With a program, the program is run for each;
//! without one, printing it is sending it. What went out is written into the log, where every other run sees it.

pub mod delivery;

use std::{ffi::OsString, path::Path, time::Duration};

use super::{
    edit_session::{EditSession, foreign_log},
    run::Run,
    status::{load_request, view_request},
    trust::{NamedProgram, check_found},
};
use crate::{
    analysis::{
        CostBudget, DueNotice, NoticeOptions, Notices, Rows, StatusReport,
        forecast::BacktestExtent, notices,
    },
    cli::{AlertArgs, ViewArgs},
    exit::ExitCode,
    failure::{Failure, cannot_print},
    model::Level,
    program::Program,
    render::{self, NoticeList, NoticeOutcome, NoticeReport},
    session::{LogFiles, MonthChoice},
    store,
};
use delivery::Delivery;

/// How long a program may take, unless options or settings say otherwise.
pub const TIME_LIMIT: Duration = Duration::from_secs(30);

/// How long to wait for another process that sends notices, beside the time that its program may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long notices that went out wait to be written down.
const WRITE_DOWN: Duration = Duration::from_secs(1);

/// How notices are sent, as options and settings say.
pub struct AlertPlan {
    pub program: Option<Program>,
    pub limit: Duration,
    /// The lowest level that is notified.
    pub from: Level,
}

pub fn run(args: &AlertArgs, run: &mut Run<'_, '_>) -> Result<ExitCode, Failure> {
    if args.dry_run {
        return dry_run(args, run);
    }
    let session = EditSession::open(run)?;
    let plan = plan(
        (args.words(), args.on_alert.is_some()),
        args.timeout,
        &session.log,
        run,
    )?;
    if plan.program.is_none() && run.buffer.is_some() {
        return Err(Failure::usage(
            "notices that are printed are not written to a file: that they arrive cannot be known",
        )
        .help("name a program for them, or use --dry-run"));
    }
    // Before the log is read: what another process has sent by then is in it.
    let _lock = session.target.lock_notices(plan.limit + PATIENCE)?;
    let due = assess(&session.log, plan.from, run)?;
    if due.report.log.is_foreign() {
        return Err(foreign_log(&session.log.shown));
    }
    let delivery = Delivery {
        log: session.log.shown.clone(),
        path: store::real_path(session.log.path.as_deref().unwrap_or(Path::new("-")))
            .display()
            .to_string(),
        target: session.target,
        plan,
    };
    delivery.rearm(&due.notices.rearmed)?;
    if delivery.plan.program.is_some() {
        send(&delivery, &due, run)
    } else {
        print(&delivery, &due, run)
    }
}

/// What is due, with the report that says so.
struct Due {
    report: StatusReport,
    notices: Notices,
}

/// Reads the log for the current month. Fails where nothing can be compared with a threshold.
fn assess(log: &LogFiles, from: Level, run: &mut Run<'_, '_>) -> Result<Due, Failure> {
    let mut request = view_request(&ViewArgs::default(), Rows::Summed, run)?;
    request.month = MonthChoice::Current;
    (request.forecast_days, request.backtest) = (false, BacktestExtent::None);
    let (loaded, report) = load_request(log, &request, run)?;
    let options = NoticeOptions {
        from,
        period: report.period_key(),
        time: report.now,
    };
    let notices = notices(&report, loaded.notices(), options);
    if !notices.has_limit {
        return Err(Failure::usage("alert needs a budget")
            .help("set one with --budget 200K, TOKMON_BUDGET or tokmon.toml"));
    }
    let total = report.cost_budget.as_ref();
    let total = total.and_then(CostBudget::not_judged);
    let teams = report.teams.iter().filter_map(|team| {
        let problem = team.cost_budget.as_ref()?.not_judged()?;
        Some(format!("{}: {problem}", team.name))
    });
    for problem in total.into_iter().chain(teams) {
        run.note(problem);
    }
    Ok(Due { report, notices })
}

/// The program that is named, else the one that trusted settings name; and its limits. Fails where one is needed and there is none.
pub fn plan(
    (words, is_needed): (&[OsString], bool),
    timeout: Option<Duration>,
    log: &LogFiles,
    run: &Run<'_, '_>,
) -> Result<AlertPlan, Failure> {
    let settings = &log.settings.alert;
    let program = match words {
        [path, args @ ..] => Some(Program {
            path: path.clone(),
            args: args.to_vec(),
            folder: run.cx.folder.clone(),
        }),
        [] => of_settings(log, run)?,
    };
    if let Some(program) = &program {
        check_found(program, run)?;
    }
    if program.is_none() && is_needed {
        let message = "--on-alert names no program, and neither do the settings";
        return Err(Failure::usage(message)
            .help("name one, like `--on-alert notify-send Tokens`, or set `[alert] program` in tokmon.toml"));
    }
    Ok(AlertPlan {
        program,
        limit: timeout.or(settings.timeout).unwrap_or(TIME_LIMIT),
        from: settings.level.unwrap_or(Level::Note),
    })
}

fn of_settings(log: &LogFiles, run: &Run<'_, '_>) -> Result<Option<Program>, Failure> {
    let path = log.settings_path.as_deref();
    let Some(path) = path.filter(|_| !log.settings.alert.program.is_empty()) else {
        return Ok(None);
    };
    let named = NamedProgram::read(path, run)?;
    named.check(run)?;
    Ok(named.program())
}

/// Shows what is due, and leaves it due.
fn dry_run(args: &AlertArgs, run: &mut Run<'_, '_>) -> Result<ExitCode, Failure> {
    let log = run.locate()?;
    let due = assess(&log, log.settings.alert.level.unwrap_or(Level::Note), run)?;
    let words = args
        .words()
        .iter()
        .map(|word| word.to_string_lossy().into_owned());
    let words: Vec<String> = words.collect();
    let words = if words.is_empty() {
        &log.settings.alert.program
    } else {
        &words
    };
    let program = words.first().cloned();
    let reports = due
        .notices
        .due
        .iter()
        .map(|notice| (notice, NoticeOutcome::Due, None));
    let mut list = list(&due, &log.shown, program, reports);
    list.dry_run = true;
    let (format, style) = (run.format(), run.style());
    run.print(|out| list.write(format, style, out))?;
    // It ends as the run would that sends them.
    plan(
        (args.words(), args.on_alert.is_some()),
        args.timeout,
        &log,
        run,
    )?;
    Ok(ExitCode::Success)
}

/// What came of a notice, and why.
type Reported<'n> = (&'n DueNotice, NoticeOutcome, Option<String>);

fn list<'a>(
    due: &'a Due,
    log: &'a str,
    program: Option<String>,
    reports: impl Iterator<Item = Reported<'a>>,
) -> NoticeList<'a> {
    NoticeList {
        schema_version: 1,
        log,
        month: due.report.month,
        now: due.report.now,
        program,
        dry_run: false,
        sent_before: due.notices.sent,
        notices: reports
            .map(|(notice, outcome, problem)| NoticeReport {
                notice,
                outcome,
                problem,
            })
            .collect(),
        other_alerts: due.notices.others,
        total: render::spent_and_level(&due.report),
    }
}

/// Prints what is due, then writes down that it went out. What could not be printed stays due.
fn print(delivery: &Delivery, due: &Due, run: &mut Run<'_, '_>) -> Result<ExitCode, Failure> {
    let notices = &due.notices.due;
    if notices.is_empty() && run.is_silent() {
        return Ok(ExitCode::Success);
    }
    let reports = notices
        .iter()
        .map(|notice| (notice, NoticeOutcome::Printed, None));
    let list = list(due, &delivery.log, None, reports);
    let (format, style) = (run.format(), run.style());
    let out = &mut *run.cx.out;
    let printed = list.write(format, style, out).and_then(|()| out.flush());
    printed.map_err(cannot_print)?;
    delivery.write_down(&notices.iter().collect::<Vec<_>>())?;
    Ok(ExitCode::Success)
}

/// Runs the program for each notice that is due. What went out is written down every second, so that a long list of notices does not
/// read the log once for each.
fn send(delivery: &Delivery, due: &Due, run: &mut Run<'_, '_>) -> Result<ExitCode, Failure> {
    let _deferred = delivery.target.defer_signals();
    let is_to_stop = || delivery.target.received_signal().is_some();
    let (mut code, mut reports, mut sent) = (ExitCode::Success, Vec::new(), Vec::new());
    let (mut is_hopeless, mut written_at) = (false, (run.cx.uptime)());
    for notice in &due.notices.due {
        if is_hopeless {
            reports.push((notice, NoticeOutcome::NotTried, None));
            continue;
        }
        match delivery.send(notice, &due.report, &is_to_stop) {
            Ok(()) => {
                sent.push(notice);
                reports.push((notice, NoticeOutcome::Sent, None));
            }
            Err(failure) => {
                (is_hopeless, code) = (failure.is_hopeless, failure.code);
                run.urgent_note(format_args!(
                    "not sent, and due again in the next run: {} ({})",
                    notice.message, failure.text
                ));
                reports.push((notice, NoticeOutcome::Failed, Some(failure.text)));
            }
        }
        if (run.cx.uptime)() >= written_at + WRITE_DOWN || is_to_stop() {
            delivery.write_down(&std::mem::take(&mut sent))?;
            written_at = (run.cx.uptime)();
        }
    }
    delivery.write_down(&sent)?;
    if !run.is_silent() {
        let program = delivery.plan.program.as_ref().map(Program::name);
        let list = list(due, &delivery.log, program, reports.into_iter());
        let (format, style) = (run.format(), run.style());
        run.print(|out| list.write(format, style, out))?;
    }
    Ok(code)
}
