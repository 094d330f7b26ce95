//! Options, environment, exit codes.

use std::fmt::Write as _;

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

const COMMANDS: [&str; 19] = [
    "record",
    "guard",
    "holds",
    "budget",
    "alert",
    "trust",
    "check",
    "archive",
    "migrate",
    "init",
    "import",
    "compare",
    "serve",
    "prices",
    "statusline",
    "hooks",
    "schema",
    "completions",
    "man",
];

#[test]
fn short_help_has_a_line_for_each_option_and_examples_first() {
    let mut all = String::new();
    for command in COMMANDS {
        let help = Tokmon::new([command, "-h"]).output();
        let _ = writeln!(all, "$ tokmon {command} -h\n{help}");
    }
    for line in all.lines() {
        assert!(line.chars().count() <= 80, "{line}");
        let option = line.trim_start().starts_with('-');
        assert!(!option || line.contains("  "), "without a text: {line}");
    }
    let main = Tokmon::new(["-h"]).output();
    assert!(main.lines().count() < 75, "{main}");
    assert!(
        main.lines().all(|line| line.chars().count() <= 80),
        "{main}"
    );
    assert!(
        main.find("Examples:") < main.find("Keep the log:"),
        "{main}"
    );
    assert_snapshot!("help_short_of_commands", all);
}

#[test]
fn help_of_a_command_is_found_in_each_way_it_is_asked_for() {
    for command in COMMANDS {
        let help = Tokmon::new([command, "--help"]).output();
        assert_eq!(Tokmon::new(["help", command]).output(), help);
        assert!(help.contains("Exit codes:\n  0   success"), "{help}");
    }
    let help = Tokmon::new(["--help"]).output();
    assert_eq!(Tokmon::new(["help"]).output(), help);
    assert_snapshot!("help_record", Tokmon::new(["record", "--help"]).output());
    assert_snapshot!("help_check", Tokmon::new(["help", "check"]).output());
    let wrong = Tokmon::new(["help", "chekc"]).run();
    assert_eq!(wrong.code, 64);
    assert!(wrong.err.contains("check"), "{wrong}");
}

#[test]
fn short_help_folds_on_narrow_terminals() {
    let mut all = String::new();
    for args in [&["-h"][..], &["check", "-h"], &["record", "-h"]] {
        let args = args.iter().copied().chain(["--color", "never"]);
        all += &Tokmon::new(args).terminal(40).output();
    }
    // The forms of a command are never folded.
    let is_usage = |line: &&str| line.contains("tokmon record -");
    for line in all.lines().filter(|line| !is_usage(line)) {
        assert!(line.chars().count() <= 40, "{line}");
    }
    assert_snapshot!("help_short_narrow", all);
}

