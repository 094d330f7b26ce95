//! `tokmon archive`: which files it changes, how, and what it says.

use std::fmt::Write as _;
use std::{fs, path::Path, process::Command};

use insta::assert_snapshot;

use crate::harness::{Tokmon, binary, fixture, outcome, repository};

/// The moment of most runs: a month after the fixtures.
const LATER: &str = "2026-03-30T06:00:00Z";

fn log(name: &str) -> String {
    fs::read_to_string(fixture(&format!("logs/{name}"))).unwrap()
}

fn archive(folder: &Path, args: &[&str]) -> String {
    outcome(&command(folder, args).output().unwrap())
}

fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = binary(folder);
    command.arg("archive").args(args).env("TOKMON_NOW", LATER);
    command
}

fn read(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).unwrap_or_else(|_| format!("(no {name})\n"))
}

/// All views of a log, at the moment of its last day.
fn views(folder: &Path) -> String {
    let views = ["--full", "--month", "2026-02"];
    let ran = Tokmon::new(views).folder(folder).run();
    ran.out
}

#[test]
fn old_rows_and_lines_move_and_every_view_stays_the_same() {
    let folder = repository(&[("cost-log.md", &log("sample.md"))]);
    let at = folder.path();
    let before = views(at);
    let mut picture = archive(at, &["--dry-run"]);
    assert_eq!(read(at, "cost-log.md"), log("sample.md"));
    picture += &archive(at, &[]);
    picture += &archive(at, &[]);
    picture += &read(at, "archive/cost-log-2026-02.md");
    assert_snapshot!(picture);
    assert_eq!(views(at), before);
}

#[test]
fn a_rotten_log_becomes_short() {
    let folder = repository(&[("cost-log.md", &log("rotten.md"))]);
    let at = folder.path();
    let picture = archive(at, &[]);
    assert_snapshot!(picture);
    let lines = |text: &str| -> Vec<String> { text.lines().map(str::to_owned).collect() };
    let (before, after) = (lines(&log("rotten.md")), lines(&read(at, "cost-log.md")));
    let archived = lines(&read(at, "archive/cost-log-2026-02.md"));
    let says = |line: &&String| !line.trim().is_empty() && *line != "---";
    assert!(after.iter().filter(says).count() < 100);
    let mut archived = archived.iter();
    let hooks = before.iter().filter(|line| line.starts_with('['));
    assert!(
        hooks
            .into_iter()
            .all(|line| archived.any(|other| other == line))
    );
}

#[test]
fn json_says_the_same() {
    let folder = repository(&[("cost-log.md", &log("rotten.md"))]);
    let ran = archive(folder.path(), &["--json"]);
    assert_snapshot!(ran);
}

#[test]
fn a_second_run_adds_to_the_archive() {
    let folder = repository(&[("cost-log.md", &log("history.md"))]);
    let at = folder.path();
    let mut picture = archive(at, &["--before", "2026-02-10"]);
    picture += &archive(at, &["--before", "2026-02-15"]);
    picture += &read(at, "archive/cost-log-2026-02.md");
    let log = read(at, "cost-log.md");
    picture += log
        .get(log.find("## Previous").unwrap_or(0)..)
        .unwrap_or_default();
    assert_snapshot!(picture);
}

#[test]
fn hooks_only_leaves_the_details() {
    let folder = repository(&[("cost-log.md", &log("sample.md"))]);
    let mut picture = archive(folder.path(), &["--hooks-only"]);
    picture += &read(folder.path(), "archive/cost-log-2026-02.md");
    assert_snapshot!(picture);
}

#[test]
fn what_cannot_be_read_stays_and_is_said() {
    let text = log("months.md").replace("20,000", "lots");
    let folder = repository(&[("cost-log.md", &text)]);
    assert_snapshot!(archive(folder.path(), &[]));
}

