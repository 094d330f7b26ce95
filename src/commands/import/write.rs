//! Writes the usage of units that the log lacks. The lines are decided on while no other process of tokmon changes the log, appended in one
//! write, and settled as `record` does. Units that `recount` replaces are replaced before that, in one change of the log.

use std::time::Duration;

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
    let recount = import.rewrite(&session, args.wait, run.now()?)?;
    let (mut outcome, lines) = import.append(&session, args.wait)?;
    outcome.recount = recount;
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

    fn plan(&self, reading: LogReading) -> ImportOutcome {
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
            recount: None,
            unwritable,
            notes: Vec::new(),
        }
    }

    /// Plans the lines for a text of the log.
    fn plan_by(&self, text: &str, session: &EditSession) -> Result<ImportOutcome, Failure> {
        let reading = LogReading::of(text, self.attributed, session)?;
        let mut outcome = self.plan(reading);
        let lines = outcome.plan.lines.iter();
        let new: Vec<Usage> = lines.map(|line| line.usage.clone()).collect();
        let options = TeamOptions {
            is_import: true,
            ..TeamOptions::default()
        };
        outcome.notes = record::check_teams(&new, text, session, options)?;
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

    /// Shows how the log would change. Formats for programs have only the report.
    fn preview(
        &self,
        session: &EditSession,
        run: &mut Run<'_, '_>,
    ) -> Result<ImportOutcome, Failure> {
        let before = session.text(run)?;
        session.check_form(before.as_bytes())?;
        let (changed, recount) = self.recounted(&before, session, run.now()?)?;
        let changed = Source::new(changed.unwrap_or_else(|| before.clone()));
        let mut outcome = self.plan_by(changed.text(), session)?;
        outcome.recount = recount;
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
