//! The program itself in a terminal, beside the log that it shows.

use std::{
    fs,
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use portable_pty::CommandBuilder;
use tempfile::TempDir;

use crate::tty::Tty;

/// What the log of [`Scene::new`] adds up to.
pub(crate) const SAMPLE: u64 = 126_670;

/// How soon a change has to be shown: within a second, and another one for a machine that is busy with other tests. It has to be
/// less than the three seconds after which a change is found without an event.
pub(crate) const SOON: Duration = Duration::from_secs(2);

/// The log that every scene begins with.
pub(crate) fn sample() -> String {
    fs::read_to_string("fixtures/logs/sample.md").unwrap()
}

/// The sample with this number of tokens more.
pub(crate) fn sample_and(tokens: u64) -> String {
    sample() + &usage(tokens)
}

/// A line that reports this number of tokens.
pub(crate) fn usage(tokens: u64) -> String {
    format!("[USE] 2026-02-25T16:30:00Z team=\"Team G\" tokens={tokens}\n")
}

/// The sample with a cell that is no number, in line 14 at column 27.
pub(crate) fn broken() -> String {
    sample().replacen("Guidelines | 12,450 ", "Guidelines | 12,4x0 ", 1)
}

/// The total of the log with this number of tokens more, as it is shown.
pub(crate) fn total(more: u64) -> String {
    let total = SAMPLE + more;
    format!("{},{:03}", total / 1_000, total % 1_000)
}

/// Adds to the end of a file, as `echo >>` does.
pub(crate) fn append(path: &Path, text: &str) {
    use std::io::Write as _;
    let mut file = fs::OpenOptions::new().append(true).open(path).unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

/// Writes a new file and puts it in the place of another, as most editors do.
pub(crate) fn save_by_renaming(path: &Path, text: &str) {
    let new = path.with_extension("tmp");
    fs::write(&new, text).unwrap();
    fs::rename(new, path).unwrap();
}

/// A folder with a log, and how the program is to be run there.
pub(crate) struct Scene {
    folder: TempDir,
    command: CommandBuilder,
}

/// An environment without anything of the user who runs the tests.
pub(crate) fn plain(command: &mut CommandBuilder, folder: &Path) {
    command.env_clear();
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.env("HOME", folder);
    command.env("TERM", "xterm-256color");
    command.env("LC_ALL", "C.UTF-8");
    command.env("TZ", "UTC");
    command.cwd(folder);
}

impl Scene {
    /// The sample, watched at a time that stands still.
    pub(crate) fn new() -> Self {
        let scene = Self::with(&["--watch", "--now", "2026-02-25T17:00:00Z"]);
        fs::write(scene.log(), sample()).unwrap();
        scene
    }

    /// An empty folder, and options.
    pub(crate) fn with(options: &[&str]) -> Self {
        let folder = TempDir::new().unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_tokmon"));
        plain(&mut command, folder.path());
        command.args(options);
        Self { folder, command }
    }

    pub(crate) fn option(mut self, option: &str) -> Self {
        self.command.arg(option);
        self
    }

    pub(crate) fn variable(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.path("cost-log.md")
    }

    /// Runs it in a terminal.
    pub(crate) fn run(self) -> Tty {
        Tty::open(self.folder, self.command)
    }

    /// Runs it, and waits for the figures of the sample.
    pub(crate) fn start(self) -> Tty {
        let tty = self.run();
        tty.shows(&total(0));
        tty
    }

    /// The same command behind another one, in a folder that outlives both.
    pub(crate) fn behind(self, words: &[&str]) -> (TempDir, CommandBuilder) {
        let mut command = CommandBuilder::new(words[0]);
        plain(&mut command, self.folder.path());
        command.args(&words[1..]);
        command.args(self.command.get_argv());
        (self.folder, command)
    }
}

impl Tty {
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.path("cost-log.md")
    }

    /// Waits until a total is shown, as soon as it has to be.
    pub(crate) fn shows_soon(&self, text: &str) {
        self.wait_for(text, SOON, |screen| screen.contents().contains(text));
    }

    /// Waits until a change of the log by this number of tokens is shown, and no trouble.
    pub(crate) fn still_follows(&self, tokens: u64) {
        save_by_renaming(&self.log(), &sample_and(tokens));
        self.shows_soon(&total(tokens));
        let shown = self.contents();
        assert!(!shown.contains("stale"), "{shown}");
    }

    /// Leaves by the key, as it should be.
    pub(crate) fn quit(&mut self) {
        self.press("q");
        self.ends(0);
    }
}

/// Leaves time to tell one save from the next, and to draw what should not be seen.
pub(crate) fn a_moment() {
    thread::sleep(Duration::from_millis(150));
}
