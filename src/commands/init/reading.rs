//! The `[read]` settings for a log that is there already and in another form than tokmon's: what tokmon takes it for, to be corrected.

use std::{collections::HashSet, fmt::Write as _, path::PathBuf};

use chrono::{DateTime, Datelike as _, FixedOffset};

use super::{
    NewFile, is_found, teams,
    texts::{NewLog, quoted},
};
use crate::{
    cli::InitArgs,
    commands::run::Run,
    config,
    exit::ExitCode,
    failure::{Failure, sanitize_lines},
    model::{ColumnUse, DecimalMark, LogReading, ReadingAssumption, TableReading, TableUse},
    render,
    session::{self, LogFiles, LogOptions, locate, usual_log},
    store,
};

/// The tables that rules are written for, and the headings that are listed, at most.
const MAX_RULES: usize = 20;

/// The largest settings file that is added to, in bytes.
const MAX_SETTINGS: usize = 1024 * 1024;

/// The log that is there already, and how it is read.
pub struct ForeignLog {
    log: LogFiles,
    path: PathBuf,
    reading: LogReading,
}

impl ForeignLog {
    /// The log that is named, else the one in a usual place of the working folder, if it is in another form than tokmon's.
    pub fn find(run: &mut Run<'_, '_>) -> Result<Option<Self>, Failure> {
        let folder = run.cx.folder.clone();
        let named = run.log_path().map(|path| folder.join(path));
        let Some(path) = named.or_else(|| usual_log(std::slice::from_ref(&folder))) else {
            return Ok(None);
        };
        if !store::is_file(&path) {
            return Ok(None);
        }
        let options = run.log_options();
        let log = locate(&LogOptions {
            log: Some(options.shown(&path).into()),
            ..options
        })?;
        let now = run.now()?;
        let (form, reading) = session::tables(&log, now, run.cx.input)?;
        let is_foreign = form == "other" && reading.counts();
        Ok(is_foreign.then_some(Self { log, path, reading }))
    }

    /// Writes the settings, and says so.
    pub fn write(&self, args: &InitArgs, run: &mut Run<'_, '_>) -> Result<ExitCode, Failure> {
        let team = self.log.folder_name();
        let mut block = read_table(&self.log.shown, &self.reading, team.as_deref(), run.now()?);
        block += &super::rules(args, run)?;
        let there = self.settings_above().filter(|path| store::is_file(path));
        let settings = there.clone().unwrap_or_else(|| {
            let beside = &self.path;
            beside.with_file_name(config::FILE)
        });
        let file = NewFile {
            shown: run.log_options().shown(&settings),
            path: settings,
        };
        let new_log = NewLog {
            teams: teams::parse(&args.teams, run.global.budget)?,
            budget: run.global.budget,
            log: NewFile {
                path: self.path.clone(),
                shown: self.log.shown.clone(),
            }
            .name()?,
            now: run.now()?,
        };
        let text = match there {
            None => new_log.settings(&block),
            Some(_) if !args.teams.is_empty() || new_log.budget.is_some() => {
                return Err(Failure::usage(format!(
                    "{} exists already: set teams and the budget there",
                    file.shown
                ))
                .help("leave out --teams and --budget"));
            }
            Some(_) => added_to(&file, &block)?,
        };
        if config::parse(&text).is_err() {
            return Err(file.failure("what would be written is no TOML"));
        }
        if args.dry_run {
            let shown = render::sanitize(&file.shown);
            let (added, text) = match there {
                Some(_) => (", added", &block),
                None => ("", &text),
            };
            run.print(|out| write!(out, "==> {shown}{added} <==\n{text}\n"))?;
            return Ok(ExitCode::Success);
        }
        if there.is_some() {
            let replaced = store::replace(&file.path, text.as_bytes(), (run.cx.random)(), false);
            replaced.map_err(|error| file.failure(&error.to_string()))?;
        } else {
            file.must_be_missing()?;
            file.create(&text)?;
        }
        if run.is_silent() {
            return Ok(ExitCode::Success);
        }
        let next = self.next_steps(&file.shown, there.is_some(), &new_log, run);
        run.print(|out| out.write_all(sanitize_lines(&next).as_bytes()))?;
        Ok(ExitCode::Success)
    }

