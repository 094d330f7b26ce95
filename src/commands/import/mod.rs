//! `tokmon import`: writes the usage in transcripts of agents into the log. `gather` reads the transcripts, `attribution` finds their teams,
//! `report` adds up their usage, and `write` adds it to the log; `roots`, `folders` and `window` decide which places and days count.

mod attribution;
mod detach;
mod folders;
mod gather;
mod log_reading;
mod other_teams;
mod outcome;
mod proposals;
mod recount;
mod report;
mod roots;
mod sources;
mod window;
mod write;

pub use attribution::{Attributed, attribute};
pub use detach::run as run_detached;
pub use gather::{Gathered, gather};
pub use proposals::rules as proposed_rules;
pub use window::{Found, find};
pub use write::write;

use super::run::Run;
use crate::{
    cli::{ImportArgs, Since, TranscriptArgs},
    exit::ExitCode,
    failure::Failure,
    log::cell,
    model::{Currency, is_total},
    render::import::{ImportDocument, name_of},
};
use report::ReportSettings;

pub fn run(args: &ImportArgs, run: &mut Run<'_, '_>) -> Result<ExitCode, Failure> {
    if args.recount && !args.transcripts.paths.is_empty() {
        return Err(
            Failure::usage("--recount needs every transcript of a session, and no PATH")
                .help("leave out the paths, so that all folders of the harness are read"),
        );
    }
    check(&args.transcripts)?;
    let found = find(run)?;
    check_zone(args, &found, run)?;
    if !args.dry_run && found.log.is_none() {
        // Fails before anything is read.
        run.locate()?;
    }
    let gathered = gather(&args.transcripts, &found, run)?;
    let attributed = attribute(&gathered, &args.transcripts, &found, run);
    let outcome = write(&gathered, &attributed, &found, args, run)?;
    let mut document = document(&gathered, &attributed, &found, args);
    if found.log.is_some() {
        document.written = Some(outcome::written(&outcome, &attributed, Currency::USD));
    }
    for note in outcome::unwritable(&outcome, &attributed) {
        run.urgent_note(note);
    }
    for note in &gathered.transcripts.skipped.notes {
        run.note(note);
    }
    if !run.is_silent() || args.dry_run {
        let (format, style) = (run.format(), run.style());
        run.print(|out| document.write(format, style, out))?;
    }
    let is_unreadable = gathered.transcripts.skipped.unreadable_count > 0;
    if !gathered.has_responses && !is_unreadable && gathered.transcripts.skipped.files > 0 {
        let name = name_of(gathered.source);
        run.note(format_args!(
            "no file that was read has a response of {name}"
        ));
    }
    // If nothing could be read, the files are not those of this source.
    if is_unreadable && (args.transcripts.strict || !gathered.has_responses) {
        return Ok(ExitCode::DataError);
    }
    outcome.refusal.map_or(Ok(ExitCode::Success), Err)
}

/// Refuses options that make sense for no import or comparison.
pub fn check(args: &TranscriptArgs) -> Result<(), Failure> {
    if let Some(team) = args.team.as_deref() {
        let is_printable = !team.chars().any(char::is_control);
        if !is_printable || cell::is_absent(team) || is_total(team) {
            let message = format!("`{team}` cannot be the name of a team");
            return Err(
                Failure::usage(message).help("write the name that the rows of the log have")
            );
        }
    }
    if let (Some(Since::Day(since)), Some(until)) = (args.since, args.until)
        && until < since
    {
        let message = format!("--until {until} is before --since {since}");
        return Err(
            Failure::usage(message).help("name the first day with --since, the last with --until")
        );
    }
    Ok(())
}

/// Days of another zone would put the same responses into other units, and so count them twice.
fn check_zone(args: &ImportArgs, found: &Found, run: &mut Run<'_, '_>) -> Result<(), Failure> {
    let of_settings = found.settings.timezone.as_deref().unwrap_or("UTC");
    let Some(asked) = run.global.timezone.as_deref() else {
        return Ok(());
    };
    if asked == of_settings {
        return Ok(());
    }
    if args.dry_run {
        run.note(format_args!(
            "these are days of {asked}; what is imported has the days of {of_settings}"
        ));
        return Ok(());
    }
    Err(Failure::usage(format!(
        "what is imported has the days of {of_settings}, and not of {asked}"
    ))
    .help("set `timezone` in tokmon.toml before the first import; with -n, --timezone shows other days"))
}

fn document(
    gathered: &Gathered,
    attributed: &Attributed,
    found: &Found,
    args: &ImportArgs,
) -> ImportDocument {
    let policy = &found.settings.policy;
    let settings = ReportSettings {
        prices: &policy.prices,
        currency: Currency::USD,
        counted: policy.import.counted.0.iter().copied().collect(),
        file: found.log.as_ref().map(|log| log.shown.clone()),
        dry_run: args.dry_run,
        by: args.by,
    };
    let attribution = attributed.by_response(gathered.transcripts.responses.len());
    report::report(gathered, &attribution, &settings)
}
