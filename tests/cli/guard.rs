//! `tokmon guard` and `tokmon holds`: the answers, the log before and after, and what is printed.

use std::{fmt::Write as _, fs, path::Path};

use insta::assert_snapshot;
use serde_json::Value;

use crate::harness::{self, Ran, Tokmon, binary, fixture, repository, told};

const LOG: &str = "cost-log.md";

/// A log of the month of the sample: teams with what they used of their allocations, by day, and a budget.
fn log() -> String {
    "\
> **Unit:** Tokens | **Currency:** USD @ $0.003/1K tokens

## 2026-02 Monthly Summary

| Team | Task | Tokens | Status |
|---|---|---|---|
| QA | Tests | 12,000 | 🔄 |
| DevOps | Pipelines | 30,000 | 🔄 |

## Budget Allocation by Team

| Team | Allocated |
|---|---|
| QA | 20K |
| DevOps | 60K |
| Docs | 10K |

**Budget Status:**
- Total budget: 100,000 tokens

## Daily Detail — 2026-02-24

| Team | Task | Tokens |
|---|---|---|
| QA | Smoke tests | 3,000 |
| QA | Load tests | 8,000 |
| QA | Review | 1,000 |
| DevOps | Runner | 10,000 |
| DevOps | Cache | 20,001 |
"
    .to_owned()
}

fn run(log: &str, settings: &str, args: &[&str]) -> Ran {
    let mut files = vec![(LOG, log)];
    if !settings.is_empty() {
        files.push(("tokmon.toml", settings));
    }
    let folder = repository(&files);
    Tokmon::new(args.iter().copied())
        .folder(folder.path())
        .run()
}

/// Pictures of runs, each on a log of its own.
fn pictures(cases: &[(&str, &[&str])]) -> String {
    let mut pictures = String::new();
    for (settings, args) in cases {
        let settings_shown = match *settings {
            "" => String::new(),
            text => format!("{text}\n"),
        };
        let ran = run(&log(), settings, args);
        let _ = writeln!(
            pictures,
            "{settings_shown}$ tokmon {}\n{ran}",
            args.join(" ")
        );
    }
    pictures
}

#[test]
fn each_answer_says_what_decided_it() {
    assert_snapshot!(pictures(&[
        ("", &["guard"]),
        ("", &["guard", "--tokens", "6K"]),
        ("", &["guard", "--team", "QA"]),
        ("", &["guard", "--team", "qa", "--tokens", "8000"]),
        ("", &["guard", "--team", "QA", "--tokens", "8001"]),
        ("", &["guard", "--team", "DevOps"]),
        ("", &["guard", "--team", "Docs", "--tokens", "10K"]),
        ("", &["guard", "--team", "Docs", "--tokens", "10001"]),
        ("", &["guard", "--tokens", "57,999"]),
        ("", &["guard", "--tokens", "58,000"]),
        ("", &["guard", "--tokens", "0"]),
        ("", &["guard", "--budget", "50K", "--tokens", "1K"]),
        (
            "",
            &[
                "guard",
                "--budget",
                "50K",
                "--tokens",
                "1K",
                "--model",
                "claude-opus-4-5"
            ]
        ),
        (
            "",
            &[
                "guard",
                "--budget",
                "45K",
                "--tokens",
                "1K",
                "--model",
                "claude-opus-4-5"
            ]
        ),
        (
            "",
            &[
                "guard",
                "--budget",
                "45K",
                "--tokens",
                "1K",
                "--model",
                "claude-haiku-4-5"
            ]
        ),
        (
            "",
            &[
                "guard", "--budget", "45K", "--tokens", "1K", "--model", "llama-4"
            ]
        ),
        (
            "",
            &[
                "guard",
                "--budget",
                "42K",
                "--tokens",
                "1",
                "--model",
                "claude-haiku-4-5"
            ]
        ),
        ("", &["guard", "--budget", "0", "--tokens", "0"]),
        (
            "[budget]\ncost = 20",
            &["guard", "--tokens", "6K", "--model", "claude-opus-4-5"]
        ),
        (
            "[budget]\ncost = 1",
            &["guard", "--tokens", "6K", "--model", "claude-opus-4-5"]
        ),
        (
            "[budget]\ncost = 0.2",
            &["guard", "--tokens", "6K", "--model", "claude-haiku-4-5"]
        ),
        (
            "[budget]\ncost = 2.5",
            &["guard", "--tokens", "50K", "--model", "claude-opus-4-5"]
        ),
        (
            "[budget]\ncost = 20",
            &["guard", "--tokens", "6K", "--model", "unheard-of"]
        ),
        (
            "[teams.QA]\ncost = 2.5",
            &["guard", "--team", "QA", "--tokens", "8K"]
        ),
        (
            "[teams.QA]\ncost = 0.05",
            &["guard", "--team", "QA", "--tokens", "5K"]
        ),
    ]));
}

