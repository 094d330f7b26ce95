//! Rows of usage outside tables, and what looks like one: whole logs, and what every command makes of them.

use std::fmt::Write as _;
use std::fs;

use insta::assert_snapshot;

use crate::harness::{Tokmon, binary, fixture, log_of, outcome, repository};

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
        out.split("\nFindings")
            .next()
            .unwrap()
            .replace("cost-log.md", &path)
    };
    assert_eq!(tables(&again.run().out), tables(&teams.out));
    assert_snapshot!(format!(
        "{teams}\n$ check --fix\n{}\n=== log\n{after}",
        outcome(&check)
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
    assert_snapshot!(format!("{}\n=== changes\n{changed}", outcome(&ran)));
}

#[test]
fn a_number_that_is_too_large_is_called_so_with_how_large_it_may_be() {
    let (path, log) = report("numbers-too-large.md");
    let check = Tokmon::new(["--file", &path, "check", "--now", NOW]).run();
    let settings = "[budget]\ntokens = 9007199254740993\ncost = \"9007199254740993 USD\"\n[teams.\"A\"]\ntokens = 99999999999999999999\n";
    let files = [("cost-log.md", log.as_str()), ("tokmon.toml", settings)];
    let folder = repository(&files);
    let mut said = format!("$ check\n{check}\n$ (settings)\n");
    said += &Tokmon::new(["--now", NOW]).folder(folder.path()).run().err;
    fs::remove_file(folder.path().join("tokmon.toml")).unwrap();
    for args in [
        "--budget 9,007,199,254,740,993",
        "record --team A --tokens 9007199254740993",
        "record --team A --tokens 5 --cost 9007199254740993",
        "record --team A --tokens 5 --minutes 9007199254740993",
        "record --team A --tokens 5 --deliverables 99999999999999999999",
        "record --batch batch.json",
    ] {
        let batch = "{\"team\":\"A\",\"tokens\":99999999999999999999}";
        fs::write(folder.path().join("batch.json"), batch).unwrap();
        let ran = binary(folder.path())
            .args(args.split(' '))
            .output()
            .unwrap();
        let _ = write!(said, "\n$ {args}\n{}", outcome(&ran));
    }
    assert_snapshot!(said);
}

#[test]
fn a_row_without_a_figure_is_counted_and_shown_and_not_taken_for_zero() {
    let (path, _) = report("rows-without-figures.md");
    let run = |options: &str| {
        let args = ["--file", &path, "--now", NOW].into_iter();
        let ran = Tokmon::new(args.chain(options.split_whitespace())).run();
        format!("$ {options}\n{ran}\n")
    };
    let json = Tokmon::new(["--file", &path, "--now", NOW, "--json"]).output();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["log"]["rows_without_figure"], 2);
    assert_eq!(json["log"]["places_without_figure"][1]["line"], 9);
    assert_eq!(json["teams"][1]["used_tokens"], serde_json::Value::Null);
    assert_snapshot!(
        [
            "--teams",
            "--format csv",
            "--format markdown --teams",
            "check"
        ]
        .map(run)
        .concat()
    );
}

#[test]
fn names_that_look_alike_are_one_and_names_like_a_total_are_teams() {
    let (path, log) = report("names.md");
    let run = |options: &str| {
        let args = ["--file", &path, "--now", NOW].into_iter();
        Tokmon::new(args.chain(options.split_whitespace())).run()
    };
    let json: serde_json::Value = serde_json::from_str(&run("--json").out).unwrap();
    let teams = json["teams"].as_array().unwrap();
    let names: Vec<&str> = teams
        .iter()
        .map(|team| team["name"].as_str().unwrap())
        .collect();
    let csv = run("--teams --format csv").out;
    let first = |row: &str| row.split(',').next().unwrap().to_owned();
    for (name, row) in names.iter().zip(csv.lines().skip(1)) {
        let cell = first(row);
        assert_eq!(cell.strip_prefix('\'').unwrap_or(&cell), *name);
        assert!(log.contains(&format!("| {name} |")), "{name}");
    }
    let said = [run("--teams"), run("--team ÉQUIPE"), run("check")];
    let said = said.map(|ran| ran.to_string()).concat();
    assert_snapshot!(format!("{said}{csv}"));
}

