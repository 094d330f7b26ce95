//! One run: its global options, the context it runs in, what the settings say, and where its output goes.

use std::{fmt::Display, io, path::PathBuf};

use chrono::{DateTime, FixedOffset, Utc};

use super::{Context, Terminal};
use crate::{
    cli::{GlobalArgs, parse_time, parse_tokens},
    config,
    exit::ExitCode,
    failure::{Failure, cannot_print, printed},
    model::{Budget, BudgetSource, Zone},
    render::{Format, OutputStyle, sanitize},
    session::{JudgeOptions, LogFiles, LogOptions, locate},
};

/// What names of time zones look like, for help.
const ZONES: &str = "a name like Asia/Seoul, an offset like +09:00, UTC or local";

pub struct Run<'r, 'w> {
    pub global: &'r GlobalArgs,
    pub cx: &'r mut Context<'w>,
    /// The output so far, if `--output` names a file.
    pub buffer: Option<Vec<u8>>,
    /// What was found for the time zone, for the command to take.
    pub located: Option<Result<LogFiles, Failure>>,
    /// What was recorded, of which a failure to print it must not be taken for a failure to record it.
    pub recorded: Option<RecordedIds>,
    /// The time zone that the settings name.
    timezone: Option<String>,
}

/// The ids of what is on disk now.
pub struct RecordedIds {
    pub ids: Vec<String>,
    /// Whether the caller gave all of them, so that a retry is harmless.
    pub are_given: bool,
}

impl<'r, 'w> Run<'r, 'w> {
    pub const fn new(global: &'r GlobalArgs, cx: &'r mut Context<'w>) -> Self {
        Self {
            global,
            cx,
            buffer: None,
            located: None,
            recorded: None,
            timezone: None,
        }
    }

    /// The same run, for a part of it.
    pub fn reborrow(&mut self) -> Run<'_, 'w> {
        Run {
            timezone: self.timezone.clone(),
            ..Run::new(self.global, self.cx)
        }
    }

    /// Reads the settings for the time zone that they name, and says which they are. If they cannot be read, the command that needs them says so.
    pub fn read_settings(&mut self) -> Result<(), Failure> {
        let located = self.locate();
        if let Ok(log) = &located
            && self.global.timezone.is_none()
            && let Some(zone) = &log.settings.timezone
        {
            self.in_zone((self.cx.clock)(), Some(zone))?;
            self.timezone = Some(zone.clone());
        }
        if let Ok(log) = &located {
            self.name_settings(log);
        }
        self.located = Some(located);
        Ok(())
    }

    /// Says which settings hold, and which do not although they are near.
    fn name_settings(&mut self, log: &LogFiles) {
        let options = self.log_options();
        for path in &log.foreign_settings {
            let shown = options.shown(path);
            self.note(format_args!(
                "{shown} belongs to another user and is not used: to use it, name it with --config"
            ));
        }
        if let Some(path) = log.settings_path.as_ref().filter(|_| self.global.verbose) {
            let shown = options.shown(path);
            self.note(format_args!("the settings are those of {shown}"));
        }
    }

    /// The log and its settings.
    pub fn locate(&mut self) -> Result<LogFiles, Failure> {
        let located = self.located.take();
        located.unwrap_or_else(|| locate(&self.log_options()))
    }

    /// The settings file that holds here, if there is one: beside the log, if there is a log.
    pub fn locate_settings(&mut self) -> Result<Option<PathBuf>, Failure> {
        let options = self.log_options();
        let here = options.settings_near(&options.folder).path;
        match self.locate() {
            Ok(log) => Ok(log.settings_path),
            // Which settings they are does not depend on a log.
            Err(_) if here.is_some() => Ok(here),
            Err(failure) => Err(failure),
        }
    }

    /// What decides which log is meant, and which settings: an option outranks the environment.
    pub fn log_options(&self) -> LogOptions {
        let by_option = self.global.config.clone();
        let by_option = by_option.map(|path| (path, "name a tokmon.toml with --config PATH"));
        let by_environment = || {
            let help = "TOKMON_CONFIG names it: let it name a tokmon.toml, or unset it";
            Some((self.cx.variable("TOKMON_CONFIG")?.into(), help))
        };
        LogOptions {
            folder: self.cx.folder.clone(),
            log: self.log_path(),
            is_from_environment: self.global.file.is_none(),
            settings: by_option.or_else(by_environment),
            home: self.cx.home(),
            user_settings: self.cx.user_settings(),
            style: self.err_style(),
        }
    }

