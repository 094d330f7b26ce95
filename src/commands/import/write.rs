//! Writes what the log lacks of units: decided while no other process of tokmon appends or rewrites, appended in one write, then settled
//! as `record` does.

use std::time::Duration;

use super::{Attributed, Found, Gathered, log_reading::LogReading};
use crate::{
    cli::ImportArgs,
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
    store::RewriteError,
    text::{Source, newline},
};

/// What an import wrote, or would write.
#[derive(Debug, Default)]
pub struct ImportOutcome {
    pub plan: Plan,
    /// Units that no line can hold, by index, and why: figures that no log may have.
    pub unwritable: Vec<(usize, String)>,
    /// What there is to say of teams that the log does not know.
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
    if args.recount && !args.transcripts.paths.is_empty() {
        return Err(
            Failure::usage("--recount needs every transcript of a session, and no PATH")
                .help("leave out the paths, so that all folders of the harness are read"),
        );
    }
    if args.recount {
        return Err(Failure::usage("--recount cannot replace rows yet")
            .help("remove the rows of the session by hand, with their ids, and import again"));
    }
    let import = Import {
        gathered,
        attributed,
        found,
        also: args.also,
    };
    if args.dry_run && found.log.is_none() {
        return Ok(import.plan(LogReading::default()));
    }
    let session = EditSession::open(run)?;
    if args.dry_run {
        return import.preview(&session, run);
    }
    let (outcome, lines) = import.append(&session, args.wait)?;
    for note in &outcome.notes {
        run.note(note);
    }
    if let Some(secret) = record::secret(&lines, &session) {
        run.urgent_note(secret);
    }
    // Also if nothing is new: a run that was cut short may have left lines to be settled.
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
}

impl Import<'_> {
    fn plan(&self, reading: LogReading) -> ImportOutcome {
        let policy = &self.found.settings.policy;
        let rules = PlanRules {
            counted: &policy.import.counted,
            prices: &policy.prices,
            also: self.also,
        };
        let (units, transcripts) = (&self.attributed.units, &self.gathered.transcripts);
        let mut plan = reading.with_state(&policy.teams, |state| {
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
            notes: Vec::new(),
        }
    }

    /// Plans by a text of the log.
    fn plan_by(&self, text: &str, session: &EditSession) -> Result<ImportOutcome, Failure> {
        let reading = LogReading::of(text, &self.attributed.units, session)?;
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

    /// Shows how the log would change. Formats for programs have the report alone.
    fn preview(
        &self,
        session: &EditSession,
        run: &mut Run<'_, '_>,
    ) -> Result<ImportOutcome, Failure> {
        let before = session.text(run)?;
        session.check_form(before.as_bytes())?;
        let outcome = self.plan_by(&before, session)?;
        for note in &outcome.notes {
            run.note(note);
        }
        if run.format() == Format::Table {
            let before = Source::new(before);
            let lines = lines_of(&outcome.plan.lines, before.newline());
            settling::preview(session, &before, &lines, run)?;
        }
        Ok(outcome)
    }

    /// Appends the lines. Gives also their text.
    fn append(
        &self,
        session: &EditSession,
        wait: Duration,
    ) -> Result<(ImportOutcome, String), Failure> {
        let mut decided: Option<(ImportOutcome, String)> = None;
        let appended = session.target.append_decided(wait, &mut |bytes| {
            session.check_form(bytes)?;
            let text = session.utf8(bytes.to_vec())?;
            let outcome = self.plan_by(&text, session)?;
            let lines = lines_of(&outcome.plan.lines, newline(&text));
            let is_nothing = lines.is_empty();
            let written = lines.clone();
            // Where the log was replaced after lines were written, it may have them already.
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