    /// The settings that hold for the log, if they are in its folder or one above.
    fn settings_above(&self) -> Option<PathBuf> {
        let settings = self.log.settings_path.clone()?;
        let folder = settings.parent()?;
        self.path.starts_with(folder).then_some(settings)
    }

    fn next_steps(
        &self,
        settings: &str,
        is_added: bool,
        new_log: &NewLog,
        run: &Run<'_, '_>,
    ) -> String {
        let log = &self.log.shown;
        let style = run.style();
        let wrote = if is_added { "Added [read] to" } else { "Wrote" };
        let mut text = format!("{wrote} {settings}, with what tokmon takes {log} for\n\n");
        let LogReading {
            tables,
            assumptions,
        } = &self.reading;
        for line in render::reading::lines(tables, assumptions, style) {
            let _ = writeln!(text, "{line}");
        }
        let named = if is_found(&self.path, run) {
            String::new()
        } else {
            format!(" -f {}", shell_words::quote(log))
        };
        let commands = [
            (format!("tokmon{named}"), "shows what is used"),
            (
                format!("tokmon check --tables{named}"),
                "shows what each table is taken for",
            ),
            (
                format!("tokmon migrate{named}"),
                "makes it a log that tokmon writes, too",
            ),
        ];
        let width = commands.iter().map(|(command, _)| render::width(command));
        let width = width.max().unwrap_or_default();
        text += "\n";
        for (command, what) in &commands {
            let _ = writeln!(text, "  {command:<width$}  {what}");
        }
        let has_budget = new_log.budget.is_some()
            || self.log.settings.policy.budget.is_some()
            || self.log.settings.policy.cost_budget.is_some();
        if !has_budget {
            let columns = counted(&self.reading).flat_map(|(_, table)| &table.columns);
            let mut uses = columns.map(|column| &column.taken);
            let budget = if uses.any(|taken| {
                matches!(
                    taken,
                    ColumnUse::Tokens | ColumnUse::TokensIn | ColumnUse::TokensOut
                )
            }) {
                "`tokens = \"200K\"` or `cost = \"25.00 USD\"`"
            } else {
                "`cost = \"25.00 USD\"`"
            };
            let _ = write!(
                text,
                "\nUnless the log states a budget, write {budget} under [budget] in {settings}.\n"
            );
        }
        text
    }
}

/// The text of a settings file with a block at its end. Fails where it has such settings already.
fn added_to(file: &NewFile, block: &str) -> Result<String, Failure> {
    let text = store::open(&file.path)
        .map_err(|error| file.failure(&error.to_string()))?
        .text(MAX_SETTINGS)
        .map_err(|error| file.failure(&error.to_string()))?;
    // What this command writes is commented out.
    let is_written = text.lines().any(|line| {
        let line = line.trim_start_matches('#').trim();
        line == "[read]" || line == "[[read.table]]"
    });
    if is_written || config::has_read(&text) {
        return Err(
            Failure::cannot_create(format!("{} has [read] settings already", file.shown)).help(
                "nothing was written; `tokmon check --tables` shows what each table is taken for",
            ),
        );
    }
    let between = match text.chars().last() {
        None => "",
        Some('\n') => "\n",
        Some(_) => "\n\n",
    };
    Ok(format!("{text}{between}{block}"))
}

