//! `tokmon check --fix`: whole logs before and after, what is printed, and that nothing else changes.

use std::{fs, path::Path};

use insta::assert_snapshot;

use crate::harness::{Tokmon, binary, fixture, outcome, repository};

fn check(folder: &Path, args: &[&str]) -> String {
    let output = binary(folder).arg("check").args(args).output().unwrap();
    outcome(&output)
}

fn log(folder: &Path) -> String {
    fs::read_to_string(folder.join("cost-log.md")).unwrap()
}

fn fixed(name: &str) -> (tempfile::TempDir, String) {
    let before = fs::read_to_string(fixture(name)).unwrap();
    let folder = repository(&[("cost-log.md", &before)]);
    (folder, before)
}

#[test]
fn a_rotten_log_is_mended_once() {
    let (folder, before) = fixed("logs/rotten.md");
    let preview = check(folder.path(), &["--fix", "--dry-run"]);
    assert_eq!(log(folder.path()), before, "a dry run changes nothing");
    let first = check(folder.path(), &["--fix"]);
    let mended = log(folder.path());
    let second = check(folder.path(), &["--fix"]);
    assert_eq!(log(folder.path()), mended);
    assert_snapshot!(format!(
        "$ --fix -n\n{preview}\n$ --fix\n{first}\n$ --fix\n{second}"
    ));
}

#[test]
fn everything_that_is_said_to_be_mended_is_mended() {
    let fixtures = fs::read_dir(fixture("invalid")).unwrap();
    let paths = fixtures.map(|entry| entry.unwrap().path());
    let logs = paths.filter(|path| path.extension().is_some_and(|ending| ending == "md"));
    let mut names: Vec<String> = logs
        .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
        .collect();
    names.sort();
    for name in names {
        let before = fs::read(fixture("invalid").join(&name)).unwrap();
        let folder = repository(&[]);
        let path = folder.path().join("cost-log.md");
        fs::write(&path, &before).unwrap();
        let ran = check(folder.path(), &["--fix", "--json"]);
        if String::from_utf8(before.clone()).is_err() {
            assert!(ran.contains("exit Some(65)"), "{name}: {ran}");
            assert_eq!(fs::read(&path).unwrap(), before);
            continue;
        }
        // Of whose project the details are, nothing says.
        let is_torn = name.starts_with("tm021");
        assert!(
            is_torn || !ran.contains("\"fixable\": true"),
            "{name}: {ran}"
        );
        let mended = fs::read(&path).unwrap();
        check(folder.path(), &["--fix"]);
        assert_eq!(fs::read(&path).unwrap(), mended, "{name}");
    }
}

#[test]
fn usage_lines_and_lines_in_tables_are_put_in_their_place() {
    let (folder, before) = fixed("invalid/tm008-hook-line-in-table.md");
    let lines = "[USE] 2026-02-25T16:20:00Z team=\"Team A\" tokens=700 id=b3\n";
    fs::write(folder.path().join("cost-log.md"), before + lines).unwrap();
    let told = check(folder.path(), &["--fix"]);
    assert_snapshot!(format!("{told}\n=== log\n{}", log(folder.path())));
}

#[test]
fn a_log_that_somebody_has_open_is_put_off_and_the_holder_named() {
    let (folder, before) = fixed("logs/rotten.md");
    let held = fs::File::open(folder.path().join("cost-log.md")).unwrap();
    let ran = check(folder.path(), &["--fix", "--wait", "50ms"]);
    drop(held);
    assert!(ran.starts_with("exit Some(75)"), "{ran}");
    assert!(ran.contains(&std::process::id().to_string()), "{ran}");
    assert_eq!(log(folder.path()), before);
}

#[test]
fn what_only_a_person_can_fix_is_said() {
    let (folder, before) = fixed("invalid/tm006-unknown-status.md");
    let preview = check(folder.path(), &["--fix", "--dry-run"]);
    let ran = check(folder.path(), &["--fix", "--quiet"]);
    assert_eq!(log(folder.path()), before);
    assert_snapshot!(format!("$ --fix -n\n{preview}\n$ --fix -q\n{ran}"));
}

#[test]
fn a_dry_run_in_json_has_the_edits_of_each_finding() {
    let text = "## 2026-02 Monthly Summary\n\n| Team | Tokens | Status |\n|---|---|---|\n| A | 5 | odd |\n| TOTAL | 6 | |\n\n[USE] 2026-02-25T10:00:00Z team=A tokens=7 id=k1\n";
    let folder = repository(&[("cost-log.md", text)]);
    let preview = check(folder.path(), &["--fix", "--dry-run", "--json"]);
    assert_eq!(log(folder.path()), text);
    assert_snapshot!(preview);
}

/// Which side of a conflict is right is for a person to say: nothing is moved around in it. What is spent meanwhile is not lost.
#[test]
fn a_conflict_of_git_is_left_alone_and_spending_is_still_recorded() {
    let sample = fs::read_to_string(fixture("logs/sample.md")).unwrap();
    let row = sample
        .lines()
        .find(|line| line.starts_with("| Team A |"))
        .unwrap();
    let other = row.replace("12,450", "13,000");
    let sides = format!("<<<<<<< HEAD\n{row}\n=======\n{other}\n>>>>>>> other");
    let log = sample.replacen(row, &sides, 1);
    let folder = repository(&[("cost-log.md", &log)]);
    let run = |args: &str| {
        let args = args.split(' ').chain(["--now", "2026-02-25T17:00:00Z"]);
        Tokmon::new(args).folder(folder.path()).run()
    };
    let now = || fs::read_to_string(folder.path().join("cost-log.md")).unwrap();
    for command in ["check", "check --fix", "check --fix -n", "archive"] {
        let name = format!("conflict_{}", command.replace([' ', '-'], ""));
        assert_snapshot!(name, run(command));
        assert_eq!(now(), log, "{command}");
    }
    let record = "record --team QA --tokens 100 --id a1";
    assert_snapshot!("conflict_record", run(record));
    let line = "[USE] 2026-02-25T17:00:00+00:00 team=QA tokens=100 id=a1\n";
    assert_eq!(now(), format!("{log}{line}"));
    assert_eq!(run("--json").code, 0);
}