#[test]
fn old_archives_are_deleted_only_when_asked() {
    let old = "# Cost Log Archive — 2025-01\n\n## Daily Detail — 2025-01-03\n\n| Team | Tokens |\n|---|---|\n| Team A | 500 |\n";
    let folder = repository(&[
        ("cost-log.md", &log("sample.md")),
        ("archive/cost-log-2025-01.md", old),
    ]);
    let at = folder.path();
    let mut picture = archive(at, &["--prune-archives", "15"]);
    picture += &archive(at, &["--prune-archives", "12", "--dry-run"]);
    picture += &archive(at, &["--prune-archives", "12"]);
    picture += &read(at, "archive/cost-log-2025-01.md");
    picture += &read(at, "cost-log.md");
    assert_snapshot!(picture);
}

#[test]
fn bad_input_is_refused_and_nothing_changes() {
    let sample = log("sample.md");
    let mut picture = String::new();
    let mut refused = |what: &str, set_up: &dyn Fn(&Path), args: &[&str]| {
        let folder = repository(&[("docs/cost-log.md", &sample)]);
        let at = folder.path();
        set_up(at);
        let before = fs::read(at.join("docs/cost-log.md")).unwrap();
        let told = archive(at, args).replace(&at.display().to_string(), "FOLDER");
        write!(picture, "=== {what}\n{told}").unwrap();
        assert_eq!(
            fs::read(at.join("docs/cost-log.md")).unwrap(),
            before,
            "{what}"
        );
    };
    refused(
        "not UTF-8",
        &|at| fs::write(at.join("docs/cost-log.md"), b"# Cost Log\n\n| a \xff |\n").unwrap(),
        &[],
    );
    refused("standard input", &|_| {}, &["-f", "-"]);
    refused("a form it has not", &|_| {}, &["--format", "csv"]);
    refused(
        "a folder as archive",
        &|at| fs::create_dir_all(at.join("docs/archive/cost-log-2026-02.md")).unwrap(),
        &[],
    );
    refused(
        "an archive that is not UTF-8",
        &|at| {
            fs::create_dir(at.join("docs/archive")).unwrap();
            fs::write(at.join("docs/archive/cost-log-2026-02.md"), b"\xff\xfe").unwrap();
        },
        &[],
    );
    refused(
        "an archive without end",
        &|at| {
            fs::create_dir(at.join("docs/archive")).unwrap();
            fs::write(at.join("docs/archive/cost-log-2026-02.md"), "```\ncode\n").unwrap();
        },
        &[],
    );
    #[cfg(unix)]
    refused(
        "a log that is read-only",
        &|at| {
            let log = at.join("docs/cost-log.md");
            let mut permissions = fs::metadata(&log).unwrap().permissions();
            permissions.set_readonly(true);
            fs::set_permissions(&log, permissions).unwrap();
        },
        &[],
    );
    #[cfg(unix)]
    refused(
        "a folder of archives that leads out",
        &|at| std::os::unix::fs::symlink("/tmp", at.join("docs/archive")).unwrap(),
        &[],
    );
    #[cfg(unix)]
    refused(
        "a file where the folder of archives would be",
        &|at| fs::write(at.join("docs/archive"), "x").unwrap(),
        &[],
    );
    assert_snapshot!(picture);
}

#[test]
fn a_team_may_be_spelled_in_two_ways() {
    let log = "## Daily Detail — 2026-02-03\n\n| Team | Tokens |\n|---|---|\n| team b | 700 |\n\n\
        ## 2026-02 Monthly Summary\n\n| Team | Tokens |\n|---|---|\n| Team B | 700 |\n| **TOTAL** | **700** |\n";
    let folder = repository(&[("cost-log.md", log)]);
    let at = folder.path();
    let picture = archive(at, &[]);
    assert_snapshot!(picture + &read(at, "cost-log.md"));
}

