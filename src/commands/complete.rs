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

/// The word that is being typed as it is on the line, with an open quote if it has one. Only bash gives it.
const WORD: &str = "TOKMON_WORD";

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
    let script = String::from_utf8_lossy(&script);
    // What the scripts of the generator lack: bash keeps an open quote to itself, and a function that zsh loads as it is needed
    // has to complete at once.
    let script = match name {
        "bash" => script.replace(
            "        COMPLETE=\"bash\" \\\n        \"tokmon\" -- \"${words[@]}\" \\\n",
            "        COMPLETE=\"bash\" \\\n        TOKMON_WORD=\"${COMP_WORDS[COMP_CWORD]}\" \\\n        \"tokmon\" -- \"${words[@]}\" 2>/dev/null \\\n",
        ),
        "zsh" => format!(
            "{}\n[[ $funcstack[1] == _tokmon ]] && _clap_dynamic_completer_tokmon \"$@\" || true\n",
            script.trim_end()
        ),
        _ => script.into_owned(),
    };
    Ok(script.into_bytes())
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
    let mut words = words.to_vec();
    if shell.name() != "fish" {
        words = words.iter().map(|word| unquoted(word)).collect();
    }
    let known = if needs_log(&words) {
        Known::of(&words, cx)
    } else {
        None
    };
    let known = known.unwrap_or_default();
    // Bash inserts a candidate as it is.
    let open_quote = cx.variable(WORD).unwrap_or_default();
    let open_quote = open_quote.to_string_lossy().chars().next();
    let quote: fn(&str) -> String = match (shell.name(), open_quote) {
        ("bash", Some('"')) => |name| escaped(name, "$`\"\\!"),
        ("bash", Some('\'')) => |name| name.replace('\'', r"'\''"),
        ("bash", _) => |name| escaped(name, SPECIAL),
        _ => str::to_owned,
    };
    let mut command = known.attached(Cli::definition(0), quote);
    let mut candidates = Vec::new();
    let folder = Some(cx.folder.as_path());
    shell
        .write_complete(&mut command, words, folder, &mut candidates)
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

/// What a word of a command line must not have in bash, unless it is escaped.
const SPECIAL: &str = " \t\"'\\$`!&|;<>(){}[]*?#~^=";

/// A name with a backslash before each special character.
fn escaped(name: &str, special: &str) -> String {
    let mut word = String::with_capacity(name.len());
    for c in name.chars() {
        if special.contains(c) {
            word.push('\\');
        }
        word.push(c);
    }
    word
}

/// A word as a shell takes it, which may be typed half: without quotes and backslashes.
fn unquoted(word: &OsStr) -> OsString {
    let Some(word) = word.to_str() else {
        return word.to_owned();
    };
    let (mut text, mut quote) = (String::with_capacity(word.len()), None);
    let mut chars = word.chars().peekable();
    while let Some(c) = chars.next() {
        let is_escape = match quote {
            None => true,
            Some('"') => chars.peek().is_some_and(|next| "$`\"\\".contains(*next)),
            Some(_) => false,
        };
        match c {
            '\\' if is_escape => text.extend(chars.next()),
            '"' | '\'' if quote == Some(c) => quote = None,
            '"' | '\'' if quote.is_none() => quote = Some(c),
            c => text.push(c),
        }
    }
    text.into()
}

/// Whether the last word is the value of an option whose values are in the log. Others are offered without reading it.
fn needs_log(words: &[OsString]) -> bool {
    let is_option = |word: &str| ["--team", "--project", "--month"].contains(&word);
    let mut last = words.iter().rev().map(|word| word.to_string_lossy());
    let (word, before) = (last.next().unwrap_or_default(), last.next());
    word.split_once('=')
        .is_some_and(|(option, _)| is_option(option))
        || before.is_some_and(|before| is_option(&before) || before == "=")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_as_a_shell_reads_them() {
        for (typed, word) in [
            ("Team\\ A", "Team A"),
            ("\"Team A", "Team A"),
            ("'Team \\A", "Team \\A"),
            ("\"a\\\"b\\c\"", "a\"b\\c"),
            ("a'b c'd", "ab cd"),
            ("Team\\", "Team"),
            ("팀\\ B", "팀 B"),
        ] {
            assert_eq!(unquoted(OsStr::new(typed)), OsStr::new(word), "{typed}");
        }
    }

    #[test]
    fn the_log_is_read_only_for_what_is_in_it() {
        let needs = |line: &str| {
            let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            needs_log(&words)
        };
        for line in [
            "tokmon --team ",
            "tokmon record --team T",
            "tokmon --month=2",
            "tokmon --team = T",
        ] {
            assert!(needs(line), "{line}");
        }
        for line in [
            "tokmon ",
            "tokmon --op",
            "tokmon check --explain T",
            "tokmon --format=",
        ] {
            assert!(!needs(line), "{line}");
        }
    }
}
