//! `tokmon record`: statements appended to the log in one write, then settled into the tables unless another program uses the log.

mod batch;
mod ids;
mod remarks;
mod single;
mod team_names;
mod teams;

use std::collections::BTreeSet;

use ids::KnownId;
pub(super) use remarks::secret;
pub(super) use team_names::{ByTeam, TeamNames};
pub(super) use teams::{TeamOptions, check as check_teams, refused as refused_teams};

use super::{
    edit_session::EditSession,
    run::{RecordedIds, Run},
    settling, status,
};
use crate::{
    analysis::{Rows, StatusReport, TeamReport},
    cli::{RecordArgs, ViewArgs},
    edit,
    exit::ExitCode,
    failure::Failure,
    model::{Level, Month, Usage},
    render::{self, Recorded, RecordedRow, RecordedTeam},
    text::Source,
};

/// The number of teams whose limits are printed.
const NAMED_TEAMS: usize = 5;

/// The number of ids with other figures that are named.
const MAX_WARNINGS: usize = 5;

pub fn run(args: &RecordArgs, run: &mut Run<'_, '_>) -> Result<ExitCode, Failure> {
    let gave_ids = args.batch.is_some() || single::id(&args.statement).is_some();
    let (given, are_given) = given(args, run)?;
    let session = EditSession::open(run)?;
    let before = session.text(run)?;
    session.check_form(before.as_bytes())?;
    let scope = (gave_ids, Month::of(run.now()?.date_naive()));
    let (mut new, known, mut notes) = ids::without_known(given, &before, &session, scope)?;
    if let (None, Some(known)) = (&args.batch, known.first()) {
        let is_of_hold = args.statement.id.is_none();
        known.refusal(is_of_hold).map_or(Ok(()), Err)?;
    }
    let team_options = TeamOptions {
        existing_team: args.existing_team,
        new_team: args.new_team,
    };
    notes.extend(check_teams(&new, &before, &session, team_options)?);
    notes.extend(remarks::of(&new, &before, &session));
    let held = remarks::of_holds(&new, &before, &session, run)?;
    notes.extend(held.notes);
    let are_given = are_given && !with_own_ids(&mut new, &held.unknown, run);
    let before = Source::new(before);
    let lines = lines_of(&new, before.newline())?;
    let secret = remarks::secret(&lines, &session);
    if let Some(secret) = secret.filter(|_| args.dry_run || !new.is_empty()) {
        run.urgent_note(secret);
    }
    if args.dry_run {
        say(&notes, &known, run);
        settling::preview(&session, before.text(), &before, &lines, run)?;
        return Ok(ExitCode::Success);
    }
    drop(before);
    if !lines.is_empty() {
        let is_there = |log: &[u8]| ids::has_all(log, &new);
        session.target.append(&lines, &is_there)?;
    }
    say(&notes, &known, run);
    run.recorded = Some(ids_of(&new, &known, are_given));
    // Also if all is known: a run that was cut short may have left lines to be settled, or half a rewrite.
    let settled = settling::settle(&session, run.now()?);
    let not_settled = |error| settling::not_settled(error, "recorded");
    let remark = match settled.map_or_else(not_settled, |()| Ok(None)) {
        Ok(remark) => remark,
        Err(failure) => return Err(run.recorded_but(failure, "not settled")),
    };
    let printed = if run.is_silent() {
        Ok(())
    } else {
        outcome(&session, &new, known, run).and_then(|recorded| {
            let (format, style) = (run.format(), run.style());
            run.print(|out| render::recorded(&recorded, format, style, out))
        })
    };
    match remark {
        Some((text, true)) => run.urgent_note(text),
        Some((text, false)) => run.note(text),
        None => {}
    }
    match printed {
        Ok(()) => Ok(ExitCode::Success),
        Err(failure) => run.not_printed(failure),
    }
}

/// Gives usage a random id in place of one that is made of a hold which the log does not know: other usage may name the same wrong hold.
/// Returns whether there is any.
fn with_own_ids(new: &mut [Usage], unknown: &BTreeSet<String>, run: &Run<'_, '_>) -> bool {
    let is_made = |usage: &&mut Usage| {
        let hold = usage.hold.as_ref().filter(|hold| unknown.contains(*hold));
        hold.is_some_and(|hold| usage.id == single::id_of_hold(hold))
    };
    let mut any = false;
    for usage in new.iter_mut().filter(is_made) {
        usage.id = run.random_id();
        any = true;
    }
    any
}

/// What is to be recorded, and whether the caller gave its ids.
fn given(args: &RecordArgs, run: &mut Run<'_, '_>) -> Result<(Vec<Usage>, bool), Failure> {
    if let Some(file) = &args.batch {
        return batch::read(file, run);
    }
    let now = run.now()?;
    let usage = single::usage_of(&args.statement, now, run)?;
    single::check_time(usage.time, now)?;
    Ok((vec![usage], single::id(&args.statement).is_some()))
}

