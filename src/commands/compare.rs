//! `tokmon compare`: compares the usage in the log with that in the transcripts of agents, and writes nothing. `import::compare` decides
//! what is compared with what.

use super::{
    import::{Attributed, Gathered, attribute, check, find, gather},
    run::Run,
    status,
};
use crate::{
    analysis::{Rows, StatusReport, forecast::BacktestExtent},
    cli::{CompareArgs, ViewArgs},
    exit::ExitCode,
    failure::Failure,
    import::{
        ComparedDays, LoggedMonth, LoggedRow, LoggedUsage, TranscribedUnit, UNASSIGNED, compare,
    },
    model::{CountedClasses, EntryKind, Measure},
    render::compare::CompareDocument,
    session::{LogFiles, MonthChoice},
};

pub fn run(args: &CompareArgs, run: &mut Run<'_, '_>) -> Result<ExitCode, Failure> {
    check(&args.transcripts)?;
    let found = find(run)?;
    let log = match &found.log {
        Some(log) => log,
        // It says what it looked for.
        None => &run.locate()?,
    };
    let gathered = gather(&args.transcripts, &found, run)?;
    let attributed = attribute(&gathered, &args.transcripts, &found, run);
    let of_settings = found.settings.timezone.as_deref().unwrap_or("UTC");
    if gathered.window.zone_name != of_settings {
        let zone = &gathered.window.zone_name;
        run.note(format_args!(
            "the transcripts are compared by days of {zone}; an import has those of {of_settings}"
        ));
    }
    let counted = &found.settings.policy.import.counted;
    let units = transcribed(&attributed, counted);
    let days = days(args, &gathered, &units)?;
    let logged = logged(log, days, run)?;
    let comparison = compare(gathered.source, &logged, &units, days);
    let is_unassigned = |unit: &&TranscribedUnit| unit.team == UNASSIGNED;
    let document = CompareDocument::new(
        (gathered.source, &log.shown),
        (days, &gathered.window.zone_name),
        counted,
        args.fail_above,
        &comparison,
    );
    let document = CompareDocument {
        unassigned_tokens: units
            .iter()
            .filter(is_unassigned)
            .map(|unit| unit.tokens)
            .sum(),
        unreadable: gathered.transcripts.skipped.unreadable_count,
        ..document
    };
    let (format, style) = (run.format(), run.style());
    if !run.is_silent() {
        run.print(|out| document.write(format, style, out))?;
    } else if document.is_above {
        run.print(|out| document.write_verdict(style, out))?;
    }
    let is_unread = args.transcripts.strict && document.unreadable > 0;
    // A check must not pass if nothing was compared.
    if is_unread || document.compared.is_empty() {
        return Ok(ExitCode::DataError);
    }
    Ok(if document.is_above {
        ExitCode::Findings
    } else {
        ExitCode::Success
    })
}

/// The units, with the tokens that count.
fn transcribed(attributed: &Attributed, counted: &CountedClasses) -> Vec<TranscribedUnit> {
    let units = attributed.units.iter();
    let units = units.map(|(unit, team)| TranscribedUnit {
        id: unit.id.clone(),
        team: team.name.clone(),
        day: unit.day,
        tokens: counted.of(&unit.tokens),
    });
    units.collect()
}

/// The days that are compared. Without `--since`, they begin with the first day in the transcripts, as older ones may be deleted.
fn days(
    args: &CompareArgs,
    gathered: &Gathered,
    units: &[TranscribedUnit],
) -> Result<ComparedDays, Failure> {
    let (since, today) = (gathered.window.since, gathered.window.now.date_naive());
    let Some(first) = units.iter().map(|unit| unit.day).min() else {
        let message =
            format!("the transcripts have no usage since {since}, so that nothing can be compared");
        let help = "look further back with --since, or name other folders";
        return Err(Failure::no_input(message).help(help));
    };
    Ok(ComparedDays {
        since,
        first: match args.transcripts.since {
            Some(_) => since,
            None => first,
        },
        last: gathered.window.until.unwrap_or(today),
        today,
    })
}

/// What the log says about the months of these days.
fn logged(
    log: &LogFiles,
    days: ComparedDays,
    run: &mut Run<'_, '_>,
) -> Result<LoggedUsage, Failure> {
    let newest = month(log, MonthChoice::Newest, run)?;
    if let Measure::Money(_) = newest.measure {
        let message = format!(
            "{} counts money, and no tokens that could be compared",
            log.shown
        );
        return Err(Failure::no_data(message));
    }
    let mut usage = LoggedUsage::default();
    let months = newest.log.months.iter().copied();
    let months =
        months.filter(|month| month.last_day() >= days.since && month.first_day() <= days.last);
    for named in months {
        if named == newest.month {
            add(&newest, &mut usage);
        } else {
            add(&month(log, MonthChoice::Named(named), run)?, &mut usage);
        }
    }
    Ok(usage)
}

/// The report of a month with each of its rows.
fn month(
    log: &LogFiles,
    month: MonthChoice,
    run: &mut Run<'_, '_>,
) -> Result<StatusReport, Failure> {
    let mut request = status::view_request(&ViewArgs::default(), Rows::All, run)?;
    request.month = month;
    request.forecast_days = false;
    request.backtest = BacktestExtent::None;
    let (_, report) = status::load_request(log, &request, run)?;
    Ok(report)
}

fn add(report: &StatusReport, usage: &mut LoggedUsage) {
    let teams = report.teams.iter();
    usage.months.extend(teams.filter_map(|team| {
        Some(LoggedMonth {
            month: report.month,
            team: team.name.clone(),
            used: team.used_tokens?,
        })
    }));
    for day in report.days.iter().flatten() {
        // A monthly row with a date is the sum of the month.
        let rows = day.rows.iter().filter(|row| row.kind != EntryKind::Monthly);
        usage.rows.extend(rows.filter_map(|row| {
            Some(LoggedRow {
                team: row.team.clone(),
                day: day.date,
                tokens: row.tokens?,
                units: row.units.to_vec(),
            })
        }));
    }
}
