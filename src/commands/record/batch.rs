//! Many statements at once: JSON lines or usage lines, each checked before anything is written.

use std::{
    io::{ErrorKind, Read},
    path::Path,
};

use chrono::{DateTime, FixedOffset};

use super::single::{check_time, id as single_id, usage_of};
use crate::{
    cli::StatementArgs,
    commands::run::Run,
    edit,
    failure::Failure,
    log::{self, Item},
    model::{Entry, StatedCost, Usage},
    store::{self, Opened},
    text::FileId,
};

/// In bytes.
const MAX_BATCH: usize = 64 * 1024 * 1024;

/// Reads statements from a file, or from standard input (`-`), and whether each of them has an id. Fails at the first that cannot be
/// recorded.
pub fn read(file: &Path, run: &mut Run<'_, '_>) -> Result<(Vec<Usage>, bool), Failure> {
    let now = run.now()?;
    let shown = if file.as_os_str() == "-" {
        "standard input".to_owned()
    } else {
        file.display().to_string()
    };
    let text = text(file, &shown, run)?;
    let (mut given, mut have_ids) = (Vec::new(), true);
    for (at, line) in text.lines().enumerate() {
        let line = line.trim_start_matches('\u{feff}').trim();
        if line.is_empty() {
            continue;
        }
        let place = format!("{shown}:{}", at + 1);
        let wrong = |message: String| {
            Failure::no_data(format!("{place}: {message}"))
                .help("nothing was recorded; correct the line and try again")
        };
        let (usage, has_id) = if line.starts_with('{') {
            from_json(line, now, run).map_err(wrong)?
        } else {
            from_line(line, run).map_err(wrong)?
        };
        check_time(usage.time, now).map_err(|failure| wrong(failure.to_string()))?;
        edit::usage_line(&usage).map_err(|(message, _)| wrong(message))?;
        given.push(usage);
        have_ids &= has_id;
    }
    if given.is_empty() {
        return Err(Failure::no_data(format!("{shown} holds nothing to record"))
            .help("write a JSON object or a usage line on each line"));
    }
    Ok((given, have_ids))
}

fn text(file: &Path, shown: &str, run: &mut Run<'_, '_>) -> Result<String, Failure> {
    let read = if file.as_os_str() == "-" {
        let mut input = run.cx.input.take(MAX_BATCH as u64 + 1);
        Opened::read_all(&mut input).and_then(|mut opened| opened.text(MAX_BATCH))
    } else {
        let opened = store::open(&run.cx.folder.join(file));
        let cannot_read = |error| Failure::no_input(format!("cannot read {shown}: {error}"));
        opened.map_err(cannot_read)?.text(MAX_BATCH)
    };
    read.map_err(|error| match error.kind() {
        ErrorKind::FileTooLarge => {
            Failure::no_data(format!("{shown} is larger than 64 MiB")).help("record it in parts")
        }
        ErrorKind::InvalidData => {
            Failure::no_data(format!("{shown} is not UTF-8")).help("save the file as UTF-8")
        }
        _ => anyhow::Error::new(error)
            .context(format!("cannot read {shown}"))
            .into(),
    })
}

fn from_json(
    line: &str,
    now: DateTime<FixedOffset>,
    run: &Run<'_, '_>,
) -> Result<(Usage, bool), String> {
    let given: StatementArgs = serde_json::from_str(line).map_err(|error| {
        // The line of the batch is named already.
        let text = error.to_string();
        let text = text.split(" at line 1 ").next().unwrap_or_default();
        format!("{text} (column {})", error.column())
    })?;
    let usage = usage_of(&given, now, run).map_err(|failure| failure.to_string())?;
    Ok((usage, single_id(&given).is_some()))
}

fn from_line(line: &str, run: &Run<'_, '_>) -> Result<(Usage, bool), String> {
    let mut found: Result<(Usage, bool), String> =
        Err("this is neither a JSON object nor a usage line".to_owned());
    let text = format!("{line}\n");
    log::read_str(text, FileId::LOG, &mut |item| match item {
        Item::Usage(entry) if !entry.has_unread => {
            found = from_entry(&entry, run).map(|usage| (usage, entry.id.is_some()));
        }
        Item::Problem(problem) => {
            found = Err(format!("{} ({})", problem.message, problem.label));
        }
        _ => {}
    });
    found
}

fn from_entry(entry: &Entry<'_>, run: &Run<'_, '_>) -> Result<Usage, String> {
    let text = |text: &Option<std::borrow::Cow<'_, str>>| text.as_deref().map(str::to_owned);
    let (Some(date), Some(time), Some(offset)) =
        (entry.when.date, entry.when.time, entry.when.offset)
    else {
        return Err("this line has no time".to_owned());
    };
    let time = date
        .and_time(time.start)
        .and_local_timezone(offset)
        .single();
    let tokens = entry.figures.tokens.filter(|tokens| !tokens.estimate);
    Ok(Usage {
        time: time.ok_or("this line has no time")?,
        team: entry.work.team.trim().to_owned(),
        tokens: tokens
            .ok_or("this line has an estimate for its tokens")?
            .value,
        classes: entry.figures.classes,
        task: text(&entry.work.task),
        cost: entry.figures.cost.map(|cost| StatedCost {
            nanos: cost.value,
            currency: entry.figures.currency,
        }),
        has_open_cost: entry.figures.open,
        status: entry.status.clone(),
        deliverables: entry.figures.deliverables,
        minutes: entry.figures.minutes,
        model: text(&entry.work.model),
        id: text(&entry.id).unwrap_or_else(|| run.random_id()),
        hold: text(&entry.hold),
    })
}
