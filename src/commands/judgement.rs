//! Whether a report is as the command line demands: the one place that decides how a run that judges ends.

use std::time::Duration;

use crate::{analysis::StatusReport, cli::ViewArgs, failure::Failure, model::Level, render};

pub struct Judgement {
    /// What was judged, where that goes without saying nowhere else.
    pub remarks: Vec<String>,
    /// Each limit that is reached, and why. The run fails unless this is empty.
    pub reached: Vec<String>,
}

pub fn judge(args: &ViewArgs, report: &StatusReport) -> Result<Judgement, Failure> {
    let rowless = args.judges() && !report.has_rows();
    let remark = rowless.then(|| format!("judged {}: {}", report.month, render::no_rows(report)));
    let reached = [
        is_used_up(args, report)?,
        may_be_used_up(args, report)?,
        args.max_age.and_then(|age| is_too_old(age, report)),
    ];
    Ok(Judgement {
        remarks: remark.into_iter().collect(),
        reached: reached.into_iter().flatten().collect(),
    })
}

fn is_used_up(args: &ViewArgs, report: &StatusReport) -> Result<Option<String>, Failure> {
    let Some(limit) = args.fail_on else {
        return Ok(None);
    };
    let level = report.level.ok_or_else(|| no_budget("--fail-on"))?;
    let figures = render::spent(report, "tokens");
    let message = || format!("level {level}: --fail-on {limit} is reached ({figures})");
    Ok((level >= limit).then(message))
}

/// By the forecast; of a month that is over, by its result. Without a forecast nothing is reached.
fn may_be_used_up(args: &ViewArgs, report: &StatusReport) -> Result<Option<String>, Failure> {
    let Some(limit) = args.fail_on_forecast else {
        return Ok(None);
    };
    if report.budget.tokens.is_none() && report.budget.cost.is_none() {
        return Err(no_budget("--fail-on-forecast"));
    }
    if let Some(result) = report.forecast.result {
        let by_tokens = report.level == Some(Level::Exceeded);
        let figures = by_tokens.then(|| format!(" ({})", render::spent(report, "tokens")));
        let message = || {
            format!(
                "{} is over, and its budget is used up: --fail-on-forecast {limit} is reached{}",
                report.month,
                figures.unwrap_or_default()
            )
        };
        return Ok((result.fits == Some(false)).then(message));
    }
    let level = report.forecast.level.filter(|level| *level >= limit);
    Ok(level.map(|level| {
        format!("forecast {level}: --fail-on-forecast {limit} is reached (--forecast says why)")
    }))
}

fn is_too_old(max_age: Duration, report: &StatusReport) -> Option<String> {
    let limit = format!("--max-age {}", written(max_age));
    let Some(last) = report.log.last_row else {
        return Some(format!("the log has no row up to now: {limit} is reached"));
    };
    let age = (report.now - last.until).to_std().unwrap_or_default();
    (age > max_age).then(|| format!("last row {last}: {limit} is reached"))
}

/// In the largest unit that it is a multiple of, as options are written.
fn written(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let units = [(86_400, "d"), (3_600, "h"), (60, "m")];
    let fitting = units
        .into_iter()
        .find(|(unit, _)| seconds.is_multiple_of(*unit));
    let (unit, name) = fitting.filter(|_| seconds > 0).unwrap_or((1, "s"));
    format!("{}{name}", seconds / unit)
}

fn no_budget(option: &str) -> Failure {
    Failure::usage(format!("{option} needs a budget"))
        .help("set one with --budget 200K, TOKMON_BUDGET or tokmon.toml")
}
