//! Generated logs, read by a second reader written from the description of the format alone, which must agree with the program
//! before and after it records, settles, fixes, archives and merges. `TOKMON_LOGS` sets how many, `TOKMON_SEED` which.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test that cannot set up a log has failed; it writes files, and prints the log that it failed for"
)]

#[path = "../hammer/random.rs"]
#[expect(dead_code, reason = "nothing here waits")]
mod random;

mod generator;
mod reader;

use std::{collections::BTreeMap, fs, path::Path, process::Command};

use random::Random;
use reader::Month;
use serde_json::Value;

/// After everything in the logs.
const NOW: &str = "2026-02-20T23:59:00Z";

fn tokmon(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_tokmon"))
        .args(arguments)
        .args(["--now", NOW, "--timezone", "UTC"])
        .current_dir(folder)
        .env_clear()
        .output()
        .unwrap();
    let text = match arguments {
        ["--json", ..] => output.stdout,
        _ => [output.stdout, output.stderr].concat(),
    };
    (
        output.status.code().unwrap(),
        String::from_utf8(text).unwrap(),
    )
}

/// What the program reports of a month.
fn reported(folder: &Path, month: &str) -> Month {
    let (code, text) = tokmon(folder, &["--json", "--daily", "--month", month]);
    assert_eq!(code, 0, "{text}");
    let report: Value = serde_json::from_str(&text).unwrap();
    let list = |key: &str, name: &str, tokens: &str| -> BTreeMap<String, u64> {
        let entries = report
            .get(key)
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        let entries = entries.map(|entry| {
            let name = entry[name].as_str().unwrap().to_lowercase();
            let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
            (name, entry[tokens].as_u64().unwrap_or_default())
        });
        entries.filter(|(_, tokens)| *tokens > 0).collect()
    };
    let reported = Month {
        teams: list("teams", "name", "used_tokens"),
        days: list("days", "date", "tokens"),
    };
    assert_eq!(
        Some(reported.total()),
        report["used"]["tokens"].as_u64(),
        "the total is the sum of the teams"
    );
    reported
}

/// Checks that the program and the second reader agree, and returns what both say.
fn agreed(folder: &Path, step: &str) -> BTreeMap<String, Month> {
    let read = reader::read(folder);
    for (name, month) in read.iter().filter(|(_, month)| !month.teams.is_empty()) {
        assert_eq!(reported(folder, name), *month, "{name} {step}");
    }
    read
}

fn check(folder: &Path, random: &mut Random) {
    let mut before = agreed(folder, "at first");
    if before.values().all(|month| month.teams.is_empty()) {
        // The program refuses a log without any usage.
        return;
    }
    for step in 0..=random.below(4) {
        match random.below(4) {
            0 => {
                let tokens = 1 + random.below(5_000);
                let team = generator::pick(random, &["Team A", "QA", "team b", "Newcomers"]);
                let id = format!("r{step}");
                let (code, text) = tokmon(
                    folder,
                    &[
                        "record",
                        "--team",
                        team,
                        "--tokens",
                        &tokens.to_string(),
                        "--id",
                        &id,
                    ],
                );
                assert_eq!(code, 0, "{text}");
                let after = agreed(folder, "after record");
                let total = |months: &BTreeMap<String, Month>| {
                    months.get("2026-02").map_or(0, Month::total)
                };
                assert_eq!(total(&after), total(&before) + tokens, "after record");
                before = after;
            }
            1 => {
                let (code, text) = tokmon(folder, &["check", "--fix"]);
                assert!(code <= 1, "{text}");
                same_teams(
                    &before,
                    &agreed(folder, "after check --fix"),
                    "after check --fix",
                );
            }
            _ => {
                let days = random.below(90).to_string();
                let mut arguments = vec!["archive", "--keep-days", &days];
                if random.below(2) == 0 {
                    arguments.push("--compact");
                }
                let (code, text) = tokmon(folder, &arguments);
                assert_eq!(code, 0, "{text}");
                let after = agreed(folder, "after archive");
                same_teams(&before, &after, "after archive");
                before = after;
            }
        }
    }
}

fn same_teams(before: &BTreeMap<String, Month>, after: &BTreeMap<String, Month>, step: &str) {
    for (name, month) in before.iter().filter(|(_, month)| !month.teams.is_empty()) {
        assert_eq!(
            Some(&month.teams),
            after.get(name).map(|month| &month.teams),
            "{name} {step}"
        );
    }
}

#[test]
fn a_second_reader_agrees_with_the_program() {
    let logs = std::env::var("TOKMON_LOGS")
        .map_or(60, |logs| logs.parse().expect("TOKMON_LOGS is a number"));
    let seed = random::seed();
    for number in 0..logs {
        let mut random = Random::new(seed + number);
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join(".git")).unwrap();
        let log = generator::log(&mut random);
        fs::write(folder.path().join("cost-log.md"), &log).unwrap();
        let checked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            check(folder.path(), &mut random);
        }));
        if let Err(cause) = checked {
            println!(
                "TOKMON_SEED={} TOKMON_LOGS=1\n--- the log at first\n{log}\n--- the log at last",
                seed + number
            );
            println!(
                "{}",
                fs::read_to_string(folder.path().join("cost-log.md")).unwrap()
            );
            std::panic::resume_unwind(cause);
        }
    }
}
