//! A statement, from the options of the command line or from a line of JSON, and what holds for every statement.

use chrono::{DateTime, Datelike as _, FixedOffset};

use crate::{
    cli::{StatementArgs, parse_tokens},
    commands::run::Run,
    failure::Failure,
    log::cell,
    model::{Status, TokenClasses, Tokens, Usage},
};

/// The maximum time that another clock may be ahead.
const CLOCK_SKEW: chrono::TimeDelta = chrono::TimeDelta::minutes(5);

/// The years that can be recorded.
const YEARS: std::ops::RangeInclusive<i32> = 1970..=9998;

/// The statement that options or a line of JSON make.
pub fn usage_of(
    given: &StatementArgs,
    now: DateTime<FixedOffset>,
    run: &Run<'_, '_>,
) -> Result<Usage, Failure> {
    let missing = |field| Failure::usage(format!("missing field `{field}`"));
    let team = given.team.as_ref().ok_or_else(|| missing("team"))?;
    Ok(Usage {
        time: given.time.unwrap_or(now),
        team: team.trim().to_owned(),
        tokens: tokens(given)?,
        classes: TokenClasses {
            input: given.input_tokens,
            output: given.output_tokens,
            cache_write: given.cache_write_tokens,
            cache_read: given.cache_read_tokens,
        },
        task: given.task.clone(),
        cost: given.cost,
        has_open_cost: false,
        status: given.status.as_deref().map(status).transpose()?,
        deliverables: given.deliverables,
        minutes: given.minutes,
        model: given.model.clone(),
        id: id(given).unwrap_or_else(|| run.random_id()),
        hold: given.hold.clone(),
    })
}

/// The id that is given, else that of the usage that ends a hold: a retry then changes nothing.
pub fn id(given: &StatementArgs) -> Option<String> {
    let of_hold = || given.hold.as_deref().map(id_of_hold);
    given.id.clone().or_else(of_hold)
}

/// The id of usage that ends a hold, and is given none.
pub fn id_of_hold(hold: &str) -> String {
    format!("hold.{hold}")
}

/// What counts against the budget: what is given, else the input and output tokens together. Whether tokens of a cache count is
/// for the caller to say.
fn tokens(given: &StatementArgs) -> Result<Tokens, Failure> {
    let missing = || Failure::usage("missing field `tokens`");
    if let Some(tokens) = given.tokens {
        return Ok(tokens);
    }
    let kinds = [given.input_tokens, given.output_tokens];
    let kinds = kinds.into_iter().flatten();
    let sum = kinds.reduce(Tokens::saturating_add);
    let written = given.cache_write_tokens;
    if written.or(given.cache_read_tokens).is_some() {
        return Err(Failure::usage(
            "`tokens` is missing: with tokens of a cache, say how many tokens count against the budget",
        )
        .help(ways(sum, written)));
    }
    let sum = sum.ok_or_else(missing)?;
    parse_tokens(&sum.to_string())
        .map_err(|help| Failure::usage("input and output tokens are too many").help(help))
}

/// What `--tokens` may be where there are tokens of a cache: `--tokens 5 counts the input and output tokens`.
fn ways(sum: Option<Tokens>, written: Option<Tokens>) -> String {
    let counted = match sum {
        Some(sum) => format!("--tokens {} counts the input and output tokens", sum.0),
        None => "--tokens 0 counts none of them".to_owned(),
    };
    let with_written = written.map(|written| {
        let also = if sum.is_some() { "also " } else { "" };
        let sum = sum.unwrap_or_default().saturating_add(written).0;
        format!(", --tokens {sum} {also}those written to the cache")
    });
    counted + &with_written.unwrap_or_default()
}

/// Refuses a time in the future, and one in a year that a log cannot hold.
pub fn check_time(time: DateTime<FixedOffset>, now: DateTime<FixedOffset>) -> Result<(), Failure> {
    let shown = time.to_rfc3339();
    let refused = |why: String| {
        Err(Failure::usage(format!("{shown} is {why}"))
            .help("give the time of the usage, or leave out --time"))
    };
    if time > now + CLOCK_SKEW {
        return refused(format!("in the future; it is {}", now.to_rfc3339()));
    }
    if !YEARS.contains(&time.year()) {
        let (first, last) = (YEARS.start(), YEARS.end());
        return refused(format!("not in the years {first} to {last}"));
    }
    Ok(())
}

fn status(text: &str) -> Result<Status, Failure> {
    match cell::status(text) {
        Some(status) if !matches!(status, Status::Other(_)) => Ok(status),
        _ => Err(Failure::usage(format!("unknown status `{text}`"))
            .help("write done, running, pending or failed")),
    }
}
