//! Follow mode: a line for each change, for whatever reads lines.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::mpsc::{self, Receiver},
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::{
    scene::{SOON, Scene, append, sample, sample_and, save_by_renaming, usage},
    tty::{END, PATIENCE, wait_until},
};

/// The program with a pipe behind it.
struct Follower {
    folder: TempDir,
    child: Child,
    lines: Receiver<String>,
}

fn command(folder: &TempDir, options: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tokmon"));
    command
        .args(["--now", "2026-02-25T17:00:00Z", "--file", "cost-log.md"])
        .args(options)
        .current_dir(folder.path())
        .env_clear()
        .env("LC_ALL", "C.UTF-8")
        .env("HOME", folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

impl Follower {
    fn start(text: Option<&str>, options: &[&str]) -> Self {
        let folder = TempDir::new().unwrap();
        if let Some(text) = text {
            fs::write(folder.path().join("cost-log.md"), text).unwrap();
        }
        Self::follow(folder, options)
    }

    fn follow(folder: TempDir, options: &[&str]) -> Self {
        let mut child = command(&folder, options).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (send, lines) = mpsc::channel();
        thread::spawn(move || {
            for line in output.lines() {
                let _ = send.send(line.unwrap());
            }
        });
        Self {
            folder,
            child,
            lines,
        }
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("cost-log.md")
    }

    fn line(&self) -> String {
        self.lines.recv_timeout(PATIENCE).unwrap()
    }

    fn is_silent(&self) {
        let line = self.lines.recv_timeout(Duration::from_millis(400));
        assert!(line.is_err(), "{line:?}");
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn each_change_is_a_line_that_begins_with_the_time() {
    for options in [["--watch"], ["--follow"]] {
        let follower = Follower::start(Some(&sample()), &options);
        let first = follower.line();
        assert!(
            first.starts_with("2026-02-25T17:00:00+00:00 tokens 63.3% 126.7K/200K OK | "),
            "{first}"
        );
        for (tokens, told) in [(10_000, "136.7K/200K"), (20_000, "146.7K/200K")] {
            let begun = Instant::now();
            save_by_renaming(&follower.log(), &sample_and(tokens));
            let line = follower.line();
            assert!(line.contains(told), "{line}");
            assert!(!line.contains('\x1b'), "{line}");
            assert!(begun.elapsed() < SOON);
        }
        // What says the same is no change.
        append(&follower.log(), "\nNothing.\n");
        follower.is_silent();
        append(&follower.log(), &usage(60_000));
        let line = follower.line();
        assert!(line.contains("OVER"), "{line}");
    }
}

#[test]
fn a_time_zone_that_changes_holds_from_the_next_line() {
    let zone = |zone: &str| format!("timezone = \"{zone}\"\n");
    let folder = TempDir::new().unwrap();
    let settings = folder.path().join("tokmon.toml");
    fs::write(folder.path().join("cost-log.md"), sample()).unwrap();
    fs::write(&settings, zone("UTC")).unwrap();
    let follower = Follower::follow(folder, &["--follow"]);
    let first = follower.line();
    assert!(first.starts_with("2026-02-25T17:00:00+00:00 "), "{first}");
    save_by_renaming(&settings, &zone("+09:00"));
    append(&follower.log(), &usage(60_000));
    let line = follower.line();
    assert!(line.starts_with("2026-02-26T02:00:00+09:00 "), "{line}");
}

#[test]
fn a_log_that_is_not_there_yet_is_followed_when_it_comes() {
    let follower = Follower::start(None, &["--follow"]);
    let first = follower.line();
    assert!(first.starts_with("2026-02-25T17:00:00+00:00 "), "{first}");
    fs::write(follower.log(), sample()).unwrap();
    let line = follower.line();
    assert!(line.contains("126.7K/200K"), "{line}");
}

#[test]
fn when_nobody_reads_any_more_it_ends_quietly() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("cost-log.md"), sample()).unwrap();
    let mut child = command(&folder, &["--follow"]).spawn().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    output.read_line(&mut line).unwrap();
    drop(output);
    let mut status = None;
    wait_until("ended", END, || {
        status = child.try_wait().unwrap();
        status.is_some()
    });
    assert_eq!(status.unwrap().code(), Some(0));
    let mut said = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut said)
        .unwrap();
    assert_eq!(said, "");
}

#[test]
fn on_a_dumb_terminal_there_are_lines_too() {
    let mut tty = Scene::new().variable("TERM", "dumb").run();
    tty.wait("a line", |screen| {
        let text = screen.contents();
        text.contains("2026-02-25T17:00:00+00:00 tokens 63.3%")
    });
    save_by_renaming(&tty.log(), &sample_and(10_000));
    tty.shows_soon("136.7K");
    assert!(tty.bytes(|bytes| !bytes.contains(&b'\x1b')), "escapes");
    assert!(tty.bytes(<[u8]>::is_ascii), "{}", tty.contents());
    tty.press("\x03");
    wait_until("ended", END, || tty.child.try_wait().unwrap().is_some());
}
