//! What `guard --hold` and `--override` write, and how holds end: the log before and after.

use std::{fmt::Write as _, fs};

use insta::assert_snapshot;

use crate::{
    guard::log,
    harness::{self, Tokmon, binary, outcome, repository},
};

const LOG: &str = "cost-log.md";

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
        let shown = outcome(&output) + "=== added\n" + &self.added();
        self.shown(shown)
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join(LOG)).unwrap()
    }

    /// The lines of the log that are not Markdown.
    fn added(&self) -> String {
        let log = self.log();
        let lines = log.lines().filter(|line| line.starts_with('['));
        lines.flat_map(|line| [line, "\n"]).collect()
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
fn work_under_its_hold_is_admitted_and_not_counted_twice() {
    let mut scene = Scene::new("");
    let mut pictures = String::new();
    for (time, args) in [
        (
            "10:00",
            &[
                "guard", "-q", "--team", "QA", "--tokens", "6K", "--hold", "30m",
            ][..],
        ),
        ("10:01", &["guard", "--team", "QA", "--under-hold", "ID0"]),
        (
            "10:01",
            &["guard", "--under-hold", "ID0", "--tokens", "6001", "--json"],
        ),
        (
            "10:01",
            &[
                "guard",
                "--team",
                "QA",
                "--under-hold",
                "ID0",
                "--tokens",
                "8001",
            ],
        ),
        (
            "10:30",
            &[
                "guard",
                "--team",
                "QA",
                "--under-hold",
                "ID0",
                "--tokens",
                "6000",
            ],
        ),
        (
            "10:31",
            &[
                "guard",
                "--team",
                "Docs",
                "--tokens",
                "1M",
                "--hold",
                "1h",
                "--override",
                "agreed",
            ],
        ),
        (
            "10:32",
            &[
                "guard",
                "--team",
                "Docs",
                "--tokens",
                "2M",
                "--under-hold",
                "ID2",
            ],
        ),
        (
            "10:33",
            &[
                "record",
                "--team",
                "QA",
                "--tokens",
                "5",
                "--ends-hold",
                "ID2",
            ],
        ),
        (
            "10:34",
            &[
                "record",
                "--team",
                "QA",
                "--tokens",
                "5",
                "--ends-hold",
                "ID2",
            ],
        ),
    ] {
        let ran = scene.run(time, args);
        let _ = writeln!(pictures, "$ {time} tokmon {}\n{ran}", args.join(" "));
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
            "--tokens",
            "2M",
            "--override",
            "see sk-ant-api03-abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJ",
        ],
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
        4,
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
    assert_eq!(output.status.code(), Some(75), "{}", outcome(&output));
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
fn a_hold_admits_nothing_for_other_teams_and_grants_no_other_hold() {
    let mut scene = Scene::new("");
    let mut pictures = String::new();
    for args in [
        &["guard", "--team", "QA", "--tokens", "6K", "--hold", "30m"][..],
        &[
            "guard",
            "--team",
            "Docs",
            "--tokens",
            "200K",
            "--under-hold",
            "ID0",
        ],
        &["guard", "--under-hold", "ID0", "--hold", "30m"],
    ] {
        let ran = scene.run("10:00", args);
        let _ = writeln!(pictures, "$ tokmon {}\n{ran}", args.join(" "));
    }
    assert_snapshot!(pictures);
}

#[test]
fn a_team_that_is_not_known_gets_no_hold_where_only_teams_have_limits() {
    let folder = tempfile::tempdir().unwrap();
    let log = "## 2026-02 Monthly Summary\n\n| Team | Tokens |\n|---|---|\n| QA | 100 |\n";
    fs::write(folder.path().join("cost-log.md"), log).unwrap();
    let settings = "[teams.QA]\ntokens = 1000\n";
    fs::write(folder.path().join("tokmon.toml"), settings).unwrap();
    for _ in 0..2 {
        let args = ["guard", "--team", "Nope", "--tokens", "5", "--hold", "10m"];
        let ran = Tokmon::new(args).folder(folder.path()).run();
        assert!(ran.to_string().contains("exit 64"), "{ran}");
        let after = fs::read_to_string(folder.path().join("cost-log.md")).unwrap();
        assert_eq!(after, log);
    }
}

/// A scene with lines of the arguments, split at spaces.
fn scene(settings: &str, runs: &[(&str, &str)]) -> String {
    let mut scene = Scene::new(settings);
    let mut pictures = String::new();
    for (time, args) in runs {
        let words: Vec<&str> = args.split(' ').collect();
        let ran = scene.run(time, &words);
        let _ = writeln!(pictures, "$ {time} tokmon {args}\n{ran}");
    }
    pictures
}

#[test]
fn with_quiet_standard_output_is_the_id_of_a_hold_or_nothing() {
    assert_snapshot!(scene(
        "",
        &[
            ("10:00", "guard -q --team QA --tokens 6K --hold 30m"),
            ("10:01", "guard -q --team QA --tokens 6K --hold 30m"),
            (
                "10:02",
                "guard -q --team Docs --tokens 50 --model opus --hold 30m --budget 50K",
            ),
            ("10:03", "guard -q --team QA --tokens 6K"),
        ]
    ));
    let folder = repository(&[(LOG, &log())]);
    let args = "guard -q --team QA --tokens 6K --hold 30m -o id.txt";
    let ran = Tokmon::new(args.split(' ')).folder(folder.path()).run();
    assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (0, "", ""));
    let id = fs::read_to_string(folder.path().join("id.txt")).unwrap();
    let log = fs::read_to_string(folder.path().join(LOG)).unwrap();
    assert!(log.ends_with(&format!(" id={id}")), "{id}{log}");
}

#[test]
fn only_what_is_not_allowed_as_it_is_is_overridden() {
    let mut pictures = scene(
        "",
        &[
            ("10:00", "guard --team QA --tokens 6K --override agreed"),
            (
                "10:01",
                "guard --team QA --tokens 1K --override agreed --hold 5m",
            ),
            (
                "10:02",
                "guard --team QA --tokens 1K --override agreed --budget 45K --model opus",
            ),
            ("10:03", "guard --team QA --tokens 9K --override agreed"),
            (
                "10:04",
                "guard --team QA --tokens 1K --override agreed --json",
            ),
        ],
    );
    pictures += &scene(
        "[budget]\ncost = \"20 EUR\"",
        &[
            ("10:05", "guard --tokens 1K --override agreed"),
            ("10:06", "guard --tokens 1K"),
        ],
    );
    assert_snapshot!(pictures);
}

#[test]
fn the_hold_of_an_override_reserves_what_the_model_that_was_asked_for_costs() {
    let args = "guard --team QA --tokens 20K --model opus --override agreed --hold 2h";
    assert_snapshot!(scene(
        "[budget]\ncost = 20",
        &[("10:00", args), ("10:01", "guard --json")]
    ));
}

#[test]
fn holds_say_for_what_and_since_when() {
    assert_snapshot!(scene(
        "[budget]\ncost = 20",
        &[
            (
                "09:00",
                "guard -q --team QA --tokens 2K --hold 2h --model opus"
            ),
            ("09:30", "guard -q --team DevOps --tokens 1K --hold 1d"),
            (
                "10:00",
                "guard -q --team Docs --tokens 20K --hold 5h --override agreed"
            ),
            ("10:01", "holds"),
            ("10:02", "holds --free ID0 --free ID1"),
        ]
    ));
}

#[test]
fn a_hold_is_for_a_team_and_some_tokens() {
    assert_snapshot!(scene(
        "",
        &[
            ("10:00", "guard --team QA --tokens 0 --hold 5m"),
            ("10:01", "guard --tokens 5 --hold 5m"),
        ]
    ));
    // The scene works as agent-7: its role is a team where one has that name.
    let log = log().replace("| Docs | 10K |", "| agent-7 | 10K |");
    let folder = repository(&[(LOG, &log)]);
    let run = |args: &str, hold: Option<&str>| {
        let run = Tokmon::new(args.split(' ')).folder(folder.path());
        let run = run.env("TOKMON_AGENT", "agent-7");
        match hold {
            Some(hold) => run.env("TOKMON_HOLD", hold).run(),
            None => run.run(),
        }
    };
    let by_role = run("guard --tokens 10001", None);
    assert!(by_role.out.contains("of agent-7"), "{by_role}");
    assert_eq!(by_role.code, 20, "{by_role}");
    let by_name = run("guard --tokens 10001 --team DevOps", None);
    assert_eq!(by_name.code, 0, "{by_name}");
    let hold = run("guard -q --tokens 6K --hold 30m", None);
    let id = hold.out.trim();
    let within = run("guard --tokens 6K", Some(id));
    assert_eq!(within.code, 0, "{within}");
    let beside = run("guard --tokens 4K --hold 30m", Some(id));
    assert_eq!(
        beside.err,
        format!(
            "tokmon: the new hold is judged beside the hold {id} (TOKMON_HOLD), which goes on to reserve 6,000 tokens\n"
        )
    );
    assert_eq!(beside.code, 0, "{beside}");
}