#[test]
fn where_only_the_money_is_unreadable_the_tokens_count() {
    let (path, before) = report("unreadable-costs.md");
    let teams = Tokmon::new(["--file", &path, "--teams", "--now", NOW]).run();
    let json = Tokmon::new(["--file", &path, "--json", "--now", NOW]).run();
    let json: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(json["log"]["unreadable_rows"], 0);
    let costs = json["teams"].as_array().unwrap().iter();
    let costs = costs
        .map(|team| team["cost"]["complete"].as_bool())
        .collect::<Vec<_>>();
    assert_eq!(costs, [Some(true), None, Some(true), None]);
    let folder = repository(&[("cost-log.md", &before)]);
    let run = |args: &str| {
        let mut command = binary(folder.path());
        outcome(
            &command
                .args(args.split(' '))
                .args(["--now", NOW])
                .output()
                .unwrap(),
        )
    };
    let check = run("check --fix");
    assert_eq!(
        fs::read_to_string(folder.path().join("cost-log.md")).unwrap(),
        before
    );
    let record = run("record --team Blue --task b --tokens 500 --cost 0.005 --id b1");
    let after = fs::read_to_string(folder.path().join("cost-log.md")).unwrap();
    let changed = crate::harness::changes(&before, &after);
    assert_snapshot!(format!(
        "{teams}\n$ check --fix\n{check}\n$ record\n{record}\n=== changes\n{changed}"
    ));
}

fn picture_of(log: &str, args: &str) -> String {
    let folder = repository(&[("cost-log.md", log)]);
    let mut command = binary(folder.path());
    let ran = command
        .args(args.split_whitespace())
        .args(["--now", NOW])
        .output();
    format!("$ {args}\n{}\n", outcome(&ran.unwrap()))
}

fn log_with(used: &str, budget: &str) -> String {
    format!(
        "## 2026-02 Monthly Summary\n\n| Team | Tokens | Status |\n|---|---|---|\n| Red | {used} | ✅ |\n\n**Budget Status:**\n- Total budget: {budget} tokens\n"
    )
}

#[test]
fn a_share_is_rounded_down_in_every_form_and_a_bar_of_nothing_is_full() {
    for (used, budget, present, missing) in [
        ("5", "100,000", "99.9%", "100.0%"),
        ("0", "100,000", "100.0%", "99.9%"),
        ("74,999", "100,000", "25.0%", "25.1%"),
        ("500", "0", "█████", "░"),
        ("0", "0", "░░░░░", "█"),
    ] {
        let said = picture_of(&log_with(used, budget), "");
        assert!(said.contains(present) && !said.contains(missing), "{said}");
    }
}

#[test]
fn a_hold_that_ends_before_it_starts_or_repeats_an_id_is_a_finding() {
    let holds = [
        "2026-02-20T10:20:00Z team=Red tokens=6000 until=2026-02-20T09:20:00Z id=h1",
        "2026-02-20T11:20:00Z team=Red tokens=6000 until=2026-02-20T13:20:00Z id=h2",
        "2026-02-20T11:21:00Z team=Red tokens=7000 until=2026-02-20T13:20:00Z id=h2",
    ];
    let holds = holds.map(|hold| format!("[HOLD] {hold}\n")).concat();
    let log = format!("{}\n{holds}", log_with("1,000", "100,000"));
    assert_snapshot!(picture_of(&log, "check") + &picture_of(&log, ""));
}

#[test]
fn the_first_summary_of_a_month_has_a_total() {
    let log = "## 2026-01 Monthly Summary\n\n| Team | Task | Tokens | Cost |\n|---|---|---|---|\n| Red | a | 10 | $0.01 |\n";
    let folder = repository(&[("cost-log.md", log)]);
    for (tokens, id) in [("20", "r1"), ("30", "r2")] {
        let args = [
            "record", "--team", "Red", "--tokens", tokens, "--cost", "0.5", "--id", id,
        ];
        let ran = binary(folder.path())
            .args(args)
            .args(["--now", NOW])
            .output()
            .unwrap();
        assert_eq!(ran.status.code(), Some(0), "{}", outcome(&ran));
    }
    assert_snapshot!(fs::read_to_string(folder.path().join("cost-log.md")).unwrap());
}

#[test]
fn a_usage_line_with_a_misspelled_key_counts_and_is_not_settled() {
    let line =
        "[USE] 2026-02-25T10:18:00Z team=\"Team A\" tokens=5000 modle=opus branch=main id=k1\n";
    let text = log_of(900) + "\n" + line;
    let folder = repository(&[("cost-log.md", &text)]);
    let run = |args: &[&str]| {
        Tokmon::new(args.iter().copied())
            .folder(folder.path())
            .run()
    };
    let found = run(&["check"]);
    let fixed = run(&["check", "--fix"]);
    let after = fs::read_to_string(folder.path().join("cost-log.md")).unwrap();
    assert!(after.ends_with(line), "{after}");
    assert_snapshot!(format!("{found}\n=== fix\n{}", fixed.err));
}
