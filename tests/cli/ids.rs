//! What an id is: one piece of spending, in the log and in its archives, for those who write and those who read.

use std::{fs, path::Path};

use insta::assert_snapshot;

use crate::harness::{binary, outcome, repository};

const LOG: &str = "# Cost Log\n> **Retention Policy:** 5 days\n\n## 2026-02 Monthly Summary\n\n| Team | Tokens |\n|---|---|\n| Red | 70 |\n\n## 2026-01 Monthly Summary\n\n| Team | Tokens |\n|---|---|\n| Red | 1,000 |\n";
const ARCHIVE: &str = "# Cost Log Archive — 2026-01\n> **Log:** ../cost-log.md\n\n## Daily Detail — 2026-01-05\n\n| Time | Team | Tokens |\n|---|---|---|\n| 10:00 | Red | 100 <!-- id=k1 --> |\n";

fn run(folder: &Path, args: &str) -> String {
    let mut command = binary(folder);
    let args = args.split(' ').chain(["--now", "2026-02-20T12:00:00Z"]);
    let ran = command.args(args).output().unwrap();
    format!("$ {}\n{}\n", args_of(&command), outcome(&ran))
}

fn args_of(command: &std::process::Command) -> String {
    let args = command.get_args().map(|arg| arg.to_string_lossy());
    args.collect::<Vec<_>>().join(" ")
}

#[test]
fn an_id_is_refused_wherever_it_is_before_and_after_an_archive() {
    let folder = repository(&[("cost-log.md", LOG)]);
    let record = "record --team Red --tokens 100 --id k1 --time";
    let [january, february] = ["2026-01-05T10:00:00Z", "2026-02-19T10:00:00Z"];
    let mut said = run(folder.path(), &format!("{record} {january}"));
    said += &run(folder.path(), &format!("{record} {february}"));
    said += &run(folder.path(), "archive");
    let archived = fs::read_to_string(folder.path().join("cost-log.md")).unwrap();
    said += &run(folder.path(), &format!("{record} {february}"));
    said += &run(folder.path(), &format!("{record} {february} --json"));
    let after = fs::read_to_string(folder.path().join("cost-log.md")).unwrap();
    assert_eq!(after, archived);
    assert_snapshot!(said);
}

#[test]
fn an_archived_row_comes_before_a_row_of_the_log_with_its_id() {
    for (day, month) in [("2026-02-19", "2026-02"), ("2026-01-06", "2026-01")] {
        let repeated = format!(
            "{LOG}\n## Daily Detail — {day}\n\n| Time | Team | Tokens |\n|---|---|---|\n| 11:00 | Red | 7,000 <!-- id=k1 --> |\n"
        );
        let files = [
            ("cost-log.md", repeated.as_str()),
            ("archive/cost-log-2026-01.md", ARCHIVE),
        ];
        let folder = repository(&files);
        let archived = run(folder.path(), "--daily --month 2026-01");
        assert!(archived.contains("2026-01-05  10:00"), "{archived}");
        let view = run(folder.path(), &format!("--month {month} --daily"));
        assert!(!view.contains("7,000"), "{view}");
        let check = run(folder.path(), "check");
        assert!(check.contains("1 warning in cost-log.md"), "{check}");
        let place = "cost-log.md:20";
        let first = "archive/cost-log-2026-01.md:8";
        let places = [check.find(place), check.find(first)];
        assert!(places[0] < places[1] && places[0].is_some(), "{check}");
    }
}

#[test]
fn an_archive_leaves_rows_whose_id_is_that_of_another_day() {
    let days = ["2026-02-19", "2026-01-05"].map(|day| {
        format!("## Daily Detail — {day}\n\n| Team | Tokens |\n|---|---|\n| Red | 10 <!-- id=k1 --> |\n\n")
    });
    let log = format!("{LOG}\n{}", days.concat());
    let folder = repository(&[("cost-log.md", &log)]);
    let view =
        || run(folder.path(), "--daily --month 2026-02") + &run(folder.path(), "--month 2026-01");
    let before = view();
    let said = run(folder.path(), "archive");
    assert!(
        said.contains("one of its ids is also that of a row"),
        "{said}"
    );
    assert_eq!(view(), before);
}