/// The `[read]` table that says what was inferred, all of it commented out.
fn read_table(
    shown: &str,
    reading: &LogReading,
    team: Option<&str>,
    now: DateTime<FixedOffset>,
) -> String {
    let year = reading
        .assumptions
        .iter()
        .find_map(|assumed| match assumed {
            ReadingAssumption::Year { year, .. } => Some(*year),
            _ => None,
        });
    let comma = reading
        .assumptions
        .contains(&ReadingAssumption::DecimalMark {
            mark: DecimalMark::Comma,
        });
    let (year, team) = (year.unwrap_or(now.year()), quoted(team.unwrap_or("Team A")));
    let decimal = if comma { "comma" } else { "point" };
    let shown = render::sanitize(shown);
    let mut text = format!(
        "# How tokmon reads {shown}, as it finds out by itself. Remove the # before a line that is to hold, and correct it.\n\
         # `tokmon check --tables` shows what each table is taken for. See docs/reading.md.\n\
         [read]\n\
         # The team of rows that name none.\n\
         #team = {team}\n\
         # The year of dates that have none.\n\
         #year = {year}\n\
         # The decimal mark, \"point\" or \"comma\".\n\
         #decimal = \"{decimal}\"\n\
         # Whether tokens read from and written into a cache are used tokens: \"separate\", or \"add\".\n\
         #cache = \"separate\"\n\
         # The headings of tables that count nothing.\n"
    );
    let is_left_out = |table: &&TableReading| matches!(table.taken, TableUse::LeftOut(_));
    let mut seen: HashSet<&str> = counted(reading).map(|(heading, _)| heading).collect();
    let left_out = reading
        .tables
        .iter()
        .filter(is_left_out)
        .filter_map(ruled_by);
    let left_out = left_out.filter(|heading| seen.insert(heading));
    let ignored: Vec<String> = left_out.take(MAX_RULES).map(quoted).collect();
    let _ = writeln!(text, "#ignore = [{}]", ignored.join(", "));
    text + &rules(reading)
}

/// The heading by which a rule can name a table.
fn ruled_by(table: &TableReading) -> Option<&str> {
    let heading = table.heading.as_deref()?.trim();
    let is_expression = heading.starts_with('/') && heading.ends_with('/');
    (!heading.is_empty() && !is_expression && !heading.contains(char::is_control))
        .then_some(heading)
}

/// The tables that count and that a rule can name, with their headings.
fn counted(reading: &LogReading) -> impl Iterator<Item = (&str, &TableReading)> {
    let tables = reading.tables.iter().filter(|table| table.counts());
    tables.filter_map(|table| Some((ruled_by(table)?, table)))
}

/// A rule for each table that counts. Of tables with the same columns, for the first.
fn rules(reading: &LogReading) -> String {
    let mut text = String::new();
    let mut headers_seen: HashSet<Vec<&str>> = HashSet::new();
    for (heading, table) in counted(reading) {
        let headers = headers(table);
        if headers_seen.contains(&headers) {
            continue;
        }
        if headers_seen.len() == MAX_RULES {
            break;
        }
        let alike = counted(reading).filter(|(_, other)| self::headers(other) == headers);
        let more = match alike.count().saturating_sub(1) {
            0 => String::new(),
            more => format!(
                ", and of {} with the same columns",
                render::counted(more, "other")
            ),
        };
        headers_seen.insert(headers);
        let line = table.place.line;
        let _ = write!(
            text,
            "# The columns of the table in line {line}{more}.\n#[[read.table]]\n#heading = {}\n",
            quoted(heading)
        );
        text += &columns_of(table);
    }
    text
}

fn headers(table: &TableReading) -> Vec<&str> {
    let columns = table.columns.iter();
    columns.map(|column| column.header.as_str()).collect()
}

/// The lines of a rule that name columns.
fn columns_of(table: &TableReading) -> String {
    let of = |taken: &[ColumnUse]| -> Vec<String> {
        let columns = table.columns.iter();
        let some = columns.filter(|column| taken.contains(&column.taken));
        some.map(|column| quoted(&column.header)).collect()
    };
    let one = |key: &str, taken: ColumnUse| {
        let headers = of(&[taken]);
        let line = headers.first().map(|header| format!("#{key} = {header}\n"));
        line.unwrap_or_default()
    };
    let tokens = of(&[ColumnUse::Tokens, ColumnUse::TokensIn, ColumnUse::TokensOut]);
    let tokens = if tokens.is_empty() {
        String::new()
    } else {
        format!("#tokens = [{}]\n", tokens.join(", "))
    };
    [
        one("date", ColumnUse::Date),
        tokens,
        one("cost", ColumnUse::Cost),
        one("team", ColumnUse::Team),
    ]
    .concat()
}
