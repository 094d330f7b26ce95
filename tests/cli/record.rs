//! `tokmon record`: the log before and after, and what is printed.

use std::fmt::Write as _;
use std::{fs, io::Write as _, path::Path, process::Stdio};

use insta::assert_snapshot;

use crate::harness::{self, binary, fixture, outcome, repository};

const LOG: &str = "cost-log.md";

/// Runs the real program: a test process with many threads would get in the way of its own leases.
fn record(folder: &Path, args: &[&str]) -> String {
    let output = binary(folder).arg("record").args(args).output().unwrap();
    outcome(&output)
}

fn sample() -> String {
    fs::read_to_string(fixture("logs/sample.md")).unwrap()
}

/// What changed in the log.
fn changes(before: &str, folder: &Path) -> String {
    harness::changes(before, &fs::read_to_string(folder.join(LOG)).unwrap())
}

#[test]
fn a_record_becomes_a_row_of_the_tables() {
    let folder = repository(&[(LOG, &sample())]);
    let args = [
        "--team",
        "Team A",
        "--tokens",
        "1.2K",
        "--task",
        "Guidelines",
        "--status",
        "done",
        "--deliverables",
        "1",
        "--minutes",
        "25",
        "--model",
        "claude-haiku-4-5",
        "--id",
        "k3f9",
        "--time",
        "2026-02-25T16:10:00Z",
    ];
    let first = record(folder.path(), &args);
    let changed = changes(&sample(), folder.path());
    let again = record(folder.path(), &args);
    assert_snapshot!(format!(
        "{first}\n=== changed\n{changed}\n=== again\n{again}"
    ));
    assert_eq!(
        changes(&sample(), folder.path()),
        changed,
        "a retry is harmless"
    );
}

#[test]
fn the_same_as_json() {
    let folder = repository(&[(LOG, &sample())]);
    let args = [
        "--team", "Team Z", "--tokens", "50000", "--cost", "€0.5", "--id", "k1", "--json",
    ];
    assert_snapshot!(record(folder.path(), &args));
}

#[test]
fn a_dry_run_shows_what_would_change_and_changes_nothing() {
    let folder = repository(&[(LOG, &sample())]);
    assert_snapshot!(record(
        folder.path(),
        &["--team", "Team G", "--tokens", "500", "--id", "k1", "-n"]
    ));
    assert_eq!(changes(&sample(), folder.path()), "");
    assert!(!folder.path().join(".tokmon").exists());
}

#[test]
fn what_cannot_be_recorded_is_refused_and_changes_nothing() {
    let folder = repository(&[(LOG, &sample())]);
    let long = "x".repeat(5_000);
    let cases: [&[&str]; 12] = [
        &[],
        &["--team", "Team A"],
        &["--team", "Team A", "--tokens", "-5"],
        &["--team", "Team A", "--tokens", "99999999999999999999"],
        &["--team", "Team A", "--tokens", "lots"],
        &["--team", "Team | A\nB", "--tokens", "5"],
        &["--team", "TOTAL", "--tokens", "5"],
        &["--team", "Team A", "--tokens", "5", "--task", &long],
        &[
            "--team",
            "Team A",
            "--tokens",
            "5",
            "--time",
            "2026-03-25T16:10:00Z",
        ],
        &["--team", "Team A", "--tokens", "5", "--status", "almost"],
        &["--team", "Team A", "--tokens", "5", "--cost", "cheap"],
        &["--team", "Team A", "--tokens", "5", "--id", "a b"],
    ];
    let mut pictures = String::new();
    for args in cases {
        let shown: Vec<String> = args
            .iter()
            .map(|arg| arg.chars().take(24).collect())
            .collect();
        write!(
            pictures,
            "$ tokmon record {}\n{}\n",
            shown.join(" ").escape_debug(),
            record(folder.path(), args)
        )
        .unwrap();
    }
    assert_snapshot!(pictures);
    assert_eq!(changes(&sample(), folder.path()), "");
}

#[test]
fn logs_that_cannot_be_written_are_refused() {
    let folder = repository(&[
        (LOG, &sample()),
        ("folder/x.md", "x"),
        ("broken.md", "# Cost Log\n"),
    ]);
    fs::write(folder.path().join("broken.md"), b"# Cost Log\n\n| \xff |\n").unwrap();
    let mut pictures = String::new();
    for file in ["missing.md", "folder", "broken.md", "-"] {
        let told = record(folder.path(), &["-f", file, "--team", "A", "--tokens", "5"]);
        write!(pictures, "$ -f {file}\n{told}\n").unwrap();
    }
    assert_snapshot!(pictures);
    assert_eq!(
        fs::read(folder.path().join("broken.md")).unwrap(),
        b"# Cost Log\n\n| \xff |\n"
    );
}