#[test]
fn what_is_not_known_is_said() {
    assert_snapshot!(pictures(&[
        ("", &["guard", "--team", "Q", "--tokens", "1"]),
        ("", &["guard", "--team", "Sales", "--tokens", "1"]),
        ("", &["guard", "--team", "Q\u{1b}[31mA", "--tokens", "1"]),
        (
            "[budget]\ncost = 20",
            &["guard", "--tokens", "1K", "--model", "unheard-of\u{1b}"]
        ),
        ("[budget]\ncost = \"20 EUR\"", &["guard", "--tokens", "1K"]),
        ("[budget]\ncost = \"20 EUR\"", &["guard", "--tokens", "1M"]),
        (
            "",
            &["guard", "--tokens", "1K", "--now", "2026-03-02T08:00:00Z"]
        ),
        ("", &["guard", "-q", "--tokens", "1K"]),
        ("", &["guard", "-q", "--tokens", "1M"]),
        ("", &["guard", "--team", " "]),
        ("", &["guard", "--tokens", "lots"]),
        ("", &["guard", "--hold", "30m"]),
        ("", &["guard", "--team", "QA", "--hold", "0"]),
        ("", &["guard", "--team", "QA", "--hold", "32d"]),
        (
            "",
            &["guard", "--team", "a\nb", "--tokens", "1", "--hold", "30m"]
        ),
        ("", &["guard", "--team", "QA", "--override", " "]),
        ("", &["guard", "--format", "csv"]),
        (
            "[guard]\ntiers = { top = [\"a\", \"A\"] }\nlevels = { warning = \"none\" }\nmoney = { top = 0.1, bottom = \"1 EUR\" }",
            &["guard"]
        ),
    ]));
}

#[test]
fn a_log_without_a_budget_or_without_rows_denies_nothing() {
    let bare = "## 2026-02 Monthly Summary\n\n| Team | Tokens |\n|---|---|\n";
    let rows = format!("{bare}| QA | 5,000 |\n");
    let broken = format!("{bare}| QA | 5,000 |\n| QA | lots |\n");
    let mut pictures = String::new();
    for (name, log, args) in [
        ("no budget", &rows, &["guard"][..]),
        (
            "a monthly row alone",
            &rows,
            &["guard", "--budget", "1M", "--team", "QA"],
        ),
        ("no rows", &bare.to_owned(), &["guard", "--budget", "1M"]),
        (
            "no rows, by the settings",
            &bare.to_owned(),
            &["guard", "--budget", "4999"],
        ),
        (
            "a row that cannot be read",
            &broken,
            &["guard", "--budget", "1M", "--tokens", "5"],
        ),
        ("no cost log", &"hello\n".to_owned(), &["guard"]),
    ] {
        let _ = writeln!(pictures, "=== {name}\n{}", run(log, "", args));
    }
    assert_snapshot!(pictures);
}

#[test]
fn the_answer_as_json() {
    let args = [
        "guard",
        "--team",
        "QA",
        "--budget",
        "45K",
        "--model",
        "claude-opus-4-5",
        "--json",
    ];
    assert_snapshot!(run(&log(), "[budget]\ncost = 20", &args));
}

#[test]
fn every_answer_is_as_its_schema_says() {
    for (name, cases) in [
        (
            "guard",
            vec![
                vec!["guard", "--json"],
                vec!["guard", "--json", "--tokens", "1M", "--team", "nobody"],
                vec!["guard", "--json", "--budget", "45K", "--model", "opus"],
                vec![
                    "guard",
                    "--json",
                    "--team",
                    "QA",
                    "--hold",
                    "1h",
                    "--override",
                    "why not",
                ],
            ],
        ),
        ("holds", vec![vec!["holds", "--json"]]),
    ] {
        let schema = Tokmon::new(["schema", name]).output();
        let schema: Value = serde_json::from_str(&schema).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        for args in cases {
            let out = run(&log(), "[budget]\ncost = 20", &args).out;
            let document: Value = serde_json::from_str(&out).unwrap();
            let errors: Vec<String> = validator
                .iter_errors(&document)
                .map(|error| error.to_string())
                .collect();
            assert!(errors.is_empty(), "{args:?}: {errors:?}\n{out}");
        }
    }
}

#[test]
fn the_schemas() {
    for name in ["guard", "holds"] {
        assert_snapshot!(
            format!("schema_{name}"),
            Tokmon::new(["schema", name]).output()
        );
    }
}

/// Runs the real program at an hour, and shows ids by the order in which they occur.
struct Scene {
    folder: tempfile::TempDir,
    ids: Vec<String>,
}