    /// The log by option, else by environment.
    pub fn log_path(&self) -> Option<PathBuf> {
        let by_environment = || self.cx.variable("TOKMON_FILE").map(PathBuf::from);
        self.global.file.clone().or_else(by_environment)
    }

    /// The budget by option, else by environment.
    pub fn budget(&self) -> Result<Option<Budget>, Failure> {
        let (tokens, source) = match (
            self.global.budget,
            self.cx.first_variable(&["TOKMON_BUDGET"]),
        ) {
            (Some(tokens), _) => (tokens, BudgetSource::Option),
            (None, None) => return Ok(None),
            (None, Some(text)) => {
                let tokens = parse_tokens(&text).map_err(|help| {
                    let message = format!("TOKMON_BUDGET is not a number of tokens: `{text}`");
                    Failure::usage(message).help(help)
                })?;
                (tokens, BudgetSource::Environment)
            }
        };
        Ok(Some(Budget {
            tokens,
            source,
            place: None,
        }))
    }

    pub fn format(&self) -> Format {
        self.global.format()
    }

    /// Prints on standard output, or into the file of `--output`.
    pub fn print(
        &mut self,
        write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>,
    ) -> Result<(), Failure> {
        let out = match &mut self.buffer {
            Some(buffer) => buffer,
            None => &mut *self.cx.out,
        };
        let outcome = write(out).and_then(|()| out.flush());
        // Of what is recorded, the ids must not be lost.
        match self.recorded {
            Some(_) => outcome.map_err(cannot_print),
            None => printed(outcome),
        }
    }

    /// A failure after something was recorded, with the ids of that.
    pub fn recorded_but(&self, failure: Failure, what: &str) -> Failure {
        let Some(RecordedIds { ids, .. }) = &self.recorded else {
            return failure;
        };
        let word = if ids.len() == 1 { "id" } else { "ids" };
        failure.after(format!("recorded as {word} {}, but {what}", ids.join(", ")))
    }

    /// How a run ends that could not print what it did. What the caller can record again without harm is no failure.
    pub fn not_printed(&mut self, failure: Failure) -> Result<ExitCode, Failure> {
        let failure = self.recorded_but(failure, "could not print");
        match &self.recorded {
            Some(recorded) if recorded.are_given || failure.is_broken_pipe() => {
                self.urgent_note(failure);
                Ok(ExitCode::Success)
            }
            _ => Err(failure),
        }
    }

    /// Whether a command prints no text to say that all is well: with `--quiet`. JSON, what `--dry-run` shows, and
    /// the report in a file that is named, are what was asked for, and printed all the same.
    pub fn is_silent(&self) -> bool {
        self.global.quiet && self.format() == Format::Table && self.buffer.is_none()
    }

    /// Prints a note on standard error, unless `--quiet` is given.
    pub fn note(&mut self, text: impl Display) {
        if !self.global.quiet {
            self.urgent_note(text);
        }
    }

    /// Prints a note on standard error.
    pub fn urgent_note(&mut self, text: impl Display) {
        // Never fails: see `Context::err`.
        let _ = writeln!(self.cx.err, "tokmon: {}", sanitize(&text.to_string()));
    }

    /// How a log is judged now.
    pub fn judge_options(&self) -> Result<JudgeOptions, Failure> {
        let now = self.now()?;
        Ok(JudgeOptions {
            budget: self.budget()?,
            zone: self.zone(now),
            now,
        })
    }

    /// Who decides what is written into the log. None where the environment does not say.
    pub fn author(&self) -> Option<String> {
        self.cx
            .first_variable(&["TOKMON_AGENT", "USER", "LOGNAME", "USERNAME"])
    }

    /// An id of sixty random bits, in letters and digits that cannot be mistaken for each other.
    pub fn random_id(&self) -> String {
        const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
        let bits = (self.cx.random)();
        let letter = |at: u32| {
            let five = usize::try_from(bits >> (at * 5) & 31).unwrap_or_default();
            LETTERS.get(five).copied().map(char::from)
        };
        (0..12).filter_map(letter).collect()
    }

    /// How to draw the output.
    pub fn style(&self) -> OutputStyle {
        let is_file = self.buffer.is_some();
        let terminal = Some(self.cx.out_terminal).filter(|_| !is_file);
        self.style_on(terminal.unwrap_or_default())
    }

