//! Completions: the candidates for a word that is being typed, among them what the log holds: teams, projects and months.
//! A shell asks for them through the environment, as the script of `tokmon completions` says.

use std::ffi::{OsStr, OsString};

use clap::{CommandFactory, FromArgMatches};
use clap_complete::{
    CompletionCandidate,
    engine::ArgValueCandidates,
    env::{EnvCompleter, Shells},
};

use super::{Context, run::Run, status};
use crate::{
    analysis::Rows,
    cli::{Cli, GlobalArgs, ViewArgs},
    diagnostic::Code,
    exit::ExitCode,
    failure::{Failure, cannot_print},
    render::sanitize,
    session,
};

/// The environment variable in which a shell gives its name when it asks for candidates.
pub const VARIABLE: &str = "COMPLETE";

const STATUSES: [&str; 4] = ["done", "running", "pending", "failed"];

/// The shell that asks for candidates.
fn shell(name: &OsStr) -> Result<&'static dyn EnvCompleter, Failure> {
    const SHELLS: Shells<'static> = Shells::builtins();
    let asked = name.to_string_lossy();
    let known = SHELLS.0.iter().copied();
    known.clone().find(|shell| shell.is(&asked)).ok_or_else(|| {
        let names: Vec<&str> = known.map(EnvCompleter::name).collect();
        Failure::usage(format!("there are no completions for `{asked}`"))
            .help(format!("shells: {}", names.join(", ")))
    })
}

/// The script that makes a shell ask this program for candidates.
pub fn registration(name: &str) -> Result<Vec<u8>, Failure> {
    let mut script = Vec::new();
    shell(OsStr::new(name))?
        .write_registration(VARIABLE, "tokmon", "tokmon", "tokmon", &mut script)
        .map_err(cannot_print)?;
    Ok(script)
}

/// Prints the candidates for the word that is being typed. The words of the command line are after `--`.
pub fn run(name: &OsStr, args: &[OsString], cx: &mut Context<'_>) -> Result<ExitCode, Failure> {
    let shell = shell(name)?;
    let words = args.iter().position(|word| word == "--");
    let words = words.and_then(|at| args.get(at + 1..)).unwrap_or_default();
    if words.is_empty() {
        let script = registration(shell.name())?;
        cx.out.write_all(&script).map_err(cannot_print)?;
        return Ok(ExitCode::Success);
    }
    let known = Known::of(words, cx).unwrap_or_default();
    // Bash inserts a candidate as it is.
    let quote = if shell.name() == "bash" {
        escaped
    } else {
        str::to_owned
    };
    let mut command = Cli::command();
    // Options of subcommands are defined only when they are built.
    command.build();
    let mut command = known.attached(command, quote);
    let mut candidates = Vec::new();
    let folder = Some(cx.folder.as_path());
    shell
        .write_complete(&mut command, words.to_vec(), folder, &mut candidates)
        .map_err(cannot_print)?;
    cx.out.write_all(&candidates).map_err(cannot_print)?;
    Ok(ExitCode::Success)
}

/// What the log that a command line means holds.
#[derive(Default)]
struct Known {
    teams: Vec<String>,
    projects: Vec<String>,
    months: Vec<String>,
}

impl Known {
    /// `None` where there is no log, or none that can be read: then there are no candidates for these.
    fn of(words: &[OsString], cx: &mut Context<'_>) -> Option<Self> {
        // The word that is being typed, and an option that needs it, are no part of what is asked for yet.
        let words = words.split_last().map_or(words, |(_, before)| before);
        let words = match words.split_last() {
            Some((option, before)) if option.to_string_lossy().starts_with('-') => before,
            _ => words,
        };
        let command = Cli::command().ignore_errors(true);
        let matches = command.try_get_matches_from(words).ok()?;
        let global = GlobalArgs::from_arg_matches(&matches).ok()?;
        if global
            .file
            .as_deref()
            .is_some_and(|file| file.as_os_str() == "-")
        {
            return None;
        }
        let mut run = Run::new(&global, cx);
        run.read_settings().ok()?;
        let log = run.locate().ok()?;
        let request = status::view_request(&ViewArgs::default(), Rows::Summed, &run).ok()?;
        let (_, report) = session::load(&log, &request, run.now().ok()?, run.cx.input).ok()?;
        let teams = report.teams.into_iter().map(|team| team.name);
        Some(Self {
            teams: teams.collect(),
            projects: report.projects,
            months: report.log.months.iter().map(ToString::to_string).collect(),
        })
    }

    /// The definition of the command line with these candidates.
    fn attached(self, command: clap::Command, quote: fn(&str) -> String) -> clap::Command {
        let statuses = STATUSES.map(str::to_owned).to_vec();
        let names = |names: Vec<String>| {
            // A name that a terminal should not show is left out.
            let names = names
                .into_iter()
                .filter(|name| sanitize(name) == name.as_str());
            candidates(names.map(|name| (quote(&name), None)).collect())
        };
        let codes = Code::ALL.iter();
        let codes = codes.map(|code| (code.id().to_owned(), Some(code.name())));
        let codes = candidates(codes.collect());
        let (teams, projects) = (names(self.teams), names(self.projects));
        let (months, statuses) = (names(self.months), names(statuses));
        let of_record = teams.clone();
        command
            .mut_arg("team", |arg| arg.add(teams))
            .mut_arg("project", |arg| arg.add(projects))
            .mut_arg("month", |arg| arg.add(months))
            .mut_subcommand("record", |record| {
                record
                    .mut_arg("team", |arg| arg.add(of_record))
                    .mut_arg("status", |arg| arg.add(statuses))
            })
            .mut_subcommand("check", |check| {
                check.mut_arg("explain", |arg| arg.add(codes))
            })
    }
}

/// Values, some with a description.
fn candidates(values: Vec<(String, Option<&'static str>)>) -> ArgValueCandidates {
    ArgValueCandidates::new(move || {
        let values = values.iter();
        let values = values.map(|(value, description)| {
            CompletionCandidate::new(value).help(description.map(Into::into))
        });
        values.collect()
    })
}

/// A name as a word of bash.
fn escaped(name: &str) -> String {
    let mut word = String::with_capacity(name.len());
    for c in name.chars() {
        if c.is_ascii() && !c.is_ascii_alphanumeric() && !"-_./:,+@%".contains(c) {
            word.push('\\');
        }
        word.push(c);
    }
    word
}
