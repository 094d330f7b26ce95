//! `tokmon trust`: which settings files may name a program that tokmon runs. A file is trusted as it is: when it changes, or a file
//! beside it that the program consists of, it must be trusted again.

use std::{
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
};

use anyhow::Context as _;

use super::run::Run;
use crate::{
    cli::TrustArgs,
    config,
    exit::ExitCode,
    failure::Failure,
    program::{Program, typed},
    session::read_settings_text,
    store::{self, TrustList, TrustedFile},
};

/// The largest file of a program that is trusted with the settings.
const MAX_SIZE: usize = 16 * 1024 * 1024;

const NO_STATE_FOLDER: &str = "set HOME or XDG_STATE_HOME to an absolute path";

pub fn run(args: &TrustArgs, run: &mut Run<'_, '_>) -> Result<ExitCode, Failure> {
    let list = list(run)?;
    if args.list {
        return print_list(&list, run);
    }
    let path = match &args.settings {
        Some(path) => run.cx.folder.join(path),
        None => run.locate_settings()?.ok_or_else(|| {
            Failure::no_input("no settings file was found")
                .help("name it, like `tokmon trust docs/tokmon.toml`")
        })?,
    };
    let real = store::real_path(&path);
    let shown = run.log_options().shown(&path);
    let random = (run.cx.random)();
    if args.revoke {
        let cannot = || format!("cannot write {}", list.path().display());
        let was_trusted = list.remove(&real, random).with_context(cannot)?;
        let text = if was_trusted {
            format!("{shown} is not trusted any more")
        } else {
            format!("{shown} was not trusted")
        };
        return say(&text, run);
    }
    if store::is_missing(&real) {
        return Err(
            Failure::no_input(format!("there is no settings file {shown}"))
                .help("name it, like `tokmon trust docs/tokmon.toml`"),
        );
    }
    let named = NamedProgram::read(&path, run)?;
    if named.words.is_empty() {
        let message = format!("{shown} names no program, so there is nothing to trust");
        return Err(Failure::usage(message).help("a program is named by `[alert] program`"));
    }
    if let Some(program) = named.program() {
        check_found(&program, run)?;
    }
    let trusted = TrustedFile {
        checksum: named.checksum.clone(),
        path: real,
    };
    let cannot = || format!("cannot write {}", list.path().display());
    list.add(trusted, random).with_context(cannot)?;
    let text = format!(
        "{shown} is trusted, as it is now, to run: {}\n{}",
        named.typed(),
        named.coverage()
    );
    say(&text, run)
}

/// Fails where there is no such program, before a notice is due.
pub fn check_found(program: &Program, run: &Run<'_, '_>) -> Result<(), Failure> {
    let name = Path::new(&program.path);
    let is_path = name.components().count() > 1;
    let search = run.cx.variable("PATH").unwrap_or_default();
    let mut folders = std::env::split_paths(&search);
    let is_there = if is_path {
        store::is_file(&run.cx.folder.join(name))
    } else {
        search.is_empty() || folders.any(|folder| store::is_file(&folder.join(name)))
    };
    if is_there {
        return Ok(());
    }
    let message = format!("there is no program {}", name.display());
    let help = if is_path {
        "check its path"
    } else {
        "it is on no folder of PATH: write its whole path"
    };
    Err(Failure::new(ExitCode::Unavailable, message).help(help))
}

fn say(text: &str, run: &mut Run<'_, '_>) -> Result<ExitCode, Failure> {
    if !run.is_silent() {
        let text = crate::failure::sanitize_lines(text);
        run.print(|out| writeln!(out, "{text}"))?;
    }
    Ok(ExitCode::Success)
}

/// Where the user's trust is kept.
fn list(run: &Run<'_, '_>) -> Result<TrustList, Failure> {
    let folder = run.cx.user_state().ok_or_else(|| {
        Failure::config("there is no folder to keep what is trusted").help(NO_STATE_FOLDER)
    })?;
    Ok(TrustList::new(folder.join("tokmon")))
}

/// Each trusted file, and whether it is still as it was.
fn print_list(list: &TrustList, run: &mut Run<'_, '_>) -> Result<ExitCode, Failure> {
    let cannot = || format!("cannot read {}", list.path().display());
    let files = list.files().with_context(cannot)?;
    if files.is_empty() {
        return say("no settings file is trusted", run);
    }
    let mut lines = Vec::new();
    for file in files {
        let state = if store::is_missing(&file.path) {
            "gone".to_owned()
        } else {
            match NamedProgram::read(&file.path, run) {
                Ok(named) if named.checksum == file.checksum => named.typed(),
                Ok(_) => "changed: not trusted until `tokmon trust` is run again".to_owned(),
                Err(failure) => failure.to_string(),
            }
        };
        lines.push(format!("{}: {state}", file.path.display()));
    }
    // A list is what was asked for.
    let text = crate::failure::sanitize_lines(&lines.join("\n"));
    run.print(|out| writeln!(out, "{text}"))?;
    Ok(ExitCode::Success)
}

