//! `tokmon hooks`: prints the settings that make an agent harness run `tokmon guard --hook` before it spends, or `tokmon import` after it has,
//! adds them to a file, or removes them.

use std::{
    ffi::{OsStr, OsString},
    fmt::Write as _,
    io,
    path::{Component, Path, PathBuf},
};

use super::run::Run;
use crate::{
    cli::HooksArgs,
    exit::ExitCode,
    failure::Failure,
    harness::{
        Harness, HookPurpose, Invocation,
        install::{bare, count, install, is_empty, snippet, uninstall},
        json::JsonError,
    },
    render::counted,
    store,
};

/// The largest settings file, in bytes.
const MAX_SETTINGS: usize = 4 * 1024 * 1024;

/// What the hooks do without a team.
const WITHOUT_TEAM: &str = "Without --team, the team is that of TOKMON_TEAM, of the role of the agent (`agent_type`) if that is the name or an alias of a team, or of a [[guard.team]] rule in tokmon.toml; without any of these, only the budget of all teams is guarded. Where there is no log, each question is allowed with a notice.";

/// What hooks that record do.
const RECORDED: &str = "At the end of each session, `tokmon import` begins, writes what the log lacks of the sessions in this folder and below, and ends on its own; the session does not wait for it. What it prints is added to $XDG_STATE_HOME/tokmon/import.log (~/.local/state/tokmon/import.log).";

/// What is behind the name of a copy.
const COPY: &str = "tokmon-backup";

pub fn run(
    args: &HooksArgs,
    program: Option<&OsString>,
    run: &mut Run<'_, '_>,
) -> Result<ExitCode, Failure> {
    if args.purpose() == HookPurpose::Record {
        check_recording(args)?;
    }
    let invocation = invocation(args, program, run);
    match (&args.install, &args.uninstall) {
        (Some(file), _) => add(args, &invocation, file, run),
        (None, Some(file)) => remove(args, file, run),
        (None, None) => print(args, &invocation, run),
    }
}

/// Prints the settings, and on standard error what to do with them, so that the output can be used as it is.
fn print(
    args: &HooksArgs,
    invocation: &Invocation,
    run: &mut Run<'_, '_>,
) -> Result<ExitCode, Failure> {
    let harness = args.harness;
    let setup = harness.setup();
    let snippet =
        snippet(harness, invocation).map_err(|error| unreadable("the settings", &error))?;
    run.print(|out| out.write_all(snippet.as_bytes()))?;
    run.note(format_args!("add this to {}", setup.files));
    run.note(format_args!(
        "or run `tokmon hooks {harness}{} --install FILE`",
        option(args)
    ));
    run.note(setup.trust);
    for note in notes(args) {
        run.note(note);
    }
    Ok(ExitCode::Success)
}

fn add(
    args: &HooksArgs,
    invocation: &Invocation,
    file: &Path,
    run: &mut Run<'_, '_>,
) -> Result<ExitCode, Failure> {
    let harness = args.harness;
    let settings = SettingsFile::read(file, harness, run)?;
    let old = settings.text.as_deref().unwrap_or_default();
    let new = install(old, harness, invocation);
    let new = new.map_err(|error| unreadable(&settings.shown, &error))?;
    let shown = &settings.shown;
    if settings.text.as_ref() == Some(&new) {
        if !run.is_silent() {
            run.print(|out| writeln!(out, "The hooks are in {shown} already"))?;
        }
        return Ok(ExitCode::Success);
    }
    let copy = settings.keep_copy()?;
    settings.replace(&new, run)?;
    if run.is_silent() {
        return Ok(ExitCode::Success);
    }
    let purpose = Some(args.purpose());
    let added = counted(count(&new, harness, purpose).unwrap_or_default(), "hook");
    let did = match count(old, harness, purpose) {
        _ if settings.text.is_none() => format!("Installed {added} in the new file"),
        // An empty file is no JSON.
        Ok(0) | Err(_) => format!("Added {added} to"),
        Ok(_) => format!("Replaced the hooks of tokmon with {added} in"),
    };
    let setup = harness.setup();
    let mut text = format!("{did} {shown}\n");
    if let Some(copy) = copy {
        let kept = file.with_file_name(copy);
        let _ = writeln!(text, "The file as it was is {}", kept.display());
    }
    let _ = writeln!(text, "\n{}", setup.trust);
    for note in notes(args) {
        let _ = writeln!(text, "{note}");
    }
    let (option, file) = (option(args), quoted(file));
    let _ = writeln!(
        text,
        "To uninstall: tokmon hooks {harness}{option} --uninstall {file}"
    );
    run.print(|out| out.write_all(text.as_bytes()))?;
    Ok(ExitCode::Success)
}

