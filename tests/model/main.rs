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

mod branches;
mod generator;
mod reader;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use random::Random;
use reader::{Cost, Month};
use serde_json::Value;

/// What each month says, by its name.
type Months = BTreeMap<String, Month>;

/// A folder with a log, and when and where the program runs in it.
struct Scene {
    folder: PathBuf,
    now: &'static str,
    zone: &'static str,
    /// The month that it is then and there.
    month: &'static str,
}

impl Scene {
    /// After everything in the logs: on the 20th of February, or in the evening of the 28th, when it is March already in the East.
    fn new(folder: &Path, random: &mut Random) -> Self {
        let (zone, is_east) = match random.below(4) {
            0 => ("Asia/Tokyo", true),
            1 => ("America/Los_Angeles", false),
            2 => ("Asia/Kolkata", true),
            _ => ("UTC", false),
        };
        let (now, is_late) = match random.below(3) {
            0 => ("2026-02-28T20:30:00Z", true),
            _ => ("2026-02-20T23:59:00Z", false),
        };
        let month = if is_east && is_late {
            "2026-03"
        } else {
            "2026-02"
        };
        Self {
            folder: folder.to_owned(),
            now,
            zone,
            month,
        }
    }

    fn log(&self) -> PathBuf {
        self.folder.join("cost-log.md")
    }
}

