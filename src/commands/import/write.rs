//! Writes the usage of units that the log lacks. The lines are decided on while no other process of tokmon changes the log, appended in one
//! write, and settled as `record` does. Units that `recount` replaces are replaced before that, in one change of the log.

use std::{collections::BTreeMap, time::Duration};

use super::{
    Attributed, Found, Gathered,
    log_reading::LogReading,
    recount::{Recount, recount},
};
use crate::{
    cli::{ImportArgs, RewriteArgs},
    commands::{
        edit_session::EditSession,
        record::{self, TeamOptions},
        run::Run,
        settling,
    },
    edit,
    failure::Failure,
    import::{Plan, PlanRules, PlannedLine, plan},
    model::Usage,
    render::Format,
    store::{Change, RewriteError},
    text::{Source, newline},
};

/// What an import wrote, or would write.
#[derive(Debug, Default)]
pub struct ImportOutcome {
    pub plan: Plan,
    /// What was replaced, if that was asked for.
    pub recount: Option<Recount>,
    /// Units that cannot be written as a line, by index, and why: a log cannot hold their figures.
    pub unwritable: Vec<(usize, String)>,
    /// Lines of teams that the settings refuse.
    pub refused: Vec<PlannedLine>,
    /// What the run fails with once all else is written.
    pub refusal: Option<Failure>,
    /// The units, by index, that the log has under another team than theirs, with that.
    pub other_teams: BTreeMap<usize, String>,
    /// Notes about teams that the log does not know.
    notes: Vec<String>,
}

/// Appends what the log lacks. A dry run shows it instead, and needs no log.
pub fn write(
    gathered: &Gathered,
    attributed: &Attributed,
    found: &Found,
    args: &ImportArgs,
    run: &mut Run<'_, '_>,
) -> Result<ImportOutcome, Failure> {
    let import = Import {
        gathered,
        attributed,
        found,
        also: args.also,
        recounts: args.recount,
    };
    if args.dry_run && found.log.is_none() {
        return Ok(import.plan(LogReading::default()));
    }
    let session = EditSession::open(run)?;
    if args.dry_run {
        return import.preview(&session, run);
    }
    let written = import
        .rewrite(&session, args.wait, run.now()?)
        .and_then(|recount| Ok((recount, import.append(&session, args.wait)?)));
    let (outcome, lines) = match written {
        Ok((recount, (outcome, lines))) => (ImportOutcome { recount, ..outcome }, lines),
        Err(failure) if failure.is_no_permission() => {
            return import.with_nothing_to_write(&session, failure, run);
        }
        Err(failure) => return Err(failure),
    };
    for note in &outcome.notes {
        run.note(note);
    }
    if let Some(secret) = record::secret(&lines, &session) {
        run.urgent_note(secret);
    }
    // Even if nothing is new: an interrupted run may have left lines to be settled.
    let done = if lines.is_empty() {
        "nothing to import"
    } else {
        "imported"
    };
    if let Err(error) = settling::settle(&session, run.now()?) {
        match settling::not_settled(error, done)? {
            Some((text, true)) => run.urgent_note(text),
            Some((text, false)) => run.note(text),
            None => {}
        }
    }
    Ok(outcome)
}

/// What is imported, and how.
struct Import<'a> {
    gathered: &'a Gathered,
    attributed: &'a Attributed,
    found: &'a Found,
    also: bool,
    recounts: bool,
}