fn remove(args: &HooksArgs, file: &Path, run: &mut Run<'_, '_>) -> Result<ExitCode, Failure> {
    let harness = args.harness;
    // Without --record, all of them.
    let purpose = Some(args.purpose()).filter(|purpose| *purpose == HookPurpose::Record);
    let settings = SettingsFile::read(file, harness, run)?;
    let shown = &settings.shown;
    let Some(old) = settings.text.as_deref() else {
        return Err(Failure::no_input(format!("there is no {shown}")));
    };
    let failed = |error: JsonError| unreadable(shown, &error);
    let removed = counted(count(old, harness, purpose).map_err(failed)?, "hook");
    let new = uninstall(old, harness, purpose).map_err(failed)?;
    let message = if new == old {
        format!("No hook of tokmon is in {shown}\n")
    } else {
        // As it was to the byte, where nothing else was changed since.
        let copies = settings.copies();
        let copies = copies.iter().filter_map(|copy| Some((copy, read(copy)?)));
        let is_same = |text: &String| bare(text, harness) == bare(&new, harness);
        // A copy of settings with other hooks of tokmon was made by a second installation.
        let (same, others): (Vec<_>, Vec<_>) = copies.partition(|(_, text)| is_same(text));
        let mut originals = same
            .iter()
            .rev()
            .filter(|(_, text)| count(text, harness, None) == Ok(0))
            .filter(|_| count(&new, harness, None) == Ok(0));
        let original = originals.next().map(|(_, text)| text.as_str());
        if let Some(text) = original {
            settings.replace(text, run)?;
            for (copy, _) in &same {
                store::roll_back(copy);
            }
            format!("Removed {removed} from {shown}, which is as it was before\n")
        } else if others.is_empty() && is_empty(&new, harness) {
            settings.delete()?;
            for (copy, _) in &same {
                store::roll_back(copy);
            }
            format!("Removed {shown}: it held nothing but the hooks of tokmon\n")
        } else {
            settings.replace(&new, run)?;
            format!("Removed {removed} from {shown}\n")
        }
    };
    if !run.is_silent() {
        run.print(|out| out.write_all(message.as_bytes()))?;
    }
    Ok(ExitCode::Success)
}

/// What the harness is to run: this program, with the options that say whose budget it is.
fn invocation(args: &HooksArgs, program: Option<&OsString>, run: &Run<'_, '_>) -> Invocation {
    let path = |path: &PathBuf| run.cx.folder.join(path).display().to_string();
    let is_recording = args.purpose() == HookPurpose::Record;
    let options = [
        ("--cwd", is_recording.then(|| ".".to_owned())),
        ("--team", args.team.clone()),
        ("--agent", args.agent.clone()),
        ("--tokens", args.tokens.map(|tokens| tokens.0.to_string())),
        ("--file", run.global.file.as_ref().map(path)),
        ("--config", run.global.config.as_ref().map(path)),
    ];
    let options = options
        .into_iter()
        .filter_map(|(name, value)| Some([name.to_owned(), value?]));
    Invocation {
        purpose: args.purpose(),
        program: program_path(program, run),
        options: options.flatten().collect(),
        fail_closed: args.fail_closed,
    }
}