#[test]
fn a_day_and_a_count_that_are_none_are_refused_with_an_example() {
    let lines = [
        "archive --before tomorrow",
        "archive --keep-days x",
        "archive --prune-archives 0",
        "check --wait long",
        "--max-age soon",
        "import claude --since soon",
        "compare claude --fail-above x",
    ];
    let errors = lines.map(|line| {
        let ran = Tokmon::new(line.split(' ')).run();
        assert_eq!(ran.code, 64, "{line}");
        ran.err.lines().next().unwrap().to_owned() + "\n"
    });
    assert_snapshot!(errors.concat(), @"
    error: invalid value 'tomorrow' for '--before <DATE>': write a day like 2026-02-25
    error: invalid value 'x' for '--keep-days <DAYS>': write a number of days like 30
    error: invalid value '0' for '--prune-archives <MONTHS>': write a number of months from 1 to 1200
    error: invalid value 'long' for '--wait <DURATION>': write a duration like 500ms, 2s or 1m, up to an hour
    error: invalid value 'soon' for '--max-age <DURATION>': write a duration like 2d, 36h or 90m
    error: invalid value 'soon' for '--since <DATE>': write a day like 2026-02-25, or a number of days like 30d
    error: invalid value 'x' for '--fail-above <PERCENT>': write a share like 1% or 0.5%
    ");
}

#[test]
fn a_reached_limit_is_printed_although_quiet() {
    let ran = sample([
        "-q",
        "-o",
        "/dev/null",
        "--fail-on",
        "warning",
        "--budget",
        "140K",
    ])
    .run();
    assert_snapshot!(ran, @"
    exit 1
    --- out
    --- err
    tokmon: level critical: --fail-on warning is reached (126,670 of 140,000 tokens, 90.4%)
    ");
    let ran = sample(["-q", "-o", "/dev/null", "--fail-on", "warning"]).run();
    assert_snapshot!(ran, @"
    exit 0
    --- out
    --- err
    ");
}

#[test]
fn a_wrong_command_line_exits_with_64_and_suggests() {
    for (name, args) in [
        ("unknown_option", &["--team-s"][..]),
        ("bad_budget", &["--budget", "lots"]),
        ("negative_budget", &["--budget", "-5"]),
        ("huge_budget", &["--budget", "99,999,999,999,999,999,999"]),
        ("bad_month", &["--month", "2026-13"]),
        ("bad_now", &["--now", "today"]),
        ("bad_format", &["--format", "xml"]),
        ("bad_zone", &["--timezone", "Mars/Olympus"]),
        ("json_and_format", &["--json", "--format", "csv"]),
        ("unknown_team", &["--team", "Team Z"]),
        ("near_project", &["--project", "infrastructure upgrad"]),
        ("unknown_command", &["stauts"]),
        ("command_and_view", &["--teams", "schema"]),
        ("watch_and_json", &["--watch", "--json"]),
        ("watch_and_fail_on", &["--watch", "--fail-on", "critical"]),
        ("follow_and_view", &["--follow", "--teams"]),
        ("follow_and_bell", &["--follow", "--bell"]),
        ("bell_alone", &["--bell"]),
        ("poll_alone", &["--poll", "5"]),
        ("poll_never", &["--watch", "--poll", "0"]),
        ("poll_forever", &["--follow", "--poll", "2h"]),
        ("watch_to_a_file", &["--watch", "-o", "x"]),
    ] {
        let ran = sample(args.iter().copied()).run();
        assert_eq!(ran.code, 64, "{name}");
        assert_snapshot!(format!("usage_{name}"), ran);
    }
    for budget in ["99999999999999999999", "9999999B", "1_000_000_000_000_001"] {
        let ran = sample(["--budget", budget]).run();
        assert!(ran.err.contains("too large"), "{ran}");
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
    assert_snapshot!(err(&["--budget", "140K"]), @"tokmon: level critical: --fail-on warning is reached (126,670 of 140,000 tokens, 90.4%)");
    assert_snapshot!(err(&["--budget", "0", "--json"]), @"tokmon: level exceeded: --fail-on warning is reached (126,670 of 0 tokens)");
    assert_eq!(
        err(&["--budget", "140K", "--quiet"]),
        err(&["--budget", "140K"])
    );
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
    let table = [
        ("", "2026-02-25T17:00:00Z"),
        (
            "--now 2026-02-25T17:00:00+09:00",
            "2026-02-25T17:00:00+09:00",
        ),
        ("--timezone +05:30", "2026-02-25T22:30:00+05:30"),
        ("--timezone -05:00", "2026-02-25T12:00:00-05:00"),
        ("--timezone=-0930", "2026-02-25T07:30:00-09:30"),
        ("--timezone Local", "2026-02-25T12:00:00-05:00"),
        ("--timezone Europe/Berlin", "2026-02-25T18:00:00+01:00"),
        (
            "--timezone Europe/Berlin --now 2026-07-01T00:00:00Z",
            "2026-07-01T02:00:00+02:00",
        ),
        (
            "--timezone utc --now 2026-02-25T17:00:00+09:00",
            "2026-02-25T08:00:00Z",
        ),
    ];
    let now = |tokmon: Tokmon| {
        let json: serde_json::Value = serde_json::from_str(&tokmon.output()).unwrap();
        json["now"].as_str().unwrap().to_owned()
    };
    for (options, expected) in table {
        let options = ["--json"].into_iter().chain(options.split_whitespace());
        assert_eq!(now(sample(options)), expected);
    }
    let clock = |options: &[&'static str]| {
        let options = ["--json"].into_iter().chain(options.iter().copied());
        now(sample(options).env("TOKMON_NOW", ""))
    };
    assert_eq!(clock(&[]), "2026-11-21T07:00:00-05:00");
    assert_eq!(clock(&["--timezone", "UTC"]), "2026-11-21T12:00:00Z");
}

/// A zone that is an hour ahead of UTC, two from March to October, as a file of the database says it.
#[cfg(unix)]
fn zone_file() -> Vec<u8> {
    // No transitions, one kind of local time of five bytes and a name; twice, then the rule for all time.
    let head = |version| {
        let counts = [0_u32, 0, 0, 0, 1, 4];
        let counts = counts.iter().flat_map(|count| count.to_be_bytes());
        let kind = 3_600_i32.to_be_bytes().into_iter().chain([0, 0]);
        let head = b"TZif".iter().copied().chain([version]).chain([0; 15]);
        head.chain(counts).chain(kind).chain(*b"CET\0").collect()
    };
    let parts: [Vec<u8>; 3] = [
        head(b'2'),
        head(b'2'),
        b"\nCET-1CEST,M3.5.0,M10.5.0/3\n".to_vec(),
    ];
    parts.concat()
}

#[test]
#[cfg(unix)]
fn the_system_knows_its_zones() {
    let folder = repository(&[("cost-log.md", &crate::harness::log_of(5))]);
    let zones = folder.path().join("zones");
    std::fs::create_dir_all(zones.join("Test")).unwrap();
    std::fs::write(zones.join("Test/Zone"), zone_file()).unwrap();
    let now = |zone: &str, now: &str| {
        let mut command = crate::harness::binary(folder.path());
        command.env("TZDIR", &zones).env("TZ", "EST5");
        command.args(["--json", "--timezone", zone, "--now", now]);
        let output = command.output().unwrap();
        let json = serde_json::from_slice::<serde_json::Value>(&output.stdout);
        json.map(|json| json["now"].as_str().unwrap().to_owned())
            .map_err(|_| output.status.code())
    };
    let at = "2026-02-25T17:00:00Z";
    assert_eq!(now("local", at).unwrap(), "2026-02-25T12:00:00-05:00");
    assert_eq!(now("Test/Zone", at).unwrap(), "2026-02-25T18:00:00+01:00");
    assert_eq!(
        now("Test/Zone", "2026-07-01T00:00:00Z").unwrap(),
        "2026-07-01T02:00:00+02:00"
    );
    assert_eq!(now("Test/None", at), Err(Some(64)));
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
            let said = out + &err;
            let colors = ["\u{1b}[3", "\u{1b}[4", "\u{1b}[9"];
            assert_eq!(
                colors.iter().any(|color| said.contains(color)),
                expected,
                "{what} {options} {environment}, terminal: {is_terminal}"
            );
            if !is_terminal && !expected {
                assert!(!said.contains('\u{1b}'), "{what} {options} {environment}");
            }
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
        "budgets",
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
    // The scripts of the first three ask the program; those of the others hold what they offer.
    let scripts = [
        ("bash", "COMPLETE"),
        ("zsh", "COMPLETE"),
        ("fish", "COMPLETE"),
        ("powershell", "optimizations"),
        ("elvish", "optimizations"),
    ];
    for (shell, part) in scripts {
        let script = Tokmon::new(["completions", shell]).output();
        assert!(script.contains(part), "{shell}: {script}");
    }
}

#[test]
fn each_command_supports_its_own_formats() {
    let formats = ["table", "json", "csv", "markdown", "sarif", "github", "xml"];
    let commands = [
        "",
        "record --team A --tokens 1",
        "check",
        "archive",
        "migrate",
        "init",
        "schema",
        "completions bash",
        "man",
    ];
    let mut table = String::new();
    for command in commands {
        let supported = formats.into_iter().filter(|format| {
            let run = |args: String| {
                let folder = repository(&[]);
                Tokmon::new(args.split_whitespace())
                    .folder(folder.path())
                    .run()
            };
            let after = run(format!("{command} --format {format}"));
            let before = run(format!("--format {format} {command}"));
            assert_eq!(after.code, before.code, "{command} {format}");
            assert_eq!(after.err, before.err, "{command} {format}");
            let refused = format!("--format {format} is not supported by");
            assert_eq!(after.code == 64, after.err.contains(&refused), "{after}");
            after.code != 64
        });
        let supported = supported.collect::<Vec<_>>().join(" ");
        let name = command.split(' ').next().unwrap();
        let _ = writeln!(table, "{name:<12} {supported}");
    }
    assert_snapshot!(table, @"
                 table json csv markdown
    record       table json
    check        table json sarif github
    archive      table json
    migrate      table json
    init         table
    schema       table
    completions  table
    man          table
    ");
    let refused = ["check --format csv", "--format sarif", "init --json"];
    let errors = refused.map(|args| Tokmon::new(args.split(' ')).run().err);
    assert_snapshot!(errors.concat(), @"
    tokmon: --format csv is not supported by `check`
      help: supported: table, json, sarif, github
    tokmon: --format sarif is not supported by `tokmon`
      help: supported: table, json, csv, markdown, health, nagios, prometheus, openmetrics
    tokmon: --json is not supported by `init`
      help: leave it out: the output is always text
    ");
}

#[test]
fn output_replaces_a_file_as_a_whole() {
    let folder = repository(&[
        ("cost-log.md", &crate::harness::log_of(5)),
        ("old.json", "old"),
    ]);
    let run = |args: &'static str| Tokmon::new(args.split(' ')).folder(folder.path()).run();
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    let report = run("--json").out;
    assert_eq!(run("--json --output -").out, report);
    for args in ["--json -o old.json", "-o new.json --json"] {
        let Ran { code, out, err } = run(args);
        assert_eq!((code, out.as_str(), err.as_str()), (0, "", ""));
    }
    assert_eq!(
        (read("old.json"), read("new.json")),
        (report.clone(), report.clone())
    );
    let refused = [
        "--json --team Nobody -o old.json",
        "-o cost-log.md",
        "-f cost-log.md -o ./x/../cost-log.md",
        "-o no/such/folder.txt",
        "--watch -o old.json",
    ];
    std::fs::create_dir(folder.path().join("x")).unwrap();
    let told = refused.map(|args| format!("{args}\n{}\n", run(args)));
    assert_snapshot!("output_refused", told.concat());
    assert_eq!(read("old.json"), report);
    assert_eq!(read("cost-log.md"), crate::harness::log_of(5));
    let files = std::fs::read_dir(folder.path()).unwrap();
    assert_eq!(files.count(), 5, "nothing is left beside them");
}

#[test]
fn output_replaces_none_of_the_files_that_are_read() {
    let archive = crate::harness::log_of(3).replace("2026-02", "2026-01");
    let files = [
        ("cost-log.md", crate::harness::log_of(5)),
        ("cost-projection.md", "# Projection\n".to_owned()),
        ("archive/cost-log-2026-01.md", archive),
        ("archive/other-2026-01.md", "other".to_owned()),
        ("tokmon.toml", "timezone = \"UTC\"\n".to_owned()),
    ];
    let folder = repository(&files.each_ref().map(|(name, text)| (*name, text.as_str())));
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    let told = [
        "-o tokmon.toml",
        "-o ./tokmon.toml schema",
        "-o cost-projection.md",
        "-o archive/cost-log-2026-01.md",
        "-o archive/../archive/cost-log-2026-01.md check",
    ]
    .map(|args| {
        let ran = Tokmon::new(args.split(' ')).folder(folder.path()).run();
        format!("{args}\n{ran}\n")
    });
    assert_snapshot!(told.concat());
    for (name, text) in &files {
        assert_eq!(read(name), *text);
    }
    let broken = "timezone = ";
    std::fs::write(folder.path().join("tokmon.toml"), broken).unwrap();
    let ran = Tokmon::new(["schema", "-o", "tokmon.toml"])
        .folder(folder.path())
        .run();
    assert_eq!((ran.code, read("tokmon.toml").as_str()), (64, broken));
    let ran = Tokmon::new(["schema", "-o", "archive/other-2026-01.md"])
        .folder(folder.path())
        .run();
    assert_eq!(ran.code, 0);
    assert_ne!(read("archive/other-2026-01.md"), "other");
}

#[cfg(unix)]
#[test]
fn output_follows_links_and_keeps_permissions() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = repository(&[
        ("cost-log.md", &crate::harness::log_of(5)),
        ("real.txt", "old"),
    ]);
    let path = |name: &str| folder.path().join(name);
    symlink(path("real.txt"), path("link.txt")).unwrap();
    std::fs::set_permissions(path("real.txt"), PermissionsExt::from_mode(0o640)).unwrap();
    let run = |args: &'static str| Tokmon::new(args.split(' ')).folder(folder.path()).run();
    assert_eq!(run("-o link.txt").code, 0);
    assert!(
        std::fs::read_to_string(path("real.txt"))
            .unwrap()
            .contains("5 tokens")
    );
    assert!(path("link.txt").is_symlink());
    let mode = std::fs::metadata(path("real.txt"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o640);
    assert_eq!(run("-o /dev/null").code, 0);
}

#[test]
fn man_pages_come_from_the_same_definition() {
    let page = Tokmon::new(["man"]).output();
    assert!(
        page.starts_with(".ie") && page.contains(".TH TOKMON 1"),
        "{page}"
    );
    assert!(page.contains("fail\\-on\\-forecast"), "{page}");
    let folder = tempfile::tempdir().unwrap();
    let ran = Tokmon::new(["man", "pages"]).folder(folder.path()).run();
    let pages = COMMANDS.len() + 1;
    assert_eq!(
        (ran.code, ran.out.as_str(), ran.err),
        (0, "", format!("tokmon: wrote {pages} man pages to pages\n"))
    );
    let page = std::fs::read_to_string(folder.path().join("pages/tokmon-migrate.1")).unwrap();
    assert_snapshot!("man_migrate", page);
}
