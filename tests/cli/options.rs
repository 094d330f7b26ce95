//! Options, environment, exit codes.

use insta::assert_snapshot;

use crate::harness::{Ran, Tokmon, repository};

const SAMPLE: [&str; 2] = ["-f", "fixtures/logs/sample.md"];

fn sample<'a>(options: impl IntoIterator<Item = &'a str>) -> Tokmon {
    Tokmon::new(SAMPLE.into_iter().chain(options))
}

#[test]
fn help_and_version() {
    assert_snapshot!("help", Tokmon::new(["--help"]).output());
    assert_snapshot!("help_short", Tokmon::new(["-h"]).output());
    assert!(Tokmon::new(["--version"]).output().starts_with("tokmon "));
}

#[test]
fn a_wrong_command_line_exits_with_64_and_suggests() {
    for (name, args) in [
        ("unknown_option", &["--team-s"][..]),
        ("bad_budget", &["--budget", "lots"]),
        ("bad_month", &["--month", "2026-13"]),
        ("bad_now", &["--now", "today"]),
        ("bad_format", &["--format", "xml"]),
        ("bad_zone", &["--timezone", "Mars/Olympus"]),
        ("json_and_format", &["--json", "--format", "csv"]),
        ("unknown_team", &["--team", "Team Z"]),
        ("near_project", &["--project", "infrastructure upgrad"]),
        ("unknown_command", &["stauts"]),
    ] {
        let ran = sample(args.iter().copied()).run();
        assert_eq!(ran.code, 64, "{name}");
        assert_snapshot!(format!("usage_{name}"), ran);
    }
    let ran = sample([]).env("TOKMON_BUDGET", "many").run();
    assert_snapshot!("usage_environment", ran);
}

