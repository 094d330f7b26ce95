//! Runs the program: in this process with everything it sees of the world made up, or as the real binary.

use std::{
    collections::HashMap,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use chrono::{DateTime, FixedOffset, Utc};
use tempfile::TempDir;
use tokmon::{Context, Terminal};

/// The moment that the sample log is written for.
pub(crate) const NOW: &str = "2026-02-25T17:00:00Z";

/// A run of the program in a made-up world.
pub(crate) struct Tokmon {
    args: Vec<OsString>,
    environment: HashMap<String, OsString>,
    folder: PathBuf,
    input: Vec<u8>,
    terminal: Terminal,
    input_is_terminal: bool,
}

/// A world of two zones: the local one, and one with a summer time from the end of March on.
fn zone(name: &str, at: DateTime<Utc>) -> Option<FixedOffset> {
    let summer: DateTime<Utc> = "2026-03-29T01:00:00Z".parse().unwrap();
    let hours = match name {
        "local" => -5,
        "Europe/Berlin" if at < summer => 1,
        "Europe/Berlin" => 2,
        _ => return None,
    };
    FixedOffset::east_opt(hours * 3_600)
}

/// How it ended.
pub(crate) struct Ran {
    pub(crate) code: u8,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Tokmon {
    /// In the project's folder, at the moment of the sample log.
    pub(crate) fn new<'a>(args: impl IntoIterator<Item = &'a str>) -> Self {
        Self {
            args: std::iter::once("tokmon")
                .chain(args)
                .map(OsString::from)
                .collect(),
            environment: HashMap::from([("TOKMON_NOW".to_owned(), NOW.into())]),
            folder: PathBuf::from(env!("CARGO_MANIFEST_DIR")),
            input: Vec::new(),
            terminal: Terminal::default(),
            input_is_terminal: false,
        }
    }

    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.insert(name.to_owned(), value.into());
        self
    }

    /// By this name or path of the program.
    pub(crate) fn called(mut self, program: &str) -> Self {
        self.args[0] = program.into();
        self
    }

    pub(crate) fn folder(mut self, folder: &Path) -> Self {
        self.folder = folder.to_path_buf();
        self
    }

    pub(crate) fn input(mut self, bytes: &[u8]) -> Self {
        self.input = bytes.to_vec();
        self
    }

    /// Typed on a terminal.
    pub(crate) fn typed(mut self, text: &str) -> Self {
        self.input_is_terminal = true;
        self.input(text.as_bytes())
    }

    /// On a terminal of this width in cells, in a locale that has UTF-8.
    pub(crate) fn terminal(mut self, width: usize) -> Self {
        self.terminal = Terminal {
            is_terminal: true,
            width: Some(width),
        };
        self.env("LANG", "C.UTF-8")
    }

    pub(crate) fn run(self) -> Ran {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let status = tokmon::run(
            self.args,
            &mut Context {
                environment: &|name| self.environment.get(name).cloned(),
                folder: self.folder,
                clock: &|| "2026-11-21T12:00:00Z".parse().unwrap(),
                zone: &zone,
                input: &mut self.input.as_slice(),
                out: &mut out,
                err: &mut err,
                out_terminal: self.terminal,
                err_terminal: self.terminal,
                input_is_terminal: self.input_is_terminal,
                input_is_ready: &|_| true,
                uptime: &std::time::Duration::default,
                random: &|| 0x5eed,
                signals: tokmon::Signals::default(),
            },
        );
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Ran {
            code: status.number(),
            out: text(out),
            err: text(err),
        }
    }

    /// What it prints, where it is fine and has nothing to say beside it.
    pub(crate) fn output(self) -> String {
        let Ran { code, out, err } = self.run();
        assert_eq!((code, err.as_str()), (0, ""));
        out
    }
}

/// The whole picture: exit code, output, messages.
impl std::fmt::Display for Ran {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "exit {}\n--- out\n{}--- err\n{}",
            self.code, self.out, self.err
        )
    }
}

/// The real program, ready to start in a folder, with an empty environment.
pub(crate) fn binary(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tokmon"));
    command
        .current_dir(folder)
        .env_clear()
        .env("TOKMON_NOW", NOW);
    command
}

/// How a run of the real program ended: exit code, output, messages.
pub(crate) fn outcome(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!(
        "exit {:?}\n--- out\n{}--- err\n{}",
        output.status.code(),
        text(&output.stdout),
        text(&output.stderr)
    )
}

/// The path of a file under `fixtures`.
pub(crate) fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures")
        .join(name)
}

/// A folder with these files in it, which is the root of a repository.
pub(crate) fn repository(files: &[(&str, &str)]) -> TempDir {
    filled(tempfile::tempdir().unwrap(), files)
}

/// A repository as above whose name holds a capital letter, so that the name differs from an identifier made of it.
pub(crate) fn capital_repository(files: &[(&str, &str)]) -> TempDir {
    filled(
        tempfile::Builder::new().prefix(".Tmp").tempdir().unwrap(),
        files,
    )
}

fn filled(folder: TempDir, files: &[(&str, &str)]) -> TempDir {
    fs::create_dir(folder.path().join(".git")).unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

/// A small log whose total is this.
pub(crate) fn log_of(tokens: u64) -> String {
    format!(
        "## 2026-02 Monthly Summary\n\n| Team | Tokens | Status |\n|---|---|---|\n| Team A | {tokens} | ✅ |\n\n## Daily Detail — 2026-02-24\n\n| Team | Tokens |\n|---|---|\n| Team A | {tokens} |\n"
    )
}

/// The lines that differ, `-` before and `+` after.
pub(crate) fn changes(before: &str, after: &str) -> String {
    let diff = similar::TextDiff::from_lines(before, after);
    let changed = |change: &similar::Change<&str>| change.tag() != similar::ChangeTag::Equal;
    let mut lines = String::new();
    for change in diff.iter_all_changes().filter(changed) {
        lines += &change.tag().to_string();
        lines += &change.to_string();
    }
    lines
}