impl Import<'_> {
    const fn rules(&self) -> PlanRules<'_> {
        let policy = &self.found.settings.policy;
        PlanRules {
            counted: &policy.import.counted,
            prices: &policy.prices,
            also: self.also,
        }
    }

    fn plan(&self, mut reading: LogReading) -> ImportOutcome {
        let other_teams = std::mem::take(&mut reading.other_teams);
        let policy = &self.found.settings.policy;
        let rules = self.rules();
        let (units, transcripts) = (&self.attributed.units, &self.gathered.transcripts);
        let mut plan = reading.with_state(&policy.teams, self.attributed, transcripts, |state| {
            plan(units, transcripts, state, &rules)
        });
        let mut unwritable = Vec::new();
        plan.lines.retain(|line| {
            let written = edit::usage_line(&line.usage);
            if let Err((why, _)) = &written {
                unwritable.push((line.unit, why.clone()));
            }
            written.is_ok()
        });
        ImportOutcome {
            plan,
            unwritable,
            other_teams,
            ..ImportOutcome::default()
        }
    }

    /// Plans the lines for a text of the log.
    fn plan_by(&self, text: &str, session: &EditSession) -> Result<ImportOutcome, Failure> {
        let reading = LogReading::of(text, self.attributed, session)?;
        let mut outcome = self.plan(reading);
        let lines = &mut outcome.plan.lines;
        let new: Vec<Usage> = lines.iter().map(|line| line.usage.clone()).collect();
        if let Some(unknown) = record::refused_teams(&new, text, session)? {
            let is_refused = |line: &mut PlannedLine| unknown.names.contains(&line.usage.team);
            outcome.refused = lines.extract_if(.., is_refused).collect();
            outcome.refusal = Some(unknown.failure(outcome.refused.len()));
        } else {
            let options = TeamOptions::default();
            outcome.notes = record::check_teams(&new, text, session, options)?;
        }
        Ok(outcome)
    }

    /// The log with units replaced. None if that was not asked for, or if there is nothing to replace.
    fn recounted(
        &self,
        text: &str,
        session: &EditSession,
        now: edit::Timestamp,
    ) -> Result<(Option<String>, Option<Recount>), Failure> {
        if !self.recounts {
            return Ok((None, None));
        }
        let units = (self.gathered, self.attributed);
        let (text, recount) = recount(text, units, &self.rules(), session, now)?;
        Ok((text, Some(recount)))
    }

    /// Replaces units, all in one change of the log.
    fn rewrite(
        &self,
        session: &EditSession,
        wait: Duration,
        now: edit::Timestamp,
    ) -> Result<Option<Recount>, Failure> {
        if !self.recounts {
            return Ok(None);
        }
        let how = RewriteArgs {
            wait,
            quiesced: false,
        };
        session.rewrite(how, &mut |text| {
            let (text, recount) = self.recounted(text, session, now)?;
            let change = text.map(|text| Change {
                log: text.into_bytes(),
                files: Vec::new(),
            });
            Ok((change, recount))
        })
    }

    /// The log as it is, as units that are replaced would make it, and what an import would write into that.
    fn planned(
        &self,
        session: &EditSession,
        run: &mut Run<'_, '_>,
    ) -> Result<(String, Option<String>, ImportOutcome), Failure> {
        let before = session.text(run)?;
        session.check_form(before.as_bytes())?;
        let (changed, recount) = self.recounted(&before, session, run.now()?)?;
        let outcome = self.plan_by(changed.as_deref().unwrap_or(&before), session)?;
        Ok((before, changed, ImportOutcome { recount, ..outcome }))
    }

    /// Of a log that cannot be written, what an import finds that has nothing to write; else the failure.
    fn with_nothing_to_write(
        &self,
        session: &EditSession,
        failure: Failure,
        run: &mut Run<'_, '_>,
    ) -> Result<ImportOutcome, Failure> {
        let (_, changed, outcome) = self.planned(session, run)?;
        if changed.is_some() || !outcome.plan.lines.is_empty() {
            return Err(failure);
        }
        Ok(outcome)
    }

    /// Shows how the log would change. Formats for programs have only the report.
    fn preview(
        &self,
        session: &EditSession,
        run: &mut Run<'_, '_>,
    ) -> Result<ImportOutcome, Failure> {
        let (before, changed, outcome) = self.planned(session, run)?;
        let changed = Source::new(changed.unwrap_or_else(|| before.clone()));
        for note in &outcome.notes {
            run.note(note);
        }
        if run.format() == Format::Table {
            let lines = lines_of(&outcome.plan.lines, changed.newline());
            settling::preview(session, &before, &changed, &lines, run)?;
        }
        Ok(outcome)
    }

    /// Appends the lines, and returns their text as well.
    fn append(
        &self,
        session: &EditSession,
        wait: Duration,
    ) -> Result<(ImportOutcome, String), Failure> {
        let mut decided: Option<(ImportOutcome, String)> = None;
        let appended = session.target.append_decided(wait, &mut |bytes| {
            session.check_form(bytes)?;
            let text = session.utf8(bytes.clone())?;
            let outcome = self.plan_by(&text, session)?;
            let lines = lines_of(&outcome.plan.lines, newline(&text));
            let is_nothing = lines.is_empty();
            let written = lines.clone();
            // If the log was replaced after lines were written, it may have them already.
            let has_written = |(_, lines): &(ImportOutcome, String)| !lines.is_empty();
            if !is_nothing || !decided.as_ref().is_some_and(has_written) {
                decided = Some((outcome, lines));
            }
            Ok::<_, Failure>((!is_nothing).then_some(written))
        });
        match appended {
            Ok(()) => Ok(decided.unwrap_or_default()),
            Err(RewriteError::Plan(failure)) => Err(failure),
            Err(RewriteError::Write(error)) => Err(error.into()),
        }
    }
}

/// The lines to append.
fn lines_of(lines: &[PlannedLine], newline: &str) -> String {
    let lines = lines
        .iter()
        .filter_map(|line| edit::usage_line(&line.usage).ok());
    lines.flat_map(|line| [line, newline.to_owned()]).collect()
}