/// Prints notes, and also for `--quiet` which ids were recorded with other figures.
fn say(notes: &[String], known: &[KnownId], run: &mut Run<'_, '_>) {
    for note in notes {
        run.note(note);
    }
    let mut warnings = known.iter().filter_map(KnownId::warning);
    for warning in warnings.by_ref().take(MAX_WARNINGS) {
        run.urgent_note(warning);
    }
    let more = warnings.count();
    if more > 0 {
        run.urgent_note(format!(
            "and {more} more that were recorded before with other figures"
        ));
    }
}

/// The ids of what is recorded now: by this run, else before, of which the caller knows all.
fn ids_of(new: &[Usage], known: &[KnownId], are_given: bool) -> RecordedIds {
    let of_new = || new.iter().map(|usage| usage.id.clone());
    let of_known = || known.iter().map(|known| known.id.clone());
    RecordedIds {
        ids: if new.is_empty() {
            of_known().collect()
        } else {
            of_new().collect()
        },
        are_given: are_given || new.is_empty(),
    }
}

/// The usage lines to append.
fn lines_of(new: &[Usage], newline: &str) -> Result<String, Failure> {
    let mut lines = String::new();
    for usage in new {
        let line = edit::usage_line(usage);
        lines += &line.map_err(|(wrong, help)| Failure::usage(wrong).help(help))?;
        lines += newline;
    }
    Ok(lines)
}

/// The output: what was recorded, as it is in the log now, and what all teams used.
fn outcome(
    session: &EditSession,
    new: &[Usage],
    known: Vec<KnownId>,
    run: &mut Run<'_, '_>,
) -> Result<Recorded, Failure> {
    let source = Source::new(session.text(run)?);
    let rows = new.iter().take(render::MAX_RECORDED);
    let rows = rows.map(|usage| row_of(usage, &source)).collect();
    let months = new.iter().map(|usage| Month::of(usage.time.date_naive()));
    let view = ViewArgs {
        month: months.max(),
        ..ViewArgs::default()
    };
    let (_, report) = status::load(&session.log, &view, Rows::Summed, run)?;
    let teams = teams_of(new, &report, session);
    let held = report
        .reserved_level
        .filter(|level| Some(*level) > report.level);
    let held = held.map(|level| {
        let budget = report.reserved_cost_budget();
        let money = budget.and_then(|budget| budget.reserved);
        render::with_reserved(report.held(), money, level)
    });
    let of_teams = teams.iter().take(NAMED_TEAMS).map(render::recorded_team);
    let about = std::iter::once(render::spent_and_level(&report))
        .chain(held)
        .chain(of_teams);
    let total = about.collect::<Vec<_>>().join("; ");
    Ok(Recorded {
        schema_version: 1,
        file: session.log.shown.clone(),
        count: new.len(),
        ids: new.iter().map(|usage| usage.id.clone()).collect(),
        rows,
        known_differing: known
            .iter()
            .filter(|known| known.differs.is_some())
            .map(|known| known.id.clone())
            .collect(),
        known_at: known.iter().map(|known| known.place.clone()).collect(),
        known: known.into_iter().map(|known| known.id).collect(),
        month: report.month,
        used: report.used_tokens(),
        budget: report.budget.tokens,
        level: report.level,
        reserved_level: report.reserved_level,
        teams,
        total,
        token_level: report.token_level,
        cost_budget: report.cost_budget,
    })
}

/// The teams with a limit that usage is recorded for.
fn teams_of(new: &[Usage], report: &StatusReport, session: &EditSession) -> Vec<RecordedTeam> {
    let thresholds = &report.budget.thresholds;
    let names = TeamNames::of(&session.log.settings.policy.teams);
    let mut recorded = ByTeam::new(&names);
    let used: BTreeSet<&str> = new.iter().map(|usage| usage.team.as_str()).collect();
    for team in used {
        recorded.insert(team, ());
    }
    let is_recorded =
        |team: &&TeamReport| team.has_limit() && recorded.find(&team.name).next().is_some();
    let teams = report.teams.iter().filter(is_recorded);
    let teams = teams.take(render::MAX_RECORDED).map(|team| RecordedTeam {
        name: team.name.clone(),
        used: team.used_tokens.unwrap_or_default(),
        allocated: team.allocated_tokens,
        reserved: team.held(),
        reserved_cost: team
            .reserved_cost_budget(thresholds)
            .and_then(|budget| budget.reserved),
        cost_budget: team.cost_budget.clone(),
        token_level: team
            .allocated_tokens
            .map(|_| team.level.unwrap_or(Level::Ok)),
        level: team.used_level(),
        reserved_level: team.committed_level(thresholds),
    });
    teams.collect()
}

/// The row or line that a statement is now, found by its id.
fn row_of(usage: &Usage, source: &Source) -> RecordedRow {
    let place = ids::position(source.text().as_bytes(), &usage.id);
    let place = place.map(|at| source.line_column(at));
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
