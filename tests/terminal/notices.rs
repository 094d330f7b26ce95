//! `--on-alert`: a program is run from the dashboard, which never waits for it.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    process::{Command, Stdio},
};

use tempfile::TempDir;

use crate::{
    scene::{Scene, append, sample, usage},
    tty::{PATIENCE, Tty, wait_until},
};

/// The sample, in which a team has reached a threshold, watched with a program that is a script.
fn start(script: &str) -> Tty {
    let now = "2026-02-25T17:00:00Z";
    let scene = Scene::with(&["--watch", "--now", now, "--on-alert", "sh", "-c", script]);
    fs::write(scene.log(), sample()).unwrap();
    scene.start()
}

fn is_there(tty: &Tty, name: &str) {
    wait_until(name, PATIENCE, || tty.path(name).exists());
}

fn notices(tty: &Tty) -> usize {
    fs::read_to_string(tty.log())
        .unwrap()
        .matches("[NOTIFY]")
        .count()
}

/// The sample has a line of another program with that tag.
const OTHERS: usize = 1;

#[test]
fn a_program_is_run_and_the_dashboard_goes_on() {
    let mut tty = start(
        "touch begun; while [ ! -e go ]; do sleep 0.05; done; echo \"$TOKMON_ALERT_SCOPE $TOKMON_ALERT_THRESHOLD\" >> sent",
    );
    is_there(&tty, "begun");
    tty.press("2");
    tty.shows_soon("[2 Teams]");
    append(&tty.log(), &usage(1_000));
    tty.press("1");
    tty.shows_soon("127,670");
    assert_eq!(notices(&tty), OTHERS);
    fs::write(tty.path("go"), "").unwrap();
    tty.shows("sent: Team G");
    assert_eq!(notices(&tty), OTHERS + 1);
    // What is reached later is notified, too, and nothing twice.
    append(&tty.log(), &usage(80_000));
    wait_until("all sent", PATIENCE, || notices(&tty) == OTHERS + 3);
    let sent = fs::read_to_string(tty.path("sent")).unwrap();
    assert_eq!(sent, "team 80\ntotal 100\nteam 100\n");
    tty.quit();
}

#[test]
fn a_program_that_fails_is_reported_and_what_is_due_stays_due() {
    let mut tty = start("echo 'no network' >&2; exit 7");
    tty.shows("not sent: sh exited with 7: no network");
    assert_eq!(notices(&tty), OTHERS);
    tty.quit();
}

#[test]
fn a_delivery_that_has_begun_is_completed_when_the_dashboard_is_closed() {
    let mut tty = start("touch begun; while [ ! -e go ]; do sleep 0.05; done; touch sent");
    is_there(&tty, "begun");
    tty.quit();
    fs::write(tty.path("go"), "").unwrap();
    is_there(&tty, "sent");
    wait_until("written down", PATIENCE, || notices(&tty) == OTHERS + 1);
}

fn follow(folder: &TempDir, options: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tokmon"));
    command
        .args(["--now", "2026-02-25T17:00:00Z"])
        .args(options)
        .current_dir(folder.path())
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("HOME", folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

#[test]
fn without_a_screen_what_was_sent_is_a_line_beside_the_output() {
    let folder = TempDir::new().unwrap();
    let log = folder.path().join("cost-log.md");
    fs::write(&log, sample()).unwrap();
    let mut child = follow(&folder, &["--follow", "--on-alert", "true"])
        .spawn()
        .unwrap();
    let sent = || {
        fs::read_to_string(&log)
            .unwrap()
            .matches("[NOTIFY]")
            .count()
            == OTHERS + 1
    };
    wait_until("sent", PATIENCE, sent);
    let mut said = String::new();
    let mut messages = BufReader::new(child.stderr.take().unwrap());
    messages.read_line(&mut said).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(
        said,
        "tokmon: sent: Team G 8,240 / 10,000 (82.4%), running\n"
    );
}

#[test]
fn a_level_that_is_raised_meanwhile_holds() {
    let folder = TempDir::new().unwrap();
    let log = folder.path().join("cost-log.md");
    let settings = folder.path().join("tokmon.toml");
    fs::write(&log, sample()).unwrap();
    fs::write(&settings, "[alert]\nlevel = \"exceeded\"\n").unwrap();
    let save = "echo $TOKMON_ALERT_LEVEL >> sent";
    let mut child = follow(&folder, &["--follow", "--on-alert", "sh", "-c", save])
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let first = lines.next().unwrap().unwrap();
    assert!(first.contains("63.3%"), "{first}");
    // Nothing is due, until the level is a lower one.
    assert!(!folder.path().join("sent").exists());
    fs::write(&settings, "[alert]\nlevel = \"warning\"\n").unwrap();
    wait_until("sent", PATIENCE, || folder.path().join("sent").exists());
    child.kill().unwrap();
    child.wait().unwrap();
    let sent = fs::read_to_string(folder.path().join("sent")).unwrap();
    assert_eq!(sent, "warning\n");
}

#[test]
fn a_program_that_is_missing_or_not_trusted_ends_it_at_once() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("cost-log.md"), sample()).unwrap();
    let code = || {
        let output = follow(&folder, &["--follow", "--on-alert"])
            .output()
            .unwrap();
        output.status.code()
    };
    assert_eq!(code(), Some(64));
    let settings = "[alert]\nprogram = [\"true\"]\n";
    fs::write(folder.path().join("tokmon.toml"), settings).unwrap();
    assert_eq!(code(), Some(77));
}