#[test]
fn a_month_without_rows_is_said() {
    let ran = sample(["--month", "2026-03"]).run();
    assert_snapshot!(ran, @r"
    exit 65
    --- out
    --- err
    tokmon: fixtures/logs/sample.md has no rows in 2026-03
      help: months with rows: 2026-02
    ");
}

#[test]
fn fail_on_exits_with_1_from_its_level_on() {
    let code = |level: &str, budget: &str| {
        sample(["-q", "--fail-on", level, "--budget", budget])
            .run()
            .code
    };
    let table = [
        ("200K", [0, 0, 0, 0]),
        ("168894", [0, 0, 0, 0]),
        ("168893", [1, 0, 0, 0]),
        ("158337", [1, 1, 0, 0]),
        ("140744", [1, 1, 1, 0]),
        ("126,670", [1, 1, 1, 1]),
        ("1", [1, 1, 1, 1]),
    ];
    for (budget, expected) in table {
        let codes = ["note", "warning", "critical", "exceeded"].map(|level| code(level, budget));
        assert_eq!(codes, expected, "{budget}");
    }
}

#[test]
fn a_level_that_is_reached_is_said() {
    let err = |options: &[&'static str]| {
        let fail_on = ["--fail-on", "warning"];
        let ran = sample(fail_on.into_iter().chain(options.iter().copied())).run();
        assert_eq!(ran.code, 1);
        ran.err
    };
    assert_snapshot!(err(&["--budget", "140K"]), @"
    tokmon: 3 warnings in fixtures/logs/sample.md; -v shows each with its line
    tokmon: level critical: --fail-on warning is reached (126,670 of 140,000 tokens, 90.4%)
    ");
    assert_eq!(err(&["--budget", "140K", "--quiet"]), "");
}

#[test]
fn fail_on_without_a_budget_cannot_be_judged() {
    let folder = repository(&[("cost-log.md", &crate::harness::log_of(5))]);
    let Ran { code, err, .. } = Tokmon::new(["--fail-on", "note"])
        .folder(folder.path())
        .run();
    assert_eq!(code, 64);
    assert_snapshot!(err, @"
    tokmon: --fail-on needs a budget
      help: set one with --budget 200K, TOKMON_BUDGET or tokmon.toml
    ");
}

#[test]
fn without_a_budget_nothing_is_assumed() {
    let folder = repository(&[("cost-log.md", &crate::harness::log_of(5))]);
    assert_snapshot!(
        "no_budget",
        Tokmon::new(["--full"]).folder(folder.path()).output()
    );
}

#[test]
fn the_first_budget_found_wins() {
    let folder = repository(&[
        ("cost-log.md", &crate::harness::log_of(5)),
        ("tokmon.toml", "[budget]\ntokens = 30\n"),
    ]);
    let line = |tokmon: Tokmon| {
        tokmon
            .folder(folder.path())
            .output()
            .lines()
            .find(|line| line.starts_with("Budget"))
            .unwrap()
            .to_owned()
    };
    assert_eq!(
        line(Tokmon::new([])),
        "Budget     30 tokens         from tokmon.toml"
    );
    assert_eq!(
        line(Tokmon::new([]).env("TOKMON_BUDGET", "20")),
        "Budget     20 tokens         from TOKMON_BUDGET"
    );
    assert_eq!(
        line(Tokmon::new(["--budget", "10"]).env("TOKMON_BUDGET", "20")),
        "Budget     10 tokens         from --budget"
    );
}

#[test]
fn the_moment_and_its_zone_come_from_outside() {
    let now = |tokmon: Tokmon| {
        let out = tokmon.output();
        out.lines()
            .find(|line| line.contains("\"now\""))
            .unwrap()
            .trim()
            .to_owned()
    };
    let json =
        |options: &[&'static str]| sample(["--json"].into_iter().chain(options.iter().copied()));
    assert_eq!(now(json(&[])), r#""now": "2026-02-25T17:00:00Z","#);
    assert_eq!(
        now(json(&["--now", "2026-02-25T17:00:00+09:00"])),
        r#""now": "2026-02-25T17:00:00+09:00","#
    );
    assert_eq!(
        now(json(&["--timezone", "+05:30"])),
        r#""now": "2026-02-25T22:30:00+05:30","#
    );
    assert_eq!(
        now(json(&[
            "--timezone",
            "utc",
            "--now",
            "2026-02-25T17:00:00+09:00"
        ])),
        r#""now": "2026-02-25T08:00:00Z","#
    );
    assert_eq!(
        now(json(&["--timezone", "UTC"]).env("TOKMON_NOW", "")),
        r#""now": "2026-11-21T12:00:00Z","#
    );
    if std::path::Path::new("/usr/share/zoneinfo/Europe/Berlin").exists() {
        assert_eq!(
            now(json(&["--timezone", "Europe/Berlin"])),
            r#""now": "2026-02-25T18:00:00+01:00","#
        );
        assert_eq!(
            now(json(&[
                "--timezone",
                "Europe/Berlin",
                "--now",
                "2026-07-01T00:00:00Z"
            ])),
            r#""now": "2026-07-01T02:00:00+02:00","#
        );
    } else {
        eprintln!("no time zone database here: names of zones are not tested");
    }
}

#[test]
fn colour_follows_option_environment_and_terminal_in_this_order() {
    let cases = [
        ("", false, "", false),
        ("", true, "", true),
        ("", true, "NO_COLOR=1", false),
        ("", true, "NO_COLOR=", true),
        ("", true, "TERM=dumb", false),
        ("", true, "CLICOLOR=0", false),
        ("", false, "CLICOLOR_FORCE=1", true),
        ("", false, "FORCE_COLOR=1 TERM=dumb", true),
        ("", false, "CLICOLOR_FORCE=0", false),
        ("", false, "FORCE_COLOR=1 CLICOLOR=0", true),
        ("", false, "FORCE_COLOR=1 NO_COLOR=1", false),
        ("--color always", false, "NO_COLOR=1", true),
        ("--color=never", true, "CLICOLOR_FORCE=1", false),
        ("--color auto", true, "", true),
    ];
    let broken = repository(&[
        ("cost-log.md", &crate::harness::log_of(5)),
        ("tokmon.toml", "colour = 1\n"),
    ]);
    for (options, is_terminal, environment, expected) in cases {
        // Help and the report on standard output, wrong usage and wrong settings on standard error.
        for what in ["", "--help", "--no-such-option", "settings"] {
            let args = options.split_whitespace();
            let mut tokmon = match what {
                "" => sample(args),
                "settings" => Tokmon::new(args).folder(broken.path()),
                option => Tokmon::new([option].into_iter().chain(args)),
            };
            if is_terminal {
                tokmon = tokmon.terminal(80);
            }
            for setting in environment.split_whitespace() {
                let (name, value) = setting.split_once('=').unwrap();
                tokmon = tokmon.env(name, value);
            }
            let Ran { out, err, .. } = tokmon.run();
            assert_eq!(
                (out + &err).contains('\u{1b}'),
                expected,
                "{what} {options} {environment}, terminal: {is_terminal}"
            );
        }
    }
}

#[test]
fn help_is_folded_to_the_terminal() {
    let help = Tokmon::new(["--help", "--color", "never"])
        .terminal(64)
        .output();
    assert_snapshot!("help_narrow", help);
}

#[test]
fn a_word_that_is_no_command_may_mean_something_else() {
    let err = |word: &str| {
        let Ran { code, err, .. } = Tokmon::new([word]).run();
        assert_eq!(code, 64);
        err
    };
    let words = [
        "fixtures/logs/sample.md",
        "my log.md",
        "status",
        "teams",
        "json",
        "budget",
        "x",
    ];
    assert_snapshot!(words.map(err).concat());
}

#[test]
fn the_environment_names_the_log() {
    let out = Tokmon::new([])
        .env("TOKMON_FILE", "fixtures/logs/months.md")
        .output();
    assert!(out.contains("180,000"));
    let out = sample([])
        .env("TOKMON_FILE", "fixtures/logs/months.md")
        .output();
    assert!(out.contains("126,670"), "an option outranks it");
}

#[test]
fn completions_are_printed_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(
            Tokmon::new(["completions", shell])
                .output()
                .contains("optimizations"),
            "{shell}"
        );
    }
}