/// The program that a settings file names, and what it consists of.
pub struct NamedProgram {
    /// The settings file, without links: what is in a folder is not run because of a link that leads out of it.
    path: PathBuf,
    /// The program and its arguments, as they are written.
    pub words: Vec<String>,
    /// The same with files as whole paths, since the program does not run in their folder.
    program: Vec<PathBuf>,
    checksum: String,
    /// The files of the repository, or else of the folder of the settings, that are named as the program or its arguments, as they are
    /// written.
    beside: Vec<String>,
    /// The links among these that lead elsewhere, with where they lead.
    links: Vec<(String, PathBuf)>,
}

impl NamedProgram {
    /// Reads a settings file, and the files that its program consists of. The settings that are checked are those that are used; a
    /// program is read again by the system when it is run.
    pub fn read(path: &Path, run: &Run<'_, '_>) -> Result<Self, Failure> {
        let path = store::real_path(path);
        let (text, settings) = read_settings_text(&run.log_options(), &path)?;
        let words = settings.alert.program;
        let folder = path.parent().unwrap_or(&path);
        // What comes with the settings changes with them.
        let tree = store::up_to_repository(folder).pop();
        let tree = tree.unwrap_or_else(|| folder.to_path_buf());
        let mut parts = vec![(config::FILE.to_owned(), text.into_bytes())];
        let (mut program, mut beside, mut links) = (Vec::new(), Vec::new(), Vec::new());
        for (at, word) in words.iter().enumerate() {
            let file = store::real_path(&folder.join(word));
            // The name of a program without a folder is looked for on `PATH`.
            let is_name = at == 0 && !word.contains(['/', std::path::MAIN_SEPARATOR]);
            let is_file = !is_name && store::is_file(&file);
            if is_file {
                // A link may lead to another file later.
                let real = file.to_string_lossy().into_owned();
                parts.push((format!("{word} is"), real.into_bytes()));
            }
            if !is_file || !file.starts_with(&tree) {
                if is_file && Path::new(word).is_relative() {
                    links.push((word.clone(), file.clone()));
                }
                program.push(if at == 0 && !is_name {
                    file
                } else {
                    word.into()
                });
                continue;
            }
            let read = store::open(&file)
                .map_err(|error| std::io::Error::other(error.to_string()))
                .and_then(|mut opened| opened.bytes_up_to(MAX_SIZE));
            let read = read.with_context(|| format!("cannot read {}", file.display()))?;
            parts.push((word.clone(), read));
            beside.push(word.clone());
            program.push(file);
        }
        Ok(Self {
            checksum: store::checksum(&parts),
            path,
            words,
            program,
            beside,
            links,
        })
    }

    /// Which files are trusted with the settings, and which are not.
    fn coverage(&self) -> String {
        let links = self.links.iter().map(|(word, file)| {
            format!(
                "{word} leads to {}, whose content is not covered",
                file.display()
            )
        });
        let name = self.words.first().map_or("", String::as_str);
        let files = match self.beside.as_slice() {
            [] if self.links.is_empty() => Some(format!(
                "no file is covered: name a script as a word of its own, since what `{name}` itself runs or reads may change"
            )),
            [] => None,
            beside => Some(format!(
                "and with it: {}; not what these run or read themselves",
                beside.join(", ")
            )),
        };
        files
            .into_iter()
            .chain(links)
            .collect::<Vec<_>>()
            .join("\n")
    }

    /// What is run. In the root folder: a program that looks for its own files where it runs, as `make` does, finds none that a
    /// repository brings.
    pub fn program(&self) -> Option<Program> {
        let (first, args) = self.program.split_first()?;
        Some(Program {
            path: first.into(),
            args: args.iter().map(OsString::from).collect(),
            folder: PathBuf::from(std::path::MAIN_SEPARATOR_STR),
        })
    }

    pub fn typed(&self) -> String {
        typed(self.words.iter().map(OsStr::new))
    }

    /// Fails unless the user trusts it. Their own settings need no trust.
    pub fn check(&self, run: &Run<'_, '_>) -> Result<(), Failure> {
        let own = run.cx.user_settings();
        let own = own.map(|folder| store::real_path(&folder.join("tokmon").join(config::FILE)));
        if own.is_some_and(|own| own == self.path) {
            return Ok(());
        }
        let list = list(run)?;
        let cannot = || format!("cannot read {}", list.path().display());
        let known = list.find(&self.path).with_context(cannot)?;
        let shown = run.log_options().shown(&self.path);
        let (program, why) = match known {
            Some(file) if file.checksum == self.checksum => return Ok(()),
            Some(_) => (
                self.typed(),
                ", or a file of its program, has changed since it was trusted",
            ),
            None => (self.typed(), " is not trusted"),
        };
        let message = format!("{shown}{why}, so the program that it names is not run: {program}");
        let help = format!(
            "read the file, then trust it: tokmon trust {}",
            quoted(&shown)
        );
        Err(Failure::new(ExitCode::NoPermission, message).help(help))
    }
}

fn quoted(path: &str) -> String {
    typed([OsStr::new(path)])
}
