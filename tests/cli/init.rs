//! `tokmon init`: what it writes, what it leaves alone, and which names it takes.

use std::{fmt::Write as _, fs};

use insta::assert_snapshot;

use crate::harness::{Ran, Tokmon, log_of, repository};

#[test]
fn a_fresh_log_and_its_settings() {
    let folder = repository(&[]);
    let run = |args: &[&'static str]| {
        Tokmon::new(args.iter().copied())
            .folder(folder.path())
            .run()
    };
    let begun = run(&[
        "init",
        "--teams",
        "Team A:15K,QA|Ops, 팀 \"B\" ,C:500",
        "--budget",
        "200K",
    ]);
    assert_snapshot!("begun", begun);
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    assert_snapshot!("log", read("cost-log.md"));
    assert_snapshot!("settings", read("tokmon.toml"));
    assert_snapshot!("report", run(&["--teams", "-v"]));
    assert_snapshot!(run(&["check"]), @"
    exit 0
    --- out
    No findings in cost-log.md (34 lines, 7 rows, 1 month)
    --- err
    ");
}

#[test]
fn a_log_of_nothing_that_was_asked_for() {
    let folder = repository(&[]);
    let run = |args: &[&'static str]| {
        Tokmon::new(args.iter().copied())
            .folder(folder.path())
            .run()
    };
    assert_snapshot!("plain_dry_run", run(&["init", "--dry-run"]));
    assert!(!folder.path().join("cost-log.md").exists());
    assert_eq!(run(&["init"]).code, 0);
    assert_snapshot!("plain_report", run(&["-v"]));
    assert_snapshot!(run(&["check"]), @"
    exit 0
    --- out
    No findings in cost-log.md (13 lines, 2 rows, 1 month)
    --- err
    ");
}

#[test]
fn nothing_is_written_over() {
    for name in ["cost-log.md", "tokmon.toml"] {
        let folder = repository(&[(name, &log_of(5))]);
        for option in ["--dry-run", "-q"] {
            let ran = Tokmon::new(["init", option]).folder(folder.path()).run();
            assert_snapshot!(format!("there_{}", name.replace('.', "_")), ran);
        }
        assert_eq!(
            fs::read_to_string(folder.path().join(name)).unwrap(),
            log_of(5)
        );
        assert_eq!(
            fs::read_dir(folder.path()).unwrap().count(),
            2,
            "nothing beside it"
        );
    }
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_nowhere_is_not_followed() {
    let folder = repository(&[]);
    let target = folder.path().join("elsewhere.md");
    std::os::unix::fs::symlink(&target, folder.path().join("cost-log.md")).unwrap();
    let ran = Tokmon::new(["init"]).folder(folder.path()).run();
    assert_eq!(ran.code, 73, "{ran}");
    assert!(!target.exists() && !folder.path().join("tokmon.toml").exists());
}

#[test]
fn the_log_is_where_it_is_said_to_be() {
    let folder = repository(&[("docs/x", "")]);
    let run = |args: &[&'static str]| Tokmon::new(args.iter().copied()).folder(folder.path());
    let ran = run(&[
        "init",
        "--now",
        "2026-03-01T02:00:00Z",
        "--timezone",
        "-05:00",
    ])
    .env("TOKMON_FILE", "docs/spent.md")
    .run();
    assert_snapshot!(ran.out, @r#"
    Wrote docs/spent.md and docs/tokmon.toml

      tokmon record --team Orchestrator --tokens 1200  records usage
      tokmon                                           shows what is used

    Its one team is Orchestrator; recording for another name adds that team.

    No budget is set: write `tokens = "200K"` or `cost = "25.00 USD"` under [budget] in docs/tokmon.toml.
    "#);
    let text = fs::read_to_string(folder.path().join("docs/spent.md")).unwrap();
    assert!(text.contains("## 2026-02 Monthly Summary"), "{text}");
    let docs = folder.path().join("docs");
    let report = Tokmon::new([]).folder(&docs).output();
    assert!(report.starts_with("tokmon  spent.md  2026-02"), "{report}");
    for (name, args) in [
        ("no_folder", &["init", "--file", "nowhere/cost-log.md"][..]),
        ("standard_output", &["init", "--file", "-"]),
        ("config", &["init", "--config", "x.toml"]),
        ("folder", &["init", "--file", ".."]),
    ] {
        assert_snapshot!(format!("place_{name}"), run(args).run());
    }
    assert!(!folder.path().join("tokmon.toml").exists());
}

/// Each command that `init` prints does what it says, from the folder that it was run in.
#[cfg(target_os = "linux")]
#[test]
fn what_init_prints_next_can_be_copied() {
    let folder = repository(&[("docs/x", ""), ("elsewhere/x", "")]);
    let run = |line: &str| {
        let args = shell_words::split(line).unwrap();
        let args = args.iter().map(String::as_str);
        Tokmon::new(args).folder(folder.path()).run()
    };
    let mut pictures = String::new();
    for line in [
        "init",
        "init --file docs/cost-log.md --teams \"O'Brien, QA\"",
        "init -f 'elsewhere/my log.md' --teams QA:5K --budget 200K",
    ] {
        let Ran { code, out, err } = run(line);
        assert_eq!((code, err.as_str()), (0, ""), "{line}");
        writeln!(pictures, "$ tokmon {line}\n{out}").unwrap();
        let commands = out.lines().filter_map(|line| line.strip_prefix("  tokmon"));
        for command in commands {
            let (command, _) = command.rsplit_once("  ").unwrap();
            let ran = run(command);
            assert_eq!(ran.code, 0, "{command}: {ran}");
            assert!(
                ran.out.contains("1,200") || ran.out.contains("1200"),
                "{ran}"
            );
        }
        let setting = out.lines().find_map(|line| line.split('`').nth(1));
        if let Some(setting) = setting {
            let path = out.split_whitespace().nth(3).unwrap();
            let path = folder.path().join(path);
            let settings = fs::read_to_string(&path).unwrap();
            let settings = settings.replacen("[budget]", &format!("[budget]\n{setting}"), 1);
            fs::write(&path, settings).unwrap();
            let log = path.with_file_name("cost-log.md");
            let out = run(&format!("-f {}", log.display())).out;
            assert!(out.contains("200,000 tokens"), "{out}");
            fs::remove_file(path).unwrap();
            fs::remove_file(log).unwrap();
        }
    }
    assert_snapshot!("next_steps", pictures);
}

#[test]
fn names_come_back_as_they_were_given_or_are_refused() {
    let run = |teams: &str| -> Ran {
        let folder = repository(&[]);
        Tokmon::new(["init", "--budget", "200K", "--teams", teams])
            .folder(folder.path())
            .run()
    };
    for name in [
        "QA|Ops",
        "a_b",
        "*x*",
        "`x`",
        "x\\y",
        "[x](y)",
        "<!-- id=k -->",
        "&amp;",
        "~50",
        "# x",
        "⚠️ Ops",
        "[PRE]",
        "::a:5",
        "Reserve",
        "O'Brien \"x\"",
    ] {
        let ran = run(name);
        assert_eq!(ran.code, 0, "{name}: {ran}");
    }
    let wrong = [
        "",
        "A,,B",
        "TOTAL",
        "Day total",
        "a:b",
        "A,a",
        "-",
        "n/a",
        "__x__",
        "http://x.y",
        "Reserve:5K",
        "a\tb",
        "a\nb",
        "a\u{1b}[31m",
        "a\u{202e}b",
        "A:150K,B:51K",
    ];
    let told = wrong.map(|name| {
        let ran = run(name);
        assert_eq!(ran.code, 64, "{name}: {ran}");
        ran.err
    });
    assert_snapshot!("wrong_names", told.concat());
}
