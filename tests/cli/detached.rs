//! `tokmon import … --detach`, as the hook of an agent harness starts it: a process of its own, which nothing waits for.

use std::{
    fs,
    io::Write as _,
    path::Path,
    process::{Command, Output, Stdio},
    thread,
    time::{Duration, Instant},
};

use insta::assert_snapshot;

use crate::harness::{binary, log_of, outcome, repository};

/// How long a detached process is waited for.
const PATIENCE: Duration = Duration::from_secs(120);

const LOG: &str = "cost-log.md";

/// A repository with a log, and a home with the transcript of a session in that repository.
fn scene() -> tempfile::TempDir {
    let folder = repository(&[(LOG, &log_of(150_000)), ("home/.keep", "")]);
    let cwd = folder.path().canonicalize().unwrap();
    let line = serde_json::json!({
        "type": "assistant", "uuid": "u-1", "sessionId": "s-1", "requestId": "r-1",
        "timestamp": "2026-02-25T10:00:00Z", "cwd": cwd,
        "message": { "id": "m-1", "model": "claude-opus-5", "usage": { "input_tokens": 100, "output_tokens": 20 } },
    });
    let transcripts = folder.path().join("home/.claude/projects/x");
    fs::create_dir_all(&transcripts).unwrap();
    fs::write(transcripts.join("s-1.jsonl"), format!("{line}\n")).unwrap();
    folder
}

/// The import that the hook starts.
fn hook(folder: &Path, options: &[&str]) -> Command {
    let home = folder.join("home");
    let mut command = binary(folder);
    command
        .args(["import", "claude", "--detach", "--cwd", "."])
        .args(options)
        .env("HOME", &home)
        .env("XDG_STATE_HOME", home.join("state"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Runs it as harnesses do, with standard input that stays open, and fails where it does not end at once with nothing to say.
fn ends_at_once(mut command: Command) -> Output {
    let start = Instant::now();
    let mut child = command.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let _ = input.write_all(b"{\"hook_event_name\":\"SessionEnd\"}");
    let output = child.wait_with_output().unwrap();
    assert!(start.elapsed() < Duration::from_secs(5));
    drop(input);
    assert_eq!(outcome(&output), "exit Some(0)\n--- out\n--- err\n");
    output
}

/// What a file holds once it holds what is waited for.
fn waited_for(path: &Path, is_there: impl Fn(&str) -> bool) -> String {
    let start = Instant::now();
    loop {
        let text = fs::read_to_string(path).unwrap_or_default();
        if is_there(&text) {
            return text;
        }
        assert!(start.elapsed() < PATIENCE, "{}: {text}", path.display());
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn it_says_nothing_whatever_is_wrong_and_the_file_says_what() {
    let folder = scene();
    ends_at_once(hook(folder.path(), &["--no-such-option"]));
    let log = folder.path().join("home/state/tokmon/import.log");
    let text = waited_for(&log, |text| text.contains("--help'"));
    let (first, rest) = text.split_once('\n').unwrap();
    let folder_shown = folder.path().display();
    let run = format!(" tokmon import claude --cwd . --no-such-option in {folder_shown}");
    assert!(first.ends_with(&run), "{first}");
    assert_snapshot!(rest, @"
    error: unexpected argument '--no-such-option' found

      tip: to pass '--no-such-option' as a value, use '-- --no-such-option'

    Usage: tokmon import <claude|codex|gemini|jsonl|ccusage> [OPTIONS] [PATH]...

    For more information, try '--help'.
    ");
    // Not even where there is no place for that file.
    let mut homeless = hook(folder.path(), &["--no-such-option"]);
    homeless
        .env("HOME", "")
        .env("XDG_STATE_HOME", "/dev/null/no");
    ends_at_once(homeless);
}

#[test]
fn it_runs_in_the_folder_of_the_project() {
    let folder = scene();
    let below = folder.path().join("below");
    fs::create_dir(&below).unwrap();
    let mut command = hook(&below, &["--no-such-option"]);
    command
        .env("XDG_STATE_HOME", folder.path().join("state"))
        .env("CLAUDE_PROJECT_DIR", folder.path());
    ends_at_once(command);
    let log = folder.path().join("state/tokmon/import.log");
    let text = waited_for(&log, |text| text.contains('\n'));
    let in_project = format!(" in {}\n", folder.path().display());
    assert!(text.contains(&in_project), "{text}");
}

#[test]
fn it_writes_what_a_session_used() {
    let folder = scene();
    let write = || ends_at_once(hook(folder.path(), &["--team", "QA", "--also"]));
    write();
    let log = folder.path().join(LOG);
    let state = folder.path().join("home/state/tokmon/import.log");
    // A report is printed when the log is written.
    waited_for(&state, |text| {
        text.contains("appended 1 line with 120 tokens")
    });
    let text = fs::read_to_string(&log).unwrap();
    assert_eq!(text.matches(" id=cc-").count(), 1, "{text}");
    write();
    waited_for(&state, |text| text.contains("it has all of this"));
    assert_eq!(fs::read_to_string(&log).unwrap(), text);
}

#[test]
fn it_gives_up_where_the_log_stays_locked() {
    let folder = scene();
    let log = folder.path().join(LOG);
    let before = fs::read_to_string(&log).unwrap();
    let lock = fs::File::open(&log).unwrap();
    lock.lock().unwrap();
    for _ in 0..3 {
        ends_at_once(hook(
            folder.path(),
            &["--team", "QA", "--also", "--wait", "50ms"],
        ));
    }
    let state = folder.path().join("home/state/tokmon/import.log");
    waited_for(&state, |text| text.matches(" is in use by ").count() >= 3);
    assert_eq!(fs::read_to_string(&log).unwrap(), before);
}
