//! `--quiet` prints nothing where nothing is wrong, so that cron sends no mail; and what is printed where there is no log or no row.

use std::{fmt::Write as _, fs};

use insta::assert_snapshot;
use tempfile::TempDir;

use crate::harness::{Ran, Tokmon, log_of, repository};

fn run(folder: &TempDir, args: &str) -> Ran {
    let args = shell_words::split(args).unwrap();
    Tokmon::new(args.iter().map(String::as_str))
        .folder(folder.path())
        .run()
}

/// What some command lines print, each under its own line.
fn pictures(folder: &TempDir, lines: &[&str]) -> String {
    let picture = |line: &&str| format!("$ tokmon {line}\n{}\n", run(folder, line));
    lines.iter().map(picture).collect()
}

fn old_log() -> String {
    log_of(5) + "\n## Daily Detail — 2026-01-03\n\n| Team | Tokens |\n|---|---|\n| Team A | 7 |\n"
}

#[cfg(target_os = "linux")]
#[test]
fn quiet_commands_print_nothing_where_nothing_is_wrong() {
    let folder = repository(&[("cost-log.md", &log_of(5))]);
    fs::write(
        folder.path().join("batch.jsonl"),
        "{\"team\":\"Team B\",\"tokens\":3,\"id\":\"b\"}\n",
    )
    .unwrap();
    for line in [
        "check -q",
        "check --fix -q",
        "check --fix -n -q",
        "archive -q",
        "archive -n -q",
        "archive -q --keep-days 0 --compact",
        "archive -q",
        "migrate -q",
        "migrate -n -q",
        "record -q --team 'Team A' --tokens 12",
        "record -q --team 'Team A' --tokens 12 --id a",
        "record -q --team 'Team A' --tokens 12 --id a",
        "record -q --batch batch.jsonl",
        "record -q --batch batch.jsonl",
        "check -q",
        "init -q --file new.md",
        "man -q pages",
    ] {
        if line.starts_with("init") {
            fs::remove_file(folder.path().join("tokmon.toml")).ok();
        }
        let Ran { code, out, err } = run(&folder, line);
        assert_eq!((code, out.as_str(), err.as_str()), (0, "", ""), "{line}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn quiet_commands_print_what_is_wrong_and_what_a_dry_run_shows() {
    let wrong = old_log().replace("| Team A | 7 |", "| Team A | seven |");
    let folder = repository(&[("cost-log.md", &wrong)]);
    assert_snapshot!(
        "quiet_wrong",
        pictures(
            &folder,
            &[
                "check -q",
                "check -q --json --budget 10",
                "archive -q --before 2026-02-01 --prune-archives 0",
                "record -q --tokens 5",
                "record -q --team X --tokens 5 --existing-team",
                "record -q --batch missing.jsonl",
                "init -q",
                "check -q -f missing.md",
            ]
        )
    );
    let folder = repository(&[("cost-log.md", &old_log())]);
    assert_snapshot!(
        "quiet_dry_run",
        pictures(
            &folder,
            &[
                "archive -n -q",
                "record -n -q --team 'Team A' --tokens 12 --id a",
                "init -n -q -f other.md --teams QA --budget 5",
            ]
        )
    );
}

/// The lines of help that begin as a line of a crontab.
fn crontab(help: &str) -> Vec<String> {
    let is_schedule =
        |word: &&str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit() || b == b'*');
    let lines = help.lines().map(str::trim);
    let lines = lines.filter(|line| line.split(' ').take(5).filter(is_schedule).count() == 5);
    lines.map(str::to_owned).collect()
}

/// As cron does it: in the home folder, with a short `PATH`, and with a line that ends at a percent sign.
#[cfg(target_os = "linux")]
#[test]
fn the_crontab_lines_of_help_do_what_they_say() {
    let home = repository(&[("project/cost-log.md", &old_log())]);
    let program = home.path().join(".cargo/bin");
    fs::create_dir_all(&program).unwrap();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_tokmon"), program.join("tokmon")).unwrap();
    let log = home.path().join("project/cost-log.md");
    let by_cron = |line: &str| {
        assert!(!line.contains('%'), "{line}");
        let mut words = line.splitn(6, ' ');
        let command = words.nth(5).unwrap();
        let output = std::process::Command::new("/bin/sh")
            .args(["-c", command])
            .current_dir(home.path())
            .env_clear()
            .env("HOME", home.path())
            .env("PATH", "/usr/bin:/bin")
            .output()
            .unwrap();
        crate::harness::outcome(&output)
    };
    let silent = "exit Some(0)\n--- out\n--- err\n";
    let watch = crontab(&Tokmon::new(["-h"]).output());
    assert_eq!(watch.len(), 1);
    assert!(
        by_cron(&watch[0]).starts_with("exit Some(64)"),
        "no budget is set"
    );
    let settings = home.path().join("project/tokmon.toml");
    for (budget, expected) in [
        ("1M", silent),
        (
            "5",
            "exit Some(1)\n--- out\n--- err\ntokmon: level exceeded",
        ),
    ] {
        fs::write(&settings, format!("[budget]\ntokens = \"{budget}\"\n")).unwrap();
        let line = watch[0].replace("tokmon -qo", "tokmon --now 2026-02-25T17:00:00Z -qo");
        let told = by_cron(&line);
        assert!(told.starts_with(expected), "{line}: {told}");
    }
    fs::remove_file(settings).unwrap();
    for name in ["archive", "check"] {
        for form in ["-h", "--help"] {
            let help = Tokmon::new([name, form]).output();
            let usage = help.find("Usage:").unwrap();
            let (examples, options) = (help.find("Examples:"), help.find("Options:"));
            assert!(Some(usage) < examples && examples < options, "{help}");
            let lines = crontab(&help);
            assert_eq!(lines.len(), 1, "{help}");
            assert_eq!(by_cron(&lines[0]), silent, "{}", lines[0]);
        }
    }
    assert!(!fs::read_to_string(&log).unwrap().contains("2026-01-03"));
    fs::write(&log, log_of(5).replace("| 5 | ✅", "| x | ✅")).unwrap();
    let check = crontab(&Tokmon::new(["check", "-h"]).output());
    let told = by_cron(&check[0]);
    assert!(
        told.starts_with("exit Some(1)") && told.contains("TM"),
        "{told}"
    );
}

#[test]
fn check_counts_the_lines_of_the_log_and_of_the_files_beside_it_apart() {
    let archive = |month: &str| {
        let text = "<!-- tokmon archive of: ../cost-log.md -->\n# Archive\n\n## Daily Detail — 2026-MM-03\n\n| Team | Tokens |\n|---|---|\n| Team A | 5 |\n";
        text.replace("MM", month)
    };
    let log = log_of(5);
    let more = log.clone() + "\n" + &log.replace("2026-02", "2026-01");
    let all: [(&str, Vec<(&str, String)>); 4] = [
        ("none", vec![("cost-log.md", log.clone())]),
        (
            "one",
            vec![
                ("cost-log.md", more.clone()),
                ("archive/cost-log-2026-01.md", archive("01")),
            ],
        ),
        (
            "two",
            vec![
                ("cost-log.md", more.clone()),
                ("archive/cost-log-2026-01.md", archive("01")),
                ("archive/cost-log-2026-02.md", archive("02")),
            ],
        ),
        (
            "projection",
            vec![
                ("cost-log.md", more),
                ("cost-projection.md", "# Projection\n\n".to_owned()),
                ("archive/cost-log-2026-01.md", archive("01")),
            ],
        ),
    ];
    let mut text = String::new();
    for (name, files) in &all {
        let files: Vec<_> = files
            .iter()
            .map(|(name, text)| (*name, text.as_str()))
            .collect();
        let folder = repository(&files);
        let out = run(&folder, "check").out;
        let json: serde_json::Value =
            serde_json::from_str(&run(&folder, "check --json").out).unwrap();
        let last = out.lines().last().unwrap();
        writeln!(text, "{name}: {last}\n  {}", json["looked_at"]).unwrap();
    }
    assert_snapshot!(text);
}

#[test]
fn where_there_is_no_log_init_is_offered_by_every_command() {
    let folder = repository(&[]);
    for line in [
        "",
        "--json",
        "--daily --format csv",
        "--watch",
        "--follow",
        "check",
        "check -q",
        "record --team A --tokens 5",
        "archive",
        "migrate",
    ] {
        let Ran { code, out, err } = run(&folder, line);
        assert_eq!((code, out.as_str()), (66, ""), "{line}");
        assert!(err.contains("no cost log found"), "{line}: {err}");
        assert!(
            err.contains("create one with `tokmon init`"),
            "{line}: {err}"
        );
    }
    let lines = ["", "-f 'my log.md'", "record -f x.md --team A --tokens 5"];
    assert_snapshot!(pictures(&folder, &lines));
    let ran = run(&folder, "init -f 'my log.md'");
    assert_eq!(ran.code, 0, "{ran}");
}

#[test]
fn a_log_without_rows_and_a_day_without_rows_are_no_failure() {
    let summary = "# Cost Log\n\n## 2026-02 Monthly Summary\n\n| Team | Tokens |\n|---|---|\n";
    let details = "# Cost Log\n\n## Daily Detail — 2026-02-25\n\n| Team | Tokens |\n|---|---|\n";
    let no_day = log_of(5);
    let (no_day, _) = no_day.split_once("\n## Daily").unwrap();
    for (name, log) in [("summary", summary), ("details", details), ("day", no_day)] {
        let folder = repository(&[("cost-log.md", log)]);
        let lines = [
            "",
            "--daily",
            "--daily --format csv",
            "--daily --format markdown",
            "--daily --fail-on warning --budget 5K",
            "check",
        ];
        for line in lines {
            let ran = run(&folder, line);
            assert_eq!(ran.code, 0, "{name} {line}: {ran}");
        }
        let json = run(&folder, "--daily --json");
        let json: serde_json::Value = serde_json::from_str(&json.out).unwrap();
        assert_eq!(
            (&json["month"], &json["days"]),
            (&"2026-02".into(), &serde_json::json!([]))
        );
        assert_snapshot!(format!("empty_{name}"), pictures(&folder, &lines));
    }
    // A text that is no cost log is a mistake all the same.
    let folder = repository(&[("cost-log.md", "# Shopping\n\n- milk\n")]);
    assert_eq!(run(&folder, "").code, 65);
    assert_eq!(run(&folder, "check").code, 65);
}

/// A row that cannot be read must not turn an alarm off in silence.
#[test]
fn a_limit_is_judged_without_unreadable_rows_and_says_so_although_quiet() {
    let log = log_of(190_000).replace("190000", "19x000");
    let folder = repository(&[("cost-log.md", &log)]);
    let args = "-q -o /dev/null --budget 200K --fail-on warning --now 2026-02-25T17:00:00Z";
    let ran = Tokmon::new(args.split(' ')).folder(folder.path()).run();
    assert_snapshot!(ran, @"
    exit 0
    --- out
    --- err
    tokmon: judged all the same: 2 rows unreadable, lines 5, 11: not counted
    ");
}

#[test]
fn a_reached_limit_of_the_forecast_has_its_figures() {
    let args = "-qo /dev/null --fail-on-forecast warning --file fixtures/logs/rotten.md --now 2026-02-25T17:00:00Z";
    assert_snapshot!(Tokmon::new(args.split(' ')).run(), @"
    exit 1
    --- out
    --- err
    tokmon: forecast critical: --fail-on-forecast warning is reached (likely 228.2K of 200,000 tokens for all planned work, 98% chance of exceeding them)
    ");
}
