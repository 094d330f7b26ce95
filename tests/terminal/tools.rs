//! The tools that people really use: editors and git save the log, and tmux holds the terminal.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use tempfile::TempDir;

use crate::{
    installed::has,
    scene::{Scene, sample, sample_and, total},
    tty::{PATIENCE, wait_until},
};

/// A command that finds nothing of the user who runs the tests.
fn tool(name: &str, folder: &Path) -> Command {
    let mut command = Command::new(name);
    command
        .current_dir(folder)
        .env("HOME", folder)
        .env("LC_ALL", "C.UTF-8")
        .env_remove("GIT_DIR")
        .env_remove("TMUX");
    command
}

fn run(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {output:?}");
    output
}

/// Lets a tool raise the figure of the third task from 18,900, and waits for what the log adds up to then.
fn raises(name: &str, arguments: &[&[&str]]) {
    if !has(name) {
        return;
    }
    let scene = Scene::new();
    fs::write(scene.log(), sample_and(900)).unwrap();
    let mut tty = scene.run();
    tty.shows(&total(900));
    for (arguments, tokens) in arguments.iter().zip([901, 902, 903]) {
        run(tool(name, tty.folder.path()).args(*arguments));
        tty.shows_soon(&total(tokens));
    }
    tty.still_follows(5);
    assert!(!tty.has_shown("stale"));
    tty.quit();
}

#[test]
fn vim_saves() {
    let save =
        |change: &'static str| ["-es", "-u", "NONE", "-c", change, "-c", "wq", "cost-log.md"];
    let first = save("%s/tokens=900/tokens=901/");
    let by_copy = [
        &["-es", "-u", "NONE", "-c", "set backupcopy=yes"],
        &["-c", "%s/tokens=901/tokens=902/", "-c", "wq", "cost-log.md"][..],
    ]
    .concat();
    let by_rename = [
        &["-es", "-u", "NONE", "-c", "set backup backupcopy=no"],
        &["-c", "%s/tokens=902/tokens=903/", "-c", "wq", "cost-log.md"][..],
    ]
    .concat();
    raises("vim", &[&first, &by_copy, &by_rename]);
}

#[test]
fn sed_saves_in_place() {
    let [first, second] = ["s/tokens=900/tokens=901/", "s/tokens=901/tokens=902/"];
    raises(
        "sed",
        &[
            &["-i.old", first, "cost-log.md"],
            &["-i.old", second, "cost-log.md"],
        ],
    );
}

#[test]
fn git_goes_from_one_version_to_another() {
    if !has("git") {
        return;
    }
    let mut tty = Scene::new().start();
    let git = |words: &[&str]| {
        let name = ["-c", "user.name=t", "-c", "user.email=t@example.org"];
        run(tool("git", tty.folder.path()).args(name).args(words));
    };
    git(&["init", "-q", "-b", "one"]);
    git(&["add", "cost-log.md"]);
    git(&["commit", "-q", "-m", "one"]);
    git(&["checkout", "-q", "-b", "two"]);
    fs::write(tty.log(), sample_and(2)).unwrap();
    git(&["commit", "-q", "-a", "-m", "two"]);
    tty.shows_soon(&total(2));
    for (branch, tokens) in [("one", 0), ("two", 2), ("one", 0)] {
        git(&["checkout", "-q", branch]);
        tty.shows_soon(&total(tokens));
    }
    git(&["merge", "-q", "two"]);
    tty.shows_soon(&total(2));
    git(&["reset", "-q", "--hard", "HEAD~1"]);
    tty.shows_soon(&total(0));
    assert!(!tty.has_shown("stale"));
    tty.quit();
}

/// A shell in tmux.
struct Tmux {
    folder: TempDir,
    socket: PathBuf,
}

impl Tmux {
    fn start() -> Self {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("cost-log.md"), sample()).unwrap();
        let socket = folder.path().join("tmux");
        let tmux = Self { folder, socket };
        let size = ["-d", "-x", "80", "-y", "24"];
        tmux.run(
            &[
                &["-f", "/dev/null", "new-session"],
                &size[..],
                &["bash --norc"],
            ]
            .concat(),
        );
        tmux.run(&["set", "-g", "status", "off"]);
        tmux.run(&["resize-window", "-x", "80", "-y", "24"]);
        tmux.types("PS1='ready> '");
        tmux.shows("ready>");
        tmux
    }

    fn run(&self, words: &[&str]) -> String {
        let mut command = tool("tmux", self.folder.path());
        let output = run(command.arg("-S").arg(&self.socket).args(words));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Types a line.
    fn types(&self, line: &str) {
        self.run(&["send-keys", "-l", line]);
        self.run(&["send-keys", "Enter"]);
    }

    fn screen(&self) -> String {
        self.run(&["capture-pane", "-p"])
    }

    fn shows(&self, text: &str) {
        wait_until(text, PATIENCE, || self.screen().contains(text));
    }

    fn is_clean(&self) {
        let format = "#{alternate_on} #{cursor_flag} #{mouse_any_flag}";
        wait_until("clean", PATIENCE, || {
            self.run(&["display", "-p", format]).trim() == "0 1 0"
        });
        self.run(&["clear-history"]);
        self.types("clear; stty -a | grep -ow -e '-\\?icanon' -e '-\\?echo' | tr '\\n' ' '");
        self.shows("icanon echo");
        assert!(!self.screen().contains("-icanon"));
    }
}

impl Drop for Tmux {
    fn drop(&mut self) {
        let mut command = tool("tmux", self.folder.path());
        let _ = command
            .arg("-S")
            .arg(&self.socket)
            .arg("kill-server")
            .output();
    }
}

#[test]
fn a_shell_with_job_control_in_tmux_gets_its_terminal_back_each_time() {
    if !has("tmux") || !has("bash") {
        return;
    }
    let tmux = Tmux::start();
    let program = env!("CARGO_BIN_EXE_tokmon");
    tmux.types(&format!("{program} --watch --now 2026-02-25T17:00:00Z"));
    tmux.shows(&total(0));
    tmux.run(&["send-keys", "C-z"]);
    tmux.shows("Stopped");
    tmux.is_clean();
    fs::write(tmux.folder.path().join("cost-log.md"), sample_and(3)).unwrap();
    tmux.types("fg; echo code=$?");
    tmux.shows(&total(3));
    tmux.run(&["resize-window", "-x", "40", "-y", "10"]);
    tmux.shows("126,673/200,000");
    tmux.run(&["resize-window", "-x", "80", "-y", "24"]);
    tmux.shows("126,673 / 200,000");
    tmux.run(&["send-keys", "q"]);
    tmux.shows("code=0");
    tmux.is_clean();
}
