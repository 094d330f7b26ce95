//! `tokmon record`: spending appended to the log in one write, then settled into the tables if nobody else is at the log.
//! How many statements are read from a file is `batch`'s business.

mod batch;

use std::{borrow::Cow, collections::HashSet, time::Duration};

use chrono::Datelike as _;

use super::{
    Context,
    edit_session::{self, EditSession},
    load,
};
use crate::{
    cli::{GlobalArgs, RecordArgs, ViewArgs},
    edit::{self, Document, Kept, RowKind},
    exit::ExitCode,
    failure::{Failure, cannot_print},
    log::cell,
    model::{Month, Status, TokenClasses, Usage},
    render::{self, Recorded, RecordedRow},
    store::{RewriteError, RewriteOptions, WriteError},
    text::Source,
};

/// How far ahead of ours another clock may be.
const CLOCK_SKEW: chrono::TimeDelta = chrono::TimeDelta::minutes(5);

/// The years that can be recorded.
const YEARS: std::ops::RangeInclusive<i32> = 1970..=9998;

/// Up to this size a log is read and rewritten in a few milliseconds. What is recorded in a longer one waits for `check --fix` or
/// `archive`: nobody who records should.
const SETTLED_AT_ONCE: usize = 1024 * 1024;

/// So many ids are looked for one by one.
const FEW: usize = 16;

pub(super) fn run(
    args: &RecordArgs,
    global: &GlobalArgs,
    cx: &mut Context<'_>,
) -> Result<ExitCode, Failure> {
    let format = global.format();
    let given = match &args.batch {
        Some(file) => batch::read(file, global, cx)?,
        None => vec![single(args, global, cx)?],
    };
    let session = EditSession::open(global, cx)?;
    let before = session.text(cx)?;
    let (new, known) = without_known(given, &before, &session)?;
    let lines = new
        .iter()
        .map(written)
        .collect::<Result<Vec<String>, Failure>>()?;
    let newline = Source::new(before.as_str()).newline();
    if args.dry_run {
        return preview(&session, &before, &lines.join(newline), newline, global, cx);
    }
    if !lines.is_empty() {
        let ids: Vec<&str> = new.iter().map(|usage| usage.id.as_str()).collect();
        let is_there = |bytes: &[u8]| ids.iter().all(|id| holds(bytes, id));
        session
            .target
            .append(&(lines.join(newline) + newline), &is_there)?;
    }
    // Also where everything was there before: a run that was cut short may have left it to be settled, or half a rewrite.
    let remark = settle(&session, global, cx)?;
    let recorded = told(&session, &new, known, global, cx)?;
    render::recorded(&recorded, format, cx.style(global), cx.out).map_err(cannot_print)?;
    cx.out.flush().map_err(cannot_print)?;
    if let Some(remark) = remark.filter(|_| !global.quiet) {
        cx.note(remark);
    }
    Ok(ExitCode::Success)
}

/// The statement that the options make.
fn single(args: &RecordArgs, global: &GlobalArgs, cx: &Context<'_>) -> Result<Usage, Failure> {
    let now = cx.now(global)?;
    let time = args.time.unwrap_or(now);
    check_time(time, now)?;
    let needed = |what| Failure::usage(format!("--{what} is needed"));
    Ok(Usage {
        time,
        team: args
            .team
            .clone()
            .ok_or_else(|| needed("team"))?
            .trim()
            .to_owned(),
        tokens: args.tokens.ok_or_else(|| needed("tokens"))?,
        classes: TokenClasses {
            input: args.input_tokens,
            output: args.output_tokens,
            cache_write: args.cache_write_tokens,
            cache_read: args.cache_read_tokens,
        },
        task: args.task.clone(),
        cost: args.cost,
        status: args.status.as_deref().map(status).transpose()?,
        deliverables: args.deliverables.map(u64::from),
        minutes: args.minutes.map(u64::from),
        model: args.model.clone(),
        id: args.id.clone().unwrap_or_else(|| random_id(cx)),
        hold: args.hold.clone(),
    })
}

