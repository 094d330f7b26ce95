//! Two branches of a log, merged by git with `merge=union`, which keeps both sides: what `tokmon check --fix` makes of it.

use std::{
    collections::BTreeMap,
    fs,
    io::Write as _,
    path::Path,
    process::{Command, Output},
};

use insta::assert_snapshot;
use tempfile::TempDir;

use crate::harness::{binary, changes, fixture, told};

const LOG: &str = "cost-log.md";

/// What the sample log says is used.
const BEFORE: u64 = 126_670;

fn git(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new("git");
    command.args(args).current_dir(folder);
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
        command.env_remove(name);
    }
    command
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", folder.join("no-config"))
        .env("GIT_CEILING_DIRECTORIES", folder.parent().unwrap());
    for who in ["AUTHOR", "COMMITTER"] {
        command
            .env(format!("GIT_{who}_NAME"), "tester")
            .env(format!("GIT_{who}_EMAIL"), "tester@example.com");
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "git {args:?}: {}", told(&output));
    output
}

/// Whether there is git; a test without it says that it did nothing.
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn has_git() -> bool {
    let is_there = Command::new("git").arg("--version").output().is_ok();
    if !is_there {
        eprintln!("NOTICE: there is no git, so merges are not tried");
    }
    is_there
}

type Branch<'b> = &'b dyn Fn(&Path);

/// A log of which two branches were made, and merged.
fn merged(base: &str, ours: Branch<'_>, theirs: Branch<'_>) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    git(path, &["init", "--quiet"]);
    git(path, &["checkout", "--quiet", "-b", "ours"]);
    fs::write(path.join(".gitattributes"), "cost-log.md merge=union\n").unwrap();
    fs::write(path.join(LOG), base).unwrap();
    let commit = || {
        git(path, &["add", LOG, ".gitattributes"]);
        git(path, &["commit", "--quiet", "-m", "one more"]);
    };
    commit();
    git(path, &["checkout", "--quiet", "-b", "theirs"]);
    theirs(path);
    commit();
    git(path, &["checkout", "--quiet", "ours"]);
    ours(path);
    commit();
    git(path, &["merge", "--quiet", "-m", "both", "theirs"]);
    folder
}

fn sample() -> String {
    fs::read_to_string(fixture("logs/sample.md")).unwrap()
}

fn log(folder: &Path) -> String {
    fs::read_to_string(folder.join(LOG)).unwrap()
}

fn record(folder: &Path, now: &str, team: &str, tokens: u64, id: &str) {
    let tokens = tokens.to_string();
    let output = binary(folder)
        .env("TOKMON_NOW", now)
        .args(["record", "--team", team, "--tokens", &tokens, "--id", id])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", told(&output));
}

fn append(folder: &Path, line: &str) {
    let log = fs::OpenOptions::new().append(true).open(folder.join(LOG));
    writeln!(log.unwrap(), "{line}").unwrap();
}

fn check(folder: &Path, args: &[&str]) -> String {
    let output = binary(folder)
        .env("TOKMON_NOW", "2026-03-03T12:00:00Z")
        .arg("check")
        .args(args)
        .output()
        .unwrap();
    told(&output)
}

fn used(folder: &Path, month: &str) -> u64 {
    let output = binary(folder)
        .env("TOKMON_NOW", "2026-03-03T12:00:00Z")
        .args(["--json", "--month", month])
        .output()
        .unwrap();
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    json["used"]["tokens"].as_u64().unwrap()
}

/// How often each id stands in a log.
fn ids(log: &str) -> BTreeMap<&str, usize> {
    let mut ids = BTreeMap::new();
    for rest in log.split(" id=").skip(1) {
        *ids.entry(rest.split_whitespace().next().unwrap())
            .or_insert(0) += 1;
    }
    ids
}

/// Mends a merged log: each id then stands once, and mending it again changes nothing.
fn fixed(folder: &Path, count: usize) -> String {
    check(folder, &["--fix"]);
    let once = log(folder);
    let ids = ids(&once);
    assert_eq!(ids.len(), count, "{once}");
    assert!(ids.values().all(|count| *count == 1), "{ids:?}");
    let again = check(folder, &["--fix"]);
    assert_eq!(log(folder), once, "{again}");
    for code in ["TM009", "TM013", "TM014", "TM015", "TM023", "TM024"] {
        assert!(!again.contains(code), "{again}");
    }
    once
}

/// How many records a branch makes.
fn many() -> u64 {
    if std::env::var_os("TOKMON_LONG").is_some() {
        100
    } else {
        25
    }
}

/// The minute of a record on the day of the sample log.
fn minute(hour: u64, at: u64) -> String {
    format!("2026-02-25T{}:{:02}:{:02}Z", hour, at / 60, at % 60)
}