impl Scene {
    fn new(settings: &str) -> Self {
        let log = log();
        let files = [(LOG, log.as_str()), ("tokmon.toml", settings)];
        Self {
            folder: repository(&files),
            ids: Vec::new(),
        }
    }

    fn run(&mut self, time: &str, args: &[&str]) -> String {
        let args = args.iter().map(|arg| match arg.strip_prefix("ID") {
            Some(at) => self.ids[at.parse::<usize>().unwrap()].clone(),
            None => (*arg).to_owned(),
        });
        let output = binary(self.folder.path())
            .args(args)
            .env("TOKMON_NOW", format!("2026-02-25T{time}:00Z"))
            .env("TOKMON_AGENT", "agent-7")
            .output()
            .unwrap();
        let shown = told(&output) + "=== added\n" + &self.added();
        self.shown(shown)
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join(LOG)).unwrap()
    }

    /// The lines of the log that are not Markdown.
    fn added(&self) -> String {
        let log = self.log();
        let lines = log.lines().filter(|line| line.starts_with('['));
        lines.map(|line| format!("{line}\n")).collect()
    }

    fn shown(&mut self, mut text: String) -> String {
        for line in self.added().lines() {
            let id = line.split(" id=").nth(1).unwrap_or_default();
            let id = id.split(' ').next().unwrap_or_default().to_owned();
            if !id.is_empty() && !self.ids.contains(&id) {
                self.ids.push(id);
            }
        }
        for (at, id) in self.ids.iter().enumerate() {
            text = text.replace(id, &format!("ID{at}"));
        }
        text
    }
}

#[test]
fn a_hold_reserves_until_it_is_used_freed_or_over() {
    let mut scene = Scene::new("");
    let mut pictures = String::new();
    for (time, args) in [
        (
            "10:00",
            &["guard", "--team", "QA", "--tokens", "5K", "--hold", "30m"][..],
        ),
        ("10:05", &["holds"]),
        (
            "10:10",
            &["guard", "--team", "QA", "--tokens", "3001", "--hold", "10"],
        ),
        (
            "10:10",
            &[
                "guard",
                "--team",
                "QA",
                "--tokens",
                "3000",
                "--hold",
                "2h",
                "--model",
                "claude-opus-4-5",
            ],
        ),
        ("10:29", &["guard", "--team", "QA", "--tokens", "1"]),
        ("10:30", &["guard", "--team", "QA", "--tokens", "5001"]),
        ("10:30", &["guard", "--team", "QA", "--tokens", "5000"]),
        (
            "10:31",
            &[
                "record",
                "--team",
                "QA",
                "--tokens",
                "400",
                "--id",
                "late",
                "--ends-hold",
                "ID0",
            ],
        ),
        ("10:32", &["holds", "--free", "ID1"]),
        ("10:33", &["holds", "--free", "ID1"]),
        ("10:33", &["holds", "--free", "none-such"]),
        (
            "10:34",
            &[
                "guard", "--team", "DevOps", "--tokens", "1K", "--hold", "1h",
            ],
        ),
        (
            "10:35",
            &[
                "record",
                "--team",
                "DevOps",
                "--tokens",
                "900",
                "--id",
                "done",
                "--ends-hold",
                "ID2",
            ],
        ),
        ("10:36", &["holds"]),
    ] {
        let ran = scene.run(time, args);
        let _ = writeln!(pictures, "$ {time} tokmon {}\n{ran}", args.join(" "));
    }
    assert_snapshot!(pictures);
}

#[test]
fn a_hold_reserves_money_where_there_is_a_cost_budget() {
    let mut scene = Scene::new("[budget]\ncost = 20");
    let mut pictures = String::new();
    for args in [
        &[
            "guard",
            "--team",
            "DevOps",
            "--tokens",
            "10K",
            "--model",
            "claude-opus-4-5",
            "--hold",
            "1h",
        ][..],
        &[
            "guard", "--team", "DevOps", "--tokens", "10K", "--hold", "1h",
        ],
        &["holds"],
        &["guard", "--json"],
    ] {
        let ran = scene.run("10:00", args);
        let _ = writeln!(pictures, "$ tokmon {}\n{ran}", args.join(" "));
    }
    assert_snapshot!(pictures);
}

#[test]
fn an_override_is_written_into_the_log_with_its_reason() {
    let mut scene = Scene::new("");
    let mut pictures = String::new();
    for args in [
        &[
            "guard",
            "--team",
            "QA",
            "--tokens",
            "1M",
            "--override",
            "release \"day\"\nagreed",
        ][..],
        &[
            "guard",
            "--team",
            "QA",
            "--tokens",
            "2M",
            "--hold",
            "1h",
            "--override",
            "once more",
        ],
    ] {
        let ran = scene.run("10:00", args);
        let _ = writeln!(
            pictures,
            "$ tokmon {}\n{ran}",
            args.join(" ").escape_debug()
        );
    }
    assert_snapshot!(pictures);
    assert_eq!(
        harness::changes(&log(), &scene.log()).lines().count(),
        3,
        "no other line changes"
    );
}

