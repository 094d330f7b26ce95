//! Rows of usage outside tables, and what looks like one: whole logs, and what every command makes of them.

use std::fs;

use insta::assert_snapshot;

use crate::harness::{Tokmon, binary, fixture, repository, told};

const NOW: &str = "2026-02-20T12:00:00Z";

/// The path and text of a log among the reports.
fn report(name: &str) -> (String, String) {
    let text = fs::read_to_string(fixture("reports").join(name)).unwrap();
    (format!("fixtures/reports/{name}"), text)
}

#[test]
fn rows_outside_a_table_count_with_it_and_are_moved_into_it() {
    let (path, before) = report("rows-outside-tables.md");
    let teams = Tokmon::new(["--file", &path, "--teams", "--now", NOW]).run();
    let folder = repository(&[("cost-log.md", &before)]);
    let check = binary(folder.path())
        .args(["check", "--fix", "--now", NOW])
        .output()
        .unwrap();
    let after = fs::read_to_string(folder.path().join("cost-log.md")).unwrap();
    let again = Tokmon::new(["--teams", "--now", NOW]).folder(folder.path());
    let tables = |out: &str| {
        out.split("\nData")
            .next()
            .unwrap()
            .replace("cost-log.md", &path)
    };
    assert_eq!(tables(&again.run().out), tables(&teams.out));
    assert_snapshot!(format!(
        "{teams}\n$ check --fix\n{}\n=== log\n{after}",
        told(&check)
    ));
}

#[test]
fn code_comments_quotes_and_other_tables_hold_no_rows_of_usage() {
    let (path, _) = report("rows-that-are-no-usage.md");
    let ran = Tokmon::new(["--file", &path, "check", "--now", NOW]).run();
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{ran}");
    assert_snapshot!(ran);
}

#[test]
fn a_row_outside_its_table_grows_where_it_is() {
    let (_, before) = report("rows-outside-tables.md");
    let folder = repository(&[("cost-log.md", &before)]);
    let args = [
        "record", "--team", "Green", "--task", "c", "--tokens", "50", "--id", "g1",
    ];
    let ran = binary(folder.path())
        .args(args)
        .args(["--now", NOW])
        .output()
        .unwrap();
    let after = fs::read_to_string(folder.path().join("cost-log.md")).unwrap();
    let changed = crate::harness::changes(&before, &after);
    assert_snapshot!(format!("{}\n=== changes\n{changed}", told(&ran)));
}