fn tokmon(scene: &Scene, arguments: &[&str]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_tokmon"))
        .args(arguments)
        .args(["--now", scene.now, "--timezone", scene.zone])
        .current_dir(&scene.folder)
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
fn reported(scene: &Scene, month: &str) -> Month {
    let (code, text) = tokmon(scene, &["--json", "--daily", "--month", month]);
    assert_eq!(code, 0, "{text}");
    let report: Value = serde_json::from_str(&text).unwrap();
    let list = |key: &str, name: &str, tokens: &str| -> BTreeMap<String, u64> {
        let entries = report
            .get(key)
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        let entries = entries.map(|entry| {
            let name = reader::fold(entry[name].as_str().unwrap());
            (name, entry[tokens].as_u64().unwrap_or_default())
        });
        entries.filter(|(_, tokens)| *tokens > 0).collect()
    };
    let reported = Month {
        teams: list("teams", "name", "used_tokens"),
        days: list("days", "date", "tokens"),
        costs: report["teams"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|team| {
                let cost = team.get("cost")?;
                let is = |mark: &str| cost[mark].as_bool().unwrap();
                let cost = Cost {
                    nanos: reader::nanos(cost["amount"].as_str().unwrap()).unwrap(),
                    estimate: is("estimate"),
                    complete: is("complete"),
                };
                let name = reader::fold(team["name"].as_str().unwrap());
                Some((name, cost)).filter(|(_, cost)| cost.nanos > 0)
            })
            .collect(),
    };
    assert_eq!(
        Some(reported.total()),
        report["used"]["tokens"].as_u64(),
        "the total is the sum of the teams"
    );
    reported
}

/// Checks that the program and the second reader agree, and returns what both say.
fn agreed(scene: &Scene, step: &str) -> Months {
    let read = reader::read(&scene.folder);
    for (name, month) in read.iter().filter(|(_, month)| !month.teams.is_empty()) {
        assert_eq!(reported(scene, name), *month, "{name} {step}");
    }
    read
}

fn check(scene: &Scene, random: &mut Random) {
    let mut before = agreed(scene, "at first");
    if before.values().all(|month| month.teams.is_empty()) {
        // The program refuses a log without any usage.
        return;
    }
    for step in 0..=random.below(5) {
        before = match random.below(7) {
            0 | 1 => record(scene, random, &format!("r{step}"), &before),
            2 => {
                fix(scene);
                same_teams(&before, &agreed(scene, "after a fix"), "after a fix")
            }
            3 => {
                edit_by_hand(scene, random);
                agreed(scene, "after an edit by hand")
            }
            4 if std::env::var_os("NOMERGE").is_none() => {
                branches::merge(scene, random, &format!("b{step}"), &before)
            }
            _ => {
                archive(scene, random);
                let after = agreed(scene, "after archive");
                same_teams(&before, &after, "after archive")
            }
        };
    }
}

/// Records usage of some team today, and checks that exactly this is added.
fn record(scene: &Scene, random: &mut Random, id: &str, before: &Months) -> Months {
    // Few amounts, since equal ones are what goes wrong.
    let tokens = (1 + random.below(4)) * 100;
    let team = generator::pick(random, &["Team A", "QA", "team b", "Newcomers"]);
    let spent = tokens.to_string();
    let mut arguments = vec!["record", "--team", team, "--tokens", &spent, "--id", id];
    if random.below(3) == 0 {
        arguments.extend(["--cost", generator::pick(random, &["0.01", "0.25"])]);
    }
    let (code, text) = tokmon(scene, &arguments);
    assert_eq!(code, 0, "{text}");
    let after = agreed(scene, "after record");
    let total = |months: &Months| months.get(scene.month).map_or(0, Month::total);
    assert_eq!(total(&after), total(before) + tokens, "after record");
    after
}

fn fix(scene: &Scene) {
    let (code, text) = tokmon(scene, &["check", "--fix"]);
    assert!(code <= 1, "{text}");
}

fn archive(scene: &Scene, random: &mut Random) {
    let days = random.below(90).to_string();
    let mut arguments = vec!["archive", "--keep-days", &days];
    if random.below(2) == 0 {
        arguments.push("--compact");
    }
    let (code, text) = tokmon(scene, &arguments);
    assert_eq!(code, 0, "{text}");
}

/// Changes a figure, takes a row away, or adds one, as a person does who leaves the rest as it is.
fn edit_by_hand(scene: &Scene, random: &mut Random) {
    let log = fs::read_to_string(scene.log()).unwrap();
    let lines: Vec<&str> = log.split_inclusive('\n').collect();
    let rows: Vec<usize> = (0..lines.len())
        .filter(|at| {
            let is_row = lines[*at].starts_with('|') && lines[*at].contains("✅");
            is_row && !lines[*at].contains("<!--")
        })
        .collect();
    let Some(chosen) = rows
        .get(usize::try_from(random.below(rows.len().max(1) as u64)).unwrap())
        .copied()
    else {
        return;
    };
    let mut lines: Vec<String> = lines.into_iter().map(str::to_owned).collect();
    let mut cells: Vec<&str> = lines[chosen].split('|').collect();
    let more = random.below(30_000).to_string();
    // The status is the last cell, before it the cost, before that the tokens.
    let tokens = cells.len() - 4;
    cells[tokens] = &more;
    let changed = cells.join("|");
    match random.below(3) {
        0 => lines[chosen] = changed,
        1 => lines[chosen].clear(),
        _ if lines[chosen].contains(':') => lines[chosen].push_str(&changed),
        _ => {}
    }
    fs::write(scene.log(), lines.concat()).unwrap();
}

/// What the teams used and what it cost is the same, marks included.
fn same_teams(before: &Months, after: &Months, step: &str) -> Months {
    for (name, month) in before.iter().filter(|(_, month)| !month.teams.is_empty()) {
        assert_eq!(
            Some((&month.teams, &month.costs)),
            after.get(name).map(|month| (&month.teams, &month.costs)),
            "{name} {step}"
        );
    }
    after.clone()
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
        let scene = Scene::new(folder.path(), &mut random);
        let log = generator::log(&mut random);
        fs::write(scene.log(), &log).unwrap();
        let checked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            check(&scene, &mut random);
        }));
        if let Err(cause) = checked {
            println!(
                "TOKMON_SEED={} TOKMON_LOGS=1, {} in {}\n--- the log at first\n{log}\n--- the log at last",
                seed + number,
                scene.now,
                scene.zone
            );
            println!("{}", fs::read_to_string(scene.log()).unwrap());
            std::panic::resume_unwind(cause);
        }
    }
}