    /// How to draw on standard error.
    pub fn err_style(&self) -> OutputStyle {
        self.style_on(self.cx.err_terminal)
    }

    fn style_on(&self, terminal: Terminal) -> OutputStyle {
        let is_ascii = terminal.is_terminal && self.cx.is_ascii();
        OutputStyle {
            color: self.cx.color_mode(terminal, self.global.color),
            ascii: self.global.ascii || is_ascii,
            width: terminal.width,
        }
    }

    /// Whether a dashboard can be drawn on standard output.
    pub fn is_screen(&self) -> bool {
        self.cx.out_terminal.is_terminal && !self.cx.is_dumb()
    }

    /// Whether time does not pass, because the moment is given.
    pub fn is_frozen(&self) -> bool {
        self.global.now.is_some() || self.cx.variable("TOKMON_NOW").is_some()
    }

    /// The moment to report for, in the zone to report in.
    pub fn now(&self) -> Result<DateTime<FixedOffset>, Failure> {
        self.now_in(self.timezone.as_deref())
    }

    /// The zone to report in, around the moment to report for.
    pub fn zone(&self, now: DateTime<FixedOffset>) -> Zone {
        self.zone_in(self.timezone.as_deref(), now)
    }

    /// The same where the settings name this one.
    pub fn zone_in(&self, of_settings: Option<&str>, now: DateTime<FixedOffset>) -> Zone {
        if self.is_frozen() && of_settings.or(self.global.timezone.as_deref()).is_none() {
            return Zone::default();
        }
        Zone::around(now.to_utc(), |at| {
            let time = self.in_zone(at, of_settings).ok()?;
            Some(*time.offset())
        })
    }

    /// The zone of the days of imported usage: that of `--timezone`, else the one that settings name, else UTC. Never the zone of the
    /// machine, as two machines may import the same transcripts.
    pub fn import_zone(
        &self,
        of_settings: Option<&str>,
        start: DateTime<Utc>,
        end: DateTime<Utc>,
    ) -> Result<Zone, Failure> {
        let name = of_settings.unwrap_or("UTC");
        self.in_zone(end, Some(name))?;
        Ok(Zone::between(start, end, |at| {
            let time = self.in_zone(at, Some(name)).ok()?;
            Some(*time.offset())
        }))
    }

    /// The moment to report for: `--now`, else `TOKMON_NOW`, else the clock. Its zone is that of `--timezone`, else the one that
    /// the settings name, else that of the given moment, else the local one.
    pub fn now_in(&self, of_settings: Option<&str>) -> Result<DateTime<FixedOffset>, Failure> {
        let given = match (self.global.now, self.cx.first_variable(&["TOKMON_NOW"])) {
            (None, Some(text)) => Some(parse_time(&text).map_err(|help| {
                Failure::usage(format!("TOKMON_NOW is not a time: `{text}`")).help(help)
            })?),
            (given, _) => given,
        };
        match given {
            Some(given) if of_settings.or(self.global.timezone.as_deref()).is_none() => Ok(given),
            Some(given) => self.in_zone(given.to_utc(), of_settings),
            None => self.in_zone((self.cx.clock)(), of_settings),
        }
    }

    /// A time in a zone: `local`, `UTC`, an offset, or a name.
    fn in_zone(
        &self,
        time: DateTime<Utc>,
        of_settings: Option<&str>,
    ) -> Result<DateTime<FixedOffset>, Failure> {
        let option = self.global.timezone.as_deref();
        let zone = option.or(of_settings).unwrap_or("local");
        if zone.eq_ignore_ascii_case("utc") || zone == "Z" {
            return Ok(time.fixed_offset());
        }
        let local = Some("local").filter(|local| zone.eq_ignore_ascii_case(local));
        let by_name = || (self.cx.zone)(local.unwrap_or(zone), time);
        let offset = zone.parse::<FixedOffset>().ok().or_else(by_name);
        let offset = offset.ok_or_else(|| {
            let message = format!("unknown time zone `{zone}`");
            if of_settings.is_none() || option.is_some() {
                return Failure::usage(message).help(format!("write {ZONES}"));
            }
            Failure::config(format!("{message} in {}", config::FILE))
                .help(format!("set `timezone` to {ZONES}"))
        })?;
        Ok(time.with_timezone(&offset))
    }
}
