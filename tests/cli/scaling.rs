//! The time of a run grows no faster than its log. Four times the log takes four times as long, or sixteen times if some step is
//! quadratic: the limit is between the two.

use std::{
    fmt::Write as _,
    fs,
    time::{Duration, Instant},
};

use tempfile::tempdir;

use crate::harness::Tokmon;

/// Months of 20 teams each, from 1950 on.
fn months(count: usize) -> String {
    let mut log = String::new();
    for month in 0..count {
        let (year, month) = (1950 + month / 12, month % 12 + 1);
        let heading = format!("## {year}-{month:02} Monthly Summary");
        write!(log, "{heading}\n\n| Team | Tokens |\n|---|---|\n").unwrap();
        for team in 0..20 {
            writeln!(log, "| Team {team} | {} |", 1_000 + team).unwrap();
        }
        log.push('\n');
    }
    log
}

/// A summary, and usage lines of teams that are in no table.
fn names(count: usize) -> String {
    let mut log =
        "## 2026-02 Monthly Summary\n\n| Team | Tokens |\n|---|---|\n| Dev | 10 |\n\n".to_owned();
    for team in 0..count {
        writeln!(
            log,
            "[USE] 2026-02-25T10:00:00Z team=\"Team {team} of many\" tokens=1"
        )
        .unwrap();
    }
    log
}

/// A summary, and as many holds of different teams.
fn holds(count: usize) -> String {
    let mut log =
        "## 2026-02 Monthly Summary\n\n| Team | Tokens |\n|---|---|\n| Dev | 10 |\n\n".to_owned();
    for team in 0..count {
        writeln!(log, "[HOLD] 2026-02-25T10:00:00Z team=\"Team {team} of many\" tokens=1 until=2026-02-26T10:00:00Z id=h{team}").unwrap();
    }
    log
}

/// The shortest of a few runs on a log, with other files beside it.
fn fastest(files: &[(&str, String)], args: &[&str]) -> Duration {
    let run = |_| {
        let folder = tempdir().unwrap();
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        let run = Tokmon::new(args.iter().copied()).folder(folder.path());
        let start = Instant::now();
        let ran = run.run();
        let took = start.elapsed();
        assert!(ran.code <= 1, "{ran}");
        took
    };
    (0..2).map(run).min().unwrap()
}

#[track_caller]
fn assert_linear(log: fn(usize) -> String, size: usize, args: &[&str]) {
    assert_linear_files(|size| vec![("cost-log.md", log(size))], size, args);
}

#[track_caller]
fn assert_linear_files(
    files: impl Fn(usize) -> Vec<(&'static str, String)>,
    size: usize,
    args: &[&str],
) {
    // Other work on the machine may slow down a measurement; a quadratic step slows down all of them.
    let measure = |_| [size, size * 4].map(|size| fastest(&files(size), args));
    let measured: Vec<[Duration; 2]> = (0..4).map(measure).collect();
    let is_linear = measured.iter().any(|[one, four]| *four < *one * 8);
    assert!(is_linear, "{measured:?}");
}

#[test]
fn checking_takes_no_longer_for_a_month_among_many() {
    assert_linear(months, 200, &["check"]);
}

#[test]
fn a_report_takes_no_longer_for_a_team_among_many() {
    assert_linear(names, 1_000, &["--json"]);
    assert_linear(holds, 1_000, &["--json"]);
}

// Elsewhere no log can be locked, so that it is not settled after a record.
#[cfg(target_os = "linux")]
#[test]
fn recording_takes_no_longer_for_a_team_among_many() {
    let args = ["record", "--team", "Dev", "--tokens", "5"];
    assert_linear(names, 250, &args);
    assert_linear(holds, 250, &args);
}

/// A batch of usage of as many teams, each with a hold, a limit and an alias.
fn batch(count: usize) -> Vec<(&'static str, String)> {
    let (mut settings, mut batch) = (String::new(), String::new());
    for team in 0..count {
        let name = format!("Team {team} of many");
        writeln!(
            settings,
            "[teams.\"{name}\"]\ntokens = 9\naliases = [\"T{team}\"]"
        )
        .unwrap();
        writeln!(
            batch,
            "{{\"team\":\"T{team}\",\"tokens\":1,\"id\":\"b{team}\"}}"
        )
        .unwrap();
    }
    vec![
        ("cost-log.md", holds(count)),
        ("tokmon.toml", settings),
        ("batch.jsonl", batch),
    ]
}

#[cfg(target_os = "linux")]
#[test]
fn recording_takes_no_longer_for_each_team_of_a_large_batch() {
    let args = [
        "record",
        "--batch",
        "batch.jsonl",
        "--now",
        "2026-02-25T12:00:00Z",
    ];
    assert_linear_files(batch, 100, &args);
}

/// A summary, and lines of what hardly is a secret.
fn near_secrets(count: usize) -> String {
    let mut log = months(1);
    for part in [
        "sk-/",
        "sk-ant-",
        "eyJ.",
        "ghp_",
        "AKIA",
        "-----BEGIN PRIVATE KEY-----",
    ] {
        log += &part.repeat(count);
        log.push('\n');
    }
    log
}

fn secrets(count: usize) -> String {
    let line = "| Team 1 | AKIAEXAMPLEEXAMPLE77 |\n";
    months(1) + &line.repeat(count)
}

fn secrets_in_a_line(count: usize) -> String {
    months(1) + &"sk-a1b2c3d4e5f6a7b8 ".repeat(count)
}

fn private_keys_in_a_line(count: usize) -> String {
    months(1) + &"-----BEGIN PRIVATE KEY----- x -----END ".repeat(count)
}

/// A usage line whose keys are all misspelled ones.
fn near_keys_in_a_line(count: usize) -> String {
    let line = "[USE] 2026-02-25T10:00:00Z team=\"Team 1\" tokens=1 ";
    months(1) + line + &"modle=1 ".repeat(count) + "\n"
}

#[test]
fn secrets_are_found_in_linear_time() {
    assert_linear(near_secrets, 2_000, &["check"]);
    assert_linear(secrets, 50, &["check"]);
    assert_linear(secrets_in_a_line, 1_000, &["check", "--json"]);
    assert_linear(private_keys_in_a_line, 2_000, &["check", "--json"]);
}

#[test]
fn misspelled_keys_are_found_in_linear_time() {
    assert_linear(near_keys_in_a_line, 2_000, &["check", "--json"]);
}