/// Refuses a time in the future, and one in a year that a log cannot hold.
fn check_time(
    time: chrono::DateTime<chrono::FixedOffset>,
    now: chrono::DateTime<chrono::FixedOffset>,
) -> Result<(), Failure> {
    let shown = time.to_rfc3339();
    let refused = |why: String| {
        Err(Failure::usage(format!("{shown} is {why}"))
            .help("say when it was spent, or leave --time out"))
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

/// Sixty bits that nobody can foretell, in letters and digits that cannot be taken for each other.
fn random_id(cx: &Context<'_>) -> String {
    const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let bits = (cx.random)();
    let letter = |at: u32| {
        let five = usize::try_from(bits >> (at * 5) & 31).unwrap_or_default();
        LETTERS.get(five).copied().map(char::from)
    };
    (0..12).filter_map(letter).collect()
}

fn written(usage: &Usage) -> Result<String, Failure> {
    edit::usage_line(usage).map_err(|wrong| Failure::usage(wrong.message).help(wrong.help))
}

/// Parts statements whose id the log or the archive of their month holds already from those that are new.
fn without_known(
    given: Vec<Usage>,
    text: &str,
    session: &EditSession,
) -> Result<(Vec<Usage>, Vec<String>), Failure> {
    let mut months: Vec<Month> = given
        .iter()
        .map(|usage| Month::of(usage.time.date_naive()))
        .collect();
    months.sort_unstable();
    months.dedup();
    let archives = session.log_set(&months)?.archives;
    let archives = archives
        .values()
        .map(|archive| String::from_utf8_lossy(archive));
    let texts: Vec<Cow<'_, str>> = archives.chain([Cow::Borrowed(text)]).collect();
    let mut ids: HashSet<String> = HashSet::new();
    for text in texts {
        // A file need only be read where one of the ids may stand in it; a random one never does.
        let is_met = |usage: &Usage| holds(text.as_bytes(), &usage.id);
        if given.len() > FEW || given.iter().any(is_met) {
            ids.extend(ids_in(&text));
        }
    }
    let (mut new, mut known) = (Vec::new(), Vec::new());
    for usage in given {
        if ids.insert(usage.id.clone()) {
            new.push(usage);
        } else {
            known.push(usage.id);
        }
    }
    Ok((new, known))
}

fn ids_in(text: &str) -> Vec<String> {
    let document = Document::read(text, Kept::All);
    let rows = document.tables.iter().flat_map(|table| &table.rows);
    let rows = rows.filter_map(|row| match &row.kind {
        RowKind::Entry(entry) => Some(&**entry),
        _ => None,
    });
    let lines = document.lines.iter().filter_map(edit::LogLine::usage);
    let entries = rows.chain(lines);
    entries
        .flat_map(|entry| entry.ids().map(str::to_owned))
        .collect()
}

fn holds(bytes: &[u8], id: &str) -> bool {
    at_id(bytes, id).is_some()
}

/// Where an id stands in a file.
fn at_id(bytes: &[u8], id: &str) -> Option<usize> {
    let key = format!("id={id}");
    let is_whole = |at: &usize| {
        let next = bytes.get(at + key.len());
        next.is_none_or(u8::is_ascii_whitespace)
    };
    memchr::memmem::find_iter(bytes, key.as_bytes()).find(is_whole)
}

/// Settles what waits in the log, without waiting for anybody. What keeps it from that is told; the line counts all the same.
fn settle(
    session: &EditSession,
    global: &GlobalArgs,
    cx: &mut Context<'_>,
) -> Result<Option<String>, Failure> {
    let now = cx.now(global)?;
    let how = RewriteOptions {
        wait: Duration::ZERO,
        quiesced: false,
    };
    let outcome = session.target.rewrite(&how, &mut |bytes| {
        if bytes.len() > SETTLED_AT_ONCE {
            return Ok(None);
        }
        let text = session.utf8(bytes.to_vec())?;
        let log_set = session.log_set_of_lines(&text)?;
        let settled = edit::settled(&text, &log_set, now).map_err(edit_session::overlapping)?;
        let change = (settled.lines > 0).then(|| edit_session::of_log(settled.text));
        Ok::<_, Failure>(change.map(|change| (change, ())))
    });
    outcome.map_or_else(not_settled, |_| Ok(None))
}

/// What the user is told where the log was not settled. Nothing while another program uses the log, or where the system cannot
/// keep other writers out: the next run settles.
fn not_settled(error: RewriteError<Failure>) -> Result<Option<String>, Failure> {
    let why = match error {
        RewriteError::Write(
            WriteError::Busy { .. } | WriteError::Changing { .. } | WriteError::NoLease { .. },
        ) => return Ok(None),
        RewriteError::Write(error @ WriteError::Interrupted { .. }) => return Err(error.into()),
        RewriteError::Write(error) => error.to_string(),
        RewriteError::Plan(failure) => failure.to_string(),
    };
    Ok(Some(format!("recorded, but not settled: {why}")))
}

/// What is recorded, as it now stands, and what all teams used.
fn told(
    session: &EditSession,
    new: &[Usage],
    known: Vec<String>,
    global: &GlobalArgs,
    cx: &mut Context<'_>,
) -> Result<Recorded, Failure> {
    let source = Source::new(session.text(cx)?);
    let rows = new
        .iter()
        .take(render::MAX_RECORDED)
        .map(|usage| standing(&source, usage))
        .collect();
    let newest = new
        .iter()
        .map(|usage| Month::of(usage.time.date_naive()))
        .max();
    let view = ViewArgs {
        month: newest,
        ..ViewArgs::default()
    };
    let report = load::report(&view, global, false, cx)?.report;
    Ok(Recorded {
        file: session.log.shown.clone(),
        rows,
        count: new.len(),
        known,
        report,
    })
}

/// The row or the line that a statement stands in, known by its id.
fn standing(source: &Source, usage: &Usage) -> RecordedRow {
    let place = at_id(source.text().as_bytes(), &usage.id).map(|at| source.line_column(at));
    let text = place.map(|place| source.line(place.line).to_owned());
    RecordedRow {
        id: usage.id.clone(),
        team: usage.team.clone(),
        tokens: usage.tokens,
        settled: text.as_deref().is_some_and(|text| !text.starts_with('[')),
        line: place.map(|place| place.line),
        text,
    }
}

/// Shows what would be written.
fn preview(
    session: &EditSession,
    before: &str,
    lines: &str,
    newline: &str,
    global: &GlobalArgs,
    cx: &mut Context<'_>,
) -> Result<ExitCode, Failure> {
    let now = cx.now(global)?;
    let mut after = before.to_owned();
    if !lines.is_empty() {
        if !after.is_empty() && !after.ends_with('\n') {
            after.push_str(newline);
        }
        after.push_str(lines);
        after.push_str(newline);
    }
    let log_set = session.log_set_of_lines(&after)?;
    let settled = edit::settled(&after, &log_set, now).map_err(edit_session::overlapping)?;
    let style = cx.style(global);
    render::diff(&session.log.shown, before, &settled.text, style, cx.out).map_err(cannot_print)?;
    Ok(ExitCode::Success)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::EndingSignal;

    #[test]
    fn a_change_that_waits_in_the_journal_is_always_told() {
        let busy = || WriteError::Busy {
            path: "a.md".into(),
            holders: Vec::new(),
        };
        assert_eq!(not_settled(busy().into()).unwrap(), None);
        let unfinished = WriteError::Unfinished {
            journal: "j".into(),
            why: Box::new(busy()),
        };
        let told = not_settled(unfinished.into()).unwrap().unwrap();
        assert!(told.starts_with("recorded, but not settled: "), "{told}");
    }

    #[test]
    fn every_signal_ends_a_record() {
        for (signal, code) in [
            (EndingSignal::HangUp, ExitCode::HungUp),
            (EndingSignal::Interrupt, ExitCode::Interrupted),
            (EndingSignal::Terminate, ExitCode::Terminated),
        ] {
            let error = WriteError::Interrupted {
                signal,
                is_done: true,
            };
            let failure = not_settled(error.into()).unwrap_err();
            assert_eq!(failure.print(&mut Vec::new()), code);
        }
    }
}
