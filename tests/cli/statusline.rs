//! The status line: one line whatever happens, and no wait.

use std::{
    fs,
    io::Write as _,
    process::Stdio,
    time::{Duration, Instant},
};

use insta::assert_snapshot;
use serde_json::Value;

use crate::harness::{Tokmon, binary, fixture, log_of, outcome, repository};

fn statusline(options: &[&str]) -> Tokmon {
    let args = ["statusline", "-f", "fixtures/logs/sample.md"];
    Tokmon::new(args.into_iter().chain(options.iter().copied()))
}

#[test]
fn each_bar_gets_its_format() {
    let shown = ["plain", "ansi", "tmux", "json"].map(|format| {
        statusline(&["--format", format])
            .output()
            .replace('\u{1b}', "ESC")
    });
    assert_snapshot!(shown.concat());
    assert_eq!(statusline(&["--json"]).output(), shown[3]);
    assert_eq!(statusline(&[]).output(), shown[0]);
}

#[test]
fn the_room_is_that_of_the_option_else_of_the_bar() {
    let shown = [
        statusline(&["--width", "50"]).env("COLUMNS", "20"),
        statusline(&["--width", "10"]),
        statusline(&["--width", "4"]),
        statusline(&["--width", "1"]),
        statusline(&[]).env("COLUMNS", "40"),
        statusline(&[]).env("COLUMNS", "none"),
        statusline(&[]).terminal(30),
        statusline(&["--ascii", "--width", "7"]),
    ];
    assert_snapshot!(shown.map(Tokmon::output).concat());
}

#[test]
fn a_team_comes_before_the_whole() {
    let shown = [
        statusline(&["--team", "Team G"]),
        statusline(&["--team", "Team G", "--width", "40"]),
        statusline(&["--team", "Team G", "--width", "9"]),
        statusline(&["--team", "G", "--json"]),
        statusline(&[]).env("TOKMON_TEAM", "Team A"),
        statusline(&[]).env("TOKMON_TEAM", "of another log"),
        statusline(&["--team", "nobody"]),
    ];
    assert_snapshot!(shown.map(|run| run.run().to_string()).concat());
}

#[test]
fn the_worse_limit_of_a_team_is_shown() {
    let log = "## 2026-02 Monthly Summary\n\n| Team | Tokens | Cost |\n|---|---|---|\n| Team A | 4000 | $0.012 |\n| Team B | 5000 | $0.500 |\n\n[HOLD] 2026-02-25T16:00:00Z team=\"Team B\" tokens=900 until=2026-02-26T16:00:00Z id=h1\n[NOTIFY] 2026-02-25T16:00:00Z event=override month=2026-02 team=\"Team B\" reason=\"ship it\" id=o1\n";
    let of = |limits: &str| {
        let settings = format!("[budget]\ntokens = 200_000\n{limits}");
        repository(&[("cost-log.md", log), ("tokmon.toml", &settings)])
    };
    let money = of("[teams.\"Team A\"]\ncost = \"$0.012\"\n");
    let both = of(
        "[teams.\"Team A\"]\ncost = \"$0.012\"\ntokens = 8000\n[teams.\"Team B\"]\ncost = \"$1.00\"\ntokens = 5500\n",
    );
    let run = |folder: &tempfile::TempDir, args: &[&str]| {
        let run = Tokmon::new(["statusline"].into_iter().chain(args.iter().copied()));
        run.folder(folder.path()).output()
    };
    let shown = [
        run(&money, &["--team", "Team A"]),
        run(&both, &["--team", "Team A"]),
        run(&both, &["--team", "Team A", "--width", "10"]),
        run(&both, &["--team", "Team A", "--json"]),
        run(&both, &["--team", "Team B"]),
        run(&both, &["--team", "Team B", "--json"]),
    ];
    assert_snapshot!(shown.concat());
}

#[test]
fn a_cost_of_a_team_that_is_only_a_part_is_marked_like_that_of_all() {
    let log = "## Daily Detail — 2026-02-24\n\n| Team | Tokens | Cost |\n|---|---|---|\n| A | 500 | $9.50 |\n| A | 400 | - |\n";
    let settings = "[budget]\ncost = \"20 USD\"\n[teams.A]\ncost = \"10 USD\"\n";
    let folder = repository(&[("cost-log.md", log), ("tokmon.toml", settings)]);
    let line = Tokmon::new(["statusline", "--team", "A"]).folder(folder.path());
    assert_snapshot!(line.output(), @"A 95.0% $9.500+/$10.00 CRIT | cost 47.5% $9.500+/$20.00 OK | 900 tokens");
}

#[test]
fn the_current_month_is_judged() {
    let no_budget = repository(&[("cost-log.md", &log_of(5))]);
    let shown = [
        statusline(&[]).env("TOKMON_NOW", "2026-03-01T00:00:00Z"),
        Tokmon::new(["statusline"]).folder(no_budget.path()),
        Tokmon::new(["statusline", "--json"]).folder(no_budget.path()),
        Tokmon::new(["statusline", "--budget", "4"]).folder(no_budget.path()),
        Tokmon::new(["statusline", "-f", "fixtures/logs/hostile.md"]),
    ];
    assert_snapshot!(shown.map(|run| run.run().to_string()).concat());
}