fn batch(folder: &Path, input: &str) -> String {
    let mut child = binary(folder)
        .args(["record", "--batch", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    outcome(&child.wait_with_output().unwrap())
}

#[test]
fn a_batch_takes_json_lines_and_usage_lines() {
    let folder = repository(&[(LOG, &sample())]);
    let input = r#"{"team": "Team A", "tokens": 1200, "task": "Guidelines", "cost": 0.0036, "id": "b1", "time": "2026-02-25T16:00:00Z"}
{"team": "Team G", "tokens": "1.5K", "input": 1400, "output": "100", "cache_read": "2M", "status": "running", "id": "b2"}

[USE] 2026-02-25T16:20:00Z team="Team B" task="Review" tokens=700 id=b3
[USE] 2026-02-25T16:20:00Z team="Team B" task="Review" tokens=700 id=b3
"#;
    let told = batch(folder.path(), input);
    assert_snapshot!(format!(
        "{told}\n=== changed\n{}",
        changes(&sample(), folder.path())
    ));
}

#[test]
fn a_batch_is_recorded_as_a_whole_or_not_at_all() {
    let folder = repository(&[(LOG, &sample())]);
    let good = r#"{"team": "Team A", "tokens": 1200, "id": "b1"}"#;
    let mut pictures = String::new();
    for bad in [
        r#"{"team": "Team A"}"#,
        r#"{"team": "Team A", "tokens": -5}"#,
        r#"{"team": "Team A", "tokens": 5, "tokenz": 6}"#,
        r#"{"team": "Team A", "tokens": 5, "time": "tomorrow"}"#,
        r#"{"team": "Team A", "tokens": 5, "time": "2027-01-01T00:00:00Z"}"#,
        r#"{"team": "A\nB", "tokens": 5}"#,
        "[USE] 2026-02-25T16:20:00Z team=A",
        "[PRE] 10:00:00 tool=Bash",
        "hello",
        "\u{1b}[2J",
    ] {
        let told = batch(folder.path(), &format!("{good}\n{bad}\n{good}\n"));
        write!(pictures, "{}\n{told}\n", bad.escape_debug()).unwrap();
    }
    pictures += &batch(folder.path(), "");
    assert_snapshot!(pictures);
    assert_eq!(changes(&sample(), folder.path()), "");
}

#[test]
fn line_ends_and_a_missing_last_one_survive() {
    let mut pictures = String::new();
    for name in ["crlf.md", "bom.md", "no-final-newline.md", "korean.md"] {
        let before = fs::read_to_string(fixture("logs").join(name)).unwrap();
        let folder = repository(&[(LOG, &before)]);
        record(
            folder.path(),
            &["--team", "팀 나", "--tokens", "34", "--id", "k1"],
        );
        write!(
            pictures,
            "=== {name}\n{}\n",
            changes(&before, folder.path()).replace('\r', "␍")
        )
        .unwrap();
    }
    assert_snapshot!(pictures);
}

#[test]
fn a_log_that_somebody_reads_is_recorded_into_and_settled_by_the_next() {
    let folder = repository(&[(LOG, &sample())]);
    let reader = fs::File::open(folder.path().join(LOG)).unwrap();
    let first = record(
        folder.path(),
        &["--team", "Team A", "--tokens", "100", "--id", "k1"],
    );
    drop(reader);
    let second = record(
        folder.path(),
        &["--team", "Team A", "--tokens", "20", "--id", "k2"],
    );
    assert_snapshot!(format!(
        "{first}\n{second}\n{}",
        changes(&sample(), folder.path())
    ));
}

#[test]
fn years_that_a_log_cannot_hold_are_refused() {
    let folder = repository(&[(LOG, &sample())]);
    let args = ["--team", "Team A", "--tokens", "1", "--time"];
    let at = |time: &str, now: &str| {
        let args = [&args[..], &[time, "--now", now]].concat();
        record(folder.path(), &args)
    };
    let early = at("1969-12-31T23:59:59Z", "2026-02-25T17:00:00Z");
    let late = at("9999-01-01T00:00:00Z", "9999-06-01T00:00:00Z");
    assert_snapshot!(early + &late);
    assert_eq!(changes(&sample(), folder.path()), "");
}

#[test]
fn a_new_monthly_row_takes_nothing_from_teams_with_longer_names() {
    let log = "\
## 2026-02 Monthly Summary

| Team | Tokens |
|------|--------|
| QA | 10 |

## Daily Detail — 2026-02-20

| Team | Tokens |
|------|--------|
| Team A Docs | 500 |
";
    let folder = repository(&[(LOG, log)]);
    let args = ["--team", "Team A", "--tokens", "100", "--id", "k1"];
    let out = record(folder.path(), &args);
    assert!(out.starts_with("exit Some(0)"), "{out}");
    assert_snapshot!(changes(log, folder.path()));
}

/// Records with its output going to a device that is full, and gives what was said and how many of the ids are in the log.
#[cfg(target_os = "linux")]
fn record_into_full(folder: &Path, args: &[&str], input: &str, full: [bool; 2]) -> String {
    let open = |full: bool| {
        let file = fs::File::options().write(true).open("/dev/full").unwrap();
        if full {
            Stdio::from(file)
        } else {
            Stdio::piped()
        }
    };
    let mut child = binary(folder)
        .arg("record")
        .args(args)
        .stdin(Stdio::piped())
        .stdout(open(full[0]))
        .stderr(open(full[1]))
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    outcome(&child.wait_with_output().unwrap())
}

#[cfg(target_os = "linux")]
#[test]
fn what_is_recorded_but_not_printed_is_named() {
    const OUT: [bool; 2] = [true, false];
    let folder = repository(&[(LOG, &sample())]);
    let run = |args: &[&str], input: &str, full| {
        let shown = args.join(" ");
        format!(
            "$ record {shown}\n{}",
            record_into_full(folder.path(), args, input, full)
        )
    };
    let batch = "{\"team\":\"QA\",\"tokens\":5,\"id\":\"b1\"}\n{\"team\":\"QA\",\"tokens\":5,\"id\":\"b2\"}\n";
    let told = [
        run(
            &["--team", "Team A", "--tokens", "5", "--id", "k1"],
            "",
            OUT,
        ),
        run(
            &["--team", "Team A", "--tokens", "5", "--id", "k1"],
            "",
            OUT,
        ),
        run(
            &[
                "--team", "Team A", "--tokens", "5", "--id", "k2", "--json", "-q",
            ],
            "",
            OUT,
        ),
        run(&["--batch", "-"], batch, OUT),
        run(
            &["--team", "Team A", "--tokens", "5", "--id", "k3"],
            "",
            [true, true],
        ),
        run(
            &[
                "--team", "Team A", "--tokens", "5", "--id", "k4", "--output", "none/out",
            ],
            "",
            [false, false],
        ),
        run(
            &["--team", "Team A", "--tokens", "5", "--id", "k5", "-n"],
            "",
            OUT,
        ),
    ];
    assert_snapshot!(told.concat());
    let log = || fs::read_to_string(folder.path().join(LOG)).unwrap();
    for id in ["k1", "k2", "b1", "b2", "k3", "k4"] {
        assert!(log().contains(&format!("id={id} ")), "{id}");
    }
    assert!(!log().contains("k5"));
    // Without an id of the caller's, a retry would record it again: the run fails, and names it.
    for args in [
        &["--team", "Team A", "--tokens", "7"][..],
        &["--batch", "-"],
    ] {
        let input =
            "{\"team\":\"QA\",\"tokens\":7}\n{\"team\":\"QA\",\"tokens\":7,\"id\":\"b3\"}\n";
        let told = record_into_full(folder.path(), args, input, OUT);
        let (code, message) = told.split_once("--- err\n").unwrap();
        assert!(code.starts_with("exit Some(74)"), "{told}");
        let ids = message.strip_prefix("tokmon: recorded as id").unwrap();
        let (ids, why) = ids.split_once(", but ").unwrap();
        assert!(why.starts_with("could not print: "), "{told}");
        for id in ids.trim_start_matches('s').split(", ") {
            assert!(log().contains(&format!("id={} ", id.trim())), "{told}");
        }
    }
}

#[cfg(unix)]
#[test]
fn what_is_recorded_for_a_reader_that_is_gone_is_named() {
    let folder = repository(&[(LOG, &sample())]);
    let mut child = binary(folder.path())
        .args(["record", "--batch", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let line = "{\"team\":\"QA\",\"tokens\":7}\n";
    child
        .stdin
        .take()
        .unwrap()
        .write_all(line.as_bytes())
        .unwrap();
    let told = outcome(&child.wait_with_output().unwrap());
    let (code, message) = told.split_once("--- err\n").unwrap();
    assert!(code.starts_with("exit Some(0)"), "{told}");
    let (id, why) = message.split_once(", but ").unwrap();
    assert_eq!(
        why,
        "could not print: cannot write to standard output: broken pipe\n"
    );
    let id = id.strip_prefix("tokmon: recorded as id ").unwrap();
    let log = fs::read_to_string(folder.path().join(LOG)).unwrap();
    assert!(log.contains(&format!("id={id} ")), "{told}");
}

#[test]
fn every_recorded_id_is_printed() {
    let lines = |from: usize| {
        (from..from + 30).fold(String::new(), |lines, at| {
            lines + &format!("{{\"team\":\"QA\",\"tokens\":5,\"id\":\"n{at:03}x\"}}\n")
        })
    };
    let folder = repository(&[(LOG, &sample()), ("one", &lines(0)), ("two", &lines(100))]);
    let text = record(folder.path(), &["--batch", "one"]);
    let json = record(folder.path(), &["--batch", "two", "--json"]);
    for at in 0..30 {
        assert!(text.contains(&format!("n{at:03}x")), "{text}");
        assert!(json.contains(&format!("n{:03}x", at + 100)), "{json}");
    }
    assert!(json.contains("\"count\": 30"), "{json}");
}

#[test]
fn a_new_team_is_said_and_can_be_refused() {
    let settings = "[teams.\"Design\"]\naliases = [\"UX\"]\n";
    let known = format!("{settings}[record]\nteams = \"known\"\n");
    let batch = "{\"team\":\"Team A\",\"tokens\":5,\"id\":\"b1\"}\n{\"team\":\"Taem B\",\"tokens\":5,\"id\":\"b2\"}\n";
    let told = |settings: &str, args: &[&str]| {
        let files = [
            (LOG, sample()),
            ("tokmon.toml", settings.to_owned()),
            ("batch", batch.to_owned()),
        ];
        let files = files.each_ref().map(|(name, text)| (*name, text.as_str()));
        let folder = repository(&files);
        let fixed = ["--id", "k1", "--tokens", "5"];
        let fixed = fixed.iter().filter(|_| args[0] == "--team");
        let args: Vec<&str> = args.iter().chain(fixed).copied().collect();
        let told = record(folder.path(), &args);
        let (code, _) = told.split_once('\n').unwrap();
        let (_, err) = told.split_once("--- err\n").unwrap();
        let is_changed = !changes(&sample(), folder.path()).is_empty();
        format!(
            "$ record {}\n{code}, recorded: {is_changed}\n{err}",
            args.join(" ")
        )
    };
    let told = [
        told("", &["--team", "Taem A"]),
        told("", &["--team", "Marketing"]),
        told("", &["--team", "Team Z"]),
        told("", &["--team", "Taem A", "--quiet"]),
        told("", &["--team", "Taem A", "--new-team"]),
        told("", &["--team", "team  a"]),
        told("", &["--team", "Team E DevOps"]),
        told(settings, &["--team", "Desing"]),
        told(settings, &["--team", "ux"]),
        told("", &["--team", "Taem A", "--existing-team"]),
        told("", &["--team", "TEAM A", "--existing-team"]),
        told("", &["--batch", "batch"]),
        told("", &["--batch", "batch", "--existing-team"]),
        told(&known, &["--team", "Taem A"]),
        told(&known, &["--team", "Marketing"]),
        told(&known, &["--team", "Marketing", "--new-team"]),
        told(&known, &["--team", "Team A"]),
        told(&known, &["--team", "UX"]),
        told("[record]\nteams = \"some\"\n", &["--team", "Team A"]),
    ];
    assert_snapshot!(told.concat());
    // The first team of a log is new without a note.
    let folder = repository(&[(LOG, "# Cost Log\n")]);
    let first = record(
        folder.path(),
        &["--team", "Alpha", "--tokens", "5", "--id", "k1"],
    );
    assert!(
        first.starts_with("exit Some(0)") && first.ends_with("--- err\n"),
        "{first}"
    );
    let again = record(
        folder.path(),
        &["--team", "Alpah", "--tokens", "5", "--id", "k2"],
    );
    assert!(
        again.contains("new team \"Alpah\"; did you mean \"Alpha\"?"),
        "{again}"
    );
}

#[test]
fn a_written_sum_is_no_more_precise_than_its_parts() {
    let log = "## 2026-02 Monthly Summary\n\n| Team | Task | Tokens | Status |\n|---|---|---|---|\n| Team A | a | 12.4K | ✅ |\n| Team B | b | ~18.9K | 🔄 |\n| Team C | c | 1.65M | 🔄 |\n| **TOTAL** | | **1.68M** | |\n";
    let of = |records: &[(&str, &str)]| {
        let folder = repository(&[(LOG, log)]);
        for (at, (team, tokens)) in records.iter().enumerate() {
            let id = format!("k{at}");
            let time = "2026-02-25T16:10:00Z";
            let args = [
                "--team", team, "--tokens", tokens, "--id", &id, "--time", time, "-q",
            ];
            let told = record(folder.path(), &args);
            assert!(told.starts_with("exit Some(0)"), "{told}");
        }
        changes(log, folder.path())
    };
    let told = [
        of(&[("Team A", "1,234")]),
        of(&[("Team A", "1,200")]),
        of(&[("Team B", "5"), ("Team B", "5")]),
        of(&[("Team C", "10K"), ("Team D", "5"), ("Team D", "1,200")]),
    ];
    assert_snapshot!(told.join("===\n"));
}

#[test]
fn record_says_what_is_odd_about_a_model_a_hold_and_a_secret() {
    let log = harness::log_of(5)
        + "\n[HOLD] 2026-02-25T10:00:00Z team=\"Team A\" tokens=9 until=2026-02-26T10:00:00Z id=h1\n";
    let settings = "[prices]\nclaude-haiku-4-5 = \"0.003 USD\"\n";
    let folder = repository(&[(LOG, &log), ("tokmon.toml", settings)]);
    let key = format!("ghp_{}", "aB3".repeat(12));
    let batch = format!("{{\"team\":\"Team A\",\"tokens\":1,\"id\":\"z\",\"task\":\"{key}\"}}\n");
    fs::write(folder.path().join("batch.jsonl"), batch).unwrap();
    let mut pictures = String::new();
    for line in [
        "--tokens 1 --id a --model claude-haiku-4.5",
        "--tokens 1 --id b --model gpt-oss",
        "--tokens 1 --id c --model claude-haiku-4.5 --cost 0.01",
        "--tokens 1 --id d --model claude-haiku-4-5",
        "--tokens 1 --id h --model haiku",
        "--tokens 1 --id i --model claude-haiku-5-4",
        "--tokens 1 --id e --ends-hold nope",
        "--tokens 1 --id f --ends-hold h1",
        "--tokens 1 --id g -n -q --task KEY",
        "--tokens 1 --id g -q --task KEY",
        "--tokens 1 --id g --task KEY",
        "--batch batch.jsonl --json",
    ] {
        let words = line.replace("KEY", &key);
        let team: &[&str] = if line.contains("--batch") {
            &[]
        } else {
            &["--team", "Team A"]
        };
        let args: Vec<&str> = team.iter().copied().chain(words.split(' ')).collect();
        writeln!(pictures, "$ {line}\n{}", record(folder.path(), &args)).unwrap();
    }
    assert!(!pictures.contains(&key), "{pictures}");
    assert_snapshot!(pictures);
}

#[test]
fn input_and_output_tokens_together_count_if_no_sum_is_given() {
    let folder = repository(&[(LOG, &harness::log_of(5))]);
    let mut pictures = String::new();
    for line in [
        "--input-tokens 1.2K --output-tokens 34 --id a",
        "--output-tokens 7 --id b",
        "--input-tokens 5 --tokens 9 --id c",
        "--input-tokens 5 --cache-read-tokens 900 --id d",
        "--cache-read-tokens 900 --id d",
        "--input-tokens 5 --output-tokens 7 --cache-write-tokens 300 --cache-read-tokens 900 --id d",
        "--cache-write-tokens 300 --id d",
        "--tokens 0 --cache-read-tokens 900 --id f",
        "--task x",
        "--input-tokens 999999999999999 --output-tokens 999999999999999 --id e",
    ] {
        let args: Vec<&str> = ["--team", "X"].into_iter().chain(line.split(' ')).collect();
        writeln!(pictures, "$ {line}\n{}", record(folder.path(), &args)).unwrap();
    }
    assert_snapshot!(pictures);
}

/// What `record` says of a month with these budgets, of which 218,000 tokens are used then, or `cost` of money spent.
fn recorded_with(settings: &str, args: &[&str]) -> String {
    let log = "# Cost Log\n\n## 2026-02 Monthly Summary\n\n| Team | Tokens | Cost |\n|---|---|---|\n| Team A | 217,000 | $14.40 |\n";
    let folder = repository(&[(LOG, log), ("tokmon.toml", settings)]);
    let fixed = ["--team", "Team A", "--tokens", "1000", "--id", "k1"];
    record(folder.path(), &[&fixed, args].concat())
}

#[test]
fn a_figure_is_printed_with_the_level_that_belongs_to_it() {
    let both = "[budget]\ntokens = 500000\ncost = \"15.00 USD\"\n";
    let mut pictures = String::new();
    for (settings, args) in [
        (both, &["--cost", "$0.10"][..]),
        (both, &["--cost", "$0.10", "--json"]),
        (both, &["--cost", "$0.60"]),
        (both, &[]),
        (
            "[budget]\ntokens = 230000\ncost = \"15.00 USD\"\n",
            &["--cost", "$0.10"],
        ),
        (
            "[budget]\ntokens = 210000\ncost = \"15.00 USD\"\n",
            &["--cost", "$0.10"],
        ),
        ("[budget]\ncost = \"15.00 USD\"\n", &["--cost", "$0.10"]),
        ("[budget]\ncost = \"15.00 EUR\"\n", &["--cost", "$0.10"]),
        (
            "[budget]\ntokens = 500000\ncost = \"15.00 EUR\"\n",
            &["--cost", "$0.10"],
        ),
        ("", &["--cost", "$0.10"]),
    ] {
        let (shown, settings_shown) = (args.join(" "), settings.replace('\n', " "));
        let told = recorded_with(settings, args);
        writeln!(pictures, "$ {settings_shown}{shown}\n{told}").unwrap();
    }
    assert_snapshot!(pictures);
}

#[test]
fn a_batch_takes_the_names_of_the_options_as_keys() {
    let folder = repository(&[(LOG, &sample())]);
    let input = r#"{"team": "QA", "input_tokens": 900, "output_tokens": "300", "id": "b1"}
{"team": "QA", "tokens": 1200, "input": 900, "output": 300, "cache_read": 5, "hold": "h1", "id": "b2"}
{"team": "QA", "tokens": 70, "cache_write_tokens": 70, "cache_read_tokens": 2000, "ends_hold": "h1", "id": "b3"}
"#;
    let told = batch(folder.path(), input);
    let mut pictures = format!("{told}\n{}", changes(&sample(), folder.path()));
    for bad in [
        r#"{"team": "QA", "input": 900, "input_tokens": 900, "id": "b4"}"#,
        r#"{"team": "QA", "input_tokens": 900, "cache_read_tokens": 9, "id": "b4"}"#,
        r#"{"team": "QA", "input-tokens": 900, "id": "b4"}"#,
    ] {
        writeln!(pictures, "{bad}\n{}", batch(folder.path(), bad)).unwrap();
    }
    assert_snapshot!(pictures);
}

#[test]
fn a_usage_line_with_keys_of_another_program_is_recorded_and_settled() {
    let keys = "mode=plan in=5 tasks=3 teams=x";
    let line =
        |id| format!("[USE] 2026-02-25T16:00:00Z team=\"Team A\" tokens=5 {keys} session={id}\n");
    let log = harness::log_of(900) + "\n" + &line("s1");
    let folder = repository(&[(LOG, &log)]);
    let told = batch(folder.path(), &line("s2"));
    assert!(told.starts_with("exit Some(0)"), "{told}");
    let after = fs::read_to_string(folder.path().join(LOG)).unwrap();
    assert!(!after.contains("[USE]") && after.contains("910"), "{after}");
}

#[test]
fn an_id_that_was_recorded_with_other_figures_is_said_even_if_quiet() {
    let settings = "[teams.\"Design\"]\naliases = [\"UX\"]\n";
    let folder = repository(&[(LOG, &sample()), ("tokmon.toml", settings)]);
    let batch = "{\"team\":\"QA\",\"tokens\":5,\"id\":\"b1\"}\n{\"team\":\"QA\",\"tokens\":6,\"id\":\"b1\"}\n{\"team\":\"A | B\",\"tokens\":5,\"id\":\"b2\"}\n{\"team\":\"A | B\",\"tokens\":5,\"id\":\"b2\"}\n";
    let many: String = (0..8).fold(batch.to_owned(), |lines, at| {
        lines + &format!("{{\"team\":\"QA\",\"tokens\":{at},\"id\":\"b2\"}}\n")
    });
    fs::write(folder.path().join("batch.jsonl"), batch).unwrap();
    fs::write(folder.path().join("many.jsonl"), many).unwrap();
    let mut pictures = String::new();
    for line in [
        "--id k1 --team=Design --tokens 22000 -q",
        "--id k1 --team=Design --tokens 22K",
        "--id k1 --team=UX --tokens 22,000 -q",
        "--id k1 --team=design --tokens 23000",
        "--id k1 --team=design --tokens 23000 -q",
        "--id k1 --team=QA --tokens 22000 -q",
        "--id k1 --team=QA --tokens 5 --json",
        "--id k1 --team=QA --tokens 5 -q -n",
        "--batch batch.jsonl -q",
        "--batch batch.jsonl",
        "--batch many.jsonl -q",
    ] {
        let args: Vec<&str> = line.split(' ').collect();
        writeln!(pictures, "$ {line}\n{}", record(folder.path(), &args)).unwrap();
    }
    assert_snapshot!(pictures);
}

#[test]
fn kinds_of_tokens_that_are_missing_or_do_not_add_up_are_said() {
    let settings =
        "[prices]\nhaiku = \"0.003 USD\"\nsonnet-5 = { input = \"3 USD\", output = \"15 USD\" }\n";
    let folder = repository(&[(LOG, &harness::log_of(5)), ("tokmon.toml", settings)]);
    let batch = "{\"team\":\"Team A\",\"tokens\":5,\"id\":\"y\",\"model\":\"sonnet-5\"}\n{\"team\":\"Team A\",\"tokens\":9,\"input\":5,\"id\":\"z\"}\n";
    let batch = (0..8).fold(batch.to_owned(), |lines, at| {
        lines
            + &format!(
                "{{\"team\":\"Team A\",\"tokens\":5,\"id\":\"y{at}\",\"model\":\"sonnet-5\"}}\n"
            )
            + &format!("{{\"team\":\"Team A\",\"tokens\":9,\"input\":5,\"id\":\"z{at}\"}}\n")
    });
    fs::write(folder.path().join("batch.jsonl"), batch).unwrap();
    let mut pictures = String::new();
    for line in [
        "--id a --model sonnet-5 --tokens 5K",
        "--id b --model sonnet-5 --tokens 5K -q",
        "--id c --model sonnet-5 --tokens 5K --cost 0.1",
        "--id d --model sonnet-5 --input-tokens 900 --output-tokens 100",
        "--id e --model sonnet-5 --input-tokens 900 --output-tokens 100 --tokens 1500",
        "--id f --model sonnet-5 --input-tokens 900 --output-tokens 100 --tokens 1500 --cache-read-tokens 500",
        "--id g --model sonnet-5 --input-tokens 900 --output-tokens 100 --tokens 1000 --cache-read-tokens 500",
        "--id h --model haiku --tokens 5K",
        "--id i --model haiku --tokens 5K --input-tokens 4K",
        "--id j --tokens 900 --input-tokens 1K",
        "--id k --tokens 1K --input-tokens 1K --cache-write-tokens 7 --cache-read-tokens 900",
        "--id l --tokens 1907 --input-tokens 1K --cache-write-tokens 7 --cache-read-tokens 900",
        "--id m --tokens 5K --cache-read-tokens 900",
        "--id o --model sonnet-5 --tokens 5K --cache-read-tokens 900",
        "--id n --model sonnet-5 --tokens 107 --input-tokens 100 --cache-write-tokens 7",
        "--batch batch.jsonl",
    ] {
        let team: &[&str] = if line.contains("--batch") {
            &[]
        } else {
            &["--team", "Team A"]
        };
        let args: Vec<&str> = team.iter().copied().chain(line.split(' ')).collect();
        let told = record(folder.path(), &args);
        writeln!(pictures, "$ {line}\n{told}").unwrap();
    }
    assert_snapshot!(pictures);
}

#[test]
fn the_page_of_unreadable_lines_says_what_record_writes() {
    let folder = repository(&[(LOG, &sample())]);
    let mut command = binary(folder.path());
    let page = command.args(["check", "--explain", "TM012"]).output();
    let page = outcome(&page.unwrap());
    assert!(page.contains("it makes a table row of the usage"), "{page}");
}

/// What these lines of `record` say, one after the other, in a log with these settings.
fn recorded_in(log: &str, settings: &str, lines: &[&str]) -> String {
    let folder = repository(&[(LOG, log), ("tokmon.toml", settings)]);
    let mut pictures = String::new();
    for line in lines {
        // A blank in a name is written as `_`.
        let args: Vec<String> = line
            .split(' ')
            .map(|word| word.replace("Team_A", "Team A"))
            .collect();
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        writeln!(pictures, "$ {line}\n{}", record(folder.path(), &args)).unwrap();
    }
    pictures
}

#[test]
fn record_says_what_to_do_so_that_the_cost_of_a_model_is_known() {
    let line = "--team QA --input-tokens 900 --output-tokens 300 --model";
    let [listed, unknown] = ["claude-opus-5", "mystery-9"].map(|model| format!("{line} {model}"));
    let runs = |log: &str, settings: &str| {
        recorded_in(
            log,
            settings,
            &[&format!("{listed} --id a"), &format!("{unknown} --id b")],
        )
    };
    let bare = "## 2026-02 Monthly Summary\n\n| Team | Tokens |\n|---|---|\n| QA | 5 |\n";
    let with_model = format!(
        "{bare}\n## Daily Detail — 2026-02-24\n\n| Team | Tokens | Cost | Model |\n|---|---|---|---|\n| QA | 5 | $0.10 | claude-opus-5 |\n"
    );
    let cost = "[teams.QA]\ncost = \"2 USD\"\n";
    let priced = "[prices.\"claude-opus-5\"]\ninput = 5\noutput = 25\n";
    assert_snapshot!(
        [
            runs(bare, ""),
            runs(bare, cost),
            runs(&with_model, cost),
            runs(&with_model, ""),
            runs(bare, priced),
            runs(
                &format!("> **Currency:** USD @ $0.003/1K tokens\n\n{bare}"),
                ""
            ),
        ]
        .join("=== other log or settings\n")
    );
}

#[test]
fn other_usage_with_a_known_id_is_refused_and_a_retry_is_not() {
    let log = harness::log_of(5)
        + "\n[HOLD] 2026-02-25T10:00:00Z team=\"Team A\" tokens=90 until=2026-02-26T10:00:00Z id=h1\n";
    let told = recorded_in(
        &log,
        "",
        &[
            "--team Team_A --tokens 40 --ends-hold h1",
            "--team Team_A --tokens 40 --ends-hold h1",
            "--team Team_A --tokens 50 --ends-hold h1",
            "--team Team_A --tokens 50 --ends-hold h1 -n",
            "--team Team_A --tokens 50 --ends-hold h1 --id more",
            "--team Team_A --tokens 50 --id more",
            "--team Team_A --tokens 51 --id more",
        ],
    );
    assert_snapshot!(told);
}

#[test]
fn usage_that_names_a_hold_which_is_not_there_is_never_taken_for_a_retry() {
    let folder = repository(&[(LOG, &harness::log_of(5))]);
    let args = ["--team", "Team A", "--tokens", "7", "--ends-hold", "nosuch"];
    for total in ["12 tokens", "19 tokens"] {
        let told = record(folder.path(), &args);
        assert!(told.starts_with("exit Some(0)"), "{told}");
        assert!(told.contains("no hold with the id nosuch"), "{told}");
        assert!(told.contains(total), "{told}");
    }
}

#[test]
fn usage_that_leaves_the_only_hold_of_its_team_names_it() {
    let hold = |id: &str| {
        format!(
            "[HOLD] 2026-02-25T10:00:00Z team=\"Team A\" tokens=9 until=2026-02-26T10:00:00Z id={id}\n"
        )
    };
    let one = format!("{}\n{}", harness::log_of(5), hold("h1"));
    let two = format!("{one}{}", hold("h2"));
    let over = one.replace("until=2026-02-26", "until=2026-02-25");
    let notes = |log: &str, line: &str| recorded_in(log, "", &[line]).contains("has a hold");
    let line = "--team Team_A --tokens 7 --id a";
    assert!(notes(&one, line));
    assert!(!notes(&one, "--team Other --tokens 7 --id a"));
    assert!(!notes(&one, &format!("{line} --ends-hold h1")));
    assert!(!notes(&two, line));
    assert!(!notes(&over, line));
}

#[test]
fn the_line_after_recording_has_what_is_reserved_in_money_where_that_has_the_level() {
    let log = harness::log_of(9_000)
        + "\n[HOLD] 2026-02-25T10:00:00Z team=\"Team A\" tokens=900 cost=1.05 until=2026-02-26T10:00:00Z id=h1\n";
    let settings =
        "[budget]\ncost = \"3.50 USD\"\n[teams.\"Team A\"]\ntokens = 20000\ncost = \"3 USD\"\n";
    let line = "--team Team_A --tokens 100 --cost $1.90 --id a";
    let said = recorded_in(&log, settings, &[line]);
    let last = said.lines().find(|line| line.starts_with("2026-02: "));
    assert_snapshot!(last.unwrap_or(&said), @"2026-02: 9,100 tokens used; at least $1.900 of $3.500 spent, 54.2%, ok; with $1.050 reserved, warning; Team A: 9,100 of 20,000 tokens, 45.5%, ok; with $1.050 reserved, critical");
}

#[test]
fn the_line_after_recording_has_the_limit_of_the_team_and_what_is_reserved() {
    let log = harness::log_of(9_000)
        + "\n[HOLD] 2026-02-25T10:00:00Z team=\"Team A\" tokens=900 until=2026-02-26T10:00:00Z id=h1\n";
    let total = "[budget]\ntokens = 11000\n";
    let line = "--team Team_A --tokens 100 --cost $1.90 --id a";
    let last = |settings: &str| {
        let told = recorded_in(&log, settings, &[line]);
        let line = told.lines().find(|line| line.starts_with("2026-02: "));
        line.unwrap_or(&told).to_owned()
    };
    let told = [
        last(total),
        last(&format!("{total}[teams.\"Team A\"]\ntokens = 10000\n")),
        last(&format!("{total}[teams.\"Team A\"]\ncost = \"2 USD\"\n")),
        last("[teams.\"Team A\"]\ntokens = 20000\ncost = \"1 EUR\"\n"),
        last(&format!("{total}[teams.Other]\ntokens = 10\n")),
    ];
    assert_snapshot!(told.join("\n"), @"
    2026-02: 9,100 of 11,000 tokens used, 82.7%, warning; with 900 reserved, critical
    2026-02: 9,100 of 11,000 tokens used, 82.7%, warning; with 900 reserved, critical; Team A: 9,100 of 10,000 tokens, 91.0%, critical; with 900 reserved, exceeded
    2026-02: 9,100 of 11,000 tokens used, 82.7%, warning; with 900 reserved, critical; Team A: $1.900+ of $2.000, 95.0%, critical
    2026-02: 9,100 tokens used; Team A: 9,100 of 20,000 tokens, 45.5%, ok; the cost budget of €1.000 cannot be judged: the log's costs are in USD
    2026-02: 9,100 of 11,000 tokens used, 82.7%, warning; with 900 reserved, critical
    ");
}