/// Fails where a harness has no transcripts that can be imported, and at options that only hooks of guard have.
fn check_recording(args: &HooksArgs) -> Result<(), Failure> {
    let harness = args.harness;
    if !harness.setup().can_record() {
        let message = format!("the transcripts of {harness} cannot be imported");
        return Err(Failure::usage(message)
            .help("let agents run `tokmon record`, or import what ccusage reports of it"));
    }
    let options = [
        ("--agent", args.agent.is_some()),
        ("--tokens", args.tokens.is_some()),
        ("--fail-closed", args.fail_closed),
    ];
    match options.into_iter().find(|(_, is_given)| *is_given) {
        None => Ok(()),
        Some((option, _)) => Err(Failure::usage(format!(
            "{option} is for hooks that ask: a hook that records never stops work"
        ))),
    }
}

/// What there is to know of the hooks.
fn notes(args: &HooksArgs) -> Vec<String> {
    if args.purpose() == HookPurpose::Record {
        return vec![RECORDED.to_owned()];
    }
    let harness = args.harness;
    let setup = harness.setup();
    let not_recorded = if setup.can_record() {
        format!(
            "These hooks do not record what is used: add that of `tokmon hooks {harness} --record`, or let agents run `tokmon record`."
        )
    } else {
        "The hooks do not record what is used: let agents run `tokmon record`.".to_owned()
    };
    let without_team = args.team.is_none().then(|| WITHOUT_TEAM.to_owned());
    let fail_closed = args.fail_closed.then(|| setup.fail_closed.to_owned());
    let guard_note = setup.guard_note.map(str::to_owned);
    let notes = [guard_note, without_team, Some(not_recorded), fail_closed];
    notes.into_iter().flatten().collect()
}

/// The option that says which hooks.
fn option(args: &HooksArgs) -> &'static str {
    match args.purpose() {
        HookPurpose::Guard => "",
        HookPurpose::Record => " --record",
    }
}

/// The path of this program as it was called: by a path, or by a name that `PATH` leads to. A link stays as it is, since it outlasts
/// an update of what it leads to.
fn program_path(program: Option<&OsString>, run: &Run<'_, '_>) -> String {
    let called = program.map_or(OsStr::new("tokmon"), OsString::as_os_str);
    let path = Path::new(called);
    if path.components().count() > 1 || called.to_string_lossy().starts_with('.') {
        let path = run.cx.folder.join(path);
        let goes_up = path.components().any(|part| part == Component::ParentDir);
        let path = match (path.parent(), path.file_name()) {
            (Some(folder), Some(name)) if goes_up => store::real_path(folder).join(name),
            _ => path,
        };
        // Without any `.` within it.
        let path: PathBuf = path.components().collect();
        return path.display().to_string();
    }
    let folders = run.cx.variable("PATH").unwrap_or_default();
    let mut paths = std::env::split_paths(&folders).map(|folder| folder.join(path));
    let found = paths.find(|path| path.is_absolute() && store::is_file(path));
    found.map_or_else(
        || called.to_string_lossy().into_owned(),
        |path| path.display().to_string(),
    )
}

/// The text of a settings file that was read before.
fn read(path: &Path) -> Option<String> {
    store::open(path).ok()?.text(MAX_SETTINGS).ok()
}

fn quoted(path: &Path) -> String {
    shell_words::quote(&path.display().to_string()).into_owned()
}

fn unreadable(shown: &str, error: &JsonError) -> Failure {
    let JsonError {
        message,
        line,
        column,
    } = error;
    Failure::no_data(format!("{shown}:{line}:{column}: {message}"))
        .help("nothing was changed: correct the file, or add the hooks by hand")
}

/// The settings of a harness.
struct SettingsFile {
    path: PathBuf,
    shown: String,
    /// `None` where there is no such file.
    text: Option<String>,
}