#[test]
fn what_a_month_archives_moves_nothing_between_teams_of_another() {
    let february = "## 2026-02 Monthly Summary\n\n| Team | Tokens |\n|---|---|\n| B | 5 |\n\n";
    let rest = "## 2025-12 Monthly Summary\n\n| Team | Tokens |\n|---|---|\n| B | 5 |\n\n\
        ## Daily Detail — 2025-12-01\n\n| Team | Tokens |\n|---|---|\n| Team E | 10 |\n\n\
        ## Daily Detail — 2026-02-27\n\n| Team | Tokens |\n|---|---|\n| Team E DevOps | 7 |\n";
    let mut picture = String::new();
    for log in [format!("{february}{rest}"), rest.to_owned()] {
        let folder = repository(&[("cost-log.md", &log)]);
        let at = folder.path();
        let teams = || {
            let ran = Tokmon::new(["--json"]).folder(at).run();
            let report: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
            let teams = report["teams"].as_array().unwrap().iter();
            let used =
                |team: &serde_json::Value| format!("{} {}\n", team["name"], team["used_tokens"]);
            teams.map(used).collect::<String>()
        };
        let before = teams();
        let now = ["--keep-days", "30", "--now", "2026-02-28T12:00:00Z"];
        picture += &before;
        picture += &archive(at, &now);
        assert_eq!(teams(), before);
    }
    assert_snapshot!(picture);
}

/// What a log says, and what `check --fix` would change in it.
fn figures(folder: &Path, log: &str) -> String {
    let views = Tokmon::new(["--file", log, "--full", "--month", "2026-02"]).folder(folder);
    let fix = Tokmon::new(["check", "--file", log, "--fix", "--dry-run"]).folder(folder);
    views.run().out + &fix.run().out
}

#[test]
fn two_logs_in_one_folder_have_archives_of_their_own() {
    let files = [("a.md", log("sample.md")), ("b.md", log("history.md"))];
    let files = files.each_ref().map(|(name, text)| (*name, text.as_str()));
    let folder = repository(&files);
    let at = folder.path();
    let before = ["a.md", "b.md"].map(|log| figures(at, log));
    let mut picture = archive(at, &["-f", "b.md"]);
    assert_eq!(figures(at, "a.md"), before[0]);
    picture += &archive(at, &["-f", "a.md"]);
    picture += &archive(at, &["-f", "b.md", "--before", "2026-03-20", "--json"]);
    assert_eq!(["a.md", "b.md"].map(|log| figures(at, log)), before);
    for log in ["a", "b"] {
        let archive = read(at, &format!("archive/{log}-2026-02.md"));
        picture += archive.get(..60).unwrap_or_default();
    }
    assert_snapshot!(picture);
}

#[test]
fn two_logs_of_one_name_share_a_folder_of_archives() {
    let folder = repository(&[
        ("one/cost-log.md", &log("sample.md")),
        ("two/cost-log.md", &log("history.md")),
        ("tokmon.toml", "[archive]\ndir = \"../old/logs\"\n"),
    ]);
    let at = folder.path();
    let logs = ["one/cost-log.md", "two/cost-log.md"];
    let before = logs.map(|log| figures(at, log));
    let mut picture = String::new();
    for (log, day) in logs.into_iter().zip(["2026-03-20", "2026-02-10"]) {
        picture += &archive(at, &["-f", log, "--before", day]);
        assert_eq!(logs.map(|log| figures(at, log)), before);
    }
    // What was archived before is referred to once, whatever the name of its archive.
    picture += &archive(at, &["-f", "two/cost-log.md", "--before", "2026-03-20"]);
    let two = read(at, "two/cost-log.md");
    let reference = two.lines().filter(|line| line.starts_with("- Location"));
    let reference: Vec<&str> = reference.collect();
    assert_eq!(
        reference,
        ["- Location: `../old/logs/cost-log-2-2026-02.md`"]
    );
    // The second is found with the first one gone.
    for log in logs {
        let now = ["--now", "2026-12-24T00:00:00Z"];
        picture += &archive(
            at,
            &[&["-f", log, "--prune-archives", "1"], &now[..]].concat(),
        );
    }
    assert_snapshot!(picture);
}