#[test]
fn whatever_is_wrong_a_line_is_printed() {
    let empty = repository(&[]);
    let broken = repository(&[
        ("cost-log.md", &log_of(5)),
        ("tokmon.toml", "[budget]\ntokens = many\n"),
    ]);
    let foreign = repository(&[("cost-log.md", "# Notes\n\nNothing of tokens.\n")]);
    let hostile = repository(&[]);
    let run = |folder: &tempfile::TempDir, args: &[&str]| {
        let run = Tokmon::new(["statusline"].into_iter().chain(args.iter().copied()));
        run.folder(folder.path())
    };
    let shown = [
        run(&empty, &[]),
        run(&empty, &["--strict"]),
        run(&empty, &["--format", "json"]),
        run(
            &empty,
            &["--format", "tmux", "-f", "a#[fg=red]#(reboot)\u{1b}[31m.md"],
        ),
        run(&broken, &[]),
        run(&foreign, &[]),
        run(&foreign, &["--width", "12"]),
        run(&hostile, &["-f", "\u{202e}\u{1b}]0;x\u{7}\n"]),
        run(&foreign, &["--timezone", "Mars/Olympus"]),
        run(&foreign, &[]).env("TOKMON_BUDGET", "many"),
        run(&foreign, &["--format", "csv"]),
        run(&foreign, &["--format", "csv", "--strict"]),
        run(&foreign, &["--width", "wide"]),
        run(&foreign, &["--width", "0"]),
        run(&foreign, &["--no-such-option"]),
        run(&foreign, &["--teams"]),
    ];
    assert_snapshot!(shown.map(|run| run.run().to_string()).join("\n"));
    // It is the command, not a value of an option.
    assert_eq!(
        Tokmon::new(["--team", "statusline", "--fail-on", "nothing"])
            .run()
            .code,
        64
    );
    assert_eq!(
        Tokmon::new(["-o", "x.txt", "statusline", "--bad"])
            .run()
            .code,
        0
    );
    // A person at a terminal sees what is wrong.
    assert_eq!(statusline(&["--bad"]).terminal(80).run().code, 64);
}

#[test]
fn what_claude_code_pipes_is_no_obstacle() {
    let folder = repository(&[("cost-log.md", &log_of(150_000))]);
    let mut cases = 0;
    for file in fs::read_dir(fixture("hooks/claude-statusline")).unwrap() {
        let path = file.unwrap().path();
        if !path.to_string_lossy().ends_with(".in.json") {
            continue;
        }
        for folder in [folder.path(), tempfile::tempdir().unwrap().path()] {
            fs::create_dir_all(folder).unwrap();
            let mut command = binary(folder);
            command.args(["statusline", "--budget", "200K"]);
            let output = command
                .stdin(fs::File::open(&path).unwrap())
                .output()
                .unwrap();
            let text = String::from_utf8(output.stdout.clone()).unwrap();
            assert_eq!(
                (output.status.code(), output.stderr.as_slice()),
                (Some(0), b"".as_slice())
            );
            assert!(
                text.lines().count() == 1 && !text.trim().is_empty(),
                "{}",
                outcome(&output)
            );
            cases += 1;
        }
    }
    assert_eq!(cases, 6);
}

#[test]
fn the_log_of_the_session_is_found_where_there_is_none_here() {
    let session = repository(&[("cost-log.md", &log_of(150_000))]);
    let elsewhere = tempfile::tempdir().unwrap();
    let path = session.path().to_str().unwrap();
    let shown = [
        serde_json::json!({ "workspace": { "project_dir": path } }),
        serde_json::json!({ "workspace": null, "cwd": path, "model": "Opus", "cost": "1.5" }),
        serde_json::json!({ "workspace": { "project_dir": 7, "current_dir": path } }),
        serde_json::json!({ "cwd": "relative" }),
        serde_json::json!([path]),
    ];
    let shown = shown.map(|input| {
        let run = Tokmon::new(["statusline"]).folder(elsewhere.path());
        run.input(input.to_string().as_bytes()).output()
    });
    assert_snapshot!(shown.concat(), @r"
    tokens 150K
    tokens 150K
    tokens 150K
    tokens ? no cost log found
    tokens ? no cost log found
    ");
}

#[test]
fn it_does_not_wait_for_its_input() {
    let with_log = repository(&[("cost-log.md", &log_of(5))]);
    let without = tempfile::tempdir().unwrap();
    for (folder, input) in [
        (with_log.path(), "".as_bytes()),
        (with_log.path(), b"{\"cwd\":"),
        (without.path(), b""),
        (without.path(), b"{\"cwd\":"),
    ] {
        let mut command = binary(folder);
        command
            .arg("statusline")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let begun = Instant::now();
        let mut child = command.spawn().unwrap();
        // It is written to, and not closed before the program has ended.
        let mut stdin = child.stdin.take().unwrap();
        let _ = stdin.write_all(input);
        let output = child.wait_with_output().unwrap();
        drop(stdin);
        assert_eq!(output.status.code(), Some(0), "{}", outcome(&output));
        assert!(
            begun.elapsed() < Duration::from_secs(5),
            "{:?}",
            begun.elapsed()
        );
    }
}

#[test]
fn a_reader_that_is_gone_is_no_failure() {
    let folder = repository(&[("cost-log.md", &log_of(5))]);
    let mut command = binary(folder.path());
    command
        .arg("statusline")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr), (Some(0), Vec::new()));
}

#[test]
fn the_json_keeps_to_its_schema() {
    let schema: Value =
        serde_json::from_str(&Tokmon::new(["schema", "statusline"]).output()).unwrap();
    assert!(!schema.to_string().contains("null"));
    let validator = jsonschema::validator_for(&schema).unwrap();
    let empty = repository(&[]);
    for run in [
        statusline(&["--json"]),
        statusline(&["--json", "--budget", "1", "--width", "3"]),
        Tokmon::new(["statusline", "--json"]).folder(empty.path()),
    ] {
        let out = run.output();
        assert_eq!(out.lines().count(), 1);
        let json: Value = serde_json::from_str(&out).unwrap();
        validator.validate(&json).unwrap();
    }
    assert_snapshot!(
        "statusline_schema",
        Tokmon::new(["schema", "statusline"]).output()
    );
}