impl SettingsFile {
    fn read(file: &Path, harness: Harness, run: &Run<'_, '_>) -> Result<Self, Failure> {
        let path = run.cx.folder.join(file);
        let shown = file.display().to_string();
        if path.extension().is_some_and(|kind| kind == "toml") {
            let files = harness.setup().files;
            let message = format!("{shown} is not JSON: hooks are added to JSON only");
            return Err(Failure::usage(message).help(format!("name {files}")));
        }
        if store::is_missing(&path) {
            return Ok(Self {
                path,
                shown,
                text: None,
            });
        }
        let cannot = |error: &dyn std::fmt::Display| {
            Failure::no_input(format!("cannot read {shown}: {error}"))
        };
        let mut opened = store::open(&path).map_err(|error| cannot(&error))?;
        let bytes = opened
            .bytes_up_to(MAX_SETTINGS)
            .map_err(|error| cannot(&store::reason(&error)))?;
        let text = String::from_utf8(bytes).map_err(|error| {
            let valid = error.utf8_error().valid_up_to();
            let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
            let error = JsonError::at(&text, valid, "a byte that is not UTF-8");
            unreadable(&shown, &error)
        })?;
        Ok(Self {
            text: Some(text),
            path,
            shown,
        })
    }

    fn copy(&self, number: usize) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(format!(".{COPY}"));
        if number > 1 {
            name.push(format!("-{number}"));
        }
        name.into()
    }

    /// The copies that were kept, oldest first.
    fn copies(&self) -> Vec<PathBuf> {
        let copies = (1..).map(|number| self.copy(number));
        copies.take_while(|copy| store::is_file(copy)).collect()
    }

    /// Keeps a copy of the file beside it, under a name that is not taken.
    fn keep_copy(&self) -> Result<Option<OsString>, Failure> {
        let Some(text) = &self.text else {
            return Ok(None);
        };
        let name = |copy: &Path| copy.file_name().map(OsStr::to_os_string);
        let copies = self.copies();
        let last = copies
            .last()
            .filter(|last| read(last).as_ref() == Some(text));
        if let Some(last) = last {
            return Ok(name(last));
        }
        let copy = self.copy(copies.len() + 1);
        let kept = store::create_copy(&self.path, &copy, text.as_bytes());
        let cannot = |error: io::Error| {
            let (copy, why) = (copy.display(), store::reason(&error));
            Failure::cannot_create(format!(
                "cannot keep a copy in {copy}: {why}; nothing was changed"
            ))
        };
        kept.map_err(cannot)?;
        Ok(name(&copy))
    }

    /// Writes the file, unless it was changed since it was read.
    fn replace(&self, text: &str, run: &Run<'_, '_>) -> Result<(), Failure> {
        if read(&self.path) != self.text {
            let message = format!(
                "{} was changed by another program; nothing was changed",
                self.shown
            );
            return Err(Failure::new(ExitCode::TryAgain, message).help("run it again"));
        }
        let cannot = |error: io::Error| {
            let error = anyhow::Error::new(error);
            Failure::from(error.context(format!("cannot write {}", self.shown)))
        };
        if let Some(folder) = self.path.parent().filter(|_| self.text.is_none()) {
            // More than one folder that is missing is a typing error.
            if folder.parent().is_some_and(store::is_missing) {
                let folder = Path::new(&self.shown).parent().unwrap_or(folder);
                let message = format!("there is no folder {}", folder.display());
                return Err(Failure::cannot_create(message).help("create it first"));
            }
            store::create_folder(folder).map_err(cannot)?;
        }
        store::replace(&self.path, text.as_bytes(), (run.cx.random)(), false).map_err(cannot)
    }

    fn delete(&self) -> Result<(), Failure> {
        store::roll_back(&self.path);
        if store::is_missing(&self.path) {
            return Ok(());
        }
        Err(Failure::cannot_create(format!(
            "cannot remove {}",
            self.shown
        )))
    }
}