#[test]
fn the_records_of_two_branches_stand_once_and_add_up() {
    if !has_git() {
        return;
    }
    let many = many();
    let branch = |hour, name: &'static str, most: u64, teams: &'static [&'static str]| {
        move |folder: &Path| {
            for (at, team) in (0..many).zip(teams.iter().cycle()) {
                record(
                    folder,
                    &minute(hour, at),
                    team,
                    most - at,
                    &format!("{name}{at}"),
                );
            }
        }
    };
    let ours = branch(20, "o", 1_000, &["Team A"]);
    let cases: [&[&str]; 3] = [
        &["Team A"],
        &["Team A", "Team B", "Team H", "Team Q"],
        &["Team H", "Team Q"],
    ];
    for teams in cases {
        let theirs = branch(21, "t", 3_000, teams);
        let folder = merged(&sample(), &ours, &theirs);
        let both = usize::try_from(many * 2).unwrap();
        let mended = fixed(folder.path(), both);
        assert_eq!(
            mended.matches("| TOTAL").count() + mended.matches("| **TOTAL").count(),
            1
        );
        let right = BEFORE + (0..many).map(|at| 4_000 - 2 * at).sum::<u64>();
        assert_eq!(used(folder.path(), "2026-02"), right, "{mended}");
    }
}

#[test]
fn lines_that_two_branches_append_are_settled_once() {
    if !has_git() {
        return;
    }
    let many = many() * 4;
    let branch = |hour, name: &'static str| {
        move |folder: &Path| {
            for at in 0..many {
                let time = minute(hour, at);
                let tokens = 100 + at;
                append(
                    folder,
                    &format!("[USE] {time} team=\"Team A\" tokens={tokens} id={name}{at}"),
                );
            }
        }
    };
    let folder = merged(&sample(), &branch(20, "o"), &branch(21, "t"));
    let right = BEFORE + 2 * (0..many).map(|at| 100 + at).sum::<u64>();
    assert_eq!(used(folder.path(), "2026-02"), right);
    fixed(folder.path(), usize::try_from(many * 2).unwrap());
    assert_eq!(used(folder.path(), "2026-02"), right);
}

#[test]
fn a_line_that_one_branch_settled_and_the_other_kept_counts_once() {
    if !has_git() {
        return;
    }
    let line =
        |at: u64| format!("[USE] 2026-02-25T19:5{at}:00Z team=\"Team B\" tokens=33{at} id=b{at}");
    let base = sample() + &line(1) + "\n" + &line(2) + "\n";
    let folder = merged(
        &base,
        &|folder| record(folder, &minute(21, 0), "Team B", 200, "o1"),
        &|folder| append(folder, &line(3)),
    );
    assert_snapshot!("kept_and_settled", check(folder.path(), &[]));
    fixed(folder.path(), 4);
    let right = BEFORE + 331 + 332 + 333 + 200;
    assert_eq!(used(folder.path(), "2026-02"), right);
}

#[test]
fn what_a_merge_left_is_told_and_mended() {
    if !has_git() {
        return;
    }
    let folder = merged(
        &sample(),
        &|folder| {
            record(folder, &minute(20, 1), "Team A", 606, "o1");
            record(folder, &minute(20, 2), "Team Q", 70, "o2");
        },
        &|folder| {
            record(folder, &minute(21, 1), "Team A", 306, "t1");
            record(folder, &minute(21, 2), "Team B", 5, "t2");
        },
    );
    let before = log(folder.path());
    let found = check(folder.path(), &[]);
    assert_eq!(used(folder.path(), "2026-02"), BEFORE + 987);
    let mended = fixed(folder.path(), 4);
    assert_snapshot!(format!(
        "{found}\n=== changed\n{}",
        changes(&before, &mended)
    ));
    assert_eq!(used(folder.path(), "2026-02"), BEFORE + 606 + 70 + 306 + 5);
}

#[test]
fn new_days_and_new_months_of_both_branches_are_kept() {
    if !has_git() {
        return;
    }
    let branch = |hour: u64, name: &'static str, team: &'static str| {
        move |folder: &Path| {
            for (at, day) in ["02-26", "02-27", "03-01", "03-02"].iter().enumerate() {
                let now = format!("2026-{day}T{hour:02}:00:00Z");
                let tokens = 100 * (at as u64 + 1) + hour;
                record(folder, &now, team, tokens, &format!("{name}{at}"));
                record(folder, &now, "Team A", tokens, &format!("{name}a{at}"));
            }
        }
    };
    let of_both = |from: u64| 2 * (2 * (100 * from + 100 * (from + 1)) + 2 * (9 + 11));
    let folder = merged(
        &sample(),
        &branch(11, "o", "Team Q"),
        &branch(9, "t", "Team R"),
    );
    let mended = fixed(folder.path(), 16);
    assert_eq!(
        used(folder.path(), "2026-02"),
        BEFORE + of_both(1),
        "{mended}"
    );
    assert_eq!(used(folder.path(), "2026-03"), of_both(3), "{mended}");
}

#[test]
fn what_nothing_tells_is_left_to_its_writers() {
    if !has_git() {
        return;
    }
    let row = "| Team A | Guidelines | 12,450 |";
    let hand = |tokens: &'static str, total: &'static str| {
        move |folder: &Path| {
            let text = log(folder)
                .replace(row, &format!("| Team A | Guidelines | {tokens} |"))
                .replace("**126,670**", total);
            fs::write(folder.join(LOG), text).unwrap();
        }
    };
    let ours = hand("14,450", "**128,670**");
    let folder = merged(&sample(), &ours, &hand("13,000", "**127,220**"));
    let before = log(folder.path());
    let first = check(folder.path(), &["--fix"]);
    let mended = log(folder.path());
    assert_snapshot!(format!(
        "{first}\n=== changed\n{}",
        changes(&before, &mended)
    ));
    check(folder.path(), &["--fix"]);
    assert_eq!(log(folder.path()), mended);
}