#[test]
fn an_older_archive_belongs_to_the_log_of_its_name_and_gets_its_path() {
    let old = "# Cost Log Archive — 2026-02\n\n## Daily Detail — 2026-02-01\n\n| Team | Tokens |\n|---|---|\n| Team A | 500 |\n";
    let folder = repository(&[
        ("cost-log.md", &log("sample.md")),
        ("cost-log-2.md", &log("sample.md")),
        ("archive/cost-log-2026-02.md", old),
        ("archive/cost-log-2-2026-02.md", old),
    ]);
    let at = folder.path();
    let mut picture = archive(at, &["--hooks-only"]);
    picture += &read(at, "archive/cost-log-2026-02.md");
    assert_eq!(read(at, "archive/cost-log-2-2026-02.md"), old);
    picture += &archive(at, &["--hooks-only", "-f", "cost-log-2.md"]);
    assert_snapshot!(picture);
}

#[test]
fn a_renamed_log_adopts_its_archives() {
    let folder = repository(&[("a.md", &log("history.md")), ("c.md", &log("history.md"))]);
    let at = folder.path();
    archive(at, &["-f", "a.md", "--before", "2026-02-10"]);
    let archived = read(at, "archive/a-2026-02.md");
    fs::rename(at.join("a.md"), at.join("b.md")).unwrap();
    let check = |args: &str| {
        let args = std::iter::once("check").chain(args.split(' '));
        outcome(&binary(at).args(args).output().unwrap())
    };
    let mut picture = check("-f b.md");
    picture += &archive(at, &["-f", "b.md", "--before", "2026-02-15"]);
    picture += &check("-f b.md --fix --dry-run");
    // Another log has no claim to them.
    picture += &check("-f c.md --fix -q");
    picture += &check("-f b.md --fix");
    picture += &archive(at, &["-f", "b.md", "--before", "2026-02-15"]);
    assert_snapshot!(picture);
    let adopted = read(at, "archive/b-2026-02.md");
    let archived = archived.replace("../a.md", "../b.md");
    assert!(adopted.starts_with(&archived) && adopted.len() > archived.len());
    let mut names: Vec<_> = fs::read_dir(at.join("archive"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["b-2025-12.md", "b-2026-01.md", "b-2026-02.md"]);
}

#[cfg(unix)]
#[test]
fn more_archives_than_files_may_be_open_are_read_one_by_one() {
    let months = (0..120).map(|month| format!("{}-{:02}", 2_000 + month / 12, month % 12 + 1));
    let mut summaries = String::from("# Cost Log v2.0\n");
    let folder = repository(&[]);
    fs::create_dir(folder.path().join("archive")).unwrap();
    for month in months {
        let section = format!(
            "\n## {month} Monthly Summary\n\n| Team | Tokens |\n|---|---|\n| QA | 5 |\n| **TOTAL** | 6 |\n"
        );
        summaries += &section;
        let names = ["cost-log", "other"].map(|log| format!("archive/{log}-{month}.md"));
        fs::write(folder.path().join(&names[0]), &section).unwrap();
        let foreign = format!("# Archive\n\n> **Log:** ../gone.md\n{section}");
        fs::write(folder.path().join(&names[1]), foreign).unwrap();
    }
    fs::write(folder.path().join("cost-log.md"), summaries).unwrap();
    let program = binary(folder.path());
    let limited = format!(
        "ulimit -n 24; exec '{}' check",
        program.get_program().display()
    );
    let output = Command::new("sh")
        .args(["-c", &limited])
        .current_dir(folder.path())
        .output()
        .unwrap();
    let picture = outcome(&output);
    assert!(picture.contains("120 months"), "{picture}");
    assert!(
        picture.contains("archive/cost-log-2009-12.md:7"),
        "{picture}"
    );
}