#[test]
fn a_hold_fits_the_log_that_it_is_written_into() {
    let crlf = log().replace('\n', "\r\n");
    let open = log().trim_end().to_owned();
    let conflict = format!(
        "{}<<<<<<< ours\n| QA | x | 5 |\n=======\n>>>>>>> theirs\n",
        log()
    );
    let mut pictures = String::new();
    for (name, log) in [
        ("crlf", crlf),
        ("an open end", open),
        ("a conflict", conflict),
    ] {
        let folder = repository(&[(LOG, &log)]);
        let args = ["guard", "--team", "QA", "--tokens", "5", "--hold", "1h"];
        let ran = Tokmon::new(args).folder(folder.path()).run();
        let after = fs::read_to_string(folder.path().join(LOG)).unwrap();
        let added = after.strip_prefix(&log).unwrap().escape_debug();
        let _ = writeln!(pictures, "=== {name}: exit {}\n{added}", ran.code);
    }
    assert_snapshot!(pictures);
    let folder = repository(&[(LOG, "")]);
    let bytes = [log().as_bytes(), b"\xff\n"].concat();
    fs::write(folder.path().join(LOG), &bytes).unwrap();
    let args = ["guard", "--team", "QA", "--tokens", "5", "--hold", "1h"];
    let ran = Tokmon::new(args).folder(folder.path()).run();
    assert_eq!(ran.code, 65, "{ran}");
    assert_eq!(fs::read(folder.path().join(LOG)).unwrap(), bytes);
}

#[test]
fn a_guard_that_writes_waits_no_longer_than_asked() {
    let folder = repository(&[(LOG, &log())]);
    let lock = fs::File::open(folder.path().join(LOG)).unwrap();
    lock.lock().unwrap();
    let args = [
        "guard", "--team", "QA", "--tokens", "1", "--hold", "5", "--wait", "50ms",
    ];
    let output = binary(folder.path()).args(args).output().unwrap();
    assert_eq!(output.status.code(), Some(75), "{}", told(&output));
    let args = ["guard", "--team", "QA", "--tokens", "1"];
    let output = binary(folder.path()).args(args).output().unwrap();
    assert_eq!(
        output.status.code(),
        Some(0),
        "it needs no lock to answer alone"
    );
    assert_eq!(fs::read_to_string(folder.path().join(LOG)).unwrap(), log());
}

#[test]
fn decisions_are_counted_beside_the_log() {
    let folder = repository(&[(LOG, &log())]);
    let run = |args: &[&str]| {
        let args = ["guard", "--tokens"].iter().chain(args);
        Tokmon::new(args.copied()).folder(folder.path()).run().code
    };
    let opus = ["--budget", "45K", "--model", "opus"];
    let codes = [
        run(&["1"]),
        run(&["1M"]),
        run(&[&["1"][..], &opus[..]].concat()),
    ];
    assert_eq!(codes, [0, 20, 10]);
    let counted = || fs::read_to_string(folder.path().join(".tokmon/decisions")).unwrap();
    assert_snapshot!(counted(), @r"
    2026-02-25T17:00:00+00:00 decision=allow reason=within_caps
    2026-02-25T17:00:00+00:00 decision=deny reason=cap
    2026-02-25T17:00:00+00:00 decision=downgrade reason=level
    ");
    // A file that has grown is summed up.
    let line = "2026-02-25T17:00:00+00:00 decision=deny reason=cap\n";
    fs::write(folder.path().join(".tokmon/decisions"), line.repeat(2_000)).unwrap();
    assert_eq!(run(&["1"]), 0);
    assert_snapshot!(counted(), @r"
    2026-02-25T17:00:00+00:00 decision=deny reason=cap count=2000
    2026-02-25T17:00:00+00:00 decision=allow reason=within_caps
    ");
    let status = Path::new(folder.path()).join(".tokmon/.gitignore");
    assert_eq!(fs::read_to_string(status).unwrap(), "*\n");
}

#[test]
fn the_sample_is_guarded() {
    let sample = fs::read_to_string(fixture("logs/sample.md")).unwrap();
    let mut pictures = String::new();
    for args in [
        &["guard"][..],
        &["guard", "--team", "Team G"],
        &["guard", "--team", "Team D", "--tokens", "22000"],
        &["guard", "--team", "Team D", "--tokens", "22001"],
    ] {
        let _ = writeln!(
            pictures,
            "$ tokmon {}\n{}",
            args.join(" "),
            run(&sample, "", args)
        );
    }
    assert_snapshot!(pictures);
}
