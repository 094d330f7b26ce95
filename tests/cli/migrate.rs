//! `tokmon migrate`: a log of the older format, whole, before and after.

use std::fmt::Write as _;
use std::{fs, path::Path};

use insta::assert_snapshot;

use crate::harness::{Tokmon, binary, fixture, outcome, repository};

fn v1() -> String {
    fs::read_to_string(fixture("logs/v1.md")).unwrap()
}

fn migrate(folder: &Path, args: &[&str]) -> String {
    let mut command = binary(folder);
    command.arg("migrate").args(args);
    outcome(&command.output().unwrap())
}

fn read(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).unwrap_or_else(|_| format!("(no {name})\n"))
}

/// What was used, by team, as the report has it.
fn used(folder: &Path, month: &str) -> Vec<String> {
    let ran = Tokmon::new(["--teams", "--month", month, "--format", "csv"]).folder(folder);
    let out = ran.run().out;
    let used = out.lines().map(|line| {
        let fields: Vec<&str> = line.split(',').take(2).collect();
        fields.join(",")
    });
    used.collect()
}

#[test]
fn a_log_of_the_older_format_becomes_one_of_v2() {
    let folder = repository(&[("cost-log.md", &v1())]);
    let at = folder.path();
    let months = ["2026-01", "2026-02"];
    let before = months.map(|month| used(at, month));
    let preview = migrate(at, &["--dry-run"]);
    assert_eq!(read(at, "cost-log.md"), v1());
    let mut picture = migrate(at, &[]);
    picture += &migrate(at, &[]);
    picture += &read(at, "cost-log.md");
    assert_snapshot!(picture);
    assert_eq!(read(at, "archive/cost-log-v1.md"), v1());
    assert!(preview.contains(&read(at, "cost-log.md")));
    assert_eq!(months.map(|month| used(at, month)), before);
}

#[test]
fn another_original_keeps_its_name() {
    let folder = repository(&[
        ("cost-log.md", &v1()),
        ("archive/cost-log-v1.md", "another log\n"),
    ]);
    let at = folder.path();
    assert_snapshot!(migrate(at, &["--json"]));
    assert_eq!(read(at, "archive/cost-log-v1.md"), "another log\n");
    assert_eq!(read(at, "archive/cost-log-v1-2.md"), v1());
}

#[test]
fn archiving_goes_on_from_there() {
    let folder = repository(&[("cost-log.md", &v1())]);
    let at = folder.path();
    let mut picture = migrate(at, &[]);
    let mut archive = binary(at);
    archive.args(["archive", "--before", "2026-02-01"]);
    picture += &outcome(&archive.output().unwrap());
    picture += &read(at, "cost-log.md");
    assert_snapshot!(picture);
}

#[test]
fn bad_input_is_refused_and_nothing_changes() {
    let mut picture = String::new();
    for (what, text) in [
        ("no usage", "# Diary\n\nNothing to count.\n".to_owned()),
        ("a row that cannot be read", v1().replace("~10,000", "ten")),
        (
            "v2.0",
            fs::read_to_string(fixture("logs/sample.md")).unwrap(),
        ),
    ] {
        let folder = repository(&[("cost-log.md", &text)]);
        write!(picture, "=== {what}\n{}", migrate(folder.path(), &[])).unwrap();
        assert_eq!(read(folder.path(), "cost-log.md"), text);
        assert!(!folder.path().join("archive").exists());
    }
    let folder = repository(&[("cost-log.md", &v1())]);
    fs::create_dir_all(folder.path().join("archive/cost-log-v1.md")).unwrap();
    write!(picture, "=== a folder\n{}", migrate(folder.path(), &[])).unwrap();
    write!(
        picture,
        "=== standard input\n{}",
        migrate(folder.path(), &["-f", "-"])
    )
    .unwrap();
    assert_snapshot!(picture);
}
